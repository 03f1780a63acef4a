"""Expected pace and lamps, without a database."""

from datetime import date
from decimal import Decimal

import pytest

from progress import pace
from progress.models import Lamp
from progress.pace import Pace, Rule


def pace_of(percent, expected):
    return Pace(Decimal(percent), Decimal(expected))


@pytest.mark.parametrize(
    ("percent", "expected", "lamp"),
    [
        ("75", "75", Lamp.GREEN),
        ("90", "75", Lamp.GREEN),
        ("65.01", "75", Lamp.GREEN),
        ("65", "75", Lamp.YELLOW),
        ("45.01", "75", Lamp.YELLOW),
        ("45", "75", Lamp.RED),
        ("0", "75", Lamp.RED),
        ("100", "100", Lamp.GREEN),
        ("0", "0", Lamp.GREEN),
    ],
)
def test_the_gap_decides(percent, expected, lamp):
    assert pace.gap_lamp(pace_of(percent, expected), Rule()) == lamp


@pytest.mark.parametrize(
    ("earlier", "lamp"),
    [
        ([Lamp.YELLOW], Lamp.RED),
        ([Lamp.GREEN], Lamp.YELLOW),
        ([None], Lamp.YELLOW),
        ([Lamp.RED], Lamp.YELLOW),
        ([], Lamp.YELLOW),
    ],
)
def test_two_yellow_quarters_running_are_red(earlier, lamp):
    assert pace.pace_lamp(pace_of("60", "75"), earlier, Rule())[0] == lamp


def test_a_plan_may_ask_for_longer_runs_or_none():
    behind = pace_of("60", "75")
    three = Rule(yellow_run=3)
    assert pace.pace_lamp(behind, [Lamp.YELLOW, None], three)[0] == Lamp.YELLOW
    assert pace.pace_lamp(behind, [Lamp.YELLOW, Lamp.YELLOW], three)[0] == Lamp.RED
    assert pace.pace_lamp(behind, [Lamp.YELLOW, Lamp.YELLOW], Rule(yellow_run=0))[0] == Lamp.YELLOW


def test_other_thresholds_are_data():
    strict = Rule(yellow_from=Decimal(5), red_from=Decimal(15))
    assert pace.gap_lamp(pace_of("70", "75"), strict) == Lamp.YELLOW
    assert pace.gap_lamp(pace_of("60", "75"), strict) == Lamp.RED


def test_nodes_are_shares_done_and_due():
    due = {1: date(2026, 3, 20), 2: date(2026, 6, 20), 3: date(2026, 9, 20), 4: date(2026, 12, 20)}
    found = pace.by_nodes(due, {1}, date(2026, 9, 30))
    assert (found.percent, found.expected, found.gap) == (25, 75, 50)
    assert pace.by_nodes({}, set(), date(2026, 9, 30)) is None


def test_separate_leads_give_mean_and_lowest():
    found = pace.mean([pace_of("20", "50"), pace_of("60", "50"), pace_of("50", "50")])
    assert (found.percent, found.lowest, found.expected) == (Decimal("43.33"), 20, 50)
    assert pace.mean([]) is None


@pytest.mark.parametrize(
    ("percent", "expected", "words"),
    [
        ("45", "75", "完成 45%，序时 75%，落后 30 个百分点"),
        ("80.50", "75", "完成 80.5%，序时 75%，超序时 5.5 个百分点"),
        ("75", "75", "完成 75%，序时 75%"),
    ],
)
def test_the_reason_is_said_in_words(percent, expected, words):
    assert pace.in_words(pace_of(percent, expected)) == words
