"""Reporting periods, and naming one in a request."""

import django_filters
from django import forms
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView

from agencies.api.problems import Problem
from agencies.api.views import Answers
from progress.api.shapes import PeriodSerializer
from progress.models import ReportingPeriod
from progress.models.periods import PERIOD_CODE
from tasks.api import PlanCodeFilter
from tasks.models import Plan

# What names one period in a request, for the schema.
OF_PERIOD = [
    OpenApiParameter("plan", OpenApiTypes.STR, required=True, description="如 2024-2026"),
    OpenApiParameter("period", OpenApiTypes.STR, required=True, description="如 2026Q3"),
]


class PeriodCodeField(forms.CharField):
    default_validators = [PERIOD_CODE]


class PeriodCodeFilter(django_filters.CharFilter):
    """`period=2026Q3`."""

    field_class = PeriodCodeField

    def __init__(self, **kwargs):
        super().__init__(label="报告期", max_length=6, **kwargs)


class PeriodFilter(django_filters.FilterSet):
    plan = PlanCodeFilter()

    class Meta:
        model = ReportingPeriod
        fields = ["plan"]


@extend_schema(summary="报告期")
class PeriodList(Answers, ListAPIView):
    serializer_class = PeriodSerializer
    filterset_class = PeriodFilter
    queryset = ReportingPeriod.objects.none()

    def get_queryset(self):
        in_order = ReportingPeriod.objects.order_by("plan", "ends_on", "-starts_on")  # quarters first
        return in_order.select_related("plan")


def named_period(request):
    """The period that `plan=` and `period=` of a request name. Raises Problem(400) by field."""
    plan, period = (request.query_params.get(name, "")[:20] for name in ("plan", "period"))
    fields = {}
    if not plan:
        fields["plan"] = "请写明计划，如 plan=2024-2026。"
    if not period:
        fields["period"] = "请写明报告期，如 period=2026Q3。"
    if fields:
        raise Problem(400, "".join(fields.values()), fields=fields)
    return period_of(plan, period)


def period_of(plan, period):
    """The period `period` of the plan `plan`, both codes. Raises Problem(400) by field."""
    if "\x00" not in plan + period:
        found = ReportingPeriod.objects.select_related("plan").filter(plan__code=plan, code=period).first()
        if found is not None:
            return found
        if Plan.objects.filter(code=plan).exists():
            raise _unknown("period", "这个计划没有这个报告期，可用的见 periods/。")
    raise _unknown("plan", "没有这个计划，可用的见 plans/。")


def _unknown(field, reason):
    return Problem(400, reason, fields={field: reason})
