"""A page is one to a dozen queries, whatever the amount of data: every address × role, once with a little
data and once with ten times as much."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from agencies.models import Contact
from progress.models import Handout, ProgressReport
from tasks.models import GoalNode, Project, PublishedFact, Target, TaskAmendment
from tests import factories
from tests.cast import body
from tests.routes import ROUTES
from tests.test_routes import World

# One worker counts for all: the data is built once.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("queries")]
DOZEN = 12
# A file of several sheets asks for each of them, and notes that it was taken away.
MOST = {"progress:export_quarter": 23, "api:export_quarter": 23}
VISITORS = ("reporter", "colleague", "approver", "office", "leader", "admin")
# Lists of the API that must be told which plan and period.
ASKED = {f"api:{name}" for name in ("targets", "verdicts", "problems", "overview", "export_quarter")}
State = ProgressReport.State
STATES = (State.ACCEPTED, State.UNDER_REVIEW, State.RETURNED, State.AWAITING_APPROVAL, State.DRAFT)
A_LITTLE, MUCH = 1, 10


class GrowingWorld(World):
    """The World of the routes, with `times` of everything a page lists."""

    def __init__(self):
        super().__init__()
        self.number = 1
        self.task = factories.make_plan().tasks.get(number=1)
        goal = factories.make_goal(self.task, by=self.people["office"], measure="nodes")
        GoalNode.objects.create(goal=goal, order=1, title="节点", due_on=date(2030, 3, 31))

    def grow(self, times):
        for _ in range(times):
            for state in STATES:
                self.number += 1
                self._one_task(state)
            self._in_the_first_task()

    def _one_task(self, state):
        people = self.people
        task = factories.make_task(self.number, leads=[body("fgw")], supports=[body("kjj")])
        factories.make_goal(task, by=people["office"])
        self._promises(task)
        report = factories.make_report(task, body("fgw"))
        self._hand_out(report)
        factories.walk(
            report,
            state,
            reporter=people["reporter"],
            approver=people["approver"],
            office=people["office"],
            percent=20,
        )

    def _hand_out(self, report):
        people = self.people
        given = {"handed_by": people["reporter"], "handed_at": factories.OPENS}
        asked = {"parts": ["progress"], "due_on": date(2030, 4, 1)}
        Handout.objects.create(report=report, to=people["colleague"], **given, **asked)

    def _in_the_first_task(self):
        """The lists of one task's own page."""
        self._hand_out(self.task.reports.get(agency=body("fgw")))
        self._promises(self.task)
        entered = {"entered_by": self.people["office"], "entered_at": factories.OPENS}
        TaskAmendment.objects.create(
            task=self.task, on=date(2030, 2, 1), basis="纪要", text="调整", **entered
        )
        contact = Contact.objects.create(agency=body("fgw"), kind="liaison", name="联络员")
        self.task.assignments.get(role="lead").contacts.add(contact)

    def _promises(self, task):
        said = {"plan": task.plan, "task": task, "quote": "原文"}
        place = f"{self.number}-{task.number}"
        Target.objects.create(**said, indicator=f"指标{place}", operator=">=", value_text="1")
        Project.objects.create(**said, name=f"项目{place}", planned_stage="在建")
        PublishedFact.objects.create(**said, statement="建成", source_title="某报")

    def queries(self, name, visitor):
        """The SQL of one GET that is answered with a page; None for what this visitor does not get."""
        query = {"plan": self.values["plan"], "period": self.values["period"]} if name in ASKED else {}
        with (
            transaction.atomic(),
            CaptureQueriesContext(
                connection,
            ) as asked,
        ):
            answer = self.clients[visitor].get(self.url(name), query)
            if answer.streaming:
                answer.getvalue()
            transaction.set_rollback(True)
        return sum(map(_is_query, asked)) if answer.status_code == 200 else None


def _is_query(asked):
    """Neither the frame of a transaction nor the session's note, once in a while, that somebody was here."""
    return "SAVEPOINT" not in asked["sql"] and not asked["sql"].startswith('UPDATE "django_session"')


@pytest.fixture(scope="module")
def counted(django_db_setup, django_db_blocker):
    """{(name, visitor): (queries with a little data, with ten times as much)}."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = GrowingWorld()
        world.grow(A_LITTLE)
        small = _count(world)
        world.grow(MUCH - A_LITTLE)
        large = _count(world)
        transaction.set_rollback(True)
    return {cell: (small[cell], large[cell]) for cell in small}


def _count(world):
    pages = [name for name, route in ROUTES.items() if route.get["office"] not in (302, 405)]
    cells = [(name, visitor) for name in pages for visitor in VISITORS]
    return {cell: world.queries(*cell) for cell in cells}


@pytest.mark.parametrize("visitor", VISITORS)
def test_a_page_is_one_to_a_dozen_queries(counted, visitor):
    many = {
        name: asked
        for (name, who), asked in counted.items()
        if who == visitor and None not in asked and max(asked) > MOST.get(name, DOZEN)
    }
    assert many == {}


@pytest.mark.parametrize("visitor", VISITORS)
def test_ten_times_the_data_asks_no_more(counted, visitor):
    grown = {
        name: asked
        for (name, who), asked in counted.items()
        if who == visitor and asked[1] is not None and asked[0] != asked[1]
    }
    assert grown == {}


def test_the_table_really_counts(counted):
    answered = [cell for cell, asked in counted.items() if asked[0]]
    assert len(answered) > 100
