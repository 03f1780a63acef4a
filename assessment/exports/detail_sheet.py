"""明细: each unit's criteria, one a row: what the weight becomes, what is earned, what review changed."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from agencies.spreadsheets import Column
from assessment.exports import subjects_sheet as subjects
from assessment.exports.live import cents, down, formula, here, on, six
from assessment.exports.looks import look
from assessment.exports.rows import CENT
from progress.exports.book import Cell

NAME = "明细"
COLUMNS = (
    Column("类别", 15),
    Column("单位代码", 10),
    Column("单位", 22),
    Column("考核项目", 16),
    Column("分值", 9),
    Column("保留\n比例", 9),
    Column("保留\n分值", 10),
    Column("折算后\n分值", 10),
    Column("实际\n分值", 10),
    Column("得分率", 12),
    Column("计分", 9),
    Column("复核\n调整", 9),
    Column("得分", 10),
    Column("自评\n得分", 9),
    Column("说明", 34),
)
(
    CLASS,
    CODE,
    UNIT,
    CRITERION,
    WEIGHT,
    SHARE,
    KEPT,
    ROUNDED,
    EFFECTIVE,
    RATIO,
    MEASURED,
    REVIEWED,
    POINTS,
    OWN,
    SAID,
) = range(15)


@dataclass
class DetailCells:
    """Where each unit's criteria stand: {code: first row}, one row a criterion, and the row of their sums."""

    first: dict[str, int] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)

    def cell(self, unit, number, place) -> str:
        """number: the criterion's, from 0."""
        return on(NAME, self.first[unit.code] + number, place)

    def points(self, unit) -> str:
        """The points of all its criteria, as a range."""
        return down(NAME, POINTS, self.first[unit.code], self.sums[unit.code] - 1)


def begin(book, year):
    """The empty sheet of points by criterion, in its place in the book; `write` fills it."""
    return book.paper(NAME, f"{year.year}年度考核得分明细", COLUMNS, frozen=4)


def write(paper, year, scheme, found, by_hand) -> DetailCells:
    """The sheet; returns where the criteria stand."""
    cells = DetailCells()
    paper.across(
        "保留分值 = 分值 × 保留比例；折算后分值 = 分值合计 × 保留分值 ÷ 保留分值合计，四舍五入到分，"
        "尾差记在保留分值最大（相同的取靠前）的一项，得实际分值；计分 = 实际分值 × 得分率；"
        "得分 = 计分 + 复核调整，不低于 0、不高于实际分值。",
        "note",
    )
    for unit in year.judged:
        cells.first[unit.code] = first = paper.row
        for number in range(len(year.criteria)):
            paper.line(_cells(year, unit, number, first, scheme, found, by_hand))
        cells.sums[unit.code] = paper.row
        paper.line(_sums(year, unit, first, paper.row - 1))
    if cells.first:
        paper.sheet.autofilter(paper.header, 0, paper.row - 1, len(COLUMNS) - 1)
    else:
        paper.across("还没有计分的单位。", "quiet")
    paper.end()
    return cells


def _cells(year, unit, number, first, scheme, found, by_hand):
    judged, result = year.criteria[number], unit.result.criteria[number]
    key, row, last = judged.terms.key, first + number, first + len(year.criteria) - 1
    at = {place: here(row, place) for place in range(len(COLUMNS))}
    block = {place: f"{here(first, place)}:{here(last, place)}" for place in (KEPT, ROUNDED)}
    keeps, weights, ratios = (
        found.column(unit, judged.terms, place) for place in (subjects.KEEPS, subjects.WEIGHT, subjects.RATIO)
    )
    kept, rounded = kept_and_rounded(year, unit)
    share = f'IF({scheme.applies[key, unit.unit_class]}="否",0,MAX({keeps}))'
    dealt = cents(f"SUM({scheme.all_weights})*{at[KEPT]}/SUM({block[KEPT]})")
    largest = f"MATCH(MAX({block[KEPT]}),{block[KEPT]},0)={number + 1}"
    left = f"SUM({scheme.all_weights})-SUM({block[ROUNDED]})"
    effective = f"IF(SUM({block[KEPT]})=0,0,ROUND({at[ROUNDED]}+IF({largest},{left},0),2))"
    mean = six(f"SUMPRODUCT({weights},{ratios})/SUM({weights})")
    ratio = f"IF(OR({at[SHARE]}=0,SUM({weights})=0),0,MIN(1,MAX(0,{mean})))"
    stated = by_hand.points_of(unit, "review", judged.label)
    points = f"ROUND(MAX(0,MIN({at[EFFECTIVE]},{at[MEASURED]}+{stated})),2)"
    own = unit.own.get(key)
    return [
        Cell(unit.class_name, "centre"),
        Cell(unit.code, "centre"),
        Cell(unit.name),
        Cell(judged.label),
        Cell(formula(scheme.weights[key], judged.terms.weight), look("points")),
        Cell(formula(share, result.share if result.applies else 0), look("number")),
        Cell(formula(f"ROUND({at[WEIGHT]}*{at[SHARE]},8)", kept[number]), look("number")),
        Cell(formula(f"IF(SUM({block[KEPT]})=0,0,{dealt})", rounded[number]), look("points")),
        Cell(formula(effective, result.effective), look("points")),
        Cell(formula(ratio, result.ratio), look("ratio")),
        Cell(formula(cents(f"{at[EFFECTIVE]}*{at[RATIO]}"), result.measured), look("points")),
        Cell(formula(f"ROUND({at[POINTS]}-{at[MEASURED]},2)", result.reviewed), look("points")),
        Cell(formula(points, result.points), look("strong_points")),
        Cell(own.points if own else None, look("points")),
        Cell(result.why_not or None, "quiet"),
    ]


def kept_and_rounded(year, unit):
    """What of each criterion's weight the unit keeps, and that dealt out to the cent, before the rest of it
    goes to the largest."""
    kept = [row.weight * (row.share if row.applies else 0) for row in unit.result.criteria]
    whole = sum(kept, Decimal(0))
    if not whole:
        return kept, [Decimal(0)] * len(kept)
    total = year.total_weight
    return kept, [(total * part / whole).quantize(CENT, ROUND_HALF_UP) for part in kept]


def _sums(year, unit, first, last):
    result = unit.result
    _, rounded = kept_and_rounded(year, unit)
    values = {
        WEIGHT: sum((row.weight for row in result.criteria), Decimal(0)),
        ROUNDED: sum(rounded, Decimal(0)),
        EFFECTIVE: sum((row.effective for row in result.criteria), Decimal(0)),
        MEASURED: sum((row.measured for row in result.criteria), Decimal(0)),
        POINTS: result.base,
    }
    cells = [Cell(None, "total") for _ in COLUMNS]
    cells[CLASS], cells[CODE] = Cell(unit.class_name, "total"), Cell(unit.code, "total")
    cells[UNIT], cells[CRITERION] = Cell(unit.name, "total"), Cell("小计", "total")
    for place, value in values.items():
        expression = f"ROUND(SUM({here(first, place)}:{here(last, place)}),2)"
        cells[place] = Cell(formula(expression, value), look("total_points"))
    return cells
