"""The evaluation of a plan as Excel: years side by side, counted live from the sheets behind."""

from django.utils import timezone

from agencies.spreadsheets import Column
from assessment.evaluation import SILENT, Stage, lamps_shown
from progress.exports.book import Book, Cell, Formula, down_column
from progress.exports.looks import lamp_look
from progress.models import Lamp

SUMMARY, TASKS, TARGETS, PROJECTS, LINKS = "年度对比", "任务", "量化指标", "重大项目", "计划衔接"
NONE = "—"


def workbook(found, *, author, now, demo) -> bytes:
    """The workbook of an Evaluation: the same one at the same instant gives the same bytes."""
    as_of = f"数据截至 {timezone.localtime(now):%Y-%m-%d %H:%M}"
    running = f"　{'、'.join(map(str, found.running))} 年仍在进行" if found.running else ""
    title = f"{found.plan.title}{found.label}"
    book = Book(
        title,
        author=author,
        stamp=f"{as_of}{running}　编制：{author}",
        as_of=as_of,
        demo=demo,
        now=now,
        subject=found.label,
    )
    years = [each.year for each in found.years]
    summary = book.paper(
        SUMMARY,
        title,
        [Column("项目", 34), *(Column(f"{year} 年", 18) for year in years), Column("全计划", 12)],
        frozen=1,
    )
    where = {
        TASKS: _write_tasks(book, found, years),
        TARGETS: _write_targets(book, found, years),
        PROJECTS: _write_projects(book, found, years),
    }
    _write_links(book, found)
    _write_summary(summary, found, years, where)
    return book.finish()


def _on(name, place, rows):
    """`'任务'!$E$4:$E$83`; one empty cell's worth where the sheet has no rows."""
    return f"'{name}'!{down_column(place, *rows)}"


# --- 任务 ------------------------------------------------------------------------------------------

NUMBER, STATE, FIRST_YEAR = 0, 3, 4


def _write_tasks(book, found, years):
    columns = [
        Column("序号", 7),
        Column("行动", 22),
        Column("重点任务", 44),
        Column("三年状态", 11),
        *(Column(f"{year} 年\n亮灯", 12) for year in years),
        Column("延续到下一计划", 22),
    ]
    paper = book.paper(TASKS, f"{found.plan.title}任务完成情况", columns, frozen=3)
    first = paper.row
    for row in found.tasks:
        paper.line(
            [
                Cell(row.task.number, "count"),
                Cell(row.task.chapter.title),
                Cell(row.task.title),
                Cell(row.state_word, "centre"),
                *(_lamp_cell(row.lamps.get(year)) for year in years),
                Cell("、".join(_later(link) for link in row.after)),
            ]
        )
    return _ended(paper, first, "没有可查看的任务。")


def _lamp_cell(lamp):
    return Cell(Lamp(lamp).label, lamp_look(lamp, computed=False)) if lamp else Cell(NONE, "centre")


def _later(link):
    waits = "" if link.confirmed_at else "（待确认）"
    return f"第 {link.later.number} 项{waits}" if link.later_id else f"不再列出{waits}"


# --- 量化指标, 重大项目 ----------------------------------------------------------------------------


def _write_targets(book, found, years):
    columns = [
        Column("任务", 7),
        Column("指标", 34),
        Column("目标", 18),
        Column("时限", 13),
        *(Column(f"{year} 年", 18) for year in years),
        Column("达成", 9),
        Column("说明", 24),
    ]
    paper = book.paper(TARGETS, f"{found.plan.title}量化指标完成情况", columns, frozen=2)
    first = paper.row
    for row in found.targets:
        paper.line(
            [
                Cell(row.target.task.number if row.target.task_id else None, "count"),
                Cell(row.target.indicator),
                Cell(row.wanted, "centre"),
                Cell(row.due, "centre"),
                *(Cell(row.values.get(year, NONE), "centre") for year in years),
                Cell(_yes_or_no(row.attained), "centre"),
                Cell(row.word),
            ]
        )
    return _ended(paper, first, "没有可查看的量化指标。")


def _yes_or_no(attained):
    return NONE if attained is None else "是" if attained else "否"


STAGE = 4


def _write_projects(book, found, years):
    columns = [
        Column("任务", 7),
        Column("项目", 40),
        Column("计划阶段（原文）", 16),
        Column("计划阶段归类", 14),
        Column("现阶段", 14),
        *(Column(f"{year} 年", 14) for year in years),
        Column("形象进度", 32),
    ]
    paper = book.paper(PROJECTS, f"{found.plan.title}重大项目进展情况", columns, frozen=2)
    first = paper.row
    for row in found.projects:
        paper.line(
            [
                Cell(row.project.task.number, "count"),
                Cell(row.project.name),
                Cell(row.project.planned_stage, "centre"),
                Cell(row.aim, "centre"),
                Cell(row.stage_word, "centre"),
                *(Cell(_stage(row.stages.get(year)), "centre") for year in years),
                Cell(row.note),
            ]
        )
    return _ended(paper, first, "没有可查看的项目。")


def _stage(code):
    return Stage(code).label if code else NONE


def _ended(paper, first, empty):
    """(first, last) row of the sheet's list; None where it is empty."""
    last = paper.row - 1
    if last < first:
        paper.across(empty, "quiet")
    paper.end()
    return (first, last) if last >= first else None


# --- 计划衔接 --------------------------------------------------------------------------------------


def _write_links(book, found):
    columns = [
        Column("前一计划", 14),
        Column("任务", 40),
        Column("关系", 12),
        Column("后一计划", 14),
        Column("任务", 40),
        Column("状态", 12),
    ]
    paper = book.paper(LINKS, f"{found.plan.title}与前后计划的任务衔接", columns)
    links = found.links
    for link in links:
        later = link.later
        paper.line(
            [
                Cell(link.earlier.plan.code, "centre"),
                Cell(str(link.earlier)),
                Cell(link.get_kind_display(), "centre"),
                Cell(later.plan.code if later else NONE, "centre"),
                Cell(str(later) if later else NONE),
                Cell("已确认" if link.confirmed_at else "待确认", "centre"),
            ]
        )
    if not links:
        paper.across("没有衔接的任务。", "quiet")
    paper.end()


# --- 年度对比 --------------------------------------------------------------------------------------


def _write_summary(paper, found, years, where):
    _by_year(paper, "情况", [Cell(each.note, "centre") for each in found.years])
    paper.across("任务", "chapter", least=22)
    for lamp in lamps_shown(found.years):
        cells = [
            _counted(where[TASKS], FIRST_YEAR + place, Lamp(lamp).label, each.lamp(lamp))
            for place, each in enumerate(found.years)
        ]
        _by_year(paper, f"年末亮灯：{Lamp(lamp).label}", cells)
    _by_year(paper, "有年度目标的任务", [Cell(each.with_goal, "count") for each in found.years])
    paper.across("报送和督办", "chapter", least=22)
    _write_filing(paper, found)
    for label, name in (("交办", "issued"), ("办结", "closed"), ("逾期未办结", "overdue")):
        cells = [Cell(getattr(each.orders, name), "count") for each in found.years]
        _by_year(paper, f"督办件：{label}", cells)
    paper.across("全计划（不是各年相加）", "chapter", least=22)
    for label, cell in _whole(found, years, where):
        paper.line([Cell(label), *(Cell(None) for _ in years), cell])
    paper.end()


def _by_year(paper, label, cells):
    paper.line([Cell(label), *cells, Cell(None)])


def _whole(found, years, where):
    """[(label, Cell)] of what is said of the plan as a whole."""
    for _, word, number in found.states:
        yield f"任务三年状态：{word}", _counted(where[TASKS], STATE, word, number)
    place = FIRST_YEAR + len(years)
    for label, answer, number in (("达成", "是", found.met), ("未达成", "否", found.missed)):
        yield f"量化指标：{label}", _of(TARGETS, where, place, answer, number)
    place += 1
    yield f"量化指标：{SILENT}", _of(TARGETS, where, place, SILENT, found.silent)
    for code in (*Stage.values, ""):
        word = Stage(code).label if code else "未报"
        number = sum(row.stage == code for row in found.projects)
        yield f"重大项目：{word}", _of(PROJECTS, where, STAGE, word, number)


def _counted(rows, place, word, number):
    return _of(TASKS, {TASKS: rows}, place, word, number)


def _of(name, where, place, word, number):
    """How often a word stands in a column of another sheet, live."""
    rows = where[name]
    if rows is None:
        return Cell(number, "count")
    return Cell(Formula(f'=COUNTIF({_on(name, place, rows)},"{word}")', number), "count")


def _write_filing(paper, found):
    at = {}
    for label, name in (
        ("到期应报", "due"),
        ("按时报送", "on_time"),
        ("迟报", "late"),
        ("逾期未报", "overdue"),
    ):
        at[name] = paper.row
        _by_year(paper, label, [Cell(getattr(each.filing, name), "count") for each in found.years])
    rates = []
    for place, each in enumerate(found.years, start=1):
        due, on_time = (down_column(place, at[name], at[name]).split(":")[0] for name in ("due", "on_time"))
        rate = float(each.filing.on_time) / each.filing.due if each.filing.due else NONE
        rates.append(Cell(Formula(f'=IF({due}=0,"{NONE}",{on_time}/{due})', rate), "rate"))
    _by_year(paper, "按时率", rates)
