"""Expected pace and the lamp it gives. Pure: plain values in, plain values out, no database.

Rule (practice, section 2): the gap is the expected percent at period end minus the percent done, both of
the year's goal, in points. Under `yellow_from` points green, under `red_from` yellow, from there on red;
as many gap-yellow quarters running as `yellow_run` says are red too. Blue is the office's 已完成 and
nothing else; a goal fully reached is green.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from progress.models import Lamp

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Rule:
    """From how many points of gap a lamp turns, and how many yellow quarters running make red (0: never)."""

    version: int = 1
    yellow_from: Decimal = Decimal(10)
    red_from: Decimal = Decimal(30)
    yellow_run: int = 2


@dataclass(frozen=True)
class Pace:
    """Percent done and percent expected at period end, of the year's goal (0–100).

    Where leads are separate both are means over those that were accepted, and `lowest` is the smallest
    percent among them.
    """

    percent: Decimal
    expected: Decimal
    lowest: Decimal | None = None

    @property
    def gap(self):
        """Points behind the expected percent; negative when ahead of it."""
        return self.expected - self.percent


def by_nodes(due_days, done, period_end):
    """The pace of a goal measured by nodes: the share done against the share due by period end.

    due_days: {node id: due date}; done: ids of the nodes done. None when the goal has no nodes.
    """
    if not due_days:
        return None
    percent = _share(sum(1 for node in due_days if node in done), len(due_days))
    expected = _share(sum(1 for day in due_days.values() if day <= period_end), len(due_days))
    return Pace(percent, expected)


def mean(paces):
    """The pace of a task whose leads answer separately: means, and the lowest percent. None of nothing."""
    if not paces:
        return None
    percents = [pace.percent for pace in paces]
    expected = sum(pace.expected for pace in paces) / len(paces)
    return Pace(_rounded(sum(percents) / len(paces)), _rounded(expected), min(percents))


def gap_lamp(pace, rule):
    """The lamp the gap alone gives: green, yellow or red."""
    if pace.gap >= rule.red_from:
        return Lamp.RED
    return Lamp.YELLOW if pace.gap >= rule.yellow_from else Lamp.GREEN


def pace_lamp(pace, earlier, rule):
    """The lamp of a pace, looking back: (Lamp, reason).

    earlier: gap lamps of the quarters just before, newest first, None where there was none.
    """
    lamp = gap_lamp(pace, rule)
    if lamp == Lamp.YELLOW and rule.yellow_run:
        before = [*earlier][: rule.yellow_run - 1]
        if len(before) == rule.yellow_run - 1 and all(each == Lamp.YELLOW for each in before):
            return Lamp.RED, f"{in_words(pace)}，已连续 {rule.yellow_run} 个季度欠序时"
    return lamp, in_words(pace)


def in_words(pace):
    """“完成 45%，序时 75%，落后 30 个百分点”."""
    said = f"完成 {plain(pace.percent)}%，序时 {plain(pace.expected)}%"
    if pace.gap > 0:
        said += f"，落后 {plain(pace.gap)} 个百分点"
    elif pace.gap < 0:
        said += f"，超序时 {plain(-pace.gap)} 个百分点"
    if pace.lowest is not None and pace.lowest != pace.percent:
        said += f"（各牵头单位平均，最低 {plain(pace.lowest)}%）"
    return said


def plain(value):
    """A Decimal without trailing zeros: 75, 62.5."""
    text = f"{_rounded(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _share(part, whole):
    return _rounded(HUNDRED * part / whole)


def _rounded(value):
    return Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)
