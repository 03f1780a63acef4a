"""Where a page is: the plan, or the period of the quarter, its address names. What is not there is 404."""

from functools import wraps

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from progress.frame import frame_of
from tasks.models import Plan


def plan_at(request, plan):
    """The plan of an address `/work/<plan>/…` that names no period, as the frame has loaded it.

    404 for people without a post, and for plans that are not there. One query for a plan without periods.
    """
    if not request.user.business_roles:
        raise Http404
    return frame_of(request).plan_called(plan) or get_object_or_404(Plan, code=plan)


def period_at(request, plan, period):
    """The period of an address `/work/<plan>/<period>/…`, its plan at hand; shared with the frame.

    404 for people without a post, and for plans and periods that are not there.
    """
    found = frame_of(request).period
    if not request.user.business_roles or found is None or (found.plan.code, found.code) != (plan, period):
        raise Http404
    return found


def back_to_list(request, name, period):
    """To the list `name` of a period, with the filters this address carries."""
    address = reverse(name, args=[period.plan.code, period.code])
    return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)


def of_a_quarter(view):
    """For pages about lamps and pace, which a year has none of: they go to the year's last quarter that has
    been opened (its last where none was). What changes something is 404 there."""

    @wraps(view)
    def seen(request, plan, period, *args, **kwargs):
        if "Q" in period or "H" in period:
            return view(request, plan, period, *args, **kwargs)
        year = period_at(request, plan, period)
        quarters = [
            each for each in frame_of(request).all_of_plan if each.year == year.year and not each.is_annual
        ]
        quarter = next((each for each in quarters if each.is_open), next(iter(quarters), None))
        if quarter is None or request.method not in ("GET", "HEAD"):
            raise Http404
        address = {**request.resolver_match.kwargs, "period": quarter.code}
        return redirect(request.resolver_match.view_name, **address)

    return seen
