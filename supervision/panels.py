"""The boxes of supervision on the task page and the workbench. Imported when the app starts."""

from django.urls import reverse

from progress.panels import PANELS, Panel
from supervision.permissions import reads_supervision


def on_a_task(request, period, task):
    """Orders, meetings and problems that touched the task, for whoever reads supervision."""
    if not reads_supervision(request.user):
        return None
    url = reverse("supervision:task_box", args=[period.plan.code, period.code, task.number])
    return Panel("督办、会议和问题", url, url)


def on_the_desk(request, period):
    """What supervision wants of the person, or keeps waiting for them."""
    if not reads_supervision(request.user):
        return None
    url = reverse("supervision:desk_box", args=[period.plan.code])
    return Panel("督办与调度", url, url)


PANELS["task"].append(on_a_task)
PANELS["desk"].append(on_the_desk)
