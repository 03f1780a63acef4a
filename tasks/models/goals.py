"""What a task aims at: the plan's targets and projects, and each year's goal."""

import re
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from agencies.models import Agency

from .plans import Plan, Task

PERCENT = [
    MinValueValidator(Decimal(0), "百分比不能小于 0。"),
    MaxValueValidator(Decimal(100), "百分比不能大于 100。"),
]


# How papers word a comparison with a goal; the others name the goal itself.
COMPARED = {">=": "不低于", "<=": "不高于", ">": "超过", "<": "低于", "≈": "约"}


class Target(models.Model):
    """A quantified or named goal with the words it was taken from. Amounts of money are in 万元."""

    class Operator(models.TextChoices):
        AT_LEAST = ">=", "不低于"
        AT_MOST = "<=", "不高于"
        MORE = ">", "高于"
        LESS = "<", "低于"
        EQUAL = "=", "等于"
        ABOUT = "≈", "约"
        RANGE = "range", "区间"
        RANK = "rank", "位次"
        TREND = "trend", "趋势"
        FULL = "full", "全覆盖"
        MILESTONE = "milestone", "节点成果"
        RECURRING = "recurring", "经常性"
        LABEL = "label", "名称中的数字"

    class Due(models.TextChoices):
        YEAR = "year", "到某年"
        EACH_YEAR = "each_year", "每年"
        PLAN_END = "plan_end", "计划期内"

    class Scope(models.TextChoices):
        WHOLE = "whole", "全市合计"
        EACH = "each", "各单位分别"

    class Accumulation(models.TextChoices):
        YEAR = "year", "当年累计"
        PLAN = "plan", "计划期累计"
        POINT = "point", "时点数"

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="targets")
    task = models.ForeignKey(
        Task, models.CASCADE, verbose_name="任务", related_name="targets", null=True, blank=True
    )
    order = models.PositiveSmallIntegerField("次序", default=0)
    indicator = models.CharField("指标", max_length=120)
    operator = models.CharField("关系", max_length=12, choices=Operator)
    value_text = models.CharField("目标值", max_length=60)
    minimum = models.DecimalField("下限", max_digits=18, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField("上限", max_digits=18, decimal_places=4, null=True, blank=True)
    unit = models.CharField("单位", max_length=30, blank=True)
    due = models.CharField("时限", max_length=12, choices=Due, default=Due.PLAN_END)
    due_year = models.PositiveSmallIntegerField("到期年", null=True, blank=True)
    scope = models.CharField("范围", max_length=10, choices=Scope, default=Scope.WHOLE)
    accumulation = models.CharField("口径", max_length=10, choices=Accumulation, default=Accumulation.POINT)
    responsible = models.ForeignKey(
        Agency, models.PROTECT, verbose_name="责任单位", null=True, blank=True, related_name="targets"
    )
    data_source = models.CharField("数据来源", max_length=120, blank=True)
    quote = models.CharField("原文", max_length=400)

    class Meta:
        verbose_name = verbose_name_plural = "量化目标"
        ordering = ["plan", "task__number", "order", "pk"]

    def __str__(self):
        return f"{self.indicator} {self.value_text}{self.unit}"

    @property
    def value_words(self):
        """“557公里”; the unit only where there is a number for it to measure."""
        return f"{self.value_text}{self.unit}" if re.search(r"\d", self.value_text) else self.value_text

    @property
    def goal_words(self):
        """The goal as a paper says it: “不低于557公里”, “超过10亿元”, “8—10个”, “明显提升”.

        Only a comparison needs a word; what kind of goal it is (全覆盖, 节点成果, 趋势) the indicator says.
        """
        said = re.sub(r"(?<=\d)[-–~～](?=\d)", "—", self.value_words)
        return f"{COMPARED.get(self.operator, '')}{said}"

    @property
    def is_scored(self):
        """A number inside a name (“5+5+N”) is never scored."""
        return self.operator != self.Operator.LABEL


class Project(models.Model):
    """A project the plan names, with the plan's own stage word."""

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="projects")
    task = models.ForeignKey(Task, models.CASCADE, verbose_name="任务", related_name="projects")
    order = models.PositiveSmallIntegerField("次序", default=0)
    name = models.CharField("项目名称", max_length=120)
    planned_stage = models.CharField("计划阶段（原文）", max_length=60)
    quote = models.CharField("原文", max_length=400)

    class Meta:
        verbose_name = verbose_name_plural = "项目"
        ordering = ["plan", "task__number", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "name", "planned_stage"], name="tasks_project_once")
        ]

    def __str__(self):
        return self.name


class AnnualGoalQuerySet(models.QuerySet):
    def confirmed(self):
        return self.filter(confirmed_at__isnull=False)

    def applying_to(self, task, year, agency):
        """The confirmed goal `agency` reports against: its own where leads are separate, else the task's."""
        goals = (
            self.confirmed().filter(task=task, year=year).filter(Q(agency=agency) | Q(agency__isnull=True))
        )
        return goals.order_by(models.F("agency").asc(nulls_last=True)).first()

    def visible_to(self, user):
        """Goals of the tasks this person may know of."""
        return self.filter(task__in=Task.objects.visible_to(user))


class AnnualGoal(models.Model):
    """A year's goal of a task (年度工作要点), measured in percent or by dated nodes.

    Without a confirmed goal the task is 目标未定: no pace, no lamp. The four percents are cumulative
    expectations at the end of each quarter of the year's goal (practice: 序时进度); in a plan's opening
    year only the quarters in force count. `agency` is empty for the task's one goal, or names the lead
    it is meant for where leads are separate.
    """

    class Measure(models.TextChoices):
        PERCENT = "percent", "按百分比"
        NODES = "nodes", "按节点"

    task = models.ForeignKey(Task, models.CASCADE, verbose_name="任务", related_name="annual_goals")
    year = models.PositiveSmallIntegerField("年度")
    agency = models.ForeignKey(
        Agency, models.PROTECT, verbose_name="适用单位", null=True, blank=True, related_name="+"
    )
    statement = models.TextField("年度目标")
    measure = models.CharField("计量方式", max_length=10, choices=Measure, default=Measure.PERCENT)
    yearly_only = models.BooleanField("年度指标", default=False, help_text="只有全年要求，年内不按序时评价。")
    expected_q1 = models.DecimalField(
        "一季度序时 %", max_digits=5, decimal_places=2, validators=PERCENT, default=25
    )
    expected_q2 = models.DecimalField(
        "二季度序时 %", max_digits=5, decimal_places=2, validators=PERCENT, default=50
    )
    expected_q3 = models.DecimalField(
        "三季度序时 %", max_digits=5, decimal_places=2, validators=PERCENT, default=75
    )
    expected_q4 = models.DecimalField(
        "四季度序时 %", max_digits=5, decimal_places=2, validators=PERCENT, default=100
    )
    proposed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="提出人", null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField("提出时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="确认人", null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = AnnualGoalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度目标"
        ordering = ["task", "year", "agency__order"]
        constraints = [
            models.UniqueConstraint(fields=["task", "year", "agency"], name="tasks_goal_once_per_agency"),
            models.UniqueConstraint(
                fields=["task", "year"], condition=Q(agency__isnull=True), name="tasks_goal_once"
            ),
            models.CheckConstraint(
                condition=Q(expected_q1__gte=0)
                & Q(expected_q2__gte=models.F("expected_q1"))
                & Q(expected_q3__gte=models.F("expected_q2"))
                & Q(expected_q4__gte=models.F("expected_q3"))
                & Q(expected_q4__lte=100),
                name="tasks_goal_percents_rise",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="tasks_goal_confirmed_paired",
            ),
        ]

    def __str__(self):
        return f"{self.task} {self.year}年目标"

    @property
    def is_confirmed(self):
        return self.confirmed_at is not None

    def expected_percent(self, quarter):
        """The cumulative percent expected at the end of `quarter` (1–4) of the goal's year."""
        return (self.expected_q1, self.expected_q2, self.expected_q3, self.expected_q4)[quarter - 1]


class GoalNode(models.Model):
    """A dated node of a year's goal, to be shown done with evidence."""

    goal = models.ForeignKey(AnnualGoal, models.CASCADE, verbose_name="年度目标", related_name="nodes")
    order = models.PositiveSmallIntegerField("次序")
    title = models.CharField("节点", max_length=120)
    due_on = models.DateField("完成时限")
    evidence = models.CharField("所需佐证", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "目标节点"
        ordering = ["goal", "order"]
        constraints = [models.UniqueConstraint(fields=["goal", "order"], name="tasks_node_once")]

    def __str__(self):
        return f"{self.title}（{self.due_on}）"
