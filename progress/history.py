"""The quarters before: what the same body said last of the same task, or of itself (单位小结)."""

from progress import content
from progress.models import ProgressReport

# The reason why nothing changed is this quarter's to tell.
CARRIED = tuple(name for name in (*content.TEXTS, *content.SIGN_OFF) if name != "no_change_reason")
CARRIED_OF_UNIT = (*content.unit.TEXTS, *content.SIGN_OFF)


def returns_before(report):
    """The body's earlier reports of this kind and task that left it, newest first.

    A year's report goes on from the last quarter's summary of the same year.
    """
    return ProgressReport.objects.filter(
        agency=report.agency_id,
        kind=report.kind,
        task=report.task_id,
        period__plan=report.period.plan_id,
        period__ends_on__lt=report.period.ends_on,
        left_at__isnull=False,
    ).order_by("-period__ends_on")


def previous_return(report):
    """The latest of `returns_before`, with its content; None if there is none."""
    return content.first(returns_before(report))
