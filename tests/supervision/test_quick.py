"""临时调度, the rules: whom, what is filled in, what may be typed, who wins a race, what is summed."""

from datetime import date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, close_old_connections, connection, transaction

from agencies import audit, reach
from agencies.models import Role
from agencies.permissions import Denied
from progress import corrections, workflow
from progress.content import load
from progress.workflow import Stale, WrongState
from supervision import quick, quick_answers, quick_sheet
from supervision.models import AdHocAnswer, AdHocField, AdHocRequest
from supervision.quick import Asking
from supervision.quick_answers import Done, Said
from supervision.quick_offers import offers_to
from tasks.models import Project
from tests import factories
from tests.cast import body, person
from tests.factories import SHANGHAI, State

TEN = datetime(2030, 5, 13, 10, 0, tzinfo=SHANGHAI)  # a Monday
DUE = TEN + timedelta(hours=4)
LATER = TEN + timedelta(minutes=20)
AFTER = DUE + timedelta(hours=1)


def at(day, hour, minute=0):
    return datetime(2030, 5, day, hour, minute, tzinfo=SHANGHAI)


def fields(*labels, **of_all):
    return [AdHocField(label=label, **of_all) for label in labels]


def usual():
    return [AdHocField(**each) for each in quick.SETS["progress"][1]]


def asked(plan, by, *, now=TEN, due_at=DUE, **said):
    """A request as drafted."""
    said = {"title": "园区最新进展", "fields": usual()} | said
    return quick.draft(plan, Asking(due_at=due_at, **said), by=by, now=now)


def sent(plan, by, *, now=TEN, **said):
    drafted = asked(plan, by, now=now, **said)
    return quick.send(drafted, by=by, now=now, revision=drafted.revision)


def answer_of(request, agency):
    return request.answers.get(agency=agency)


def confirm(request, agency, by, *texts, now=LATER, revision=None):
    """Confirm the body's only row; texts: what is typed into its fields, by order, else what stands there."""
    answer = answer_of(request, agency)
    values = {int(order): text for order, text in answer.values.items()} | dict(enumerate(texts, start=1))
    said = Said(revision or answer.revision, values)
    return quick_answers.confirm(request, {answer: said}, by=by, now=now)


def filed(task, agency, *, progress="建成平台3个。", to=State.ACCEPTED, by, **changes):
    report = factories.make_report(task, agency)
    return factories.walk(report, to, progress=progress, **by, **changes)


@pytest.fixture
def news():
    """Everything told, in order."""
    heard = []

    def listen(sender, news, **kwargs):
        heard.append(news)

    reach.told.connect(listen)
    yield heard
    reach.told.disconnect(listen)


@pytest.fixture
def task(fgw, kjj):
    """Task 1, led by 市发展改革委 and 市科技局."""
    return factories.make_task(1, leads=[fgw, kjj])


@pytest.fixture
def plan(task):
    return task.plan


pytestmark = pytest.mark.django_db


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


# --- what is filled in -----------------------------------------------------------------------------


def test_only_what_left_and_was_accepted_is_filled_in(task, plan, fgw, kjj, people, office):
    filed(task, fgw, by=people, problem="用地指标不足。")
    draft = factories.make_report(task, kjj)
    draft.task_return.progress = "还没有报出的话。"
    draft.task_return.save()
    request = sent(plan, office, tasks=[task])
    answer = answer_of(request, fgw)
    assert answer.values == {"1": "建成平台3个。", "2": "用地指标不足。"}
    assert answer.prefilled_from.code == "2030Q1" and answer.confirmed_at is None
    assert answer_of(request, kjj).values == {} and answer_of(request, kjj).prefilled_from is None


@pytest.mark.parametrize("to", [State.DRAFT, State.AWAITING_APPROVAL, State.UNDER_REVIEW, State.RETURNED])
def test_what_was_not_accepted_is_never_filled_in(task, plan, fgw, people, office, to):
    filed(task, fgw, by=people, to=to)
    assert answer_of(sent(plan, office, tasks=[task]), fgw).values == {}


def test_what_was_opened_again_gives_way_to_the_quarter_before(task, plan, fgw, people, office):
    filed(task, fgw, by=people, progress="一季度所报。")
    later = factories.make_report(task, fgw, factories.make_period("2030Q2"))
    later = factories.walk(later, State.ACCEPTED, progress="二季度所报。", **people)
    workflow.reopen(later, by=office, now=TEN, revision=later.revision, reason="数据有误")
    assert answer_of(sent(plan, office, tasks=[task]), fgw).values["1"] == "一季度所报。"


def test_a_corrected_return_fills_in_its_last_version(task, plan, fgw, people, office, reporter):
    report = filed(task, fgw, by=people, progress="建成平台8个。")
    said = {"kind": "slip", "changes": {"progress": "建成平台3个。"}, "basis": "笔误"}
    asked_for = corrections.ask(load(report.pk), **said, by=reporter, now=TEN)
    corrections.grant(asked_for, by=office, now=TEN, decision="")
    assert answer_of(sent(plan, office, tasks=[task]), fgw).values["1"] == "建成平台3个。"


def test_no_change_percent_stage_and_a_units_summary_are_filled_in(task, plan, fgw, kjj, people, office):
    project = Project.objects.create(plan=plan, task=task, name="云都产业园", planned_stage="续建", quote="…")
    factories.make_goal(task, by=office)
    row = {"project": project.pk, "stage": "building", "note": "完成主体"}
    filed(task, fgw, by=people, percent=35, projects=[row])
    factories.walk(factories.make_unit_report(fgw), State.ACCEPTED, **people)
    asking = [AdHocField(**each) for each in quick.SETS["pace"][1]] + [
        AdHocField(label="形象进度", source="stage"),
        AdHocField(label="情况", source="progress"),
    ]
    request = sent(plan, office, tasks=[task], projects=[project], agencies=[fgw], fields=asking)
    of_fgw = {
        (each.task_id and 1, each.project_id and 2): each.values
        for each in request.answers.filter(agency=fgw)
    }
    stage = of_fgw[1, 2]["4"]
    assert stage.endswith("完成主体") and of_fgw[1, 2] == {"4": stage, "5": "完成主体"}
    assert of_fgw[1, None]["1"] == "35" and of_fgw[1, None]["4"] == f"云都产业园：{stage}"
    assert of_fgw[None, None] == {"5": factories.SUMMARY["overview"]}


# --- what is typed ---------------------------------------------------------------------------------

NUMBER = AdHocField(order=1, label="投资", kind="number", unit="万元")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("1,200.50", "1200.5"), ("１２００", "1200"), ("-3", "-3"), ("12万元", "12"), ("1000", "1000")],
)
def test_numbers_are_read_as_people_write_them(typed, kept):
    assert quick_answers.cleaned([NUMBER], Said(1, {1: typed})) == {"1": kept}


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("number", "约三百", "请只填数字"),
        ("number", "1e5", "请只填数字"),
        ("number", "1.23456", "最多 4 位小数"),
        ("number", "", "请填写“甲”"),
        ("date", "2030-02-30", "请写成 2026-09-30 的样子"),
        ("date", "下月", "请写成"),
        ("yes_no", "大概", "请选择“是”或“否”"),
        ("yes_no", "", "请填写“甲”"),
        ("text", "字" * 5001, "最多 5,000 字"),
        ("text", " \n", "请至少写一项"),
    ],
)
def test_what_cannot_be_read_is_named(kind, typed, words):
    with pytest.raises(ValidationError) as refused:
        quick_answers.cleaned([AdHocField(order=1, label="甲", kind=kind)], Said(1, {1: typed}))
    assert words in refused.value.message_dict["1"][0]


def test_some_texts_may_stay_empty_and_dates_are_kept_one_way():
    asking = [
        AdHocField(order=n, label=f"内容{n}", kind=kind) for n, kind in enumerate(("text", "text", "date"), 1)
    ]
    said = Said(1, {1: "好\r\n很好", 2: "", 3: "2030年6月1日"})
    assert quick_answers.cleaned(asking, said) == {"1": "好\n很好", "3": "2030-06-01"}


# --- confirming ------------------------------------------------------------------------------------


def test_a_later_change_is_a_correction_with_its_history(task, plan, fgw, people, office, reporter, approver):
    filed(task, fgw, by=people)
    request = sent(plan, office, tasks=[task])
    assert confirm(request, fgw, reporter) == Done(confirmed=1)
    assert confirm(request, fgw, approver) == Done(same=1)
    assert confirm(request, fgw, approver, "建成平台4个。", now=AFTER) == Done(corrected=1)
    answer = answer_of(request, fgw)
    assert (answer.confirmed_by, answer.confirmed_at) == (reporter, LATER)
    assert (answer.corrected_by, answer.corrected_at) == (approver, AFTER)
    assert not answer.is_late(AFTER), "it was answered in time, whatever was put right later"
    told = audit.trail_of(request).first()
    assert told.verb == "更正答复" and told.detail["最新进展"] == ["建成平台3个。", "建成平台4个。"]


def test_late_answers_are_marked_and_equal_is_on_time(task, plan, fgw, kjj, office, reporter, kjj_reporter):
    request = sent(plan, office, tasks=[task])
    confirm(request, fgw, reporter, "有进展", now=DUE)
    confirm(request, kjj, kjj_reporter, "有进展", now=DUE + timedelta(seconds=1))
    table = quick_sheet.table_of(request, office, AFTER)
    assert [row.state for row in table.rows] == ["answered", "late"]
    assert (table.answered, table.late, table.open, table.overdue) == (2, 1, 0, 0)


def test_all_rows_or_none(plan, fgw, office, reporter):
    tasks = [factories.make_task(number, leads=[fgw]) for number in (5, 6)]
    request = sent(plan, office, tasks=tasks, fields=[AdHocField(label="投资", kind="number")])
    first, second = request.answers.order_by("task__number")
    said = {first: Said(1, {1: "12"}), second: Said(1, {1: "不少"})}
    with pytest.raises(ValidationError) as refused:
        quick_answers.confirm(request, said, by=reporter, now=LATER)
    assert list(refused.value.message_dict) == [f"{second.pk}-1"]
    assert not request.answers.exclude(confirmed_at=None).exists()
    said[second] = Said(7, {1: "3"})
    with pytest.raises(Stale):
        quick_answers.confirm(request, said, by=reporter, now=LATER)
    assert not request.answers.exclude(confirmed_at=None).exists()


def test_nobody_answers_for_another_body(task, plan, fgw, kjj, office, kjj_reporter, leader, colleague):
    request = sent(plan, office, tasks=[task])
    for somebody in (office, kjj_reporter, leader, colleague):
        with pytest.raises(Denied):
            confirm(request, fgw, somebody, "有进展")


def test_nothing_is_answered_before_it_is_sent_or_after_it_is_closed(task, plan, fgw, office, reporter):
    drafted = asked(plan, office, tasks=[task])
    with pytest.raises(WrongState, match="还没有发出"):
        confirm(drafted, fgw, reporter, "有进展")
    request = quick.send(drafted, by=office, now=TEN, revision=1)
    quick.close(request, by=office, now=LATER, revision=request.revision)
    with pytest.raises(WrongState, match="已于5月13日10:20结束"):
        confirm(request, fgw, reporter, "有进展")


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


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_confirm_at_once_one_wins_and_one_is_told(fgw, kjj, office, reporter, approver):
    task = factories.make_task(1, leads=[fgw])
    request = sent(task.plan, office, tasks=[task])
    answer = answer_of(request, fgw)
    start, outcomes = Barrier(2), []

    def confirming(by, text):
        try:
            start.wait(5)
            quick_answers.confirm(request, {answer: Said(1, {1: text})}, by=by, now=LATER)
            outcomes.append(text)
        except Stale:
            outcomes.append("stale")
        finally:
            close_old_connections()
            connection.close()

    both = [Thread(target=confirming, args=each) for each in ((reporter, "甲"), (approver, "乙"))]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert outcomes.count("stale") == 1
    answer.refresh_from_db()
    assert answer.values["1"] in outcomes and answer.revision == 2


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


# --- the table -------------------------------------------------------------------------------------


def test_only_numbers_are_summed_and_never_shares(task, plan, fgw, kjj, office, reporter, kjj_reporter):
    asking = [
        AdHocField(label="投资", kind="number", unit="万元"),
        AdHocField(label="完成率", kind="number", unit="%"),
        AdHocField(label="能否按期", kind="yes_no"),
    ]
    request = sent(plan, office, tasks=[task], fields=asking)
    confirm(request, fgw, reporter, "1200.5", "40", "是")
    confirm(request, kjj, kjj_reporter, "99.5", "60", "否")
    totals = quick_sheet.table_of(request, office, LATER).totals
    assert [(each.field.label, each.shown, each.rows) for each in totals] == [("投资", "1,300.0", 2)]


def test_the_text_for_the_group_names_who_has_not_answered(task, plan, fgw, kjj, sixian, office, reporter):
    secret = factories.make_task(9, leads=[sixian], is_sensitive=True)
    request = sent(plan, office, tasks=[task, secret])
    confirm(request, fgw, reporter, "有进展")
    text = quick_sheet.urging_text(request, quick_sheet.table_of(request, office, LATER), LATER)
    assert "已答复 1/3 条" in text and "请于今天14:00前" in text
    assert "1. 市科技局（第 1 项）" in text and "2. 泗县人民政府\n" in text
    assert "发展改革委" not in text
    late = quick_sheet.urging_text(request, quick_sheet.table_of(request, office, AFTER), AFTER)
    assert "已过今天14:00的截止时间，请尽快" in late


# --- in the next return ----------------------------------------------------------------------------


def test_the_next_return_is_offered_what_was_answered_since(
    task, plan, fgw, people, office, reporter, approver
):
    before = factories.BEFORE_DUE - timedelta(days=1)
    early = sent(plan, office, tasks=[task], now=before, due_at=before + timedelta(hours=3))
    confirm(early, fgw, reporter, "已经报过的话", now=before + timedelta(hours=1))
    filed(task, fgw, by=people)
    asking = [*usual(), AdHocField(label="投资", kind="number", unit="万元")]
    request = sent(plan, office, tasks=[task], fields=asking)
    nothing = factories.make_report(task, fgw, factories.make_period("2030Q2"))
    assert offers_to(nothing, reporter) == [], "what is not confirmed is not offered"
    confirm(request, fgw, reporter, "建成平台5个。", "用地不足", "无", "1200")
    confirm(request, fgw, approver, "建成平台6个。", now=AFTER)
    offers = offers_to(nothing, reporter)
    assert [(each.into, each.text) for each in offers] == [
        ("progress", "建成平台6个。"),
        ("problem", "用地不足"),
        ("progress", "需协调事项：无"),
        ("progress", "投资：1,200万元"),
    ]


def test_people_are_told_of_once_though_they_serve_two_bodies(task, plan, fgw, kjj, office, news):
    both = person("two", Role.REPORTER, "fgw")
    both.posts.create(role=Role.REPORTER, agency=body("kjj"))
    sent(plan, office, tasks=[task])
    assert [each.people for each in news] == [{both.pk}]
