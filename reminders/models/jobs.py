"""How the periodic jobs fare."""

from django.db import models


class JobTick(models.Model):
    """The last run of one periodic job: what the operations page and /healthz read."""

    name = models.CharField("任务", max_length=60, unique=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    done = models.PositiveIntegerField("办理数量", default=0)
    error = models.CharField("错误", max_length=300, blank=True)
    failures = models.PositiveIntegerField("连续失败次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ["name"]

    def __str__(self):
        return self.name
