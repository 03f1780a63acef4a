"""Fixtures of the browser tests: a site of one's own, and a page of a Chinese browser."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from . import chromium
from .postgres import Postgres
from .site import ROOT, Site, copy_of

PASSWORD = "suzhou-demo"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


# --- sites -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def new_site(tmp_path_factory, worker_id) -> Callable[..., Site]:
    """Makes a started site on its own copy of the loaded database: both plans, all people, no returns.

    On PostgreSQL with Redis and a real background worker where `bin/test` runs that pass; else on
    SQLite without a worker. `new_site(moment=…)` sets its clock; None is the real time.
    """
    made: list[Site] = []

    def make(**options) -> Site:
        folder = tmp_path_factory.mktemp("site")
        number = len(made)
        if "TEST_REDIS_URL" in os.environ:
            database = Postgres.copy(
                os.environ["TEST_POSTGRES_URL"], f"site_{worker_id}_{number}", "site_template"
            )
            redis = f"{os.environ['TEST_REDIS_URL']}/{redis_number(worker_id)}"
            site = Site(folder, database, redis, **options).start().start_worker()
        else:
            site = Site(folder, copy_of(sqlite_template(tmp_path_factory), folder), **options).start()
        made.append(site)
        return site

    yield make
    for site in made:
        site.stop()


@pytest.fixture(scope="session")
def live_site(new_site) -> Site:
    """One site for all tests of this process that only look, or that touch nothing others look at."""
    return new_site()


@pytest.fixture
def fresh_site(new_site) -> Site:
    """A site of this test's own."""
    site = new_site()
    yield site
    site.stop()


def redis_number(worker_id: str) -> int:
    return int(worker_id.removeprefix("gw")) + 1 if worker_id != "master" else 0


def sqlite_template(tmp_path_factory) -> Path:
    """The loaded database `bin/test` has made, else one made now (pytest called directly)."""
    made = os.environ.get("TEST_SITE_SQLITE")
    if not made:
        folder = tmp_path_factory.mktemp("template")
        made = str(folder / "template.sqlite3")
        site = Site(folder, f"sqlite:///{made}")
        site.load_plans()
        site.add_people()
        os.environ["TEST_SITE_SQLITE"] = made
    return Path(made)


# --- the browser -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args) -> dict:
    path = os.environ.get("CHROMIUM")
    extra = {
        name.removeprefix("CHROMIUM_"): value
        for name, value in os.environ.items()
        if name.startswith("CHROMIUM_")
    }
    if not path:
        found = chromium.find()
        path, extra = found.path, found.environment
    return {
        **browser_type_launch_args,
        "executable_path": path,
        "env": {**os.environ, **extra},
        "args": ["--no-proxy-server", "--disable-dev-shm-usage"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args) -> dict:
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1366, "height": 768},
    }


@pytest.fixture
def page(page):
    """A page that fails its test when a script breaks or the Content-Security-Policy is violated.

    A test that expects such words takes them out of `page.complaints` itself.
    """
    page.set_default_timeout(10_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console",
        lambda message: "Content Security Policy" in message.text and page.complaints.append(message.text),
    )
    yield page
    assert page.complaints == []


@pytest.fixture
def sign_in(page):
    """`sign_in(site, "office")`: that demonstration person is signed in and sees the first page."""

    def signed_in(site: Site, username: str, password: str = PASSWORD):
        page.goto(f"{site.url}/sign-in/")
        page.locator("#id_username").fill(username)
        page.locator("#id_password").fill(password)
        page.locator("#id_password").press("Enter")
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    return signed_in


@pytest.fixture
def axe(page):
    """`axe()`: what WCAG 2.2 AA finds wrong with the page, one line each; empty is right."""

    def violations() -> list[str]:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", AXE_TAGS)
        return [
            f"{rule['id']}: {node['target']} {node['html'][:160]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    return violations
