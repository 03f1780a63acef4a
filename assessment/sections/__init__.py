"""The sections of a report, each from its source: what `gather` gives is what a section first says.

A paragraph is plain data, as it is kept until the whole is there: {"level", "text", "sources", "chapter"}
(see ReportParagraph). Everything is in the plan's order, and nothing is said twice: the last quarter's
cumulative words stand for the year.
"""

from assessment.models import OutlineSection

from . import figured, told
from .paragraph import lines_in, paragraph
from .tasks import of_chapter

Source = OutlineSection.Source

OF_FIGURES = {
    Source.OVERVIEW: figured.overview,
    Source.SUPERVISION: figured.supervision,
}
OF_RETURNS = {
    Source.EXPERIENCE: told.experience,
    Source.BENCHMARKING: told.benchmarking,
    Source.PROBLEMS: told.problems,
    Source.NEXT_STEPS: told.next_steps,
}


def reads_figures(source):
    """Whether a section of this source says what `figures` counted."""
    return source in OF_FIGURES


def gather(source, material, figures, *, text="", chapter=None):
    """The paragraphs of a section: a list of plain data.

    source: of OutlineSection.Source; material: a Material; figures: as `report_figures.gather` gives them;
    text: the fixed text; chapter: only the 行动 with this number, for the section by 行动.
    """
    if source in OF_FIGURES:
        return OF_FIGURES[source](figures)
    if source in OF_RETURNS:
        return OF_RETURNS[source](material)
    if source == Source.CHAPTERS:
        return of_chapter(material, chapter)
    return [paragraph(line, []) for line in lines_in(text)]
