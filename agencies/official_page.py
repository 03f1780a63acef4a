"""The page of official papers (GB/T 9704-2012; practice, section 4: Official page form) as a Word document.

A4 with margins of 37, 28, 26 and 35 mm, 22 lines of 28 characters; the parts of a paper are put down in their
order and number themselves where the standard numbers them. Fonts are named and never shipped; text is only
ever text, without what cannot be printed; the file says nothing of who made it or with what.
"""

from dataclasses import dataclass
from io import BytesIO
from urllib.parse import quote

from django.http import HttpResponse
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import nsmap, qn
from docx.shared import Mm, Pt

from agencies.official_marks import (
    in_font,
    keep_last_row,
    of_no_height,
    off_the_grid,
    outline,
    page_field,
    repeated,
    unbroken,
)
from agencies.official_pictures import Picture, make_room, put_in
from agencies.official_titles import title_lines
from agencies.official_words import (
    LINE,
    POINT,
    enclosure_lines,
    heading_number,
    in_the_middle,
    row_height,
    signature_indents,
    with_colon,
)
from agencies.settled import settled
from agencies.writing import day_of, printable

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BODY, TITLE, HEADING, SUBHEADING, FOOTER = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
# How the four levels of headings look: 一、／（一）／1.／（1）.
LEVELS = (HEADING, SUBHEADING, BODY, BODY)
# Top, right, bottom, left in mm. A sheet lying on its side is bound at its top.
UPRIGHT, SIDEWAYS = (37, 26, 35, 28), (28, 37, 26, 35)
WIDTH, HEIGHT = 210, 297
FOOTER_FROM_EDGE = 25
SLIP_ROW, ROOMY_ROW = 10, 26  # mm a row of a form has at least
LEFT, RIGHT, CENTRE = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER
TWIPS = 20  # in a point


@dataclass(frozen=True)
class Form:
    """The sizes of a page in points: of letters, of lines, what is taken off between two letters.

    The defaults are those of the standard. Papers that must fit on one page have smaller ones and no number.
    """

    size: float = 16
    line: float = 28.95
    tightened: float = 0.25
    title_size: float = 22
    title_line: float = 34
    space_after_title: bool = True
    numbered: bool = True


@dataclass(frozen=True)
class Words:
    """A piece of a paragraph in a font of its own, or bold."""

    text: str
    font: str = BODY
    bold: bool = False


@dataclass(frozen=True)
class Band:
    """A row of a table that is one cell: the title of a chapter, the name of a class."""

    text: str


class OfficialDocument:
    """A paper, put down from the top: title, addressee, paragraphs and headings, signature, attachments.

    Every method takes plain text (None is nothing) and puts it down as text; line ends begin new paragraphs.
    """

    def __init__(self, form=Form()):
        self.form = form
        self._document = Document()
        self._counters = [0, 0, 0, 0]
        self._sideways = False
        self._fresh_page = True  # nothing stands on the page yet
        self._owes_space = False  # the title wants an empty line before what follows
        self._set_styles()
        self._set_page(self._document.sections[0], UPRIGHT)
        if form.numbered:
            self._set_footers()

    # --- the head ----------------------------------------------------------------------------------

    def mark(self, text):
        """A word at the top left about the paper itself: 代拟稿, 未签发."""
        self._paragraph([Words(text, HEADING)], align=LEFT)

    def number(self, text, *, signer=""):
        """发文字号: in the middle; of a paper sent upwards left, its 签发人 on the right."""
        if not signer:
            self._paragraph([Words(text)], align=CENTRE)
            self._owes_space = True
            return
        paragraph = self._paragraph([Words(text)], align=LEFT, left=1)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(self._text_width()) - Pt(self.form.size), 2)
        paragraph.add_run().add_tab()
        self._write(paragraph, [Words("签发人："), Words(signer, SUBHEADING)])
        self._owes_space = True

    def title(self, text):
        """标题, in the middle, in lines of whole words; an empty line follows where the form wants one."""
        size = self.form.title_size
        # One character less than the page holds: Latin letters of some fonts are wider than half of one.
        widest = int(self._text_width() / (size * POINT)) - 1
        for line in _lines(text):
            first, *others = title_lines(line, widest)
            paragraph = self._paragraph([Words(first, TITLE)], align=CENTRE, size=size)
            for other in others:
                paragraph.add_run().add_break()
                self._write(paragraph, [Words(other, TITLE)], size)
            paragraph.paragraph_format.line_spacing = Pt(self.form.title_line)
            paragraph.paragraph_format.keep_with_next = True
            off_the_grid(paragraph)
        self._owes_space = self.form.space_after_title

    def caption(self, text, *, size=None):
        """A line in the middle under or over a title: a date, what the paper is."""
        owed, self._owes_space = self._owes_space, False
        self._paragraph([Words(text)], align=CENTRE, size=size)
        self._owes_space = owed

    def addressee(self, text):
        """主送机关, flush left, with its colon."""
        self._paragraph([Words(with_colon(text))], align=LEFT)

    # --- the text ----------------------------------------------------------------------------------

    def paragraph(self, *pieces):
        """正文, its first line indented by two characters. pieces: text, or Words in another font."""
        pieces = [piece if isinstance(piece, Words) else Words(piece or "") for piece in pieces]
        for line in _split(pieces):
            self._paragraph(line, first=2)

    def heading(self, level, text, run_in=""):
        """A heading of level 1–4, numbered 一、（一）1.（1）. run_in: text that goes on in its paragraph."""
        self._counters[level - 1] += 1
        self._counters[level:] = [0] * (4 - level)
        number = heading_number(level, self._counters[level - 1])
        pieces = [Words(number + (text or ""), LEVELS[level - 1]), Words(run_in)]
        paragraph = self._paragraph(pieces, first=2)
        paragraph.paragraph_format.keep_with_next = not run_in
        outline(paragraph, level)

    def blank(self, lines=1):
        """Empty lines."""
        for _ in range(lines):
            self._paragraph([])

    def enclosures(self, *titles):
        """附件说明 under the text: “附件：1.…”, the names of the attachments that follow the signature."""
        lines = [self._paragraph([])]
        for text, left, hanging in enclosure_lines([_one_line(title) for title in titles]):
            lines.append(self._paragraph([Words(text)], align=LEFT, left=left, first=-hanging))
        self._keep_with_what_follows(*lines)

    def signature(self, body, on=None):
        """落款: the body and under it the date in the middle of it, on the right; room for the seal above.

        on: a date, or None while it is not known (left open, to be filled in by hand).
        """
        keep_last_row(self._document)
        self._keep_with_what_follows(self._paragraph([]), self._paragraph([]))
        day = day_of(on) if on else "　　年　月　日"
        of_body, of_day = signature_indents(_one_line(body), day)
        self._keep_with_what_follows(self._paragraph([Words(_one_line(body))], align=RIGHT, right=of_body))
        self._paragraph([Words(day)], align=RIGHT, right=of_day)

    def note(self, text):
        """附注 under the date, in brackets: whom to ask."""
        self._paragraph([Words(f"（{text}）")], align=LEFT, left=2)

    def attachment(self, title, *, number=None, landscape=False):
        """附件 on a new page: “附件1” top left, its title in the middle. number: where there are several."""
        self._counters = [0, 0, 0, 0]
        self._turn(landscape)
        first = self._paragraph([Words(f"附件{number or ''}", HEADING)], align=LEFT, new_page=True)
        first.paragraph_format.keep_with_next = True
        self.title(title)

    # --- pictures ----------------------------------------------------------------------------------

    def picture(self, picture):
        """A Picture on a line of its own, in the middle, on one page with what follows (its caption)."""
        paragraph = self._paragraph([], align=CENTRE)
        make_room(paragraph)
        put_in(paragraph.add_run(), picture)
        paragraph.paragraph_format.keep_with_next = True

    def chart(self, rows, shares, *, legend=(), size=10.5):
        """A chart of words and pictures side by side, never broken over two pages.

        rows: sequences of text or Pictures, one to a column, the first column text to read from; shares: the
        columns' widths; legend: [(Picture, its word)] for the line under the chart; a caption follows.
        """
        table = self._empty_table(len(rows), shares, style="Normal Table")
        for row, values in zip(table.rows, rows, strict=True):
            unbroken(row)
            for place, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
                self._fill(cell, value, BODY, size, LEFT if place else RIGHT)
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        self._after_table()
        self._document.paragraphs[-1].paragraph_format.keep_with_next = True
        if legend:
            self._legend(legend, size)

    def _legend(self, legend, size):
        paragraph = self._paragraph([], align=CENTRE)
        make_room(paragraph)
        paragraph.paragraph_format.keep_with_next = True
        for picture, word in legend:
            put_in(paragraph.add_run(), picture)
            self._write(paragraph, [Words(f" {word}　")], size)

    # --- tables ------------------------------------------------------------------------------------

    def table(self, columns, rows, *, landscape=False, size=12):
        """A ruled table whose head stands again on every page.

        columns: spreadsheets.Column (label, and width as its share of the page); rows: sequences of text,
        numbers, dates or None, or a Band. landscape: on a sheet lying on its side, by itself.
        """
        if landscape or self._sideways:
            self._turn(landscape)
        shares = [column.width for column in columns]
        table = self._ruled([column.label for column in columns], shares, len(rows), size)
        centred = in_the_middle(values for values in rows if not isinstance(values, Band))
        for row, values in zip(table.rows[1:] if rows else (), rows, strict=True):
            if self._stands_whole(values, shares, size):
                unbroken(row)
            if isinstance(values, Band):
                merged = row.cells[0].merge(row.cells[-1])
                self._fill(merged, values.text, HEADING, size, LEFT)
                merged.paragraphs[0].paragraph_format.keep_with_next = True
                continue
            for place, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
                self._fill(cell, _said(value), BODY, size, CENTRE if place in centred else LEFT)
        self._after_table()

    def _stands_whole(self, values, shares, size):
        """Whether a row is kept on one page: one as high as a page would be cut off, one of a third of a page
        would leave too much of the page before it empty."""
        if isinstance(values, Band):
            return True
        widths = [self._text_width() * share / sum(shares) for share in shares]
        return row_height(map(_said, values), widths, size) <= self._text_height() / 3

    def form_table(self, rows, *, size=14, roomy=()):
        """A paper to be filled in (a slip): a ruled table of labels and values.

        rows: [[(label, value), …]]; one pair takes the whole width, two share it. roomy: labels of rows with
        room to write by hand.
        """
        table = self._empty_table(len(rows), [15, 37, 15, 33])
        for row, pairs in zip(table.rows, rows, strict=True):
            room = ROOMY_ROW if pairs[0][0] in roomy else SLIP_ROW
            row.height, row.height_rule = Mm(room), WD_ROW_HEIGHT_RULE.AT_LEAST
            cells = row.cells
            if len(pairs) == 1:
                cells = [cells[0], cells[1].merge(cells[3])]
            for place, (label, value) in enumerate(pairs):
                self._fill(cells[2 * place], label, HEADING, size, CENTRE)
                self._fill(cells[2 * place + 1], _said(value), BODY, size, LEFT)
        self._after_table()

    def _ruled(self, labels, shares, count, size):
        table = self._empty_table(count + 1, shares)
        head = table.rows[0]
        for cell, label in zip(head.cells, labels, strict=True):
            self._fill(cell, label, HEADING, size, CENTRE)
        repeated(head)
        unbroken(head)
        return table

    def _empty_table(self, count, shares, style="Table Grid"):
        self._before_content()
        table = self._document.add_table(rows=count, cols=len(shares), style=style)
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        widths = [Mm(self._text_width() * share / sum(shares)) for share in shares]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width, cell.vertical_alignment = width, WD_CELL_VERTICAL_ALIGNMENT.CENTER
        return table

    def _fill(self, cell, text, font, size, align):
        if isinstance(text, Picture):
            make_room(cell.paragraphs[0])
            put_in(cell.paragraphs[0].add_run(), text)
            return
        for at, line in enumerate(_lines(text) or [""]):
            paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
            paragraph.alignment = align
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
            paragraph.paragraph_format.line_spacing = Pt(size * LINE)
            off_the_grid(paragraph)
            self._write(paragraph, [Words(line, font)], size)

    def _after_table(self):
        """What ends a table is a paragraph of no height: two tables would grow together without it."""
        of_no_height(self._document.add_paragraph())
        self._fresh_page = False

    # --- the file ----------------------------------------------------------------------------------

    def to_bytes(self):
        """The finished .docx; the same paper is the same bytes, whenever and wherever it is made."""
        properties = self._document.core_properties._element
        for each in list(properties):
            properties.remove(each)
        out = BytesIO()
        self._document.save(out)
        return settled(out.getvalue())

    # --- how it is done ----------------------------------------------------------------------------

    def _paragraph(self, pieces, *, align=None, size=None, first=0, left=0, right=0, new_page=False):
        """A paragraph of Words; first, left, right: indents in characters."""
        self._before_content(new_page)
        paragraph = self._document.add_paragraph()
        paragraph.paragraph_format.page_break_before = (new_page and not self._fresh_page) or None
        paragraph.alignment = align
        self._indent(paragraph, first, left, right)
        self._write(paragraph, pieces, size)
        self._fresh_page = False
        return paragraph

    def _before_content(self, new_page=False):
        if self._owes_space and not new_page:
            self._owes_space = False
            self._document.add_paragraph()
        self._owes_space = False

    def _write(self, paragraph, pieces, size=None):
        for piece in pieces:
            if not piece.text:
                continue
            run = paragraph.add_run(printable(str(piece.text)))
            in_font(run._element.get_or_add_rPr(), piece.font)
            run.bold = piece.bold or None
            if size:
                run.font.size = Pt(size)

    def _indent(self, paragraph, first, left, right):
        """Indents in characters, and beside them in twips for readers that do not count characters."""
        if not (first or left or right):
            return
        indents = paragraph._element.get_or_add_pPr().get_or_add_ind()
        start = "hanging" if first < 0 else "firstLine"
        for name, characters in ((start, abs(first)), ("left", left), ("right", right)):
            if characters:
                indents.set(qn(f"w:{name}Chars"), str(round(characters * 100)))
                indents.set(qn(f"w:{name}"), str(round(characters * self.form.size * TWIPS)))

    def _keep_with_what_follows(self, *paragraphs):
        """The signature never stands on a page without text."""
        before = self._document.paragraphs[-len(paragraphs) - 1 : -len(paragraphs)]
        for each in (*before, *paragraphs):
            each.paragraph_format.keep_with_next = True

    def _turn(self, landscape):
        """Go on on a sheet lying on its side, or back on an upright one; nothing where it lies so already."""
        if landscape == self._sideways:
            return
        self._sideways = landscape
        section = self._document.add_section()
        of_no_height(self._document.paragraphs[-1])
        self._set_page(section, SIDEWAYS if landscape else UPRIGHT)
        self._fresh_page = True

    def _text_width(self):
        """In mm."""
        _, right, _, left = SIDEWAYS if self._sideways else UPRIGHT
        return (HEIGHT if self._sideways else WIDTH) - left - right

    def _text_height(self):
        """In mm."""
        top, _, bottom, _ = SIDEWAYS if self._sideways else UPRIGHT
        return (WIDTH if self._sideways else HEIGHT) - top - bottom

    def _set_page(self, section, margins):
        sides = (WIDTH, HEIGHT) if margins == UPRIGHT else (HEIGHT, WIDTH)
        section.page_width, section.page_height = Mm(sides[0]), Mm(sides[1])
        section.orientation = WD_ORIENT.PORTRAIT if margins == UPRIGHT else WD_ORIENT.LANDSCAPE
        section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = map(
            Mm, margins
        )
        section.gutter, section.header_distance = 0, Mm(15)
        section.footer_distance = Mm(FOOTER_FROM_EDGE if margins == UPRIGHT else 16)
        grid = section._sectPr.find(qn("w:docGrid"))
        if grid is None:
            grid = OxmlElement("w:docGrid")
            section._sectPr.append(grid)
        grid.set(qn("w:type"), "lines")
        grid.set(qn("w:linePitch"), str(round(self.form.line * TWIPS)))

    def _set_styles(self):
        normal = self._document.styles["Normal"]
        defaults = self._document.styles.element.find(".//w:docDefaults//w:rPr", nsmap)
        in_font(defaults, BODY)
        language = defaults.find(qn("w:lang"))
        language.set(qn("w:eastAsia"), "zh-CN")
        properties = normal.element.get_or_add_rPr()
        in_font(properties, BODY)
        normal.font.size = Pt(self.form.size)
        if self.form.tightened:
            closer = OxmlElement("w:spacing")
            closer.set(qn("w:val"), str(round(-self.form.tightened * TWIPS)))
            properties.find(qn("w:sz")).addprevious(closer)
        layout = normal.paragraph_format
        layout.space_before = layout.space_after = Pt(0)
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(self.form.line)
        layout.widow_control = False
        layout.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY

    def _set_footers(self):
        """“— 1 —”: on odd pages right, on even pages left, one character from the edge."""
        self._document.settings.odd_and_even_pages_header_footer = True
        section = self._document.sections[0]
        for footer, align, side in (
            (section.footer, RIGHT, {"right": 1, "left": 0}),
            (section.even_page_footer, LEFT, {"left": 1, "right": 0}),
        ):
            footer.is_linked_to_previous = False
            paragraph = footer.paragraphs[0]
            paragraph.style = self._document.styles["Normal"]
            paragraph.alignment = align
            self._indent(paragraph, 0, **side)
            self._write(paragraph, [Words("— ", FOOTER)], 14)
            for part in page_field():
                run = paragraph.add_run()
                run.font.size = Pt(14)
                in_font(run._element.get_or_add_rPr(), FOOTER)
                run._element.append(part)
            self._write(paragraph, [Words(" —", FOOTER)], 14)


def word_response(filename, content) -> HttpResponse:
    """A finished document as a download called `filename`.docx, Chinese welcome."""
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = (
        f"attachment; filename=\"document.docx\"; filename*=UTF-8''{quote(filename + '.docx', safe='')}"
    )
    response["Cache-Control"] = "no-store"
    return response


def _lines(text):
    return [line for line in printable(str(text or "")).split("\n") if line.strip()]


def _one_line(text):
    return "".join(_lines(text))


def _split(pieces):
    """Pieces as paragraphs: [[Words]], a new one at every line end; empty lines are left out."""
    found = [[]]
    for piece in pieces:
        first, *rest = printable(str(piece.text)).split("\n")
        found[-1].append(Words(first, piece.font, piece.bold))
        found += [[Words(line, piece.font, piece.bold)] for line in rest]
    return [line for line in found if any(piece.text.strip() for piece in line)]


def _said(value):
    """A value as it is written: a date in words, None as nothing."""
    if value is None:
        return ""
    return day_of(value) if hasattr(value, "year") else str(value)
