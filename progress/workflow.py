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

from django.db import transaction
from django.db.models import F
from django.dispatch import Signal

from agencies import audit
from agencies.permissions import Denied
from progress import annual_tables, completeness, content, permissions, terms, verdicts
from progress.models import ProgressReport, ReportStep, ReportVersion

State = ProgressReport.State

# A report nobody has signed, as it is before and after it goes to be signed.
UNSIGNED = {"approved_at": None, "approved_by": None, "signed_paper": None, "entered_on_behalf": False}

# Sent after commit with report= and step=: the only news that travels upwards (reminders, assessment).
report_moved = Signal()

REPORTER = "填报人"
APPROVER = "审核人"
OFFICE = "办公室"
REVIEWER = "审核方"  # the office; for a contribution the lead that asked for it


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
    Transition("submit", State.DRAFT, State.AWAITING_APPROVAL, REPORTER),
    Transition("submit", State.RETURNED, State.AWAITING_APPROVAL, REPORTER),
    Transition("submit", State.DRAFT, State.UNDER_REVIEW, REPORTER, unsigned=True),
    Transition("submit", State.RETURNED, State.UNDER_REVIEW, REPORTER, unsigned=True),
    Transition("approve", State.AWAITING_APPROVAL, State.UNDER_REVIEW, APPROVER),
    Transition("approve_offline", State.AWAITING_APPROVAL, State.UNDER_REVIEW, APPROVER),
    Transition("withdraw", State.AWAITING_APPROVAL, State.DRAFT, REPORTER),
    Transition("withdraw", State.UNDER_REVIEW, State.DRAFT, APPROVER),
    Transition("send_back", State.AWAITING_APPROVAL, State.RETURNED, APPROVER),
    Transition("send_back", State.UNDER_REVIEW, State.RETURNED, REVIEWER),
    Transition("enter_on_behalf", State.DRAFT, State.UNDER_REVIEW, OFFICE),
    Transition("enter_on_behalf", State.RETURNED, State.UNDER_REVIEW, OFFICE),
    Transition("accept", State.UNDER_REVIEW, State.ACCEPTED, REVIEWER),
    Transition("reopen", State.ACCEPTED, State.RETURNED, OFFICE),
    Transition("correct", State.ACCEPTED, State.ACCEPTED, REVIEWER),
)

LABELS = {
    "submit": "提交审签",
    "approve": "审签通过",
    "approve_offline": "登记线下审签",
    "withdraw": "撤回",
    "send_back": "退回修改",
    "enter_on_behalf": "代录",
    "accept": "采用",
    "reopen": "重新打开",
    "correct": "更正",
}
NEEDS_REASON = frozenset({"send_back", "reopen"})
# Done on a page of its own, with a scan or a request behind it, not by one click.
NEEDS_PAGE = frozenset({"approve_offline", "enter_on_behalf", "correct"})
# What was accepted is then not what a confirmed lamp rests on.
MOVES_THE_LAMP = frozenset({"accept", "reopen", "correct"})
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
    """One button for a person on a report: greyed with `reason` where it is not allowed.

    needs_reason: asks for words; needs_page: is done on a page of its own.
    """

    verb: str
    label: str
    allowed: bool
    reason: str
    needs_reason: bool
    needs_page: bool = False


def submit(report, *, by, now, revision):
    """Send a draft or returned report to the body's approver, or to the office where none is needed."""
    transition = _begin("submit", report, by, now, revision)
    missing = completeness.missing(report)
    if missing:
        raise Incomplete(missing)
    changes = UNSIGNED | {"submitted_at": now, "submitted_by": by}
    return _move(transition, report, by, now, revision, changes)


def approve(report, *, by, now, revision):
    """Sign off: the report leaves in the body's name and a version is frozen."""
    transition = _begin("approve", report, by, now, revision)
    return _move(transition, report, by, now, revision, {"approved_at": now, "approved_by": by})


def approve_offline(report, *, by, now, revision, paper):
    """线下审签: as `approve`, on the strength of a signed sheet (paper: its SignedPaper)."""
    transition = _begin("approve_offline", report, by, now, revision)
    changes = {"approved_at": now, "approved_by": by, "signed_paper": paper}
    return _move(transition, report, by, now, revision, changes, reason=f"线下审签：{paper.signer}")


def enter_on_behalf(report, *, by, now, revision, paper, received_at):
    """代录: what the office has written down from a body's letter goes to review by a second person.

    paper: the letter's SignedPaper; received_at: when it arrived, which counts as when the report left.
    """
    transition = _begin("enter_on_behalf", report, by, now, revision)
    missing = completeness.missing(report)
    if missing:
        raise Incomplete(missing)
    changes = UNSIGNED | {
        "submitted_at": now,
        "submitted_by": by,
        "entered_on_behalf": True,
        "signed_paper": paper,
    }
    if report.left_at is None:
        changes["left_at"] = received_at
    return _move(
        transition, report, by, now, revision, changes, reason=f"来函：{paper.reference or paper.name}"
    )


def withdraw(report, *, by, now, revision):
    """Take a report back to draft. What had reached the office has then not left any more."""
    transition = _begin("withdraw", report, by, now, revision)
    changes = UNSIGNED | {"submitted_at": None, "submitted_by": None}
    if transition.source == State.UNDER_REVIEW:
        changes["left_at"] = None
    return _move(transition, report, by, now, revision, changes)


def send_back(report, *, by, now, revision, reason):
    """Return a report for changes. Only the office's returns count as 退回; the time it left stays."""
    transition = _begin("send_back", report, by, now, revision)
    changes = {"return_reason": _reason(reason)}
    if transition.who != APPROVER:
        # A body's own approver gives its reporter no more time than the office gave the body.
        changes["resubmit_by"] = _resubmit_by(report, now)
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


def correct(report, *, by, now, revision, reason):
    """更正: what was written into the accepted report becomes a new version; it stays accepted.

    The caller has changed the content in the same transaction (`corrections.grant`). The task's confirmed
    verdict is marked stale.
    """
    transition = _begin("correct", report, by, now, revision)
    return _move(transition, report, by, now, revision, {}, reason=_reason(reason))


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
        actions.append(
            Action(verb, _label(verb, report), not reason, reason, verb in NEEDS_REASON, verb in NEEDS_PAGE)
        )
    return actions


def _label(verb, report):
    if verb == "submit" and not report.agency.needs_approver:
        return "报送牵头单位" if report.is_contribution else "报送办公室"
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
        changes.setdefault("left_at", now)
    moved = ProgressReport.objects.filter(pk=report.pk, revision=revision, state=transition.source).update(
        state=transition.target, revision=F("revision") + 1, **changes
    )
    if not moved:
        raise Stale(content.load(report.pk))
    fresh = content.heading(report.pk)
    if transition.who in (REPORTER, APPROVER):
        # Asked again now that the row is ours: the office may have locked meanwhile (`periods.lock_period`).
        permissions.check_not_locked(fresh, now)
    if leaves or transition.verb == "correct":
        # What came by letter left the body when the letter arrived.
        left = fresh.left_at if transition.verb == "enter_on_behalf" else now
        _freeze(fresh, by, now, left)
    if transition.verb in MOVES_THE_LAMP and fresh.task_id and not fresh.is_contribution:
        verdicts.mark_stale(fresh.task, fresh.period, now)
    step = ReportStep.objects.create(
        report=fresh,
        verb=transition.verb,
        from_state=transition.source,
        to_state=transition.target,
        by=by,
        by_office=transition.who in (OFFICE, REVIEWER) and not fresh.is_contribution,
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


def _freeze(report, by, now, left):
    """Keep what leaves the body, word for word, for ever; counts of 确认无变化 go by what left. Of a year's
    report also what its paper is made of besides its texts. left: the date the paper bears."""
    said = content.snapshot(content.load(report.pk)) | annual_tables.frozen_with(report, left)
    report.left_nature = said.get("nature", "")
    ProgressReport.objects.filter(pk=report.pk).update(left_nature=report.left_nature)
    ReportVersion.objects.create(
        report=report,
        number=last_version(report) + 1,
        content=said,
        sha256=content.fingerprint(said),
        frozen_at=now,
        frozen_by=by,
        is_demo=report.is_demo,
    )


def last_version(report):
    """The number of a report's last version, 0 where nothing has left its body. One query."""
    return report.versions.order_by("-number").values_list("number", flat=True).first() or 0


def _reason(reason):
    if not reason or not reason.strip():
        raise Incomplete({"reason": "请写明原因，原因会随本项长期保存。"})
    return reason.strip()


def _resubmit_by(report, now):
    """After locking, a returned report is open again for some working days (TermRule), until 18:00."""
    if not report.period.is_locked:
        return None
    return terms.working_days_from(now, terms.terms_of(report.period).resubmit_days)
