"""催报 by hand: what is owed is chosen, looked at word for word, and goes out once."""

import re
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import AuditEvent, Contact
from agencies.permissions import Denied
from progress import figures, workflow
from reminders import by_word, choices, sending, urging
from reminders.models import Message, Reminder, Robot, Urge
from reminders.models.rules import Channel
from reminders.owed import owed_now
from tests import factories
from tests.cast import client_of, person
from tests.factories import AFTER_DUE, fill

pytestmark = pytest.mark.django_db
BASE = "/work/2030-2032/reminders"
TOKEN = "a" * 32
WORDS = "请今天下班前报出。"


@pytest.fixture(autouse=True)
def day_after():
    """The day after the deadline of 2030Q1."""
    with time_machine.travel(AFTER_DUE, tick=False):
        yield


@pytest.fixture
def reports(fgw, kjj):
    """Two returns of fgw and one of kjj, none of them filed."""
    tasks = [factories.make_task(number, leads=[fgw]) for number in (1, 2)]
    tasks.append(factories.make_task(3, leads=[kjj]))
    return [factories.make_report(task, task.assignments.get().agency) for task in tasks]


@pytest.fixture
def at_office(office, reports):
    return client_of(office)


def keys(*reports):
    return [f"return:report:{report.pk}" for report in reports]


def text_of(answer):
    return answer.content.decode()


def preview(client, *reports, **more):
    return client.post(f"{BASE}/urge/preview/", {"item": keys(*reports), **more})


def sent_form(page):
    """What the preview's form holds: the hidden fields, the words, who is ticked."""
    hidden = dict(re.findall(r'type="hidden" name="(token|seen)" value="(\w+)"', page))
    ticked = re.findall(r'name="to" value="(\d+)" checked', page)
    words = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", page, re.S).group(1)
    return {**hidden, "words": words, "to": ticked, "mail": "on"}


# --- the story ----------------------------------------------------------------------------------


def test_from_the_list_to_the_inbox(at_office, reports, reporter, kjj_reporter, leader):
    page = text_of(at_office.get(f"{BASE}/urge/"))
    assert "现有 <strong>3</strong> 项待单位办理，涉及 2 家单位，其中 <strong>3</strong> 项已逾期" in page
    assert "赵填报" in page and "从未" in page
    shown = preview(at_office, *reports)
    page = text_of(shown)
    assert "1. 2030年第一季度第1项“任务之1”，应于4月8日18:00前完成，已逾期2天" in page
    assert not Message.objects.exists() and not Urge.objects.exists()
    answer = at_office.post(f"{BASE}/urge/send/", {"item": keys(*reports), **sent_form(page)}, follow=True)
    assert "已催报：2 人收到站内消息。" in text_of(answer)
    assert answer.request["PATH_INFO"] == f"{BASE}/ledger/"
    (message,) = Message.objects.inbox_of(reporter)
    assert message.subject == "催报：季度填报 2 项"
    inbox = text_of(client_of(reporter).get(f"/work/inbox/{message.pk}/"))
    assert "第2项“任务之2”，应于4月8日18:00前完成" in inbox
    assert "任务之3" not in inbox
    assert Message.objects.inbox_of(kjj_reporter).count() == 1
    assert not Message.objects.filter(recipient=leader).exists()
    again = text_of(at_office.get(f"{BASE}/urge/?times=1"))
    assert "共 <strong>3</strong> 项" in again and "没有符合条件" not in again
    assert AuditEvent.objects.filter(verb="催报").count() == 1


def test_a_double_click_sends_once(at_office, reports, reporter):
    form = {"item": keys(*reports), **sent_form(text_of(preview(at_office, *reports)))}
    at_office.post(f"{BASE}/urge/send/", form)
    answer = at_office.post(f"{BASE}/urge/send/", form, follow=True)
    assert "没有重复发送" in text_of(answer)
    assert (Urge.objects.count(), Message.objects.filter(recipient=reporter).count()) == (1, 1)
    assert Reminder.objects.count() == 2


def test_changed_words_are_shown_before_they_go(at_office, reports, reporter):
    form = {"item": keys(*reports), **sent_form(text_of(preview(at_office, *reports))), "words": WORDS}
    page = text_of(at_office.post(f"{BASE}/urge/send/", form))
    assert "文字已修改，请核对" in page and WORDS in page
    assert not Message.objects.exists()
    at_office.post(f"{BASE}/urge/send/", {"item": keys(*reports), **sent_form(page)})
    assert Message.objects.get(recipient=reporter).text.startswith(WORDS)


def test_too_long_words_are_kept_and_nothing_goes(at_office, reports, reporter):
    form = {"item": keys(*reports), **sent_form(text_of(preview(at_office, *reports)))}
    answer = at_office.post(f"{BASE}/urge/send/", form | {"words": "请" * 501})
    assert answer.status_code == 400
    assert "最多 500 字" in text_of(answer) and "请" * 501 in text_of(answer)
    assert not Urge.objects.exists()


def test_what_was_filed_meanwhile_is_not_urged(at_office, reports, reporter, approver):
    form = {"item": keys(*reports[:2]), **sent_form(text_of(preview(at_office, *reports[:2])))}
    report = fill(reports[0], by=reporter, now=AFTER_DUE)
    workflow.submit(report, by=reporter, now=AFTER_DUE, revision=report.revision)
    at_office.post(f"{BASE}/urge/send/", form)
    assert [each.report for each in Reminder.objects.filter(recipient=reporter)] == [reports[1]]
    answer = preview(at_office, reports[0])
    assert answer.status_code == 302
    assert "所选事项都已办理" in text_of(at_office.get(answer.url))


# --- whom it reaches ----------------------------------------------------------------------------


def send(office, reports, to=(), **more):
    said = {"words": WORDS, "token": TOKEN, "by": office, "now": AFTER_DUE} | more
    plan = reports[0].period.plan
    return urging.send(plan, keys(*reports), to={user.pk for user in to}, **said)[0]


def previewed(office, reports):
    return urging.preview(reports[0].period.plan, keys(*reports), by=office, now=AFTER_DUE)


def test_a_head_is_written_to_only_where_ticked_by_hand(at_office, office, reports, reporter, fgw):
    head = person("fgw-head", "approver", "fgw", full_name="孙主任")
    Contact.objects.create(agency=fgw, kind="responsible_leader", name="孙主任", user=head)
    page = text_of(preview(at_office, *reports[:1]))
    assert re.search(rf'name="head" value="{head.pk}">', page)
    send(office, reports[:1], [reporter, head])
    assert not Message.objects.filter(recipient=head).exists()
    urge = send(office, reports[:1], heads={head.pk}, token="b" * 32)
    assert urge.to_heads and Message.objects.get(recipient=head).urge == urge


def test_a_leader_is_never_reached_even_as_a_contact(office, reports, reporter, leader, fgw):
    Contact.objects.create(agency=fgw, kind="responsible_leader", name="郑市长", user=leader)
    assert [each.user for each in previewed(office, reports[:1]).heads] == []
    send(office, reports[:1], [reporter, leader], heads={leader.pk})
    assert not Message.objects.filter(recipient=leader).exists()


def test_the_mail_goes_where_it_can_and_the_preview_says_where_not(office, reports, approver, reporter, post):
    reporter.email = "zhao@fgw.example"
    reporter.save()
    approver.email = "qian@fgw.example"
    approver.save()
    choices.choose(approver, {Channel.MAIL: False}, by=approver, now=AFTER_DUE)
    why = {each.user: (each.mail, each.why_no_mail) for each in previewed(office, reports[:1]).letters}
    assert why == {reporter: ("zhao@fgw.example", ""), approver: ("", "本人选择不收邮件")}
    send(office, reports[:1], [reporter, approver])
    waiting = Message.objects.get(channel=Channel.MAIL)
    assert (waiting.recipient, waiting.state) == (reporter, "planned")
    assert Message.objects.filter(channel=Channel.INBOX, state="sent").count() == 2
    sending.send_due(lambda: AFTER_DUE)
    (letter,) = post.letters
    assert letter.subject == "催报：季度填报 1 项" and "应于4月8日18:00前完成" in letter.body


def test_a_body_with_nobody_is_named_with_the_reason(at_office, office, reports, reporter):
    page = text_of(preview(at_office, *reports))
    assert "送不到的单位" in page and "没有在岗的填报人、审核人" in page
    assert [agency.code for agency in previewed(office, reports).silent] == ["kjj"]


def test_a_group_is_told_only_what_everybody_may_know(office, reports, reporter):
    robot = Robot.objects.create(name="联络员群", form="wecom", url="https://robot.example/x")
    task = reports[1].task
    type(task).objects.filter(pk=task.pk).update(is_sensitive=True)
    send(office, reports[:2], [reporter], robots={robot.pk})
    said = Message.objects.get(robot=robot)
    assert "任务之1" in said.text and "任务之2" not in said.text
    # Those whose duty it is are told all the same.
    assert "任务之2" in Message.objects.get(recipient=reporter).text


def test_the_group_of_one_body_hears_what_is_its_own(office, approver, reporter, fgw):
    report = factories.make_report(factories.make_task(1, leads=[fgw]), fgw)
    report = fill(report, by=reporter, now=AFTER_DUE)
    workflow.submit(report, by=reporter, now=AFTER_DUE, revision=report.revision)
    robot = Robot.objects.create(name="本单位群", form="wecom", url="https://robot.example/x", agency=fgw)
    plan, named = report.period.plan, [f"sign_off:report:{report.pk}"]
    urging.send(plan, named, to=(), robots={robot.pk}, words="", token=TOKEN, by=office, now=AFTER_DUE)
    said = Message.objects.get(robot=robot)
    assert "1家单位共1项待办理" in said.text and "任务之1" in said.text


def test_no_mail_names_a_sensitive_task(at_office, office, reports, reporter, post):
    reporter.email = "zhao@fgw.example"
    reporter.save()
    task = reports[1].task
    type(task).objects.filter(pk=task.pk).update(is_sensitive=True)
    assert "邮件中敏感任务不写名称" in text_of(preview(at_office, *reports[:2]))
    send(office, reports[:2], [reporter])
    said = {each.channel: each.text for each in Message.objects.filter(recipient=reporter)}
    assert "任务之2" in said["inbox"]
    assert "任务之1" in said["mail"] and "任务之2" not in said["mail"]
    type(task).objects.filter(pk=reports[0].task_id).update(is_sensitive=True)
    sending.send_due(lambda: AFTER_DUE)
    (letter,) = post.letters
    assert "任务之1" not in letter.body, "sensitive since it was written"


def test_a_body_that_lost_a_sensitive_duty_is_not_told_of_it(office, reports, reporter):
    task = reports[0].task
    type(task).objects.filter(pk=task.pk).update(is_sensitive=True)
    task.assignments.update(valid_until=factories.OPENS.date())
    found = previewed(office, reports[:1])
    assert found.letters == () and "没有可以知悉" in next(iter(found.silent.values()))


def test_only_the_office_urges(reports, reporter, leader, admin):
    for user in (reporter, leader, admin):
        with pytest.raises(Denied):
            previewed(user, reports)
        assert client_of(user).post(f"{BASE}/urge/preview/", {"item": keys(*reports)}).status_code == 403


# --- the list -----------------------------------------------------------------------------------


def test_the_list_asks_as_much_for_many_rows(at_office, reports, reporter, fgw):
    at_office.get(f"{BASE}/urge/")  # the session has begun
    with CaptureQueriesContext(connection) as few:
        at_office.get(f"{BASE}/urge/")
    for number in range(10, 16):
        factories.make_report(factories.make_task(number, leads=[fgw]), fgw)
    with CaptureQueriesContext(connection) as many:
        assert "共 <strong>9</strong> 项" in text_of(at_office.get(f"{BASE}/urge/"))
    assert len(few) == len(many) <= 12


def test_rows_chosen_elsewhere_arrive_chosen(at_office, reports):
    answer = at_office.post(f"{BASE}/urge/", {"report": [reports[2].pk, "x"], "verb": "waive"})
    page = text_of(at_office.get(answer.url))
    assert "任务之3" in page and "任务之1" not in page
    assert "checked" in page.split('name="item"')[1][:80]
    assert "催报所选" in text_of(at_office.get("/work/2030-2032/2030Q1/returns/"))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("agency=kjj", {3}),
        ("q=任务之2", {2}),
        ("overdue=false", set()),
        ("period=2030Q1&overdue=true", {1, 2, 3}),
        ("last=never", {1, 2, 3}),
        ("times=3", set()),
        ("kind=sign_off", set()),
        ("kind=all", {1, 2, 3}),
        ("kind=nonsense", {1, 2, 3}),
    ],
)
def test_the_list_is_narrowed(at_office, reports, asked, found):
    page = text_of(at_office.get(f"{BASE}/urge/?{asked}"))
    assert {number for number in (1, 2, 3) if f"“任务之{number}”" in page} == found


def test_the_export_has_the_columns_of_the_unreported_list(at_office, reports, reporter, office):
    by_word.note_call(**call(reports[:1], office))
    workbook = openpyxl.load_workbook(BytesIO(at_office.get(f"{BASE}/urge/export.xlsx?agency=fgw").content))
    head, first, second = workbook.active.iter_rows(values_only=True)
    assert head[:8] == (
        *("单位", "任务", "报告期", "应报时间", "逾期天数", "填报人", "联系电话", "已催报次数"),
    )
    assert (first[0], first[4], first[5], first[7], second[7]) == ("市发展改革委", 2, "赵填报", 1, 0)


def test_the_quarters_workbook_counts_the_same(reports, office, reporter):
    by_word.note_call(**call(reports[:1], office))
    period = reports[0].period
    rows = figures.unreported(period.plan, period, office, AFTER_DUE)
    assert {row.report: row.reminded for row in rows} == {reports[0]: 1, reports[1]: 0, reports[2]: 0}


def test_lagging_tasks_can_be_urged(office, people, fgw):
    task = factories.make_task(1, leads=[fgw])
    factories.make_goal(task, by=office)
    report = factories.make_report(task, fgw)
    factories.walk(report, factories.State.ACCEPTED, **people, percent=2)
    factories.decide(report.period, by=office)
    (lagging,) = owed_now(task.plan, AFTER_DUE, {"lagging"})
    assert lagging.agency == fgw and "第1项“任务之1”" in lagging.line and "灯）" in lagging.line
    shown = urging.preview(task.plan, [lagging.key], by=office, now=AFTER_DUE)
    assert {each.user for each in shown.letters} == {people["reporter"], people["approver"]}


# --- by word ------------------------------------------------------------------------------------


def call(reports, office, **more):
    said = {"spoke_with": "综合科王某", "words": "答复明日报出", "at": AFTER_DUE, "token": TOKEN}
    return (
        {"plan": reports[0].period.plan, "keys": keys(*reports), "by": office, "now": AFTER_DUE} | said | more
    )


def test_a_telephone_call_is_written_down(at_office, reports):
    page = text_of(at_office.post(f"{BASE}/urge/call/", {"item": keys(*reports[:2])}))
    assert "登记电话提醒" in page and not Urge.objects.exists()
    token = re.search(r'name="token" value="(\w+)"', page).group(1)
    form = {
        "item": keys(*reports[:2]),
        "done": "1",
        "token": token,
        "spoke_with": "",
        "words": "答复明日报出",
    }
    answer = at_office.post(f"{BASE}/urge/call/", form | {"at": "2030-04-09T10:00"})
    assert answer.status_code == 400 and "请写明和谁通的话" in text_of(answer)
    assert "答复明日报出" in text_of(answer)
    form |= {"at": "2030-04-09T10:00", "spoke_with": "综合科王某"}
    for _ in range(2):
        answer = at_office.post(f"{BASE}/urge/call/", form, follow=True)
    ledger = text_of(answer)
    assert "已通话" in ledger and "综合科王某" in ledger and "答复明日报出" in ledger
    assert Urge.objects.get().way == "phone" and Reminder.objects.filter(channel="phone").count() == 2


def test_a_call_is_to_one_body_and_not_of_tomorrow(at_office, reports):
    form = {"done": "1", "token": TOKEN, "spoke_with": "王某", "words": "已告知", "item": keys(*reports)}
    answer = at_office.post(f"{BASE}/urge/call/", form | {"at": "2030-04-10T10:00"})
    assert "只登记一家单位" in text_of(answer) and "不能晚于现在" in text_of(answer)
    assert not Urge.objects.exists()


def test_the_text_for_the_group_is_counted_only_where_it_was_sent(at_office, reports):
    task = reports[1].task
    type(task).objects.filter(pk=task.pk).update(is_sensitive=True)
    page = text_of(at_office.post(f"{BASE}/urge/copy/", {"item": keys(*reports)}))
    text = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", page, re.S).group(1)
    assert "2家单位共2项待办理" in text and "市科技局（1项）：" in text and "任务之2" not in text
    assert "有 1 项不宜在群里点名" in page and not Urge.objects.exists()
    token = re.search(r'name="token" value="(\w+)"', page).group(1)
    form = {"item": keys(*reports), "done": "1", "token": token, "words": text}
    ledger = text_of(at_office.post(f"{BASE}/urge/copy/", form, follow=True))
    assert "已发工作群" in ledger
    assert {each.report for each in Reminder.objects.all()} == {reports[0], reports[2]}
    assert not Message.objects.exists()
