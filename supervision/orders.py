"""The life of a supervision order: one literal table, and the verbs that walk it.

Code and tests read `TRANSITIONS`. What the addressee and the office do about feedback is in `feedback`,
about more time in `more_time`, the writing of a draft in `order_drafts`; all move through `begin` and `move`.
Every verb takes the order, `by=` (User), `now=` (aware datetime) and `revision=` (the revision the caller
last saw), runs in one transaction with its OrderStep and audit row, tells those concerned, and returns the
fresh order. They raise, in this order: Denied (403), Stale (412), WrongState (409), Incomplete (400; by
field), and Refused for a file that cannot be taken (400).
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agencies import audit, reach
from agencies.audit import keep_secret
from agencies.models import Role
from agencies.permissions import why_not
from progress.timetable import spoken
from progress.workflow import Incomplete, Stale, WrongState
from supervision import files, kinds, numbering, permissions
from supervision.models import OrderFeedback, OrderKind, OrderStep, SupervisionFile, SupervisionOrder
from supervision.order_contents import check_sendable
from tasks.knowing import people_knowing

State = SupervisionOrder.State
LONGEST_WORDS = 1000
keep_secret(
    "supervision.supervisionorder",
    lambda: SupervisionOrder.objects.filter(tasks__is_sensitive=True),
)

OFFICE = "办公室"
CHECKER = "办公室另一位同志"
BODY = "主办单位"
REPORTER = "主办单位填报人"
APPROVER = "主办单位审核人"


@dataclass(frozen=True)
class Transition:
    """One arrow: `verb` takes an order from `source` to `target`, done by `who`; `only`: in this case."""

    verb: str
    source: str
    target: str
    who: str
    only: str = ""


NO_APPROVER, WITH_APPROVER = "本单位无须审签", "本单位须审签"
ASKS_TO_CLOSE, INTERIM = "申请销号", "阶段性反馈"

TRANSITIONS = (
    Transition("edit", State.DRAFT, State.DRAFT, OFFICE),
    Transition("send_to_check", State.DRAFT, State.CHECKING, OFFICE),
    Transition("check", State.CHECKING, State.SIGNING, CHECKER),
    Transition("back_to_draft", State.CHECKING, State.DRAFT, OFFICE),
    Transition("back_to_draft", State.SIGNING, State.DRAFT, OFFICE),
    Transition("issue", State.SIGNING, State.ISSUED, OFFICE),
    Transition("sign_for", State.ISSUED, State.WORKING, BODY),
    Transition("hand_in", State.WORKING, State.WORKING, REPORTER, WITH_APPROVER),
    Transition("hand_in", State.WORKING, State.ANSWERED, REPORTER, NO_APPROVER),
    Transition("withdraw_feedback", State.WORKING, State.WORKING, REPORTER),
    Transition("send_feedback_back", State.WORKING, State.WORKING, APPROVER),
    Transition("approve_feedback", State.WORKING, State.ANSWERED, APPROVER),
    Transition("accept_feedback", State.ANSWERED, State.CLOSED, OFFICE, ASKS_TO_CLOSE),
    Transition("accept_feedback", State.ANSWERED, State.WORKING, OFFICE, INTERIM),
    Transition("return_feedback", State.ANSWERED, State.WORKING, OFFICE),
    Transition("ask_more_time", State.ISSUED, State.ISSUED, BODY),
    Transition("ask_more_time", State.WORKING, State.WORKING, BODY),
    Transition("decide_more_time", State.ISSUED, State.ISSUED, OFFICE),
    Transition("decide_more_time", State.WORKING, State.WORKING, OFFICE),
    Transition("decide_more_time", State.ANSWERED, State.ANSWERED, OFFICE),
    Transition("close", State.ISSUED, State.CLOSED, OFFICE),
    Transition("close", State.WORKING, State.CLOSED, OFFICE),
    Transition("cancel", State.DRAFT, State.CANCELLED, OFFICE),
    Transition("cancel", State.CHECKING, State.CANCELLED, OFFICE),
    Transition("cancel", State.SIGNING, State.CANCELLED, OFFICE),
    Transition("cancel", State.ISSUED, State.CANCELLED, OFFICE),
    Transition("cancel", State.WORKING, State.CANCELLED, OFFICE),
    Transition("cancel", State.ANSWERED, State.CANCELLED, OFFICE),
)

# In the order in which the buttons of a state are offered: the first allowed one is what is next.
LABELS = {
    "edit": "修改",
    "send_to_check": "提交审核",
    "check": "审核通过",
    "issue": "登记签发",
    "sign_for": "签收",
    "approve_feedback": "审签反馈",
    "hand_in": "提交反馈",
    "accept_feedback": "认可反馈",
    "decide_more_time": "决定延期",
    "send_feedback_back": "退回填报人",
    "withdraw_feedback": "撤回反馈",
    "return_feedback": "退回反馈",
    "back_to_draft": "退回拟办",
    "ask_more_time": "申请延期",
    "close": "直接销号",
    "cancel": "撤销",
}
CHECKS = {
    "edit": permissions.check_draft_order,
    "send_to_check": permissions.check_draft_order,
    "check": permissions.check_check_order,
    "back_to_draft": permissions.check_send_order_back,
    "issue": permissions.check_issue_order,
    "sign_for": permissions.check_sign_for_order,
    "hand_in": permissions.check_hand_in_feedback,
    "approve_feedback": permissions.check_approve_feedback,
    "send_feedback_back": permissions.check_send_feedback_back,
    "withdraw_feedback": permissions.check_withdraw_feedback,
    "accept_feedback": permissions.check_decide_feedback,
    "return_feedback": permissions.check_decide_feedback,
    "ask_more_time": permissions.check_ask_more_time,
    "decide_more_time": permissions.check_decide_more_time,
    "close": permissions.check_close_order,
    "cancel": permissions.check_cancel_order,
}
# What happens between people of one body is told to nobody outside it, and its words stay there.
INSIDE_THE_BODY = frozenset({"withdraw_feedback", "send_feedback_back"})
# What is said of feedback that was not accepted, and of more time, is between the body and the office.
BETWEEN_THE_TWO = frozenset({"return_feedback", "ask_more_time", "decide_more_time"})
INSIDE_THE_OFFICE = frozenset({"draft", "edit", "send_to_check", "check", "back_to_draft"})
ON_UNSIGNED = frozenset({"approve_feedback", "send_feedback_back", "withdraw_feedback"})


# --- the verbs ---------------------------------------------------------------------------------


def send_to_check(order, *, by, now, revision):
    """拟办 → 审核: another person of the office reads it."""
    transition = begin("send_to_check", order, by, now, revision)
    check_sendable(order, now)
    with transaction.atomic():
        order, step = move(transition, order, by, now, revision)
        tell(step, reach.office_people(now=now), f"{order.get_kind_display()}待审核：{order.title}")
    return order


def check(order, *, by, now, revision, words=""):
    """审核通过: it goes to be signed. words: an opinion, or ""."""
    transition = begin("check", order, by, now, revision)
    check_sendable(order, now)
    words, marked = limited(words, "words"), {"checked_at": now, "checked_by": by}
    with transaction.atomic():
        order, step = move(transition, order, by, now, revision, marked, words)
        tell(step, {order.drafted_by_id}, f"{order.get_kind_display()}已审核，待签发：{order.title}", words)
    return order


def back_to_draft(order, *, by, now, revision, reason):
    """Return it to whoever drafts, with a reason."""
    transition = begin("back_to_draft", order, by, now, revision)
    reason, unchecked = (
        needed(reason, "reason", "请写明退回的原因。"),
        {"checked_at": None, "checked_by": None},
    )
    with transaction.atomic():
        order, step = move(transition, order, by, now, revision, unchecked, reason)
        tell(step, {order.drafted_by_id}, f"{order.get_kind_display()}被退回修改：{order.title}", reason)
    return order


def issue(order, *, by, now, revision, signer, signer_title, signed_on, scan, outside_number=""):
    """签发: register the signature; the number is taken now, and the limit fixed.

    signer, signer_title, signed_on (date): who signed, as what, when; scan: the uploaded scan of the signed
    paper (PDF, JPG or PNG); outside_number: the number a 转办 was given where it went, which takes none here.
    """
    transition = begin("issue", order, by, now, revision)
    check_sendable(order, now)
    said = _signature(order, now, signer, signer_title, signed_on, scan, outside_number)
    said |= {"issued_at": now, "issued_by": by, "due_at": kinds.due_at(order, now)}
    said["level"] = kinds.level_for(order.plan, order.kind)
    with files.kept("order", order, scan, kind=SupervisionFile.Kind.SCAN, by=by, now=now):
        # Claimed first: who comes second has taken no number.
        order, step = move(transition, order, by, now, revision, _numbered(order, said))
        people = addressees(order, now)
        tell(
            step,
            people,
            f"收到{order}：{order.title}",
            f"办理时限 {spoken(order.due_at)}，请先签收。",
        )
    return order


def sign_for(order, *, by, now, revision):
    """签收 by the main body: from now on it is 承办中."""
    transition = begin("sign_for", order, by, now, revision)
    with transaction.atomic():
        signed = {"received_at": now, "received_by": by}
        order, step = move(transition, order, by, now, revision, signed)
        tell(step, handlers(order, now), f"{order.agency.name}已签收{order}")
    return order


def close(order, *, by, now, revision, reason):
    """销号 by the office where no feedback is waited for any more, with a reason."""
    transition = begin("close", order, by, now, revision)
    reason, closed = needed(reason, "reason", "请写明为什么直接销号。"), {"closed_at": now, "closed_by": by}
    with transaction.atomic():
        order, step = move(transition, order, by, now, revision, closed, reason)
        _end_what_is_open(order, by, now, "督办件已销号")
        tell(step, addressees(order, now), f"{order}已销号：{order.title}", reason)
    return order


def cancel(order, *, by, now, revision, reason):
    """撤销, before or after it was issued, with a reason. A number it has stays its own."""
    transition = begin("cancel", order, by, now, revision)
    reason = needed(reason, "reason", "请写明撤销的原因。")
    with transaction.atomic():
        order, step = move(transition, order, by, now, revision, {"answered_at": None}, reason)
        _end_what_is_open(order, by, now, "督办件已撤销")
        people = addressees(order, now) if order.issued_at else {order.drafted_by_id}
        tell(step, people, f"{order}已撤销：{order.title}", reason)
    return order


def _numbered(order, said):
    """What `issue` writes, as a function of nothing: the number is taken once the row is claimed."""
    if order.kind == OrderKind.PASSED_ON:
        return said

    def taken():
        mark, year = kinds.limits_of(order.plan).mark, said["signed_on"].year
        return said | {"outside_number": "", "mark": mark, "year": year, "number": numbering.take(mark, year)}

    return taken


def _signature(order, now, signer, signer_title, signed_on, scan, outside_number):
    """What is to be known of a signature, trimmed. Raises Incomplete by field."""
    said = {"signer": (signer or "").strip(), "signer_title": (signer_title or "").strip()}
    said |= {"signed_on": signed_on, "outside_number": (outside_number or "").strip()}
    missing = {}
    if not said["signer"]:
        missing["signer"] = "请填写签发人姓名。"
    if not said["signer_title"]:
        missing["signer_title"] = "请填写签发人职务。"
    if signed_on is None:
        missing["signed_on"] = "请填写签发日期。"
    elif signed_on > timezone.localdate(now):
        missing["signed_on"] = "签发日期不能晚于今天。"
    elif signed_on < timezone.localdate(order.drafted_at):
        missing["signed_on"] = (
            f"签发日期不能早于拟办日期（{timezone.localdate(order.drafted_at):%Y-%m-%d}）。"
        )
    if scan is None:
        missing["scan"] = "请上传签发件扫描件。"
    if order.kind == OrderKind.PASSED_ON and not said["outside_number"]:
        missing["outside_number"] = "转办件由市委办或市政府办编号，请填写其文号。"
    if missing:
        raise Incomplete(missing)
    return said


def _end_what_is_open(order, by, now, why):
    """Nothing waits for anybody on an order that has ended."""
    undecided = [OrderFeedback.State.AWAITING_APPROVAL, OrderFeedback.State.UNDER_REVIEW]
    order.feedback.filter(state__in=undecided).update(state=OrderFeedback.State.WITHDRAWN)
    end_requests(order, by, now, why)


def end_requests(order, by, now, why):
    """A request for more time nobody decided on ends with its order."""
    order.extensions.filter(decided_at__isnull=True).update(
        decided_at=now, decided_by=by, granted=False, decision=f"{why}，延期申请不再办理。"
    )


# --- moving ------------------------------------------------------------------------------------


def load(pk):
    """The order as it stands, with what its rules ask."""
    return SupervisionOrder.objects.select_related("plan", "agency", "drafted_by").get(pk=pk)


def begin(verb, order, by, now, revision, only=""):
    """The arrow of a verb from where the order stands: permission first, then whether the caller has seen
    it as it is, then its state. Raises Denied, Stale, WrongState."""
    CHECKS[verb](by, order, now)
    if order.revision != revision:
        raise Stale(order)
    for transition in TRANSITIONS:
        if (transition.verb, transition.source) == (verb, order.state) and only in ("", transition.only):
            return transition
    raise WrongState(f"当前状态为“{order.get_state_display()}”，不能{LABELS[verb]}。")


def move(transition, order, by, now, revision, changes=None, words=""):
    """Take the arrow, inside the caller's transaction; (fresh order, OrderStep). Raises Stale where somebody
    else was first. changes: fields to set, or a function giving them once the row is ours."""
    own = SupervisionOrder.objects.filter(pk=order.pk, revision=revision, state=transition.source)
    if not own.update(revision=F("revision") + 1):
        raise Stale(load(order.pk))
    changes = changes() if callable(changes) else changes or {}
    SupervisionOrder.objects.filter(pk=order.pk).update(state=transition.target, **changes)
    fresh = load(order.pk)
    return fresh, note(transition.verb, fresh, by, now, transition.source, words)


def note(verb, order, by, now, source="", words=""):
    """The OrderStep of a move and its line in the trail, which has none of the words."""
    step = OrderStep.objects.create(
        order=order,
        verb=verb,
        from_state=source,
        to_state=order.state,
        by=by,
        at=now,
        words="" if verb in INSIDE_THE_BODY else words,
        is_demo=order.is_demo,
    )
    detail = {"from": source, "to": order.state, "revision": order.revision}
    audit.record(LABELS.get(verb, "拟办"), order, by=by, now=now, detail=detail)
    return step


def tell(step, people, title, text=""):
    """Tell people (ids) of a move, but for who made it, and who may not know of a sensitive task of it: a
    body whose duty has ended hears no more."""
    people = set(people) - {step.by_id, None}
    secret = step.order.tasks.filter(is_sensitive=True).values_list("pk", flat=True)
    for knowing in people_knowing(secret, now=step.at).values():
        people &= knowing
    reach.tell(
        f"order-step:{step.pk}",
        people,
        title=title,
        text=text,
        url=step.order.get_absolute_url(),
        now=step.at,
        is_demo=step.is_demo,
    )


def addressees(order, now, *roles, helpers=True):
    """Ids of the people of the bodies an order is addressed to; without `helpers` only of the main body."""
    bodies = {order.agency_id} | (set(order.helpers.values_list("pk", flat=True)) if helpers else set())
    return reach.everyone_at(bodies, *(roles or (Role.REPORTER, Role.APPROVER)), now=now)


def handlers(order, now):
    """Ids of those of the office who have this order in hand; all of it where they have left."""
    office = reach.office_people(now=now)
    return office & {order.drafted_by_id, order.issued_by_id} or office


# --- words -------------------------------------------------------------------------------------


def needed(words, field, sentence):
    """Words that must be there, trimmed. Raises Incomplete."""
    words = limited(words, field)
    if not words:
        raise Incomplete({field: sentence})
    return words


def limited(words, field, longest=LONGEST_WORDS):
    """Words trimmed. Raises Incomplete where they are too long to be kept."""
    words = (words or "").replace("\x00", "").strip()
    if len(words) > longest:
        raise Incomplete({field: f"现有 {len(words):,} 字，最多 {longest:,} 字，请精简。"})
    return words


# --- what one may do ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Action:
    """One button for a person on an order: greyed with `reason` where it is not allowed."""

    verb: str
    label: str
    reason: str

    @property
    def allowed(self):
        return not self.reason


def actions_for(user, order, now):
    """The buttons of an order as it stands for this person, what is next first: the office's for the office,
    the body's for its people, each allowed or greyed with the reason."""
    sides = {OFFICE, CHECKER} if user.is_office else set()
    if permissions.is_addressee(user, order):
        sides |= {BODY, REPORTER, APPROVER}
    here = {arrow.verb for arrow in TRANSITIONS if arrow.source == order.state and arrow.who in sides}
    return [
        Action(verb, label, why_not(CHECKS[verb], user, order, now))
        for verb, label in LABELS.items()
        if verb in here and _concerns(verb, order)
    ]


def _concerns(verb, order):
    """Whether what the verb is about is there: a feedback to be signed, a request to be decided."""
    feedback = order.open_feedback()
    unsigned = feedback is not None and feedback.state == OrderFeedback.State.AWAITING_APPROVAL
    if verb in ON_UNSIGNED:
        return unsigned
    if verb == "hand_in":
        return not unsigned
    return verb != "decide_more_time" or order.open_extension() is not None
