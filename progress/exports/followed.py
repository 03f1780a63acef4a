"""What became of the problems told in a quarter: known to the apps above this one, asked for the columns of
the 问题清单 a return cannot fill."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class FollowUp:
    """One problem as it is being handled; measures: as its body writes them now."""

    measures: str
    due_on: date | None
    progress: str
    closed: bool


# Functions: ids of reports -> {report id: FollowUp}, in one query each; apps add theirs when they start.
FOLLOWED = []


def followed_up(reports):
    """{report id: FollowUp} of those of `reports` (ids) whose problem somebody handles."""
    found = {}
    for known in FOLLOWED:
        found |= known(reports)
    return found
