"""一页纸专报 as a Word document: the official page, fonts named and never shipped, text only as text."""

from io import BytesIO

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

FONT = "仿宋_GB2312"
TITLE_FONT = "方正小标宋简体"
HEADING_FONT = "黑体"
# GB/T 9704-2012 for the margins; the sizes are those brief_lines reckons with.
MARGINS = {"top_margin": 37, "left_margin": 28, "right_margin": 26, "bottom_margin": 35}
BODY, LINE = Pt(14), Pt(22)
TITLE, TITLE_LINE = Pt(22), Pt(30)


def word_of(brief, as_of):
    """The document as bytes. brief: a `briefs.Brief`; as_of: its 数据截至 in words."""
    document = Document()
    _lay_out(document)
    document.core_properties.title = brief.title[:250]
    document.core_properties.author = ""
    document.core_properties.comments = ""
    _centred(document, brief.kind_line)
    _centred(document, brief.title, TITLE_FONT, TITLE, TITLE_LINE)
    _centred(document, as_of, size=Pt(12))
    for part in brief.parts:
        for name, label, text in part.rows:
            _line(document, name, label, text)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _lay_out(document):
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, millimetres in MARGINS.items():
        setattr(section, side, Mm(millimetres))
    normal = document.styles["Normal"]
    _in_font(normal.font, normal.element.get_or_add_rPr(), FONT)
    normal.font.size = BODY
    spacing = normal.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    spacing.widow_control = False


def _in_font(font, properties, name):
    font.name = name
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _centred(document, text, name=FONT, size=BODY, line=LINE):
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing = line
    _run(paragraph, text, name).font.size = size


def _line(document, name, label, text):
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = 2 * BODY
    if name:
        _run(paragraph, f"{name}：", HEADING_FONT)
    if label:
        _run(paragraph, f"{label}：").bold = True
    _run(paragraph, text)


def _run(paragraph, text, name=FONT):
    run = paragraph.add_run(text)
    _in_font(run.font, run._element.get_or_add_rPr(), name)
    return run
