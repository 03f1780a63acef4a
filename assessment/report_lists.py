"""For which stretches of time a report of the office can be begun, and of how much."""

from dataclasses import dataclass

from django.db.models import Count, Q

from assessment.models import SummaryReport
from assessment.spans import Span, spans_of
from progress.models import ProgressReport, TaskVerdict

State = ProgressReport.State


@dataclass(frozen=True)
class Choice:
    """A stretch of time the office may report on. accepted: returns and units' reports there are to gather;
    lamps: confirmed ones of the newest quarter that has any; report: the one there is already."""

    span: Span
    accepted: int
    lamps: int
    report: SummaryReport | None

    @property
    def refused(self) -> str:
        """Why no report on it can be begun, "" where one can."""
        if self.report is not None:
            return "已有一份报告，请继续编辑；需要重做的先作废。"
        return "" if self.accepted else "还没有已采用的报送，没有可以汇编的内容。"


def choices(plan):
    """Every stretch of time of the plan that has been opened, the newest first: [Choice]; four queries."""
    periods = list(plan.periods.filter(opened_at__isnull=False).order_by("-ends_on", "starts_on"))
    for period in periods:
        period.plan = plan
    known = Q(task__isnull=True) | Q(task__is_sensitive=False)
    accepted = ProgressReport.objects.filter(known, state=State.ACCEPTED).to_office()
    counted = _by_period(accepted.filter(period__plan=plan))
    lamps = _by_period(TaskVerdict.objects.filter(period__plan=plan, task__is_sensitive=False))
    alive = SummaryReport.objects.filter(period__plan=plan).exclude(state=SummaryReport.State.CANCELLED)
    reports = {
        (each.period_id, each.outline.kind): each for each in alive.select_related("outline").defer("figures")
    }
    return [_choice(span, counted, lamps, reports) for span in spans_of(periods)]


def _by_period(rows):
    """{code of a period: how many of the rows}."""
    counted = rows.order_by().values("period__code").annotate(number=Count("pk"))
    return {row["period__code"]: row["number"] for row in counted}


def _choice(span, counted, lamps, reports):
    report = reports.get((span.period.pk, span.kind))
    if report is not None:
        report.period = span.period
    # Of lamps the newest quarter's count, as in the report itself.
    confirmed = [lamps[code] for code in reversed(span.quarters) if code in lamps]
    accepted = sum(counted.get(code, 0) for code in span.codes)
    return Choice(span, accepted, confirmed[0] if confirmed else 0, report)
