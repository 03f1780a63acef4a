"""The quarters before: what the same body said last of the same task."""

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


def previous_return(report):
    """The body's latest earlier return of this task that left it, with its content; None if there is none."""
    return (
        ProgressReport.objects.filter(
            agency=report.agency_id,
            kind=report.kind,
            task=report.task_id,
            period__plan=report.period.plan_id,
            period__ends_on__lt=report.period.starts_on,
            left_at__isnull=False,
        )
        .select_related("task_return", "period__plan", "agency", "task")
        .order_by("-period__ends_on")
        .first()
    )


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
