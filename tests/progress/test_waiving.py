"""免报, and duties that begin or end while their quarter is open."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from agencies.permissions import Denied
from progress import dashboards, figures, waiving, workflow
from progress.models import DutyRule, ProgressReport
from progress.periods import lock_period
from tasks.assigning import add_agency, answer_by_assigning, end_assignment
from tasks.models import AssignmentQuestion, Task
from tests.factories import BEFORE_DUE, DUE, fill, make_period, make_plan, make_report, make_task, walk

State = ProgressReport.State


@pytest.fixture
def report(fgw):
    return make_report(make_task(leads=[fgw]), fgw)


def waive(reports, office, reason="责任划转"):
    return waiving.waive(reports, reason=reason, by=office, now=BEFORE_DUE)


def address(report, name, **parts):
    return reverse(f"progress:{name}", args=[report.period.plan.code, report.period.code])


# --- 免报 ----------------------------------------------------------------------------------------


def test_waived_it_is_counted_so_and_owed_again_when_taken_back(report, people, reporter, office):
    report = fill(report, by=reporter)
    assert waive([report], office) == 1
    filing = figures.filing(report.period.plan, report.period, office, DUE + timedelta(days=9))
    assert (filing.owed, filing.waived, filing.unfiled, filing.due) == (1, 1, 0, 0)
    report = ProgressReport.objects.get(pk=report.pk)
    assert not report.is_late(DUE + timedelta(days=9))
    with pytest.raises(Denied, match="免报"):
        fill(report, by=reporter, progress="还想写2句")
    with pytest.raises(Denied, match="免报"):
        workflow.submit(report, by=reporter, now=BEFORE_DUE, revision=report.revision)
    waiving.take_back([report], by=office, now=BEFORE_DUE)
    report = ProgressReport.objects.get(pk=report.pk)
    assert (report.waived_at, report.task_return.progress != "") == (None, True)
    assert workflow.submit(report, by=reporter, now=BEFORE_DUE, revision=report.revision)


def test_who_was_submitting_at_that_instant_is_told(report, reporter, office):
    seen = fill(report, by=reporter)
    waive([report], office)
    with pytest.raises(workflow.Stale):
        workflow.submit(seen, by=reporter, now=BEFORE_DUE, revision=seen.revision)


def test_what_has_left_is_told_so_and_nothing_is_waived(people, office, fgw):
    reports = [make_report(make_task(number, leads=[fgw]), fgw) for number in (1, 2)]
    reports[1] = walk(reports[1], State.UNDER_REVIEW, **people)
    with pytest.raises(ValidationError, match="第 2 项已经报出"):
        waive(reports, office)
    assert not ProgressReport.objects.filter(waived_at__isnull=False).exists()


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201, "零\x00字符"])
def test_a_reason_is_needed(reason, report, office):
    with pytest.raises(ValidationError, match="原因"):
        waive([report], office, reason)


@pytest.mark.parametrize("name", ["reporter", "approver", "leader", "admin", "nobody"])
def test_only_the_office_waives(name, report, request):
    person = request.getfixturevalue(name)
    with pytest.raises(Denied):
        waive([report], person)
    with pytest.raises(Denied):
        waiving.take_back([report], by=person, now=BEFORE_DUE)


def test_in_bulk_from_the_list(report, as_, office, reporter, fgw):
    other = make_report(make_task(2, leads=[fgw]), fgw, report.period)
    client, act = as_(office), address(report, "waive")
    kept = client.post(act, {"report": [report.pk, other.pk], "verb": "waive", "reason": " "})
    assert kept.status_code == 400 and "免报须写明原因" in kept.content.decode()
    for chosen in (report, other):
        assert f'name="report" value="{chosen.pk}" form="waive" checked ' in kept.content.decode()
    neither = client.post(act, {"report": report.pk, "verb": "perhaps", "reason": "机构改革"})
    assert neither.status_code == 400 and "请按“免报所选”或“收回免报”。" in neither.content.decode()
    assert not ProgressReport.objects.filter(waived_at__isnull=False).exists()
    assert client.get(act + "?status=unfiled").headers["Location"].endswith("/returns/?status=unfiled")
    assert as_(reporter).post(act, {"report": report.pk, "reason": "不想报"}).status_code == 403
    both = {"report": [report.pk, other.pk], "reason": "机构改革"}
    assert client.post(act, both | {"verb": "waive"}).status_code == 302
    own = as_(reporter)
    assert "免报：机构改革" in own.get(address(report, "workbench")).content.decode()
    assert "机构改革" in own.get(report.get_absolute_url()).content.decode()
    assert "机构改革" in own.get(address(report, "returns")).content.decode()
    assert client.post(act, {"report": [report.pk], "verb": "take-back"}).status_code == 302
    assert ProgressReport.objects.filter(waived_at__isnull=False).get() == other


# --- duties in mid-quarter -----------------------------------------------------------------------


@pytest.fixture
def running(report):
    """A quarter being reported in which leads report every quarter."""
    DutyRule.objects.create(plan=make_plan(), duty="lead", frequency="quarterly")
    return report.period


def test_a_duty_added_in_mid_quarter_is_owed_at_once(running, report, kjj, office):
    said = {"basis": "会议纪要", "valid_from": date(2030, 3, 20), "by": office, "now": BEFORE_DUE}
    add_agency(report.task, kjj, "lead", **said)
    added = ProgressReport.objects.get(agency=kjj, period=running)
    assert (added.due_at, added.state, added.task_return.progress) == (DUE, State.DRAFT, "")


def test_a_question_answered_in_mid_quarter_too(running, report, kjj, office):
    asked = AssignmentQuestion.objects.create(
        plan=report.task.plan, task=report.task, kind="unmatched", role="lead", as_written="市科委"
    )
    answer_by_assigning(asked, [kjj], by=office, now=BEFORE_DUE)
    assert ProgressReport.objects.filter(agency=kjj, period=running, owed=True).exists()


@pytest.mark.parametrize("what", ["locked", "overdue", "backfill", "later"])
def test_but_not_where_nobody_reports_any_more(what, running, report, kjj, office):
    now, since = BEFORE_DUE, date(2030, 3, 20)
    if what == "locked":
        lock_period(running, by=office, now=BEFORE_DUE)
    elif what == "overdue":
        now = DUE + timedelta(microseconds=1)
    elif what == "backfill":
        type(running).objects.filter(pk=running.pk).update(is_backfill=True)
    else:
        since = date(2030, 4, 1)
    add_agency(report.task, kjj, "lead", basis="会议纪要", valid_from=since, by=office, now=now)
    assert not ProgressReport.objects.filter(agency=kjj).exists()


def test_a_period_whose_deadline_is_undecided_is_running(running, report, kjj, office):
    type(running).objects.filter(pk=running.pk).update(due_at=None)
    add_agency(report.task, kjj, "lead", basis="纪要", valid_from=None, by=office, now=BEFORE_DUE)
    assert ProgressReport.objects.get(agency=kjj).due_at is None


def end(task, agency, office, on):
    assignment = task.assignments.get(agency=agency)
    return end_assignment(assignment, on, basis="职责划转", by=office, now=BEFORE_DUE)


def test_a_duty_ended_in_mid_quarter_is_offered_for_waiving(report, fgw, kjj, as_, office):
    report.task.assignments.create(agency=kjj, role="lead", duty="lead", order=1)
    end(report.task, fgw, office, date(2026, 2, 1))
    assert ProgressReport.objects.filter(pk=report.pk).exists(), "never deleted"
    assert list(waiving.ended_of_period(report.period)) == [report]
    assert dashboards.office_desk(office, report.period, BEFORE_DUE).waiting["ended_duties"] == 1
    listed = as_(office).get(address(report, "returns"), {"ended": "true"}).content.decode()
    assert "责任已终止，尚未免报" in listed and report.task.title in listed
    waive([report], office)
    assert not waiving.ended_of_period(report.period).exists()


# --- sensitive tasks -----------------------------------------------------------------------------


def test_an_ended_duty_tells_no_more_of_a_sensitive_task(people, reporter, office, fgw, kjj, as_):
    """Decided so: what the body itself reported and the office accepted stays readable there, as its own
    words; the task's text and everything still open do not."""
    task = make_task(leads=[fgw], is_sensitive=True, text="敏感任务的原文。")
    task.assignments.create(agency=kjj, role="lead", duty="lead", order=1)
    accepted = walk(make_report(task, fgw), State.ACCEPTED, **people)
    following = make_report(task, fgw, make_period("2030Q2"))
    client = as_(reporter)
    assert "敏感任务的原文" in client.get(accepted.get_absolute_url()).content.decode()
    end(task, fgw, office, date(2026, 2, 1))
    assert not Task.objects.visible_to(reporter).filter(pk=task.pk).exists()
    assert client.get(task.address("2030Q1")).status_code == 404
    assert client.get(following.get_absolute_url()).status_code == 404
    page = client.get(accepted.get_absolute_url())
    assert page.status_code == 200 and "建成平台3个" in page.content.decode()
    assert "敏感任务的原文" not in page.content.decode()
    filing = figures.filing(task.plan, accepted.period, reporter, BEFORE_DUE)
    assert (
        filing.accepted == ProgressReport.objects.visible_to(reporter).filter(period=accepted.period).count()
    )


def test_until_its_last_day_a_duty_still_tells(reporter, office, fgw, kjj, monkeypatch):
    task = make_task(leads=[fgw, kjj], is_sensitive=True)
    end(task, fgw, office, date(2026, 2, 1))
    for day, known in ((date(2026, 2, 1), True), (date(2026, 2, 2), False)):
        monkeypatch.setattr("tasks.models.plans.timezone.localdate", lambda day=day: day)
        assert Task.objects.visible_to(reporter).filter(pk=task.pk).exists() is known
