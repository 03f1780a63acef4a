"""Which units file a 单位小结: those their duties oblige, and those the office names."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from agencies.models import Role
from agencies.permissions import check_role
from progress import owing, units
from progress.models import UnitDuty
from progress.period_forms import UnitDutyForm
from progress.views.periods import plan_known_to


@require_http_methods(["GET", "HEAD", "POST"])
def unit_duties(request, plan):
    """The units that file, and naming another."""
    plan = plan_known_to(request.user, plan)
    check_role(request.user, Role.OFFICE)
    typed = request.POST if request.method == "POST" else None
    form = UnitDutyForm(typed, bodies=units.may_be_named(plan))
    if request.method == "POST" and form.is_valid():
        agency = form.cleaned_data["agency"]
        units.name_unit(plan, agency, by=request.user, now=timezone.now())
        messages.success(request, f"已指定{agency.name}报送单位小结，正在填报的报告期即时增列。")
        return redirect("progress:unit_duties", plan.code)
    context = {
        "plan": plan,
        "form": form,
        "obliged": owing.obliged_units(plan, timezone.localdate()),
        "named": UnitDuty.objects.filter(plan=plan, ended_at__isnull=True).select_related(
            "agency", "named_by"
        ),
    }
    return render(request, "progress/unit_duties.html", context, status=400 if form.errors else 200)


@require_POST
def unit_duty_end(request, plan, pk):
    """Un-name a unit; what it has sent stays."""
    plan = plan_known_to(request.user, plan)
    check_role(request.user, Role.OFFICE)
    duty = get_object_or_404(UnitDuty.objects.select_related("agency", "plan"), plan=plan, pk=pk)
    units.unname_unit(duty, by=request.user, now=timezone.now())
    messages.success(request, f"已取消指定{duty.agency.name}报送单位小结，尚未报出的记为免报。")
    return redirect("progress:unit_duties", plan.code)
