"""异议 of a unit against its score: written by one, signed by another, decided by a third.

Within the window of 反馈复核 (practice, section 3; equal is in time): what is not signed by its end was not
raised. The decision is never that of who confirmed the score or stated points of it by hand; it may move the
points of the criterion it is about (复核调整), and the unit is told at once. Verbs run in one transaction
with their audit row, and raise, in this order: Denied, Stale, WrongState, Incomplete, Refused.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from agencies import audit, reach
from agencies.models import Role
from agencies.permissions import why_not
from assessment import confirming, files, permissions, who_acts
from assessment.models import Adjustment, Objection, UnitScore
from assessment.results import State as RoundState
from assessment.results import hold, rescore
from progress.timetable import spoken
from progress.workflow import Incomplete, Stale, WrongState
from supervision.orders import Action

State = Objection.State
Outcome = Objection.Outcome
Standing = UnitScore.Standing
LONGEST_TEXT, LONGEST_ANSWER = 3000, 2000

# (verb, from, to); written and signed in one where the body needs no approver.
TRANSITIONS = (
    ("write", "", State.AWAITING_APPROVAL),
    ("write", "", State.RAISED),
    ("sign", State.AWAITING_APPROVAL, State.RAISED),
    ("withdraw", State.AWAITING_APPROVAL, State.WITHDRAWN),
    ("withdraw", State.RAISED, State.WITHDRAWN),
    ("decide", State.RAISED, State.DECIDED),
)
TARGETS = {(verb, source): target for verb, source, target in TRANSITIONS if source}
LABELS = {"sign": "审签异议", "decide": "登记复核意见", "withdraw": "撤回异议"}
CHECKS = {
    "sign": permissions.check_sign_objection,
    "decide": permissions.check_decide_objection,
    "withdraw": permissions.check_withdraw_objection,
}


@dataclass(frozen=True)
class Answer:
    """A 复核意见: outcome: a value of Outcome; points: what it adds to the criterion (may be negative), or
    None."""

    outcome: str
    answer: str
    points: Decimal | None = None


# --- raising -----------------------------------------------------------------------------------------


def write(unit, text, criterion=None, uploads=(), *, by, now):
    """提出异议, against a criterion or the whole; it waits for the unit's approver, or where it needs none is
    raised at once. Returns the Objection."""
    permissions.check_write_objection(by, unit)
    text = _words(text, "text", "请写明对哪一项有异议、理由和事实依据。", LONGEST_TEXT)
    signed = unit.agency.needs_approver
    raised = {} if signed else {"raised_at": now, "raised_by": by}
    with transaction.atomic():
        round = _in_window(unit.round, now, "提出异议")
        if unit.standing == Standing.EXCLUDED:
            raise WrongState(f"{unit.name}不参评，没有可以提出异议的评分。")
        _check_new(unit, criterion)
        made = Objection.objects.create(
            unit=unit,
            criterion=criterion,
            text=text,
            state=State.AWAITING_APPROVAL if signed else State.RAISED,
            written_at=now,
            written_by=by,
            is_demo=unit.is_demo or by.is_demo,
            **raised,
        )
        UnitScore.objects.filter(pk=unit.pk).update(agreed_at=None, agreed_by=None)
        with files.all_kept("objection", made, uploads, by=by, now=now):
            audit.record("提出异议", made, by=by, now=now)
        if signed:
            people = who_acts.signing_for(unit, now)
            _tell(made, people, f"{round}异议待审签", by, now)
        else:
            _tell_deciders(made, by, now)
    return load(made.pk)


def sign(objection, *, by, now, revision):
    """审签: the objection leaves in the unit's name."""
    _begun("sign", objection, by, revision)
    with transaction.atomic():
        _in_window(objection.unit.round, now, "审签异议")
        objection = _move("sign", objection, by, now, {"raised_at": now, "raised_by": by})
        _tell_deciders(objection, by, now)
    return objection


def withdraw(objection, *, by, now, revision):
    """撤回, while it is not decided."""
    _begun("withdraw", objection, by, revision)
    with transaction.atomic():
        hold(objection.unit.round, RoundState.FEEDBACK, what="撤回异议")
        return _move("withdraw", objection, by, now)


def agree(unit, *, by, now, revision):
    """确认无异议: the unit need not be waited for. Returns the fresh UnitScore."""
    permissions.check_agree(by, unit)
    with transaction.atomic():
        _in_window(unit.round, now, "确认无异议")
        if unit.objections.filter(state__in=[State.AWAITING_APPROVAL, State.RAISED]).exists():
            raise WrongState("本单位还有异议没有办结，请先撤回或等复核意见。")
        own = UnitScore.objects.filter(pk=unit.pk, revision=revision).exclude(standing=Standing.EXCLUDED)
        if not own.update(agreed_at=now, agreed_by=by, revision=F("revision") + 1):
            raise Stale(confirming.load(unit.pk))
        audit.record("确认无异议", unit, by=by, now=now)
    return confirming.load(unit.pk)


# --- deciding ----------------------------------------------------------------------------------------


def decide(objection, said, uploads=(), *, by, now, revision):
    """登记复核意见. said: an Answer. Points move only where the objection holds, and only those of its
    criterion; the score follows, and the unit is told at once."""
    _begun("decide", objection, by, revision)
    answer = _decision(objection, said)
    with transaction.atomic():
        hold(objection.unit.round, RoundState.FEEDBACK, what="登记复核意见")
        decided = {"decided_at": now, "decided_by": by, "outcome": said.outcome, "answer": answer}
        objection = _move("decide", objection, by, now, decided)
        if said.points:
            _adjust(objection, said.points, by, now)
        with files.all_kept("objection", objection, uploads, by=by, now=now):
            people = reach.everyone_at([objection.unit.agency_id], Role.REPORTER, Role.APPROVER, now=now)
            title = f"异议复核意见：{objection.get_outcome_display()}"
            _tell(objection, people, f"{objection.unit.round}{title}", by, now, answer, hasty=True)
    return load(objection.pk)


def _adjust(objection, points, by, now):
    Adjustment.objects.create(
        unit=objection.unit,
        kind=Adjustment.Kind.REVIEW,
        criterion=objection.criterion,
        objection=objection,
        points=points,
        basis=objection.answer[:1000],
        url=objection.get_absolute_url(),
        made_at=now,
        made_by=by,
        is_demo=objection.is_demo,
    )
    rescore(objection.unit, objection.unit.round.scheme)


def _decision(objection, said):
    """The words of an answer, trimmed. Raises Incomplete by field."""
    missing = {}
    if said.outcome not in Outcome.values:
        missing["outcome"] = "请选择复核结论。"
    try:
        answer = _words(said.answer, "answer", "请写明复核意见和理由，单位会看到。", LONGEST_ANSWER)
    except Incomplete as incomplete:
        missing |= incomplete.fields
    if said.points:
        missing |= _wrong_points(objection, said)
    if missing:
        raise Incomplete(missing)
    return answer


def _wrong_points(objection, said):
    if said.outcome == Outcome.REJECTED:
        return {"points": "结论为不成立的，不调整得分。"}
    if objection.criterion is None:
        return {"points": "这件异议没有指明考核项目，不能调整项目得分；确需调整请登记加减分。"}
    if objection.unit.standing != Standing.SCORED:
        return {"points": "这家单位只反馈不计分，没有可以调整的得分。"}
    most = _full_marks(objection)
    if said.points != round(said.points, 2) or abs(said.points) > most:
        return {"points": f"最多两位小数，不超过这个项目的 {most} 分。"}
    return {}


def _full_marks(objection):
    """What the criterion is worth to this unit: what others handed on to it counts."""
    rows = (objection.unit.result or {}).get("criteria", ())
    worth = {each["key"]: Decimal(each["effective"]) for each in rows}
    return worth.get(str(objection.criterion_id), objection.criterion.weight)


# --- what one may do ---------------------------------------------------------------------------------


def actions(objection, user, now):
    """The buttons of an objection as it stands for this person: the unit's for its people, deciding for those
    who score it, each allowed or greyed with the reason."""
    unit, found = objection.unit, []
    sides = {"sign", "withdraw"} if permissions.serves(user, unit.agency_id) else set()
    if user.is_office or permissions.serves(user, unit.reviewer_id):
        sides |= {"decide"}
    for verb, label in LABELS.items():
        if verb in sides and (verb, objection.state) in TARGETS:
            found.append(
                Action(verb, label, why_not(CHECKS[verb], user, objection) or _late(verb, unit, now))
            )
    return found


def _late(verb, unit, now):
    if unit.round.state != RoundState.FEEDBACK:
        return f"年度考核现在是“{unit.round.get_state_display()}”阶段。"
    over = verb == "sign" and _is_over(unit.round, now)
    return f"反馈复核已于{spoken(unit.round.objections_until)}截止。" if over else ""


def why_not_write(user, unit, now):
    """Why this person cannot object for the unit now, or ""."""
    reason = why_not(permissions.check_write_objection, user, unit)
    if reason:
        return reason
    if unit.round.state != RoundState.FEEDBACK:
        return "异议在反馈复核阶段提出。"
    return f"反馈复核已于{spoken(unit.round.objections_until)}截止。" if _is_over(unit.round, now) else ""


def why_not_agree(user, unit, now):
    """Why this person cannot say for the unit that it has no objection, or ""."""
    over = "反馈复核已经截止，没有提出异议的按无异议办理。" if _is_over(unit.round, now) else ""
    return why_not(permissions.check_agree, user, unit) or over


def _is_over(round, now):
    return round.objections_until is not None and now > round.objections_until


# --- how it is done ----------------------------------------------------------------------------------


def load(pk):
    """The objection as it stands, with what its rules and pages ask."""
    named = ("unit__round__scheme__plan", "unit__agency", "unit__reviewer", "unit__scored_by", "criterion")
    people = ("written_by", "raised_by", "decided_by")
    return Objection.objects.select_related(*named, *people).get(pk=pk)


def _begun(verb, objection, by, revision):
    CHECKS[verb](by, objection)
    if objection.revision != revision:
        raise Stale(objection)
    if (verb, objection.state) not in TARGETS:
        raise WrongState(f"这件异议的状态是“{objection.get_state_display()}”，不能{LABELS[verb]}。")


def _move(verb, objection, by, now, changes=None):
    own = Objection.objects.filter(pk=objection.pk, revision=objection.revision, state=objection.state)
    target = TARGETS[verb, objection.state]
    if not own.update(revision=F("revision") + 1, state=target, **(changes or {})):
        raise Stale(load(objection.pk))
    fresh = load(objection.pk)
    audit.record(LABELS[verb], fresh, by=by, now=now)
    return fresh


def _in_window(round, now, what):
    round = hold(round, RoundState.FEEDBACK, what=what)
    if _is_over(round, now):
        raise WrongState(f"反馈复核已于{spoken(round.objections_until)}截止，不能再{what}。")
    return round


def _check_new(unit, criterion):
    if criterion is not None and criterion.scheme_id != unit.round.scheme_id:
        raise Incomplete({"criterion": "请选择本年度考核办法中的项目。"})
    undecided = unit.objections.filter(state__in=[State.AWAITING_APPROVAL, State.RAISED], criterion=criterion)
    if undecided.exists():
        raise WrongState("对这一项已有一件异议在办理中，请先撤回或等复核意见。")


def _words(words, field, sentence, longest):
    words = (words or "").replace("\x00", "").strip()
    if not words:
        raise Incomplete({field: sentence})
    if len(words) > longest:
        raise Incomplete({field: f"现有 {len(words):,} 字，最多 {longest:,} 字，请精简。"})
    return words


def _tell_deciders(objection, by, now):
    """Those who can decide; where nobody can, all who might if they had not scored it, and how it goes on."""
    found = who_acts.deciders_of(objection, now)
    title = f"{objection.unit.name}对年度考核提出异议，"
    if found.people:
        _tell(objection, found.people, f"{title}请复核", by, now)
    else:
        _tell(objection, found.base, f"{title}现在没有可以复核的人", by, now, found.way_out)


def _tell(objection, people, title, by, now, text="", hasty=False):
    key = f"objection:{objection.pk}:{objection.state}"
    said = {"title": title, "text": text, "url": objection.get_absolute_url(), "now": now}
    reach.tell(key, set(people) - {by.pk, None}, **said, is_demo=objection.is_demo, hasty=hasty)
