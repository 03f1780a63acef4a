"""Working days of the State Council's calendar: Monday to Friday, less holidays, plus 调休 days.

Only what differs from Monday to Friday is stored, and only for years the office (or the seed) has
declared covered. About any other year nothing is guessed.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version

from chinese_calendar.constants import Holiday, holidays, workdays
from django.db import transaction

from progress.models import CalendarDay, CalendarYear

FIRST_YEAR = 2021
SATURDAY = 5


class YearNotCovered(Exception):
    """The calendar knows nothing about `year`: what hangs on its working days is 待定."""

    def __init__(self, year):
        super().__init__(f"{year}年的节假日安排尚未录入，无法推算工作日。")
        self.year = year


@dataclass(frozen=True)
class WorkingDays:
    """The calendar as it stands, read once: covered years, and the days that differ."""

    covered: frozenset
    exceptions: dict

    def is_working(self, day):
        """Whether `day` (a date) is worked. Raises YearNotCovered."""
        if day.year not in self.covered:
            raise YearNotCovered(day.year)
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def after(self, day, n):
        """The n-th working day after `day` (before it where n is negative); `day` itself never counts.

        n: whole number, not 0 (ValueError). Raises YearNotCovered when the count enters an unknown year.
        """
        if n == 0:
            raise ValueError("n counts working days and cannot be 0")
        step = timedelta(days=1 if n > 0 else -1)
        left = abs(n)
        while left:
            day += step
            left -= self.is_working(day)
        return day


def working_days():
    """The whole calendar, in two queries: for callers that ask about many days."""
    return WorkingDays(
        covered=frozenset(CalendarYear.objects.values_list("year", flat=True)),
        exceptions=dict(CalendarDay.objects.values_list("day", "is_working")),
    )


def is_working_day(day):
    """Whether `day` (a date) is worked, 调休 Saturdays and Sundays included. Raises YearNotCovered."""
    return working_days().is_working(day)


def working_day_after(day, n):
    """The n-th working day after `day` (before it where n is negative). Raises YearNotCovered."""
    return working_days().after(day, n)


def seed_calendar():
    """Cover every year from 2021 that chinesecalendar knows; returns the years added.

    A year already covered is left as it is, edits of the office included. A running plan's days are
    few, so seeding again costs one query.
    """
    known = range(FIRST_YEAR, max(holidays).year + 1)
    missing = sorted(set(known) - set(CalendarYear.objects.values_list("year", flat=True)))
    if missing:
        with transaction.atomic():
            source = f"国务院办公厅放假安排（chinesecalendar {version('chinesecalendar')}）"
            CalendarYear.objects.bulk_create(
                [CalendarYear(year=year, source=source) for year in missing], ignore_conflicts=True
            )
            CalendarDay.objects.bulk_create(_published_days(missing), ignore_conflicts=True)
    return missing


def _published_days(years):
    """The days of `years` that differ from Monday to Friday, as published."""
    off = [
        CalendarDay(day=day, is_working=False, note=Holiday(name).chinese)
        for day, name in holidays.items()
        if day.year in years and day.weekday() < SATURDAY
    ]
    worked = [
        CalendarDay(day=day, is_working=True, note=f"{Holiday(name).chinese}调休")
        for day, name in workdays.items()
        if day.year in years and day.weekday() >= SATURDAY
    ]
    return off + worked


def days_of(year):
    """Every day of `year`, as dates."""
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
