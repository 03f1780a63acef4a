"""The counts add up after any history: 应报 = 已报 + 确认无变化 + 未报 + 免报, as a whole and by body.

What the figures say is held against a count made by hand, row by row.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.permissions import Denied
from progress import drafts, figures, workflow
from progress.models import ProgressReport, UnitReturn
from progress.workflow import Incomplete, Stale, WrongState
from tests.factories import BEFORE_DUE, PROGRESS, make_period, make_report, make_task

REFUSALS = (Denied, Stale, WrongState, Incomplete)
NO_CHANGE = {"nature": "no_change", "no_change_reason": "待上级审批", "no_change_ground": "awaiting_decision"}
ACTS = {
    "fill": "reporter",
    "no_change": "reporter",
    "submit": "reporter",
    "approve": "approver",
    "withdraw": "approver",
    "send_back": "office",
    "accept": "office",
    "reopen": "office",
    "waive": "office",
    "take_waiver_back": "office",
}
# One row of a history: which return, what is tried, how long after the step before.
STEP = st.tuples(
    st.integers(0, 4),
    st.sampled_from([*ACTS, "fill", "submit", "submit", "approve", "approve"]),
    st.sampled_from([timedelta(0), timedelta(hours=9), timedelta(days=1)]),
)


@pytest.fixture
def world(fgw, kjj, sixian, reporter, approver, kjj_reporter, kjj_approver, office):
    """Two bodies with two returns each, a third with one, a unit's summary, and material for a lead."""
    period = make_period()
    first, second, third = (make_task(number, leads=[fgw, kjj], supports=[sixian]) for number in (1, 2, 3))
    reports = [
        make_report(first, fgw),
        make_report(first, kjj, order=1),
        make_report(second, fgw),
        make_report(second, kjj, order=1),
        make_report(third, kjj),
    ]
    make_report(third, sixian, role="support", duty="named")
    unit = ProgressReport.objects.create(agency=sixian, period=period, kind="unit", due_at=period.due_at)
    UnitReturn.objects.create(report=unit)
    people = {
        fgw.pk: {"reporter": reporter, "approver": approver, "office": office},
        kjj.pk: {"reporter": kjj_reporter, "approver": kjj_approver, "office": office},
    }
    return period, reports, people, office


def act(report, verb, people, now):
    """Try one thing; a refusal changes nothing."""
    by = people[report.agency_id][ACTS[verb]]
    if verb == "waive":
        unsent = ProgressReport.objects.filter(pk=report.pk, left_at__isnull=True)
        unsent.update(waived_at=now, waived_by=by, waived_reason="任务顺延")
    elif verb == "take_waiver_back":
        ProgressReport.objects.filter(pk=report.pk).update(waived_at=None, waived_by=None, waived_reason="")
    elif verb in ("fill", "no_change"):
        changes = PROGRESS | {"nature": "progress"} if verb == "fill" else NO_CHANGE
        drafts.save(report, changes, by=by, now=now, revision=report.revision)
    else:
        reason = {"reason": "事实不清"} if verb in workflow.NEEDS_REASON else {}
        getattr(workflow, verb)(report, by=by, now=now, revision=report.revision, **reason)


def counted_by_hand(rows, now):
    """The counts of some rows, one by one, in the words of the rule."""
    counted = Counter()
    for row in rows:
        counted["owed"] += 1
        if row.waived_at:
            counted["waived"] += 1
            continue
        if row.left_at is None:
            counted["unfiled"] += 1
            counted["overdue"] += now > row.due_at
            continue
        said = row.versions.last().content
        counted["no_change" if said.get("nature") == "no_change" else "filed"] += 1
        counted["late" if row.left_at > row.due_at else "on_time"] += 1
    return counted


def check(filing, rows, now):
    assert filing.owed == filing.filed + filing.no_change + filing.unfiled + filing.waived
    assert filing.reported == filing.filed + filing.no_change == filing.on_time + filing.late
    states = filing.draft + filing.awaiting_approval + filing.under_review + filing.returned + filing.accepted
    assert states <= filing.due, "a return withdrawn inside its body is in nobody's hands"
    by_hand = counted_by_hand(rows, now)
    assert {name: getattr(filing, name) for name in by_hand} == by_hand
    if filing.due:
        assert 0 <= filing.on_time_rate <= filing.reported_rate <= 100


def test_the_counts_add_up_after_any_history(world, count):
    period, reports, people, office = world

    @settings(
        max_examples=count(2000),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEP, max_size=30))
    def holds(history):
        now = BEFORE_DUE
        with transaction.atomic():
            for which, verb, later in history:
                now += later
                fresh = ProgressReport.objects.select_related("agency", "period__plan", "task").get(
                    pk=reports[which].pk
                )
                with suppress(*REFUSALS), transaction.atomic():
                    act(fresh, verb, people, now)
            check_all(period, office, now)
            transaction.set_rollback(True)

    holds()


def check_all(period, office, now):
    """The whole, each body, and the heat map say the same. Material for a lead is not owed to the office."""
    rows = list(ProgressReport.objects.filter(period=period).exclude(role="support"))
    check(figures.filing(period.plan, period, office, now), rows, now)
    classes = figures.filing_by_agency(period.plan, period, office, now)
    for row in (row for each in classes for row in each.rows):
        check(row.filing, [one for one in rows if one.agency_id == row.agency.pk], now)
    assert figures.total(each.filing for each in classes) == figures.filing(period.plan, period, office, now)
    heat = figures.heat_map(period.plan, period, office, now)
    cells = [row.cells[-1].filing for _, bodies in heat.classes for row in bodies]
    assert figures.total(cells) == figures.total(each.filing for each in classes)
