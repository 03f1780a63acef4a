"""What 年度考核 shows first: the outcome, the best before the others, the next step; nothing closed."""

import re

import pytest
from django.urls import reverse

from assessment import rounds
from assessment.models import AssessmentRound
from tests.assessment.round_life import BEGUN, make_scheme, make_year_of_returns, state, unit_of, walk_round

State = AssessmentRound.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def scheme(fgw, kjj, office):
    return make_scheme(office, make_year_of_returns(fgw, kjj), own_grades=True)


@pytest.fixture
def ahead(round, kjj, team):
    """市科技局, the second in the official order, has two points more; the leading group has it before it."""
    round = walk_round(round, State.FEEDBACK, team["office"])
    state(unit_of(round, kjj), team["office"], points="2")
    return walk_round(rounds.load(round.pk), State.DECIDING, team["office"])


def shown(client, round, query=""):
    page = client.get(f"{round.get_absolute_url()}{query}")
    return [unit.agency.code for each in page.context["classes"] for unit in each.units if unit.total]


def home(client, plan):
    page = client.get(reverse("assessment:home", args=[plan.code])).content.decode()
    return re.sub("</?span[^>]*>", "", page)


def test_the_best_stand_first_once_there_are_ranks(round, ahead, team, leader, as_):
    assert shown(as_(leader), ahead) == ["kjj", "fgw"]
    assert shown(as_(leader), ahead, "?sort=name") == ["fgw", "kjj"]
    assert shown(as_(leader), ahead, "?sort=-rank") == ["fgw", "kjj"]
    back = rounds.step_back(ahead, reason="补材料", by=team["office"], now=BEGUN, revision=ahead.revision)
    assert shown(as_(team["office"]), back) == ["fgw", "kjj"]


def test_without_ranks_the_official_order_stands(fgw, kjj, team, leader, as_):
    scheme = make_scheme(team["office"], make_year_of_returns(fgw, kjj))
    round = walk_round(rounds.begin(scheme, by=team["office"], now=BEGUN), State.FEEDBACK, team["office"])
    state(unit_of(round, kjj), team["office"], points="2")
    round = walk_round(rounds.load(round.pk), State.DECIDING, team["office"])
    assert shown(as_(leader), round) == ["fgw", "kjj"]
    assert "参评 2 家。" in home(as_(leader), scheme.plan)
    assert "等次" not in as_(leader).get(round.get_absolute_url()).context["filter"].form.fields


def test_grades_are_counted_and_chosen_by_once_they_are_known(round, ahead, kjj, team, leader, reporter, as_):
    assert shown(as_(leader), ahead, "?grade=excellent") == ["kjj"]
    assert "参评 2 家：优秀 1 家、良好 1 家。" in home(as_(leader), ahead.scheme.plan)
    # A unit does not learn it before it is published, nor from a filter.
    assert "优秀" not in home(as_(reporter), ahead.scheme.plan)
    published = walk_round(rounds.load(ahead.pk), State.PUBLISHED, team["office"])
    assert "参评 2 家：优秀 1 家、良好 1 家。" in home(as_(reporter), published.scheme.plan)


def test_a_leader_is_led_to_nothing_that_is_closed_to_leaders(scheme, leader, office, as_):
    told = home(as_(leader), scheme.plan)
    closed = [
        reverse("assessment:findings", args=[scheme.plan.code]),
        reverse("assessment:running", args=[scheme.plan.code, scheme.year]),
    ]
    assert [as_(leader).get(address).status_code for address in closed] == [403, 403]
    assert not [address for address in closed if f'"{address}"' in told]
    assert "本单位" not in told
    assert all(f'"{address}"' in home(as_(office), scheme.plan) for address in closed)


def test_the_office_is_led_to_the_next_step_of_each_year(scheme, office, as_):
    make_scheme(office, year=2031, published=False)
    told = home(as_(office), scheme.plan)
    assert reverse("assessment:round_begin", args=[scheme.plan.code, 2030]) in told
    assert reverse("assessment:scheme_edit", args=[scheme.plan.code, 2031]) in told
    assert "起草考核办法" in told
