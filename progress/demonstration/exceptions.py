"""The quarter as it really happens: material asked for, work shared out, another date, a slip corrected.

Each is done once for a quarter, through the real verbs, at an hour it could have been done.
"""

from contextlib import suppress
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from agencies.permissions import Denied
from progress import (
    completeness,
    contributions,
    corrections,
    drafts,
    extensions,
    handouts,
    meetings,
    proposals,
    waiving,
    workflow,
)
from progress.models import (
    ContributionRequest,
    Correction,
    Extension,
    Handout,
    ProgressReport,
    VerdictProposal,
)
from tasks.models import Assignment

from . import script, wording

State = ProgressReport.State
REFUSALS = (Denied, ValidationError, workflow.WrongState, workflow.Stale)
ASKS = 6  # leads that ask their supporters in a quarter
DAY = timedelta(days=1)


def ask_supporters(period, cast):
    """商请提供: some leads ask their named supporters, two days after the quarter opened."""
    if period.is_annual or ContributionRequest.objects.filter(lead_report__period=period).exists():
        return
    named = Assignment.objects.filter(duty=Assignment.Duty.NAMED, task__plan=period.plan_id)
    leads = _reports(period, role="lead", task__in=named.values("task"), state=State.DRAFT)
    first = {}
    for report in leads.order_by("task__number", "order", "agency__order"):
        first.setdefault(report.task_id, report)
    for report in list(first.values())[:ASKS]:
        lead, at = cast[report.agency.code], period.opens_at + 2 * DAY
        codes = [each.agency.code for each in named.filter(task=report.task).select_related("agency")]
        with suppress(*REFUSALS):
            contributions.ask(report, codes, wanted=wording.WANTED, by=lead, now=at)


def adopt(report, cast, up_to):
    """采用备查: the lead accepts what its supporter gave, a day after it left."""
    request = report.asked_by.select_related("lead_report__agency").first()
    at = report.left_at + DAY if report.left_at else None
    if request and report.state == State.UNDER_REVIEW and at <= up_to:
        lead = cast[request.lead_report.agency.code]
        workflow.accept(report, by=lead, now=at, revision=report.revision)


def share_out(period, cast, up_to):
    """分办: one body hands the progress of two returns to a colleague; the first is answered."""
    at = period.opens_at + 3 * DAY
    mine = _reports(period, agency__code="fgw", role="lead", state=State.DRAFT).order_by("task__number")[:2]
    if not mine or at > up_to or Handout.objects.filter(report__period=period).exists():
        return
    colleague, reporter = cast["fgw-colleague"], cast["fgw"]
    by_when = max(timezone.localdate(at), timezone.localdate(period.due_at - 3 * DAY))
    given = handouts.hand_out(
        list(mine),
        to=[colleague],
        parts=["progress"],
        due_on=by_when,
        note=wording.HANDED_OUT,
        by=reporter,
        now=at,
    )
    if given and at + DAY <= up_to:
        first = given[0]
        words = wording.progress(first.report.task, period, None, wording.chance("handout", period.code))
        first = handouts.save_answer(
            first, {"progress": words}, by=colleague, now=at + DAY, revision=first.revision
        )
        handouts.hand_back(first, by=colleague, now=at + DAY, revision=first.revision)


def fill_in(period, cast, up_to):
    """Two more returns of the same body are filled in and wait for nothing but to be submitted."""
    at = period.opens_at + 3 * DAY
    mine = _reports(period, agency__code="fgw", role="lead", state=State.DRAFT, edited_at__isnull=True)
    for report in mine.order_by("-task__number")[:2] if at <= up_to else ():
        said = script.said_of_task(report, completeness.goal_of(report))
        with suppress(*REFUSALS):
            drafts.save(report, said, by=cast["fgw"], now=at, revision=report.revision)


def answer_lamps(period, cast, at, up_to):
    """反馈单位: three bodies answer the day after that they have nothing against the lamps of their tasks."""
    if at > up_to:
        return
    for code in ("fgw", "kjj", "sjj"):
        led = VerdictProposal.objects.filter(
            period=period, task__assignments__agency__code=code, task__assignments__role="lead"
        )
        seen = dict(led.filter(replies__isnull=True).values_list("task__number", "revision"))
        if seen:
            proposals.agree(period, seen, by=cast[code], now=at)


def show_the_meeting(period, cast, up_to):
    """会议版: once its lamps are confirmed, the office keeps the quarter's figures for the meeting room."""
    if period.verdicts.exists() and not period.meeting_editions.exists():
        meetings.take(period, by=cast["office"], now=min(period.due_at + 16 * DAY, up_to))


def ask_for_time(period, cast, up_to):
    """延期申请: one body asks for a week more and its approver endorses; the office has yet to decide."""
    at = period.opens_at + 4 * DAY
    report = _reports(period, agency__code="kjj", role="lead", state=State.DRAFT).first()
    if report is None or at > up_to or Extension.objects.filter(report__period=period).exists():
        return
    with suppress(*REFUSALS):
        asked = extensions.ask(
            report,
            reason=wording.EXTENSION,
            wanted_until=report.due_at + 7 * DAY,
            by=cast["kjj"],
            now=at,
        )
        extensions.endorse(asked, by=cast["kjj-approver"], now=at + timedelta(hours=2))


def correct(period, cast, up_to):
    """更正: a body finds a slip in what was accepted; the office grants one and has yet to decide another."""
    at = period.due_at + 20 * DAY
    if at > up_to or Correction.objects.filter(report__period=period).exists():
        return
    accepted = _reports(period, role="lead", state=State.ACCEPTED, task_return__percent__gte=20)
    for place, report in enumerate(accepted.filter(accepted_at__lt=at).order_by("task__number")[:2]):
        with suppress(*REFUSALS):
            asked = corrections.ask(
                report,
                kind=Correction.Kind.SLIP,
                changes={"percent": report.task_return.percent - 5},
                basis=wording.BASIS,
                by=cast[report.agency.code],
                now=at,
            )
            if place == 0:
                corrections.grant(asked, by=cast["office"], now=at + DAY)


def waive(period, cast, up_to):
    """免报: of the returns still missing long after the date, the office waives one."""
    at = period.due_at + 6 * DAY
    missing = _reports(period, role="lead", left_at__isnull=True).order_by("task__number").first()
    if missing and at <= up_to and not period.reports.filter(waived_at__isnull=False).exists():
        waiving.waive([missing], reason=wording.WAIVED, by=cast["office"], now=at)


def _reports(period, **conditions):
    return ProgressReport.objects.filter(
        period=period, kind=ProgressReport.Kind.TASK, is_demo=True, **conditions
    ).select_related("agency", "period__plan", "task", "task_return")
