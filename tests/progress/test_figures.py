"""The counts and lamps, from reports that walked the real workflow."""

from datetime import date, timedelta

import pytest

from progress import figures, verdicts
from progress.models import Lamp, LampRule, ProgressReport, TaskReturn, TaskState, UnitReturn
from tasks.models import GoalNode, Task
from tests import factories
from tests.factories import AFTER_DUE, BEFORE_DUE, DUE, State

NOW = AFTER_DUE


def accepted(task, agency, people, period=None, now=BEFORE_DUE, **changes):
    report = factories.make_report(task, agency, period)
    return factories.walk(report, State.ACCEPTED, now=now, **people, **changes)


def stand(task, user, period, now=NOW):
    return figures.standing(task, period, user, now)


# --- lamps ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("percent", "lamp"), [(25, Lamp.GREEN), (15, Lamp.YELLOW), ("15.01", Lamp.GREEN), (0, Lamp.YELLOW)]
)
def test_lamp_from_the_accepted_percent(task, period, fgw, people, percent, lamp):
    accepted(task, fgw, people, period, percent=percent)
    row = stand(task, people["office"], period)
    assert (row.lamp, row.computed_lamp, row.expected) == (lamp, lamp, 25)
    assert row.gap == row.expected - row.percent
    assert not row.lamp_confirmed and row.is_computed


def test_only_accepted_returns_count_and_the_waiting_one_is_told(task, period, fgw, people):
    factories.walk(factories.make_report(task, fgw, period), State.UNDER_REVIEW, **people, percent=25)
    row = stand(task, people["office"], period)
    assert (row.lamp, row.percent, row.pending) == (Lamp.UNREPORTED, None, 1)
    assert "待办公室审核" in row.lamp_reason
    assert row.progress_text == ""


def test_without_a_confirmed_goal_no_pace(fgw, people):
    task = factories.make_task(2, leads=[fgw])
    factories.make_goal(task)  # proposed, not confirmed
    period = factories.make_period()
    accepted(task, fgw, people, period, percent=90)
    row = stand(task, people["office"], period)
    assert (row.lamp, row.percent, row.goal) == (Lamp.NO_GOAL, None, None)


def test_a_yearly_item_is_not_late_within_the_year_but_at_its_end(fgw, people):
    task = factories.make_task(2, leads=[fgw])
    factories.make_goal(task, by=people["office"], yearly_only=True)
    first, last = factories.make_period("2030Q1"), factories.make_period("2030Q4")
    accepted(task, fgw, people, first, percent=0)
    assert stand(task, people["office"], first).lamp == Lamp.YEARLY
    accepted(task, fgw, people, last, percent=50)
    assert stand(task, people["office"], last).lamp == Lamp.RED


def test_done_is_the_offices_word_and_a_full_goal_is_green(task, period, fgw, people):
    accepted(task, fgw, people, period, percent=100)
    assert stand(task, people["office"], period).lamp == Lamp.GREEN
    decide = {"evidence": "验收意见", "by": people["office"], "now": NOW}
    verdicts.decide_state(task, state=TaskState.State.DONE, on=date(2030, 3, 1), **decide)
    assert stand(task, people["office"], period).lamp == Lamp.BLUE


def test_two_yellow_quarters_running_turn_red(task, period, fgw, people):
    second = factories.make_period("2030Q2")
    accepted(task, fgw, people, period, percent=10)
    accepted(task, fgw, people, second, percent=35)
    assert stand(task, people["office"], period).lamp == Lamp.YELLOW
    row = stand(task, people["office"], second)
    assert (row.lamp, row.previous_lamp, row.change) == (Lamp.RED, Lamp.YELLOW, "down")
    assert "连续 2 个季度" in row.lamp_reason


def test_no_change_keeps_the_percent_of_the_year(task, period, fgw, people):
    second = factories.make_period("2030Q2")
    accepted(task, fgw, people, period, percent=22)
    no_change = {"nature": TaskReturn.Nature.NO_CHANGE, "no_change_reason": "等待批复", "progress": ""}
    accepted(task, fgw, people, second, **no_change)
    row = stand(task, people["office"], second)
    assert (row.percent, row.gap) == (22, 28)
    assert row.progress_text == "确认无变化：等待批复"


def test_percent_starts_anew_each_january(task, fgw, people):
    factories.make_goal(task, year=2031, by=people["office"])
    accepted(task, fgw, people, factories.make_period("2030Q4"), percent=100)
    first = factories.make_period("2031Q1")
    no_change = {"nature": TaskReturn.Nature.NO_CHANGE, "no_change_reason": "年初未启动", "progress": ""}
    accepted(task, fgw, people, first, **no_change)
    assert stand(task, people["office"], first).percent == 0


def test_nodes_done_and_due(fgw, people):
    task = factories.make_task(3, leads=[fgw])
    goal = factories.make_goal(task, by=people["office"], measure="nodes")
    nodes = [
        GoalNode.objects.create(
            goal=goal, order=order, title=f"节点{order}", due_on=date(2030, 3 * order, 20)
        )
        for order in (1, 2, 3, 4)
    ]
    first, second = factories.make_period("2030Q1"), factories.make_period("2030Q2")
    accepted(task, fgw, people, first, nodes=[{"node": nodes[0].pk, "done": True}])
    accepted(task, fgw, people, second, nodes=[])
    assert stand(task, people["office"], first).percent == 25
    row = stand(task, people["office"], second)
    assert (row.percent, row.expected, row.lamp) == (25, 50, Lamp.YELLOW)


def test_the_first_lead_speaks_for_the_task_separate_leads_all_do(
    fgw, kjj, people, kjj_reporter, kjj_approver
):
    others = {"reporter": kjj_reporter, "approver": kjj_approver, "office": people["office"]}
    period = factories.make_period()
    rows = {}
    for number, separate in ((4, False), (5, True)):
        task = factories.make_task(number, leads=[fgw, kjj], separate_leads=separate)
        factories.make_goal(task, by=people["office"])
        first = factories.make_report(task, fgw, period, order=0)
        second = factories.make_report(task, kjj, period, order=1)
        factories.walk(first, State.ACCEPTED, **people, percent=20, consolidated="汇总稿")
        factories.walk(second, State.ACCEPTED, **others, percent=10)
        rows[number] = stand(task, people["office"], period)
    assert (rows[4].percent, rows[4].progress_text) == (20, "汇总稿")
    assert (rows[5].percent, rows[5].lowest, rows[5].lamp) == (15, 10, Lamp.YELLOW)
    assert fgw.name in rows[5].progress_text and kjj.name in rows[5].progress_text


def test_the_plans_rule_of_the_year_applies(task, period, fgw, people):
    LampRule.objects.create(plan=task.plan, version=2, from_year=2030, yellow_from=2, red_from=4)
    LampRule.objects.create(plan=task.plan, version=3, from_year=2031, yellow_from=50, red_from=60)
    accepted(task, fgw, people, period, percent=20)
    assert stand(task, people["office"], period).lamp == Lamp.RED
    assert figures.lamp_rule(period).version == 2


# --- who sees the lamp ----------------------------------------------------------------------------


def test_a_computed_lamp_is_for_the_office_and_the_bodies_concerned(
    task, period, fgw, people, leader, stranger, admin
):
    accepted(task, fgw, people, period, percent=25)
    assert stand(task, people["reporter"], period).lamp == Lamp.GREEN
    for other in (leader, stranger, admin):
        row = stand(task, other, period)
        assert (row.lamp, row.lamp_word, row.computed_lamp) == (None, "待审定", None)
        assert row.inputs == {}


def test_a_confirmed_lamp_is_for_every_business_role(task, period, fgw, people, leader, stranger, admin):
    accepted(task, fgw, people, period, percent=25)
    factories.decide(period, by=people["office"])
    for anybody in (people["office"], people["reporter"], leader, stranger):
        row = stand(task, anybody, period)
        assert (row.lamp, row.lamp_confirmed, row.is_computed) == (Lamp.GREEN, True, False)
    assert stand(task, admin, period).lamp is None


# --- counts ---------------------------------------------------------------------------------------


@pytest.fixture
def mixed(fgw, people):
    """One return of every kind: on time, late, no change, draft, returned, waived."""
    period = factories.make_period()
    late = DUE + timedelta(seconds=1)
    no_change = {"nature": "no_change", "no_change_reason": "未到节点", "progress": ""}
    plans = [
        (State.ACCEPTED, DUE, {}),
        (State.ACCEPTED, late, {}),
        (State.UNDER_REVIEW, BEFORE_DUE, no_change),
        (State.DRAFT, BEFORE_DUE, {}),
        (State.RETURNED, BEFORE_DUE, {}),
        (State.AWAITING_APPROVAL, BEFORE_DUE, {}),
    ]
    for number, (state, now, changes) in enumerate(plans, start=1):
        report = factories.make_report(factories.make_task(number, leads=[fgw]), fgw, period)
        factories.walk(report, state, now=now, **people, **changes)
    waived = factories.make_report(factories.make_task(7, leads=[fgw]), fgw, period)
    ProgressReport.objects.filter(pk=waived.pk).update(waived_at=BEFORE_DUE, waived_by=people["office"])
    return period


def test_the_counts_add_up(mixed, people):
    found = figures.filing(mixed.plan, mixed, people["office"], NOW)
    assert found.owed == found.filed + found.no_change + found.unfiled + found.waived == 7
    assert (found.filed, found.no_change, found.unfiled, found.waived) == (3, 1, 2, 1)
    assert (found.on_time, found.late, found.overdue) == (3, 1, 2)
    assert (found.returned, found.awaiting_approval, found.under_review, found.accepted) == (1, 1, 1, 2)
    assert found.on_time_rate == 50  # 3 of 7 owed less 1 waived


def test_nothing_is_overdue_until_the_instant_has_passed(mixed, people):
    assert figures.filing(mixed.plan, mixed, people["office"], DUE).overdue == 0
    assert figures.filing(mixed.plan, mixed, people["office"], DUE + timedelta(seconds=1)).overdue == 2


def test_every_count_has_exactly_its_rows(mixed, people):
    found = figures.filing(mixed.plan, mixed, people["office"], NOW)
    for name, condition in figures.conditions(NOW).items():
        rows = ProgressReport.objects.filter(condition, period=mixed)
        assert rows.count() == getattr(found, name), name


def test_a_body_counts_its_own_and_leaders_count_all(mixed, people, leader, stranger, admin):
    assert figures.filing(mixed.plan, mixed, people["reporter"], NOW).owed == 7
    assert figures.filing(mixed.plan, mixed, leader, NOW).owed == 7
    assert figures.filing(mixed.plan, mixed, stranger, NOW).owed == 0
    assert figures.filing(mixed.plan, mixed, admin, NOW).owed == 0


def test_nothing_owed_has_no_rate(people):
    period = factories.make_period()
    found = figures.filing(period.plan, period, people["office"], NOW)
    assert found.owed == 0 and found.on_time_rate is None


def test_classes_stand_apart(mixed, people, sixian):
    factories.make_report(factories.make_task(8, leads=[sixian]), sixian, mixed)
    classes = figures.filing_by_agency(mixed.plan, mixed, people["office"], NOW)
    assert [each.name for each in classes] == ["县区", "市直及党群部门"]
    assert [each.filing.owed for each in classes] == [1, 7]


def test_the_heat_map_says_the_worst_first(mixed, people):
    heat = figures.heat_map(mixed.plan, mixed, people["office"], NOW)
    [(_, [row])] = heat.classes
    assert [cell.status for cell in row.cells] == ["missing"]
    assert row.cells[0].word == "4/6 未报"
    before = figures.heat_map(mixed.plan, mixed, people["office"], DUE)
    assert before.classes[0][1][0].cells[0].status == "late"


def test_the_unreported_list(mixed, people):
    rows = figures.unreported(mixed.plan, mixed, people["office"], DUE + timedelta(days=2, seconds=1))
    assert [row.task.number for row in rows] == [4, 6]
    assert [row.days_overdue for row in rows] == [3, 3]
    assert rows[0].filled_by == people["reporter"].full_name


def test_problems_come_from_accepted_returns_and_nothing_is_no_problem(fgw, people):
    period = factories.make_period()
    for number, (state, problem) in enumerate(
        [(State.ACCEPTED, "用地指标不足"), (State.ACCEPTED, "无。"), (State.UNDER_REVIEW, "资金不足")],
        start=1,
    ):
        report = factories.make_report(factories.make_task(number, leads=[fgw]), fgw, period)
        factories.walk(report, state, **people, problem=problem)
    rows = figures.problems(period.plan, period, people["office"], NOW)
    assert [row.problem for row in rows] == ["用地指标不足"]


@pytest.mark.parametrize("code, of", [("2030Q1", "2030Q1"), ("2030Q4", "2030")])
def test_problems_of_units_stand_behind_those_of_tasks(sixian, fgw, people, leader, code, of, as_):
    period = factories.make_period(code)
    told = factories.make_period(code) if of == code else factories.make_year(int(of))
    task = factories.make_report(factories.make_task(3, leads=[fgw]), fgw, period)
    factories.walk(task, State.ACCEPTED, **people, problem="用地指标不足")
    summary = factories.make_unit_report(sixian, told)
    UnitReturn.objects.filter(report=summary).update(problem="公交线路未贯通", request="请协调补贴标准")
    assert [row.number for row in figures.problems(period.plan, period, leader, NOW)] == [3]
    ProgressReport.objects.filter(pk=summary.pk).update(state=State.ACCEPTED, left_at=NOW)
    rows = figures.problems(period.plan, period, leader, NOW)
    assert [(row.number, row.problem) for row in rows] == [(3, "用地指标不足"), (None, "公交线路未贯通")]
    place = f"/work/{period.plan.code}/{code}/problems/"
    page = as_(leader).get(place, {"agency": "sixian"}).text
    assert "公交线路未贯通" in page and "用地指标不足" not in page and rows[1].title in page
    assert as_(leader).get(f"{place}export.xlsx").status_code == 200
    said = as_(leader).get("/api/v1/problems/", {"plan": period.plan.code, "period": code}).json()["results"]
    assert [(row["task"] and row["task"]["number"], row["period"]) for row in said] == [(3, code), (None, of)]


# --- sensitive tasks, and cost --------------------------------------------------------------------


def test_sensitive_tasks_are_counted_for_nobody_who_may_not_know(mixed, leader, people):
    Task.objects.filter(plan=mixed.plan, number=1).update(is_sensitive=True)
    assert len(figures.standings(mixed.plan, mixed, leader, NOW)) == 6
    assert figures.filing(mixed.plan, mixed, leader, NOW).owed == 6
    assert figures.filing(mixed.plan, mixed, people["office"], NOW).owed == 7


def test_a_constant_number_of_queries(mixed, people, django_assert_max_num_queries, plans):
    real = plans["2024-2026"].periods.get(code="2026Q3")
    people["office"].posts_today  # noqa: B018 (asked once per request)
    for plan, period in ((mixed.plan, mixed), (real.plan, real)):
        with django_assert_max_num_queries(6):
            figures.standings(plan, period, people["office"], NOW)
        with django_assert_max_num_queries(9):
            figures.overview(plan, period, people["office"], NOW)
