"""How each task stands at the end of a period, as far as one person may know it."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import FilteredRelation, OuterRef, Prefetch, Q, Subquery
from django.utils import timezone

from agencies.dating import in_force
from agencies.models import Agency, Role
from agencies.permissions import sees
from progress import pace
from progress.models import Lamp, ProgressReport, TaskReturn, TaskState, TaskVerdict, VerdictProposal
from progress.models.verdicts import reads_verdicts
from tasks.models import Assignment, Task

from .readings import Quarter, Readings

BEHIND = (Lamp.RED, Lamp.YELLOW)
UNDECIDED = "待审定"
# From best to worst, for “moved up or down”; grey lamps take no part.
RANK = {Lamp.BLUE: 3, Lamp.GREEN: 2, Lamp.YELLOW: 1, Lamp.RED: 0}
NOTHING_TO_SAY = {"", "无", "暂无", "没有", "无问题", "暂无问题", "无明显问题"}


@dataclass(frozen=True)
class Standing:
    """One task in one period.

    percent, expected, lowest and gap are points of the year's goal (0–100), from accepted returns only;
    None where there is nothing accepted or no goal. `lamp` is the confirmed one, else the computed one
    where this person may see it (the office, and bodies with a duty on the task), else None: 待审定.
    `reports` are the lead returns of the period this person may know of; the texts come from those that
    were accepted. `inputs` is what a verdict freezes; of a locked period it is what was frozen. `proposal`
    is known to the office, and to the lead bodies once it was sent to them.
    """

    task: Task
    assignments: list[Assignment]
    goals: list = field(default_factory=list)
    percent: Decimal | None = None
    lowest: Decimal | None = None
    expected: Decimal | None = None
    gap: Decimal | None = None
    lamp: str | None = None
    lamp_confirmed: bool = False
    lamp_stale: bool = False
    lamp_reason: str = ""
    computed_lamp: str | None = None
    previous_lamp: str | None = None
    verdict: TaskVerdict | None = None
    proposal: VerdictProposal | None = None
    state: str = ""
    reports: list[ProgressReport] = field(default_factory=list)
    pending: int = 0
    inputs: dict = field(default_factory=dict)

    @property
    def leads(self) -> list[Agency]:
        return [each.agency for each in self.assignments if each.role == Assignment.Role.LEAD]

    @property
    def leads_text(self) -> str:
        return "、".join(agency.name for agency in self.leads)

    @property
    def supports(self) -> list[Assignment]:
        return [each for each in self.assignments if each.role == Assignment.Role.SUPPORT]

    @property
    def named_supports(self) -> list[Assignment]:
        return [each for each in self.supports if each.duty != Assignment.Duty.IMPLIED]

    @property
    def implied_supports(self) -> list[Assignment]:
        """Those the blanket rule of the plan makes supporters of every task."""
        return [each for each in self.supports if each.duty == Assignment.Duty.IMPLIED]

    @property
    def supports_text(self) -> str:
        """Supporters as the clause names them: collectives by their name, implied ones marked so."""
        names = []
        for each in self.supports:
            if each.duty == Assignment.Duty.IMPLIED:
                name = f"{each.as_written or '各县区、市管各园区'}（隐含配合）"
            elif each.duty == Assignment.Duty.GROUP:
                name = each.as_written or each.agency.name
            else:
                name = each.agency.name
            if name not in names:
                names.append(name)
        return "、".join(names)

    @property
    def goal(self):
        """The year's goal the task answers to; None where undecided (目标未定)."""
        return self.goals[0] if self.goals else None

    @property
    def goal_text(self) -> str:
        if len(self.goals) == 1:
            return self.goals[0].statement
        return "\n".join(
            f"{goal.agency.name}：{goal.statement}" if goal.agency else goal.statement for goal in self.goals
        )

    @property
    def lamp_word(self) -> str:
        return Lamp(self.lamp).label if self.lamp else UNDECIDED

    @property
    def lamp_code(self) -> str:
        """What the lamp tag draws: the lamp, or "none"."""
        return self.lamp or "none"

    @property
    def is_computed(self) -> bool:
        """Shown hollow: 系统测算, not confirmed."""
        return self.lamp is not None and not self.lamp_confirmed

    @property
    def is_behind(self) -> bool:
        return self.lamp in BEHIND

    @property
    def change(self) -> str:
        """Against last quarter's lamp: "up", "down", or "" (same, or one of them grey)."""
        before, after = RANK.get(self.previous_lamp), RANK.get(self.lamp)
        if before is None or after is None or before == after:
            return ""
        return "up" if after > before else "down"

    @property
    def state_word(self) -> str:
        return TaskState.State(self.state).label if self.state else ""

    @property
    def accepted(self) -> list[ProgressReport]:
        return [report for report in self.reports if report.state == ProgressReport.State.ACCEPTED]

    @property
    def progress_text(self) -> str:
        """The confirmed text; before that the consolidated text of the first lead, else what the leads said,
        each under its name."""
        if self.verdict is not None and self.verdict.text and not self.lamp_stale:
            return self.verdict.text
        if not self.task.separate_leads:
            for report in self.accepted[:1]:
                if report.task_return.consolidated.strip():
                    return report.task_return.consolidated.strip()
        return self._joined(_what_was_done)

    @property
    def problem(self) -> str:
        return self._joined(lambda said: meaningful(said.problem))

    @property
    def request(self) -> str:
        return self._joined(lambda said: meaningful(said.request))

    @property
    def next_steps(self) -> str:
        return self._joined(lambda said: said.next_steps.strip())

    def _joined(self, text_of):
        said = [(report.agency.name, text_of(report.task_return)) for report in self.accepted]
        said = [(name, text) for name, text in said if text]
        if len(said) == 1:
            return said[0][1]
        return "\n".join(f"{name}：{text}" for name, text in said)


def meaningful(text):
    """The text, or "" where it only says that there is nothing to say."""
    text = text.strip()
    return "" if text.rstrip("。.；;") in NOTHING_TO_SAY else text


def _what_was_done(said):
    if said.nature == TaskReturn.Nature.NO_CHANGE:
        return f"确认无变化：{said.no_change_reason.strip()}"
    return said.progress.strip()


def standings(plan, period, user, now, *, tasks=None, reports=None):
    """Every task of `plan` this person may know of, in number order, as it stands in `period`.

    tasks: a queryset to choose from (default: all of the plan). `now` decides which duties are in force
    for a period that is still running. reports: the lead returns of the period this person may know of,
    where they are at hand already. Five queries (or four) for any number of tasks. A year has no standings:
    units report on it, and lamps belong to quarters.
    """
    if period.is_annual:
        return []
    chosen = Task.objects.all() if tasks is None else tasks
    known = chosen.filter(plan=plan).visible_to(user)
    rows = list(_with_verdicts(_with_state(known, period, now), period))
    ids = {task.pk for task in rows}
    readings = Readings(period, ids)
    returns = _by_task(lead_returns(period, user) if reports is None else reports, period)
    viewer = Viewer(user)
    return [_standing(task, period, readings, returns[task.pk], viewer) for task in rows]


def standing(task, period, user, now):
    """One task's standing; None where this person may not know of the task."""
    found = standings(period.plan, period, user, now, tasks=Task.objects.filter(pk=task.pk))
    return found[0] if found else None


class Viewer:
    """What a person's roles let them see of lamps (agencies/visibility.json)."""

    def __init__(self, user):
        self.verdicts = reads_verdicts(user)
        self.confirmed = sees(user, "confirmed_lamps")
        self.computed = sees(user, "computed_lamps")
        self.proposals = sees(user, "verdict_proposal")
        self.bodies = user.agency_ids(Role.REPORTER, Role.APPROVER) if not self.computed else set()

    def sees_computed(self, assignments):
        return self.computed or any(each.agency_id in self.bodies for each in assignments)

    def sees_proposal(self, proposal, assignments):
        return self.proposals or (
            proposal.sent_at is not None
            and any(
                each.role == Assignment.Role.LEAD and each.agency_id in self.bodies for each in assignments
            )
        )


def _standing(task, period, readings, reports, viewer):
    quarter = Quarter.of(period)
    lamp, reason, found, inputs = _measured(task, quarter, readings)
    verdict = getattr(task, "verdict_now", None) if viewer.verdicts else None
    proposal = getattr(task, "proposal_now", None)
    may_see = viewer.sees_computed(task.in_force)
    seen = viewer.confirmed or may_see
    return Standing(
        task=task,
        assignments=task.in_force,
        goals=readings.goals(task.pk, quarter.year) if seen else [],
        **(_pace_fields(found) if seen and (may_see or verdict or reports) else {}),
        lamp=_shown(verdict and verdict.lamp, lamp, may_see),
        lamp_confirmed=verdict is not None,
        lamp_stale=verdict is not None and verdict.stale_at is not None,
        lamp_reason=_reason(verdict, reason, may_see),
        computed_lamp=lamp.value if may_see else None,
        previous_lamp=_previous(task, quarter, readings, viewer, may_see),
        verdict=verdict,
        proposal=proposal if proposal and viewer.sees_proposal(proposal, task.in_force) else None,
        state=task.state_now or "",
        reports=reports,
        pending=readings.pending(task) if seen else 0,
        inputs=inputs if may_see else {},
    )


def _measured(task, quarter, readings):
    """系统测算 of a task: (Lamp, reason, Pace or None, inputs); what locking froze, where it did."""
    kept = _kept(task)
    if kept is None:
        lamp, reason, found = readings.lamp(task, quarter, _done_on(task))
        return lamp, reason, found, _inputs(readings, task, quarter, lamp, reason, found)
    return Lamp(kept.computed_lamp), kept.inputs.get("reason", ""), _pace_of(kept.inputs), kept.inputs


def _kept(task):
    """The verdict or proposal that locking froze; None where the lamp is measured."""
    rows = (getattr(task, "verdict_now", None), getattr(task, "proposal_now", None))
    return next((row for row in rows if row is not None and row.frozen_at is not None), None)


def _pace_of(inputs):
    if inputs.get("percent") is None:
        return None
    lowest = inputs.get("lowest")
    percent, expected = Decimal(inputs["percent"]), Decimal(inputs["expected"])
    return pace.Pace(percent, expected, None if lowest is None else Decimal(lowest))


def _previous(task, quarter, readings, viewer, may_see):
    """The lamp of the quarter before: the confirmed one, else for those who may see it the frozen or
    measured one."""
    if viewer.verdicts and task.lamp_before:
        return task.lamp_before
    if not may_see:
        return None
    return task.kept_before or readings.lamp(task, quarter.before, _done_on(task))[0].value


def _shown(confirmed, computed, may_see):
    """The confirmed lamp, else the computed one for those who may see it."""
    return confirmed or (computed.value if may_see else None)


def _reason(verdict, reason, may_see):
    if verdict is None:
        return reason if may_see else "系统测算待办公室审定"
    if verdict.lamp != verdict.computed_lamp:
        return f"{verdict.reason}（办公室调整）"
    return reason if may_see else verdict.inputs.get("reason", "")


def _pace_fields(found):
    if found is None:
        return {}
    return {
        "percent": found.percent,
        "lowest": found.lowest,
        "expected": found.expected,
        "gap": found.gap,
    }


def _inputs(readings, task, quarter, lamp, reason, found):
    """What a verdict freezes: JSON-ready, numbers as they were used."""
    return {
        "lamp": lamp.value,
        "reason": reason,
        "rule": readings.rule(quarter.year).version,
        "percent": str(found.percent) if found else None,
        "expected": str(found.expected) if found else None,
        "lowest": str(found.lowest) if found and found.lowest is not None else None,
        "returns": [
            {"agency": entry.agency_id, "state": entry.state, "percent": str(entry.percent)}
            for entry in readings.leads(task, quarter)
        ],
    }


def _done_on(task):
    return task.state_on if task.state_now == TaskState.State.DONE else None


def _with_state(tasks, period, now):
    """The tasks with their chapter, the duties in force, and the three-year state at period end."""
    day = min(period.ends_on, timezone.localdate(now))
    latest = TaskState.objects.filter(task=OuterRef("pk"), on__lte=period.ends_on).order_by("-on", "-pk")
    duties = Assignment.objects.filter(in_force(max(day, period.starts_on))).select_related("agency")
    return (
        tasks.select_related("chapter", "section")
        .annotate(state_now=Subquery(latest.values("state")[:1]), state_on=Subquery(latest.values("on")[:1]))
        .prefetch_related(
            Prefetch(
                "assignments", queryset=duties.order_by("role", "order", "agency__order"), to_attr="in_force"
            )
        )
        .order_by("number")
    )


def _with_verdicts(tasks, period):
    """The tasks with `verdict_now` and `proposal_now` where the period has them; of the quarter before the
    confirmed `lamp_before`, and `kept_before`, the computed lamp that locking froze."""
    before = {
        "task": OuterRef("pk"),
        "period__plan": period.plan_id,
        "period__ends_on": Quarter.of(period).before.ends_on,
    }
    kept = VerdictProposal.objects.filter(**before, frozen_at__isnull=False)
    return tasks.annotate(
        verdict_now=FilteredRelation("verdicts", condition=Q(verdicts__period=period.pk)),
        proposal_now=FilteredRelation("proposals", condition=Q(proposals__period=period.pk)),
        lamp_before=Subquery(TaskVerdict.objects.filter(**before).values("lamp")[:1]),
        kept_before=Subquery(kept.values("computed_lamp")[:1]),
    ).select_related("verdict_now", "proposal_now", "chapter", "section")


def lead_returns(period, user):
    """The lead returns of the period this person may know of, in the order of the clause; one query."""
    return (
        ProgressReport.objects.visible_to(user)
        .filter(period=period, kind=ProgressReport.Kind.TASK, role=Assignment.Role.LEAD)
        .select_related("agency", "task_return")
        .order_by("order", "agency__order")
    )


def _by_task(reports, period):
    """{task id: its returns}, the period at hand in each."""
    found = defaultdict(list)
    for report in reports:
        report.period = period
        found[report.task_id].append(report)
    return found
