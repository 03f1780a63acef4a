"""Many returns in one go: each is decided or submitted by the real verb; one that fails stops no other."""

import re
from dataclasses import dataclass, field

from django.db.models import OuterRef, Q, Subquery

from agencies.models import Role
from agencies.permissions import Denied, why_not
from progress import completeness, handouts, permissions, workflow
from progress.models import ProgressReport, ReportStep, TaskReturn
from progress.workflow import Incomplete, Stale, WrongState
from tasks.models import AnnualGoal

LIMIT = 200
NUMBER = re.compile("[0-9]{1,18}")
# What may be done to many at once; the rest is done one by one.
DECISIONS = ("accept", "approve", "send_back")
VERBS = (*DECISIONS, "submit")
# The states in which each of them can be done.
STARTS_FROM = {verb: {arrow.source for arrow in workflow.TRANSITIONS if arrow.verb == verb} for verb in VERBS}
GONE = "已不在您的待办中，没有办理。"
MOVED = "刚被他人更新或办理，没有办理，请看过最新内容。"

State = ProgressReport.State


class TooMany(Exception):
    """More than LIMIT were chosen; nothing was done."""

    def __init__(self, number):
        self.reason = f"一次最多办理 {LIMIT} 项，您选了 {number} 项，没有办理；请分几次。"
        super().__init__(self.reason)


@dataclass(frozen=True)
class Choice:
    """A return as the person saw it in the list: its id and its revision."""

    pk: int
    revision: int


@dataclass
class Outcome:
    """What became of the chosen: done; already done by the same click; skipped, each with its reason.

    skipped: [(report, reason)]; the report is None where this person may not know of it.
    """

    done: list = field(default_factory=list)
    again: list = field(default_factory=list)
    skipped: list = field(default_factory=list)


def choices_of(values):
    """“12-3” → Choice(12, 3) for each of `values`, in order, each report once; what is no choice is left out.

    Raises TooMany.
    """
    found = {}
    for value in values:
        pk, _, revision = value.partition("-")
        if NUMBER.fullmatch(pk) and NUMBER.fullmatch(revision):
            found.setdefault(int(pk), Choice(int(pk), int(revision)))
    if len(found) > LIMIT:
        raise TooMany(len(found))
    return list(found.values())


def decide(verb, choices, *, by, now, reason=""):
    """Do `verb` (one of VERBS) to each of the choices; returns the Outcome.

    Only returns whose content the person may open are touched. Raises Incomplete before anything is done
    where the verb needs a reason and there is none, and TooMany.
    """
    if len(choices) > LIMIT:
        raise TooMany(len(choices))
    if verb in workflow.NEEDS_REASON and not reason.strip():
        raise Incomplete({"reason": "请写明原因，原因会随所选各项长期保存。"})
    said = {"reason": reason} if verb in workflow.NEEDS_REASON else {}
    known, outcome = _open_to(by, choices), Outcome()
    for choice in choices:
        report = known.get(choice.pk)
        if report is None:
            outcome.skipped.append((None, GONE))
        elif _was_this_click(by, report, verb, choice):
            outcome.again.append(report)
        else:
            _do(verb, report, choice, outcome, by=by, now=now, **said)
    return outcome


def _do(verb, report, choice, outcome, **how):
    try:
        getattr(workflow, verb)(report, revision=choice.revision, **how)
    except Stale:
        outcome.skipped.append((report, MOVED))
    except (Denied, WrongState, Incomplete) as refusal:
        outcome.skipped.append((report, refusal.reason))
    else:
        outcome.done.append(report)


def _open_to(user, choices):
    """{id: report} of the chosen whose content this person may open to decide on it or to send it off."""
    last = ReportStep.objects.filter(report=OuterRef("pk")).order_by("-pk")
    rows = (
        ProgressReport.objects.visible_to(user)
        .filter(pk__in=[choice.pk for choice in choices])
        .select_related("agency", "period__plan", "task", "task_return")
        .annotate(last_verb=Subquery(last.values("verb")[:1]), last_by=Subquery(last.values("by")[:1]))
    )
    return {
        row.pk: row
        for row in rows
        if permissions.content_for(user, row)
        and (permissions.reports_for(user, row) or permissions.decides_on(user, row))
    }


def _was_this_click(user, report, verb, choice):
    """Whether the same click arrived twice: what followed what was seen was this verb by this person."""
    return (report.last_by, report.last_verb, report.revision) == (user.pk, verb, choice.revision + 1)


# --- what a reporter has filled in and not sent off --------------------------------------------------


@dataclass(frozen=True)
class Filled:
    """Drafts of a person's bodies that were written in: ready to go; not yet, as [(report, {field: why})]."""

    ready: list
    unready: list


@dataclass(frozen=True)
class _Ground:
    """What completeness is judged by, at hand for many returns."""

    goal: AnnualGoal | None
    previous: ProgressReport | None


def filled(user, period, now):
    """The period's task returns this person may send off and has written in; three queries at the most.

    A returned one counts once it was written in after it came back.
    """
    came_back = ReportStep.objects.filter(report=OuterRef("pk"), to_state=State.RETURNED).order_by("-pk")
    rows = (
        ProgressReport.objects.visible_to(user)
        .filter(
            agency__in=user.agency_ids(Role.REPORTER),
            period=period,
            kind=ProgressReport.Kind.TASK,
            state__in=[State.DRAFT, State.RETURNED],
            waived_at__isnull=True,
            edited_at__isnull=False,
        )
        .annotate(came_back_at=Subquery(came_back.values("at")[:1]), **handouts.along_open())
        .select_related("agency", "period__plan", "task", "task_return")
        .order_by("task__number", "order", "agency__order")
    )
    written = [
        row
        for row in rows
        if (row.state == State.DRAFT or row.came_back_at is None or row.edited_at > row.came_back_at)
        and not why_not(permissions.check_submit, user, row, now)
    ]
    grounds = _grounds(written, period)
    judged = [(row, completeness.missing(row, grounds[row.pk])) for row in written]
    return Filled(
        ready=[row for row, missing in judged if not missing],
        unready=[(row, missing) for row, missing in judged if missing],
    )


def _grounds(reports, period):
    goals = {}
    tasks = {report.task_id for report in reports}
    for goal in AnnualGoal.objects.confirmed().filter(task__in=tasks, year=period.year) if tasks else ():
        goals[goal.task_id, goal.agency_id] = goal
    before = _before([each for each in reports if each.task_return.nature == TaskReturn.Nature.NO_CHANGE])
    return {
        report.pk: _Ground(
            goal=goals.get((report.task_id, report.agency_id)) or goals.get((report.task_id, None)),
            previous=before.get((report.task_id, report.agency_id)),
        )
        for report in reports
    }


def _before(reports):
    """{(task, agency): the latest earlier return that left the body} of reports that say nothing changed."""
    if not reports:
        return {}
    same = Q()
    for report in reports:
        same |= Q(task=report.task_id, agency=report.agency_id)
    period = reports[0].period
    rows = ProgressReport.objects.filter(
        same,
        kind=ProgressReport.Kind.TASK,
        left_at__isnull=False,
        period__plan=period.plan_id,
        period__ends_on__lt=period.starts_on,
    )
    rows = rows.select_related("task_return").order_by("period__ends_on")
    return {(row.task_id, row.agency_id): row for row in rows}
