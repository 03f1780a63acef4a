"""提纲: of which sections a report of the office is made, in which order. Data of the office."""

from django.db import models
from django.db.models import Q

from tasks.models import Plan


class Outline(models.Model):
    """The outline of one kind of report, per plan. A change of it never touches reports made before."""

    class Kind(models.TextChoices):
        ANNUAL = "annual", "年度报告"
        HALF = "half", "半年报告"
        QUARTER = "quarter", "季度报告"

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="outlines")
    kind = models.CharField("报告类别", max_length=10, choices=Kind)
    title = models.CharField(
        "标题写法", max_length=120, help_text="{期} 处写报告期，如“2026年”；{计划} 处写计划名称。"
    )
    addressee = models.CharField("主送机关", max_length=120, blank=True)
    attach_tasks = models.BooleanField("附任务完成情况表", default=True)
    attach_targets = models.BooleanField("附量化指标完成情况表", default=True)
    attach_projects = models.BooleanField("附重大项目进展表", default=True)
    charts = models.BooleanField("插入图表", default=True)
    revision = models.PositiveIntegerField("修订号", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "报告提纲"
        ordering = ["plan", "kind"]
        constraints = [models.UniqueConstraint(fields=["plan", "kind"], name="assessment_outline_once")]

    def __str__(self):
        return f"{self.plan.code} {self.get_kind_display()}提纲"


class OutlineSection(models.Model):
    """One section: its heading (without the numeral) and where its text comes from."""

    class Source(models.TextChoices):
        OVERVIEW = "overview", "总体情况（数字由系统汇总）"
        CHAPTERS = "chapters", "主要做法和成效（按行动）"
        EXPERIENCE = "experience", "成效经验"
        BENCHMARKING = "benchmarking", "对标学习杭州情况"
        SUPERVISION = "supervision", "督办和问题办理情况"
        PROBLEMS = "problems", "存在问题"
        NEXT_STEPS = "next_steps", "下一步打算"
        TEXT = "text", "固定文字"

    outline = models.ForeignKey(Outline, models.CASCADE, verbose_name="提纲", related_name="sections")
    order = models.PositiveSmallIntegerField("次序")
    heading = models.CharField("标题", max_length=80)
    source = models.CharField("内容来源", max_length=16, choices=Source)
    text = models.TextField("固定文字", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "提纲章节"
        ordering = ["outline", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["outline", "order"], name="assessment_outline_order_once"),
            models.CheckConstraint(condition=~Q(heading=""), name="assessment_outline_has_heading"),
        ]

    def __str__(self):
        return self.heading
