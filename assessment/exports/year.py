"""What a workbook of the assessment is about, without the database: the scheme, its units, who asks."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from assessment import measuring
from assessment.exports.rows import UnitRow
from assessment.models import ExportForm
from assessment.ranking import Rules
from assessment.scoring import CriterionTerms, Terms


@dataclass(frozen=True)
class JudgedBy:
    """A criterion with its words. label: its name, numbered where two have the same."""

    terms: CriterionTerms
    label: str
    content: str = ""
    standard: str = ""


@dataclass(frozen=True)
class Year:
    """A year's assessment. trial: the year is still running (试算), nothing is settled; stage: how far the
    round is, in words; settled: 已通报; with_places: ranks and grades
    are shown."""

    plan_title: str
    scheme_title: str
    year: int
    terms: Terms
    criteria: tuple[JudgedBy, ...]
    rules: Rules
    forms: tuple[ExportForm, ...]
    units: tuple[UnitRow, ...]
    stage: str
    as_of: str
    author: str
    now: datetime
    trial: bool = False
    settled: bool = False
    demo: bool = False

    @property
    def with_places(self) -> bool:
        return self.rules.own_grades and not self.trial

    @property
    def judged(self) -> tuple[UnitRow, ...]:
        """The units that have points."""
        return tuple(unit for unit in self.units if unit.is_scored)

    @property
    def total_weight(self) -> Decimal:
        return sum((each.weight for each in self.terms.criteria), Decimal(0))

    def measured(self, criterion: CriterionTerms, unit: UnitRow) -> measuring.Measured | None:
        """What the formula makes of the unit's facts, whatever its class; None for 人工评定."""
        if criterion.formula == "by_hand":
            return None
        return measuring.measure(criterion.formula, criterion.weight, criterion.parameters, unit.facts)


def judged_by(terms: Terms, words) -> tuple[JudgedBy, ...]:
    """The criteria with their texts. words: {key: (content, standard)}."""
    times, seen = Counter(each.name for each in terms.criteria), Counter()
    found = []
    for each in terms.criteria:
        seen[each.name] += 1
        label = f"{each.name}（{seen[each.name]}）" if times[each.name] > 1 else each.name
        found.append(JudgedBy(each, label, *words.get(each.key, ("", ""))))
    return tuple(found)
