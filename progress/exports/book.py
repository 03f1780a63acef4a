"""A workbook of printed sheets: title, as-of line, repeated header, heights, page set-up.

Text is always written as text (see agencies.spreadsheets); formulas are only those made here, each with
the value it gives, so that previews and protected view show it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from django.utils import timezone
from xlsxwriter.utility import xl_rowcol_to_cell

from agencies.spreadsheets import SAFE_OPTIONS, Column, clean_text, looks_like_formula

from .heights import height
from .looks import LOOKS, SIZE

A3, A4 = 8, 9
LONGEST_PAGE_HEADER = 60


def down_column(place, first, last):
    """`$L$5:$L$13`: rows first to last (0-based) of a column; a range even where they are one row."""
    return ":".join(xl_rowcol_to_cell(row, place, row_abs=True, col_abs=True) for row in (first, last))


def _size(look):
    return (LOOKS[look] if isinstance(look, str) else look)["font_size"]


@dataclass(frozen=True)
class Formula:
    """A live formula (as Excel stores it) and the value it gives now."""

    text: str
    value: object


@dataclass(frozen=True)
class Cell:
    """A value and how it looks: a name of LOOKS, or the properties themselves."""

    value: object
    look: str | dict = "text"


class Book:
    """The workbook. stamp: the line under every title; demo: whether it holds 演示数据; subject: what kind of
    workbook it calls itself in its properties."""

    def __init__(self, title, *, author, stamp, as_of, demo, now, subject="季度汇总"):
        title, stamp, author = (clean_text(said) for said in (title, stamp, author))
        self._stream = BytesIO()
        self._book = xlsxwriter.Workbook(self._stream, SAFE_OPTIONS)
        self._formats = {}
        self.stamp, self.as_of, self.demo = stamp, as_of, demo
        self._book.set_properties(
            {
                "title": title,
                "subject": subject,
                "author": author,
                "company": author,
                "category": "演示数据" if demo else "",
                "comments": f"{stamp}{'　演示数据' if demo else ''}",
                "created": timezone.localtime(now).replace(tzinfo=None),
            }
        )

    def paper(self, name, title, columns, **layout):
        """A new sheet called `name` with its head written; see Paper."""
        return Paper(self, self._book.add_worksheet(name), name, title, columns, **layout)

    def format(self, look, **more):
        """The one format of a look."""
        properties = {**(LOOKS[look] if isinstance(look, str) else look), **more}
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def finish(self) -> bytes:
        self._book.close()
        return self._stream.getvalue()


class Paper:
    """One sheet that prints well. Rows are added from the top; `row` is the next free one (0-based).

    columns: Column objects; header: their labels are written and repeated on every page; frozen: how many
    columns stay in view; paper: A3 or A4, always landscape and one page wide. groups: (label, first, last)
    columns under a common heading; the header has two rows then.
    """

    def __init__(self, book, sheet, name, title, columns, *, paper=A4, frozen=0, groups=()):
        title = clean_text(title)
        self.book, self.sheet, self.name = book, sheet, name
        self.columns: list[Column] = list(columns)
        self.width = sum(column.width for column in self.columns)
        self.row = 0
        for place, column in enumerate(self.columns):
            sheet.set_column(place, place, column.width)
        self.across(title, "title", least=34)
        if book.demo:
            self.across("演示数据：由系统为演示生成，不是真实报送，请勿引用。", "demo")
        self.across(book.stamp, "subtitle")
        first = self.row
        self.header = self._write_head(groups)
        self._repeated = first, self.header
        sheet.freeze_panes(self.row, frozen)
        self._set_up_page(title, paper)

    def _write_head(self, groups):
        """The labels, under those of their groups; returns the last row of the header."""
        labels = [Cell(column.label, "header") for column in self.columns]
        if not groups:
            return self.line(labels, least=30)
        grouped = {place for _, first, last in groups for place in range(first, last + 1)}
        apart = set(range(len(labels))) - grouped
        upper = self.line([Cell(None, "header") for _ in labels], least=22)
        lower = self.line(labels, least=24, skip=apart)
        for label, first, last in groups:
            self.sheet.merge_range(upper, first, upper, last, label, self.book.format("header"))
        for place in apart:
            self.down(upper, lower, place, self.columns[place].label, "header")
        return lower

    def line(self, cells, *, least=20.0, skip=()):
        """One row of Cells, as high as its text needs; returns its number. skip: columns written later."""
        measured = []
        for place, cell in enumerate(cells):
            if place in skip:
                continue
            self._write(self.row, place, cell)
            if isinstance(cell.value, str):
                measured.append((clean_text(cell.value), self.columns[place].width))
        return self._next(height(measured, SIZE, least=least))

    def across(self, text, look, *, least=20.0):
        """A full-width merged row; returns its number."""
        form = self.book.format(look)
        self.sheet.merge_range(self.row, 0, self.row, len(self.columns) - 1, "", form)
        self._write(self.row, 0, Cell(text, look))
        return self._next(height([(text, self.width)], _size(look), least=least))

    def down(self, first, last, place, text, look):
        """One cell over the rows first to last of a column."""
        if last > first:
            self.sheet.merge_range(first, place, last, place, "", self.book.format(look))
        self._write(first, place, Cell(text, look))

    def end(self):
        """Only what was written is printed."""
        self.sheet.print_area(0, 0, max(self.row - 1, 0), len(self.columns) - 1)

    def _next(self, points):
        self.sheet.set_row(self.row, points)
        self.row += 1
        return self.row - 1

    def _write(self, row, place, cell):
        value, form = cell.value, self.book.format(cell.look)
        if isinstance(value, Formula):
            self.sheet.write_formula(row, place, value.text, form, value.value)
        elif value is None or value == "":
            self.sheet.write_blank(row, place, None, form)
        elif isinstance(value, int | float | Decimal):
            self.sheet.write_number(row, place, value, form)
        elif isinstance(value, datetime):
            local = timezone.localtime(value).replace(tzinfo=None) if value.tzinfo else value
            self.sheet.write_datetime(row, place, local, form)
        elif isinstance(value, date):
            self.sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), form)
        else:
            text = clean_text(str(value))
            if looks_like_formula(text):
                form = self.book.format(cell.look, quote_prefix=True)
            self.sheet.write_string(row, place, text, form)

    def _set_up_page(self, title, paper):
        self.sheet.set_landscape()
        self.sheet.set_paper(paper)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(*self._repeated)
        self.sheet.set_margins(left=0.45, right=0.45, top=0.75, bottom=0.65)
        self.sheet.center_horizontally()
        demo = "&C&9 演示数据" if self.book.demo else ""
        shown = title[:LONGEST_PAGE_HEADER].replace("&", "&&")
        self.sheet.set_header(f"&L&9 {shown}{demo}&R&9 {self.book.as_of}")
        self.sheet.set_footer("&C&9 第 &P 页 共 &N 页")
