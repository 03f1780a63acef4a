"""自评: the unit says what it thinks of its year, point by point, written by one and signed by another.

自评得分 are given of the criteria's nominal weights; a criterion left empty does not concern the unit. Late
is possible until the office goes on to 初评; the page says that it is late.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import F

from agencies import audit, reach
from assessment import files, who_acts
from assessment.confirming import load
from assessment.formulas import plain
from assessment.models import SelfScore, UnitScore
from assessment.permissions import check_send_self_back, check_sign_self, check_write_self
from assessment.results import State, hold
from progress.workflow import Incomplete, Stale, WrongState

CENT = Decimal("0.01")
LONGEST_NOTE, LONGEST_EVIDENCE, LONGEST_REASON = 3000, 1000, 500
NOTHING_CLAIMED = "请至少为一个考核项目填写自评得分并保存，再提交。"
Standing = UnitScore.Standing
UNSIGNED = dict.fromkeys(("self_written_at", "self_written_by", "self_signed_at", "self_signed_by"))


@dataclass(frozen=True)
class Claim:
    """What a unit says of one criterion. points: of its weight, None where it does not concern the unit."""

    points: Decimal | None
    evidence: str = ""


def criteria_for(unit, criteria):
    """The criteria of the scheme that can concern a unit of this class, in their order."""
    return [each for each in criteria if not each.classes or unit.unit_class in each.classes]


def save(unit, claims, note, uploads=(), *, by, now, revision, reason=""):
    """保存 without sending. claims: {Criterion: Claim}; uploads: files put with it; reason: why what was
    signed is taken up again, for then it is signed no more. Returns the fresh UnitScore. Raises Denied,
    Stale, WrongState, Incomplete, Refused."""
    check_write_self(by, unit)
    note = _checked(claims, note)
    reason = _why_taken_up(unit, reason, revision)
    with transaction.atomic():
        unit = _claimed(unit, "填写自评", revision, self_note=note, **UNSIGNED)
        _write(unit, claims)
        with files.all_kept("unit", unit, uploads, by=by, now=now):
            audit.record("填写自评", unit, by=by, now=now, detail=reason)
    return load(unit.pk)


def save_and_hand_in(unit, claims, note, uploads=(), **said):
    """保存并提交. What cannot be handed in is not saved either: the page it came from stays good."""
    check_write_self(said["by"], unit)
    if all(claim.points is None for claim in claims.values()):
        raise Incomplete({None: NOTHING_CLAIMED})
    saved = save(unit, claims, note, uploads, **said)
    return hand_in(saved, by=said["by"], now=said["now"], revision=saved.revision)


def hand_in(unit, *, by, now, revision):
    """提交审签: to the unit's approver, or where it needs none to the office at once."""
    check_write_self(by, unit)
    if unit.self_written_at is not None:
        raise WrongState("自评已经提交，不必再次提交；需要修改的，请重新填写并保存。")
    if not unit.self_scores.exists():
        raise Incomplete({None: NOTHING_CLAIMED})
    written = {"self_written_at": now, "self_written_by": by}
    signed = {} if unit.agency.needs_approver else {"self_signed_at": now, "self_signed_by": by}
    with transaction.atomic():
        unit = _claimed(unit, "提交自评", revision, **written, **signed)
        audit.record("提交自评", unit, by=by, now=now)
        if not signed:
            people = who_acts.signing_for(unit, now)
            _tell(unit, people, f"{unit.round}自评待审签", by, now)
    return unit


def sign(unit, *, by, now, revision):
    """审签: the self-assessment leaves in the unit's name."""
    check_sign_self(by, unit)
    if unit.self_written_at is None or unit.self_signed_at is not None:
        raise WrongState("没有待审签的自评，可能刚被本单位他人办理，请刷新页面查看。")
    with transaction.atomic():
        unit = _claimed(unit, "审签自评", revision, self_signed_at=now, self_signed_by=by)
        audit.record("审签自评", unit, by=by, now=now)
    return unit


def send_back(unit, reason, *, by, now, revision):
    """退回 to who wrote it; the reason stays inside the body."""
    check_send_self_back(by, unit)
    if not (reason or "").strip():
        raise Incomplete({"reason": "请写明要怎样修改。"})
    if unit.self_written_at is None:
        raise WrongState("没有待审签的自评，可能刚被本单位他人办理，请刷新页面查看。")
    writer = unit.self_written_by_id
    with transaction.atomic():
        unit = _claimed(unit, "退回自评", revision, **UNSIGNED)
        audit.record("退回自评", unit, by=by, now=now)
        _tell(unit, {writer}, f"{unit.round}自评被本单位审核人退回", by, now, reason.strip()[:1000])
    return unit


def self_total(scores):
    """自评合计 of 100: what was claimed of the weights it was claimed of, two places; None of nothing.

    scores: SelfScores with their criteria at hand.
    """
    points = sum((each.points for each in scores), Decimal(0))
    return of_hundred(points, sum((each.criterion.weight for each in scores), Decimal(0)))


def of_hundred(points, weight):
    """`points` of `weight` as of 100, two places; None where either is missing or nothing."""
    if points is None or not weight:
        return None
    return (points * 100 / weight).quantize(CENT, ROUND_HALF_UP)


def why_not_now(unit):
    """Why the unit has no 自评 to fill in at this stage, or "". unit: with its round at hand."""
    if unit.standing != Standing.SCORED:
        return f"{unit.name}{unit.get_standing_display()}，不需要自评。"
    if unit.round.state != State.SELF:
        return "自评阶段已经结束，不能再填写；对得分有异议的，请在反馈复核时提出。"
    return ""


def _checked(claims, note):
    """The note, trimmed. Raises Incomplete by field ("points-<pk>", "evidence-<pk>", "note")."""
    wrong, note = {}, (note or "").strip()
    for criterion, claim in claims.items():
        if claim.points is not None and not 0 <= claim.points <= criterion.weight:
            whole = plain(criterion.weight)
            wrong[f"points-{criterion.pk}"] = f"“{criterion.name}”请填 0 至 {whole} 之间的数。"
        elif claim.points is None and claim.evidence.strip():
            wrong[f"points-{criterion.pk}"] = (
                f"“{criterion.name}”写了佐证，请填自评得分；与本单位无关的，请把佐证也清空。"
            )
        elif claim.points is not None and claim.points != round(claim.points, 2):
            wrong[f"points-{criterion.pk}"] = "最多两位小数。"
        if len(claim.evidence) > LONGEST_EVIDENCE:
            wrong[f"evidence-{criterion.pk}"] = f"最多 {LONGEST_EVIDENCE} 字，请精简。"
    if len(note) > LONGEST_NOTE:
        wrong["note"] = f"现有 {len(note):,} 字，最多 {LONGEST_NOTE:,} 字，请精简。"
    if wrong:
        raise Incomplete(wrong)
    return note


def _why_taken_up(unit, reason, revision):
    """The detail of the audit row: why what was signed is changed. Raises Incomplete; who has not seen it
    signed is told that first, when the row is claimed."""
    if unit.self_signed_at is None or unit.revision != revision:
        return {}
    reason = (reason or "").strip()
    if not reason:
        raise Incomplete({"reason": "自评已经报出，修改须写明原因，修改后重新提交。"})
    if len(reason) > LONGEST_REASON:
        raise Incomplete({"reason": f"现有 {len(reason)} 字，最多 {LONGEST_REASON} 字，请精简。"})
    return {"reason": reason}


def _claimed(unit, what, revision, **changes):
    """The unit's row changed where nobody was first, while its round is in 自评. Raises WrongState, Stale."""
    hold(unit.round, State.SELF, what=what)
    if unit.standing != Standing.SCORED:
        raise WrongState(f"{unit.name}{unit.get_standing_display()}，不需要自评。")
    own = UnitScore.objects.filter(pk=unit.pk, revision=revision)
    if not own.update(revision=F("revision") + 1, **changes):
        raise Stale(load(unit.pk))
    return load(unit.pk)


def _write(unit, claims):
    unit.self_scores.all().delete()
    SelfScore.objects.bulk_create(
        SelfScore(unit=unit, criterion=criterion, points=claim.points, evidence=claim.evidence.strip())
        for criterion, claim in claims.items()
        if claim.points is not None
    )


def _tell(unit, people, title, by, now, text=""):
    key = f"self:{unit.pk}:{unit.revision}"
    said = {"title": title, "text": text, "url": unit.get_absolute_url(), "now": now}
    reach.tell(key, set(people) - {by.pk}, **said, is_demo=unit.is_demo)
