"""The demonstration of the year's end: made once, labelled, gone without a rest."""

from datetime import datetime

import pytest

from agencies.models import User
from assessment.demonstration import make
from assessment.models import AssessmentRound, Edition, Scheme, SummaryReport
from progress import demonstration, periods
from progress.demonstration.later import BORN
from progress.models import ReportingPeriod
from tasks.models import Assignment
from tests.cast import person
from tests.factories import SHANGHAI, walk

UP_TO = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)
FILED = datetime(2025, 3, 28, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def cast(plans):
    """The demonstration's people, and a quarter of 2025 of which one return was accepted."""
    duties = Assignment.objects.filter(task__plan__code="2024-2026")
    led = duties.leads().filter(agency__code__in=["fgw", "kjj", "czj"])
    few = sorted(set(led.values_list("task__number", flat=True)))[:6]
    duties.exclude(task__number__in=few).delete()
    duties.filter(duty="implied").exclude(agency__code="sixian").delete()
    demonstration.create_people()
    people = {user.username: user for user in User.objects.filter(is_demo=True)}
    period = ReportingPeriod.objects.select_related("plan").get(plan__code="2024-2026", code="2025Q1")
    periods.open_period(period, now=period.opens_at, demo=True)
    report = period.reports.filter(agency__code="fgw").first()
    roles = {"reporter": people["fgw"], "approver": people["fgw-approver"], "office": people["office"]}
    walk(report, "accepted", now=FILED, **roles)
    return people


def everything():
    return {born.model.__name__: born.model.objects.count() for born in BORN}


def test_it_is_made_once_labelled_and_removed_whole(cast):
    make(cast, UP_TO)
    made = everything()
    assert sorted(Scheme.objects.values_list("year", "state")) == [(2025, "published"), (2026, "published")]
    round = AssessmentRound.objects.get()
    assert (round.state, round.is_demo) == ("published", True)
    assert round.units.get(agency__code="fgw").reviewer.code == "czj"
    assert made["Objection"] == made["Adjustment"] == 1
    assert SummaryReport.objects.get().state == "editing"
    assert Edition.objects.get().is_demo
    for born in BORN:
        if any(field.name == "is_demo" for field in born.model._meta.fields):
            assert not born.model.objects.filter(is_demo=False).exists(), born.model

    make(cast, UP_TO)
    assert everything() == made

    demonstration.remove()
    assert set(everything().values()) == {0}
    assert not User.objects.filter(is_demo=True).exists()


def test_what_the_office_has_begun_by_itself_is_not_added_to(cast):
    office = person("real-office", "office", "office")
    plan = ReportingPeriod.objects.filter(plan__code="2024-2026").first().plan
    Scheme.objects.create(plan=plan, year=2025, title="2025年度考核办法", made_at=UP_TO, made_by=office)
    make(cast, UP_TO)
    assert Scheme.objects.get().title == "2025年度考核办法"
    assert not AssessmentRound.objects.exists()
