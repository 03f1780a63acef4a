"""How much text one page holds: parts of a brief cut to fit, what is left out said in numbers.

The page is A4 with the margins of official documents (37, 28, 35, 26 mm), the body in 仿宋 of 14 points on
lines of 22: 28 lines of 31 characters. Six lines are the title's and the date's; a line is reckoned two
characters short, for punctuation that may not begin a line and numbers that stay whole.
"""

from dataclasses import dataclass
from math import ceil

from agencies.writing import half_widths

LINES = 22
HALF_WIDTHS = 2 * 29
LEFT_OUT = "……"


@dataclass(frozen=True)
class Item:
    """One paragraph: a label, and the pieces it may be cut into.

    joint: what stands between pieces, "\\n" for a paragraph each. counted: the measure word where the pieces
    are things (“…共 12 项”); "" where they are the sentences of a text.
    """

    label: str
    pieces: list
    joint: str = ""
    counted: str = ""

    def __bool__(self):
        return bool(self.pieces)

    @property
    def rest(self):
        """“…共 12 项”, where the pieces are things and there are several."""
        return f"…共 {len(self.pieces)} {self.counted}" if self.counted and len(self.pieces) > 1 else ""

    def whole(self):
        return self.first(len(self.pieces))

    def first(self, number):
        """The item with its first `number` pieces, and a word about the rest."""
        said = self.joint.join(self.pieces[:number])
        if number < len(self.pieces):
            said += self.rest or LEFT_OUT
        return said


def lines_of(label, text, name=""):
    """How many lines a paragraph fills, indented by two characters, with its label and the part's name."""
    head = (half_widths(name) + 2 if name else 0) + (half_widths(label) + 2 if label else 0)
    rows = text.split("\n")
    return sum(
        max(ceil((4 + half_widths(row) + (head if at == 0 else 0)) / HALF_WIDTHS), 1)
        for at, row in enumerate(rows)
    )


def fitted(parts, shares, lines=LINES):
    """[(name, [(label, text)])] of `parts` ({name: [Item]}), on no more than `lines` lines in all.

    shares: {name: lines it may count on}; what the others leave over is given out in that order.
    """
    wanted = {name: _lines_wanted(name, items) for name, items in parts.items()}
    granted = {name: min(wanted[name], shares[name]) for name in parts}
    over = lines - sum(granted.values())
    for name in shares:
        more = min(max(over, 0), wanted[name] - granted[name])
        granted[name] += more
        over -= more
    return [(name, _cut(name, items, granted[name])) for name, items in parts.items()]


def _lines_wanted(name, items):
    return sum(lines_of(item.label, item.whole(), name if at == 0 else "") for at, item in enumerate(items))


def _cut(name, items, room):
    """The items as they fit into `room` lines; each gets at least a line where there is one for it."""
    said = []
    for at, item in enumerate(items):
        head = name if at == 0 else ""
        keep_for_others = min(len(items) - at - 1, max(room - 1, 0))
        text = _first_that_fit(item, room - keep_for_others, head)
        if text:
            said.append((item.label, text))
            room -= lines_of(item.label, text, head)
    return said


def _first_that_fit(item, room, name):
    for number in range(len(item.pieces), 0, -1):
        text = item.first(number)
        if lines_of(item.label, text, name) <= room:
            return text
    return _beginning(item, room, name)


def _beginning(item, room, name):
    """Not even the first piece fits: its beginning, as far as it goes."""
    if room < 1:
        return ""
    rest = item.rest or LEFT_OUT
    text = item.pieces[0].split("\n")[0]
    while text and lines_of(item.label, text + rest, name) > room:
        text = text[:-1]
    return text + rest if text else ""
