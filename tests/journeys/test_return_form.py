"""Nothing typed is lost: a server that dies, a network that goes, two people, a session that ends."""

import re

import pytest
from playwright.sync_api import expect

from tests.progress.test_attachments import PDF, PNG

pytestmark = pytest.mark.browser

OPEN = """
from django.utils import timezone
from progress import periods
from progress.models import ReportingPeriod
quarter = ReportingPeriod.objects.get(plan__code="2024-2026", code="2026Q3")
quarter.is_open or periods.open_period(quarter, now=timezone.now())
"""
SENT = """
from django.utils import timezone
from agencies.models import User
from progress import drafts, workflow
from progress.models import ProgressReport
fgw, signer, now = User.objects.get(username="fgw"), User.objects.get(username="fgw-approver"), timezone.now()
for number in (58, 59, 68):
    report = ProgressReport.objects.get(task__number=number, agency__code="fgw", period__code="2026Q3")
    said = {"progress": f"第{number}项进展，2026年。"}
    report = drafts.save(report, said, by=fgw, now=now, revision=report.revision)
    report = workflow.submit(report, by=fgw, now=now, revision=report.revision)
    workflow.approve(report, by=signer, now=now, revision=report.revision)
"""
TEXT = "1—9月，新开通省际公交线路3条，完成投资12.6亿元。"
# Tasks 市发展改革委 leads; each test types into one of its own.
TASKS = iter((2, 11, 12, 16, 17, 27, 31, 32, 33, 34, 35, 37))


@pytest.fixture(scope="module")
def site(new_site):
    """One site for all tests here, its third quarter open."""
    site = new_site()
    site.manage("shell", "-c", OPEN)
    return site


@pytest.fixture
def address(site):
    return f"{site.url}/work/2024-2026/2026Q3/tasks/{next(TASKS)}/return/fgw/"


@pytest.fixture
def form(site, address, page, sign_in):
    """An untouched return, open in the browser of its reporter."""
    sign_in(site, "fgw")
    page.goto(address)
    return page


def state_of(page):
    return page.locator("#save-state")


def progress_of(page):
    return page.locator("#id_progress")


def test_saved_is_said_only_after_the_server_said_so(form):
    expect(state_of(form)).to_have_text("尚未填写")
    form.route(
        "**/return/fgw/", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    progress_of(form).fill(TEXT)
    expect(state_of(form)).to_contain_text("未保存：网络不通，内容保留在本页")
    form.unroute("**/return/fgw/")
    state_of(form).get_by_role("button", name="重试").click()
    expect(state_of(form)).to_contain_text("已保存")
    form.reload()
    expect(progress_of(form)).to_have_value(TEXT)


def test_a_killed_server_loses_nothing(site, form):
    progress_of(form).fill(TEXT)
    expect(state_of(form)).to_contain_text("已保存")
    site.kill()
    progress_of(form).fill(TEXT + "再写一句。")
    expect(state_of(form)).to_contain_text("未保存")
    site.start()
    expect(state_of(form)).to_contain_text("已保存", timeout=30_000)
    form.reload()
    expect(progress_of(form)).to_have_value(TEXT + "再写一句。")


def test_a_page_reloaded_before_saving_finds_its_text(form):
    form.route(
        "**/return/fgw/", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    progress_of(form).fill(TEXT)
    expect(state_of(form)).to_contain_text("未保存")
    form.once("dialog", lambda dialog: dialog.accept())
    form.reload()
    expect(progress_of(form)).to_have_value(TEXT)
    form.unroute("**/return/fgw/")
    form.locator("[data-save]").click()
    expect(state_of(form)).to_contain_text("已保存")


def test_two_tabs_choose_field_by_field(address, form):
    other = form.context.new_page()
    other.goto(address)
    progress_of(other).fill("甲的进展，2026年。")
    expect(state_of(other)).to_contain_text("已保存")
    form.locator("#id_problem").fill("用地紧张。")
    progress_of(form).fill("乙的进展，2026年。")
    dialog = form.locator("#conflict-dialog")
    expect(dialog).to_contain_text("甲的进展")
    expect(dialog).to_contain_text("乙的进展")
    expect(dialog).not_to_contain_text("用地紧张")
    dialog.get_by_text("现有的").click()
    dialog.get_by_role("button", name="按所选保存").click()
    expect(state_of(form)).to_contain_text("已保存")
    form.reload()
    expect(progress_of(form)).to_have_value("甲的进展，2026年。")
    expect(form.locator("#id_problem")).to_have_value("用地紧张。")


def test_two_tabs_on_different_fields_are_joined(address, form):
    other = form.context.new_page()
    other.goto(address)
    progress_of(other).fill(TEXT)
    expect(state_of(other)).to_contain_text("已保存")
    form.locator("#id_problem").fill("用地紧张。")
    expect(state_of(form)).to_contain_text("已保存")
    expect(progress_of(form)).to_have_value(TEXT)


def test_a_session_that_ended_while_typing_goes_on_after_signing_in(form):
    form.context.clear_cookies()
    progress_of(form).fill(TEXT)
    dialog = form.locator("#sign-in-again")
    expect(dialog).to_be_visible()
    expect(state_of(form)).to_contain_text("登录已超时，内容保留在本页")
    dialog.locator("[name=password]").fill("suzhou-demo")
    dialog.get_by_role("button", name="登录并继续").click()
    expect(state_of(form)).to_contain_text("已保存")
    form.reload()
    expect(progress_of(form)).to_have_value(TEXT)


def test_a_mistake_does_not_hold_up_the_rest(form):
    form.locator("#id_percent").fill("101")
    progress_of(form).fill(TEXT)
    expect(form.locator("#field-percent")).to_contain_text("0 至 100 之间")
    expect(state_of(form)).to_contain_text("其余已保存")
    form.locator("#id_percent").fill("78")
    expect(form.locator("#field-percent")).not_to_contain_text("0 至 100 之间")
    expect(state_of(form)).to_have_text(re.compile("^已保存"))
    form.reload()
    expect(progress_of(form)).to_have_value(TEXT)
    expect(form.locator("#id_percent")).to_have_value("78")


def test_files_come_with_progress_and_go_again(form):
    files = form.locator("#files")
    files.set_input_files(
        [
            {"name": "现场.png", "mimeType": "image/png", "buffer": PNG},
            {"name": "假的.pdf", "mimeType": "application/pdf", "buffer": b"<html>"},
            {"name": "脚本.html", "mimeType": "text/html", "buffer": b"<html>"},
            {"name": "进展.pdf", "mimeType": "application/pdf", "buffer": PDF},
        ]
    )
    kept = form.locator("#attachment-list")
    expect(kept).to_contain_text("现场.png")
    expect(kept).to_contain_text("进展.pdf")
    expect(form.locator("#uploads")).to_contain_text("不是有效的PDF 文件")
    expect(form.locator("#uploads")).to_contain_text("“脚本.html”的类型不能上传")
    kept.get_by_role("button", name="移除 现场.png").click()
    form.locator("#confirm-dialog [data-confirm-ok]").click()
    expect(kept).not_to_contain_text("现场.png")
    progress_of(form).fill(TEXT)
    expect(state_of(form)).to_contain_text("已保存")


def test_files_are_dropped_into_the_box(form):
    """As a person drags them: into the box they are taken, beside it the page stays."""
    carried = form.evaluate_handle(
        """bytes => {
            const carried = new DataTransfer();
            carried.items.add(new File([new Uint8Array(bytes)], "拖入.png", { type: "image/png" }));
            return carried;
        }""",
        list(PNG),
    )
    form.locator("[data-dropzone]").dispatch_event("drop", {"dataTransfer": carried})
    expect(form.locator("#attachment-list")).to_contain_text("拖入.png")
    form.locator("h1").first.dispatch_event("drop", {"dataTransfer": carried})
    expect(form.locator("#attachment-list li")).to_have_count(1)


def test_submitting_shows_what_is_missing_and_then_what_is_sent(form):
    form.locator("[data-submit]").click()
    dialog = form.locator("#submit-dialog")
    expect(dialog).to_contain_text("还不能提交")
    dialog.get_by_role("link", name="请填写工作进展").click()
    expect(progress_of(form)).to_be_focused()
    progress_of(form).fill(TEXT)
    form.locator("[data-submit]").click()
    expect(dialog).to_contain_text(TEXT)
    dialog.get_by_role("button", name="确认提交审签").dblclick()
    expect(form.locator("main")).to_contain_text("待本单位审签")


def test_the_form_is_open_to_everybody(form, axe):
    assert axe() == []
    form.set_viewport_size({"width": 390, "height": 844})
    assert axe() == []
    assert form.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_queue_by_keyboard(site, page, sign_in, axe):
    site.manage("shell", "-c", SENT)
    sign_in(site, "office")
    page.goto(f"{site.url}/work/2024-2026/2026Q3/reviews/")
    title = page.locator("#review-title")
    expect(title).to_contain_text("58.")
    assert axe() == []
    page.keyboard.press("j")
    expect(title).to_contain_text("59.")
    page.keyboard.press("k")
    expect(title).to_contain_text("58.")
    page.keyboard.press("r")
    page.get_by_label("事实不清").check()
    expect(page.locator("#review-reason")).to_have_value("事实不清")
    page.get_by_role("button", name="退回修改", exact=True).click()
    expect(title).to_contain_text("59.")
    expect(page.locator("#left-count")).to_have_text("2")
    page.keyboard.press("a")
    expect(title).to_contain_text("68.")
    page.set_viewport_size({"width": 390, "height": 844})
    assert axe() == []
    page.keyboard.press("a")
    expect(page.locator("main")).to_contain_text("都办完了")
