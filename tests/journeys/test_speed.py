"""The speed of the desk, counted: clicks and keystrokes of the typical return and of a dozen acceptances.

The numbers below are kept: a change that makes either slower fails here and must be meant.
"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# Opened from the workbench, last quarter carried forward, one sentence added, percent, submitted:
# 2 clicks (open the return; into the text), 5 keys (Alt+L, Ctrl+End, Tab, Ctrl+Enter, Enter).
TYPICAL_RETURN = {"clicks": 2, "keys": 5}
# From the workbench: 1 click (审核), 3 keys (N chooses what has no remark, B, Enter).
TWELVE_ACCEPTED = {"clicks": 1, "keys": 3}

QUARTER = "/work/2024-2026/2026Q3/"
# Tasks 市发展改革委 leads.
TWELVE = (2, 11, 12, 16, 17, 27, 31, 32, 33, 34, 35, 37)
SENTENCE = "7—9月，又开通省际公交线路3条，完成投资4.2亿元。"
ONCE = f"""
from django.utils import timezone
from agencies.models import User
from progress import drafts, periods, workflow
from progress.models import ProgressReport, ReportingPeriod
now = timezone.now()
fgw, signer, office = (User.objects.get(username=each) for each in ("fgw", "fgw-approver", "office"))
for code in ("2026Q2", "2026Q3"):
    quarter = ReportingPeriod.objects.get(plan__code="2024-2026", code=code)
    quarter.is_open or periods.open_period(quarter, now=now)
def sent(number, code, said):
    report = ProgressReport.objects.get(task__number=number, agency__code="fgw", period__code=code)
    report = drafts.save(report, said, by=fgw, now=now, revision=report.revision)
    report = workflow.submit(report, by=fgw, now=now, revision=report.revision)
    return workflow.approve(report, by=signer, now=now, revision=report.revision)
said = {{"progress": "1—6月，开通省际公交线路2条。", "percent": 50, "filled_by": "赵填报"}}
before = sent(45, "2026Q2", said)
workflow.accept(before, by=office, now=now, revision=before.revision)
for number in {TWELVE}:
    sent(number, "2026Q3", {{"progress": f"1—9月，第{{number}}项完成投资{{number}}亿元。"}})
"""


class Hands:
    """A person's hands on a page: every click and keystroke is counted, a chord as one.

    Text that has to be written anyway is counted apart, in characters.
    """

    def __init__(self, page):
        self.page = page
        self.clicks = self.keys = self.characters = 0

    def click(self, place):
        self.clicks += 1
        place.click()

    def press(self, key):
        self.keys += 1
        self.page.keyboard.press(key)

    def write(self, text):
        self.characters += len(text)
        self.page.keyboard.insert_text(text)

    def took(self):
        return {"clicks": self.clicks, "keys": self.keys}


def test_the_typical_return_and_twelve_acceptances(new_site, page, sign_in):
    site = new_site()
    site.manage("shell", "-c", ONCE)

    sign_in(site, "fgw")
    page.goto(site.url + QUARTER)
    hands = Hands(page)
    hands.click(page.get_by_role("link", name="45. 打造皖苏鲁豫交汇区域新兴中心城市").first)
    progress = page.locator("#id_progress")
    expect(progress).to_be_visible()
    hands.press("Alt+l")
    expect(progress).not_to_have_value("")
    hands.click(progress)
    hands.press("Control+End")
    hands.write(SENTENCE)
    hands.press("Tab")
    expect(page.locator("#id_percent")).to_be_focused()
    hands.write("78")
    hands.press("Control+Enter")
    expect(page.locator("#submit-dialog")).to_contain_text(SENTENCE)
    hands.press("Enter")
    expect(page.locator("main")).to_contain_text("第 45 项已提交")
    print(f"typical return: {hands.took()}, {hands.characters} characters of text")  # noqa: T201
    assert hands.took() == TYPICAL_RETURN

    page.context.clear_cookies()
    sign_in(site, "office")
    page.goto(site.url + QUARTER)
    hands = Hands(page)
    hands.click(page.get_by_role("link", name="审核 12 项"))
    expect(page.locator("#left-count")).to_have_text("12")
    hands.press("n")
    hands.press("b")
    expect(page.locator("#bulk-dialog")).to_contain_text("确认采用 12 项")
    hands.press("Enter")
    expect(page.locator("main")).to_contain_text("已采用 12 项。本期都办完了。")
    print(f"twelve accepted: {hands.took()}")  # noqa: T201
    assert hands.took() == TWELVE_ACCEPTED
