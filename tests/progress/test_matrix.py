"""agencies/visibility.json against the house itself: every thing × every viewer the matrix names."""

import pytest

from agencies.models import Role
from agencies.permissions import visibility_matrix
from progress import figures, permissions, proposals
from progress.models import ProgressReport
from tasks.models import Target, Task
from tests import factories
from tests.cast import person
from tests.factories import AFTER_DUE, State

pytestmark = pytest.mark.django_db

# In the matrix the viewers without a concern of their own, then those a duty or a name brings in.
VIEWERS = (
    *("reporter", "approver", "office", "leader", "admin"),
    *("own_agency", "lead_agency", "supporter", "with_duty", "named_leader", "agency_concerned"),
)

ROLES = {"named_leader": "leader"} | dict.fromkeys(VIEWERS[5:9] + VIEWERS[10:], "reporter")


class World:
    """Task 1 confirmed, task 2 computed, task 3 sensitive; fgw and sixian lead, kjj supports."""

    def __init__(self, fgw, sixian, kjj, people):
        self.people = people
        self.period = factories.make_period()
        self.tasks = [
            factories.make_task(number, leads=[fgw, sixian], supports=[kjj], is_sensitive=number == 3)
            for number in (1, 2, 3)
        ]
        for task in self.tasks[:2]:
            factories.make_goal(task, by=people["office"])
            factories.walk(self._report(task, fgw), State.ACCEPTED, **self._walkers(), percent=25)
        factories.decide(self.period, ["1"], by=people["office"])
        proposals.propose(self.period, ["2"], by=people["office"], now=AFTER_DUE)
        proposals.send_for_feedback(self.period, ["2"], by=people["office"], now=AFTER_DUE)
        self.tasks[2].named_readers.add(people["named_leader"])
        Target.objects.create(plan=self.period.plan, task=self.tasks[0], indicator="平台", quote="平台")
        self.reports = {
            state: factories.walk(
                self._report(factories.make_task(number, leads=[fgw, sixian], supports=[kjj]), fgw),
                state,
                **self._walkers(),
            )
            for number, state in enumerate((State.DRAFT, State.UNDER_REVIEW, State.ACCEPTED), start=4)
        }

    def _walkers(self):
        return {
            "reporter": self.people["own_agency"],
            "approver": self.people["signer"],
            "office": self.people["office"],
        }

    def _report(self, task, agency):
        return factories.make_report(task, agency, self.period)

    def _row(self, user, number):
        rows = figures.standings(self.period.plan, self.period, user, AFTER_DUE)
        return next((row for row in rows if row.task.number == number), None)

    def _lamp(self, user, number):
        row = self._row(user, number)
        return row is not None and row.lamp is not None

    def _state(self, user, state):
        return ProgressReport.objects.visible_to(user).filter(pk=self.reports[state].pk).exists()

    def _text(self, user, state):
        readable = permissions.content_for(user, self.reports[state]) is not None
        return self._state(user, state) and readable

    def answers(self, user):
        """{thing of the matrix: whether the house shows it to this person}."""
        known = Task.objects.visible_to(user).filter(plan=self.period.plan)
        return {
            "tasks": known.filter(number=1).exists(),
            "targets": Target.objects.filter(task__in=known).exists(),
            "sensitive_tasks": known.filter(number=3).exists(),
            "confirmed_lamps": self._lamp(user, 1),
            "verdict_text": bool((row := self._row(user, 1)) and row.verdict and row.verdict.text),
            "verdict_proposal": bool((row := self._row(user, 2)) and row.proposal),
            "computed_lamps": self._lamp(user, 2),
            "return_state": self._state(user, State.DRAFT),
            "return_draft": self._text(user, State.DRAFT),
            "return_left": self._text(user, State.UNDER_REVIEW),
            "return_accepted": self._text(user, State.ACCEPTED),
        }


@pytest.fixture
def people(office, leader, admin, reporter, approver, county_reporter, kjj_reporter, stranger):
    return {
        "reporter": stranger,
        "approver": person("tyjrj-approver", Role.APPROVER, "tyjrj"),
        "office": office,
        "leader": leader,
        "admin": admin,
        "signer": approver,
        "own_agency": reporter,
        "lead_agency": county_reporter,
        "supporter": kjj_reporter,
        "with_duty": kjj_reporter,
        "named_leader": person("leader2", Role.LEADER),
        "agency_concerned": reporter,
    }


@pytest.fixture
def world(fgw, sixian, kjj, people):
    return World(fgw, sixian, kjj, people)


def test_the_house_shows_each_viewer_what_the_matrix_says(world, as_):
    matrix = visibility_matrix()
    wrong = []
    for viewer in VIEWERS:
        user = world.people[viewer]
        role = ROLES.get(viewer, viewer)
        answers = world.answers(user) | {"trail": as_(user).get("/work/trail/").status_code == 200}
        assert set(answers) == set(matrix)
        concerns = concerns_of(viewer)
        for thing, shown in answers.items():
            expected = any(matrix[thing].get(key, False) for key in (role, *concerns))
            if shown != expected:
                wrong.append(f"{thing} to {viewer}: {shown}, not {expected}")
    assert not wrong, "; ".join(wrong)


def test_a_wrong_line_of_the_matrix_is_noticed(world, as_, monkeypatch):
    """The control: were drafts the office's to read, the comparison would say so."""
    monkeypatch.setitem(visibility_matrix()["return_draft"], "office", True)
    with pytest.raises(AssertionError, match="return_draft to office"):
        test_the_house_shows_each_viewer_what_the_matrix_says(world, as_)


def concerns_of(viewer):
    """The columns of the matrix that hold for a viewer beside the role: a lead has a duty, and so on."""
    if viewer in ("own_agency", "agency_concerned"):
        return ("own_agency", "lead_agency", "with_duty", "agency_concerned")
    if viewer == "lead_agency":
        return ("lead_agency", "with_duty", "agency_concerned")
    if viewer in ("supporter", "with_duty"):
        return ("supporter", "with_duty", "agency_concerned")
    return (viewer,) if viewer == "named_leader" else ()


@pytest.mark.parametrize("viewer", ["reporter", "leader", "admin"])
def test_what_one_may_not_know_is_answered_like_what_is_not_there(world, as_, viewer):
    """To the byte: neither a secret task nor another body's draft may be told from an empty address."""
    client, base = as_(world.people[viewer]), "/work/2030-2032/2030Q1/tasks"
    missing = client.get(f"{base}/99/")
    assert missing.status_code == 404
    for hidden in (f"{base}/3/", f"{base}/4/return/fgw/", f"{base}/4/return/fgw/versions/"):
        answer = client.get(hidden)
        assert (answer.status_code, answer.content) == (404, missing.content), hidden
