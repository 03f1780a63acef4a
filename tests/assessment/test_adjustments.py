"""Points by hand: never without basis and file, within the caps, followed at once, revoked with a reason."""

from datetime import timedelta

import pytest
from django.urls import reverse

from agencies.audit import trail_of
from assessment import adjustments, rounds
from assessment.models import AssessmentRound
from progress.workflow import Incomplete, WrongState
from tests.assessment.round_life import (
    BASE,
    BEGUN,
    DECIDED,
    FED_BACK,
    FIRST,
    confirm_all,
    drafted,
    make_scheme,
    make_year_of_returns,
    state,
    unit_of,
    walk_round,
)
from tests.supervision.order_life import pdf

State = AssessmentRound.State


def test_additions_are_capped_and_followed_at_once(round, team, fgw):
    round = walk_round(round, State.FIRST, team["office"])
    confirm_all(round, team["office"])
    for points in ("3", "4"):
        state(unit_of(round, fgw), team["office"], points=points)
    unit = unit_of(round, fgw)
    assert (unit.total, unit.result["added"]) == (BASE + 5, "5.00"), "the cap of the scheme"
    assert unit.scored_at is None
    made = unit.adjustments.first()
    adjustments.revoke(made, "依据不足", by=team["office2"], now=FED_BACK)
    assert unit_of(round, fgw).total == BASE + 4
    with pytest.raises(WrongState, match="已经撤销"):
        adjustments.revoke(made, "依据不足", by=team["office2"], now=FED_BACK)


def test_what_supports_points_by_hand_is_read_with_the_score(round, team, fgw, as_):
    round = walk_round(round, State.FIRST, team["office"])
    made = state(unit_of(round, fgw), team["office"], now=FIRST)
    address = reverse("assessment:file", args=[made.files.get().pk])

    def reads(person):
        answer = as_(person).get(address)
        return answer.status_code == 200 and bool(answer.getvalue())

    assert reads(team["office2"]) and not reads(team["reporter"]), "not before it is given back"
    confirm_all(round, team["office"])
    walk_round(rounds.load(round.pk), State.FEEDBACK, team["office"])
    assert reads(team["reporter"])


def test_nothing_is_taken_off_once_nobody_can_object(round, team, fgw):
    round = walk_round(round, State.FEEDBACK, team["office"])
    added = state(unit_of(round, fgw), team["office"])
    lost = state(unit_of(round, fgw), team["office"], kind="deduction")
    until = rounds.load(round.pk).objections_until
    late = {"by": team["office"], "now": until + timedelta(seconds=1)}
    state(unit_of(round, fgw), team["office"], kind="deduction", now=until)
    with pytest.raises(WrongState, match="不能再对新的扣减提出异议"):
        state(unit_of(round, fgw), kind="deduction", **late)
    with pytest.raises(WrongState, match="请先退回初评"):
        adjustments.revoke(added, "依据不足", **late)
    # What an objection raised in time comes to is still done.
    adjustments.revoke(lost, "异议成立", **late)
    state(unit_of(round, fgw), **late)


def test_points_by_hand_are_those_of_their_criterion(round, team, fgw):
    round = walk_round(round, State.FIRST, team["office"])
    criterion = round.scheme.criteria.get(formula="by_hand")
    unit = unit_of(round, fgw)
    with pytest.raises(Incomplete):
        state(unit, team["office"], kind="by_hand", points="21", criterion=criterion)
    with pytest.raises(Incomplete):
        state(unit, team["office"], kind="by_hand", points="2", criterion=None)
    state(unit, team["office"], kind="by_hand", points="15", criterion=criterion)
    assert unit_of(round, fgw).total > 0
    with pytest.raises(WrongState, match="已有人工评定"):
        state(unit, team["office"], kind="by_hand", points="16", criterion=criterion)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"basis": " "}, "basis"),
        ({"uploads": []}, "files"),
        ({"points": None}, "points"),
        ({"points": "0"}, "points"),
        ({"points": "-1"}, "points"),
        ({"points": "1.234"}, "points"),
        ({"kind": "praise"}, "kind"),
        ({"kind": "review"}, "kind"),
    ],
)
def test_nothing_is_added_without_its_ground(said, field, round, team, fgw):
    unit = unit_of(round, fgw)
    with pytest.raises(Incomplete) as missing:
        state(unit, team["office"], **said)
    assert field in missing.value.fields
    assert not unit.adjustments.exists()


def test_nothing_is_added_once_it_is_with_the_leading_group(round, team, fgw):
    round = walk_round(round, State.FEEDBACK, team["office"])
    made = state(unit_of(round, fgw), team["office"])
    round = walk_round(round, State.DECIDING, team["office"])
    with pytest.raises(WrongState, match="审定"):
        state(unit_of(round, fgw), team["office"])
    with pytest.raises(WrongState, match="审定"):
        adjustments.revoke(made, "有误", by=team["office"], now=DECIDED)


def test_points_taken_back_without_a_reason_say_so_beside_what_was_typed(round, team, fgw, as_):
    round = walk_round(round, State.FIRST, team["office"])
    made = state(unit_of(round, fgw), team["office"])
    address = f"{made.unit.get_absolute_url()}do/revoke-{made.pk}/"
    for typed, sentence in ((" ", "请写明撤销的原因"), ("长" * 501, "超过 500 字")):
        answer = as_(team["office"]).post(address, {"reason": typed})
        assert answer.status_code == 400
        page = answer.content.decode()
        assert sentence in page and typed.strip() in page
    made.refresh_from_db()
    assert made.revoked_at is None


def test_a_unit_that_knows_its_score_is_told_of_a_change(round, team, fgw, news):
    round = walk_round(round, State.FEEDBACK, team["office"])
    news.clear()
    state(unit_of(round, fgw), team["office"], kind="deduction", points="1")
    assert [(each.people, each.hasty) for each in news] == [
        ({team["reporter"].pk, team["approver"].pk}, True)
    ]


def test_a_veto_counts_where_the_scheme_has_them_on(fgw, kjj, office):
    scheme = make_scheme(
        office, make_year_of_returns(fgw, kjj), own_grades=True, veto_on=True, fair_from=0, good_from=1
    )
    with drafted(scheme):
        item = scheme.veto_items.create(name="弄虚作假", effect="lowest")
    round = walk_round(rounds.begin(scheme, by=office, now=BEGUN), State.FIRST, office)
    criterion = scheme.criteria.get(formula="by_hand")
    for agency in (fgw, kjj):
        state(unit_of(round, agency), office, kind="by_hand", points="20", criterion=criterion)
    before = unit_of(round, fgw)
    assert (before.rank, before.grade) == (1, "good")
    with pytest.raises(Incomplete):
        adjustments.veto(before, item, "查实", [], by=office, now=FIRST)
    made = adjustments.veto(before, item, "查实", [pdf()], by=office, now=FIRST)
    assert unit_of(round, fgw).grade == "poor"
    with pytest.raises(WrongState, match="已经认定"):
        adjustments.veto(before, item, "查实", [pdf()], by=office, now=FIRST)
    adjustments.revoke_veto(made, "查无此事", by=office, now=FIRST)
    assert unit_of(round, fgw).grade == "good"
    with drafted(scheme):
        type(scheme).objects.filter(pk=scheme.pk).update(veto_on=False)
    with pytest.raises(WrongState, match="没有启用"):
        adjustments.veto(before, item, "查实", [pdf()], by=office, now=FIRST)


def test_the_trail_has_neither_points_nor_words(round, team, fgw):
    """It is read by administrators, who see no business content."""
    round = walk_round(round, State.FIRST, team["office"])
    state(unit_of(round, fgw), team["office"], points="2.75", basis="某某通报")
    said = " ".join(f"{each.subject_label} {each.detail}" for each in trail_of(unit_of(round, fgw)))
    assert "2.75" not in said
    assert "某某通报" not in said
