"""Who is reminded of what, when, where: rules as data, per plan."""

from datetime import time

from django.db import models
from django.db.models import F, Q

from tasks.models import Plan


class Channel(models.TextChoices):
    """Ways a message may take. `PHONE` is written down by hand after the call."""

    INBOX = "inbox", "站内消息"
    MAIL = "mail", "电子邮件"
    ROBOT = "robot", "群机器人"
    PHONE = "phone", "电话"


class Audience(models.TextChoices):
    """Whom a machine may remind (practice, section 2: Ladder). A unit's head never, a leader never."""

    REPORTER = "reporter", "填报人"
    APPROVER = "approver", "审核人"
    LIAISON = "liaison", "联络员"
    OFFICE = "office", "办公室经办人"


class ReminderRule(models.Model):
    """One rung of the ladder.

    kind: what may be due, by its name in `agencies.duties` ("return", "sign_off", …). offset: working days
    from the anchor of the kind (its deadline, or since when it waits); negative is before. A rule speaks
    `times` times, `every` working days apart. audience, channels: lists of Audience and Channel values.
    line: the text of one item, with the placeholders of `reminders.texts`.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="reminder_rules")
    name = models.CharField("名称", max_length=40)
    kind = models.SlugField("提醒事项", max_length=30)
    offset = models.SmallIntegerField("时间（工作日）", default=0, help_text="负数为截止前，正数为截止后。")
    every = models.PositiveSmallIntegerField("重复间隔（工作日）", default=0)
    times = models.PositiveSmallIntegerField("最多提醒次数", default=1)
    audience = models.JSONField("提醒对象", default=list)
    channels = models.JSONField("渠道", default=list)
    line = models.CharField("提醒文字", max_length=200)
    is_on = models.BooleanField("启用", default=False)
    order = models.PositiveSmallIntegerField("排序", default=99)
    revision = models.PositiveIntegerField("修订号", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "提醒规则"
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "name"], name="reminders_rule_name_once"),
            models.CheckConstraint(
                condition=Q(times=1) | Q(times__gt=1, every__gt=0), name="reminders_rule_repeats_apart"
            ),
        ]

    def __str__(self):
        return self.name


class SendingHours(models.Model):
    """When this plan's machines may speak: one row a plan; where there is none, the defaults."""

    plan = models.OneToOneField(Plan, models.CASCADE, verbose_name="计划", related_name="sending_hours")
    send_at = models.TimeField("每日发送时间", default=time(9, 0))
    quiet_from = models.TimeField("免打扰开始", default=time(20, 0))
    quiet_until = models.TimeField("免打扰结束", default=time(8, 0))
    working_days_only = models.BooleanField("只在工作日发送", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "发送时间"
        ordering = ["plan"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(quiet_from=F("quiet_until")), name="reminders_quiet_hours_end"
            )
        ]

    def __str__(self):
        return f"{self.plan.code} 发送时间"
