"""The formulas a criterion can be judged by: what each means in words, and the numbers it can be given.

Pure: known to the pages (which explain and edit) and to `assessment.scoring` (which reckons). Defaults are
those of practice, section 3; numbers are kept as text in `Criterion.parameters` and read by `values_of`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# Words of a duty in the order of their weight; the keys are values of Assignment.Duty.
DUTIES = {
    "lead": "牵头",
    "named": "列名配合",
    "invited": "点名配合",
    "group": "集合配合",
    "implied": "隐含配合",
}


@dataclass(frozen=True)
class Parameter:
    """A number of a formula. `unit`: "分" (points of the criterion), "%" (0–100) or "系数" (0–1)."""

    name: str
    label: str
    default: Decimal
    unit: str
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(100)


@dataclass(frozen=True)
class Formula:
    """A way to judge. `explanation` names parameters in braces; `source`: where its facts come from."""

    code: str
    label: str
    explanation: str
    source: str
    parameters: tuple[Parameter, ...] = ()

    @property
    def defaults(self) -> dict[str, Decimal]:
        return {each.name: each.default for each in self.parameters}


def _percent(name, label, default):
    return Parameter(name, label, Decimal(default), "%")


def _share(duty, default):
    return Parameter(f"share_{duty}", f"{DUTIES[duty]}任务的权重", Decimal(default), "系数", most=Decimal(1))


def _points(name, label, default):
    return Parameter(name, label, Decimal(default), "分", most=Decimal(100))


_ALL = (
    Formula(
        "completion",
        "任务完成",
        "每项任务按年末最后一次审定的亮灯计完成率：已完成 {blue}%，达序时 {green}%，欠序时 {yellow}%，"
        "严重滞后和审定为未报的 {red}%。先取同类责任各项任务的平均（不累加），再按责任加权平均："
        "牵头 {share_lead}，列名配合 {share_named}，点名配合 {share_invited}，集合配合 {share_group}，"
        "隐含配合 {share_implied}。"
        "未审定、目标未定的任务不计入。没有牵头任务的单位，本项分值按其最重一类责任的权重保留，其余分值转给其他考核项目。",
        "各季度审定的亮灯",
        (
            _percent("blue", "已完成（蓝灯）计", 100),
            _percent("green", "达序时（绿灯）计", 100),
            _percent("yellow", "欠序时（黄灯）计", 70),
            _percent("red", "严重滞后（红灯）计", 30),
            _share("lead", "1"),
            _share("named", "0.3"),
            _share("invited", "0.3"),
            _share("group", "0.1"),
            _share("implied", "0.05"),
        ),
    ),
    Formula(
        "targets",
        "量化指标",
        "本年度到期的每个量化指标按达成程度计：达到目标计 100%，未达到的按完成比例计，低于 {floor}% 的计 0，"
        "到期没有报送数值的计 {unreported}%。取各指标的平均。"
        "没有数字的目标由办公室认定是否达成，尚未认定的不计入。",
        "已采用的指标数值和办公室的人工认定",
        (
            _percent("floor", "计分起点（达成程度低于此数计 0）", 0),
            _percent("unreported", "到期未报数值的计", 0),
        ),
    ),
    Formula(
        "timeliness",
        "报送及时性",
        "每项任务（单位小结单独算一项）先按满分计，其报送每迟报一次扣 {late} 分，每漏报一次扣 {missing} 分，"
        "牵头单位商请提供材料而到期未提供的每次扣 {silent} 分，扣完为止；再取各项的平均。"
        "已免报的不计入，尚未到期的不扣分。",
        "各报告期的报送记录",
        (
            _points("late", "迟报每次扣", "0.5"),
            _points("missing", "漏报每次扣", "1"),
            _points("silent", "到期未向牵头单位提供材料每次扣", "1"),
        ),
    ),
    Formula(
        "quality",
        "报送质量",
        "每项任务（单位小结单独算一项）先按满分计，其报送每被办公室退回一次扣 {sent_back} 分，"
        "每被认定为无实质内容一次扣 {insubstantial} 分，扣完为止；再取各项的平均。"
        "应报而一次也没有报的，该项不得分。采用后本单位主动更正的不扣分。",
        "办公室的退回记录和人工认定",
        (
            _points("sent_back", "退回每次扣", "0.2"),
            _points("insubstantial", "无实质内容每次扣", "1"),
        ),
    ),
    Formula(
        "benchmarking",
        "对标学习",
        "按对标学习杭州任务的落实程度计分。系统内还没有对标学习数据的年度，本项分值按比例转给其他考核项目。",
        "对标学习反馈",
    ),
    Formula(
        "orders",
        "督办办结",
        "办理期限落在本年度的每件督办件：按期办结计 100%，超期办结计 {late}%，逾期仍未办结计 {overdue}%。"
        "取各件的平均。本年度没有督办件的单位，本项分值按比例转给其他考核项目。",
        "督办台账",
        (_percent("late", "超期办结的计", 50), _percent("overdue", "逾期未办结的计", 0)),
    ),
    Formula(
        "by_hand",
        "人工评定",
        "由办公室在初评时逐个单位评定得分，写明依据并附材料，最低 0 分，最高为本项分值。"
        "没有评定的单位，本项分值按比例转给其他考核项目。",
        "办公室的评定",
    ),
)
FORMULAS: dict[str, Formula] = {each.code: each for each in _ALL}


def formula(code: str) -> Formula:
    """The formula a criterion names. Raises KeyError for none of them."""
    return FORMULAS[code]


def values_of(code: str, parameters: Mapping[str, str] | None = None) -> dict[str, Decimal]:
    """Every parameter of the formula with its number: what the criterion says, the default otherwise.

    What is not one of its parameters, or no number, is passed over: a scheme is checked when it is written.
    """
    given = parameters or {}
    return {each.name: _number(given.get(each.name), each.default) for each in formula(code).parameters}


def _number(text, default):
    try:
        value = Decimal(str(text))
    except InvalidOperation:
        return default
    return value if value.is_finite() else default


def in_words(code: str, parameters: Mapping[str, str] | None = None) -> str:
    """How the formula reckons with these numbers, as a clerk reads it."""
    values = values_of(code, parameters)
    return formula(code).explanation.format(**{name: plain(value) for name, value in values.items()})


def plain(value: Decimal) -> str:
    """0.50 → 0.5, 100 → 100: a number without idle zeros."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
