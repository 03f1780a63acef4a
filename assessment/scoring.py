"""What the facts of a year are worth: pure, without database or clock. Same facts, same score.

The rules (practice, section 3), each number from the scheme:

- A criterion gives `ratio` (0–1, six places) of its effective weight. Ratios are means over subjects (tasks,
  targets, orders), never sums: a unit with 21 tasks is judged like a unit with one. 迟报 −0.5 on 10 points is
  taken off the subject it happened to.
- A criterion that does not apply to the unit, or whose data does not exist, hands its weight to the others in
  proportion. A unit that only supports keeps but a small share of 任务完成 (its duty's share), the rest is
  handed on likewise. Effective weights have two places and add up to the scheme's total exactly: the largest
  takes what rounding leaves over.
- points = effective weight × ratio, rounded half up to cents; the total is their sum, plus additions (up to
  the cap), minus deductions (up to the cap), never below 0 and never above 100 plus the cap of additions.
"""

from dataclasses import dataclass
from decimal import Decimal

from assessment.facts import UnitFacts


@dataclass(frozen=True)
class CriterionTerms:
    """A Criterion without the database; key is its primary key as text."""

    key: str
    name: str
    formula: str
    weight: Decimal
    parameters: dict
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Terms:
    """A Scheme without the database."""

    year: int
    criteria: tuple[CriterionTerms, ...]
    addition_cap: Decimal
    deduction_cap: Decimal

    @classmethod
    def of(cls, scheme, criteria=None) -> "Terms":
        """scheme: a Scheme; criteria: its Criterion rows where they are at hand."""
        rows = scheme.criteria.all() if criteria is None else criteria
        return cls(
            scheme.year,
            tuple(
                CriterionTerms(
                    str(row.pk),
                    row.name,
                    row.formula,
                    row.weight,
                    dict(row.parameters),
                    tuple(row.classes),
                )
                for row in rows
            ),
            scheme.addition_cap,
            scheme.deduction_cap,
        )


@dataclass(frozen=True)
class ByHand:
    """An Adjustment without the database. kind: a value of Adjustment.Kind; criterion: its key or ""."""

    key: str
    kind: str
    criterion: str
    points: Decimal
    basis: str
    url: str = ""


@dataclass(frozen=True)
class Line:
    """One cause of points won or lost under a criterion: a late return, a missed target, a completed task.

    ratio: what this subject contributes to the mean (0–1), None for a remark that counts for nothing. lost:
    the points of the criterion's effective weight this line cost (0 where nothing), two places.
    """

    subject: str
    text: str
    ratio: Decimal | None
    weight: Decimal
    lost: Decimal
    url: str = ""


@dataclass(frozen=True)
class CriterionResult:
    """How a criterion came out. applies False: `why_not` says why, and its weight went to the others."""

    key: str
    name: str
    formula: str
    weight: Decimal
    effective: Decimal
    ratio: Decimal
    reviewed: Decimal
    points: Decimal
    applies: bool
    why_not: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class UnitResult:
    """A unit's score. added, deducted: what was stated by hand, after the caps (both not negative)."""

    criteria: tuple[CriterionResult, ...]
    base: Decimal
    added: Decimal
    deducted: Decimal
    total: Decimal
    by_hand: tuple[ByHand, ...]


def score(terms: Terms, facts: UnitFacts, by_hand: tuple[ByHand, ...] = ()) -> UnitResult:
    """The score of one unit under a scheme."""
    raise NotImplementedError
