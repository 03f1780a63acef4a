"""The rows of a day: one digest a person and channel, once, whatever the clock and the timetables do."""

from datetime import date, datetime, time, timedelta
from threading import Thread

import pytest
from django.db import connection, transaction

from progress import workflow
from progress.timetable import local
from reminders import digests, planning, preview, rules
from reminders.models import Message, Reminder, Robot, SendingHours
from reminders.planning import plan_day
from tests import factories
from tests.cast import body, person
from tests.factories import BEFORE_DUE, DUE, SHANGHAI, fill

pytestmark = pytest.mark.django_db
DAY_BEFORE, DUE_DAY, DAY_AFTER = date(2030, 4, 4), date(2030, 4, 8), date(2030, 4, 9)


def early(day):
    """Seven in the morning."""
    return local(day, time(7))


def at(day, hour):
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def reports(plan, fgw, reporter):
    """Three returns of one body, and its reporter to be reminded of them."""
    return [factories.make_report(factories.make_task(number, leads=[fgw]), fgw) for number in (1, 2, 3)]


def told():
    """{key of a message: subjects of what it reminds of}."""
    return {
        message.key: sorted(message.reminders.values_list("subject", flat=True))
        for message in Message.objects.all()
    }


def subjects(*reports):
    return sorted(f"report:{report.pk}" for report in reports)


def due_of(message):
    return rules.still_due(list(message.reminders.select_related("rule", "urge")), BEFORE_DUE)


# --- one digest --------------------------------------------------------------------------------


def test_one_digest_a_person_and_channel_carries_everything(reports, reporter, rule):
    reporter.email = "zhao@example.cn"
    reporter.save()
    rule(offset=-1, channels=["inbox", "mail"])
    assert plan_day(DAY_BEFORE, early(DAY_BEFORE)) == 2
    keys = [f"digest:2030-04-04:{channel}:{reporter.pk}" for channel in ("inbox", "mail")]
    assert told() == dict.fromkeys(keys, subjects(*reports))
    for message in Message.objects.all():
        assert (message.state, message.day) == (Message.State.PLANNED, DAY_BEFORE)
        assert message.send_from == at(DAY_BEFORE, 9)


def test_where_nothing_is_due_nothing_is_planned(plan, reporter, rule):
    rule(offset=-1)
    assert plan_day(DAY_BEFORE, early(DAY_BEFORE)) == 0
    assert not Message.objects.exists()


def test_planned_again_and_again_it_is_the_same(reports, rule):
    rule(offset=-1)
    rule(offset=-3, every=1, times=4)
    before = None
    for hour in (0, 7, 9, 15):
        plan_day(DAY_BEFORE, at(DAY_BEFORE, hour))
        before = before or told()
        assert told() == before
    assert Reminder.objects.count() == 3


def test_what_comes_up_after_the_digest_is_told_with_the_next(reports, fgw, rule):
    rule(offset=-1)
    plan_day(DAY_BEFORE, early(DAY_BEFORE))
    new = factories.make_report(factories.make_task(4, leads=[fgw]), fgw)
    assert plan_day(DAY_BEFORE, at(DAY_BEFORE, 15)) == 0
    assert plan_day(DUE_DAY, early(DUE_DAY)) == 1
    late = Reminder.objects.get(subject=f"report:{new.pk}")
    assert (late.scheduled_for, late.message.day) == (DAY_BEFORE, DUE_DAY)


def test_a_robots_digest_has_a_key_of_its_own(reports, fgw, rule):
    robot = Robot.objects.create(name="委内群", form="wecom", url="https://x.cn/", agency=fgw)
    rule(offset=-1, channels=["robot"])
    plan_day(DAY_BEFORE, early(DAY_BEFORE))
    assert f"digest:2030-04-04:robot:r{robot.pk}" in told()


def test_demonstration_data_stays_demonstration_data(reports, rule):
    type(reports[0]).objects.update(is_demo=True)
    rule(offset=-1)
    plan_day(DAY_BEFORE, early(DAY_BEFORE))
    assert Message.objects.get().is_demo
    assert all(Reminder.objects.values_list("is_demo", flat=True))


# --- the clock ---------------------------------------------------------------------------------


def test_a_missed_day_is_made_up_for_once(reports, rule):
    rule(offset=-1)
    assert plan_day(DUE_DAY, early(DUE_DAY)) == 1
    assert set(Reminder.objects.values_list("scheduled_for", flat=True)) == {DAY_BEFORE}
    assert plan_day(DAY_AFTER, early(DAY_AFTER)) == 0


def test_days_missed_are_not_sent_as_a_flood(reports, rule):
    rule(offset=-5, name="早")
    rule(offset=-3, every=1, times=3, name="天天")
    plan_day(DUE_DAY, early(DUE_DAY))
    assert Message.objects.count() == 1
    assert set(Reminder.objects.values_list("rule__name", "scheduled_for")) == {("天天", DAY_BEFORE)}


def test_what_lies_further_back_than_a_week_is_let_go(reports, rule):
    rule(offset=1)
    assert plan_day(date(2030, 4, 30), early(date(2030, 4, 30))) == 0


def test_a_clock_that_jumps_ahead_and_comes_back_doubles_nothing(reports, rule):
    rule(offset=-1)
    rule(offset=1)
    plan_day(DAY_AFTER, early(DAY_AFTER))
    ahead = told()
    for day in (DAY_BEFORE, DUE_DAY, DAY_AFTER):
        plan_day(day, early(day))
    keys = list(Reminder.objects.values_list("subject", "scheduled_for", "recipient"))
    assert len(keys) == len(set(keys)) == 6
    assert told().items() >= ahead.items()


def test_on_days_off_nothing_is_planned_and_nothing_lost(reports, rule):
    rule(offset=-1)
    holiday = date(2030, 4, 5)
    assert plan_day(holiday, early(holiday)) == 0
    assert plan_day(DUE_DAY, early(DUE_DAY)) == 1


def test_quiet_hours_are_kept(plan, reports, rule):
    rule(offset=-1)
    hours = SendingHours.objects.create(plan=plan, send_at=time(7), quiet_until=time(8, 30))
    assert plan_day(DAY_BEFORE, at(DAY_BEFORE, 22)) == 0
    assert plan_day(DAY_BEFORE, at(DAY_BEFORE, 0)) == 1
    assert Message.objects.get().send_from == local(DAY_BEFORE, time(8, 30))
    hours.send_at = time(10)
    hours.save()
    plan_day(DUE_DAY, at(DUE_DAY, 0))
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_timetables_at_once_write_one_digest(plan, reports, approver, rule):
    rule(offset=-1, audience=["reporter", "approver"])
    made = []

    def run(day):
        try:
            made.append(plan_day(day, early(day)))
        finally:
            connection.close()

    # Two see the same day, the third is a day ahead.
    threads = [Thread(target=run, args=[day]) for day in (DAY_BEFORE, DAY_BEFORE, DUE_DAY)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(made) == 2
    assert Message.objects.count() == 2
    assert Reminder.objects.count() == 6
    assert not Message.objects.filter(reminders__isnull=True).exists()


def test_a_run_that_dies_leaves_nothing_behind(reports, rule, monkeypatch):
    rule(offset=-1)
    monkeypatch.setattr(planning, "reminder_of", lambda *said: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        plan_day(DAY_BEFORE, early(DAY_BEFORE))
    assert not Message.objects.exists()
    monkeypatch.undo()
    assert plan_day(DAY_BEFORE, early(DAY_BEFORE)) == 1


# --- submitting stops what was planned ---------------------------------------------------------


def test_submitting_stops_what_was_planned(reports, reporter, rule):
    rule(offset=-1)
    plan_day(DAY_BEFORE, early(DAY_BEFORE))
    message = Message.objects.get()
    assert len(due_of(message)) == 3
    done = fill(reports[0], by=reporter)
    workflow.submit(done, by=reporter, now=BEFORE_DUE, revision=done.revision)
    left = message.reminders.filter(pk__in=due_of(message))
    assert sorted(left.values_list("subject", flat=True)) == subjects(*reports[1:])


def test_another_deadline_another_recipient_a_rule_switched_off_stop_it_too(reports, reporter, rule):
    spoken = rule(offset=-1)
    plan_day(DAY_BEFORE, early(DAY_BEFORE))
    message = Message.objects.get()
    reports[0].due_at = DUE + timedelta(days=7)
    reports[0].save()
    assert len(due_of(message)) == 2
    reporter.posts.update(valid_until=date(2030, 4, 1))
    assert due_of(message) == set()
    reporter.posts.update(valid_until=None)
    spoken.is_on = False
    spoken.save()
    assert due_of(message) == set()


def test_asking_what_is_still_due_costs_the_same_for_many(
    reports, fgw, rule, django_assert_num_queries, django_assert_max_num_queries
):
    rule(offset=-1)
    plan_day(DAY_BEFORE, early(DAY_BEFORE))
    message = Message.objects.get()
    with django_assert_max_num_queries(12) as few:
        due_of(message)
    message.reminders.all().delete()
    message.delete()
    for number in range(4, 20):
        factories.make_report(factories.make_task(number, leads=[fgw]), fgw)
    plan_day(DAY_BEFORE, early(DAY_BEFORE))
    message = Message.objects.get()
    with django_assert_num_queries(len(few)):
        assert len(due_of(message)) == 19


# --- what it says ------------------------------------------------------------------------------


def letter(message, **more):
    rows = list(message.reminders.select_related("rule", "period"))
    return digests.compose(message, rows, **more)


def test_a_digest_speaks_like_a_colleague(reports, reporter, rule):
    rule(offset=-1, line="{任务}")
    plan_day(DAY_BEFORE, early(DAY_BEFORE))
    said = letter(Message.objects.get(), site="https://plan.example.cn")
    assert said.subject == "2030年第一季度还有 3 项未报，4月8日18:00截止"
    assert said.text.startswith("赵填报同志，您好！4月4日需要留意的事项：")
    assert "1. 第1项“任务之1”" in said.text
    address = f"https://plan.example.cn{reports[0].get_absolute_url()}"
    assert address in said.text
    assert f'<a href="{address}">第1项“任务之1”</a>' in said.html


def test_several_kinds_stand_apart_in_the_order_of_the_ladder(reports, people, rule):
    factories.walk(reports[0], "returned", **people)
    rule("returned", offset=1, line="{事项}，退回已{逾期天数}天")
    rule(offset=1, line="{任务}，逾期{逾期天数}天")
    factories.make_report(factories.make_task(9, leads=[body("fgw")]), body("fgw"))
    plan_day(DAY_AFTER, early(DAY_AFTER))
    said = letter(Message.objects.get())
    assert said.subject == "今天有 4 项待办：季度填报 3 项、退回未修改 1 项"
    assert "一、2030年第一季度有 3 项未报，4月8日18:00的截止时间已过" in said.text
    assert "二、有 1 项退回后还没有修改" in said.text
    assert "退回已4天" in said.text


def test_words_typed_into_a_task_are_no_markup(plan, fgw, reporter, rule):
    task = factories.make_task(1, leads=[fgw], title="<b>新</b>{单位}")
    factories.make_report(task, fgw)
    rule(offset=-1)
    plan_day(DAY_BEFORE, early(DAY_BEFORE))
    said = letter(Message.objects.get())
    assert "<b>" not in said.html
    assert "&lt;b&gt;新&lt;/b&gt;{单位}" in said.html


# --- the preview writes nothing ----------------------------------------------------------------


def look(plan, day, now):
    return preview.preview(plan, day, now, setting=preview.Setting.of(plan))


def test_the_preview_shows_what_planning_then_writes(plan, reports, reporter, office, rule):
    person("second", "reporter", "fgw", full_name="孙二")
    rule(offset=-1, audience=["reporter", "office"], channels=["inbox", "mail"])
    shown = look(plan, DAY_BEFORE, early(DAY_BEFORE))
    assert not Message.objects.exists()
    assert not Reminder.objects.exists()
    assert (shown.things, shown.people, shown.inbox, shown.mail) == (3, 3, 3, 0)
    assert shown.without_mail == sorted(["赵填报", "孙二", "周办"])
    [of_body] = shown.bodies
    assert (of_body.agency, of_body.things, of_body.people) == (body("fgw"), 3, 3)
    plan_day(DAY_BEFORE, early(DAY_BEFORE))
    for message in Message.objects.select_related("recipient"):
        said = next(each for each in shown.digests if each.to == message.recipient.full_name)
        assert said.letter.text == letter(message).text


def test_the_preview_tells_what_is_made_up_for_only_on_the_first_day(plan, reports, rule):
    rule(offset=-1)
    assert look(plan, DUE_DAY, early(DUE_DAY)).made_up == 3
    assert look(plan, DUE_DAY, early(DAY_BEFORE)).things == 0
    assert look(plan, DUE_DAY, at(DAY_BEFORE, 22)).made_up == 3
    plan_day(DUE_DAY, early(DUE_DAY))
    assert look(plan, DAY_AFTER, at(DUE_DAY, 22)).things == 0
