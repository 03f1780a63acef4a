"""Annual goals (年度工作要点): proposed by the lead, edited and confirmed by the office.

Without a confirmed goal a task is 目标未定. Every save names the revision it was based on, so that of two
people one wins and the other is told.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Prefetch, ProtectedError

from agencies.audit import record
from agencies.models import Role
from tasks.models import AnnualGoal, Assignment, GoalNode
from tasks.permissions import check_confirm_goals, check_edit_goal

MOST_NODES = 4
Measure = AnnualGoal.Measure


class Stale(Exception):
    """Somebody else has changed the goal since it was read; `current` is what stands there now."""

    def __init__(self, current):
        super().__init__("这项年度目标刚刚被他人修改，您的内容没有保存。请核对最新内容后再提交。")
        self.current = current


@dataclass(frozen=True)
class Node:
    """A dated node with the evidence that will show it done."""

    title: str
    due_on: date
    evidence: str = ""


@dataclass(frozen=True)
class GoalContent:
    """What a goal says. `expected`: four cumulative percents; `nodes`: read where the measure is nodes."""

    statement: str
    measure: str = Measure.PERCENT
    yearly_only: bool = False
    expected: tuple = (Decimal(25), Decimal(50), Decimal(75), Decimal(100))
    nodes: tuple = ()


def default_expected(plan, year):
    """The four cumulative percents expected in `year`: elapsed ÷ total months the plan is in force.

    25/50/75/100 in a whole year; in the opening year only the months from the plan's first period
    count (2024: 0/0/50/100; 2021: 0/33.33/66.67/100). Source: practice, section 2 (序时进度).
    """
    opening_year, opening_quarter = plan.first_period.split("Q")
    skipped = 3 * (int(opening_quarter) - 1) if year == int(opening_year) else 0
    total = 12 - skipped
    cent = Decimal("0.01")
    return tuple(
        (Decimal(100) * max(0, 3 * quarter - skipped) / total).quantize(cent, ROUND_HALF_UP)
        for quarter in range(1, 5)
    )


def goals_of_year(tasks, year):
    """`tasks` with `year_goals`, the goals of `year` with their bodies and nodes, and `lead_rows`."""
    goals = AnnualGoal.objects.filter(year=year).select_related("agency", "confirmed_by", "proposed_by")
    leads = Assignment.objects.leads().select_related("agency")
    return tasks.prefetch_related(
        Prefetch("annual_goals", goals.prefetch_related("nodes"), to_attr="year_goals"),
        Prefetch("assignments", leads, to_attr="lead_rows"),
    )


def goal_for(task, year, agency=None, *, among=None):
    """The stored goal, or an unsaved one with the defaults of its year (revision 0).

    among: the task's goals, where they are at hand already; else they are asked for.
    """
    if among is None:
        among = AnnualGoal.objects.filter(task=task, year=year, agency=agency).prefetch_related("nodes")
    asked = (year, agency.pk if agency else None)
    found = next((goal for goal in among if (goal.year, goal.agency_id) == asked), None)
    if found:
        return found
    percents = dict(zip(PERCENT_FIELDS, default_expected(task.plan, year), strict=True))
    return AnnualGoal(task=task, year=year, agency=agency, revision=0, **percents)


PERCENT_FIELDS = ("expected_q1", "expected_q2", "expected_q3", "expected_q4")


@transaction.atomic
def save_goal(task, year, content, *, by, now, revision, agency=None, reason="", demo=False):
    """Propose or edit the goal of `task` for `year`; returns the fresh goal.

    content: GoalContent; agency: the lead it is meant for, None for the task's one goal; revision: the
    revision the editor saw (0 for a new goal); reason: why a confirmed goal is changed, then required.
    Raises Denied, Stale(current), ValidationError({field: sentence}).
    """
    goal = goal_for(task, year, agency)
    check_edit_goal(by, task, now, agency=agency, confirmed=goal.is_confirmed)
    if goal.revision != revision:
        raise Stale(goal)
    check_content(task, year, content, reason_missing=goal.is_confirmed and not reason.strip())
    before = content_of(goal) if goal.pk else None
    goal = _write(goal, content, by=by, now=now, demo=demo)
    _write_nodes(goal, content.nodes if content.measure == Measure.NODES else ())
    detail = {"目标": content.statement, "计量": goal.get_measure_display()}
    if before and before.statement != content.statement:
        detail["原目标"] = before.statement
    if reason.strip():
        detail["理由"] = reason.strip()
    record(_verb(before, goal), goal, by=by, now=now, detail=detail)
    return goal


def _verb(before, goal):
    if before is None:
        return "提出年度目标"
    return "调整年度目标" if goal.is_confirmed else "修改年度目标"


def _write(goal, content, *, by, now, demo):
    """Store the goal itself; a race lost on either statement is Stale."""
    fields = {
        "statement": content.statement.strip(),
        "measure": content.measure,
        "yearly_only": content.yearly_only,
        **dict(zip(PERCENT_FIELDS, content.expected, strict=True)),
    }
    if goal.pk is None:
        try:
            with transaction.atomic():
                return AnnualGoal.objects.create(
                    task=goal.task,
                    year=goal.year,
                    agency=goal.agency,
                    proposed_by=by,
                    proposed_at=now,
                    is_demo=demo or by.is_demo,
                    **fields,
                )
        except IntegrityError as error:
            raise Stale(goal_for(goal.task, goal.year, goal.agency)) from error
    changed = AnnualGoal.objects.filter(pk=goal.pk, revision=goal.revision).update(
        revision=F("revision") + 1, **fields
    )
    if not changed:
        raise Stale(AnnualGoal.objects.get(pk=goal.pk))
    return AnnualGoal.objects.select_related("task__plan", "agency").get(pk=goal.pk)


def _write_nodes(goal, nodes):
    """The goal's nodes as given, in order of date; a node already reported on is kept, not replaced."""
    nodes = sorted(nodes, key=lambda node: node.due_on)
    rows = {row.order: row for row in goal.nodes.all()}
    for order, node in enumerate(nodes, start=1):
        row = rows.pop(order, None) or GoalNode(goal=goal, order=order)
        row.title, row.due_on, row.evidence = node.title.strip(), node.due_on, node.evidence.strip()
        row.save()
    try:
        GoalNode.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()
    except ProtectedError as error:
        raise ValidationError(
            {"nodes": "有节点已经填报过进展，不能减少节点；请保留节点，改写名称或时限。"}
        ) from error


def check_content(task, year, content, *, reason_missing=False):
    """Raises ValidationError({field: sentence}) for what a goal cannot say."""
    wrong = {}
    if not content.statement.strip():
        wrong["statement"] = "请写明年度目标。"
    if year not in task.plan.years:
        wrong["year"] = f"{year}年不在本计划之内。"
    if content.measure == Measure.PERCENT:
        wrong |= _wrong_percents(content.expected)
    elif problem := _wrong_nodes(content.nodes, year):
        wrong["nodes"] = problem
    if reason_missing:
        wrong["reason"] = "年度目标已经确定，调整须写明理由。"
    if wrong:
        raise ValidationError(wrong)


def _wrong_percents(expected):
    wrong = {}
    for field, value in zip(PERCENT_FIELDS, expected, strict=True):
        if not 0 <= value <= 100:
            wrong[field] = "百分比应在 0 到 100 之间。"
    if not wrong and list(expected) != sorted(expected):
        wrong[PERCENT_FIELDS[3]] = "四个季度的序时进度是累计数，后一季度不能小于前一季度。"
    if not wrong and expected[3] == 0:
        wrong[PERCENT_FIELDS[3]] = "四季度序时进度不能为 0，一般为 100。"
    return wrong


def _wrong_nodes(nodes, year):
    if not 1 <= len(nodes) <= MOST_NODES:
        return f"按节点计量，请填写 1 至 {MOST_NODES} 个节点，每个节点写明名称和时限。"
    if any(not node.title.strip() for node in nodes):
        return "每个节点都要写明名称。"
    if any(node.due_on.year != year for node in nodes):
        return f"节点时限应在{year}年之内。"
    return ""


def content_of(goal):
    """A stored goal's content, for comparing or copying."""
    nodes = tuple(Node(row.title, row.due_on, row.evidence) for row in goal.nodes.all()) if goal.pk else ()
    return GoalContent(
        statement=goal.statement,
        measure=goal.measure,
        yearly_only=goal.yearly_only,
        expected=tuple(getattr(goal, field) for field in PERCENT_FIELDS),
        nodes=nodes,
    )


@transaction.atomic
def confirm_goals(seen, *, by, now):
    """确定: issue the goals as 年度工作要点. Returns those confirmed now.

    seen: {goal id: the revision that was read}. One already confirmed is passed over; one changed since
    refuses the whole, so that nobody confirms what was never read. Raises Denied, Stale(current).
    """
    check_confirm_goals(by)
    goals = AnnualGoal.objects.filter(pk__in=seen, confirmed_at__isnull=True).select_related("task", "agency")
    confirmed = []
    for goal in goals:
        changed = AnnualGoal.objects.filter(pk=goal.pk, revision=seen[goal.pk]).update(
            confirmed_by=by, confirmed_at=now, revision=F("revision") + 1
        )
        if not changed:
            raise Stale(goal)
        goal.refresh_from_db(fields=["confirmed_by", "confirmed_at", "revision"])
        record("确定年度目标", goal, by=by, now=now, detail={"目标": goal.statement})
        confirmed.append(goal)
    return confirmed


def goal_agencies(task, user, leads):
    """The bodies a goal of `task` may be addressed to: each lead of the task, where leads are separate.

    leads: the task's lead assignments with their bodies.
    """
    if not task.separate_leads:
        return []
    bodies = sorted({row.agency for row in leads}, key=lambda agency: (agency.order, agency.code))
    if user.has_role(Role.OFFICE):
        return bodies
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    return [agency for agency in bodies if agency.pk in own]
