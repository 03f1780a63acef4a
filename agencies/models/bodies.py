"""Bodies that bear duties: their names through time, their successors, their groups."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from agencies.dating import DatedModel

CODE = RegexValidator(r"^[a-z][a-z0-9]{1,19}$", "代码由小写字母开头，只含小写字母和数字，2 至 20 位。")


class Inferred(models.Model):
    """Something read between the lines of the plans, marked so until the office confirms it."""

    inferred = models.BooleanField("推断", default=False)
    basis = models.CharField("依据", max_length=400, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        "agencies.User",
        models.PROTECT,
        verbose_name="确认人",
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="%(app_label)s_%(class)s_confirmed_paired",
            )
        ]

    @property
    def awaits_confirmation(self):
        return self.inferred and self.confirmed_at is None


class AgencyQuerySet(models.QuerySet):
    def bodies(self):
        """Bodies that can bear duties: everything but the deciding 领导小组."""
        return self.exclude(kind=Agency.Kind.LEADING_GROUP)

    def visible_to(self, user):
        """Who exists is known to everybody who may sign in."""
        return self if user.is_authenticated else self.none()


class Agency(models.Model):
    """A body named in a plan, or the office itself.

    `code` is the key in addresses, filters and sign-in names; it is never reused. `name` is the official
    name in force; every name a document has used is an AgencyName. A body that once stood alone stays an
    Agency of its own, linked to today's by AgencySuccession.
    """

    class Kind(models.TextChoices):
        COUNTY = "county", "县区"
        PARK = "park", "市管园区"
        MUNICIPAL = "municipal", "市直部门"
        PARTY = "party", "党委部门"
        MASS = "mass", "群团"
        PROVINCIAL = "provincial", "中省直单位"
        OFFICE = "office", "领导小组办公室"
        LEADING_GROUP = "leading_group", "领导小组"

    code = models.SlugField("代码", max_length=20, unique=True, validators=[CODE])
    name = models.CharField("单位名称", max_length=60, unique=True)
    kind = models.CharField("类别", max_length=20, choices=Kind)
    order = models.PositiveSmallIntegerField("排序", default=999, help_text="公文中的排列次序")
    vertical = models.BooleanField("垂直管理", default=False)
    needs_approver = models.BooleanField(
        "须经本单位审核", default=True, help_text="取消后，填报人提交即报送办公室。"
    )
    abolished_on = models.DateField("撤销日期", null=True, blank=True)
    note = models.TextField("说明", blank=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["order", "code"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("progress:agency", args=[self.code])

    @property
    def is_office(self):
        return self.kind == self.Kind.OFFICE


class AgencyName(DatedModel, Inferred):
    """A name a document has used for a body: its official name for a time, or a spelling met in a text."""

    class Kind(models.TextChoices):
        OFFICIAL = "official", "正式名称"
        SPELLING = "spelling", "文中写法"

    agency = models.ForeignKey(Agency, models.CASCADE, verbose_name="单位", related_name="names")
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("性质", max_length=20, choices=Kind, default=Kind.SPELLING)

    class Meta(DatedModel.Meta, Inferred.Meta):
        verbose_name = verbose_name_plural = "名称"
        ordering = ["agency", "kind", "valid_from", "name"]
        constraints = [
            *DatedModel.Meta.constraints,
            *Inferred.Meta.constraints,
            models.UniqueConstraint(fields=["agency", "name", "kind"], name="agencies_name_once"),
        ]

    def __str__(self):
        return self.name


def chains_of(pairs):
    """(predecessor, successor) pairs and all that follow from them, through any number of renamings."""
    pairs = set(pairs)
    while True:
        longer = {(old, newest) for old, new in pairs for newer, newest in pairs if new == newer} - pairs
        if not longer:
            return pairs
        pairs |= longer


class SuccessionQuerySet(models.QuerySet):
    def acting(self):
        """Successions that let today's body act: confirmed, or stated by a document from the start."""
        return self.filter(successor__isnull=False).filter(Q(inferred=False) | Q(confirmed_at__isnull=False))

    def chains(self):
        """The set of (predecessor id, successor id) pairs, through any number of renamings."""
        return chains_of(self.values_list("predecessor_id", "successor_id"))


class AgencySuccession(Inferred):
    """What became of a body. Once confirmed, a successor's posts act for its predecessor.

    `on` is empty where the date is unknown; `successor` is empty where nobody has said yet who follows,
    and the office is asked.
    """

    class Kind(models.TextChoices):
        RENAMED = "renamed", "更名"
        MERGED = "merged", "并入"
        SPLIT = "split", "分设"
        ABOLISHED = "abolished", "撤销"
        DUTIES_MOVED = "duties_moved", "职责划转"

    predecessor = models.ForeignKey(Agency, models.PROTECT, verbose_name="原单位", related_name="successions")
    successor = models.ForeignKey(
        Agency, models.PROTECT, verbose_name="承接单位", related_name="predecessions", null=True, blank=True
    )
    kind = models.CharField("方式", max_length=20, choices=Kind)
    on = models.DateField("日期", null=True, blank=True)
    document = models.CharField("文件依据", max_length=200, blank=True)

    objects = SuccessionQuerySet.as_manager()

    class Meta(Inferred.Meta):
        verbose_name = verbose_name_plural = "承接关系"
        ordering = ["predecessor", "on", "pk"]
        constraints = [
            *Inferred.Meta.constraints,
            models.UniqueConstraint(fields=["predecessor", "successor"], name="agencies_succession_once"),
            models.CheckConstraint(
                condition=~Q(predecessor=models.F("successor")), name="agencies_succession_not_itself"
            ),
        ]

    def __str__(self):
        return f"{self.predecessor}{self.get_kind_display()}{self.successor or '（待定）'}"


class AgencyGroup(models.Model):
    """A collective a plan names in one breath, such as 各县区人民政府, with its members remembered.

    A group `decided_per_task` (有关县区人民政府) has no members of its own: the office says, task by
    task, who is meant.
    """

    code = models.SlugField("代码", max_length=20, unique=True)
    name = models.CharField("集合名称", max_length=60, unique=True)
    spellings = models.JSONField("文中写法", default=list, blank=True)
    decided_per_task = models.BooleanField("逐项指定成员", default=False)
    bears_duties = models.BooleanField("可作责任单位", default=True)
    members = models.ManyToManyField(
        Agency, through="GroupMember", verbose_name="成员", related_name="groups"
    )
    note = models.TextField("说明", blank=True)
    order = models.PositiveSmallIntegerField("排序", default=999)

    class Meta:
        verbose_name = verbose_name_plural = "单位集合"
        ordering = ["order", "code"]

    def __str__(self):
        return self.name


class GroupMember(DatedModel, Inferred):
    group = models.ForeignKey(AgencyGroup, models.CASCADE, verbose_name="集合", related_name="memberships")
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="单位", related_name="group_memberships")

    class Meta(DatedModel.Meta, Inferred.Meta):
        verbose_name = verbose_name_plural = "集合成员"
        ordering = ["group", "agency__order"]
        constraints = [
            *DatedModel.Meta.constraints,
            *Inferred.Meta.constraints,
            models.UniqueConstraint(fields=["group", "agency"], name="agencies_group_member_once"),
        ]

    def __str__(self):
        return f"{self.group}：{self.agency}"
