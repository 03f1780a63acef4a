"""Filters of tasks, targets and projects."""

from datetime import date

import pytest

from tasks.filters import GoalFilter, ProjectFilter, TargetFilter, TaskFilter
from tasks.models import Assignment, Project, Target, Task
from tests.factories import make_goal, make_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def tasks(fgw, kjj):
    make_task(1, leads=[fgw], supports=[kjj], title="科创走廊")
    make_task(2, leads=[kjj], supports=[fgw], title="产业园区", is_key=True)
    return Task.objects.filter(plan__code="2030-2032").order_by("number")


def numbers(found):
    assert found.is_valid(), found.errors
    return [task.number for task in found.qs]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [1, 2]),
        ({"agency": "fgw"}, [1, 2]),
        ({"agency": "fgw", "role": "lead"}, [1]),
        ({"agency": "kjj", "role": "support"}, [1]),
        ({"role": "lead"}, [1, 2]),
        ({"key": "true"}, [2]),
        ({"q": "园区"}, [2]),
        ({"q": "任务 之1"}, [1]),
        ({"q": "2"}, [1, 2]),
        ({"q": "没有这样的词"}, []),
        ({"chapter": "1"}, [1, 2]),
        ({"chapter": "7"}, []),
    ],
)
def test_tasks_are_filtered(tasks, query, expected):
    assert numbers(TaskFilter(query, tasks)) == expected
    if query.get("chapter") != "7":
        assert numbers(TaskFilter(query, tasks, plan_shown=tasks[0].plan)) == expected


def test_agency_and_role_must_match_one_assignment(tasks, fgw, kjj):
    """The control: two joined conditions would find task 2, which kjj leads and fgw supports."""
    loose = tasks.filter(assignments__agency=fgw).filter(assignments__role="lead").distinct()
    assert loose.count() == 2
    assert numbers(TaskFilter({"agency": "fgw", "role": "lead"}, tasks)) == [1]


def test_a_duty_that_has_ended_does_not_match(tasks, fgw):
    Assignment.objects.filter(agency=fgw, role="lead").update(valid_until=date(2020, 1, 1))
    assert numbers(TaskFilter({"agency": "fgw", "role": "lead"}, tasks)) == []


@pytest.mark.parametrize(
    "query",
    [
        {"agency": "nowhere"},
        {"role": "boss"},
        {"chapter": "一"},
        {"chapter": "1e400"},
        {"q": "字" * 61},
        {"q": "\x00"},
    ],
)
def test_bad_filters_are_told(tasks, query):
    assert not TaskFilter(query, tasks).is_valid()


def test_goals_are_filtered_by_state(tasks, office):
    make_goal(tasks[0], by=office)
    states = {
        state: numbers(GoalFilter({"state": state}, tasks, year=2030))
        for state in ("undecided", "missing", "proposed", "confirmed")
    }
    assert states == {"undecided": [2], "missing": [2], "proposed": [], "confirmed": [1]}
    make_goal(tasks[1])
    assert numbers(GoalFilter({"state": "proposed"}, tasks, year=2030)) == [2]
    assert numbers(GoalFilter({"state": "missing"}, tasks, year=2031)) == [1, 2]


def test_targets_and_projects_of_the_real_plan(plans, fgw):
    plan = plans["2024-2026"]
    targets = Target.objects.filter(plan=plan)
    own = TargetFilter({"level": "plan"}, targets, plan_shown=plan)
    assert own.is_valid() and own.qs and all(target.task is None for target in own.qs)
    first = targets.filter(task__isnull=False).first().task
    of_task = TargetFilter({"task": str(first.number)}, targets, plan_shown=plan)
    assert {target.task for target in of_task.qs} == {first}
    projects = Project.objects.filter(plan=plan)
    stage = projects.first().planned_stage
    found = ProjectFilter({"stage": stage, "agency": "fgw"}, projects, plan_shown=plan)
    assert found.is_valid() and {project.planned_stage for project in found.qs} <= {stage}
