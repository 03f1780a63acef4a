"""The main job, end to end, as people do it in the browser.

The office sets a goal and opens the quarter; 市发展改革委 logs the return of a real task; its approver
signs; the office accepts; the overview changes; the lead is heard on the lamp and the office confirms it;
the leader sees it; the workbook opens.
"""

from io import BytesIO

import openpyxl
import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.journey]

PERIOD = "/work/2024-2026/2026Q3"
TASK = f"{PERIOD}/tasks/45"
PROGRESS = "1—9月，新开通省际公交线路3条，完成投资12.6亿元，新兴中心城市建设按计划推进。"


def test_a_quarter_from_goal_to_workbook(fresh_site, page, sign_in):
    def become(username):
        page.context.clear_cookies()
        sign_in(fresh_site, username)

    def visit(address):
        page.goto(fresh_site.url + address)

    def figure(label):
        return page.locator(".kpi", has_text=label).first.locator(".kpi-value")

    def confirmed():
        page.locator("dialog[open] .btn-primary").click()

    become("office")
    visit("/work/2024-2026/periods/")
    page.get_by_role("row", name="2026年第三季度").get_by_role("button", name="立即开放").click()
    expect(page.get_by_role("row", name="2026年第三季度")).to_contain_text("填报中")

    visit(f"{PERIOD}/goals/45/")
    page.locator("[name=statement]").fill("全年新开通省际公交线路4条，完成投资16亿元。")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="确定目标").click()
    confirmed()
    expect(page.locator("main")).to_contain_text("已确定")

    visit(f"{PERIOD}/overview/")
    expect(figure("已报")).to_contain_text("0")

    become("fgw")
    page.get_by_role("link", name="45. 打造皖苏鲁豫交汇区域新兴中心城市").first.click()
    page.locator("[name=progress]").fill(PROGRESS)
    page.locator("[name=percent]").fill("78")
    page.locator("[name=next_steps]").fill("12月底前再开通1条线路。")
    expect(page.locator("#save-state")).to_contain_text("已保存")
    page.locator("[data-submit]").click()
    expect(page.locator("#submit-dialog")).to_contain_text(PROGRESS)
    page.get_by_role("button", name="确认提交审签").click()
    expect(page.locator("main")).to_contain_text("待本单位审签")

    become("fgw-approver")
    visit(f"{TASK}/return/fgw/")
    page.get_by_role("button", name="审签通过").click()
    confirmed()
    expect(page.locator("main")).to_contain_text("待办公室审核")

    become("office2")
    visit(f"{PERIOD}/reviews/")
    expect(page.locator("main")).to_contain_text(PROGRESS)
    page.locator("[data-key=a]").click()
    expect(page.locator("main")).to_contain_text("都办完了")

    visit(f"{PERIOD}/overview/")
    expect(figure("已报")).to_contain_text("1")
    page.get_by_role("link", name="亮灯审定").first.click()
    page.get_by_role("button", name="全部拟定").click()
    page.get_by_role("button", name="全部发出反馈").click()
    confirmed()
    expect(page.locator(".chip", has_text="反馈中").first).to_be_visible()

    become("fgw")
    expect(page.locator("main")).to_contain_text("亮灯反馈")
    visit(f"{PERIOD}/verdicts/45/")
    page.get_by_label("无异议").check()
    page.get_by_role("button", name="提交反馈").click()
    expect(page.locator("main")).to_contain_text("本单位已于")

    become("office")
    visit(f"{PERIOD}/verdicts/45/")
    page.get_by_role("button", name="审定").click()
    confirmed()
    expect(page.locator("main")).to_contain_text("审定，规则第")
    visit(TASK + "/")
    expect(page.locator("main")).to_contain_text("达序时")

    with page.expect_download() as download:
        visit(f"{PERIOD}/exports/")
        page.get_by_role("link", name="下载季度汇总").click()
    workbook = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes()))
    rows = [[cell.value for cell in row] for row in workbook["汇总表"].iter_rows()]
    assert any(PROGRESS in str(cell) for row in rows for cell in row)

    become("leader")
    visit(TASK + "/")
    expect(page.locator("main")).to_contain_text("达序时")
    expect(page.locator("main")).to_contain_text(PROGRESS)
