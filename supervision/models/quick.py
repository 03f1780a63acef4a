"""临时调度: the sudden question from above, answered within hours by confirming what is already known."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from agencies.models import Agency, Role
from progress.models import ReportingPeriod
from progress.models.periods import paired
from tasks.models import Plan, Project, Task

from .instructions import Instruction


class AdHocRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office: all; a body: those it is asked by; leaders: what was sent. Nobody who may not know of
        one of its tasks."""
        if not user.is_authenticated:
            return self.none()
        unknown = Task.objects.exclude(pk__in=Task.objects.visible_to(user).values("pk"))
        if user.has_role(Role.OFFICE):
            return self.exclude(answers__task__in=unknown)
        sent = self.filter(sent_at__isnull=False)
        if user.has_role(Role.LEADER):
            return sent.exclude(answers__task__in=unknown)
        return sent.filter(pk__in=AdHocAnswer.objects.visible_to(user).values("request"))


class AdHocRequest(models.Model):
    """One sudden question: chosen tasks, projects or units, at most five fields, due within hours."""

    MOST_FIELDS = 5

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="计划", related_name="ad_hoc_requests")
    period = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        verbose_name="预填所据报告期",
        null=True,
        blank=True,
        related_name="ad_hoc_requests",
    )
    title = models.CharField("事项", max_length=120)
    asked_for = models.CharField("交办来源", max_length=80, blank=True, help_text="谁要、做什么用。")
    words = models.TextField("说明", blank=True)
    instruction = models.ForeignKey(
        Instruction,
        models.PROTECT,
        verbose_name="批示件",
        null=True,
        blank=True,
        related_name="ad_hoc_requests",
    )
    due_at = models.DateTimeField("截止时间")
    revision = models.PositiveIntegerField("修订号", default=1)
    drafted_at = models.DateTimeField("拟办时间")
    drafted_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="拟办人", related_name="+")
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    sent_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="发出人", null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="结束人", null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = AdHocRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "临时调度"
        ordering = ["-drafted_at", "-pk"]
        constraints = [
            paired("sent", "supervision_quick_sent_paired"),
            paired("closed", "supervision_quick_closed_paired"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(sent_at__isnull=False),
                name="supervision_quick_closed_after_sent",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("supervision:quick", args=[self.plan.code, self.pk])

    @property
    def list_url(self):
        return reverse("supervision:quick_list", args=[self.plan.code])

    @property
    def is_open(self):
        return self.sent_at is not None and self.closed_at is None


class AdHocField(models.Model):
    """One thing asked; `source` says from which part of the last accepted return the answer is prefilled."""

    class Kind(models.TextChoices):
        TEXT = "text", "文字"
        NUMBER = "number", "数字"
        DATE = "date", "日期"
        YES_NO = "yes_no", "是否"

    class Source(models.TextChoices):
        NONE = "", "不预填"
        PROGRESS = "progress", "工作进展"
        PERCENT = "percent", "年度目标完成率"
        PROBLEM = "problem", "存在问题"
        NEXT_STEPS = "next_steps", "下一步措施"
        STAGE = "stage", "项目当前阶段"

    request = models.ForeignKey(AdHocRequest, models.CASCADE, verbose_name="临时调度", related_name="fields")
    order = models.PositiveSmallIntegerField("序号")
    label = models.CharField("内容", max_length=40)
    kind = models.CharField("类型", max_length=10, choices=Kind, default=Kind.TEXT)
    unit = models.CharField("单位", max_length=20, blank=True)
    source = models.CharField("预填自", max_length=12, choices=Source, blank=True, default=Source.NONE)

    class Meta:
        verbose_name = verbose_name_plural = "调度内容"
        ordering = ["request", "order"]
        constraints = [
            models.UniqueConstraint(fields=["request", "order"], name="supervision_quick_field_once"),
            models.CheckConstraint(
                condition=Q(order__gte=1, order__lte=5), name="supervision_quick_at_most_five_fields"
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def heading(self):
        """As its column is headed: with the unit."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label


class AdHocAnswerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office and leaders: all, but leaders only of what was sent; a body: its own. Nobody of a task
        they may not know of."""
        if not user.is_authenticated:
            return self.none()
        known = self.filter(Q(task__isnull=True) | Q(task__in=Task.objects.visible_to(user)))
        if user.has_role(Role.OFFICE):
            return known
        sent = known.filter(request__sent_at__isnull=False)
        if user.has_role(Role.LEADER):
            return sent
        return sent.filter(agency__in=user.agency_ids(Role.REPORTER, Role.APPROVER))

    def asked(self):
        """Those of requests that were sent; a draft has its rows already, and asks nobody."""
        return self.filter(request__sent_at__isnull=False)

    def open(self):
        """What is still owed: asked, not confirmed, the request not closed."""
        return self.asked().filter(request__closed_at__isnull=True, confirmed_at__isnull=True)


class AdHocAnswer(models.Model):
    """What one body says about one subject (a task, a project with its task, or itself). `values` holds, by
    the order of the field, what was typed: {"1": "…"}; before it is confirmed, what it was prefilled with.

    A draft's rows say who will be asked. `confirmed_at` is when the body first answered; what it changed
    since is 更正.
    """

    request = models.ForeignKey(AdHocRequest, models.PROTECT, verbose_name="临时调度", related_name="answers")
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="单位", related_name="ad_hoc_answers")
    task = models.ForeignKey(
        Task, models.PROTECT, verbose_name="任务", null=True, blank=True, related_name="ad_hoc_answers"
    )
    project = models.ForeignKey(
        Project, models.PROTECT, verbose_name="项目", null=True, blank=True, related_name="ad_hoc_answers"
    )
    values = models.JSONField("内容", default=dict)
    prefilled_from = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        verbose_name="预填自",
        null=True,
        blank=True,
        related_name="+",
    )
    revision = models.PositiveIntegerField("修订号", default=1)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="确认人", null=True, blank=True, related_name="+"
    )
    corrected_at = models.DateTimeField("更正时间", null=True, blank=True)
    corrected_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="更正人", null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = AdHocAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调度答复"
        ordering = ["request", "agency__order", "task__number", "pk"]
        constraints = [
            paired("confirmed", "supervision_quick_answer_confirmed_paired"),
            paired("corrected", "supervision_quick_answer_corrected_paired"),
            models.CheckConstraint(
                condition=Q(corrected_at__isnull=True) | Q(confirmed_at__isnull=False),
                name="supervision_quick_answer_corrected_after",
            ),
            models.CheckConstraint(
                condition=Q(project__isnull=True) | Q(task__isnull=False),
                name="supervision_quick_answer_project_of_task",
            ),
            models.UniqueConstraint(
                fields=["request", "agency"],
                condition=Q(task__isnull=True, project__isnull=True),
                name="supervision_quick_answer_once_a_body",
            ),
            models.UniqueConstraint(
                fields=["request", "agency", "task"],
                condition=Q(project__isnull=True),
                name="supervision_quick_answer_once_a_task",
            ),
            models.UniqueConstraint(
                fields=["request", "agency", "project"], name="supervision_quick_answer_once_a_project"
            ),
        ]

    def __str__(self):
        return f"{self.request} {self.agency}"

    @property
    def subject(self):
        """What the row is about, as a heading."""
        if self.project_id:
            return self.project.name
        return str(self.task) if self.task_id else "本单位情况"

    def is_late(self, now):
        """Answered after the due instant, or not answered and the instant has passed; equal is on time."""
        return (self.confirmed_at or now) > self.request.due_at
