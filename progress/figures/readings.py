"""What the accepted returns say of the goals, task by task and quarter by quarter; the lamp they give."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import F, OuterRef, Subquery

from progress import pace
from progress.models import Lamp, LampRule, ProgressReport, TaskReturn
from tasks.models import AnnualGoal

ACCEPTED = ProgressReport.State.ACCEPTED
UNDER_REVIEW = ProgressReport.State.UNDER_REVIEW


@dataclass(frozen=True)
class Quarter:
    """A quarter on the calendar, as far as pace is concerned: its year, its number 1–4, its last day."""

    year: int
    number: int

    @classmethod
    def of(cls, period):
        return cls(period.year, period.quarter)

    @property
    def ends_on(self):
        month = self.number * 3
        return date(self.year, month, 31 if month in (3, 12) else 30)

    @property
    def before(self):
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)


@dataclass
class Entry:
    """A lead's return for one quarter: its state, and what it says of the year's goal."""

    agency_id: int
    order: tuple
    state: str
    nature: str
    percent: Decimal | None
    nodes: dict = field(default_factory=dict)

    @property
    def is_accepted(self):
        return self.state == ACCEPTED


class Readings:
    """Goals, lamp rules and lead returns of a plan's tasks, for a period and the year before; 2 queries."""

    def __init__(self, period, task_ids):
        self.last = Quarter.of(period)
        since = date(self.last.year - 1, 1, 1)
        years = (self.last.year - 1, self.last.year)
        self._goals, self._nodes, self._rules = _goals(period.plan_id, task_ids, years)
        self._entries = _entries(period.plan_id, task_ids, since, period.ends_on)

    def rule(self, year):
        """The lamp rule in force for a year; the usual one where the year has no goal to measure."""
        return self._rules.get(year) or pace.Rule()

    def goal(self, task_id, agency_id, year):
        """The confirmed goal a lead answers to: its own, else the task's; None where undecided."""
        goals = self._goals.get((task_id, year), {})
        return goals.get(agency_id) or goals.get(None)

    def goals(self, task_id, year):
        """All confirmed goals of a task for a year, the task's own first."""
        return list(self._goals.get((task_id, year), {}).values())

    def leads(self, task, quarter):
        """The returns a task's verdict is drawn from: the first lead's, or all where leads are separate."""
        entries = sorted(self._entries.get((task.pk, quarter), {}).values(), key=lambda each: each.order)
        return entries if task.separate_leads else entries[:1]

    def pending(self, task):
        """待审: returns of this quarter that have reached the office and wait for its word."""
        entries = self._entries.get((task.pk, self.last), {}).values()
        return sum(1 for each in entries if each.state == UNDER_REVIEW)

    def pace(self, task, quarter):
        """The task's pace at the end of a quarter, from accepted returns only; None without any."""
        paces = [
            found
            for entry in self.leads(task, quarter)
            if (found := self._pace_of(task, entry, quarter)) is not None
        ]
        return pace.mean(paces) if task.separate_leads else next(iter(paces), None)

    def lamp(self, task, quarter, done_on=None):
        """系统测算 for a quarter: (Lamp, reason, Pace or None). done_on: when the office found it 已完成."""
        if done_on is not None and done_on <= quarter.ends_on:
            return Lamp.BLUE, f"办公室已于 {done_on:%Y-%m-%d} 认定完成", self.pace(task, quarter)
        goals = self._goals_asked(task, quarter)
        if not any(goals):
            return Lamp.NO_GOAL, f"{quarter.year} 年年度目标尚未确认，不测算进度", None
        found = self.pace(task, quarter)
        if quarter.number < 4 and all(goal.yearly_only for goal in goals if goal):
            return Lamp.YEARLY, "只有全年要求，年内不按序时评价", found
        if found is None:
            return Lamp.UNREPORTED, self._why_unread(task, quarter), None
        rule = self.rule(quarter.year)
        lamp, reason = pace.pace_lamp(found, self._earlier(task, quarter, rule), rule)
        return lamp, self._with_silent(task, quarter, reason), found

    # --- what stands behind it ---------------------------------------------------------------------

    def _goals_asked(self, task, quarter):
        entries = self.leads(task, quarter)
        asked = [self.goal(task.pk, entry.agency_id, quarter.year) for entry in entries]
        return asked or self.goals(task.pk, quarter.year)

    def _earlier(self, task, quarter, rule):
        earlier = []
        for _ in range(max(rule.yellow_run - 1, 0)):
            quarter = quarter.before
            found = self.pace(task, quarter)
            earlier.append(pace.gap_lamp(found, self.rule(quarter.year)) if found else None)
        return earlier

    def _pace_of(self, task, entry, quarter):
        if not entry.is_accepted:
            return None
        goal = self.goal(task.pk, entry.agency_id, quarter.year)
        if goal is None:
            return None
        if goal.measure == AnnualGoal.Measure.NODES:
            done = self._nodes_done(task, entry, quarter)
            return pace.by_nodes(self._nodes[goal.pk], done, quarter.ends_on)
        percent = self._percent(task, entry, quarter)
        if percent is None:
            return None
        return pace.Pace(percent, goal.expected_percent(quarter.number))

    def _so_far(self, task, entry, quarter):
        """The lead's accepted returns of the year up to a quarter, oldest first."""
        for number in range(1, quarter.number + 1):
            earlier = self._entries.get((task.pk, Quarter(quarter.year, number)), {}).get(entry.agency_id)
            if earlier is not None and earlier.is_accepted:
                yield earlier

    def _percent(self, task, entry, quarter):
        """Percent of the year's goal. No change means: as it was last accepted this year, at first 0."""
        if entry.percent is not None or entry.nature != TaskReturn.Nature.NO_CHANGE:
            return entry.percent
        said = [each.percent for each in self._so_far(task, entry, quarter) if each.percent is not None]
        return said[-1] if said else Decimal(0)

    def _nodes_done(self, task, entry, quarter):
        """Nodes done by a quarter's return; what was said of a node last this year holds."""
        said = {}
        for each in self._so_far(task, entry, quarter):
            said.update(each.nodes)
        return {node for node, done in said.items() if done}

    def _why_unread(self, task, quarter):
        entries = self.leads(task, quarter)
        if not entries:
            return "本期没有应报的牵头单位"
        if any(each.is_accepted for each in entries):
            return "已采用，但未填完成率"
        if any(each.state == UNDER_REVIEW for each in entries):
            return "已报送，待办公室审核，采用后测算"
        return "尚无已采用的进展"

    def _with_silent(self, task, quarter, reason):
        entries = self.leads(task, quarter)
        missing = sum(1 for each in entries if not each.is_accepted)
        return f"{reason}；另有 {missing} 家尚无已采用的进展" if missing else reason


RULE = ("version", "yellow_from", "red_from", "yellow_run")


def _goals(plan_id, task_ids, years):
    """Confirmed goals of some years, with their nodes and the lamp rule of their year, in one query.

    Returns {(task id, year): {agency id or None: goal}}, {goal id: {node id: due date}}, {year: Rule}.
    """
    goals, nodes, rules = defaultdict(dict), defaultdict(dict), {}
    newest = LampRule.objects.filter(plan=plan_id, from_year__lte=OuterRef("year"))
    newest = newest.order_by("-from_year", "-version")
    rows = (
        AnnualGoal.objects.confirmed()
        .filter(task__plan=plan_id, year__in=years)
        .select_related("agency")
        .annotate(node=F("nodes__pk"), node_due=F("nodes__due_on"))
        .annotate(**{f"rule_{name}": Subquery(newest.values(name)[:1]) for name in RULE})
        .order_by(F("agency__order").asc(nulls_first=True), "pk", "nodes__order")
    )
    for goal in rows:
        if goal.task_id not in task_ids:
            continue
        goals[goal.task_id, goal.year].setdefault(goal.agency_id, goal)
        if goal.node is not None:
            nodes[goal.pk][goal.node] = goal.node_due
        if goal.rule_version is not None:
            rules[goal.year] = pace.Rule(*(getattr(goal, f"rule_{name}") for name in RULE))
    return goals, nodes, rules


def _entries(plan_id, task_ids, since, until):
    """{(task id, Quarter): {agency id: Entry}} of lead returns owed and not waived, whatever their state."""
    entries = defaultdict(dict)
    rows = (
        ProgressReport.objects.owed()
        .filter(
            kind=ProgressReport.Kind.TASK,
            role="lead",
            period__plan=plan_id,
            period__starts_on__gte=since,
            period__ends_on__lte=until,
        )
        .order_by("period__ends_on")
        .values_list(
            "task_id",
            "agency_id",
            "order",
            "agency__order",
            "state",
            "period__ends_on",
            "task_return__nature",
            "task_return__percent",
            "node_reports__node_id",
            "node_reports__done",
        )
    )
    for task_id, agency_id, order, place, state, ends_on, nature, percent, node, done in rows:
        if task_id not in task_ids:
            continue
        by_agency = entries[task_id, Quarter(ends_on.year, (ends_on.month + 2) // 3)]
        entry = by_agency.setdefault(
            agency_id, Entry(agency_id, (order, place, agency_id), state, nature or "", percent)
        )
        if node is not None:
            entry.nodes[node] = done
    return entries


def lamp_rule(period):
    """The lamp rule in force for a period's year: of those begun by then, the latest start, its newest
    version; the usual one where the plan has none."""
    rules = LampRule.objects.filter(plan=period.plan_id, from_year__lte=period.year)
    return rules.order_by("-from_year", "-version").first() or pace.Rule()
