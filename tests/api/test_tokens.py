"""Tokens: given for a name and password within the page's limits, and dead with the person's sessions."""

import pytest
import time_machine
from django.utils import timezone

from agencies import accounts
from tests.cast import PASSWORD, person

pytestmark = pytest.mark.django_db


def ask(api, username="fgw", password=PASSWORD):
    return api().post("auth/token/", {"username": username, "password": password})


@pytest.fixture
def token(api, reporter):
    return ask(api).json()["token"]


def works(api, token):
    return api(authorization=f"Token {token}").get("plans/").status_code == 200


def test_a_token_opens_the_api_without_csrf(api, token, reporter, report):
    assert works(api, token)
    caller = api(authorization=f"Token {token}")
    caller.client.handler.enforce_csrf_checks = True
    assert caller.patch(f"reports/{report.pk}/", {"progress": "一"}, revision=1).status_code == 200


def test_unknown_wrong_and_disabled_answer_alike(api, reporter, disabled):
    answers = [ask(api, "nobody-here"), ask(api, "fgw", "wrong password 1"), ask(api, "fgw-left")]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert len({answer.content for answer in answers}) == 1


def test_guesses_are_counted_like_those_of_the_page(api, reporter):
    answers = [ask(api, password=f"guess {number} guess") for number in range(5)]
    assert {answer.status_code for answer in answers} == {401}
    limited = ask(api)
    assert limited.status_code == 429 and "登录尝试过于频繁" in limited.json()["reason"]
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=20)):
        assert ask(api).status_code == 201


@pytest.mark.parametrize(
    "sent",
    [{}, {"username": "fgw"}, {"username": "a\x00", "password": "x"}, {"username": 1, "password": [1]}],
)
def test_what_is_no_name_and_password_is_400(api, db, sent):
    answer = api().post("auth/token/", sent)
    assert answer.status_code == 400 and answer.json()["fields"]


@pytest.mark.parametrize(
    "end",
    [
        lambda person, admin: accounts.disable(person, by=admin, now=timezone.now()),
        lambda person, admin: accounts.sign_out_everywhere(person, by=person, now=timezone.now()),
        lambda person, admin: accounts.end_post(person.posts.get(), by=admin, now=timezone.now()),
        lambda person, admin: accounts.change_own_password(
            person, "a longer kite over the river", now=timezone.now()
        ),
    ],
    ids=["disabled", "signed out everywhere", "post ended", "password changed"],
)
def test_a_token_dies_with_the_sessions(api, token, reporter, admin, end):
    assert works(api, token)
    end(reporter, admin)
    answer = api(authorization=f"Token {token}").get("plans/")
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Token"


def test_a_token_expires(api, token):
    with time_machine.travel(timezone.now() + timezone.timedelta(days=91)):
        assert not works(api, token)


def test_a_due_password_change_comes_first(api, token, reporter):
    type(reporter).objects.filter(pk=reporter.pk).update(must_change_password=True)
    answer = api(authorization=f"Token {token}").get("plans/")
    assert answer.status_code == 403 and "修改密码" in answer.json()["reason"]


@pytest.mark.parametrize("given", ["Token", "Token x", "Token a b", "Token ÿÿ", "Token " + "0" * 128])
def test_any_other_header_is_401(api, db, given):
    answer = api(authorization=given).get("plans/")
    assert answer.status_code == 401 and answer.json()["code"] == "not_authenticated"


def test_a_demonstration_token_is_worth_nothing_outside_the_demonstration(api, db, settings):
    settings.DEMO = True
    played = person("somebody-demo", "reporter", "fgw", is_demo=True)
    token = ask(api, played.username).json()["token"]
    assert works(api, token)
    settings.DEMO = False
    assert not works(api, token)
