"""运行情况: what the office and the administrator see of it, and what they may do about what was not sent."""

from datetime import timedelta

import pytest
from celery import current_app
from django.urls import reverse
from django.utils import timezone

from agencies.models import AuditEvent, Post
from reminders import operations
from reminders.channels import wecom
from reminders.channels.shape import SENT, refused
from reminders.models import JobTick, Message, ReminderRule, Robot
from supervision.models import SupervisionOrder
from tests import factories
from tests.cast import body, person
from tests.reminders.outbox import make_message

pytestmark = pytest.mark.django_db
State = Message.State
SECRET_URL = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=very-secret-key"


@pytest.fixture
def reader(fgw):
    return person("reader", "reporter", "fgw", full_name="张三丰")


@pytest.fixture
def unsent(reader):
    now = timezone.now()
    failed = make_message(reader, now=now, state=State.FAILED, error="查无此人。", attempts=6)
    doubtful = make_message(
        reader, now=now, state=State.DOUBTFUL, error="没有回执。", claimed_at=now, claim="abc", address="x"
    )
    return {"failed": failed, "doubtful": doubtful}


def page(client, name="operations", **query):
    return client.get(reverse(f"reminders:{name}"), query)


def words(response):
    assert response.status_code == 200
    return response.content.decode()


def settle(client, verb, *messages):
    chosen = {"verb": verb, "message": [message.pk for message in messages]}
    return client.post(reverse("reminders:unsent_settle"), chosen)


# --- how it fares --------------------------------------------------------------------------------


def test_every_job_of_the_timetable_is_named_and_shown(office, as_):
    scheduled = {entry["task"] for entry in current_app.conf.beat_schedule.values()}
    assert scheduled <= set(operations.JOBS), "name it in reminders.operations.JOBS"
    said = words(page(as_(office)))
    for label, _ in operations.JOBS.values():
        assert label in said


def test_the_page_names_what_is_wrong(office, as_, unsent, reader, settings):
    settings.EMAIL_READY, settings.WEBHOOK_HOSTS = False, []
    now = timezone.now()
    make_message(reader, now=now, send_from=now - timedelta(minutes=40))
    name = "reminders.jobs.send_due"
    JobTick.objects.create(name=name, finished_at=now - timedelta(hours=2), failures=3, error="断线")
    said = words(page(as_(office)))
    for each in ("有 1 条发送失败、1 条待核实", "EMAIL_URL", "WEBHOOK_HOSTS", "连续失败 3 次", "断线"):
        assert each in said


def test_the_headline_says_that_jobs_stand_still(office, as_):
    assert "后台任务还没有运行过" in words(page(as_(office)))
    now, name = timezone.now(), "reminders.jobs.send_due"
    JobTick.objects.create(name=name, started_at=now, finished_at=now)
    assert "消息发送正常" in words(page(as_(office)))
    JobTick.objects.update(started_at=now - timedelta(hours=1), finished_at=None)
    assert "有 1 项定时任务需处理" in words(page(as_(office)))


def test_every_page_leads_who_looks_after_it_to_what_was_not_sent(office, admin, reader, as_, unsent):
    badge = '<span>运行情况</span><span class="badge-count" title="待办 2 项">2</span>'
    for who in (office, admin):
        assert badge in words(as_(who).get(reverse("agencies:agency_list")))
    assert "badge-count" not in words(as_(reader).get(reverse("reminders:inbox")))


def test_healthz_tells_two_ages_and_what_was_not_sent_and_nothing_else(client, reader, unsent):
    assert client.get("/healthz").json() == {
        "status": "ok",
        "queue_age_seconds": 0,
        "last_tick_age_seconds": None,
        "unsent": 2,
    }
    now = timezone.now()
    make_message(reader, now=now, send_from=now - timedelta(minutes=10))
    make_message(reader, now=now, send_from=now + timedelta(minutes=10))
    JobTick.objects.create(name="x", finished_at=now - timedelta(seconds=30))
    ages = client.get("/healthz").json()
    assert 600 <= ages["queue_age_seconds"] < 660
    assert 30 <= ages["last_tick_age_seconds"] < 90


# --- what was not sent ---------------------------------------------------------------------------


def test_the_office_reads_what_was_not_sent_and_the_administrator_only_that_it_was_not(
    office, admin, as_, unsent
):
    for each in (words(page(as_(office), "unsent")), words(page(as_(admin), "unsent"))):
        assert "查无此人。" in each
        assert "张三丰" in each
    assert "第1条消息" in words(page(as_(office), "unsent"))
    assert "第1条消息" not in words(page(as_(admin), "unsent"))
    assert page(as_(office), "unsent_export").status_code == 200


def test_the_list_filters_and_sorts(office, as_, unsent):
    client = as_(office)
    only = words(page(client, "unsent", state="doubtful", sort="-at"))
    assert "没有回执。" in only
    assert "查无此人。" not in only
    assert "没有符合条件" in words(page(client, "unsent", q="不存在"))


@pytest.mark.parametrize(
    ("verb", "which", "after"),
    [
        ("retry", "failed", State.PLANNED),
        ("retry", "doubtful", State.PLANNED),
        ("delivered", "doubtful", State.SENT),
        ("give_up", "failed", State.CANCELLED),
    ],
)
def test_a_person_settles_a_message_and_the_trail_knows(office, as_, unsent, verb, which, after):
    message = unsent[which]
    assert settle(as_(office), f"{verb}:{message.pk}").status_code == 302
    message.refresh_from_db()
    assert (message.state, message.settled_by) == (after, office)
    if verb == "retry":
        assert (message.attempts, message.claim, message.address) == (0, "", "")
    event = AuditEvent.objects.latest("pk")
    assert (event.actor_id, event.subject_id) == (office.pk, str(message.pk))
    assert event.detail["to"] == after


def test_many_are_settled_at_once_and_what_is_settled_stays(office, admin, as_, unsent):
    settle(as_(admin), "give_up", *unsent.values())
    assert set(Message.objects.values_list("state", flat=True)) == {State.CANCELLED}
    again = as_(office).post(
        reverse("reminders:unsent_settle"), {"verb": "retry", "message": ["x", "9" * 30]}, follow=True
    )
    assert "没有选择消息" in again.content.decode()
    late = as_(office).post(
        reverse("reminders:unsent_settle"), {"verb": f"retry:{unsent['failed'].pk}"}, follow=True
    )
    assert "刚被他人处理过" in late.content.decode()
    assert set(Message.objects.values_list("state", flat=True)) == {State.CANCELLED}


def test_an_empty_list_says_what_it_is_for(office, as_):
    assert "没有未送达的消息" in words(page(as_(office), "unsent"))


# --- whom nothing reaches ------------------------------------------------------------------------


def test_people_bodies_and_rules_nothing_reaches_are_named(office, kjj, as_, reader, settings):
    settings.EMAIL_READY = False
    factories.make_task(1, leads=[kjj])
    Post.objects.filter(agency=kjj).delete()
    plan = factories.make_plan()
    given_out = {"drafted_at": timezone.now(), "drafted_by": office, "issued_at": timezone.now()}
    number = {"year": 2030, "number": 1, "mark": "督", "state": "issued", "issued_by": office}
    SupervisionOrder.objects.create(plan=plan, title="办", agency=body("sixian"), **given_out, **number)
    given = {"plan": plan, "kind": "return", "line": "{任务}", "is_on": True}
    ReminderRule.objects.create(name="没有对象的规则", audience=[], channels=["inbox"], **given)
    ReminderRule.objects.create(name="只发邮件的规则", audience=["reporter"], channels=["mail"], **given)
    ReminderRule.objects.create(name="好规则", audience=["reporter"], channels=["inbox"], **given)
    given |= {"line": "{姓名}请办理", "channels": ["inbox"]}
    ReminderRule.objects.create(name="写错占位符的规则", audience=["reporter"], **given)
    said = words(page(as_(office), "unreached"))
    for each in ("没有对象的规则", "没有选择提醒对象", "只发邮件的规则", "EMAIL_URL", "市科技局", "张三丰"):
        assert each in said
    assert "泗县人民政府" in said, "it has an order in hand"
    assert "写错占位符的规则" in said and "不认识的占位符：{姓名}" in said
    assert "好规则" not in said


# --- robots --------------------------------------------------------------------------------------


def typed(**values):
    return {"name": "工作群", "form": "wecom", "url": SECRET_URL, "secret": "", "is_on": "on", **values}


def test_a_robot_is_added_tried_and_switched_and_its_keys_are_never_shown(office, as_, monkeypatch):
    client = as_(office)
    assert client.post(reverse("reminders:robot_new"), typed(secret="SECabc")).status_code == 302
    robot = Robot.objects.get()
    heard = []
    monkeypatch.setattr(wecom, "send", lambda outgoing: heard.append(outgoing) or SENT)
    said = client.post(reverse("reminders:robot_test", args=[robot.pk]), follow=True).content.decode()
    assert "已收下测试消息" in said
    assert heard[0].endpoint == SECRET_URL
    monkeypatch.setattr(wecom, "send", lambda outgoing: refused("对方拒收。"))
    said += client.post(reverse("reminders:robot_test", args=[robot.pk]), follow=True).content.decode()
    assert "对方拒收。" in said
    client.post(reverse("reminders:robot_switch", args=[robot.pk]), {"on": "0"})
    robot.refresh_from_db()
    assert not robot.is_on
    said += client.get(reverse("reminders:robot", args=[robot.pk])).content.decode()
    told = str(list(AuditEvent.objects.values_list("verb", "detail", "subject_label")))
    for each in ("very-secret-key", "SECabc"):
        assert each not in said
        assert each not in told
    for verb in ("新增群机器人", "测试群机器人", "停用群机器人"):
        assert verb in told


def test_an_edit_keeps_the_keys_that_are_not_typed_anew(office, as_):
    robot = Robot.objects.create(name="工作群", form="wecom", url=SECRET_URL, secret="SECabc")
    address = reverse("reminders:robot", args=[robot.pk])
    assert as_(office).post(address, typed(name="新名", url="")).status_code == 302
    robot.refresh_from_db()
    assert (robot.name, robot.url, robot.secret) == ("新名", SECRET_URL, "SECabc")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"url": "https://evil.example.com/x"}, "不在允许之列"),
        ({"url": "http://qyapi.weixin.qq.com/x"}, "https://"),
        ({"url": ""}, "必填"),
        ({"form": "json", "secret": "short"}, "至少 16 个字符"),
        ({"name": ""}, "必填"),
        ({"url": "无"}, "合法的URL"),
    ],
)
def test_a_robot_that_could_never_speak_is_refused_with_a_sentence(office, as_, values, sentence):
    answer = as_(office).post(reverse("reminders:robot_new"), typed(**values))
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not Robot.objects.exists()


def test_a_robot_is_nobody_elses(reader, leader, as_):
    robot = Robot.objects.create(name="工作群", form="wecom", url=SECRET_URL)
    for user in (reader, leader):
        assert as_(user).get(reverse("reminders:robot", args=[robot.pk])).status_code == 403
        assert as_(user).post(reverse("reminders:robot_test", args=[robot.pk])).status_code == 403
