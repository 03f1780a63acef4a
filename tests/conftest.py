"""What every test stands on: a database of its own, no network beyond this machine, a clock."""

import os
import shutil
import socket
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connection
from django.test import TransactionTestCase

from agencies import immutability
from agencies.reach import told
from tests.services.postgres import PLANS_TEMPLATE, Postgres
from tests.services.site import MOMENT

pytest_plugins = ["tests.cast", "tests.services.fixtures"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
# The SQLite file with both plans that `bin/test` has made; each worker has a copy of its own.
LOADED = os.environ.get("TEST_PLANS_SQLITE", "")
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def pytest_addoption(parser):
    parser.addoption(
        "--full",
        action="store_true",
        default=os.environ.get("SUZHOU_FULL") == "1",
        help="the full counts of every hardship test, not the everyday hundredth",
    )


@pytest.fixture(scope="session")
def count(request):
    """`count(10_000)`: that many tries with --full, a hundredth of them (at least one) every day."""
    full = request.config.getoption("--full")
    return lambda number: number if full else max(1, number // 100)


# Files that take a worker minutes: begun first, so that none is left alone with one at the end.
LONGEST_FIRST = ("tests/test_queries.py", "tests/test_routes.py")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST_FIRST))


# --- the database ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """SQLite tests use a file, as the site does, so that threads race as they would there."""
    default = settings.DATABASES["default"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if default["ENGINE"].endswith("sqlite3"):
        folder = Path(tempfile.mkdtemp(prefix="suzhou-test-"))
        default["TEST"]["NAME"] = str(folder / f"{worker}.sqlite3")
        default["OPTIONS"]["init_command"] = (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;PRAGMA foreign_keys=ON"
        )
        if LOADED:
            shutil.copy(LOADED, default["TEST"]["NAME"])
    elif LOADED:
        default["TEST"]["NAME"] = f"test_{worker}"
        Postgres.copy(os.environ["TEST_POSTGRES_URL"], f"test_{worker}", PLANS_TEMPLATE)


@pytest.fixture(scope="session")
def django_db_keepdb():
    """What `bin/test` has loaded is taken as it is."""
    return bool(LOADED)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Every test database holds both real plans with their periods, loaded once: by `bin/test` for all
    workers, else (pytest called directly) once per session."""
    if not LOADED:
        with django_db_blocker.unblock():
            load_plans()


@time_machine.travel(MOMENT, tick=True)
def load_plans() -> None:
    for command in ("load_reference", "prepare_periods", "prepare_reminders"):
        if command in get_commands():
            call_command(command, verbosity=0)


@pytest.fixture(autouse=True, scope="session")
def emptied_databases():
    """A test with real transactions is followed by a flush, which the guarded tables would refuse.

    Afterwards the plans are loaded again: the next test finds what every test finds.
    """
    flush = TransactionTestCase._fixture_teardown

    def unguarded(self):
        immutability.remove(connection, immutability.PROTECTED)
        flush(self)
        immutability.install(connection, immutability.PROTECTED)
        load_plans()

    TransactionTestCase._fixture_teardown = unguarded
    yield
    TransactionTestCase._fixture_teardown = flush


# --- settings that only tests need -------------------------------------------------------------


@pytest.fixture(autouse=True)
def test_settings(settings, tmp_path_factory):
    """Files go to a folder of the test's own; static files need no collecting; passwords hash fast."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("attachments")
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # Letters go to a list (django.core.mail.outbox).
    settings.EMAIL_READY = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# --- the network -------------------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def loopback_only():
    """A test that reaches beyond this machine fails at once."""
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise RuntimeError(f"a test tried to reach {address[0]}: only this machine may be reached")
        return connect(self, address)

    socket.socket.connect = guarded
    yield
    socket.socket.connect = connect


# --- the clock ---------------------------------------------------------------------------------


class Clock:
    """A moment that moves only when told; rules are given `clock.now`."""

    def __init__(self, moment: datetime):
        self.now = moment

    def set(self, year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
        """Set to a moment of Shanghai time; returns it."""
        self.now = datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)
        return self.now

    def forward(self, delta) -> datetime:
        self.now += delta
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Starts on 12 October 2026, 09:00 in Shanghai: the third quarter is being reported."""
    return Clock(datetime(2026, 10, 12, 9, 0, tzinfo=SHANGHAI))


@pytest.fixture
def news():
    """Everything that is told while the test runs, in order."""
    heard = []

    def hear(sender, news, **_):
        heard.append(news)

    told.connect(hear)
    yield heard
    told.disconnect(hear)
