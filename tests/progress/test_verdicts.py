"""审定: what the office confirms after the leads were heard, what locking freezes, what makes it stale."""

from datetime import timedelta
from decimal import Decimal

import pytest

from agencies.permissions import Denied
from progress import figures, hearings, periods, proposals, verdicts, workflow
from progress.models import Lamp, LampRule, TaskVerdict, VerdictProposal
from tests import factories
from tests.factories import AFTER_DUE, State

NOW = AFTER_DUE
LATER = NOW + timedelta(days=10)
LATEST = NOW + timedelta(days=30)


@pytest.fixture
def report(task, period, fgw, people):
    return factories.walk(factories.make_report(task, fgw, period), State.ACCEPTED, **people, percent=15)


def stand(task, user, period, now=NOW):
    return figures.standing(task, period, user, now)


def put(period, office, now=NOW):
    """Drafted and sent, all of them."""
    proposals.propose(period, "all", by=office, now=now)
    proposals.send_for_feedback(period, "all", by=office, now=now)


def test_what_is_confirmed_is_what_the_leads_were_heard_on(report, task, period, office):
    put(period, office)
    [verdict] = verdicts.confirm_verdicts(period, "all", by=office, now=LATER).done
    assert (verdict.lamp, verdict.computed_lamp, verdict.rule_version) == ("yellow", "yellow", 1)
    assert verdict.inputs["percent"] == "15.00" and verdict.inputs["expected"] == "25.00"
    assert verdict.text == "1—3月，建成平台3个，完成投资1.2亿元。"
    assert [source["report"] for source in verdict.sources] == [report.pk]
    assert verdicts.confirm_verdicts(period, "all", by=office, now=LATER).done == []


def test_an_unheard_lamp_is_refused(report, period, office):
    for step in (None, proposals.propose, proposals.send_for_feedback):
        if step is not None:
            step(period, "all", by=office, now=NOW)
        with pytest.raises(verdicts.Refused, match="还没有|反馈期未满"):
            verdicts.confirm_verdicts(period, [1], by=office, now=NOW)
    assert not TaskVerdict.objects.exists()


def test_a_task_that_is_only_grey_is_heard_as_well(fgw, office):
    factories.make_task(1, leads=[fgw])
    period = factories.make_period()
    with pytest.raises(verdicts.Refused):
        verdicts.confirm_verdicts(period, [1], by=office, now=NOW)
    [verdict] = factories.decide(period, by=office)
    assert verdict.lamp == Lamp.NO_GOAL


def test_once_all_leads_have_answered_nothing_is_waited_for(report, task, period, fgw, people):
    office = people["office"]
    put(period, office)
    answer(task, period, people["approver"], fgw, "agrees")
    assert len(verdicts.confirm_verdicts(period, "all", by=office, now=NOW).done) == 1


def answer(task, period, user, agency, stance, text="", now=NOW):
    [hearing] = hearings.of_period(period, user, now, numbers=[task.number])
    return proposals.reply(
        hearing,
        agency=agency,
        stance=stance,
        text=text,
        revision=hearing.proposal.revision,
        by=user,
        now=now,
    )


def test_an_objection_is_answered_singly_even_after_the_time(report, task, period, fgw, people, kjj):
    office = people["office"]
    other = factories.make_task(2, leads=[kjj])
    put(period, office)
    answer(task, period, people["reporter"], fgw, "objects", "省里已认可")
    outcome = verdicts.confirm_verdicts(period, [1, 2], by=office, now=LATER, answer="以审定数据为准")
    assert [verdict.task for verdict in outcome.done] == [other]
    assert outcome.skipped == [(1, "牵头单位有异议，须逐项答复后审定")]
    with pytest.raises(verdicts.Refused, match="须逐项答复"):
        verdicts.confirm_verdicts(period, [1], by=office, now=LATER)
    [verdict] = verdicts.confirm_verdicts(period, [1], by=office, now=LATER, answer="佐证材料不足").done
    assert verdict.answer == "佐证材料不足"


def test_in_bulk_those_not_ready_are_left_with_the_reason(report, period, fgw, office):
    put(period, office)
    factories.make_task(2, leads=[fgw])
    outcome = verdicts.confirm_verdicts(period, [1, 2], by=office, now=LATER)
    assert [verdict.task.number for verdict in outcome.done] == [1]
    assert [number for number, _ in outcome.skipped] == [2] and "还没有拟定" in outcome.skipped[0][1]


def test_only_the_office_confirms(report, period, people, leader):
    for other in (leader, people["reporter"]):
        with pytest.raises(Denied):
            verdicts.confirm_verdicts(period, "all", by=other, now=NOW)


def test_what_is_not_there_cannot_be_confirmed(report, period, office):
    with pytest.raises(verdicts.Refused, match="没有第 99 项"):
        verdicts.confirm_verdicts(period, [99], by=office, now=NOW)
    with pytest.raises(verdicts.Refused, match="勾选"):
        verdicts.confirm_verdicts(period, [], by=office, now=NOW)


def test_reopening_makes_the_verdict_stale_and_it_must_be_proposed_anew(report, task, period, office):
    factories.decide(period, by=office)
    workflow.reopen(report, by=office, now=NOW, revision=report.revision, reason="数据有误")
    row = stand(task, office, period)
    assert row.lamp_stale and row.computed_lamp == Lamp.UNREPORTED and row.progress_text == ""
    with pytest.raises(verdicts.Refused, match="重新拟定"):
        verdicts.confirm_verdicts(period, [1], by=office, now=LATER)
    [verdict] = factories.decide(period, by=office, now=LATEST)
    assert (verdict.lamp, verdict.stale_at, verdict.text) == ("unreported", None, "")
    trail = figures.standing(task, period, office, LATEST).verdict
    assert TaskVerdict.objects.count() == 1 and trail.pk == verdict.pk


def test_a_return_accepted_after_the_verdict_makes_it_stale(task, period, fgw, people):
    report = factories.make_report(task, fgw, period)
    factories.decide(period, by=people["office"])
    factories.walk(report, State.ACCEPTED, **people, now=NOW, percent=25)
    row = stand(task, people["office"], period)
    assert row.lamp == Lamp.UNREPORTED and row.lamp_stale and row.computed_lamp == Lamp.GREEN


def test_the_confirmed_text_is_what_others_read(report, task, period, office, stranger, leader, admin):
    factories.decide(period, [1], by=office, text="建成平台3个。投资进度正常。")
    for anybody in (office, leader, stranger):
        assert stand(task, anybody, period).progress_text == "建成平台3个。投资进度正常。"
    assert stand(task, admin, period).progress_text == ""


# --- locking --------------------------------------------------------------------------------------


def move_the_ground(plan, task):
    """A new lamp rule and another goal, which would turn the lamp."""
    LampRule.objects.create(plan=plan, version=9, from_year=2030, yellow_from=2, red_from=4)
    task.annual_goals.update(expected_q1=45)


@pytest.mark.parametrize("confirmed", [True, False])
def test_locking_freezes_the_lamp_whatever_rule_and_goal_become(report, task, period, office, confirmed):
    if confirmed:
        factories.decide(period, by=office)
    periods.lock_period(period, by=office, now=LATER)
    move_the_ground(period.plan, task)
    row = stand(task, office, period)
    assert (row.computed_lamp, row.percent, row.expected) == (Lamp.YELLOW, 15, 25)
    assert row.gap == Decimal(10) if row.gap is not None else True
    assert row.lamp_confirmed is confirmed
    second = factories.make_period("2030Q2")
    assert stand(task, office, second).previous_lamp == Lamp.YELLOW


def test_without_locking_the_ground_moves_the_lamp(report, task, period, office):
    """The control of the test above."""
    move_the_ground(period.plan, task)
    assert stand(task, office, period).computed_lamp == Lamp.RED


def test_after_locking_what_was_open_may_still_be_heard_and_confirmed(report, task, period, office):
    periods.lock_period(period, by=office, now=NOW)
    move_the_ground(period.plan, task)
    [verdict] = factories.decide(period, by=office, now=LATEST)
    assert verdict.lamp == Lamp.YELLOW and verdict.frozen_at is not None
    with pytest.raises(verdicts.Refused, match="已锁定"):
        proposals.propose(period, [1], by=office, now=LATEST, lamp="green", reason="再想想")


def test_a_return_reopened_after_locking_thaws_its_lamp_only(report, task, period, fgw, people):
    office = people["office"]
    other = factories.make_task(2, leads=[fgw])
    factories.make_goal(other, by=office)
    factories.walk(factories.make_report(other, fgw, period), State.ACCEPTED, **people, percent=15)
    factories.decide(period, by=office)
    periods.lock_period(period, by=office, now=LATER)
    move_the_ground(period.plan, task)
    other.annual_goals.update(expected_q1=45)
    workflow.reopen(report, by=office, now=LATER, revision=report.revision, reason="数据有误")
    assert stand(task, office, period).computed_lamp == Lamp.UNREPORTED
    assert stand(other, office, period).computed_lamp == Lamp.YELLOW
    [verdict] = factories.decide(period, by=office, now=LATEST)
    assert verdict.task == task and verdict.frozen_at == LATEST


def test_unlocking_measures_again(report, task, period, office):
    periods.lock_period(period, by=office, now=NOW)
    move_the_ground(period.plan, task)
    periods.unlock_period(period, by=office, now=LATER)
    assert stand(task, office, period).computed_lamp == Lamp.RED
    assert not VerdictProposal.objects.filter(frozen_at__isnull=False).exists()
