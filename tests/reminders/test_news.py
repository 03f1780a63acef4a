"""What happened to one's own things lies in one's inbox at once: who is told what, and who never is."""

import pytest
from django.db import transaction

from agencies import reach
from agencies.models import User
from progress import workflow
from progress.models import ProgressReport
from reminders import choices, inbox, news
from reminders.models import Message
from reminders.models.rules import Channel
from tests import factories
from tests.cast import body, person
from tests.factories import BEFORE_DUE, fill, walk

pytestmark = pytest.mark.django_db
State = ProgressReport.State
REASON = "数据与佐证不一致"


@pytest.fixture
def report(fgw, kjj):
    return factories.make_report(factories.make_task(1, leads=[fgw], supports=[kjj]), fgw)


@pytest.fixture
def done(django_capture_on_commit_callbacks):
    """`done(verb, report, by=…)`: the verb with everything that follows its commit."""

    def doing(verb, report, *, by, **words):
        with django_capture_on_commit_callbacks(execute=True):
            return verb(report, by=by, now=BEFORE_DUE, revision=report.revision, **words)

    return doing


def told(user):
    return list(Message.objects.inbox_of(user).order_by("pk").values_list("subject", flat=True))


def test_a_return_on_its_way_tells_whose_turn_it_is(report, people, office2, leader, admin, done, as_):
    reporter, approver, office = people["reporter"], people["approver"], people["office"]
    report = done(workflow.submit, fill(report, by=reporter), by=reporter)
    assert told(approver) == ["2030年第一季度第1项“任务之1”待您审签"]
    assert told(reporter) == []
    report = done(workflow.approve, report, by=approver)
    report = done(workflow.send_back, report, by=office, reason=REASON)
    page = as_(reporter).get("/work/inbox/")
    assert "第1项“任务之1”被市领导小组办公室退回" in page.content.decode()
    assert REASON in page.content.decode()
    assert "1 条未读" in page.content.decode()
    report = done(workflow.submit, report, by=reporter)
    report = done(workflow.approve, report, by=approver)
    report = done(workflow.accept, report, by=office)
    done(workflow.reopen, report, by=office2, reason="漏报一项")
    assert told(reporter) == [
        "2030年第一季度第1项“任务之1”被市领导小组办公室退回",
        "2030年第一季度：已采用的内容",
        "2030年第一季度第1项“任务之1”被市领导小组办公室重新打开",
    ]
    assert len(told(approver)) == 2
    for other in (office, office2, leader, admin):
        assert told(other) == []


def test_an_evening_of_reviewing_is_one_quiet_message(people, done, fgw):
    accepted = []
    for number in (1, 2, 3):
        report = factories.make_report(factories.make_task(number, leads=[fgw]), fgw)
        report = walk(report, State.UNDER_REVIEW, **people)
        accepted.append(done(workflow.accept, report, by=people["office"]))
        if number == 2:
            (message,) = Message.objects.inbox_of(people["reporter"])
            assert [line.count("已被市领导小组办公室采用") for line in message.text.split("\n")] == [1, 1]
            inbox.open_message(message, now=BEFORE_DUE)
    # What comes after it was read is told anew; telling again adds nothing.
    step = accepted[0].steps.get(verb="accept")
    news.tell_of_move(accepted[0], step, real_now=BEFORE_DUE)
    later, first = Message.objects.inbox_of(people["reporter"])
    assert "任务之3" in later.subject and first.text.count("\n") == 1


def test_what_an_approver_says_stays_in_the_body(report, people, kjj_reporter, done):
    report = done(workflow.submit, fill(report, by=people["reporter"]), by=people["reporter"])
    done(workflow.send_back, report, by=people["approver"], reason="请补充数字")
    (message,) = Message.objects.inbox_of(people["reporter"])
    assert "本单位审核人钱审核" in message.subject
    assert "请补充数字" in message.text
    assert not Message.objects.filter(text__contains="请补充数字").exclude(recipient=people["reporter"])


def test_a_second_reporter_is_told_once_and_who_acted_is_not(report, people, done):
    second = person("fgw2", "reporter", "fgw", full_name="另一填报人")
    report = walk(report, State.AWAITING_APPROVAL, **people)
    done(workflow.send_back, report, by=people["approver"], reason=REASON)
    assert len(told(second)) == len(told(people["reporter"])) == 1
    assert "被本单位" not in "".join(told(people["approver"]))


def test_a_body_whose_duty_on_a_sensitive_task_has_ended_is_told_nothing(report, people, done):
    report = walk(report, State.UNDER_REVIEW, **people)
    report.task.assignments.filter(agency=report.agency).update(valid_until=factories.OPENS.date())
    type(report.task).objects.filter(pk=report.task_id).update(is_sensitive=True)
    report.task.refresh_from_db()
    done(workflow.send_back, report, by=people["office"], reason=REASON)
    assert told(people["reporter"]) == []


def test_old_moves_are_history_not_news(people, done, plans):
    task = plans["2021-2023"].tasks.filter(assignments__role="lead").first()
    period = plans["2021-2023"].periods.get(code="2022Q1")
    report = factories.make_report(task, body("fgw"), period)
    long_ago = period.opens_at
    fill(report, by=people["reporter"], now=long_ago)
    step = report.steps.create(verb="accept", to_state="accepted", by=people["office"], at=long_ago)
    workflow.report_moved.send(ProgressReport, report=report, step=step)
    assert told(people["reporter"]) == []


def test_telling_twice_writes_once_and_never_leaders_or_administrators(reporter, leader, admin, nobody):
    people = [reporter.pk, leader.pk, admin.pk, nobody.pk]
    for _ in range(2):
        reach.tell("order-step:1", people, title="收到督办件", url="/work/", now=BEFORE_DUE)
    assert [each.recipient for each in Message.objects.all()] == [reporter]


def test_news_of_what_did_not_happen_is_not_told(reporter):
    class Failed(Exception):
        pass

    with pytest.raises(Failed), transaction.atomic():
        reach.tell("order-step:2", [reporter.pk], title="收到督办件", url="/work/", now=BEFORE_DUE)
        raise Failed
    assert told(reporter) == []


def test_a_question_due_within_hours_goes_as_a_letter_too(reporter, approver, office, plans, settings):
    """Not to who has no address, and not to who refused letters; anything else waits for the digest."""
    settings.EMAIL_READY = True
    User.objects.filter(pk__in=[reporter.pk, approver.pk]).update(email="a@example.cn")
    choices.choose(approver, {Channel.MAIL: False}, by=approver, now=BEFORE_DUE)
    said = {"title": "临时调度：项目进展，请于10月12日18:00前答复", "url": "/work/", "now": BEFORE_DUE}
    reach.tell("quick-sent:1", {reporter.pk, approver.pk, office.pk}, hasty=True, **said)
    reach.tell("quick-sent:1", {reporter.pk, approver.pk, office.pk}, hasty=True, **said)
    letter = Message.objects.get(channel=Channel.MAIL)
    assert (letter.recipient, letter.state) == (reporter, Message.State.PLANNED)
    assert letter.text.startswith(said["title"])
    assert letter.text.endswith("/work/")
    assert Message.objects.filter(channel=Channel.INBOX).count() == 3
    reach.tell("order-step:1", {reporter.pk}, **said)
    assert Message.objects.filter(channel=Channel.MAIL).count() == 1
