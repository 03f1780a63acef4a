"""How far the building of the demonstration history is. The row is the job; a message only wakes a worker."""

from django.db import models


class DemonstrationRun(models.Model):
    started_at = models.DateTimeField("开始时间")
    up_to = models.DateTimeField("演示截止时间", help_text="演示历史写到这一时刻")
    step = models.CharField("当前步骤", max_length=80, blank=True)
    done = models.PositiveSmallIntegerField("已完成步数", default=0)
    total = models.PositiveSmallIntegerField("总步数", default=0)
    claimed_until = models.DateTimeField("占用至", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    failure = models.TextField("失败原因", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "演示数据生成"
        ordering = ["-pk"]

    def __str__(self):
        return f"演示数据 {self.done}/{self.total}"

    @property
    def is_parked(self):
        return bool(self.failure) and self.finished_at is None

    @property
    def percent(self):
        return round(100 * self.done / self.total) if self.total else 0
