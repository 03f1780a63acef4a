"""单位: one body's duties, its returns of the period, how punctual it was, and who it is."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.dating import in_force
from agencies.models import Agency, AgencySuccession, Contact, Role
from progress import figures
from progress.frame import frame_of
from progress.models import ProgressReport
from tasks.models import Assignment, Task


@require_safe
def agency(request, code):
    """In the frame's newest opened period."""
    found = get_object_or_404(Agency.objects.visible_to(request.user), code=code)
    user, now = request.user, timezone.now()
    context = {"agency": found, "now": now, **_who(found, now)}
    period = frame_of(request).period
    if period is not None:
        context |= _duties(found, period, user, now) | _returns(found, period, user, now)
    return render(request, "progress/agency.html", context)


def _who(found, now):
    today = timezone.localdate(now)
    ties = AgencySuccession.objects.select_related("predecessor", "successor")
    return {
        "names": found.names.all(),
        "successors": ties.filter(predecessor=found),
        "predecessors": ties.filter(successor=found),
        "groups": found.group_memberships.filter(in_force(today)).select_related("group"),
        "contacts": Contact.objects.on(today).filter(agency=found),
        "class_name": figures.class_of(found),
    }


def _duties(found, period, user, now):
    """Its tasks in the plan of the frame, led ones apart from supported ones."""
    bears = Assignment.objects.filter(in_force(timezone.localdate(now)), agency=found)
    rows = figures.standings(
        period.plan, period, user, now, tasks=Task.objects.filter(assignments__in=bears).distinct()
    )
    return {
        "plan": period.plan,
        "period": period,
        "led": [row for row in rows if found in row.leads],
        "supported": [row for row in rows if found not in row.leads],
    }


def _returns(found, period, user, now):
    rows = (
        ProgressReport.objects.visible_to(user)
        .filter(agency=found, period=period, kind=ProgressReport.Kind.TASK)
        .select_related("agency", "task", "task_return")
        .order_by("task__number")
    )
    history = figures.heat_map(period.plan, period, user, now, agency=found)
    may_know = user.has_role(Role.OFFICE, Role.LEADER) or found.pk in user.agency_ids(
        Role.REPORTER, Role.APPROVER
    )
    return {
        "reports": [(report, report.is_late(now)) for report in rows],
        "history": [row for _, body_rows in history.classes for row in body_rows],
        "history_known": may_know,
    }
