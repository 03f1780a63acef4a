"""考核办法: what a year is judged by. Data of the office, frozen when it is published."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from agencies.models import Agency, Role
from progress.models.periods import paired
from tasks.models import Plan


class SchemeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office: all; everybody with a business post: what was published; administrators: none."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role(Role.OFFICE):
            return self
        if user.has_role(Role.REPORTER, Role.APPROVER, Role.LEADER):
            return self.filter(state=Scheme.State.PUBLISHED)
        return self.none()


class Scheme(models.Model):
    """The scheme of a plan's year; defaults are those of practice, section 3. Points are of 100.

    Once published it never changes, nor does anything it is made of (triggers; agencies/immutability.py); it
    can be withdrawn, with a reason, until its round has begun.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "起草中"
        PUBLISHED = "published", "已公布"

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="计划", related_name="schemes")
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("名称", max_length=120)
    document_number = models.CharField("文号", max_length=60, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField("修订号", default=1)
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, verbose_name="沿用自", null=True, blank=True, related_name="+"
    )

    addition_cap = models.DecimalField("加分上限", max_digits=5, decimal_places=2, default=Decimal(5))
    deduction_cap = models.DecimalField("扣分上限", max_digits=5, decimal_places=2, default=Decimal(10))
    self_days = models.PositiveSmallIntegerField("自评期限（工作日）", default=5)
    objection_days = models.PositiveSmallIntegerField("反馈复核期限（工作日）", default=5)
    own_grades = models.BooleanField(
        "评定等次并排名", default=False, help_text="不启用时只出折算分，供两项全市考核使用。"
    )
    excellent_from = models.DecimalField("优秀起点", max_digits=5, decimal_places=2, default=Decimal(90))
    good_from = models.DecimalField("良好起点", max_digits=5, decimal_places=2, default=Decimal(80))
    fair_from = models.DecimalField("一般起点", max_digits=5, decimal_places=2, default=Decimal(70))
    excellent_share = models.DecimalField(
        "优秀比例（%）", max_digits=5, decimal_places=2, default=Decimal(30), help_text="各类别分别计算。"
    )
    veto_on = models.BooleanField("启用一票否决", default=False)
    listed = models.ManyToManyField(
        Agency,
        verbose_name="列入计分的法检和中省直单位",
        blank=True,
        related_name="+",
        help_text="未列入的只反馈情况，不计分。",
    )
    host = models.ForeignKey(
        Agency, models.PROTECT, verbose_name="办公室所在单位", null=True, blank=True, related_name="+"
    )
    cross_reviewer = models.ForeignKey(
        Agency,
        models.PROTECT,
        verbose_name="交叉评审单位",
        null=True,
        blank=True,
        related_name="+",
        help_text="办公室所在单位由这家单位初评。",
    )
    made_at = models.DateTimeField("起草时间")
    made_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="起草人", related_name="+")
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="公布人", null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核办法"
        ordering = ["plan", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "year"], name="assessment_scheme_once"),
            paired("published", "assessment_scheme_published_paired"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True)
                | Q(state="published", published_at__isnull=False),
                name="assessment_scheme_published_by_state",
            ),
            models.CheckConstraint(
                condition=Q(addition_cap__gte=0, deduction_cap__gte=0, excellent_share__range=(0, 100)),
                name="assessment_scheme_caps_in_range",
            ),
            models.CheckConstraint(
                condition=Q(
                    excellent_from__lte=100,
                    excellent_from__gt=F("good_from"),
                    good_from__gt=F("fair_from"),
                    fair_from__gte=0,
                ),
                name="assessment_scheme_grades_in_order",
            ),
            models.CheckConstraint(
                condition=Q(host__isnull=True)
                | Q(cross_reviewer__isnull=True)
                | ~Q(host=F("cross_reviewer")),
                name="assessment_scheme_reviewer_is_another",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("assessment:scheme", args=[self.plan.code, self.year])

    @property
    def is_published(self):
        return self.state == self.State.PUBLISHED


class Criterion(models.Model):
    """One line of a scheme: what counts, how much, and by which formula (`assessment.formulas`).

    `parameters` are the formula's own numbers ({"late": "0.5"}), as text so that they stay exact. `classes`
    are codes of classes (progress.figures.CLASS_CODES) it is for; empty: all.
    """

    class Formula(models.TextChoices):
        COMPLETION = "completion", "任务完成"
        TARGETS = "targets", "量化指标"
        TIMELINESS = "timeliness", "报送及时性"
        QUALITY = "quality", "报送质量"
        BENCHMARKING = "benchmarking", "对标学习"
        ORDERS = "orders", "督办办结"
        BY_HAND = "by_hand", "人工评定"

    scheme = models.ForeignKey(Scheme, models.CASCADE, verbose_name="考核办法", related_name="criteria")
    order = models.PositiveSmallIntegerField("次序")
    name = models.CharField("考核项目", max_length=40)
    content = models.TextField("考核内容", blank=True)
    standard = models.TextField("考核标准", blank=True)
    formula = models.CharField("计分方式", max_length=16, choices=Formula)
    weight = models.DecimalField("分值", max_digits=5, decimal_places=2)
    parameters = models.JSONField("计分参数", default=dict, blank=True)
    classes = models.JSONField("适用类别", default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "考核项目"
        ordering = ["scheme", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "order"], name="assessment_criterion_order_once"),
            models.CheckConstraint(
                condition=Q(weight__gte=0, weight__lte=100), name="assessment_criterion_weight_in_range"
            ),
        ]

    def __str__(self):
        return self.name


class VetoItem(models.Model):
    """一票否决 item of a scheme; counts only where the scheme has `veto_on`."""

    class Effect(models.TextChoices):
        NOT_EXCELLENT = "not_excellent", "不得评为优秀"
        LOWEST = "lowest", "直接评为较差"

    scheme = models.ForeignKey(Scheme, models.CASCADE, verbose_name="考核办法", related_name="veto_items")
    order = models.PositiveSmallIntegerField("次序", default=0)
    name = models.CharField("情形", max_length=120)
    effect = models.CharField("后果", max_length=16, choices=Effect, default=Effect.NOT_EXCELLENT)

    class Meta:
        verbose_name = verbose_name_plural = "一票否决情形"
        ordering = ["scheme", "order", "pk"]

    def __str__(self):
        return self.name


class ExportForm(models.Model):
    """The form one of the two city assessments takes the results in: its points and its columns.

    `columns`: [{"key": …, "label": …, "width": …}]; keys are those of `assessment.exports.columns`.
    折算分 = score × points ÷ 100.
    """

    class Kind(models.TextChoices):
        PARTY = "party", "市委综合考核"
        GOVERNMENT = "government", "市政府目标管理绩效考核"

    scheme = models.ForeignKey(Scheme, models.CASCADE, verbose_name="考核办法", related_name="export_forms")
    kind = models.CharField("用于", max_length=12, choices=Kind)
    title = models.CharField("表名", max_length=80)
    points = models.DecimalField("折算满分", max_digits=6, decimal_places=2, default=Decimal(100))
    columns = models.JSONField("列", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "考核报送表"
        ordering = ["scheme", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "kind"], name="assessment_export_form_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="assessment_export_form_has_points"),
        ]

    def __str__(self):
        return self.title
