"""One 督办件: its page, and every verb of its life."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, Q, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.models import Post, Role
from progress.permissions import approver_is_vacant, nobody_serves
from progress.views.place import plan_at
from progress.views.typed import number_of
from supervision import feedback, kinds, more_time, orders
from supervision.models import OrderExtension, OrderFeedback, OrderStep, SupervisionFile, SupervisionOrder
from supervision.order_forms import FORMS
from supervision.permissions import check_read_supervision, is_addressee
from supervision.upload_forms import name_too_large
from supervision.views.attempts import attempt
from supervision.views.files import takes_files

State = SupervisionOrder.State
STAGES = ("立项", "审核", "签发", "签收", "承办", "反馈", "反馈审核", "销号")
# How many of STAGES are behind an order in each state.
BEHIND = {
    State.DRAFT: 0,
    State.CHECKING: 1,
    State.SIGNING: 2,
    State.ISSUED: 3,
    State.WORKING: 4,
    State.ANSWERED: 6,
    State.CLOSED: 8,
}
ACTS = {
    "send_to_check": orders.send_to_check,
    "check": orders.check,
    "back_to_draft": orders.back_to_draft,
    "issue": orders.issue,
    "sign_for": orders.sign_for,
    "hand_in": feedback.hand_in,
    "approve_feedback": feedback.approve,
    "send_feedback_back": feedback.send_back,
    "withdraw_feedback": feedback.withdraw,
    "accept_feedback": feedback.accept,
    "return_feedback": feedback.send_for_more,
    "ask_more_time": more_time.ask,
    "decide_more_time": more_time.decide,
    "close": orders.close,
    "cancel": orders.cancel,
}
SAID_AFTER = {
    "send_to_check": "已提交审核，由办公室另一位同志审核。",
    "check": "审核通过，待签发。",
    "back_to_draft": "已退回拟办。",
    "sign_for": "已签收，请在办理时限前反馈。",
    "send_feedback_back": "已退回填报人修改。",
    "withdraw_feedback": "反馈已撤回，文字仍保留，可以修改后再提交。",
    "approve_feedback": "已审签，反馈已报送办公室。",
    "return_feedback": "反馈已退回，主办单位继续承办。",
    "ask_more_time": "延期申请已提交办公室；决定前仍按原时限计算。",
    "decide_more_time": "延期申请已决定，主办单位可以看到。",
    "close": "已销号。",
    "cancel": "已撤销。",
}
MOVED_ON = "这件督办刚被他人办理，下面是最新情况；您的操作没有办理。"
# Offered behind a fold: what one does rarely, or not lightly.
QUIET = {"back_to_draft", "ask_more_time", "close", "cancel", "withdraw_feedback", "send_feedback_back"}
STEPS = Prefetch("steps", OrderStep.objects.select_related("by"))
# What an order that was never issued has none of.
ANSWERED = (
    Prefetch("feedback", OrderFeedback.objects.select_related("written_by", "approved_by", "decided_by")),
    Prefetch("extensions", OrderExtension.objects.select_related("asked_by", "decided_by")),
)
ADDRESSEES = (Role.REPORTER, Role.APPROVER)
PEOPLE = ("drafted_by", "checked_by", "issued_by", "received_by", "closed_by")


@dataclass(frozen=True)
class Offered:
    """A verb on the page: the Action, its form, whether it is what is next for this person."""

    action: orders.Action
    form: object
    is_next: bool

    @property
    def verb(self):
        return self.action.verb

    @property
    def is_beside(self):
        """Shown open below what is next."""
        return self.action.allowed and not self.is_next and self.verb not in QUIET | {"edit"}

    @property
    def is_folded(self):
        """Offered by its name, its form folded away."""
        return self.action.allowed and not self.is_next and self.verb in QUIET


def order_at(request, plan, pk):
    """The order of an address, where this person may know of it; else 404."""
    check_read_supervision(request.user)
    plan = plan_at(request, plan)
    rows = SupervisionOrder.objects.visible_to(request.user)
    rows = rows.select_related("plan__limit_rule", "agency", "action", *PEOPLE)
    held = Post.objects.on(timezone.localdate()).filter(role__in=ADDRESSEES, user__is_active=True)
    rows = rows.annotate(is_heard=Exists(held.filter(agency=OuterRef("agency"))))
    found = get_object_or_404(rows, plan=plan, pk=pk)
    prefetch_related_objects([found], "helpers", "tasks", *(ANSWERED if found.issued_at else ()), STEPS)
    return found


@require_safe
def order(request, plan, pk):
    """What is demanded of whom until when, how far it is, and what is next for this person."""
    return _page(request, order_at(request, plan, pk))


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def order_verb(request, plan, pk, verb):
    """One verb. What was refused is shown at this address, so a reload comes here as GET: to the order."""
    found, now = order_at(request, plan, pk), timezone.now()
    if verb not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect(found)
    orders.CHECKS[verb](request.user, found, now)
    form, seen = FORMS[verb](found, request.POST, request.FILES), number_of(request.POST.get("revision"))
    name_too_large(form, request)
    said = {"by": request.user, "now": now, "revision": seen}
    done, refusal = attempt(form, lambda: ACTS[verb](found, **form.said, **said), stale=MOVED_ON)
    if refusal:
        return _refused(request, found, form, verb, seen, refusal)
    messages.success(request, _said_after(verb, done))
    return redirect(done)


def _refused(request, found, form, verb, seen, refusal):
    """Why it was not done, with what was typed, on the order as it stands now. The same click twice is no
    refusal."""
    if refusal.has_moved_on:
        found = order_at(request, found.plan.code, found.pk)
        last = found.steps.all()[len(found.steps.all()) - 1]
        if (last.verb, last.by_id, found.revision) == (verb, request.user.pk, seen + 1):
            return redirect(found)
    return _page(request, found, form, verb, refusal.reason, refusal.status)


def _said_after(verb, done):
    if verb == "issue":
        return f"已登记签发，{done}，办理时限 {orders.spoken(done.due_at)}。"
    if verb == "hand_in":
        waits = "待本单位审核人审签" if done.state == State.WORKING else "已报送办公室"
        return f"反馈已提交，{waits}。"
    if verb == "accept_feedback":
        return "反馈已认可，督办件销号。" if done.state == State.CLOSED else "阶段性反馈已认可，继续承办。"
    return SAID_AFTER[verb]


def _page(request, found, form=None, verb="", problem="", status=200):
    """The page; form, verb: what was tried, with its mistakes; problem: why it was not done."""
    user, now = request.user, timezone.now()
    offered = _offered(user, found, now, form, verb)
    context = {
        "plan": found.plan,
        "order": found,
        "stages": _stages(found),
        "offered": offered,
        "typed": form if form is not None and verb not in {each.verb for each in offered} else None,
        "problem": problem,
        "now": now,
        "days_late": found.days_late(now),
        "steps": _steps(user, found),
        "is_office": user.is_office,
        "is_own": is_addressee(user, found),
        "unsigned": _unsigned(found),
        # What is to be decided on is read first.
        "feedback_first": found.open_feedback() is not None,
        "extensions": _extensions(user, found),
    }
    context |= _files(user, found) | _of_signing(found, user)
    return render(request, "supervision/order.html", context, status=status)


def _offered(user, found, now, form, verb):
    actions = orders.actions_for(user, found, now)
    ready = [each.verb for each in actions if each.allowed and each.verb not in QUIET]
    first = ready[0] if ready else ""
    return [
        Offered(each, _form_of(found, each, form, verb), each.verb == first)
        for each in actions
        if each.verb != "edit" or each.allowed
    ]


def _form_of(found, action, form, verb):
    if action.verb == verb and form is not None:
        return form
    if not action.allowed or action.verb not in FORMS:
        return None
    return FORMS[action.verb](found, auto_id=f"id_{action.verb}_%s")


def _stages(found):
    """[(word, "is-done", "is-now" or "")]; of a cancelled one nothing is now."""
    behind = BEHIND.get(found.state)
    if behind is None:
        behind = 3 if found.issued_at else 0
        return [(word, "is-done" if place < behind else "") for place, word in enumerate(STAGES)]
    if found.state == State.WORKING and _unsigned(found):
        behind = 5
    marks = ["is-done"] * behind + ["is-now"] + [""] * len(STAGES)
    return list(zip(STAGES, marks, strict=False))


def _unsigned(found):
    """The feedback that waits for its body's own approver, or None; what it says is the body's."""
    waiting = found.open_feedback()
    return waiting if waiting and waiting.state == OrderFeedback.State.AWAITING_APPROVAL else None


def _steps(user, found):
    """[(label, step)] as far as the person may know: the office's own before it was issued, and the body's
    before it left, are theirs; of what is between the two everybody else reads that it happened."""
    own, shown = is_addressee(user, found), []
    for step in found.steps.all():
        if step.verb in orders.INSIDE_THE_OFFICE and not user.is_office:
            continue
        if step.verb in orders.INSIDE_THE_BODY and not own:
            continue
        if step.verb in orders.BETWEEN_THE_TWO and not (own or user.is_office):
            step.words = ""
        shown.append((orders.LABELS.get(step.verb, "拟办"), step))
    return shown


def _extensions(user, found):
    """Requests for more time: the body's and the office's to read."""
    reads = found.issued_at and (user.is_office or is_addressee(user, found))
    return found.extensions.all() if reads else []


def _files(user, found):
    """The order's files, and the feedback this person may read, each with its own; one query."""
    of_order, of_feedback = [], {}
    every = SupervisionFile.objects.filter(Q(order=found) | Q(feedback__order=found), removed_at__isnull=True)
    for each in every:
        kept = of_order if each.order_id else of_feedback.setdefault(each.feedback_id, [])
        kept.append(each)
    readable = feedback.readable(user, found) if found.issued_at else []
    return {"files": of_order, "feedback": [(each, of_feedback.get(each.pk, [])) for each in readable]}


def _hears_nobody(found, user):
    """Whether the main body has nobody who would hear of it and sign for it, nor a successor who has."""
    return not found.is_heard and nobody_serves(found.agency_id, *ADDRESSEES, successions=user.successions)


def _of_signing(found, user):
    """What the office is shown: at which level it is signed and until when it will be, while it is; whether
    the body has nobody to receive it, later nobody to sign its feedback off."""
    if not user.is_office:
        return {}
    if found.state == State.ISSUED:
        return {"nobody": _hears_nobody(found, user)}
    if found.state not in SupervisionOrder.IN_THE_OFFICE:
        return {"vacant": _unsigned(found) and approver_is_vacant(found.agency_id, user.successions)}
    said = {"level": kinds.level_for(found.plan, found.kind).label, "nobody": _hears_nobody(found, user)}
    if found.state == State.SIGNING or found.wanted_on:
        said["will_be_due"] = kinds.due_at(found, timezone.now())
    return said
