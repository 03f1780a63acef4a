"""请示: a request upwards is a document of its own, one matter each; a report never carries one."""

from django.db import models
from django.urls import reverse

from agencies.models import Role
from progress.models.periods import paired
from tasks.models import Plan

from .reports import SummaryReport


class PetitionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office: all; leaders: what was signed; others: none."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role(Role.OFFICE):
            return self
        if user.has_role(Role.LEADER):
            return self.filter(state=Petition.State.SIGNED)
        return self.none()


class Petition(models.Model):
    """A 请示 drafted from a request found in a report or a return, with where it was found (`sources`, in
    the shape of ReportParagraph)."""

    class State(models.TextChoices):
        DRAFT = "draft", "拟稿"
        SIGNED = "signed", "已签发"
        CANCELLED = "cancelled", "已作废"

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="计划", related_name="petitions")
    report = models.ForeignKey(
        SummaryReport, models.PROTECT, verbose_name="报告", null=True, blank=True, related_name="petitions"
    )
    title = models.CharField("标题", max_length=160)
    addressee = models.CharField("主送机关", max_length=120)
    text = models.TextField("请示事项")
    sources = models.JSONField("出处", default=list, blank=True)
    signer = models.CharField("签发人", max_length=40, blank=True)
    number = models.CharField("发文字号", max_length=60, blank=True)
    body = models.CharField("落款单位", max_length=80, blank=True)
    signed_on = models.DateField("成文日期", null=True, blank=True)
    contact = models.CharField("联系人及电话", max_length=80, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField("修订号", default=1)
    drafted_at = models.DateTimeField("拟稿时间")
    drafted_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="拟稿人", related_name="+")
    closed_at = models.DateTimeField("签发登记时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="登记人", null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = PetitionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "请示"
        ordering = ["-drafted_at", "-pk"]
        constraints = [paired("closed", "assessment_petition_closed_paired")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("assessment:petition", args=[self.plan.code, self.pk])
