"""重报期限 of one return in a locked period."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from progress import resubmitting
from progress.models import ProgressReport
from progress.time_forms import ResubmitForm
from progress.views.place import period_at


@require_http_methods(["GET", "HEAD", "POST"])
def resubmit(request, plan, period, pk):
    """The office sets or puts off until when this one return may be filed again."""
    period = period_at(request, plan, period)
    reports = ProgressReport.objects.visible_to(request.user).select_related("agency", "period__plan", "task")
    report = get_object_or_404(reports, period=period, pk=pk)
    resubmitting.check_set(request.user, report)
    form = ResubmitForm(
        request.POST if request.method == "POST" else None, initial={"resubmit_by": report.resubmit_by}
    )
    if request.method == "POST" and form.is_valid():
        try:
            resubmitting.set_resubmit_by(
                report, form.cleaned_data["resubmit_by"], by=request.user, now=timezone.now()
            )
        except ValidationError as error:
            form.add_error("resubmit_by", error)
        else:
            messages.success(request, "重报期限已设定，单位在此之前可以修改重报。")
            return redirect(report.get_absolute_url())
    context = {"plan": period.plan, "period": period, "report": report, "form": form}
    return render(request, "progress/resubmit.html", context, status=400 if form.errors else 200)
