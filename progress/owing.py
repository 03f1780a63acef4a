"""Who owes what for a period: a return per task of those whose duty says so, one summary of a unit.

Rules (design, section 4, Duties). Task returns: every class of duty whose DutyRule is quarterly, and in the
fourth quarter those of the year end. 单位小结: bodies with a duty whose DutyRule is `unit`, and those the
office has named (UnitDuty). The fourth quarter merges with the year end, so its summary is the year's:
for the year every body with any duty owes the 年度落实情况报告, and nothing else is owed there.
A duty counts when it is in force on the period's last day.
"""

from agencies.models import Agency
from progress.models import DutyRule, ProgressReport, TaskReturn, TaskState, UnitDuty, UnitReturn
from tasks.models import Assignment

Frequency, Kind = DutyRule.Frequency, ProgressReport.Kind


def create_owed(period, *, demo=False, unit=None):
    """Create the reports `period` is owed and does not have yet; returns the new rows, tasks' first.

    unit: only the summary of the body with this id, where it owes one.
    """
    there = set(period.reports.values_list("kind", "task_id", "agency_id"))
    wanted = [
        _row(period, demo, Kind.TASK, each.agency_id, task=each) for each in owing_assignments(period)
    ] + [_row(period, demo, Kind.UNIT, agency) for agency in owing_units(period)]
    if unit is not None:
        wanted = [row for row in wanted if (row.kind, row.agency_id) == (Kind.UNIT, unit)]
    new = [row for row in wanted if (row.kind, row.task_id, row.agency_id) not in there]
    reports = ProgressReport.objects.bulk_create(new)
    for kind, content in ((Kind.TASK, TaskReturn), (Kind.UNIT, UnitReturn)):
        content.objects.bulk_create([content(report=report) for report in reports if report.kind == kind])
    return reports


def _row(period, demo, kind, agency_id, *, task=None):
    """An empty report; task: the assignment it answers for, None for a unit's summary."""
    bears = ("task_id", "role", "duty", "order") if task else ()
    return ProgressReport(
        agency_id=agency_id,
        period=period,
        kind=kind,
        due_at=None if period.is_backfill else period.due_at,
        is_demo=demo or bool(task and task.is_demo),
        **{name: getattr(task, name) for name in bears},
    )


def owing_assignments(period):
    """The assignments that owe a return for `period`, one for each task and body, leads first.

    A body merged since keeps its own row: its successor's people act for it. A task declared 已完成 before
    the period began owes nothing.
    """
    if period.is_annual:
        return []
    assignments = (
        _in_force(period)
        .filter(duty__in=duties_reporting_in(period))
        .order_by("task__number", "role", "order", "agency__order", "pk")
    )
    first = {}
    for assignment in assignments:
        first.setdefault((assignment.task_id, assignment.agency_id), assignment)
    return list(first.values())


def owing_units(period):
    """Ids of the bodies that owe a summary for `period`, in official order."""
    if period.quarter == 4 and not period.is_annual:
        return []
    bearing = _in_force(period).concerning()
    if not period.is_annual:
        bearing = bearing.filter(duty__in=duties_filing_as_units(period.plan_id))
    named = UnitDuty.objects.filter(plan=period.plan_id, ended_at__isnull=True)
    found = {*bearing.values_list("agency", "agency__order"), *named.values_list("agency", "agency__order")}
    return [agency for agency, _ in sorted(found, key=lambda each: each[::-1])]


def obliged_units(plan, on):
    """The bodies whose duties on the day `on` oblige them to a summary every quarter, in official order."""
    bearing = (
        Assignment.objects.filter(task__plan=plan, duty__in=duties_filing_as_units(plan)).on(on).concerning()
    )
    return list(Agency.objects.filter(pk__in=bearing.values("agency")).order_by("order", "code"))


def _in_force(period):
    assignments = Assignment.objects.filter(task__plan=period.plan_id).on(period.ends_on)
    return assignments.exclude(task__in=completed_before(period))


def duties_reporting_in(period):
    """The classes of duty that owe a return per task for `period`: quarterly, and year end in Q4."""
    frequencies = {Frequency.QUARTERLY} | ({Frequency.YEAR_END} if period.quarter == 4 else set())
    return list(
        DutyRule.objects.filter(plan=period.plan_id, frequency__in=frequencies).values_list("duty", flat=True)
    )


def duties_filing_as_units(plan):
    """The classes of duty of a plan (or its id) that oblige a body to a summary every quarter."""
    rules = DutyRule.objects.filter(plan=plan, frequency=Frequency.UNIT)
    return list(rules.values_list("duty", flat=True))


def completed_before(period):
    """Ids of tasks whose newest three-year state before `period` began is 已完成."""
    states = TaskState.objects.filter(task__plan=period.plan_id, on__lt=period.starts_on)
    newest = dict(states.order_by("on", "pk").values_list("task_id", "state"))
    return [task for task, state in newest.items() if state == TaskState.State.DONE]
