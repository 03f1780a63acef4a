"""What people add to a score by hand: 加分, 扣分, 人工评定, 一票否决, each with its basis and an attachment.

Praise of a leader is no ground: what counts is what the scheme names (practice, section 3). All may be stated
from the beginning of the round until it is with the leading group; the score follows at once, and a unit that
has its score already is told. What can cost it something is stated only while it can still object. Taken back
with a reason, never deleted.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F

from agencies import audit, reach
from agencies.models import Role
from assessment import files
from assessment.models import Adjustment, UnitScore, VetoFinding
from assessment.permissions import check_score
from assessment.results import OPEN, State, hold, rank_all, rescore
from progress.timetable import spoken
from progress.workflow import Incomplete, WrongState

Kind = Adjustment.Kind
Standing = UnitScore.Standing
LONGEST_BASIS = 1000
STATED = (Kind.ADDITION, Kind.DEDUCTION, Kind.BY_HAND)
# Said beside the form.
NO_GROUND = (
    "加减分只认考核办法列明的情形和正式文件；领导批示肯定、口头表扬、媒体报道不作为依据。"
    "没有依据和附件的不能登记。"
)


@dataclass(frozen=True)
class Stated:
    """kind: one of STATED; points: above 0 (人工评定: from 0); criterion: of the scheme, for 人工评定; basis:
    words; url: the address of what it is about in this house, or ""."""

    kind: str
    points: Decimal | None
    basis: str
    criterion: object = None
    url: str = ""


def state(unit, said, uploads, *, by, now):
    """登记 an addition, a deduction or the points of a criterion 人工评定. said: a Stated; uploads: files.

    Returns the Adjustment. Raises Denied, Incomplete, WrongState, Refused.
    """
    check_score(by, unit)
    points, basis = _checked(unit, said, uploads)
    with transaction.atomic():
        round = hold(unit.round, *OPEN, what="登记加减分")
        _check_scored(unit)
        if said.kind != Kind.ADDITION:
            _check_can_object(round, now)
        made = _made(unit, said, points, basis, by, now)
        with files.all_kept("adjustment", made, uploads, by=by, now=now):
            _note(f"登记{made.get_kind_display()}", unit, by, now)
            _follow(unit, round, f"登记了{made.get_kind_display()}", made, by, now)
    return made


def revoke(made, reason, *, by, now):
    """撤销 an Adjustment with a reason; its score follows. Returns it. A 复核调整 stands with its objection.

    Raises Denied, Incomplete, WrongState.
    """
    check_score(by, made.unit)
    if made.kind == Kind.REVIEW:
        raise WrongState("复核调整随复核意见生效，不能单独撤销。")
    with transaction.atomic():
        round = hold(made.unit.round, *OPEN, what="撤销加减分")
        if made.kind != Kind.DEDUCTION:
            _check_can_object(round, now)
        _take_back(Adjustment, made, reason, by, now)
        _note(f"撤销{made.get_kind_display()}", made.unit, by, now)
        _follow(made.unit, round, f"撤销了{made.get_kind_display()}", made, by, now)
    return made


# --- vetoes ------------------------------------------------------------------------------------------


def veto(unit, item, basis, uploads, *, by, now):
    """认定 that a veto item of the scheme applies; counts where the scheme has its vetoes on.

    Returns the VetoFinding. Raises Denied, Incomplete, WrongState, Refused.
    """
    check_score(by, unit)
    missing = {} if item is not None else {"item": "请选择情形。"}
    missing |= _missing_ground(basis, uploads)
    if missing:
        raise Incomplete(missing)
    with transaction.atomic():
        round = hold(unit.round, *OPEN, what="认定一票否决")
        _check_scored(unit)
        _check_can_object(round, now)
        if not round.scheme.veto_on:
            raise WrongState("考核办法没有启用一票否决。")
        try:
            with transaction.atomic():
                made = VetoFinding.objects.create(
                    unit=unit,
                    item=item,
                    basis=basis.strip(),
                    made_at=now,
                    made_by=by,
                    is_demo=unit.is_demo or by.is_demo,
                )
        except IntegrityError as twice:
            raise WrongState("这一情形已经认定过。") from twice
        with files.all_kept("veto", made, uploads, by=by, now=now):
            _note("认定一票否决", unit, by, now)
            _after_veto(unit, round, "认定了一票否决情形", made, by, now)
    return made


def revoke_veto(made, reason, *, by, now):
    """撤销 a VetoFinding with a reason. Returns it. Raises Denied, Incomplete, WrongState."""
    check_score(by, made.unit)
    with transaction.atomic():
        round = hold(made.unit.round, *OPEN, what="撤销认定")
        _take_back(VetoFinding, made, reason, by, now)
        _note("撤销一票否决", made.unit, by, now)
        _after_veto(made.unit, round, "撤销了一票否决情形", made, by, now)
    return made


def _after_veto(unit, round, what, made, by, now):
    UnitScore.objects.filter(pk=unit.pk).update(
        revision=F("revision") + 1, agreed_at=None, agreed_by=None, **_unconfirmed(round)
    )
    rank_all(round.pk, round.scheme)
    _tell(unit, round, what, made, by, now)


# --- how it is done ----------------------------------------------------------------------------------


def _checked(unit, said, uploads):
    """(points, basis) of what was stated. Raises Incomplete by field."""
    missing = _missing_ground(said.basis, uploads)
    if said.kind not in STATED:
        missing["kind"] = "请选择加分、扣分或人工评定。"
    if said.points is None:
        missing["points"] = "请填写分值。"
    elif said.points < 0 or (said.points == 0 and said.kind != Kind.BY_HAND):
        missing["points"] = "分值请填大于 0 的数；扣分也填正数。"
    elif said.points != round(said.points, 2) or said.points > 100:
        missing["points"] = "分值最多两位小数，不超过 100。"
    if said.kind == Kind.BY_HAND:
        missing |= _wrong_criterion(unit, said)
    if missing:
        raise Incomplete(missing)
    return said.points, said.basis.strip()


def _wrong_criterion(unit, said):
    if said.criterion is None or said.criterion.formula != "by_hand":
        return {"criterion": "请选择一个人工评定的考核项目。"}
    if said.points is not None and said.points > said.criterion.weight:
        return {"points": f"“{said.criterion.name}”满分 {said.criterion.weight} 分，不能超过。"}
    return {}


def _missing_ground(basis, uploads):
    missing, basis = {}, (basis or "").strip()
    if not basis:
        missing["basis"] = "请写明依据：哪个文件、哪项规定、什么事实。"
    elif len(basis) > LONGEST_BASIS:
        missing["basis"] = f"现有 {len(basis)} 字，最多 {LONGEST_BASIS} 字，请精简。"
    if not uploads:
        missing["files"] = "请上传依据的附件，没有附件不能登记。"
    return missing


def _check_scored(unit):
    if unit.standing != Standing.SCORED:
        raise WrongState(f"{unit.name}{unit.get_standing_display()}，没有可以增减的得分。")


def _check_can_object(round, now):
    """Raises WrongState once the window is over: what costs a unit points needs one of its own."""
    until = round.objections_until
    if round.state == State.FEEDBACK and until is not None and now > until:
        raise WrongState(
            f"反馈复核已于{spoken(until)}截止，单位不能再对新的扣减提出异议；确需办理的，请先退回初评，再重新反馈。"
        )


def _made(unit, said, points, basis, by, now):
    try:
        with transaction.atomic():
            return Adjustment.objects.create(
                unit=unit,
                kind=said.kind,
                criterion=said.criterion if said.kind == Kind.BY_HAND else None,
                points=points,
                basis=basis,
                url=said.url.strip()[:200],
                made_at=now,
                made_by=by,
                is_demo=unit.is_demo or by.is_demo,
            )
    except IntegrityError as twice:
        raise WrongState("这个项目已有人工评定得分，请先撤销原来的再登记。") from twice


def _take_back(model, made, reason, by, now):
    reason = (reason or "").strip()
    if not reason:
        raise Incomplete({"reason": "请写明撤销的原因。"})
    if len(reason) > LONGEST_BASIS:
        raise Incomplete({"reason": f"现有 {len(reason)} 字，最多 {LONGEST_BASIS} 字，请精简。"})
    standing = model.objects.filter(pk=made.pk, revoked_at__isnull=True)
    if not standing.update(revoked_at=now, revoked_by=by, revoked_reason=reason):
        raise WrongState("这一条已经撤销，不必再办，请刷新页面查看。")
    made.refresh_from_db(fields=["revoked_at", "revoked_by", "revoked_reason"])


def _follow(unit, round, what, made, by, now):
    """The score follows; what was confirmed is confirmed anew, and a unit that knows its score is told."""
    fresh = UnitScore.objects.select_related("agency").get(pk=unit.pk)
    fresh.round = round
    UnitScore.objects.filter(pk=unit.pk).update(**_unconfirmed(round), revision=F("revision") + 1)
    rescore(fresh, round.scheme)
    _tell(unit, round, what, made, by, now)


def _unconfirmed(round):
    return {"scored_at": None, "scored_by": None} if round.state == State.FIRST else {}


def _note(verb, unit, by, now):
    """Neither points nor words: the trail is read by administrators."""
    audit.record(verb, unit, by=by, now=now)


def _tell(unit, round, what, made, by, now):
    if round.state != State.FEEDBACK:
        return
    people = reach.everyone_at([unit.agency_id], Role.REPORTER, Role.APPROVER, now=now) - {by.pk}
    undone = "revoked" if made.revoked_at else "made"
    key = f"{made._meta.model_name}:{made.pk}:{undone}"
    said = {"title": f"{round}：{unit.name}{what}", "text": made.basis, "url": unit.get_absolute_url()}
    reach.tell(key, people, **said, now=now, is_demo=unit.is_demo, hasty=True)
