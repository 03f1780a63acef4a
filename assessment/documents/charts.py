"""Bars drawn as pictures for a report: told apart by pattern and digit, so that grey paper is enough.

Only digits stand in a picture; every word is text of the document around it. Drawn from numbers alone: the
same numbers are the same bytes.
"""

from dataclasses import dataclass
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from agencies.official_pictures import Picture

DOTS = 12  # to the mm: some 300 to the inch
HEIGHT = 5.0  # of a bar, in mm
SWATCH = 6.0
DIGITS = 3.4
LINE, STEP = 3, 14  # thickness and distance of hatching, in dots
INK, PAPER = "#1B2430", "#FFFFFF"


@dataclass(frozen=True)
class Part:
    """One kind of thing a bar is made of: its word, its colours, how it is hatched."""

    word: str
    fill: str
    ink: str
    pattern: str = "plain"


def bar(parts, counts, most, width) -> Picture:
    """A stacked bar. parts: {key: Part} in their order; counts: {key: number}; most: the number that takes
    the whole width; width: in mm. Its words name every part that is there with its number."""
    there = [(part, counts[key]) for key, part in parts.items() if counts.get(key)]
    canvas = _canvas(width, HEIGHT)
    at = 0
    for part, number in there:
        until = at + round((canvas.width - 1) * number / most)
        _piece(canvas, part, (at, 0, until, canvas.height - 1), str(number))
        at = until
    words = "，".join(f"{part.word}{number}" for part, number in there) or "没有"
    return Picture(_png(canvas), words, width)


def swatch(part) -> Picture:
    """The sample of a part for the line that explains them."""
    canvas = _canvas(SWATCH, HEIGHT * 0.7)
    _piece(canvas, part, (0, 0, canvas.width - 1, canvas.height - 1), "")
    return Picture(_png(canvas), f"图例：{part.word}", SWATCH)


def _canvas(width, height):
    return Image.new("RGB", (round(width * DOTS), round(height * DOTS)), PAPER)


def _piece(canvas, part, box, digits):
    left, top, right, bottom = box
    piece = Image.new("RGB", (right - left + 1, bottom - top + 1), part.fill)
    draw = ImageDraw.Draw(piece)
    _hatch(draw, part, piece.width, piece.height)
    draw.rectangle((0, 0, piece.width - 1, piece.height - 1), outline=INK, width=2)
    if digits:
        _write(draw, part, digits, piece.width, piece.height)
    canvas.paste(piece, (left, top))


def _hatch(draw, part, width, height):
    if part.pattern in ("rising", "crossed"):
        for start in range(-height, width, STEP):
            draw.line((start, height, start + height, 0), fill=part.ink, width=LINE)
    if part.pattern in ("falling", "crossed"):
        for start in range(-height, width, STEP):
            draw.line((start, 0, start + height, height), fill=part.ink, width=LINE)
    if part.pattern == "dotted":
        for row, y in enumerate(range(STEP // 2, height, STEP)):
            for x in range(STEP // 2 + row % 2 * STEP // 2, width, STEP):
                draw.ellipse((x - LINE, y - LINE, x + LINE, y + LINE), fill=part.ink)


def _write(draw, part, digits, width, height):
    """The number in the middle, on a ground of its own where the part is hatched; left out where it does not
    fit: the words of the picture have it."""
    font = _font()
    left, top, right, bottom = draw.textbbox((0, 0), digits, font=font)
    across, down = right - left, bottom - top
    if across + 8 > width:
        return
    x, y = (width - across) / 2, (height - down) / 2
    if part.pattern != "plain":
        draw.rectangle((x - 6, y - 5, x + across + 5, y + down + 4), fill=PAPER)
    draw.text((x - left, y - top), digits, font=font, fill=INK if part.pattern != "plain" else part.ink)


@cache
def _font():
    """The small font Pillow brings along for itself."""
    return ImageFont.load_default(DIGITS * DOTS)


def _png(canvas):
    out = BytesIO()
    canvas.save(out, "PNG", dpi=(DOTS * 25.4, DOTS * 25.4))
    return out.getvalue()
