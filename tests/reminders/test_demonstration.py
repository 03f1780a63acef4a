"""The demonstration of supervision and reminders: made once, labelled, gone without a rest."""

from datetime import datetime

import pytest

from agencies.models import User
from progress import demonstration, periods
from progress.demonstration.later import BORN
from progress.models import ProgressReport, ReportingPeriod
from reminders.demonstration import make as make_reminders
from reminders.models import Message, Reminder
from supervision.demonstration import make as make_supervision
from supervision.models import AdHocAnswer, Meeting, OrderSeries, Problem, SupervisionOrder
from tasks.models import Assignment
from tests.cast import person
from tests.factories import SHANGHAI, walk

UP_TO = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)
LEFT = datetime(2026, 9, 28, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def cast(plans):
    """The demonstration's people, and a third quarter of which one return has left with a problem."""
    led = Assignment.objects.filter(task__plan__code="2024-2026", agency__code__in=["fgw", "kjj"])
    few = sorted(set(led.leads().values_list("task__number", flat=True)))[:6]
    Assignment.objects.filter(task__plan__code="2024-2026").exclude(task__number__in=few).delete()
    demonstration.create_people()
    people = {user.username: user for user in User.objects.filter(is_demo=True)}
    period = ReportingPeriod.objects.select_related("plan").get(plan__code="2024-2026", code="2026Q3")
    periods.open_period(period, now=period.opens_at, demo=True)
    report = ProgressReport.objects.filter(period=period, agency__code="fgw").first()
    roles = {"reporter": people["fgw"], "approver": people["fgw-approver"], "office": people["office"]}
    walk(report, "under_review", now=LEFT, problem="项目用地指标不足。", **roles)
    return people


def everything():
    return {born.model.__name__: born.model.objects.count() for born in BORN}


def test_it_is_made_once_labelled_and_removed_whole(cast):
    make_supervision(cast, UP_TO)
    make_reminders(cast, UP_TO)
    made = everything()
    states = set(SupervisionOrder.objects.values_list("state", flat=True))
    assert {"issued", "answered", "closed"} <= states
    assert Problem.objects.filter(state=Problem.State.IN_HAND).exists()
    assert AdHocAnswer.objects.filter(confirmed_at__isnull=False).exists()
    assert Reminder.objects.filter(message__opened_at__isnull=False).exists()
    for born in BORN:
        if any(field.name == "is_demo" for field in born.model._meta.fields):
            assert not born.model.objects.filter(is_demo=False).exists(), born.model

    make_supervision(cast, UP_TO)
    make_reminders(cast, UP_TO)
    assert everything() == made

    assert OrderSeries.objects.exists()

    demonstration.remove()
    assert set(everything().values()) == {0}
    assert not OrderSeries.objects.exists(), "the first real paper is number 1"
    assert not User.objects.filter(is_demo=True).exists()


def test_what_a_real_person_ordered_stays(cast):
    make_supervision(cast, UP_TO)
    office = person("real-office", "office", "office")
    problem = Problem.objects.filter(is_demo=True).first()
    SupervisionOrder.objects.create(
        plan=problem.plan,
        title="真实事项",
        requirement="办理。",
        agency=problem.agency,
        problem=problem,
        source="problem",
        drafted_at=UP_TO,
        drafted_by=office,
    )
    demonstration.remove()
    kept = SupervisionOrder.objects.get()
    assert (kept.title, kept.problem) == ("真实事项", None)
    assert not Meeting.objects.exists()
    assert not Message.objects.filter(is_demo=True).exists()
