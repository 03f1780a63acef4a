"""通报 as a Word file in official form, and its list as a workbook. Both draw on the kept figures only."""

import re

from agencies.official_page import SUBHEADING, Band, OfficialDocument, Words
from agencies.spreadsheets import Column
from progress.exports.book import Book, Cell
from supervision import circular_words
from supervision.circular_figures import listed_by_class, readable
from supervision.marks import head_mark
from supervision.models import Circular

COLUMNS = (
    Column("序号", 7),
    Column("单位", 26),
    Column("应报", 8),
    Column("按时", 8),
    Column("迟报", 8),
    Column("未报", 8),
    Column("退回", 8),
    Column("滞后任务", 26),
    Column("逾期督办", 26),
)
BEHIND_COLUMNS = (
    Column("序号", 6),
    Column("任务", 52),
    Column("亮灯", 12),
    Column("牵头单位", 34),
    Column("完成率%", 10),
    Column("序时要求%", 10),
)
TOTAL = "全部单位合计"
# “（一）尽快完成补报。”: the words that lead a paragraph, set off as a heading of the second level.
LEADING_WORDS = re.compile(r"(（[一二三四五六七八九十]+）[^。]{1,24}。)(.*)", re.DOTALL)
MARKS = {
    Circular.State.DRAFT: "送审稿　未签发",
    Circular.State.CHECKING: "送审稿　未签发",
    Circular.State.SIGNING: "送审稿　未签发",
    Circular.State.CANCELLED: "已撤销",
}


def mark_of(circular):
    """What the paper says of itself at its head: that it is not signed, that it is no real one; or ""."""
    return head_mark(MARKS.get(circular.state, ""), is_demo=circular.is_demo)


def word_of(circular, sender):
    """The .docx as bytes. sender: the name it is signed with."""
    data, paper = readable(circular.data), OfficialDocument()
    if mark_of(circular):
        paper.mark(mark_of(circular))
    if circular.document_number:
        paper.number(circular.document_number)
    paper.title(circular.title)
    paper.addressee(circular_words.ADDRESSEE)
    paper.paragraph(circular.opening)
    for heading, paragraphs in circular_words.sections(data):
        paper.heading(1, heading)
        for each in paragraphs:
            paper.paragraph(each)
    if circular.closing:
        paper.heading(1, circular_words.DEMANDED)
        _write_demands(paper, circular.closing)
    listed = listed_by_class(data)
    title = circular_words.attachment_title(circular.period)
    if listed:
        paper.enclosures(title)
    paper.signature(sender, circular.signed_on)
    if listed:
        paper.attachment(title, landscape=True)
        paper.table(COLUMNS, _table_rows(data, listed), landscape=True)
    return paper.to_bytes()


def workbook_of(circular, sender, now):
    """The .xlsx as bytes: the bodies named, the classes apart, and the lagging tasks."""
    data = readable(circular.data)
    book = Book(
        circular.title,
        author=sender,
        stamp=_stamp(circular),
        as_of=f"数据截至{circular_words.as_of(circular.taken_at)}",
        demo=circular.is_demo,
        now=now,
    )
    paper = book.paper("通报名单", circular_words.attachment_title(circular.period), COLUMNS, frozen=2)
    for row in _table_rows(data, listed_by_class(data)):
        if isinstance(row, Band):
            paper.across(row.text, "chapter", least=22)
        else:
            paper.line([_cell(place, value, row[1] == TOTAL) for place, value in enumerate(row)])
    paper.end()
    _write_behind(book, circular, data)
    return book.finish()


def _write_demands(paper, closing):
    for line in closing.split("\n"):
        leading = LEADING_WORDS.match(line)
        if leading:
            paper.paragraph(Words(leading[1], SUBHEADING), leading[2])
        else:
            paper.paragraph(line)


def _table_rows(data, listed):
    """What the table says: the bodies named by class, numbered through, and the sum over all bodies."""
    rows = []
    for name, named in listed:
        rows.append(Band(name))
        for row in named:
            counts = _counts(row["filing"], row["sent_back"])
            behind, orders = circular_words.behind_words(row["behind"]), "、".join(row["orders"])
            rows.append([row["place"], row["name"], *counts, behind, orders])
    totals = _counts(data["filing"], data["sent_back"])
    behind = f"{len(data['behind'])}项" if data["behind"] else ""
    orders = f"{data['orders']}件" if data["orders"] else ""
    return [*rows, [None, TOTAL, *totals, behind, orders]]


def _counts(filing, sent_back):
    return [filing["owed"], filing["on_time"], filing["late"], filing["overdue"], sent_back]


def _cell(place, value, is_total):
    if isinstance(value, int):
        return Cell(value, "total_count" if is_total else "count")
    return Cell(value, "total" if is_total else "text")


def _stamp(circular):
    number = f"{circular.document_number}　" if circular.document_number else "未签发　"
    return f"{number}数据截至{circular_words.as_of(circular.taken_at)}"


def _write_behind(book, circular, data):
    paper = book.paper("滞后任务", f"{circular.period.label}进度滞后任务", BEHIND_COLUMNS, frozen=2)
    for number, row in enumerate(data["behind"], start=1):
        paper.line(
            [
                Cell(number, "count"),
                Cell(f"第{row['number']}项 {row['title']}"),
                Cell(row["word"], "centre"),
                Cell("、".join(row["leads"])),
                Cell(row["percent"], "centre"),
                Cell(row["expected"], "centre"),
            ]
        )
    if not data["behind"]:
        paper.across("本期没有经审定的滞后任务。", "quiet")
    paper.end()
