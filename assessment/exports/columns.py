"""The columns the two city assessments can be given: what the office may choose from for an ExportForm.

`ExportForm.columns` is a list of {"key", "label", "width"}; label and width may be left out. Keys are those
of COLUMNS; what each gives is worked out from a UnitRow. 折算分 = score × points ÷ 100, two places, half up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from agencies.spreadsheets import Column
from assessment.exports.rows import UnitRow
from assessment.models import Criterion, ExportForm
from assessment.ranking import converted
from tasks.models import Assignment

NARROWEST, WIDEST = 4, 80
LONGEST_LABEL = 40


@dataclass(frozen=True)
class FormRow:
    """A unit on a form: its running number there, and the points 100 are worth."""

    number: int
    unit: UnitRow
    points: Decimal


@dataclass(frozen=True)
class FormColumn:
    """One column to choose. value: FormRow -> text, number or None; look: a name of the book's LOOKS.

    live: what assessment.exports.city_forms refers to in a formula: a column of 汇总表, "formula:<formula>"
    its criteria of one formula, or a count of 事实; "" where the value is written as it is.
    """

    key: str
    label: str
    width: float
    value: Callable[[FormRow], object]
    look: str = "text"
    live: str = ""


def _points_of(formula):
    """What the criteria of one formula gave a unit; None where none applied."""

    def value(row):
        if not row.unit.is_scored:
            return None
        given = [each.points for each in row.unit.result.criteria if each.formula == formula and each.applies]
        return sum(given) if given else None

    return value


def _of_result(name):
    return lambda row: getattr(row.unit.result, name) if row.unit.is_scored else None


def _count(of):
    """A count of the unit's facts; None where they are not known."""
    return lambda row: None if row.unit.facts is None else of(row.unit.facts)


def _returns(*outcomes):
    return _count(lambda facts: sum(each.outcome in outcomes for each in facts.returns))


def _led(facts):
    return [each for each in facts.tasks if each.duty == Assignment.Duty.LEAD]


def _why_deducted(row):
    said = [f"{each.basis}（−{each.points}）" for each in row.unit.by_hand if each.kind == "deduction"]
    return "；".join(said)


def _why_added(row):
    return "；".join(
        f"{each.basis}（+{each.points}）" for each in row.unit.by_hand if each.kind == "addition"
    )


COLUMNS = {
    column.key: column
    for column in (
        FormColumn("number", "序号", 6, lambda row: row.number, "count"),
        FormColumn("class", "类别", 18, lambda row: row.unit.class_name, "centre"),
        FormColumn("unit", "单位名称", 28, lambda row: row.unit.name),
        FormColumn("code", "单位代码", 12, lambda row: row.unit.code, "centre"),
        FormColumn("standing", "参评情况", 14, lambda row: row.unit.standing_word, "centre"),
        FormColumn("total", "考核得分", 12, lambda row: row.unit.total, "points", "total"),
        FormColumn(
            "converted",
            "折算分",
            12,
            lambda row: converted(row.unit.total, row.points),
            "points",
            "converted",
        ),
        FormColumn("base", "基础得分", 12, _of_result("base"), "points", "base"),
        FormColumn("added", "加分", 10, _of_result("added"), "points", "added"),
        FormColumn("deducted", "扣分", 10, _of_result("deducted"), "points", "deducted"),
        FormColumn("rank", "类别内名次", 11, lambda row: row.unit.rank, "count", "rank"),
        FormColumn("grade", "等次", 10, lambda row: row.unit.grade_word, "centre", "grade"),
        *(
            FormColumn(
                each.value, f"{each.label}得分", 12, _points_of(each), "points", f"formula:{each.value}"
            )
            for each in Criterion.Formula
        ),
        FormColumn(
            "tasks_led", "牵头任务数", 11, _count(lambda facts: len(_led(facts))), "count", "tasks_led"
        ),
        FormColumn(
            "tasks_done",
            "其中已完成",
            11,
            _count(lambda facts: sum(each.lamp == "blue" for each in _led(facts))),
            "count",
            "tasks_done",
        ),
        FormColumn("late", "迟报次数", 10, _returns("late"), "count", "late"),
        FormColumn("missing", "漏报次数", 10, _returns("missing"), "count", "missing"),
        FormColumn(
            "sent_back",
            "退回次数",
            10,
            _count(lambda facts: sum(len(each.sent_back) for each in facts.returns)),
            "count",
            "sent_back",
        ),
        FormColumn("why_added", "加分事由", 32, _why_added),
        FormColumn("why_deducted", "扣分事由", 32, _why_deducted),
        FormColumn("remark", "备注", 28, lambda row: row.unit.remark),
    )
}

# What a new scheme's forms begin with.
DEFAULTS = {
    ExportForm.Kind.PARTY: ("number", "class", "unit", "total", "converted", "why_deducted", "remark"),
    ExportForm.Kind.GOVERNMENT: (
        *("number", "unit", "class", "completion", "targets", "timeliness", "quality", "benchmarking"),
        *("orders", "added", "deducted", "total", "converted", "remark"),
    ),
}
DEFAULT_TITLES = {
    ExportForm.Kind.PARTY: "推进长三角一体化发展工作考核得分表（市委综合考核）",
    ExportForm.Kind.GOVERNMENT: "推进长三角一体化发展工作考核得分表（市政府目标管理绩效考核）",
}


def default_columns(kind) -> list[dict]:
    """`ExportForm.columns` of a new form of this kind."""
    return [
        {"key": key, "label": COLUMNS[key].label, "width": COLUMNS[key].width}
        for key in DEFAULTS[ExportForm.Kind(kind)]
    ]


def check_columns(chosen) -> list[dict]:
    """`chosen` as an ExportForm keeps it. Raises ValidationError in words: none, unknown, twice, too wide."""
    if not isinstance(chosen, list) or not chosen:
        raise ValidationError("报送表至少要有一列，请从可选的列中选择。")
    kept = []
    for each in chosen:
        key = each.get("key") if isinstance(each, dict) else None
        if key not in COLUMNS:
            raise ValidationError(f"没有“{key}”这一列，请从可选的列中选择。")
        if any(key == other["key"] for other in kept):
            raise ValidationError(f"“{COLUMNS[key].label}”只能出现一次，请删去重复的列。")
        label = str(each.get("label") or COLUMNS[key].label).strip()
        if len(label) > LONGEST_LABEL:
            raise ValidationError(f"列名“{label[:10]}……”太长，请不超过 {LONGEST_LABEL} 个字。")
        kept.append({"key": key, "label": label, "width": _width(each.get("width"), COLUMNS[key])})
    return kept


def _width(given, column):
    try:
        width = float(given or column.width)
    except (TypeError, ValueError):
        raise ValidationError(f"“{column.label}”的列宽要写数字，{NARROWEST} 至 {WIDEST} 之间。") from None
    if not NARROWEST <= width <= WIDEST:
        raise ValidationError(f"“{column.label}”的列宽要在 {NARROWEST} 至 {WIDEST} 之间。")
    return width


def chosen(form: ExportForm) -> list[tuple[FormColumn, Column]]:
    """The columns of a form as they are printed; a key no longer known is left out, a label or width that
    cannot be printed gives way to the usual one."""
    return printed(form.columns)


def printed(rows):
    """As `chosen`, of what an ExportForm keeps in `columns`."""
    rows = rows if isinstance(rows, list | tuple) else []
    named = [each for each in rows if isinstance(each, dict) and str(each.get("key")) in COLUMNS]
    return [(COLUMNS[str(each["key"])], _printed(each, COLUMNS[str(each["key"])])) for each in named]


def _printed(each, column):
    label = str(each.get("label") or column.label)[:LONGEST_LABEL]
    try:
        return Column(label, _width(each.get("width"), column))
    except ValidationError:
        return Column(label, column.width)
