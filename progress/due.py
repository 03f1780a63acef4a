"""What is due of the quarter and the year: kinds that reminders, desks and operations find in `duties.kinds`.

Each finder reads only and asks a fixed number of queries. 补录, locked periods, waived rows and bodies that
are gone are never due.
"""

from dataclasses import replace
from datetime import date, time, timedelta

from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from agencies.duties import DueItem, DueKind, announce
from agencies.models import Contact, Role
from agencies.reach import people_at, still_answering
from progress.models import ContributionRequest, ProgressReport, ReportStep, TargetValue, TaskState
from progress.timetable import DUE_HOUR, YEAR_END_DUE, local
from tasks.models import AnnualGoal, Assignment, Target

State = ProgressReport.State
BODY = (Role.REPORTER, Role.APPROVER)
# 年度工作要点 come out in the second quarter (practice, section 2); the plan's first year begins with it.
GOALS_FROM = (4, 1)
LAST_QUARTER_FROM = 10
MORNING = time(9, 0)


# --- returns and summaries ---------------------------------------------------------------------


def _reports(plan, now):
    """What is owed for the plan's periods that are being reported, of bodies that are still there."""
    open_periods = Q(period__opened_at__lte=now, period__is_backfill=False)
    rows = ProgressReport.objects.owed().filter(open_periods, period__plan=plan)
    rows = rows.filter(still_answering(timezone.localdate(now)))
    return rows.select_related("agency", "period__plan", "task").order_by(
        "period__ends_on", F("task__number").asc(nulls_first=True), "order", "agency__order", "pk"
    )


def _unlocked(plan, now):
    return _reports(plan, now).filter(period__locked_at__isnull=True)


def _of_report(kind, report, at, *, url="", **more):
    return DueItem(
        kind=kind,
        subject=f"report:{report.pk}",
        title=title_of(report),
        url=url or report.get_absolute_url(),
        plan=report.period.plan_id,
        at=at,
        task=report.task_id,
        task_number=report.task.number if report.task_id else None,
        period=report.period_id,
        report=report.pk,
        is_sensitive=bool(report.task_id and report.task.is_sensitive),
        is_demo=report.is_demo,
        **({"agency": report.agency_id} | more),
    )


def title_of(report):
    """“2026年第三季度第15项“…””; of a unit's own report its name: “2026年度落实情况报告”."""
    if report.task_id is None:
        label = f"{report.period.year}" if report.period.is_annual else report.period.label
        return f"{label}{report.short_subject}"
    what = f"第{report.task.number}项“{report.task.title}”"
    return f"{report.period.label}{what}{'配合材料' if report.is_contribution else ''}"


def _not_left(plan, now, *, annual):
    """Rows still being written: what awaits its signature is the approver's (`sign_off`)."""
    of_year = ~Q(period__code__contains="Q") & ~Q(period__code__contains="H")
    rows = _unlocked(plan, now).filter(left_at__isnull=True, state__in=(State.DRAFT, State.RETURNED))
    return rows.filter(of_year if annual else ~of_year)


def returns_due(plan, now):
    """Returns, summaries and contributions that have not left their body; their own deadline. One query."""
    return [
        _of_report("return", each, each.due_at, is_common=not each.is_contribution)
        for each in _not_left(plan, now, annual=False)
    ]


def year_reports_due(plan, now):
    """年度落实情况报告 of each unit that has not left (plan clause R8). One query."""
    return [
        _of_report("year_end", each, each.due_at, is_common=True)
        for each in _not_left(plan, now, annual=True)
    ]


def sign_offs_due(plan, now):
    """What awaits the body's own approver, since it was submitted; not for who submitted it. One query."""
    return [
        _of_report("sign_off", each, each.submitted_at, silent_for=frozenset({each.submitted_by_id}))
        for each in _unlocked(plan, now).filter(state=State.AWAITING_APPROVAL)
    ]


def reviews_due(plan, now):
    """What awaits the office's review, since it last left its body; not for whoever submitted or approved
    it. One query."""
    rows = _unlocked(plan, now).filter(state=State.UNDER_REVIEW).to_office()
    return [
        _of_report(
            "review",
            each,
            each.approved_at or each.submitted_at or each.left_at,
            url=reverse("progress:review", args=[plan.code, each.period.code, each.pk]),
            agency=None,
            silent_for=frozenset({each.submitted_by_id, each.approved_by_id} - {None}),
        )
        for each in rows
    ]


def contributions_to_take(plan, now):
    """配合材料 that wait for the lead who asked for them, since they left their body. One query."""
    waiting = _unlocked(plan, now).filter(state=State.UNDER_REVIEW).contributions()
    asked = ContributionRequest.objects.open().filter(contribution__in=waiting.order_by().values("pk"))
    asked = asked.select_related(
        *("lead_report__agency", "lead_report__period__plan", "lead_report__task"),
        *("contribution__agency", "contribution__period__plan", "contribution__task"),
    )
    return [_to_take(each) for each in asked.order_by("contribution__task__number", "pk")]


def _to_take(asked):
    given, lead = asked.contribution, asked.lead_report
    place = [lead.period.plan.code, lead.period.code, lead.task.number, lead.agency.code]
    item = _of_report(
        "adopt",
        given,
        given.approved_at or given.submitted_at or given.left_at,
        url=reverse("progress:requests", args=place),
        agency=lead.agency_id,
    )
    return replace(item, subject=f"request:{asked.pk}", title=f"{given.agency.name}{title_of(given)}")


def returned_due(plan, now):
    """Sent back and untouched since. In a locked period only what the office has opened again. One query."""
    newest = ReportStep.objects.filter(report=OuterRef("pk"), to_state=State.RETURNED).order_by("-at", "-pk")
    rows = _reports(plan, now).annotate(returned_at=Subquery(newest.values("at")[:1]))
    opened = Q(period__locked_at__isnull=True) | Q(resubmit_by__gte=now)
    untouched = Q(edited_at__isnull=True) | Q(edited_at__lte=F("returned_at"))
    rows = rows.filter(opened, untouched, state=State.RETURNED, returned_at__isnull=False)
    return [_of_report("returned", each, each.returned_at) for each in rows]


# --- goals, figures, people --------------------------------------------------------------------


def _period_of(plan, day):
    """The code of the quarter `day` lies in, kept inside the plan: where its pages are looked at."""
    quarter = f"{day.year}Q{(day.month + 2) // 3}"
    return min(max(quarter, plan.first_period), plan.last_period)


def _is_running(plan, now):
    """Whether the plan is under way: what it asks of a year it asks only then."""
    return bool(plan.in_use_from) and plan.starts_on <= timezone.localdate(now) <= plan.ends_on


def _leads(plan, now):
    """The duties of leads in force today, in the order of the text; of tasks not declared 已完成."""
    today = timezone.localdate(now)
    newest = TaskState.objects.filter(task=OuterRef("task")).order_by("-on", "-pk").values("state")[:1]
    duties = Assignment.objects.leads().on(today).filter(still_answering(today), task__plan=plan)
    duties = duties.annotate(task_state=Coalesce(Subquery(newest), Value(TaskState.State.UNDER_WAY)))
    duties = duties.exclude(task_state=TaskState.State.DONE).select_related("task", "agency")
    return duties.order_by("task__number", "order", "agency__order", "pk")


def _answering_leads(duties):
    """The first lead of each task; each of them where leads answer separately."""
    seen = set()
    for duty in duties:
        if duty.task.separate_leads or duty.task_id not in seen:
            yield duty
        seen.add(duty.task_id)


def goals_due(plan, now):
    """Tasks without a confirmed goal for the running year: their first lead's to propose, and once proposed
    the office's to confirm. Two queries."""
    if not _is_running(plan, now):
        return []
    today = timezone.localdate(now)
    goals = AnnualGoal.objects.filter(task__plan=plan, year=today.year)
    stand = {
        (task, agency): confirmed is not None
        for task, agency, confirmed in goals.values_list("task", "agency", "confirmed_at")
    }
    since = local(max(date(today.year, *GOALS_FROM), plan.starts_on), MORNING)
    items = []
    for duty in _answering_leads(_leads(plan, now)):
        said = [stand[key] for key in ((duty.task_id, None), (duty.task_id, duty.agency_id)) if key in stand]
        if not any(said):
            items.append(_goal(plan, duty, today, since, proposed=bool(said)))
    return items


def _goal(plan, duty, today, since, *, proposed):
    what = f"{today.year}年第{duty.task.number}项“{duty.task.title}”年度目标"
    return DueItem(
        kind="goal",
        subject=f"goal:{duty.task_id}:{today.year}:{duty.agency_id}",
        title=f"{what}{'待确认' if proposed else '未定'}",
        url=reverse("tasks:goal", args=[plan.code, _period_of(plan, today), duty.task.number]),
        plan=plan.pk,
        at=since,
        agency=None if proposed else duty.agency_id,
        task=duty.task_id,
        task_number=duty.task.number,
        is_sensitive=duty.task.is_sensitive,
        is_common=not proposed,
        is_demo=duty.is_demo,
    )


def values_due(plan, now):
    """Targets that ask something of the running year and have no value in an accepted return of it, close to
    the year's end. Three queries."""
    today = timezone.localdate(now)
    if not _is_running(plan, now) or today.month < LAST_QUARTER_FROM:
        return []
    this_year = Q(due=Target.Due.EACH_YEAR) | Q(due_year=today.year)
    if today.year == plan.ends_on.year:
        this_year |= Q(due=Target.Due.PLAN_END)
    said = TargetValue.objects.telling().filter(
        report__state=State.ACCEPTED, report__period__starts_on__year=today.year, report__period__plan=plan
    )
    wanted = Target.objects.filter(this_year, plan=plan, task__isnull=False).exclude(
        operator=Target.Operator.LABEL
    )
    wanted = wanted.exclude(pk__in=said.values("target")).select_related("task", "responsible")
    first = {duty.task_id: duty for duty in reversed(_leads(plan, now))}
    at = local(date(today.year, *YEAR_END_DUE), DUE_HOUR)
    return [
        _value(plan, target, first[target.task_id], today, at) for target in wanted if target.task_id in first
    ]


def _value(plan, target, duty, today, at):
    return DueItem(
        kind="target_value",
        subject=f"target:{target.pk}:{today.year}",
        title=f"第{duty.task.number}项指标“{target.indicator}”{today.year}年尚无数据",
        url=reverse("progress:task", args=[plan.code, _period_of(plan, today), duty.task.number]),
        plan=plan.pk,
        at=at,
        agency=target.responsible_id or duty.agency_id,
        task=duty.task_id,
        task_number=duty.task.number,
        is_sensitive=duty.task.is_sensitive,
        is_common=True,
        is_demo=duty.is_demo,
    )


def contacts_due(plan, now):
    """Lead bodies where nobody reports and no 联络员 has an account, so that no machine reaches anybody: the
    office is told, week by week. Four queries."""
    if not _is_running(plan, now):
        return []
    today = timezone.localdate(now)
    leading = {}
    for duty in _leads(plan, now):
        leading.setdefault(duty.agency, []).append(duty)
    there = people_at([agency.pk for agency in leading], Role.REPORTER, now=now)
    liaisons = Contact.objects.on(today).filter(kind=Contact.Kind.LIAISON, user__is_active=True)
    reached = {agency for agency, people in there.items() if people}
    reached |= set(liaisons.values_list("agency", flat=True))
    monday = local(today - timedelta(days=today.weekday()), time(0))
    return [
        _nobody(plan, agency, duties, monday)
        for agency, duties in leading.items()
        if agency.pk not in reached
    ]


def _nobody(plan, agency, duties, monday):
    return DueItem(
        kind="contact",
        subject=f"contact:{plan.pk}:{agency.pk}",
        title=f"{agency.name}牵头{len(duties)}项任务，没有在岗的填报人，也没有带账号的联络员",
        url=agency.get_absolute_url(),
        plan=plan.pk,
        at=monday,
        is_demo=all(duty.is_demo for duty in duties),
    )


for kind in (
    DueKind("return", "季度填报", "截止时间", returns_due, BODY, 10),
    DueKind("year_end", "年度落实情况报告", "截止时间", year_reports_due, BODY, 15),
    DueKind("sign_off", "待审签", "提交审签时", sign_offs_due, (Role.APPROVER,), 20, is_deadline=False),
    DueKind("returned", "退回未修改", "退回时", returned_due, BODY, 25, is_deadline=False),
    DueKind("adopt", "配合材料待采用", "配合单位报出时", contributions_to_take, BODY, 30, is_deadline=False),
    DueKind("review", "待办公室审核", "单位报出时", reviews_due, (), 35, is_deadline=False),
    DueKind("goal", "年度目标未定", "4 月 1 日", goals_due, BODY, 60, is_deadline=False),
    DueKind("target_value", "指标无数据", "12 月 20 日", values_due, BODY, 65),
    DueKind("contact", "单位无在岗联系人", "每周一", contacts_due, (), 70, is_deadline=False),
):
    announce(kind)
