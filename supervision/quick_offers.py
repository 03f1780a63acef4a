"""One fact is entered once (practice, section 2): what a body answered to a sudden question is offered to it
again in its next return of the same task."""

from dataclasses import dataclass

from progress.content import label_of
from progress.models import ProgressReport
from supervision.models import AdHocAnswer, AdHocField
from supervision.quick_sheet import Cell

Kind, Source = AdHocField.Kind, AdHocField.Source
# Where in the form of a return an answer belongs; what is asked otherwise goes where its label says, or is
# told as progress.
INTO = {
    Source.PROGRESS: "progress",
    Source.PERCENT: "percent",
    Source.PROBLEM: "problem",
    Source.NEXT_STEPS: "next_steps",
}
CALLED = {label_of(name): name for name in ("progress", "experience", "problem", "request", "next_steps")}


@dataclass(frozen=True)
class Offer:
    """One answer, and the control of the form it belongs into. text: as it is typed there."""

    answer: AdHocAnswer
    cell: Cell
    into: str
    text: str


def offers_to(report, user):
    """The latest confirmed answers of the report's body about its task since its last return left, one for
    each thing that was asked; [Offer], newest first. Two queries.

    report: a task's return, its period at hand. Before any has left: since the period began.
    """
    since = _last_left(report)
    answers = AdHocAnswer.objects.visible_to(user).filter(
        agency=report.agency_id, task=report.task_id, confirmed_at__isnull=False
    )
    answers = (
        answers.filter(confirmed_at__gt=since)
        if since
        else answers.filter(confirmed_at__date__gte=report.period.starts_on)
    )
    found = {}
    rows = answers.select_related("request__plan", "project").prefetch_related("request__fields")
    for answer in rows.order_by("-confirmed_at", "-pk"):
        for each in answer.request.fields.all():
            text = answer.values.get(str(each.order))
            if text:
                found.setdefault((answer.project_id, each.label), _offer(answer, Cell(each, text)))
    return list(found.values())


def _last_left(report):
    """When the body's return of an earlier period left; None where none has."""
    earlier = ProgressReport.objects.filter(
        agency=report.agency_id, task=report.task_id, period__ends_on__lt=report.period.ends_on
    )
    left = earlier.exclude(left_at=None).order_by("-left_at")
    return left.values_list("left_at", flat=True).first()


def _offer(answer, cell):
    """Texts go where they were prefilled from or are called like; the rest is told in the progress."""
    source = cell.field.source
    if answer.project_id:
        named = cell.text if source in (Source.STAGE, Source.PROGRESS) else _told(cell)
        return Offer(answer, cell, f"project-{answer.project_id}-note", named)
    into = INTO.get(source) or CALLED.get(cell.field.label)
    return Offer(answer, cell, into or "progress", cell.text if into else _told(cell))


def _told(cell):
    return f"{cell.field.label}：{cell.shown}"
