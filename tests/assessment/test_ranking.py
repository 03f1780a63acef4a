"""Ranks within each class, grades, the places for 优秀, vetoes, 折算分: a table worked out by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.ranking import Entrant, Place, Rules, converted, excellent_places, places

RULES = Rules(True, Decimal(90), Decimal(80), Decimal(70), Decimal(30), False)


def field(*totals, unit_class="municipal"):
    return [Entrant(n, unit_class, Decimal(total)) for n, total in enumerate(totals)]


def test_a_class_is_ranked_and_graded():
    found = places(field("96.5", "93", "93", "91", "85", "79.99", "70", "69.99", "60", "50"), RULES)
    assert [found[n].rank for n in range(10)] == [1, 2, 2, 4, 5, 6, 7, 8, 9, 10]
    good, fair, poor = ["good"] * 2, ["fair"] * 2, ["poor"] * 3
    assert [found[n].grade for n in range(10)] == ["excellent"] * 3 + good + fair + poor


def test_classes_stand_apart():
    counties = [Entrant("a", "county", Decimal(75)), Entrant("b", "county", Decimal(92))]
    found = places([*field("99", "98"), *counties], RULES)
    assert (found["b"], found["a"]) == (Place(1, "excellent"), Place(2, "fair"))


def test_without_grades_of_its_own_nobody_has_a_place():
    assert places(field("96", "80"), replace(RULES, own_grades=False)) == dict.fromkeys(
        range(2), Place(None, "")
    )


@pytest.mark.parametrize(
    ("number", "share", "most"),
    [(0, 30, 0), (1, 30, 1), (2, 0, 1), (4, 30, 1), (5, 30, 2), (8, 30, 2), (35, 30, 11), (10, 100, 10)],
)
def test_the_places_for_excellent(number, share, most):
    assert excellent_places(number, Decimal(share)) == most


def test_equals_across_the_line_are_not_chosen_among():
    """Ten bodies have three places: the two that share the third rank would make four."""
    found = places(field("97", "96", "95", "95", *["60"] * 6), RULES)
    assert [found[n].grade for n in range(4)] == ["excellent", "excellent", "good", "good"]
    assert found[2].rank == found[3].rank == 3


def test_vetoes_count_only_where_they_are_on():
    vetoed = [
        Entrant(0, "park", Decimal(97), ("not_excellent",)),
        Entrant(1, "park", Decimal(96)),
        Entrant(2, "park", Decimal(95), ("not_excellent", "lowest")),
    ]
    on = places(vetoed, replace(RULES, veto_on=True))
    assert [on[n].grade for n in range(3)] == ["good", "excellent", "poor"], "the next one takes the place"
    assert [on[n].rank for n in range(3)] == [1, 2, 3]
    off = places(vetoed, RULES)
    assert [off[n].grade for n in range(3)] == ["excellent", "good", "good"]


def test_a_score_is_converted_half_up():
    assert converted(Decimal("86.25"), Decimal(2)) == Decimal("1.73")
    assert converted(Decimal("100"), Decimal("150")) == Decimal("150.00")
    assert converted(None, Decimal(2)) is None


@given(st.lists(st.tuples(st.sampled_from("ab"), st.decimals(0, 105, places=1)), max_size=30))
def test_what_always_holds(field):
    """A better score has no worse rank; equals are treated alike; 优秀 never exceed their places."""
    entrants = [Entrant(n, unit_class, total) for n, (unit_class, total) in enumerate(field)]
    found = places(entrants, RULES)
    for unit_class in "ab":
        own = [each for each in entrants if each.unit_class == unit_class]
        excellent = [each for each in own if found[each.key].grade == "excellent"]
        assert len(excellent) <= excellent_places(len(own), RULES.excellent_share)
        for one in own:
            for other in own:
                if one.total == other.total:
                    assert found[one.key] == found[other.key]
                elif one.total > other.total:
                    assert found[one.key].rank < found[other.key].rank
