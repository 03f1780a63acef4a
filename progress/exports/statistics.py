"""亮灯统计 and 报送统计: counts as live formulas, with the values figures gives stored beside them."""

from decimal import Decimal

from xlsxwriter.utility import xl_rowcol_to_cell

from agencies.spreadsheets import Column
from progress import figures
from progress.models import Lamp

from . import ledger
from .book import Cell, Formula, down_column
from .looks import lamp_look

NONE_DUE = "—"


# --- 亮灯统计 -------------------------------------------------------------------------------------

LAMPS_NAME = "亮灯统计"
COLOURS = {Lamp.BLUE: "蓝灯", Lamp.GREEN: "绿灯", Lamp.YELLOW: "黄灯", Lamp.RED: "红灯"}
CODES = figures.LAMP_ORDER
LAMPS_COLUMNS = (
    Column("行动", 40),
    Column("任务数", 9),
    *(
        Column("\n".join(filter(None, [COLOURS.get(code, ""), figures.lamp_label(code)])), 10.5)
        for code in CODES
    ),
    Column("其中：\n系统测算", 10.5),
    Column("滞后占比", 11),
)
TASKS, FIRST_LAMP = 1, 2
COMPUTED = FIRST_LAMP + len(CODES)
SHARE = COMPUTED + 1
YELLOW, RED = (FIRST_LAMP + CODES.index(lamp) for lamp in (Lamp.YELLOW, Lamp.RED))


def write_lamps(book, quarter, rows):
    """Chapter by lamp. rows: where each chapter stands on 任务台账, {chapter: (first, last)}."""
    paper = book.paper(LAMPS_NAME, f"{quarter.plan.title}亮灯统计", LAMPS_COLUMNS, frozen=1)
    chapters = figures.by_chapter(quarter.standings)
    first = paper.row
    for each in chapters:
        computed = sum(1 for row in quarter.standings if row.task.chapter == each.chapter and row.is_computed)
        paper.line(_lamp_cells(each, computed, rows[each.chapter], paper.row), least=26)
    if chapters:
        paper.line(_lamp_totals(quarter, first, paper.row - 1), least=26)
    else:
        paper.across("本计划没有可查看的任务。", "quiet")
    _explain_lamps(paper, quarter)
    paper.end()


def _lamp_cells(figure, computed, where, row):
    ledger_lamps = _on_ledger(where, ledger.LAMP)
    counts = [
        Cell(
            Formula(f'=COUNTIF({ledger_lamps},"*{figures.lamp_label(code)}*")', figure.lamps[code]),
            {**lamp_look(code, computed=True), "num_format": "#,##0"} if figure.lamps[code] else "count",
        )
        for code in CODES
    ]
    return [
        Cell(figure.chapter.title),
        Cell(Formula(f"=COUNT({_on_ledger(where, ledger.NUMBER)})", figure.tasks), "count"),
        *counts,
        Cell(Formula(f'=COUNTIF({ledger_lamps},"*（测算）*")', computed), "count"),
        Cell(_behind_share(row, figure.behind, figure.tasks), "rate"),
    ]


def _lamp_totals(quarter, first, last):
    lamps = figures.lamp_counts(quarter.standings)
    values = [len(quarter.standings), *lamps.values(), sum(row.is_computed for row in quarter.standings)]
    sums = [
        Cell(Formula(f"=SUM({down_column(place, first, last)})", value), "total_count")
        for place, value in enumerate(values, start=TASKS)
    ]
    share = _behind_share(last + 1, len(figures.behind(quarter.standings)), len(quarter.standings))
    return [Cell("合计", "total"), *sums, Cell(share, "total_rate")]


def _behind_share(row, behind, tasks):
    yellow, red, all_tasks = (xl_rowcol_to_cell(row, place) for place in (YELLOW, RED, TASKS))
    value = behind / tasks if tasks else NONE_DUE
    return Formula(f'=IF({all_tasks}=0,"{NONE_DUE}",({yellow}+{red})/{all_tasks})', value)


def _on_ledger(where, place):
    first, last = where
    return f"'{ledger.NAME}'!{down_column(place, first, last)}"


def _explain_lamps(paper, quarter):
    rule = figures.lamp_rule(quarter.period)
    run = f"，或连续 {rule.yellow_run} 个季度欠序时" if rule.yellow_run else ""
    computed = (
        "标“○”和“（测算）”的为系统测算，尚未审定。" if any(x.is_computed for x in quarter.standings) else ""
    )
    low, high = (f"{Decimal(value).normalize():f}" for value in (rule.yellow_from, rule.red_from))
    paper.across(
        f"与期末序时进度相差不足 {low} 个百分点为绿灯（达序时）；{low} 至不足 {high} 个百分点为黄灯"
        f"（欠序时）；{high} 个百分点及以上{run}为红灯（严重滞后）；已完成为蓝灯；未报、目标未定、年度指标"
        f"为灰灯，不评快慢。滞后占比 =（黄灯 + 红灯）÷ 任务数。{computed}",
        "note",
    )


# --- 报送统计 -------------------------------------------------------------------------------------

FILING_NAME = "报送统计"
COUNTS = ("owed", "filed", "no_change", "unfiled", "waived", "on_time", "late")
FILING_COLUMNS = (
    Column("类别", 16),
    Column("单位", 34),
    *(Column(figures.GROUP_LABELS[name], 11) for name in COUNTS),
    Column("退回\n（次）", 11),
    Column("按时率", 12),
)
FIRST_COUNT = 2
OWED, WAIVED, ON_TIME = (FIRST_COUNT + COUNTS.index(name) for name in ("owed", "waived", "on_time"))
SENT_BACK = FIRST_COUNT + len(COUNTS)
SUMMED = range(FIRST_COUNT, SENT_BACK + 1)


def write_filing(book, quarter):
    """Per body, the four classes apart, each with its subtotal; the last row sums the subtotals."""
    paper = book.paper(FILING_NAME, f"{quarter.plan.title}报送统计", FILING_COLUMNS, frozen=2)
    subtotals = []
    for each in quarter.classes:
        first = paper.row
        for row in each.rows:
            paper.line(_filing_cells(row, quarter.sent_back, paper.row), skip=(0,))
        times = sum(quarter.sent_back.get(row.agency.pk, 0) for row in each.rows)
        subtotals.append(paper.row)
        paper.line(_subtotal(each.filing, times, first, paper.row - 1), skip=(0,))
        paper.down(first, paper.row - 1, 0, each.name, "chapter_down")
    if subtotals:
        whole = figures.total(each.filing for each in quarter.classes)
        paper.line(_grand_total(whole, sum(quarter.sent_back.values()), subtotals, paper.row))
    else:
        paper.across("本期没有应报事项。", "quiet")
    paper.across(
        "应报 = 已报 + 确认无变化 + 未报 + 免报；按时率 = 按时 ÷（应报 − 免报）；退回只计办公室退回的次数。",
        "note",
    )
    paper.end()


def _filing_cells(row, sent_back, at):
    counts = [Cell(getattr(row.filing, name), "count") for name in COUNTS]
    times = Cell(sent_back.get(row.agency.pk, 0), "count")
    return [Cell(None), Cell(row.agency.name), *counts, times, Cell(_on_time_rate(row.filing, at), "rate")]


def _subtotal(filing, times, first, last):
    sums = [
        Cell(Formula(f"=SUM({down_column(place, first, last)})", value), "total_count")
        for place, value in zip(SUMMED, _values(filing, times), strict=True)
    ]
    return [Cell(None), Cell("小计", "total"), *sums, Cell(_on_time_rate(filing, last + 1), "total_rate")]


def _grand_total(filing, times, subtotals, at):
    sums = []
    for place, value in zip(SUMMED, _values(filing, times), strict=True):
        parts = "+".join(xl_rowcol_to_cell(row, place) for row in subtotals)
        sums.append(Cell(Formula(f"={parts}", value), "total_count"))
    rate = Cell(_on_time_rate(filing, at), "total_rate")
    return [Cell("合计", "total"), Cell(None, "total"), *sums, rate]


def _values(filing, times):
    return [*(getattr(filing, name) for name in COUNTS), times]


def _on_time_rate(filing, row):
    owed, waived, on_time = (xl_rowcol_to_cell(row, place) for place in (OWED, WAIVED, ON_TIME))
    value = filing.on_time / filing.due if filing.due else NONE_DUE
    return Formula(f'=IF({owed}-{waived}=0,"{NONE_DUE}",{on_time}/({owed}-{waived}))', value)
