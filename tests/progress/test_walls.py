"""What stays inside a body stays there, whichever page, sheet or trail one looks through."""

import io
from datetime import UTC, datetime, time, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agencies.models import AuditEvent
from progress import attachments, corrections, figures, periods, workflow
from progress.models import ProgressReport, TakenOver
from tasks import goals
from tasks.models import Assignment, Project, Task
from tests.factories import (
    BEFORE_DUE,
    DUE,
    SHANGHAI,
    decide,
    fill,
    make_period,
    make_report,
    make_task,
    make_unit_report,
    walk,
)
from tests.progress.test_attachments import PDF

State = ProgressReport.State
INSIDE = "内部意见四七一一"


@pytest.fixture
def walkers(reporter, approver, office):
    return {"reporter": reporter, "approver": approver, "office": office}


@pytest.fixture
def returned_inside(fgw, kjj, walkers):
    """Sent back by the office, rewritten as 无变化, and sent back once more by the body's own approver."""
    report = walk(make_report(make_task(1, leads=[fgw, kjj]), fgw), State.RETURNED, **walkers)
    report = fill(report, by=walkers["reporter"], nature="no_change", no_change_reason="未到节点")
    now = {"now": BEFORE_DUE}
    report = workflow.submit(report, by=walkers["reporter"], revision=report.revision, **now)
    return workflow.send_back(report, by=walkers["approver"], revision=report.revision, reason=INSIDE, **now)


def address(name, report, *more):
    return reverse(f"progress:{name}", args=[report.period.plan.code, report.period.code, *more])


def cells(answer):
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]


def test_what_an_approver_said_to_the_own_reporter_is_nobody_elses(
    returned_inside, as_, office, kjj_reporter, reporter
):
    page = address("return_form", returned_inside, 1, "fgw")
    assert INSIDE in as_(reporter).get(page).content.decode()
    for other in (office, kjj_reporter):
        assert INSIDE not in as_(other).get(page).content.decode()
        sheet = as_(other).get(address("returns_export", returned_inside))
        assert not any(INSIDE in cell for cell in cells(sheet))
    assert INSIDE not in as_(office).get("/work/trail/").content.decode()


def test_the_office_still_reads_why_it_sent_a_return_back(fgw, walkers, as_, office):
    report = walk(make_report(make_task(1, leads=[fgw]), fgw), State.RETURNED, **walkers)
    assert "数据与佐证不一致" in as_(office).get(address("return_form", report, 1, "fgw")).content.decode()
    assert any(
        "数据与佐证不一致" in cell for cell in cells(as_(office).get(address("returns_export", report)))
    )
    assert "数据与佐证不一致" in as_(office).get("/work/trail/").content.decode()


def test_how_a_return_is_being_rewritten_is_not_shown(returned_inside, as_, office):
    assert "确认无变化" not in cells(as_(office).get(address("returns_export", returned_inside)))
    page = as_(office).get(address("returns", returned_inside)).content.decode()
    assert '<td data-label="填报方式">确认无变化' not in page


def test_a_draft_does_not_tell_who_filled_it_in(fgw, reporter, office, leader):
    report = fill(make_report(make_task(1, leads=[fgw]), fgw), by=reporter, filled_by="暗访员", phone="4711")
    for reader in (office, leader):
        [row] = figures.unreported(report.period.plan, report.period, reader, DUE + timedelta(days=1))
        assert (row.filled_by, row.phone) == (reporter.full_name, reporter.phone)


def test_files_of_a_draft_are_not_named_in_the_trail(fgw, reporter, office, as_):
    report = make_report(make_task(1, leads=[fgw]), fgw)
    kept = attachments.attach(report, SimpleUploadedFile("四七一一.pdf", PDF), by=reporter, now=BEFORE_DUE)
    attachments.remove(kept, by=reporter, now=BEFORE_DUE)
    assert "四七一一" not in as_(office).get("/work/trail/").content.decode()
    assert AuditEvent.objects.filter(detail__sha256=kept.sha256).count() == 2


def test_the_review_page_is_for_those_who_decide(fgw, kjj, walkers, as_, kjj_approver, approver, office):
    """A supporter reads what was accepted, not the version sent back before it."""
    report = make_report(make_task(1, leads=[fgw], supports=[kjj]), fgw)
    report = walk(report, State.RETURNED, **walkers, experience="初稿四七一一")
    report = walk(report, State.ACCEPTED, **walkers, experience="定稿")
    page = address("review", report, report.pk) + "?compare=version"
    assert as_(kjj_approver).get(page).status_code == 404
    assert "四七一一" in as_(office).get(page).content.decode()
    assert as_(approver).get(page).status_code == 200


def test_the_trail_names_no_sensitive_task_to_the_administrator(fgw, walkers, as_, admin, office):
    task = make_task(1, leads=[fgw], title="敏感四七一一")
    walk(make_report(task, fgw), State.ACCEPTED, **walkers)
    Task.objects.filter(pk=task.pk).update(is_sensitive=True)
    for page in ("/work/trail/", "/work/trail/?q=四七一一"):
        assert "敏感四七一一" in as_(office).get(page).content.decode()
    assert "敏感四七一一" not in as_(admin).get("/work/trail/").content.decode()
    assert not any("四七一一" in cell for cell in cells(as_(admin).get("/work/trail/export.xlsx")))
    found = as_(admin).get("/work/trail/?q=四七一一")
    assert found.context["shown"] == 0


def test_the_task_page_tells_the_administrator_no_lamp(fgw, walkers, as_, admin, office):
    task = make_task(1, leads=[fgw])
    report = walk(make_report(task, fgw), State.ACCEPTED, **walkers)
    decide(report.period, [1], by=office, lamp="red", reason="理由四七一一", text="文字四七一二")
    page = address("task", report, 1)
    assert "理由四七一一" in as_(office).get(page).content.decode()
    assert "理由四七一一" not in as_(admin).get(page).content.decode()
    for everything in (page, "/work/trail/"):
        assert "四七一二" not in as_(admin).get(everything).content.decode()


# --- any input gets an answer ----------------------------------------------------------------------


@pytest.mark.parametrize("which", ["²", "9" * 5000, "-1", "9" * 30])
def test_removing_a_file_that_never_was(fgw, reporter, as_, which):
    report = make_report(make_task(1, leads=[fgw]), fgw)
    answer = as_(reporter).post(
        address("return_form", report, 1, "fgw"), {"verb": f"remove-{which}", "revision": report.revision}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("number", ["²", "9" * 5000, "٣", "-1", "9" * 30])
def test_confirming_a_task_that_never_was(office, as_, number):
    period = make_period()
    url = reverse("progress:confirm_verdicts", args=[period.plan.code, period.code])
    assert as_(office).post(url, {"task": number, "back": "task"}).status_code == 302


@pytest.mark.parametrize("code", ["2030\x00", "\x00", "9" * 5000])
def test_periods_that_never_were(office, as_, code):
    period = make_period()
    client = as_(office)
    for name, field in (("in_use_from", "code"), ("periods_open", "period")):
        url = reverse(f"progress:{name}", args=[period.plan.code])
        assert client.post(url, {field: code}).status_code == 302


@pytest.mark.parametrize("post", ["abc", "²", "9" * 30, "\x00"])
def test_ending_a_post_that_never_was(admin, reporter, as_, post):
    answer = as_(admin).post("/work/people/fgw/", {"verb": "end", "post": post})
    assert answer.status_code == 404


def test_a_name_that_can_be_none_is_not_found(admin, as_):
    assert as_(admin).get("/work/people/fgw%00/").status_code == 404
    assert as_(admin).post("/work/me/tokens/a%00/revoke/").status_code == 404


# --- sensitive tasks -------------------------------------------------------------------------------


@pytest.fixture
def secret(fgw, kjj, sixian):
    """Task 2 is sensitive, borne by kjj alone; it names a project in a stage of its own."""
    make_task(1, leads=[fgw])
    task = make_task(2, leads=[kjj], is_sensitive=True)
    Project.objects.create(plan=task.plan, task=task, name="某项目", planned_stage="秘密阶段", quote="某项目")
    return make_report(task, kjj)


def test_the_stages_to_choose_from_are_not_a_sensitive_projects(secret, as_, leader, office):
    address = reverse("tasks:projects", args=[secret.period.plan.code, secret.period.code])
    assert "秘密阶段" not in as_(leader).get(address).content.decode()
    assert "秘密阶段" in as_(office).get(address).content.decode()


def test_the_list_of_quarters_counts_no_sensitive_task(secret, as_, leader, office):
    address = reverse("progress:periods", args=[secret.period.plan.code])
    assert as_(leader).get(address).context["rows"][0].owed_count == 0
    assert as_(office).get(address).context["rows"][0].owed_count == 1
    sheet = reverse("progress:periods_export", args=[secret.period.plan.code])
    assert cells(as_(leader).get(sheet)) != cells(as_(office).get(sheet))


def test_the_trail_of_a_goal_is_for_those_who_read_the_trail(fgw, as_, office, reporter, leader):
    period = make_period()
    task = make_task(1, leads=[fgw])
    goals.save_goal(task, 2030, goals.GoalContent("目标"), by=office, now=BEFORE_DUE, revision=0)
    address = reverse("tasks:goal", args=[period.plan.code, period.code, 1])
    for person in (reporter, leader):
        assert "提出年度目标" not in as_(person).get(address).content.decode()
    assert "提出年度目标" in as_(office).get(address).content.decode()


def test_the_day_begins_at_midnight_in_shanghai(fgw, kjj, office):
    period, task = make_period(), make_task(1, leads=[fgw])
    day = period.starts_on + timedelta(days=10)
    Assignment.objects.create(task=task, agency=kjj, role="support", duty="named", valid_from=day)
    early = datetime.combine(day, time(1), tzinfo=SHANGHAI).astimezone(UTC)
    [standing] = figures.standings(period.plan, period, office, early)
    assert [each.agency for each in standing.supports] == [kjj]


def test_the_trail_of_a_quarter_names_no_sensitive_task_added_to_it(fgw, secret):
    make_task(3, leads=[fgw], title="新增公开任务")
    make_task(4, leads=[fgw], title="新增敏感任务", is_sensitive=True)
    periods.ensure_periods(secret.period.plan, now=BEFORE_DUE)
    periods.add_new_duties(secret.period, now=BEFORE_DUE)
    told = AuditEvent.objects.get(verb="增列应报").detail
    assert "新增公开任务" in str(told) and "新增敏感任务" not in str(told)
    assert told["项数"] == len(told["应报"]) + 1


def test_the_trail_does_not_tell_where_a_summarys_words_went(
    secret, sixian, kjj_reporter, county_reporter, county_approver, office
):
    """They may have been taken over into the return of a sensitive task."""
    Assignment.objects.create(task=secret.task, agency=sixian, role="support", duty="named", order=1)
    people = {"reporter": county_reporter, "approver": county_approver, "office": office}
    told = {"paragraphs": [{"chapter": 1, "text": "承接项目3个。", "tasks": [2]}]}
    summary = walk(make_unit_report(sixian, secret.period), State.ACCEPTED, **people, **told)
    TakenOver.objects.create(
        report=secret,
        field="progress",
        source=summary,
        version=1,
        text="承接项目3个。",
        at=BEFORE_DUE,
        by=kjj_reporter,
    )
    changes = {"overview": "更正后的总体情况。"}
    asked = corrections.ask(
        summary, kind="slip", changes=changes, basis="台账", by=county_reporter, now=BEFORE_DUE
    )
    corrections.grant(asked, by=office, now=BEFORE_DUE)
    assert "第 2 项" in asked.issued[0]["title"]
    told = AuditEvent.objects.get(verb="同意更正").detail["更正前已出具"]
    assert told.startswith("采用的材料 2030") and "第 2 项" not in told


def test_why_a_body_corrects_itself_is_not_for_the_other_leads(
    fgw, kjj, walkers, as_, reporter, kjj_reporter, office
):
    report = walk(make_report(make_task(1, leads=[fgw, kjj]), fgw), State.ACCEPTED, **walkers)
    said = {"changes": {"problem": "资金不足。"}, "basis": "依据四七一一"}
    asked = corrections.ask(report, kind="slip", **said, by=reporter, now=BEFORE_DUE)
    corrections.grant(asked, by=office, now=BEFORE_DUE)
    page = address("versions", report, 1, "fgw")
    assert "依据四七一一" in as_(office).get(page).content.decode()
    shown = as_(kjj_reporter).get(page).content.decode()
    assert "更正：笔误" in shown and "四七一" not in shown


@pytest.mark.parametrize("typed", ["²-1", f"{'9' * 30}-1", f"1-{'9' * 30}", "٣-1"])
def test_deciding_on_returns_that_never_were(office, as_, typed):
    period = make_period()
    url = reverse("progress:bulk_decide", args=[period.plan.code, period.code])
    said = {"verb": "accept", "chosen": typed, "confirmed": "1"}
    assert as_(office).post(url, said).status_code == 302


def test_an_answer_that_cannot_be_kept_is_refused(fgw, walkers, as_, office):
    report = walk(make_report(make_task(1, leads=[fgw]), fgw), State.ACCEPTED, **walkers)
    url = address("verdict_confirm", report, 1)
    answer = as_(office).post(url, {"answer": "答复\x00"})
    assert answer.status_code == 400 and "无法保存的字符" in answer.content.decode()
