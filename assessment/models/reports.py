"""总结报告 of the office of a year, half-year or quarter: gathered by a job, edited, frozen in editions."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from agencies.models import Role
from agencies.official_words import opening_of
from progress.models import ReportingPeriod
from progress.models.periods import paired

from .outlines import Outline, OutlineSection


class SummaryReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office: all; leaders: what has an edition (they read editions only); others: none."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role(Role.OFFICE):
            return self
        if user.has_role(Role.LEADER):
            return self.filter(editions__isnull=False).distinct()
        return self.none()


class SummaryReport(models.Model):
    """A report of the office on one period, upwards: 关于××年落实《…》情况的报告 (practice, section 4).

    Its sections are there only once they were gathered whole; what people edit is never gathered over
    unless they ask for that section.
    """

    class State(models.TextChoices):
        GATHERING = "gathering", "汇编中"
        EDITING = "editing", "编辑中"
        CANCELLED = "cancelled", "已作废"

    period = models.ForeignKey(
        ReportingPeriod, models.PROTECT, verbose_name="报告期", related_name="summary_reports"
    )
    outline = models.ForeignKey(Outline, models.PROTECT, verbose_name="提纲", related_name="reports")
    title = models.CharField("标题", max_length=160)
    addressee = models.CharField("主送机关", max_length=120, blank=True)
    signer = models.CharField("签发人", max_length=40, blank=True)
    number = models.CharField("发文字号", max_length=60, blank=True)
    body = models.CharField("落款单位", max_length=80, blank=True)
    signed_on = models.DateField("成文日期", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.GATHERING)
    revision = models.PositiveIntegerField("修订号", default=1, help_text="随标题、落款等和章节次序变动。")
    figures = models.JSONField("报告数据", default=dict, blank=True, help_text="表格、图表所用，汇编时固定。")
    gathered_at = models.DateTimeField("数据截至", null=True, blank=True)
    made_at = models.DateTimeField("起草时间")
    made_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="起草人", related_name="+")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = SummaryReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "总结报告"
        ordering = ["-period__ends_on", "-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "outline"],
                condition=~Q(state="cancelled"),
                name="assessment_report_once_alive",
            ),
            models.CheckConstraint(
                condition=~Q(state="editing") | Q(gathered_at__isnull=False),
                name="assessment_report_gathered_when_edited",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("assessment:report", args=[self.period.plan.code, self.pk])

    @property
    def opening(self):
        """The sentence it opens with, before its first section; "" where the title gives none."""
        return opening_of(self.title)


class GatheringRun(models.Model):
    """The job that gathers a report, or one of its sections anew. The row is the job; a message only wakes a
    worker. Parts already gathered are kept, so a killed run goes on where it was; a run that failed three
    times is parked with its reason."""

    MOST_ATTEMPTS = 3

    report = models.ForeignKey(SummaryReport, models.CASCADE, verbose_name="报告", related_name="runs")
    section = models.ForeignKey(
        "ReportSection",
        models.SET_NULL,
        verbose_name="只汇编章节",
        null=True,
        blank=True,
        related_name="runs",
    )
    only_section = models.BooleanField("只汇编一节", default=False)
    as_of = models.DateTimeField("数据截至", help_text="汇编读到这一时刻为止，续跑不变。")
    step = models.CharField("当前步骤", max_length=80, blank=True)
    done = models.PositiveSmallIntegerField("已完成步数", default=0)
    total = models.PositiveSmallIntegerField("总步数", default=0)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    claimed_until = models.DateTimeField("占用至", null=True, blank=True)
    failure = models.TextField("失败原因", blank=True)
    asked_at = models.DateTimeField("提交时间")
    asked_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="提交人", related_name="+")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "报告汇编"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report"], condition=Q(finished_at__isnull=True), name="assessment_run_one_at_a_time"
            )
        ]

    def __str__(self):
        return f"汇编 {self.done}/{self.total}"

    @property
    def is_parked(self):
        return self.finished_at is None and self.attempts >= self.MOST_ATTEMPTS and bool(self.failure)

    @property
    def percent(self):
        return round(100 * self.done / self.total) if self.total else 0


class GatheredPart(models.Model):
    """A part a run has gathered already; nobody sees it before the run is whole."""

    run = models.ForeignKey(GatheringRun, models.CASCADE, verbose_name="汇编", related_name="parts")
    key = models.CharField("部分", max_length=60)
    data = models.JSONField("内容")

    class Meta:
        verbose_name = verbose_name_plural = "汇编部分"
        ordering = ["run", "pk"]
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="assessment_part_once")]

    def __str__(self):
        return self.key


class ReportSection(models.Model):
    """One section of a report; `revision` is what an editor must name to save it."""

    report = models.ForeignKey(SummaryReport, models.CASCADE, verbose_name="报告", related_name="sections")
    order = models.PositiveSmallIntegerField("次序")
    heading = models.CharField("标题", max_length=80)
    source = models.CharField("内容来源", max_length=16, choices=OutlineSection.Source)
    text = models.TextField("固定文字", blank=True)
    revision = models.PositiveIntegerField("修订号", default=1)
    gathered_at = models.DateTimeField("汇编时间", null=True, blank=True)
    edited_at = models.DateTimeField("编辑时间", null=True, blank=True)
    edited_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="编辑人", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "报告章节"
        ordering = ["report", "order", "pk"]
        constraints = [paired("edited", "assessment_section_edited_paired")]

    def __str__(self):
        return self.heading


class ReportParagraph(models.Model):
    """A paragraph or a heading inside a section, with where it comes from.

    level: 0 text; 2 “（一）”, 3 “1.” headings (numbers are never typed). `sources`:
    [{"task": 15, "agency": "fgw", "agency_name": …, "period": "2026Q3", "version": 2, "report": 812}], shown
    in the editor and left out of what is delivered. `gathered` is the text as it was gathered; "" where a
    person wrote it.
    """

    section = models.ForeignKey(ReportSection, models.CASCADE, verbose_name="章节", related_name="paragraphs")
    order = models.PositiveSmallIntegerField("次序")
    level = models.PositiveSmallIntegerField("层级", default=0)
    text = models.TextField("内容")
    gathered = models.TextField("汇编原文", blank=True)
    sources = models.JSONField("出处", default=list, blank=True)
    chapter = models.PositiveSmallIntegerField("行动", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报告段落"
        ordering = ["section", "order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=[0, 2, 3, 4]), name="assessment_paragraph_level")
        ]

    def __str__(self):
        return self.text[:30]

    @property
    def is_edited(self):
        return self.text != self.gathered


class Edition(models.Model):
    """A frozen edition of a report with all its data as canonical JSON; its files are rebuilt from that,
    identical each time. Neither the ORM nor SQL can change it (triggers)."""

    report = models.ForeignKey(SummaryReport, models.PROTECT, verbose_name="报告", related_name="editions")
    number = models.PositiveSmallIntegerField("版次")
    data = models.JSONField("内容")
    sha256 = models.CharField("校验值", max_length=64)
    note = models.CharField("说明", max_length=200, blank=True)
    frozen_at = models.DateTimeField("定稿时间")
    frozen_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="定稿人", related_name="+")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "报告定稿"
        ordering = ["report", "-number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="assessment_edition_once")]

    def __str__(self):
        return f"{self.report} 第{self.number}稿"
