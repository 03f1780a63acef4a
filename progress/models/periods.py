"""Reporting periods of a plan, and the plan's rules for duties and lamps."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from tasks.models import Assignment, Plan

PERIOD_CODE = RegexValidator(r"^\d{4}(Q[1-4]|H[12])?$", "报告期写作“2026Q3”“2026H1”或“2026”。")
QUARTERS = ("一", "二", "三", "四")


def paired(act, name):
    """The constraint that an act has both its instant and its person (`<act>_at`, `<act>_by`), or neither."""
    return models.CheckConstraint(
        condition=Q(**{f"{act}_at__isnull": True, f"{act}_by__isnull": True})
        | Q(**{f"{act}_at__isnull": False, f"{act}_by__isnull": False}),
        name=name,
    )


class PeriodQuerySet(models.QuerySet):
    def quarters(self):
        return self.filter(code__contains="Q")

    def running(self, now):
        """Being reported: open, not locked, not past their deadline; 补录 is none of them."""
        undue = Q(due_at__isnull=True) | Q(due_at__gte=now)
        return self.filter(undue, opened_at__lte=now, locked_at__isnull=True, is_backfill=False)


class ReportingPeriod(models.Model):
    """A quarter of a plan, or a year of it (年度落实情况报告).

    `due_at` is empty (待定) where the working-day calendar does not cover the year.

    Opening (`opened_at`) creates the rows that are owed and fixes their due instants; locking is a stored
    act of the office.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="periods")
    code = models.CharField("报告期", max_length=6, validators=[PERIOD_CODE])
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")
    opens_at = models.DateTimeField("开放时间")
    due_at = models.DateTimeField("截止时间", null=True, blank=True)
    opened_at = models.DateTimeField("实际开放时间", null=True, blank=True, editable=False)
    is_backfill = models.BooleanField("补录", default=False)
    locked_at = models.DateTimeField("锁定时间", null=True, blank=True, editable=False)
    locked_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="锁定人", null=True, blank=True, related_name="+"
    )
    opened_for_demo = models.BooleanField("演示开放", default=False, editable=False)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报告期"
        ordering = ["plan", "starts_on", "-ends_on"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="progress_period_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="progress_period_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(due_at__gt=F("opens_at")),
                name="progress_period_due_after_opening",
            ),
            paired("locked", "progress_period_lock_paired"),
        ]

    def __str__(self):
        return self.label

    @property
    def is_demo(self):
        """What is recorded about a period opened for the demonstration goes with the demonstration."""
        return self.opened_for_demo

    @property
    def year(self):
        return self.starts_on.year

    @property
    def quarter(self):
        """1–4; for a half-year or a year, the last quarter it covers."""
        return (self.ends_on.month + 2) // 3

    @property
    def label(self):
        if "Q" in self.code:
            return f"{self.year}年第{QUARTERS[self.quarter - 1]}季度"
        if "H" in self.code:
            return f"{self.year}年{'上' if self.code.endswith('1') else '下'}半年"
        return f"{self.year}年度"

    @property
    def short_label(self):
        if "Q" in self.code:
            return f"{QUARTERS[self.quarter - 1]}季度"
        return "年度" if self.is_annual else self.label

    @property
    def is_annual(self):
        """A whole year: the 年度落实情况报告 of every unit is filed for it, and nothing else."""
        return len(self.code) == 4

    @property
    def is_open(self):
        return self.opened_at is not None

    @property
    def is_locked(self):
        return self.locked_at is not None

    def is_overdue(self, now):
        return self.due_at is not None and now > self.due_at


class DutyRule(models.Model):
    """How often a class of duty reports, per plan (design, section 4: Duties)."""

    class Frequency(models.TextChoices):
        QUARTERLY = "quarterly", "每季度"
        ON_REQUEST = "on_request", "应牵头单位商请"
        UNIT = "unit", "每季度单位小结"
        YEAR_END = "year_end", "年底"
        NONE = "none", "不单独填报"

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="duty_rules")
    duty = models.CharField("责任类别", max_length=10, choices=Assignment.Duty)
    frequency = models.CharField("填报频次", max_length=12, choices=Frequency)

    class Meta:
        verbose_name = verbose_name_plural = "填报责任"
        ordering = ["plan", "duty"]
        constraints = [models.UniqueConstraint(fields=["plan", "duty"], name="progress_duty_rule_once")]

    def __str__(self):
        return f"{self.get_duty_display()}：{self.get_frequency_display()}"


class LampRule(models.Model):
    """When a lamp turns, per plan and from a year on; points are the gap to the expected percent.

    Default (practice, section 2): gap under 10 points green, 10 to under 30 yellow, 30 or more or two
    yellow quarters running red. The newest version that has begun by the period's year applies.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="lamp_rules")
    version = models.PositiveSmallIntegerField("版本", default=1)
    from_year = models.PositiveSmallIntegerField("适用起始年")
    yellow_from = models.DecimalField("黄灯起点（百分点）", max_digits=5, decimal_places=2, default=10)
    red_from = models.DecimalField("红灯起点（百分点）", max_digits=5, decimal_places=2, default=30)
    yellow_run = models.PositiveSmallIntegerField(
        "连续黄灯转红（季度）", default=2, help_text="0 表示不因连续黄灯转红。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "亮灯规则"
        ordering = ["plan", "-from_year", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "version"], name="progress_lamp_rule_once"),
            models.CheckConstraint(
                condition=Q(yellow_from__gt=0) & Q(red_from__gt=F("yellow_from")) & Q(red_from__lte=100),
                name="progress_lamp_rule_in_order",
            ),
        ]

    def __str__(self):
        return f"{self.plan.code} 亮灯规则第{self.version}版"


class TermRule(models.Model):
    """办理时限 in working days, per plan and from a year on; the defaults are those of practice, section 2.

    The newest row that has begun by the period's year applies.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="term_rules")
    from_year = models.PositiveSmallIntegerField("适用起始年")
    contribution_days = models.PositiveSmallIntegerField(
        "商请提前（工作日）", default=3, help_text="配合单位的默认截止时间，早于牵头单位截止时间几个工作日。"
    )
    feedback_days = models.PositiveSmallIntegerField("反馈期限（工作日）", default=2)
    resubmit_days = models.PositiveSmallIntegerField("重报期限（工作日）", default=3)

    class Meta:
        verbose_name = verbose_name_plural = "办理时限"
        ordering = ["plan", "-from_year"]
        constraints = [models.UniqueConstraint(fields=["plan", "from_year"], name="progress_term_rule_once")]

    def __str__(self):
        return f"{self.plan.code} {self.from_year} 年起的办理时限"
