"""The sheets of a round: a row for every body that owed something or is named, with its facts as frozen."""

from dataclasses import replace

from agencies.models import Agency
from assessment.facts import UnitFacts
from assessment.models import UnitScore
from assessment.standing import Standing, standing_of


def standing_rows(round, scheme, facts):
    """UnitScores (not saved) for the bodies of `facts` ({agency id: UnitFacts}), without their facts yet."""
    listed = set(scheme.listed.values_list("pk", flat=True))
    rows = []
    for agency in Agency.objects.filter(pk__in=facts).order_by("order", "code"):
        found = standing_of(agency, facts[agency.pk], scheme, listed)
        if found is not None:
            row = UnitScore(round=round, agency=agency, is_demo=round.is_demo)
            _take(row, facts[agency.pk], found)
            rows.append(row)
    return rows


def frozen(units, facts, scheme):
    """Set the facts and the standing of units (not saved, agencies at hand). Returns the ids of those whose
    facts or standing are others than they were; a unit without any facts is 不参评."""
    listed = set(scheme.listed.values_list("pk", flat=True))
    changed = set()
    for unit in units:
        said = facts.get(unit.agency_id) or _nothing(unit, scheme, facts)
        found = standing_of(unit.agency, said, scheme, listed) or Standing(UnitScore.Standing.EXCLUDED)
        before = (_but_the_instant(unit.facts and UnitFacts.from_json(unit.facts)), unit.standing)
        _take(unit, said, found)
        unit.facts = said.as_json()
        if before != (_but_the_instant(said), unit.standing):
            changed.add(unit.pk)
    return changed


def _take(unit, facts, found):
    unit.name, unit.unit_class = facts.name, facts.unit_class
    unit.standing, unit.standing_reason, unit.reviewer_id = found.kind, found.reason, found.reviewer


def _nothing(unit, scheme, facts):
    as_of = next((each.as_of for each in facts.values()), "")
    return UnitFacts(unit.agency.code, unit.name, unit.unit_class, scheme.year, as_of)


def _but_the_instant(facts):
    """Facts that differ in nothing but the instant they were read are the same."""
    return facts and replace(facts, as_of="")
