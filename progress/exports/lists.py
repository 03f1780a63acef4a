"""未报清单 and 问题清单: rows to be acted on, in the columns the offices know."""

from agencies.spreadsheets import Column

from .book import Cell, Formula, down_column
from .followed import followed_up

UNREPORTED_NAME = "未报清单"
UNREPORTED_COLUMNS = (
    Column("单位", 26),
    Column("任务", 42),
    Column("报告期", 18),
    Column("应报时间", 17),
    Column("逾期天数", 10),
    Column("填报人", 17),
    Column("联系电话", 16),
    Column("已催报次数", 11),
)
OVERDUE, REMINDED = 4, 7

PROBLEMS_NAME = "问题清单"
PROBLEMS_COLUMNS = (
    Column("序号", 6),
    Column("存在问题", 34),
    Column("涉及任务/项目", 24),
    Column("责任单位", 20),
    Column("整改措施", 30),
    Column("整改时限", 10),
    Column("整改进展", 14),
    Column("是否销号", 9),
    Column("需上级协调事项", 23),
)


def write_unreported(book, quarter):
    """Who has not reported, since when, and whom to ring up."""
    paper = book.paper(UNREPORTED_NAME, f"{quarter.plan.title}未报清单", UNREPORTED_COLUMNS, frozen=1)
    first = paper.row
    for row in quarter.unreported:
        paper.line(_unreported_cells(row, quarter.period))
    if quarter.unreported:
        _unreported_total(paper, quarter.unreported, first)
    else:
        paper.across("本期没有未报事项。", "quiet")
    paper.end()


def _unreported_cells(row, period):
    return [
        Cell(row.agency.name),
        Cell(str(row.task) if row.task else row.report.short_subject),
        Cell(period.label, "centre"),
        Cell(row.due_at, "moment") if row.due_at else Cell("待定", "centre"),
        Cell(row.days_overdue, "overdue" if row.days_overdue else "count"),
        Cell(row.filled_by, "centre"),
        Cell(row.phone, "centre"),
        Cell(row.reminded, "count"),
    ]


def _unreported_total(paper, rows, first):
    last = paper.row - 1
    paper.sheet.autofilter(paper.header, 0, last, len(UNREPORTED_COLUMNS) - 1)
    cells = [Cell(None, "total") for _ in UNREPORTED_COLUMNS]
    cells[0] = Cell("合计", "total")
    cells[1] = Cell(Formula(f"=COUNTA({down_column(1, first, last)})", len(rows)), "total_rows")
    overdue = sum(1 for row in rows if row.days_overdue)
    cells[OVERDUE] = Cell(
        Formula(f'=COUNTIF({down_column(OVERDUE, first, last)},">0")', overdue), "total_rows"
    )
    reminded = sum(row.reminded for row in rows)
    cells[REMINDED] = Cell(Formula(f"=SUM({down_column(REMINDED, first, last)})", reminded), "total_count")
    paper.line(cells)


def write_problems(book, quarter):
    """Problems and requests from accepted returns, and what became of them; what nobody has taken in hand
    stays empty, to be filled."""
    paper = book.paper(PROBLEMS_NAME, f"{quarter.plan.title}问题清单", PROBLEMS_COLUMNS, frozen=2)
    first = paper.row
    known = followed_up([row.report.pk for row in quarter.problems])
    for number, row in enumerate(quarter.problems, start=1):
        paper.line(_problem_cells(number, row, known.get(row.report.pk)), least=26)
    if quarter.problems:
        paper.sheet.autofilter(paper.header, 0, paper.row - 1, len(PROBLEMS_COLUMNS) - 1)
        counted = Formula(f"=COUNT({down_column(0, first, paper.row - 1)})", len(quarter.problems))
        blank = [Cell(None, "total") for _ in PROBLEMS_COLUMNS[2:]]
        paper.line([Cell("合计", "total"), Cell(counted, "total_rows"), *blank])
    else:
        paper.across("本期已采用的报送中没有提出问题和需协调事项。", "quiet")
    paper.end()


def _problem_cells(number, row, follow_up):
    handled = [Cell(None)] * 3
    if follow_up is not None:
        handled = [
            Cell(follow_up.due_on, "day"),
            Cell(follow_up.progress),
            Cell("是" if follow_up.closed else "否", "centre"),
        ]
    return [
        Cell(number, "count"),
        Cell(row.problem),
        Cell(str(row.task) if row.task else row.title),
        Cell(row.agency.name, "centre"),
        Cell(follow_up.measures if follow_up else row.next_steps),
        *handled,
        Cell(row.request),
    ]
