"""Scans and attachments of assessment: each belongs to one thing, read by who may read that."""

from django.db import models
from django.db.models import Q

from progress.models.kept import KeptFile, exactly_one

from .findings import Finding
from .rounds import AssessmentRound, UnitScore
from .sheets import Adjustment, Objection, VetoFinding

OWNERS = ("round", "unit", "adjustment", "objection", "veto", "finding")


class AssessmentFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Files of what the person may know of."""
        units = UnitScore.objects.visible_to(user).order_by().values("pk")
        return self.filter(
            Q(round__in=AssessmentRound.objects.visible_to(user).order_by().values("pk"))
            | Q(unit__in=units)
            | Q(adjustment__unit__in=units)
            | Q(objection__in=Objection.objects.visible_to(user).order_by().values("pk"))
            | Q(veto__unit__in=units)
            | Q(finding__in=Finding.objects.visible_to(user).order_by().values("pk"))
        )


class AssessmentFile(KeptFile):
    """A scan or an attachment of one thing of assessment."""

    round = models.ForeignKey(
        AssessmentRound, models.PROTECT, verbose_name="年度考核", null=True, blank=True, related_name="files"
    )
    unit = models.ForeignKey(
        UnitScore, models.PROTECT, verbose_name="自评", null=True, blank=True, related_name="files"
    )
    adjustment = models.ForeignKey(
        Adjustment, models.PROTECT, verbose_name="加减分", null=True, blank=True, related_name="files"
    )
    objection = models.ForeignKey(
        Objection, models.PROTECT, verbose_name="异议", null=True, blank=True, related_name="files"
    )
    veto = models.ForeignKey(
        VetoFinding, models.PROTECT, verbose_name="一票否决", null=True, blank=True, related_name="files"
    )
    finding = models.ForeignKey(
        Finding, models.PROTECT, verbose_name="人工认定", null=True, blank=True, related_name="files"
    )

    objects = AssessmentFileQuerySet.as_manager()

    class Meta(KeptFile.Meta):
        verbose_name = verbose_name_plural = "考核文件"
        constraints = [
            models.CheckConstraint(condition=exactly_one(OWNERS), name="assessment_file_of_one_thing")
        ]
