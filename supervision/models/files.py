"""Scans and attachments of what is supervised: each belongs to one thing, read by who may read that."""

from django.db import models
from django.db.models import Q

from progress.models.kept import KeptFile, exactly_one

from .circulars import Circular
from .consultations import Consultation
from .instructions import Instruction
from .meetings import Meeting
from .orders import OrderFeedback, SupervisionOrder
from .problems import Problem

OWNERS = ("order", "feedback", "circular", "meeting", "instruction", "problem", "consultation")


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
            | Q(consultation__in=Consultation.objects.visible_to(user).order_by().values("pk"))
        )


class SupervisionFile(KeptFile):
    """A scan or an attachment of one thing that is supervised."""

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
    consultation = models.ForeignKey(
        Consultation, models.PROTECT, verbose_name="征求意见", null=True, blank=True, related_name="files"
    )

    objects = SupervisionFileQuerySet.as_manager()

    class Meta(KeptFile.Meta):
        verbose_name = verbose_name_plural = "督办文件"
        constraints = [
            models.CheckConstraint(condition=exactly_one(OWNERS), name="supervision_file_of_one_thing")
        ]
