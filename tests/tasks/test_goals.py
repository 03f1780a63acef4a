"""Annual goals: who may propose and confirm, what a goal may say, who wins of two editors."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from agencies.models import AuditEvent
from agencies.permissions import Denied
from tasks.goals import (
    GoalContent,
    Node,
    Stale,
    confirm_goals,
    content_of,
    default_expected,
    goal_for,
    save_goal,
)
from tasks.models import AnnualGoal, Assignment, GoalNode
from tests.factories import make_plan, make_task

pytestmark = pytest.mark.django_db
PERCENTS = tuple(Decimal(number) for number in (10, 40, 70, 100))
BY_PERCENT = GoalContent("建成平台3个", expected=PERCENTS)
BY_NODES = GoalContent("完成立法调研", measure="nodes", nodes=(Node("形成报告", date(2030, 9, 30), "报告"),))


@pytest.fixture
def task(fgw, kjj):
    return make_task(leads=[fgw], supports=[kjj])


@pytest.mark.parametrize(
    ("code", "first_period", "year", "expected"),
    [
        ("2024-2026", "2024Q3", 2024, ("0", "0", "50", "100")),
        ("2024-2026", "2024Q3", 2025, ("25", "50", "75", "100")),
        ("2021-2023", "2021Q2", 2021, ("0", "33.33", "66.67", "100")),
        ("2021-2023", "2021Q2", 2023, ("25", "50", "75", "100")),
    ],
)
def test_only_the_months_in_force_count(plans, code, first_period, year, expected):
    plan = plans[code]
    assert plan.first_period == first_period
    assert default_expected(plan, year) == tuple(Decimal(number) for number in expected)


def test_a_new_goal_starts_from_the_defaults_of_its_year(plans):
    task = plans["2024-2026"].tasks.first()
    goal = goal_for(task, 2024)
    assert (goal.pk, goal.revision) == (None, 0)
    assert [goal.expected_percent(quarter) for quarter in (1, 2, 3, 4)] == [0, 0, 50, 100]


def test_the_lead_proposes_and_the_office_confirms(task, reporter, approver, office, clock):
    goal = save_goal(task, 2030, BY_PERCENT, by=reporter, now=clock.now, revision=0)
    assert (goal.proposed_by, goal.is_confirmed, goal.revision) == (reporter, False, 1)
    goal = save_goal(task, 2030, BY_NODES, by=approver, now=clock.now, revision=1)
    assert content_of(goal).nodes == BY_NODES.nodes
    with pytest.raises(Denied):
        confirm_goals({goal.pk: goal.revision}, by=reporter, now=clock.now)
    confirmed = confirm_goals({goal.pk: goal.revision}, by=office, now=clock.now)
    assert [one.confirmed_by for one in confirmed] == [office]
    with pytest.raises(Denied, match="已经确定"):
        save_goal(task, 2030, BY_PERCENT, by=reporter, now=clock.now, revision=3)
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))[-3:] == [
        "提出年度目标",
        "修改年度目标",
        "确定年度目标",
    ]


def test_others_may_not_propose(task, kjj_reporter, leader, admin, stranger, clock):
    for person in (kjj_reporter, leader, admin, stranger):
        with pytest.raises(Denied):
            save_goal(task, 2030, BY_PERCENT, by=person, now=clock.now, revision=0)
    assert not AnnualGoal.objects.filter(task=task).exists()


def test_a_lead_whose_duty_has_ended_may_not_propose(task, reporter, clock):
    Assignment.objects.filter(task=task, role="lead").update(valid_until=date(2026, 1, 1))
    with pytest.raises(Denied):
        save_goal(task, 2030, BY_PERCENT, by=reporter, now=clock.now, revision=0)


def test_the_office_changes_a_confirmed_goal_with_a_reason(task, office, clock):
    goal = save_goal(task, 2030, BY_PERCENT, by=office, now=clock.now, revision=0)
    confirm_goals({goal.pk: 1}, by=office, now=clock.now)
    changed = GoalContent("建成平台5个", expected=PERCENTS)
    with pytest.raises(ValidationError) as refused:
        save_goal(task, 2030, changed, by=office, now=clock.now, revision=2)
    assert "理由" in refused.value.message_dict["reason"][0]
    goal = save_goal(task, 2030, changed, by=office, now=clock.now, revision=2, reason="上级调整")
    assert goal.is_confirmed and goal.statement == "建成平台5个"
    assert AuditEvent.objects.get(verb="调整年度目标").detail["理由"] == "上级调整"


def test_of_two_editors_one_wins_and_the_other_is_told(task, reporter, office, clock):
    save_goal(task, 2030, BY_PERCENT, by=reporter, now=clock.now, revision=0)
    save_goal(task, 2030, BY_NODES, by=office, now=clock.now, revision=1)
    with pytest.raises(Stale) as stale:
        save_goal(task, 2030, BY_PERCENT, by=reporter, now=clock.now, revision=1)
    assert stale.value.current.statement == BY_NODES.statement
    with pytest.raises(Stale):
        save_goal(task, 2030, BY_PERCENT, by=reporter, now=clock.now, revision=0)
    assert AnnualGoal.objects.get(task=task).statement == BY_NODES.statement


def test_what_was_changed_since_is_not_confirmed(task, office, clock):
    goal = save_goal(task, 2030, BY_PERCENT, by=office, now=clock.now, revision=0)
    save_goal(task, 2030, BY_NODES, by=office, now=clock.now, revision=1)
    with pytest.raises(Stale):
        confirm_goals({goal.pk: 1}, by=office, now=clock.now)
    assert not AnnualGoal.objects.get(pk=goal.pk).is_confirmed


@pytest.mark.parametrize(
    ("content", "field", "sentence"),
    [
        (GoalContent("  "), "statement", "请写明"),
        (GoalContent("目标", expected=(Decimal(-1), *PERCENTS[1:])), "expected_q1", "0 到 100"),
        (GoalContent("目标", expected=(*PERCENTS[:3], Decimal(101))), "expected_q4", "0 到 100"),
        (GoalContent("目标", expected=PERCENTS[::-1]), "expected_q4", "累计数"),
        (GoalContent("目标", measure="nodes"), "nodes", "1 至 4 个节点"),
        (GoalContent("目标", measure="nodes", nodes=BY_NODES.nodes * 5), "nodes", "1 至 4 个节点"),
        (
            GoalContent("目标", measure="nodes", nodes=(Node("报告", date(2031, 1, 1)),)),
            "nodes",
            "2030年之内",
        ),
    ],
)
def test_bad_goals_are_refused_with_a_sentence(task, office, clock, content, field, sentence):
    with pytest.raises(ValidationError) as refused:
        save_goal(task, 2030, content, by=office, now=clock.now, revision=0)
    assert sentence in refused.value.message_dict[field][0]
    assert not AnnualGoal.objects.filter(task=task).exists()


def test_a_year_outside_the_plan_is_refused(task, office, clock):
    with pytest.raises(ValidationError, match="不在本计划之内"):
        save_goal(task, 2029, BY_PERCENT, by=office, now=clock.now, revision=0)


def test_separate_leads_have_goals_of_their_own(fgw, kjj, reporter, office, clock):
    task = make_task(7, leads=[fgw, kjj], separate_leads=True, plan=make_plan())
    save_goal(task, 2030, BY_PERCENT, by=reporter, now=clock.now, revision=0, agency=fgw)
    with pytest.raises(Denied, match="市科技局"):
        save_goal(task, 2030, BY_PERCENT, by=reporter, now=clock.now, revision=0, agency=kjj)
    save_goal(task, 2030, BY_NODES, by=office, now=clock.now, revision=0, agency=kjj)
    assert AnnualGoal.objects.filter(task=task).count() == 2


def test_fewer_nodes_take_the_last_ones_away(task, office, clock):
    nodes = tuple(Node(f"第{month}月", date(2030, month, 1)) for month in (3, 6, 9))
    content = GoalContent("三步走", measure="nodes", nodes=nodes[::-1])
    goal = save_goal(task, 2030, content, by=office, now=clock.now, revision=0)
    assert [node.due_on.month for node in goal.nodes.all()] == [3, 6, 9]
    content = GoalContent("两步走", measure="nodes", nodes=nodes[:2])
    goal = save_goal(task, 2030, content, by=office, now=clock.now, revision=1)
    assert [node.title for node in goal.nodes.all()] == ["第3月", "第6月"]
    save_goal(task, 2030, BY_PERCENT, by=office, now=clock.now, revision=2)
    assert not GoalNode.objects.filter(goal=goal).exists()
