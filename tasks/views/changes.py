"""Amendments, marks, and the links between the two plans."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.permissions import why_not
from tasks.amending import amend, mark, possible_readers
from tasks.forms import AmendmentForm, LinkForm, MarksForm
from tasks.linking import add_link, confirm_link, links_of, neighbour, reject_link
from tasks.permissions import check_amend, check_link, check_mark
from tasks.views.place import add_errors, plan_at, task_at


@require_http_methods(["GET", "HEAD", "POST"])
def amendment_new(request, plan, period, number):
    """录入任务调整, shown beside the untouched text."""
    task, now = task_at(request, plan, period, number), timezone.now()
    check_amend(request.user)
    form = AmendmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            amend(task, **form.cleaned_data, by=request.user, now=now)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "任务调整已录入，原文保持不变。")
            return redirect(task.address(period))
    context = {"plan": task.plan, "period": period, "task": task, "form": form}
    context["amendments"] = task.amendments.select_related("entered_by")
    return render(request, "tasks/amendment_new.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def marks(request, plan, period, number):
    """重点 and 敏感, with the leaders named to read a sensitive task."""
    task, now = task_at(request, plan, period, number), timezone.now()
    check_mark(request.user)
    readers = possible_readers(timezone.localdate(now))
    initial = {
        "is_key": task.is_key,
        "is_sensitive": task.is_sensitive,
        "readers": list(task.named_readers.values_list("username", flat=True)),
    }
    form = MarksForm(request.POST if request.method == "POST" else None, initial=initial)
    form.fields["readers"].queryset = readers
    if request.method == "POST" and form.is_valid():
        mark(task, **form.cleaned_data, by=request.user, now=now)
        messages.success(request, "任务标记已更新。")
        return redirect(task.address(period))
    context = {"plan": task.plan, "period": period, "task": task, "form": form}
    return render(request, "tasks/marks.html", context, status=400 if form.errors else 200)


def _plans_in_order(plan):
    """(earlier, later) of the plan and its neighbour; (plan, None) where it stands alone."""
    other = neighbour(plan)
    if other is None:
        return plan, None
    return tuple(sorted((plan, other), key=lambda one: one.starts_on))


def _links_page(request, plan, period, form=None):
    earlier, later = _plans_in_order(plan)
    found = links_of(plan, request.user)
    total = found.count()
    state, word = request.GET.get("state", ""), request.GET.get("q", "").replace("\x00", "").strip()[:60]
    if state in ("proposed", "confirmed"):
        found = found.filter(confirmed_at__isnull=state == "proposed")
    if word:
        found = found.filter(Q(earlier__title__icontains=word) | Q(later__title__icontains=word))
    refusal = why_not(check_link, request.user)
    if form is None and later is not None and not refusal:
        form = LinkForm(earlier_plan=earlier, later_plan=later, user=request.user)
    context = {
        "plan": plan,
        "period": period,
        "earlier": earlier,
        "later": later,
        "links": list(found),
        "total": total,
        "state": state,
        "word": word,
        "form": form,
        "may_link": not refusal,
    }
    refused = form is not None and form.is_bound
    return render(request, "tasks/links.html", context, status=400 if refused else 200)


@require_safe
def links(request, plan, period):
    """两轮方案衔接: what became of each task, proposed and confirmed."""
    return _links_page(request, plan_at(request, plan, period), period)


@require_POST
def link_new(request, plan, period):
    found = plan_at(request, plan, period)
    check_link(request.user)
    earlier, later = _plans_in_order(found)
    form = LinkForm(request.POST, earlier_plan=earlier, later_plan=later, user=request.user)
    if form.is_valid():
        try:
            add_link(**form.cleaned_data, by=request.user, now=timezone.now())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "衔接关系已增加。")
            return redirect("tasks:links", plan, period)
    return _links_page(request, found, period, form)


@require_POST
def link(request, plan, period, pk):
    """Decide one proposed link: 确认 or 否定."""
    found = plan_at(request, plan, period)
    check_link(request.user)
    proposed = get_object_or_404(links_of(found, request.user), pk=pk)
    if request.POST.get("answer") == "reject":
        reject_link(proposed, by=request.user, now=timezone.now())
        messages.success(request, f"衔接关系 {proposed} 已否定，记录保留在操作记录中。")
    else:
        confirm_link(proposed, by=request.user, now=timezone.now())
        messages.success(request, f"衔接关系 {proposed} 已确认。")
    return redirect("tasks:links", plan, period)
