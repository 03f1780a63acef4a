"""When quarters and years open for reporting and are due, in Asia/Shanghai (practice, section 2)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from progress.calendar import YearNotCovered

OPENING_HOUR = time(8, 30)
DUE_HOUR = time(18, 0)
OPENING_DAY = 10
DUE_WORKING_DAY = 5
YEAR_END_OPENING = (11, 15)
YEAR_END_DUE = (12, 20)


@dataclass(frozen=True)
class Quarter:
    """A calendar quarter, in the code's own words: Quarter(2026, 3) is `2026Q3`."""

    year: int
    number: int

    @classmethod
    def from_code(cls, code):
        """Raises ValueError for anything but `2026Q3`."""
        year, _, number = code.partition("Q")
        quarter = cls(int(year), int(number))
        if quarter.number not in range(1, 5):
            raise ValueError(f"no quarter: {code}")
        return quarter

    @property
    def code(self):
        return f"{self.year}Q{self.number}"

    @property
    def last_month(self):
        return self.number * 3

    @property
    def starts_on(self):
        return date(self.year, self.last_month - 2, 1)

    @property
    def ends_on(self):
        return self.following.starts_on - timedelta(days=1)

    @property
    def following(self):
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)


@dataclass(frozen=True)
class Year:
    """A calendar year as far as a plan covers it: its annual report is `2026`."""

    year: int
    starts_on: date

    @property
    def code(self):
        return str(self.year)

    @property
    def ends_on(self):
        return date(self.year, 12, 31)


def quarters(first, last):
    """The quarters from code `first` to code `last`, both included."""
    quarter, end = Quarter.from_code(first), Quarter.from_code(last)
    found = []
    while (quarter.year, quarter.number) <= (end.year, end.number):
        found.append(quarter)
        quarter = quarter.following
    return found


def years(first, last):
    """The years of the quarters from code `first` to code `last`, but for one without its fourth quarter.

    The opening year begins with the plan's first quarter.
    """
    starts = {}
    for quarter in quarters(first, last):
        starts.setdefault(quarter.year, quarter.starts_on)
        ended = quarter
    complete = [year for year in starts if year < ended.year or ended.number == 4]
    return [Year(year, starts[year]) for year in complete]


def local(day, hour):
    """The instant `hour` of `day` in Asia/Shanghai."""
    return datetime.combine(day, hour, tzinfo=timezone.get_default_timezone())


def here(moment):
    """A moment in Asia/Shanghai, whatever time zone is active."""
    return timezone.localtime(moment, timezone.get_default_timezone())


def spoken(moment):
    """“2026年10月13日18:00” in Asia/Shanghai; 待定 for None."""
    return "待定" if moment is None else f"{here(moment).year}年{spoken_day(moment)}"


def spoken_day(moment):
    """“10月13日18:00” in Asia/Shanghai, where the year goes without saying."""
    at = here(moment)
    return f"{at.month}月{at.day}日{at:%H:%M}"


def opening_of(span):
    """The instant a Quarter or Year opens for reporting. The year opens together with its last quarter."""
    if isinstance(span, Year) or span.number == 4:
        return local(date(span.year, *YEAR_END_OPENING), OPENING_HOUR)
    return local(date(span.year, span.last_month, OPENING_DAY), OPENING_HOUR)


def deadline_of(span, days):
    """The instant a Quarter or Year is due, or None (待定) where the calendar `days` does not cover the year.

    days: the WorkingDays to count with. A year is due on its last working day (R8: 每年年底前); the fourth
    quarter's date is fixed and needs no calendar.
    """
    try:
        if isinstance(span, Year):
            return local(days.after(date(span.year + 1, 1, 1), -1), DUE_HOUR)
        if span.number == 4:
            return local(date(span.year, *YEAR_END_DUE), DUE_HOUR)
        return local(days.after(span.ends_on, DUE_WORKING_DAY), DUE_HOUR)
    except YearNotCovered:
        return None


def due_of(period, days):
    """`deadline_of` for a ReportingPeriod, by its code."""
    span = Year(period.year, period.starts_on) if period.is_annual else Quarter.from_code(period.code)
    return deadline_of(span, days)
