"""What can be done with a unit's sheet at the stage its round is in: the buttons of its page, each with the
reason against it. The verbs themselves ask again."""

from agencies.permissions import why_not
from assessment import objections, permissions
from assessment.models import AssessmentRound, UnitScore
from assessment.results import OPEN

State = AssessmentRound.State
Standing = UnitScore.Standing


def offered(user, unit, now):
    """{verb: why this person may not, or ""} of the verbs that have their place now. unit: with its round and
    its scheme at hand."""
    state, takes_part = unit.round.state, unit.standing != Standing.EXCLUDED
    scored = unit.standing == Standing.SCORED
    scores = user.is_office or permissions.serves(user, unit.reviewer_id)
    own = permissions.serves(user, unit.agency_id)
    filling = own and scored and state == State.SELF
    waits = filling and unit.self_written_at is not None and unit.self_signed_at is None
    window = own and takes_part and state == State.FEEDBACK
    refused = why_not(permissions.check_score, user, unit)
    there = {
        "write_self": (filling, why_not(permissions.check_write_self, user, unit)),
        "hand_in": (
            filling and unit.self_written_at is None,
            why_not(permissions.check_write_self, user, unit),
        ),
        "sign": (waits, why_not(permissions.check_sign_self, user, unit)),
        "send_back": (waits, why_not(permissions.check_send_self_back, user, unit)),
        "confirm": (scores and takes_part and state == State.FIRST and not unit.scored_at, refused),
        "adjust": (scores and scored and state in OPEN, refused),
        "veto": (scores and scored and state in OPEN and unit.round.scheme.veto_on, refused),
        "agree": (window and not unit.agreed_at, objections.why_not_agree(user, unit, now)),
        "object": (window, objections.why_not_write(user, unit, now)),
    }
    return {verb: reason for verb, (has_place, reason) in there.items() if has_place}
