"""A county's whole year in the browser: 泗县 files four times, and each time something happens that happens.

First quarter: the county's departments write their parts. Second: time is asked for and given, and the head
signs on paper. Third: a slip is found after it was accepted. Year end: the annual report, which the fourth
quarter is merged with.
"""

import pytest
from playwright.sync_api import expect

from tests.progress.test_attachments import PDF

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PLAN = "/work/2024-2026"
SCAN = {"name": "季度进展表（盖章）.pdf", "mimeType": "application/pdf", "buffer": PDF}
FIRST = "1—3月，组织企业赴杭州招商4次，签约项目3个，总投资6.2亿元。"
FROM_COLLEAGUE = "1—3月，全县新增高新技术企业2家，兑现奖补资金180万元。"
THIRD = "1—9月，累计签约项目9个，总投资18.6亿元。"
RIGHT = "1—9月，累计签约项目8个，总投资16.8亿元。"


def test_a_countys_year(fresh_site, page, sign_in):
    site, main = fresh_site, page.locator("main")

    def on(day):
        """It is nine o'clock of that day of 2026; whoever was signed in has gone home."""
        site.kill()
        site.moment = f"2026-{day}T09:00:00+08:00"
        site.start()

    def become(username):
        page.context.clear_cookies()
        sign_in(site, username)

    def visit(address):
        page.goto(f"{site.url}{PLAN}{address}")

    def open_period(name):
        become("office")
        visit("/periods/")
        page.get_by_role("row", name=name).get_by_role("button", name="立即开放").click()
        expect(page.get_by_role("row", name=name)).to_contain_text("填报中")

    def summary(period):
        become("sixian")
        visit(f"/{period}/units/sixian/")

    def write(chapter, text):
        page.locator(f"[name=paragraph-{chapter}-0-text]").fill(text)

    def saved():
        expect(page.locator("#save-state")).to_contain_text("已保存")

    def submit():
        page.locator("[data-submit]").click()
        page.get_by_role("button", name="确认提交审签").click()
        expect(main).to_contain_text("待本单位审签")

    def decide(username, period, button, then):
        become(username)
        visit(f"/{period}/units/sixian/")
        page.get_by_role("button", name=button).click()
        if button == "审签通过":
            confirm()
        expect(main).to_contain_text(then)

    def confirm():
        page.locator("dialog[open] .btn-primary").click()

    def press(button):
        """Press a button that sends the form, and wait for the answer."""
        with page.expect_navigation():
            page.get_by_role("button", name=button, exact=True).first.click()

    # --- the first quarter: 分办 -----------------------------------------------------------------
    on("04-02")
    become("office")
    visit("/periods/")
    page.locator("#in-use-from").select_option("2026Q1")
    press("设定")
    open_period("2026年第一季度")

    summary("2026Q1")
    page.get_by_role("link", name="分办").first.click()
    page.locator("[name=parts][value=chapter-1]").check()
    page.locator("[name=to]").first.check()
    page.locator("[name=due_on]").fill("2026-04-07")
    press("分办")
    expect(main).to_contain_text("未答复")

    become("sixian-colleague")
    page.get_by_role("link", name="填写").first.click()
    page.locator("#return-form textarea").first.fill(FROM_COLLEAGUE)
    saved()
    press("交回")
    expect(main).to_contain_text("已答复")

    summary("2026Q1")
    write(2, FIRST)
    saved()
    visit("/2026Q1/units/sixian/handouts/")
    page.get_by_role("link", name="看答复并入").click()
    press("按所选并入、办结")
    visit("/2026Q1/units/sixian/")
    expect(page.locator("[name=paragraph-1-0-text]")).to_have_value(FROM_COLLEAGUE)
    submit()
    decide("sixian-approver", "2026Q1", "审签通过", "待办公室审核")
    decide("office2", "2026Q1", "采用", "已采用")

    # --- the second: another date, and the head signs on paper -----------------------------------
    on("07-03")
    open_period("2026年第二季度")
    summary("2026Q2")
    page.get_by_role("link", name="申请延期").first.click()
    page.locator("[name=wanted_until]").fill("2026-07-10T18:00")
    page.locator("[name=reason]").fill("县统计局上半年数据7月8日发布。")
    press("提交本单位审签")
    become("sixian-approver")
    visit("/2026Q2/extensions/")
    press("审签")
    become("office")
    visit("/2026Q2/extensions/")
    page.locator("table [type=checkbox]").last.check()
    page.locator("[name=new_due_at]").fill("2026-07-10T18:00")
    page.get_by_role("button", name="同意所选", exact=True).click()
    with page.expect_navigation():
        confirm()

    summary("2026Q2")
    expect(main).to_contain_text("7 月 10 日 18:00")
    page.locator("[data-carry=all]").click()
    write(2, FIRST.replace("1—3月", "1—6月"))
    saved()
    submit()
    become("sixian-approver")
    visit("/2026Q2/sheet/sixian/")
    page.locator("[name=rows]").first.check()
    page.locator("[name=file]").set_input_files(SCAN)
    page.locator("[name=signer]").fill("张县长")
    page.locator("[name=signed_on]").fill("2026-07-03")
    page.get_by_role("button", name="登记签字盖章件").click()
    confirm()
    expect(main).to_contain_text("张县长")
    decide("office2", "2026Q2", "采用", "已采用")

    # --- the third: a slip, found by the county itself -------------------------------------------
    on("09-25")
    open_period("2026年第三季度")
    summary("2026Q3")
    write(2, THIRD)
    saved()
    submit()
    decide("sixian-approver", "2026Q3", "审签通过", "待办公室审核")
    decide("office2", "2026Q3", "采用", "已采用")
    summary("2026Q3")
    page.get_by_role("link", name="申请更正").click()
    page.get_by_label("笔误").check()
    write(2, RIGHT)
    page.locator("[name=basis]").fill("签约台账复核，重复统计1个项目。")
    press("对照更正前后")
    press("提交更正申请")
    become("office")
    visit("/2026Q3/corrections/")
    page.get_by_role("link", name="去决定").click()
    page.get_by_role("button", name="同意更正").click()
    with page.expect_navigation():
        confirm()
    visit("/2026Q3/units/sixian/")
    expect(main).to_contain_text(RIGHT)
    expect(main).to_contain_text("已采用")

    # --- the year end ----------------------------------------------------------------------------
    on("12-22")
    open_period("2026年度")
    summary("2026")
    expect(main).to_contain_text("12 月 31 日 18:00")
    page.locator("[name=overview]").fill("全年承担80项任务，完成年度事项76项。")
    write(2, "全年累计签约项目12个，总投资22亿元。")
    page.locator("[name=benchmarking]").fill("赴滨江区对标学习3次，落地借鉴事项5项。")
    page.locator("[name=problem]").fill("无")
    page.locator("[name=next_steps]").fill("2027年3月底前制定新一轮工作要点。")
    saved()
    submit()
    decide("sixian-approver", "2026", "审签通过", "待办公室审核")
    decide("office2", "2026", "采用", "已采用")
    page.goto(f"{site.url}/work/agencies/sixian/")
    expect(main).to_contain_text("泗县")
    expect(page.locator(".heat-late, .heat-missing")).to_have_count(0)
