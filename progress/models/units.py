"""A unit's own report: 单位季度小结 by 行动, and with the same shape the 年度落实情况报告."""

from django.db import models
from django.db.models import Q

from agencies.models import Agency
from tasks.models import Chapter, Plan, Task

from .reports import ProgressReport


class UnitReturn(models.Model):
    """The parts of a unit's report besides its paragraphs by 行动 (practice, sections 1 and 4)."""

    report = models.OneToOneField(
        ProgressReport, models.CASCADE, verbose_name="报告", related_name="unit_return", primary_key=True
    )
    overview = models.TextField("总体情况", blank=True)
    benchmarking = models.TextField("对标学习杭州情况", blank=True)
    experience = models.TextField("成效经验", blank=True)
    problem = models.TextField("存在问题", blank=True)
    request = models.TextField("需协调事项", blank=True)
    next_steps = models.TextField("下一步打算", blank=True)
    filled_by = models.CharField("填报人", max_length=40, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    head = models.CharField("单位负责人", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "单位小结"

    def __str__(self):
        return str(self.report)


class UnitParagraph(models.Model):
    """What a unit did for one 行动; the tasks it concerns are offered the words (主要做法和成效)."""

    report = models.ForeignKey(ProgressReport, models.CASCADE, verbose_name="报告", related_name="paragraphs")
    chapter = models.ForeignKey(Chapter, models.PROTECT, verbose_name="行动", related_name="+")
    order = models.PositiveSmallIntegerField("次序", default=0)
    text = models.TextField("内容")
    tasks = models.ManyToManyField(Task, verbose_name="涉及任务", blank=True, related_name="unit_paragraphs")

    class Meta:
        verbose_name = verbose_name_plural = "小结段落"
        ordering = ["report", "chapter__number", "order", "pk"]

    def __str__(self):
        return f"{self.report} {self.chapter}"


class UnitDuty(models.Model):
    """A body the office has named to file a quarterly summary, besides those its duties oblige."""

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="unit_duties")
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="单位", related_name="unit_duties")
    named_at = models.DateTimeField("指定时间")
    named_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="指定人", related_name="+")
    ended_at = models.DateTimeField("取消时间", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "指定报送单位小结"
        ordering = ["plan", "agency__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "agency"], condition=Q(ended_at__isnull=True), name="progress_unit_duty_once"
            )
        ]

    def __str__(self):
        return f"{self.agency} 报送单位小结"
