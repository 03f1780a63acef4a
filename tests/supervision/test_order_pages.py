"""The pages of supervision orders: the story by hand, what each person sees, what bad input is told."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from progress.models import TaskVerdict
from supervision import kinds
from supervision.models import (
    Instruction,
    Meeting,
    MeetingAction,
    OrderKind,
    Problem,
    SupervisionFile,
    SupervisionOrder,
)
from tests.factories import make_period, make_plan, make_report, make_task
from tests.supervision.order_life import answer, make_order, pdf, walk_order

State = SupervisionOrder.State


@pytest.fixture(autouse=True)
def quarter(db):
    """The plan is at hand once it has a period."""
    return make_period()


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def team(office, office2, reporter, approver):
    return {"office": office, "office2": office2, "reporter": reporter, "approver": approver}


@pytest.fixture
def made(fgw, office, team, now):
    """`made("working")`: an order of 市发展改革委 in that state, a moment ago."""

    def make(state, agency=None, **said):
        return walk_order(make_order(agency or fgw, by=office, now=now, **said), state, **team, now=now)

    return make


def url(name, *args):
    return reverse(f"supervision:{name}", args=[make_plan().code, *args])


def fetched(client, address):
    """(status, content) of a download, read to its end, so that the file behind it is closed."""
    answer = client.get(address)
    return answer.status_code, b"".join(answer.streaming_content) if answer.streaming else b""


def do(client, order, verb, **typed):
    order.refresh_from_db()
    return client.post(url("order_verb", order.pk, verb), {"revision": order.revision} | typed)


def text(answer):
    return answer.content.decode()


TYPED = {
    "title": "加快园区规划报批",
    "agency": "fgw",
    "kind": "",
    "requirement": "月底前报批。",
    "basis": "第三季度调度会",
    "urgency": "urgent",
    "wanted_on": "",
}


# --- the story -----------------------------------------------------------------------------------


def test_an_order_is_written_checked_signed_answered_and_closed(team, as_, kjj, now):
    office, office2, reporter, approver = (as_(each) for each in team.values())
    make_task(15)
    answered = office.post(
        url("order_new"), TYPED | {"helpers": ["kjj"], "tasks": ["15"], "files": [pdf("附表.pdf")]}
    )
    order = SupervisionOrder.objects.get()
    assert answered.url == order.get_absolute_url()
    assert (order.kind, order.state) == (OrderKind.ORDER, State.DRAFT)
    assert [list(order.helpers.all()), [each.number for each in order.tasks.all()]] == [[kjj], [15]]
    assert reporter.get(order.get_absolute_url()).status_code == 404, "a draft is the office's"

    assert do(office, order, "send_to_check").status_code == 302
    assert "拟办人不能审核自己拟的督办件" in text(office.get(order.get_absolute_url()))
    assert do(office, order, "check").status_code == 403
    assert do(office2, order, "check", words="同意送签").status_code == 302
    page = text(office.get(order.get_absolute_url()))
    assert "办公室主任" in page and "登记签发" in page
    signed = {"signer": "周主任", "signer_title": "主任", "signed_on": timezone.localdate(now).isoformat()}
    refused = do(office, order, "issue", **signed | {"signer": "", "scan": pdf("签发件.docx")})
    assert refused.status_code == 400 and "与扩展名不符" in text(refused) and 'value="主任"' in text(refused)
    assert do(office, order, "issue", **signed, scan=pdf()).status_code == 302
    order.refresh_from_db()
    assert order.full_number == f"宿长三角督〔{order.signed_on.year}〕1号"

    assert do(reporter, order, "sign_for").status_code == 302
    wrong = do(reporter, order, "hand_in", text="", nature="done")
    assert wrong.status_code == 400 and "请填写办理情况" in text(wrong)
    said = {"text": "规划已经报批。", "nature": "done", "files": [pdf("批复.pdf")]}
    assert do(reporter, order, "hand_in", **said).status_code == 302
    assert "规划已经报批" not in text(office.get(order.get_absolute_url())), (
        "until the body has signed it off"
    )
    assert do(reporter, order, "approve_feedback").status_code == 403
    assert do(approver, order, "approve_feedback").status_code == 302
    page = text(office2.get(order.get_absolute_url()))
    assert "规划已经报批" in page and "批复.pdf" in page and "认可后本件销号" in page
    assert do(office2, order, "accept_feedback", opinion="办结").status_code == 302
    order.refresh_from_db()
    assert (order.state, order.closed_by) == (State.CLOSED, team["office2"])
    assert "已销号" in text(approver.get(order.get_absolute_url()))


def test_the_office_is_told_where_nobody_would_receive_it(made, kjj, team, as_):
    alone, heard = made("signing", agency=kjj), made("signing")
    silent = "主办单位没有可接收的人员"
    assert silent in text(as_(team["office"]).get(alone.get_absolute_url()))
    issued = walk_order(alone, "issued", **team, now=timezone.now())
    assert silent in text(as_(team["office"]).get(issued.get_absolute_url()))
    assert silent not in text(as_(team["office"]).get(heard.get_absolute_url()))


# --- who sees what -------------------------------------------------------------------------------


def test_files_of_unsigned_feedback_are_the_bodys_own(made, team, as_, leader, kjj_reporter, kjj):
    order = made("working", helpers=[kjj])
    order = answer(order, team["reporter"], timezone.now(), uploads=[pdf("明细.pdf", b"7")])
    kept = SupervisionFile.objects.get(feedback__isnull=False)
    address = reverse("supervision:file", args=[kept.pk])

    def statuses():
        people = (*team.values(), leader, kjj_reporter)
        return [fetched(as_(each), address)[0] for each in people]

    assert statuses() == [404, 404, 200, 200, 404, 404]
    do(as_(team["approver"]), order, "approve_feedback")
    assert statuses() == [200, 200, 200, 200, 404, 404]
    do(as_(team["office"]), order, "accept_feedback")
    assert statuses() == [200] * 6
    assert fetched(as_(leader), address)[1].startswith(b"%PDF")


def test_leaders_and_helping_bodies_read_what_was_issued(made, as_, leader, kjj_reporter, kjj, stranger):
    draft, issued = made("draft"), made("issued", helpers=[kjj])
    for person in (leader, kjj_reporter):
        client = as_(person)
        assert client.get(draft.get_absolute_url()).status_code == 404
        page = client.get(issued.get_absolute_url())
        assert page.status_code == 200 and "其他办理" not in text(page)
        assert do(client, issued, "sign_for").status_code == 403
        assert issued.full_number.split("〔")[0] in text(client.get(url("orders")))
    assert as_(stranger).get(issued.get_absolute_url()).status_code == 404


def test_an_order_about_a_sensitive_task_is_unknown_to_who_may_not_know(made, fgw, as_, leader, approver):
    order = made("issued", tasks=[make_task(9, leads=[fgw], is_sensitive=True)])
    assert as_(leader).get(order.get_absolute_url()).status_code == 404
    assert order.title not in text(as_(leader).get(url("orders")))
    assert as_(approver).get(order.get_absolute_url()).status_code == 200


def test_what_the_office_says_among_itself_stays_there(made, team, as_):
    order = made("checking")
    do(as_(team["office2"]), order, "back_to_draft", reason="依据不足，请补纪要")
    assert "依据不足" in text(as_(team["office"]).get(order.get_absolute_url()))
    walk_order(SupervisionOrder.objects.get(pk=order.pk), "issued", **team, now=timezone.now())
    assert "依据不足" not in text(as_(team["reporter"]).get(order.get_absolute_url()))


def test_what_body_and_office_settle_between_them_is_not_for_others(
    made, team, as_, kjj, kjj_reporter, leader
):
    order = made("answered", helpers=[kjj])
    do(as_(team["office"]), order, "return_feedback", reason="数据不实，请核对")
    wanted_on = (timezone.localdate() + timedelta(days=90)).isoformat()
    do(as_(team["reporter"]), order, "ask_more_time", reason="资金未到位", wanted_on=wanted_on)
    for person, reads in (
        (team["office"], True),
        (team["reporter"], True),
        (kjj_reporter, False),
        (leader, False),
    ):
        page = text(as_(person).get(order.get_absolute_url()))
        assert "退回反馈" in page
        assert ("数据不实" in page, "资金未到位" in page) == (reads, reads), person


# --- where it comes from -------------------------------------------------------------------------


def new(client, **query):
    return client.get(url("order_new"), query)


def test_a_red_task_fills_the_form(as_, office, fgw, kjj, now):
    task, period = make_task(15, leads=[fgw, kjj]), make_period()
    verdict = {"lamp": "red", "computed_lamp": "red", "rule_version": 1, "confirmed_at": now}
    TaskVerdict.objects.create(task=task, period=period, confirmed_by=office, **verdict)
    query = {"source": "lamp", "task": 15, "period": period.code}
    page = new(as_(office), **query)
    assert "第15项任务“任务之15”" in text(page) and "严重滞后" in text(page)
    assert page.context["form"].initial["agency"] == "fgw"
    address = f"{url('order_new')}?source=lamp&task=15&period={period.code}"
    assert as_(office).post(address, TYPED | {"tasks": ["15"]}).status_code == 302
    order = SupervisionOrder.objects.get()
    assert (order.source, order.period) == (SupervisionOrder.Source.LAMP, period)
    assert "同一来源已有督办件" in text(new(as_(office), **query))


def test_meetings_problems_and_instructions_fill_the_form(as_, office, fgw, now):
    plan, client = make_plan(), as_(office)
    about = {"plan": plan, "recorded_at": now, "recorded_by": office}
    meeting = Meeting.objects.create(**about, title="第三季度调度会", held_on=now.date())
    action = MeetingAction.objects.create(meeting=meeting, text="尽快报批规划", agency=fgw)
    problem = Problem.objects.create(
        plan=plan, period=make_period(), agency=fgw, text="缺少用地指标", raised_at=now
    )
    instruction = Instruction.objects.create(**about, leader="郑市长", on=now.date(), words="请抓紧推进")
    for source, key, row, words in (
        ("meeting", "action", action, "尽快报批规划"),
        ("problem", "problem", problem, "缺少用地指标"),
        ("instruction", "instruction", instruction, "请抓紧推进"),
    ):
        page = new(client, source=source, **{key: row.pk})
        assert words in text(page)
        answered = client.post(f"{url('order_new')}?source={source}&{key}={row.pk}", TYPED)
        order = SupervisionOrder.objects.get(**{key: row})
        assert (answered.status_code, order.source) == (302, source)
        assert client.get(order.get_absolute_url()).status_code == 200


def test_late_returns_fill_the_form(as_, office, fgw, now):
    period = make_period()
    make_report(make_task(3, leads=[fgw]), fgw, period, due_at=now - timedelta(days=2))
    page = new(as_(office), source="late", agency="fgw", period=period.code)
    assert "1 项迟报或未报" in text(page)
    assert page.context["form"].initial["tasks"] == ["3"]


NOT_THERE = [
    {"source": "gossip"},
    {"source": "lamp", "task": "x", "period": "2030Q1"},
    {"source": "lamp", "task": "9" * 30, "period": "2030Q1"},
    {"source": "meeting", "action": "987654"},
    {"source": "problem"},
    {"source": "instruction", "instruction": "-1"},
    {"source": "late", "agency": "nobody", "period": "2030Q1"},
]


def test_a_source_that_is_not_there_is_404(as_, office):
    client = as_(office)
    assert [new(client, **query).status_code for query in NOT_THERE] == [404] * len(NOT_THERE)


# --- bad input -----------------------------------------------------------------------------------


def test_an_order_to_a_county_is_refused_and_what_was_typed_stays(as_, office, sixian):
    client = as_(office)
    refused = client.post(url("order_new"), TYPED | {"agency": "sixian", "kind": "order"})
    assert refused.status_code == 400
    assert "不能直接下督办单，请改用工作提示函" in text(refused) and "加快园区规划报批" in text(refused)
    assert client.post(url("order_new"), TYPED | {"agency": "sixian"}).status_code == 302
    assert SupervisionOrder.objects.get().kind == OrderKind.NOTICE


def test_a_bad_file_keeps_the_draft_from_being_made(as_, office, fgw):
    refused = as_(office).post(url("order_new"), TYPED | {"files": [pdf("附表.xlsx")]})
    assert refused.status_code == 400 and "与扩展名不符" in text(refused)
    assert not SupervisionOrder.objects.exists()


def test_of_two_who_edit_at_once_the_second_sees_both(made, as_, team):
    order = made("draft")
    typed = TYPED | {"revision": order.revision}
    address = url("order_edit", order.pk)
    assert as_(team["office2"]).post(address, typed | {"title": "先到的事项"}).status_code == 302
    second = as_(team["office"]).post(address, typed | {"title": "后到的事项"})
    assert second.status_code == 412
    assert "先到的事项" in text(second) and "后到的事项" in text(second)
    again = second.context["form"]["revision"].value()
    assert as_(team["office"]).post(address, typed | {"revision": again}).status_code == 302


def test_of_two_who_decide_at_once_the_second_is_told(made, as_, team):
    order = made("answered")
    seen = order.revision
    do(as_(team["office"]), order, "accept_feedback")
    address = url("order_verb", order.pk, "return_feedback")
    late = as_(team["office2"]).post(address, {"revision": seen, "reason": "没有数据支撑"})
    assert late.status_code == 412 and "没有办理" in text(late) and "没有数据支撑" in text(late)
    assert SupervisionOrder.objects.get(pk=order.pk).state == State.CLOSED


def test_the_same_click_twice_is_no_refusal(made, as_, team):
    order = made("issued")
    seen, address = order.revision, url("order_verb", order.pk, "sign_for")
    client = as_(team["reporter"])
    assert [client.post(address, {"revision": seen}).status_code for _ in range(2)] == [302, 302]
    assert SupervisionOrder.objects.get(pk=order.pk).steps.filter(verb="sign_for").count() == 1
    assert client.get(address).status_code == 302, "a reload goes to the order"


def test_a_forged_request_moves_nothing(made, as_, team):
    order = made("issued")
    client = as_(team["reporter"], enforce_csrf_checks=True)
    assert do(client, order, "sign_for").status_code == 403
    assert SupervisionOrder.objects.get(pk=order.pk).state == State.ISSUED


def test_a_verb_there_is_none_of_is_404(made, as_, team):
    order = made("issued")
    assert do(as_(team["office"]), order, "burn").status_code == 404
    assert do(as_(team["office"]), order, "accept_feedback").status_code == 409


def test_more_time_through_the_pages(made, as_, team):
    order = made("working")
    asked = {"reason": "评审推迟", "wanted_on": (order.due_at + timedelta(days=9)).date().isoformat()}
    early = do(as_(team["reporter"]), order, "ask_more_time", **asked | {"wanted_on": "2020-01-01"})
    assert early.status_code == 400 and "评审推迟" in text(early)
    assert do(as_(team["reporter"]), order, "ask_more_time", **asked).status_code == 302
    page = as_(team["office"]).get(order.get_absolute_url())
    assert "同意延期" in text(page) and "评审推迟" in text(page)
    assert do(as_(team["office"]), order, "decide_more_time", granted="yes").status_code == 302
    before = order.due_at
    order.refresh_from_db()
    assert order.due_at - before == timedelta(days=9)


# --- the register --------------------------------------------------------------------------------


@pytest.fixture
def register(made, kjj, team, now):
    """One overdue, one closed, one draft to another body."""
    late, closed = (
        made("issued", title="拖了很久的事项", urgency="urgent"),
        made("closed", title="办完的事项"),
    )
    SupervisionOrder.objects.filter(pk=late.pk).update(due_at=now - timedelta(days=2, hours=1))
    draft = make_order(kjj, by=team["office"], now=now, title="还在拟的事项")
    return {"late": late, "closed": closed, "draft": draft}


SHOWN = [
    ({}, ["draft", "closed", "late"]),
    ({"state": "open"}, ["late"]),
    ({"state": "closed"}, ["closed"]),
    ({"state": "waiting"}, []),
    ({"overdue": "yes"}, ["late"]),
    ({"overdue": "no"}, ["draft", "closed"]),
    ({"agency": "kjj"}, ["draft"]),
    ({"urgency": "urgent"}, ["late"]),
    ({"kind": "talk"}, []),
    ({"source": "hand", "q": "办完"}, ["closed"]),
    ({"q": "2号"}, ["closed"]),
    ({"sort": "number"}, ["late", "closed"]),
    ({"sort": "-issued", "state": "closed"}, ["closed"]),
    ({"sort": "nonsense", "page": "99"}, ["draft", "closed", "late"]),
]


def test_the_register_is_filtered_and_sorted(register, as_, office):
    client = as_(office)
    for query, shown in SHOWN:
        page = client.get(url("orders"), query)
        titles = [
            each.title for each in page.context["page"].object_list if each.number or "sort" not in query
        ]
        expected = [register[each] for each in shown]
        assert titles == [each.title for each in expected if each.number or "sort" not in query], query
    assert client.get(url("orders"), {"year": "1999"}).status_code == 200


def test_the_register_counts_and_says_how_late(register, as_, office, reporter):
    page = as_(office).get(url("orders"))
    assert "逾期 3 天" in text(page)
    counts = page.context["counts"]
    assert (counts["total"], counts["open"], counts["overdue"], counts["closed"]) == (3, 1, 1, 1)
    assert as_(reporter).get(url("orders")).context["counts"]["total"] == 2


def test_an_empty_register_says_what_to_do(as_, office, reporter):
    assert "拟办督办件" in text(as_(office).get(url("orders")))
    assert "办公室签发给本单位" in text(as_(reporter).get(url("orders")))


# --- the rules -----------------------------------------------------------------------------------

RULES = {"mark": "宿办督", "urgent_days": "3", "ordinary_days": "10", "hard_days": "20"}
RULES |= {f"level_{kind}": "office_head" for kind in OrderKind}


def test_the_office_sets_mark_limits_and_levels(as_, office, reporter):
    plan = make_plan()
    client = as_(office)
    assert as_(reporter).get(url("order_rules")).status_code == 403
    assert client.post(url("order_rules"), RULES).status_code == 302
    assert (kinds.limits_of(plan).mark, kinds.limits_of(plan).days_for("hard")) == ("宿办督", 20)
    assert kinds.level_for(plan, OrderKind.TALK) == "office_head"
    for wrong in ({"mark": "<b>"}, {"urgent_days": "0"}, {"urgent_days": "15"}, {"level_talk": "mayor"}):
        refused = client.post(url("order_rules"), RULES | wrong)
        assert refused.status_code == 400 and "field-error" in text(refused)
    assert kinds.limits_of(plan).mark == "宿办督"
