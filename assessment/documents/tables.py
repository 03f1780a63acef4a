"""The three attachments of a report (practice, section 4), as rows for Word and as one workbook.

They read only the data of a report, so an edition's are the same whenever they are made.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from agencies.official_page import Band
from agencies.settled import settled
from agencies.spreadsheets import Column
from agencies.writing import numeral_of
from progress.annual_figures import NO_VALUE
from progress.exports.book import Book, Cell

# What belongs to no 行动: the plan's own indicators; what cannot be placed any more.
WHOLE_PLAN, ELSEWHERE = "总体目标", "其他"
# What a workbook that knows no date of its own says of when it was made: always the same.
NO_DATE = datetime(2000, 1, 1, tzinfo=timezone.get_fixed_timezone(480))


@dataclass(frozen=True)
class Attachment:
    """An attachment: its title, Columns (shares of a page in Word, widths in Excel), and rows of text or
    numbers, or Bands, the titles of the 行动."""

    title: str
    columns: tuple
    rows: list
    centred: frozenset = field(default_factory=frozenset)


TASKS = (
    Column("序号", 9),
    Column("重点工作任务", 22),
    Column("牵头责任单位", 20),
    Column("年度目标", 33),
    Column("完成情况", 58),
    Column("完成率", 12),
    Column("亮灯", 15),
)
TARGETS = (
    Column("序号", 9),
    Column("任务序号", 8),
    Column("量化指标", 42),
    Column("目标值", 20),
    Column("完成值", 18),
    Column("数据期", 22),
    Column("数据性质", 12),
    Column("是否达到", 12),
)
PROJECTS = (
    Column("序号", 9),
    Column("任务序号", 8),
    Column("项目名称", 38),
    Column("责任单位", 24),
    Column("计划阶段", 17),
    Column("当前阶段", 17),
    Column("进展说明", 32),
)


def attachments_of(data):
    """The attachments a report takes along, in their order: [Attachment].

    data: of a report; `attachments` says which are wanted, `figures` holds their rows.
    """
    wanted = data.get("attachments", {})
    makers = {"tasks": _tasks, "targets": _targets, "projects": _projects}
    return [make(data.get("figures", {})) for name, make in makers.items() if wanted.get(name)]


def tables_of(data, *, is_demo=False) -> bytes:
    """The attachments as one Excel file, a sheet each; text is never a formula, and the same data is byte
    for byte the same file. A report that takes none along gives all three. is_demo: whether it holds
    演示数据, which every sheet then says."""
    if not any(data.get("attachments", {}).values()):
        data = data | {"attachments": {"tasks": True, "targets": True, "projects": True}}
    report = data["report"]
    book = Book(
        report["title"],
        author=report.get("body") or "",
        stamp=_stamp(report),
        as_of=report.get("period_label") or "",
        demo=is_demo,
        now=NO_DATE,
    )
    for number, each in enumerate(attachments_of(data), start=1):
        _write_sheet(book, number, each)
    return settled(book.finish())


def _stamp(report):
    return "　".join(filter(None, (report.get("number"), report.get("body"), report.get("period_label"))))


def _write_sheet(book, number, attachment):
    paper = book.paper(attachment.title, f"附件{number}　{attachment.title}", attachment.columns, frozen=2)
    for row in attachment.rows:
        if isinstance(row, Band):
            paper.across(row.text, "chapter", least=22)
        else:
            paper.line([_cell(value, place in attachment.centred) for place, value in enumerate(row)])
    if not attachment.rows:
        paper.across("没有列入本报告的内容。", "quiet")
    paper.end()


def _cell(value, centred):
    return Cell(value, "count" if isinstance(value, int) else "centre" if centred else "text")


# --- the rows --------------------------------------------------------------------------------------


def _tasks(figures):
    lines = [
        (
            each.get("chapter"),
            [
                each.get("number"),
                each.get("title"),
                _stacked(each.get("leads")),
                each.get("goal"),
                each.get("progress"),
                _percent(each.get("percent")),
                each.get("word"),
            ],
        )
        for each in figures.get("tasks", ())
    ]
    return Attachment("任务完成情况表", TASKS, _banded(figures, lines), frozenset({0, 5, 6}))


def _targets(figures):
    of_task, lines = _chapters(figures), []
    for number, each in enumerate(figures.get("targets", ()), start=1):
        row = [
            number,
            each.get("task"),
            each.get("indicator"),
            each.get("wanted"),
            each.get("value") or NO_VALUE,
            _period(each.get("period") or ""),
            each.get("certainty"),
            _attained(each.get("attained")),
        ]
        lines.append((of_task.get(each["task"]) if each.get("task") else WHOLE_PLAN, row))
    return Attachment("量化指标完成情况表", TARGETS, _banded(figures, lines), frozenset({0, 1, 5, 6, 7}))


def _projects(figures):
    of_task, lines = _chapters(figures), []
    for number, each in enumerate(figures.get("projects", ()), start=1):
        row = [
            number,
            each.get("task"),
            each.get("name"),
            _stacked(each.get("agency")),
            each.get("planned_stage"),
            each.get("stage"),
            each.get("note"),
        ]
        lines.append((of_task.get(each.get("task")), row))
    return Attachment("重大项目进展表", PROJECTS, _banded(figures, lines), frozenset({0, 1, 4, 5}))


def _chapters(figures):
    """{number of a task: number of its 行动}."""
    return {each.get("number"): each.get("chapter") for each in figures.get("tasks", ())}


def _banded(figures, lines):
    """Rows with the title of a 行动 above the first of it; lines: [(its number or WHOLE_PLAN, row)]."""
    titles = {each["number"]: each["title"] for each in figures.get("chapters", ())}
    rows, before = [], None
    for chapter, row in lines:
        title = WHOLE_PLAN if chapter == WHOLE_PLAN else ELSEWHERE
        if chapter in titles:
            title = f"{numeral_of(chapter)}、{titles[chapter]}"
        if title != before and titles:
            rows.append(Band(title))
        before = title
        rows.append(row)
    return rows


def _stacked(names):
    """Several bodies in one cell, one below the other."""
    return "\n".join(names.split("、") if isinstance(names, str) else names or ())


def _period(code):
    """2026Q3 → 2026年第三季度, 2026H1 → 2026年上半年, 2026 → 2026年度."""
    year, part = code[:4], code[4:]
    if part.startswith("Q"):
        return f"{year}年第{numeral_of(int(part[1:]))}季度"
    if part.startswith("H"):
        return f"{year}年{'上' if part == 'H1' else '下'}半年"
    return f"{year}年度" if year else ""


def _percent(percent):
    return None if percent is None else f"{float(percent):g}%"


def _attained(attained):
    return {True: "是", False: "否"}.get(attained, attained or "—")
