"""What was made from accepted returns and given out: it is what a correction lists as issued before it."""

from django.db import models

from agencies.models import Agency
from tasks.models import Task

from .periods import ReportingPeriod


class Issuance(models.Model):
    """One thing given out at an instant: a workbook, a 一页纸专报, an edition of a report. It covers a period
    (a report those within it too), and where they are named some tasks or one body; what it said is what was
    accepted at that instant. A 会议版 is kept whole instead (MeetingEdition)."""

    class Kind(models.TextChoices):
        WORKBOOK = "workbook", "季度汇总表"
        BRIEF = "brief", "一页纸专报"
        REPORT = "report", "总结报告"

    kind = models.CharField("类别", max_length=12, choices=Kind)
    title = models.CharField("名称", max_length=160)
    period = models.ForeignKey(
        ReportingPeriod, models.PROTECT, verbose_name="报告期", related_name="issuances"
    )
    tasks = models.ManyToManyField(Task, verbose_name="只涉及任务", blank=True, related_name="issuances")
    agency = models.ForeignKey(
        Agency, models.PROTECT, verbose_name="只涉及单位", null=True, blank=True, related_name="issuances"
    )
    at = models.DateTimeField("时间")
    by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="经手人", related_name="+")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "已出具材料"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["period", "at"], name="progress_issuance_period")]

    def __str__(self):
        return self.title


class MeetingEdition(models.Model):
    """会议版: the figures of a period as they stood at an instant, for the screen in the meeting room."""

    period = models.ForeignKey(
        ReportingPeriod, models.PROTECT, verbose_name="报告期", related_name="meeting_editions"
    )
    data = models.JSONField("内容")
    taken_at = models.DateTimeField("数据截至")
    taken_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="生成人", related_name="+")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "会议版"
        ordering = ["period", "-taken_at", "-pk"]

    def __str__(self):
        return f"{self.period} 会议版 {self.taken_at:%Y-%m-%d %H:%M}"
