"""存在问题: told in a return, triaged by the office, taken up step by step, closed (plan clauses R5, R6)."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from agencies.models import Agency, Role
from progress.models import ProgressReport, ReportingPeriod
from progress.models.periods import paired
from tasks.models import Plan, Task


class ProblemQuerySet(models.QuerySet):
    def current(self):
        """Each problem once: without those that go on in a later period's row of the same problem."""
        later = Problem.objects.filter(continues=OuterRef("pk")).exclude(state=Problem.State.WITHDRAWN)
        return self.filter(~Exists(later))

    def standing(self):
        """Neither closed, nor taken back with the return that told of it, nor gone on in a later period."""
        return self.current().exclude(state__in=[Problem.State.CLOSED, Problem.State.WITHDRAWN])

    def overdue(self, today):
        """Standing and past its deadline: `Problem.is_overdue` for queries. today: a Shanghai date."""
        return self.standing().filter(Problem.overdue_on(today))

    def visible_to(self, user):
        """The office and the bodies concerned (that told of it, or answer for it): all; the bodies that bear
        a duty for the task and the leaders: what was told in an accepted return, or was set down by the
        office. Never of a task one may not know of."""
        if not user.is_authenticated:
            return self.none()
        known = self.filter(Q(task__isnull=True) | Q(task__in=Task.objects.visible_to(user)))
        if user.has_role(Role.OFFICE):
            return known
        own = user.agency_ids(Role.REPORTER, Role.APPROVER)
        settled = Q(report__isnull=True) | Q(report__state=ProgressReport.State.ACCEPTED)
        seen = Q(agency__in=own) | Q(report__agency__in=own)
        if own:
            seen |= settled & Q(task__assignments__agency__in=own)
        if user.has_role(Role.LEADER):
            seen |= settled
        if not own and not user.has_role(Role.LEADER):
            return self.none()
        return known.filter(Q(pk__in=Problem.objects.filter(seen).values("pk")))


class Problem(models.Model):
    """One problem. Raised by a return it keeps the words that left the body; the office may set one down too.

    Overdue is never stored.
    """

    class Level(models.TextChoices):
        UNIT = "unit", "单位自行解决"
        OFFICE = "office", "办公室协调"
        GROUP = "group", "提请领导小组"
        GOVERNMENT = "government", "提请市委、市政府"

    class State(models.TextChoices):
        RAISED = "raised", "待研判"
        IN_HAND = "in_hand", "办理中"
        ANSWERED = "answered", "已答复"
        CLOSED = "closed", "已销号"
        WITHDRAWN = "withdrawn", "已撤回"

    # Past its deadline in these it is overdue; what was answered waits for the office.
    UNANSWERED = (State.RAISED, State.IN_HAND)

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="计划", related_name="problems")
    period = models.ForeignKey(
        ReportingPeriod, models.PROTECT, verbose_name="报告期", related_name="problems"
    )
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="责任单位", related_name="problems")
    task = models.ForeignKey(
        Task, models.PROTECT, verbose_name="涉及任务", null=True, blank=True, related_name="problems"
    )
    report = models.OneToOneField(
        ProgressReport,
        models.PROTECT,
        verbose_name="报告",
        null=True,
        blank=True,
        related_name="raised_problem",
    )
    version = models.PositiveSmallIntegerField(
        "来源版本", null=True, blank=True, help_text="文字出自该报告的第几版；报告撤回后为空。"
    )
    continues = models.ForeignKey(
        "self",
        models.SET_NULL,
        verbose_name="上期同一问题",
        null=True,
        blank=True,
        related_name="continued_by",
    )
    text = models.TextField("存在问题")
    measures = models.TextField("整改措施", blank=True)
    request = models.TextField("需上级协调事项", blank=True)
    raised_at = models.DateTimeField("提出时间")
    level = models.CharField("层级", max_length=12, choices=Level, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.RAISED)
    revision = models.PositiveIntegerField("修订号", default=1)
    due_on = models.DateField("整改时限", null=True, blank=True)
    progress = models.TextField("整改进展", blank=True)
    answer = models.TextField("答复", blank=True)
    triaged_at = models.DateTimeField("研判时间", null=True, blank=True)
    triaged_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="研判人", null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="答复人", null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="销号人", null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "问题"
        ordering = ["-raised_at", "-pk"]
        indexes = [models.Index(fields=["plan", "state"], name="supervision_problem_state")]
        constraints = [
            *(paired(act, f"supervision_problem_{act}_paired") for act in ("triaged", "answered", "closed")),
        ]

    def __str__(self):
        # Not its words: this names it in the trail, which those read too who may not read returns.
        return f"{self.period.code} {self.agency.name} {self.subject}"

    def get_absolute_url(self):
        return reverse("supervision:problem", args=[self.plan.code, self.pk])

    @property
    def subject(self):
        """What it is about: “第 15 项”; of a unit's summary what that is called; of no task “未对应任务”."""
        if self.task_id:
            return f"第 {self.task.number} 项"
        return self.report.short_subject if self.report_id else "未对应任务"

    @property
    def words(self):
        """What stands in the way, or where only that was filled in what is asked for."""
        return self.text or self.request

    @property
    def is_by_hand(self):
        """Set down by the office, not told in a return."""
        return self.report_id is None

    @property
    def is_handled(self):
        """Triaged and not finished."""
        return self.state in (self.State.IN_HAND, self.State.ANSWERED)

    @property
    def source_url(self):
        """Where the version that left the body stands; "" for one set down by the office."""
        if self.is_by_hand:
            return ""
        return f"{self.report.get_absolute_url()}versions/" + (
            f"#version-{self.version}" if self.version else ""
        )

    @classmethod
    def overdue_on(cls, today):
        """What `is_overdue` asks of a row, as a condition for queries."""
        return Q(state__in=cls.UNANSWERED, due_on__lt=today)

    def is_overdue(self, today):
        return self.due_on is not None and self.state in self.UNANSWERED and today > self.due_on


class ProblemStep(models.Model):
    """One move of a problem, kept for ever."""

    problem = models.ForeignKey(Problem, models.PROTECT, verbose_name="问题", related_name="steps")
    verb = models.CharField("动作", max_length=20)
    by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="办理人", null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("时间")
    words = models.TextField("内容", blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "问题办理过程"
        ordering = ["problem", "at", "pk"]

    def __str__(self):
        return f"{self.problem_id} {self.verb} {self.at:%Y-%m-%d %H:%M}"
