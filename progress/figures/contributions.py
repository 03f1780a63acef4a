"""商请提供 in numbers: asked, given, late, silent, adopted, for each supporter.

A supporter's contribution counts once, however many leads asked for it.
Given is having left the supporter; silent is not having left when the earliest date asked for has passed.
"""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from agencies.models import Agency, Role
from progress.models import ContributionRequest, ProgressReport
from tasks.models import Task

from .filing import conditions

State = ProgressReport.State

ASKED_STATES = {
    "open": "待提供",
    "silent": "逾期未提供",
    "given": "已提供（待采用）",
    "returned": "已退回",
    "adopted": "已采用",
    "waived": "免报",
}


@dataclass(frozen=True)
class ContributionFiling:
    """What was asked of a supporter and what became of it, in contributions."""

    asked: int = 0
    given: int = 0
    late: int = 0
    silent: int = 0
    adopted: int = 0


# Which of filing's groups each of its counts is: on time and late are the same for what a lead asked for.
COUNTED_AS = {
    "asked": "owed",
    "given": "reported",
    "late": "late",
    "silent": "overdue",
    "adopted": "accepted",
}


@dataclass(frozen=True)
class BodyContributions:
    """A body's counts in one period."""

    agency: Agency
    filing: ContributionFiling


def request_conditions(now):
    """{state: the condition on ContributionRequest}: every open request is in exactly one of ASKED_STATES."""
    left = Q(contribution__left_at__isnull=False)
    returned = left & Q(contribution__state=State.RETURNED)
    adopted = Q(contribution__state=State.ACCEPTED)
    not_left = Q(contribution__left_at__isnull=True)
    waived = not_left & Q(contribution__waived_at__isnull=False)
    waits = not_left & Q(contribution__waived_at__isnull=True)
    in_time = Q(contribution__due_at__isnull=True) | Q(contribution__due_at__gte=now)
    silent = waits & Q(contribution__due_at__lt=now)
    return {
        "open": waits & in_time,
        "silent": silent,
        "given": left & ~returned & ~adopted,
        "returned": returned,
        "adopted": adopted,
        "waived": waived,
    }


def requests_known_to(user):
    """Open requests as far as one may know of them: all for the office, else those one's bodies asked or were
    asked; never of a sensitive task one may not know of."""
    rows = ContributionRequest.objects.open().filter(lead_report__task__in=Task.objects.visible_to(user))
    if user.has_role(Role.OFFICE):
        return rows
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    return rows.filter(Q(lead_report__agency__in=own) | Q(contribution__agency__in=own))


def requests_of(plan, period, user, now):
    """The requests of a period this person may know of."""
    return requests_known_to(user).filter(lead_report__period=period, lead_report__period__plan=plan)


def state_of(request, now):
    """Which of ASKED_STATES a request is in."""
    contribution = request.contribution
    if contribution.state == State.ACCEPTED:
        return "adopted"
    if not contribution.has_left and contribution.waived_at is not None:
        return "waived"
    if not contribution.has_left:
        return "silent" if contribution.is_late(now) else "open"
    return "returned" if contribution.state == State.RETURNED else "given"


def silent_requests(plan, period, user, now):
    """The requests of a period that went unanswered in time."""
    return requests_of(plan, period, user, now).filter(request_conditions(now)["silent"])


def contributions_by_supporter(plan, period, user, now):
    """Counts of a period per supporter, in official order: [BodyContributions]; two queries."""
    asked = requests_of(plan, period, user, now).filter(contribution=OuterRef("pk"))
    groups = conditions(now)
    counts = {f"n_{name}": Count("pk", filter=groups[group]) for name, group in COUNTED_AS.items()}
    rows = ProgressReport.objects.filter(Exists(asked)).values("agency").annotate(**counts).order_by("agency")
    found = {
        row["agency"]: ContributionFiling(**{name: row[f"n_{name}"] for name in COUNTED_AS}) for row in rows
    }
    agencies = Agency.objects.in_bulk(found)
    return [
        BodyContributions(agency, found[agency.pk])
        for agency in sorted(agencies.values(), key=lambda each: (each.order, each.code))
    ]
