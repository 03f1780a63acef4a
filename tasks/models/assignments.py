"""Who bears a task: dated assignments, and the questions about them only the office can answer."""

from django.db import models
from django.db.models import Q

from agencies.dating import DatedModel, DatedQuerySet
from agencies.models import Agency, AgencyGroup, Contact

from .plans import Plan, Task


class AssignmentQuerySet(DatedQuerySet):
    def leads(self):
        return self.filter(role=Assignment.Role.LEAD)

    def supports(self):
        return self.filter(role=Assignment.Role.SUPPORT)

    def concerning(self):
        """Without the duties their body declared 不涉及 and the office confirmed."""
        return self.exclude(not_concerned__outcome=NotConcerned.Outcome.CONFIRMED)


class Assignment(DatedModel):
    """One body's duty on one task, as the clause wrote it.

    `duty` says how it came about and decides what is owed (DutyRule): `lead`; `named` for a supporter
    named alone; `group` for a member of a collective; `implied` by the blanket rule of 2024 task 1;
    `invited` by the office. Doubles after expansion are one assignment (lead wins) with a remark.
    """

    class Role(models.TextChoices):
        LEAD = "lead", "牵头单位"
        SUPPORT = "support", "配合单位"

    class Duty(models.TextChoices):
        LEAD = "lead", "牵头"
        NAMED = "named", "列名配合"
        GROUP = "group", "集合配合"
        IMPLIED = "implied", "隐含配合"
        INVITED = "invited", "点名配合"

    task = models.ForeignKey(Task, models.CASCADE, verbose_name="任务", related_name="assignments")
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="单位", related_name="assignments")
    role = models.CharField("角色", max_length=10, choices=Role)
    duty = models.CharField("责任类别", max_length=10, choices=Duty)
    order = models.PositiveSmallIntegerField("原文次序", default=0)
    as_written = models.CharField("原文写法", max_length=60, blank=True)
    group = models.ForeignKey(
        AgencyGroup,
        models.PROTECT,
        verbose_name="所属集合",
        null=True,
        blank=True,
        related_name="assignments",
    )
    remark = models.CharField("备注", max_length=200, blank=True)
    contacts = models.ManyToManyField(Contact, verbose_name="联系人", blank=True, related_name="assignments")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta(DatedModel.Meta):
        verbose_name = verbose_name_plural = "责任分工"
        ordering = ["task", "role", "order", "agency__order"]
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["task", "agency"],
                condition=Q(valid_until__isnull=True),
                name="tasks_one_duty_in_force",
            ),
            models.CheckConstraint(
                condition=Q(role="lead", duty="lead") | (Q(role="support") & ~Q(duty="lead")),
                name="tasks_assignment_duty_fits_role",
            ),
        ]

    def __str__(self):
        return f"{self.task} {self.get_role_display()} {self.agency}"


class NotConcerned(models.Model):
    """不涉及: a body declares, once, that an implied duty does not concern it; the office answers."""

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "未同意"

    assignment = models.OneToOneField(
        Assignment, models.PROTECT, verbose_name="责任分工", related_name="not_concerned"
    )
    reason = models.CharField("理由", max_length=200)
    declared_at = models.DateTimeField("申报时间")
    declared_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="申报人", related_name="+")
    outcome = models.CharField("结果", max_length=10, choices=Outcome, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="答复人", null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "不涉及申报"
        ordering = ["assignment__task__number", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(outcome="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="tasks_not_concerned_answer_paired",
            )
        ]

    def __str__(self):
        return f"{self.assignment} 不涉及"


class AssignmentQuestion(models.Model):
    """责任待定: a name that stands for nobody known, a group without given members, or a place named in
    passing. It creates no duty until the office answers; the answer is an Assignment or a refusal."""

    class Kind(models.TextChoices):
        UNMATCHED = "unmatched", "名称未识别"
        GROUP = "group", "集合成员待指定"
        NAMED_IN_TEXT = "named_in_text", "文中点名，拟列为配合"

    class Outcome(models.TextChoices):
        ASSIGNED = "assigned", "已列入"
        DISMISSED = "dismissed", "不列入"

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="questions")
    task = models.ForeignKey(
        Task, models.CASCADE, verbose_name="任务", related_name="questions", null=True, blank=True
    )
    kind = models.CharField("类别", max_length=20, choices=Kind)
    role = models.CharField("角色", max_length=10, choices=Assignment.Role, default=Assignment.Role.SUPPORT)
    as_written = models.CharField("原文写法", max_length=60)
    quote = models.CharField("原文", max_length=400, blank=True)
    proposed = models.ForeignKey(
        Agency, models.PROTECT, verbose_name="拟列单位", null=True, blank=True, related_name="+"
    )
    outcome = models.CharField("结果", max_length=20, choices=Outcome, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="答复人", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "责任待定事项"
        ordering = ["plan", "task__number", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(outcome="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="tasks_question_answer_paired",
            )
        ]

    def __str__(self):
        return f"{self.task or self.plan} {self.as_written}"
