"""Who may do what, in every state and every situation of time: before the date, late, extended, locked …

The table below is written by hand. What is not in it is refused, to everybody.
"""

from datetime import timedelta

import pytest
from django.db import transaction

from agencies.permissions import Denied
from progress import workflow
from progress.models import CalendarYear, ProgressReport, ReportingPeriod
from progress.workflow import WrongState
from tests.factories import AFTER_DUE, BEFORE_DUE, DUE, fill, make_paper, make_report, make_task, walk

State = ProgressReport.State

# (state, verb): who of the body, and who of the office, as long as the period is not shut for the body.
BY_THE_BODY = {
    ("draft", "submit"): {"reporter"},
    ("returned", "submit"): {"reporter"},
    ("awaiting_approval", "approve"): {"approver"},
    ("awaiting_approval", "approve_offline"): {"approver"},
    ("awaiting_approval", "withdraw"): {"reporter"},
    ("awaiting_approval", "send_back"): {"approver"},
    ("under_review", "withdraw"): {"approver"},
}
# The office's verbs work in every situation.
BY_THE_OFFICE = {
    ("draft", "enter_on_behalf"): {"office", "office2"},
    ("returned", "enter_on_behalf"): {"office", "office2"},
    ("under_review", "send_back"): {"office", "office2"},
    ("under_review", "accept"): {"office", "office2"},
    ("accepted", "reopen"): {"office", "office2"},
    ("accepted", "correct"): {"office", "office2"},
}
PEOPLE = (
    "reporter",
    "approver",
    "colleague",
    "office",
    "office2",
    "leader",
    "admin",
    "kjj_reporter",
    "kjj_approver",
    "stranger",
)
EXTENDED = DUE + timedelta(days=10)
RESUBMIT = DUE + timedelta(days=20)
# situation: (set on the report, is the period locked, the moment, is it shut for the body, is it late)
SITUATIONS = {
    "before_due": ({}, False, BEFORE_DUE, False, False),
    "at_due": ({}, False, DUE, False, False),
    "late": ({}, False, AFTER_DUE, False, True),
    "extended": ({"due_at": EXTENDED}, False, AFTER_DUE, False, False),
    "extension_over": ({"due_at": EXTENDED}, False, EXTENDED + timedelta(microseconds=1), False, True),
    "locked": ({}, True, AFTER_DUE, True, True),
    "locked_before_due": ({}, True, BEFORE_DUE, True, False),
    "resubmit": ({"resubmit_by": RESUBMIT}, True, RESUBMIT, False, True),
    "resubmit_over": ({"resubmit_by": RESUBMIT}, True, RESUBMIT + timedelta(microseconds=1), True, True),
}


@pytest.fixture
def cast(request, db):
    CalendarYear.objects.get_or_create(year=2030)
    return {name: request.getfixturevalue(name) for name in PEOPLE}


@pytest.fixture(params=State.values)
def report(request, cast, fgw):
    """A return of 市发展改革委 that has reached each state in good time."""
    people = {role: cast[role] for role in ("reporter", "approver", "office")}
    report = make_report(make_task(leads=[fgw]), fgw)
    return walk(report, request.param, **people)


def attempt(verb, report, by, now):
    """Whether the verb was done; what it did is taken back."""
    given = {}
    if verb in ("send_back", "reopen", "correct"):
        given["reason"] = "事实不清"
    if verb in ("approve_offline", "enter_on_behalf"):
        given["paper"] = PAPERS[by.username]
    if verb == "enter_on_behalf":
        given["received_at"] = now
    savepoint = transaction.savepoint()
    try:
        getattr(workflow, verb)(report, by=by, now=now, revision=report.revision, **given)
    except (Denied, WrongState) as refusal:
        assert refusal.reason.endswith("。"), "a refusal is a sentence"
        return False
    finally:
        transaction.savepoint_rollback(savepoint)
    return True


PAPERS = {}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_verb_by_everybody_in_every_situation(report, cast, fgw, situation):
    changes, locked, now, shut, late = SITUATIONS[situation]
    ProgressReport.objects.filter(pk=report.pk).update(**changes)
    if locked:
        ReportingPeriod.objects.filter(pk=report.period_id).update(
            locked_at=BEFORE_DUE, locked_by=cast["office"]
        )
    report = ProgressReport.objects.select_related("agency", "period__plan").get(pk=report.pk)
    assert report.is_late(now) == (late and not report.has_left)
    PAPERS.update({each.username: make_paper(fgw, report.period, by=each) for each in cast.values()})
    done = {
        (verb, name)
        for verb in workflow.LABELS
        for name, person in cast.items()
        if attempt(verb, report, person, now)
    }
    expected = dict(BY_THE_OFFICE) if shut else BY_THE_BODY | BY_THE_OFFICE
    assert done == {
        (verb, name) for (state, verb), names in expected.items() if state == report.state for name in names
    }


def test_a_return_that_left_in_time_is_never_late(cast, fgw):
    people = {role: cast[role] for role in ("reporter", "approver", "office")}
    report = walk(make_report(make_task(leads=[fgw]), fgw), State.UNDER_REVIEW, now=DUE, **people)
    assert not report.is_late(DUE + timedelta(days=365))
    late = make_report(make_task(2, leads=[fgw]), fgw)
    late = fill(late, by=cast["reporter"])
    now = DUE + timedelta(microseconds=1)
    late = workflow.submit(late, by=cast["reporter"], now=DUE, revision=late.revision)
    late = workflow.approve(late, by=cast["approver"], now=now, revision=late.revision)
    assert late.is_late(now)
