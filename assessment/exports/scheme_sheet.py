"""考核办法: the one place where weights, parameters, caps and thresholds live; all else refers to it."""

from dataclasses import dataclass, field

from agencies.spreadsheets import Column
from assessment import formulas
from assessment.exports.live import down, formula, on
from assessment.exports.looks import look
from progress.exports.book import Cell
from progress.figures import CLASS_CODES

NAME = "考核办法"
YES, NO = "是", "否"
COLUMNS = (
    Column("序号", 6),
    Column("考核项目", 17),
    Column("计分方式", 13),
    Column("分值", 10),
    Column("考核内容", 40),
    Column("考核标准", 62),
    *(Column(f"适用\n{name}", 10) for name in CLASS_CODES.values()),
)
NUMBER, CRITERION, HOW, VALUE, CONTENT, STANDARD, FIRST_CLASS = range(7)


@dataclass
class SchemeCells:
    """Where everything stands on the sheet: absolute references for formulas."""

    weights: dict[str, str] = field(default_factory=dict)
    all_weights: str = ""
    applies: dict[tuple[str, str], str] = field(default_factory=dict)
    parameters: dict[tuple[str, str], str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)


def begin(book, year):
    """The empty sheet of the scheme, in its place in the book; `write` fills it."""
    return book.paper(NAME, f"{year.scheme_title}", COLUMNS, frozen=2)


def write(paper, year) -> SchemeCells:
    """The sheet; returns where its numbers stand."""
    cells = SchemeCells()
    paper.across(
        "黄底的数字和“是/否”可以修改，其余各表的得分随之重新计算。本表是导出时的副本，修改不会写回系统。",
        "note",
    )
    _write_criteria(paper, year, cells)
    _write_parameters(paper, year, cells)
    _write_settings(paper, year, cells)
    paper.end()
    return cells


def _band(paper, text):
    paper.across(text, "chapter", least=24)


def _write_criteria(paper, year, cells):
    _band(paper, "一、考核项目和分值")
    first = paper.row
    for number, each in enumerate(year.criteria, start=1):
        row, terms = paper.row, each.terms
        said = [YES if not terms.classes or code in terms.classes else NO for code in CLASS_CODES]
        paper.line(
            [
                Cell(number, "count"),
                Cell(each.label),
                Cell(formulas.formula(terms.formula).label, "centre"),
                Cell(terms.weight, look("change_points")),
                Cell(each.content),
                Cell(standard_of(each)),
                *(Cell(word, look("change_word")) for word in said),
            ]
        )
        cells.weights[terms.key] = on(NAME, row, VALUE)
        for place, code in enumerate(CLASS_CODES, start=FIRST_CLASS):
            cells.applies[terms.key, code] = on(NAME, row, place)
    last = max(paper.row - 1, first)
    cells.all_weights = down(NAME, VALUE, first, last)
    paper.sheet.data_validation(
        first,
        FIRST_CLASS,
        last,
        FIRST_CLASS + len(CLASS_CODES) - 1,
        {"validate": "list", "source": [YES, NO]},
    )
    total = Cell(formula(f"SUM({cells.all_weights})", year.total_weight), look("total_points"))
    blank = [Cell(None, "total") for _ in COLUMNS[CONTENT:]]
    paper.line([Cell("合计", "total"), Cell(None, "total"), Cell(None, "total"), total, *blank])


def standard_of(judged) -> str:
    """The office's own words and how the formula reckons with the scheme's numbers."""
    explained = formulas.in_words(judged.terms.formula, judged.terms.parameters)
    return "\n".join(filter(None, [judged.standard, explained]))


def _write_parameters(paper, year, cells):
    _band(paper, "二、计分参数")
    _sub_header(paper, "考核项目", "单位", "数值", "参数")
    for each in year.criteria:
        values = formulas.values_of(each.terms.formula, each.terms.parameters)
        for parameter in formulas.formula(each.terms.formula).parameters:
            cells.parameters[each.terms.key, parameter.name] = on(NAME, paper.row, VALUE)
            _value_line(paper, each.label, parameter.unit, values[parameter.name], parameter.label)


def _write_settings(paper, year, cells):
    _band(paper, "三、加分扣分" + ("、等次" if year.with_places else "") + "和折算")
    _sub_header(paper, "项目", "单位", "数值", "说明")
    rules = year.rules
    settings = [
        ("addition_cap", "加分上限", "分", year.terms.addition_cap, "加分合计不超过此数。"),
        ("deduction_cap", "扣分上限", "分", year.terms.deduction_cap, "扣分合计不超过此数。"),
    ]
    if year.with_places:
        settings += [
            ("excellent_from", "优秀起点", "分", rules.excellent_from, "达到此分且在优秀名额内的为优秀。"),
            ("good_from", "良好起点", "分", rules.good_from, ""),
            ("fair_from", "一般起点", "分", rules.fair_from, "低于此分为较差。"),
            (
                *("excellent_share", "优秀比例", "%", rules.excellent_share),
                "各类别分别计算，四舍五入，至少 1 家；同分越过名额的都不评为优秀。",
            ),
        ]
    for name, label, unit, value, said in settings:
        cells.settings[name] = on(NAME, paper.row, VALUE)
        _value_line(paper, label, unit, value, said)
    if year.with_places:
        cells.settings["veto_on"] = on(NAME, paper.row, VALUE)
        paper.sheet.data_validation(
            paper.row, VALUE, paper.row, VALUE, {"validate": "list", "source": [YES, NO]}
        )
        _value_line(paper, "启用一票否决", "是/否", YES if rules.veto_on else NO, "")
    for each in year.forms:
        cells.points[each.kind] = on(NAME, paper.row, VALUE)
        said = "折算分 = 考核得分 × 折算满分 ÷ 100，保留两位小数。"
        _value_line(paper, f"{each.get_kind_display()}折算满分", "分", each.points, said)


def _sub_header(paper, name, unit, value, said):
    labels = ["", name, unit, value, said, *[""] * (len(COLUMNS) - 5)]
    paper.line([Cell(label, "header") for label in labels], least=24)


def _value_line(paper, name, unit, value, said):
    form = look("change_word") if isinstance(value, str) else look("change")
    cells = [Cell(None), Cell(name), Cell(unit, "centre"), Cell(value, form), Cell(said)]
    paper.line([*cells, *(Cell(None) for _ in COLUMNS[5:])])
