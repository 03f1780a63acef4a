"""Facts no figure can tell: whether a return had substance, whether a goal without a number was reached."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from agencies.models import Agency, Role
from progress.models import ProgressReport
from progress.models.periods import paired
from tasks.models import Plan, Target


class FindingQuerySet(models.QuerySet):
    def standing(self):
        """Those not taken back."""
        return self.filter(revoked_at__isnull=True)

    def visible_to(self, user):
        """The office: all; a body: what was found about it; others: none."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role(Role.OFFICE):
            return self
        return self.filter(agency__in=user.agency_ids(Role.REPORTER, Role.APPROVER))


class Finding(models.Model):
    """A fact the office states for a year, with its basis; taken back with a reason, never deleted."""

    class Kind(models.TextChoices):
        INSUBSTANTIAL = "insubstantial", "无实质内容"
        TARGET_MET = "target_met", "指标达成"
        TARGET_MISSED = "target_missed", "指标未达成"

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="计划", related_name="findings")
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("认定", max_length=16, choices=Kind)
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="单位", related_name="findings")
    report = models.ForeignKey(
        ProgressReport, models.PROTECT, verbose_name="报告", null=True, blank=True, related_name="findings"
    )
    target = models.ForeignKey(
        Target, models.PROTECT, verbose_name="指标", null=True, blank=True, related_name="findings"
    )
    basis = models.TextField("依据")
    found_at = models.DateTimeField("认定时间")
    found_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="认定人", related_name="+")
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="撤销人", null=True, blank=True, related_name="+"
    )
    revoked_reason = models.TextField("撤销原因", blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人工认定"
        ordering = ["plan", "year", "found_at", "pk"]
        constraints = [
            paired("revoked", "assessment_finding_revoked_paired"),
            models.CheckConstraint(
                condition=Q(kind="insubstantial", report__isnull=False, target__isnull=True)
                | Q(kind__in=["target_met", "target_missed"], report__isnull=True, target__isnull=False),
                name="assessment_finding_about_by_kind",
            ),
            models.UniqueConstraint(
                fields=["report", "kind"],
                condition=Q(report__isnull=False, revoked_at__isnull=True),
                name="assessment_finding_report_once",
            ),
            models.UniqueConstraint(
                fields=["year", "agency", "target"],
                condition=Q(target__isnull=False, revoked_at__isnull=True),
                name="assessment_finding_target_once",
            ),
        ]

    def __str__(self):
        return self.get_kind_display()

    def get_absolute_url(self):
        return reverse("assessment:finding", args=[self.plan.code, self.pk])

    @property
    def subject(self):
        """What it is about, in words; of a sensitive task no more than its number."""
        if self.report_id:
            task = self.report.task
            title = "" if task is None or task.is_sensitive else task.title
            return f"{self.report.period.label}{self.report.short_subject}{title}"
        task = self.target.task
        if task is not None and task.is_sensitive:
            return f"第 {task.number} 项的指标"
        return f"{self.target.indicator}（目标{self.target.get_operator_display()}{self.target.value_words}）"
