"""Sessions end when they should, and at the very next request."""

from datetime import timedelta

import pytest
import time_machine
from knox.models import AuthToken

from agencies import accounts
from agencies.models import Role
from tests.cast import PASSWORD, body, client_of

pytestmark = pytest.mark.django_db
ME = "/work/me/"


def is_in(client):
    return client.get(ME).status_code == 200


def test_thirty_idle_minutes_end_a_session(client, reporter, clock):
    with time_machine.travel(clock.now, tick=False) as machine:
        client.post("/sign-in/", {"username": "fgw", "password": PASSWORD})
        machine.shift(timedelta(minutes=29))
        assert is_in(client)
        machine.shift(timedelta(minutes=29))
        assert is_in(client)
        machine.shift(timedelta(minutes=31))
        assert not is_in(client)
        assert "30 分钟没有操作" in client.get("/sign-in/").content.decode()


def test_background_requests_do_not_keep_a_session_alive(client, reporter, clock):
    with time_machine.travel(clock.now, tick=False) as machine:
        client.post("/sign-in/", {"username": "fgw", "password": PASSWORD})
        for _ in range(3):
            machine.shift(timedelta(minutes=10))
            client.get(ME, headers={"X-Background": "1"})
        machine.shift(timedelta(minutes=1))
        assert not is_in(client)


def test_twelve_hours_end_even_a_busy_session(client, reporter, clock):
    with time_machine.travel(clock.now, tick=False) as machine:
        client.post("/sign-in/", {"username": "fgw", "password": PASSWORD})
        for _ in range(12 * 3):
            assert is_in(client)
            machine.shift(timedelta(minutes=20))
        machine.shift(timedelta(minutes=1))
        assert not is_in(client)


ENDS = {
    "disabled": lambda who, by, now: accounts.disable(who, by=by, now=now),
    "password reset": lambda who, by, now: accounts.clear_password(who, by=by, now=now),
    "password changed elsewhere": lambda who, by, now: accounts.change_own_password(
        who, "a new kite, 31 metres", now=now
    ),
    "post added": lambda who, by, now: accounts.assign_post(who, Role.REPORTER, body("kjj"), by=by, now=now),
    "post ended": lambda who, by, now: accounts.end_post(who.posts.get(), by=by, now=now),
    "signed out everywhere": lambda who, by, now: accounts.sign_out_everywhere(who, by=who, now=now),
}


@pytest.mark.parametrize("act", ENDS.values(), ids=ENDS)
def test_every_session_and_token_dies_at_once(act, reporter, admin, clock):
    sessions = [client_of(reporter) for _ in range(3)]
    accounts.create_token(reporter, now=clock.now)
    assert all(is_in(session) for session in sessions)
    act(reporter, admin, clock.now)
    assert not any(is_in(session) for session in sessions)
    assert not AuthToken.objects.filter(user=reporter).exists()


def test_without_the_stamp_sessions_would_live_on(reporter, admin, clock, monkeypatch):
    """The control of the test above."""
    monkeypatch.setattr(accounts, "end_access", lambda person: None)
    session = client_of(reporter)
    accounts.end_post(reporter.posts.get(), by=admin, now=clock.now)
    assert is_in(session)


def test_changing_ones_own_password_keeps_this_session_only(reporter):
    here, elsewhere = client_of(reporter), client_of(reporter)
    new = "a new kite, 31 metres"
    typed = {"old_password": PASSWORD, "new_password": new, "again": new}
    assert here.post("/work/me/password/", typed).status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)


def test_signing_out_elsewhere_keeps_this_session(reporter):
    here, elsewhere = client_of(reporter), client_of(reporter)
    here.post("/work/me/other-devices/")
    assert is_in(here)
    assert not is_in(elsewhere)


def test_a_due_password_change_comes_first(as_, reporter):
    reporter.must_change_password = True
    reporter.save()
    client = as_(reporter)
    assert client.get(ME)["Location"] == "/work/me/password/"
    assert client.get("/api/v1/tasks/").status_code == 403
    new = "a new kite, 31 metres"
    client.post("/work/me/password/", {"old_password": PASSWORD, "new_password": new, "again": new})
    assert is_in(client)
