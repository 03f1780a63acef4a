"""The boxes of supervision on the task page and the desks: what they say, to whom, and nothing else."""

from datetime import date, timedelta

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from progress.panels import panels_for
from supervision import instructions, meetings
from supervision.models import (
    AdHocAnswer,
    AdHocRequest,
    OrderExtension,
    OrderFeedback,
    Problem,
    SupervisionOrder,
)
from tests import factories
from tests.cast import body

pytestmark = pytest.mark.django_db
NOTHING_OWED = "没有待签收、待反馈的督办件"


@pytest.fixture
def period(db):
    return factories.make_period()


@pytest.fixture
def task(period):
    return factories.make_task(leads=[body("fgw")], supports=[body("kjj")])


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def made(task, office, now):
    """`made("issued", title=…)`: an order of the task to fgw in that state, two days past its limit."""

    def make(state, *, number=None, due=-2, **fields):
        sent = {}
        if state not in ("draft", "checking", "signing"):
            number = number or SupervisionOrder.objects.count() + 1
            sent = {
                "mark": "宿长三角督",
                "year": 2030,
                "number": number,
                "issued_at": now,
                "issued_by": office,
            }
            sent["due_at"] = now + timedelta(days=due)
        said = {"title": f"督办{state}", "agency": body("fgw"), "plan": task.plan, "requirement": "办"}
        order = SupervisionOrder.objects.create(
            state=state, drafted_at=now, drafted_by=office, **(said | sent | fields)
        )
        order.tasks.add(task)
        return order

    return make


@pytest.fixture
def box(task, as_):
    """The fragment as the page asks for it."""

    def asking(who, name):
        at = {"plan": task.plan.code}
        if name == "task_box":
            at |= {"period": "2030Q1", "number": task.number}
        url = reverse(f"supervision:{name}", kwargs=at)
        answer = as_(who).get(url, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert "<html" not in answer.content.decode()
        assert "no-store" in answer["Cache-Control"] and "HX-Request" in answer["Vary"]
        return answer.content.decode()

    return asking


def quick(task, office, now, *bodies, hours=3, title="签约项目进展"):
    request = AdHocRequest.objects.create(
        plan=task.plan,
        title=title,
        due_at=now + timedelta(hours=hours),
        drafted_at=now,
        drafted_by=office,
        sent_at=now,
        sent_by=office,
    )
    for each in bodies:
        AdHocAnswer.objects.create(request=request, agency=body(each), task=task)
    return request


def problem(task, period, **fields):
    said = {"plan": task.plan, "period": period, "task": task, "agency": body("fgw"), "text": "用地指标不足"}
    return Problem.objects.create(**said, raised_at=factories.BEFORE_DUE, **fields)


# --- the task --------------------------------------------------------------------------------------


def test_a_task_shows_the_orders_meetings_and_problems_that_touched_it(
    task, period, made, office, reporter, box
):
    order = made("working")
    said = {"title": "平台督促检查", "held_on": date(2030, 3, 1), "kind": "inspection", "tasks": [task]}
    held = meetings.record_meeting(task.plan, said, by=office, now=factories.OPENS)
    action = {"text": "四月底前建成平台", "agency": body("fgw"), "task": task, "due_on": date(2020, 1, 1)}
    meetings.add_action(held, action, by=office, now=factories.OPENS)
    problem(task, period, level="group", state="in_hand")
    for who in (office, reporter):
        shown = box(who, "task_box")
        assert order.full_number in shown and "承办中" in shown and "逾期 3 天" in shown
        assert "平台督促检查" in shown and "四月底前建成平台" in shown and "逾期未办结" in shown
        assert "用地指标不足" in shown and "提请领导小组" in shown and "办理中" in shown


def test_a_task_without_anything_says_so_in_a_line(task, office, leader, stranger, box):
    for who in (leader, stranger):
        assert "没有涉及本任务的督办件、会议或问题" in box(who, "task_box")
        assert "拟督办件" not in box(who, "task_box")
    assert "拟督办件" in box(office, "task_box")


def test_a_task_tells_nobody_what_they_may_not_know(
    task, made, office, stranger, kjj_reporter, leader, box, as_
):
    made("draft", title="还在拟办")
    made("issued", title="发给发改委")
    held = {"title": "内部检查", "held_on": date(2030, 3, 1), "kind": "inspection", "tasks": [task]}
    meetings.record_meeting(task.plan, held, by=office, now=factories.OPENS)
    assert "还在拟办" in box(office, "task_box")
    assert "还在拟办" not in box(leader, "task_box") and "发给发改委" in box(leader, "task_box")
    for who in (stranger, kjj_reporter):
        shown = box(who, "task_box")
        assert "还在拟办" not in shown and "发给发改委" not in shown and "内部检查" not in shown
    task.__class__.objects.filter(pk=task.pk).update(is_sensitive=True)
    url = reverse("supervision:task_box", args=[task.plan.code, "2030Q1", task.number])
    assert as_(stranger).get(url).status_code == 404


def test_the_task_page_and_the_desk_ask_for_their_boxes(task, office, as_):
    """By htmx, and by a link to a page of its own for browsers without scripts."""
    for page, name in (
        (reverse("progress:task", args=[task.plan.code, "2030Q1", 1]), "task_box"),
        (reverse("progress:workbench", args=[task.plan.code, "2030Q1"]), "desk_box"),
    ):
        shown = as_(office).get(page).content.decode()
        at = [task.plan.code, "2030Q1", 1] if name == "task_box" else [task.plan.code]
        url = reverse(f"supervision:{name}", args=at)
        assert f'hx-get="{url}"' in shown and f'<a href="{url}">' in shown
        whole = as_(office).get(url).content.decode()
        assert "<html" in whole and "<h1>" in whole


def test_administrators_have_no_box(task, period, admin):
    request = RequestFactory().get("/")
    request.user = admin
    assert panels_for("desk", request, period=period) == []
    assert panels_for("task", request, period=period, task=task) == []


# --- a body's desk -----------------------------------------------------------------------------------


def test_a_body_sees_what_it_owes_the_most_urgent_first(
    task, period, made, office, reporter, approver, now, box
):
    made("working", title="不急的", due=20)
    late = made("issued", title="逾期的")
    handed = made("working", title="待审签的", due=5)
    OrderFeedback.objects.create(order=handed, text="办好了", written_at=now, written_by=reporter)
    quick(task, office, now, "fgw", "kjj")
    problem(task, period, state="answered", answer="已协调")
    said = {"title": "调度会", "held_on": date(2030, 3, 1), "kind": "coordination"}
    held = meetings.record_meeting(task.plan, said, by=office, now=factories.OPENS)
    meetings.add_action(held, {"text": "建平台", "agency": body("fgw")}, by=office, now=factories.OPENS)
    for who in (reporter, approver):
        shown = box(who, "desk_box")
        said = ["逾期的", "签约项目进展", "待审签的", "不急的"]
        places = [shown.index(words) for words in said]
        assert places == sorted(places)
        assert late.full_number in shown and "已逾期" in shown and "待确认" in shown
        for what in ("签收", "反馈", "审签反馈", "答复", "看答复", "落实"):
            assert f">{what}</a>" in shown, what


def test_a_desk_has_only_what_is_the_bodys_own(task, period, made, office, reporter, kjj_reporter, now, box):
    other = made("issued", title="科技局的", agency=body("kjj"))
    made("draft", title="拟办的")
    made("closed", title="办完的", closed_at=now, closed_by=office)
    quick(task, office, now, "kjj")
    problem(task, period, state="raised")
    assert NOTHING_OWED in box(reporter, "desk_box")
    other.helpers.add(body("fgw"))
    shown = box(reporter, "desk_box")
    assert "科技局的" in shown and ">协办</a>" in shown
    assert ">签收</a>" in box(kjj_reporter, "desk_box")


def test_a_sensitive_task_is_not_named_on_a_desk(task, made, reporter, kjj_reporter, box):
    order = made("issued", title="机密的", agency=body("kjj"))
    order.helpers.add(body("tyjrj"))
    task.assignments.filter(agency=body("kjj")).delete()
    assert "机密的" in box(kjj_reporter, "desk_box")
    task.__class__.objects.filter(pk=task.pk).update(is_sensitive=True)
    assert "机密的" not in box(kjj_reporter, "desk_box")


# --- the office and the leaders ----------------------------------------------------------------------


def test_the_office_sees_what_waits_each_count_with_its_rows(task, period, made, office, now, box, as_):
    made("checking")
    made("signing")
    made("answered", answered_at=now - timedelta(days=9))
    asked = made("working", due=3)
    made("issued")
    more = {"reason": "评审", "wanted_until": now, "old_due_at": now, "asked_at": now, "asked_by": office}
    OrderExtension.objects.create(order=asked, **more)
    problem(task, period)
    quick(task, office, now, "fgw")
    quick(task, office, now, "kjj", hours=-2, title="昨天的")
    said = {"leader": "郑市长", "on": date(2020, 1, 1), "words": "请办", "due_on": date(2020, 1, 2)}
    instructions.register(task.plan, said, by=office, now=now)
    held = {"title": "调度会", "held_on": date(2030, 3, 1), "kind": "coordination"}
    held = meetings.record_meeting(task.plan, held, by=office, now=now)
    late = {"text": "建平台", "agency": body("fgw"), "due_on": date(2020, 1, 1)}
    meetings.add_action(held, late, by=office, now=now)

    url = reverse("supervision:desk_box", args=[task.plan.code])
    counted = {each.label: each for each in as_(office).get(url).context["counted"]}
    assert {label: each.number for label, each in counted.items()} == {
        "督办件待审核": 1,
        "督办件待登记签发": 1,
        "反馈待审核": 1,
        "督办延期待决定": 1,
        "督办件逾期": 1,
        "问题待研判": 1,
        "临时调度答复中": 1,
        "临时调度逾期未答全": 1,
        "批示件办理中": 1,
        "批示件逾期": 1,
        "有逾期议定事项的会议": 1,
    }
    for each in counted.values():
        page = as_(office).get(each.url)
        assert page.context["page"].paginator.count == each.number, each.label
    assert "督办件待审核" in box(office, "desk_box")


def test_the_office_without_anything_and_a_leader(task, made, office, leader, box):
    assert "现在没有待办事项" in box(office, "desk_box")
    assert "现在没有待办事项" in box(leader, "desk_box")
    made("issued")
    made("draft")
    shown = box(leader, "desk_box")
    assert "督办件在办 <strong>1</strong>" in shown and "督办件逾期" in shown
    assert "待审核" not in shown


def test_a_named_reader_is_led_to_the_instruction(task, office, reporter, approver, box):
    said = {"leader": "郑市长", "on": date(2030, 3, 1), "words": "请办", "readers": [reporter]}
    instructions.register(task.plan, said, by=office, now=factories.OPENS)
    assert "请您阅看的批示件" in box(reporter, "desk_box")
    assert NOTHING_OWED in box(approver, "desk_box")
