"""A file kept for a thing: what every kind of scan and attachment above the reports has in common."""

from django.db import models
from django.db.models import Q

from .contents import attachment_storage, random_path


def exactly_one(names):
    """The condition that one of the fields `names` is set and the others are not."""
    condition = Q()
    for chosen in names:
        condition |= Q(**{f"{name}__isnull": name != chosen for name in names})
    return condition


class KeptFile(models.Model):
    """One file, stored like all attachments outside the web root under a random name."""

    class Kind(models.TextChoices):
        SCAN = "scan", "签发或批示扫描件"
        ATTACHMENT = "attachment", "附件"

    kind = models.CharField("性质", max_length=12, choices=Kind, default=Kind.ATTACHMENT)
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
        abstract = True
        ordering = ["uploaded_at", "pk"]

    def __str__(self):
        return self.name
