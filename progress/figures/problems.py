"""What stands in the way: problems and requests as told in accepted returns."""

from dataclasses import dataclass

from django.db.models import Q

from agencies.models import Agency
from progress.models import ProgressReport
from tasks.models import Task

from .standings import meaningful


@dataclass(frozen=True)
class ProblemRow:
    """A line of the 问题清单, from one accepted return."""

    report: ProgressReport
    problem: str
    request: str
    next_steps: str

    @property
    def task(self) -> Task:
        return self.report.task

    @property
    def agency(self) -> Agency:
        return self.report.agency


def problems(plan, period, user, now, *, reports=None):
    """Problems and requests of a period in task order, as accepted by the office and as far as this person may read.

    reports: a queryset to choose from (default: all). Fields that only say 无 are no problem. One query.
    """
    chosen = ProgressReport.objects.all() if reports is None else reports
    rows = (
        chosen.visible_to(user)
        .to_office()
        .filter(period=period, period__plan=plan, state=ProgressReport.State.ACCEPTED)
        .exclude(Q(task_return__problem="") & Q(task_return__request=""))
        .filter(task_return__isnull=False)
        .select_related("agency", "task__chapter", "task_return")
        .order_by("task__number", "order", "agency__order")
    )
    found = [_row(report) for report in rows]
    return [row for row in found if row.problem or row.request]


def _row(report):
    said = report.task_return
    return ProblemRow(report, meaningful(said.problem), meaningful(said.request), said.next_steps.strip())
