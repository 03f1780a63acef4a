"""批示件: a leader's written instruction, who may read it, and what came of it."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from agencies.models import Role
from progress.models.periods import paired
from tasks.models import Plan, Task


class InstructionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office, and the readers named one by one. Nobody who may not know of one of its tasks."""
        if not user.is_authenticated:
            return self.none()
        unknown = Task.objects.exclude(pk__in=Task.objects.visible_to(user).values("pk"))
        known = self.exclude(tasks__in=unknown)
        if user.has_role(Role.OFFICE):
            return known
        named = Instruction.readers.through.objects.filter(user=user).values("instruction")
        return known.filter(Q(pk__in=named))


class Instruction(models.Model):
    """Who wrote what when, and until when; leads to orders or quick collections, ends in a 反馈报告."""

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="计划", related_name="instructions")
    leader = models.CharField("批示领导", max_length=40)
    leader_title = models.CharField("职务", max_length=60, blank=True)
    on = models.DateField("批示日期")
    document = models.CharField("批示所在文件", max_length=160, blank=True)
    words = models.TextField("批示内容")
    due_on = models.DateField("办理时限", null=True, blank=True)
    readers = models.ManyToManyField(
        "agencies.User", verbose_name="可阅人员", blank=True, related_name="instructions_readable"
    )
    tasks = models.ManyToManyField(Task, verbose_name="涉及任务", blank=True, related_name="instructions")
    report = models.TextField("反馈报告", blank=True)
    reported_at = models.DateTimeField("反馈时间", null=True, blank=True)
    reported_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="反馈人", null=True, blank=True, related_name="+"
    )
    revision = models.PositiveIntegerField("修订号", default=1)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="登记人", related_name="+")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = InstructionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批示件"
        ordering = ["-on", "-pk"]
        constraints = [paired("reported", "supervision_instruction_reported_paired")]

    def __str__(self):
        # Not its words: the trail shows this, and is read by administrators.
        return f"{self.leader} {self.on:%Y-%m-%d} 批示"

    def get_absolute_url(self):
        return reverse("supervision:instruction", args=[self.plan.code, self.pk])

    @property
    def is_open(self):
        return self.reported_at is None

    def is_overdue(self, today):
        return self.due_on is not None and self.is_open and today > self.due_on
