"""When a rule speaks, whom it reaches, what it says: against an independent count, one circumstance each."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from agencies.duties import kinds
from agencies.models import AgencySuccession, Contact, Post, Role
from progress.calendar import WorkingDays
from reminders import defaults, texts
from reminders.models import ChannelChoice, ReminderRule, Robot, SendingHours
from reminders.models.rules import Audience, Channel
from reminders.occasions import Occasions
from reminders.rule_changes import RuleContent, check_content, when_in_words
from reminders.rules import planned_for
from tasks.models import Assignment, Plan
from tests import factories
from tests.cast import body, person
from tests.factories import BEFORE_DUE, DUE, walk

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2030, 1, 1), date(2031, 12, 31)
DAY_BEFORE = date(2030, 4, 4)


def planned(plan, day, now=BEFORE_DUE, **more):
    return planned_for(plan, day, now, **more).planned


def reached(plan, day, now=BEFORE_DUE):
    return {(each.address.user, str(each.address.channel)) for each in planned(plan, day, now)}


# --- when --------------------------------------------------------------------------------------

odd_days = st.dictionaries(st.dates(FIRST, LAST), st.booleans(), max_size=40)


def worked(day, odd):
    return odd.get(day, day.weekday() < 5)


def counted(anchor, step, is_deadline, odd):
    """The day by pointing along a list of all worked days, instead of walking."""
    if step == 0 and worked(anchor, odd):
        return anchor
    ahead = step > 0 or (step == 0 and not is_deadline)
    span = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    days = [day for day in span if worked(day, odd)]
    after = [day for day in days if day > anchor]
    before = [day for day in days if day < anchor]
    number = abs(step) or 1
    return after[number - 1] if ahead else before[-number]


def test_a_rule_speaks_on_the_days_an_independent_count_names(count):
    @settings(max_examples=count(10_000), deadline=None, derandomize=True, database=None)
    @given(
        anchor=st.dates(date(2030, 5, 1), date(2031, 1, 31)),
        offset=st.integers(-40, 40),
        every=st.integers(1, 20),
        times=st.integers(1, 5),
        is_deadline=st.booleans(),
        odd=odd_days,
    )
    def check(anchor, offset, every, times, is_deadline, odd):
        rule = SimpleNamespace(offset=offset, every=every, times=times)
        occasions = Occasions(WorkingDays(frozenset({2030, 2031}), odd))
        steps = (offset + turn * every for turn in range(times))
        expected = sorted({counted(anchor, step, is_deadline, odd) for step in steps})
        assert occasions.of(rule, anchor, is_deadline) == expected
        assert occasions.guessed == {}

    check()


def test_a_year_without_a_calendar_is_counted_in_calendar_days_and_said():
    occasions = Occasions(WorkingDays(frozenset(), {}))
    rule = SimpleNamespace(offset=-5, every=0, times=1)
    assert occasions.of(rule, date(2040, 6, 20), True) == [date(2040, 6, 15)]
    assert occasions.guessed == {date(2040, 6, 15): 2040}


def test_on_the_very_day_a_holiday_moves_a_deadline_forward_and_a_wait_back():
    occasions = Occasions(WorkingDays(frozenset({2030}), {}))
    rule, sunday = SimpleNamespace(offset=0, every=0, times=1), date(2030, 4, 14)
    assert occasions.of(rule, sunday, True) == [date(2030, 4, 12)]
    assert occasions.of(rule, sunday, False) == [date(2030, 4, 15)]


@pytest.fixture
def report(plan, fgw):
    return factories.make_report(factories.make_task(1, leads=[fgw]), fgw)


def test_a_rule_is_said_on_its_day_and_on_no_other(plan, report, reporter, rule):
    rule(offset=-1)
    assert [each.line for each in planned(plan, DAY_BEFORE)] == ["第1项“任务之1”"]
    for other in (date(2030, 4, 3), date(2030, 4, 8), date(2030, 4, 9)):
        assert planned(plan, other) == []


def test_nothing_is_sent_on_days_off_unless_the_office_says_so(plan, report, reporter, rule):
    rule(offset=5)
    saturday, worked_saturday = date(2030, 4, 20), date(2030, 4, 13)
    assert planned_for(plan, saturday, DUE).is_off
    assert planned(plan, worked_saturday, DUE + timedelta(days=5)) != []
    SendingHours.objects.create(plan=plan, working_days_only=False)
    assert not planned_for(plan, saturday, DUE).is_off


def test_a_rule_that_is_off_says_nothing_but_can_be_looked_at(plan, report, reporter, rule):
    off = rule(offset=-1, is_on=False)
    assert planned(plan, DAY_BEFORE) == []
    assert len(planned(plan, DAY_BEFORE, rules=[off])) == 1


def test_undated_things_are_named_and_not_reminded(plan, report, reporter, rule):
    type(report).objects.update(due_at=None)
    rule(offset=-1)
    found = planned_for(plan, DAY_BEFORE, BEFORE_DUE)
    assert (found.planned, len(found.undated)) == ([], 1)


# --- whom --------------------------------------------------------------------------------------


def test_the_audiences_of_a_rule_are_reached_once_each(plan, report, reporter, approver, office, rule):
    rule(offset=-1, audience=["reporter", "approver", "office"])
    Post.objects.create(user=reporter, role=Role.APPROVER, agency=body("fgw"))
    people = [each.address.user for each in planned(plan, DAY_BEFORE)]
    assert sorted(people) == sorted([reporter.pk, approver.pk, office.pk])


def test_machines_never_write_to_leaders_administrators_or_a_units_head(plan, report, admin, rule):
    rule(offset=-1, audience=list(Audience.values))
    head = person("head", Role.APPROVER, "fgw")
    Contact.objects.create(agency=body("fgw"), kind="responsible_leader", name="局长", user=head)
    mayor = person("mayor", Role.LEADER)
    Post.objects.create(user=mayor, role=Role.REPORTER, agency=body("fgw"))
    Contact.objects.create(agency=body("fgw"), kind="liaison", name="王管", user=admin)
    found = planned_for(plan, DAY_BEFORE, BEFORE_DUE)
    assert found.planned == []
    assert [item.report for item in found.unreached] == [report.pk]


def test_a_liaison_hears_of_the_tasks_named_for_them(plan, report, fgw, rule):
    rule(offset=-1, audience=["liaison"])
    of_all, of_another, gone = person("li1"), person("li2"), person("li3")
    for user, until in ((of_all, None), (of_another, None), (gone, date(2030, 3, 1))):
        Contact.objects.create(agency=fgw, kind="liaison", name="联", user=user, valid_until=until)
    other = factories.make_task(2, leads=[fgw])
    other.assignments.get().contacts.add(Contact.objects.get(user=of_another))
    assert reached(plan, DAY_BEFORE) == {(of_all.pk, "inbox")}


def test_a_successors_people_are_reminded_for_the_body_it_followed(plan, report, kjj, kjj_reporter, rule):
    rule(offset=-1)
    AgencySuccession.objects.create(predecessor=body("fgw"), successor=kjj, kind="merged")
    body_gone = body("fgw")
    body_gone.abolished_on = date(2030, 1, 1)
    body_gone.save()
    assert reached(plan, DAY_BEFORE) == {(kjj_reporter.pk, "inbox")}


def test_a_body_with_nobody_in_post_is_shown_as_such(plan, report, disabled, rule):
    rule(offset=-1)
    found = planned_for(plan, DAY_BEFORE, BEFORE_DUE)
    assert (found.planned, [item.agency for item in found.unreached]) == ([], [report.agency_id])


def test_who_submitted_is_not_asked_to_sign(plan, report, people, rule):
    Post.objects.create(user=people["reporter"], role=Role.APPROVER, agency=body("fgw"))
    walk(report, "awaiting_approval", **people)
    rule("sign_off", offset=1, audience=["approver"])
    monday = date(2030, 4, 8)
    assert reached(plan, monday, DUE) == {(people["approver"].pk, "inbox")}


def test_of_a_sensitive_task_only_those_who_may_know_are_told_and_no_mail_names_it(
    plan, report, reporter, fgw, rule
):
    task = report.task
    task.is_sensitive = True
    task.save()
    reporter.email = "zhao@example.cn"
    reporter.save()
    outsider = person("li1")
    Contact.objects.create(agency=fgw, kind="liaison", name="联", user=outsider)
    Robot.objects.create(name="群", form="wecom", url="https://qyapi.weixin.qq.com/x")
    rule(offset=-1, audience=["reporter", "liaison"], channels=["inbox", "mail", "robot"])
    lines = {(each.address.user, str(each.address.channel)): each.line for each in planned(plan, DAY_BEFORE)}
    assert set(lines) == {(reporter.pk, "inbox"), (reporter.pk, "mail")}
    assert "任务之1" in lines[reporter.pk, "inbox"]
    assert "任务之1" not in lines[reporter.pk, "mail"]
    Assignment.objects.filter(task=task).update(valid_until=date(2030, 1, 1))
    assert planned(plan, DAY_BEFORE) == []


# --- where -------------------------------------------------------------------------------------


def test_the_way_may_be_chosen_the_duty_not(plan, report, reporter, rule):
    rule(offset=-1, channels=["mail"])
    assert reached(plan, DAY_BEFORE) == {(reporter.pk, "inbox")}
    reporter.email = "zhao@example.cn"
    reporter.save()
    assert reached(plan, DAY_BEFORE) == {(reporter.pk, "mail")}
    ChannelChoice.objects.create(user=reporter, channel=Channel.MAIL, is_on=False)
    assert reached(plan, DAY_BEFORE) == {(reporter.pk, "inbox")}


def test_a_group_hears_what_its_members_may_know(plan, report, people, kjj, rule):
    own, shared, others, off = (
        Robot.objects.create(name=name, form="wecom", url="https://x.cn/", agency=agency, is_on=is_on)
        for name, agency, is_on in (
            ("委内群", body("fgw"), True),
            ("工作群", None, True),
            ("局内群", kjj, True),
            ("旧群", None, False),
        )
    )
    rule(offset=-1, channels=["robot"])
    rule(offset=-1, audience=["office"], channels=["inbox", "robot"], order=120)
    robots = {each.address.robot for each in planned(plan, DAY_BEFORE)} - {None}
    assert robots == {own.pk, shared.pk}
    walk(report, "awaiting_approval", **people)
    rule("sign_off", offset=1, audience=["approver"], channels=["robot"])
    robots = {each.address.robot for each in planned(plan, date(2030, 4, 8), DUE)} - {None}
    assert robots == {own.pk}


def test_of_rules_that_coincide_a_thing_is_told_once(plan, report, reporter, rule):
    first = rule(offset=-1, order=1)
    rule(offset=-3, every=2, times=2, order=2)
    assert [each.rule for each in planned(plan, DAY_BEFORE)] == [first]


def test_planning_asks_as_many_queries_for_many_things(
    plan, report, reporter, rule, django_assert_num_queries, django_assert_max_num_queries
):
    rule(offset=-1, audience=["reporter", "approver", "liaison", "office"], channels=["inbox", "mail"])
    with django_assert_max_num_queries(24) as few:
        planned(plan, DAY_BEFORE)
    for number in range(2, 12):
        factories.make_report(factories.make_task(number, leads=[body("fgw")]), body("fgw"))
    with django_assert_num_queries(len(few)):
        assert len(planned(plan, DAY_BEFORE)) == 11


# --- what is said, and the usual ladder --------------------------------------------------------


def test_unknown_placeholders_are_named_with_those_that_are_known():
    texts.check("{单位}{任务}，{截止时间}截止")
    with pytest.raises(ValidationError, match="不认识的占位符：{姓名}、{}。可以使用：{单位}、{任务}"):
        texts.check("{姓名}{}请报送{任务}{姓名}")
    for torn in ("{单位", "单位}", "{{单位}"):
        with pytest.raises(ValidationError, match="花括号没有成对"):
            texts.check(torn)


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
def test_what_a_value_holds_is_never_read_as_a_placeholder(value, around):
    around = around.replace("{", "").replace("}", "")
    assert texts.fill(f"{around}{{任务}}{around}", {"任务": value}) == f"{around}{value}{around}"


def test_the_usual_ladder_is_right_by_its_own_rules_and_covers_every_kind(plan):
    assert defaults.ensure_rules(plan, is_on=True) == len(defaults.LADDER)
    # What lags is for a person to judge: it is urged by hand, no machine says it.
    assert {rule.kind for rule in plan.reminder_rules.all()} == set(kinds()) - {"lagging"}
    for rule in plan.reminder_rules.all():
        fields = ("name", "kind", "offset", "every", "times", "audience", "channels", "line")
        content = RuleContent(**{field: getattr(rule, field) for field in fields})
        check_content(content, plan, pk=rule.pk)
        assert when_in_words(rule)


def test_after_the_machines_a_person_is_told_to_go_on(plan, report, reporter, office):
    defaults.ensure_rules(plan, is_on=True)
    last = date(2030, 4, 16)
    told = [each for each in planned(plan, last, DUE + timedelta(days=8)) if each.item.kind == "return"]
    assert [each.address.user for each in told] == [office.pk]
    assert told[0].line == "市发展改革委2030年第一季度第1项“任务之1”，逾期8天仍未报"


def test_the_ladder_is_made_once_and_edits_stay(plan):
    defaults.ensure_rules(plan, is_on=True)
    plan.reminder_rules.filter(kind="goal").delete()
    plan.reminder_rules.filter(kind="review").update(offset=9, is_on=False)
    assert defaults.ensure_rules(plan, is_on=True) == 0
    assert not plan.reminder_rules.filter(kind="goal").exists()
    plan.reminder_rules.all().delete()
    assert defaults.ensure_rules(plan, is_on=True) == 0


def test_both_real_plans_have_a_ladder_and_only_the_newest_is_on(plans):
    on = {plan.code: plan.reminder_rules.filter(is_on=True).count() for plan in Plan.objects.all()}
    assert on == {"2024-2026": len(defaults.LADDER), "2021-2023": 0}
    assert ReminderRule.objects.count() == 2 * len(defaults.LADDER)
