"""Nobody left to sign, to confirm or to decide: the house says so, and by whom it goes on."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from agencies.models import Post, Role, User
from agencies.permissions import Denied
from assessment import adjustments, confirming, due, objections, rounds, self_assessment, who_acts
from assessment.models import AssessmentRound
from progress.workflow import WrongState
from tests.assessment.round_life import (
    BEGUN,
    FED_BACK,
    FIRST,
    claimed,
    make_scheme,
    make_year_of_returns,
    object_to,
    state,
    unit_of,
    walk_round,
)
from tests.cast import person

State = AssessmentRound.State


@pytest.fixture
def fed_back(round, team):
    """In 反馈复核; every score was confirmed by `office`."""
    return walk_round(round, State.FEEDBACK, team["office"])


def again(user):
    return User.objects.get(pk=user.pk)


def raised(unit, team, **said):
    made = object_to(unit, team["reporter"], **said)
    return objections.sign(made, by=team["approver"], now=FED_BACK, revision=made.revision)


def leave(user):
    user.posts.all().delete()


def page_of(client, thing):
    return re.sub("<[^>]*>", "", client.get(thing.get_absolute_url()).content.decode())


REJECTED = objections.Answer("rejected", "维持原评分。")


# --- who decides an objection ----------------------------------------------------------------------


def test_the_page_names_who_may_still_decide(fed_back, team, fgw, as_):
    made = raised(unit_of(fed_back, fgw), team)
    assert "可以复核" in page_of(as_(team["office"]), made) and "吴办" in page_of(as_(team["office"]), made)
    assert "可以复核" not in page_of(as_(team["reporter"]), made), "no affair of the unit's"
    objections.decide(made, REJECTED, by=team["office2"], now=FED_BACK, revision=made.revision)
    assert "可以复核" not in page_of(as_(team["office"]), made)


def test_two_who_both_had_a_hand_in_it_are_told_what_to_do_and_it_works(fed_back, team, fgw, as_, news):
    unit = unit_of(fed_back, fgw)
    stated = state(unit, team["office2"])
    made = raised(unit_of(fed_back, fgw), team)
    assert news[-1].people == {team["office"].pk, team["office2"].pk}
    assert "没有可以复核的人" in news[-1].title
    for someone in (team["office"], team["office2"]):
        shown = page_of(as_(someone), made)
        assert "吴办撤销自己登记的，由周办重新登记，然后由吴办复核" in shown
        assert "系统管理员" in shown
        with pytest.raises(Denied):
            objections.decide(made, REJECTED, by=someone, now=FED_BACK, revision=made.revision)
    adjustments.revoke(stated, "改由初评人登记", by=team["office2"], now=FED_BACK)
    state(unit_of(fed_back, fgw), team["office"])
    assert "吴办" in page_of(as_(team["office"]), made)
    assert objections.decide(made, REJECTED, by=team["office2"], now=FED_BACK, revision=made.revision)


def test_after_the_window_the_way_leads_back_over_the_first_scoring(fed_back, team, fgw, as_):
    unit = unit_of(fed_back, fgw)
    stated = state(unit, team["office2"])
    made = raised(unit_of(fed_back, fgw), team)
    later = fed_back.objections_until + timedelta(days=1)
    out = who_acts.deciders_of(objections.load(made.pk), later).way_out
    assert "退回初评" in out and "由周办重新登记、确认得分" in out and "由吴办复核" in out
    with pytest.raises(WrongState):
        adjustments.revoke(stated, "改由初评人登记", by=team["office2"], now=later)
    done = {"now": later, "by": team["office"]}
    round = rounds.step_back(fed_back, reason="改由他人登记", **done, revision=fed_back.revision)
    adjustments.revoke(stated, "改由初评人登记", by=team["office2"], now=later)
    state(unit_of(round, fgw), team["office"], now=later)
    unit = unit_of(round, fgw)
    confirming.confirm(unit, **done, revision=unit.revision)
    round = rounds.give_back(round, **done, revision=rounds.load(round.pk).revision)
    made = objections.load(made.pk)
    assert objections.decide(made, REJECTED, by=team["office2"], now=later, revision=made.revision)


def test_who_is_alone_in_the_office_is_told_that_another_is_needed(fed_back, team, fgw, as_, news):
    leave(team["office2"])
    made = raised(unit_of(fed_back, fgw), team)
    assert (news[-1].people, "没有可以复核的人" in news[-1].title) == ({team["office"].pk}, True)
    shown = page_of(as_(team["office"]), made)
    assert "请系统管理员为办公室增设在岗人员" in shown and "重新登记" not in shown
    [item] = due.objections_waiting(fed_back.scheme.plan, FED_BACK)
    assert item.silent_for == frozenset(), "else nobody would hear of it again"
    person("office3", Role.OFFICE, "office", full_name="新办")
    assert "新办" in page_of(as_(team["office"]), made)
    [item] = due.objections_waiting(fed_back.scheme.plan, FED_BACK)
    assert item.silent_for == {team["office"].pk}


def test_where_the_scorer_has_gone_each_takes_over_from_the_other(fed_back, team, fgw):
    third = person("office3", Role.OFFICE, "office", full_name="新办")
    state(unit_of(fed_back, fgw), team["office2"])
    state(unit_of(fed_back, fgw), third)
    leave(team["office"])
    found = who_acts.deciders_of(raised(unit_of(fed_back, fgw), team), FED_BACK)
    assert found.people == frozenset()
    assert "吴办撤销自己登记的，由新办重新登记，然后由吴办复核" in found.way_out


def test_who_serves_the_unit_too_does_not_decide_for_it(fed_back, team, fgw):
    made = raised(unit_of(fed_back, fgw), team)
    Post.objects.create(user=team["office2"], role=Role.REPORTER, agency=fgw)
    found = who_acts.deciders_of(objections.load(made.pk), FED_BACK)
    assert found.people == frozenset() and "增设" in found.way_out


# --- the host unit's reviewer ------------------------------------------------------------------------


@pytest.fixture
def host_round(fgw, kjj, team):
    plan = make_year_of_returns(fgw, kjj)
    scheme = make_scheme(team["office"], plan, host=fgw, cross_reviewer=kjj)
    return walk_round(rounds.begin(scheme, by=team["office"], now=BEGUN), State.FIRST, team["office"])


def test_a_reviewing_unit_without_people_is_named_where_the_round_waits_for_it(host_round, team, fgw, as_):
    [left] = rounds.left_to_do(host_round, FIRST)
    assert "还有 2 家没有确认初评" in left
    assert "市科技局没有在岗的填报人或审核人" in left and "系统管理员" in left
    assert "市科技局没有在岗的" in page_of(as_(team["office"]), host_round)
    reviewer = person("kjj", Role.REPORTER, "kjj", full_name="孙填报")
    [left] = rounds.left_to_do(host_round, FIRST)
    assert "没有在岗的" not in left
    unit = unit_of(host_round, fgw)
    assert confirming.confirm(unit, by=reviewer, now=FIRST, revision=unit.revision).scored_by == reviewer


def test_a_unit_all_the_office_serves_is_named_too(round, team, fgw):
    round = walk_round(round, State.FIRST, team["office"])
    for each in ("office", "office2"):
        Post.objects.create(user=team[each], role=Role.REPORTER, agency=fgw)
    [left] = rounds.left_to_do(round, FIRST)
    assert "市发展改革委：办公室在岗人员都在该单位任职，不能评定" in left


def test_an_objection_its_reviewer_cannot_decide_comes_to_the_office(host_round, team, fgw, kjj, as_, news):
    reviewer = person("kjj", Role.REPORTER, "kjj", full_name="孙填报")
    for agency, by in ((fgw, reviewer), (kjj, team["office"])):
        unit = unit_of(host_round, agency)
        confirming.confirm(unit, by=by, now=FIRST, revision=unit.revision)
    rounds.give_back(host_round, by=team["office"], now=FED_BACK, revision=host_round.revision)
    made = raised(unit_of(host_round, fgw), team)
    assert news[-1].people == {team["office"].pk, team["office2"].pk, reviewer.pk}
    assert "请系统管理员为市科技局增设填报人或审核人" in page_of(as_(team["office"]), made)
    second = person("kjj-approver", Role.APPROVER, "kjj", full_name="李审核")
    assert "李审核" in page_of(as_(reviewer), made)
    assert objections.decide(made, REJECTED, by=second, now=FED_BACK, revision=made.revision)


# --- units without an approver -------------------------------------------------------------------------


def test_where_the_approver_is_vacant_another_reporter_signs(round, team, fgw, news, as_):
    leave(team["approver"])
    second = person("fgw-second", Role.REPORTER, "fgw", full_name="新填报")
    unit = claimed(unit_of(round, fgw), team["reporter"])
    unit = self_assessment.hand_in(unit, by=team["reporter"], now=BEGUN, revision=unit.revision)
    assert news[-1].people == {second.pk}
    with pytest.raises(Denied, match="另一位填报人审签，或者请系统管理员补设审核人"):
        self_assessment.sign(unit, by=again(team["reporter"]), now=BEGUN, revision=unit.revision)
    assert "补设审核人" in page_of(as_(team["reporter"]), unit)
    unit = self_assessment.sign(unit, by=second, now=BEGUN, revision=unit.revision)
    assert unit.self_signed_by == second
    round = walk_round(round, State.FEEDBACK, team["office"])
    made = object_to(unit_of(round, fgw), team["reporter"])
    assert news[-1].people == {second.pk}
    with pytest.raises(Denied, match="补设审核人"):
        objections.sign(made, by=again(team["reporter"]), now=FED_BACK, revision=made.revision)
    made = objections.sign(made, by=again(second), now=FED_BACK, revision=made.revision)
    made = objections.withdraw(made, by=again(second), now=FED_BACK, revision=made.revision)
    unit = unit_of(round, fgw)
    assert objections.agree(unit, by=again(team["reporter"]), now=FED_BACK, revision=unit.revision).agreed_at


def test_where_there_is_an_approver_reporters_still_do_not_sign(round, team, fgw):
    second = person("fgw-second", Role.REPORTER, "fgw")
    unit = claimed(unit_of(round, fgw), team["reporter"])
    unit = self_assessment.hand_in(unit, by=team["reporter"], now=BEGUN, revision=unit.revision)
    with pytest.raises(Denied, match="由本单位审核人审签"):
        self_assessment.sign(unit, by=second, now=BEGUN, revision=unit.revision)
    with pytest.raises(Denied, match="由本单位审核人退回"):
        self_assessment.send_back(unit, "再改", by=second, now=BEGUN, revision=unit.revision)
    round = walk_round(round, State.FEEDBACK, team["office"])
    unit = unit_of(round, fgw)
    with pytest.raises(Denied, match="审核人确认"):
        objections.agree(unit, by=second, now=FED_BACK, revision=unit.revision)


def test_the_office_is_told_which_units_nobody_acts_for(round, team, fgw, kjj, as_):
    """市科技局 has nobody, 市发展改革委 nobody to sign: neither holds the round, both should be mended."""
    shown = page_of(as_(team["office"]), round)
    assert "市科技局没有填报人" in shown
    assert not any("市发展改革委" in each for each in who_acts.without_people(round, again(team["office"])))
    leave(team["approver"])
    assert "没有审核人，由另一位填报人审签" in page_of(as_(team["office"]), round)
    person("kjj", Role.REPORTER, "kjj")
    person("kjj-approver", Role.APPROVER, "kjj")
    assert "市科技局没有填报人" not in page_of(as_(team["office"]), round)
    assert "没有填报人" not in page_of(as_(team["reporter"]), round)


def test_an_office_of_one_is_warned_before_it_confirms(round, team, as_):
    assert "只有 1 人在岗" not in page_of(as_(team["office"]), round)
    leave(team["office2"])
    for source in (State.SELF, State.FIRST, State.FEEDBACK):
        round = walk_round(round, source, team["office"])
        assert "办公室只有 1 人在岗" in page_of(as_(team["office"]), round)
    round = walk_round(round, State.DECIDING, team["office"])
    assert "只有 1 人在岗" not in page_of(as_(team["office"]), round)
    assert as_(team["office"]).get(reverse("assessment:home", args=["2030-2032"])).status_code == 200
