"""Paper in the workflow: the signed and stamped sheet a body's report left on, or the letter it came in."""

from django.db import models

from agencies.models import Agency

from .contents import attachment_storage, random_path
from .periods import ReportingPeriod
from .reports import ProgressReport


class SignedPaper(models.Model):
    """A scan. One sheet may carry many returns of its body (单位季度进展表); a letter is what the office
    entered on behalf of a body from."""

    class Kind(models.TextChoices):
        SIGN_OFF = "sign_off", "签字盖章件"
        LETTER = "letter", "来函"
        BASIS = "basis", "更正依据"

    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="单位", related_name="signed_papers")
    period = models.ForeignKey(
        ReportingPeriod, models.PROTECT, verbose_name="报告期", related_name="signed_papers"
    )
    kind = models.CharField("类别", max_length=12, choices=Kind)
    file = models.FileField("扫描件", storage=attachment_storage, upload_to=random_path, max_length=80)
    name = models.CharField("文件名", max_length=120)
    extension = models.CharField("类型", max_length=8)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    signer = models.CharField("签字人", max_length=40, blank=True)
    signed_on = models.DateField("签字或来函日期", null=True, blank=True)
    reference = models.CharField("文号或说明", max_length=120, blank=True)
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="上传人", related_name="+")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "签字盖章件与来函"
        ordering = ["agency", "period", "uploaded_at", "pk"]

    def __str__(self):
        # Not its name: the trail shows this, and is read outside the body.
        return f"{self.agency} {self.period} {self.get_kind_display()}"


class ReplacedDraft(models.Model):
    """What a body had written and not yet sent when the office entered its return from a letter: nothing
    written is lost, and only the own body reads it (content: `content.snapshot`)."""

    report = models.ForeignKey(
        ProgressReport, models.PROTECT, verbose_name="报告", related_name="replaced_drafts"
    )
    content = models.JSONField("内容")
    replaced_at = models.DateTimeField("替换时间")
    replaced_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="代录人", related_name="+")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "被代录替换的草稿"
        ordering = ["report", "-replaced_at", "-pk"]

    def __str__(self):
        return f"{self.report} {self.replaced_at:%Y-%m-%d %H:%M}"
