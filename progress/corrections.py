"""更正: a wrong figure found after acceptance is corrected, not sent back (practice, section 2).

The body that said it asks, with its basis; who accepted the report decides. Granted, the content changes
and a new version is frozen; the report stays accepted, its time of leaving and its lateness stay, and
nothing is counted against the body. What was given out from the old version is listed and kept.
数据定案 is the same way: a value of a later certainty is added (预计 → 快报 → 核定), the earlier ones stay.
"""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, Subquery

from agencies import audit
from agencies.models import Role
from agencies.permissions import Denied
from progress import content, drafts, issuing, permissions, workflow
from progress.models import Correction, ProgressReport, ReportVersion
from progress.models.contents import certainty_rank
from progress.workflow import Incomplete, Stale, WrongState

audit.keep_secret("progress.correction", lambda: Correction.objects.filter(report__task__is_sensitive=True))

Kind = Correction.Kind
BASIS_LIMIT = 1000
# Lists as `drafts.save` names them: (their name in a snapshot, what of a row is content).
LISTS = {
    "nodes": ("nodes", ("node", "done", "done_on", "note")),
    "targets": ("target_values", ("target", "certainty", "value", "value_text", "note")),
    "projects": ("project_updates", ("project", "stage", "note")),
    "paragraphs": ("paragraphs", ("chapter", "text", "tasks")),
}


@dataclass(frozen=True)
class Foreseen:
    """What a correction would do. changes, before: {field: value}, only what really changes, ready for JSON;
    shown: the same in words, [[label, before, after]]."""

    changes: dict = field(default_factory=dict)
    before: dict = field(default_factory=dict)
    shown: list = field(default_factory=list)


# --- who may ---------------------------------------------------------------------------------------


def check_ask(user, report, now):
    """Asking, and taking the own request back: those who report or sign for the body. Raises Denied."""
    if report.agency_id not in user.agency_ids(Role.REPORTER, Role.APPROVER):
        raise Denied("更正由填报该项的单位申请。")


def check_decide(user, correction, now):
    """Deciding: a reviewer of the report, never the one who asked. Raises Denied."""
    permissions.check_correct(user, correction.report, now)
    if correction.asked_by_id == user.pk:
        raise Denied("申请人不能决定自己提出的更正，请由另一位同志办理。")


# --- asking ----------------------------------------------------------------------------------------


def check_can_ask(report):
    """Raises WrongState where the report is not accepted, or a request about it still waits."""
    if report.state != report.State.ACCEPTED:
        raise WrongState(f"当前状态为“{report.state_word}”，采用以后才需要申请更正；现在可以直接修改或撤回。")
    if report.corrections.waiting().exists():
        raise WrongState("本项已有一份更正申请待决定；如需改动，请先撤回那一份。")


def foresee(report, changes):
    """What `changes` (in the shape `drafts.save` takes) would do to the report: a Foreseen.

    Writes them down, reads the result and takes everything back. Raises ValidationError by field.
    """
    before = content.snapshot(content.load(report.pk))
    wanted = drafts.cleaned(report, changes)
    with transaction.atomic():
        after = content.snapshot(drafts.put(report, wanted))
        transaction.set_rollback(True)
    named = [name for name in changes if _part(before, name) != _part(after, name)]
    return Foreseen(
        changes={name: _part(after, name) for name in named},
        before={name: _part(before, name) for name in named},
        shown=[list(line) for line in content.differences(before, after)] if named else [],
    )


def ask(report, *, kind, changes, basis, by, now, paper=None, revision=None):
    """File a correction of an accepted report and return it; it waits for the reviewer.

    kind: a Correction.Kind; changes: as `drafts.save` takes them, of which only what really differs is kept;
    basis: why the old content is wrong and where the right one comes from; paper: a SignedPaper (更正依据)
    or None; revision: the one last seen, where the caller must name it.

    Raises Denied, Stale, WrongState (not accepted, or one is open), ValidationError by field.
    """
    check_ask(by, report, now)
    if revision is not None and report.revision != revision:
        raise Stale(report)
    check_can_ask(report)
    basis = _basis(kind, basis)
    foreseen = foresee(report, changes)
    check_foreseen(kind, foreseen)
    try:
        with transaction.atomic():
            asked = Correction.objects.create(
                report=report,
                kind=kind,
                changes=foreseen.changes,
                before=foreseen.before,
                shown=foreseen.shown,
                basis=basis,
                paper=paper,
                asked_at=now,
                asked_by=by,
                old_version=workflow.last_version(report),
                is_demo=report.is_demo or by.is_demo,
            )
            audit.record("申请更正", asked, by=by, now=now, detail=_detail(asked))
    except IntegrityError as twice:
        raise WrongState("本项已有一份更正申请待决定；如需改动，请先撤回那一份。") from twice
    return asked


def check_foreseen(kind, foreseen):
    """Raises ValidationError where nothing would change, or a 数据定案 would do more than add values."""
    if not foreseen.changes:
        raise ValidationError("内容与原来完全相同，没有需要更正的地方。请先改成正确的内容。")
    if kind == Kind.SETTLEMENT:
        _check_settlement(foreseen)


def _check_settlement(foreseen):
    """Only values are added, each more certain than all that was said of its target."""
    if set(foreseen.changes) != {"targets"}:
        raise ValidationError("数据定案只补充更确定的指标值；其他内容有误的，请选择笔误、口径调整或核减。")
    before, after = foreseen.before["targets"], foreseen.changes["targets"]
    if any(row not in after for row in before):
        raise ValidationError("数据定案保留原有各阶段的数值；原值有误的，请选择笔误、口径调整或核减。")
    for row in after:
        known = [certainty_rank(old["certainty"]) for old in before if old["target"] == row["target"]]
        if row not in before and known and certainty_rank(row["certainty"]) <= max(known):
            raise ValidationError("补充的数值应比已报的更确定：预计之后报快报，快报之后报核定。")


def withdraw(correction, *, by, now):
    """Take an own request back while it waits. Raises Denied, WrongState."""
    check_ask(by, correction.report, now)
    with transaction.atomic():
        _close(correction, withdrawn_at=now)
        audit.record("撤回更正申请", correction, by=by, now=now, detail=_detail(correction))
    return correction


# --- deciding --------------------------------------------------------------------------------------


def grant(correction, *, by, now, decision="", revision=None):
    """Agree: write the content, freeze it as a new version, list what was given out from the old one.

    decision: a word to the body, may be empty; revision: the report's, where the caller must name it. Works
    in locked periods too. Raises Denied, Stale, WrongState (decided already, opened again, or sent anew
    since it was asked), ValidationError where the content can no longer be written.
    """
    check_decide(by, correction, now)
    report = content.load(correction.report_id)
    if revision is not None and report.revision != revision:
        raise Stale(report)
    decision = _decision(decision)
    with transaction.atomic():
        _close(correction, decided_at=now, decided_by=by, granted=True, decision=decision)
        workflow.check_starts("correct", report)
        if workflow.last_version(report) != correction.old_version:
            raise WrongState(
                "申请之后本项已经重新报出，不能再按这份申请更正；请不同意，由单位按现有内容重新申请。"
            )
        drafts.put(report, drafts.cleaned(report, correction.changes))
        reason = "：".join(filter(None, [correction.get_kind_display(), decision]))
        fresh = workflow.correct(report, by=by, now=now, revision=report.revision, reason=reason)
        correction.new_version = workflow.last_version(fresh)
        things = issuing.issued_from(fresh, correction.old_version)
        correction.issued = issuing.frozen(things)
        correction.save(update_fields=["new_version", "issued"])
        # Words of a unit's summary may stand in the return of a task not every reader of the trail knows.
        told = things if fresh.task_id else issuing.unnamed(things)
        detail = _detail(correction) | {
            "version": correction.new_version,
            "更正前已出具": "；".join(map(issuing.sentence, told)) or "无",
        }
        audit.record("同意更正", correction, by=by, now=now, detail=detail)
    return correction


def refuse(correction, *, by, now, decision):
    """Decline, with the reason. The report stays as it is. Raises Denied, WrongState, Incomplete."""
    check_decide(by, correction, now)
    check_waiting(correction)
    decision = _decision(decision)
    if not decision:
        raise Incomplete({"decision": "不同意更正须写明理由，理由会告知申请单位。"})
    with transaction.atomic():
        _close(correction, decided_at=now, decided_by=by, granted=False, decision=decision)
        audit.record(
            "不同意更正", correction, by=by, now=now, detail=_detail(correction) | {"reason": decision}
        )
    return correction


def waiting_for_office(plan):
    """Requests of a plan the office has to decide on: all but those about contributions."""
    reports = ProgressReport.objects.to_office().filter(period__plan=plan)
    return Correction.objects.waiting().filter(report__in=reports)


def of_versions(report):
    """The corrections that made versions of a report: {version number: Correction}; one query."""
    granted = report.corrections.granted().select_related("asked_by", "decided_by")
    return {each.new_version: each for each in granted}


@dataclass(frozen=True)
class Marks:
    """What a report's page says of its corrections: the one that made the present version, the one that
    waits (for those who may know of it), and whether this person is offered to ask for another.

    refused: why not, where it is offered greyed. signed: the last version the body itself signed.
    """

    made: Correction | None = None
    waiting: Correction | None = None
    offered: bool = False
    refused: str = ""
    signed: ReportVersion | None = None


def versions_shown(report):
    """(the newest version of a report, the last one its body itself signed); None where nothing left. One
    query."""
    made = report.corrections.granted().filter(new_version__isnull=False).values("new_version")
    newest = report.versions.order_by("-number").values("pk")
    signed = newest.exclude(number__in=made)
    wanted = Q(pk=Subquery(newest[:1])) | Q(pk=Subquery(signed[:1]))
    found = list(report.versions.filter(wanted).select_related("frozen_by").order_by("-number"))
    return (found[0], found[-1]) if found else (None, None)


def marks(user, report, version, signed):
    """The Marks of a report with what `versions_shown` gives of it; one query at the most."""
    if version is None:
        return Marks()
    known = list(report.corrections.select_related("asked_by", "decided_by", "paper").order_by("-pk"))
    made = {each.new_version: each for each in known if each.granted}
    waiting = next((each for each in known if each.is_waiting), None)
    own = report.agency_id in user.agency_ids(Role.REPORTER, Role.APPROVER)
    return Marks(
        made=made.get(version.number),
        waiting=waiting if own or permissions.reviews(user, report) else None,
        offered=own and report.state == report.State.ACCEPTED,
        refused="本项已有一份更正申请待决定。" if waiting else "",
        signed=signed,
    )


def _close(correction, **how):
    """Decide or withdraw a waiting request; the loser of a race finds it closed."""
    closed = Correction.objects.waiting().filter(pk=correction.pk).update(**how)
    correction.refresh_from_db(fields=[*how] if closed else None)
    if not closed:
        check_waiting(correction)


def check_waiting(correction):
    """Raises WrongState where it is decided or withdrawn."""
    if not correction.is_waiting:
        raise WrongState(f"这份更正申请{correction.state_word}，不能再办理。")


def _part(said, name):
    """One field or list of a snapshot, as `drafts.save` takes it; lists in an order of their own."""
    if name not in LISTS:
        return said.get(name)
    listed, keys = LISTS[name]
    rows = [{key: row[key] for key in keys} for row in said.get(listed, ())]
    return rows if name == "paragraphs" else sorted(rows, key=_order)


def _order(row):
    first = next(iter(row.values()))
    return (first, certainty_rank(row["certainty"]) if "certainty" in row else 0)


def _basis(kind, basis):
    problems = {}
    if kind not in Kind.values:
        problems["kind"] = "请选择更正的类别：笔误、口径调整、核减或数据定案。"
    basis = (basis or "").strip()
    if not basis:
        problems["basis"] = "请写明更正的依据，例如统计部门的核定通知或原始台账。"
    elif len(basis) > BASIS_LIMIT or "\x00" in basis:
        problems["basis"] = f"依据最多 {BASIS_LIMIT} 字，且不能含无法保存的字符。"
    if problems:
        raise ValidationError(problems)
    return basis


def _decision(decision):
    decision = (decision or "").strip()
    if len(decision) > BASIS_LIMIT or "\x00" in decision:
        raise Incomplete({"decision": f"决定说明最多 {BASIS_LIMIT} 字，且不能含无法保存的字符。"})
    return decision


def _detail(correction):
    """Not what was said: the trail is read by those who may not read returns."""
    labels = "、".join(label for label, _, _ in correction.shown)
    return {"类别": correction.get_kind_display(), "内容": labels, "原版本": correction.old_version}
