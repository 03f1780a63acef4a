"""Where a page of the quarter is: the period its address names. What is not there is 404."""

from django.http import Http404

from progress.frame import frame_of


def period_at(request, plan, period):
    """The period of an address `/work/<plan>/<period>/…`, its plan at hand; shared with the frame.

    404 for people without a post, and for plans and periods that are not there.
    """
    found = frame_of(request).period
    if not request.user.business_roles or found is None or (found.plan.code, found.code) != (plan, period):
        raise Http404
    return found
