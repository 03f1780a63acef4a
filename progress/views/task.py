"""任务: the promise, who bears it, and how it went, on one page."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agencies.audit import trail_of
from agencies.models import AuditEvent, Contact, Role
from agencies.permissions import sees
from progress import figures, permissions, verdicts
from progress.models import Lamp
from progress.verdict_forms import TaskStateForm
from progress.views.place import period_at
from tasks.models import Task, TaskLink


@require_safe
def task(request, plan, period, number):
    period = period_at(request, plan, period)
    user, now = request.user, timezone.now()
    found = _task(user, period, number)
    standing = figures.standing(found, period, user, now)
    context = {
        "plan": period.plan,
        "period": period,
        "task": found,
        "standing": standing,
        "contacts": _contacts(found),
        "quarters": figures.quarters_of(found, user, now),
        "targets": figures.targets_of(found, user),
        "projects": figures.projects_of(found, user),
        "links": _links(found, user, period),
        "facts": found.published_facts.all(),
        "amendments": found.amendments.all(),
        "states": found.states.select_related("decided_by"),
        "trail": _trail(found) if sees(user, "trail") else None,
        "own_report": _own_report(standing, user),
        "neighbours": _neighbours(found, user),
        "is_office": user.has_role(Role.OFFICE),
        "lamp_choices": Lamp.choices,
        "state_form": TaskStateForm(initial={"on": timezone.localdate(now)}),
    }
    return render(request, "progress/task.html", context)


@require_POST
def task_state(request, plan, period, number):
    """The office's dated decision on the three-year state of a task."""
    permissions.check_confirm_verdicts(request.user)
    period = period_at(request, plan, period)
    found = _task(request.user, period, number)
    form = TaskStateForm(request.POST)
    if form.is_valid():
        verdicts.decide_state(found, by=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, f"已记录第 {number} 项任务的三年状态。")
    else:
        messages.error(request, " ".join(sum(form.errors.values(), [])))
    return redirect("progress:task", period.plan.code, period.code, number)


def _task(user, period, number):
    tasks = Task.objects.visible_to(user).select_related("plan", "chapter", "section")
    return get_object_or_404(tasks, plan=period.plan, number=number)


def _own_report(standing, user):
    """The return of this period that this person's body writes or signs; None where it owes none."""
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    return next((report for report in standing.reports if report.agency_id in own), None)


def _contacts(found):
    """The people named for this task today, by body."""
    named = Contact.objects.on(timezone.localdate()).filter(assignments__task=found)
    return named.select_related("agency").order_by("agency__order", "kind").distinct()


def _links(found, user, period):
    """Links to the tasks of the other plan this person may know of: [(link, task or None, period code)]."""
    known = Task.objects.visible_to(user)
    links = (
        TaskLink.objects.filter(Q(earlier=found) | Q(later=found))
        .filter(Q(earlier__in=known), Q(later__isnull=True) | Q(later__in=known))
        .select_related("earlier__plan", "later__plan")
    )
    rows = []
    for link in links:
        other = link.later if link.earlier_id == found.pk else link.earlier
        rows.append((link, other, other.plan.last_period if other else ""))
    return rows


def _trail(found):
    """Events of the task and of its verdicts, newest first."""
    verdicts_of = found.verdicts.values_list("pk", flat=True)
    of_verdicts = AuditEvent.objects.filter(
        subject_type="progress.taskverdict", subject_id__in=[str(pk) for pk in verdicts_of]
    )
    return (trail_of(found) | of_verdicts)[:100]


def _neighbours(found, user):
    """(number before, number after) among the tasks of the plan this person may know of."""
    numbers = list(
        Task.objects.visible_to(user)
        .filter(plan=found.plan_id, number__range=(found.number - 3, found.number + 3))
        .values_list("number", flat=True)
    )
    before = [number for number in numbers if number < found.number]
    after = [number for number in numbers if number > found.number]
    if found.number not in numbers:
        raise Http404
    return max(before, default=None), min(after, default=None)
