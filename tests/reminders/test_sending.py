"""Rows first, a claim, the message, what became of it: what is sent, tried again, given up and doubted."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from progress.models import ProgressReport
from reminders import digests, jobs, sending
from reminders.channels import mail, wecom
from reminders.channels.shape import SENT, Outcome, Result, doubtful, later, refused
from reminders.models import JobTick, Message, Robot
from reminders.models.rules import Channel
from tests import factories
from tests.cast import person
from tests.factories import fill, walk
from tests.reminders.outbox import make_digest, make_message

pytestmark = pytest.mark.django_db
State = Message.State
INBOX, MAIL = Channel.INBOX, Channel.MAIL


@pytest.fixture
def reader(fgw):
    return person("reader", "reporter", "fgw", email="reader@example.cn", full_name="张三")


@pytest.fixture
def robot():
    return Robot.objects.create(name="工作群", form="wecom", url="https://qyapi.weixin.qq.com/send?key=1")


def answering(monkeypatch, *outcomes, module=mail):
    """The channel answers with these outcomes, the last one for ever; returns what was handed to it."""
    handed, left = [], list(outcomes)

    def send(outgoing):
        handed.append(outgoing)
        return left.pop(0) if len(left) > 1 else left[0]

    monkeypatch.setattr(module, "send", send)
    return handed


def state(message):
    message.refresh_from_db()
    return message.state


# --- sent ----------------------------------------------------------------------------------------


def test_inbox_and_letter_leave_once_and_not_before_their_time(reader, clock, post):
    early = make_message(reader, now=clock.now, send_from=clock.now + timedelta(hours=1))
    inbox, letter = (make_message(reader, channel, now=clock.now) for channel in (INBOX, MAIL))
    assert post() == 2
    assert post() == 0
    assert (state(inbox), state(letter), state(early)) == (State.SENT, State.SENT, State.PLANNED)
    assert inbox.sent_at == letter.sent_at == clock.now
    assert [each.to for each in post.letters] == [["reader@example.cn"]]
    assert post.letters[0].extra_headers["Message-ID"] == letter.message_id
    assert "https://plan.example.cn/work/" in post.letters[0].body


def test_the_message_id_is_the_same_at_every_attempt_and_no_other_has_it(reader, clock, post, monkeypatch):
    make_message(reader, now=clock.now)
    make_message(reader, now=clock.now)
    handed = answering(monkeypatch, later("稍后"))
    post()
    clock.forward(timedelta(minutes=2))
    post()
    ids = [each.id for each in handed]
    assert len(ids) == 4
    assert len(set(ids)) == 2
    assert all(each.startswith("<message-") and each.endswith("@plan.example.cn>") for each in ids)


def test_a_digest_leaves_out_what_was_done_and_is_cancelled_where_nothing_is_left(
    fgw, reader, people, clock, post
):
    tasks = [factories.make_task(number, leads=[fgw]) for number in (1, 2)]
    first, second = (factories.make_report(task, fgw) for task in tasks)
    clock.now = factories.BEFORE_DUE
    letter = make_digest(reader, [first, second], now=clock.now)
    inbox = make_digest(reader, [first], INBOX, now=clock.now)
    walk(fill(first, by=people["reporter"]), ProgressReport.State.UNDER_REVIEW, **people)
    assert post() == 1
    assert (state(letter), state(inbox)) == (State.SENT, State.CANCELLED)
    assert list(letter.reminders.filter(dropped_at=None).values_list("report", flat=True)) == [second.pk]
    assert inbox.reminders.get().dropped_at == clock.now
    assert "第2项" in post.letters[0].body
    assert "第1项" not in post.letters[0].body
    assert letter.text in post.letters[0].body


def test_a_digest_that_must_be_tried_again_waits_through_the_night(fgw, reader, clock, post):
    report = factories.make_report(factories.make_task(1, leads=[fgw]), fgw)
    clock.now = factories.BEFORE_DUE.replace(hour=22)
    letter = make_digest(reader, [report], now=clock.now)
    assert post() == 0
    assert (state(letter), letter.attempts) == (State.PLANNED, 0)
    clock.now = clock.now.replace(hour=9) + timedelta(days=1)
    assert post() == 1


# --- not sent ------------------------------------------------------------------------------------


def test_what_may_mend_itself_is_tried_again_ever_later_and_then_shown(reader, clock, post, monkeypatch):
    message = make_message(reader, now=clock.now)
    handed = answering(monkeypatch, later("对方忙。"))
    waits = []
    for _ in range(sending.MOST_ATTEMPTS):
        post()
        assert post() == 0, "not before its time"
        message.refresh_from_db()
        if message.state == State.PLANNED:
            waits.append((message.next_try_at - clock.now) / timedelta(minutes=1))
            clock.now = message.next_try_at
    assert waits == [1, 5, 15, 60, 60]
    assert (message.state, message.error, len(handed)) == (State.FAILED, "对方忙。", 6)


@pytest.mark.parametrize(
    ("outcome", "expected"), [(refused("查无此人。"), State.FAILED), (doubtful("没有回执。"), State.DOUBTFUL)]
)
def test_refused_and_doubtful_are_never_sent_again_by_themselves(
    reader, clock, post, monkeypatch, outcome, expected
):
    message = make_message(reader, now=clock.now)
    handed = answering(monkeypatch, outcome)
    for _ in range(5):
        post()
        clock.forward(timedelta(hours=1))
        sending.reconcile(clock.now)
    assert (state(message), message.error, len(handed)) == (expected, outcome.reason, 1)


def test_who_has_no_address_gets_the_inbox_and_the_letter_says_why_it_failed(fgw, clock, post):
    somebody = person("somebody", "reporter", "fgw")
    inbox, letter = (make_message(somebody, channel, now=clock.now) for channel in (INBOX, MAIL))
    post()
    assert (state(inbox), state(letter)) == (State.SENT, State.FAILED)
    assert "没有登记电子邮箱" in letter.error


@pytest.mark.parametrize("silence", [later("不通。", is_down=True), doubtful("没有回执。")])
def test_a_robot_that_hangs_is_left_alone_and_the_others_go_on(
    reader, robot, clock, post, monkeypatch, silence
):
    stuck = [make_message(None, Channel.ROBOT, robot=robot, now=clock.now) for _ in range(3)]
    other = Robot.objects.create(name="另一群", form="dingtalk", url="https://oapi.dingtalk.com/r")
    well = make_message(None, Channel.ROBOT, robot=other, now=clock.now)
    letter = make_message(reader, now=clock.now)
    handed = answering(monkeypatch, silence, module=wecom)
    spoken = answering(monkeypatch, SENT, module=sending.channel_of(well))
    post()
    assert (len(handed), len(spoken), len(post.letters)) == (1, 1, 1)
    assert (state(well), state(letter)) == (State.SENT, State.SENT)
    assert sorted(map(state, stuck)) == sorted([silence_state(silence), State.PLANNED, State.PLANNED])


def silence_state(outcome):
    return State.DOUBTFUL if outcome.result == Result.DOUBTFUL else State.PLANNED


def test_a_message_that_breaks_is_shown_and_stops_no_other(reader, clock, post, monkeypatch):
    def break_on_first(outgoing):
        if outgoing.subject == "第1条消息":
            raise RuntimeError("boom")
        return SENT

    broken, well = (make_message(reader, now=clock.now) for _ in range(2))
    monkeypatch.setattr(mail, "send", break_on_first)
    post()
    assert (state(broken), state(well)) == (State.DOUBTFUL, State.SENT)
    assert "RuntimeError" in broken.error


def test_a_digest_that_cannot_be_written_fails_before_it_sets_out(fgw, reader, clock, post, monkeypatch):
    report = factories.make_report(factories.make_task(1, leads=[fgw]), fgw)
    clock.now = factories.BEFORE_DUE
    both = [make_digest(reader, [report], channel, now=clock.now) for channel in (INBOX, MAIL)]
    monkeypatch.setattr(digests, "compose", lambda *args, **kwargs: 1 / 0)
    assert post() == 0
    assert [state(each) for each in both] == [State.FAILED, State.FAILED]
    assert post.letters == []


def test_a_robot_or_person_switched_off_meanwhile_is_not_spoken_to(reader, robot, clock, post):
    Robot.objects.update(is_on=False)
    reader.is_active = False
    reader.save()
    spoken = make_message(None, Channel.ROBOT, robot=robot, now=clock.now)
    letter = make_message(reader, now=clock.now)
    post()
    assert (state(spoken), state(letter)) == (State.FAILED, State.FAILED)
    assert "已停用" in spoken.error
    assert post.letters == []


def test_the_database_away_leaves_the_row_as_it_is(reader, clock, post, monkeypatch):
    message = make_message(reader, now=clock.now)

    def away(*args):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(sending, "claim", away)
    with pytest.raises(OperationalError):
        post()
    assert state(message) == State.PLANNED


# --- claims --------------------------------------------------------------------------------------


def test_of_two_workers_one_has_the_message(reader, clock):
    message = make_message(reader, now=clock.now)
    assert sending.claim(message, clock.now)
    assert sending.claim(message, clock.now) == ""


def test_who_comes_late_does_not_hurry_what_was_put_off(reader, clock, post, monkeypatch):
    handed = answering(monkeypatch, later("邮件服务器没有接通。"))
    message = make_message(reader, now=clock.now)
    late = Message.objects.get()
    post()
    assert state(message) == State.PLANNED and message.next_try_at > clock.now
    sending._send_one(late, lambda: clock.now)
    message.refresh_from_db()
    assert (len(handed), message.attempts) == (1, 1)


def test_what_has_become_sensitive_since_leaves_the_house_unnamed(reader, robot, clock, post, fgw, settings):
    settings.WEBHOOK_HOSTS = ["qyapi.weixin.qq.com"]
    task = factories.make_task(1, leads=[fgw])
    report = factories.make_report(task, fgw)
    clock.now = factories.BEFORE_DUE
    letter = make_digest(reader, [report], now=clock.now)
    letter.reminders.update(line="机密的事")
    group = make_digest(None, [report], Channel.ROBOT, now=clock.now, robot=robot)
    group.reminders.update(recipient=None, robot=robot, line="机密的事")
    type(task).objects.filter(pk=task.pk).update(is_sensitive=True)
    post()
    assert (state(letter), state(group)) == (State.SENT, State.CANCELLED)
    assert "机密的事" not in post.letters[0].body + letter.text


def set_out(message, now):
    """As a worker that dies the moment before the letter leaves."""
    token = sending.claim(message, now)
    return token, sending._set_out(message, token, now)


def test_a_worker_that_died_before_the_letter_left_loses_nothing(reader, clock, post):
    message = make_message(reader, now=clock.now)
    sending.claim(message, clock.now)
    assert sending.reconcile(clock.now + timedelta(minutes=4)) == 0
    assert sending.reconcile(clock.forward(timedelta(minutes=6))) == 1
    assert post() == 1
    assert (state(message), len(post.letters)) == (State.SENT, 1)


def test_a_worker_that_died_while_sending_leaves_a_doubt_for_a_person(reader, clock, post):
    message = make_message(reader, now=clock.now)
    set_out(message, clock.now)
    assert sending.reconcile(clock.forward(timedelta(minutes=6))) == 1
    assert post() == 0
    assert state(message) == State.DOUBTFUL
    assert "核实" in message.error


def test_a_worker_thought_dead_settles_the_doubt_itself(reader, clock):
    message = make_message(reader, now=clock.now)
    token, _ = set_out(message, clock.now)
    sending.reconcile(clock.now + timedelta(hours=1))
    sending._keep(message, token, Outcome(Result.SENT), clock.now)
    assert state(message) == State.SENT


def test_a_worker_thought_dead_does_not_send_what_another_has(reader, clock, post):
    message = make_message(reader, now=clock.now)
    token = sending.claim(message, clock.now)
    sending.reconcile(clock.forward(timedelta(minutes=6)))
    assert post() == 1
    assert sending._set_out(message, token, clock.now) is None
    assert len(post.letters) == 1


def test_a_clock_that_was_ahead_holds_nothing_back(reader, clock, post):
    message = make_message(reader, now=clock.now)
    sending.claim(message, clock.now + timedelta(days=1))
    assert sending.reconcile(clock.now) == 1
    assert post() == 1
    assert state(message) == State.SENT


# --- jobs ----------------------------------------------------------------------------------------


def test_jobs_tick_and_a_failure_is_counted_and_forgotten(monkeypatch):
    jobs.send_due.apply()
    tick = JobTick.objects.get(name="reminders.jobs.send_due")
    assert (tick.failures, tick.done) == (0, 0)
    assert tick.finished_at >= tick.started_at

    def broken(clock):
        raise RuntimeError("boom")

    with monkeypatch.context() as patch:
        patch.setattr(sending, "send_due", broken)
        for _ in range(2):
            jobs.send_due.apply()
    tick.refresh_from_db()
    assert (tick.failures, tick.error) == (2, "RuntimeError: boom")
    jobs.send_due.apply()
    tick.refresh_from_db()
    assert (tick.failures, tick.error) == (0, "")


def test_planning_and_looking_after_claims_tick_too():
    jobs.plan_today.apply()
    jobs.reconcile_claims.apply()
    assert JobTick.objects.filter(failures=0).count() == 2
