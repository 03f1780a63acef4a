"""Marks in a Word file python-docx has no words for: fonts, the grid, rows that stay whole, page numbers."""

from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt


def in_font(properties, name):
    """Name the font of run properties for every script, in place of what a theme would choose."""
    fonts = properties.get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for use in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{use}"), name)


def off_the_grid(paragraph):
    """Lines as high as the paragraph says, not as the page's grid of lines does."""
    off = OxmlElement("w:snapToGrid")
    off.set(qn("w:val"), "0")
    properties = paragraph._element.get_or_add_pPr()
    # Where the schema wants it: behind what python-docx knows to come before, else Word mends the file.
    later = ("w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr")
    properties.insert_element_before(off, *later)


def outline(paragraph, level):
    """For the navigation pane and the table of contents."""
    mark = OxmlElement("w:outlineLvl")
    mark.set(qn("w:val"), str(level - 1))
    paragraph._element.get_or_add_pPr().insert_element_before(mark, "w:rPr")


def unbroken(row):
    """A row never stands half on one page."""
    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))


def of_no_height(paragraph):
    """So that a page that is just full is not followed by an empty one."""
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    paragraph.paragraph_format.line_spacing = Pt(1)
    off_the_grid(paragraph)


def page_field():
    """The parts of the field PAGE, one run each, with a number for readers that do not count."""
    for kind in ("begin", "instruction", "separate", "number", "end"):
        if kind == "instruction":
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = " PAGE "
        elif kind == "number":
            part = OxmlElement("w:t")
            part.text = "1"
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        yield part


def repeated(row):
    """The head of a table stands again on every page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_last_row(document):
    """Keep the last row of the table a document ends with on the page of what follows; nothing where it does
    not end with one. A table ends with a paragraph of no height."""
    before = document.paragraphs[-1]._element.getprevious() if document.paragraphs else None
    if before is None or before.tag != qn("w:tbl"):
        return
    for paragraph in before.findall(qn("w:tr"))[-1].iter(qn("w:p")):
        paragraph.get_or_add_pPr().get_or_add_keepNext()
