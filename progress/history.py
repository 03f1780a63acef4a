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


def carry_forward(report):
    """Last quarter's texts, project stages and target values, ready for `drafts.save`.

    The percent is carried only within a year: it is of the year's goal and starts anew each January.
    Returns {} when there is nothing to carry.
    """
    before = previous_return(report)
    if before is None:
        return {}
    said = before.task_return
    changes = {field: getattr(said, field) for field in CARRIED if getattr(said, field)}
    same_year = before.period.year == report.period.year
    if same_year and said.percent is not None:
        changes["percent"] = said.percent
    changes["projects"] = [
        {"project": row.project_id, "stage": row.stage, "note": row.note}
        for row in before.project_updates.all()
    ]
    if same_year:
        changes["targets"] = [
            {
                "target": row.target_id,
                "certainty": row.certainty,
                "value": row.value,
                "value_text": row.value_text,
                "note": row.note,
            }
            for row in before.target_values.all()
        ]
    return changes
