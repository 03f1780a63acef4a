"""One lamp on its way to 审定: the office drafts and confirms, lead bodies answer, others read the end."""

from django.contrib import messages
from django.db.models import CharField
from django.db.models.functions import Cast
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agencies.models import Agency, AuditEvent, Role
from progress import figures, hearings, permissions, proposals, verdict_text, verdicts
from progress.models import TaskVerdict, VerdictProposal
from progress.verdict_forms import ProposalForm, ReplyForm
from progress.views.place import of_a_quarter, period_at
from progress.views.typed import number_of
from tasks.models import Task


@require_safe
@of_a_quarter
def verdict(request, plan, period, number):
    """What this person may know of it; 404 where that is nothing."""
    return _page(request, _hearing(request, plan, period, number))


@require_POST
@of_a_quarter
def verdict_propose(request, plan, period, number):
    """拟定 one task: its lamp, the reason for another one, and the text (or the assembled one again)."""
    hearing = _hearing(request, plan, period, number)
    permissions.check_confirm_verdicts(request.user)
    form = ProposalForm(request.POST, hearing=hearing)
    if not form.is_valid():
        return _page(request, hearing, form=form)
    said = form.cleaned_data
    if request.POST.get("assembled"):
        said["text"] = None
    try:
        proposals.propose(hearing.period, [number], by=request.user, now=timezone.now(), **said)
    except proposals.Refused as refused:
        form.add_error(None, refused.reason)
        return _page(request, hearing, form=form)
    messages.success(request, f"第 {number} 项的拟定已保存。")
    return _back(hearing)


@require_POST
@of_a_quarter
def verdict_confirm(request, plan, period, number):
    """审定 one task; with an answer where a lead objects."""
    hearing = _hearing(request, plan, period, number)
    permissions.check_confirm_verdicts(request.user)
    answer = request.POST.get("answer", "")
    revision = number_of(request.POST.get("revision"), default=None)
    try:
        verdicts.confirm_verdicts(
            hearing.period, [number], by=request.user, now=timezone.now(), answer=answer, revision=revision
        )
    except proposals.Refused as refused:
        return _page(request, hearing, refused=refused.reason, answer=answer)
    messages.success(request, f"第 {number} 项已审定，各单位和市领导现在可以看到。")
    return _back(hearing)


@require_POST
@of_a_quarter
def verdict_reply(request, plan, period, number):
    """A lead body's 无异议, 有异议 or 知悉."""
    hearing = _hearing(request, plan, period, number)
    if hearing.proposal is None:
        raise Http404
    form = ReplyForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        agency = get_object_or_404(Agency, code=said.pop("agency"))
        try:
            proposals.reply(hearing, agency=agency, **said, by=request.user, now=timezone.now())
        except proposals.Refused as refused:
            form.add_error(None, refused.reason)
        else:
            messages.success(request, f"已记录{agency.name}的反馈。")
            return _back(hearing)
    return _page(request, hearing, reply=form)


def _hearing(request, plan, period, number):
    period = period_at(request, plan, period)
    tasks = hearings.with_replies(Task.objects.filter(number=number), period)
    standings = figures.standings(period.plan, period, request.user, timezone.now(), tasks=tasks)
    found = hearings.of_period(period, request.user, timezone.now(), standings=standings)
    if not found or not (request.user.is_office or found[0].proposal or found[0].verdict):
        raise Http404
    found[0].task.plan = period.plan
    return found[0]


def _back(hearing):
    return redirect("progress:verdict", hearing.period.plan.code, hearing.period.code, hearing.task.number)


def _page(request, hearing, *, form=None, reply=None, refused="", answer=""):
    user, office = request.user, request.user.is_office
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    proposal, decided = hearing.proposal, hearing.verdict
    if office and form is None:
        form = ProposalForm(hearing=hearing)
    context = {
        "plan": hearing.period.plan,
        "period": hearing.period,
        "task": hearing.task,
        "hearing": hearing,
        "standing": hearing.standing,
        "proposal": proposal,
        "verdict": decided,
        "proposed_text": verdict_text.footnotes(proposal.sources) if proposal else None,
        "decided_text": verdict_text.footnotes(decided.sources) if decided else None,
        "form": form,
        "replies": _reply_forms(hearing, own, reply),
        "refused": refused,
        "answer": answer,
        "is_office": office,
        "opens_sources": office or proposal is not None,
        "trail": _trail(hearing) if office else None,
    }
    wrong = refused or (form and form.errors) or (reply and reply.errors)
    return render(request, "progress/verdict.html", context, status=400 if wrong else 200)


def _reply_forms(hearing, own, typed):
    """[(lead body of this person, its present word, the form for another)]; what was typed is kept."""
    if hearing.proposal is None or hearing.proposal.sent_at is None:
        return []
    forms = []
    for agency, word in hearing.words:
        if agency.pk not in own:
            continue
        blank = {"revision": hearing.proposal.revision, "agency": agency.code}
        form = ReplyForm(initial=blank, auto_id=f"id_{agency.code}_%s")
        if typed is not None and typed.data.get("agency") == agency.code:
            form = typed
        forms.append((agency, word, form))
    return forms


def _trail(hearing):
    """What was done about this lamp, newest first."""
    of = {"task": hearing.task, "period": hearing.period}
    keys = [
        (model._meta.label_lower, model.objects.filter(**of).values(key=Cast("pk", CharField())))
        for model in (VerdictProposal, TaskVerdict)
    ]
    events = AuditEvent.objects.none()
    for label, ids in keys:
        events = events | AuditEvent.objects.filter(subject_type=label, subject_id__in=ids)
    return events[:50]
