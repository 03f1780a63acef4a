"""What several subjects start from: a measured task and its quarter; a county; a lead and its supporters."""

from datetime import timedelta

import pytest

from progress import contributions, drafts, workflow
from tasks.models import Assignment
from tests import factories
from tests.factories import BEFORE_DUE, DUE

EARLY = DUE - timedelta(days=14)
WANTED = "补助资金到位数和主要做法"


@pytest.fixture
def task(fgw, office):
    """Task 1, led by 市发展改革委, with a confirmed goal in percent."""
    task = factories.make_task(1, leads=[fgw])
    factories.make_goal(task, by=office)
    return task


@pytest.fixture
def period(task):
    return factories.make_period("2030Q1")


@pytest.fixture
def county(sixian, fgw):
    """泗县, which supports tasks 1 and 2 as every county does; 市发展改革委 leads both."""
    for number in (1, 2):
        task = factories.make_task(number, leads=[fgw])
        Assignment.objects.create(task=task, agency=sixian, role="support", duty="implied")
    return sixian


@pytest.fixture
def report(fgw, kjj, sixian):
    """fgw's return of task 1, which kjj (named) and sixian (implied) support."""
    task = factories.make_task(1, leads=[fgw], supports=[kjj])
    Assignment.objects.create(task=task, agency=sixian, role="support", duty="implied", order=9)
    return factories.make_report(task, fgw)


@pytest.fixture
def ask(report, reporter):
    def asking(*codes, now=EARLY, of=report, by=reporter, **fields):
        said = {"wanted": WANTED} | fields
        return contributions.ask(of, codes or ["kjj"], **said, by=by, now=now)

    return asking


@pytest.fixture
def give(kjj_reporter, kjj_approver):
    """Fill in a contribution and sign it off; returns it as it waits for the lead."""

    def giving(asked, now=BEFORE_DUE, **said):
        row = asked.contribution
        said = {"progress": "到位补助资金320万元。"} | said
        row = drafts.save(row, said, by=kjj_reporter, now=now, revision=row.revision)
        row = workflow.submit(row, by=kjj_reporter, now=now, revision=row.revision)
        return workflow.approve(row, by=kjj_approver, now=now, revision=row.revision)

    return giving
