"""What a scheme says, as plain data: its defaults, its check, and how two of them differ in words.

Defaults and their sources: practice, section 3. The points of the criteria are of 100 together.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from agencies.models import Agency
from assessment.exports import columns
from assessment.formulas import FORMULAS, formula, in_words, plain, values_of
from assessment.models import ExportForm, Scheme, VetoItem
from progress.figures import CLASS_CODES
from supervision.kinds import is_outside_command

WHOLE = Decimal(100)
MOST_CRITERIA, MOST_VETOES = 12, 8
LONGEST_TITLE, LONGEST_NAME, LONGEST_TEXT, LONGEST_NUMBER, LONGEST_VETO = 120, 40, 600, 60, 120
MOST_DAYS = 60
# Plain columns of a Scheme the office writes.
PLAIN = (
    *("title", "document_number", "addition_cap", "deduction_cap", "self_days", "objection_days"),
    *("own_grades", "excellent_from", "good_from", "fair_from", "excellent_share", "veto_on"),
    *("host", "cross_reviewer"),
)


@dataclass(frozen=True)
class CriterionContent:
    """A line of the scheme. parameters: {name: number as text}; classes: codes, none for all."""

    name: str
    formula: str
    weight: Decimal
    content: str = ""
    standard: str = ""
    parameters: dict = field(default_factory=dict)
    classes: tuple[str, ...] = ()

    @property
    def explained(self) -> str:
        return in_words(self.formula, self.parameters)

    def __str__(self):
        whom = "、".join(CLASS_CODES[each] for each in self.classes) or "各类别"
        texts = "；".join(filter(None, [self.content, self.standard]))
        said = f"{self.name} {plain(self.weight)} 分（{whom}）：{self.explained}"
        return f"{said} {texts}".strip()


@dataclass(frozen=True)
class VetoContent:
    """一票否决 item. effect: a value of VetoItem.Effect."""

    name: str
    effect: str = VetoItem.Effect.NOT_EXCELLENT

    def __str__(self):
        return f"{self.name}：{VetoItem.Effect(self.effect).label}"


@dataclass(frozen=True)
class ExportContent:
    """One form for a city assessment. columns: as ExportForm keeps them."""

    kind: str
    title: str
    points: Decimal
    columns: tuple[dict, ...] = ()

    def __str__(self):
        labels = "｜".join(column.label for _, column in columns.printed(self.columns))
        return f"{self.title}，满分 {plain(self.points)} 分：{labels}"


@dataclass(frozen=True)
class SchemeContent:
    """Everything of a scheme the office decides; names are those of the model."""

    title: str
    document_number: str = ""
    addition_cap: Decimal = Decimal(5)
    deduction_cap: Decimal = Decimal(10)
    self_days: int = 5
    objection_days: int = 5
    own_grades: bool = False
    excellent_from: Decimal = Decimal(90)
    good_from: Decimal = Decimal(80)
    fair_from: Decimal = Decimal(70)
    excellent_share: Decimal = Decimal(30)
    veto_on: bool = False
    host: Agency | None = None
    cross_reviewer: Agency | None = None
    listed: tuple[Agency, ...] = ()
    criteria: tuple[CriterionContent, ...] = ()
    veto_items: tuple[VetoContent, ...] = ()
    export_forms: tuple[ExportContent, ...] = ()


# --- defaults --------------------------------------------------------------------------------------


# formula, points, what is looked at, how (practice, section 3).
USUAL = (
    (
        "completion",
        "50",
        "牵头和配合任务的年度目标完成情况。",
        "按年末审定的亮灯计完成率，取各项任务的平均，不累加。",
    ),
    ("targets", "15", "本年度到期的量化指标。", "按达成程度计分，取各项指标的平均。"),
    ("timeliness", "10", "季度、年度报送和向牵头单位提供材料。", "迟报、漏报按次扣分，扣完为止。"),
    ("quality", "10", "报送内容的质量。", "被退回、无实质内容的按次扣分，扣完为止。"),
    ("benchmarking", "10", "对标学习杭州的落实情况。", "没有数据的年度，分值转给其他项目。"),
    ("orders", "5", "督办事项的办结情况。", "按期办结得满分，取各件的平均。"),
)
USUAL_VETOES = (
    VetoContent("报送数据弄虚作假，经查证属实的", VetoItem.Effect.LOWEST),
    VetoContent("因工作不落实被市委、市政府通报批评的"),
    VetoContent("未按规定报送年度落实情况报告的"),
)


def usual_criteria() -> tuple[CriterionContent, ...]:
    """任务完成 50 · 量化指标 15 · 报送及时性 10 · 报送质量 10 · 对标学习 10 · 督办办结 5."""
    return tuple(
        CriterionContent(
            FORMULAS[code].label,
            code,
            Decimal(weight),
            content,
            standard,
            spelled(code, FORMULAS[code].defaults),
        )
        for code, weight, content, standard in USUAL
    )


def usual_forms() -> tuple[ExportContent, ...]:
    """A form for each of the two city assessments, of 100 points."""
    return tuple(
        ExportContent(kind.value, columns.DEFAULT_TITLES[kind], WHOLE, tuple(columns.default_columns(kind)))
        for kind in ExportForm.Kind
    )


def usual(year: int) -> SchemeContent:
    """The scheme a year begins with where there is none before it."""
    return SchemeContent(
        usual_title(year),
        criteria=usual_criteria(),
        veto_items=USUAL_VETOES,
        export_forms=usual_forms(),
    )


def usual_title(year: int) -> str:
    """What the scheme of a year is called unless the office says otherwise."""
    return f"推进长三角一体化发展工作{year}年度考核办法"


def spelled(code: str, numbers) -> dict[str, str]:
    """Parameters of a formula as a criterion keeps them: exact text, every one of them written down."""
    return {name: plain(value) for name, value in values_of(code, numbers).items()}


def content_of(scheme: Scheme) -> SchemeContent:
    """What a scheme says now. Constant number of queries."""
    return SchemeContent(
        **{name: getattr(scheme, name) for name in PLAIN},
        listed=tuple(scheme.listed.all()),
        criteria=tuple(
            CriterionContent(
                each.name,
                each.formula,
                each.weight,
                each.content,
                each.standard,
                dict(each.parameters),
                tuple(each.classes),
            )
            for each in scheme.criteria.all()
        ),
        veto_items=tuple(VetoContent(each.name, each.effect) for each in scheme.veto_items.all()),
        export_forms=tuple(
            ExportContent(each.kind, each.title, each.points, tuple(each.columns))
            for each in scheme.export_forms.all()
        ),
    )


def may_be_listed(agency: Agency) -> bool:
    """Whether a body is 法检 or 中省直: it is scored only where the scheme lists it."""
    return is_outside_command(agency)


# --- the check -------------------------------------------------------------------------------------


def mistakes(content: SchemeContent) -> dict[str, str]:
    """{field: sentence} of all that is wrong with a scheme; a criterion's fields are `weight_1`, …"""
    found = {}
    for where, sentence in (
        *_wrong_in_head(content),
        *_wrong_in_grades(content),
        *_wrong_about_bodies(content),
        *_wrong_in_criteria(content.criteria),
        *_wrong_in_vetoes(content),
        *_wrong_in_forms(content.export_forms),
    ):
        found.setdefault(where, sentence)
    return found


def total_said(criteria) -> str:
    """By how much the points are over or under 100, and what to do; "" where they are 100."""
    total = sum((each.weight for each in criteria), Decimal(0))
    if total == WHOLE:
        return ""
    by = plain(abs(total - WHOLE))
    what = f"多出 {by} 分，请减少" if total > WHOLE else f"还差 {by} 分，请增加"
    return f"各考核项目的分值合计应为 100 分，现在是 {plain(total)} 分，{what}某些项目的分值后再保存。"


def _wrong_in_head(content) -> Iterator[tuple[str, str]]:
    if not content.title.strip():
        yield "title", "请填写考核办法的名称。"
    for name, label in (("addition_cap", "加分上限"), ("deduction_cap", "扣分上限")):
        value = getattr(content, name)
        if not 0 <= value <= WHOLE:
            yield name, f"{label}应在 0 至 100 之间，您填的是 {plain(value)}；不设加减分的填 0。"
    for name, label in (("self_days", "自评期限"), ("objection_days", "反馈复核期限")):
        if not 1 <= getattr(content, name) <= MOST_DAYS:
            yield name, f"{label}应在 1 至 {MOST_DAYS} 个工作日之间。"


def _wrong_in_grades(content):
    if not WHOLE >= content.excellent_from > content.good_from > content.fair_from >= 0:
        yield (
            "excellent_from",
            "等次起点应当优秀高于良好、良好高于一般，都在 0 至 100 之间，例如 90、80、70。",
        )
    if not 0 <= content.excellent_share <= WHOLE:
        yield "excellent_share", f"优秀比例应在 0 至 100 之间，您填的是 {plain(content.excellent_share)}。"


def _wrong_about_bodies(content):
    if content.host is not None and content.host == content.cross_reviewer:
        yield (
            "cross_reviewer",
            f"{content.host.name}是办公室所在单位，不能由它自己评审，请另选一家单位交叉评审。",
        )
    elif content.host is None and content.cross_reviewer is not None:
        yield "host", "已选了交叉评审单位，请同时选择办公室所在单位；不需要交叉评审的，两项都留空。"
    stray = [each.name for each in content.listed if not may_be_listed(each)]
    if stray:
        yield "listed", f"{'、'.join(stray)}不是法检或中省直单位，本来就计分，不用列入。"


def _wrong_in_criteria(criteria):
    if not criteria:
        yield "criteria", "请至少设一个考核项目。"
        return
    if len(criteria) > MOST_CRITERIA:
        yield "criteria", f"考核项目最多 {MOST_CRITERIA} 项，请合并或删去几项。"
    for place, each in enumerate(criteria, start=1):
        yield from _wrong_in_criterion(place, each, criteria[: place - 1])
    said = total_said(criteria)
    if said:
        yield "criteria", said
    for code, label in CLASS_CODES.items():
        if not any(not each.classes or code in each.classes for each in criteria):
            yield "criteria", f"没有一个考核项目适用于“{label}”，请至少让一个项目适用于这一类。"


def _wrong_in_criterion(place, each, before):
    if not each.name.strip():
        yield f"name_{place}", f"请填写第 {place} 个考核项目的名称。"
    elif each.name in {other.name for other in before}:
        yield f"name_{place}", f"已经有一个考核项目叫“{each.name}”，请换一个名称。"
    if each.formula not in FORMULAS:
        yield f"formula_{place}", "请从列出的计分方式中选择。"
        return
    if not 0 < each.weight <= WHOLE:
        yield f"weight_{place}", f"“{each.name}”的分值应大于 0、不超过 100；不考核的请删去这一项。"
    if set(each.classes) - set(CLASS_CODES):
        yield f"classes_{place}", "请从列出的类别中选择。"
    for one in formula(each.formula).parameters:
        value = values_of(each.formula, each.parameters)[one.name]
        if not one.least <= value <= one.most:
            yield (
                f"p_{place}_{one.name}",
                f"“{one.label}”应在 {plain(one.least)} 至 {plain(one.most)} 之间，您填的是 {plain(value)}。",
            )


def _wrong_in_vetoes(content):
    if content.veto_on and not content.veto_items:
        yield "veto_on", "启用一票否决，请至少列出一种情形。"
    if len(content.veto_items) > MOST_VETOES:
        yield "veto_on", f"一票否决情形最多 {MOST_VETOES} 种。"


def _wrong_in_forms(forms):
    for each in forms:
        if not each.title.strip():
            yield f"{each.kind}_title", "请填写报送表的表名。"
        if not 0 < each.points <= 1000:
            yield f"{each.kind}_points", "折算满分应大于 0、不超过 1000，例如 100 或 2。"


# --- in words --------------------------------------------------------------------------------------


def spoken(content: SchemeContent) -> dict[str, str]:
    """The scheme as {what: how}, for comparing two of them and for the trail."""
    said = {Scheme._meta.get_field(name).verbose_name: _said(getattr(content, name)) for name in PLAIN}
    said["列入计分的单位"] = "、".join(each.name for each in content.listed)
    said["考核项目和次序"] = "、".join(f"{each.name} {plain(each.weight)}" for each in content.criteria)
    said |= {f"考核项目“{each.name}”": str(each) for each in content.criteria}
    said["一票否决情形"] = "；".join(map(str, content.veto_items))
    said |= {ExportForm.Kind(each.kind).label: str(each) for each in content.export_forms}
    return said


def differing(one: SchemeContent, other: SchemeContent) -> list[tuple[str, str, str]]:
    """[(what, how `one` says it, how `other` does)] where they differ."""
    ours, theirs = spoken(one), spoken(other)
    return [
        (what, ours.get(what, ""), theirs.get(what, ""))
        for what in dict.fromkeys((*ours, *theirs))
        if ours.get(what, "") != theirs.get(what, "")
    ]


def _said(value):
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return plain(value)
    return "" if value is None else str(value)
