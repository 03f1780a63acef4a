"""通报: the list of late and lagging units of a period, frozen when it is signed."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from agencies.models import Role
from progress.models import ReportingPeriod
from progress.models.periods import paired


class CircularQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office: all; everybody with a business post: what was given out; administrators: none."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role(Role.OFFICE):
            return self
        if user.has_role(Role.REPORTER, Role.APPROVER, Role.LEADER):
            return self.filter(state=Circular.State.ISSUED)
        return self.none()


class Circular(models.Model):
    """A 通报 goes 拟办 → 审核 → 签发 with the scanned signature (practice, section 2). Its rows are figures
    of the period at `taken_at`; they can be taken anew until it goes to be signed, then never again."""

    class State(models.TextChoices):
        DRAFT = "draft", "拟办"
        CHECKING = "checking", "待审核"
        SIGNING = "signing", "待签发"
        ISSUED = "issued", "已印发"
        CANCELLED = "cancelled", "已撤销"

    period = models.ForeignKey(
        ReportingPeriod, models.PROTECT, verbose_name="报告期", related_name="circulars"
    )
    title = models.CharField("标题", max_length=120)
    opening = models.TextField("开头", blank=True)
    closing = models.TextField("工作要求", blank=True)
    data = models.JSONField("名单", default=dict)
    taken_at = models.DateTimeField("数据截至")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField("修订号", default=1)
    drafted_at = models.DateTimeField("拟办时间")
    drafted_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="拟办人", related_name="+")
    checked_at = models.DateTimeField("审核时间", null=True, blank=True)
    checked_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="审核人", null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField("印发时间", null=True, blank=True)
    issued_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="登记签发人", null=True, blank=True, related_name="+"
    )
    document_number = models.CharField("文号", max_length=60, blank=True)
    signer = models.CharField("签发人", max_length=40, blank=True)
    signer_title = models.CharField("签发人职务", max_length=60, blank=True)
    signed_on = models.DateField("签发日期", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = CircularQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通报"
        ordering = ["-drafted_at", "-pk"]
        constraints = [
            paired("checked", "supervision_circular_checked_paired"),
            paired("issued", "supervision_circular_issued_paired"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("drafted_by")),
                name="supervision_circular_checked_by_another",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("supervision:circular", args=[self.period.plan.code, self.period.code, self.pk])
