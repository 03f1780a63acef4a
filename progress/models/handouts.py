"""分办: a part of a return handed to a colleague, who answers it and can do nothing else with it."""

from django.db import models
from django.db.models import F, Q

from .reports import ProgressReport


class Handout(models.Model):
    """Some fields of a report, given to one person with a date; the answers are merged field by field.

    parts: names of the fields handed out (of a unit's report also `chapter-<number>`); answers:
    {part: text}. Open until the reporter merges or recalls it.
    """

    report = models.ForeignKey(ProgressReport, models.PROTECT, verbose_name="报告", related_name="handouts")
    to = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="协办人", related_name="handouts_received"
    )
    parts = models.JSONField("栏目", default=list)
    note = models.TextField("要求", blank=True)
    due_on = models.DateField("请于何日前")
    handed_at = models.DateTimeField("分办时间")
    handed_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="分办人", related_name="+")
    answers = models.JSONField("答复", default=dict, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    merged = models.JSONField("已并入的栏目", default=list, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="办结人", null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "分办"
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(to=F("handed_by")), name="progress_handout_to_another"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="progress_handout_closed_paired",
            ),
        ]

    def __str__(self):
        return f"{self.report} 分办 {self.to}"
