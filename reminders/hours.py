"""When the machines of a plan may speak: the hour of the day, quiet hours, days off."""

from progress.calendar import YearNotCovered
from progress.timetable import here, local
from reminders.models import SendingHours


def hours_of(plan):
    """The SendingHours of a plan; the usual ones, unsaved, where it has none. One query."""
    return SendingHours.objects.filter(plan=plan).first() or SendingHours(plan=plan)


def is_quiet(hours, now):
    """Whether nothing may go out at this instant: quiet hours, also over midnight. Days are not looked at."""
    return _within(here(now).time(), hours.quiet_from, hours.quiet_until)


def _within(moment, begins, ends):
    if begins < ends:
        return begins <= moment < ends
    return moment >= begins or moment < ends


def send_from(hours, day):
    """The instant from which what is planned for `day` may go out: the hour of sending, or the end of the
    quiet hours it falls into (of the same day: what would fall behind midnight goes out in the morning)."""
    quiet = _within(hours.send_at, hours.quiet_from, hours.quiet_until)
    return local(day, hours.quiet_until if quiet else hours.send_at)


def is_sending_day(hours, day, days):
    """Whether machines may speak on `day`. days: WorkingDays; where they do not cover the year, Monday to
    Friday count."""
    if not hours.working_days_only:
        return True
    try:
        return days.is_working(day)
    except YearNotCovered:
        return day.weekday() < 5
