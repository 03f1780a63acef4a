"""The facts of a year: what was owed, who answers for it, what is no fact, and who learns nothing of it."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency, AgencySuccession
from assessment import attaining, year_facts
from assessment.facts import UnitFacts
from assessment.models import Finding
from progress.models import (
    ContributionRequest,
    ProgressReport,
    ReportingPeriod,
    ReportStep,
    ReportVersion,
    TargetValue,
    TaskState,
    TaskVerdict,
)
from supervision.models import SupervisionOrder
from tasks.models import Assignment, Target
from tests.factories import (
    AFTER_DUE,
    BEFORE_DUE,
    DUE,
    SHANGHAI,
    make_period,
    make_plan,
    make_report,
    make_task,
    make_unit_report,
    make_year,
)
from tests.supervision.order_life import make_order

pytestmark = pytest.mark.django_db
AFTER_THE_YEAR = datetime(2031, 1, 20, 9, 0, tzinfo=SHANGHAI)


def facts_of(agency, now=AFTER_THE_YEAR, year=2030):
    return year_facts.facts_of_year(make_plan(), year, now, agency=agency).get(agency.pk)


def left(report, at=BEFORE_DUE, state="under_review", **changes):
    """The report as if it had left its body at that moment."""
    ProgressReport.objects.filter(pk=report.pk).update(left_at=at, state=state, **changes)
    report.refresh_from_db()
    return report


def judged(task, lamp, code="2030Q4", by=None, **changes):
    period = make_period(code)
    said = {"lamp": lamp, "computed_lamp": lamp, "rule_version": 1, "confirmed_at": AFTER_DUE}
    return TaskVerdict.objects.create(task=task, period=period, confirmed_by=by, **(said | changes))


def outcomes(facts):
    return {(each.title, each.outcome) for each in facts.returns}


# --- returns ---------------------------------------------------------------------------------------


def test_each_return_is_a_fact_once_it_is_owed(fgw, kjj, office):
    task = make_task(leads=[fgw], supports=[kjj])
    left(make_report(task, fgw))
    late = left(make_report(task, fgw, make_period("2030Q2")), AFTER_DUE + timedelta(days=91))
    make_report(task, fgw, make_period("2030Q3"))
    waived = {"waived_at": DUE, "waived_by": office}
    make_report(task, fgw, make_period("2030Q4"), **waived)
    left(make_unit_report(fgw, make_year()), datetime(2030, 12, 30, tzinfo=SHANGHAI))
    found = facts_of(fgw)
    assert {(each.period, each.outcome) for each in found.returns} == {
        ("2030年第一季度", "on_time"),
        ("2030年第二季度", "late"),
        ("2030年第三季度", "missing"),
        ("2030年第四季度", "waived"),
        ("2030年", "on_time"),
    }
    assert [each.title for each in found.returns if each.kind == "unit"] == ["年度落实情况报告"]
    assert next(each for each in found.returns if each.outcome == "late").url == late.get_absolute_url()
    # 补录 is no fact.
    ReportingPeriod.objects.filter(code="2030Q3").update(is_backfill=True)
    assert "missing" not in {each.outcome for each in facts_of(fgw).returns}


def test_what_is_not_due_yet_is_running_and_an_extension_moves_the_day(fgw):
    report = make_report(make_task(leads=[fgw]), fgw)
    assert outcomes(facts_of(fgw, DUE)) == {("第1项进展表", "running")}
    assert outcomes(facts_of(fgw, DUE + timedelta(seconds=1))) == {("第1项进展表", "missing")}
    ProgressReport.objects.filter(pk=report.pk).update(due_at=DUE + timedelta(days=7))
    assert outcomes(facts_of(fgw, AFTER_DUE)) == {("第1项进展表", "running")}


def test_only_the_office_sending_back_counts_and_the_reason_is_kept(fgw, office, approver):
    report = left(make_report(make_task(leads=[fgw]), fgw))
    step = {"report": report, "verb": "send_back", "to_state": "returned"}
    ReportStep.objects.create(
        **step, from_state="under_review", by=office, by_office=True, at=AFTER_DUE, reason="无数据"
    )
    ReportStep.objects.create(
        **step, from_state="awaiting_approval", by=approver, at=AFTER_DUE, reason="错字"
    )
    (fact,) = facts_of(fgw).returns
    assert [(each.on, each.reason) for each in fact.sent_back] == [("2030-04-09", "无数据")]


def test_what_was_sent_back_is_the_version_that_had_left(fgw, office):
    report = left(make_report(make_task(leads=[fgw]), fgw))
    for number, at in ((1, BEFORE_DUE), (2, AFTER_DUE)):
        told = {"content": {}, "sha256": "", "frozen_at": at, "frozen_by": office}
        ReportVersion.objects.create(report=report, number=number, **told)
    step = {"verb": "send_back", "from_state": "under_review", "to_state": "returned", "by_office": True}
    for minutes in (-1, 1):
        at = AFTER_DUE + timedelta(minutes=minutes)
        ReportStep.objects.create(report=report, by=office, at=at, reason="无数据", **step)
    (fact,) = facts_of(fgw).returns
    page = f"{report.get_absolute_url()}versions/"
    assert [(each.version, each.url) for each in fact.sent_back] == [
        (1, f"{page}#version-1"),
        (2, f"{page}#version-2"),
    ]


def test_a_silent_supporter_answers_for_it_not_the_lead(fgw, kjj, reporter):
    task = make_task(leads=[fgw], supports=[kjj])
    lead = left(make_report(task, fgw))
    material = make_report(task, kjj, role="support", duty="named")
    # Nobody asked: no fact.
    assert facts_of(kjj).returns == ()
    ContributionRequest.objects.create(
        lead_report=lead, contribution=material, wanted="数据", due_at=DUE, asked_at=BEFORE_DUE, by=reporter
    )
    assert outcomes(facts_of(kjj)) == {("第1项配合材料", "missing")}
    assert outcomes(facts_of(fgw)) == {("第1项进展表", "on_time")}


# --- who answers -------------------------------------------------------------------------------------


def test_a_task_moved_in_the_year(fgw, kjj, office):
    """Who leads at the year's end answers for completion; each for the returns it owed itself."""
    task = make_task(leads=[fgw])
    left(make_report(task, fgw))
    Assignment.objects.filter(task=task).update(valid_until=date(2030, 6, 30))
    Assignment.objects.create(task=task, agency=kjj, role="lead", duty="lead", valid_from=date(2030, 7, 1))
    make_report(task, kjj, make_period("2030Q3"))
    judged(task, "yellow", by=office)
    before, after = facts_of(fgw), facts_of(kjj)
    assert (before.tasks, [each.lamp for each in after.tasks]) == ((), ["yellow"])
    assert (outcomes(before), outcomes(after)) == (
        {("第1项进展表", "on_time")},
        {("第1项进展表", "missing")},
    )
    # Half a year earlier it was still the first one's.
    assert facts_of(fgw, datetime(2030, 6, 1, tzinfo=SHANGHAI)).tasks


@pytest.fixture
def merged(fgw, office):
    """A body that was merged into 市发展改革委 on 1 July 2030."""
    old = Agency.objects.create(code="oldone", name="市铁路办", kind="municipal")
    AgencySuccession.objects.create(
        predecessor=old, successor=fgw, kind="merged", on=date(2030, 7, 1), document="市委编办文件"
    )
    return old


@pytest.mark.parametrize("kind", ["merged", "renamed", "abolished"])
def test_a_body_merged_or_renamed_in_the_year_counts_for_the_one_that_follows(kind, fgw, merged, office):
    AgencySuccession.objects.update(kind=kind)
    make_report(make_task(1, leads=[merged]), merged)
    left(make_report(make_task(2, leads=[fgw]), fgw))
    found = year_facts.facts_of_year(make_plan(), 2030, AFTER_THE_YEAR)
    assert merged.pk not in found
    assert found[fgw.pk].merged == ("市铁路办",)
    assert outcomes(found[fgw.pk]) == {("第1项进展表", "missing"), ("第2项进展表", "on_time")}
    assert {each.number for each in found[fgw.pk].tasks} == {1, 2}
    # Whoever asks for the old body gets the one that follows; before the day it stood alone.
    assert set(year_facts.facts_of_year(make_plan(), 2030, AFTER_THE_YEAR, agency=merged)) == {fgw.pk}
    assert facts_of(merged, AFTER_DUE).merged == ()


def test_an_unconfirmed_succession_or_a_division_moves_nothing(fgw, kjj, merged):
    make_report(make_task(1, leads=[merged]), merged)
    AgencySuccession.objects.update(inferred=True)
    assert facts_of(merged) is not None
    AgencySuccession.objects.update(inferred=False)
    AgencySuccession.objects.create(predecessor=merged, successor=kjj, kind="merged")
    assert facts_of(merged) is not None


def test_a_body_without_any_duty_has_no_facts(fgw, sixian):
    make_task(leads=[fgw])
    task = make_task(2, leads=[sixian])
    Assignment.objects.filter(task=task).update(valid_until=date(2029, 12, 31))
    assert facts_of(sixian).is_empty
    assert not facts_of(fgw).is_empty
    assert facts_of(sixian).unit_class == "county"


# --- tasks and targets -------------------------------------------------------------------------------


def test_the_last_confirmed_lamp_of_the_year_counts(fgw, office):
    task = make_task(leads=[fgw])
    judged(task, "green", "2030Q1", office)
    judged(task, "red", "2030Q2", office)
    judged(task, "blue", "2031Q1", office)
    (fact,) = facts_of(fgw).tasks
    assert (fact.lamp, fact.word, fact.period) == ("red", "严重滞后", "2030年第二季度")
    TaskState.objects.create(
        task=task, state="done", on=date(2030, 9, 1), evidence="验收", decided_by=office, decided_at=AFTER_DUE
    )
    assert facts_of(fgw).tasks[0].lamp == "blue"


def make_target(task, **fields):
    usual = {"indicator": "平台", "operator": ">=", "value_text": "10", "minimum": Decimal(10), "unit": "个"}
    usual |= {"due": "year", "due_year": 2030, "quote": "建成10个平台"}
    return Target.objects.create(plan=task.plan, task=task, **(usual | fields))


def told(target, agency, value, code="2030Q4", certainty="preliminary"):
    report = left(make_report(target.task, agency, make_period(code)), state="accepted")
    return TargetValue.objects.create(report=report, target=target, value=value, certainty=certainty)


def test_a_target_is_measured_by_its_newest_most_certain_value(fgw):
    target = make_target(make_task(leads=[fgw]))
    make_period("2030Q4")
    (fact,) = facts_of(fgw).targets
    assert (fact.attained, fact.reported, fact.owed) == (None, False, True)
    told(target, fgw, 4, "2030Q1")
    newest = told(target, fgw, 8)
    (fact,) = facts_of(fgw).targets
    assert (Decimal(fact.attained), fact.value) == (Decimal("0.8"), "8个（2030年第四季度快报）")
    TargetValue.objects.create(report=newest.report, target=target, value=10, certainty="verified")
    assert facts_of(fgw).targets[0].attained == "1"


def test_a_target_of_the_whole_plan_leads_to_the_list_of_targets(fgw, reporter, as_):
    target = make_target(make_task(leads=[fgw]))
    Target.objects.filter(pk=target.pk).update(task=None, responsible=fgw, indicator="区域总量&增速")
    make_period("2030Q4")
    (fact,) = facts_of(fgw).targets
    page = as_(reporter).get(fact.url)
    assert (page.status_code, "区域总量&amp;增速" in page.content.decode()) == (200, True)


def test_a_goal_not_reached_yet_is_not_held_against_anybody_during_the_year(fgw):
    told(make_target(make_task(leads=[fgw])), fgw, 4, "2030Q1")
    make_period("2030Q4")
    (fact,) = facts_of(fgw, AFTER_DUE).targets
    assert (fact.attained, fact.why, fact.owed) == (None, "尚未达成，年末计分", False)


def test_a_goal_without_a_number_waits_for_a_finding(fgw, kjj, office):
    task = make_task(leads=[fgw, kjj])
    target = make_target(task, operator="milestone", minimum=None)
    other = make_target(task, operator="label", indicator="5+5+N")
    (fact,) = facts_of(fgw).targets
    assert (fact.attained, fact.why, fact.owed) == (None, "没有可计算的数值，待办公室认定", False)
    said = {"plan": task.plan, "year": 2030, "basis": "已验收", "found_at": AFTER_DUE, "found_by": office}
    Finding.objects.create(kind="target_met", agency=fgw, target=target, **said)
    assert facts_of(fgw).targets[0].attained == "1"
    assert facts_of(kjj).targets[0].attained is None
    assert other.pk not in {each.target for each in facts_of(kjj).targets}


def test_where_each_answers_apart_only_its_own_value_counts(fgw, kjj):
    target = make_target(make_task(leads=[fgw, kjj]), scope="each")
    told(target, fgw, 10)
    assert [facts_of(each).targets[0].attained for each in (fgw, kjj)] == ["1", None]


@pytest.mark.parametrize(
    ("operator", "bounds", "unit", "value", "share"),
    [
        (">=", (10, None), "个", 12, 1),
        (">=", (10, None), "个", 4, "0.4"),
        (">", (10, None), "个", 10, "0.999999"),
        ("<=", (None, 3), "小时", 3, 1),
        ("<=", (None, 3), "小时", 4, "0.75"),
        ("<", (None, 3), "小时", 3, "0.999999"),
        ("range", (8, 10), "个", 8, 1),
        ("range", (8, 10), "个", 6, "0.75"),
        ("rank", (None, 3), "位", 2, 1),
        ("rank", (None, 3), "位", 6, "0.5"),
        ("full", (100, 100), "%", 97, "0.97"),
        # Bounds of money are kept in 万元, values told in the target's own unit.
        (">=", (50_000, None), "亿元", 4, "0.8"),
        (">=", (10, None), "个", -1, 0),
    ],
)
def test_how_much_of_a_target_a_value_reaches(operator, bounds, unit, value, share):
    low, high = (None if each is None else Decimal(each) for each in bounds)
    target = Target(operator=operator, minimum=low, maximum=high, unit=unit)
    assert attaining.attained(target, Decimal(value)) == Decimal(share)


# --- orders, secrets, cost -----------------------------------------------------------------------------


def ordered(agency, office, office2, *, due=DUE, **changes):
    order = make_order(agency, by=office, tasks=changes.pop("tasks", ()))
    issued = {"issued_at": BEFORE_DUE, "issued_by": office, "checked_at": BEFORE_DUE, "checked_by": office2}
    issued |= {"mark": "宿长三角督", "year": 2030, "number": order.pk, "state": "working", "due_at": due}
    SupervisionOrder.objects.filter(pk=order.pk).update(**(issued | changes))
    return order


def test_orders_count_in_the_year_of_their_limit(fgw, office, office2):
    make_plan()
    ordered(fgw, office, office2)
    closed = {"state": "closed", "closed_by": office}
    ordered(fgw, office, office2, closed_at=AFTER_DUE, answered_at=BEFORE_DUE, **closed)
    ordered(fgw, office, office2, closed_at=AFTER_DUE, **closed)
    ordered(fgw, office, office2, due=AFTER_THE_YEAR)
    ordered(fgw, office, office2, state="cancelled")
    assert sorted(each.outcome for each in facts_of(fgw).orders) == ["late", "on_time", "overdue"]
    assert [each.outcome for each in facts_of(fgw, BEFORE_DUE).orders][0] == "running"


def test_facts_of_a_sensitive_task_carry_no_words_of_it(fgw, office, office2):
    task = make_task(leads=[fgw], is_sensitive=True, title="不可说")
    report = left(make_report(task, fgw))
    make_target(task, indicator="不可说的数")
    told(make_target(task, indicator="不可说二"), fgw, 5)
    step = {"report": report, "verb": "send_back", "to_state": "returned", "from_state": "under_review"}
    ReportStep.objects.create(**step, by=office, by_office=True, at=AFTER_DUE, reason="不可说三")
    said = {"plan": task.plan, "year": 2030, "found_at": AFTER_DUE, "found_by": office}
    Finding.objects.create(kind="insubstantial", agency=fgw, report=report, basis="不可说四", **said)
    ordered(fgw, office, office2, tasks=[task])
    found = facts_of(fgw)
    assert "不可说" not in str(found.as_json()) and "加快平台建设" not in str(found.as_json())
    kinds = (found.tasks, found.targets, found.returns, found.orders)
    assert all(kinds) and all(each.sensitive for rows in kinds for each in rows)
    # The control: of another task the words are there.
    type(task).objects.update(is_sensitive=False)
    assert "不可说" in str(facts_of(fgw).as_json())


def test_facts_read_back_equal_and_are_asked_for_in_five_queries(fgw, kjj, office):
    for number in range(1, 4):
        left(make_report(make_task(number, leads=[fgw], supports=[kjj]), fgw))
    found = facts_of(fgw)
    assert UnitFacts.from_json(found.as_json()) == found
    for number in range(4, 9):
        judged(make_task(number, leads=[kjj]), "green", by=office)
    plan = make_plan()
    with CaptureQueriesContext(connection) as asked:
        assert len(year_facts.facts_of_year(plan, 2030, AFTER_THE_YEAR)) == 2
    assert len(asked) == 5
