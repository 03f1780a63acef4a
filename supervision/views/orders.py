"""督办件: the register, and the rules of a plan about them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from progress.views.place import plan_at
from supervision import kinds, order_rules
from supervision.filters import OrderFilter
from supervision.models import SupervisionOrder
from supervision.order_forms import RulesForm, rules_as_typed
from supervision.permissions import check_read_supervision, check_set_order_rules
from supervision.views.attempts import attempt, by_now
from supervision.views.sorting import in_order

PAGE = 50
State = SupervisionOrder.State
NEWEST = (F("year").desc(nulls_first=True), F("number").desc(nulls_first=True), "-drafted_at", "-pk")
ORDERS = {
    "number": ("year", "number", "drafted_at", "pk"),
    "title": ("title", "pk"),
    "agency": ("agency__order", "agency__code", "pk"),
    "issued": (F("issued_at").asc(nulls_first=True), "pk"),
    "due": (F("due_at").asc(nulls_last=True), "pk"),
    "state": ("state", "due_at", "pk"),
}


@require_safe
def orders_page(request, plan):
    """Orders of the plan one may read, drafts and the newest numbers first."""
    now = timezone.now()
    plan, found, rows = listed(request, plan, now)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for order in page.object_list:
        order.late_days = order.days_late(now)
    context = {
        "plan": plan,
        "filter": found,
        "page": page,
        "counts": _counts(found.queryset, now),
        "is_office": request.user.is_office,
        "now": now,
    }
    context["total"] = context["counts"]["total"]
    return render(request, "supervision/orders.html", context)


def listed(request, plan, now):
    """(plan, filter, rows as they are shown) of the register, for the page and what is taken from it."""
    check_read_supervision(request.user)
    plan = plan_at(request, plan)
    visible = SupervisionOrder.objects.visible_to(request.user).filter(plan=plan)
    found = OrderFilter(request.GET, visible, request=request, plan=plan, user=request.user, now=now)
    rows = found.qs.select_related("plan", "agency").prefetch_related("helpers", "tasks")
    return plan, found, in_order(rows.order_by(*NEWEST), request.GET.get("sort", ""), ORDERS)


def _counts(rows, now):
    """The four numbers above the list; one query."""
    late = Q(pk__in=SupervisionOrder.objects.overdue(now).order_by().values("pk"))
    waiting = Q(pk__in=SupervisionOrder.objects.waiting_for_office().order_by().values("pk"))
    return rows.order_by().aggregate(
        total=Count("pk"),
        open=Count("pk", filter=Q(state__in=SupervisionOrder.WITH_ADDRESSEE)),
        overdue=Count("pk", filter=late),
        waiting=Count("pk", filter=waiting),
        issued=Count("pk", filter=Q(state=State.ISSUED)),
        closed=Count("pk", filter=Q(state=State.CLOSED)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def order_rules_page(request, plan):
    """督办规则: the office sets them."""
    plan = plan_at(request, plan)
    check_set_order_rules(request.user)
    typed = rules_as_typed(kinds.limits_of(plan), kinds.levels_of(plan))
    form = RulesForm(request.POST if request.method == "POST" else None, initial=typed)
    if request.method == "POST":
        _, refusal = attempt(form, lambda: order_rules.set_rules(plan, **form.said, **by_now(request)))
        if refusal is None:
            messages.success(request, "督办规则已保存，自下一件签发起适用。")
            return redirect("supervision:order_rules", plan.code)
    context = {"plan": plan, "form": form}
    return render(request, "supervision/order_rules.html", context, status=400 if form.errors else 200)
