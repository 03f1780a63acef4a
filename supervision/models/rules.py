"""How this plan supervises: who signs which kind of paper, and how long the addressee has."""

from django.db import models

from tasks.models import Plan


class OrderKind(models.TextChoices):
    """What is sent; who may be ordered at all decides it (practice, section 2: 督办)."""

    ORDER = "order", "督办单"
    NOTICE = "notice", "工作提示函"
    CONSULT = "consult", "商请函"
    PASSED_ON = "passed_on", "转办代拟稿"
    IMPROVEMENT = "improvement", "责令改进通知书"
    TALK = "talk", "约谈通知书"


class Urgency(models.TextChoices):
    URGENT = "urgent", "紧急"
    ORDINARY = "ordinary", "一般"
    HARD = "hard", "难度较大"


class LimitRule(models.Model):
    """办理时限 in working days by urgency, and the mark of the numbers: one row a plan.

    Where a plan has none the defaults hold (practice, section 2: urgent 1–5, ordinary 15, hard 30).
    """

    plan = models.OneToOneField(Plan, models.CASCADE, verbose_name="计划", related_name="limit_rule")
    mark = models.CharField("发文代字", max_length=20, default="宿长三角督")
    urgent_days = models.PositiveSmallIntegerField("紧急（工作日）", default=5)
    ordinary_days = models.PositiveSmallIntegerField("一般（工作日）", default=15)
    hard_days = models.PositiveSmallIntegerField("难度较大（工作日）", default=30)

    class Meta:
        verbose_name = verbose_name_plural = "督办时限"
        ordering = ["plan"]

    def __str__(self):
        return f"{self.plan.code} 督办时限"

    def days_for(self, urgency):
        """Working days an addressee has."""
        return getattr(self, f"{urgency}_days")


class KindRule(models.Model):
    """At which level a kind of paper is signed, per plan; where there is no row, `DEFAULT_LEVELS`."""

    class Level(models.TextChoices):
        OFFICE_HEAD = "office_head", "办公室主任"
        DEPUTY_HEAD = "deputy_head", "领导小组副组长"
        GROUP_HEAD = "group_head", "领导小组组长"

    DEFAULT_LEVELS = {
        OrderKind.ORDER: Level.OFFICE_HEAD,
        OrderKind.NOTICE: Level.OFFICE_HEAD,
        OrderKind.CONSULT: Level.OFFICE_HEAD,
        OrderKind.PASSED_ON: Level.OFFICE_HEAD,
        OrderKind.IMPROVEMENT: Level.DEPUTY_HEAD,
        OrderKind.TALK: Level.GROUP_HEAD,
    }

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="kind_rules")
    kind = models.CharField("类别", max_length=12, choices=OrderKind)
    level = models.CharField("签发层级", max_length=12, choices=Level)

    class Meta:
        verbose_name = verbose_name_plural = "签发层级"
        ordering = ["plan", "kind"]
        constraints = [models.UniqueConstraint(fields=["plan", "kind"], name="supervision_kind_rule_once")]

    def __str__(self):
        return f"{self.get_kind_display()}：{self.get_level_display()}"
