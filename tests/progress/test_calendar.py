"""Working days against the published calendar, an independent count, and every 调休 day."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from agencies.models import AuditEvent
from agencies.permissions import Denied
from progress import calendar, calendar_changes
from progress.models import CalendarDay, CalendarYear
from progress.periods import ensure_periods
from tasks.models import Plan

pytestmark = pytest.mark.django_db
COVERED = (date(2021, 1, 1), date(2026, 12, 31))


@pytest.fixture
def seeded():
    calendar.seed_calendar()
    return calendar.working_days()


@pytest.fixture
def plan():
    return Plan.objects.create(
        code="9024-9026",
        title="行动方案",
        starts_on=date(2024, 7, 5),
        ends_on=date(2026, 12, 31),
        first_period="2024Q3",
        last_period="2026Q4",
    )


def oracle(day, n):
    """The n-th working day after `day` (before, when negative), counted by the published calendar alone."""
    direction = 1 if n > 0 else -1
    counted = 0
    while counted < abs(n):
        day += timedelta(days=direction)
        counted += 1 if chinese_calendar.is_workday(day) else 0
    return day


def test_every_covered_day_agrees_with_the_published_calendar(seeded):
    day, last = COVERED
    while day <= last:
        assert seeded.is_working(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_nth_working_day_agrees_with_an_independent_count(seeded, count):
    @settings(max_examples=count(20_000), deadline=None, derandomize=True, database=None)
    @given(
        day=st.dates(date(2021, 4, 1), date(2026, 9, 1)),
        n=st.integers(-40, 40).filter(bool),
    )
    def agrees(day, n):
        assert seeded.after(day, n) == oracle(day, n)

    agrees()


def test_a_wrong_calendar_would_be_noticed(seeded):
    """Negative control: without 调休 days the count after the National Day of 2026 differs."""
    bare = calendar.WorkingDays(seeded.covered, {})
    assert bare.after(date(2026, 9, 30), 5) != oracle(date(2026, 9, 30), 5)


def test_worked_saturday_counts(seeded):
    assert calendar.is_working_day(date(2026, 10, 10))
    assert calendar.working_day_after(date(2026, 9, 30), 5) == date(2026, 10, 13)


def test_unknown_year_is_not_guessed(seeded):
    with pytest.raises(calendar.YearNotCovered, match="2027年"):
        calendar.is_working_day(date(2027, 1, 4))
    with pytest.raises(calendar.YearNotCovered):
        calendar.working_day_after(date(2026, 12, 31), 1)
    with pytest.raises(ValueError, match="cannot be 0"):
        calendar.working_day_after(date(2026, 1, 1), 0)


def test_seeding_again_keeps_the_edits_of_the_office(seeded, office, clock):
    day = date(2026, 11, 2)
    calendar_changes.set_days(day, day, False, "临时放假", by=office, now=clock.now)
    assert calendar.seed_calendar() == []
    assert not calendar.is_working_day(day)


def test_a_day_that_is_again_ordinary_needs_no_row(seeded, office, clock):
    calendar_changes.set_days(date(2026, 10, 1), date(2026, 10, 7), True, "", by=office, now=clock.now)
    # 1, 2, 5, 6 and 7 October 2026 are weekdays; 3 and 4 a weekend now worked.
    kept = CalendarDay.objects.filter(day__range=(date(2026, 10, 1), date(2026, 10, 7)))
    assert [row.day.day for row in kept] == [3, 4]


def test_a_removed_exception_is_an_ordinary_day_and_leaves_a_trace(seeded, office, clock):
    row = CalendarDay.objects.get(day=date(2026, 10, 10))
    calendar_changes.remove_day(row, by=office, now=clock.now)
    assert not calendar.is_working_day(date(2026, 10, 10))
    assert AuditEvent.objects.filter(verb="删除日历例外").count() == 1


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (date(2026, 5, 2), date(2026, 5, 1), "结束日期不能早于开始日期"),
        (date(2026, 5, 1), date(2026, 6, 1), "一次最多录入"),
    ],
)
def test_bad_ranges_are_refused(seeded, office, clock, first, last, sentence):
    before = CalendarDay.objects.count()
    with pytest.raises(ValidationError, match=sentence):
        calendar_changes.set_days(first, last, False, "", by=office, now=clock.now)
    assert CalendarDay.objects.count() == before


def test_only_the_office_edits(seeded, stranger, clock):
    day = date(2026, 10, 10)
    for act in (
        lambda: calendar_changes.set_days(day, day, False, "", by=stranger, now=clock.now),
        lambda: calendar_changes.remove_day(CalendarDay.objects.get(day=day), by=stranger, now=clock.now),
        lambda: calendar_changes.cover_year(2027, "通知", by=stranger, now=clock.now),
    ):
        with pytest.raises(Denied):
            act()
    assert calendar.is_working_day(day)


def test_unopened_deadlines_follow_the_calendar(seeded, office, plan, clock):
    ensure_periods(plan, now=clock.now)
    period = plan.periods.get(code="2026Q3")
    assert period.due_at.astimezone(clock.now.tzinfo).date() == date(2026, 10, 13)
    calendar_changes.set_days(
        date(2026, 10, 12), date(2026, 10, 12), False, "台风停班", by=office, now=clock.now
    )
    period.refresh_from_db()
    assert period.due_at.astimezone(clock.now.tzinfo).date() == date(2026, 10, 14)


def test_a_deadline_set_by_hand_stays(seeded, office, plan, clock):
    ensure_periods(plan, now=clock.now)
    period = plan.periods.get(code="2026Q3")
    period.due_at += timedelta(days=3)
    period.save()
    calendar_changes.set_days(date(2026, 10, 12), date(2026, 10, 12), False, "", by=office, now=clock.now)
    assert plan.periods.get(code="2026Q3").due_at == period.due_at


def test_covering_a_year_settles_what_was_undecided(office, clock, plan):
    CalendarYear.objects.filter(year__gte=2026).delete()
    ensure_periods(plan, now=clock.now)
    assert plan.periods.get(code="2026Q3").due_at is None
    calendar_changes.cover_year(2026, "国办发明电", by=office, now=clock.now)
    assert plan.periods.get(code="2026Q3").due_at is not None
    with pytest.raises(ValidationError, match="已经公布"):
        calendar_changes.cover_year(2026, "国办发明电", by=office, now=clock.now)
    with pytest.raises(ValidationError, match="来源"):
        calendar_changes.cover_year(2027, " ", by=office, now=clock.now)
    assert not CalendarYear.objects.filter(year=2027).exists()
