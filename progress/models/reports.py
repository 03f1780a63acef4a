"""The report: who owes what for which period, where it stands, and every version that left the agency."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse

from agencies.models import Agency, Role
from tasks.models import Assignment, Task

from .periods import ReportingPeriod, paired


class ReportQuerySet(models.QuerySet):
    def owed(self):
        """Rows that must be filed: owed and not waived (免报)."""
        return self.filter(owed=True, waived_at__isnull=True)

    def to_office(self):
        """Rows owed to the office: all but the contributions supporters give their leads."""
        return self.exclude(ProgressReport.CONTRIBUTION)

    def of_their_time(self):
        """Owed rows whose dates are of the time they tell of: 补录 is never late and counts for nothing."""
        return self.filter(owed=True, period__is_backfill=False)

    def contributions(self):
        """配合材料: what supporters give the leads of their tasks."""
        return self.filter(ProgressReport.CONTRIBUTION)

    def of_own(self, user):
        """Rows of the bodies this person reports or signs for."""
        return self.filter(agency__in=user.agency_ids(Role.REPORTER, Role.APPROVER))

    def known_to(self, user):
        """Rows of tasks this person may know of, and what was accepted of their own body: it stays readable
        there when the body answers for a sensitive task no longer."""
        own = user.agency_ids(Role.REPORTER, Role.APPROVER)
        accepted = Q(agency__in=own, state=ProgressReport.State.ACCEPTED)
        return self.filter(Q(task__isnull=True) | Q(task__in=Task.objects.visible_to(user)) | accepted)

    def visible_to(self, user):
        """Rows this person may know of (design, section 1, “Who sees what”).

        Its own body: all. The office: all (of what has not left, the state only: see
        `permissions.content_for`). Lead bodies of the same task: what has left the agency. Supporters of
        the task and leaders: what was accepted. Administrators: none. Never a sensitive task one may not
        know of.
        """
        if not user.is_authenticated:
            return self.none()
        known = self.known_to(user)
        if user.has_role(Role.OFFICE):
            return known
        own = user.agency_ids(Role.REPORTER, Role.APPROVER)
        # What a supporter gave its lead is for the two of them and the office.
        accepted = Q(state=ProgressReport.State.ACCEPTED) & ~ProgressReport.CONTRIBUTION
        same_task = Assignment.objects.filter(task=OuterRef("task"), agency__in=own)
        seen = (
            Q(agency__in=own)
            | Q(left_at__isnull=False) & Exists(same_task.filter(role=Assignment.Role.LEAD))
            | accepted & Exists(same_task)
        )
        if user.has_role(Role.LEADER):
            seen |= accepted
        return known.filter(seen)


class ProgressReport(models.Model):
    """One body's report for one period: a task's return, a unit's summary, a benchmarking return.

    The row owns the state; its content is one-to-one by kind. `revision` rises with every change and is
    what an editor must name to save. `left_at` is when it left the agency: withdrawing clears it, being
    sent back does not. Late and overdue are never stored: see `is_late`.
    """

    class Kind(models.TextChoices):
        TASK = "task", "任务进展"
        UNIT = "unit", "单位小结"
        BENCHMARKING = "benchmarking", "对标学习"

    class State(models.TextChoices):
        DRAFT = "draft", "填报中"
        AWAITING_APPROVAL = "awaiting_approval", "待本单位审签"
        UNDER_REVIEW = "under_review", "待办公室审核"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "已采用"

    # `is_contribution` for queries.
    CONTRIBUTION = Q(kind=Kind.TASK, role=Assignment.Role.SUPPORT)

    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="单位", related_name="reports")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, verbose_name="报告期", related_name="reports")
    kind = models.CharField("类别", max_length=12, choices=Kind, default=Kind.TASK)
    task = models.ForeignKey(
        Task, models.PROTECT, verbose_name="任务", null=True, blank=True, related_name="reports"
    )
    role = models.CharField("角色", max_length=10, choices=Assignment.Role, default=Assignment.Role.LEAD)
    duty = models.CharField("责任类别", max_length=10, choices=Assignment.Duty, default=Assignment.Duty.LEAD)
    order = models.PositiveSmallIntegerField("牵头次序", default=0)
    owed = models.BooleanField("应报", default=True)
    waived_at = models.DateTimeField("免报时间", null=True, blank=True)
    waived_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="免报人", null=True, blank=True, related_name="+"
    )
    waived_reason = models.CharField("免报原因", max_length=200, blank=True)

    state = models.CharField("状态", max_length=20, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField("修订号", default=1)
    due_at = models.DateTimeField("截止时间", null=True, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="提交人", null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField("审签时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="审签人", null=True, blank=True, related_name="+"
    )
    left_at = models.DateTimeField("报送时间", null=True, blank=True)
    left_nature = models.CharField(
        "报出的填报方式", max_length=12, blank=True, help_text="报出版本所写；退回后正在改写的不算。"
    )
    accepted_at = models.DateTimeField("采用时间", null=True, blank=True)
    accepted_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="审核人", null=True, blank=True, related_name="+"
    )
    return_reason = models.TextField("退回意见", blank=True)
    resubmit_by = models.DateTimeField("重报期限", null=True, blank=True)
    entered_on_behalf = models.BooleanField("办公室代录", default=False)
    signed_paper = models.ForeignKey(
        "SignedPaper",
        models.PROTECT,
        verbose_name="签字盖章件或来函",
        null=True,
        blank=True,
        related_name="reports",
    )
    edited_at = models.DateTimeField("最近填写", null=True, blank=True)
    edited_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="最近填写人", null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "进展报告"
        ordering = ["period", "task__number", "order", "agency__order"]
        indexes = [
            models.Index(fields=["period", "state"], name="progress_report_queue"),
            models.Index(fields=["agency", "period"], name="progress_report_agency"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "period", "kind", "task"], name="progress_report_once_per_task"
            ),
            models.UniqueConstraint(
                fields=["agency", "period", "kind"],
                condition=Q(task__isnull=True),
                name="progress_report_once_per_unit",
            ),
            models.CheckConstraint(
                condition=Q(kind="task", task__isnull=False) | (~Q(kind="task") & Q(task__isnull=True)),
                name="progress_report_task_by_kind",
            ),
            *(
                paired(act, f"progress_report_{act}_paired")
                for act in ("submitted", "approved", "accepted", "waived", "edited")
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["under_review", "accepted"]) | Q(left_at__isnull=False),
                name="progress_report_left_when_out",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("submitted_by")),
                name="progress_report_approver_is_another",
            ),
        ]

    def __str__(self):
        return f"{self.period.code} {self.agency.name} {self.task or self.get_kind_display()}"

    def get_absolute_url(self):
        if self.kind != self.Kind.TASK:
            place = [self.period.plan.code, self.period.code, self.agency.code]
            return reverse("progress:unit_form", args=place)
        return reverse(
            "progress:return_form",
            args=[self.period.plan.code, self.period.code, self.task.number, self.agency.code],
        )

    @property
    def handouts_url(self):
        """The page of what of it is handed out to colleagues."""
        place = [self.period.plan.code, self.period.code]
        if self.kind != self.Kind.TASK:
            return reverse("progress:unit_handouts_of", args=[*place, self.agency.code])
        return reverse("progress:handouts_of", args=[*place, self.task.number, self.agency.code])

    @property
    def subject(self):
        """What the report is about, as a heading: the task, or how a unit's own report is called."""
        return f"{self.task.number}. {self.task.title}" if self.task_id else self.short_subject

    @property
    def short_subject(self):
        """“第 15 项”; of a unit's own report its name."""
        if self.task_id:
            return f"第 {self.task.number} 项"
        if self.kind != self.Kind.UNIT:
            return self.get_kind_display()
        return "年度落实情况报告" if self.period.is_annual else "单位季度小结"

    @property
    def is_editable(self):
        return self.state in (self.State.DRAFT, self.State.RETURNED)

    @property
    def is_contribution(self):
        """配合材料: what a supporter gives the lead of a task; the lead decides on it, not the office."""
        return self.kind == self.Kind.TASK and self.role == Assignment.Role.SUPPORT

    @property
    def state_word(self):
        """The state in words that fit the kind: who it waits for differs."""
        if self.is_contribution and self.state == self.State.UNDER_REVIEW:
            return "待牵头单位采用"
        return self.get_state_display()

    @property
    def addressee(self):
        """Whom it goes to when it leaves its body, in words."""
        return "牵头单位" if self.is_contribution else "市领导小组办公室"

    @property
    def signer(self):
        """签发人: whose signature its paper bears, else who signed it off; "" where the body needs no
        signature or the office set a letter down."""
        on_paper = self.signed_paper.signer if self.signed_paper else ""
        return on_paper or str(self.approved_by or "")

    @property
    def has_left(self):
        return self.left_at is not None

    def is_late(self, now):
        """Left after the due instant, or not left and the instant has passed; equal is on time.

        A return sent back keeps the time it first left. Undated (待定) is never late.
        """
        if self.due_at is None or not self.owed or self.waived_at is not None:
            return False
        return (self.left_at or now) > self.due_at


class ReportStepQuerySet(models.QuerySet):
    def sent_back(self):
        """退回 as it is counted: by the office, of what had left its body."""
        return self.filter(verb="send_back", by_office=True)


class ReportStep(models.Model):
    """One move of a report through the workflow, kept for ever: what the counts of 退回 read."""

    # What a report comes back from when somebody outside its body sends it back.
    OUTSIDE = (ProgressReport.State.UNDER_REVIEW, ProgressReport.State.ACCEPTED)

    report = models.ForeignKey(ProgressReport, models.PROTECT, verbose_name="报告", related_name="steps")
    verb = models.CharField("动作", max_length=20)
    from_state = models.CharField("原状态", max_length=20)
    to_state = models.CharField("新状态", max_length=20)
    by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="办理人", related_name="+")
    by_office = models.BooleanField("办公室办理", default=False)
    at = models.DateTimeField("时间")
    reason = models.TextField("意见", blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ReportStepQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办理过程"
        ordering = ["report", "at", "pk"]

    def __str__(self):
        return f"{self.report_id} {self.verb} {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_said_aloud(self):
        """Whether its reason came from outside the body: from the office, or from a lead to a supporter.
        What an approver says to the own reporter stays inside."""
        return self.from_state in self.OUTSIDE


class ReportVersionQuerySet(models.QuerySet):
    def newest(self):
        """The last version of each report, alone."""
        of_report = ReportVersion.objects.filter(report=OuterRef("report")).order_by("-number")
        return self.filter(number=Subquery(of_report.values("number")[:1]))


class ReportVersion(models.Model):
    """What left the agency, frozen: canonical JSON, hashes of the attachments, SHA-256 of the whole.

    Neither the ORM nor SQL can change it (triggers; agencies/immutability.py).
    """

    report = models.ForeignKey(ProgressReport, models.PROTECT, verbose_name="报告", related_name="versions")
    number = models.PositiveSmallIntegerField("版本")
    content = models.JSONField("内容")
    sha256 = models.CharField("校验值", max_length=64)
    frozen_at = models.DateTimeField("报出时间")
    frozen_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="报出人", related_name="+")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ReportVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报出版本"
        ordering = ["report", "number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="progress_version_once")]

    def __str__(self):
        return f"{self.report_id} 第{self.number}版"
