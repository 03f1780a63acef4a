"""The scores of a round's units, worked out anew from their frozen facts and what was added by hand.

Nothing is decided here: `scoring` says what facts are worth, `ranking` who stands where. Callers hold the
round (`hold`), so that of two changes at once the second reckons with the first.
"""

from django.db.models import F

from assessment import ranking, scoring
from assessment.facts import UnitFacts
from assessment.models import Adjustment, AssessmentRound, UnitScore, VetoFinding
from progress.workflow import WrongState

Standing = UnitScore.Standing
State = AssessmentRound.State
# Until it is with the leading group.
OPEN = (State.SELF, State.FIRST, State.FEEDBACK)


def hold(round, *states, what):
    """Hold the round for the caller's transaction, others waiting, and give it fresh. Raises WrongState where
    it is in none of `states`; what: the verb, for the sentence."""
    AssessmentRound.objects.filter(pk=round.pk).update(revision=F("revision"))
    fresh = AssessmentRound.objects.select_related("scheme__plan").get(pk=round.pk)
    if fresh.state not in states:
        raise WrongState(f"年度考核现在是“{fresh.get_state_display()}”阶段，不能{what}。")
    return fresh


def by_hand_of(units):
    """{unit id: the ByHand of its standing adjustments, oldest first}; one query."""
    found = {}
    rows = Adjustment.objects.filter(unit__in=units, revoked_at__isnull=True).order_by("made_at", "pk")
    for each in rows:
        said = scoring.ByHand(
            key=str(each.pk),
            kind=each.kind,
            criterion=str(each.criterion_id or ""),
            points=each.points,
            basis=each.basis,
            url=each.url,
        )
        found.setdefault(each.unit_id, []).append(said)
    return {unit: tuple(said) for unit, said in found.items()}


def work_out(units, terms, by_hand):
    """Set `result` and `total` of units (not saved) from their `facts`; what is only told has no total."""
    for unit in units:
        if unit.facts is None or unit.standing == Standing.EXCLUDED:
            unit.result, unit.total = None, None
            continue
        result = scoring.score(terms, UnitFacts.from_json(unit.facts), by_hand.get(unit.pk, ()))
        unit.result = result.as_json()
        unit.total = result.total if unit.standing == Standing.SCORED else None


def rescore(unit, scheme):
    """Work one unit's score out anew, and where everybody stands. Raises its revision; gives the fresh row,
    None where it has no facts yet."""
    if unit.facts is None:
        return None
    work_out([unit], scoring.Terms.of(scheme), by_hand_of([unit]))
    UnitScore.objects.filter(pk=unit.pk).update(
        result=unit.result, total=unit.total, revision=F("revision") + 1, agreed_at=None, agreed_by=None
    )
    rank_all(unit.round_id, scheme)
    return UnitScore.objects.select_related("round__scheme__plan", "agency", "reviewer").get(pk=unit.pk)


def rank_all(round_id, scheme):
    """Write rank and grade of all units of a round; only rows that change."""
    rows = list(
        UnitScore.objects.filter(round=round_id).only("unit_class", "standing", "total", "rank", "grade")
    )
    effects = {}
    found = VetoFinding.objects.filter(unit__round=round_id, revoked_at__isnull=True)
    for unit, effect in found.values_list("unit", "item__effect"):
        effects.setdefault(unit, []).append(effect)
    entrants = [
        ranking.Entrant(each.pk, each.unit_class, each.total, tuple(effects.get(each.pk, ())))
        for each in rows
        if each.standing == Standing.SCORED and each.total is not None
    ]
    placed = ranking.places(entrants, ranking.Rules.of(scheme))
    moved = []
    for each in rows:
        place = placed.get(each.pk, ranking.Place(None, ""))
        if (each.rank, each.grade) != (place.rank, place.grade):
            each.rank, each.grade = place.rank, place.grade
            moved.append(each)
    UnitScore.objects.bulk_update(moved, ["rank", "grade"])
