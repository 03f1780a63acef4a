"""The life of a report: one literal table, and the verbs that walk it.

Code, tests, the API and the diagram in docs/workflow.md all read `TRANSITIONS`. Every verb takes the
report, `by=` (User), `now=` (aware datetime) and `revision=` (the revision the caller last saw), runs in
one transaction with its audit row, and returns the fresh report. They raise, in this order:

- `Denied`: this person may not (403);
- `Stale`: somebody else changed the report meanwhile (412);
- `WrongState`: the report is not in a state this verb starts from (409);
- `Incomplete`: something needed is missing, by field (400).
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone

from agencies import audit
from agencies.permissions import Denied
from progress import calendar, completeness, content, permissions, verdicts
from progress.models import ProgressReport, ReportStep, ReportVersion

State = ProgressReport.State

# Sent after commit with report= and step=: the only news that travels upwards (reminders, assessment).
report_moved = Signal()

DAYS_TO_RESUBMIT = 3  # working days given when a return of a locked period is opened again


@dataclass(frozen=True)
class Transition:
    """One arrow: `verb` takes a report from `source` to `target` and is done by `who`.

    `unsigned` arrows are for bodies that need no approver.
    """

    verb: str
    source: str
    target: str
    who: str
    unsigned: bool = False


TRANSITIONS = (
    Transition("submit", State.DRAFT, State.AWAITING_APPROVAL, "填报人"),
    Transition("submit", State.RETURNED, State.AWAITING_APPROVAL, "填报人"),
    Transition("submit", State.DRAFT, State.UNDER_REVIEW, "填报人", unsigned=True),
    Transition("submit", State.RETURNED, State.UNDER_REVIEW, "填报人", unsigned=True),
    Transition("approve", State.AWAITING_APPROVAL, State.UNDER_REVIEW, "审核人"),
    Transition("withdraw", State.AWAITING_APPROVAL, State.DRAFT, "填报人"),
    Transition("withdraw", State.UNDER_REVIEW, State.DRAFT, "审核人"),
    Transition("send_back", State.AWAITING_APPROVAL, State.RETURNED, "审核人"),
    Transition("send_back", State.UNDER_REVIEW, State.RETURNED, "办公室"),
    Transition("accept", State.UNDER_REVIEW, State.ACCEPTED, "办公室"),
    Transition("reopen", State.ACCEPTED, State.RETURNED, "办公室"),
)

LABELS = {
    "submit": "提交审签",
    "approve": "审签通过",
    "withdraw": "撤回",
    "send_back": "退回修改",
    "accept": "采用",
    "reopen": "重新打开",
}
NEEDS_REASON = frozenset({"send_back", "reopen"})
CHECKS = {verb: getattr(permissions, f"check_{verb}") for verb in LABELS}


class WrongState(Exception):
    """The verb does not start from the state the report is in."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class Stale(Exception):
    """The report has moved on since the caller last saw it; `current` is how it stands now."""

    reason = "这份内容刚被他人更新，您的修改尚未保存。请对照两份文字后再保存。"

    def __init__(self, current):
        super().__init__(self.reason)
        self.current = current


class Incomplete(Exception):
    """What is missing before the verb can be done: {field: sentence}."""

    def __init__(self, fields):
        super().__init__("；".join(fields.values()))
        self.fields = fields
        self.reason = "还不能" + "：" + "；".join(fields.values())


@dataclass(frozen=True)
class Action:
    """One button for a person on a report: greyed with `reason` where it is not allowed."""

    verb: str
    label: str
    allowed: bool
    reason: str
    needs_reason: bool


def submit(report, *, by, now, revision):
    """Send a draft or returned report to the body's approver, or to the office where none is needed."""
    transition = _begin("submit", report, by, now, revision)
    missing = completeness.missing(report)
    if missing:
        raise Incomplete(missing)
    changes = {"submitted_at": now, "submitted_by": by, "approved_at": None, "approved_by": None}
    return _move(transition, report, by, now, revision, changes)


def approve(report, *, by, now, revision):
    """Sign off: the report leaves in the body's name and a version is frozen."""
    transition = _begin("approve", report, by, now, revision)
    return _move(transition, report, by, now, revision, {"approved_at": now, "approved_by": by})


def withdraw(report, *, by, now, revision):
    """Take a report back to draft. What had reached the office has then not left any more."""
    transition = _begin("withdraw", report, by, now, revision)
    changes = {"submitted_at": None, "submitted_by": None, "approved_at": None, "approved_by": None}
    if transition.source == State.UNDER_REVIEW:
        changes["left_at"] = None
    return _move(transition, report, by, now, revision, changes)


def send_back(report, *, by, now, revision, reason):
    """Return a report for changes. Only the office's returns count as 退回; the time it left stays."""
    transition = _begin("send_back", report, by, now, revision)
    changes = {"return_reason": _reason(reason), "resubmit_by": _resubmit_by(report, now)}
    return _move(transition, report, by, now, revision, changes, reason=reason.strip())


def accept(report, *, by, now, revision):
    """采用: from now on the figures use this report."""
    transition = _begin("accept", report, by, now, revision)
    changes = {"accepted_at": now, "accepted_by": by, "return_reason": "", "resubmit_by": None}
    return _move(transition, report, by, now, revision, changes)


def reopen(report, *, by, now, revision, reason):
    """Open an accepted report again; the task's confirmed verdict is marked stale."""
    transition = _begin("reopen", report, by, now, revision)
    changes = {
        "return_reason": _reason(reason),
        "resubmit_by": _resubmit_by(report, now),
        "accepted_at": None,
        "accepted_by": None,
    }
    return _move(transition, report, by, now, revision, changes, reason=reason.strip())


def actions_for(user, report, now):
    """The buttons of a report in its present state, each allowed or greyed with the reason."""
    actions = []
    for verb in LABELS:
        if not any(arrow.verb == verb and arrow.source == report.state for arrow in TRANSITIONS):
            continue
        try:
            CHECKS[verb](user, report, now)
            reason = ""
        except Denied as denied:
            reason = denied.reason
        actions.append(Action(verb, _label(verb, report), not reason, reason, verb in NEEDS_REASON))
    return actions


def _label(verb, report):
    if verb == "submit" and not report.agency.needs_approver:
        return "报送办公室"
    return LABELS[verb]


def _begin(verb, report, by, now, revision):
    """Permission, then staleness, then state: the order the API answers in."""
    CHECKS[verb](by, report, now)
    if report.revision != revision:
        raise Stale(report)
    return check_starts(verb, report)


def check_starts(verb, report):
    """The arrow `verb` takes from the report's present state. Raises WrongState where there is none."""
    for transition in TRANSITIONS:
        if transition.verb == verb and transition.source == report.state and _fits(transition, report):
            return transition
    raise WrongState(f"当前状态为“{report.get_state_display()}”，不能{_label(verb, report)}。")


def _fits(transition, report):
    return transition.verb != "submit" or transition.unsigned is not report.agency.needs_approver


@transaction.atomic
def _move(transition, report, by, now, revision, changes, reason=""):
    leaves = transition.target == State.UNDER_REVIEW
    if leaves and report.left_at is None:
        changes["left_at"] = now
    moved = ProgressReport.objects.filter(pk=report.pk, revision=revision, state=transition.source).update(
        state=transition.target, revision=F("revision") + 1, **changes
    )
    if not moved:
        raise Stale(content.load(report.pk))
    fresh = content.heading(report.pk)
    if leaves:
        _freeze(fresh, by, now)
    if transition.verb == "reopen" and fresh.task_id:
        verdicts.mark_stale(fresh.task, fresh.period, now)
    step = ReportStep.objects.create(
        report=fresh,
        verb=transition.verb,
        from_state=transition.source,
        to_state=transition.target,
        by=by,
        by_office=transition.who == "办公室",
        at=now,
        reason=reason,
        is_demo=fresh.is_demo,
    )
    detail = {"from": transition.source, "to": transition.target, "revision": fresh.revision}
    if step.by_office:
        # What an approver says to the own reporter stays in the step; the office reads the trail.
        detail["reason"] = reason
    audit.record(_label(transition.verb, fresh), fresh, by=by, now=now, detail=detail)
    transaction.on_commit(lambda: report_moved.send(ProgressReport, report=fresh, step=step))
    return fresh


def _freeze(report, by, now):
    """Keep what leaves the body, word for word, for ever."""
    said = content.snapshot(content.load(report.pk))
    last = report.versions.order_by("-number").values_list("number", flat=True).first() or 0
    ReportVersion.objects.create(
        report=report,
        number=last + 1,
        content=said,
        sha256=content.fingerprint(said),
        frozen_at=now,
        frozen_by=by,
        is_demo=report.is_demo,
    )


def _reason(reason):
    if not reason or not reason.strip():
        raise Incomplete({"reason": "请写明原因，原因会随本项长期保存。"})
    return reason.strip()


def _resubmit_by(report, now):
    """After locking, a returned report is open again for three working days, until 18:00."""
    if not report.period.is_locked:
        return None
    today = timezone.localdate(now)
    try:
        day = calendar.working_day_after(today, DAYS_TO_RESUBMIT)
    except calendar.YearNotCovered:
        day = today + timedelta(days=DAYS_TO_RESUBMIT + 2)
    return timezone.make_aware(datetime.combine(day, time(18)), timezone.get_default_timezone())
