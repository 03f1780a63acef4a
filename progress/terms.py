"""办理时限: how many working days the desk gives, and the instant they end on."""

from datetime import timedelta

from progress import calendar
from progress.models import TermRule
from progress.timetable import DUE_HOUR, here, local


def terms_of(period):
    """The TermRule in force for a period's year; the usual one where its plan has none. One query."""
    rules = TermRule.objects.filter(plan=period.plan_id, from_year__lte=period.year)
    return rules.order_by("-from_year").first() or TermRule(plan_id=period.plan_id, from_year=period.year)


def working_days_from(now, days):
    """18:00 (Asia/Shanghai) of the `days`-th working day after `now`; where the calendar does not cover the
    year, that many days and a weekend later."""
    today = here(now).date()
    try:
        day = calendar.working_day_after(today, days)
    except calendar.YearNotCovered:
        day = today + timedelta(days=days + 2)
    return local(day, DUE_HOUR)


def working_days_before(instant, days):
    """The same hour `days` working days before `instant`; calendar days and a weekend where not covered."""
    at = here(instant)
    day = at.date()
    try:
        day = calendar.working_day_after(day, -days) if days else day
    except calendar.YearNotCovered:
        day = at.date() - timedelta(days=days + 2)
    return at.replace(year=day.year, month=day.month, day=day.day)
