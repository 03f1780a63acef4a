"""The office's word on a task: the confirmed lamp of a period, and the three-year state."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from agencies.models import Role
from tasks.models import Assignment, Task

from .periods import ReportingPeriod


class Lamp(models.TextChoices):
    """The lamp colours and the one word that always stands beside them (practice, section 2)."""

    BLUE = "blue", "已完成"
    GREEN = "green", "达序时"
    YELLOW = "yellow", "欠序时"
    RED = "red", "严重滞后"
    UNREPORTED = "unreported", "未报"
    NO_GOAL = "no_goal", "目标未定"
    YEARLY = "yearly", "年度指标"


def reads_verdicts(user):
    """Confirmed verdicts are for every business role; administrators read none."""
    return user.has_role(Role.OFFICE, Role.LEADER, Role.REPORTER, Role.APPROVER)


class VerdictQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Verdicts on the tasks this person may know of."""
        if not reads_verdicts(user):
            return self.none()
        return self.filter(task__in=Task.objects.visible_to(user))


class TaskVerdict(models.Model):
    """审定: the lamp of a task for a period as the office confirmed it, with what it was drawn from.

    `computed_lamp` is what the rule gave (系统测算); the confirmed `lamp` may differ, with a reason.
    `answer` is what the office wrote back where a lead objected. Reopening a return marks the verdict stale.
    """

    task = models.ForeignKey(Task, models.PROTECT, verbose_name="任务", related_name="verdicts")
    period = models.ForeignKey(
        ReportingPeriod, models.PROTECT, verbose_name="报告期", related_name="verdicts"
    )
    lamp = models.CharField("亮灯", max_length=12, choices=Lamp)
    computed_lamp = models.CharField("系统测算", max_length=12, choices=Lamp)
    inputs = models.JSONField("测算依据", default=dict)
    rule_version = models.PositiveSmallIntegerField("规则版本")
    reason = models.CharField("调整理由", max_length=200, blank=True)
    answer = models.TextField("对异议的答复", blank=True)
    text = models.TextField("审定文字", blank=True)
    sources = models.JSONField("文字来源", default=list, blank=True)
    is_rewritten = models.BooleanField("办公室改写", default=False)
    frozen_at = models.DateTimeField("锁定时间", null=True, blank=True)
    confirmed_at = models.DateTimeField("审定时间")
    confirmed_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="审定人", related_name="+")
    stale_at = models.DateTimeField("依据变动时间", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = VerdictQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务审定"
        ordering = ["period", "task__number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "period"], name="progress_verdict_once"),
            models.CheckConstraint(
                condition=Q(lamp=models.F("computed_lamp")) | ~Q(reason=""),
                name="progress_verdict_change_has_reason",
            ),
        ]

    def __str__(self):
        return f"{self.period.code} {self.task} {self.get_lamp_display()}"


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """拟定 is the office's; once sent it is known to the lead bodies it is put to."""
        known = self.filter(task__in=Task.objects.visible_to(user))
        if user.has_role(Role.OFFICE):
            return known
        own = user.agency_ids(Role.REPORTER, Role.APPROVER)
        led = Assignment.objects.leads().filter(task=OuterRef("task"), agency__in=own)
        return known.filter(Exists(led), sent_at__isnull=False)


class VerdictProposal(models.Model):
    """拟定: the office's draft of a verdict and, once sent, what the leads are heard on (反馈单位).

    `computed_lamp`, `inputs` and `rule_version` are 系统测算 at the moment of drafting; locking the period
    freezes them. sources: the sentences of `text` in order, each with where it comes from
    (`verdict_text.Sentence`). Each redrafting raises `revision`; replies are on one revision.
    """

    task = models.ForeignKey(Task, models.PROTECT, verbose_name="任务", related_name="proposals")
    period = models.ForeignKey(
        ReportingPeriod, models.PROTECT, verbose_name="报告期", related_name="proposals"
    )
    lamp = models.CharField("拟定亮灯", max_length=12, choices=Lamp)
    computed_lamp = models.CharField("系统测算", max_length=12, choices=Lamp)
    inputs = models.JSONField("测算依据", default=dict)
    rule_version = models.PositiveSmallIntegerField("规则版本")
    reason = models.CharField("调整理由", max_length=200, blank=True)
    text = models.TextField("拟定文字", blank=True)
    sources = models.JSONField("文字来源", default=list, blank=True)
    is_rewritten = models.BooleanField("办公室改写", default=False)
    revision = models.PositiveIntegerField("修订号", default=1)
    proposed_at = models.DateTimeField("拟定时间")
    proposed_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="拟定人", related_name="+")
    sent_at = models.DateTimeField("发出反馈时间", null=True, blank=True)
    feedback_due_at = models.DateTimeField("反馈截止", null=True, blank=True)
    frozen_at = models.DateTimeField("锁定时间", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "亮灯拟定"
        ordering = ["period", "task__number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "period"], name="progress_proposal_once"),
            models.CheckConstraint(
                condition=Q(lamp=models.F("computed_lamp")) | ~Q(reason=""),
                name="progress_proposal_change_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, feedback_due_at__isnull=True)
                | Q(sent_at__isnull=False, feedback_due_at__isnull=False),
                name="progress_proposal_sent_has_end",
            ),
        ]

    def __str__(self):
        return f"{self.period.code} {self.task} 拟{self.get_lamp_display()}"


class VerdictReply(models.Model):
    """A lead body's word on a proposal: 无异议, 有异议 with its reason, or 知悉 of a rewritten text."""

    class Stance(models.TextChoices):
        AGREES = "agrees", "无异议"
        OBJECTS = "objects", "有异议"
        NOTED = "noted", "知悉"

    proposal = models.ForeignKey(VerdictProposal, models.PROTECT, verbose_name="拟定", related_name="replies")
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, verbose_name="单位", related_name="verdict_replies"
    )
    stance = models.CharField("意见", max_length=10, choices=Stance)
    text = models.TextField("说明", blank=True)
    on_revision = models.PositiveIntegerField("针对修订")
    at = models.DateTimeField("时间")
    by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="反馈人", related_name="+")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "单位反馈"
        ordering = ["proposal", "at", "pk"]

    def __str__(self):
        return f"{self.agency} {self.get_stance_display()}"


class TaskState(models.Model):
    """The three-year state of a task: the office's dated decision with its evidence."""

    class State(models.TextChoices):
        NOT_STARTED = "not_started", "未启动"
        UNDER_WAY = "under_way", "推进中"
        DONE = "done", "已完成"
        STANDING = "standing", "长期坚持"

    task = models.ForeignKey(Task, models.PROTECT, verbose_name="任务", related_name="states")
    state = models.CharField("状态", max_length=12, choices=State)
    on = models.DateField("日期")
    evidence = models.CharField("依据", max_length=400)
    decided_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="认定人", related_name="+")
    decided_at = models.DateTimeField("认定时间")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "三年状态"
        ordering = ["task", "-on", "-pk"]

    def __str__(self):
        return f"{self.task} {self.get_state_display()}"
