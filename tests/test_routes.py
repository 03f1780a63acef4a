"""Every address × every kind of visitor × GET and POST. An address missing from tests/routes.py fails."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from agencies.models import AgencyGroup, AgencyName, Role
from progress.models import Handout
from reminders.models import ReminderRule
from tests import factories
from tests.cast import body, client_of, person
from tests.routes import ROUTES
from tests.routing import Route, all_get

CAST = {
    "nobody": ("nobody", None, None),
    "colleague": ("fgw-colleague", Role.COLLEAGUE, "fgw"),
    "reporter": ("fgw", Role.REPORTER, "fgw"),
    "approver": ("fgw-approver", Role.APPROVER, "fgw"),
    "supporter": ("kjj", Role.REPORTER, "kjj"),
    "supporter_approver": ("kjj-approver", Role.APPROVER, "kjj"),
    "county": ("sixian", Role.REPORTER, "sixian"),
    "stranger": ("tyjrj", Role.REPORTER, "tyjrj"),
    "office": ("office", Role.OFFICE, "office"),
    "office2": ("office2", Role.OFFICE, "office"),
    "leader": ("leader", Role.LEADER, None),
    "admin": ("admin", Role.ADMIN, None),
}


def addresses(resolver=None, namespace=""):
    """The full name of every address in the URLconf; unnamed ones by their pattern."""
    for part in (resolver or get_resolver()).url_patterns:
        if isinstance(part, URLPattern):
            yield f"{namespace}{part.name or part.pattern}"
        else:
            yield from addresses(part, f"{namespace}{part.namespace}:" if part.namespace else namespace)


class World:
    """A plan of its own with one task, led by fgw and supported by kjj, and its return under way."""

    def __init__(self):
        self.people = {kind: person(*who) for kind, who in CAST.items()}
        left = person("fgw-left", Role.REPORTER, "fgw")
        self.clients = {"anonymous": Client(), "disabled": client_of(left)}
        type(left).objects.filter(pk=left.pk).update(is_active=False)
        self.clients |= {kind: client_of(one) for kind, one in self.people.items()}
        task = factories.make_task(leads=[body("fgw")], supports=[body("kjj")])
        report = factories.make_report(task, body("fgw"))
        summary = factories.make_unit_report(body("fgw"), report.period)
        handout, of_unit = self._handed_out(report, "progress"), self._handed_out(summary, "overview")
        inferred = AgencyName.objects.create(agency=body("fgw"), name="市某委", inferred=True)
        group = AgencyGroup.objects.create(code="some", name="某些单位")
        self.values = {
            "plan": task.plan.code,
            "period": report.period.code,
            "number": task.number,
            "agency": "fgw",
            "year": report.period.year,
            "report": report.pk,
            "handout": handout.pk,
            "unit_handout": of_unit.pk,
            "person": "fgw",
            "token": "nonsense",
            "group": group.pk,
            "inference": inferred.pk,
            "inference_kind": "name",
            "missing": 987654,
            "section": 987654,
            "rule": self._rule(task.plan).pk,
        }

    def _rule(self, plan):
        said = {"audience": ["reporter"], "channels": ["inbox"], "line": "{任务}"}
        return ReminderRule.objects.create(plan=plan, name="催报", kind="return", **said)

    def _handed_out(self, report, part):
        return Handout.objects.create(
            report=report,
            to=self.people["colleague"],
            parts=[part],
            due_on=factories.DUE.date(),
            handed_at=factories.OPENS,
            handed_by=self.people["reporter"],
        )

    def url(self, name):
        if ROUTES[name].path:
            return ROUTES[name].path
        parts = {part: self.values.get(value, value) for part, value in ROUTES[name].address.items()}
        return reverse(name, kwargs=parts)

    def ask(self, name, method, visitor):
        """The status, leaving the world as it was."""
        client = self.clients[visitor]
        cookies = client.cookies.copy()
        with transaction.atomic():
            status = getattr(client, method)(self.url(name)).status_code
            transaction.set_rollback(True)
        client.cookies = cookies
        return status


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def test_every_address_is_in_the_table():
    assert set(addresses()) - set(ROUTES) == set()


def test_the_table_names_no_address_that_is_gone():
    assert set(ROUTES) - set(addresses()) == set()


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.django_db
def test_each_visitor_gets_what_the_table_says(world, name):
    wrong = []
    for method, visitor, expected in ROUTES[name].cells:
        status = world.ask(name, method, visitor)
        if status not in (expected if isinstance(expected, tuple) else (expected,)):
            wrong.append(f"{method} as {visitor}: {status}, not {expected}")
    assert not wrong


@pytest.mark.django_db
def test_a_wrong_line_is_noticed(world, monkeypatch):
    """The control: were the trail open to all, the table test would say so."""
    monkeypatch.setitem(ROUTES, "agencies:trail", Route(all_get(200)))
    with pytest.raises(AssertionError, match="as reporter: 403"):
        test_each_visitor_gets_what_the_table_says(world, "agencies:trail")
