"""A page is one to a dozen queries, whatever the amount of data: every address × role, once with a little
data and once with several times as much."""

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext, override_settings

from tests.growing import GrowingWorld
from tests.routes import ROUTES

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600), pytest.mark.once]
DOZEN = 12
# A file of several sheets asks for each of them, what became of its problems, and notes that it was taken
# away and what it tells of.
MOST = {"progress:export_quarter": 25, "api:export_quarter": 25}
# What reminders would say: every kind of thing that can be due is asked for, whatever the amount of data.
MOST |= dict.fromkeys(("reminders:rules", "reminders:rules_export"), 36)
MOST |= dict.fromkeys(("reminders:preview", "reminders:preview_export"), 48)
VISITORS = ("reporter", "colleague", "approver", "office", "leader", "admin")
# Lists of the API that must be told which plan and period.
ASKED = {f"api:{name}" for name in ("targets", "verdicts", "problems", "overview", "export_quarter")}
A_LITTLE, MUCH = 1, 3
# What every other test is given by its own fixture: this world is built before there is one.
PLAIN = {
    "STORAGES": {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}


def queries(world, name, visitor):
    """How many queries one GET asks that is answered with a page; None for what this visitor does not get."""
    place = {"plan": world.values["plan"], "period": world.values["period"]}
    # The log is of limited length.
    connection.queries_log.clear()
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        answer = world.clients[visitor].get(world.address(name), place if name in ASKED else {})
        if answer.streaming:
            answer.getvalue()
        transaction.set_rollback(True)
    return sum(map(_is_query, asked)) if answer.status_code == 200 else None


def _is_query(asked):
    """Neither the frame of a transaction nor the session's note, once in a while, that somebody was here."""
    return "SAVEPOINT" not in asked["sql"] and not asked["sql"].startswith('UPDATE "django_session"')


@pytest.fixture(scope="module")
def counted(django_db_setup, django_db_blocker):
    """{(name, visitor): (queries with a little data, with several times as much)}."""
    with override_settings(**PLAIN), django_db_blocker.unblock(), transaction.atomic():
        world = GrowingWorld()
        world.grow(A_LITTLE)
        small = _count(world)
        world.grow(MUCH - A_LITTLE)
        large = _count(world)
        transaction.set_rollback(True)
    return {cell: (small[cell], large[cell]) for cell in small}


def _count(world):
    pages = [
        (name, who) for name, route in ROUTES.items() for who in VISITORS if _opens(name, route.get[who])
    ]
    cells = [*pages, *((name, who) for name in world.pages for who in VISITORS)]
    return {cell: queries(world, *cell) for cell in cells}


def _opens(name, answer):
    """Whether the table of routes says that there is a page; what must be told the plan is asked with it."""
    return name in ASKED or 200 in (answer if isinstance(answer, tuple) else (answer,))


@pytest.mark.parametrize("visitor", VISITORS)
def test_a_page_is_one_to_a_dozen_queries(counted, visitor):
    many = {
        name: asked
        for (name, who), asked in counted.items()
        if who == visitor and None not in asked and max(asked) > MOST.get(name, DOZEN)
    }
    assert many == {}


@pytest.mark.parametrize("visitor", VISITORS)
def test_several_times_the_data_asks_no_more(counted, visitor):
    grown = {
        name: asked
        for (name, who), asked in counted.items()
        if who == visitor and asked[1] is not None and asked[0] != asked[1]
    }
    assert grown == {}


def test_the_table_really_counts(counted):
    answered = [cell for cell, asked in counted.items() if asked[0]]
    assert len(answered) > 100


def test_reports_with_a_long_way_behind_them_are_counted(counted):
    for page in ("a return after corrections", "a year's report after corrections"):
        assert all(counted[page, who][0] for who in ("reporter", "approver", "office"))
