"""Everything the quarterly workbook shows one person, gathered in a constant number of queries."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from agencies.dating import in_force
from agencies.models import Agency, Contact, Role
from progress import figures
from progress.models import ProgressReport, ReportingPeriod
from tasks.models import GoalNode, Plan, Target, TaskAmendment

State = ProgressReport.State
SCOPE = {
    "office": "范围：全部任务",
    "leader": "范围：已采用的报送、已审定的亮灯",
    "own": "范围：本人权限内可查看的内容",
}


@dataclass(frozen=True)
class Quarter:
    """One plan in one period as one person may know it; `now` is 数据截至."""

    plan: Plan
    period: ReportingPeriod
    now: datetime
    scope: str
    author: str
    standings: list
    classes: list
    sent_back: dict
    unreported: list
    problems: list
    targets: dict
    nodes: dict
    leaders: dict
    amendments: dict
    own: set
    reads_all: bool

    @property
    def has_demo(self) -> bool:
        """Whether anything in the workbook was born as demonstration data."""
        reports = [report for standing in self.standings for report in standing.reports]
        reports += [row.report for row in (*self.unreported, *self.problems)]
        goals = [goal for standing in self.standings for goal in standing.goals]
        return self.period.opened_for_demo or any(each.is_demo for each in (*reports, *goals))

    def unsaid(self, standing) -> str:
        """The word in place of a progress text nobody has told, as far as this person may know why."""
        if not self.period.is_open:
            return "（本期尚未开放填报）"
        if not self._reads(standing):
            return "（非本单位任务，不在查看范围）"
        if standing.pending:
            return "（已报送，待审核）"
        if any(report.state == State.RETURNED and report.has_left for report in standing.reports):
            return "（已退回，待重报）"
        if standing.task.pk in self._unfiled:
            return "（未报）"
        return "（暂无已采用的进展）"

    @cached_property
    def _unfiled(self):
        return {row.report.task_id for row in self.unreported}

    def _reads(self, standing):
        return self.reads_all or any(each.agency_id in self.own for each in standing.assignments)


def gather(plan, period, user, now) -> Quarter:
    """The Quarter of `plan` and `period` as `user` may know it at `now`."""
    standings = figures.standings(plan, period, user, now)
    ids = [standing.task.pk for standing in standings]
    day = min(max(timezone.localdate(now), period.starts_on), period.ends_on)
    return Quarter(
        plan=plan,
        period=period,
        now=now,
        scope=SCOPE[_scope(user)],
        author=Agency.objects.filter(kind=Agency.Kind.OFFICE).values_list("name", flat=True).first() or "",
        standings=standings,
        classes=figures.filing_by_agency(plan, period, user, now),
        sent_back=figures.sent_back_by_agency(plan, period, user),
        unreported=figures.unreported(plan, period, user, now),
        problems=figures.problems(plan, period, user, now),
        targets=_grouped(Target.objects.filter(plan=plan, task__in=ids).order_by("order", "pk"), "task_id"),
        nodes=_nodes(standings),
        leaders=_leaders(standings, day),
        amendments=_grouped(TaskAmendment.objects.filter(task__in=ids).order_by("on", "pk"), "task_id"),
        own=user.agency_ids(Role.REPORTER, Role.APPROVER),
        reads_all=user.has_role(Role.OFFICE, Role.LEADER),
    )


def _scope(user):
    if user.has_role(Role.OFFICE):
        return "office"
    return "leader" if user.has_role(Role.LEADER) else "own"


def _grouped(rows, key):
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _nodes(standings):
    goals = [goal.pk for standing in standings for goal in standing.goals]
    return _grouped(GoalNode.objects.filter(goal__in=goals).order_by("order"), "goal_id")


def _leaders(standings, day):
    """{task id: [责任领导]}: those named for the duty of a lead, else those of the lead body."""
    leads = {agency.pk for standing in standings for agency in standing.leads}
    found = Contact.objects.filter(
        in_force(day), kind=Contact.Kind.RESPONSIBLE_LEADER, agency__in=leads
    ).order_by("agency__order", "name")
    of_agency, of_duty = defaultdict(list), defaultdict(list)
    for contact in found.prefetch_related("assignments"):
        duties = contact.assignments.all()
        for duty in duties:
            of_duty[duty.task_id].append(contact.name)
        if not duties:
            of_agency[contact.agency_id].append(contact.name)
    return {
        standing.task.pk: of_duty[standing.task.pk]
        or [name for agency in standing.leads for name in of_agency[agency.pk]]
        for standing in standings
    }
