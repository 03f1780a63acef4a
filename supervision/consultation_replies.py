"""回执 of a unit asked for its opinion: written by its reporter, signed by its approver where it needs one.
Where that post is vacant another reporter signs, or the office sets down a letter: nobody is stuck.

The office may set down what came by letter or telephone (代录). Late replies are taken until the office
closes, and marked. The verbs are in the manner of `consultations`; `revision` is the reply's.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from agencies import audit, reach
from agencies.models import Role
from agencies.permissions import why_not
from agencies.writing import printable
from progress.workflow import Action, Incomplete, Stale, WrongState
from supervision.models import Consultation, ConsultationReply, Opinion
from supervision.permissions import (
    check_approve_reply,
    check_withdraw_reply,
    check_write_reply,
    writes_on_behalf,
)

State, Answer = ConsultationReply.State, ConsultationReply.Answer
MOST = 30
LONGEST_PLACE, LONGEST_OPINION, LONGEST_REASON = 80, 2000, 500
SIGNED_BY_ANOTHER = "本单位没有审核人，由另一位填报人审签"
LABELS = {
    "save": "暂存",
    "hand_in": "提交回执",
    "approve": "审签通过",
    "send_back": "退回修改",
    "withdraw": "撤回修改",
}


@dataclass(frozen=True)
class Said:
    """One opinion as typed. place: which paragraph it is about, or ""."""

    place: str
    text: str


@transaction.atomic
def save(reply, *, answer, opinions, by, now, revision):
    """暂存: kept in the unit, seen by nobody else. What the office sets down it hands in at once."""
    _begin(reply, by, revision, "save")
    if writes_on_behalf(by, reply):
        raise WrongState("代录的回执不能暂存，请直接登记。")
    said = _checked(answer, opinions, whole=False)
    return _write(reply, answer, said, by, now, revision, State.WAITING, {}, "暂存回执")


@transaction.atomic
def hand_in(reply, *, answer, opinions, by, now, revision):
    """提交: to the unit's approver, or to the office where it needs none or the office sets it down."""
    _begin(reply, by, revision, "hand_in")
    said = _checked(answer, opinions, whole=True)
    behalf = writes_on_behalf(by, reply)
    given = behalf or not reply.agency.needs_approver
    state = State.GIVEN if given else State.AWAITING_APPROVAL
    changes = {"given_at": now, "given_by": by} if given else {}
    fresh = _write(
        reply, answer, said, by, now, revision, state, changes, "代录回执" if behalf else "提交回执"
    )
    if given:
        _tell_the_office(fresh, now)
    else:
        people = reach.everyone_at({fresh.agency_id}, Role.APPROVER, now=now)
        people = people or reach.everyone_at({fresh.agency_id}, Role.REPORTER, now=now)
        _tell(fresh, people - {by.pk}, f"征求意见回执待审签：{fresh.consultation.title}", now)
    return fresh


@transaction.atomic
def approve(reply, *, by, now, revision):
    """审签: it leaves in the unit's name."""
    _begin(reply, by, revision, "approve")
    fresh = _move(reply, revision, {"state": State.GIVEN, "given_at": now, "given_by": by})
    vacant = {} if reply.agency_id in by.agency_ids(Role.APPROVER) else {"说明": SIGNED_BY_ANOTHER}
    _record("审签回执", fresh, by, now, **vacant)
    _tell_the_office(fresh, now)
    return fresh


@transaction.atomic
def send_back(reply, *, reason, by, now, revision):
    """The approver returns it to who wrote it; the reason stays in the unit."""
    _begin(reply, by, revision, "send_back")
    reason = printable(reason or "").strip()
    if not reason:
        raise Incomplete({"reason": "请写明要怎样修改。"})
    if len(reason) > LONGEST_REASON:
        raise Incomplete({"reason": f"现有 {len(reason)} 字，最多 {LONGEST_REASON} 字，请精简。"})
    fresh = _move(reply, revision, {"state": State.WAITING})
    _record("退回回执", fresh, by, now)
    title = f"征求意见回执被本单位审核人退回：{fresh.consultation.title}"
    _tell(fresh, {reply.written_by_id}, title, now, reason)
    return fresh


@transaction.atomic
def withdraw(reply, *, by, now, revision):
    """Take it back to change it: before the signature by the reporter, after it by the approver, while the
    office has answered none of its opinions."""
    _begin(reply, by, revision, "withdraw")
    changes = {"state": State.WAITING, "given_at": None, "given_by": None}
    if writes_on_behalf(by, reply):
        # Nobody of the unit has written: it may begin itself, or the office set it down again.
        changes |= {"written_at": None, "written_by": None}
    fresh = _move(reply, revision, changes)
    # Asked now that it is held: an opinion answered at this instant is not taken away from under its answer.
    if reply.opinions.exclude(adoption=Opinion.Adoption.UNDECIDED).exists():
        raise WrongState("办公室已经处理了本单位的意见，不能撤回；需要补充的，请联系办公室。")
    _record("撤回回执", fresh, by, now)
    return fresh


# --- what can be done with it --------------------------------------------------------------------------

# (verb, the states it starts from, what the person must be allowed)
STEPS = {
    "save": ((State.WAITING,), check_write_reply),
    "hand_in": ((State.WAITING,), check_write_reply),
    "approve": ((State.AWAITING_APPROVAL,), check_approve_reply),
    "send_back": ((State.AWAITING_APPROVAL,), check_approve_reply),
    "withdraw": ((State.AWAITING_APPROVAL, State.GIVEN), check_withdraw_reply),
}


def actions(reply, user):
    """The buttons of a person on a reply, each with the reason against it."""
    if reply.consultation.state != Consultation.State.SENT:
        return []
    found = []
    for verb, (states, check) in STEPS.items():
        if reply.state in states:
            reason = why_not(check, user, reply)
            found.append(Action(verb, LABELS[verb], not reason, reason, verb == "send_back"))
    return found


def _begin(reply, by, revision, verb):
    states, check = STEPS[verb]
    check(by, reply)
    if reply.revision != revision:
        raise Stale(reply)
    if reply.consultation.state != Consultation.State.SENT:
        raise WrongState("征求意见已办结，回执不能再改；还有意见的，请联系办公室。")
    if reply.state not in states:
        raise WrongState(f"这份回执的状态是“{reply.get_state_display()}”，不能{LABELS[verb]}。")


def _checked(answer, opinions, *, whole):
    """The opinions with words. Raises Incomplete by field: “text-2” for the third."""
    missing = {}
    if answer not in Answer.values and (whole or answer):
        missing["answer"] = "请选择“无意见”或“有修改意见”。"
    said = [each for each in opinions if each.text.strip() or each.place.strip()]
    for at, each in enumerate(opinions):
        if each.place.strip() and not each.text.strip():
            missing[f"text-{at}"] = "写了涉及段落，还没有写意见。"
        if len(each.place.strip()) > LONGEST_PLACE:
            missing[f"place-{at}"] = f"涉及段落最多 {LONGEST_PLACE} 字，例如“第二部分第3段”。"
        if len(each.text.strip()) > LONGEST_OPINION:
            missing[f"text-{at}"] = f"现有 {len(each.text.strip()):,} 字，每条最多 {LONGEST_OPINION:,} 字。"
    if len(said) > MOST:
        missing["answer"] = f"最多写 {MOST} 条意见，请合并后再提交。"
    if answer == Answer.OPINIONS and whole and not said:
        missing["text-0"] = "请至少写一条修改意见；没有意见的，请选择“无意见”。"
    if answer == Answer.NONE and said and whole:
        missing["answer"] = "下面写了修改意见，请选择“有修改意见”；确无意见的，请先清空下面的文字。"
    if missing:
        raise Incomplete(missing)
    return [Said(each.place.strip(), each.text.strip()) for each in said]


def _write(reply, answer, said, by, now, revision, state, changes, verb):
    written = {"answer": answer, "written_at": now, "written_by": by, "state": state}
    fresh = _move(reply, revision, written | changes)
    fresh.opinions.all().delete()
    Opinion.objects.bulk_create(
        Opinion(reply=fresh, order=at, place=each.place, text=each.text) for at, each in enumerate(said)
    )
    _record(verb, fresh, by, now)
    return fresh


def _move(reply, revision, changes):
    """Change it where nobody was first and it is not closed; returns the fresh one. Raises Stale."""
    open_ones = Consultation.objects.filter(pk=reply.consultation_id, state=Consultation.State.SENT)
    # Held, so that nothing is given to one that is being closed.
    held = open_ones.update(state=Consultation.State.SENT)
    own = ConsultationReply.objects.filter(pk=reply.pk, revision=revision, state=reply.state)
    if not (held and own.update(revision=F("revision") + 1, **changes)):
        raise Stale(load(reply.pk))
    return load(reply.pk)


def load(pk):
    """The reply as it stands, with what its rules ask."""
    rows = ConsultationReply.objects.select_related("consultation__plan", "agency", "written_by", "given_by")
    return rows.get(pk=pk)


def _record(verb, reply, by, now, **said):
    audit.record(verb, reply.consultation, by=by, now=now, detail={"单位": reply.agency.name, **said})


def _tell_the_office(reply, now):
    answer = reply.get_answer_display()
    consultation = reply.consultation
    title = f"{reply.agency.name}反馈“{answer}”：{consultation.title}"
    _tell(reply, {consultation.sent_by_id}, title, now)


def _tell(reply, people, title, now, text=""):
    reach.tell(
        f"consultation-reply:{reply.pk}:{reply.revision}",
        people,
        title=title,
        text=text,
        url=reply.consultation.get_absolute_url(),
        now=now,
        is_demo=reply.is_demo,
    )
