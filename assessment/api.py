"""What the pages of the assessment download, for programs."""

from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.views import APIView

from agencies.api.problems import Problem
from agencies.api.views import Answers
from agencies.models import Role
from agencies.spreadsheets import CONTENT_TYPE, workbook_response
from assessment import permissions, running
from assessment.exports import book, issuing, reading
from assessment.models import AssessmentRound, UnitScore
from progress.api.exports import AlwaysTheFile
from tasks.models import Plan

OF_YEAR = [
    OpenApiParameter("plan", OpenApiTypes.STR, required=True, description="如 2024-2026"),
    OpenApiParameter("year", OpenApiTypes.INT, required=True, description="如 2025"),
]


class AssessmentWorkbook(Answers, APIView):
    """The workbook of a year's round; before there is one, 试算 of the running year."""

    content_negotiation_class = AlwaysTheFile

    @extend_schema(
        summary="年度考核工作簿（Excel）",
        description="办公室随时可以下载，市领导自领导小组审定起；尚未启动年度考核的，办公室得到标明“试算”的工作簿。",
        operation_id="export_assessment",
        parameters=OF_YEAR,
        responses={(200, CONTENT_TYPE): OpenApiTypes.BINARY},
    )
    def get(self, request):
        permissions.check_read_assessment(request.user)
        plan, year = named_year(request)
        now = timezone.now()
        found, subject = _of_year(request.user, plan, year, now)
        name, content = book.filename(found), book.year_workbook(found)
        if request.method == "GET":
            issuing.record(name, subject, by=request.user, now=now)
        return workbook_response(name, content)


def _of_year(user, plan, year, now):
    """(Year, what the trail names) as this person may know them. Raises Denied; Problem(404) without any."""
    round = (
        AssessmentRound.objects.select_related("scheme__plan")
        .filter(scheme__plan=plan, scheme__year=year)
        .first()
    )
    if round is not None:
        permissions.check_take_workbook(user, round)
        units = UnitScore.objects.visible_to(user)
        return reading.year_of_round(round, units, now, reader=user), round
    if user.has_role(Role.LEADER) and not user.is_office:
        raise Problem(404, "这一年度的考核还没有进入领导小组审定。")
    permissions.check_take_trial(user)
    found = running.running(plan, year, user, now)
    if found.scheme is None:
        raise Problem(404, "这一年度还没有考核办法，不能试算。")
    return reading.year_of_running(found), found.scheme


def named_year(request):
    """The plan and year that `plan=` and `year=` name. Raises Problem(400) by field."""
    plan, year = (request.query_params.get(name, "")[:20] for name in ("plan", "year"))
    fields = {}
    if not plan:
        fields["plan"] = "请写明计划，如 plan=2024-2026。"
    if not year:
        fields["year"] = "请写明年度，如 year=2025。"
    elif not (year.isascii() and year.isdigit()):
        fields["year"] = "年度是四位数字，如 year=2025。"
    if fields:
        raise Problem(400, "".join(fields.values()), fields=fields)
    found = None if "\x00" in plan else Plan.objects.filter(code=plan).first()
    if found is None:
        raise _unknown("plan", "没有这个计划，可用的见 plans/。")
    if int(year) not in found.years:
        raise _unknown("year", f"这个计划只管 {found.years[0]} 至 {found.years[-1]} 年。")
    return found, int(year)


def _unknown(field, reason):
    return Problem(400, reason, fields={field: reason})


urlpatterns = [
    path("exports/assessment.xlsx", AssessmentWorkbook.as_view(), name="export_assessment"),
]
