"""异议: who may write, sign and decide, within the window, and what an answer does to the score."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import transaction
from django.urls import reverse
from docx import Document

from agencies.models import Agency
from agencies.permissions import Denied
from assessment import adjustments, confirming, objections, rounds
from assessment.models import AssessmentRound, Objection
from assessment.objections import Answer
from progress.workflow import Incomplete, Stale, WrongState
from tests.assessment.round_life import (
    BASE,
    BEGUN,
    FED_BACK,
    FIRST,
    make_scheme,
    make_year_of_returns,
    object_to,
    state,
    unit_of,
    walk_round,
)
from tests.supervision.order_life import pdf

State = Objection.State
TICK = timedelta(microseconds=1)


@pytest.fixture
def open_round(round, team):
    """In 反馈复核; every score was confirmed by `office`."""
    return walk_round(round, AssessmentRound.State.FEEDBACK, team["office"])


@pytest.fixture
def unit(open_round, fgw):
    return unit_of(open_round, fgw)


def criterion_of(unit):
    return unit.round.scheme.criteria.get(formula="timeliness")


def raised(unit, team, **said):
    made = object_to(unit, team["reporter"], **said)
    return objections.sign(made, by=team["approver"], now=FED_BACK, revision=made.revision)


def decide(objection, by, outcome="upheld", points=None, answer="经查系统故障属实。", now=FED_BACK, **more):
    said = Answer(outcome, answer, None if points is None else Decimal(points))
    return objections.decide(objection, said, by=by, now=now, revision=objection.revision, **more)


# --- the story -----------------------------------------------------------------------------------


def test_an_objection_that_holds_moves_the_score_and_the_unit_is_told(unit, team, news, fgw):
    assert unit.total == BASE
    made = object_to(unit, team["reporter"], criterion=criterion_of(unit), uploads=[pdf("说明.pdf")])
    assert (made.state, news[-1].people) == (State.AWAITING_APPROVAL, {team["approver"].pk})
    made = objections.sign(made, by=team["approver"], now=FED_BACK, revision=made.revision)
    assert news[-1].people == {team["office2"].pk}, "who did not confirm the score"
    done = decide(made, team["office2"], points="3.33")
    assert (done.state, done.decided_by) == (State.DECIDED, team["office2"])
    after = unit_of(unit.round, fgw)
    assert after.total == BASE + Decimal("3.33")
    review = after.adjustments.get()
    assert (review.kind, review.points, review.objection) == ("review", Decimal("3.33"), done)
    told = news[-1]
    assert (told.people, told.hasty) == ({team["reporter"].pk, team["approver"].pk}, True)
    assert "成立" in told.title


def test_the_answer_never_takes_a_criterion_beyond_its_weight(unit, team, fgw):
    decide(raised(unit, team, criterion=criterion_of(unit)), team["office2"], points="30")
    assert unit_of(unit.round, fgw).total == 100


# --- who -----------------------------------------------------------------------------------------

STATES = (State.AWAITING_APPROVAL, State.RAISED, State.DECIDED, State.WITHDRAWN)
MAY = {"sign": {"approver"}, "withdraw": {"reporter", "approver"}, "decide": {"office2"}}


def in_state(target, unit, team):
    made = object_to(unit, team["reporter"])
    if target in (State.RAISED, State.DECIDED):
        made = objections.sign(made, by=team["approver"], now=FED_BACK, revision=made.revision)
    if target == State.WITHDRAWN:
        made = objections.withdraw(made, by=team["reporter"], now=FED_BACK, revision=made.revision)
    return decide(made, team["office2"], "rejected") if target == State.DECIDED else made


@pytest.mark.parametrize("source", STATES)
def test_every_verb_by_everybody_from_every_state(source, unit, team, leader, kjj_approver):
    made = in_state(source, unit, team)
    acts = {
        "sign": lambda by: objections.sign(made, by=by, now=FED_BACK, revision=made.revision),
        "withdraw": lambda by: objections.withdraw(made, by=by, now=FED_BACK, revision=made.revision),
        "decide": lambda by: decide(made, by, "rejected"),
    }
    everybody = team | {"leader": leader, "another body": kjj_approver}
    for verb, act in acts.items():
        for role, person in everybody.items():
            may = role in MAY[verb] and not (
                verb == "withdraw" and role == "reporter" and source != State.AWAITING_APPROVAL
            )
            with transaction.atomic():
                if not may:
                    with pytest.raises(Denied):
                        act(person)
                elif (verb, source) in objections.TARGETS:
                    assert act(person).state == objections.TARGETS[verb, source]
                else:
                    with pytest.raises(WrongState):
                        act(person)
                transaction.set_rollback(True)


def test_who_confirmed_the_score_sees_a_greyed_button_with_the_reason(unit, team, as_):
    made = raised(unit, team)
    [button] = objections.actions(made, team["office"], FED_BACK)
    assert (button.verb, "初评人不能复核" in button.reason) == ("decide", True)
    assert objections.actions(made, team["office2"], FED_BACK)[0].allowed
    page = as_(team["office"]).get(made.get_absolute_url()).content.decode()
    assert "初评人不能复核对自己评分的异议" in page
    posted = as_(team["office"]).post(f"{made.get_absolute_url()}do/decide/", {"outcome": "upheld"})
    assert posted.status_code == 403


def test_who_gave_points_by_hand_does_not_answer_for_them(unit, team):
    """Of two who scored each may answer for what the other did, if it is not what they stated themselves."""
    awarded = unit.round.scheme.criteria.get(formula="by_hand")
    state(unit, team["office2"], kind="by_hand", points="5", criterion=awarded)
    off = state(unit_of(unit.round, unit.agency), team["office2"], kind="deduction", points="1")
    for about in (awarded, None):
        made = raised(unit, team, criterion=about)
        with pytest.raises(Denied, match="自己登记的"):
            decide(made, team["office2"], "rejected")
        objections.withdraw(made, by=team["approver"], now=FED_BACK, revision=made.revision)
    assert decide(raised(unit, team, criterion=criterion_of(unit)), team["office2"], "rejected").outcome
    for each in (off, unit.adjustments.get(kind="by_hand")):
        adjustments.revoke(each, "改由他人登记", by=team["office2"], now=FED_BACK)
    assert decide(raised(unit, team), team["office2"], "rejected").outcome


def test_nobody_signs_what_they_wrote(unit, team, fgw):
    made = object_to(unit, team["reporter"])
    team["reporter"].posts.create(role="approver", agency=fgw)
    with pytest.raises(Denied, match="填写人不能审签"):
        objections.sign(made, by=again(team["reporter"]), now=FED_BACK, revision=made.revision)


def again(user):
    return type(user).objects.get(pk=user.pk)


def test_a_body_without_an_approver_raises_at_once(open_round, team, fgw):
    Agency.objects.filter(pk=fgw.pk).update(needs_approver=False)
    assert object_to(unit_of(open_round, fgw), team["reporter"]).state == State.RAISED


def test_the_host_unit_is_answered_by_its_reviewer(fgw, kjj, team, kjj_reporter, kjj_approver):
    plan = make_year_of_returns(fgw, kjj)
    scheme = make_scheme(team["office"], plan, host=fgw, cross_reviewer=kjj)
    round = rounds.begin(scheme, by=team["office"], now=BEGUN)
    round = walk_round(round, AssessmentRound.State.FIRST, team["office"])
    for agency, person in ((fgw, kjj_reporter), (kjj, team["office"])):
        each = unit_of(round, agency)
        confirming.confirm(each, by=person, now=FIRST, revision=each.revision)
    rounds.give_back(round, by=team["office"], now=FED_BACK, revision=round.revision)
    made = raised(unit_of(round, fgw), team)
    for person in (team["office2"], kjj_reporter):
        with pytest.raises(Denied):
            decide(made, person)
    assert decide(made, kjj_approver).decided_by == kjj_approver


# --- when ----------------------------------------------------------------------------------------


def test_the_window_ends_to_the_instant(unit, team):
    until = unit.round.objections_until
    made = object_to(unit, team["reporter"], now=until)
    with pytest.raises(WrongState, match="截止"):
        objections.sign(made, by=team["approver"], now=until + TICK, revision=made.revision)
    assert objections.sign(made, by=team["approver"], now=until, revision=made.revision).state == State.RAISED
    with pytest.raises(WrongState, match="截止"):
        object_to(unit, team["reporter"], now=until + TICK, criterion=criterion_of(unit))
    later = decide(Objection.objects.get(pk=made.pk), team["office2"], now=until + timedelta(days=3))
    assert later.state == State.DECIDED, "what was raised in time is answered whenever"


def test_one_open_objection_a_criterion(unit, team):
    object_to(unit, team["reporter"])
    object_to(unit, team["reporter"], criterion=criterion_of(unit))
    with pytest.raises(WrongState, match="已有一件异议"):
        object_to(unit, team["reporter"])


def test_an_objection_takes_back_the_agreement(unit, team, fgw):
    agreed = objections.agree(unit, by=team["approver"], now=FED_BACK, revision=unit.revision)
    assert agreed.agreed_by == team["approver"]
    object_to(agreed, team["reporter"])
    assert unit_of(unit.round, fgw).agreed_at is None
    with pytest.raises(WrongState, match="没有办结"):
        objections.agree(unit_of(unit.round, fgw), by=team["approver"], now=FED_BACK, revision=0)


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"outcome": "maybe"}, "outcome"),
        ({"answer": " "}, "answer"),
        ({"answer": "多" * 2001}, "answer"),
        ({"outcome": "rejected", "points": "1"}, "points"),
        ({"points": "100.01"}, "points"),
        ({"points": "0.001"}, "points"),
    ],
)
def test_an_answer_says_what_and_why(said, field, unit, team):
    made = raised(unit, team, criterion=criterion_of(unit))
    with pytest.raises(Incomplete) as missing:
        decide(made, team["office2"], **said)
    assert set(missing.value.fields) == {field}


def test_points_need_a_criterion(unit, team):
    with pytest.raises(Incomplete):
        decide(raised(unit, team), team["office2"], points="1")


def test_of_two_who_decide_one_does(unit, team):
    made = raised(unit, team)
    decide(made, team["office2"], "rejected")
    with pytest.raises(Stale):
        objections.withdraw(made, by=team["approver"], now=FED_BACK, revision=made.revision)


# --- pages and papers ----------------------------------------------------------------------------


def test_an_objection_from_page_to_paper(unit, team, as_):
    place = [unit.round.scheme.plan.code, 2030]
    sheet = unit.get_absolute_url()
    typed = {"text": "系统故障导致迟报。", "criterion": criterion_of(unit).pk}
    refused = as_(team["reporter"]).post(f"{sheet}do/object/", typed | {"text": " "})
    assert (refused.status_code, "请写明对哪一项有异议" in refused.content.decode()) == (400, True)
    assert as_(team["reporter"]).post(f"{sheet}do/object/", typed).status_code == 302
    made = objections.load(unit.objections.get().pk)
    page = reverse("assessment:objection", args=[*place, made.pk])
    signed = as_(team["approver"]).post(f"{page}do/sign/", {"revision": made.revision})
    assert signed.status_code == 302
    made.refresh_from_db()
    refused = as_(team["office2"]).post(f"{page}do/decide/", {"revision": made.revision, "answer": "查明"})
    assert (refused.status_code, "请选择复核结论" in refused.content.decode()) == (400, True)
    answered = {"revision": made.revision, "outcome": "partly", "answer": "经查部分属实。", "points": "2"}
    assert as_(team["office2"]).post(f"{page}do/decide/", answered).status_code == 302
    paper = as_(team["reporter"]).get(f"{page}paper/").content.decode()
    assert "年度考核异议复核意见书" in paper
    word = as_(team["reporter"]).get(reverse("assessment:objection_word", args=[*place, made.pk]))
    lines = [each.text for each in Document(BytesIO(word.content)).paragraphs]
    assert "年度考核异议复核意见书" in lines
    assert f"{unit.name}：" in lines
    assert "系统故障导致迟报。" in lines
    assert any("经复核，异议部分成立。经查部分属实。" in each for each in lines)
    assert any("增加2" in each for each in lines)
    export = reverse("assessment:objections_export", args=place)
    assert as_(team["office"]).get(export).status_code == 200
    # What was answered stays as it was answered, though the unit is merged into another afterwards.
    type(unit).objects.filter(pk=unit.pk).update(standing="excluded")
    assert "得分增加2" in as_(team["reporter"]).get(f"{page}paper/").content.decode()


def test_nothing_is_withdrawn_once_the_round_has_gone_on(open_round, unit, team):
    made = object_to(unit, team["reporter"])
    walk_round(open_round, AssessmentRound.State.DECIDING, team["office"])
    with pytest.raises(WrongState, match="审定"):
        objections.withdraw(made, by=team["reporter"], now=FED_BACK, revision=made.revision)


def test_what_is_not_signed_is_seen_by_the_unit_alone(unit, team, as_, kjj_reporter):
    made = object_to(unit, team["reporter"], uploads=[pdf()])
    file = reverse("assessment:file", args=[made.files.get().pk])
    seen = {"reporter": 200, "approver": 200, "office": 404}
    for role, status in seen.items():
        assert as_(team[role]).get(made.get_absolute_url()).status_code == status
        assert status_of(as_(team[role]), file) == status
    objections.sign(made, by=team["approver"], now=FED_BACK, revision=made.revision)
    assert status_of(as_(team["office"]), file) == 200
    assert status_of(as_(kjj_reporter), file) == 404
    assert as_(kjj_reporter).get(made.get_absolute_url()).status_code == 404


def status_of(client, address):
    """The status of an answer that may be a file, read to its end."""
    answer = client.get(address)
    if answer.streaming:
        answer.getvalue()
    return answer.status_code
