"""What each role's workbench answers on its first screen."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import F, Q

from agencies.models import Agency, Role
from progress import (
    bulk,
    contributions,
    extensions,
    figures,
    hearings,
    review_queue,
    vacancy,
    waiting,
    waiving,
)
from progress.models import Extension, ProgressReport
from tasks.models import Task

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
    """A reporter's returns of a period, gathered. owed, left and unfinished are of those to the office;
    `asked` are the contributions leads still wait for. 继续填报 walks both, each in task order."""

    groups: list[Group]
    unfinished: list[ProgressReport]
    earlier: list[ProgressReport]
    owed: int
    left: int
    ready: int = 0
    asked: list[ProgressReport] = field(default_factory=list)

    @property
    def first(self):
        return next(iter([*self.unfinished, *self.asked]), None)

    @property
    def to_fill_in(self):
        return len(self.unfinished) + len(self.asked)


def reporter_desk(user, period, now):
    """The desk of a reporter: returns of this period, what is still open in earlier ones, and how many are
    filled in and could be sent off together; four queries at the most."""
    everything = _own_rows(user, period, Role.REPORTER)
    year = [row for row in everything if row.period.is_annual and row.period.year == period.year]
    year = [] if period.is_annual else year
    rows = [row for row in everything if row not in year]
    current = [row for row in rows if row.period_id == period.pk]
    live = [row for row in current if row.waived_at is None and not row.is_contribution]
    return ReporterDesk(
        groups=[group for group in [*_grouped(current, now), _year_group(year)] if group.rows],
        unfinished=[row for row in live if row.is_editable],
        earlier=[row for row in rows if row.period_id != period.pk],
        owed=len(live),
        left=sum(1 for row in live if row.has_left),
        ready=len(bulk.filled(user, period, now).ready),
        asked=[row for row in current if row.is_contribution and row.waived_at is None and row.is_editable],
    )


def _own_rows(user, period, *roles):
    """Owed returns of one's own bodies: this period's, and earlier ones that still can be written."""
    open_still = Q(
        state__in=[State.DRAFT, State.RETURNED],
        waived_at__isnull=True,
        period__ends_on__lt=period.ends_on,
        period__locked_at__isnull=True,
        period__is_backfill=False,
    ) | Q(state=State.RETURNED, period__ends_on__lt=period.ends_on, resubmit_by__isnull=False)
    rows = list(
        ProgressReport.objects.visible_to(user)
        .filter(agency__in=user.agency_ids(*roles), owed=True)
        .filter(Q(period=period) | _of_year(period) | (open_still & Q(period__plan=period.plan_id)))
        .select_related("agency", "task", "period__plan", "task_return")
        .annotate(asked_rows=contributions.asked_along())
        .order_by("-period__starts_on", F("task__number").asc(nulls_last=True), "order")
    )
    for row in rows:
        row.asked = contributions.asked_in(row)
    return rows


def _of_year(period):
    """The reports of the year a quarter belongs to: they are written meanwhile, and due later."""
    return Q(period__plan=period.plan_id, period__code=str(period.year))


def _year_group(rows):
    return Group("year", "年度落实情况报告", "全年一份，另有截止时间", rows)


def _grouped(rows, now):
    returned = [row for row in rows if row.waived_at is None and row.state == State.RETURNED]
    drafts = [row for row in rows if row.waived_at is None and row.state == State.DRAFT]
    asked = [row for row in drafts if row.is_contribution]
    own = [row for row in drafts if not row.is_contribution]
    soon = [row for row in own if row.due_at is not None and row.due_at - now <= DUE_SOON]
    calm = [row for row in own if row not in soon]
    waiting = [row for row in rows if row.state == State.AWAITING_APPROVAL]
    out = [row for row in rows if row.state in (State.UNDER_REVIEW, State.ACCEPTED)]
    given = [row for row in out if row.is_contribution]
    gone = [row for row in out if not row.is_contribution]
    waived = [row for row in rows if row.waived_at is not None]
    return [
        Group("returned", "被退回", "请按意见修改后重新提交", returned),
        Group("asked", "应商请提供", "牵头单位商请，本单位审签后提供给牵头单位", asked),
        Group("soon", "临近截止", "三天内截止或已经逾期", soon),
        Group("draft", "填报中", "尚未提交", calm),
        Group("awaiting", "待本单位审签", "等待本单位审核人审签", waiting),
        Group("left", "已报", "已报送办公室", gone),
        Group("given", "已提供", "已提供给牵头单位", given),
        Group("waived", "免报", "本期不需要填报", waived),
    ]


# --- 审核人: what waits for my signature -------------------------------------------------------------


@dataclass(frozen=True)
class ApproverDesk:
    """What waits for an approver, and how far the body is."""

    waiting: list[ProgressReport]
    filing: figures.Filing
    extensions: list[Extension] = field(default_factory=list)


def approver_desk(user, period, now):
    """Returns of any period of this plan that wait for this person's signature, and the body's counts."""
    waiting = (
        review_queue.waiting_for(user)
        .filter(period__plan=period.plan_id)
        .select_related("agency", "task", "period__plan", "submitted_by")
        .order_by("due_at", F("task__number").asc(nulls_last=True))
    )
    asked = extensions.waiting_for_approver(user, period.plan, now)
    return ApproverDesk(list(waiting), figures.filing(period.plan, period, user, now), list(asked))


# --- 办公室: who has not reported, what is behind, what waits for me ---------------------------------


@dataclass(frozen=True)
class OfficeDesk:
    filing: figures.Filing
    unfiled: list[figures.AgencyFiling]
    behind: list[figures.Standing]
    unconfirmed: int
    lamps: dict[str, int]
    no_goal: int
    waiting: dict[str, int]
    without_approver: list[Agency]
    stuck: list[vacancy.Stuck]
    ways_out: str = vacancy.WAYS_OUT

    @property
    def lamps_note(self):
        """What is next on the way to 审定, in a line."""
        lamps = self.lamps
        return (
            f"拟定 {lamps[hearings.TO_PROPOSE] + lamps[hearings.MOVED]} · "
            f"待反馈 {lamps[hearings.ASKED] + lamps[hearings.OBJECTED]} · 可审定 {lamps[hearings.READY]}"
        )


def office_desk(user, period, now):
    """The office's desk; a constant number of queries."""
    tasks = hearings.with_replies(Task.objects.all(), period)
    standings = figures.standings(period.plan, period, user, now, tasks=tasks)
    bringing = vacancy.with_signers(Agency.objects.all(), now)
    classes = figures.filing_by_agency(period.plan, period, user, now, agencies=bringing)
    bodies = [row for each in classes for row in each.rows]
    unfiled = [row for row in bodies if row.filing.unfiled]
    signers = vacancy.signers_among([row.agency for row in bodies], user, now)
    of_plan = ProgressReport.objects.visible_to(user).filter(period__plan=period.plan_id)
    return OfficeDesk(
        filing=figures.total(row.filing for row in bodies),
        unfiled=sorted(unfiled, key=lambda row: (-row.filing.overdue, -row.filing.unfiled, row.agency.order)),
        behind=figures.behind(standings),
        unconfirmed=sum(1 for row in standings if not row.lamp_confirmed or row.lamp_stale),
        lamps=hearings.count(hearings.of_period(period, user, now, standings=standings)),
        no_goal=sum(1 for row in standings if not row.goals),
        waiting=waiting.for_office(
            period.plan,
            ended_duties=waiving.ended_of_period(period),
            silent=figures.silent_requests(period.plan, period, user, now),
        ),
        without_approver=[row.agency for row in bodies if signers.lacking(row.agency)],
        stuck=vacancy.stuck(of_plan, signers),
    )


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
