"""The box of 临时调度 beside a task's return. Imported when the app starts."""

from django.urls import reverse

from progress.panels import PANELS, Panel


def beside_a_return(request, report):
    """What its body answered since the last return, to be taken into the form."""
    if report.task_id is None or report.is_contribution:
        return None
    plan = report.period.plan.code
    offers = reverse("supervision:quick_offers", args=[plan, report.pk])
    return Panel("临时调度已答复", offers, reverse("supervision:quick_list", args=[plan]))


PANELS["return"].append(beside_a_return)
