"""What stands in the way: problems and requests as told in accepted returns and summaries of units."""

from dataclasses import dataclass

from django.db.models import F, Q

from agencies.models import Agency
from progress import units
from progress.models import ProgressReport
from tasks.models import Task

from .standings import meaningful


@dataclass(frozen=True)
class ProblemRow:
    """A line of the 问题清单, from one accepted return, or from a unit's summary, which has no task."""

    report: ProgressReport
    problem: str
    request: str
    next_steps: str

    @property
    def task(self) -> Task | None:
        return self.report.task

    @property
    def number(self) -> int | None:
        return self.task.number if self.task else None

    @property
    def title(self) -> str:
        return self.task.title if self.task else self.report.short_subject

    @property
    def agency(self) -> Agency:
        return self.report.agency


def problems(plan, period, user, now, *, reports=None):
    """Problems and requests of a period in task order, as accepted by the office and as far as this person
    may read, then those of units' summaries (in the fourth quarter the year's: `units.summaries_of`).

    reports: a queryset to choose from (default: all). Fields that only say 无 are no problem. One query.
    """
    chosen = ProgressReport.objects.all() if reports is None else reports
    returns = Q(period=period, task_return__isnull=False)
    summaries = units.summaries_of(period) & Q(unit_return__isnull=False)
    said = ~Q(task_return__problem="", task_return__request="") & returns
    said |= ~Q(unit_return__problem="", unit_return__request="") & summaries
    rows = (
        chosen.visible_to(user)
        .to_office()
        .filter(said, period__plan=plan, state=ProgressReport.State.ACCEPTED)
        .select_related("agency", "period__plan", "task__chapter", "task_return", "unit_return")
        .order_by(F("task__number").asc(nulls_last=True), "order", "agency__order")
    )
    found = [_row(report) for report in rows]
    return [row for row in found if row.problem or row.request]


def _row(report):
    said = report.task_return if report.task_id else report.unit_return
    return ProblemRow(report, meaningful(said.problem), meaningful(said.request), said.next_steps.strip())
