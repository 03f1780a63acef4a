"""任务: the promise, who bears it, and how it went, on one page."""

from django.contrib import messages
from django.db.models import CharField, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agencies.along import along, objects
from agencies.audit import trail_of
from agencies.models import AuditEvent, Contact, Role
from agencies.permissions import sees
from progress import figures, permissions, units, verdict_text, verdicts
from progress.frame import frame_of
from progress.models import TaskState
from progress.panels import panels_for
from progress.verdict_forms import TaskStateForm
from progress.views.place import of_a_quarter, period_at
from tasks.models import NotConcerned, PublishedFact, Task, TaskAmendment, TaskLink


@require_safe
@of_a_quarter
def task(request, plan, period, number):
    period = period_at(request, plan, period)
    user, now = request.user, timezone.now()
    reports = figures.reports_of(period.plan, number, user, now)
    standing = _standing(user, period, number, reports, now)
    found = standing.task
    context = {
        "plan": period.plan,
        "period": period,
        "task": found,
        "standing": standing,
        **_lists(found),
        "quarters": figures.quarters_of(found, reports, frame_of(request).all_of_plan),
        "targets": figures.targets_of(found, user),
        "projects": figures.projects_of(found, user),
        "trail": _trail(found, user) if sees(user, "trail") else None,
        "own_report": _own_report(standing, user),
        "neighbours": (found.number_before, found.number_after),
        "paragraphs": units.paragraphs_for(user, found, found.unit_rows, standing.assignments),
        "is_office": user.has_role(Role.OFFICE),
        "verdict_text": _verdict_text(standing),
        "panels": panels_for("task", request, period=period, task=found),
        "state_form": TaskStateForm(initial={"on": timezone.localdate(now)}),
    }
    return render(request, "progress/task.html", context)


@require_POST
@of_a_quarter
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


def _verdict_text(standing):
    """The confirmed text with its sources; None where there is none."""
    verdict = standing.verdict
    return verdict_text.footnotes(verdict.sources) if verdict and verdict.sources else None


def _own_report(standing, user):
    """The return of this period that this person's body writes or signs; None where it owes none."""
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    return next((report for report in standing.reports if report.agency_id in own), None)


def _standing(user, period, number, reports, now):
    """How the task stands, its short lists at hand; 404 for a task one may not know of."""
    tasks = Task.objects.filter(number=number).select_related("plan")
    of_period = [each for each in reports if each.period_id == period.pk and each.role == "lead"]
    found = figures.standings(
        period.plan, period, user, now, tasks=_with_lists(tasks, user, now, period), reports=of_period
    )
    if not found:
        raise Http404
    return found[0]


def _with_lists(tasks, user, now, period):
    """The tasks with what their page lists in a line or two each, and the numbers of their neighbours."""
    known = Task.objects.visible_to(user)
    beside = known.filter(plan=OuterRef("plan")).values("number")
    links = TaskLink.objects.filter(Q(earlier__in=known), Q(later__isnull=True) | Q(later__in=known))
    contacts = Contact.objects.on(timezone.localdate(now))
    agency = ("agency__pk", "agency__name", "agency__order")
    by = ("decided_by__pk", "decided_by__full_name", "decided_by__username")
    return tasks.annotate(
        number_before=Subquery(beside.filter(number__lt=OuterRef("number")).order_by("-number")[:1]),
        number_after=Subquery(beside.filter(number__gt=OuterRef("number")).order_by("number")[:1]),
        amendment_rows=along(TaskAmendment.objects.all(), "task", "on", "basis", "text"),
        fact_rows=along(PublishedFact.objects.all(), "task", *FACT),
        state_rows=along(TaskState.objects.all(), "task", "state", "on", "evidence", *by),
        contact_rows=along(contacts, "assignments__task", "kind", "name", "title", "phone", *agency),
        later_rows=along(links, "earlier", *LINK, *_other("later")),
        earlier_rows=along(links, "later", *LINK, *_other("earlier")),
        not_concerned_rows=along(NOT_CONCERNED, "assignment__task", "assignment__pk"),
        verdict_rows=figures.verdicts_along(user),
        unit_rows=units.said_along(period),
    )


NOT_CONCERNED = NotConcerned.objects.filter(outcome=NotConcerned.Outcome.CONFIRMED)
FACT = ("period_text", "statement", "source_title", "source_date")
LINK = ("kind", "inferred", "confirmed_at", "basis")


def _other(end):
    """The task at the other end of a link, and its plan."""
    fields = ("pk", "number", "title", "plan__pk", "plan__code", "plan__last_period")
    return [f"{end}__{field}" for field in fields]


def _lists(found):
    """What `_with_lists` brought along, in the order of the page."""
    return {
        "amendments": objects(TaskAmendment, found.amendment_rows, key=lambda each: (each.on, each.pk)),
        "facts": objects(PublishedFact, found.fact_rows),
        "states": objects(TaskState, found.state_rows, key=lambda each: (each.on, each.pk))[::-1],
        "not_concerned": {each.assignment.pk for each in objects(NotConcerned, found.not_concerned_rows)},
        "contacts": objects(
            Contact, found.contact_rows, key=lambda each: (each.agency.order, each.kind, each.pk)
        ),
        "links": _links(found),
    }


def _links(found):
    """Links to the tasks of the other plan this person may know of: [(link, task or None, period code)]."""
    earlier = [(link, link.earlier) for link in objects(TaskLink, found.earlier_rows)]
    later = [(link, link.later) for link in objects(TaskLink, found.later_rows)]
    return [(link, other, other.plan.last_period if other else "") for link, other in earlier + later]


def _trail(found, user):
    """Events of the task and of its verdicts, newest first."""
    if not sees(user, "confirmed_lamps"):
        return trail_of(found)[:100]
    verdicts_of = found.verdicts.annotate(key=Cast("pk", CharField())).values("key")
    of_verdicts = AuditEvent.objects.filter(subject_type="progress.taskverdict", subject_id__in=verdicts_of)
    return (trail_of(found) | of_verdicts)[:100]
