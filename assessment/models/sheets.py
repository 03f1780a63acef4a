"""What people add to a unit's score by hand: additions, deductions, objections, vetoes."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from agencies.models import Role
from progress.models.periods import paired

from .rounds import UnitScore
from .schemes import Criterion, VetoItem


class Revocable(models.Model):
    """A statement with its basis that can be taken back with a reason, never deleted."""

    basis = models.TextField("依据")
    made_at = models.DateTimeField("登记时间")
    made_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="登记人", related_name="+")
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="撤销人", null=True, blank=True, related_name="+"
    )
    revoked_reason = models.TextField("撤销原因", blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        abstract = True
        constraints = [paired("revoked", "%(app_label)s_%(class)s_revoked_paired")]


class ObjectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Who may see the unit's sheet; what its own approver has not signed is seen by the unit alone."""
        if not user.is_authenticated:
            return self.none()
        own = Q(unit__agency__in=user.agency_ids(Role.REPORTER, Role.APPROVER))
        seen = Q(unit__in=UnitScore.objects.visible_to(user).order_by().values("pk"))
        return self.filter(own | seen & Q(raised_at__isnull=False))


class Objection(models.Model):
    """异议 of a unit against its score, within the window, decided by someone other than the scorer."""

    class State(models.TextChoices):
        AWAITING_APPROVAL = "awaiting_approval", "待本单位审签"
        RAISED = "raised", "待复核"
        DECIDED = "decided", "已复核"
        WITHDRAWN = "withdrawn", "已撤回"

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "成立"
        PARTLY = "partly", "部分成立"
        REJECTED = "rejected", "不成立"

    unit = models.ForeignKey(UnitScore, models.PROTECT, verbose_name="单位", related_name="objections")
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, verbose_name="考核项目", null=True, blank=True, related_name="+"
    )
    text = models.TextField("异议及理由")
    state = models.CharField("状态", max_length=20, choices=State, default=State.AWAITING_APPROVAL)
    written_at = models.DateTimeField("填写时间")
    written_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="填写人", related_name="+")
    raised_at = models.DateTimeField("提出时间", null=True, blank=True)
    raised_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="审签人", null=True, blank=True, related_name="+"
    )
    outcome = models.CharField("复核结论", max_length=10, choices=Outcome, blank=True)
    answer = models.TextField("复核意见", blank=True)
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="复核人", null=True, blank=True, related_name="+"
    )
    revision = models.PositiveIntegerField("修订号", default=1)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        ordering = ["unit", "written_at", "pk"]
        constraints = [
            paired("raised", "assessment_objection_raised_paired"),
            paired("decided", "assessment_objection_decided_paired"),
            models.CheckConstraint(
                condition=~Q(state="decided")
                | Q(decided_at__isnull=False, outcome__in=["upheld", "partly", "rejected"]) & ~Q(answer=""),
                name="assessment_objection_decided_whole",
            ),
        ]

    def __str__(self):
        return f"{self.unit.name} 异议"

    def get_absolute_url(self):
        scheme = self.unit.round.scheme
        return reverse("assessment:objection", args=[scheme.plan.code, scheme.year, self.pk])


class Adjustment(Revocable):
    """加分, 扣分, or 复核调整: points by hand, each with a basis and a file (practice, section 3).

    Additions and deductions count together up to the scheme's caps; a 复核调整 belongs to a criterion and an
    objection, may be negative, and never takes the criterion beyond its weight or below nothing. For a
    criterion 人工评定 the awarded points are its `by_hand` adjustment.
    """

    class Kind(models.TextChoices):
        ADDITION = "addition", "加分"
        DEDUCTION = "deduction", "扣分"
        REVIEW = "review", "复核调整"
        BY_HAND = "by_hand", "人工评定"

    unit = models.ForeignKey(UnitScore, models.PROTECT, verbose_name="单位", related_name="adjustments")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, verbose_name="考核项目", null=True, blank=True, related_name="+"
    )
    objection = models.ForeignKey(
        Objection, models.PROTECT, verbose_name="异议", null=True, blank=True, related_name="adjustments"
    )
    points = models.DecimalField("分值", max_digits=6, decimal_places=2)
    url = models.CharField("关联事项", max_length=200, blank=True)

    class Meta(Revocable.Meta):
        verbose_name = verbose_name_plural = "加减分"
        ordering = ["unit", "made_at", "pk"]
        constraints = [
            *Revocable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind="review") | Q(points__gte=0), name="assessment_adjustment_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["addition", "deduction"]) | Q(criterion__isnull=False),
                name="assessment_adjustment_of_a_criterion",
            ),
            models.UniqueConstraint(
                fields=["unit", "criterion"],
                condition=Q(kind="by_hand", revoked_at__isnull=True),
                name="assessment_adjustment_by_hand_once",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.points}"


class VetoFinding(Revocable):
    """That a veto item applies to a unit; without effect while the scheme has its vetoes off."""

    unit = models.ForeignKey(UnitScore, models.PROTECT, verbose_name="单位", related_name="vetoes")
    item = models.ForeignKey(VetoItem, models.PROTECT, verbose_name="情形", related_name="findings")

    class Meta(Revocable.Meta):
        verbose_name = verbose_name_plural = "一票否决"
        ordering = ["unit", "made_at", "pk"]
        constraints = [
            *Revocable.Meta.constraints,
            models.UniqueConstraint(
                fields=["unit", "item"],
                condition=Q(revoked_at__isnull=True),
                name="assessment_veto_once",
            ),
        ]

    def __str__(self):
        return str(self.item)
