"""Bodies where nobody can sign, and what is stuck there."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from agencies.along import along, objects
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


def signing_posts(now):
    """The posts of those who may sign today."""
    posts = Post.objects.on(timezone.localdate(now))
    return posts.filter(role=Role.APPROVER, user__is_active=True, agency__isnull=False)


def with_signers(agencies, now):
    """`agencies`, each bringing its own signers along for `signers_among`; no query of its own."""
    return agencies.annotate(signing=along(signing_posts(now), "agency", "user"))


def signers_among(agencies, user, now):
    """The Signers of these bodies (see `with_signers`); one query, where a successor might sign for one of
    them, else none."""
    held = {each.pk: {post.user_id for post in objects(Post, each.signing)} for each in agencies}
    if any(old in held for old, _ in user.successions):
        return Signers(user, now)
    return Signers(user, now, held)


class Signers:
    """Who may sign for which body today, the successors' people included. One query.

    user: the person looking, whose request already knows the successions; held: {agency id: people's ids}
    where that is known.
    """

    def __init__(self, user, now, held=None):
        if held is None:
            held = defaultdict(set)
            for agency, person in signing_posts(now).values_list("agency", "user"):
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
    return stuck_among(waiting.order_by("task__number", "pk"), signers)


def stuck_among(reports, signers):
    """As `stuck`, of reports at hand."""
    by_body = defaultdict(list)
    for report in reports:
        if report.waived_at is None and signers.is_stuck(report):
            by_body[report.agency].append(report)
    return sorted((Stuck(*each) for each in by_body.items()), key=lambda each: each.since)
