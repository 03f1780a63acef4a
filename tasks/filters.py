"""Filters of tasks, targets and projects: one set for a page and for its list in the API."""

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from agencies.dating import in_force
from agencies.models import Agency
from tasks.models import AnnualGoal, Assignment, Plan, Project, Target, Task


class SearchFilter(filters.CharFilter):
    """Every word must occur somewhere in `fields`; a whole number also finds the task of that number."""

    def __init__(self, *args, fields=(), number="", **kwargs):
        super().__init__(*args, label="关键词", **kwargs)
        self.fields, self.number = fields, number
        self.extra["max_length"] = 60
        self.extra["widget"] = forms.TextInput(attrs={"type": "search", "placeholder": "关键词或序号"})

    def filter(self, queryset, value):
        for word in (value or "").split():
            found = Q()
            for field in self.fields:
                found |= Q(**{f"{field}__icontains": word})
            if self.number and word.isdecimal() and len(word) < 5:
                found |= Q(**{self.number: int(word)})
            queryset = queryset.filter(found)
        return queryset


class PlanFilter(filters.FilterSet):
    """What every list of promises shares: the plan, its chapters, and who bears the task.

    plan_shown: the plan a page is about. The page's choices then come from it; the API has no such plan
    and takes the codes as they are.
    """

    task_path = ""

    plan = filters.ModelChoiceFilter(queryset=Plan.objects.all(), to_field_name="code", label="计划")
    chapter = filters.NumberFilter(label="行动")
    agency = filters.ModelChoiceFilter(
        queryset=Agency.objects.bodies(),
        to_field_name="code",
        label="单位",
        method="bear",
        empty_label="全部",
    )
    role = filters.ChoiceFilter(
        choices=Assignment.Role.choices, label="单位角色", method="bear", empty_label="不限"
    )

    def __init__(self, *args, plan_shown=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["chapter"].field_name = f"{self.task_path}chapter__number"
        if plan_shown is not None:
            self._offer_choices_of(plan_shown)

    def _offer_choices_of(self, plan):
        del self.filters["plan"]
        chapters = [(chapter.number, chapter.title) for chapter in plan.chapters.all()]
        self.filters["chapter"].extra["widget"] = forms.Select(choices=[("", "全部"), *chapters])
        self.filters["role"].extra["choices"] = [
            (Assignment.Role.LEAD, "牵头单位"),
            (Assignment.Role.SUPPORT, plan.support_label),
        ]
        bearers = Assignment.objects.filter(task__plan=plan).values("agency")
        self.filters["agency"].extra["queryset"] = Agency.objects.filter(pk__in=bearers)

    def bear(self, queryset, name, value):
        """Agency and role are read together, so that one assignment matches both."""
        return queryset

    def filter_queryset(self, queryset):
        queryset = super().filter_queryset(queryset)
        agency, role = self.form.cleaned_data.get("agency"), self.form.cleaned_data.get("role")
        return self.borne_by(queryset, agency, role) if agency else queryset

    def borne_by(self, queryset, agency, role):
        """Rows whose task `agency` bears today, in that role where one is named."""
        return queryset.filter(_bears(f"{self.task_path}pk" if self.task_path else "pk", agency, role))


def _bears(task_path, agency, role):
    """One assignment, in force today, of that body and (where named) in that role."""
    bears = Assignment.objects.filter(in_force(timezone.localdate()), task=OuterRef(task_path), agency=agency)
    return Exists(bears.filter(role=role) if role else bears)


class TaskFilter(PlanFilter):
    q = SearchFilter(fields=("title", "text", "clause"), number="number")
    key = filters.BooleanFilter(
        field_name="is_key",
        label="重点任务",
        widget=forms.Select(choices=[("", "全部"), ("true", "只看重点"), ("false", "非重点")]),
    )

    class Meta:
        model = Task
        fields = ["plan", "chapter", "agency", "role", "key", "q"]


class GoalState:
    """Where a task stands with its goal of the year; without a confirmed one it is 目标未定."""

    UNDECIDED, MISSING, PROPOSED, CONFIRMED = "undecided", "missing", "proposed", "confirmed"
    CHOICES = [
        (UNDECIDED, "目标未定"),
        (MISSING, "尚未提出"),
        (PROPOSED, "已提出待确定"),
        (CONFIRMED, "已确定"),
    ]


class GoalFilter(TaskFilter):
    """Tasks by what is said of their goal of `year`."""

    state = filters.ChoiceFilter(
        choices=GoalState.CHOICES, label="目标状态", method="in_state", empty_label="全部"
    )
    key = None

    class Meta:
        model = Task
        fields = ["plan", "chapter", "agency", "role", "q"]

    def __init__(self, *args, year, **kwargs):
        self.year = year
        super().__init__(*args, **kwargs)

    def in_state(self, queryset, name, value):
        goals = AnnualGoal.objects.filter(task=OuterRef("pk"), year=self.year)
        if value == GoalState.UNDECIDED:
            return queryset.exclude(Exists(goals.confirmed()))
        if value == GoalState.MISSING:
            return queryset.exclude(Exists(goals))
        return queryset.filter(Exists(goals.filter(confirmed_at__isnull=value == GoalState.PROPOSED)))


class OfTask(filters.ChoiceFilter):
    """Whether a target belongs to a task or is one of the plan's own goals."""

    def __init__(self, **kwargs):
        choices = [("plan", "总体目标"), ("task", "任务目标")]
        super().__init__(label="层级", empty_label="全部", choices=choices, **kwargs)

    def filter(self, queryset, value):
        return queryset.filter(task__isnull=value == "plan") if value else queryset


class TargetFilter(PlanFilter):
    task_path = "task__"

    level = OfTask()
    task = filters.NumberFilter(
        field_name="task__number", label="任务序号", widget=forms.NumberInput(attrs={"min": 1, "max": 999})
    )
    operator = filters.ChoiceFilter(choices=Target.Operator.choices, label="关系", empty_label="全部")
    q = SearchFilter(fields=("indicator", "quote", "value_text", "task__title"), number="task__number")

    class Meta:
        model = Target
        fields = ["plan", "level", "chapter", "task", "agency", "role", "operator", "q"]

    def borne_by(self, queryset, agency, role):
        """Also the targets a body is named as responsible for, where no role is asked."""
        bears = _bears("task", agency, role)
        return queryset.filter(bears if role else bears | Q(responsible=agency))


class ProjectFilter(PlanFilter):
    task_path = "task__"

    task = filters.NumberFilter(
        field_name="task__number", label="任务序号", widget=forms.NumberInput(attrs={"min": 1, "max": 999})
    )
    stage = filters.CharFilter(field_name="planned_stage", label="计划阶段")
    q = SearchFilter(fields=("name", "quote", "planned_stage", "task__title"), number="task__number")

    class Meta:
        model = Project
        fields = ["plan", "chapter", "task", "agency", "role", "stage", "q"]

    def _offer_choices_of(self, plan):
        super()._offer_choices_of(plan)
        known = Task.objects.visible_to(self.request.user) if self.request else Task.objects.public()
        named = plan.projects.filter(task__in=known)
        stages = named.order_by("planned_stage").values_list("planned_stage", flat=True).distinct()
        choices = [("", "全部"), *((stage, stage) for stage in stages)]
        self.filters["stage"].extra["widget"] = forms.Select(choices=choices)

    def borne_by(self, queryset, agency, role):
        return queryset.filter(_bears("task", agency, role))
