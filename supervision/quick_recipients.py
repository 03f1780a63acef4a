"""Who would receive a 临时调度: the people of each body, and how often it was asked this month."""

from dataclasses import dataclass

from agencies.models import Agency, Role
from agencies.reach import people_at
from supervision.models import AdHocAnswer
from supervision.quick import sent_in_month


@dataclass(frozen=True)
class Recipient:
    """A body. answers: its rows; people: ids of its reporters and approvers, none where nobody would hear of
    it; times: how many requests it was sent this month."""

    agency: Agency
    answers: list[AdHocAnswer]
    people: frozenset[int]
    times: int = 0


def recipients_of(request, now, answers=None, by_body=None):
    """The Recipients of a request, in official order. answers: its rows with agency, task and project, where
    they are at hand; by_body: {agency id: times} of this month, likewise."""
    if answers is None:
        rows = request.answers.select_related("agency", "task", "project")
        answers = rows.order_by("agency__order", "agency__code", "task__number", "pk")
    if by_body is None:
        _, by_body = sent_in_month(request.plan, now)
    rows = {}
    for answer in answers:
        rows.setdefault(answer.agency, []).append(answer)
    people = people_at([agency.pk for agency in rows], Role.REPORTER, Role.APPROVER, now=now)
    return [
        Recipient(agency, asked, people[agency.pk], by_body.get(agency.pk, 0))
        for agency, asked in rows.items()
    ]
