"""A figure a text gives for an indicator, against its accepted value. Pure.

Only a figure in the indicator's own unit, close behind its name and in the same clause group, is taken for
its value; what speaks of growth, of a goal or of a part is not.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

# How far behind the name the figure may stand.
REACH = 24
SHORTEST_NAME = 3
# Words between a name and a figure that make it another figure than the value.
ANOTHER = re.compile(
    r"同比|环比|增长|增幅|提高|上升|下降|减少|增加|较|比上|目标|力争|计划|不低于|不高于|以上|以下|超过|其中|新增|排名|第"
)
FACTORS = {"": Decimal(1), "万": Decimal(10) ** 4, "亿": Decimal(10) ** 8, "万亿": Decimal(10) ** 12}
# 全角 signs as people type them among Chinese, one for one.
HALF_WIDTH = str.maketrans("０１２３４５６７８９．％－−", "0123456789.%--")
# A unit that goes on is another one: 12个百分点 and 12个月 are not 12个, 350人次 not 350人.
GOES_ON = r"(?!百分点|月|次|[/／])"
# A figure begins where no other does: neither within one, nor as the end of a stretch (5-10%).
BEGINS = r"(?<![\d.])(?<!\d[-—~～至])"
ENDS = re.compile(r"[。；;！？\n]")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Differing:
    """What the text says and what was accepted, each with its unit."""

    written: str
    accepted: str


def differing(text, indicator, unit, rows):
    """The Differing of a text, or None where it says nothing else than one of `rows`.

    rows: of SummaryReport.figures["targets"] for one indicator ("value", "wanted"); unit: the indicator's.
    """
    values = [(number, row) for row in rows if (number := _number(row.get("value"))) is not None]
    if not unit or not values or len(indicator) < SHORTEST_NAME:
        return None
    text, typed, indicator = text.translate(HALF_WIDTH), text, indicator.translate(HALF_WIDTH)
    factor, base = _parted(unit.translate(HALF_WIDTH))
    goals = [number for row in rows for number in _numbers(row.get("wanted"))]
    for written, amount, step in _figures_behind(text, typed, indicator, base):
        if any(abs(value * factor - amount) <= step for value, _ in values):
            return None
        if any(abs(goal * factor - amount) <= step for goal in goals):
            continue
        said = str(values[0][1]["value"])
        return Differing(written, said if said.endswith(unit) else f"{said}{unit}")
    return None


def _figures_behind(text, typed, indicator, base):
    """(as typed, in the base unit, half of the last digit) for the first figure behind each mention."""
    figure = re.compile(rf"{BEGINS}(-?\d[\d,，]*(?:\.\d+)?)\s*(万亿|亿|万)?{re.escape(base)}{GOES_ON}")
    for mention in re.finditer(re.escape(indicator), text):
        behind = ENDS.split(text[mention.end() :], maxsplit=1)[0]
        found = figure.search(behind[: REACH + 16])
        if not found or found.start() > REACH or ANOTHER.search(behind[: found.start()]):
            continue
        digits = re.sub(r"[,，]", "", found.group(1))
        factor = FACTORS[found.group(2) or ""]
        places = len(digits.partition(".")[2])
        begins, ends = (mention.end() + at for at in found.span())
        yield typed[begins:ends], Decimal(digits) * factor, factor / (2 * Decimal(10) ** places)


def _parted(unit):
    """“万元” → (10,000, “元”)."""
    for prefix in ("万亿", "亿", "万"):
        if unit.startswith(prefix) and len(unit) > len(prefix):
            return FACTORS[prefix], unit[len(prefix) :]
    return FACTORS[""], unit


def _number(value):
    """The number a value is, or begins with (“1350人”); None for other words."""
    found = NUMBER.match(str(value if value is not None else "").replace(",", "").strip())
    return Decimal(found.group(0)) if found else None


def _numbers(value):
    return [Decimal(each) for each in NUMBER.findall(str(value or "").replace(",", ""))]
