"""The pages of the rules: the table, one rule, the hours, and what a day would send."""

from datetime import date

import pytest
import time_machine

from agencies.models import AuditEvent
from reminders.models import Message, Reminder, ReminderRule, SendingHours
from tests import factories
from tests.cast import body
from tests.factories import BEFORE_DUE

pytestmark = pytest.mark.django_db
RULES = "/work/2030-2032/reminders/rules/"
PREVIEW = "/work/2030-2032/reminders/preview/"
TYPED = {
    "name": "截止前一天",
    "kind": "return",
    "direction": "before",
    "days": "1",
    "times": "1",
    "every": "",
    "audience": ["reporter", "liaison"],
    "channels": ["inbox", "mail"],
    "line": "{任务}，{截止时间}截止",
    "revision": "0",
}


@pytest.fixture(autouse=True)
def before_due():
    """Friday 5 April 2030, a holiday."""
    with time_machine.travel(BEFORE_DUE, tick=False):
        yield


@pytest.fixture
def desk(as_, office, plan):
    return as_(office)


@pytest.fixture
def report(plan, fgw, reporter):
    factories.make_period()
    return factories.make_report(factories.make_task(1, leads=[fgw]), fgw)


def shown(answer):
    return answer.content.decode()


# --- writing a rule ----------------------------------------------------------------------------


def test_a_rule_is_written_looked_at_switched_on_and_speaks(desk, plan, report):
    answer = desk.post(f"{RULES}new/", TYPED)
    rule = ReminderRule.objects.get(plan=plan)
    assert (answer.status_code, answer.url) == (302, f"{RULES}{rule.pk}/")
    assert (rule.offset, rule.times, rule.is_on) == (-1, 1, False)
    assert (rule.audience, rule.channels) == (["reporter", "liaison"], ["inbox", "mail"])

    factories.make_period().refresh_from_db()
    type(report).objects.update(due_at=factories.DUE.replace(day=9))
    said = shown(desk.get(f"{PREVIEW}?rule={rule.pk}"))
    assert "这条规则还没有启用" in said
    assert "第1项“任务之1”，4月9日18:00截止" in said
    assert "没有登记邮箱，改发站内消息" in said
    assert not Message.objects.exists()

    desk.post(f"{RULES}{rule.pk}/switch/", {"answer": "on"})
    table = shown(desk.get(RULES))
    assert "截止时间前 1 个工作日" in table
    assert f"{PREVIEW}?day=2030-04-08&amp;rule={rule.pk}" in table
    desk.post(f"{RULES}{rule.pk}/switch/", {"answer": "off"})
    rule.refresh_from_db()
    assert not rule.is_on
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs[-3:] == ["新建提醒规则", "启用提醒规则", "停用提醒规则"]


def test_a_rule_is_changed_and_the_trail_keeps_both(desk, plan, rule):
    kept = rule(offset=-2)
    typed = TYPED | {"revision": kept.revision, "direction": "after", "days": "3", "times": "2", "every": "4"}
    desk.post(f"{RULES}{kept.pk}/", typed | {"line": "{任务}，逾期{逾期天数}天"})
    kept.refresh_from_db()
    assert (kept.offset, kept.times, kept.every, kept.is_on) == (3, 2, 4, True)
    detail = AuditEvent.objects.get(verb="修改提醒规则").detail
    assert detail["原"]["时间"] == "截止时间前 2 个工作日"
    assert detail["新"]["时间"] == "截止时间后第 3 个工作日起，每 4 个工作日一次，最多 2 次"


def test_of_two_editors_the_second_is_told_and_loses_nothing(desk, plan, rule):
    kept = rule(offset=-2)
    desk.post(f"{RULES}{kept.pk}/", TYPED | {"revision": kept.revision})
    answer = desk.post(f"{RULES}{kept.pk}/", TYPED | {"revision": kept.revision, "name": "另一个名称"})
    assert answer.status_code == 400
    assert "刚刚被他人修改" in shown(answer)
    assert 'value="另一个名称"' in shown(answer)
    kept.refresh_from_db()
    assert kept.name == "截止前一天"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"audience": []}, "请至少选择一种提醒对象，否则这条规则提醒不到任何人。"),
        ({"channels": []}, "请至少选择一个渠道，否则提醒发不出去。"),
        ({"line": "{姓名}请报送"}, "不认识的占位符：{姓名}。可以使用：{单位}、{任务}"),
        ({"line": "{任务"}, "花括号没有成对"),
        ({"line": "{任务}，逾期{逾期天数}天"}, "截止之前没有逾期天数，请改用{截止时间}。"),
        ({"line": " "}, "请填写提醒文字。"),
        ({"line": "长" * 201}, "最多 200 字"),
        ({"times": "3"}, "提醒不止一次时，请填写每隔几个工作日一次（1 到 60）。"),
        ({"times": "0"}, "提醒次数应在 1 到 60 之间。"),
        ({"times": "61"}, "最多提醒次数请填写 0 到 60 的整数。"),
        ({"days": "61"}, "工作日数请填写 0 到 60 的整数。"),
        ({"days": "两"}, "工作日数请填写 0 到 60 的整数。"),
        ({"days": ""}, "请填写提前或推后几个工作日；当天提醒请选“当天”。"),
        ({"kind": "sign_off"}, "“待审签”自提交审签时算起，不能早于这一天"),
        ({"kind": "sign_off", "direction": "after"}, "“待审签”没有截止时间"),
        (
            {"kind": "review", "direction": "after"},
            "“待办公室审核”由办公室办理，提醒对象只能是办公室经办人。",
        ),
        ({"kind": "weather"}, "请从列出的提醒事项中选择。"),
        ({"audience": ["leader"]}, "机器不提醒单位主要负责同志和市领导。"),
        ({"channels": ["phone"]}, "请从列出的渠道中选择。"),
        ({"audience": ["office"], "channels": ["robot"]}, "只提醒办公室的规则不发到群里"),
        ({"name": ""}, "请填写规则名称。"),
        ({"name": "规则1"}, "已经有名为“规则1”的规则，请换一个名称。"),
        ({"name": "名\x00称"}, "规则名称含有无法保存的字符"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong_and_keeps_what_was_typed(desk, plan, rule, wrong, sentence):
    rule()
    answer = desk.post(f"{RULES}new/", TYPED | wrong)
    assert answer.status_code == 400
    assert sentence in shown(answer)
    if "name" not in wrong:
        assert 'value="截止前一天"' in shown(answer)
    assert ReminderRule.objects.filter(plan=plan).count() == 1


def test_only_a_rule_that_has_never_spoken_can_be_taken_out(desk, plan, rule, reporter):
    spoken, silent = rule(), rule()
    Reminder.objects.create(
        rule=spoken,
        kind="return",
        subject="report:1",
        scheduled_for=date(2030, 4, 4),
        channel="inbox",
        recipient=reporter,
        line="一",
        created_at=BEFORE_DUE,
    )
    assert "已经发过提醒，台账要留存" in shown(desk.get(f"{RULES}{spoken.pk}/"))
    answer = desk.post(f"{RULES}{spoken.pk}/delete/")
    assert answer.status_code == 403
    assert "不用时停用即可" in shown(answer)
    desk.post(f"{RULES}{silent.pk}/delete/")
    assert list(plan.reminder_rules.all()) == [spoken]
    assert AuditEvent.objects.filter(verb="删除提醒规则").count() == 1


# --- the table and the hours -------------------------------------------------------------------


def test_an_empty_ladder_says_what_to_do_next(desk):
    assert "还没有提醒规则" in shown(desk.get(RULES))


def test_the_table_is_narrowed_and_exported_as_shown(desk, rule):
    rule("return", name="催填报", offset=-1)
    rule("review", name="催审核", offset=1, audience=["office"], is_on=False)
    assert "催审核" not in shown(desk.get(RULES, {"kind": "return"}))
    off = shown(desk.get(RULES, {"is_on": "false"}))
    assert "催审核" in off
    assert "催填报" not in off
    assert "没有符合条件的规则" in shown(desk.get(RULES, {"kind": "goal"}))
    assert desk.get(f"{RULES}export.xlsx", {"is_on": "true"})["Content-Type"].endswith("sheet")


def test_the_hours_are_set_and_wrong_ones_refused(desk, plan):
    hours = {"send_at": "08:30", "quiet_from": "19:00", "quiet_until": "07:30"}
    assert desk.post(f"{RULES}hours/", hours).status_code == 302
    kept = SendingHours.objects.get(plan=plan)
    assert (f"{kept.send_at:%H:%M}", kept.working_days_only) == ("08:30", False)
    for wrong, sentence in (
        ({"quiet_until": "19:00"}, "免打扰的开始和结束不能是同一时刻。"),
        ({"send_at": "八点"}, "请按“09:00”的样子填写时间。"),
        ({"send_at": ""}, "请填写每日发送时间。"),
    ):
        answer = desk.post(f"{RULES}hours/", hours | wrong)
        assert answer.status_code == 400
        assert sentence in shown(answer)
    assert f"{SendingHours.objects.get(plan=plan).quiet_until:%H:%M}" == "07:30"


# --- the preview -------------------------------------------------------------------------------


def test_the_preview_opens_on_the_next_working_day_and_narrows_to_a_body(
    desk, report, kjj, kjj_reporter, rule
):
    rule(offset=0)
    factories.make_report(factories.make_task(2, leads=[kjj]), kjj)
    said = shown(desk.get(PREVIEW))
    assert 'value="2030-04-08"' in said
    assert "赵填报" in said
    assert "孙填报" in said
    narrowed = shown(desk.get(PREVIEW, {"agency": "kjj"}))
    assert "孙填报" in narrowed
    assert "赵填报同志" not in narrowed
    assert desk.get(f"{PREVIEW}export.xlsx")["Content-Type"].endswith("sheet")
    assert not Message.objects.exists()


def test_days_off_and_bodies_with_nobody_are_said(desk, report, rule):
    rule(offset=0)
    assert "这一天是休息日，不发送" in shown(desk.get(PREVIEW, {"day": "2030-04-06"}))
    body("fgw").posts.update(valid_until=date(2030, 4, 1))
    assert "1 项没有可提醒的人，请安排人工联系" in shown(desk.get(PREVIEW))
    assert "这一天没有要发的提醒" in shown(desk.get(PREVIEW, {"day": "2030-04-24"}))


def test_a_year_without_a_calendar_is_said_aloud(desk, plan, report, rule):
    rule(offset=0)
    type(report).objects.update(due_at=factories.DUE.replace(year=2031, month=3, day=10))
    assert "节假日安排尚未录入" not in shown(desk.get(PREVIEW))
    for address in (f"{PREVIEW}?day=2031-03-10", RULES):
        assert "2031年的节假日安排尚未录入工作日历" in shown(desk.get(address))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"day": "2030-04-01"}, "请选择今天起一年以内的日期"),
        ({"day": "2099-01-01"}, "请选择今天起一年以内的日期"),
        ({"day": "明天"}, "请按“2026-10-13”的样子填写日期。"),
        ({"rule": "9999999"}, "请从列出的规则中选择。"),
        ({"rule": "\x00"}, "请从列出的规则中选择。"),
    ],
)
def test_a_day_or_rule_that_cannot_be_shown_says_why(desk, asked, sentence):
    answer = desk.get(PREVIEW, asked)
    assert answer.status_code == 400
    assert sentence in shown(answer)


@pytest.mark.parametrize("place", ["rules/", "rules/new/", "preview/", "rules/export.xlsx"])
def test_the_rules_are_the_offices(as_, plan, reporter, leader, admin, place):
    for user in (reporter, leader, admin):
        assert as_(user).get(f"/work/2030-2032/reminders/{place}").status_code == 403
