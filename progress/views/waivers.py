"""免报 from the list of returns: the office waives what it has chosen, or takes the waiver back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from progress import waiving
from progress.models import ProgressReport
from progress.time_forms import WaiverForm
from progress.views.place import back_to_list, period_at
from progress.views.returns import returns_page
from progress.views.typed import numbers_of


@require_http_methods(["GET", "HEAD", "POST"])
def waive(request, plan, period):
    """免报 or 收回免报 (`verb` waive, take-back) the rows chosen; all or none.

    What was refused is shown at this address, so its filters and a reload come here as GET: to the list.
    """
    period = period_at(request, plan, period)
    waiving.check_waive(request.user)
    if request.method != "POST":
        return back_to_list(request, "progress:returns", period)
    visible = ProgressReport.objects.visible_to(request.user).select_related("agency", "task", "period")
    chosen = list(visible.filter(period=period, pk__in=numbers_of(request.POST.getlist("report"))))
    form = WaiverForm(request.POST)
    try:
        said = _done(chosen, request.POST.get("verb"), form, by=request.user, now=timezone.now())
    except ValidationError as error:
        ids = {report.pk for report in chosen}
        return returns_page(request, period, waiver=form, chosen=ids, problem=error.messages[0])
    messages.success(request, said)
    return back_to_list(request, "progress:returns", period)


def _done(chosen, verb, form, *, by, now):
    """Do it; returns what is said about it. Raises ValidationError, also for a verb there is none of."""
    if verb == "take-back":
        return f"已收回 {waiving.take_back(chosen, by=by, now=now)} 项免报，仍按原截止时间应报。"
    if verb == "waive":
        number = waiving.waive(chosen, reason=form.data.get("reason", ""), by=by, now=now)
        return f"已免报 {number} 项，填报单位会看到原因。"
    raise ValidationError("请按“免报所选”或“收回免报”。", code="verb")
