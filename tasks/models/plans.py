"""The official text: plan, chapters, sections, tasks, amendments, and links between plans."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from agencies.dating import DatedModel
from agencies.models import Agency, Role
from agencies.models.bodies import Inferred

PLAN_CODE = RegexValidator(r"^\d{4}-\d{4}$", "计划代码写作“2024-2026”。")


class Plan(models.Model):
    """A three-year action plan as issued. Imported text is immutable; changes are dated amendments."""

    code = models.CharField("代码", max_length=9, unique=True, validators=[PLAN_CODE])
    title = models.CharField("名称", max_length=100)
    notice_title = models.CharField("通知标题", max_length=200, blank=True)
    document_number = models.CharField("文号", max_length=60, blank=True)
    passed_text = models.CharField("审议情况", max_length=120, blank=True, help_text="按原文")
    passed_on = models.DateField("审议通过日期", null=True, blank=True)
    issued_on = models.DateField("印发日期", null=True, blank=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    first_period = models.CharField("首个报告期", max_length=6)
    last_period = models.CharField("末个报告期", max_length=6)
    in_use_from = models.CharField("启用季度", max_length=6, blank=True)
    support_label = models.CharField("第二类单位的称呼", max_length=20, default="配合单位")
    preamble = models.TextField("引言", blank=True)
    requirements = models.TextField("总体要求与目标", blank=True)
    safeguards = models.TextField("保障措施", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "三年行动计划"
        ordering = ["-starts_on"]

    def __str__(self):
        return self.title

    @property
    def years(self):
        return range(self.starts_on.year, self.ends_on.year + 1)

    @property
    def label(self):
        """“2024—2026年”, as the notices write it."""
        return f"{self.code.replace('-', '—')}年"


class PlanSteward(DatedModel):
    """主管单位: the body that keeps a plan, from one day to another."""

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="stewards")
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="主管单位", related_name="+")

    class Meta(DatedModel.Meta):
        verbose_name = verbose_name_plural = "主管单位"
        ordering = ["plan", "valid_from"]

    def __str__(self):
        return f"{self.plan.code} {self.agency}"


class Chapter(models.Model):
    """One of the nine 行动 of a plan; `title` is without the numeral, `heading` as printed."""

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="chapters")
    number = models.PositiveSmallIntegerField("序号")
    title = models.CharField("名称", max_length=100)
    heading = models.CharField("原文标题", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "行动"
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="tasks_chapter_once")]

    def __str__(self):
        return self.title


class Section(models.Model):
    """A second-level heading （一）…; only 2024–2026 has them. Numbered within its chapter."""

    chapter = models.ForeignKey(Chapter, models.CASCADE, verbose_name="行动", related_name="sections")
    number = models.PositiveSmallIntegerField("序号")
    title = models.CharField("名称", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "节"
        ordering = ["chapter", "number"]
        constraints = [models.UniqueConstraint(fields=["chapter", "number"], name="tasks_section_once")]

    def __str__(self):
        return self.title


class TaskQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Tasks this person may know of: all that are not sensitive, and the sensitive ones they answer for.

        Sensitive tasks are known to bodies with a duty, the office and leaders named for them only. A duty
        that has ended tells its body no more of them, from the day after.
        """
        if not user.is_authenticated or not user.business_roles:
            return self.none()
        if user.has_role(Role.OFFICE):
            return self
        not_ended = Q(assignments__valid_until__isnull=True) | Q(
            assignments__valid_until__gte=timezone.localdate()
        )
        own = Task.objects.filter(not_ended, pk=OuterRef("pk"), assignments__agency__in=user.agency_ids())
        named = Task.objects.filter(pk=OuterRef("pk"), named_readers=user)
        return self.filter(Q(is_sensitive=False) | Exists(own) | Exists(named))

    def public(self):
        """Tasks anybody may read, as the published notice has them."""
        return self.filter(is_sensitive=False)


class Task(models.Model):
    """A numbered task. `text` is verbatim without the responsibility clause, `clause` verbatim."""

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="tasks")
    chapter = models.ForeignKey(Chapter, models.PROTECT, verbose_name="行动", related_name="tasks")
    section = models.ForeignKey(
        Section, models.PROTECT, verbose_name="节", related_name="tasks", null=True, blank=True
    )
    number = models.PositiveSmallIntegerField("序号")
    title = models.CharField("标题", max_length=80)
    title_is_official = models.BooleanField("标题出自原文", default=True)
    text = models.TextField("原文")
    clause = models.TextField("责任分工（原文）")
    open_ended = models.BooleanField("名单以“等”结尾", default=False)
    separate_leads = models.BooleanField(
        "分别牵头",
        default=False,
        help_text="原文写“分别按职责牵头”，或牵头者为集合：各自填报，不设汇总单位。",
    )
    is_key = models.BooleanField("重点任务", default=False)
    is_sensitive = models.BooleanField("敏感任务", default=False)
    named_readers = models.ManyToManyField(
        "agencies.User", verbose_name="指定阅读的领导", blank=True, related_name="+"
    )
    agencies = models.ManyToManyField(Agency, through="Assignment", related_name="tasks")

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务"
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="tasks_task_once")]

    def __str__(self):
        return f"{self.number}. {self.title}"

    def address(self, period_code):
        """The task's page in the frame of one period."""
        return reverse("progress:task", args=[self.plan.code, period_code, self.number])


class TaskAmendment(models.Model):
    """A dated change to a task, shown beside the untouched text."""

    task = models.ForeignKey(Task, models.CASCADE, verbose_name="任务", related_name="amendments")
    on = models.DateField("日期")
    basis = models.CharField("依据", max_length=200)
    text = models.TextField("调整内容")
    entered_by = models.ForeignKey("agencies.User", models.PROTECT, verbose_name="录入人", related_name="+")
    entered_at = models.DateTimeField("录入时间")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "任务调整"
        ordering = ["task", "on"]

    def __str__(self):
        return f"{self.task} {self.on}"


class TaskLink(Inferred):
    """What became of a task of one plan in the next; proposed until the office confirms it."""

    class Kind(models.TextChoices):
        CONTINUED = "continued", "延续"
        MERGED = "merged", "合并"
        SPLIT = "split", "拆分"
        DROPPED = "dropped", "不再列出"

    earlier = models.ForeignKey(Task, models.CASCADE, verbose_name="前一计划任务", related_name="later_links")
    later = models.ForeignKey(
        Task, models.CASCADE, verbose_name="后一计划任务", related_name="earlier_links", null=True, blank=True
    )
    kind = models.CharField("关系", max_length=20, choices=Kind)

    class Meta(Inferred.Meta):
        verbose_name = verbose_name_plural = "任务衔接"
        ordering = ["earlier__number", "later__number"]
        constraints = [
            *Inferred.Meta.constraints,
            models.UniqueConstraint(fields=["earlier", "later"], name="tasks_link_once"),
            models.CheckConstraint(
                condition=Q(kind="dropped", later__isnull=True)
                | (~Q(kind="dropped") & Q(later__isnull=False)),
                name="tasks_link_dropped_leads_nowhere",
            ),
        ]

    def __str__(self):
        return f"{self.earlier.number}→{self.later.number if self.later else '—'}"


class PublishedFact(models.Model):
    """公开报道: something the press reported about a task or the plan; never mixed with returns."""

    plan = models.ForeignKey(Plan, models.CASCADE, verbose_name="计划", related_name="published_facts")
    task = models.ForeignKey(
        Task, models.CASCADE, verbose_name="任务", related_name="published_facts", null=True, blank=True
    )
    period_text = models.CharField("时间", max_length=60, blank=True)
    statement = models.CharField("事实", max_length=300)
    quote = models.TextField("原文摘句")
    source_title = models.CharField("来源", max_length=200)
    source_date = models.DateField("报道日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公开报道"
        ordering = ["plan", "task__number", "pk"]

    def __str__(self):
        return self.statement
