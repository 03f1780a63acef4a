"""The life of a supervision order: the whole table, who may do what, numbers, limits, what never happens."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.audit import trail_of
from agencies.models import Agency, AuditEvent
from agencies.permissions import Denied
from progress.calendar import working_day_after
from progress.filetypes import Refused
from progress.timetable import DUE_HOUR, local
from progress.workflow import Incomplete, Stale, WrongState
from supervision import feedback, kinds, more_time, order_drafts, order_rules, orders
from supervision.models import (
    KindRule,
    OrderFeedback,
    OrderKind,
    OrderSeries,
    OrderStep,
    SupervisionFile,
    SupervisionOrder,
)
from tests.factories import make_task
from tests.supervision.order_life import MORNING, answer, make_order, pdf, said_in, sign, walk_order

State = SupervisionOrder.State
TICK = timedelta(microseconds=1)


@pytest.fixture
def order(fgw, office):
    return make_order(fgw, by=office)


@pytest.fixture
def team(office, office2, reporter, approver):
    return {"office": office, "office2": office2, "reporter": reporter, "approver": approver}


def fresh(order):
    return SupervisionOrder.objects.get(pk=order.pk)


# --- the story -----------------------------------------------------------------------------------


def test_an_order_goes_from_draft_to_closed(order, team, news):
    assert (order.state, order.full_number, order.due_at) == (State.DRAFT, "", None)
    order = walk_order(order, State.ISSUED, **team)
    assert order.full_number == "宿长三角督〔2026〕1号"
    assert order.due_at == local(working_day_after(MORNING.date(), 15), DUE_HOUR)
    assert (order.level, order.signer, order.signed_on) == ("office_head", "周主任", date(2026, 9, 1))
    assert SupervisionFile.objects.get(order=order).kind == SupervisionFile.Kind.SCAN
    order = walk_order(order, State.CLOSED, **team)
    assert (order.closed_by, order.was_late()) == (team["office"], False)
    verbs = ["draft", "send_to_check", "check", "issue", "sign_for", "hand_in", "approve_feedback"]
    assert [step.verb for step in order.steps.all()] == [*verbs, "accept_feedback"]
    assert trail_of(order).count() == len(verbs) + 2, "and the scan"
    issued = next(each for each in news if each.title.startswith("收到"))
    assert issued.people == {team["reporter"].pk, team["approver"].pk}
    assert news[-1].people == {team["reporter"].pk, team["approver"].pk}


def test_the_trail_has_none_of_the_words(order, team):
    """It is read by administrators, who see no business content."""
    walk_order(order, State.CLOSED, **team)
    said = " ".join(f"{each.subject_label} {each.detail}" for each in AuditEvent.objects.all())
    assert not any(words in said for words in (order.title, order.requirement, "已完成前期工作"))


def test_the_way_of_an_order_cannot_be_changed(order, team):
    walk_order(order, State.ISSUED, **team)
    for statement in ("UPDATE supervision_orderstep SET words = ''", "DELETE FROM supervision_orderstep"):
        with pytest.raises(DatabaseError, match="不可更改或删除"), transaction.atomic():
            connection.cursor().execute(statement)


def test_each_mark_and_year_counts_on_its_own(fgw, team):
    first = walk_order(make_order(fgw, by=team["office"]), State.ISSUED, **team)
    next_year = datetime(2027, 1, 5, 9, tzinfo=MORNING.tzinfo)
    other = walk_order(make_order(fgw, by=team["office"], now=next_year), State.ISSUED, **team, now=next_year)
    second = walk_order(make_order(fgw, by=team["office"]), State.ISSUED, **team)
    assert [each.number for each in (first, other, second)] == [1, 1, 2]
    levels = kinds.levels_of(first.plan)
    days = {"urgent_days": 3, "ordinary_days": 10, "hard_days": 20}
    order_rules.set_rules(first.plan, mark="宿办督", **days, levels=levels, by=team["office"], now=MORNING)
    third = walk_order(make_order(fgw, by=team["office"]), State.ISSUED, **team)
    assert third.full_number == "宿办督〔2026〕1号"
    assert third.due_at == local(working_day_after(MORNING.date(), 10), DUE_HOUR)
    assert fresh(second).full_number == "宿长三角督〔2026〕2号"


def test_a_paper_passed_on_takes_no_number_of_ours(sixian, team):
    order = make_order(sixian, by=team["office"], kind=OrderKind.PASSED_ON)
    order = walk_order(order, State.SIGNING, **team)
    with pytest.raises(Incomplete) as refused:
        sign(order, team["office"], outside_number=" ")
    assert set(refused.value.fields) == {"outside_number"}
    order = sign(order, team["office"])
    assert (order.full_number, order.number, order.year) == ("宿办函〔2026〕8号", None, None)
    assert not OrderSeries.objects.exists()


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (OrderKind.ORDER, "office_head"),
        (OrderKind.IMPROVEMENT, "deputy_head"),
        (OrderKind.TALK, "group_head"),
    ],
)
def test_each_kind_is_signed_at_its_level_and_remembers_it(kind, level, fgw, team):
    order = walk_order(make_order(fgw, by=team["office"], kind=kind), State.ISSUED, **team)
    assert order.level == level
    KindRule.objects.create(plan=order.plan, kind=kind, level="group_head")
    assert kinds.level_for(order.plan, kind) == "group_head"
    assert fresh(order).level == level


# --- who may be ordered --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "vertical", "usual", "refused"),
    [
        ("市商务局", "municipal", False, "order", ()),
        ("市委某部", "party", False, "order", ()),
        ("某园区", "park", False, "order", ()),
        ("某县人民政府", "county", False, "notice", ("order",)),
        ("市中院", "municipal", False, "notice", ("order", "improvement", "talk")),
        ("市检察院", "municipal", False, "notice", ("order", "improvement", "talk")),
        ("某海关", "provincial", True, "notice", ("order", "improvement", "talk")),
        ("某垂管局", "municipal", True, "notice", ("order", "improvement", "talk")),
        ("领导小组", "leading_group", False, None, OrderKind.values),
    ],
)
def test_the_kind_follows_the_addressee(name, kind, vertical, usual, refused):
    body = Agency(name=name, kind=kind, vertical=vertical)
    assert {each for each in OrderKind.values if kinds.why_not_kind(each, body)} == set(refused)
    if usual:
        assert kinds.kind_for(body) == usual


def test_an_order_to_a_county_is_refused_with_the_way_out(sixian, office):
    with pytest.raises(Incomplete) as refused:
        make_order(sixian, by=office, kind=OrderKind.ORDER)
    assert "不能直接下督办单，请改用工作提示函" in refused.value.fields["kind"]
    assert not SupervisionOrder.objects.exists()


def test_a_body_that_may_not_know_of_a_sensitive_task_is_not_ordered_about_it(fgw, kjj, office):
    task = make_task(7, leads=[kjj], is_sensitive=True)
    for said in ({"tasks": [task]}, {"tasks": [task], "helpers": [kjj]}):
        with pytest.raises(Incomplete) as refused:
            make_order(fgw, by=office, **said)
        assert "敏感任务" in refused.value.fields["tasks"]
    assert make_order(kjj, by=office, tasks=[task])


def test_a_body_whose_duty_on_a_sensitive_task_has_ended_is_told_no_more(fgw, kjj, office, team, news):
    task = make_task(7, leads=[fgw, kjj], is_sensitive=True)
    order = walk_order(make_order(fgw, by=office, tasks=[task], helpers=[kjj]), "issued", **team)
    assert team["reporter"].pk in news[-1].people
    task.assignments.filter(agency=fgw).update(valid_until=date(2026, 8, 31))
    heard = len(news)
    orders.close(order, by=office, now=MORNING, revision=order.revision, reason="另行部署")
    assert not any(team["reporter"].pk in each.people for each in news[heard:])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"title": "一\n二"}, "title"),
        ({"requirement": ""}, "requirement"),
        ({"requirement": "长" * 3001}, "requirement"),
        ({"basis": "长" * 1001}, "basis"),
        ({"agency": None}, "agency"),
        ({"wanted_on": date(2026, 8, 31)}, "wanted_on"),
    ],
)
def test_a_wrong_draft_is_named_by_field(changes, field, fgw, office):
    with pytest.raises(Incomplete) as refused:
        order_drafts.draft(None, said_in(fgw) | changes, by=office, now=MORNING)
    assert set(refused.value.fields) == {field}


# --- the table -----------------------------------------------------------------------------------

OFFICE, CHECKER = {"office", "office2"}, {"office2"}
# Who may do each verb from each state; everybody and everything else is refused. An order in `working` has
# either nothing handed in ("working") or a feedback that waits for the body's approver ("unsigned").
ALLOWED = {
    ("draft", "edit"): OFFICE,
    ("draft", "send_to_check"): OFFICE,
    ("checking", "check"): CHECKER,
    ("checking", "back_to_draft"): OFFICE,
    ("signing", "back_to_draft"): OFFICE,
    ("signing", "issue"): OFFICE,
    ("issued", "sign_for"): {"reporter", "approver"},
    ("working", "hand_in"): {"reporter"},
    ("unsigned", "approve_feedback"): {"approver"},
    ("unsigned", "withdraw_feedback"): {"reporter"},
    ("unsigned", "send_feedback_back"): {"approver"},
    ("answered", "accept_feedback"): OFFICE,
    ("answered", "return_feedback"): OFFICE,
    ("issued", "ask_more_time"): {"reporter", "approver"},
    ("working", "ask_more_time"): {"reporter", "approver"},
    ("unsigned", "ask_more_time"): {"reporter", "approver"},
    ("asked", "decide_more_time"): OFFICE,
    ("asked", "hand_in"): {"reporter"},
    **{(state, "close"): OFFICE for state in ("issued", "working", "unsigned", "asked")},
    **{
        (state, "cancel"): OFFICE
        for state in (*("draft", "checking", "signing", "issued"), "working", "unsigned", "asked", "answered")
    },
}
SITUATIONS = (*State.values, "unsigned", "asked")
PEOPLE = (
    *("reporter", "approver", "office", "office2", "leader", "admin"),
    *("kjj_reporter", "kjj_approver", "nobody"),
)


def acts(order, by):
    """Every verb with what it needs."""
    seen = {"by": by, "now": MORNING, "revision": order.revision}
    later = order.due_at and order.due_at.date() + timedelta(days=9)
    return {
        "edit": lambda: order_drafts.edit(order, said_in(order.agency, title="改过的事项"), **seen),
        "send_to_check": lambda: orders.send_to_check(order, **seen),
        "check": lambda: orders.check(order, **seen),
        "back_to_draft": lambda: orders.back_to_draft(order, reason="补依据", **seen),
        "issue": lambda: sign(order, by),
        "sign_for": lambda: orders.sign_for(order, **seen),
        "hand_in": lambda: answer(order, by),
        "approve_feedback": lambda: feedback.approve(order, **seen),
        "withdraw_feedback": lambda: feedback.withdraw(order, **seen),
        "send_feedback_back": lambda: feedback.send_back(order, reason="补数据", **seen),
        "accept_feedback": lambda: feedback.accept(order, **seen),
        "return_feedback": lambda: feedback.send_for_more(order, reason="没有数据", **seen),
        "ask_more_time": lambda: more_time.ask(order, reason="评审推迟", wanted_on=later, **seen),
        "decide_more_time": lambda: more_time.decide(order, granted=True, new_due_on=later, **seen),
        "close": lambda: orders.close(order, reason="已由市里统一办理", **seen),
        "cancel": lambda: orders.cancel(order, reason="情况有变", **seen),
    }


def situated(order, situation, team):
    """An order in a situation of the table."""
    order = walk_order(order, "working" if situation in ("unsigned", "asked") else situation, **team)
    if situation == "unsigned":
        return answer(order, team["reporter"])
    return acts(order, team["reporter"])["ask_more_time"]() if situation == "asked" else order


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_verb_by_everybody_in_every_situation(situation, order, team, request):
    pk = situated(order, situation, team).pk
    known = SupervisionOrder.objects.select_related("agency", "plan")
    order = known.prefetch_related("feedback", "extensions", "steps", "helpers", "tasks").get(pk=pk)
    before = SupervisionOrder.objects.filter(pk=pk).values().get()
    for name in PEOPLE:
        person = request.getfixturevalue(name)
        offered = {each.verb for each in orders.actions_for(person, order, MORNING) if each.allowed}
        assert offered == {verb for verb in orders.LABELS if name in ALLOWED.get((situation, verb), ())}, name
        for verb, act in acts(order, person).items():
            if verb not in offered:
                with pytest.raises((Denied, WrongState)):
                    act()
                continue
            with transaction.atomic():
                moved = act()
                arrows = {a.target for a in orders.TRANSITIONS if (a.verb, a.source) == (verb, order.state)}
                assert (moved.state in arrows, moved.revision) == (True, order.revision + 1)
                transaction.set_rollback(True)
    assert SupervisionOrder.objects.filter(pk=pk).values().get() == before


def test_the_table_and_the_allowed_list_name_the_same_arrows():
    stands = {"unsigned": "working", "asked": "working"}
    named = {(stands.get(state, state), verb) for state, verb in ALLOWED}
    more = {("issued", "decide_more_time"), ("answered", "decide_more_time")}
    assert {(a.source, a.verb) for a in orders.TRANSITIONS} == named | more


def test_the_buttons_are_what_the_person_may_do_now(order, team):
    order = walk_order(order, State.CHECKING, **team)
    drafter = {each.verb: each.reason for each in orders.actions_for(team["office"], order, MORNING)}
    assert "不能审核自己拟的" in drafter["check"]
    assert {each.verb for each in orders.actions_for(team["office2"], order, MORNING) if each.allowed} == {
        *("check", "back_to_draft", "cancel")
    }
    assert orders.actions_for(team["reporter"], order, MORNING) == []
    order = situated(order, "unsigned", team)
    approver = [each.verb for each in orders.actions_for(team["approver"], order, MORNING) if each.allowed]
    assert approver[0] == "approve_feedback"


# --- refusals ------------------------------------------------------------------------------------


def test_who_wrote_in_the_draft_last_does_not_check_it(order, team):
    order = order_drafts.edit(
        order, said_in(order.agency), by=team["office2"], now=MORNING, revision=order.revision
    )
    order = walk_order(order, State.CHECKING, **team)
    for person in (team["office"], team["office2"]):
        with pytest.raises(Denied, match="另一位同志"):
            orders.check(order, by=person, now=MORNING, revision=order.revision)


def test_the_writer_never_signs_off_the_feedback(order, team, fgw):
    team["reporter"].posts.create(agency=fgw, role="approver")
    order = situated(order, "unsigned", team)
    for cached in ("posts_today", "successions"):
        team["reporter"].__dict__.pop(cached, None)
    with pytest.raises(Denied, match="另一位审核人"):
        feedback.approve(order, by=team["reporter"], now=MORNING, revision=order.revision)


def test_a_body_that_needs_no_approver_answers_at_once(order, team, fgw):
    fgw.needs_approver = False
    fgw.save()
    order = walk_order(order, State.ANSWERED, **team)
    said = order.feedback.get()
    assert (said.state, said.left_at, said.approved_by) == (OrderFeedback.State.UNDER_REVIEW, MORNING, None)


def test_an_interim_word_leaves_the_order_in_hand(order, team):
    order = walk_order(order, State.ANSWERED, **team, asks_to_close=False)
    order = feedback.accept(order, by=team["office"], now=MORNING, revision=order.revision, opinion="继续")
    assert (order.state, order.answered_at, order.closed_at) == (State.WORKING, None, None)
    assert order.feedback.get().opinion == "继续"


def test_what_was_withdrawn_or_sent_back_inside_is_kept_to_begin_with_again(order, team):
    order = situated(order, "unsigned", team)
    seen = {"by": team["approver"], "now": MORNING, "revision": order.revision}
    order = feedback.send_back(order, reason="只写3项", **seen)
    assert feedback.last_words(order).text == "已完成前期工作3项。"
    assert feedback.readable(team["office"], order) == []
    assert feedback.readable(team["reporter"], order)[0].opinion == "只写3项"
    assert not OrderStep.objects.filter(words__contains="只写3项").exists()


NOT_WHOLE = [
    ({"signer": " "}, "signer"),
    ({"signer_title": ""}, "signer_title"),
    ({"signed_on": None}, "signed_on"),
    ({"signed_on": date(2026, 9, 2)}, "signed_on"),
    ({"signed_on": date(2026, 8, 31)}, "signed_on"),
    ({"scan": None}, "scan"),
]


def test_a_signature_is_whole_before_a_number_is_taken(order, team):
    order = walk_order(order, State.SIGNING, **team)
    for changes, field in NOT_WHOLE:
        with pytest.raises(Incomplete) as refused:
            sign(order, team["office"], **changes)
        assert set(refused.value.fields) == {field}
    assert not OrderSeries.objects.exists()


def test_a_scan_that_is_none_changes_nothing(order, team):
    order = walk_order(order, State.SIGNING, **team)
    word = pdf("签发件.pdf")
    word.file.write(b"MZ")
    with pytest.raises(Refused):
        sign(order, team["office"], scan=word)
    assert (fresh(order).state, OrderSeries.objects.exists()) == (State.SIGNING, False)
    assert not SupervisionFile.objects.exists()


def test_an_order_that_has_ended_leaves_nothing_open(order, team):
    order = situated(order, "asked", team)
    order = answer(order, team["reporter"])
    order = orders.cancel(order, by=team["office"], now=MORNING, revision=order.revision, reason="重复")
    assert order.extensions.get().granted is False
    assert order.feedback.get().state == OrderFeedback.State.WITHDRAWN
    assert order.full_number, "a number once taken stays its own"


# --- limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "late"), [(-TICK, False), (timedelta(0), False), (TICK, True)])
def test_equal_to_the_limit_is_on_time(after, late, order, team):
    order = walk_order(order, State.WORKING, **team)
    at = order.due_at + after
    assert (order.is_overdue(at), order.days_late(at)) == (late, int(late))
    order = walk_order(order, State.ANSWERED, **team, now=at)
    years_later = at + timedelta(days=900)
    assert order.is_overdue(years_later) is late, "whenever it is read"
    assert SupervisionOrder.objects.overdue(years_later).exists() is late
    order = walk_order(order, State.CLOSED, **team, now=years_later)
    assert (order.was_late(), order.is_overdue(years_later)) == (late, False)


def test_returned_after_the_limit_is_overdue(order, team):
    order = walk_order(order, State.ANSWERED, **team)
    later = order.due_at + timedelta(days=3)
    assert not order.is_overdue(later)
    seen = {"by": team["office"], "now": later, "revision": order.revision}
    order = feedback.send_for_more(order, reason="没有数据", **seen)
    assert (order.is_overdue(later), order.days_late(later)) == (True, 3)
    assert list(SupervisionOrder.objects.overdue(later)) == [order]


def test_the_date_wanted_is_the_limit_at_six(fgw, team):
    order = make_order(fgw, by=team["office"], wanted_on=date(2026, 9, 4))
    order = walk_order(order, State.SIGNING, **team)
    with pytest.raises(Incomplete, match="晚于现在"):
        sign(order, team["office"], now=datetime(2026, 9, 4, 18, tzinfo=MORNING.tzinfo))
    assert sign(order, team["office"]).due_at == datetime(2026, 9, 4, 18, tzinfo=MORNING.tzinfo)


@pytest.mark.parametrize(("urgency", "days"), [("urgent", 5), ("ordinary", 15), ("hard", 30)])
def test_the_urgency_gives_working_days(urgency, days, fgw, team):
    order = walk_order(make_order(fgw, by=team["office"], urgency=urgency), State.ISSUED, **team)
    assert order.due_at == local(working_day_after(MORNING.date(), days), DUE_HOUR)


def test_more_time_is_asked_up_to_the_limit_and_decided_with_a_date(order, team, office2):
    order = walk_order(order, State.WORKING, **team)
    due, seen = order.due_at, {"by": team["reporter"], "revision": order.revision}
    wanted = due.date() + timedelta(days=10)
    with pytest.raises(Denied, match="时限已过"):
        more_time.ask(order, reason="评审推迟", wanted_on=wanted, now=due + TICK, **seen)
    with pytest.raises(Incomplete) as refused:
        more_time.ask(order, reason=" ", wanted_on=due.date(), now=due, **seen)
    assert set(refused.value.fields) == {"reason", "wanted_on"}
    order = more_time.ask(order, reason="评审推迟", wanted_on=wanted, now=due, **seen)
    assert (order.due_at, order.is_overdue(due + TICK)) == (due, True), "the clock runs on"
    with pytest.raises(Denied, match="已有延期申请"):
        more_time.ask(order, reason="再延", wanted_on=wanted, now=due, **seen | {"revision": order.revision})
    seen = {"by": office2, "now": due + TICK, "revision": order.revision}
    with pytest.raises(Incomplete):
        more_time.decide(order, granted=False, **seen)
    with pytest.raises(Incomplete):
        more_time.decide(order, granted=True, new_due_on=due.date(), **seen)
    order = more_time.decide(order, granted=True, new_due_on=due.date() + timedelta(days=5), **seen)
    assert order.due_at == due + timedelta(days=5)
    asked = order.extensions.get()
    assert (asked.old_due_at, asked.new_due_at, asked.granted) == (due, order.due_at, True)
    assert not order.is_overdue(order.due_at)


# --- two at once ---------------------------------------------------------------------------------


def test_of_two_who_decide_at_once_one_is_told(order, team):
    order = walk_order(order, State.ANSWERED, **team)
    seen = fresh(order)
    feedback.accept(order, by=team["office"], now=MORNING, revision=order.revision)
    with pytest.raises(Stale) as refused:
        feedback.send_for_more(
            seen, reason="没有数据", by=team["office2"], now=MORNING, revision=seen.revision
        )
    assert refused.value.current.state == State.CLOSED
    assert order.feedback.get().state == OrderFeedback.State.ACCEPTED
