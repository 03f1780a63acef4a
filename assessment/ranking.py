"""Ranks, grades and 折算分: pure, without database or clock (practice, section 3).

Each class stands apart. Equal scores share a rank, and the next one counts on past them (1, 1, 3). Grades
and ranks are given only where the scheme has its own; the usual product is the 折算分 for the two city
assessments. 优秀 are at most max(1, the share of the class, rounded half up); where equal scores reach across
that line, none of them is: the share is never exceeded and nobody is chosen among equals.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
EXCELLENT, GOOD, FAIR, POOR = "excellent", "good", "fair", "poor"
NOT_EXCELLENT, LOWEST = "not_excellent", "lowest"


@dataclass(frozen=True)
class Rules:
    """What of a scheme decides on ranks and grades. excellent_share: percent of a class."""

    own_grades: bool
    excellent_from: Decimal
    good_from: Decimal
    fair_from: Decimal
    excellent_share: Decimal
    veto_on: bool

    @classmethod
    def of(cls, scheme):
        """The rules of a Scheme."""
        return cls(*(getattr(scheme, name) for name in cls.__dataclass_fields__))


@dataclass(frozen=True)
class Entrant:
    """A body that is scored. vetoes: the effects (values of VetoItem.Effect) found against it."""

    key: int
    unit_class: str
    total: Decimal
    vetoes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """rank within the class, or None; grade: a value of UnitScore.Grade, or "" where none is given."""

    rank: int | None
    grade: str


def places(entrants, rules):
    """{key: Place} of all the entrants; without own grades nobody has a rank or a grade."""
    entrants = list(entrants)
    if not rules.own_grades:
        return {each.key: Place(None, "") for each in entrants}
    found = {}
    for unit_class in {each.unit_class for each in entrants}:
        found |= _of_class([each for each in entrants if each.unit_class == unit_class], rules)
    return found


def excellent_places(number, share):
    """How many of `number` bodies can be 优秀, at a share in percent; none of none."""
    if not number:
        return 0
    return max(1, int((number * share / 100).quantize(Decimal(1), ROUND_HALF_UP)))


def converted(total, points):
    """折算分: a score of 100 as one of `points`, two places, half up; None of None."""
    return None if total is None else (total * points / 100).quantize(CENT, ROUND_HALF_UP)


def _of_class(entrants, rules):
    ranks = _ranks({each.key: each.total for each in entrants})
    excellent = _excellent(entrants, rules)
    return {
        each.key: Place(ranks[each.key], EXCELLENT if each.key in excellent else _grade(each, rules))
        for each in entrants
    }


def _ranks(totals):
    """{key: rank}, the highest first; equal totals share theirs."""
    ordered = sorted(totals.values(), reverse=True)
    return {key: ordered.index(total) + 1 for key, total in totals.items()}


def _excellent(entrants, rules):
    """The keys of those that are 优秀: good enough, not vetoed, and within the places of their class."""
    able = {
        each.key: each.total
        for each in entrants
        if each.total >= rules.excellent_from and not (rules.veto_on and each.vetoes)
    }
    most, ranks = excellent_places(len(entrants), rules.excellent_share), _ranks(able)
    # As many as share a rank, or stand before it, must find room.
    return {key for key, rank in ranks.items() if sum(1 for other in ranks.values() if other <= rank) <= most}


def _grade(entrant, rules):
    if rules.veto_on and LOWEST in entrant.vetoes:
        return POOR
    if entrant.total >= rules.good_from:
        return GOOD
    return FAIR if entrant.total >= rules.fair_from else POOR
