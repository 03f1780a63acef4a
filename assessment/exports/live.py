"""How a formula is written so that every spreadsheet program comes to the app's own cents.

The app reckons with exact decimals and rounds half up; a spreadsheet reckons with binary fractions, in which
2.675 is a little less than it says. What is rounded is therefore raised by far less than the smallest
distance between a true value and the next half: 1E-10 before cents (their factors have at most eight
places), 1E-13 before the sixth place.
"""

from xlsxwriter.utility import xl_rowcol_to_cell

from agencies.spreadsheets import clean_text
from progress.exports.book import Formula, down_column


def cents(expression: str) -> str:
    """A positive expression rounded half up to two places."""
    return f"ROUND({expression}+1E-10,2)"


def six(expression: str) -> str:
    """A positive expression rounded half up to six places."""
    return f"ROUND({expression}+1E-13,6)"


def on(sheet: str, row: int, place: int) -> str:
    """`'事实'!$K$12`: one cell of a sheet."""
    return f"'{sheet}'!{xl_rowcol_to_cell(row, place, row_abs=True, col_abs=True)}"


def down(sheet: str, place: int, first: int, last: int) -> str:
    """`'事实'!$K$12:$K$40`: rows first to last of a column."""
    return f"'{sheet}'!{down_column(place, first, last)}"


def here(row: int, place: int) -> str:
    """A cell of the same sheet."""
    return xl_rowcol_to_cell(row, place, row_abs=True, col_abs=True)


def text(said: str) -> str:
    """Words inside a formula, as a cell holds them."""
    return '"{}"'.format(clean_text(said).replace('"', '""'))


def formula(expression: str, value) -> Formula:
    """`=expression`, with the app's value stored beside it; nothing is stored as an empty text."""
    return Formula(f"={expression}", "" if value is None else value)


def one_of(cell: str, words) -> str:
    """Whether a cell says one of the words."""
    return "OR({})".format(",".join(f"{cell}={text(word)}" for word in words))


def chosen(cell: str, choices, otherwise: str = "0") -> str:
    """The expression that belongs to the word in a cell: nested IFs of {word: expression}."""
    for word, expression in reversed(choices.items()):
        otherwise = f"IF({cell}={text(word)},{expression},{otherwise})"
    return otherwise
