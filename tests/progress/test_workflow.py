"""The life of a report: the whole table, who may do what, and what never happens."""

import itertools
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from agencies.audit import trail_of
from agencies.models import AgencySuccession
from agencies.permissions import Denied
from progress import content, drafts, workflow
from progress.diagram import workflow_page
from progress.models import ProgressReport, ReportStep, ReportVersion, TaskReturn, TaskVerdict
from progress.workflow import Incomplete, Stale, WrongState
from tests.factories import (
    AFTER_DUE,
    BEFORE_DUE,
    DUE,
    fill,
    make_goal,
    make_paper,
    make_period,
    make_report,
    make_task,
    walk,
)

State = ProgressReport.State
REASON = {
    "send_back": {"reason": "请补充数据"},
    "reopen": {"reason": "核减"},
    "correct": {"reason": "笔误"},
}
ON_PAPER = ("approve_offline", "enter_on_behalf")


@pytest.fixture
def report(fgw):
    return make_report(make_task(leads=[fgw]), fgw)


def do(verb, report, by, now=BEFORE_DUE, revision=None):
    revision = report.revision if revision is None else revision
    given = dict(REASON.get(verb, {}))
    if verb in ON_PAPER:
        given["paper"] = make_paper(report.agency, report.period, by=by)
    if verb == "enter_on_behalf":
        given["received_at"] = now
    return getattr(workflow, verb)(report, by=by, now=now, revision=revision, **given)


def forget_posts(person):
    """What a person may do is loaded once per request; a new request asks again."""
    for cached in ("posts_today", "successions"):
        person.__dict__.pop(cached, None)


# --- the story -----------------------------------------------------------------------------------


def test_a_quarter_goes_from_first_line_to_accepted(report, reporter, approver, office):
    report = fill(report, by=reporter)
    report = do("submit", report, reporter)
    assert (report.state, report.left_at) == (State.AWAITING_APPROVAL, None)
    report = do("approve", report, approver)
    assert (report.state, report.left_at) == (State.UNDER_REVIEW, BEFORE_DUE)
    report = do("accept", report, office)
    assert report.state == State.ACCEPTED
    assert report.versions.count() == 1
    assert [step.verb for step in report.steps.all()] == ["submit", "approve", "accept"]
    assert [event.verb for event in trail_of(report)][::-1] == ["填写", "提交审签", "审签通过", "采用"]


def test_a_body_that_needs_no_approver_reports_straight_to_the_office(report, reporter, fgw):
    fgw.needs_approver = False
    fgw.save()
    report.agency = fgw
    report = do("submit", fill(report, by=reporter), reporter)
    assert (report.state, report.left_at) == (State.UNDER_REVIEW, BEFORE_DUE)
    assert report.versions.count() == 1


def test_sent_back_keeps_the_time_it_left_and_the_reason(report, people, reporter, approver, office):
    report = walk(report, State.UNDER_REVIEW, **people)
    report = do("send_back", report, office)
    assert (report.state, report.left_at, report.return_reason) == (State.RETURNED, BEFORE_DUE, "请补充数据")
    report = fill(report, by=reporter, progress="1—3月，建成平台4个。", now=AFTER_DUE)
    report = do("submit", report, reporter, AFTER_DUE)
    report = do("approve", report, approver, AFTER_DUE)
    assert not report.is_late(AFTER_DUE)
    assert [version.content["progress"] for version in report.versions.all()] == [
        "1—3月，建成平台3个，完成投资1.2亿元。",
        "1—3月，建成平台4个。",
    ]


def test_withdrawing_from_the_office_means_it_has_not_left(report, people, approver):
    report = walk(report, State.UNDER_REVIEW, **people)
    report = do("withdraw", report, approver)
    assert (report.state, report.left_at) == (State.DRAFT, None)
    assert report.versions.count() == 1, "what left once is kept for ever"


def test_only_the_offices_returns_count_as_returned(report, people, reporter, approver):
    report = walk(report, State.AWAITING_APPROVAL, **people)
    report = do("send_back", report, approver)
    assert not ReportStep.objects.filter(report=report, verb="send_back", by_office=True).exists()
    report = do("approve", do("submit", report, reporter), approver)
    report = do("send_back", report, people["office"])
    assert ReportStep.objects.filter(report=report, verb="send_back", by_office=True).count() == 1


def test_reopening_marks_the_confirmed_verdict_stale(report, people, office):
    report = walk(report, State.ACCEPTED, **people)
    verdict = TaskVerdict.objects.create(
        task=report.task,
        period=report.period,
        lamp="green",
        computed_lamp="green",
        rule_version=1,
        confirmed_at=BEFORE_DUE,
        confirmed_by=office,
    )
    do("reopen", report, office, AFTER_DUE)
    verdict.refresh_from_db()
    assert verdict.stale_at == AFTER_DUE


# --- the table -----------------------------------------------------------------------------------

# Who may do each verb from each state; everybody and everything else is refused.
ALLOWED = {
    ("draft", "submit"): {"reporter"},
    ("returned", "submit"): {"reporter"},
    ("awaiting_approval", "approve"): {"approver"},
    ("awaiting_approval", "approve_offline"): {"approver"},
    ("draft", "enter_on_behalf"): {"office"},
    ("returned", "enter_on_behalf"): {"office"},
    ("accepted", "correct"): {"office"},
    ("awaiting_approval", "withdraw"): {"reporter"},
    ("awaiting_approval", "send_back"): {"approver"},
    ("under_review", "withdraw"): {"approver"},
    ("under_review", "send_back"): {"office"},
    ("under_review", "accept"): {"office"},
    ("accepted", "reopen"): {"office"},
}
PEOPLE = (
    "reporter",
    "approver",
    "office",
    "leader",
    "admin",
    "kjj_reporter",
    "kjj_approver",
    "stranger",
    "nobody",
)


@pytest.mark.parametrize("state", State.values)
def test_every_verb_by_everybody_in_every_state(state, report, people, request):
    report = walk(report, state, **people)
    for verb, name in itertools.product(workflow.LABELS, PEOPLE):
        person = request.getfixturevalue(name)
        before = ProgressReport.objects.filter(pk=report.pk).values().get()
        with transaction.atomic():
            if name in ALLOWED.get((state, verb), ()):
                moved = do(verb, report, person)
                targets = {a.target for a in workflow.TRANSITIONS if (a.verb, a.source) == (verb, state)}
                assert moved.state in targets
                assert moved.revision == report.revision + 1
            else:
                with pytest.raises((Denied, WrongState)):
                    do(verb, report, person)
                assert ProgressReport.objects.filter(pk=report.pk).values().get() == before
            transaction.set_rollback(True)


def test_the_table_and_the_allowed_list_name_the_same_arrows():
    assert {(a.source, a.verb) for a in workflow.TRANSITIONS} == set(ALLOWED)


def test_the_diagram_of_the_docs_is_drawn_from_the_table():
    page = (settings.BASE_DIR / "docs" / "workflow.md").read_text(encoding="utf-8")
    assert page == workflow_page(), "run: manage.py draw_workflow"


# --- refusals ------------------------------------------------------------------------------------


def test_the_submitter_never_approves(report, reporter, fgw):
    reporter.posts.create(agency=fgw, role="approver")
    report = do("submit", fill(report, by=reporter), reporter)
    forget_posts(reporter)
    with pytest.raises(Denied, match="另一位审核人"):
        do("approve", report, reporter)


def test_whoever_submitted_or_approved_never_accepts(report, people, office, approver, fgw):
    office.posts.create(agency=fgw, role="approver")
    forget_posts(office)
    report = walk(report, State.AWAITING_APPROVAL, **people)
    report = do("approve", report, office)
    with pytest.raises(Denied, match="另一位同志"):
        do("accept", report, office)


def test_sending_back_needs_a_reason(report, people, office):
    report = walk(report, State.UNDER_REVIEW, **people)
    with pytest.raises(Incomplete) as refused:
        workflow.send_back(report, by=office, now=BEFORE_DUE, revision=report.revision, reason="  ")
    assert "原因" in refused.value.fields["reason"]
    report.refresh_from_db()
    assert report.state == State.UNDER_REVIEW


def test_an_empty_return_is_not_submitted(report, reporter):
    with pytest.raises(Incomplete) as refused:
        do("submit", report, reporter)
    assert set(refused.value.fields) == {"progress"}


def test_the_percent_is_asked_where_the_goal_is_in_percent(report, reporter, office):
    make_goal(report.task, by=office)
    report = fill(report, by=reporter)
    with pytest.raises(Incomplete) as refused:
        do("submit", report, reporter)
    assert set(refused.value.fields) == {"percent"}


def test_no_change_needs_a_reason_and_twice_running_a_ground(report, people, reporter, fgw):
    unchanged = {"nature": TaskReturn.Nature.NO_CHANGE, "no_change_reason": "正在报批"}
    report = walk(report, State.UNDER_REVIEW, **people, **unchanged)
    following = make_report(report.task, fgw, make_period("2030Q2"))
    following = fill(following, by=reporter, **unchanged)
    with pytest.raises(Incomplete) as refused:
        do("submit", following, reporter)
    assert set(refused.value.fields) == {"no_change_ground"}
    following = fill(following, by=reporter, no_change_ground="awaiting_decision")
    assert do("submit", following, reporter).state == State.AWAITING_APPROVAL


def test_a_stale_form_is_told_so_before_the_state_is_looked_at(report, people, reporter):
    stale = report.revision
    report = walk(report, State.AWAITING_APPROVAL, **people)
    with pytest.raises(Stale) as refused:
        do("submit", report, reporter, revision=stale)
    assert refused.value.current.revision == report.revision


def test_a_second_submit_of_the_same_form_changes_nothing(report, reporter):
    report = fill(report, by=reporter)
    first = do("submit", report, reporter)
    with pytest.raises(Stale):
        do("submit", report, reporter)
    first.refresh_from_db()
    assert first.steps.count() == 1


# --- time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left_after", "late"),
    [(timedelta(microseconds=-1), False), (timedelta(0), False), (timedelta(microseconds=1), True)],
)
def test_equal_to_the_due_instant_is_on_time(report, people, left_after, late):
    report = walk(report, State.UNDER_REVIEW, now=DUE + left_after, **people)
    assert report.is_late(DUE + timedelta(days=99)) is late


def test_late_filing_works_until_the_office_locks(report, people, reporter, office):
    report = fill(report, by=reporter, now=AFTER_DUE)
    lock(report, office)
    with pytest.raises(Denied, match="已锁定"):
        do("submit", report, reporter, AFTER_DUE)


def test_after_locking_a_returned_report_is_open_until_its_own_date(report, people, reporter, office):
    report = walk(report, State.UNDER_REVIEW, **people)
    lock(report, office)
    report = do("send_back", report, office, AFTER_DUE)
    assert report.resubmit_by > AFTER_DUE
    again = fill(report, by=reporter, now=report.resubmit_by, progress="1—3月，建成平台5个。")
    with pytest.raises(Denied, match="重报期限已过"):
        do("submit", again, reporter, report.resubmit_by + timedelta(microseconds=1))


def lock(report, office):
    report.period.locked_at, report.period.locked_by = AFTER_DUE, office
    report.period.save()


# --- versions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["progress_reportversion", "progress_reportstep", "agencies_auditevent"])
def test_what_was_recorded_cannot_be_changed_or_deleted(table, report, people):
    walk(report, State.ACCEPTED, **people)
    for statement in (f"UPDATE {table} SET is_demo = {'TRUE'}", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="不可更改或删除"), transaction.atomic():
            connection.cursor().execute(statement)


def test_a_version_carries_the_fingerprint_of_its_content(report, people):
    report = walk(report, State.UNDER_REVIEW, **people)
    version = ReportVersion.objects.get(report=report)
    assert version.sha256 == content.fingerprint(version.content)
    assert version.content["progress"].startswith("1—3月")


# --- drafts --------------------------------------------------------------------------------------


def test_the_loser_of_a_race_sees_both_texts(report, reporter):
    first = fill(report, by=reporter, progress="甲写的2条")
    with pytest.raises(Stale) as lost:
        fill(report, by=reporter, progress="乙写的3条")
    assert lost.value.current.task_return.progress == "甲写的2条"
    assert first.revision == lost.value.current.revision


def test_saving_the_same_text_again_changes_nothing(report, reporter):
    once = fill(report, by=reporter)
    twice = fill(once, by=reporter)
    assert twice.revision == once.revision
    assert trail_of(report).count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"percent": -1}, "percent"),
        ({"percent": 101}, "percent"),
        ({"progress": "长" * 5001}, "progress"),
        ({"progress": "零\x00字符"}, "progress"),
        ({"nature": "别的"}, "nature"),
        ({"colour": "red"}, "colour"),
        ({"targets": [{"target": 0, "value": 1}]}, "targets"),
        ({"projects": [{"project": 0, "stage": "built"}]}, "projects"),
        ({"nodes": [{"node": 0, "done": True}]}, "nodes"),
    ],
)
def test_bad_input_is_named_by_field_and_changes_nothing(report, reporter, changes, field):
    with pytest.raises(ValidationError) as refused:
        drafts.save(report, changes, by=reporter, now=BEFORE_DUE, revision=report.revision)
    assert set(refused.value.message_dict) == {field}
    report.refresh_from_db()
    assert (report.revision, report.task_return.progress) == (1, "")


@pytest.mark.parametrize("name", ["approver", "office", "leader", "admin", "kjj_reporter", "stranger"])
def test_nobody_else_writes_a_bodys_draft(name, report, request):
    with pytest.raises(Denied):
        fill(report, by=request.getfixturevalue(name))


def test_a_submitted_report_is_not_edited(report, people, reporter):
    report = walk(report, State.AWAITING_APPROVAL, **people)
    with pytest.raises(WrongState, match="先撤回"):
        fill(report, by=reporter)


def test_a_successor_acts_for_its_predecessor_once_confirmed(report, fgw, kjj, kjj_reporter, office):
    succession = AgencySuccession.objects.create(
        predecessor=fgw, successor=kjj, kind="merged", inferred=True, basis="名称推断"
    )
    with pytest.raises(Denied):
        fill(report, by=kjj_reporter)
    succession.confirmed_at, succession.confirmed_by = BEFORE_DUE, office
    succession.save()
    forget_posts(kjj_reporter)
    assert fill(report, by=kjj_reporter).task_return.progress
