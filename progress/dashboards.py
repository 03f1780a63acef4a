"""What each role's workbench answers on its first screen."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from agencies.models import Agency, Post, Role
from progress import figures, review_queue
from progress.models import ProgressReport
from tasks.models import AssignmentQuestion

State = ProgressReport.State
DUE_SOON = timedelta(days=3)


# --- 填报人: what do I owe, by when, what came back --------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Returns of one kind of urgency, most urgent group first."""

    key: str
    label: str
    hint: str
    rows: list[ProgressReport]


@dataclass(frozen=True)
class ReporterDesk:
    """A reporter's returns of a period, gathered; `unfinished` in task order is what 继续填报 walks."""

    groups: list[Group]
    unfinished: list[ProgressReport]
    earlier: list[ProgressReport]
    owed: int
    left: int

    @property
    def first(self):
        return self.unfinished[0] if self.unfinished else None


def reporter_desk(user, period, now):
    """The desk of a reporter: returns of this period and what is still open in earlier ones; one query."""
    rows = _own_rows(user, period, Role.REPORTER)
    current = [row for row in rows if row.period_id == period.pk]
    live = [row for row in current if row.waived_at is None]
    return ReporterDesk(
        groups=[group for group in _grouped(current, now) if group.rows],
        unfinished=[row for row in live if row.is_editable],
        earlier=[row for row in rows if row.period_id != period.pk],
        owed=len(live),
        left=sum(1 for row in live if row.has_left),
    )


def _own_rows(user, period, *roles):
    """Owed returns of one's own bodies: this period's, and earlier ones that still can be written."""
    open_still = Q(
        state__in=[State.DRAFT, State.RETURNED],
        waived_at__isnull=True,
        period__ends_on__lt=period.ends_on,
        period__locked_at__isnull=True,
    ) | Q(state=State.RETURNED, period__ends_on__lt=period.ends_on, resubmit_by__isnull=False)
    return list(
        ProgressReport.objects.visible_to(user)
        .filter(agency__in=user.agency_ids(*roles), kind=ProgressReport.Kind.TASK, owed=True)
        .filter(Q(period=period) | (open_still & Q(period__plan=period.plan_id)))
        .select_related("agency", "task", "period__plan", "task_return")
        .order_by("-period__starts_on", "task__number", "order")
    )


def _grouped(rows, now):
    returned = [row for row in rows if row.waived_at is None and row.state == State.RETURNED]
    drafts = [row for row in rows if row.waived_at is None and row.state == State.DRAFT]
    soon = [row for row in drafts if row.due_at is not None and row.due_at - now <= DUE_SOON]
    calm = [row for row in drafts if row not in soon]
    waiting = [row for row in rows if row.state == State.AWAITING_APPROVAL]
    gone = [row for row in rows if row.state in (State.UNDER_REVIEW, State.ACCEPTED)]
    waived = [row for row in rows if row.waived_at is not None]
    return [
        Group("returned", "被退回", "请按意见修改后重新提交", returned),
        Group("soon", "临近截止", "三天内截止或已经逾期", soon),
        Group("draft", "填报中", "尚未提交", calm),
        Group("awaiting", "待本单位审签", "等待本单位审核人审签", waiting),
        Group("left", "已报", "已报送办公室", gone),
        Group("waived", "免报", "本期不需要填报", waived),
    ]


# --- 审核人: what waits for my signature -------------------------------------------------------------


@dataclass(frozen=True)
class ApproverDesk:
    """What waits for an approver, and how far the body is."""

    waiting: list[ProgressReport]
    filing: figures.Filing


def approver_desk(user, period, now):
    """Returns of any period of this plan that wait for this person's signature, and the body's counts."""
    waiting = (
        review_queue.waiting_for(user)
        .filter(period__plan=period.plan_id)
        .select_related("agency", "task", "period__plan", "submitted_by")
        .order_by("due_at", "task__number")
    )
    return ApproverDesk(list(waiting), figures.filing(period.plan, period, user, now))


# --- 办公室: who has not reported, what is behind, what waits for me ---------------------------------


@dataclass(frozen=True)
class OfficeDesk:
    filing: figures.Filing
    unfiled: list[figures.AgencyFiling]
    behind: list[figures.Standing]
    unconfirmed: int
    no_goal: int
    questions: int
    without_approver: list[Agency]


def office_desk(user, period, now):
    """The office's desk; a constant number of queries."""
    standings = figures.standings(period.plan, period, user, now)
    classes = figures.filing_by_agency(period.plan, period, user, now, agencies=_with_signature(now))
    bodies = [row for each in classes for row in each.rows]
    unfiled = [row for row in bodies if row.filing.unfiled]
    return OfficeDesk(
        filing=figures.total(row.filing for row in bodies),
        unfiled=sorted(unfiled, key=lambda row: (-row.filing.overdue, -row.filing.unfiled, row.agency.order)),
        behind=figures.behind(standings),
        unconfirmed=sum(1 for row in standings if not row.lamp_confirmed or row.lamp_stale),
        no_goal=sum(1 for row in standings if not row.goals),
        questions=AssignmentQuestion.objects.filter(plan=period.plan_id, outcome="").count(),
        without_approver=[
            row.agency for row in bodies if row.agency.needs_approver and not row.agency.has_approver
        ],
    )


def _with_signature(now):
    """Bodies, each with `has_approver`: whether somebody may sign for it today."""
    posts = Post.objects.on(timezone.localdate(now)).filter(role=Role.APPROVER, user__is_active=True)
    return Agency.objects.annotate(has_approver=Exists(posts.filter(agency=OuterRef("pk"))))


# --- 市领导: are we on pace, where not, why, who -----------------------------------------------------


@dataclass(frozen=True)
class LeaderDesk:
    lamps: dict[str, int]
    chapters: list[figures.ChapterFigures]
    behind: list[figures.Standing]
    worse: list[figures.Standing]
    undecided: int
    filing: figures.Filing
    sentences: list[str] = field(default_factory=list)


def leader_desk(user, period, now):
    """The whole in a few sentences, and the tasks that are behind, with why and who."""
    standings = figures.standings(period.plan, period, user, now)
    filing = figures.filing(period.plan, period, user, now)
    lamps = figures.lamp_counts(standings)
    return LeaderDesk(
        lamps=lamps,
        chapters=figures.by_chapter(standings),
        behind=figures.behind(standings),
        worse=[row for row in standings if row.change == "down"],
        undecided=lamps["none"],
        filing=filing,
        sentences=_sentences(lamps, filing, len(standings)),
    )


def _sentences(lamps, filing, tasks):
    said = []
    if lamps["none"] < tasks:
        said.append(
            f"{tasks} 项任务中，已完成 {lamps['blue']} 项，达序时 {lamps['green']} 项，"
            f"欠序时 {lamps['yellow']} 项，严重滞后 {lamps['red']} 项。"
        )
    if lamps["none"]:
        said.append(f"{lamps['none']} 项待办公室审定。")
    if filing.due:
        said.append(f"本期应报 {filing.due} 项，已报 {filing.reported} 项，未报 {filing.unfiled} 项。")
    return said
