"""The supervision order: one matter, one addressee, one number, from 拟办 to 销号."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from agencies.models import Agency, Role
from progress.models import ReportingPeriod
from progress.models.periods import paired
from tasks.models import Plan, Task

from .instructions import Instruction
from .meetings import MeetingAction
from .problems import Problem
from .rules import KindRule, OrderKind, Urgency


class OrderQuerySet(models.QuerySet):
    def sent(self):
        """Signed and given out, whatever became of them."""
        return self.filter(issued_at__isnull=False)

    def open(self):
        """With an addressee who has not finished."""
        return self.sent().filter(state__in=SupervisionOrder.WITH_ADDRESSEE)

    def waiting_for_office(self):
        """What the office has to check, to have signed or to decide on."""
        asked = OrderExtension.objects.filter(decided_at__isnull=True).values("order")
        return self.filter(Q(state__in=SupervisionOrder.WAITING_FOR_OFFICE) | Q(pk__in=asked))

    def overdue(self, now):
        """Open and late, as `SupervisionOrder.is_overdue` says it."""
        unanswered = Q(answered_at__isnull=True, due_at__lt=now)
        return self.open().filter(unanswered | Q(answered_at__gt=F("due_at")))

    def visible_to(self, user):
        """The office: all. The bodies it is addressed to (主办, 协办) and the leaders: once it is given out.
        Nobody who may not know of one of its tasks (sensitive ones)."""
        if not user.is_authenticated:
            return self.none()
        unknown = Task.objects.exclude(pk__in=Task.objects.visible_to(user).values("pk"))
        known = self.exclude(tasks__in=unknown)
        if user.has_role(Role.OFFICE):
            return known
        own = user.agency_ids(Role.REPORTER, Role.APPROVER)
        seen = Q(agency__in=own) | Q(
            pk__in=SupervisionOrder.helpers.through.objects.filter(agency__in=own).values("supervisionorder")
        )
        if user.has_role(Role.LEADER):
            seen = Q()
        elif not own:
            return self.none()
        return known.filter(seen, issued_at__isnull=False)


class SupervisionOrder(models.Model):
    """督办单 and its kin. Its number 宿长三角督〔2026〕N号 is taken when it is signed (practice, section 2).

    A 转办代拟稿 is a draft for 市委办 or 市政府办: no number of ours, but theirs (`outside_number`).
    Overdue is never stored: see `is_overdue`.
    """

    Kind = OrderKind
    Urgency = Urgency
    Level = KindRule.Level

    class State(models.TextChoices):
        DRAFT = "draft", "拟办"
        CHECKING = "checking", "待审核"
        SIGNING = "signing", "待签发"
        ISSUED = "issued", "待签收"
        WORKING = "working", "承办中"
        ANSWERED = "answered", "反馈待审核"
        CLOSED = "closed", "已销号"
        CANCELLED = "cancelled", "已撤销"

    class Source(models.TextChoices):
        HAND = "hand", "办公室立项"
        LAMP = "lamp", "严重滞后任务"
        LATE = "late", "迟报漏报"
        MEETING = "meeting", "会议议定事项"
        PROBLEM = "problem", "存在问题"
        INSTRUCTION = "instruction", "领导批示"

    WITH_ADDRESSEE = (State.ISSUED, State.WORKING, State.ANSWERED)
    IN_THE_OFFICE = (State.DRAFT, State.CHECKING, State.SIGNING)
    WAITING_FOR_OFFICE = (State.CHECKING, State.SIGNING, State.ANSWERED)

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="计划", related_name="orders")
    kind = models.CharField("类别", max_length=12, choices=OrderKind, default=OrderKind.ORDER)
    title = models.CharField("事项", max_length=120)
    requirement = models.TextField("办理要求")
    basis = models.TextField("任务来源", blank=True, help_text="依据哪次会议、哪份批示或哪项任务。")
    urgency = models.CharField("紧急程度", max_length=10, choices=Urgency, default=Urgency.ORDINARY)
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="主办单位", related_name="orders")
    helpers = models.ManyToManyField(
        Agency, verbose_name="协办单位", blank=True, related_name="orders_helped"
    )
    tasks = models.ManyToManyField(Task, verbose_name="涉及任务", blank=True, related_name="orders")
    source = models.CharField("来源", max_length=12, choices=Source, default=Source.HAND)
    period = models.ForeignKey(
        ReportingPeriod, models.PROTECT, verbose_name="报告期", null=True, blank=True, related_name="orders"
    )
    action = models.ForeignKey(
        MeetingAction, models.PROTECT, verbose_name="议定事项", null=True, blank=True, related_name="orders"
    )
    problem = models.ForeignKey(
        Problem, models.PROTECT, verbose_name="问题", null=True, blank=True, related_name="orders"
    )
    instruction = models.ForeignKey(
        Instruction, models.PROTECT, verbose_name="批示件", null=True, blank=True, related_name="orders"
    )

    wanted_on = models.DateField(
        "要求办结日期", null=True, blank=True, help_text="不填则自签发之日起按紧急程度推算。"
    )
    due_at = models.DateTimeField("办理时限", null=True, blank=True, help_text="签发时确定。")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField("修订号", default=1)

    drafted_at = models.DateTimeField("拟办时间")
    drafted_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="拟办人", related_name="+")
    checked_at = models.DateTimeField("审核时间", null=True, blank=True)
    checked_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="审核人", null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField("交办时间", null=True, blank=True)
    issued_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="登记签发人", null=True, blank=True, related_name="+"
    )
    year = models.PositiveSmallIntegerField("年", null=True, blank=True)
    number = models.PositiveIntegerField("号", null=True, blank=True)
    mark = models.CharField("发文代字", max_length=20, blank=True)
    outside_number = models.CharField("转办文号", max_length=60, blank=True)
    level = models.CharField("签发层级", max_length=12, choices=KindRule.Level, blank=True)
    signer = models.CharField("签发人", max_length=40, blank=True)
    signer_title = models.CharField("签发人职务", max_length=60, blank=True)
    signed_on = models.DateField("签发日期", null=True, blank=True)
    received_at = models.DateTimeField("签收时间", null=True, blank=True)
    received_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="签收人", null=True, blank=True, related_name="+"
    )
    # When the feedback the office reads now, or closed it on, left its body; empty where there is none.
    answered_at = models.DateTimeField("报出反馈时间", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="销号人", null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办件"
        ordering = ["-year", "-number", "-drafted_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="supervision_order_due"),
            models.Index(fields=["agency", "state"], name="supervision_order_agency"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["mark", "year", "number"], name="supervision_order_number_once"),
            models.CheckConstraint(
                condition=Q(year__isnull=True, number__isnull=True)
                | Q(year__isnull=False, number__isnull=False, issued_at__isnull=False),
                name="supervision_order_number_when_issued",
            ),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True) | Q(kind="passed_on") | Q(number__isnull=False),
                name="supervision_order_issued_with_number",
            ),
            *(
                paired(act, f"supervision_order_{act}_paired")
                for act in ("checked", "issued", "received", "closed")
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("drafted_by")),
                name="supervision_order_checked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(state__in=["answered", "closed"]),
                name="supervision_order_answered_when_read",
            ),
        ]

    def __str__(self):
        # Not what it is about: the trail shows this, and is read by administrators.
        return f"{self.get_kind_display()}{self.full_number or '（未编号）'}"

    def get_absolute_url(self):
        return reverse("supervision:order", args=[self.plan.code, self.pk])

    @property
    def full_number(self):
        """“宿长三角督〔2026〕3号”; of a 转办 the number it was given there; "" before it is signed."""
        if self.number is None:
            return self.outside_number
        return f"{self.mark}〔{self.year}〕{self.number}号"

    @property
    def is_open(self):
        return self.state in self.WITH_ADDRESSEE

    def open_feedback(self):
        """The one feedback not decided yet, or None; asked once, or prefetched as `feedback`."""
        if not self.is_open:
            return None
        undecided = (OrderFeedback.State.AWAITING_APPROVAL, OrderFeedback.State.UNDER_REVIEW)
        return next((each for each in self.feedback.all() if each.state in undecided), None)

    def open_extension(self):
        """The one request for more time not decided yet, or None."""
        if not self.is_open:
            return None
        return next((each for each in self.extensions.all() if each.decided_at is None), None)

    def last_written_by_id(self):
        """Who wrote in the draft last (id); None where nobody has."""
        written = [each.by_id for each in self.steps.all() if each.verb in ("draft", "edit")]
        return written[-1] if written else None

    def is_overdue(self, now):
        """Past its limit and not answered in time (equal is in time): what was handed in before the limit and
        is still being read is not overdue, what was handed in after it is."""
        return self.is_open and self._is_late(now)

    def was_late(self):
        """Whether it was closed, on feedback (else: closed) that came after the limit."""
        return self.closed_at is not None and self._is_late(self.closed_at)

    def days_late(self, now):
        """Whole or begun days past the limit, 0 where it was or is in time."""
        if not (self.is_overdue(now) or self.was_late()):
            return 0
        until = self.answered_at or self.closed_at or now
        return -(-(until - self.due_at) // timedelta(days=1))

    def _is_late(self, now):
        return self.due_at is not None and (self.answered_at or now) > self.due_at


class OrderSeries(models.Model):
    """The last number taken of a mark and year; raised in the transaction that issues, so no gaps."""

    mark = models.CharField("发文代字", max_length=20)
    year = models.PositiveSmallIntegerField("年")
    last = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "发文编号"
        ordering = ["mark", "year"]
        constraints = [models.UniqueConstraint(fields=["mark", "year"], name="supervision_series_once")]

    def __str__(self):
        return f"{self.mark}〔{self.year}〕{self.last}号"


class OrderStep(models.Model):
    """One move of an order, kept for ever."""

    order = models.ForeignKey(SupervisionOrder, models.PROTECT, verbose_name="督办件", related_name="steps")
    verb = models.CharField("动作", max_length=20)
    from_state = models.CharField("原状态", max_length=10, blank=True)
    to_state = models.CharField("新状态", max_length=10)
    by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="办理人", related_name="+")
    at = models.DateTimeField("时间")
    words = models.TextField("意见", blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "督办过程"
        ordering = ["order", "at", "pk"]

    def __str__(self):
        return f"{self.order_id} {self.verb} {self.at:%Y-%m-%d %H:%M}"


class OrderFeedback(models.Model):
    """反馈: what the addressee did, signed off inside the body, read by the office."""

    class State(models.TextChoices):
        AWAITING_APPROVAL = "awaiting_approval", "待本单位审签"
        UNDER_REVIEW = "under_review", "待办公室审核"
        ACCEPTED = "accepted", "已认可"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    order = models.ForeignKey(
        SupervisionOrder, models.PROTECT, verbose_name="督办件", related_name="feedback"
    )
    text = models.TextField("办理情况")
    asks_to_close = models.BooleanField("申请销号", default=True, help_text="不勾选即为阶段性反馈。")
    state = models.CharField("状态", max_length=20, choices=State, default=State.AWAITING_APPROVAL)
    written_at = models.DateTimeField("提交时间")
    written_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="填写人", related_name="+")
    left_at = models.DateTimeField("报出时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="审签人", null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="办理人", null=True, blank=True, related_name="+"
    )
    opinion = models.TextField("审核意见", blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "督办反馈"
        ordering = ["order", "written_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=["awaiting_approval", "under_review"]),
                name="supervision_feedback_one_open",
            ),
            paired("decided", "supervision_feedback_decided_paired"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("written_by")),
                name="supervision_feedback_approver_is_another",
            ),
        ]

    def __str__(self):
        return f"{self.order} 反馈"


class OrderExtension(models.Model):
    """督办延期: asked by the addressee before the limit, decided by the office with a definite new date."""

    order = models.ForeignKey(
        SupervisionOrder, models.PROTECT, verbose_name="督办件", related_name="extensions"
    )
    reason = models.TextField("延期原因")
    wanted_until = models.DateTimeField("申请延至")
    old_due_at = models.DateTimeField("原时限")
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="申请人", related_name="+")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="决定人", null=True, blank=True, related_name="+"
    )
    granted = models.BooleanField("同意", null=True, blank=True)
    new_due_at = models.DateTimeField("新时限", null=True, blank=True)
    decision = models.TextField("决定说明", blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "督办延期"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(decided_at__isnull=True),
                name="supervision_extension_one_open",
            ),
            paired("decided", "supervision_extension_decided_paired"),
            models.CheckConstraint(
                condition=~Q(granted=True) | Q(new_due_at__isnull=False),
                name="supervision_extension_has_new_date",
            ),
        ]

    def __str__(self):
        return f"{self.order} 延期申请"
