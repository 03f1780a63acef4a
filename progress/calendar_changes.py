"""Edits of the working-day calendar by the office, and what follows from them.

Deadlines of periods not yet opened follow the calendar unless the office has set them otherwise;
opened periods never move.
"""

from contextlib import contextmanager
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from agencies.audit import record
from agencies.models import Role
from agencies.permissions import check_role
from progress.calendar import SATURDAY, working_days
from progress.models import CalendarDay, CalendarYear, ReportingPeriod
from progress.timetable import due_of

LONGEST_HOLIDAY = 15


def check_edit_calendar(user):
    """The calendar decides deadlines, so the office alone keeps it. Raises Denied."""
    check_role(user, Role.OFFICE)


@transaction.atomic
def set_days(first, last, is_working, note, *, by, now):
    """Declare the days `first` to `last` (dates, both included) worked or off; returns the rows stored.

    A day that then no longer differs from Monday to Friday needs no row and loses it. Raises Denied, and
    ValidationError for a range that is reversed or longer than any holiday.
    """
    check_edit_calendar(by)
    length = (last - first).days + 1
    if length < 1:
        raise ValidationError("结束日期不能早于开始日期。", code="reversed")
    if length > LONGEST_HOLIDAY:
        raise ValidationError(f"一次最多录入{LONGEST_HOLIDAY}天，请核对日期。", code="too_long")
    days = [first + timedelta(days=n) for n in range(length)]
    with _deadlines_follow():
        CalendarDay.objects.filter(day__in=days).delete()
        rows = CalendarDay.objects.bulk_create(
            [
                CalendarDay(day=day, is_working=is_working, note=note)
                for day in days
                if is_working != (day.weekday() < SATURDAY)
            ]
        )
    year = CalendarYear.objects.filter(year=first.year).first() or CalendarYear(pk=0, year=first.year)
    detail = {"起": str(first), "止": str(last), "上班": is_working, "说明": note}
    record("修改工作日历", year, by=by, now=now, detail=detail)
    return rows


@transaction.atomic
def remove_day(day, *, by, now):
    """Take one exception back: the day is again what its weekday says. `day`: the CalendarDay."""
    check_edit_calendar(by)
    record("删除日历例外", day, by=by, now=now, detail={"日期": str(day.day), "上班": day.is_working})
    with _deadlines_follow():
        day.delete()


@transaction.atomic
def cover_year(year, source, *, by, now):
    """Declare that all holidays of `year` are entered, so deadlines may be counted in it.

    source: where the arrangement was published. Returns the CalendarYear. Raises Denied, ValidationError.
    """
    check_edit_calendar(by)
    if not source.strip():
        raise ValidationError("请写明放假安排的来源，例如“国办发明电〔2026〕×号”。", code="no_source")
    if CalendarYear.objects.filter(year=year).exists():
        raise ValidationError(f"{year}年已经公布。", code="covered")
    with _deadlines_follow():
        covered = CalendarYear.objects.create(year=year, source=source.strip())
    record("公布年度日历", covered, by=by, now=now, detail={"来源": covered.source})
    return covered


@contextmanager
def _deadlines_follow():
    """Let the unopened deadlines that were as computed before the change be as computed after it."""
    periods = list(ReportingPeriod.objects.filter(opened_at__isnull=True).exclude(code__contains="H"))
    before = _computed(periods)
    yield
    after = _computed(periods)
    for period in periods:
        computed = period.due_at == before[period.pk]
        if computed and after[period.pk] != before[period.pk]:
            period.due_at = after[period.pk]
            period.save(update_fields=["due_at"])


def _computed(periods):
    days = working_days()
    return {period.pk: due_of(period, days) for period in periods}
