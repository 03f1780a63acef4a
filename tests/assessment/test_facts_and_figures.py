"""A score is made of what the office's pages count: one year told by UnitFacts and by progress.figures.

Both ask their own queries, so a lively year is told both ways and compared count by count: what each body
owed, handed in, was late with or is missing, what was waived and sent back, what leads asked it for, how each
task stands and who leads it, and which value of a target counts. A merged body counts for who follows it.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.models import Agency, AgencySuccession
from assessment import year_facts
from progress import figures
from progress.models import (
    ContributionRequest,
    ProgressReport,
    TaskState,
    TaskVerdict,
)
from progress.pace import plain
from tasks.models import Target
from tests.factories import (
    AFTER_DUE,
    BEFORE_DUE,
    SHANGHAI,
    make_period,
    make_plan,
    make_report,
    make_task,
    make_unit_report,
    make_year,
)

pytestmark = pytest.mark.django_db
MERGED_ON = date(2030, 7, 1)
IN_MAY, IN_NOVEMBER, OVER = (
    datetime(*day, 9, 0, tzinfo=SHANGHAI) for day in ((2030, 5, 20), (2030, 11, 20), (2031, 1, 20))
)
# What can become of a return: how long after its due instant it left its body, or another end.
LEFT = {"early": timedelta(days=-3), "in time": timedelta(0), "late": timedelta(seconds=1)}
FATES = (*LEFT, "late, returned", "silent", "waived", "undated", "undated, left")
LAMPS = (None, "green", "yellow", "red", "blue")
RETURNS = 22


class Town:
    """Three tasks of four bodies through 2030: 16 returns of leads, three yearly reports, and material three
    supporters were asked for; `old` was merged into 市科技局 in July."""

    def __init__(self, fgw, kjj, sixian, office):
        self.plan, self.office = make_plan(), office
        old = Agency.objects.create(code="oldone", name="市铁路办", kind="municipal")
        AgencySuccession.objects.create(predecessor=old, successor=kjj, kind="merged", on=MERGED_ON)
        self.tasks = [
            make_task(1, leads=[fgw, kjj]),
            make_task(2, leads=[kjj], supports=[fgw, sixian]),
            make_task(3, leads=[old]),
        ]
        self.target = Target.objects.create(
            plan=self.plan,
            task=self.tasks[0],
            indicator="平台",
            operator=">=",
            value_text="10",
            minimum=Decimal(10),
            unit="个",
            due="year",
            due_year=2030,
            quote="建成10个平台",
        )
        self.quarters = [make_period(f"2030Q{number}") for number in (1, 2, 3, 4)]
        self.periods = [*self.quarters, make_year()]
        led = [(0, fgw, 0), (0, kjj, 1), (1, kjj, 0), (2, old, 0)]
        self.reports = [
            make_report(self.tasks[task], body, quarter, order=order)
            for quarter in self.quarters
            for task, body, order in led
        ]
        self.reports += [make_unit_report(body, self.periods[-1]) for body in (fgw, kjj, sixian)]
        self.requests = [
            self._asked(self.reports[place], body, period)
            for place, body, period in ((2, sixian, 0), (2, fgw, 0), (6, sixian, 1))
        ]
        self.reports += [each.contribution for each in self.requests]

    def _asked(self, lead, body, place):
        given = make_report(lead.task, body, self.quarters[place], role="support", duty="named", order=3)
        return ContributionRequest.objects.create(
            lead_report=lead,
            contribution=given,
            wanted="数据",
            due_at=given.due_at,
            asked_at=BEFORE_DUE,
            by=self.office,
        )

    # --- what happens ----------------------------------------------------------------------------

    def live(self, fates, lamps, done_on, cancelled):
        for report, (fate, times, certainty) in zip(self.reports, fates, strict=True):
            self.befall(report, fate, times, certainty)
        for place, lamp in enumerate(lamps):
            if lamp:
                self.judge(self.tasks[place // 4], self.quarters[place % 4], lamp)
        if done_on:
            decided = {"decided_at": AFTER_DUE, "decided_by": self.office}
            TaskState.objects.create(task=self.tasks[1], state="done", on=done_on, **decided)
        for request, is_cancelled in zip(self.requests, cancelled, strict=True):
            if is_cancelled:
                self.cancel(request)

    def befall(self, report, fate, times=0, certainty="preliminary"):
        changes = {"due_at": None} if fate.startswith("undated") else {}
        if fate.removesuffix(", returned") in LEFT or fate.endswith("left"):
            after = LEFT.get(fate.removesuffix(", returned"), timedelta(0))
            state = "returned" if fate.endswith("returned") else "accepted"
            changes |= {"left_at": report.due_at + after, "state": state}
        # What a lead asked for cannot be waived.
        if fate == "waived" and not report.is_contribution:
            changes |= {"waived_at": BEFORE_DUE, "waived_by": self.office}
        ProgressReport.objects.filter(pk=report.pk).update(**changes)
        for _ in range(times):
            self.send_back(report)
        if report.task_id == self.target.task_id and changes.get("state") == "accepted":
            value = Decimal(report.pk % 17)
            report.target_values.create(target=self.target, value=value, certainty=certainty)

    def send_back(self, report):
        """Once by the office, once inside its body: only the first counts, and of material neither."""
        step = {"verb": "send_back", "to_state": "returned", "by": self.office, "at": AFTER_DUE}
        by_office = not report.is_contribution
        report.steps.create(**step, from_state="under_review", by_office=by_office)
        report.steps.create(**step, from_state="awaiting_approval")

    def judge(self, task, quarter, lamp):
        said = {"computed_lamp": lamp, "rule_version": 1, "confirmed_at": AFTER_DUE}
        TaskVerdict.objects.create(task=task, period=quarter, lamp=lamp, confirmed_by=self.office, **said)

    def owe_no_more(self, report):
        ProgressReport.objects.filter(pk=report.pk).update(owed=False)

    def cancel(self, request):
        ContributionRequest.objects.filter(pk=request.pk).update(cancelled_at=AFTER_DUE)


@pytest.fixture
def town(fgw, kjj, sixian, office):
    return Town(fgw, kjj, sixian, office)


# --- told by the facts ------------------------------------------------------------------------------


def by_facts(town, now):
    """{what: number or words}; what was never counted is not there."""
    units = year_facts.facts_of_year(town.plan, 2030, now).values()
    told = Counter()
    for unit in units:
        for each in unit.returns:
            material = "material " if each.kind == "contribution" else ""
            told[unit.agency, each.period, f"{material}owed"] += 1
            told[unit.agency, each.period, f"{material}{each.outcome}"] += 1
            told[unit.agency, each.period, "sent back"] += len(each.sent_back)
            if not material and each.outcome != "running":
                told["year", each.outcome] += 1
    told = {what: number for what, number in told.items() if number}
    for unit in units:
        told |= {("lamp", each.number): (each.lamp, each.period) for each in unit.tasks}
        told |= {("lead", each.number, unit.agency): 1 for each in unit.tasks if each.duty == "lead"}
        told |= {("value", each.target): each.value for each in unit.targets}
    return told


# --- told by figures --------------------------------------------------------------------------------


def by_figures(town, now):
    """The same of what the office's pages show."""
    follows = {"oldone": "kjj"} if timezone.localdate(now) >= MERGED_ON else {}
    told, place = Counter(), (town.plan, town.office, now)
    for period in town.periods:
        label = "2030年" if period.is_annual else period.label
        for code, what, number in _of_period(period, *place):
            told[follows.get(code, code), label, what] += number
    year = figures.filing_by_year(town.plan, town.office, now).get(2030, figures.Filing())
    told |= {("year", what): getattr(year, name) for what, name in SETTLED.items()}
    told = {what: number for what, number in told.items() if number}
    return told | _of_tasks(town, now, follows) | _of_targets(town)


SETTLED = {"on_time": "on_time", "late": "late", "missing": "overdue", "waived": "waived"}


def _of_period(period, plan, user, now):
    """(code of the body, what, how often)."""
    for row in (row for each in figures.filing_by_agency(plan, period, user, now) for row in each.rows):
        filing = row.filing
        yield row.agency.code, "owed", filing.owed
        yield row.agency.code, "running", filing.unfiled - filing.overdue
        yield from ((row.agency.code, what, getattr(filing, name)) for what, name in SETTLED.items())
    codes = dict(Agency.objects.values_list("pk", "code"))
    for agency, times in figures.sent_back_by_agency(plan, period, user).items():
        yield codes[agency], "sent back", times
    for row in figures.contributions_by_supporter(plan, period, user, now):
        filing = row.filing
        yield row.agency.code, "material owed", filing.asked
        yield row.agency.code, "material on_time", filing.given - filing.late
        yield row.agency.code, "material late", filing.late
        yield row.agency.code, "material missing", filing.silent
        yield row.agency.code, "material running", filing.asked - filing.given - filing.silent


def _of_tasks(town, now, follows):
    told = {}
    by_quarter = [figures.standings(town.plan, each, town.office, now) for each in town.quarters]
    for rows in zip(*by_quarter, strict=True):
        last, number = rows[-1], rows[-1].task.number
        told |= {("lead", number, follows.get(each.code, each.code)): 1 for each in last.leads}
        said = [
            (row.lamp, quarter)
            for row, quarter in zip(rows, town.quarters, strict=True)
            if row.lamp_confirmed
        ]
        lamp, quarter = said[-1] if said else ("", None)
        done_on = last.task.state_on if last.state == TaskState.State.DONE else None
        if done_on and (quarter is None or quarter.ends_on < done_on):
            told["lamp", number] = (last.lamp, f"{done_on:%Y-%m-%d}")
        else:
            told["lamp", number] = (lamp, quarter.label if quarter else "")
    return told


def _of_targets(town):
    told = {}
    for each in figures.targets_of(town.target.task, town.office):
        value = each.value
        told["value", each.target.pk] = "" if value is None else f"{plain(value.value)}个（{_when(value)}）"
    return told


def _when(value):
    return f"{value.report.period.label}{value.get_certainty_display()}"


# --- the same ---------------------------------------------------------------------------------------

FATE = st.tuples(
    st.sampled_from(FATES), st.integers(0, 2), st.sampled_from(["estimated", "preliminary", "verified"])
)
YEARS = st.tuples(
    st.lists(FATE, min_size=RETURNS, max_size=RETURNS),
    st.lists(st.sampled_from(LAMPS), min_size=12, max_size=12),
    st.sampled_from([None, date(2030, 8, 1), date(2030, 12, 30)]),
    st.lists(st.booleans(), min_size=3, max_size=3),
)


@pytest.mark.parametrize("now", [IN_MAY, IN_NOVEMBER, OVER], ids=["May", "November", "over"])
def test_facts_and_figures_tell_the_same_year(now, town, count):
    @settings(
        max_examples=5 + count(100),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(YEARS)
    def holds(year):
        with transaction.atomic():
            town.live(*year)
            assert by_facts(town, now) == by_figures(town, now)
            rows = ProgressReport.objects.annotate(became=figures.outcome(now))
            for row in rows.filter(period__plan=town.plan):
                assert row.is_late(now) == (row.became in ("late", "overdue"))
            transaction.set_rollback(True)

    holds()


# --- the comparison can fail ------------------------------------------------------------------------


CHANGES = {
    "a return leaves late": lambda town: town.befall(town.reports[4], "late"),
    "one is waived": lambda town: town.befall(town.reports[8], "waived"),
    "one is sent back": lambda town: town.send_back(town.reports[1]),
    "one is owed no more": lambda town: town.owe_no_more(town.reports[3]),
    "material is handed in": lambda town: town.befall(town.requests[0].contribution, "in time"),
    "a lead asks no more": lambda town: town.cancel(town.requests[2]),
    "a lamp is confirmed": lambda town: town.judge(town.tasks[2], town.quarters[3], "yellow"),
    "a value is accepted": lambda town: town.befall(town.reports[12], "early"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_happened_since_is_seen_by_the_comparison(change, town):
    before = by_facts(town, OVER)
    assert before == by_figures(town, OVER)
    change(town)
    assert before != by_figures(town, OVER)


def test_a_merged_body_that_counted_for_itself_would_differ(town):
    AgencySuccession.objects.update(inferred=True)
    assert by_facts(town, OVER) != by_figures(town, OVER)
    assert by_facts(town, IN_MAY) == by_figures(town, IN_MAY)


@pytest.mark.parametrize(
    ("rule", "another"),
    [
        ("outcome", lambda now: figures.outcome(now - timedelta(days=150))),
        ("counting_last", lambda said: -said.report.pk),
    ],
)
def test_facts_that_went_by_a_rule_of_their_own_would_differ(rule, another, town, monkeypatch):
    for place in (0, 1, 4, 5):
        town.befall(town.reports[place], "in time")
    assert by_facts(town, OVER) == by_figures(town, OVER)
    monkeypatch.setattr(year_facts, rule, another)
    assert by_facts(town, OVER) != by_figures(town, OVER)
