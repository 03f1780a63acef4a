"""自评: written by one, signed by another, and what the pages of a round show to whom."""

from decimal import Decimal

import pytest
from django.urls import reverse

from agencies.audit import trail_of
from agencies.duties import kinds
from agencies.models import Agency, Role
from agencies.permissions import Denied
from assessment import objections, rounds, self_assessment
from assessment.models import AssessmentRound, UnitScore
from progress.workflow import Incomplete, Stale, WrongState
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
from tests.supervision.order_life import pdf

State = AssessmentRound.State


def due(kind, round, now):
    return kinds()[kind].find(round.scheme.plan, now)


def hand_in(unit, by):
    return self_assessment.hand_in(unit, by=by, now=BEGUN, revision=unit.revision)


# --- the story -----------------------------------------------------------------------------------


def test_it_is_written_by_one_and_signed_by_another(round, team, fgw, news):
    unit = claimed(unit_of(round, fgw), team["reporter"], uploads=[pdf("台账.pdf")])
    assert {each.points for each in unit.self_scores.all()} == {Decimal(10)}
    assert [each.agency for each in due("self_assessment", round, BEGUN)] == [fgw.pk, unit_of_kjj(round)]
    unit = hand_in(unit, team["reporter"])
    assert news[-1].people == {team["approver"].pk}
    waits = due("self_assessment", round, BEGUN)[0]
    assert (waits.at, waits.silent_for) == (round.self_until, {team["reporter"].pk})
    unit = self_assessment.sign(unit, by=team["approver"], now=BEGUN, revision=unit.revision)
    assert (unit.self_signed_by, unit.self_note) == (team["approver"], "自评说明")
    assert [each.agency for each in due("self_assessment", round, BEGUN)] == [unit_of_kjj(round)]
    # Thirty of a hundred points, each criterion of its own weight.
    assert self_assessment.self_total(list(unit.self_scores.select_related("criterion"))) == 30
    with pytest.raises(Incomplete, match="写明原因"):
        claimed(unit, team["reporter"], points=20)
    again = claimed(unit, team["reporter"], points=20, reason="漏计一项。")
    assert "漏计一项。" in str(trail_of(again)[0].detail)
    assert (again.self_signed_at, again.self_written_at) == (None, None), "what is changed is signed anew"


def test_what_was_signed_is_changed_on_the_page_only_with_a_reason(round, team, fgw, as_):
    unit = hand_in(claimed(unit_of(round, fgw), team["reporter"]), team["reporter"])
    client, page = as_(team["reporter"]), f"{unit.get_absolute_url()}self/"
    assert "修改原因" not in client.get(page).text, "what still waits for the signature is simply changed"
    unit = self_assessment.sign(unit, by=team["approver"], now=BEGUN, revision=unit.revision)
    assert "修改原因" in client.get(page).text
    points = {f"points-{each.pk}": "5" for each in round.scheme.criteria.all()}
    said = {"revision": unit.revision, "note": "改过的说明", **points}
    refused = client.post(page, said)
    assert refused.status_code == 400 and "写明原因" in refused.text and "改过的说明" in refused.text
    assert unit_of(round, fgw).self_signed_at is not None
    assert client.post(page, said | {"reason": "漏计一项。"}).status_code == 302
    assert unit_of(round, fgw).self_signed_at is None
    assert "漏计一项。" in client.get(f"{unit.get_absolute_url()}history/").text


def unit_of_kjj(round):
    return round.units.get(agency__code="kjj").agency_id


def test_who_may_do_what(round, team, fgw, kjj_reporter, kjj_approver, leader):
    unit = unit_of(round, fgw)
    for stranger in (team["office"], team["approver"], kjj_reporter, leader):
        with pytest.raises(Denied):
            claimed(unit, stranger)
    unit = hand_in(claimed(unit, team["reporter"]), team["reporter"])
    both = person("both", Role.REPORTER, "fgw")
    both.posts.create(role=Role.APPROVER, agency=fgw)
    for stranger in (team["office"], team["reporter"], kjj_approver):
        with pytest.raises(Denied):
            self_assessment.sign(unit, by=stranger, now=BEGUN, revision=unit.revision)
    with pytest.raises(Incomplete):
        self_assessment.send_back(unit, " ", by=team["approver"], now=BEGUN, revision=unit.revision)
    unit = self_assessment.send_back(unit, "补数据", by=team["approver"], now=BEGUN, revision=unit.revision)
    unit = hand_in(unit, type(both).objects.get(pk=both.pk))
    with pytest.raises(Denied, match="填写人不能审签"):
        self_assessment.sign(unit, by=both, now=BEGUN, revision=unit.revision)


def test_a_body_without_an_approver_hands_in_at_once(round, team, fgw):
    Agency.objects.filter(pk=fgw.pk).update(needs_approver=False)
    unit = claimed(unit_of(round, fgw), team["reporter"])
    assert hand_in(unit, team["reporter"]).self_signed_by == team["reporter"]


def test_late_is_possible_until_the_office_goes_on(round, team, fgw):
    late = round.self_until + (round.self_until - BEGUN)
    unit = claimed(unit_of(round, fgw), team["reporter"], now=late)
    walk_round(round, State.FIRST, team["office"])
    with pytest.raises(WrongState, match="初评"):
        claimed(unit, team["reporter"], now=late)


def test_wrong_points_are_refused_and_nothing_is_kept(round, team, fgw):
    unit = unit_of(round, fgw)
    for points in ("51", "-1", "1.234"):
        with pytest.raises(Incomplete):
            claimed(unit, team["reporter"], points=points)
    assert not unit.self_scores.exists()
    with pytest.raises(Incomplete):
        hand_in(unit, team["reporter"])
    claimed(unit, team["reporter"])
    with pytest.raises(Stale):
        claimed(unit, team["reporter"])


def test_what_is_refused_leaves_the_page_good(round, team, fgw, as_):
    """保存并提交 of nothing saves nothing, so that the corrected form is not refused as somebody else's."""
    unit = unit_of(round, fgw)
    page, reporter = f"{unit.get_absolute_url()}self/", as_(team["reporter"])
    first = round.scheme.criteria.first()
    typed = {"revision": unit.revision, "note": "全年说明", "then": "hand_in"}
    refused = reporter.post(page, typed)
    assert refused.status_code == 400 and "请至少为一个考核项目" in refused.content.decode()
    assert unit_of(round, fgw).revision == unit.revision
    unmeasured = reporter.post(page, typed | {f"evidence-{first.pk}": "有年报可查"})
    assert unmeasured.status_code == 400 and not unit_of(round, fgw).self_note
    alone = reporter.post(page, typed | {f"evidence-{first.pk}": "有年报可查", "then": "save"})
    said = alone.content.decode()
    assert (alone.status_code, "写了佐证，请填自评得分" in said, "有年报可查" in said) == (400, True, True)
    assert reporter.post(page, typed | {f"points-{first.pk}": "40"}).status_code == 302
    again = reporter.post(page, typed | {f"points-{first.pk}": "40"})
    assert again.status_code == 412 and "内容与您填写的相同" in again.content.decode()


def test_what_comes_after_the_stage_is_refused_but_not_lost(round, team, fgw, as_):
    unit = unit_of(round, fgw)
    walk_round(round, State.FIRST, team["office"])
    page, reporter = f"{unit.get_absolute_url()}self/", as_(team["reporter"])
    refused = reporter.post(page, {"revision": unit.revision, "note": "写了一上午的说明"})
    said = refused.content.decode()
    assert (refused.status_code, "写了一上午的说明" in said, "没有保存" in said) == (409, True, True)
    assert not unit_of(round, fgw).self_note
    assert reporter.get(page).status_code == 302


# --- what is due ---------------------------------------------------------------------------------


def test_a_window_is_due_until_one_answers_or_it_is_over(round, team, fgw, kjj):
    round = walk_round(round, State.FEEDBACK, team["office"])
    assert due("self_assessment", round, FED_BACK) == []
    assert [each.agency for each in due("score_answer", round, FED_BACK)] == [fgw.pk, kjj.pk]
    unit = unit_of(round, fgw)
    made = object_to(unit, team["reporter"])
    assert [each.agency for each in due("score_answer", round, FED_BACK)] == [kjj.pk]
    assert due("objection", round, FED_BACK) == []
    objections.sign(made, by=team["approver"], now=FED_BACK, revision=made.revision)
    [waiting] = due("objection", round, FED_BACK)
    assert (waiting.agency, waiting.at, waiting.silent_for) == (None, FED_BACK, {team["office"].pk})
    assert due("score_answer", round, round.objections_until + (FED_BACK - BEGUN)) == []


# --- pages ---------------------------------------------------------------------------------------


def test_a_form_keeps_what_was_typed(round, team, fgw, as_):
    unit = unit_of(round, fgw)
    page, reporter = f"{unit.get_absolute_url()}self/", as_(team["reporter"])
    first, second, third = round.scheme.criteria.all()
    typed = {"revision": unit.revision, f"points-{first.pk}": "60", "note": "全年说明"}
    refused = reporter.post(page, typed)
    said = refused.content.decode()
    assert (refused.status_code, "请填 0 至 50" in said, "全年说明" in said) == (400, True, True)
    typed |= {f"points-{first.pk}": "45.5", f"evidence-{first.pk}": "年度报告", "then": "hand_in"}
    assert reporter.post(page, typed).status_code == 302
    fresh = unit_of(round, fgw)
    assert (fresh.self_written_by, fresh.self_scores.get().points) == (team["reporter"], Decimal("45.5"))
    stale = reporter.post(page, typed | {"note": "另一份说明"})
    said = stale.content.decode()
    assert (stale.status_code, "另一份说明" in said, "全年说明" in said) == (412, True, True)
    approver, sign = as_(team["approver"]), f"{unit.get_absolute_url()}do/sign/"
    assert approver.post(sign, {"revision": unit.revision}).status_code == 412
    assert approver.post(sign, {"revision": fresh.revision}).status_code == 302
    assert "45.50" in as_(team["office"]).get(unit.get_absolute_url()).content.decode()


def text_of(client, address):
    return client.get(address).content.decode()


def test_a_unit_sees_its_own_score_when_it_is_fed_back_and_others_never(round, team, fgw, kjj, as_, leader):
    own = unit_of(round, fgw).get_absolute_url()
    other = unit_of(round, kjj).get_absolute_url()
    round = walk_round(round, State.FIRST, team["office"])
    state(unit_of(round, fgw), team["office"], points="1.23")
    assert "97.90" in text_of(as_(team["office"]), own)
    assert "97.90" not in text_of(as_(team["reporter"]), own)
    assert as_(leader).get(own).status_code == as_(team["reporter"]).get(other).status_code == 404
    round = walk_round(round, State.FEEDBACK, team["office"])
    assert "97.90" in text_of(as_(team["reporter"]), own)
    assert kjj.name not in text_of(as_(team["reporter"]), round.get_absolute_url())
    round = walk_round(round, State.DECIDING, team["office"])
    assert as_(leader).get(own).status_code == 200
    assert kjj.name in text_of(as_(leader), round.get_absolute_url())
    round = walk_round(round, State.PUBLISHED, team["office"])
    assert kjj.name in text_of(as_(team["reporter"]), round.get_absolute_url())
    assert as_(team["reporter"]).get(other).status_code == 404, "own detail only"


def test_facts_of_a_sensitive_task_lead_nowhere_for_who_may_not_know_it(
    fgw, kjj, team, as_, leader, kjj_reporter
):
    plan = make_year_of_returns(fgw, kjj)
    plan.tasks.filter(number=1).update(is_sensitive=True)
    link = f'href="{plan.tasks.get(number=1).address("2030Q4")}"'
    scheme = make_scheme(team["office"], plan, host=fgw, cross_reviewer=kjj)
    round = rounds.begin(scheme, by=team["office"], now=BEGUN)
    round = rounds.close_self(round, by=team["office"], now=FIRST, revision=round.revision)
    sheet = unit_of(round, fgw).get_absolute_url()
    assert link in text_of(as_(team["office"]), sheet)
    reviewed = text_of(as_(kjj_reporter), sheet)
    assert "漏报" in reviewed and link not in reviewed
    AssessmentRound.objects.update(state=State.DECIDING)
    for reader, there in ((leader, False), (team["reporter"], True)):
        shown = text_of(as_(reader), sheet)
        assert "漏报" in shown and (link in shown) is there
    plan.tasks.update(is_sensitive=False)
    UnitScore.objects.update(result=None, facts=None)
    AssessmentRound.objects.update(state=State.FIRST)
    round.refresh_from_db()
    rounds.take_anew(round, by=team["office"], now=FIRST, revision=round.revision)
    assert link in text_of(as_(kjj_reporter), sheet), "the control: of another task it may follow the link"


def test_a_reviewing_body_is_led_only_to_what_it_may_open(fgw, kjj, team, as_, kjj_reporter):
    plan = make_year_of_returns(fgw, kjj)
    scheme = make_scheme(team["office"], plan, host=fgw, cross_reviewer=kjj)
    round = rounds.begin(scheme, by=team["office"], now=BEGUN)
    rounds.close_self(round, by=team["office"], now=FIRST, revision=round.revision)
    sheet, address = unit_of(round, fgw).get_absolute_url(), plan.tasks.get(number=1).reports.get()
    address = address.get_absolute_url()
    assert as_(team["office"]).get(address).status_code == 200
    assert as_(kjj_reporter).get(address).status_code == 404
    assert f'href="{address}"' in text_of(as_(team["office"]), sheet)
    reviewed = text_of(as_(kjj_reporter), sheet)
    assert "漏报" in reviewed and f'href="{address}"' not in reviewed


def test_a_reviewing_body_learns_no_rank_before_it_is_published(fgw, kjj, team, as_, kjj_reporter, leader):
    """A rank tells of the others, which the reviewer is one of."""
    plan = make_year_of_returns(fgw, kjj)
    scheme = make_scheme(team["office"], plan, host=fgw, cross_reviewer=kjj, own_grades=True)
    round = rounds.begin(scheme, by=team["office"], now=BEGUN)
    rounds.close_self(round, by=team["office"], now=FIRST, revision=round.revision)
    sheet = unit_of(round, fgw).get_absolute_url()
    for stage, readers in (
        (State.DECIDING, {kjj_reporter: False, team["reporter"]: False, leader: True, team["office"]: True}),
        (State.PUBLISHED, {kjj_reporter: True, team["reporter"]: True}),
    ):
        AssessmentRound.objects.update(state=stage)
        for reader, told in readers.items():
            assert ("本类名次" in text_of(as_(reader), sheet)) is told, (stage, reader)


def test_the_office_confirms_many_and_states_by_hand_on_the_page(round, team, fgw, as_):
    round = walk_round(round, State.FIRST, team["office"])
    office, place = as_(team["office"]), [round.scheme.plan.code, 2030]
    confirm = reverse("assessment:confirm_many", args=place)
    assert office.post(confirm, {}).status_code == 302
    ticked = [f"{each.pk}:{each.revision}" for each in round.units.all()]
    assert office.post(confirm, {"unit": [*ticked, "x:y"]}).status_code == 302
    assert round.units.filter(scored_by=team["office"]).count() == 2
    adjust = f"{unit_of(round, fgw).get_absolute_url()}do/adjust/"
    typed = {"kind": "addition", "points": "2", "basis": "市委文件"}
    refused = office.post(adjust, typed)
    said = refused.content.decode()
    assert (refused.status_code, "没有附件不能登记" in said, "市委文件" in said) == (400, True, True)
    assert office.post(adjust, typed | {"files": [pdf()]}).status_code == 302
    made = unit_of(round, fgw).adjustments.get()
    revoke = f"{unit_of(round, fgw).get_absolute_url()}do/revoke-{made.pk}/"
    assert office.post(revoke, {"reason": ""}).status_code == 400
    assert office.post(revoke, {"reason": "依据不足"}).status_code == 302
    give_back = reverse("assessment:round_verb", args=[*place, "give_back"])
    early = office.post(give_back, {"revision": round.revision})
    assert (early.status_code, "还有 1 家没有确认初评" in early.content.decode()) == (409, True)
    assert office.post(give_back, {"revision": round.revision + 1}).status_code == 412


def test_a_round_is_begun_on_the_page_and_only_with_a_scheme(scheme, team, as_):
    office, place = as_(team["office"]), [scheme.plan.code]
    home = reverse("assessment:home", args=place)
    assert "启动年度考核" in text_of(office, home)
    begin = [reverse("assessment:round_begin", args=[*place, year]) for year in (2031, 2030)]
    assert "没有公布" in office.post(begin[0], follow=True).content.decode()
    assert office.post(begin[1]).status_code == 302
    assert AssessmentRound.objects.get().scheme == scheme
    assert "已经启动" in office.post(begin[1], follow=True).content.decode()
    assert "自评未报出" in text_of(as_(team["reporter"]), home)
    desk = reverse("assessment:desk_box", args=place)
    assert "自评" in text_of(as_(team["reporter"]), desk)
