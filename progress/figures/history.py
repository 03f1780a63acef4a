"""A task through its quarters: what was said and accepted, and the latest values of its targets."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch, Q

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
    """A target with the value last accepted for it, None where nobody reported one."""

    target: Target
    value: TargetValue | None


@dataclass(frozen=True)
class ProjectStanding:
    """A project with the stage last accepted for it, None where nobody reported one."""

    project: Project
    update: ProjectUpdate | None


def quarters_of(task, user, now):
    """The task's opened periods, newest first, each with what this person may know; four queries.

    Texts are for accepted returns; their attachments come along.
    """
    reports = defaultdict(list)
    rows = (
        ProgressReport.objects.visible_to(user)
        .filter(task=task, kind=ProgressReport.Kind.TASK)
        .select_related("agency", "task_return", "period__plan")
        .prefetch_related(Prefetch("attachments", Attachment.objects.filter(removed_at__isnull=True)))
        .order_by("order", "agency__order")
    )
    for report in rows:
        report.late = report.is_late(now)
        reports[report.period_id].append(report)
    verdicts = {
        verdict.period_id: verdict for verdict in TaskVerdict.objects.visible_to(user).filter(task=task)
    }
    periods = ReportingPeriod.objects.filter(
        Q(opened_at__isnull=False) | Q(pk__in=reports), plan=task.plan_id
    )
    return [
        QuarterOfTask(period, verdicts.get(period.pk), reports[period.pk])
        for period in periods.order_by("-starts_on")
    ]


def targets_of(task, user):
    """The task's targets with the newest accepted value each, as far as one may read; two queries."""
    newest = {}
    for value in _accepted(TargetValue, task, user).order_by("report__period__ends_on", "pk"):
        newest[value.target_id] = value
    return [TargetStanding(target, newest.get(target.pk)) for target in task.targets.all()]


def projects_of(task, user):
    """The task's projects with the newest accepted stage each, as far as one may read; two queries."""
    newest = {}
    for update in _accepted(ProjectUpdate, task, user).order_by("report__period__ends_on", "pk"):
        newest[update.project_id] = update
    return [ProjectStanding(project, newest.get(project.pk)) for project in task.projects.all()]


def _accepted(model, task, user):
    accepted = ProgressReport.objects.visible_to(user).filter(task=task, state=ProgressReport.State.ACCEPTED)
    return model.objects.filter(report__in=accepted).select_related("report__period", "report__agency")
