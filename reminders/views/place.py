"""Where a page of reminders is: the plan its address names. What is not there is 404."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from tasks.models import Plan


def plan_at(request, code):
    """The plan of an address, as the frame has loaded it already; 404 for strangers to the house and plans
    that are not there."""
    if not request.user.business_roles:
        raise Http404
    return request.frame.plan_called(code) or get_object_or_404(Plan, code=code)
