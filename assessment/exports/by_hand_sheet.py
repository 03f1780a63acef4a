"""加减分: what people stated by hand, with its basis; a few rows are left for more."""

from dataclasses import dataclass

from agencies.spreadsheets import Column
from assessment.exports.live import down, text
from assessment.exports.looks import look
from assessment.models import Adjustment
from progress.exports.book import Cell

NAME = "加减分"
COLUMNS = (
    Column("单位代码", 11),
    Column("单位", 22),
    Column("类别", 12),
    Column("考核项目", 18),
    Column("分值", 10),
    Column("依据", 56),
    Column("关联事项", 30),
)
CODE, UNIT, KIND, CRITERION, POINTS, BASIS, URL = range(7)
SPARE = 12
WORDS = {kind.value: kind.label for kind in Adjustment.Kind}


@dataclass(frozen=True)
class ByHandCells:
    """The rows of the sheet, and how their points are added up in a formula."""

    first: int
    last: int

    def column(self, place: int) -> str:
        return down(NAME, place, self.first, self.last)

    def points(self, unit, kind) -> str:
        """The points of one kind for a unit."""
        asked = f"{self.column(CODE)},{text(unit.code)},{self.column(KIND)},{text(WORDS[kind])}"
        return f"SUMIFS({self.column(POINTS)},{asked})"

    def points_of(self, unit, kind, criterion) -> str:
        """Those of one criterion (its label). Compared, not searched: a name may hold * and ?."""
        return f"SUMPRODUCT({self._rows(unit, kind, criterion)},{self.column(POINTS)})"

    def times(self, unit, kind, criterion) -> str:
        """How often a criterion has something of the kind."""
        return f"SUMPRODUCT({self._rows(unit, kind, criterion)})"

    def _rows(self, unit, kind, criterion):
        wanted = ((CODE, unit.code), (KIND, WORDS[kind]), (CRITERION, criterion))
        return "*".join(f"({self.column(place)}={text(said)})" for place, said in wanted)


def begin(book, year):
    """The empty sheet of what was stated by hand, in its place in the book; `write` fills it."""
    return book.paper(NAME, f"{year.year}年度考核加减分、复核调整和人工评定", COLUMNS, frozen=2)


def write(paper, year) -> ByHandCells:
    """The sheet; returns where its rows stand."""
    labels = {each.terms.key: each.label for each in year.criteria}
    paper.across(
        "分值可以修改；要试算新的加减分，请填在下面的空行里（单位代码、类别、考核项目按表内写法）。", "note"
    )
    first = paper.row
    for unit in year.units:
        for each in unit.by_hand:
            paper.line(
                [
                    Cell(unit.code, "centre"),
                    Cell(unit.name),
                    Cell(WORDS[each.kind], "centre"),
                    Cell(labels.get(each.criterion)),
                    Cell(each.points, look("change_points")),
                    Cell(each.basis),
                    Cell(each.url),
                ]
            )
    for _ in range(SPARE):
        blank = [Cell(None, look("change_word")) for _ in COLUMNS]
        blank[POINTS] = Cell(None, look("change_points"))
        paper.line(blank)
    last = paper.row - 1
    paper.sheet.data_validation(first, KIND, last, KIND, {"validate": "list", "source": list(WORDS.values())})
    paper.sheet.autofilter(paper.header, 0, last, len(COLUMNS) - 1)
    paper.end()
    return ByHandCells(first, last)
