"""工作台: the first page, answering each role's first question."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.models import Role
from agencies.permissions import open_to_colleagues
from progress import contributions, dashboards, handouts, hearings
from progress.frame import frame_of
from progress.panels import panels_for
from progress.views.place import period_at


@open_to_colleagues
@require_safe
def home(request):
    """The workbench of the current plan and period; administrators go to their accounts, those who only help
    out to what was handed to them."""
    frame = frame_of(request)
    if not frame.user_roles:
        return redirect("agencies:me")
    if frame.is_only_colleague:
        return redirect("progress:handouts")
    if request.user.business_roles == {Role.ADMIN}:
        return redirect("agencies:people")
    if frame.period is None:
        raise Http404
    return redirect("progress:workbench", frame.plan.code, frame.period.code)


@require_safe
def workbench(request, plan, period):
    period = period_at(request, plan, period)
    user, now = request.user, timezone.now()
    desks = {
        Role.REPORTER: ("reporter", dashboards.reporter_desk),
        Role.APPROVER: ("approver", dashboards.approver_desk),
        Role.OFFICE: ("office", dashboards.office_desk),
        Role.LEADER: ("leader", dashboards.leader_desk),
    }
    context = {"plan": period.plan, "period": period, "now": now}
    context |= {name: desk(user, period, now) for role, (name, desk) in desks.items() if user.has_role(role)}
    if "office" in context:
        frame_of(request).has_counted(context["office"].filing)
    if user.has_role(Role.REPORTER, Role.APPROVER):
        context["feedback"] = hearings.waiting_for(user, period.plan, now)
        context["contributions"] = contributions.of_lead_desk(user, period, now)
    if user.has_role(Role.REPORTER):
        context["handed"] = handouts.waiting_for(user, period.plan_id, timezone.localdate(now))
    context["panels"] = panels_for("desk", request, period=period)
    return render(request, "progress/workbench.html", context)
