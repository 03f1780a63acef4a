"""The facts of a plan's year, for every body at once, from what the other apps keep: what a score is made of.

(What a report of the office is made of is read by `material` and gathered, 汇编, by `assembling`.)

Five queries, whatever the number of bodies. What happened to a body that was renamed or merged by then counts
for its successor. Who has a duty at the year's end answers for how the task stands; each body answers for the
returns it owed itself, also of a task that has moved on. 补录 periods are no facts.

Facts travel further than the tasks they are about (a reviewing body, the summary): of sensitive tasks they
keep the number and what became of it, never a title, a value or a reason (`facts.silenced`; what was frozen
before its task became sensitive is shown by way of `secrecy`).
"""

from collections import defaultdict
from datetime import date, datetime
from urllib.parse import urlencode

from django.db.models import Count, DateTimeField, Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from agencies.along import along, objects
from agencies.models import Agency, AgencySuccession
from assessment import attaining
from assessment.facts import FOUND, OrderFact, ReturnFact, SentBack, TargetFact, TaskFact, UnitFacts, silenced
from assessment.formulas import plain
from assessment.models import Finding
from progress.figures import CLASS_CODES, class_of, counting_last, outcome
from progress.models import (
    ContributionRequest,
    Lamp,
    ProgressReport,
    ReportingPeriod,
    ReportStep,
    ReportVersion,
    TargetValue,
    TaskState,
    TaskVerdict,
)
from supervision.models import OrderFeedback, SupervisionOrder
from tasks.models import Assignment, Target, Task

# How facts call what figures.outcome says of a return; on time, late and waived are called the same.
OUTCOMES = {"overdue": "missing", "": "running"}
CODE_OF_CLASS = {name: code for code, name in CLASS_CODES.items()}
# Successions after which the old body is no more: all it did counts for the one that follows.
ENDINGS = (
    AgencySuccession.Kind.RENAMED,
    AgencySuccession.Kind.MERGED,
    AgencySuccession.Kind.ABOLISHED,
)


def facts_of_year(plan, year, now, *, agency=None) -> dict[int, UnitFacts]:
    """{agency id: its facts} of `year` as they stand at `now`, for all bodies the plan names or that owed
    something in the year; a body that was merged is found under its successor only.

    agency: this body alone (with its predecessors); it is there also when it has no facts.
    """
    return reading_of_year(plan, year, now, agency=agency).facts()


def reading_of_year(plan, year, now, *, agency=None) -> "Year":
    """As `facts_of_year`, with the bodies at hand in `agencies` ({id: Agency})."""
    reading = Year(plan, year, now, agency)
    reading.read_tasks()
    reading.read_targets()
    reading.read_returns()
    reading.read_orders()
    return reading


class Year:
    """One reading of a year. Each `read_…` asks one query."""

    def __init__(self, plan, year, now, agency):
        self.plan, self.year, self.now = plan, year, now
        first, last = date(year, 1, 1), date(year, 12, 31)
        self.last_day = last
        # The duties of the year's end, of today while the year is running.
        self.day = max(min(last, timezone.localdate(now)), first)
        self.agencies = {each.pk: each for each in _with_predecessors()}
        self.becomes = _becomes(self.agencies.values(), self.day)
        self.wanted = None if agency is None else self._who_became(agency.pk)
        self.named = set() if agency is None else {self._now(agency.pk)}
        self.merged = defaultdict(set)
        self.rows = {name: defaultdict(list) for name in ("tasks", "targets", "returns", "orders")}
        self.leads = defaultdict(list)
        self.last_period = f"{year}Q4"

    # --- whom it counts for ---------------------------------------------------------------------

    def _now(self, agency_id):
        """The body that answers today for what `agency_id` did."""
        seen = {agency_id}
        while (following := self.becomes.get(agency_id)) is not None and following not in seen:
            seen.add(following)
            agency_id = following
        return agency_id

    def _who_became(self, agency_id):
        wanted = self._now(agency_id)
        return {each for each in self.agencies if self._now(each) == wanted}

    def _of_wanted(self, rows):
        return rows if self.wanted is None else rows.filter(agency__in=self.wanted)

    def _keep(self, kind, agency_id, fact):
        answering = self._now(agency_id)
        self.rows[kind][answering].append(fact)
        if answering != agency_id:
            self.merged[answering].add(self.agencies[agency_id].name)

    # --- how the tasks stand --------------------------------------------------------------------

    def read_tasks(self):
        for task in _with_standing(self.plan, self.year, self.last_day):
            duties = objects(Assignment, task.duty_rows)
            self.named |= {self._now(each.agency_id) for each in duties}
            in_force = [each for each in duties if each.in_force_on(self.day)]
            leads = [each for each in in_force if each.role == Assignment.Role.LEAD]
            self.leads[task.pk] = [each.agency_id for each in sorted(leads, key=lambda each: each.order)]
            lamp = _lamp(task)
            # One body may bear the task twice by now, in its own name and in that of a predecessor.
            borne = {}
            for each in sorted(in_force, key=lambda each: each.role):
                borne.setdefault(self._now(each.agency_id), each)
            for duty in borne.values():
                fact = self._task_fact(task, duty, *lamp)
                self._keep("tasks", duty.agency_id, fact)

    def _task_fact(self, task, duty, lamp, word, said_in, code):
        fact = TaskFact(
            number=task.number,
            title=task.title,
            duty=duty.duty,
            lamp=lamp,
            word=word,
            period=said_in,
            url=self._address(task, code),
        )
        return silenced(fact) if task.is_sensitive else fact

    def _address(self, task, code=""):
        task.plan = self.plan
        return task.address(code or self.last_period)

    # --- targets ----------------------------------------------------------------------------------

    def read_targets(self):
        for target in _due_in(self.plan, self.year, self.last_day):
            sensitive = target.task_id is not None and target.task.is_sensitive
            values = objects(TargetValue, target.value_rows)
            findings = {each.agency_id: each for each in objects(Finding, target.finding_rows)}
            owed = self._is_owed(target.last_due)
            for agency_id in self._answering(target):
                found = findings.get(agency_id)
                value = _latest(values, self._whose(target, agency_id))
                self._keep("targets", agency_id, self._target_fact(target, value, found, owed, sensitive))

    def _answering(self, target):
        """Bodies a target is counted for: the one it names, else the leads of its task; each once."""
        named = [target.responsible_id] if target.responsible_id else self.leads[target.task_id]
        return list({self._now(each): each for each in reversed(named)}.values())

    def _whose(self, target, agency_id):
        """The bodies whose values tell of it: its own where each answers apart, else anybody's (None)."""
        return self._who_became(agency_id) if target.scope == Target.Scope.EACH else None

    def _is_owed(self, last_due):
        """Whether the year's last return was due by now; without a date, whether the year is over."""
        if last_due is None:
            return timezone.localdate(self.now) > self.last_day
        return self.now > last_due

    def _target_fact(self, target, value, found, owed, sensitive):
        attained, why = _judged(target, value, found, owed)
        fact = TargetFact(
            target=target.pk,
            task=target.task.number if target.task_id else None,
            indicator=target.indicator,
            wanted=f"{target.get_operator_display()}{target.value_words}",
            value="" if value is None else _in_words(target, value),
            attained=None if attained is None else str(attained),
            reported=value is not None,
            why=why,
            url=self._address(target.task) if target.task_id else self._among_targets(target),
            owed=owed and attaining.is_computable(target),
        )
        return silenced(fact) if sensitive else fact

    def _among_targets(self, target):
        """Of the whole plan: it has no task's page, the list of targets shows it."""
        page = reverse("tasks:targets", args=[self.plan.code, self.last_period])
        return f"{page}?{urlencode({'level': 'plan', 'q': target.indicator})}"

    # --- what was owed ----------------------------------------------------------------------------

    def read_returns(self):
        for report in self._of_wanted(_owed_in(self.plan, self.year, self.now)):
            report.period.plan = self.plan
            if report.task_id:
                report.task.plan = self.plan
            self.named.add(self._now(report.agency_id))
            self._keep("returns", report.agency_id, self._return_fact(report))

    def _return_fact(self, report):
        sensitive = report.task_id is not None and report.task.is_sensitive
        kind = "contribution" if report.is_contribution else "return" if report.task_id else "unit"
        found = objects(Finding, report.finding_rows)
        basis = (found[-1].basis or "办公室认定") if found else ""
        names = {"contribution": "配合材料", "return": "进展表"}
        fact = ReturnFact(
            report=report.pk,
            subject=f"task:{report.task.number}" if report.task_id else "unit",
            kind=kind,
            title=f"第{report.task.number}项{names[kind]}" if report.task_id else report.short_subject,
            period=f"{self.year}年" if report.period.is_annual else report.period.label,
            due=_moment(report.due_at) or "待定",
            left=_moment(report.left_at),
            outcome=OUTCOMES.get(report.became, report.became),
            sent_back=() if report.is_contribution else tuple(_sent_back(report)),
            insubstantial=basis,
            url=report.get_absolute_url(),
            is_open=not report.period.is_locked,
        )
        return silenced(fact) if sensitive else fact

    # --- 督办 --------------------------------------------------------------------------------------

    def read_orders(self):
        for order in self._of_wanted(_orders_due_in(self.plan, self.year)):
            order.plan = self.plan
            self.named.add(self._now(order.agency_id))
            self._keep("orders", order.agency_id, _order_fact(order, self.now))

    # --- the whole ----------------------------------------------------------------------------------

    def facts(self):
        wanted = self.named if self.wanted is None else self.named & self.wanted
        chosen = sorted((self.agencies[each] for each in wanted), key=lambda each: (each.order, each.code))
        return {
            each.pk: self._unit(each)
            for each in chosen
            if each.kind not in (Agency.Kind.LEADING_GROUP, Agency.Kind.OFFICE)
        }

    def _unit(self, agency):
        return UnitFacts(
            agency=agency.code,
            name=agency.name,
            unit_class=CODE_OF_CLASS[class_of(agency)],
            year=self.year,
            as_of=timezone.localtime(self.now).isoformat(),
            merged=tuple(sorted(self.merged[agency.pk])),
            **{name: tuple(sorted(rows[agency.pk], key=_SORTED[name])) for name, rows in self.rows.items()},
        )


_SORTED = {
    "tasks": lambda each: (each.number, each.duty),
    "targets": lambda each: (each.task or 0, each.target),
    "returns": lambda each: (each.due, each.report),
    "orders": lambda each: (each.due, each.order),
}


# --- bodies ----------------------------------------------------------------------------------------


def _with_predecessors():
    rows = AgencySuccession.objects.acting()
    return Agency.objects.annotate(
        followed_rows=along(rows, "predecessor", "successor", "kind", "on"),
    )


def _becomes(agencies, day):
    """{old body's id: the one that follows it}, as far as the succession had begun by `day`. A body divided
    among several keeps what it did."""
    becomes = {}
    for agency in agencies:
        rows = [each for each in objects(AgencySuccession, agency.followed_rows) if each.kind in ENDINGS]
        followed = {each.successor_id for each in rows if each.on is None or each.on <= day}
        if len(followed) == 1:
            becomes[agency.pk] = followed.pop()
    return becomes


# --- tasks -----------------------------------------------------------------------------------------


def _with_standing(plan, year, last_day):
    verdicts = TaskVerdict.objects.filter(
        period__starts_on__year=year, period__is_backfill=False, period__plan=plan
    )
    done = TaskState.objects.filter(on__lte=last_day)
    return Task.objects.filter(plan=plan).annotate(
        duty_rows=along(
            Assignment.objects.concerning(),
            "task",
            *("agency", "role", "duty", "order", "valid_from", "valid_until"),
        ),
        verdict_rows=along(
            verdicts, "task", "lamp", "period__pk", "period__code", "period__starts_on", "period__ends_on"
        ),
        state_rows=along(done, "task", "state", "on"),
    )


def _lamp(task):
    """(lamp, its word, since when in words, the period's code) of the year's last confirmed quarter.

    The office's 已完成 holds from its day on, also where no later quarter has been confirmed.
    """
    verdicts = objects(TaskVerdict, task.verdict_rows, key=lambda each: (each.period.ends_on, each.pk))
    last = verdicts[-1] if verdicts else None
    states = objects(TaskState, task.state_rows, key=lambda each: (each.on, each.pk))
    state = states[-1] if states else None
    is_done = state is not None and state.state == TaskState.State.DONE
    if is_done and (last is None or last.period.ends_on < state.on):
        return Lamp.BLUE.value, Lamp.BLUE.label, _day(state.on), last.period.code if last else ""
    if last is None:
        return "", "", "", ""
    return last.lamp, Lamp(last.lamp).label, last.period.label, last.period.code


# --- targets ---------------------------------------------------------------------------------------


def _due_in(plan, year, last_day):
    """Targets that count in a year, with the accepted values that tell of them and what the office found."""
    accepted = TargetValue.objects.telling().filter(
        report__state=ProgressReport.State.ACCEPTED,
        report__role=Assignment.Role.LEAD,
        report__period__plan=plan,
        report__period__ends_on__lte=last_day,
    )
    telling = Q(report__period__starts_on__year=year) | ~attaining.OF_TARGETS_COUNTED_ANEW
    findings = Finding.objects.standing().filter(plan=plan, year=year)
    last_period = ReportingPeriod.objects.filter(plan=plan, code=f"{year}Q4", is_backfill=False)
    told = ("value", "value_text", "certainty", "report__pk", "report__agency", "report__order")
    period = tuple(f"report__period__{name}" for name in ("pk", "code", "starts_on", "ends_on"))
    return (
        Target.objects.filter(attaining.falling_due(plan, year), plan=plan)
        .exclude(operator=Target.Operator.LABEL)
        .select_related("task")
        .annotate(
            value_rows=along(accepted.filter(telling), "target", *told, *period),
            finding_rows=along(findings, "target", "agency", "kind", "basis"),
            last_due=Subquery(last_period.values("due_at")[:1], output_field=DateTimeField()),
        )
    )


def _latest(values, bodies):
    """The value that counts. bodies: whose values tell of it, None for anybody's."""
    told = [each for each in values if bodies is None or each.report.agency_id in bodies]
    return max(told, key=counting_last, default=None)


def _judged(target, value, found, owed):
    """(share reached or None, why). What the office found goes before what was computed. A goal not reached
    yet is not held against anybody before the year's last return is due."""
    if found is not None:
        met = found.kind == Finding.Kind.TARGET_MET
        return (1 if met else 0), f"{FOUND}{'达成' if met else '未达成'}：{found.basis}"
    if not attaining.is_computable(target):
        return None, "没有可计算的数值，待办公室认定"
    if value is None or value.value is None:
        return None, "" if value is None else "报送的不是数值，待办公室认定"
    share = attaining.attained(target, value.value)
    if share < 1 and not owed:
        return None, "尚未达成，年末计分"
    return share, ""


def _in_words(target, value):
    said = value.value_text if value.value is None else f"{plain(value.value)}{target.unit}"
    return f"{said}（{value.report.period.label}{value.get_certainty_display()}）"


# --- returns ---------------------------------------------------------------------------------------


def _owed_in(plan, year, now):
    """What was owed for the year's quarters and for the year itself; material only where a lead asked."""
    asked = ContributionRequest.objects.open().filter(contribution=OuterRef("pk"))
    steps = ReportStep.objects.sent_back()
    found = Finding.objects.standing().filter(kind=Finding.Kind.INSUBSTANTIAL)
    return (
        ProgressReport.objects.of_their_time()
        .filter(period__plan=plan, period__starts_on__year=year)
        .filter(~ProgressReport.CONTRIBUTION | Exists(asked))
        .select_related("agency", "period", "task")
        .annotate(
            became=outcome(now),
            step_rows=along(steps, "report", "at", "reason"),
            version_rows=along(ReportVersion.objects, "report", "number", "frozen_at"),
            finding_rows=along(found, "report", "basis"),
        )
    )


def _sent_back(report):
    """The SentBacks of a return: each of the last version that had left by then."""
    versions = objects(ReportVersion, report.version_rows)
    for step in objects(ReportStep, report.step_rows):
        number = max((each.number for each in versions if each.frozen_at <= step.at), default=0)
        url = f"{_versions_address(report)}#version-{number}" if number else ""
        yield SentBack(_day(step.at), step.reason.strip(), number, url)


def _versions_address(report):
    place = [report.period.plan.code, report.period.code, report.agency.code]
    if not report.task_id:
        return reverse("progress:unit_versions", args=place)
    return reverse("progress:versions", args=[*place[:2], report.task.number, place[2]])


# --- orders ----------------------------------------------------------------------------------------


def _orders_due_in(plan, year):
    """督办件 whose limit lies in the year and that were not taken back. 转办 is the business of those it was
    passed on to."""
    since, until = (timezone.make_aware(datetime(each, 1, 1)) for each in (year, year + 1))
    sensitive = Task.objects.filter(orders=OuterRef("pk"), is_sensitive=True)
    returned = Q(feedback__state=OrderFeedback.State.RETURNED)
    return (
        SupervisionOrder.objects.sent()
        .filter(plan=plan, due_at__gte=since, due_at__lt=until)
        .exclude(state=SupervisionOrder.State.CANCELLED)
        .exclude(kind=SupervisionOrder.Kind.PASSED_ON)
        .annotate(is_sensitive=Exists(sensitive), sent_back=Count("feedback", filter=returned))
        .order_by("due_at", "pk")
    )


def _order_fact(order, now):
    if order.closed_at is not None:
        outcome = "late" if order.was_late() else "on_time"
    else:
        outcome = "overdue" if order.is_overdue(now) else "running"
    fact = OrderFact(
        order=order.pk,
        number=order.full_number,
        title=order.title,
        due=_moment(order.due_at),
        closed=_moment(order.closed_at),
        outcome=outcome,
        returned=order.sent_back,
        url=order.get_absolute_url(),
    )
    return silenced(fact) if order.is_sensitive else fact


# --- words -----------------------------------------------------------------------------------------


def _moment(at):
    """“2026-04-09 18:00”, in Shanghai; "" of nothing."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _day(on):
    return f"{timezone.localdate(on) if isinstance(on, datetime) else on:%Y-%m-%d}"
