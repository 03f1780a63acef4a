"""Messages and what they remind of: rows first, then sending, then the outcome (design, section 5)."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from agencies.models import Agency, Role
from progress.models import ProgressReport, ReportingPeriod
from tasks.models import Plan, Task

from .rules import Audience, Channel, ReminderRule


class Robot(models.Model):
    """A webhook of a group chat, or of another system. Its host must be on the list of allowed hosts."""

    class Form(models.TextChoices):
        WECOM = "wecom", "企业微信群机器人"
        DINGTALK = "dingtalk", "钉钉群机器人"
        JSON = "json", "通用 JSON（HMAC 签名）"

    name = models.CharField("名称", max_length=40, unique=True)
    form = models.CharField("类型", max_length=10, choices=Form)
    url = models.URLField("地址", max_length=400)
    secret = models.CharField("密钥", max_length=120, blank=True)
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        verbose_name="只发该单位的事项",
        null=True,
        blank=True,
        related_name="robots",
    )
    is_on = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "群机器人"
        ordering = ["name"]

    def __str__(self):
        return self.name


class ChannelChoice(models.Model):
    """A person's own yes or no to a channel; without a row the rule decides. 站内消息 cannot be refused:
    one may choose the way, not opt out of the duty."""

    user = models.ForeignKey(
        "agencies.User", models.CASCADE, verbose_name="人员", related_name="channel_choices"
    )
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    is_on = models.BooleanField("接收", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "接收渠道"
        ordering = ["user", "channel"]
        constraints = [
            models.UniqueConstraint(fields=["user", "channel"], name="reminders_choice_once"),
            models.CheckConstraint(condition=~Q(channel="inbox"), name="reminders_inbox_always"),
        ]

    def __str__(self):
        return f"{self.user} {self.get_channel_display()} {'是' if self.is_on else '否'}"


class Urge(models.Model):
    """催报 by a person's hand: a message to chosen bodies, a telephone call written down, a text copied."""

    class Way(models.TextChoices):
        MESSAGE = "message", "发送提醒"
        PHONE = "phone", "电话提醒"
        COPIED = "copied", "复制催报文"

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="计划", related_name="urges")
    period = models.ForeignKey(
        ReportingPeriod, models.PROTECT, verbose_name="报告期", null=True, blank=True, related_name="urges"
    )
    way = models.CharField("方式", max_length=10, choices=Way)
    at = models.DateTimeField("时间")
    by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="催报人", related_name="+")
    words = models.TextField("内容", blank=True)
    spoke_with = models.CharField("通话人", max_length=60, blank=True)
    to_heads = models.BooleanField("发至主要负责同志", default=False)
    # What a double click sends twice; it makes the second one the first.
    token = models.CharField("提交号", max_length=40, unique=True, null=True, editable=False)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "催报"
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.get_way_display()} {self.at:%Y-%m-%d %H:%M}"


class MessageQuerySet(models.QuerySet):
    def unread_of(self, user):
        return self.filter(
            recipient=user, channel=Channel.INBOX, state=Message.State.SENT, opened_at__isnull=True
        )

    def inbox_of(self, user):
        """What lies in a person's inbox, and nobody else's."""
        return self.filter(recipient=user, channel=Channel.INBOX, state=Message.State.SENT)


class Message(models.Model):
    """One message to one person (or robot) on one channel: the digest of a day, news, or a 催报.

    `key` says what it is and makes it unique: "digest:2026-10-09:inbox:17". The row is planned, claimed by a
    conditional update, sent, marked. A claim that expires during sending is 待核实: nobody knows whether the
    letter went out, so a person decides; it is never silently sent again (design, section 5). For the inbox
    sending is the row itself, so it has neither doubt nor failure.
    """

    class Kind(models.TextChoices):
        DIGEST = "digest", "每日提醒"
        NEWS = "news", "办理动态"
        URGE = "urge", "催报"

    class State(models.TextChoices):
        PLANNED = "planned", "待发送"
        CLAIMED = "claimed", "发送中"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"
        DOUBTFUL = "doubtful", "待核实"
        CANCELLED = "cancelled", "已取消"

    key = models.CharField("唯一键", max_length=160, unique=True)
    kind = models.CharField("类别", max_length=8, choices=Kind)
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    plan = models.ForeignKey(
        Plan, models.PROTECT, verbose_name="计划", null=True, blank=True, related_name="messages"
    )
    recipient = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="收件人", null=True, blank=True, related_name="messages"
    )
    robot = models.ForeignKey(
        Robot, models.PROTECT, verbose_name="群机器人", null=True, blank=True, related_name="messages"
    )
    urge = models.ForeignKey(
        Urge, models.PROTECT, verbose_name="催报", null=True, blank=True, related_name="messages"
    )
    day = models.DateField("日期")
    subject = models.CharField("标题", max_length=160, blank=True)
    text = models.TextField("正文", blank=True)
    url = models.CharField("地址", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PLANNED)
    planned_at = models.DateTimeField("计划时间")
    send_from = models.DateTimeField("最早发送")
    claimed_at = models.DateTimeField("领取时间", null=True, blank=True)
    claim = models.CharField("领取号", max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    next_try_at = models.DateTimeField("下次尝试", null=True, blank=True)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    opened_at = models.DateTimeField("阅读时间", null=True, blank=True)
    address = models.CharField("发往", max_length=254, blank=True)
    message_id = models.CharField("邮件编号", max_length=120, blank=True)
    error = models.CharField("未成原因", max_length=300, blank=True)
    settled_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="核实人", null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ["-planned_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "send_from"], name="reminders_message_queue"),
            models.Index(
                fields=["recipient", "channel", "state", "opened_at"], name="reminders_message_inbox"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, robot__isnull=True)
                | Q(recipient__isnull=True, robot__isnull=False),
                name="reminders_message_to_one",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="reminders_message_sent_dated"
            ),
        ]

    def __str__(self):
        return f"{self.day} {self.get_channel_display()} {self.recipient or self.robot}"

    def get_absolute_url(self):
        return reverse("reminders:message", args=[self.pk])


class ReminderQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office: all. A body's reporters and approvers: what concerns their own body, as far as they may
        know of its task. Everybody else: none."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role(Role.OFFICE):
            return self
        own = user.agency_ids(Role.REPORTER, Role.APPROVER)
        if not own:
            return self.none()
        known = Q(task__isnull=True) | Q(task__in=Task.objects.visible_to(user))
        return self.filter(known, agency__in=own)

    def told(self):
        """What really reached its recipient, as far as one knows: sent, or said on the telephone."""
        by_hand = Q(message__isnull=True, urge__isnull=False)
        return self.filter(by_hand | Q(message__state=Message.State.SENT), dropped_at__isnull=True)

    def to_bodies(self):
        """What was said to those who owe the thing; rungs that tell the office of it are not."""
        return self.filter(agency__isnull=False).exclude(rule__audience=[Audience.OFFICE.value])


class Reminder(models.Model):
    """The ledger: one thing due, one recipient, one channel, one day of one rule (or one 催报).

    `subject` names the thing as `agencies.duties` does ("report:812"). A reminder whose thing was done
    before the message went out is dropped, not sent.
    """

    message = models.ForeignKey(
        Message, models.PROTECT, verbose_name="消息", null=True, blank=True, related_name="reminders"
    )
    rule = models.ForeignKey(
        ReminderRule, models.PROTECT, verbose_name="规则", null=True, blank=True, related_name="reminders"
    )
    urge = models.ForeignKey(
        Urge, models.PROTECT, verbose_name="催报", null=True, blank=True, related_name="reminders"
    )
    kind = models.SlugField("提醒事项", max_length=30)
    subject = models.CharField("对象", max_length=60, db_index=True)
    scheduled_for = models.DateField("应提醒日期")
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    recipient = models.ForeignKey(
        "agencies.User",
        models.PROTECT,
        verbose_name="收件人",
        null=True,
        blank=True,
        related_name="reminders",
    )
    robot = models.ForeignKey(
        Robot, models.PROTECT, verbose_name="群机器人", null=True, blank=True, related_name="reminders"
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, verbose_name="单位", null=True, blank=True, related_name="reminders"
    )
    task = models.ForeignKey(
        Task, models.PROTECT, verbose_name="任务", null=True, blank=True, related_name="reminders"
    )
    period = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        verbose_name="报告期",
        null=True,
        blank=True,
        related_name="reminders",
    )
    report = models.ForeignKey(
        ProgressReport, models.PROTECT, verbose_name="报告", null=True, blank=True, related_name="reminders"
    )
    line = models.CharField("文字", max_length=300)
    url = models.CharField("地址", max_length=300, blank=True)
    due_at = models.DateTimeField("截止时间", null=True, blank=True)
    created_at = models.DateTimeField("登记时间")
    dropped_at = models.DateTimeField("因已办理取消", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "提醒台账"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["agency", "period"], name="reminders_ledger_agency"),
            models.Index(fields=["report"], name="reminders_ledger_report"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject", "scheduled_for", "channel", "recipient"],
                condition=Q(rule__isnull=False, recipient__isnull=False),
                name="reminders_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["rule", "subject", "scheduled_for", "channel", "robot"],
                condition=Q(rule__isnull=False, robot__isnull=False),
                name="reminders_once_a_robot",
            ),
            models.CheckConstraint(
                condition=Q(rule__isnull=False, urge__isnull=True) | Q(rule__isnull=True, urge__isnull=False),
                name="reminders_by_rule_or_by_hand",
            ),
        ]

    def __str__(self):
        return self.line
