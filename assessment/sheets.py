"""The sheets of a round: a row for every body that owed something or is named, with its facts as frozen."""

from dataclasses import replace

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from agencies.models import Agency, AgencySuccession
from assessment.facts import UnitFacts
from assessment.models import UnitScore
from assessment.standing import NEVER, Standing, followed, standing_of
from assessment.year_facts import CODE_OF_CLASS
from progress.figures import class_of


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


def never_named(scheme, facts, now):
    """{agency id: its UnitFacts, empty} of the bodies that stand today and are not among `facts`: they have
    no duty at all and are listed as such. Bodies that others follow are not. One query."""
    today = timezone.localdate(now)
    standing = Agency.objects.exclude(kind__in=NEVER).exclude(pk__in=facts)
    standing = standing.filter(Q(abolished_on__isnull=True) | Q(abolished_on__gt=today))
    followed = Exists(AgencySuccession.objects.filter(predecessor=OuterRef("pk")))
    as_of = timezone.localtime(now).isoformat()
    return {
        each.pk: UnitFacts(each.code, each.name, CODE_OF_CLASS[class_of(each)], scheme.year, as_of)
        for each in standing.exclude(followed)
    }


def frozen(units, facts, scheme):
    """Set the facts and the standing of units (not saved, agencies at hand). Returns the ids of those whose
    facts or standing are others than they were; a unit without any facts is 不参评."""
    listed = set(scheme.listed.values_list("pk", flat=True))
    counted_for = {name: said.name for said in facts.values() for name in said.merged}
    changed = set()
    for unit in units:
        said = facts.get(unit.agency_id) or _nothing(unit, scheme, facts)
        found = standing_of(unit.agency, said, scheme, listed) or Standing(UnitScore.Standing.EXCLUDED)
        if said.is_empty and unit.agency.name in counted_for:
            found = followed(counted_for[unit.agency.name])
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
