"""Scans and attachments of what is supervised: each belongs to one thing, read by who may read that."""

from django.db import models
from django.db.models import Q

from progress.models.contents import attachment_storage, random_path

from .circulars import Circular
from .instructions import Instruction
from .meetings import Meeting
from .orders import OrderFeedback, SupervisionOrder
from .problems import Problem

OWNERS = ("order", "feedback", "circular", "meeting", "instruction", "problem")


def exactly_one(names):
    """The condition that one of the fields `names` is set and the others are not."""
    condition = Q()
    for chosen in names:
        condition |= Q(**{f"{name}__isnull": name != chosen for name in names})
    return condition


class SupervisionFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Files of what the person may know of."""
        orders = SupervisionOrder.objects.visible_to(user).order_by().values("pk")
        return self.filter(
            Q(order__in=orders)
            | Q(feedback__order__in=orders)
            | Q(circular__in=Circular.objects.visible_to(user).order_by().values("pk"))
            | Q(meeting__in=Meeting.objects.visible_to(user).order_by().values("pk"))
            | Q(instruction__in=Instruction.objects.visible_to(user).order_by().values("pk"))
            | Q(problem__in=Problem.objects.visible_to(user).order_by().values("pk"))
        )


class SupervisionFile(models.Model):
    """One file, stored like all attachments outside the web root under a random name."""

    class Kind(models.TextChoices):
        SCAN = "scan", "签发或批示扫描件"
        ATTACHMENT = "attachment", "附件"

    kind = models.CharField("性质", max_length=12, choices=Kind, default=Kind.ATTACHMENT)
    order = models.ForeignKey(
        SupervisionOrder, models.PROTECT, verbose_name="督办件", null=True, blank=True, related_name="files"
    )
    feedback = models.ForeignKey(
        OrderFeedback, models.PROTECT, verbose_name="反馈", null=True, blank=True, related_name="files"
    )
    circular = models.ForeignKey(
        Circular, models.PROTECT, verbose_name="通报", null=True, blank=True, related_name="files"
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, verbose_name="会议", null=True, blank=True, related_name="files"
    )
    instruction = models.ForeignKey(
        Instruction, models.PROTECT, verbose_name="批示件", null=True, blank=True, related_name="files"
    )
    problem = models.ForeignKey(
        Problem, models.PROTECT, verbose_name="问题", null=True, blank=True, related_name="files"
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

    objects = SupervisionFileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办文件"
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=exactly_one(OWNERS), name="supervision_file_of_one_thing")
        ]

    def __str__(self):
        return self.name
