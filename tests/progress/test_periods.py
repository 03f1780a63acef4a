"""When quarters open and are due, who owes what, and that opened periods stay as they are."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from django.core.exceptions import ValidationError
from django.urls import resolve, reverse
from django.utils import timezone

from agencies.models import Agency, AuditEvent
from agencies.permissions import Denied
from progress import calendar, calendar_changes, owing, periods
from progress.frame import Frame
from progress.models import (
    DemonstrationRun,
    DutyRule,
    ProgressReport,
    ReportingPeriod,
    TaskReturn,
    TaskState,
    UnitReturn,
)
from tasks.models import Assignment, Chapter, Plan, Task

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
MICROSECOND = timedelta(microseconds=1)


def shanghai(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


def make_plan(code, first, last):
    plan = Plan.objects.create(
        code=code,
        title=f"{code}行动方案",
        starts_on=periods.Quarter.from_code(first).starts_on,
        ends_on=periods.Quarter.from_code(last).ends_on,
        first_period=first,
        last_period=last,
    )
    chapter = Chapter.objects.create(plan=plan, number=1, title="行动", heading="一、行动")
    for number in (1, 2, 3):
        Task.objects.create(
            plan=plan, chapter=chapter, number=number, title=f"任务{number}", text="文", clause="责"
        )
    return plan


@pytest.fixture
def plan():
    calendar.seed_calendar()
    Plan.objects.update(in_use_from="")
    return make_plan("9024-9026", "2024Q3", "2026Q4")


@pytest.fixture
def bodies():
    return [
        Agency.objects.create(code=f"body{n}", name=f"单位{n}", kind=Agency.Kind.MUNICIPAL, order=n)
        for n in range(3)
    ]


@pytest.fixture
def assigned(plan, bodies):
    """Task 1: two leads and a named supporter; task 2: one lead; task 3: implied support only."""
    one, two, three = plan.tasks.all()
    lead, support = Assignment.Role.LEAD, Assignment.Role.SUPPORT
    rows = [
        (one, bodies[0], lead, "lead"),
        (one, bodies[1], lead, "lead"),
        (one, bodies[2], support, "named"),
        (two, bodies[1], lead, "lead"),
        (three, bodies[2], support, "implied"),
    ]
    for order, (task, agency, role, duty) in enumerate(rows):
        Assignment.objects.create(task=task, agency=agency, role=role, duty=duty, order=order)
    return plan


def period_of(plan, code, now):
    periods.ensure_periods(plan, now=now)
    return plan.periods.get(code=code)


# --- when --------------------------------------------------------------------------------------


def test_quarters_of_both_plans(clock):
    calendar.seed_calendar()
    first = make_plan("9021-9023", "2021Q2", "2023Q4")
    second = make_plan("9024-9026", "2024Q3", "2026Q4")
    for plan, count, last in ((first, 11, "2023Q4"), (second, 10, "2026Q4")):
        assert len(periods.ensure_periods(plan, now=clock.now)) == count + 3
        codes = list(plan.periods.quarters().values_list("code", flat=True))
        assert len(codes) == count
        assert (codes[0], codes[-1]) == (plan.first_period, last)
        assert periods.ensure_periods(plan, now=clock.now) == []
        assert plan.duty_rules.count() == 5
        assert plan.lamp_rules.count() == 1


def oracle_due(year, quarter):
    """The deadline by the rule's words, counted by the published calendar alone."""
    if quarter == 4:
        return datetime(year, 12, 20, 10, 0, tzinfo=UTC)
    day = {1: date(year, 3, 31), 2: date(year, 6, 30), 3: date(year, 9, 30)}[quarter]
    worked = 0
    while worked < 5:
        day += timedelta(days=1)
        worked += chinese_calendar.is_workday(day)
    return datetime(day.year, day.month, day.day, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_deadlines_are_the_same_in_every_zone(zone):
    calendar.seed_calendar()
    days = calendar.working_days()
    with timezone.override(zone):
        for year in range(2021, 2027):
            for number in range(1, 5):
                due = periods.deadline_of(periods.Quarter(year, number), days)
                assert due.astimezone(UTC) == oracle_due(year, number)


def test_opening_instants(plan, clock):
    periods.ensure_periods(plan, now=clock.now)
    opens = dict(plan.periods.values_list("code", "opens_at"))
    assert opens["2026Q1"] == shanghai(2026, 3, 10, 8, 30)
    assert opens["2026Q2"] == shanghai(2026, 6, 10, 8, 30)
    assert opens["2026Q3"] == shanghai(2026, 9, 10, 8, 30)
    assert opens["2026Q4"] == shanghai(2026, 11, 15, 8, 30)


def test_a_year_without_calendar_is_undecided(clock):
    plan = make_plan("2027-2029", "2027Q1", "2029Q4")
    periods.ensure_periods(plan, now=clock.now)
    due = dict(plan.periods.values_list("code", "due_at"))
    assert due["2027Q1"] is None and due["2028Q3"] is None
    # The year end is a date of its own and needs no calendar.
    assert due["2027Q4"] == shanghai(2027, 12, 20, 18, 0)
    opened = periods.open_period(plan.periods.get(code="2027Q1"), now=shanghai(2027, 3, 10, 9))
    assert opened.due_at is None


@pytest.mark.parametrize(
    ("left", "late"), [(-MICROSECOND, False), (timedelta(0), False), (MICROSECOND, True)]
)
def test_late_begins_one_microsecond_after_the_deadline(assigned, left, late):
    opened = periods.open_period(
        period_of(assigned, "2026Q3", shanghai(2026, 9, 1)), now=shanghai(2026, 9, 10, 9)
    )
    report = opened.reports.first()
    now = opened.due_at + left
    assert report.is_late(now) is late
    assert opened.is_overdue(now) is late
    report.left_at = now
    assert report.is_late(now + timedelta(days=30)) is late


@pytest.mark.parametrize(("offset", "opens"), [(-MICROSECOND, False), (timedelta(0), True)])
def test_the_timetable_opens_at_the_instant(assigned, offset, opens):
    period = period_of(assigned, "2026Q4", shanghai(2026, 10, 20))
    opened = periods.open_due(period.opens_at + offset)
    assert [one.code for one in opened] == (["2026", "2026Q4"] if opens else [])


# --- who owes ----------------------------------------------------------------------------------


def test_opening_creates_what_leads_owe(assigned, bodies, clock):
    period = period_of(assigned, "2026Q3", clock.now)
    opened = periods.open_period(period, now=clock.now)
    rows = opened.reports.order_by("kind", "task__number", "agency__order")
    assert list(rows.values_list("kind", "task__number", "agency__code", "duty", "role", "owed")) == [
        ("task", 1, "body0", "lead", "lead", True),
        ("task", 1, "body1", "lead", "lead", True),
        ("task", 2, "body1", "lead", "lead", True),
        ("unit", None, "body2", "lead", "lead", True),
    ]
    assert {report.due_at for report in opened.reports.all()} == {opened.due_at}
    assert TaskReturn.objects.filter(report__period=opened).count() == 3
    assert UnitReturn.objects.filter(report__period=opened).count() == 1
    assert AuditEvent.objects.get(verb="开放报告期").detail["应报"] == 4


def test_opening_twice_changes_nothing(assigned, clock):
    period = period_of(assigned, "2026Q3", clock.now)
    first = periods.open_period(period, now=clock.now)
    second = periods.open_period(period, now=clock.forward(timedelta(days=1)))
    assert first.opened_at == second.opened_at
    assert second.reports.count() == 4
    assert AuditEvent.objects.filter(verb="开放报告期").count() == 1


def test_duty_must_be_in_force_on_the_last_day(assigned, clock):
    period = period_of(assigned, "2026Q3", clock.now)
    lead = Assignment.objects.filter(role="lead", task__number=2)
    lead.update(valid_until=period.ends_on - timedelta(days=1))
    assert [row.task.number for row in owing.owing_assignments(period)] == [1, 1]
    lead.update(valid_until=period.ends_on)
    assert len(owing.owing_assignments(period)) == 3
    lead.update(valid_from=period.ends_on + timedelta(days=1), valid_until=None)
    assert len(owing.owing_assignments(period)) == 2


def test_a_completed_task_owes_from_the_next_period_nothing(assigned, office, clock):
    period = period_of(assigned, "2026Q3", clock.now)
    task = assigned.tasks.get(number=1)
    state = TaskState.objects.create(
        task=task, state="done", on=date(2026, 7, 1), evidence="验收", decided_by=office, decided_at=clock.now
    )
    assert len(owing.owing_assignments(period)) == 3
    TaskState.objects.filter(pk=state.pk).update(on=date(2026, 6, 30))
    assert len(owing.owing_assignments(period)) == 1
    TaskState.objects.create(
        task=task,
        state="under_way",
        on=date(2026, 6, 30),
        evidence="重启",
        decided_by=office,
        decided_at=clock.now,
    )
    assert len(owing.owing_assignments(period)) == 3


def test_year_end_duties_report_in_the_fourth_quarter(assigned, clock):
    periods.ensure_periods(assigned, now=clock.now)
    DutyRule.objects.filter(plan=assigned, duty="named").update(frequency="year_end")
    third, fourth = (assigned.periods.get(code=code) for code in ("2026Q3", "2026Q4"))
    assert len(owing.owing_assignments(third)) == 3
    assert len(owing.owing_assignments(fourth)) == 4


def test_rows_born_for_the_demonstration_say_so(assigned, clock):
    opened = periods.open_period(period_of(assigned, "2026Q3", clock.now), now=clock.now, demo=True)
    assert opened.opened_for_demo
    assert not opened.reports.filter(is_demo=False).exists()


def test_a_lead_added_later_owes_too(assigned, bodies, clock):
    opened = periods.open_period(period_of(assigned, "2026Q3", clock.now), now=clock.now)
    task = assigned.tasks.get(number=3)
    added = Assignment.objects.create(task=task, agency=bodies[0], role="lead", duty="lead")
    periods.open_due(clock.now)
    periods.open_due(clock.now)
    assert list(opened.reports.filter(task=task).values_list("agency", "due_at")) == [
        (bodies[0].pk, opened.due_at)
    ]
    added.delete()
    Assignment.objects.create(task=assigned.tasks.get(number=2), agency=bodies[0], role="lead", duty="lead")
    periods.open_due(opened.due_at + MICROSECOND)
    assert opened.reports.count() == 5


# --- what opens by itself ----------------------------------------------------------------------


def test_no_backlog_opens_by_itself(assigned):
    now = shanghai(2026, 11, 22)
    periods.ensure_periods(assigned, now=now)
    assert assigned.in_use_from == "2026Q4"
    assert [period.code for period in periods.open_due(now)] == ["2026", "2026Q4"]
    assert periods.open_due(now) == []


def test_a_plan_that_is_over_opens_nothing(clock):
    calendar.seed_calendar()
    Plan.objects.update(in_use_from="")
    plan = make_plan("9021-9023", "2021Q2", "2023Q4")
    periods.ensure_periods(plan, now=clock.now)
    assert plan.in_use_from == ""
    assert periods.open_due(clock.now) == []


def test_nothing_opens_while_the_demonstration_is_written(assigned, clock):
    periods.ensure_periods(assigned, now=clock.now)
    run = DemonstrationRun.objects.create(started_at=clock.now, up_to=clock.now)
    assert periods.open_due(clock.now) == []
    run.finished_at = clock.now
    run.save()
    assert [period.code for period in periods.open_due(clock.now)] == ["2026Q3"]


def test_backfill_is_the_offices_and_never_late(assigned, office, stranger, clock):
    period = period_of(assigned, "2025Q1", clock.now)
    with pytest.raises(Denied, match="补录"):
        periods.open_period(period, now=clock.now, by=office)
    with pytest.raises(Denied):
        periods.open_period(period, now=clock.now, by=stranger, backfill=True)
    opened = periods.open_period(period, now=clock.now, by=office, backfill=True)
    assert opened.is_backfill
    assert not any(report.is_late(clock.now) for report in opened.reports.all())
    with pytest.raises(Denied, match="不设截止时间"):
        periods.set_due(opened, clock.now + timedelta(days=9), by=office, now=clock.now)


def test_the_office_cannot_open_before_the_time(assigned, office, clock):
    period = period_of(assigned, "2026Q4", clock.now)
    with pytest.raises(Denied, match="2026年11月15日08:30"):
        periods.open_period(period, now=clock.now, by=office)
    assert not ReportingPeriod.objects.get(pk=period.pk).is_open


def test_in_use_from(assigned, office, stranger, clock):
    periods.ensure_periods(assigned, now=clock.now)
    with pytest.raises(ValidationError, match="已过截止时间"):
        periods.set_in_use_from(assigned, "2026Q1", by=office, now=clock.now)
    for code in ("2020Q1", "2026"):
        with pytest.raises(ValidationError, match="没有季度"):
            periods.set_in_use_from(assigned, code, by=office, now=clock.now)
    with pytest.raises(Denied):
        periods.set_in_use_from(assigned, "2026Q4", by=stranger, now=clock.now)
    periods.set_in_use_from(assigned, "2026Q4", by=office, now=clock.now)
    assert periods.open_due(clock.now) == []
    # Making the periods again never undoes the decision.
    periods.set_in_use_from(assigned, "", by=office, now=clock.now)
    periods.ensure_periods(assigned, now=clock.now)
    assert Plan.objects.get(pk=assigned.pk).in_use_from == ""


def test_the_newest_quarter_opened_is_shown(assigned, clock, rf):
    request = rf.get(reverse("progress:periods", args=[assigned.code]))
    request.resolver_match = resolve(request.path)
    assert Frame(request).plan_called(assigned.code) is None
    periods.ensure_periods(assigned, now=clock.now)
    assert Frame(request).period.code == "2024Q3"
    for code, now in (("2026Q2", shanghai(2026, 6, 10, 9)), ("2026Q3", shanghai(2026, 9, 10, 9))):
        periods.open_period(assigned.periods.get(code=code), now=now)
        assert Frame(request).period.code == code


# --- what the office decides -------------------------------------------------------------------


def test_due_before_opening_is_refused(assigned, office, clock):
    period = period_of(assigned, "2026Q4", clock.now)
    for bad in (period.opens_at, period.opens_at - MICROSECOND):
        with pytest.raises(ValidationError, match="截止时间必须晚于开放时间"):
            periods.set_due(period, bad, by=office, now=clock.now)
    due = period.opens_at + MICROSECOND
    assert periods.set_due(period, due, by=office, now=clock.now).due_at == due


def test_an_open_deadline_is_only_put_off(assigned, office, clock):
    opened = periods.open_period(period_of(assigned, "2026Q3", clock.now), now=clock.now)
    own = opened.reports.last()
    extended = opened.due_at + timedelta(days=10)
    ProgressReport.objects.filter(pk=own.pk).update(due_at=extended)
    with pytest.raises(ValidationError, match="只能延后"):
        periods.set_due(opened, opened.due_at - MICROSECOND, by=office, now=clock.now)
    later = opened.due_at + timedelta(days=1)
    periods.set_due(opened, later, by=office, now=clock.now)
    assert sorted(opened.reports.values_list("due_at", flat=True)) == [later, later, later, extended]


def test_calendar_edits_never_move_an_opened_period(assigned, office, clock):
    opened = periods.open_period(period_of(assigned, "2026Q3", clock.now), now=clock.now)
    calendar_changes.set_days(date(2026, 10, 12), date(2026, 10, 12), False, "", by=office, now=clock.now)
    assert ReportingPeriod.objects.get(pk=opened.pk).due_at == opened.due_at
    assert set(opened.reports.values_list("due_at", flat=True)) == {opened.due_at}


def test_locking(assigned, office, stranger, clock):
    period = period_of(assigned, "2026Q3", clock.now)
    with pytest.raises(Denied, match="尚未开放"):
        periods.lock_period(period, by=office, now=clock.now)
    opened = periods.open_period(period, now=clock.now)
    with pytest.raises(Denied):
        periods.lock_period(opened, by=stranger, now=clock.now)
    locked = periods.lock_period(opened, by=office, now=clock.now)
    assert (locked.locked_at, locked.locked_by) == (clock.now, office)
    with pytest.raises(Denied, match="已经锁定"):
        periods.lock_period(locked, by=office, now=clock.now)
    with pytest.raises(Denied, match="已锁定"):
        periods.set_due(locked, locked.due_at + timedelta(days=1), by=office, now=clock.now)
    assert not periods.unlock_period(locked, by=office, now=clock.now).is_locked
    with pytest.raises(Denied, match="没有锁定"):
        periods.unlock_period(locked, by=office, now=clock.now)


def test_counts_of_a_plans_periods_take_one_query(assigned, office, clock, django_assert_num_queries):
    assert office.is_office
    periods.open_period(period_of(assigned, "2026Q3", clock.now), now=clock.now)
    with django_assert_num_queries(1):
        rows = {row.code: (row.owed_count, row.left_count) for row in periods.with_counts(assigned, office)}
    assert rows["2026Q3"] == (4, 0)
    assert rows["2026Q4"] == (0, 0)
