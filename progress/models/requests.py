"""What a body asks of the office about one of its reports: another date, or a corrected figure."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from agencies.models import Role

from .contributions import ContributionRequest
from .papers import SignedPaper
from .periods import paired
from .reports import ProgressReport


class ExtensionQuerySet(models.QuerySet):
    def open(self):
        """Neither decided nor taken back."""
        return self.filter(decided_at__isnull=True, withdrawn_at__isnull=True)

    def visible_to(self, user):
        """Its own body: all. The office: what the body has endorsed. Nobody else, and nobody who may not
        know of the task."""
        if not user.is_authenticated:
            return self.none()
        seen = Q(report__agency__in=user.agency_ids(Role.REPORTER, Role.APPROVER))
        if user.has_role(Role.OFFICE):
            seen |= Q(endorsed_at__isnull=False)
        return self.filter(seen, report__in=ProgressReport.objects.visible_to(user))


class Extension(models.Model):
    """延期申请: filed and endorsed inside the body before the due instant, decided by the office.

    While it waits the clock runs on; granted, `new_due_at` replaces the report's due instant.
    """

    report = models.ForeignKey(ProgressReport, models.PROTECT, verbose_name="报告", related_name="extensions")
    reason = models.TextField("延期原因")
    wanted_until = models.DateTimeField("申请延至")
    old_due_at = models.DateTimeField("原截止时间")
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="申请人", related_name="+")
    endorsed_at = models.DateTimeField("本单位审签时间", null=True, blank=True)
    endorsed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="本单位审签人", null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("办公室决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="决定人", null=True, blank=True, related_name="+"
    )
    granted = models.BooleanField("同意", null=True, blank=True)
    new_due_at = models.DateTimeField("新截止时间", null=True, blank=True)
    decision = models.TextField("决定说明", blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "延期申请"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(decided_at__isnull=True, withdrawn_at__isnull=True),
                name="progress_extension_one_open",
            ),
            models.CheckConstraint(
                condition=Q(granted__isnull=True, decided_at__isnull=True)
                | Q(granted__isnull=False, decided_at__isnull=False),
                name="progress_extension_decided",
            ),
            paired("endorsed", "progress_extension_endorsed_paired"),
            paired("decided", "progress_extension_decided_paired"),
            models.CheckConstraint(
                condition=~Q(granted=True) | Q(new_due_at__isnull=False),
                name="progress_extension_has_new_date",
            ),
        ]

    def __str__(self):
        return f"{self.report} 延期申请"

    @property
    def is_open(self):
        return self.decided_at is None and self.withdrawn_at is None

    def word(self, now):
        """Where the request stands, in the words of the lists."""
        if self.withdrawn_at is not None:
            return "已撤回"
        if self.decided_at is not None:
            return "已同意" if self.granted else "未同意"
        if self.endorsed_at is not None:
            return "待办公室决定"
        lapsed = self.report.due_at is not None and now > self.report.due_at
        return "未在截止前审签，已失效" if lapsed else "待本单位审签"


class CorrectionQuerySet(models.QuerySet):
    def waiting(self):
        """Asked, and neither decided nor withdrawn."""
        return self.filter(decided_at__isnull=True, withdrawn_at__isnull=True)

    def granted(self):
        return self.filter(granted=True)

    def visible_to(self, user):
        """What a body asks is between it and its reviewer: its own people, the office, and for a
        contribution the leads that asked for it. Never of a sensitive task one may not know of."""
        if not user.is_authenticated:
            return self.none()
        known = self.filter(report__in=ProgressReport.objects.visible_to(user))
        if user.has_role(Role.OFFICE):
            return known
        own = user.agency_ids(Role.REPORTER, Role.APPROVER)
        asked = ContributionRequest.objects.open().filter(
            contribution=OuterRef("report"), lead_report__agency__in=own
        )
        return known.filter(Q(report__agency__in=own) | Exists(asked))


class Correction(models.Model):
    """更正申请 for an accepted report: what stood there, what is right, and on what basis.

    Granted it makes a new version and the report stays accepted; correcting oneself costs nothing. The
    life of a figure (预计 → 快报 → 核定) after acceptance is told the same way, as 数据定案.
    changes and before: {field: value} in the shape `drafts.save` takes; shown: the same in words, as it was
    asked: [[label, before, after]]. issued: what had been given out from the old version, as it was known
    when the correction was granted (`issuing.frozen`).
    """

    class Kind(models.TextChoices):
        SLIP = "slip", "笔误"
        DEFINITION = "definition", "口径调整"
        REDUCTION = "reduction", "核减"
        SETTLEMENT = "settlement", "数据定案"

    class State(models.TextChoices):
        WAITING = "waiting", "待决定"
        GRANTED = "granted", "已更正"
        REFUSED = "refused", "未同意"
        WITHDRAWN = "withdrawn", "已撤回"

    report = models.ForeignKey(
        ProgressReport, models.PROTECT, verbose_name="报告", related_name="corrections"
    )
    kind = models.CharField("类别", max_length=12, choices=Kind)
    changes = models.JSONField("更正为", default=dict)
    before = models.JSONField("原内容", default=dict)
    shown = models.JSONField("更正前后对照", default=list)
    basis = models.TextField("依据")
    paper = models.ForeignKey(
        SignedPaper,
        models.PROTECT,
        verbose_name="依据材料",
        null=True,
        blank=True,
        related_name="corrections",
    )
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="申请人", related_name="+")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="决定人", null=True, blank=True, related_name="+"
    )
    granted = models.BooleanField("同意", null=True, blank=True)
    decision = models.TextField("决定说明", blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    issued = models.JSONField("更正前已出具", default=list, blank=True)
    old_version = models.PositiveSmallIntegerField("更正前版本")
    new_version = models.PositiveSmallIntegerField("更正后版本", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "更正申请"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(decided_at__isnull=True, withdrawn_at__isnull=True),
                name="progress_correction_one_open",
            ),
            models.CheckConstraint(
                condition=Q(granted__isnull=True, decided_at__isnull=True)
                | Q(granted__isnull=False, decided_at__isnull=False),
                name="progress_correction_decided",
            ),
            paired("decided", "progress_correction_decided_paired"),
        ]

    def __str__(self):
        return f"{self.report} {self.get_kind_display()}更正"

    @property
    def is_waiting(self):
        return self.decided_at is None and self.withdrawn_at is None

    @property
    def state(self):
        if self.withdrawn_at:
            return self.State.WITHDRAWN
        if self.decided_at is None:
            return self.State.WAITING
        return self.State.GRANTED if self.granted else self.State.REFUSED

    @property
    def state_word(self):
        return self.state.label
