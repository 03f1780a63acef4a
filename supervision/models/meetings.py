"""Meetings, inspections and evaluations, and the actions they end in (plan clause R3)."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from agencies.models import Agency, Role
from progress.models.periods import paired
from tasks.models import Plan, Task


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office and the leaders: all; a body: those it took part in or was given an action by. Nobody
        who may not know of one of its tasks."""
        if not user.is_authenticated:
            return self.none()
        unknown = Task.objects.exclude(pk__in=Task.objects.visible_to(user).values("pk"))
        known = self.exclude(tasks__in=unknown)
        if user.has_role(Role.OFFICE, Role.LEADER):
            return known
        own = user.agency_ids(Role.REPORTER, Role.APPROVER)
        if not own:
            return self.none()
        present = Meeting.agencies.through.objects.filter(agency__in=own).values("meeting")
        charged = MeetingAction.objects.filter(agency__in=own).values("meeting")
        return known.filter(Q(pk__in=present) | Q(pk__in=charged))


class Meeting(models.Model):
    """One 工作协调推进会议, 督促检查 or 评估调研."""

    class Kind(models.TextChoices):
        COORDINATION = "coordination", "工作协调推进会议"
        INSPECTION = "inspection", "督促检查"
        EVALUATION = "evaluation", "评估调研"

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="计划", related_name="meetings")
    kind = models.CharField("类别", max_length=14, choices=Kind, default=Kind.COORDINATION)
    title = models.CharField("名称", max_length=120)
    held_on = models.DateField("日期")
    place = models.CharField("地点", max_length=80, blank=True)
    chair = models.CharField("主持或带队", max_length=60, blank=True)
    participants = models.TextField("其他参加人员", blank=True)
    agencies = models.ManyToManyField(Agency, verbose_name="参加单位", blank=True, related_name="meetings")
    tasks = models.ManyToManyField(Task, verbose_name="涉及任务", blank=True, related_name="meetings")
    minutes = models.TextField("纪要或情况", blank=True)
    revision = models.PositiveIntegerField("修订号", default=1)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="登记人", related_name="+")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会议与检查"
        ordering = ["-held_on", "-pk"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("supervision:meeting", args=[self.plan.code, self.pk])


class MeetingAction(models.Model):
    """议定事项: who does what by when. It becomes a supervision order, or is done without one."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, verbose_name="会议", related_name="actions")
    order = models.PositiveSmallIntegerField("序号", default=1)
    text = models.TextField("议定事项")
    agency = models.ForeignKey(
        Agency, models.PROTECT, verbose_name="责任单位", null=True, blank=True, related_name="meeting_actions"
    )
    task = models.ForeignKey(
        Task, models.PROTECT, verbose_name="涉及任务", null=True, blank=True, related_name="meeting_actions"
    )
    due_on = models.DateField("完成时限", null=True, blank=True)
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    done_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="登记办结人", null=True, blank=True, related_name="+"
    )
    outcome = models.CharField("办结情况", max_length=200, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "议定事项"
        ordering = ["meeting", "order", "pk"]
        constraints = [paired("done", "supervision_action_done_paired")]

    def __str__(self):
        return f"{self.meeting} 第{self.order}项"
