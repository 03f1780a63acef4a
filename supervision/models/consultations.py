"""征求意见: a draft goes round the units, each answers 无意见 or its opinions, each opinion is answered."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from agencies.models import Agency, Role
from progress.models.periods import paired
from tasks.models import Plan

from .circulars import Circular


class ConsultationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office: all; a body: what was sent to it; others, also leaders and administrators: none."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role(Role.OFFICE):
            return self
        own = user.agency_ids(Role.REPORTER, Role.APPROVER)
        asked = ConsultationReply.objects.filter(consultation=OuterRef("pk"), agency__in=own)
        return self.exclude(state=Consultation.State.DRAFT).filter(Exists(asked))


class Consultation(models.Model):
    """A draft circulated for opinions: 年度工作要点, 通报, a report, the next plan.

    What is asked about is kept as it was sent (`text` and the files); `subject` and `url` name the thing
    it was made from, whichever app that belongs to ("summaryreport:12"). Overdue is never stored.
    """

    class Kind(models.TextChoices):
        WORK_POINTS = "work_points", "年度工作要点"
        CIRCULAR = "circular", "通报"
        REPORT = "report", "总结报告"
        PLAN = "plan", "下一轮行动计划"
        OTHER = "other", "其他文稿"

    class State(models.TextChoices):
        DRAFT = "draft", "拟办"
        SENT = "sent", "征求意见中"
        CLOSED = "closed", "已办结"

    plan = models.ForeignKey(Plan, models.PROTECT, verbose_name="计划", related_name="consultations")
    kind = models.CharField("文稿类别", max_length=12, choices=Kind)
    title = models.CharField("标题", max_length=120)
    note = models.TextField("征求意见说明", blank=True)
    text = models.TextField("征求意见稿", blank=True)
    circular = models.ForeignKey(
        Circular,
        models.PROTECT,
        verbose_name="通报",
        null=True,
        blank=True,
        related_name="consultations",
    )
    subject = models.CharField("来源事项", max_length=60, blank=True)
    url = models.CharField("来源地址", max_length=200, blank=True)
    due_at = models.DateTimeField("反馈截止时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField("修订号", default=1)
    drafted_at = models.DateTimeField("拟办时间")
    drafted_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="拟办人", related_name="+")
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    sent_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="发出人", null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="办结人", null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "征求意见"
        ordering = ["-drafted_at", "-pk"]
        constraints = [
            paired("sent", "supervision_consultation_sent_paired"),
            paired("closed", "supervision_consultation_closed_paired"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(sent_at__isnull=False),
                name="supervision_consultation_sent_when_out",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("supervision:consultation", args=[self.plan.code, self.pk])

    def is_overdue(self, now):
        return self.state == self.State.SENT and now > self.due_at


class ConsultationReply(models.Model):
    """回执 of one body: written by its reporter, signed by its approver where it has one."""

    class Answer(models.TextChoices):
        NONE = "none", "无意见"
        OPINIONS = "opinions", "有修改意见"

    class State(models.TextChoices):
        WAITING = "waiting", "未反馈"
        AWAITING_APPROVAL = "awaiting_approval", "待本单位审签"
        GIVEN = "given", "已反馈"

    consultation = models.ForeignKey(
        Consultation, models.CASCADE, verbose_name="征求意见", related_name="replies"
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, verbose_name="单位", related_name="consultation_replies"
    )
    answer = models.CharField("回执", max_length=10, choices=Answer, blank=True)
    state = models.CharField("状态", max_length=20, choices=State, default=State.WAITING)
    revision = models.PositiveIntegerField("修订号", default=1)
    written_at = models.DateTimeField("填写时间", null=True, blank=True)
    written_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="填写人", null=True, blank=True, related_name="+"
    )
    given_at = models.DateTimeField("反馈时间", null=True, blank=True)
    given_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="审签人", null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "征求意见回执"
        ordering = ["consultation", "agency__order", "agency__code"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "agency"], name="supervision_reply_once"),
            paired("written", "supervision_reply_written_paired"),
            paired("given", "supervision_reply_given_paired"),
            models.CheckConstraint(
                condition=~Q(state="given") | Q(given_at__isnull=False, answer__in=["none", "opinions"]),
                name="supervision_reply_given_whole",
            ),
        ]

    def __str__(self):
        return f"{self.agency} {self.get_state_display()}"

    @property
    def is_set_down_by_office(self):
        """代录: nobody signs for a unit with an approver what they wrote themselves, but the office."""
        return (
            self.given_by_id is not None
            and self.given_by_id == self.written_by_id
            and self.agency.needs_approver
        )

    def was_late(self):
        return self.given_at is not None and self.given_at > self.consultation.due_at


class Opinion(models.Model):
    """One opinion of a body and what became of it: 序号｜单位｜意见｜采纳情况｜未采纳理由."""

    class Adoption(models.TextChoices):
        UNDECIDED = "undecided", "待处理"
        ADOPTED = "adopted", "采纳"
        PARTLY = "partly", "部分采纳"
        NOT = "not", "未采纳"

    reply = models.ForeignKey(ConsultationReply, models.CASCADE, verbose_name="回执", related_name="opinions")
    order = models.PositiveSmallIntegerField("次序", default=0)
    place = models.CharField("涉及段落", max_length=80, blank=True)
    text = models.TextField("意见")
    adoption = models.CharField("采纳情况", max_length=10, choices=Adoption, default=Adoption.UNDECIDED)
    reason = models.TextField("未采纳理由", blank=True)
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="处理人", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "反馈意见"
        ordering = ["reply__agency__order", "reply__agency__code", "order", "pk"]
        constraints = [
            paired("decided", "supervision_opinion_decided_paired"),
            models.CheckConstraint(
                condition=~Q(adoption__in=["partly", "not"]) | ~Q(reason=""),
                name="supervision_opinion_refused_with_reason",
            ),
        ]

    def __str__(self):
        return self.text[:30]
