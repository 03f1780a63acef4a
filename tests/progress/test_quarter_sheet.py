"""单位季度进展表: a body's whole quarter on one sheet, one sign-off line, one stamped scan."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from agencies.models import Role
from progress import papers, quarter_sheet, workflow
from progress.models import ProgressReport, SignedPaper
from tests import factories
from tests.cast import person
from tests.factories import State, fill, make_goal, make_period, make_plan, make_report, make_task, walk
from tests.progress.test_attachments import PDF

pytestmark = pytest.mark.django_db
PLAN = "2020-2022"
NOW = factories.OPENS - timedelta(days=3630)
HEADINGS = [
    *("序号", "工作任务", "年度目标、序时要求", "工作进展", "量化完成值、完成率"),
    *("存在问题", "下一步措施", "成效经验", "佐证材料"),
]


def make(number, agency, **fields):
    task = make_task(number, leads=[agency], plan=make_plan(PLAN))
    return make_report(task, agency, make_period("2020Q1", task.plan), **fields)


@pytest.fixture
def rows(fgw, people):
    """One of each: a draft, one that awaits approval, one under review, one accepted, a contribution."""
    fill(make(1, fgw), by=people["reporter"], now=NOW, progress="草稿里的进展", problem="草稿里的问题")
    states = (State.AWAITING_APPROVAL, State.UNDER_REVIEW, State.ACCEPTED)
    for number, state in enumerate(states, start=2):
        report = make(number, fgw)
        make_goal(report.task, year=2020, by=people["office"])
        text = {"progress": f"进展之{number}", "filled_by": "赵填", "phone": "0557-1", "percent": 30}
        walk(report, state, **people, now=NOW, **text)
    make(5, fgw, role="support")
    return list(ProgressReport.objects.order_by("task__number"))


def address(name="unit_sheet", agency="fgw"):
    return reverse(f"progress:{name}", args=[PLAN, "2020Q1", agency])


def typed(*reports, **changed):
    chosen = [f"{report.pk}:{report.revision}" for report in reports]
    scan = SimpleUploadedFile("盖章.pdf", PDF)
    return {"rows": chosen, "signer": "周局长", "signed_on": "2020-03-25", "file": scan} | changed


def sheet(rows, user):
    return quarter_sheet.QuarterSheet(rows[0].agency, rows[0].period, user, NOW)


# --- who reads what ------------------------------------------------------------------------------


def test_the_own_body_reads_what_stands_there_and_the_office_what_left(rows, reporter, office, as_):
    own, seen = (as_(who).get(address()).content.decode() for who in (reporter, office))
    for words in ("草稿里的进展", "草稿里的问题", "进展之2", "进展之3", "进展之4"):
        assert words in own
    assert "进展之3" in seen and "进展之4" in seen
    for words in ("草稿里的", "进展之2"):
        assert words not in seen
    assert "尚未报出，现为“待本单位审签”" in seen


def test_the_office_reads_the_version_that_left_not_what_is_being_changed(rows, reporter, office, as_):
    report = rows[2]
    report = workflow.send_back(report, by=office, now=NOW, revision=report.revision, reason="数据不符")
    fill(report, by=reporter, now=NOW, progress="正在改的")
    seen = as_(office).get(address()).content.decode()
    assert "进展之3" in seen and "正在改的" not in seen


def test_nobody_else_opens_the_sheet(rows, leader, admin, kjj_reporter, stranger, as_):
    for who in (leader, admin, kjj_reporter, stranger):
        for name in ("unit_sheet", "unit_sheet_export"):
            assert as_(who).get(address(name)).status_code == 404


def test_the_columns_are_those_of_the_paper_form(rows, reporter, as_):
    page = as_(reporter).get(address()).content.decode()
    assert re.findall(r'<th scope="col">(.*?)</th>', page) == HEADINGS
    assert page.count("填报人：") == page.count("单位负责人（签章）：") == 1
    assert "填报单位（盖章）：市发展改革委" in page and "报告期：2020年第一季度" in page
    assert "年内完成全部事项（序时要求 25%）" in page and "完成率 30%" in page
    assert "应牵头单位商请提供的材料" in page


def test_a_body_without_rows_is_told_so(plans, reporter, as_):
    make_period("2020Q1", make_plan(PLAN))
    assert "本期没有填报事项" in as_(reporter).get(address()).content.decode()


def test_the_sheet_as_excel_holds_text_as_text(fgw, people, as_):
    fill(make(1, fgw), by=people["reporter"], now=NOW, progress="=1+1", filled_by="赵填")
    answer = as_(people["reporter"]).get(address("unit_sheet_export"))
    lines = list(load_workbook(BytesIO(answer.content)).active.values)
    assert list(lines[0]) == [*HEADINGS, "状态"]
    assert lines[1][3].startswith("=1+1") and lines[2][1] == "填报人：赵填"
    cell = load_workbook(BytesIO(answer.content)).active["D2"]
    assert cell.data_type == "s"


# --- one stamped scan ----------------------------------------------------------------------------


def test_one_scan_signs_off_all_that_awaits_and_covers_what_is_out(rows, approver, as_):
    client = as_(approver)
    page = client.get(address()).content.decode()
    assert page.count('name="rows"') == 3 and page.count(" checked> <span>2. 任务之2</span>") == 1
    assert client.post(address(), typed(*rows[1:4])).status_code == 302
    paper = SignedPaper.objects.get()
    assert list(paper.reports.order_by("task__number")) == rows[1:4]
    states = [State.DRAFT, State.UNDER_REVIEW, State.UNDER_REVIEW, State.ACCEPTED, State.DRAFT]
    assert list(ProgressReport.objects.order_by("task__number").values_list("state", flat=True)) == states
    page = client.get(address()).content.decode()
    assert "所盖事项：第 2 项、第 3 项、第 4 项" in page and 'name="rows"' not in page


def test_the_same_scan_sent_twice_is_registered_once(rows, approver, as_):
    client, twice = as_(approver), typed(*rows[1:4])
    assert client.post(address(), twice).status_code == 302
    answer = client.post(address(), typed(*rows[1:4]), follow=True)
    assert SignedPaper.objects.count() == 1
    assert "没有执行" not in answer.content.decode()


def test_a_mistake_changes_nothing_and_keeps_the_ticks(rows, approver, as_):
    for changed, words in (
        ({"rows": []}, "请至少勾选一项"),
        ({"signer": ""}, "签字的负责同志"),
        ({"signed_on": "2020-01-01"}, "不能早于"),
        ({"file": SimpleUploadedFile("a.pdf", b"MZ")}, "不是有效"),
    ):
        answer = as_(approver).post(address(), typed(rows[1], **changed))
        page = answer.content.decode()
        assert answer.status_code == 400 and words in page
        assert page.count("checked>") == (0 if "rows" in changed else 1)
    assert not SignedPaper.objects.exists()


def test_rows_that_are_not_on_the_sheet_are_not_found(rows, approver, as_):
    for bad in ("x", "1", "1:x", "999999:1", "1:1; drop", "１:1"):
        assert as_(approver).post(address(), typed(rows=[bad])).status_code == 404


def test_a_stale_row_leaves_the_whole_sheet_unsigned(rows, approver, as_):
    stale = typed(rows[1], rows[2])
    stale["rows"][0] = f"{rows[1].pk}:1"
    answer = as_(approver).post(address(), stale, follow=True)
    assert "没有执行" in answer.content.decode()
    assert not SignedPaper.objects.exists()


def test_the_office_signs_nothing_off(rows, office, as_):
    assert as_(office).post(address(), typed(rows[1])).status_code == 403


def test_a_reporter_lays_a_scan_to_what_is_out_only(rows, reporter, as_):
    page = as_(reporter).get(address()).content.decode()
    assert page.count('name="rows"') == 2 and "本单位设有审核人" in page
    assert as_(reporter).post(address(), typed(rows[1])).status_code == 403
    assert as_(reporter).post(address(), typed(rows[3])).status_code == 302


def test_where_nobody_can_sign_the_colleague_signs_off_the_sheet(rows, reporter, approver, as_):
    approver.posts.all().delete()
    assert "提交人不能登记" in as_(reporter).get(address()).content.decode()
    colleague = person("fgw-2", Role.REPORTER, "fgw")
    assert as_(colleague).post(address(), typed(rows[1])).status_code == 302


def test_the_sign_off_line_names_who_signed_once_all_is_out(rows, people, fgw):
    assert sheet(rows, people["approver"]).sign_off["approver"] == ""
    others = ProgressReport.objects.filter(pk__in=[rows[0].pk, rows[4].pk])
    others.update(waived_at=NOW, waived_by=people["office"])
    wanted = [(report, report.revision) for report in rows[1:3]]
    scan = SimpleUploadedFile("盖章.pdf", PDF)
    papers.sign(wanted, scan, signer="周局长", signed_on=date(2020, 3, 25), by=people["approver"], now=NOW)
    line = sheet(rows, people["approver"]).sign_off
    assert (line["filled_by"], line["approver"], line["day"]) == ("赵填", "周局长、钱审核", NOW)


def test_a_sheet_of_a_sensitive_task_is_not_for_an_office_person_who_may_not_know(rows, people, as_):
    task = rows[1].task
    scan = SimpleUploadedFile("盖章.pdf", PDF)
    paper = papers.sign(
        [(report, report.revision) for report in rows[1:3]],
        scan,
        signer="周局长",
        signed_on=date(2020, 3, 25),
        by=people["approver"],
        now=NOW,
    )
    assert papers.may_read(people["office"], paper)
    type(task).objects.filter(pk=task.pk).update(is_sensitive=True)
    known = ProgressReport.objects.visible_to(people["office"]).filter(pk=rows[1].pk).exists()
    assert papers.may_read(people["office"], paper) is known
