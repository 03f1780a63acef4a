"""Lists as Excel: one way to turn the rows of a page into a workbook that is safe and prints well.

Text is always written as text: what looks like a formula, an address or a number stays what was typed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone

from agencies.writing import printable

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_TEXT = 32_000
CUT = "……（超出一格所能容纳，全文请在系统内查看）"
SAFE_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FONT = {"font_name": "宋体", "font_size": 11, "valign": "vcenter", "border": 1, "border_color": "#BFBFBF"}
FORMATS = {
    "header": {**FONT, "bold": True, "bg_color": "#E8EEF7", "align": "center", "text_wrap": True},
    "text": {**FONT, "text_wrap": True, "num_format": "@"},
    "formula_like": {**FONT, "text_wrap": True, "num_format": "@", "quote_prefix": True},
    "number": {**FONT, "num_format": "#,##0.####"},
    "date": {**FONT, "num_format": "yyyy-mm-dd", "align": "center"},
    "moment": {**FONT, "num_format": "yyyy-mm-dd hh:mm", "align": "center"},
}


@dataclass(frozen=True)
class Column:
    """One column of a list: its heading, and its width in characters."""

    label: str
    width: float = 16


def list_workbook(title: str, columns, rows, *, note: str = "") -> bytes:
    """A workbook of one sheet: headings in row 1 (frozen, filtered, repeated on paper), then `rows`.

    title: names the sheet and heads the printed page; columns: Column objects or plain headings; rows:
    sequences of str, bool, int, float, Decimal, date, datetime or None. Instants are shown in Shanghai
    time. note: a sentence for the foot of the printed page (filters in force).
    """
    columns = [column if isinstance(column, Column) else Column(str(column)) for column in columns]
    stream = BytesIO()
    workbook = xlsxwriter.Workbook(stream, SAFE_OPTIONS)
    workbook.set_properties({"title": title, "comments": note})
    formats = {name: workbook.add_format(look) for name, look in FORMATS.items()}
    sheet = workbook.add_worksheet(sheet_name(title))
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.label, formats["header"])
    last = 0
    for last, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            write_cell(sheet, last, place, value, formats)
    _set_up_page(sheet, title, note, len(columns), last)
    workbook.close()
    return stream.getvalue()


def write_cell(sheet, row, place, value, formats):
    """One value, in the type it has; text can never become a formula."""
    if value is None or value == "":
        sheet.write_blank(row, place, None, formats["text"])
    elif isinstance(value, bool):
        sheet.write_string(row, place, "是" if value else "否", formats["text"])
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, place, value, formats["number"])
    elif isinstance(value, datetime):
        local = timezone.localtime(value).replace(tzinfo=None) if value.tzinfo else value
        sheet.write_datetime(row, place, local, formats["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), formats["date"])
    else:
        written = clean_text(str(value))
        look = "formula_like" if looks_like_formula(written) else "text"
        sheet.write_string(row, place, written, formats[look])


def clean_text(text: str) -> str:
    """Text as a cell can hold it: one kind of line end, no control characters, at most 32,767 characters."""
    text = printable(text)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + CUT


def looks_like_formula(text: str) -> bool:
    """Whether Excel might take a text for a formula when it is typed in again."""
    return text.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


def list_response(filename: str, title: str, columns, rows, *, note: str = "") -> HttpResponse:
    """The workbook as a download; `filename` without its ending, Chinese welcome."""
    return workbook_response(filename, list_workbook(title, columns, rows, note=note))


def workbook_response(filename: str, content: bytes) -> HttpResponse:
    """Any finished workbook as a download called `filename`.xlsx."""
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = (
        f"attachment; filename=\"list.xlsx\"; filename*=UTF-8''{quote(filename + '.xlsx')}"
    )
    response["Cache-Control"] = "no-store"
    return response


def sheet_name(title: str) -> str:
    """A title as Excel allows it on a sheet's tab: 31 characters, none of []:*?/\\."""
    shown = clean_text(title)
    return "".join(" " if sign in "[]:*?/\\'\n\t" else sign for sign in shown)[:31].strip() or "清单"


def _set_up_page(sheet, title, note, width, last):
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(last, 1), width - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
    sheet.set_header(f"&C&14{_page_text(title)}")
    sheet.set_footer(f"&L{_page_text(note)[:120]}&R第 &P 页，共 &N 页")


def _page_text(text):
    return text.replace("&", "&&")
