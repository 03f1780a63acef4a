"""One unit of a year as every sheet knows it: what was judged, how it came out, what it said itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from assessment.facts import UnitFacts
from assessment.models import UnitScore
from assessment.scoring import ByHand, UnitResult
from progress.figures import CLASS_CODES

Standing = UnitScore.Standing
CENT = Decimal("0.01")


@dataclass(frozen=True)
class OwnWord:
    """What a unit gave itself for a criterion, and on what."""

    points: Decimal
    evidence: str = ""


@dataclass(frozen=True)
class UnitRow:
    """A unit in a year's assessment. facts and result are None where nothing was judged yet.

    standing: a value of UnitScore.Standing; grade: a value of UnitScore.Grade or ""; rank: within the class,
    None where nothing is ranked; own: {key of the criterion: OwnWord}; vetoes: (effect, item), none where the
    scheme has its vetoes off.
    """

    code: str
    name: str
    unit_class: str
    standing: str = Standing.SCORED
    reason: str = ""
    facts: UnitFacts | None = None
    result: UnitResult | None = None
    by_hand: tuple[ByHand, ...] = ()
    rank: int | None = None
    grade: str = ""
    own: Mapping[str, OwnWord] = field(default_factory=dict)
    vetoes: tuple[tuple[str, str], ...] = ()

    @property
    def class_name(self) -> str:
        return CLASS_CODES[self.unit_class]

    @property
    def standing_word(self) -> str:
        return Standing(self.standing).label

    @property
    def grade_word(self) -> str:
        return UnitScore.Grade(self.grade).label if self.grade else ""

    @property
    def is_scored(self) -> bool:
        """Whether points are shown for it: 参评, and judged."""
        return self.standing == Standing.SCORED and self.result is not None

    @property
    def total(self) -> Decimal | None:
        return self.result.total if self.is_scored else None

    @property
    def remark(self) -> str:
        """Why it has no points, and what else is to be known of it."""
        said = [self.reason, *(f"一票否决情形：{item}" for _, item in self.vetoes)]
        if self.facts is not None and self.facts.merged:
            said.append(f"含{'、'.join(self.facts.merged)}的事实")
        if self.standing != Standing.SCORED:
            said.insert(0, self.standing_word)
        return "；".join(filter(None, said))
