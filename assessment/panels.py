"""The boxes of assessment on the workbench. Imported when the app starts."""

from django.urls import reverse

from agencies.models import Role
from assessment.permissions import BODY
from progress.panels import PANELS, Panel


def on_the_desk(request, period):
    """One's own running score, for the people of bodies."""
    if request.user.is_office or not request.user.has_role(*BODY):
        return None
    more = reverse("assessment:running", args=[period.plan.code, period.year])
    return Panel("年度考核试算", reverse("assessment:running_box", args=[period.plan.code]), more)


PANELS["desk"].append(on_the_desk)


def in_the_round(request, period):
    """What the year's assessment wants of the person: bodies, the office, leaders."""
    if not request.user.has_role(*BODY, Role.OFFICE, Role.LEADER):
        return None
    url = reverse("assessment:desk_box", args=[period.plan.code])
    return Panel("年度考核", url, url)


PANELS["desk"].append(in_the_round)
