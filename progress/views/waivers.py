"""免报 from the list of returns: the office waives what it has chosen, or takes the waiver back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from progress import waiving
from progress.models import ProgressReport
from progress.time_forms import WaiverForm
from progress.views.place import period_at
from progress.views.returns import returns_page


@require_POST
def waive(request, plan, period):
    """免报 or, with `verb=take-back`, 收回免报 the rows chosen; all or none."""
    period = period_at(request, plan, period)
    waiving.check_waive(request.user)
    typed = [pk for pk in request.POST.getlist("report") if pk.isascii() and pk.isdecimal() and len(pk) < 18]
    visible = ProgressReport.objects.visible_to(request.user).select_related("agency", "task", "period")
    chosen = list(visible.filter(period=period, pk__in=typed))
    form, now = WaiverForm(request.POST), timezone.now()
    try:
        if request.POST.get("verb") == "take-back":
            number = waiving.take_back(chosen, by=request.user, now=now)
            messages.success(request, f"已收回 {number} 项免报，仍按原截止时间应报。")
        else:
            number = waiving.waive(chosen, reason=form.data.get("reason", ""), by=request.user, now=now)
            messages.success(request, f"已免报 {number} 项，填报单位会看到原因。")
    except ValidationError as error:
        ids = {report.pk for report in chosen}
        return returns_page(request, period, waiver=form, chosen=ids, problem=error.messages[0])
    return redirect(_list(request, period))


def _list(request, period):
    """The list with the filters it had."""
    address = reverse("progress:returns", args=[period.plan.code, period.code])
    return f"{address}?{request.GET.urlencode()}" if request.GET else address
