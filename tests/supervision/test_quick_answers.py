"""临时调度, the answering: what is filled in, what may be typed, who wins a race, what is summed up."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import close_old_connections, connection

from agencies import audit
from agencies.permissions import Denied
from progress import corrections, workflow
from progress.content import load
from progress.workflow import Stale, WrongState
from supervision import quick, quick_answers, quick_sheet
from supervision.models import AdHocField
from supervision.quick_answers import Done, Said
from supervision.quick_offers import offers_to
from tasks.models import Project
from tests import factories
from tests.factories import State
from tests.supervision.asking import (
    AFTER,
    DUE,
    LATER,
    TEN,
    answer_of,
    asked,
    confirm,
    filed,
    sent,
    usual,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(fgw, kjj):
    """Task 1, led by 市发展改革委 and 市科技局."""
    return factories.make_task(1, leads=[fgw, kjj])


@pytest.fixture
def plan(task):
    return task.plan


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
        ("request", "无"),
        ("progress", "投资：1,200万元"),
    ]
