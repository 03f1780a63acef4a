"""商请提供: what a lead asks of its supporters, and where their words went."""

from django.db import models

from .reports import ProgressReport


class ContributionRequestQuerySet(models.QuerySet):
    def open(self):
        """Not taken back by the lead that asked."""
        return self.filter(cancelled_at__isnull=True)


class ContributionRequest(models.Model):
    """A lead asks a supporter of its task for material by an instant; the answer is the contribution.

    Silence is not stored: a request whose contribution has not left by `due_at` is a silent one, and it
    counts against the supporter (practice, section 2).
    """

    lead_report = models.ForeignKey(
        ProgressReport, models.PROTECT, verbose_name="牵头单位填报", related_name="requests"
    )
    contribution = models.ForeignKey(
        ProgressReport, models.PROTECT, verbose_name="配合材料", related_name="asked_by"
    )
    wanted = models.TextField("请提供")
    due_at = models.DateTimeField("请于何时前提供")
    asked_at = models.DateTimeField("商请时间")
    by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="商请人", related_name="+")
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ContributionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "商请提供"
        ordering = ["lead_report", "contribution__agency__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead_report", "contribution"], name="progress_contribution_asked_once"
            )
        ]

    def __str__(self):
        return f"{self.lead_report.agency} 商请 {self.contribution.agency}"


class TakenOver(models.Model):
    """采用: words of one frozen version put into a field of another return, with where they came from.

    `source` is a contribution, a fellow lead's return or a unit's summary; the words are kept as they were
    taken, so that a later rewording of the return does not lose its source.
    """

    report = models.ForeignKey(
        ProgressReport, models.PROTECT, verbose_name="采用于", related_name="taken_over"
    )
    field = models.CharField("栏目", max_length=20)
    source = models.ForeignKey(ProgressReport, models.PROTECT, verbose_name="来源", related_name="given_over")
    version = models.PositiveSmallIntegerField("来源版本")
    text = models.TextField("采用文字")
    at = models.DateTimeField("采用时间")
    by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="采用人", related_name="+")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "采用的材料"
        ordering = ["report", "at", "pk"]

    def __str__(self):
        return f"{self.source} → {self.report}"
