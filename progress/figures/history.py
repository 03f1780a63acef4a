"""A task through its quarters: what was said and accepted, and the latest values of its targets."""

from collections import defaultdict
from dataclasses import dataclass

from agencies.along import along, objects
from progress.models import (
    Attachment,
    ProgressReport,
    ProjectUpdate,
    ReportingPeriod,
    TargetValue,
    TaskVerdict,
)
from tasks.models import Project, Target


@dataclass(frozen=True)
class QuarterOfTask:
    """One period of a task: the confirmed lamp, if any, and the returns this person may know of."""

    period: ReportingPeriod
    verdict: TaskVerdict | None
    reports: list[ProgressReport]

    @property
    def accepted(self):
        return [report for report in self.reports if report.state == ProgressReport.State.ACCEPTED]


@dataclass(frozen=True)
class TargetStanding:
    """A target with the value last accepted for it, None where nobody reported one.

    Figures have a life (预计 → 快报 → 核定): of the newest return its most certain value counts; `earlier`
    are the other stages the same return told of it, 预计 first.
    """

    target: Target
    value: TargetValue | None
    earlier: tuple = ()


@dataclass(frozen=True)
class ProjectStanding:
    """A project with the stage last accepted for it, None where nobody reported one."""

    project: Project
    update: ProjectUpdate | None


ATTACHED = ("name", "size", "report")


def reports_of(plan, number, user, now):
    """All returns of a task this person may know of, with their texts and attachments, in the order of the
    clause; one query. Each says whether it is `late`, and has `attached`."""
    attached = along(Attachment.objects.filter(removed_at__isnull=True), "report", *ATTACHED)
    rows = list(
        ProgressReport.objects.visible_to(user)
        .filter(task__plan=plan, task__number=number, kind=ProgressReport.Kind.TASK)
        .select_related("agency", "task_return", "period__plan")
        .annotate(attached_rows=attached)
        .order_by("order", "agency__order")
    )
    for report in rows:
        report.late = report.is_late(now)
        report.attached = objects(Attachment, report.attached_rows)
    return rows


def verdicts_along(user):
    """An annotation of tasks: the verdicts of every period, as `quarters_of` reads them."""
    verdicts = TaskVerdict.objects.visible_to(user)
    return along(verdicts, "task", "period", "lamp")


def quarters_of(task, reports, periods):
    """The task's opened periods, newest first, each with what a person may know.

    task: with `verdict_rows` from `verdicts_along`; reports: from `reports_of`; periods: those of the plan,
    newest first.
    """
    by_period = defaultdict(list)
    for report in reports:
        by_period[report.period_id].append(report)
    verdicts = {verdict.period_id: verdict for verdict in objects(TaskVerdict, task.verdict_rows)}
    return [
        QuarterOfTask(period, verdicts.get(period.pk), by_period[period.pk])
        for period in periods
        if (period.is_open and not period.is_annual) or period.pk in by_period
    ]


def counting_last(said):
    """Sorts what accepted returns said of a target (TargetValues) or of a project (ProjectUpdates) so that
    what counts comes last: of the newest period the most certain, of the lead named first in the clause.

    said: with its report's order and its period's end at hand. A task's page, the score and the evaluation
    ask here; the office's report does the same with frozen texts (assessment.target_rows).
    """
    report = said.report
    return report.period.ends_on, getattr(said, "rank", 0), -report.order, -report.pk


def targets_of(task, user):
    """The task's targets with the newest accepted value each, the most certain one, as far as one may read;
    one query."""
    rows = _with_accepted(
        Target.objects.filter(task=task), TargetValue.objects.telling(), "target", task, user
    )
    return [_target_standing(target) for target in rows]


def _target_standing(target):
    said = objects(TargetValue, target.said_rows, key=counting_last)
    if not said:
        return TargetStanding(target, None)
    earlier = [each for each in said[:-1] if each.report.pk == said[-1].report.pk]
    return TargetStanding(target, said[-1], tuple(earlier))


def projects_of(task, user):
    """The task's projects with the newest accepted stage each, as far as one may read; one query."""
    rows = _with_accepted(Project.objects.filter(task=task), ProjectUpdate.objects, "project", task, user)
    return [ProjectStanding(project, _newest(project)) for project in rows]


SAID = {
    TargetValue: ("certainty", "value", "value_text", "note"),
    ProjectUpdate: ("stage", "note"),
}
OF_REPORT = (
    "report__pk",
    "report__order",
    "report__period__pk",
    "report__period__code",
    "report__period__starts_on",
    "report__period__ends_on",
    "report__agency__pk",
    "report__agency__name",
)


def _with_accepted(rows, telling, owner, task, user):
    """`rows` with what accepted returns said of each. telling: the TargetValues or ProjectUpdates that do."""
    readable = ProgressReport.objects.visible_to(user).to_office()
    accepted = readable.filter(task=task, state=ProgressReport.State.ACCEPTED)
    said = telling.filter(report__in=accepted)
    return rows.annotate(said_rows=along(said, owner, *SAID[said.model], *OF_REPORT))


def _newest(project):
    said = objects(ProjectUpdate, project.said_rows, key=counting_last)
    return said[-1] if said else None
