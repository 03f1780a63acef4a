"""The way of a round: the whole table of states and verbs, what each step wants, what it leaves behind."""

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.audit import trail_of
from agencies.models import Agency, AgencySuccession
from agencies.permissions import Denied
from assessment import confirming, objections, rounds
from assessment.models import AssessmentRound, RoundStep
from assessment.year_facts import facts_of_year
from progress.workflow import Incomplete, Stale, WrongState
from tests.assessment.round_life import (
    BASE,
    BEGUN,
    DECIDED,
    FED_BACK,
    FIRST,
    PUBLISHED,
    confirm_all,
    decision,
    make_scheme,
    make_year_of_returns,
    object_to,
    state,
    unit_of,
    walk_round,
)
from tests.factories import SHANGHAI, make_plan, make_task
from tests.supervision.order_life import pdf

State = AssessmentRound.State


def standings(round):
    return dict(round.units.values_list("agency__code", "standing"))


def taking_part(round):
    return {code: standing for code, standing in standings(round).items() if standing != "excluded"}


# --- the story -----------------------------------------------------------------------------------


def test_a_round_goes_from_self_assessment_to_publication(news, team, round, fgw, kjj):
    assert (round.state, taking_part(round)) == (State.SELF, {"fgw": "scored", "kjj": "scored"})
    round = walk_round(round, State.FIRST, team["office"])
    unit = unit_of(round, fgw)
    assert (unit.facts["name"], unit.total, round.facts_at) == (fgw.name, BASE, FIRST)
    round = walk_round(round, State.PUBLISHED, team["office"])
    assert (round.decision, round.circular_number) == ("领导小组第二次会议", "1号")
    assert round.files.get().kind == "scan"
    verbs = ["begin", "close_self", "give_back", "hand_up", "publish"]
    assert [step.verb for step in round.steps.all()] == verbs
    assert [each.verb for each in trail_of(round)][-1] == "启动年度考核"
    own = {team["reporter"].pk, team["approver"].pk}
    heard = [each.title for each in news if each.people == own]
    assert [title[-4:] for title in heard] == ["完成自评", "0前提出", "果已通报"], heard
    assert all(each.url.endswith("/units/fgw/") for each in news if each.people == own)


def test_what_happened_to_a_round_cannot_be_changed(round):
    for statement in ("UPDATE assessment_roundstep SET reason = 'x'", "DELETE FROM assessment_roundstep"):
        with pytest.raises(DatabaseError, match="不可更改或删除"), transaction.atomic():
            connection.cursor().execute(statement)


# --- the table -----------------------------------------------------------------------------------

WAY = (State.SELF, State.FIRST, State.FEEDBACK, State.DECIDING, State.PUBLISHED)


def act(verb, round, by):
    said = {"by": by, "now": PUBLISHED, "revision": round.revision}
    if verb == "publish":
        said |= {"said": decision(), "scan": pdf("纪要.pdf")}
    if verb == "step_back":
        said |= {"reason": "有误"}
    return getattr(rounds, verb)(round, **said)


@pytest.mark.parametrize("source", WAY)
def test_every_verb_from_every_state(source, round, team, leader, admin):
    round = walk_round(round, source, team["office"])
    if source == State.FIRST:
        confirm_all(round, team["office"])
    for verb in {verb for verb, _, _ in rounds.TRANSITIONS}:
        for role in ("reporter", "approver", "leader", "admin"):
            person = {**team, "leader": leader, "admin": admin}[role]
            with pytest.raises(Denied):
                act(verb, round, person)
        with transaction.atomic():
            if (verb, source) in rounds.TARGETS:
                assert act(verb, round, team["office2"]).state == rounds.TARGETS[verb, source]
            else:
                with pytest.raises(WrongState):
                    act(verb, round, team["office2"])
            transaction.set_rollback(True)


def test_the_buttons_are_those_of_the_table(round, team, leader):
    for source in WAY:
        round = walk_round(round, source, team["office"])
        offered = rounds.actions(round, team["office"], PUBLISHED)
        assert {each.verb for each in offered} == {
            verb for verb, start, _ in rounds.TRANSITIONS if start == source
        }
        assert rounds.actions(round, leader, PUBLISHED) == []


def test_of_two_at_once_one_goes_on(round, team):
    seen = round.revision
    rounds.close_self(round, by=team["office"], now=FIRST, revision=seen)
    with pytest.raises(Stale) as late:
        rounds.close_self(round, by=team["office2"], now=FIRST, revision=seen)
    assert late.value.current.state == State.FIRST
    assert RoundStep.objects.filter(verb="close_self").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_at_the_same_moment_one_begins(fgw, office, office2):
    scheme = make_scheme(office, make_year_of_returns(fgw))
    said, gate = [], threading.Barrier(2)

    def begin(person):
        gate.wait()
        try:
            said.append(rounds.begin(scheme, by=person, now=BEGUN).pk)
        except WrongState as wrong:
            said.append(wrong.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin, args=[person]) for person in (office, office2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert {type(each) for each in said} == {int, str}
    assert AssessmentRound.objects.count() == 1


# --- beginning -----------------------------------------------------------------------------------


def test_a_round_begins_once_and_only_under_a_published_scheme(fgw, office):
    draft = make_scheme(office, make_year_of_returns(fgw), published=False)
    with pytest.raises(WrongState, match="没有公布"):
        rounds.begin(draft, by=office, now=BEGUN)
    scheme = make_scheme(office, draft.plan, 2031)
    assert rounds.why_not_begin(None) == rounds.NOT_PUBLISHED
    with pytest.raises(WrongState, match="没有单位承担任务"):
        rounds.begin(make_scheme(office, make_plan("2040-2042"), 2040), by=office, now=BEGUN)
    rounds.begin(scheme, by=office, now=BEGUN)
    with pytest.raises(WrongState, match="已经启动"):
        rounds.begin(scheme, by=office, now=BEGUN)


def body_of(code, name, kind, **fields):
    return Agency.objects.create(code=code, name=name, kind=kind, **fields)


def test_who_is_judged_and_how(fgw, kjj, sixian, office):
    """法检 and 中省直 units are only told, unless the scheme lists them; the office never takes part."""
    court = body_of("court", "市某中级人民法院", "municipal")
    customs = body_of("customs", "某海关", "provincial")
    listed = body_of("listed", "某垂管局", "municipal", vertical=True)
    idle = body_of("idle", "某闲置局", "municipal")
    plan = make_year_of_returns(fgw, court, customs, listed, office.agency)
    task = make_task(9, leads=[kjj], plan=plan)
    round = rounds.begin(make_scheme(office, plan, listed=[listed]), by=office, now=BEGUN)
    assert taking_part(round) == {
        "fgw": "scored",
        "kjj": "scored",
        "court": "feedback",
        "customs": "feedback",
        "listed": "scored",
    }
    assert "未列入" in unit_of(round, court).standing_reason
    # By the time the facts are frozen one has no duty any more, and another has come.
    task.assignments.all().delete()
    make_year_of_returns(idle, plan=plan)
    round = walk_round(round, State.FIRST, office)
    assert (standings(round)["kjj"], standings(round)["idle"]) == ("excluded", "scored")
    without = unit_of(round, kjj)
    assert (without.total, without.result) == (None, None)
    assert "没有承担任务" in without.standing_reason
    told = unit_of(round, court)
    assert (told.total, told.rank, bool(told.result)) == (None, None, True)


def test_a_body_the_plan_never_names_is_listed_as_not_taking_part(fgw, kjj, office):
    gone = body_of("gone", "市某撤销局", "municipal", abolished_on=BEGUN.date())
    earlier = body_of("earlier", "市某更名局", "municipal")
    AgencySuccession.objects.create(predecessor=earlier, successor=kjj, kind="renamed", inferred=True)
    body_of("group", "领导小组", "leading_group")
    round = rounds.begin(make_scheme(office, make_year_of_returns(fgw)), by=office, now=BEGUN)
    assert standings(round)["fgw"] == "scored"
    listed = unit_of(round, kjj)
    assert (listed.standing, listed.unit_class) == ("excluded", "municipal")
    assert "没有承担任务" in listed.standing_reason
    assert not {gone.code, earlier.code, "group", office.agency.code} & set(standings(round))
    round = walk_round(round, State.FIRST, office)
    assert (unit_of(round, kjj).standing, unit_of(round, kjj).result) == ("excluded", None)


def test_the_host_unit_is_reviewed_by_another(fgw, kjj, office, kjj_reporter, kjj_approver):
    plan = make_year_of_returns(fgw, kjj)
    with pytest.raises(WrongState, match="交叉评审"):
        rounds.begin(make_scheme(office, plan, host=fgw), by=office, now=BEGUN)
    assert not AssessmentRound.objects.exists()
    scheme = make_scheme(office, plan, 2031, host=fgw, cross_reviewer=kjj)
    round = walk_round(rounds.begin(scheme, by=office, now=BEGUN), State.FIRST, office)
    unit = unit_of(round, fgw)
    assert unit.reviewer == kjj
    with pytest.raises(Denied, match="交叉评审"):
        confirming.confirm(unit, by=office, now=FIRST, revision=unit.revision)
    with pytest.raises(Denied, match="交叉评审"):
        state(unit, office)
    unit = confirming.confirm(unit, by=kjj_reporter, now=FIRST, revision=unit.revision)
    assert unit.scored_by == kjj_reporter
    assert state(unit, kjj_approver).points == 2
    with pytest.raises(Denied, match="本单位"):
        confirming.confirm(unit_of(round, kjj), by=kjj_reporter, now=FIRST, revision=1)


# --- what a step wants ---------------------------------------------------------------------------


def test_self_assessment_is_waited_for_until_its_end(round, team):
    early = {"by": team["office"], "revision": round.revision}
    with pytest.raises(WrongState, match="还有 2 家没有报出"):
        rounds.close_self(round, now=round.self_until, **early)
    after = round.self_until + timedelta(microseconds=1)
    assert rounds.close_self(round, now=after, **early).state == State.FIRST


def test_every_unit_is_confirmed_before_it_is_told(round, team, fgw):
    round = walk_round(round, State.FIRST, team["office"])
    unit = unit_of(round, fgw)
    confirming.confirm(unit, by=team["office"], now=FIRST, revision=unit.revision)
    with pytest.raises(WrongState, match="还有 1 家没有确认初评：市科技局"):
        rounds.give_back(round, by=team["office"], now=FED_BACK, revision=round.revision)
    with pytest.raises(Stale):
        confirming.confirm(unit, by=team["office2"], now=FIRST, revision=unit.revision)
    confirmed, left = confirm_all(round, team["office2"])
    assert [each.agency.code for each in confirmed] == ["kjj"]
    assert [each.agency.code for each in left] == ["fgw"], "confirmed already"
    assert unit_of(round, fgw).scored_by == team["office"]


def test_the_window_is_waited_out_or_everybody_answers(round, team, fgw, kjj_approver, kjj):
    round = walk_round(round, State.FEEDBACK, team["office"])
    seen = {"by": team["office"], "revision": round.revision}
    for agency, person in ((fgw, team["approver"]), (kjj, kjj_approver)):
        with pytest.raises(WrongState, match="没有答复"):
            rounds.hand_up(round, now=round.objections_until, **seen)
        unit = unit_of(round, agency)
        objections.agree(unit, by=person, now=FED_BACK, revision=unit.revision)
    assert rounds.hand_up(round, now=FED_BACK, **seen).state == State.DECIDING


def test_the_days_are_working_days_of_the_scheme(fgw, office):
    """Told on Wednesday 16 January 2030, three working days end on Monday at the office's hour."""
    scheme = make_scheme(office, make_year_of_returns(fgw), self_days=1, objection_days=3)
    begun = datetime(2030, 1, 11, 9, 0, tzinfo=SHANGHAI)
    round = rounds.begin(scheme, by=office, now=begun)
    assert round.self_until == datetime(2030, 1, 14, 18, 0, tzinfo=SHANGHAI), "over a weekend"
    round = walk_round(round, State.FIRST, office)
    confirm_all(round, office)
    told = datetime(2030, 1, 16, 15, 0, tzinfo=SHANGHAI)
    round = rounds.give_back(round, by=office, now=told, revision=round.revision)
    assert round.objections_until == datetime(2030, 1, 21, 18, 0, tzinfo=SHANGHAI)


def test_an_open_objection_holds_the_round(round, team, fgw):
    round = walk_round(round, State.FEEDBACK, team["office"])
    made = object_to(unit_of(round, fgw), team["reporter"])
    assert rounds.left_to_do(round, DECIDED) == [], "not signed, not raised"
    objections.sign(made, by=team["approver"], now=FED_BACK, revision=1)
    with pytest.raises(WrongState, match="1 件异议没有复核"):
        rounds.hand_up(round, by=team["office"], now=DECIDED, revision=round.revision)


def test_an_objection_signed_while_the_round_steps_holds_it(round, team, fgw, monkeypatch):
    round = walk_round(round, State.FEEDBACK, team["office"])
    made = object_to(unit_of(round, fgw), team["reporter"])
    looked, signed = rounds.left_to_do, []

    def looked_and_then_signed(*said):
        left = looked(*said)
        if not signed:
            signed.append(objections.sign(made, by=team["approver"], now=FED_BACK, revision=1))
        return left

    monkeypatch.setattr(rounds, "left_to_do", looked_and_then_signed)
    with pytest.raises(WrongState, match="1 件异议没有复核"):
        rounds.hand_up(round, by=team["office"], now=DECIDED, revision=round.revision)
    assert rounds.load(round.pk).state == State.FEEDBACK


def test_scores_given_back_anew_are_answered_anew(round, team, fgw, kjj, kjj_approver):
    round = walk_round(round, State.FEEDBACK, team["office"])
    made = object_to(unit_of(round, fgw), team["reporter"])
    made = objections.sign(made, by=team["approver"], now=FED_BACK, revision=1)
    said = objections.Answer("rejected", "维持原评分。")
    objections.decide(made, said, by=team["office2"], now=FED_BACK, revision=made.revision)
    unit = unit_of(round, kjj)
    objections.agree(unit, by=kjj_approver, now=FED_BACK, revision=unit.revision)
    assert rounds.left_to_do(round, FED_BACK) == []
    later = FED_BACK + timedelta(days=1)
    done = {"by": team["office"], "now": later}
    round = rounds.step_back(round, reason="重新核对", **done, revision=round.revision)
    round = rounds.give_back(round, **done, revision=round.revision)
    assert "2 家没有答复" in rounds.left_to_do(round, later)[0], "who objected the first time too"


@pytest.mark.parametrize(
    ("said", "scan", "field"),
    [
        ({"decision": " "}, True, "decision"),
        ({"decided_on": None}, True, "decided_on"),
        ({"decided_on": (PUBLISHED + timedelta(days=1)).date()}, True, "decided_on"),
        ({"decided_on": (BEGUN - timedelta(days=1)).date()}, True, "decided_on"),
        ({"circular_number": "一" * 61}, True, "circular_number"),
        ({}, False, "scan"),
    ],
)
def test_publication_wants_the_decision_and_its_scan(said, scan, field, round, team):
    round = walk_round(round, State.DECIDING, team["office"])
    paper = pdf("纪要.pdf") if scan else None
    done = {"by": team["office"], "now": PUBLISHED, "revision": round.revision}
    with pytest.raises(Incomplete) as missing:
        rounds.publish(round, said=decision(**said), scan=paper, **done)
    assert set(missing.value.fields) == {field}
    assert not round.files.exists()


# --- back ----------------------------------------------------------------------------------------


def test_a_step_back_wants_a_reason_that_everybody_reads(round, team, news):
    round = walk_round(round, State.PUBLISHED, team["office"])
    with pytest.raises(Incomplete):
        rounds.step_back(round, reason=" ", by=team["office"], now=PUBLISHED, revision=round.revision)
    for target in (State.DECIDING, State.FEEDBACK, State.FIRST, State.SELF):
        seen = {"by": team["office2"], "now": PUBLISHED, "revision": round.revision}
        round = rounds.step_back(round, reason="发现错误", **seen)
        assert round.state == target
        assert news[-1].text == "发现错误"
    assert [step.reason for step in round.steps.all()][-4:] == ["发现错误"] * 4
    assert round.self_until > PUBLISHED, "what had passed begins anew"
    assert set(round.units.values_list("total", "facts", "scored_at")) == {(None, None, None)}


def test_what_was_stated_by_hand_survives_a_step_back(round, team, fgw):
    round = walk_round(round, State.FIRST, team["office"])
    state(unit_of(round, fgw), team["office"], points="3")
    assert unit_of(round, fgw).total == BASE + 3
    seen = {"by": team["office"], "now": FIRST, "revision": round.revision}
    round = rounds.step_back(round, reason="补充自评", **seen)
    assert unit_of(round, fgw).total is None
    rounds.close_self(round, by=team["office"], now=DECIDED, revision=round.revision)
    assert unit_of(round, fgw).total == BASE + 3


# --- facts ---------------------------------------------------------------------------------------


def test_a_body_merged_while_its_round_runs_is_said_to_count_for_the_other(round, team, fgw, kjj):
    AgencySuccession.objects.create(predecessor=kjj, successor=fgw, kind="merged", on=date(2030, 12, 1))
    walk_round(round, State.FIRST, team["office"])
    gone = unit_of(round, kjj)
    assert gone.standing == "excluded"
    assert gone.standing_reason == "已由市发展改革委承接，全年情况计入该单位，不单独参评。"
    assert unit_of(round, fgw).facts["merged"] == [kjj.name]


def test_facts_stay_frozen_until_they_are_taken_anew(round, team, fgw, kjj):
    round = walk_round(round, State.FIRST, team["office"])
    confirm_all(round, team["office"])
    report = round.scheme.plan.tasks.get(number=1).reports.get()
    report.waived_at = report.due_at
    report.waived_by, report.waived_reason = team["office"], "免报"
    report.save()
    now = facts_of_year(round.scheme.plan, 2030, FED_BACK)[fgw.pk]
    assert now.returns[0].outcome == "waived"
    assert unit_of(round, fgw).facts["returns"][0]["outcome"] == "missing"
    rounds.take_anew(round, by=team["office2"], now=FED_BACK, revision=round.revision)
    assert unit_of(round, fgw).facts["returns"][0]["outcome"] == "waived"
    step = round.steps.last()
    assert step.verb == "take_anew"
    assert "市发展改革委" in step.reason or "事实有变化" in step.reason
    assert unit_of(round, fgw).scored_at is None, "to be confirmed anew"
    assert unit_of(round, kjj).scored_at is not None
