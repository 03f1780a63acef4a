"""How high a row must be for its text, since merged and exported cells do not measure themselves.

Widths are Excel's: one unit is a digit of the default font, 7 pixels at 96 dpi. A Chinese character takes
two half-widths of the font's size.
"""

from math import ceil

from agencies.writing import half_widths

PIXELS_PER_UNIT = 7
TALLEST = 409.0  # Excel's own limit, in points
LINE = 1.36  # of the font's size
PADDING = 7.0


def lines(text, width, size):
    """How many lines `text` fills in a cell `width` units wide, in a font of `size` points."""
    half_width = size * 96 / 72 / 2
    # The last place of a line is often left empty: no full stop begins a line.
    room = max(int(width * PIXELS_PER_UNIT / half_width) - 1, 2)
    return sum(max(ceil(half_widths(line) / room), 1) for line in text.split("\n"))


def height(cells, size, *, least=20.0):
    """Points for a row of (text, width) cells, between `least` and what Excel can show."""
    most = max((lines(text, width, size) for text, width in cells if text), default=1)
    return min(max(most * size * LINE + PADDING, least), TALLEST)
