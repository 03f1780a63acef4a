"""Both password profiles, each rule with an example that breaks it."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from agencies import accounts
from agencies.models import User
from agencies.passwords import must_be_changed

MLPS = [
    {"NAME": "agencies.passwords.ComplexityValidator"},
    {"NAME": "agencies.passwords.HistoryValidator", "OPTIONS": {"remembered": 5}},
]
GOOD = "Kite-over-Sui-River-7"


@pytest.mark.parametrize(
    "password",
    [
        "short-1",
        "suzhou-demo",
        "Suzhou@2026",
        "宿州长三角2026!!!",
        "admin123456",
        "password1234",
        "8237461982374",
    ],
)
def test_the_default_profile_refuses(password):
    with pytest.raises(ValidationError):
        validate_password(password, User(username="fgw", full_name="某人"))


def test_a_password_may_not_resemble_its_name():
    with pytest.raises(ValidationError):
        validate_password("zhangsanfeng9", User(username="zhangsanfeng", full_name="张三丰"))


@pytest.mark.parametrize("password", [GOOD, "correct horse battery", "清风徐来水波不兴无声"])
def test_the_default_profile_accepts(password):
    validate_password(password, User(username="fgw", full_name="某人"))


@pytest.mark.django_db
class TestMlps:
    @pytest.fixture(autouse=True)
    def profile(self, settings):
        settings.AUTH_PASSWORD_VALIDATORS = settings.AUTH_PASSWORD_VALIDATORS + MLPS
        settings.PASSWORD_MAX_AGE = timedelta(days=90)

    def test_complexity(self, reporter):
        with pytest.raises(ValidationError, match="至少三类"):
            validate_password("correct horse battery", reporter)
        validate_password(GOOD, reporter)

    def test_the_last_five_are_not_used_again(self, reporter, clock):
        for turn in range(1, 6):
            accounts.change_own_password(reporter, f"{GOOD}-{turn}", now=clock.now)
        with pytest.raises(ValidationError, match="最近 5 次"):
            accounts.change_own_password(reporter, f"{GOOD}-1", now=clock.now)
        accounts.change_own_password(reporter, f"{GOOD}-6", now=clock.now)
        accounts.change_own_password(reporter, f"{GOOD}-1", now=clock.now)

    def test_ninety_days(self, reporter, clock):
        accounts.change_own_password(reporter, GOOD, now=clock.now)
        assert not must_be_changed(reporter, clock.forward(timedelta(days=90)))
        assert must_be_changed(reporter, clock.forward(timedelta(seconds=1)))


def test_the_default_profile_never_expires(settings):
    settings.PASSWORD_MAX_AGE = None
    assert not must_be_changed(User(), None)
