"""The box of assessment on the workbench of a body. Imported when the app starts."""

from django.urls import reverse

from assessment.permissions import BODY
from progress.panels import PANELS, Panel


def on_the_desk(request, period):
    """One's own running score, for the people of bodies."""
    if request.user.is_office or not request.user.has_role(*BODY):
        return None
    more = reverse("assessment:running", args=[period.plan.code, period.year])
    return Panel("年度考核试算", reverse("assessment:running_box", args=[period.plan.code]), more)


PANELS["desk"].append(on_the_desk)
