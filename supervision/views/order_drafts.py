"""拟办: a new order, by hand or filled from where it comes from, and changes of a draft."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from progress.views.place import plan_at
from progress.views.typed import numbers_of
from supervision import files, kinds, order_drafts
from supervision.order_forms import OrderForm, as_suggested, as_typed
from supervision.order_origins import origin_of
from supervision.permissions import check_draft_order
from supervision.upload_forms import name_too_large
from supervision.views.attempts import attempt, by_now, by_now_revision
from supervision.views.conflicts import differences
from supervision.views.files import takes_files
from supervision.views.order import order_at


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def order_new(request, plan):
    """拟办. The address says what it is filled from (order_origins)."""
    plan, now = plan_at(request, plan), timezone.now()
    check_draft_order(request.user)
    try:
        origin = origin_of(plan, request.GET, request.user, now)
    except LookupError as lost:
        raise Http404 from lost
    form = OrderForm(initial=as_suggested(origin), plan=plan, user=request.user)
    if request.method == "POST":
        form = OrderForm(request.POST, request.FILES, plan=plan, user=request.user)
        name_too_large(form, request)
        order, refusal = attempt(form, lambda: _drafted(request, form, plan, origin))
        if refusal is None:
            messages.success(request, "已拟办。核对无误后提交审核。")
            return redirect(order)
    context = {"plan": plan, "form": form, "origin": origin, "earlier": list(origin.earlier[:5])}
    return _page(request, context, form, plan)


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def order_edit(request, plan, pk):
    """Change a draft; of two who did so at once the second sees both texts."""
    order = order_at(request, plan, pk)
    check_draft_order(request.user)
    if order.state != order.State.DRAFT:
        messages.error(request, f"当前状态为“{order.get_state_display()}”，不能修改；请先退回拟办。")
        return redirect(order)
    form, conflict = OrderForm(initial=as_typed(order), plan=order.plan, user=request.user), []
    if request.method == "POST":
        form = OrderForm(request.POST, request.FILES, plan=order.plan, user=request.user)
        name_too_large(form, request)
        _, refusal = attempt(form, lambda: _edited(request, form, order))
        if refusal is None:
            messages.success(request, "已保存。")
            return redirect(order)
        if refusal.current:
            form, conflict = _both(request, form, refusal.current)
        elif refusal.has_moved_on:
            messages.error(request, refusal.reason)
            return redirect(order)
    context = {"plan": order.plan, "form": form, "order": order, "conflict": conflict}
    context["files"] = files.files_of("order", order)
    return _page(request, context, form, order.plan, 412 if conflict else None)


@transaction.atomic
def _drafted(request, form, plan, origin):
    """The draft of what was typed, with the files chosen."""
    order = order_drafts.draft(plan, form.said, origin=origin, **by_now(request))
    with files.all_kept("order", order, form.cleaned_data["files"], **by_now(request)):
        return order


@transaction.atomic
def _edited(request, form, order):
    """The draft as it was typed, without the files taken off, with those chosen."""
    edited = order_drafts.edit(order, form.said, **by_now_revision(request))
    for each in files.files_of("order", order).filter(pk__in=numbers_of(request.POST.getlist("remove"))):
        files.remove(each, **by_now(request))
    with files.all_kept("order", order, form.cleaned_data["files"], **by_now(request)):
        return edited


def _both(request, form, current):
    """(the form as typed on top of what is saved now, where the two differ)."""
    theirs = OrderForm(initial=as_typed(current), plan=current.plan, user=request.user)
    both = differences(form, theirs)
    return OrderForm(both.typed, plan=current.plan, user=request.user), both.shown


def _page(request, context, form, plan, status=None):
    context |= {"limits": kinds.limits_of(plan)}
    status = status or (400 if form.is_bound and form.errors else 200)
    return render(request, "supervision/order_edit.html", context, status=status)
