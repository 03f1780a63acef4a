"""What the pages download, for programs."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.views import APIView

from agencies.api.views import Answers
from agencies.spreadsheets import CONTENT_TYPE, workbook_response
from progress import exports, issuing, permissions
from progress.api.periods import OF_PERIOD, named_period
from progress.models import Issuance


class AlwaysTheFile(BaseContentNegotiation):
    """There is one form of a download, whatever Accept says; refusals are JSON."""

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class QuarterWorkbook(Answers, APIView):
    """The quarterly workbook as this person may know the quarter."""

    content_negotiation_class = AlwaysTheFile

    @extend_schema(
        summary="季度汇总表（Excel）",
        operation_id="export_quarter",
        parameters=OF_PERIOD,
        responses={(200, CONTENT_TYPE): OpenApiTypes.BINARY},
    )
    def get(self, request):
        permissions.check_read_returns(request.user)
        period = named_period(request)
        now, name = timezone.now(), exports.filename(period.plan, period)
        content = exports.quarter_workbook(period.plan, period, request.user, now)
        if request.method == "GET":
            issuing.record_issue(Issuance.Kind.WORKBOOK, name, period=period, by=request.user, now=now)
        return workbook_response(name, content)
