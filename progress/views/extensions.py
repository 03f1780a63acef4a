"""延期申请: asking for one return, the body's signature, and the office's decisions, singly and in bulk."""

from functools import cache

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.permissions import why_not
from progress import extensions, permissions
from progress.filters import ExtensionFilter
from progress.models import Extension, ProgressReport
from progress.time_forms import ExtensionDecisionForm, ExtensionForm
from progress.views.place import back_to_list, period_at
from progress.views.typed import numbers_of

MOST = 200


def _report_at(request, plan, period, pk):
    period = period_at(request, plan, period)
    reports = ProgressReport.objects.visible_to(request.user).select_related("agency", "period__plan", "task")
    return get_object_or_404(reports, period=period, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def extension_new(request, plan, period, pk):
    """Ask for another due instant for one return."""
    report, now = _report_at(request, plan, period, pk), timezone.now()
    extensions.check_ask(request.user, report, now)
    extensions.check_none_open(report)
    form = ExtensionForm(
        request.POST if request.method == "POST" else None, initial={"wanted_until": report.due_at}
    )
    if request.method == "POST" and form.is_valid():
        try:
            asked = extensions.ask(report, **form.cleaned_data, by=request.user, now=now)
        except ValidationError as error:
            for field, sentences in error.message_dict.items():
                form.add_error(field, sentences)
        else:
            messages.success(request, _asked_words(asked))
            return redirect("progress:extensions", plan, period)
    context = {"plan": report.period.plan, "period": report.period, "report": report, "form": form}
    return render(request, "progress/extension_new.html", context, status=400 if form.errors else 200)


def _asked_words(asked):
    if asked.endorsed_at is None:
        return "已提交，须在截止时间前经本单位审核人审签。审签前请照常填报。"
    return "已提交办公室。办公室决定前仍按原截止时间计算。"


@require_safe
def extensions_page(request, plan, period):
    """Requests of the period one may know of, and those of others still undecided: the body its own, the
    office those endorsed."""
    permissions.check_read_returns(request.user)
    return _page(request, period_at(request, plan, period), ExtensionDecisionForm())


def _page(request, period, form, chosen=(), problem=""):
    user, now = request.user, timezone.now()
    rows = (
        Extension.objects.visible_to(user)
        .filter(Q(report__period=period) | extensions.UNDECIDED, report__period__plan=period.plan_id)
        .select_related(*extensions.SHOWN)
        .order_by(F("decided_at").desc(nulls_first=True), "report__due_at", "-asked_at")
    )
    found = ExtensionFilter(request.GET, rows, request=request)
    # Asked once for each body, however many requests it has made.
    vacant = cache(lambda body: permissions.approver_is_vacant(body, user.successions))
    context = {
        "plan": period.plan,
        "period": period,
        "filter": found,
        "total": rows.count(),
        "rows": [_row(user, extension, now, vacant) for extension in found.qs[:MOST]],
        "form": form,
        "chosen": chosen,
        "problem": problem,
        "may_decide": user.is_office,
    }
    context["shown"] = len(context["rows"])
    refused = bool(problem or form.errors)
    return render(request, "progress/extensions.html", context, status=400 if refused else 200)


def _row(user, extension, now, vacant):
    """A request with its word and the buttons this person has on it."""
    waits = extension.is_open
    return {
        "extension": extension,
        "word": extension.word(now),
        "to_decide": waits and extension.endorsed_at is not None,
        "may_endorse": waits
        and extension.endorsed_at is None
        and not why_not(extensions.check_endorse, user, extension, now, vacant),
        "may_take_back": waits and not why_not(extensions.check_take_back, user, extension, now),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def extension(request, plan, period, pk):
    """The body's own word on its request: 审签 or 撤回 (`verb` endorse, take-back); as a page, the list."""
    period = period_at(request, plan, period)
    found = get_object_or_404(
        Extension.objects.visible_to(request.user).select_related("report"),
        report__period__plan=period.plan_id,
        pk=pk,
    )
    verb, now = request.POST.get("verb"), timezone.now()
    if request.method == "POST" and verb == "take-back":
        extensions.take_back(found, by=request.user, now=now)
        messages.success(request, "延期申请已撤回。")
    elif request.method == "POST" and verb == "endorse":
        extensions.endorse(found, by=request.user, now=now)
        messages.success(request, "延期申请已审签，等待办公室决定；决定前仍按原截止时间计算。")
    elif request.method == "POST":
        return _page(request, period, ExtensionDecisionForm(), problem="请按“审签”或“撤回”。")
    return back_to_list(request, "progress:extensions", period)


@require_http_methods(["GET", "HEAD", "POST"])
def extensions_decide(request, plan, period):
    """同意 or 不同意 (`verb` grant, refuse) the requests chosen; all or none.

    What was refused is shown at this address, so its filters and a reload come here as GET: to the list.
    """
    period = period_at(request, plan, period)
    extensions.check_decide(request.user)
    if request.method != "POST":
        return back_to_list(request, "progress:extensions", period)
    known = Extension.objects.visible_to(request.user).filter(report__period__plan=period.plan_id)
    chosen = list(known.filter(pk__in=numbers_of(request.POST.getlist("extension"))))
    form, problem = ExtensionDecisionForm(request.POST), ""
    if not chosen:
        problem = "没有选中延期申请，请先勾选。"
    elif form.is_valid():
        try:
            said = _decided(chosen, request.POST.get("verb"), form, by=request.user, now=timezone.now())
        except ValidationError as error:
            problem = error.messages[0]
        else:
            messages.success(request, said)
            return back_to_list(request, "progress:extensions", period)
    return _page(request, period, form, {row.pk for row in chosen}, problem)


def _decided(chosen, verb, form, *, by, now):
    """Decide; returns what is said about it. Raises ValidationError, also for a verb there is none of."""
    said = form.cleaned_data
    if verb == "refuse":
        extensions.refuse(chosen, reason=said["note"], by=by, now=now)
        return f"已答复 {len(chosen)} 项延期申请：不同意。"
    if verb == "grant":
        extensions.grant(chosen, new_due_at=said["new_due_at"], note=said["note"], by=by, now=now)
        return f"已同意 {len(chosen)} 项延期申请，截止时间已更新。"
    raise ValidationError("请按“同意所选”或“不同意所选”。", code="verb")
