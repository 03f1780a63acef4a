"""反馈: what the addressee has done, written by one, signed off by another, read by the office.

The verbs are those of `orders.TRANSITIONS`, in the same manner. What is handed in up to the limit is in time,
whenever it is read; returned after the limit the order is overdue.
"""

from django.db import IntegrityError, transaction

from agencies import reach
from agencies.models import Role
from progress.workflow import Incomplete, Stale, WrongState
from supervision import files, orders
from supervision.models import OrderFeedback
from supervision.orders import APPROVER, ASKS_TO_CLOSE, INTERIM, NO_APPROVER, WITH_APPROVER
from supervision.permissions import reads_feedback

State = OrderFeedback.State
LONGEST_TEXT = 5000


def hand_in(order, *, text, asks_to_close=True, uploads=(), by, now, revision):
    """写反馈 by the body's reporter, with attachments: it waits for the body's approver, or where the body
    needs none is with the office at once.

    asks_to_close: whether the matter is done (申请销号), else an interim word (阶段性反馈). Raises also
    Refused for a file.
    """
    signed = order.agency.needs_approver
    transition = orders.begin("hand_in", order, by, now, revision, WITH_APPROVER if signed else NO_APPROVER)
    text = orders.limited(text, "text", LONGEST_TEXT)
    if not text:
        raise Incomplete({"text": "请填写办理情况。"})
    with transaction.atomic():
        changes = {} if signed else {"answered_at": now}
        order, step = orders.move(transition, order, by, now, revision, changes)
        feedback = _written(order, text, asks_to_close, signed, by, now)
        with files.all_kept("feedback", feedback, uploads, by=by, now=now):
            pass
        if signed:
            people = orders.addressees(order, now, Role.APPROVER, helpers=False)
            orders.tell(step, people, f"{order}的反馈待审签：{order.title}")
        else:
            _tell_the_office(step, order, now)
    return order


def approve(order, *, by, now, revision):
    """审签: the feedback leaves in the body's name."""
    transition = orders.begin("approve_feedback", order, by, now, revision)
    with transaction.atomic():
        order, step = orders.move(transition, order, by, now, revision, {"answered_at": now})
        _decided(order, State.AWAITING_APPROVAL, state=State.UNDER_REVIEW, approved_by=by, left_at=now)
        _tell_the_office(step, order, now)
    return order


def withdraw(order, *, by, now, revision):
    """Take back what has not been signed off; its words stay with the body."""
    transition = orders.begin("withdraw_feedback", order, by, now, revision)
    with transaction.atomic():
        order, _ = orders.move(transition, order, by, now, revision)
        _decided(order, State.AWAITING_APPROVAL, state=State.WITHDRAWN)
    return order


def send_back(order, *, by, now, revision, reason):
    """The approver returns it to who wrote it; the reason stays inside the body."""
    transition = orders.begin("send_feedback_back", order, by, now, revision)
    reason = orders.needed(reason, "reason", "请写明要怎样修改。")
    with transaction.atomic():
        order, step = orders.move(transition, order, by, now, revision)
        feedback = _decided(order, State.AWAITING_APPROVAL, state=State.WITHDRAWN, opinion=reason)
        orders.tell(step, {feedback.written_by_id}, f"{order}的反馈被本单位审核人退回：{order.title}", reason)
    return order


def accept(order, *, by, now, revision, opinion=""):
    """认可: where it asked to be closed, 销号; an interim one leaves the order 承办中."""
    asked = order.open_feedback()
    closes = asked is not None and asked.asks_to_close
    transition = orders.begin(
        "accept_feedback", order, by, now, revision, ASKS_TO_CLOSE if closes else INTERIM
    )
    opinion = orders.limited(opinion, "opinion")
    changes = {"closed_at": now, "closed_by": by} if closes else {"answered_at": None}
    with transaction.atomic():
        order, step = orders.move(transition, order, by, now, revision, changes, opinion)
        said = {"state": State.ACCEPTED, "opinion": opinion, "decided_at": now, "decided_by": by}
        _decided(order, State.UNDER_REVIEW, **said)
        if closes:
            orders.end_requests(order, by, now, "督办件已销号")
        told = f"{order}已销号" if closes else f"{order}的阶段性反馈已认可，请继续办理"
        orders.tell(step, orders.addressees(order, now, helpers=closes), f"{told}：{order.title}", opinion)
    return order


def send_for_more(order, *, by, now, revision, reason):
    """退回反馈 with a reason: the order is 承办中 again; past its limit it is then overdue."""
    transition = orders.begin("return_feedback", order, by, now, revision)
    reason = orders.needed(reason, "reason", "请写明退回的原因。")
    with transaction.atomic():
        order, step = orders.move(transition, order, by, now, revision, {"answered_at": None}, reason)
        said = {"state": State.RETURNED, "opinion": reason, "decided_at": now, "decided_by": by}
        _decided(order, State.UNDER_REVIEW, **said)
        people = orders.addressees(order, now, helpers=False)
        orders.tell(step, people, f"{order}的反馈被退回：{order.title}", reason)
    return order


def readable(user, order):
    """The feedback of a visible order this person may read, oldest first."""
    return [each for each in order.feedback.all() if reads_feedback(user, each)]


def last_words(order):
    """The words to begin with: of the body's last feedback that was withdrawn or returned, else none."""
    last = max(order.feedback.all(), key=lambda each: each.pk, default=None)
    return last if last is not None and last.state in (State.WITHDRAWN, State.RETURNED) else None


def _written(order, text, asks_to_close, signed, by, now):
    try:
        with transaction.atomic():
            return OrderFeedback.objects.create(
                order=order,
                text=text,
                asks_to_close=asks_to_close,
                state=State.AWAITING_APPROVAL if signed else State.UNDER_REVIEW,
                written_at=now,
                written_by=by,
                left_at=None if signed else now,
                is_demo=order.is_demo,
            )
    except IntegrityError:
        raise WrongState(f"已有一份反馈待{APPROVER}审签，请先撤回。") from None


def _decided(order, source, **said):
    """Write onto the one open feedback in the state `source`; returns it. Raises WrongState."""
    feedback = order.feedback.filter(state=source).first()
    if feedback is None:
        raise WrongState("没有这样的反馈，可能刚被撤回或已经办理。")
    if not order.feedback.filter(pk=feedback.pk, state=source).update(**said):
        raise Stale(order)
    return feedback


def _tell_the_office(step, order, now):
    orders.tell(step, reach.office_people(now=now), f"{order.agency.name}反馈{order}：{order.title}")
