"""The quarters of a plan: when each opens, when it is due, who owes what, when it is locked.

Rules (design, section 4; practice, section 2). Quarters one to three open at 08:30 on the 10th of
their last month and are due at 18:00 on the 5th working day after the quarter; the fourth merges with
the year end: it opens on 15 November and is due on 20 December. All hours are Asia/Shanghai. Opening
fixes who owes what, and by when; later edits of the calendar never move an opened period.

A plan's 启用季度 (`in_use_from`) is the first quarter that opens by itself. When the periods are first
made it is the earliest one whose deadline has not passed; a plan that is over has none, and nothing of
it opens by itself. What lies before is opened by the office alone, as 补录.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from agencies.audit import record
from agencies.models import Role
from agencies.permissions import Denied, check_role
from progress import verdicts
from progress.calendar import working_days
from progress.models import DemonstrationRun, DutyRule, LampRule, ProgressReport, ReportingPeriod
from progress.owing import create_owed
from progress.timetable import Quarter, deadline_of, due_of, opening_of, quarters, spoken, years
from tasks.models import Assignment, Plan, Task

Duty, Frequency = Assignment.Duty, DutyRule.Frequency
# Supporters answer when the lead asks; members of collectives file one summary a unit, never a form per task.
DEFAULT_DUTIES = {
    Duty.LEAD: Frequency.QUARTERLY,
    Duty.NAMED: Frequency.ON_REQUEST,
    Duty.INVITED: Frequency.ON_REQUEST,
    Duty.GROUP: Frequency.UNIT,
    Duty.IMPLIED: Frequency.UNIT,
}


# --- making them -------------------------------------------------------------------------------


@transaction.atomic
def ensure_periods(plan, *, now=None):
    """Make the plan's quarters and years and its default duty and lamp rules where they are missing.

    now: the instant that decides the first 启用季度 (default: the clock's). Existing rows are left
    alone. Returns the periods made.
    """
    days = working_days()
    existing = set(plan.periods.values_list("code", flat=True))
    made = ReportingPeriod.objects.bulk_create(
        [
            ReportingPeriod(
                plan=plan,
                code=span.code,
                starts_on=span.starts_on,
                ends_on=span.ends_on,
                opens_at=opening_of(span),
                due_at=deadline_of(span, days),
            )
            for make in (quarters, years)
            for span in make(plan.first_period, plan.last_period)
            if span.code not in existing
        ]
    )
    _ensure_rules(plan)
    if made and not existing and not plan.in_use_from:
        _begin_with_the_present(plan, made, now or timezone.now())
    return made


def _ensure_rules(plan):
    known = set(plan.duty_rules.values_list("duty", flat=True))
    DutyRule.objects.bulk_create(
        [
            DutyRule(plan=plan, duty=duty, frequency=frequency)
            for duty, frequency in DEFAULT_DUTIES.items()
            if duty not in known
        ]
    )
    if not plan.lamp_rules.exists():
        LampRule.objects.create(plan=plan, version=1, from_year=int(plan.first_period[:4]))


def _begin_with_the_present(plan, periods, now):
    first = next((each for each in periods if not each.is_annual and not _is_past(each, now)), None)
    if first is not None:
        plan.in_use_from = first.code
        plan.save(update_fields=["in_use_from"])


def _is_past(period, now):
    """Whether reporting for `period` would begin with everybody late."""
    return period.is_overdue(now) or (period.due_at is None and timezone.localdate(now) > period.ends_on)


# --- opening -----------------------------------------------------------------------------------


def may_open_by_itself(period):
    """Whether the timetable may open `period`: not over before the plan's 启用季度 is."""
    start = period.plan.in_use_from
    return bool(start) and period.ends_on >= Quarter.from_code(start).ends_on


def check_open(user, period, now, *, backfill):
    """Raises Denied unless this person may open `period` now, as 补录 or in the ordinary way."""
    check_role(user, Role.OFFICE)
    if period.is_open:
        raise Denied("本期已经开放。")
    if now < period.opens_at:
        raise Denied(f"本期尚未到开放时间（{spoken(period.opens_at)}）。")
    if not backfill and not may_open_by_itself(period):
        raise Denied("启用季度之前的报告期只能以补录方式开放。")
    if backfill and may_open_by_itself(period):
        raise Denied("本期不早于启用季度，按正常方式开放，不作补录。")


@transaction.atomic
def open_period(period, *, now, by=None, demo=False, backfill=False):
    """Open a period: create the rows that are owed and fix their due instants. Idempotent.

    by: the office's person, who is checked; None for the timetable and for preparation. demo: the
    rows are demonstration data, as always where a demonstration person opens the period. backfill: 补录,
    whose rows have no due instant and so are never late.
    Returns the period as it stands. Raises Denied.
    """
    if by is not None and not period.is_open:
        check_open(by, period, now, backfill=backfill)
    demo = demo or (by is not None and by.is_demo)
    opened = ReportingPeriod.objects.filter(pk=period.pk, opened_at__isnull=True).update(
        opened_at=now, is_backfill=backfill, opened_for_demo=demo
    )
    period = ReportingPeriod.objects.select_related("plan").get(pk=period.pk)
    if opened:
        _settle_due(period)
        rows = create_owed(period, demo=demo)
        detail = {"应报": len(rows), "截止": spoken(period.due_at), "补录": backfill}
        record("补录开放" if backfill else "开放报告期", period, by=by, now=now, detail=detail)
    return period


def _settle_due(period):
    """A deadline still 待定 is worked out once more, in case its year has been covered meanwhile."""
    if period.due_at is None:
        period.due_at = due_of(period, working_days())
        period.save(update_fields=["due_at"])


@transaction.atomic
def add_new_duties(period, *, now):
    """Add the rows of duties that began after `period` was opened; returns them. Nothing is removed."""
    rows = create_owed(period, demo=period.opened_for_demo)
    if rows:
        # The trail of a period is open to those who may not know of a sensitive task.
        named = [str(row) for row in rows if row.task_id is None or not row.task.is_sensitive]
        record("增列应报", period, by=None, now=now, detail={"应报": named, "项数": len(rows)})
    return rows


def add_duties_of(plan, *, now):
    """`add_new_duties` in every running period of `plan`: the office has just let somebody bear a task."""
    return [row for period in plan.periods.running(now) for row in add_new_duties(period, now=now)]


def open_due(now, *, demo=False):
    """Open every period whose time has come, of plans in use; returns those opened.

    Periods still being reported are given the rows of duties that have begun meanwhile. demo: whether
    what is opened is demonstration data. While the demonstration history is being written nothing is opened
    here: it opens its own periods.
    """
    if DemonstrationRun.objects.filter(finished_at__isnull=True).exists():
        return []
    waiting = (
        ReportingPeriod.objects.filter(opened_at__isnull=True, opens_at__lte=now)
        .exclude(plan__in_use_from="")
        .select_related("plan")
    )
    for period in ReportingPeriod.objects.running(now):
        add_new_duties(period, now=now)
    return [open_period(period, now=now, demo=demo) for period in waiting if may_open_by_itself(period)]


# --- what the office decides -------------------------------------------------------------------


@transaction.atomic
def set_due(period, due_at, *, by, now):
    """Set when `period` is due. Returns the fresh period.

    due_at: an aware instant. Once the period is open its deadline may only be set where it was 待定, or
    put off: nobody who was on time becomes late. Returns with a deadline of their own keep it.
    Raises Denied (may not, locked) and ValidationError (a sentence for the person).
    """
    check_role(by, Role.OFFICE)
    period = ReportingPeriod.objects.select_for_update().get(pk=period.pk)
    if period.is_locked:
        raise Denied("本期已锁定，截止时间不能再改。")
    if period.is_backfill:
        raise Denied("补录的报告期不设截止时间。")
    before = period.due_at
    _check_due(period, due_at)
    period.due_at = due_at
    period.save(update_fields=["due_at"])
    if period.is_open:
        period.reports.filter(due_at=before).update(due_at=due_at)
    detail = {"原截止": spoken(before), "新截止": spoken(due_at)}
    record("设定截止时间", period, by=by, now=now, detail=detail)
    return period


def _check_due(period, due_at):
    if due_at <= period.opens_at:
        raise ValidationError(
            f"截止时间必须晚于开放时间（{spoken(period.opens_at)}），请改为之后的时间。",
            code="before_opening",
        )
    if period.is_open and period.due_at is not None and due_at < period.due_at:
        raise ValidationError(
            f"本期已经开放，截止时间只能延后，不能早于{spoken(period.due_at)}。", code="earlier"
        )


@transaction.atomic
def lock_period(period, *, by, now):
    """锁定: after this only verbs of the office work on the period's returns. Raises Denied."""
    check_role(by, Role.OFFICE)
    if not period.is_open:
        raise Denied("本期尚未开放，不能锁定。")
    locked = ReportingPeriod.objects.filter(pk=period.pk, locked_at__isnull=True).update(
        locked_at=now, locked_by=by
    )
    if not locked:
        raise Denied("本期已经锁定。")
    _wait_for_writers(period)
    record("锁定报告期", period, by=by, now=now)
    period.refresh_from_db()
    verdicts.freeze(period, by=by, now=now)
    return period


def _wait_for_writers(period):
    """Nobody who saw the period unlocked commits after the lock: who holds a return is waited for, and
    who comes to hold one later asks about the lock again (`workflow`, `drafts`, `attachments`)."""
    list(period.reports.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


@transaction.atomic
def unlock_period(period, *, by, now):
    """解除锁定. Raises Denied."""
    check_role(by, Role.OFFICE)
    unlocked = ReportingPeriod.objects.filter(pk=period.pk, locked_at__isnull=False).update(
        locked_at=None, locked_by=None
    )
    if not unlocked:
        raise Denied("本期没有锁定。")
    verdicts.thaw(period)
    record("解除锁定", period, by=by, now=now)
    period.refresh_from_db()
    return period


@transaction.atomic
def set_in_use_from(plan, code, *, by, now):
    """Set the plan's 启用季度, from which quarters open by themselves; "" stops that. Returns the plan.

    Raises Denied, and ValidationError for a quarter that is unknown, or over without having been opened.
    """
    check_role(by, Role.OFFICE)
    if code:
        period = plan.periods.quarters().filter(code=code).first()
        if period is None:
            raise ValidationError(f"本计划没有季度“{code}”。", code="unknown")
        if not period.is_open and _is_past(period, now):
            raise ValidationError(
                f"{period.label}已过截止时间，不能自动开放；以前的报告期请用“补录”开放。", code="past"
            )
    before = plan.in_use_from
    Plan.objects.filter(pk=plan.pk).update(in_use_from=code)
    plan.in_use_from = code
    record("设定启用季度", plan, by=by, now=now, detail={"原": before or "未设", "新": code or "未设"})
    return plan


def with_counts(plan, user):
    """The plan's periods in order, with `owed_count`, `left_count`, `accepted_count` of their rows, as far as
    this person may know of the tasks."""
    known = Q(reports__task__isnull=True) | Q(reports__task__in=Task.objects.visible_to(user))
    contribution = Q(reports__kind=ProgressReport.Kind.TASK, reports__role=Assignment.Role.SUPPORT)
    owed = known & Q(reports__owed=True) & ~contribution
    due = owed & Q(reports__waived_at__isnull=True)
    in_order = plan.periods.order_by("ends_on", "-starts_on")  # a year after its quarters
    return in_order.select_related("locked_by", "plan").annotate(
        owed_count=Count("reports", filter=owed),
        left_count=Count("reports", filter=due & Q(reports__left_at__isnull=False)),
        accepted_count=Count("reports", filter=due & Q(reports__state=ProgressReport.State.ACCEPTED)),
    )
