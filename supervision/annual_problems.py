"""What the office keeps of a body's problems of a year, for the draft of its annual report. Imported when the
app starts."""

from progress import annual_draft
from progress.annual_draft import ProblemTold
from supervision.models import Problem


def of_year(report):
    """The ProblemTold of the year of an annual report, oldest first; one query."""
    period = report.period
    rows = Problem.objects.current().filter(
        agency=report.agency_id,
        plan=period.plan_id,
        period__starts_on__gte=period.starts_on,
        period__ends_on__lte=period.ends_on,
    )
    rows = rows.exclude(state=Problem.State.WITHDRAWN).select_related("task", "plan")
    return [
        ProblemTold(
            text=each.text,
            number=each.task.number if each.task_id else None,
            is_closed=each.state == Problem.State.CLOSED,
            url=each.get_absolute_url(),
        )
        for each in rows.order_by("raised_at", "pk")
    ]


annual_draft.PROBLEMS.append(of_year)
