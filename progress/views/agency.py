"""单位: one body's duties, its returns of the period, how punctual it was, and who it is."""

from django.db.models import F, Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.along import along, objects
from agencies.dating import in_force
from agencies.models import Agency, AgencyName, AgencySuccession, Contact, GroupMember, Role
from progress import figures, quarter_sheet, vacancy
from progress.frame import frame_of
from progress.models import ProgressReport
from tasks.models import Assignment, Task


@require_safe
def agency(request, code):
    """In the frame's newest opened period."""
    user, now = request.user, timezone.now()
    found = get_object_or_404(_with_its_lists(Agency.objects.visible_to(user), now), code=code)
    frame = frame_of(request)
    context = {"agency": found, "now": now, **_who(found)}
    if frame.period is not None:
        context |= _duties(found, frame.period, user, now) | _returns(found, frame, user, now)
    context |= _signing(found, context.get("reports", ()), user, now)
    return render(request, "progress/agency.html", context)


def _signing(found, reports, user, now):
    """Whether anybody can sign for the body, for those whom it concerns, and what waits in vain."""
    if not quarter_sheet.may_see(user, found):
        return {}
    signers = vacancy.signers_among([found], user, now)
    return {
        "prints_sheet": True,
        "lacks_approver": signers.lacking(found),
        "stuck": vacancy.stuck_among([each[0] for each in reports], signers),
        "ways_out": vacancy.WAYS_OUT,
    }


def _with_its_lists(agencies, now):
    """The bodies with their names, successions, collectives and contacts, in the same query."""
    today = timezone.localdate(now)
    ties = AgencySuccession.objects.all()
    tie = ("kind", "on", "inferred", "confirmed_at", "basis")
    groups = GroupMember.objects.filter(in_force(today))
    contacts = Contact.objects.on(today)
    return vacancy.with_signers(agencies, now).annotate(
        own_names=along(AgencyName.objects.all(), "agency", "name", "kind", "valid_from", "valid_until"),
        went_to=along(ties, "predecessor", *tie, *_body("successor")),
        came_from=along(ties, "successor", *tie, *_body("predecessor")),
        in_groups=along(groups, "agency", "group__pk", "group__name"),
        people=along(contacts, "agency", "kind", "name", "title", "phone"),
    )


def _body(name):
    return f"{name}__pk", f"{name}__code", f"{name}__name"


def _who(found):
    return {
        "names": objects(AgencyName, found.own_names, key=lambda each: (each.kind, each.name)),
        "successors": objects(AgencySuccession, found.went_to),
        "predecessors": objects(AgencySuccession, found.came_from),
        "groups": objects(GroupMember, found.in_groups, key=lambda each: each.group.name),
        "contacts": objects(Contact, found.people, key=lambda each: (each.kind, each.name)),
        "class_name": figures.class_of(found),
    }


def _acted_for(found, user):
    """The ids of the body and of those its people act for: what those answered for is its own today."""
    return {found.pk} | {old for old, new in user.successions if new == found.pk}


def _duties(found, period, user, now):
    """Its tasks in the plan of the frame, led ones apart from supported ones."""
    acted_for = _acted_for(found, user)
    bears = Assignment.objects.filter(in_force(timezone.localdate(now)), agency__in=acted_for)
    rows = figures.standings(
        period.plan, period, user, now, tasks=Task.objects.filter(assignments__in=bears).distinct()
    )
    return {
        "plan": period.plan,
        "period": period,
        "led": [row for row in rows if acted_for & {lead.pk for lead in row.leads}],
        "supported": [row for row in rows if not acted_for & {lead.pk for lead in row.leads}],
    }


def _returns(found, frame, user, now):
    period = frame.period
    of_period = Q(period=period) | Q(period__plan=period.plan_id, period__code=str(period.year))
    rows = (
        ProgressReport.objects.visible_to(user)
        .filter(of_period, agency__in=_acted_for(found, user))
        .select_related("agency", "period__plan", "task", "task_return")
        .order_by(F("task__number").asc(nulls_last=True), "-period__starts_on")
    )
    history = figures.heat_map(period.plan, period, user, now, agency=found, periods=frame.all_of_plan)
    may_know = user.has_role(Role.OFFICE, Role.LEADER) or found.pk in user.agency_ids(
        Role.REPORTER, Role.APPROVER
    )
    return {
        "reports": [(report, report.is_late(now)) for report in rows],
        "history": [row for _, body_rows in history.classes for row in body_rows],
        "history_known": may_know,
    }
