"""Where a page is: the plan, the period and the task its address names. What is not there is 404."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from tasks.models import Plan, Task


def plan_at(request, plan, period):
    """The plan of an address `/work/<plan>/<period>/…`. 404 for strangers to the house, unknown plans,
    and periods outside the plan. The plan the frame has loaded is not asked for again."""
    found = request.frame.plan_called(plan) or get_object_or_404(Plan, code=plan)
    if not request.user.business_roles or not found.first_period <= last_quarter(period) <= found.last_period:
        raise Http404
    return found


def last_quarter(period):
    """The code of the last quarter a period covers: `2026H1` → `2026Q2`, `2026` → `2026Q4`."""
    halves = {"H1": "Q2", "H2": "Q4", "": "Q4"}
    return period[:4] + halves.get(period[4:], period[4:])


def year_of(period):
    return int(period[:4])


def task_at(request, plan, period, number):
    """The task of an address, where this person may know of it; else 404."""
    found = plan_at(request, plan, period)
    tasks = Task.objects.visible_to(request.user).select_related("plan", "chapter", "section")
    return get_object_or_404(tasks, plan=found, number=number)


def add_errors(form, error):
    """Put the sentences of a ValidationError beside the fields they are about."""
    if hasattr(error, "error_dict"):
        for field, messages in error.message_dict.items():
            form.add_error(field if field in form.fields else None, messages)
    else:
        form.add_error(None, error)
