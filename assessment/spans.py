"""What a report of the office is about: a year, a half-year or a quarter of a plan.

There are no reporting periods for half-years: nobody files for them, and a period of their own would open by
itself and show in every choice of periods. The report on a half-year hangs on the quarter that ends it and
is told apart by its outline's kind.
"""

from dataclasses import dataclass

from assessment.models import Outline
from progress.models import ReportingPeriod
from progress.models.periods import QUARTERS

Kind = Outline.Kind
HALVES = {2: "上半年", 4: "下半年"}


@dataclass(frozen=True)
class Span:
    """The stretch of time a report covers. period: the ReportingPeriod it hangs on."""

    kind: str
    period: ReportingPeriod

    @property
    def year(self) -> int:
        return self.period.year

    @property
    def code(self) -> str:
        """`2026`, `2026H1` or `2026Q3`: what it is called in data and in file names."""
        if self.kind == Kind.HALF:
            return f"{self.year}H{self.period.quarter // 2}"
        return self.period.code

    @property
    def label(self) -> str:
        """“2026年”, “2026年上半年”, “2026年第三季度”: as it stands in titles and sentences."""
        if self.kind == Kind.ANNUAL:
            return f"{self.year}年"
        if self.kind == Kind.HALF:
            return f"{self.year}年{HALVES[self.period.quarter]}"
        return f"{self.year}年第{QUARTERS[self.period.quarter - 1]}季度"

    @property
    def quarters(self) -> tuple[str, ...]:
        """Codes of the quarters it covers, the first first."""
        last = self.period.quarter
        first = {Kind.ANNUAL: 1, Kind.HALF: last - 1}.get(self.kind, last)
        return tuple(f"{self.year}Q{number}" for number in range(first, last + 1))

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the periods whose returns and summaries it is made of: its quarters, and the year's own
        where the fourth quarter is among them, since that merges with the year end."""
        return (*self.quarters, str(self.year)) if self.period.quarter == 4 else self.quarters

    @property
    def starts_on(self):
        """The first day it covers."""
        first = int(self.quarters[0][-1])
        return self.period.starts_on.replace(month=first * 3 - 2, day=1)


def span_of(report):
    """The Span of a SummaryReport; wants its period and outline at hand."""
    return Span(report.outline.kind, report.period)


def kinds_for(period):
    """The kinds of report that can hang on a period: a year its own; a quarter its own, and with the second
    and fourth the half-year they end."""
    if period.is_annual:
        return (Kind.ANNUAL,)
    return (Kind.QUARTER, Kind.HALF) if period.quarter in HALVES else (Kind.QUARTER,)


def spans_of(periods):
    """Every Span of these periods, in their order, the widest first."""
    return [Span(kind, period) for period in periods for kind in reversed(kinds_for(period))]
