"""The quarters before: what the same body said last of the same task."""

from progress import content
from progress.models import ProgressReport

CARRIED = (
    "progress",
    "experience",
    "problem",
    "request",
    "next_steps",
    "consolidated",
    "filled_by",
    "phone",
    "head",
)


def returns_before(report):
    """The body's earlier returns of this task that left it, newest first."""
    return ProgressReport.objects.filter(
        agency=report.agency_id,
        kind=report.kind,
        task=report.task_id,
        period__plan=report.period.plan_id,
        period__ends_on__lt=report.period.starts_on,
        left_at__isnull=False,
    ).order_by("-period__ends_on")


def previous_return(report):
    """The body's latest earlier return of this task that left it, with its content; None if there is none."""
    return content.first(returns_before(report))
