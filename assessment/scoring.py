"""What the facts of a year are worth: pure, without database or clock. Same facts, same score.

The rules (practice, section 3), each number from the scheme:

- A criterion gives `ratio` (0–1, six places) of its effective weight. Ratios are means over subjects (tasks,
  targets, orders), never sums: a unit with 21 tasks is judged like a unit with one. 迟报 −0.5 on 10 points is
  taken off the subject it happened to (assessment.measuring).
- A criterion that does not apply to the unit, or whose data does not exist, keeps nothing of its weight
  (`share` 0). A unit that only supports keeps but a small share of 任务完成 (its duty's share). What is not
  kept goes to the others in proportion: effective weights are total × (weight × share) ÷ Σ(weight × share),
  have two places and add up to the scheme's total exactly: the largest (of equals the first) takes what
  rounding leaves over.
- points = effective weight × ratio, rounded half up to cents, plus the review's adjustments as far as they
  stay within 0…effective weight (`reviewed` is what they came to). The total is the sum of points, plus
  additions (up to the cap), minus deductions (up to the cap), never below 0 and never above the scheme's
  total plus the cap of additions.
"""

from dataclasses import asdict, dataclass, fields, replace
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from assessment.facts import UnitFacts
from assessment.measuring import ONE, ZERO, Line, Measured, measure, ratio_of, six

CENT = Decimal("0.01")


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
class CriterionResult:
    """How a criterion came out. applies False: `why_not` says why, and its weight went to the others.

    share: how much of its weight the unit keeps (0–1), before what was handed on is dealt out. points: after
    review; reviewed: what the review's adjustments changed.
    """

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
    share: Decimal = ONE

    @property
    def measured(self) -> Decimal:
        """The points before review."""
        return self.points - self.reviewed

    @property
    def subjects(self) -> list[tuple[Line, list[Line]]]:
        """The lines as they are read: each subject or remark with the causes under it."""
        top = [line for line in self.lines if not line.under]
        return [(line, [each for each in self.lines if each.under == line.subject]) for line in top]

    @property
    def by_cost(self) -> dict[str, list[tuple[Line, list[Line]]]]:
        """The subjects as one looks for what was lost: `cost`, the dearest first; `full`, that cost nothing;
        `passed_over`, that do not count."""
        found = self.subjects
        cost = [each for each in found if each[0].lost]
        return {
            "cost": sorted(cost, key=lambda each: -each[0].lost),
            "full": [each for each in found if each[0].counts and not each[0].lost],
            "passed_over": [each for each in found if not each[0].counts and not each[0].lost],
        }


@dataclass(frozen=True)
class UnitResult:
    """A unit's score. base: the sum of points; added, deducted: what was stated by hand, after the caps (both
    not negative)."""

    criteria: tuple[CriterionResult, ...]
    base: Decimal
    added: Decimal
    deducted: Decimal
    total: Decimal
    by_hand: tuple[ByHand, ...]

    def as_json(self) -> dict:
        """Plain data that `from_json` reads back equal; exact numbers are text."""
        return _plain(asdict(self))

    @classmethod
    def from_json(cls, data: dict) -> "UnitResult":
        read = _read(cls, data)
        rows = tuple(_read(CriterionResult, each) for each in data["criteria"])
        lines = [tuple(_read(Line, each) for each in row["lines"]) for row in data["criteria"]]
        criteria = tuple(replace(row, lines=found) for row, found in zip(rows, lines, strict=True))
        stated = tuple(_read(ByHand, each) for each in data["by_hand"])
        return cls(**read.__dict__ | {"criteria": criteria, "by_hand": stated})


def score(terms: Terms, facts: UnitFacts, by_hand: tuple[ByHand, ...] = ()) -> UnitResult:
    """The score of one unit under a scheme. by_hand: what is not taken back; its order does not matter."""
    stated = tuple(sorted(by_hand, key=lambda each: (each.key, each.kind, each.criterion, each.points)))
    found = [_measured(each, facts, stated) for each in terms.criteria]
    total_weight = sum((each.weight for each in terms.criteria), ZERO)
    kept = [each.weight * part.share for each, part in zip(terms.criteria, found, strict=True)]
    effective = dealt_out(total_weight, kept, CENT)
    rows = tuple(_criterion(*each, stated) for each in zip(terms.criteria, found, effective, strict=True))
    base = sum((row.points for row in rows), ZERO)
    added = min(_points(stated, "addition"), terms.addition_cap)
    deducted = min(_points(stated, "deduction"), terms.deduction_cap)
    total = min(max(base + added - deducted, ZERO), total_weight + terms.addition_cap)
    return UnitResult(rows, cents(base), cents(added), cents(deducted), cents(total), stated)


def cents(value) -> Decimal:
    """Points with two places, rounded half up."""
    return Decimal(value).quantize(CENT, ROUND_HALF_UP)


def dealt_out(total, parts, step):
    """`total` in proportion to `parts`, each rounded half up to `step`; the largest part (of equals the
    first) takes what is left over. Nothing where there are no parts."""
    whole = sum(parts, ZERO)
    if not whole:
        return [ZERO.quantize(step) for _ in parts]
    shares = [(total * part / whole).quantize(step, ROUND_HALF_UP) for part in parts]
    largest = max(range(len(parts)), key=lambda place: (parts[place], -place))
    shares[largest] += total - sum(shares)
    return shares


# --- one criterion -------------------------------------------------------------------------------


def _measured(criterion, facts, stated):
    if criterion.classes and facts.unit_class not in criterion.classes:
        return Measured((), ZERO, "本项不适用于这一类单位")
    if criterion.formula == "by_hand":
        return _awarded(criterion, stated)
    return measure(criterion.formula, criterion.weight, criterion.parameters, facts)


def _awarded(criterion, stated):
    awards = [each for each in stated if each.kind == "by_hand" and each.criterion == criterion.key]
    if not awards:
        return Measured((), ZERO, "人工评定，尚未评分")
    given = min(max(sum((each.points for each in awards), ZERO), ZERO), criterion.weight)
    ratio = six(given / criterion.weight) if criterion.weight else six(0)
    basis = "；".join(each.basis for each in awards if each.basis)
    text = f"评定 {given:f} 分（满分 {criterion.weight:f} 分）{'：' if basis else ''}{basis}"
    return Measured((Line(f"award:{criterion.key}", text, ratio, ONE, ZERO, awards[0].url),), ONE)


def _criterion(criterion, found, effective, stated):
    ratio = min(max(ratio_of(found.lines), ZERO), ONE) if found.share else six(0)
    measured = cents(effective * ratio)
    reviewed = _points(stated, "review", criterion.key)
    points = min(max(measured + reviewed, ZERO), effective)
    return CriterionResult(
        key=criterion.key,
        name=criterion.name,
        formula=criterion.formula,
        weight=criterion.weight,
        effective=effective,
        ratio=ratio,
        reviewed=points - measured,
        points=points,
        applies=bool(found.share),
        why_not=found.why_not,
        lines=_with_losses(found.lines, effective - measured),
        share=found.share,
    )


def _points(stated, kind, criterion=None):
    chosen = (each for each in stated if each.kind == kind and criterion in (None, each.criterion))
    return sum((each.points for each in chosen), ZERO)


# --- which line cost how much ----------------------------------------------------------------------


def _with_losses(lines, lost):
    """The lines with what each cost: subjects by how much they fall short, causes by what they took off."""
    short = [line.weight * (ONE - line.ratio) if line.counts else ZERO for line in lines]
    costs = dict(zip(range(len(lines)), _to_the_cent(lost, short), strict=True))
    for place, line in enumerate(lines):
        under = [each for each, cause in enumerate(lines) if cause.under == line.subject]
        if line.counts and under:
            parts = _to_the_cent(costs[place], [lines[each].deducted for each in under])
            costs.update(zip(under, parts, strict=True))
    return tuple(replace(line, lost=costs[place]) for place, line in enumerate(lines))


def _to_the_cent(total, parts):
    """`total` in proportion to `parts`, in cents that add up to it: the largest fractions are rounded up."""
    whole = sum(parts, ZERO)
    if not whole:
        return [ZERO.quantize(CENT) for _ in parts]
    exact = [total * part / whole for part in parts]
    found = [each.quantize(CENT, ROUND_FLOOR) for each in exact]
    left = int((total - sum(found)) / CENT)
    by_fraction = sorted(range(len(parts)), key=lambda place: (found[place] - exact[place], place))
    for place in by_fraction[:left]:
        found[place] += CENT
    return found


# --- plain data ------------------------------------------------------------------------------------


def _plain(value):
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _read(kind, data):
    """One row of a dataclass; text that stands for a number becomes a Decimal. Nested rows are left alone."""
    found = {}
    for each in fields(kind):
        if each.name not in data:
            continue
        value = data[each.name]
        exact = each.type in (Decimal, Decimal | None) and value is not None
        found[each.name] = Decimal(value) if exact else value
    return kind(**found)
