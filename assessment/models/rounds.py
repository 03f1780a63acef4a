"""A year's round: 自评 → 初评 → 反馈复核 → 领导小组审定 → 通报, and in it the score of each unit."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from agencies.models import Agency, Role
from progress.figures import CLASS_CODES
from progress.models.periods import paired

from .schemes import Criterion, Scheme

CLASS_CHOICES = list(CLASS_CODES.items())


class RoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office: all; a body judged in it, or reviewing the host unit: its round; leaders: from
        领导小组审定 on; everybody with a business post what was published; administrators: none."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role(Role.OFFICE):
            return self
        own = user.agency_ids(Role.REPORTER, Role.APPROVER)
        judged = UnitScore.objects.filter(round=OuterRef("pk"))
        seen = Exists(judged.filter(Q(agency__in=own) | Q(reviewer__in=own)))
        if user.has_role(Role.LEADER):
            seen |= Q(state__in=AssessmentRound.FOR_LEADERS)
        if user.has_role(Role.REPORTER, Role.APPROVER):
            seen |= Q(state=AssessmentRound.State.PUBLISHED)
        return self.filter(seen)


class AssessmentRound(models.Model):
    """The assessment of one year under its published scheme. Each step is a RoundStep, dated and by whom;
    going back needs a reason."""

    class State(models.TextChoices):
        SELF = "self", "自评"
        FIRST = "first", "初评"
        FEEDBACK = "feedback", "反馈复核"
        DECIDING = "deciding", "领导小组审定"
        PUBLISHED = "published", "已通报"

    FOR_LEADERS = (State.DECIDING, State.PUBLISHED)

    scheme = models.OneToOneField(Scheme, models.PROTECT, verbose_name="考核办法", related_name="round")
    state = models.CharField("阶段", max_length=10, choices=State, default=State.SELF)
    revision = models.PositiveIntegerField("修订号", default=1)
    begun_at = models.DateTimeField("启动时间")
    begun_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="启动人", related_name="+")
    self_until = models.DateTimeField("自评截止")
    facts_at = models.DateTimeField("数据截至", null=True, blank=True, help_text="初评时固定。")
    objections_until = models.DateTimeField("反馈复核截止", null=True, blank=True)
    decided_on = models.DateField("审定日期", null=True, blank=True)
    decision = models.CharField("审定会议或文件", max_length=120, blank=True)
    circular_number = models.CharField("通报文号", max_length=60, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度考核"
        ordering = ["-scheme__year", "pk"]

    def __str__(self):
        return f"{self.scheme.year}年度考核"

    def get_absolute_url(self):
        return reverse("assessment:round", args=[self.scheme.plan.code, self.scheme.year])


class RoundStep(models.Model):
    """One step of a round, forwards or back, kept for ever (a trigger refuses changes)."""

    round = models.ForeignKey(AssessmentRound, models.PROTECT, verbose_name="年度考核", related_name="steps")
    verb = models.CharField("动作", max_length=20)
    from_state = models.CharField("原阶段", max_length=10, blank=True)
    to_state = models.CharField("新阶段", max_length=10)
    at = models.DateTimeField("时间")
    by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="办理人", related_name="+")
    reason = models.TextField("说明", blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "考核过程"
        ordering = ["round", "at", "pk"]

    def __str__(self):
        return f"{self.verb} {self.at:%Y-%m-%d %H:%M}"


class UnitScoreQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office: all; a body: its own, and the one it reviews; leaders: all from 领导小组审定 on.

        Other bodies' sheets are nobody's, also after publication: what is published is the summary.
        """
        if not user.is_authenticated:
            return self.none()
        if user.has_role(Role.OFFICE):
            return self
        own = user.agency_ids(Role.REPORTER, Role.APPROVER)
        seen = Q(agency__in=own) | Q(reviewer__in=own)
        if user.has_role(Role.LEADER):
            seen |= Q(round__state__in=AssessmentRound.FOR_LEADERS)
        return self.filter(seen)


class UnitScore(models.Model):
    """One body in a round: its facts and score as frozen at 初评, and what was decided since.

    `facts` is UnitFacts as JSON, `result` UnitResult (assessment.facts, assessment.scoring). `total`, `rank`
    and `grade` are written by the rules whenever something that makes them changes, until 审定.
    """

    class Standing(models.TextChoices):
        SCORED = "scored", "参评"
        FEEDBACK = "feedback", "只反馈不计分"
        EXCLUDED = "excluded", "不参评"

    class Grade(models.TextChoices):
        EXCELLENT = "excellent", "优秀"
        GOOD = "good", "良好"
        FAIR = "fair", "一般"
        POOR = "poor", "较差"

    round = models.ForeignKey(AssessmentRound, models.PROTECT, verbose_name="年度考核", related_name="units")
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="单位", related_name="unit_scores")
    name = models.CharField("单位名称", max_length=60, help_text="本年度考核时的名称。")
    unit_class = models.CharField("类别", max_length=12, choices=CLASS_CHOICES)
    standing = models.CharField("参评情况", max_length=10, choices=Standing, default=Standing.SCORED)
    standing_reason = models.CharField("说明", max_length=200, blank=True)
    reviewer = models.ForeignKey(
        Agency, models.PROTECT, verbose_name="交叉评审单位", null=True, blank=True, related_name="+"
    )
    facts = models.JSONField("事实", null=True, blank=True)
    result = models.JSONField("评分", null=True, blank=True)
    total = models.DecimalField("得分", max_digits=7, decimal_places=2, null=True, blank=True)
    rank = models.PositiveSmallIntegerField("名次", null=True, blank=True)
    grade = models.CharField("等次", max_length=10, choices=Grade, blank=True)
    self_note = models.TextField("自评说明", blank=True)
    self_written_at = models.DateTimeField("自评填写时间", null=True, blank=True)
    self_written_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="自评填写人", null=True, blank=True, related_name="+"
    )
    self_signed_at = models.DateTimeField("自评审签时间", null=True, blank=True)
    self_signed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="自评审签人", null=True, blank=True, related_name="+"
    )
    scored_at = models.DateTimeField("初评时间", null=True, blank=True)
    scored_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="初评人", null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField("确认无异议时间", null=True, blank=True)
    agreed_by = models.ForeignKey(
        "agencies.User", models.PROTECT, verbose_name="确认无异议人", null=True, blank=True, related_name="+"
    )
    revision = models.PositiveIntegerField("修订号", default=1)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = UnitScoreQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位得分"
        ordering = ["round", "agency__order", "agency__code"]
        constraints = [
            models.UniqueConstraint(fields=["round", "agency"], name="assessment_unit_once"),
            paired("self_written", "assessment_unit_self_written_paired"),
            paired("self_signed", "assessment_unit_self_signed_paired"),
            paired("scored", "assessment_unit_scored_paired"),
            paired("agreed", "assessment_unit_agreed_paired"),
        ]

    def __str__(self):
        return f"{self.name} {self.round}"

    def get_absolute_url(self):
        scheme = self.round.scheme
        return reverse("assessment:unit", args=[scheme.plan.code, scheme.year, self.agency.code])

    @property
    def waits_for_office(self):
        """Whether the office has its score to confirm in 初评: not one that another unit reviews."""
        return not self.reviewer_id and not self.scored_at and self.standing != self.Standing.EXCLUDED


class SelfScore(models.Model):
    """自评得分 of a unit for one criterion, with what it stands on (佐证材料)."""

    unit = models.ForeignKey(UnitScore, models.CASCADE, verbose_name="单位", related_name="self_scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, verbose_name="考核项目", related_name="+")
    points = models.DecimalField("自评得分", max_digits=6, decimal_places=2)
    evidence = models.TextField("佐证材料", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "自评"
        ordering = ["unit", "criterion__order"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "criterion"], name="assessment_self_score_once"),
            models.CheckConstraint(condition=Q(points__gte=0), name="assessment_self_score_not_negative"),
        ]

    def __str__(self):
        return f"{self.criterion} {self.points}"
