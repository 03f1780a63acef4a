"""What a body's accepted returns of a year say of the targets and projects of the tasks it leads.

For the draft of its 年度落实情况报告 and the tables behind it (practice, section 4). Three queries, whatever
the number of bodies.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from agencies.along import along, objects
from progress.models import ProgressReport, ProjectUpdate, TargetValue
from tasks.models import Assignment, Project, Target

NO_VALUE = "尚无数据"


@dataclass(frozen=True)
class TargetLine:
    """A target and its latest value: of the last period that told of it the most certain, or None."""

    target: Target
    value: TargetValue | None

    @property
    def said(self):
        """The value in words: “12.5亿元”, “建成2个”, “尚无数据”."""
        if self.value is None:
            return NO_VALUE
        if self.value.value is None:
            return self.value.value_text or NO_VALUE
        return f"{plain(self.value.value)}{self.target.unit}"

    @property
    def certainty(self):
        return self.value.get_certainty_display() if self.value is not None else ""


@dataclass(frozen=True)
class ProjectLine:
    """A named project and where it last stood, or None."""

    project: Project
    update: ProjectUpdate | None


@dataclass
class OwnFigures:
    """Of one body: numbers of the tasks it leads, its TargetLines and ProjectLines in the plan's order."""

    leads: set = field(default_factory=set)
    targets: list = field(default_factory=list)
    projects: list = field(default_factory=list)

    def without(self, unknown):
        """The same without the tasks whose numbers are `unknown`."""
        return OwnFigures(
            self.leads - unknown,
            [line for line in self.targets if line.target.task.number not in unknown],
            [line for line in self.projects if line.project.task.number not in unknown],
        )


def accepted_in(period, **chosen):
    """Accepted reports of quarters and half-years within the year `period`. chosen: further conditions."""
    return ProgressReport.objects.filter(
        state=ProgressReport.State.ACCEPTED,
        period__plan=period.plan_id,
        period__starts_on__gte=period.starts_on,
        period__ends_on__lte=period.ends_on,
        **chosen,
    ).exclude(period=period)


def own_figures(period, agencies):
    """{agency id: OwnFigures} of the year `period` for these bodies (ids); three queries."""
    duties = Assignment.objects.leads().on(period.ends_on).concerning()
    duties = duties.filter(agency__in=set(agencies), task__plan=period.plan_id)
    return figures_of(period, agencies, duties.values_list("agency", "task", "task__number").distinct())


def figures_of(period, agencies, leads):
    """As `own_figures`, where it is known who leads what. leads: (agency id, task id, task number); two
    queries."""
    found = {agency: OwnFigures() for agency in agencies}
    led_by = defaultdict(set)
    for agency, task, number in leads:
        led_by[task].add(agency)
        found[agency].leads.add(number)
    told = accepted_in(period, kind=ProgressReport.Kind.TASK, agency__in=list(found))
    _add_targets(found, led_by, told)
    _add_projects(found, led_by, told)
    return found


OF_REPORT = tuple(
    f"report__{name}" for name in ("pk", "agency", "period__pk", "period__code", "period__starts_on")
) + ("report__period__ends_on",)


def _add_targets(found, led_by, told):
    rows = TargetValue.objects.telling().filter(report__in=told.order_by().values("pk"))
    fields = ("certainty", "value", "value_text", "note", *OF_REPORT)
    targets = Target.objects.filter(task__in=led_by).exclude(operator=Target.Operator.LABEL)
    targets = targets.annotate(told=along(rows, "target", *fields)).select_related("task")
    for target in targets.order_by("task__number", "order", "pk"):
        values = objects(TargetValue, target.told, key=lambda row: (row.report.period.ends_on, row.rank))
        by_agency = {value.report.agency_id: value for value in values}
        for agency in led_by[target.task_id]:
            # A target the text gives to one body is not asked of the other leads.
            if agency in by_agency or target.responsible_id in (None, agency):
                found[agency].targets.append(TargetLine(target, by_agency.get(agency)))


def _add_projects(found, led_by, told):
    rows = ProjectUpdate.objects.filter(report__in=told.order_by().values("pk"))
    projects = Project.objects.filter(task__in=led_by).select_related("task")
    projects = projects.annotate(told=along(rows, "project", "stage", "note", *OF_REPORT))
    for project in projects.order_by("task__number", "order", "pk"):
        updates = objects(ProjectUpdate, project.told, key=lambda row: (row.report.period.ends_on, row.pk))
        by_agency = {update.report.agency_id: update for update in updates}
        for agency in led_by[project.task_id]:
            found[agency].projects.append(ProjectLine(project, by_agency.get(agency)))


def plain(value):
    """A Decimal without the zeros behind: 12.5000 → 12.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
