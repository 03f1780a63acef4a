"""The audit trail: who did what, when, to what. Written in the transaction of the change; never changed."""

from django.db import models


class AuditEvent(models.Model):
    """One line of the trail.

    It has no foreign keys, so nothing that is deleted can take its history along, and holds no contact
    data of the public. Triggers refuse UPDATE, and DELETE unless the row was born as demonstration data
    (agencies/immutability.py).
    """

    at = models.DateTimeField("时间", db_index=True)
    actor_id = models.BigIntegerField("操作人编号", null=True)
    actor_username = models.CharField("用户名", max_length=40, blank=True)
    actor_name = models.CharField("操作人", max_length=40, blank=True)
    agency_code = models.CharField("所在单位", max_length=20, blank=True)
    agency_name = models.CharField("所在单位名称", max_length=60, blank=True)
    verb = models.CharField("动作", max_length=40, db_index=True)
    subject_type = models.CharField("对象类别", max_length=60)
    subject_id = models.CharField("对象编号", max_length=40)
    subject_label = models.CharField("对象", max_length=200)
    detail = models.JSONField("内容", default=dict, blank=True)
    is_demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "操作记录"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="agencies_trail_of")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.verb} {self.subject_label}"
