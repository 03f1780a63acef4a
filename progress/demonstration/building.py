"""Building the history: quarter after quarter up to a moment, in steps that can be resumed after a kill."""

from contextlib import suppress
from datetime import date, time, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from progress import completeness, drafts, periods, proposals, verdicts, workflow
from progress.models import DemonstrationRun, ProgressReport, ReportingPeriod
from progress.timetable import local
from tasks.models import AnnualGoal, GoalNode, Plan

from . import exceptions, later, people, script, summaries, wording

CLAIM = timedelta(minutes=1)
NOON = time(12)
MOST_ATTEMPTS = 3  # after that the run is parked with its failure shown
INSIDE = ("fill", "submit", "approve")  # what a body does itself, before its report is somebody else's
PROPOSED_AFTER = timedelta(days=9)
VERDICTS_AFTER = timedelta(days=15)
LOCKED_AFTER = timedelta(days=40)


def request_build(*, now):
    """Ask for the history up to `now`; returns the run, an unfinished or finished one if there is any.

    Goals are issued and quarters opened at once, so that a newcomer can log the current quarter while
    the past is still being written. The row is the job: a worker is only woken by a message, and a sweep
    finds what was dropped.
    """
    run = DemonstrationRun.objects.first()
    if run is not None:
        return run
    with transaction.atomic():
        quarters = list(_periods(now))
        _goals(_plan(), people.cast()["office"], now)
        for period in quarters:
            periods.open_period(period, now=period.opens_at, demo=True)
        return DemonstrationRun.objects.create(
            started_at=now, up_to=now, step="等待开始", total=len(quarters) + 1
        )


def build(*, now):
    """Build what the newest unfinished run still lacks; returns False where there is nothing to do.

    now: the real instant, for the claim only; the history runs to the run's own `up_to`. A run that fails
    three times without getting any further is parked with its failure shown.
    """
    run = DemonstrationRun.objects.filter(finished_at__isnull=True).first()
    if run is None or not _claim(run, now):
        return False
    try:
        _build(run)
    except Exception as error:
        DemonstrationRun.objects.filter(pk=run.pk).update(failure=repr(error)[:500], claimed_until=None)
        raise
    DemonstrationRun.objects.filter(pk=run.pk).update(
        done=run.total, step="完成", failure="", finished_at=timezone.now(), claimed_until=None
    )
    return True


def _build(run):
    """The newest quarter first, since that is what people look at; then the office's word, in order."""
    cast = people.cast()
    quarters = list(_periods(run.up_to).order_by("starts_on"))
    for done, period in enumerate(reversed(quarters), start=1):
        _step(run, period.label, done)
        _quarter(period, cast, run)
    _step(run, "亮灯审定", run.total)
    for period in quarters:
        _close(period, cast, run.up_to)
    by_quarter = [period for period in quarters if not period.is_annual]
    for period in by_quarter[-1:]:
        exceptions.share_out(period, cast, run.up_to)
        exceptions.ask_for_time(period, cast, run.up_to)
        exceptions.fill_in(period, cast, run.up_to)
    for period in by_quarter[-2:-1]:
        exceptions.correct(period, cast, run.up_to)
        exceptions.show_the_meeting(period, cast, run.up_to)
    for label, make in later.CHAPTERS:
        _step(run, label, run.total)
        make(cast, run.up_to)


def _claim(run, now):
    return (
        DemonstrationRun.objects.filter(pk=run.pk, finished_at__isnull=True)
        .filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
        .filter(attempts__lt=MOST_ATTEMPTS)
        .update(claimed_until=now + CLAIM, attempts=F("attempts") + 1)
        == 1
    )


def _step(run, label, done):
    """Say where the build is; getting further than ever before forgives the attempts until now."""
    _keep_claim(run)
    DemonstrationRun.objects.filter(pk=run.pk).update(step=label)
    DemonstrationRun.objects.filter(pk=run.pk, done__lt=done).update(done=done, attempts=1)


def _keep_claim(run):
    DemonstrationRun.objects.filter(pk=run.pk).update(claimed_until=timezone.now() + CLAIM)


def _plan():
    return Plan.objects.order_by("-starts_on").first()


def _periods(up_to):
    """The newest plan's quarters that had opened by then."""
    return ReportingPeriod.objects.filter(
        plan=_plan(), opens_at__lte=up_to, due_at__isnull=False
    ).select_related("plan")


def _goals(plan, office, up_to):
    """Each year's goals, issued in spring (in the opening year with the plan); a few are still to come."""
    for year in plan.years:
        issued = local(date(year, 4 if year > plan.starts_on.year else 7, 20), NOON)
        if issued > up_to or AnnualGoal.objects.filter(task__plan=plan, year=year).exists():
            continue
        with transaction.atomic():
            for task in plan.tasks.prefetch_related("annual_goals"):
                _goal(task, year, plan, office, issued)


def _goal(task, year, plan, office, issued):
    opening = year == plan.starts_on.year
    nodes = task.number % 6 == 0
    undecided = task.number % 27 == 0 and year == plan.ends_on.year
    goal = AnnualGoal.objects.create(
        task=task,
        year=year,
        statement=wording.goal(task, year),
        measure=AnnualGoal.Measure.NODES if nodes else AnnualGoal.Measure.PERCENT,
        yearly_only=task.number % 19 == 0,
        expected_q1=0 if opening else 25,
        expected_q2=0 if opening else 50,
        expected_q3=50 if opening else 75,
        expected_q4=100,
        proposed_by=office,
        proposed_at=issued,
        confirmed_by=None if undecided else office,
        confirmed_at=None if undecided else issued,
        is_demo=True,
    )
    if nodes:
        months = (9, 12) if opening else (3, 6, 9, 12)
        for order, (month, piece) in enumerate(
            zip(months, wording.fragments(task) * 4, strict=False), start=1
        ):
            GoalNode.objects.create(
                goal=goal,
                order=order,
                title=f"{wording.MARK}{piece}"[:120],
                due_on=date(year, month, 20),
                evidence="工作台账",
            )


def _quarter(period, cast, run):
    """Everything of one period: material for leads first, since the leads wait for it."""
    exceptions.ask_supporters(period, cast)
    reports = ProgressReport.objects.filter(period=period, edited_at__isnull=True, waived_at__isnull=True)
    reports = reports.select_related("agency", "period__plan", "task__plan", "task_return", "unit_return")
    for report in reports.order_by(F("role").desc(), "pk"):
        _keep_claim(run)
        # A visitor may have begun this very return meanwhile: then it is theirs.
        with suppress(workflow.Stale, workflow.WrongState), transaction.atomic():
            _walk(report, cast, run.up_to)


def _walk(report, cast, up_to):
    """One report from its first line to where it stands at `up_to`, through the real verbs."""
    reporter, approver = cast[report.agency.code], cast[f"{report.agency.code}-approver"]
    doers = {"submit": reporter, "approve": approver, "send_back": cast["office"], "accept": cast["office"]}
    for act in script.script(report, _said(report), up_to):
        if report.is_contribution and act.verb not in INSIDE:
            exceptions.adopt(report, cast, up_to)
            break
        if act.verb == "fill":
            report = drafts.save(report, act.changes, by=reporter, now=act.at, revision=report.revision)
            continue
        verb = getattr(workflow, act.verb)
        reason = {"reason": act.reason} if act.reason else {}
        report = verb(report, by=doers[act.verb], now=act.at, revision=report.revision, **reason)


def _said(report):
    if report.kind == ProgressReport.Kind.UNIT:
        return summaries.said_of_unit(report)
    return script.said_of_task(report, completeness.goal_of(report))


def _close(period, cast, up_to):
    """The office hears the leads on the lamps and confirms them, and locks the quarter once the next is well
    under way."""
    if not period.is_annual:
        exceptions.waive(period, cast, up_to)
        _decide(period, cast, up_to)
    locked = period.due_at + LOCKED_AFTER
    if locked <= up_to and not period.is_locked:
        periods.lock_period(period, by=cast["office"], now=locked)


def _decide(period, cast, up_to):
    office = cast["office"]
    proposed, confirmed = period.due_at + PROPOSED_AFTER, period.due_at + VERDICTS_AFTER
    if proposed <= up_to and not period.proposals.exists():
        proposals.propose(period, "all", by=office, now=proposed)
        proposals.send_for_feedback(period, "all", by=office, now=proposed)
        exceptions.answer_lamps(period, cast, proposed + timedelta(days=1), up_to)
    if confirmed <= up_to and not period.verdicts.exists():
        verdicts.confirm_verdicts(period, "all", by=office, now=confirmed)
