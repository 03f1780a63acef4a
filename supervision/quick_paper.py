"""临时调度 on one page: what was asked, how many have answered, sums where they mean something, the table."""

from dataclasses import dataclass

from agencies.official_page import Form, OfficialDocument
from agencies.spreadsheets import Column
from progress.timetable import spoken
from supervision.marks import head_mark
from supervision.quick_sheet import Table

# More lines than the standard's page, so that a dozen bodies go on one sheet.
COMPACT = Form(size=14, line=24, title_size=20, title_line=30)
TABLE_SIZE = 10.5


@dataclass(frozen=True)
class Paper:
    """mark: what it says of itself, or ""; lead: the sentences above the table; head: its headings with their
    widths; rows: texts; foot: who has not answered, "" where everybody has; as_of: the instant in words."""

    mark: str
    title: str
    as_of: str
    lead: list[str]
    head: list[Column]
    rows: list[list[str]]
    foot: str


def paper_of(request, table: Table, now):
    """The page of a request, from its whole table."""
    head = [Column("序号", 5), Column("单位", 14), Column("任务/项目", 18)]
    wide = max(12, 60 / max(1, len(table.fields)))
    head += [Column(each.heading, wide if each.kind == "text" else 12) for each in table.fields]
    answered = [row for row in table.rows if row.is_answered]
    rows = [
        [str(number), row.answer.agency.name, _subject(row), *(cell.shown or "—" for cell in row.cells)]
        for number, row in enumerate(answered, start=1)
    ]
    title, as_of = f"{request.title}情况汇总", f"数据截至{spoken(now)}"
    mark = head_mark(is_demo=request.is_demo)
    return Paper(mark, title, as_of, _lead(request, table), head, rows, _foot(table))


def word_of(paper):
    """The same as the bytes of a Word document, the table on a sheet lying on its side."""
    document = OfficialDocument(COMPACT)
    if paper.mark:
        document.mark(paper.mark)
    document.title(paper.title)
    document.caption(paper.as_of)
    for sentence in paper.lead:
        document.paragraph(sentence)
    if paper.rows:
        document.table(paper.head, paper.rows, landscape=len(paper.head) > 5, size=TABLE_SIZE)
    if paper.foot:
        document.paragraph(paper.foot)
    return document.to_bytes()


def _subject(row):
    answer = row.answer
    if answer.project_id:
        return answer.project.name
    return f"第 {answer.task.number} 项 {answer.task.title}" if answer.task_id else "—"


def _lead(request, table):
    of_whom = f"按{request.asked_for}要求，" if request.asked_for else ""
    late = f"（其中迟答 {table.late} 条）" if table.late else ""
    counted = (
        f"{of_whom}{spoken(request.sent_at)}向 {len(table.bodies)} 个单位调度"
        f"“{request.title}”，共 {len(table.rows)} 条，已答复 {table.answered}/{len(table.rows)} 条{late}。"
    )
    sums = [
        f"{each.field.label}合计 {each.shown} {each.field.unit}".rstrip() + f"（{each.rows} 条）"
        for each in table.totals
    ]
    return [counted] + ([f"已答复的合计：{'；'.join(sums)}。"] if sums else [])


def _foot(table):
    names = "、".join(
        f"{body.name}{f'（{len(rows)} 条）' if len(rows) > 1 else ''}"
        for body, rows in table.open_bodies.items()
    )
    return f"尚未答复（{table.open} 条）：{names}。" if names else ""
