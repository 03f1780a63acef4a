"""Bodies where nobody can sign, and what is stuck there."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from agencies.models import Agency, Post, Role
from progress.models import ProgressReport

State = ProgressReport.State
WAYS_OUT = (
    "由本单位另一位填报人凭签字盖章件登记线下审签；或由填报人撤回后，办公室依来函代录；"
    "或请系统管理员补设审核人。"
)


@dataclass(frozen=True)
class Stuck:
    """Returns of one body that await a signature nobody can give. since: when the first was submitted."""

    agency: Agency
    reports: list[ProgressReport]

    @property
    def since(self) -> datetime:
        return min(report.submitted_at for report in self.reports)


class Signers:
    """Who may sign for which body today, the successors' people included. One query.

    user: the person looking, whose request already knows the successions.
    """

    def __init__(self, user, now):
        posts = Post.objects.on(timezone.localdate(now)).filter(
            role=Role.APPROVER, user__is_active=True, agency__isnull=False
        )
        held = defaultdict(set)
        for agency, person in posts.values_list("agency", "user"):
            held[agency].add(person)
        self._of = defaultdict(set, {agency: set(people) for agency, people in held.items()})
        for old, new in user.successions:
            self._of[old] |= held.get(new, set())

    def lacking(self, agency):
        """Whether the body needs somebody to sign and has nobody."""
        return agency.needs_approver and not self._of.get(agency.pk)

    def is_stuck(self, report):
        """Whether a return awaits approval and nobody but the one who submitted it could give it."""
        people = self._of.get(report.agency_id, set())
        return report.state == State.AWAITING_APPROVAL and not people - {report.submitted_by_id}


def stuck(reports, signers):
    """What of `reports` nobody can sign, by body: [Stuck], the longest waiting first. One query.

    reports: those the person looking may know of.
    """
    waiting = reports.filter(state=State.AWAITING_APPROVAL, waived_at__isnull=True).select_related(
        "agency", "task", "period__plan"
    )
    by_body = defaultdict(list)
    for report in waiting.order_by("task__number", "pk"):
        if signers.is_stuck(report):
            by_body[report.agency].append(report)
    return sorted((Stuck(*each) for each in by_body.items()), key=lambda each: each.since)
