"""A period whose year the calendar does not cover: 待定 everywhere, until the office says when."""

from datetime import timedelta

import pytest
from django.urls import reverse

from agencies.permissions import Denied
from progress import extensions, figures
from progress.models import CalendarYear, DutyRule, ProgressReport, ReportingPeriod
from progress.periods import ensure_periods, open_period
from tests.factories import make_plan, make_task


@pytest.fixture
def opened(fgw, office):
    """The first quarter and the year of a plan whose years nobody has published."""
    task = make_task(leads=[fgw])
    assert not CalendarYear.objects.filter(year=2030).exists()
    ensure_periods(task.plan)
    DutyRule.objects.filter(plan=task.plan, duty="lead").update(frequency="quarterly")
    by_code = {code: ReportingPeriod.objects.get(plan=task.plan, code=code) for code in ("2030Q1", "2030")}
    return {code: open_period(each, now=each.opens_at) for code, each in by_code.items()}


def address(name, code, *rest):
    return reverse(f"progress:{name}", args=["2030-2032", code, *rest])


def test_undecided_everywhere_and_never_late(opened, reporter, office, as_):
    quarter = opened["2030Q1"]
    report = ProgressReport.objects.get(period=quarter)
    assert (quarter.due_at, report.due_at, opened["2030"].due_at) == (None, None, None)
    long_after = quarter.opens_at + timedelta(days=400)
    assert not report.is_late(long_after)
    assert figures.filing(quarter.plan, quarter, office, long_after).overdue == 0
    own, desk = as_(reporter), as_(office)
    for page in (address("workbench", "2030Q1"), report.get_absolute_url(), address("returns", "2030Q1")):
        assert "待定" in own.get(page).content.decode(), page
    assert "待定" in desk.get(reverse("progress:periods", args=["2030-2032"])).content.decode()
    assert "待定" in own.get(address("extensions", "2030Q1")).content.decode()
    with pytest.raises(Denied, match="待定"):
        extensions.check_ask(reporter, report, quarter.opens_at)


@pytest.mark.parametrize("code", ["2030Q1", "2030"])
def test_the_offices_date_reaches_the_rows(code, opened, reporter, office, as_):
    period = opened[code]
    answer = as_(office).post(address("period_due", code), {"due_at": "2031-01-31T18:00"})
    assert answer.status_code == 302
    period.refresh_from_db()
    assert period.due_at is not None
    assert set(ProgressReport.objects.filter(period=period).values_list("due_at", flat=True)) == {
        period.due_at
    }
    if code == "2030Q1":
        report = ProgressReport.objects.get(period=period)
        extensions.check_ask(reporter, report, period.opens_at)
        assert "待定" not in as_(reporter).get(report.get_absolute_url()).content.decode()
    assert make_plan().periods.filter(due_at__isnull=True).exists(), "the other quarters wait"
