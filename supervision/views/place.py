"""Where a page of supervision is: the plan its address names. What is not there is 404."""

from django.http import Http404

from progress.frame import frame_of


def plan_at(request, plan):
    """The plan of an address `/work/<plan>/…`, as the frame has loaded it. 404 for people without a post,
    and for plans that are not there."""
    found = frame_of(request).plan_called(plan)
    if found is None or not request.user.business_roles:
        raise Http404
    return found
