"""The box of the year's assessment on the workbench: a fragment there, a page of its own elsewhere."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from assessment import boxes
from assessment.permissions import check_read_assessment
from progress.views.place import plan_at


@require_safe
@cache_control(private=True, no_store=True)
@vary_on_headers("HX-Request")
def desk_box(request, plan):
    """What assessment wants of the person."""
    check_read_assessment(request.user)
    plan = plan_at(request, plan)
    context = {"plan": plan, "waiting": boxes.waiting(request.user, plan, timezone.now())}
    return render(request, f"assessment/{'_' if request.htmx else ''}desk_box.html", context)
