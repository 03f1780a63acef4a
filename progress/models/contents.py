"""What a report says: the texts and figures of a task's return, and its attachments."""

import uuid

from django.core.files.storage import storages
from django.db import models
from django.db.models import Q

from tasks.models import GoalNode, Project, Target
from tasks.models.goals import PERCENT

from .reports import ProgressReport


class TaskReturn(models.Model):
    """The quarterly return of a task, in the order of the paper form (practice, section 1).

    Progress is told cumulatively from 1 January; `percent` is 0–100 of the year's goal. 确认无变化 is a
    legal answer: it needs a reason, and one of the listed grounds when it runs for a second quarter.
    """

    class Nature(models.TextChoices):
        PROGRESS = "progress", "有进展"
        NO_CHANGE = "no_change", "确认无变化"

    class Ground(models.TextChoices):
        AWAITING_DECISION = "awaiting_decision", "待上级审批"
        NODE_NOT_DUE = "node_not_due", "未到节点"
        SEASONAL = "seasonal", "季节性工作"

    report = models.OneToOneField(
        ProgressReport, models.CASCADE, verbose_name="报告", related_name="task_return", primary_key=True
    )
    nature = models.CharField("填报方式", max_length=12, choices=Nature, default=Nature.PROGRESS)
    no_change_ground = models.CharField("无变化情形", max_length=20, choices=Ground, blank=True)
    no_change_reason = models.TextField("无变化原因", blank=True)
    progress = models.TextField("工作进展", blank=True, help_text="自 1 月 1 日起累计，先写数据，后写举措。")
    percent = models.DecimalField(
        "年度目标完成率（%）", max_digits=5, decimal_places=2, null=True, blank=True, validators=PERCENT
    )
    experience = models.TextField("成效经验", blank=True)
    problem = models.TextField("存在问题", blank=True)
    request = models.TextField("需协调事项", blank=True)
    next_steps = models.TextField("下一步措施", blank=True)
    consolidated = models.TextField("本任务汇总稿", blank=True)
    filled_by = models.CharField("填报人", max_length=40, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    head = models.CharField("单位负责人", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务进展表"
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__gte=0, percent__lte=100),
                name="progress_return_percent_in_range",
            )
        ]

    def __str__(self):
        return str(self.report)


class NodeReport(models.Model):
    """What a return says of one node of the year's goal."""

    report = models.ForeignKey(
        ProgressReport, models.CASCADE, verbose_name="报告", related_name="node_reports"
    )
    node = models.ForeignKey(GoalNode, models.PROTECT, verbose_name="节点", related_name="reports")
    done = models.BooleanField("已完成", default=False)
    done_on = models.DateField("完成日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "节点进展"
        ordering = ["report", "node__order"]
        constraints = [models.UniqueConstraint(fields=["report", "node"], name="progress_node_report_once")]

    def __str__(self):
        return f"{self.node} {'已完成' if self.done else '未完成'}"


class TargetValueQuerySet(models.QuerySet):
    def telling(self):
        """Those that tell a value, in a number or in words: a remark alone hides no earlier value."""
        return self.filter(Q(value__isnull=False) | ~Q(value_text=""))


class TargetValue(models.Model):
    """A value reported for a target. Figures have a life, 预计 → 快报 → 核定, and every stage is kept."""

    class Certainty(models.TextChoices):
        ESTIMATED = "estimated", "预计"
        PRELIMINARY = "preliminary", "快报"
        VERIFIED = "verified", "核定"

    report = models.ForeignKey(
        ProgressReport, models.CASCADE, verbose_name="报告", related_name="target_values"
    )
    target = models.ForeignKey(Target, models.PROTECT, verbose_name="指标", related_name="values")
    certainty = models.CharField("数据性质", max_length=12, choices=Certainty, default=Certainty.PRELIMINARY)
    value = models.DecimalField("完成值", max_digits=18, decimal_places=4, null=True, blank=True)
    value_text = models.CharField("完成情况", max_length=120, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = TargetValueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "指标值"
        ordering = ["report", "target__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "target", "certainty"], name="progress_target_value_once"
            )
        ]

    def __str__(self):
        return f"{self.target.indicator} {self.value if self.value is not None else self.value_text}"

    @property
    def tells(self):
        """As `telling`, of one row."""
        return self.value is not None or bool(self.value_text)

    @property
    def rank(self):
        """How certain the value is: 0 预计, 1 快报, 2 核定."""
        return certainty_rank(self.certainty)


def certainty_rank(certainty):
    """0 for 预计, 1 for 快报, 2 for 核定."""
    return TargetValue.Certainty.values.index(certainty)


def usual_certainty(period):
    """What a period's values are when they are first told: 快报, and 预计 in the fourth quarter, which is
    reported before the year is over (practice, section 2)."""
    certainty = TargetValue.Certainty
    return certainty.ESTIMATED if period.quarter == 4 else certainty.PRELIMINARY


class ProjectUpdate(models.Model):
    """Where a named project stands at period end (谋划/前期 → 开工 → 在建 → 建成)."""

    class Stage(models.TextChoices):
        PREPARING = "preparing", "谋划/前期"
        STARTED = "started", "开工"
        BUILDING = "building", "在建（续建）"
        BUILT = "built", "建成"

    report = models.ForeignKey(
        ProgressReport, models.CASCADE, verbose_name="报告", related_name="project_updates"
    )
    project = models.ForeignKey(Project, models.PROTECT, verbose_name="项目", related_name="updates")
    stage = models.CharField("当前阶段", max_length=12, choices=Stage)
    note = models.CharField("形象进度", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目进展"
        ordering = ["report", "project__order"]
        constraints = [
            models.UniqueConstraint(fields=["report", "project"], name="progress_project_update_once")
        ]

    def __str__(self):
        return f"{self.project} {self.get_stage_display()}"


def attachment_storage():
    """Where attachments live: outside the web root, settings STORAGES["attachments"]."""
    return storages["attachments"]


def random_path(attachment, filename):
    """A name that says nothing: two levels of folders, no extension, never what the user called it."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name[2:4]}/{name}"


class Attachment(models.Model):
    """佐证材料. Removed ones stay on disk as long as a frozen version names them."""

    report = models.ForeignKey(
        ProgressReport, models.PROTECT, verbose_name="报告", related_name="attachments"
    )
    file = models.FileField("文件", storage=attachment_storage, upload_to=random_path, max_length=80)
    name = models.CharField("文件名", max_length=120)
    extension = models.CharField("类型", max_length=8)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="上传人", related_name="+")
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        ordering = ["report", "uploaded_at", "pk"]

    def __str__(self):
        return self.name
