"""分办: a part of a return handed to a colleague, who answers it and can do nothing else with it."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from agencies.models import Role

from .periods import paired
from .reports import ProgressReport


class HandoutQuerySet(models.QuerySet):
    def open(self):
        """Those still waited for: neither merged nor recalled, of a report that is not done with."""
        return self.filter(closed_at__isnull=True, report__waived_at__isnull=True).exclude(
            report__state=ProgressReport.State.ACCEPTED
        )

    def received_by(self, user):
        """What was given to this person, as long as they help out or report at the body it came from."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(to=user, report__agency__in=user.agency_ids(Role.COLLEAGUE, Role.REPORTER))

    def inside(self, user):
        """Those of the bodies this person reports or signs for: to anybody else they do not exist."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(report__agency__in=user.agency_ids(Role.REPORTER, Role.APPROVER))


class Handout(models.Model):
    """Some fields of a report, given to one person with a date; the answers are merged field by field.

    parts: names of the fields handed out (of a unit's report also `chapter-<number>`); answers:
    {part: text}. Open until the reporter merges or recalls it. merged: what became of each answer,
    [{"part", "how": "replace" | "append" | "skip"}]; empty for one recalled.
    """

    class How(models.TextChoices):
        REPLACE = "replace", "并入（替换）"
        APPEND = "append", "并入（接在后面）"
        SKIP = "skip", "不采用"

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

    objects = HandoutQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "分办"
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(to=F("handed_by")), name="progress_handout_to_another"),
            paired("closed", "progress_handout_closed_paired"),
        ]

    def __str__(self):
        return f"{self.report} 分办 {self.to}"

    def get_absolute_url(self):
        """The page where its body's reporter reads and merges the answer."""
        return self._at("handout_merge")

    @property
    def recall_url(self):
        """Where taking it back is posted to."""
        return self._at("handout_recall")

    def _at(self, name):
        report = self.report
        place = [report.period.plan.code, report.period.code]
        if report.task_id is None:
            return reverse(f"progress:unit_{name}", args=[*place, report.agency.code, self.pk])
        return reverse(f"progress:{name}", args=[*place, report.task.number, report.agency.code, self.pk])

    @property
    def is_open(self):
        """Whether its answer is still waited for; see `HandoutQuerySet.open`."""
        return (
            self.closed_at is None
            and self.report.waived_at is None
            and self.report.state != ProgressReport.State.ACCEPTED
        )

    @property
    def state_word(self):
        if self.closed_at is None:
            if not self.is_open:
                return "不再需要"
            return "已答复" if self.answered_at else "未答复"
        if not self.merged:
            return "已收回"
        adopted = any(each["how"] != self.How.SKIP for each in self.merged)
        return "已并入" if adopted else "未采用"

    def is_overdue(self, today):
        """Whether it was to be answered by a day before `today` and has not been."""
        return self.is_open and self.answered_at is None and self.due_on < today
