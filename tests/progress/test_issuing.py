"""已出具: what was given out while a version was the accepted one, and what of it a correction lists."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from agencies.models import AuditEvent
from progress import corrections, issuing, workflow
from progress.models import (
    Issuance,
    MeetingEdition,
    ProgressReport,
    TakenOver,
    TaskVerdict,
    VerdictProposal,
)
from tests import factories
from tests.factories import AFTER_DUE, BEFORE_DUE, DUE, walk

pytestmark = pytest.mark.django_db
State = ProgressReport.State
DAY = timedelta(days=1)
Kind = Issuance.Kind


@pytest.fixture
def accepted(fgw, kjj, people):
    """Accepted on the day before the due date as version 1; kjj supports the task, somebody else's is 2."""
    factories.make_task(2, leads=[kjj])
    task = factories.make_task(leads=[fgw], supports=[kjj])
    return walk(factories.make_report(task, fgw), State.ACCEPTED, now=BEFORE_DUE, percent=20, **people)


def corrected(report, people, now, percent):
    asked = corrections.ask(
        report, kind="slip", changes={"percent": percent}, basis="笔误", by=people["reporter"], now=now
    )
    corrections.grant(asked, by=people["office"], now=now)
    return asked


def issue(title, report, by, now, **confined):
    return issuing.record_issue(Kind.WORKBOOK, title, period=report.period, by=by, now=now, **confined)


def titles(report, version):
    return [thing.title for thing in issuing.issued_from(report, version)]


def test_each_version_has_its_time(accepted, people):
    assert issuing.accepted_windows(accepted) == {1: (BEFORE_DUE, None)}
    corrected(accepted, people, AFTER_DUE, 21)
    report = ProgressReport.objects.get(pk=accepted.pk)
    report = workflow.reopen(
        report, by=people["office"], now=AFTER_DUE + DAY, revision=report.revision, reason="重报"
    )
    walk(report, State.ACCEPTED, now=AFTER_DUE + 2 * DAY, percent=22, **people)
    assert issuing.accepted_windows(report) == {
        1: (BEFORE_DUE, AFTER_DUE),
        2: (AFTER_DUE, AFTER_DUE + DAY),
        3: (AFTER_DUE + 2 * DAY, None),
    }


def test_what_was_given_out_before_and_after_is_not_its(accepted, people, office):
    issue("太早", accepted, office, BEFORE_DUE - DAY)
    issue("正当其时", accepted, office, DUE)
    corrected(accepted, people, AFTER_DUE, 21)
    issue("更正后", accepted, office, AFTER_DUE)
    assert (titles(accepted, 1), titles(accepted, 2)) == (["正当其时"], ["更正后"])


def test_what_is_confined_elsewhere_is_not_its(accepted, office, fgw, kjj):
    other = accepted.task.plan.tasks.get(number=2)
    issue("别的任务", accepted, office, DUE, tasks=[other])
    issue("本任务", accepted, office, DUE, tasks=[accepted.task, other])
    issue("别的单位", accepted, office, DUE, agency=kjj)
    issue("本单位", accepted, office, DUE, agency=fgw)
    second = factories.make_period("2030Q2", accepted.period.plan)
    issuing.record_issue(Kind.WORKBOOK, "别的季度", period=second, by=office, now=DUE)
    assert titles(accepted, 1) == ["本任务", "本单位"]


def test_a_body_takes_away_its_own_tasks_only(accepted, kjj_reporter, stranger, leader):
    issue("配合单位的", accepted, kjj_reporter, DUE)
    assert issue("无关单位的", accepted, stranger, DUE) is None
    issue("市领导的", accepted, leader, DUE)
    assert titles(accepted, 1) == ["配合单位的", "市领导的"]
    assert Issuance.objects.get(title="配合单位的").tasks.count() == 2


def test_the_same_thing_taken_again_is_one_line(accepted, office, office2):
    for hours in (0, 1, 2):
        issue("汇总", accepted, office, DUE + timedelta(hours=hours))
    issue("汇总", accepted, office2, DUE)
    first, second = issuing.issued_from(accepted, 1)
    assert (first.times, first.at, first.last_at) == (3, DUE, DUE + timedelta(hours=2))
    assert (second.times, second.by) == (1, str(office2))
    assert issuing.thawed(issuing.frozen([first, second])) == [first, second]


def test_verdicts_editions_and_words_taken_over_are_its(accepted, people, office, kjj, kjj_reporter):
    task, period = accepted.task, accepted.period
    words = {"lamp": "green", "computed_lamp": "green", "rule_version": 1, "task": task, "period": period}
    source = {"agency": "fgw", "report": accepted.pk, "version": 1, "text": "建成平台3个。"}
    VerdictProposal.objects.create(
        **words,
        sources=[source],
        proposed_at=DUE,
        proposed_by=office,
        sent_at=DUE + DAY,
        feedback_due_at=DUE + DAY,
    )
    TaskVerdict.objects.create(
        **words, text="建成平台 3 个。", confirmed_at=DUE + 2 * DAY, confirmed_by=office
    )
    MeetingEdition.objects.create(period=period, data={}, taken_at=DUE + 3 * DAY, taken_by=office)
    other = factories.make_report(task.plan.tasks.get(number=2), kjj)
    TakenOver.objects.create(
        report=other, field="progress", source=accepted, version=1, text="建成3个", at=DUE, by=kjj_reporter
    )
    asked = corrected(accepted, people, DUE + 4 * DAY, 2)
    kinds = [thing["kind"] for thing in asked.issued]
    assert kinds == ["采用的材料", "审定拟稿", "审定结果", "会议版"]
    assert [thing["text"] for thing in asked.issued][:3] == ["建成3个", "建成平台3个。", "建成平台 3 个。"]
    assert titles(accepted, 2) == []
    kept = AuditEvent.objects.get(verb="同意更正").detail["更正前已出具"]
    assert "审定结果 第 1 项任务 达序时 2030-04-10 18:00" in kept and "建成" not in kept


def test_a_contribution_goes_out_only_by_what_was_taken_over(accepted, kjj, kjj_reporter, office):
    given = factories.make_report(
        accepted.task, kjj, role="support", state=State.ACCEPTED, left_at=BEFORE_DUE
    )
    issue("汇总", accepted, office, DUE)
    TakenOver.objects.create(
        report=accepted, field="progress", source=given, version=1, text="提供材料", at=DUE, by=office
    )
    assert [thing.kind for thing in issuing.issued_from(given, 1)] == ["采用的材料"]


def test_the_office_sees_all_and_the_body_kinds_and_dates(accepted, people, office, as_):
    issue("2030年第一季度汇总", accepted, office, DUE)
    TaskVerdict.objects.create(
        task=accepted.task,
        period=accepted.period,
        lamp="green",
        computed_lamp="green",
        rule_version=1,
        text="会上说的话",
        confirmed_at=DUE,
        confirmed_by=office,
    )
    asked = corrections.ask(
        accepted, kind="slip", changes={"percent": 2}, basis="笔误", by=people["reporter"], now=AFTER_DUE
    )
    page = f"/work/2030-2032/2030Q1/corrections/{asked.pk}/"

    def told(user):
        return as_(user).get(page).content.decode()

    def check():
        assert "2030年第一季度汇总" in told(office) and "会上说的话" in told(office)
        own = told(people["reporter"])
        assert "季度汇总表" in own and "审定结果" in own and "4 月 8 日" in own
        assert "会上说的话" not in own and "2030年第一季度汇总" not in own

    check()
    corrections.grant(asked, by=office, now=AFTER_DUE + DAY)
    issue("更正后的汇总", accepted, office, AFTER_DUE + 2 * DAY)
    check()
    assert "更正后的汇总" not in told(office)


def test_a_download_is_noted_and_never_fails(accepted, office, as_, monkeypatch, caplog):
    url, desk = "/work/2030-2032/2030Q1/exports/quarter.xlsx", as_(office)
    api = "/api/v1/exports/quarter.xlsx?plan=2030-2032&period=2030Q1"
    desk.head(url)
    assert not Issuance.objects.exists()
    assert desk.get(url).status_code == desk.get(api).status_code == 200
    assert {(row.kind, row.title, row.by) for row in Issuance.objects.all()} == {
        ("workbook", "2030-2032 2030年第一季度汇总", office)
    }

    def broken(*args, **kwargs):
        raise DatabaseError("no room")

    monkeypatch.setattr(Issuance.objects, "create", broken)
    assert desk.get(url).status_code == 200
    assert "could not note" in caplog.text
