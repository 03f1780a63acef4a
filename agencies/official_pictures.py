"""Pictures in official papers: a picture is put down with words for who cannot see it."""

from dataclasses import dataclass
from io import BytesIO

from docx.enum.text import WD_LINE_SPACING
from docx.shared import Mm

from agencies.official_marks import off_the_grid


@dataclass(frozen=True)
class Picture:
    """content: PNG; words: what it shows, read out to who cannot see it; width: on paper, in mm."""

    content: bytes
    words: str
    width: float


def put_in(run, picture):
    """Put a Picture at the end of a run. Whether its line is high enough the paragraph says: `make_room`."""
    inline = run.add_picture(BytesIO(picture.content), width=Mm(picture.width))._inline
    inline.docPr.set("descr", picture.words)


def make_room(paragraph):
    """Lines as high as what stands in them: a line of fixed height would cut a picture off."""
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    off_the_grid(paragraph)
