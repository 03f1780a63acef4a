"""Plans, tasks, targets and yearly goals, as the API reads them."""

import django_filters
from django import forms
from django.db.models import Count, Prefetch, Q
from django.http import Http404
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView

from agencies.api.views import Answers
from agencies.models import Agency, Role
from agencies.permissions import Denied
from tasks import addresses  # noqa: F401  (registers the converters)
from tasks.filters import SearchFilter, TargetFilter, TaskFilter
from tasks.models import AnnualGoal, Assignment, GoalNode, Plan, Project, Target, Task, TaskAmendment

BUSINESS_ROLES = (Role.REPORTER, Role.APPROVER, Role.OFFICE, Role.LEADER, Role.ADMIN)


@extend_schema_field(OpenApiTypes.STR)
class PlanCodeFilter(django_filters.ModelChoiceFilter):
    """`plan=2024-2026`; a plan that is not there is a mistake in the request, not an empty list."""

    def __init__(self, **kwargs):
        super().__init__(
            queryset=Plan.objects.all(),
            to_field_name="code",
            label="计划",
            error_messages={
                "invalid_choice": "没有这个计划，可用的见 plans/。",
                "required": "请写明计划，如 plan=2024-2026。",
            },
            **kwargs,
        )


@extend_schema_field(OpenApiTypes.STR)
class AgencyCodeFilter(django_filters.ModelChoiceFilter):
    """`agency=fgw`."""

    def __init__(self, **kwargs):
        super().__init__(
            queryset=Agency.objects.bodies(),
            to_field_name="code",
            label="单位代码",
            error_messages={"invalid_choice": "没有这个单位，可用的代码见 agencies/。"},
            **kwargs,
        )


class WholeNumberFilter(django_filters.NumberFilter):
    """A year, or the number of a task."""

    field_class = forms.IntegerField


def check_reads_plan(user):
    """Raises Denied where an account has no post: the plan's work is for those who have a part in it."""
    if not user.has_role(*BUSINESS_ROLES):
        raise Denied("您的账号还没有岗位，请联系系统管理员。")


# --- plans -------------------------------------------------------------------------------------


class PlanSerializer(serializers.ModelSerializer):
    task_count = serializers.IntegerField()

    class Meta:
        model = Plan
        fields = ["code", "title", "document_number", "starts_on", "ends_on", "task_count"]


@extend_schema(summary="三年行动计划")
class PlanList(Answers, ListAPIView):
    serializer_class = PlanSerializer
    queryset = Plan.objects.none()
    filter_backends = ()

    def get_queryset(self):
        known = Task.objects.visible_to(self.request.user)
        counted = Plan.objects.annotate(task_count=Count("tasks", filter=Q(tasks__in=known)))
        return counted.order_by("-starts_on")


# --- tasks -------------------------------------------------------------------------------------


class PlaceSerializer(serializers.Serializer):
    """A chapter or section: its number and its title without the numeral."""

    number = serializers.IntegerField()
    title = serializers.CharField()


class AssignmentSerializer(serializers.ModelSerializer):
    agency = serializers.CharField(source="agency.name")
    agency_code = serializers.CharField(source="agency.code")
    group = serializers.CharField(source="group.name", allow_null=True, default=None)
    implied = serializers.SerializerMethodField(help_text="隐含配合")

    class Meta:
        model = Assignment
        fields = ["role", "class", "agency", "agency_code", "as_written", "group", "implied"]

    def get_fields(self):
        fields = super().get_fields()
        fields["group"].required = True
        return fields

    def get_implied(self, assignment) -> bool:
        return assignment.duty == Assignment.Duty.IMPLIED


# `class` is a word of Python's own and cannot be declared in the body of a class.
AssignmentSerializer._declared_fields["class"] = serializers.ChoiceField(
    choices=Assignment.Duty.choices, source="duty"
)


class TargetSerializer(serializers.ModelSerializer):
    responsible = serializers.CharField(source="responsible.name", allow_null=True, default=None)
    responsible_code = serializers.CharField(source="responsible.code", allow_null=True, default=None)

    class Meta:
        model = Target
        fields = [
            *("id", "indicator", "operator", "value_text", "minimum", "maximum", "unit", "due", "due_year"),
            *("scope", "accumulation", "responsible", "responsible_code", "data_source", "quote"),
        ]


class ProjectSerializer(serializers.ModelSerializer):
    stage = serializers.CharField(source="planned_stage", help_text="计划阶段（原文）")

    class Meta:
        model = Project
        fields = ["id", "name", "stage", "quote"]


class AmendmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = TaskAmendment
        fields = ["on", "basis", "text"]


class TaskSerializer(serializers.ModelSerializer):
    plan = serializers.CharField(source="plan.code")
    chapter = PlaceSerializer()
    section = PlaceSerializer(allow_null=True)
    assignments = AssignmentSerializer(many=True)
    targets = TargetSerializer(many=True)
    projects = ProjectSerializer(many=True)
    amendments = AmendmentSerializer(many=True)

    class Meta:
        model = Task
        fields = [
            *("plan", "number", "title", "title_is_official", "text", "clause", "open_ended", "is_key"),
            *("chapter", "section", "assignments", "targets", "projects", "amendments"),
        ]


class TaskFilterOfApi(TaskFilter):
    """What the register filters."""

    plan = PlanCodeFilter()
    search = SearchFilter(fields=("title", "text", "clause"), number="number")
    agency = AgencyCodeFilter(method="bear")
    q = None

    class Meta:
        model = Task
        fields = []


class Tasks(Answers):
    serializer_class = TaskSerializer
    queryset = Task.objects.none()

    def get_queryset(self):
        in_force = Assignment.objects.on(timezone.localdate()).select_related("agency", "group")
        return (
            Task.objects.visible_to(self.request.user)
            .select_related("plan", "chapter", "section")
            .prefetch_related(
                Prefetch("assignments", in_force),
                Prefetch("targets", Target.objects.select_related("responsible")),
                "projects",
                "amendments",
            )
        )


@extend_schema(summary="任务")
class TaskList(Tasks, ListAPIView):
    """Only the tasks one may know of. The lamp filter is added by `progress`, which knows of lamps."""

    filterset_class = TaskFilterOfApi


@extend_schema(summary="一项任务")
class TaskDetail(Tasks, RetrieveAPIView):
    filter_backends = ()

    def get_object(self):
        found = self.get_queryset().filter(plan__code=self.kwargs["plan"], number=self.kwargs["number"])
        task = found.first()
        if task is None:
            raise Http404
        return task


# --- targets -----------------------------------------------------------------------------------


class TaskNameSerializer(serializers.Serializer):
    """Which task is meant."""

    plan = serializers.CharField(source="plan.code")
    number = serializers.IntegerField()
    title = serializers.CharField()


class TargetOfPlanSerializer(TargetSerializer):
    plan = serializers.CharField(source="plan.code")
    task = TaskNameSerializer(allow_null=True, help_text="计划本身的总目标为 null")

    class Meta(TargetSerializer.Meta):
        fields = ["plan", "task", *TargetSerializer.Meta.fields]


class TargetFilterOfApi(TargetFilter):
    plan = PlanCodeFilter(required=True)
    search = SearchFilter(fields=("indicator", "quote", "value_text", "task__title"), number="task__number")
    agency = AgencyCodeFilter(method="bear")
    q = None

    class Meta:
        model = Target
        fields = []


@extend_schema(summary="量化目标，含计划本身的总目标")
class TargetList(Answers, ListAPIView):
    serializer_class = TargetOfPlanSerializer
    filterset_class = TargetFilterOfApi
    queryset = Target.objects.none()

    def get_queryset(self):
        user = self.request.user
        check_reads_plan(user)
        return Target.objects.filter(
            Q(task__isnull=True) | Q(task__in=Task.objects.visible_to(user))
        ).select_related("plan", "task__plan", "responsible")


# --- yearly goals ------------------------------------------------------------------------------


class NodeSerializer(serializers.ModelSerializer):
    class Meta:
        model = GoalNode
        fields = ["id", "order", "title", "due_on", "evidence"]


class GoalSerializer(serializers.ModelSerializer):
    """A year's goal; `expected` are the four cumulative percents, used where the measure is percent."""

    task = TaskNameSerializer()
    agency = serializers.CharField(source="agency.name", allow_null=True, default=None)
    agency_code = serializers.CharField(source="agency.code", allow_null=True, default=None)
    expected = serializers.SerializerMethodField()
    nodes = NodeSerializer(many=True)
    confirmed = serializers.BooleanField(source="is_confirmed")

    class Meta:
        model = AnnualGoal
        fields = [
            *("task", "year", "agency", "agency_code", "statement", "measure", "yearly_only"),
            *("expected", "nodes", "confirmed", "confirmed_at", "revision"),
        ]

    @extend_schema_field(serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4))
    def get_expected(self, goal):
        return [float(goal.expected_percent(quarter)) for quarter in range(1, 5)]


class GoalFilterOfApi(django_filters.FilterSet):
    plan = PlanCodeFilter(field_name="task__plan")
    year = WholeNumberFilter(label="年度")
    task = WholeNumberFilter(field_name="task__number", label="任务序号")

    class Meta:
        model = AnnualGoal
        fields = ["plan", "year", "task"]


@extend_schema(summary="年度目标")
class GoalList(Answers, ListAPIView):
    serializer_class = GoalSerializer
    filterset_class = GoalFilterOfApi
    queryset = AnnualGoal.objects.none()

    def get_queryset(self):
        goals = AnnualGoal.objects.visible_to(self.request.user)
        return goals.select_related("task__plan", "agency").prefetch_related("nodes")


# `tasks/` is listed by progress/api, which adds the lamp filter.
urlpatterns = [
    path("plans/", PlanList.as_view(), name="plans"),
    path("tasks/<plan:plan>/<int:number>/", TaskDetail.as_view(), name="task"),
    path("targets/", TargetList.as_view(), name="targets"),
    path("goals/", GoalList.as_view(), name="goals"),
]
