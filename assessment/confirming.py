"""初评: the score of each unit is confirmed by a person who answers for it, one by one or many at once."""

from django.db import transaction
from django.db.models import F

from agencies import audit
from assessment.models import UnitScore
from assessment.permissions import check_score
from assessment.results import State, hold
from progress.workflow import Stale, WrongState

Standing = UnitScore.Standing


@transaction.atomic
def confirm(unit, *, by, now, revision):
    """确认初评 of one unit as it was shown. Returns the fresh UnitScore. Raises Denied, Stale, WrongState."""
    check_score(by, unit)
    hold(unit.round, State.FIRST, what="确认初评")
    if unit.standing == Standing.EXCLUDED:
        raise WrongState(f"{unit.name}不参评，无须确认。")
    if not _confirmed(unit, by, now, revision):
        raise Stale(load(unit.pk))
    return load(unit.pk)


@transaction.atomic
def confirm_many(seen, *, by, now):
    """确认初评 of several units of one round. seen: {UnitScore: revision it was shown at}.

    Returns (confirmed, left): UnitScores; left are those that changed meanwhile or were confirmed already.
    Raises Denied where one of them is not the person's to score.
    """
    for unit in seen:
        check_score(by, unit)
    confirmed, left = [], []
    if seen:
        hold(next(iter(seen)).round, State.FIRST, what="确认初评")
    for unit, revision in seen.items():
        done = unit.standing != Standing.EXCLUDED and _confirmed(unit, by, now, revision)
        (confirmed if done else left).append(unit)
    return confirmed, left


def _confirmed(unit, by, now, revision):
    own = UnitScore.objects.filter(pk=unit.pk, revision=revision, scored_at__isnull=True)
    if not own.update(scored_at=now, scored_by=by, revision=F("revision") + 1):
        return False
    audit.record("确认初评", unit, by=by, now=now)
    return True


def load(pk):
    """The unit as it stands, with what its rules and pages ask."""
    named = ("round__scheme__plan", "agency", "reviewer", "scored_by", "self_written_by", "self_signed_by")
    return UnitScore.objects.select_related(*named, "agreed_by").get(pk=pk)
