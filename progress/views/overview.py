"""总体情况: the whole at a glance."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.models import Role
from progress import charts, figures, permissions
from progress.frame import frame_of
from progress.views.place import of_a_quarter, period_at


@require_safe
@of_a_quarter
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
