"""How the tasks stand: lamps, the overview, problems. Every number comes from `figures`."""

import django_filters
from django.db.models import Q
from django.utils import timezone
from django_filters.utils import translate_validation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from agencies.api.problems import Problem
from agencies.api.views import Answers
from progress import figures, permissions, units
from progress.api.periods import OF_PERIOD, PeriodCodeFilter, named_period
from progress.api.shapes import figure
from progress.filters import ProblemFilter, TaskStandingFilter, fits_lamp
from progress.models import Lamp, ProgressReport, ReportingPeriod, TaskState, TaskVerdict
from tasks.api import TaskFilterOfApi, TaskList, TaskNameSerializer

LAMPS = [*Lamp.choices, ("none", figures.UNDECIDED)]


# --- tasks by lamp -----------------------------------------------------------------------------


class TaskFilterWithLamps(TaskFilterOfApi):
    """What the register filters, and the lamp a task burns in a period, as far as one may see it."""

    period = PeriodCodeFilter(method="of_period")
    lamp = django_filters.ChoiceFilter(
        choices=TaskStandingFilter.LAMPS, label="亮灯（须同时写明 period）", method="of_lamp"
    )

    class Meta(TaskFilterOfApi.Meta):
        pass

    def of_period(self, queryset, name, value):
        """A period alone chooses no tasks; it says which lamps are meant."""
        return queryset

    def of_lamp(self, queryset, name, value):
        period = self._period()
        rows = figures.standings(period.plan, period, self.request.user, timezone.now())
        return queryset.filter(pk__in=[row.task.pk for row in rows if fits_lamp(row, value)])

    def _period(self):
        plan, code = self.form.cleaned_data.get("plan"), self.form.cleaned_data.get("period")
        if not code:
            raise _period_problem("按亮灯筛选须写明报告期，如 period=2026Q3。")
        periods = ReportingPeriod.objects.select_related("plan").filter(code=code)
        found = list(periods.filter(plan=plan) if plan else periods)
        if not found:
            raise _period_problem("没有这个报告期，可用的见 periods/。")
        if len(found) > 1:
            raise _period_problem("不止一个计划有这个报告期，请同时写明 plan。")
        return found[0]


def _period_problem(reason):
    return Problem(400, reason, fields={"period": reason})


class TaskListWithLamps(TaskList):
    filterset_class = TaskFilterWithLamps


# --- verdicts ----------------------------------------------------------------------------------


class SentenceSerializer(serializers.Serializer):
    """A sentence of a confirmed text and its source; without one where the office has rewritten it."""

    text = serializers.CharField()
    agency = serializers.CharField()
    agency_code = serializers.CharField()
    report = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    rewritten = serializers.BooleanField()


class VerdictSerializer(serializers.Serializer):
    """One task in one period. Percents are of the year's goal; `lamp` is null while 待审定 for the reader.

    `confirmed` false with a lamp: 系统测算, shown to the office and the bodies concerned only.
    """

    task = TaskNameSerializer()
    period = serializers.SerializerMethodField()
    lamp = serializers.ChoiceField(choices=Lamp.choices, allow_null=True)
    lamp_word = serializers.CharField()
    confirmed = serializers.BooleanField(source="lamp_confirmed")
    confirmed_at = serializers.DateTimeField(source="verdict.confirmed_at", allow_null=True, default=None)
    stale = serializers.BooleanField(source="lamp_stale", help_text="审定后依据有变动，待重新审定")
    computed_lamp = serializers.ChoiceField(choices=Lamp.choices, allow_null=True)
    reason = serializers.CharField(source="lamp_reason")
    text = serializers.CharField(source="verdict.text", default="", help_text="审定文字")
    sources = SentenceSerializer(source="verdict.sources", many=True, default=list)
    percent = figure()
    lowest = figure()
    expected = figure()
    gap = figure(help_text="落后的百分点，超序时为负")
    pending = serializers.IntegerField(help_text="待审")
    state = serializers.ChoiceField(choices=TaskState.State.choices, allow_blank=True)

    def get_period(self, row) -> str:
        return self.context["period"].code


class OfPeriod(Answers, GenericAPIView):
    """A list of what one period has, named by `plan` and `period`."""

    filter_backends = ()
    queryset = TaskVerdict.objects.none()

    def answer(self, rows, period):
        for row in rows:
            if row.task is not None:
                row.task.plan = period.plan
        page = self.paginate_queryset(rows)
        said = self.get_serializer(page, many=True, context={"period": period}).data
        return self.get_paginated_response(said)


class VerdictList(OfPeriod):
    serializer_class = VerdictSerializer

    @extend_schema(summary="亮灯", parameters=OF_PERIOD, responses=VerdictSerializer(many=True), filters=True)
    def get(self, request):
        permissions.check_read_returns(request.user)
        period = named_period(request)
        rows = figures.standings(period.plan, period, request.user, timezone.now())
        return self.answer(rows, period)


# --- problems ----------------------------------------------------------------------------------


class ProblemRowSerializer(serializers.Serializer):
    """A line of the 问题清单, from an accepted return, or from a unit's summary, where task is null."""

    task = TaskNameSerializer(allow_null=True)
    agency = serializers.CharField(source="agency.name")
    agency_code = serializers.CharField(source="agency.code")
    period = serializers.SerializerMethodField()
    report = serializers.IntegerField(source="report.pk")
    problem = serializers.CharField()
    request = serializers.CharField()
    next_steps = serializers.CharField()

    def get_period(self, row) -> str:
        return row.report.period.code


# What the page filters by, for the schema.
OF_PROBLEMS = [
    *OF_PERIOD,
    OpenApiParameter("q", OpenApiTypes.STR, description="任务或单位的关键词"),
    OpenApiParameter("agency", OpenApiTypes.STR, description="单位代码，如 fgw"),
    OpenApiParameter("chapter", OpenApiTypes.INT, description="行动"),
]


class ProblemList(OfPeriod):
    serializer_class = ProblemRowSerializer

    @extend_schema(
        summary="问题清单", parameters=OF_PROBLEMS, responses=ProblemRowSerializer(many=True), filters=True
    )
    def get(self, request):
        permissions.check_read_returns(request.user)
        period = named_period(request)
        reports = ProgressReport.objects.filter(units.summaries_of(period) | Q(period=period))
        found = ProblemFilter(request.query_params, reports, request=request, period=period)
        if not found.is_valid():
            raise translate_validation(found.errors)
        rows = figures.problems(period.plan, period, request.user, timezone.now())
        return self.answer(found.of(rows), period)


# --- the overview ------------------------------------------------------------------------------


def counts(*names):
    return {name: serializers.IntegerField(help_text=figures.GROUP_LABELS.get(name, "")) for name in names}


FilingSerializer = type(
    "FilingSerializer",
    (serializers.Serializer,),
    {
        "__doc__": "应报 = 已报 + 确认无变化 + 未报 + 免报；按时率 = 按时 ÷（应报 − 免报）。",
        **counts(*figures.GROUP_LABELS, "due"),
        "on_time_rate": figure(),
        "reported_rate": figure(),
    },
)


class AgencyFilingSerializer(serializers.Serializer):
    agency = serializers.CharField(source="agency.name")
    agency_code = serializers.CharField(source="agency.code")
    filing = FilingSerializer()


class ClassFilingSerializer(serializers.Serializer):
    name = serializers.CharField()
    filing = FilingSerializer()
    agencies = AgencyFilingSerializer(many=True, source="rows")


LampCountsSerializer = type(
    "LampCountsSerializer",
    (serializers.Serializer,),
    {code: serializers.IntegerField(help_text=str(word)) for code, word in LAMPS},
)


class ChapterFiguresSerializer(serializers.Serializer):
    number = serializers.IntegerField(source="chapter.number")
    title = serializers.CharField(source="chapter.title")
    tasks = serializers.IntegerField()
    lamps = LampCountsSerializer()
    percent = figure()
    expected = figure()
    measured = serializers.IntegerField(help_text="参与平均的任务数")
    behind = serializers.IntegerField()


class HeatCellSerializer(serializers.Serializer):
    period = serializers.CharField(source="period.code")
    status = serializers.CharField()
    word = serializers.CharField()
    filing = FilingSerializer()


class HeatRowSerializer(serializers.Serializer):
    agency = serializers.CharField(source="agency.name")
    agency_code = serializers.CharField(source="agency.code")
    cells = HeatCellSerializer(many=True)


class HeatClassSerializer(serializers.Serializer):
    name = serializers.CharField()
    rows = HeatRowSerializer(many=True)


class OverviewSerializer(serializers.Serializer):
    """The overview as this person may see it."""

    plan = serializers.CharField(source="plan.code")
    period = serializers.CharField(source="period.code")
    task_count = serializers.SerializerMethodField()
    filing = FilingSerializer()
    filing_by_class = ClassFilingSerializer(many=True)
    lamps = LampCountsSerializer()
    chapters = ChapterFiguresSerializer(many=True)
    heat_map = serializers.SerializerMethodField()
    behind = VerdictSerializer(many=True)
    moved_up = VerdictSerializer(many=True)
    moved_down = VerdictSerializer(many=True)
    pending = serializers.IntegerField(help_text="待审")
    unconfirmed = serializers.IntegerField(help_text="亮灯待审定的任务数")
    stale = serializers.IntegerField(help_text="审定后依据有变动的任务数")

    @extend_schema_field(HeatClassSerializer(many=True))
    def get_heat_map(self, overview):
        classes = [{"name": name, "rows": rows} for name, rows in overview.heat_map.classes]
        return HeatClassSerializer(classes, many=True).data

    def get_task_count(self, overview) -> int:
        return len(overview.standings)


class OverviewFigures(Answers, GenericAPIView):
    serializer_class = OverviewSerializer
    filter_backends = ()
    pagination_class = None
    queryset = TaskVerdict.objects.none()

    @extend_schema(summary="总览数字", parameters=OF_PERIOD)
    def get(self, request):
        permissions.check_overview(request.user)
        period = named_period(request)
        found = figures.overview(period.plan, period, request.user, timezone.now())
        for row in found.standings:
            row.task.plan = period.plan
        return Response(self.get_serializer(found, context={"period": period}).data)
