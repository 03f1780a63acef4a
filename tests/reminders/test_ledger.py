"""提醒台账: each reminder with what became of it; the office reads all of it, a body its own."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.utils import timezone

from progress import workflow
from reminders import inbox, ledger, urging
from reminders.models import Message, Reminder, Urge
from supervision.models import AdHocAnswer, AdHocRequest, OrderStep, SupervisionOrder
from tests import factories
from tests.cast import client_of
from tests.factories import AFTER_DUE, BEFORE_DUE, fill

pytestmark = pytest.mark.django_db
LEDGER = "/work/2030-2032/reminders/ledger/"
A_DAY = timedelta(days=1)


@pytest.fixture
def report(fgw):
    return factories.make_report(factories.make_task(1, leads=[fgw]), fgw)


@pytest.fixture
def other(kjj):
    return factories.make_report(factories.make_task(2, leads=[kjj]), kjj)


@pytest.fixture
def urge(office):
    """`urge(report, user, now=…)`: 催报 of one return to one person; its reminder."""

    def urging_for(report, user, now=BEFORE_DUE):
        key, token = f"return:report:{report.pk}", f"{Reminder.objects.count():032x}"
        made, _ = urging.send(
            report.period.plan, [key], words="请尽快报送", to={user.pk}, token=token, by=office, now=now
        )
        return Reminder.objects.get(urge=made, recipient=user)

    return urging_for


def page(user, query=""):
    return client_of(user).get(f"{LEDGER}{query}").content.decode()


def line_of(user, report):
    (line,) = ledger.lines(user, report.period.plan).filter(report=report)
    return line


def test_what_was_said_read_and_followed_stands_in_one_line(urge, report, reporter, office):
    urge(report, reporter)
    assert "未读" in page(office) and "尚未" in page(office)
    inbox.open_message(Message.objects.get(recipient=reporter), now=BEFORE_DUE + A_DAY / 2)
    later = BEFORE_DUE + A_DAY * 3 / 2
    draft = fill(report, by=reporter, now=later)
    workflow.submit(draft, by=reporter, now=later, revision=draft.revision)
    shown = page(office)
    for words in ("发送提醒：周办", "站内消息", "赵填报", "已发送", "已读", "1.5 天后", "第1项“任务之1”"):
        assert words in shown


def test_what_followed_about_orders_and_sudden_questions_is_counted_too(plan, fgw, kjj, office, reporter):
    factories.make_period()
    told, answered = BEFORE_DUE, BEFORE_DUE + A_DAY * 5 / 2
    of_order, other = (
        SupervisionOrder.objects.create(
            plan=plan,
            title="加快某事",
            requirement="办",
            agency=fgw,
            drafted_at=told,
            drafted_by=office,
        )
        for _ in range(2)
    )
    asked = AdHocRequest.objects.create(
        plan=plan, title="汇总", due_at=told, drafted_at=told, drafted_by=office, sent_at=told, sent_by=office
    )
    OrderStep.objects.create(order=of_order, verb="sign_for", to_state="working", by=reporter, at=answered)
    OrderStep.objects.create(order=other, verb="cancel", to_state="cancelled", by=office, at=answered)
    AdHocAnswer.objects.create(request=asked, agency=fgw, confirmed_at=answered, confirmed_by=reporter)
    AdHocAnswer.objects.create(request=asked, agency=kjj)
    urge = Urge.objects.create(plan=plan, way="phone", at=told, by=office)
    expected = {
        ("order_sign", f"order:{of_order.pk}", fgw): 2.5,
        ("order", f"order:{other.pk}", fgw): None,
        ("quick", f"quick:{asked.pk}:{fgw.pk}", fgw): 2.5,
        ("quick", f"quick:{asked.pk}:{kjj.pk}", kjj): None,
    }
    for kind, subject, agency in expected:
        said = {"channel": "phone", "scheduled_for": told.date(), "created_at": told, "line": "办"}
        Reminder.objects.create(urge=urge, kind=kind, subject=subject, agency=agency, **said)
    days = {
        (each.kind, each.subject, each.agency): ledger.days_to_answer(each)
        for each in ledger.lines(office, plan)
    }
    assert days == expected
    assert page(office).count("2.5 天后") == page(office).count("尚未") == 2


def test_what_came_before_the_reminder_did_not_follow_it(urge, report, reporter, office):
    draft = fill(report, by=reporter)
    moved = workflow.submit(draft, by=reporter, now=BEFORE_DUE, revision=draft.revision)
    workflow.withdraw(moved, by=reporter, now=BEFORE_DUE + A_DAY / 4, revision=moved.revision)
    urge(report, reporter, now=BEFORE_DUE + A_DAY / 2)
    assert ledger.days_to_answer(line_of(office, report)) is None


def test_a_body_reads_its_own_lines_only(
    urge, report, other, reporter, approver, kjj_reporter, leader, admin
):
    urge(report, reporter)
    urge(other, kjj_reporter)
    for own in (reporter, approver):
        assert "任务之1" in page(own) and "任务之2" not in page(own)
        assert "任务之2" not in str(page(own, "?agency=kjj")) and "任务之2" not in page(own, "?task=2")
    for none in (leader, admin):
        assert client_of(none).get(LEDGER).status_code == 403
    assert client_of(reporter).get(f"{LEDGER}export.xlsx").status_code == 200


def test_a_sensitive_task_is_gone_from_the_ledger_with_the_duty(urge, report, reporter):
    urge(report, reporter)
    type(report.task).objects.filter(pk=report.task_id).update(is_sensitive=True)
    assert "任务之1" in page(reporter)
    report.task.assignments.update(valid_until=timezone.localdate() - A_DAY)
    assert "任务之1" not in page(reporter)


def test_how_it_went_is_said_in_words(urge, report, reporter, office):
    line = urge(report, reporter)
    said = {"planned": "待发送", "failed": "发送失败", "doubtful": "待核实", "cancelled": "已取消"}
    for state, words in said.items():
        Message.objects.filter(pk=line.message_id).update(state=state)
        assert ledger.state_of(line_of(office, report)) == (state, words)
        assert line_of(office, report).told_at is None
    Reminder.objects.filter(pk=line.pk).update(dropped_at=AFTER_DUE)
    assert ledger.state_of(line_of(office, report)) == ("dropped", "已办理，未发送")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("period=2030Q1", {1, 2}),
        ("agency=kjj", {2}),
        ("task=1", {1}),
        ("kind=sign_off", set()),
        ("channel=mail", set()),
        ("how=hand", {1, 2}),
        ("how=rule", set()),
        ("went=unread", {1, 2}),
        ("went=failed", set()),
        ("q=孙填报", {2}),
        ("sort=-number", {1, 2}),
        ("sort=-answered", {1, 2}),
    ],
)
def test_the_ledger_is_narrowed(urge, report, other, reporter, kjj_reporter, office, asked, found):
    urge(report, reporter)
    urge(other, kjj_reporter)
    shown = page(office, f"?{asked}")
    assert {number for number in (1, 2) if f"“任务之{number}”" in shown} == found


def test_the_lines_of_one_thing_and_the_file(urge, report, other, reporter, kjj_reporter, office):
    urge(report, reporter)
    urge(other, kjj_reporter)
    query = f"?subject=report:{report.pk}"
    assert "任务之2" not in page(office, query)
    content = client_of(office).get(f"{LEDGER}export.xlsx{query}").content
    head, row = openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True))["收件人"] == "赵填报"


def test_an_empty_ledger_says_what_to_do(report, office, reporter):
    assert "去催报" in page(office)
    assert "还没有收到提醒" in page(reporter)
