"""Nobody guesses in: three counters, raised before the password is read; one answer for any name."""

import random
import threading
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client

from agencies.models import SignInCount
from agencies.signing_in import WRONG, client_address, try_to_sign_in
from tests.cast import PASSWORD, person

pytestmark = pytest.mark.django_db
URL = "/sign-in/"


def sign_in(client, username, password, **extra):
    return client.post(URL, {"username": username, "password": password}, **extra)


def guess(clock, username="fgw", password="wrong", address="10.0.0.1"):
    return try_to_sign_in(username, password, address=address, now=clock.now)


# --- through the page ---------------------------------------------------------------------------


def test_the_right_password_opens_the_work(client, reporter):
    answer = sign_in(client, "FGW ", PASSWORD)
    assert answer.status_code == 302
    assert answer["Location"] == "/work/"
    assert client.get("/work/me/").status_code == 200


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(client, reporter):
    answer = sign_in(client, "fgw", "wrong")
    assert WRONG in answer.content.decode()
    assert 'value="fgw"' in answer.content.decode()
    assert client.get("/work/me/").status_code == 302


def test_known_unknown_and_disabled_names_get_the_same_answer(client, reporter, disabled):
    def shown(username, password):
        answer = sign_in(client, username, password)
        page = answer.content.decode().replace(username, "NAME")
        return answer.status_code, page.split("<form")[0].split("csrf")[0], WRONG in page

    assert shown("fgw", "x") == shown("nobody-here", "x") == shown("fgw-left", PASSWORD)


def test_an_unknown_name_costs_as_much_hashing_as_a_known_one(reporter, disabled, nobody):
    spent = {}
    for username in ("fgw", "nobody-here", "fgw-left"):
        with patch(
            "django.contrib.auth.hashers.MD5PasswordHasher.encode", autospec=True, return_value="md5$a$b"
        ) as encode:
            try_to_sign_in(username, "x", address="a", now=nobody.created_at)
        spent[username] = encode.call_count
    assert set(spent.values()) == {1}


def test_the_sixth_try_is_refused_even_with_the_right_password(client, reporter):
    for _ in range(5):
        assert sign_in(client, "fgw", "wrong").status_code == 200
    answer = sign_in(client, "fgw", PASSWORD)
    assert answer.status_code == 429
    assert "分钟后再试" in answer.content.decode()


def test_a_forged_forwarding_header_changes_nothing(client, reporter):
    for place in range(5):
        sign_in(client, "fgw", "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{place}")
    answer = sign_in(client, "fgw", PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.99")
    assert answer.status_code == 429


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/work/people/?role=office", "/work/people/?role=office"),
        ("https://evil.example/", "/work/"),
        ("//evil.example/", "/work/"),
        ("javascript:alert(1)", "/work/"),
    ],
)
def test_next_never_leaves_the_site(client, reporter, wanted, led_to):
    answer = client.post(URL, {"username": "fgw", "password": PASSWORD, "next": wanted})
    assert answer["Location"] == led_to


def test_signing_out_is_a_post_and_ends_the_session(as_, reporter):
    client = as_(reporter)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/work/me/").status_code == 302


def test_forms_need_their_token(reporter):
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, "fgw", PASSWORD).status_code == 403


def test_demonstration_people_exist_only_in_a_demonstration(client, settings, db):
    person("demo-one", "leader", is_demo=True, full_name="演示领导")
    settings.DEMO = False
    assert "演示领导" not in client.get(URL).content.decode()
    assert WRONG in sign_in(client, "demo-one", PASSWORD).content.decode()
    settings.DEMO = True
    assert "演示领导" in client.get(URL).content.decode()
    assert sign_in(client, "demo-one", PASSWORD).status_code == 302
    settings.DEMO = False
    assert client.get("/work/me/").status_code == 302


# --- the counters -------------------------------------------------------------------------------


def test_the_window_slides(reporter, clock):
    for _ in range(5):
        assert guess(clock).problem == WRONG
    assert guess(clock).limited
    clock.forward(timedelta(minutes=14))
    assert guess(clock, password=PASSWORD).limited
    clock.forward(timedelta(minutes=3))
    assert guess(clock, password=PASSWORD).user == reporter


def test_success_clears_the_pair(reporter, clock):
    for _ in range(4):
        guess(clock)
    assert guess(clock, password=PASSWORD).user == reporter
    assert [guess(clock).limited for _ in range(6)] == [False] * 5 + [True]


def test_a_name_is_tried_twenty_times_from_anywhere(reporter, clock):
    limited = [guess(clock, address=f"10.0.{place}.1").limited for place in range(25)]
    assert limited == [False] * 20 + [True] * 5


def test_an_address_tries_a_hundred_names(reporter, clock):
    limited = [guess(clock, username=f"n{place}").limited for place in range(105)]
    assert limited == [False] * 100 + [True] * 5


def test_a_building_signing_in_is_not_locked_out(clock):
    people = [person(f"p{place}") for place in range(110)]
    assert all(guess(clock, one.username, PASSWORD).user == one for one in people)


def test_guessers_get_no_more_than_the_limit(reporter, clock, count):
    """Whatever the pace, in any 15 minutes at most 5 passwords of a pair are looked at."""
    pace, looked_at = random.Random(20260922), []
    for _ in range(count(10_000)):
        clock.forward(timedelta(seconds=pace.choice([0, 1, 20, 90])))
        if not guess(clock).limited:
            looked_at.append(clock.now)
    for place in range(len(looked_at) - 5):
        assert looked_at[place + 5] - looked_at[place] >= timedelta(minutes=15)


def test_without_the_counters_the_guesser_would_get_through(reporter, clock):
    """The control of the tests above: they fail where nobody counts."""
    with patch("agencies.signing_in._count"):
        assert not any(guess(clock).limited for _ in range(30))


def test_names_and_addresses_are_kept_as_hashes(reporter, clock):
    guess(clock)
    assert SignInCount.objects.count() == 3
    assert not SignInCount.objects.filter(key__contains="fgw").exists()
    assert not SignInCount.objects.filter(key__contains="10.0").exists()


@pytest.mark.django_db(transaction=True)
def test_a_burst_slips_nobody_past(clock, count):
    reporter = person("burst")
    outcomes, gate = [], threading.Barrier(8)

    def burst():
        gate.wait()
        for _ in range(max(3, count(200) // 8)):
            outcomes.append(guess(clock, reporter.username).limited)
        connection.close()

    threads = [threading.Thread(target=burst) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(False) <= 5
    assert len(outcomes) >= 24


# --- whose address ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("198.51.100.7", "10.9.9.9", "198.51.100.7"),
        ("10.1.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.1.0.1", "1.2.3.4, 198.51.100.7", "198.51.100.7"),
        ("10.1.0.1", "198.51.100.7, 10.1.0.2", "198.51.100.7"),
        ("10.1.0.1", "nonsense", "10.1.0.1"),
        ("10.1.0.1", "", "10.1.0.1"),
        ("", "198.51.100.7", "unknown"),
        ("::ffff:198.51.100.7", "", "198.51.100.7"),
        ("2001:db8::1:2:3:4", "", "2001:db8::/64"),
    ],
)
def test_only_trusted_proxies_speak_for_others(settings, remote, forwarded, address):
    settings.TRUSTED_PROXIES = ["10.1.0.0/24"]
    assert client_address({"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}) == address
