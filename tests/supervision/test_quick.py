"""临时调度, the asking: whom, what, until when; the office's verbs; who knows of it."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from agencies.models import Role
from agencies.permissions import Denied
from progress.workflow import Stale, WrongState
from supervision import quick
from supervision.models import AdHocAnswer, AdHocField, AdHocRequest
from supervision.quick import Asking
from tasks.models import Project
from tests import factories
from tests.cast import body, person
from tests.factories import SHANGHAI
from tests.supervision.asking import AFTER, DUE, LATER, TEN, asked, at, confirm, fields, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(fgw, kjj):
    """Task 1, led by 市发展改革委 and 市科技局."""
    return factories.make_task(1, leads=[fgw, kjj])


@pytest.fixture
def plan(task):
    return task.plan


# --- whom, what, until when ------------------------------------------------------------------------


def test_a_task_is_asked_of_its_leads_a_project_of_its_tasks_a_body_of_itself(
    task, plan, fgw, kjj, sixian, office
):
    project = Project.objects.create(plan=plan, task=task, name="云都产业园", planned_stage="续建", quote="…")
    request = sent(plan, office, tasks=[task], projects=[project], agencies=[sixian])
    rows = request.answers.values_list("agency__code", "task__number", "project__name")
    assert set(rows) == {
        ("fgw", 1, None),
        ("kjj", 1, None),
        ("fgw", 1, "云都产业园"),
        ("kjj", 1, "云都产业园"),
        ("sixian", None, None),
    }


def test_a_task_without_a_lead_is_named(plan, office):
    lonely = factories.make_task(7)
    with pytest.raises(ValidationError, match="第 7 项目前没有牵头单位"):
        asked(plan, office, tasks=[lonely])
    assert not AdHocRequest.objects.exists()


def test_at_most_five_fields_also_in_the_database(task, plan, office):
    with pytest.raises(ValidationError, match="最多问 5 项内容，现有 6 项"):
        asked(plan, office, tasks=[task], fields=fields(*"一二三四五六"))
    request = asked(plan, office, tasks=[task], fields=fields(*"一二三四五"))
    for order in (0, 5, 6):
        with pytest.raises(IntegrityError), transaction.atomic():
            AdHocField.objects.create(request=request, order=order, label="再一项")


@pytest.mark.parametrize(
    ("said", "name", "words"),
    [
        ({"title": " "}, "title", "请写明事项"),
        ({"title": "长" * 121}, "title", "最多 120 字"),
        ({"words": "\x00"}, "words", "无法保存"),
        ({"due_at": None}, "due_at", "请写明答复的截止时间"),
        ({"due_at": TEN}, "due_at", "须晚于现在"),
        ({"due_at": TEN + timedelta(days=8)}, "due_at", "最长 7 天"),
        ({"tasks": []}, "tasks", "至少一个"),
        ({"fields": []}, "fields", "至少一项"),
        ({"fields": fields("进展", "进展")}, "fields", "写了两次"),
        ({"fields": fields("完成率", source="percent")}, "fields", "不能预填自“年度目标完成率”"),
        ({"fields": fields("投资", kind="number", source="problem")}, "fields", "不能预填自“存在问题”"),
        ({"fields": fields("投资", kind="money")}, "fields", "不在可选范围内"),
    ],
)
def test_what_cannot_be_asked_is_told_and_nothing_is_kept(task, plan, office, said, name, words):
    with pytest.raises(ValidationError) as refused:
        asked(plan, office, **({"tasks": [task]} | said))
    assert words in refused.value.message_dict[name][0]
    assert not AdHocRequest.objects.exists()


def test_only_the_office_asks(task, plan, reporter, leader):
    for person_ in (reporter, leader):
        with pytest.raises(Denied, match="由办公室发出"):
            asked(plan, person_, tasks=[task])


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(13, 10), at(13, 14)),
        (at(13, 9, 40), at(13, 14)),
        (at(13, 15, 5), at(13, 18)),
        (at(13, 7), at(13, 12, 30)),
        (at(13, 17, 0), at(14, 11, 30)),
        (at(17, 19), at(20, 12, 30)),  # Friday evening
        (at(18, 11), at(20, 12, 30)),  # Saturday
    ],
)
def test_by_default_four_working_hours_and_today_not_after_six(db, now, due):
    assert quick.default_due(now) == due


def test_the_month_is_counted_in_whole_and_for_each_body(task, plan, fgw, kjj, sixian, office):
    sent(plan, office, tasks=[task])
    sent(plan, office, agencies=[sixian, fgw])
    asked(plan, office, agencies=[sixian])
    last_night = datetime(2030, 4, 30, 23, 59, tzinfo=SHANGHAI)
    sent(plan, office, agencies=[kjj], now=last_night, due_at=last_night + timedelta(hours=9))
    times, by_body = quick.sent_in_month(plan, TEN)
    assert (times, by_body) == (2, {fgw.pk: 2, kjj.pk: 1, sixian.pk: 1})


# --- the office's verbs ----------------------------------------------------------------------------


def test_sending_tells_reporters_and_approvers_at_once_and_the_last_answer_the_office(
    task, plan, fgw, kjj, office, reporter, approver, kjj_reporter, stranger, colleague, news
):
    request = sent(plan, office, tasks=[task], words="请写明投资额")
    assert [each.people for each in news] == [{reporter.pk, approver.pk, kjj_reporter.pk}]
    assert news[0].title == "临时调度：园区最新进展，请于5月13日14:00前答复"
    assert (news[0].text, news[0].url) == ("请写明投资额", request.get_absolute_url())
    confirm(request, fgw, reporter, "有进展")
    assert len(news) == 1
    confirm(request, kjj, kjj_reporter, "有进展")
    assert news[-1].people == {office.pk} and "已全部答复" in news[-1].title


def test_extending_tells_only_who_has_not_answered(task, plan, fgw, office, reporter, kjj_reporter, news):
    request = sent(plan, office, tasks=[task])
    confirm(request, fgw, reporter, "有进展")
    extended = quick.extend(request, at(13, 18), by=office, now=LATER, revision=request.revision)
    assert extended.due_at == at(13, 18) and news[-1].people == {kjj_reporter.pk}
    with pytest.raises(ValidationError, match="须晚于现在的截止时间"):
        quick.extend(extended, at(13, 17), by=office, now=LATER, revision=extended.revision)
    with pytest.raises(Stale):
        quick.extend(extended, at(13, 20), by=office, now=LATER, revision=request.revision)


def test_bodies_are_added_and_withdrawn_but_not_once_they_answered(
    task, plan, fgw, kjj, sixian, people, office, reporter, county_reporter, kjj_reporter, news
):
    request = sent(plan, office, tasks=[task])
    request = quick.add(
        request, agencies=[sixian], tasks=[task], by=office, now=LATER, revision=request.revision
    )
    assert request.answers.count() == 3 and news[-1].people == {county_reporter.pk}
    with pytest.raises(ValidationError, match="都已经在调度范围内"):
        quick.add(request, tasks=[task], by=office, now=LATER, revision=request.revision)
    confirm(request, fgw, reporter, "有进展")
    with pytest.raises(WrongState, match="已经答复"):
        quick.withdraw(request, fgw, by=office, now=LATER, revision=request.revision)
    request = quick.withdraw(request, kjj, by=office, now=LATER, revision=request.revision)
    assert news[-1].people == {kjj_reporter.pk}
    with pytest.raises(WrongState, match="已经撤下"):
        quick.withdraw(request, kjj, by=office, now=LATER, revision=request.revision)
    assert set(request.answers.values_list("agency__code", flat=True)) == {"fgw", "sixian"}


def test_the_last_body_is_not_withdrawn(plan, fgw, office):
    request = sent(plan, office, agencies=[fgw])
    with pytest.raises(WrongState, match="最后一个单位"):
        quick.withdraw(request, fgw, by=office, now=LATER, revision=request.revision)


def test_a_draft_is_changed_whole_or_dropped_and_once_sent_neither(task, plan, sixian, office):
    drafted = asked(plan, office, tasks=[task])
    changed = Asking("另一件事", DUE, fields("有什么"), agencies=[sixian])
    fresh = quick.redraft(drafted, changed, by=office, now=TEN, revision=1)
    assert [each.label for each in fresh.fields.all()] == ["有什么"]
    assert list(fresh.answers.values_list("agency__code", flat=True)) == ["sixian"]
    with pytest.raises(Stale):
        quick.send(drafted, by=office, now=TEN, revision=1)
    request = quick.send(fresh, by=office, now=TEN, revision=2)
    for verb in (quick.drop, quick.send):
        with pytest.raises(WrongState, match="已经发出"):
            verb(request, by=office, now=TEN, revision=request.revision)
    other = asked(plan, office, tasks=[task])
    quick.drop(other, by=office, now=TEN, revision=1)
    assert AdHocRequest.objects.get() == request


def test_a_draft_whose_time_has_passed_is_not_sent(task, plan, office):
    drafted = asked(plan, office, tasks=[task])
    with pytest.raises(ValidationError, match="须晚于现在"):
        quick.send(drafted, by=office, now=AFTER, revision=1)
    assert AdHocRequest.objects.get().sent_at is None


# --- who sees what ---------------------------------------------------------------------------------


def test_walls(task, plan, fgw, kjj, office, reporter, kjj_reporter, leader, admin, stranger, colleague):
    secret = factories.make_task(9, leads=[fgw], is_sensitive=True)
    open_one = sent(plan, office, tasks=[task])
    hidden = sent(plan, office, tasks=[secret, task])
    drafted = asked(plan, office, tasks=[task])

    def seen(user):
        return set(AdHocRequest.objects.visible_to(user))

    assert seen(office) == {open_one, hidden, drafted}
    assert seen(leader) == {open_one}
    assert seen(reporter) == seen(kjj_reporter) == {open_one, hidden}
    assert seen(admin) == seen(stranger) == seen(colleague) == set()
    own = AdHocAnswer.objects.visible_to(kjj_reporter)
    assert {each.agency for each in own} == {kjj} and secret not in {each.task for each in own}
    secret.assignments.update(valid_until=date(2020, 1, 1))
    assert secret not in {each.task for each in AdHocAnswer.objects.visible_to(reporter)}


def test_news_of_a_sensitive_task_says_no_more_than_that_there_is_some(plan, fgw, office, reporter, news):
    secret = factories.make_task(9, leads=[fgw], is_sensitive=True)
    sent(plan, office, tasks=[secret], words="详情")
    assert news[0].text == ""


def test_people_are_told_of_once_though_they_serve_two_bodies(task, plan, fgw, kjj, office, news):
    both = person("two", Role.REPORTER, "fgw")
    both.posts.create(role=Role.REPORTER, agency=body("kjj"))
    sent(plan, office, tasks=[task])
    assert [each.people for each in news] == [{both.pk}]
