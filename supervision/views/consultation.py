"""One 征求意见: the office sees all replies and answers the opinions; a unit its own reply alone."""

from datetime import timedelta

from django.contrib import messages
from django.forms import Form
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agencies.audit import trail_of
from agencies.models import Role
from agencies.reach import people_by_role
from progress.views.typed import number_of
from supervision import consultation_papers, consultation_replies, consultations, files
from supervision.consultation_forms import DecisionForm, DueForm, ReasonForm, ReopenForm, ReplyForm
from supervision.consultations import BODY
from supervision.models import Consultation, ConsultationReply, Opinion
from supervision.permissions import check_consult, lacks_approver
from supervision.views.attempts import attempt, by_now, by_now_revision
from supervision.views.consultations import place

MOVED_ON = "这份回执刚被他人办理，您的操作没有执行；您填写的内容还在下面，请对照后再提交。"
ACTED_ON = "这份征求意见刚被他人办理，您的操作没有执行；下面是最新情况。"
GONE = "这份征求意见的草稿已被他人删除。"
DECIDED_BY_ANOTHER = "这条意见刚被他人处理或撤回，您的处理没有保存；下面是最新情况。"
WRITTEN = ("save", "hand_in", "more")
SAID_AFTER = {
    "send": "已发出，各单位填报人和审核人已收到。",
    "extend": "已延期，没有反馈的单位已收到告知。",
    "close": "已办结，提过意见的单位已收到告知。",
    "reopen": "已重新办理，各单位可以继续反馈，采纳情况可以修改。",
    "drop": "草稿已删除。",
}
# What else a unit does with its reply, and what is said after it.
PASSED_ON = {
    "approve": "已审签，并以本单位名义反馈办公室。",
    "send_back": "已退回填写人。",
    "withdraw": "已撤回，可以修改后重新提交。",
}
FORMS = {"extend": DueForm, "reopen": ReopenForm}
LONGER = timedelta(days=2)  # what more time is offered


@require_safe
def consultation(request, plan, pk):
    """Its text, and what the person may see and do of the replies."""
    plan, found = place(request, plan, pk)
    return _page(request, plan, found)


def _page(
    request, plan, found, *, tried=None, decided=None, returned=None, forms=None, problem="", status=200
):
    """What was typed and not taken: `tried` (reply pk, form), `returned` likewise where it was to go back,
    `decided` (opinion pk, form), `forms` {verb: form} of the consultation itself. problem: why nothing was
    done."""
    now = timezone.now()
    is_office = request.user.is_office
    replies = found.replies.select_related("agency", "consultation", "written_by", "given_by")
    replies = list(replies.order_by("agency__order", "agency__code"))
    own = request.user.agency_ids(*BODY)
    mine = [each for each in replies if each.agency_id in own]
    opinions = list(Opinion.objects.filter(reply__consultation=found).select_related("reply__agency"))
    context = {
        "plan": plan,
        "found": found,
        "now": now,
        "is_late": found.is_overdue(now),
        "is_office": is_office,
        "paragraphs": [line for line in found.text.split("\n") if line.strip()],
        "files": files.files_of("consultation", found),
        "own_replies": [_own(request, each, opinions, tried, returned) for each in mine],
        "problem": problem,
    }
    if is_office:
        context |= _for_office(found, replies, opinions, tried, decided, forms or {}, now, request)
    return render(request, "supervision/consultation.html", context, status=status)


def _own(request, reply, opinions, tried, returned=None):
    """A reply of the person's own unit, or one the office sets down: its form, its buttons, what became of
    its opinions once all is closed."""
    said = [each for each in opinions if each.reply_id == reply.pk]
    actions = consultation_replies.actions(reply, request.user)
    writes = any(action.verb == "hand_in" and action.allowed for action in actions)
    form = tried[1] if tried and tried[0] == reply.pk else None
    if writes and form is None:
        form = ReplyForm(reply=reply, opinions=said)
    return {
        "reply": reply,
        "opinions": said,
        "actions": actions,
        "form": form if writes or form is not None else None,
        "writes": writes,
        "reason": returned[1] if returned and returned[0] == reply.pk else _reason_form(reply),
        "late": reply.was_late(),
        "vacant": reply.state == ConsultationReply.State.AWAITING_APPROVAL
        and lacks_approver(request.user, reply),
    }


def _reason_form(reply, data=None):
    return ReasonForm(data, auto_id=f"reason-{reply.pk}-%s")


def _for_office(found, replies, opinions, tried, decided, forms, now, request):
    given = [each for each in opinions if each.reply.state == ConsultationReply.State.GIVEN]
    is_open, people = found.state != Consultation.State.CLOSED, {}
    if is_open:
        people = people_by_role([each.agency_id for each in replies], *BODY, now=now)
    behalf = number_of(request.GET.get("behalf")) or (tried[0] if tried else None)
    own = request.user.agency_ids(*BODY)
    chosen = [each for each in replies if each.pk == behalf and each.agency_id not in own]
    # What a unit has begun to write is its own affair.
    readable = [each for each in opinions if each.reply.written_at is None or each in given]
    return {
        "replies": [
            {
                "reply": each,
                "late": each.was_late(),
                "behalf": each.is_set_down_by_office,
                "nobody": is_open and not any(people[each.agency_id].values()),
                "vacant": is_open and _is_stuck(each, people[each.agency_id]),
                "opinions": len([one for one in given if one.reply_id == each.pk]),
            }
            for each in replies
        ],
        "counts": {
            "asked": len(replies),
            "given": sum(1 for each in replies if each.state == ConsultationReply.State.GIVEN),
            "undecided": sum(1 for each in given if each.adoption == Opinion.Adoption.UNDECIDED),
        },
        "silent": [each.agency for each in replies if each.state != ConsultationReply.State.GIVEN],
        "opinions": [_decision(each, decided) for each in given],
        "summary": consultation_papers.summary_of(replies, given),
        "behalf": [_own(request, each, readable, tried) for each in chosen],
        "extending": forms.get("extend") or DueForm(initial={"due_at": max(now, found.due_at) + LONGER}),
        "reopening": forms.get("reopen") or ReopenForm(),
        "trail": trail_of(found)[:100],
    }


def _is_stuck(reply, people):
    """Whether a unit has begun a reply that nobody there may sign. people: of its people by role."""
    given = reply.state == ConsultationReply.State.GIVEN
    return bool(reply.written_at and not given and reply.agency.needs_approver and not people[Role.APPROVER])


def _decision(opinion, decided):
    form = decided[1] if decided and decided[0] == opinion.pk else None
    if form is None:
        undecided = opinion.adoption == Opinion.Adoption.UNDECIDED
        said = {"adoption": "" if undecided else opinion.adoption, "reason": opinion.reason}
        form = DecisionForm(initial=said, auto_id=f"opinion-{opinion.pk}-%s")
    return {"opinion": opinion, "form": form, "stamp": consultations.stamp_of(opinion)}


@require_POST
def consultation_verb(request, plan, pk, verb):
    """发出, 延期, 办结, taken up again, or the draft deleted."""
    check_consult(request.user)
    plan, found = place(request, plan, pk)
    if verb not in SAID_AFTER:
        raise Http404
    form = FORMS.get(verb, Form)(request.POST)
    act, said = getattr(consultations, verb), by_now_revision(request)
    done, refusal = attempt(form, lambda: act(found, **form.cleaned_data, **said), stale=ACTED_ON)
    if refusal and (shown := consultations.load(found.pk)):
        said = {"problem": refusal.reason, "status": refusal.status}
        return _page(request, plan, shown, forms={verb: form}, **said)
    if refusal:
        messages.error(request, GONE)
    else:
        messages.success(request, SAID_AFTER[verb])
    return redirect(done) if done else redirect("supervision:consultations", plan.code)


# --- a unit's reply ------------------------------------------------------------------------------------


@require_POST
def consultation_reply(request, plan, pk, reply):
    """One verb on a reply; `more` only gives more rows to write in."""
    plan, found = place(request, plan, pk)
    mine = ConsultationReply.objects.select_related("consultation__plan", "agency")
    mine = get_object_or_404(_within(mine, request.user), pk=reply, consultation=found)
    verb = request.POST.get("verb", "save")
    if verb in WRITTEN:
        return _written(request, plan, found, mine, verb)
    if verb in PASSED_ON:
        return _passed_on(request, plan, found, mine, verb)
    raise Http404


def _within(replies, user):
    """The replies a person has to do with: the office all, a unit its own."""
    return replies if user.is_office else replies.filter(agency__in=user.agency_ids(*BODY))


def _written(request, plan, found, reply, verb):
    """暂存, 提交, or more rows for what was typed."""
    form = ReplyForm(request.POST, reply=reply, more=3 if verb == "more" else 0)
    if verb == "more":
        return _page(request, plan, found, tried=(reply.pk, form))
    act, said = getattr(consultation_replies, verb), by_now_revision(request)
    fresh, refusal = attempt(form, lambda: act(reply, **form.said, **said), stale=MOVED_ON)
    if refusal:
        shown = consultations.load(found.pk) if refusal.has_moved_on else found
        said = {"problem": refusal.reason, "status": refusal.status}
        return _page(request, plan, shown, tried=(reply.pk, form), **said)
    if verb == "save":
        messages.success(request, "已暂存，尚未提交。")
    elif fresh.state == ConsultationReply.State.GIVEN:
        messages.success(request, "已反馈办公室。")
    else:
        messages.success(request, "已提交，待本单位审核人审签。")
    return redirect(found)


def _passed_on(request, plan, found, reply, verb):
    """审签, 退回 or 撤回 of what was written before."""
    form = _reason_form(reply, request.POST) if verb == "send_back" else Form(request.POST)
    act, said = getattr(consultation_replies, verb), by_now_revision(request)
    _, refusal = attempt(form, lambda: act(reply, **form.cleaned_data, **said), stale=MOVED_ON)
    if refusal:
        said = {"problem": refusal.reason, "status": refusal.status}
        return _page(request, plan, consultations.load(found.pk), returned=(reply.pk, form), **said)
    messages.success(request, PASSED_ON[verb])
    return redirect(found)


# --- the office's word on an opinion -------------------------------------------------------------------


@require_POST
def consultation_decide(request, plan, pk, opinion):
    """采纳, 部分采纳 or 未采纳 of one opinion."""
    check_consult(request.user)
    plan, found = place(request, plan, pk)
    rows = Opinion.objects.select_related("reply__consultation", "reply__agency")
    one = get_object_or_404(rows, pk=opinion, reply__consultation=found)
    form = DecisionForm(request.POST, auto_id=f"opinion-{one.pk}-%s")
    said = by_now(request) | {"seen": request.POST.get("seen", "")}
    _, refusal = attempt(
        form, lambda: consultations.decide(one, **form.cleaned_data, **said), stale=DECIDED_BY_ANOTHER
    )
    if refusal:
        said = {"problem": refusal.reason, "status": refusal.status}
        return _page(request, plan, found, decided=(one.pk, form), **said)
    messages.success(request, "已记下采纳情况。")
    return redirect(f"{found.get_absolute_url()}#opinion-{one.pk}")
