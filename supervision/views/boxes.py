"""The boxes of supervision: asked for by the page they stand on a fragment, opened by themselves a page."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from agencies.models import Role
from progress.views.place import period_at, plan_at
from supervision import boxes
from supervision.permissions import check_read_supervision
from tasks.models import Task


@require_safe
@cache_control(private=True, no_store=True)
@vary_on_headers("HX-Request")
def task_box(request, plan, period, number):
    """What touched a task: orders, meetings, problems."""
    check_read_supervision(request.user)
    period = period_at(request, plan, period)
    tasks = Task.objects.visible_to(request.user).select_related("plan")
    task = get_object_or_404(tasks, plan=period.plan, number=number)
    most = boxes.MOST if request.htmx else boxes.ALL
    context = {
        "plan": period.plan,
        "period": period,
        "task": task,
        "found": boxes.of_task(task, request.user, timezone.now(), most),
        "most": most,
        "is_office": request.user.is_office,
    }
    return render(request, f"supervision/{'_' if request.htmx else ''}task_box.html", context)


@require_safe
@cache_control(private=True, no_store=True)
@vary_on_headers("HX-Request")
def desk_box(request, plan):
    """What supervision wants of the person: of the body's people, of the office, of leaders."""
    check_read_supervision(request.user)
    plan, user, now = plan_at(request, plan), request.user, timezone.now()
    owed = boxes.owed_by_body(user, plan, now)
    most = boxes.MOST if request.htmx else boxes.ALL
    context = {
        "plan": plan,
        "counted": _counted(user, plan, now),
        "owed": owed[:most],
        "more": max(0, len(owed) - most),
        "has_body": user.has_role(*boxes.BODY),
    }
    return render(request, f"supervision/{'_' if request.htmx else ''}desk_box.html", context)


def _counted(user, plan, now):
    if user.is_office:
        return boxes.waiting_for_office(user, plan, now)
    named = boxes.named_for(user, plan)
    return [*boxes.standing_for_leader(user, plan, now), *named] if user.has_role(Role.LEADER) else named
