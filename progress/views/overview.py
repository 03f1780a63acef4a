"""总体情况: the whole at a glance, and the office's word on the lamps."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agencies.models import Role
from progress import charts, figures, permissions, verdicts
from progress.frame import frame_of
from progress.views.place import period_at


@require_safe
def overview(request, plan, period):
    permissions.check_overview(request.user)
    period = period_at(request, plan, period)
    periods = frame_of(request).all_of_plan
    whole = figures.overview(period.plan, period, request.user, timezone.now(), periods=periods)
    context = {
        "plan": period.plan,
        "period": period,
        "overview": whole,
        "lamps_chart": charts.lamps_by_chapter(whole),
        "pace_chart": charts.pace_by_chapter(whole) if charts.has_pace(whole) else None,
        "opens_rows": request.user.has_role(Role.OFFICE),
        "may_confirm": request.user.is_office and period.is_open and bool(whole.unconfirmed or whole.stale),
    }
    return render(request, "progress/overview.html", context)


def _numbers(typed):
    """Those that could be the number of a task."""
    return [number for number in typed if number.isascii() and number.isdecimal() and len(number) < 10]


@require_POST
def confirm_verdicts(request, plan, period):
    """审定: all lamps that wait, or the tasks named in the form; back to where it was asked."""
    permissions.check_confirm_verdicts(request.user)
    period = period_at(request, plan, period)
    wanted = "all" if request.POST.get("all") else _numbers(request.POST.getlist("task"))
    try:
        done = verdicts.confirm_verdicts(
            period,
            wanted,
            by=request.user,
            now=timezone.now(),
            lamp=request.POST.get("lamp") or None,
            reason=request.POST.get("reason", ""),
        )
    except verdicts.Refused as refused:
        messages.error(request, refused.reason)
    else:
        messages.success(request, f"已审定 {len(done)} 项任务的亮灯，各单位和市领导现在可以看到。")
    if wanted != "all" and len(wanted) == 1 and request.POST.get("back") == "task":
        return redirect("progress:task", period.plan.code, period.code, int(wanted[0]))
    return redirect("progress:overview", period.plan.code, period.code)
