"""会议版: the full-screen page, and the office taking or refreshing it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from progress import meetings, permissions
from progress.views.place import of_a_quarter, period_at


@require_safe
@of_a_quarter
def meeting(request, plan, period):
    """The newest edition, or the one asked for; nothing of it is read from today's figures."""
    period = period_at(request, plan, period)
    permissions.check_meeting(request.user)
    editions = list(meetings.editions_of(period))
    shown = _chosen(editions, request.GET.get("edition", ""))
    data = meetings.readable(shown.data) if shown else None
    context = {
        "plan": period.plan,
        "period": period,
        "editions": editions,
        "edition": shown,
        "data": data,
        "slides": meetings.slides(data) if shown else [],
        "is_newest": shown is None or shown == editions[0],
        "may_take": request.user.is_office and period.is_open,
    }
    return render(request, "progress/meeting.html", context)


@require_POST
@of_a_quarter
def meeting_take(request, plan, period):
    """生成会议版 or 刷新会议版."""
    period = period_at(request, plan, period)
    meetings.take(period, by=request.user, now=timezone.now())
    messages.success(request, "会议版已生成，数据截至现在；以前的会议版仍可查看。")
    return redirect("progress:meeting", period.plan.code, period.code)


def _chosen(editions, wanted):
    if not wanted:
        return next(iter(editions), None)
    found = next((each for each in editions if str(each.pk) == wanted), None)
    if found is None:
        raise Http404
    return found
