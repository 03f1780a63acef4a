"""临时调度 as people meet it: the mayor asks at ten, the city has the answer on one page at eleven."""

from datetime import datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.urls import reverse
from docx import Document

from progress import workflow
from supervision.models import AdHocRequest, Instruction
from tests import factories
from tests.cast import client_of
from tests.factories import SHANGHAI, State

pytestmark = pytest.mark.django_db
PLAN = "2030-2032"
TEN = datetime(2030, 5, 13, 10, 0, tzinfo=SHANGHAI)  # a Monday
FIELDS = {
    "label_1": "最新进展",
    "kind_1": "text",
    "source_1": "progress",
    "label_2": "投资",
    "kind_2": "number",
}


def address(name, *args):
    return reverse(f"supervision:{name}", args=[PLAN, *args])


@pytest.fixture
def ten():
    with time_machine.travel(TEN, tick=False) as clock:
        yield clock


@pytest.fixture
def task(fgw, kjj, people):
    """Task 1, led by 市发展改革委, whose first quarter was accepted, and 市科技局, which never reported."""
    task = factories.make_task(1, leads=[fgw, kjj])
    factories.walk(factories.make_report(task, fgw), State.ACCEPTED, **people)
    return task


def asking(**said):
    usual = {"title": "园区最新进展", "asked_for": "市长专题会", "due_at": "2030-05-13T14:00", "tasks": ["1"]}
    return usual | FIELDS | {"unit_2": "万元"} | said


def post(user, name, *args, **data):
    return client_of(user).post(address(name, *args), data)


def page(user, name, *args, **query):
    answer = client_of(user).get(address(name, *args), query)
    return answer.content.decode() if answer.status_code == 200 else answer.status_code


def ask(office, **said):
    """Drafted by the office's page, and sent."""
    drafted = post(office, "quick_new", check="1", **asking(**said))
    assert drafted.status_code == 302, drafted.content.decode()
    found = AdHocRequest.objects.order_by("-pk").first()
    post(office, "quick_send", found.pk, revision=found.revision)
    found.refresh_from_db()
    return found


def typed(found, agency, **texts):
    """The controls of the body's rows as the page has them; texts: value_1="…" for every row."""
    data = {}
    for row in found.answers.filter(agency=agency):
        data[f"revision-{row.pk}"] = row.revision
        for field in found.fields.all():
            said = row.values.get(str(field.order), "")
            data[f"value-{row.pk}-{field.order}"] = texts.get(f"value_{field.order}", said)
    return data


def test_asked_at_ten_answered_with_one_tap_printed_at_eleven_offered_in_the_next_return(
    ten, task, fgw, office, reporter, kjj_reporter, people
):
    # The office asks on one page; everybody asked has somebody who hears of it, so it goes at once.
    assert '本月已发 <strong class="num">0</strong> 次' in page(office, "quick_new", tasks="1")
    asked = post(office, "quick_new", send="1", **asking())
    found = AdHocRequest.objects.get()
    assert asked.url == address("quick", found.pk) and found.sent_at == TEN

    # The unit finds what was accepted of it filled in, types the number, and confirms with one tap.
    ten.move_to(TEN + timedelta(minutes=20))
    shown = page(reporter, "quick", found.pk)
    assert factories.PROGRESS["progress"] in shown and "已按2030年第一季度采用的内容预填" in shown
    assert "全部确认" in shown and "市科技局" not in shown
    done = post(reporter, "quick_answer", found.pk, verb="all", **typed(found, fgw, value_2="1,200.5"))
    assert done.url == address("quick", found.pk)
    assert "已全部答复" in page(reporter, "quick", found.pk)

    # The office watches, and prints at eleven.
    ten.move_to(TEN + timedelta(hours=1))
    table = page(office, "quick", found.pk)
    assert "1/2" in table and "1. 市科技局（第 1 项）" in table and "请于今天14:00前" in table
    paper = page(office, "quick_paper", found.pk)
    assert (
        "已答复 1/2 条" in paper
        and "投资合计 1,200.5 万元" in paper
        and "尚未答复（1 条）：市科技局。" in paper
    )
    word = client_of(office).get(address("quick_word", found.pk))
    text = "\n".join(each.text for each in Document(BytesIO(word.content)).paragraphs)
    assert "园区最新进展情况汇总" in text and "已答复 1/2" in text
    book = openpyxl.load_workbook(BytesIO(client_of(office).get(address("quick_export", found.pk)).content))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[1][1] == "市发展改革委" and rows[1][4] == 1200.5 and rows[2][3:5] == (None, None)

    # The next return is offered the answer.
    report = factories.make_report(task, fgw, factories.make_period("2030Q2"))
    ten.move_to(report.period.opens_at + timedelta(days=1))
    form = client_of(reporter).get(report.get_absolute_url()).content.decode()
    assert address("quick_offers", report.pk) in form
    offers = page(reporter, "quick_offers", report.pk)
    assert 'data-type-into="progress"' in offers and "投资：1,200.5万元" in offers
    assert page(kjj_reporter, "quick_offers", report.pk) == 404
    report.task_return.refresh_from_db()
    assert report.task_return.progress == "", "nothing is saved by offering it"


def test_a_body_nobody_would_hear_of_is_shown_before_it_is_sent(ten, task, office, reporter):
    asked = post(office, "quick_new", send="1", **asking())
    found = AdHocRequest.objects.get()
    assert found.sent_at is None and asked.url == address("quick", found.pk)
    shown = page(office, "quick", found.pk)
    assert "该单位没有可接收的人员" in shown and "市科技局" in shown and "这是第 1 次" in shown
    assert factories.PROGRESS["progress"] in shown, "what is known already is shown before it is asked again"
    assert page(reporter, "quick", found.pk) == 404
    assert reporter.pk and not AdHocRequest.objects.visible_to(reporter).exists()


def test_one_row_after_the_other(ten, fgw, office, reporter):
    factories.make_period()
    for number in (5, 6):
        factories.make_task(number, leads=[fgw])
    found = ask(office, tasks=["5", "6"])
    first, second = found.answers.order_by("task__number")
    data = typed(found, fgw, value_1="有进展", value_2="3")
    only_first = data | {f"value-{second.pk}-1": "", f"value-{second.pk}-2": ""}
    done = post(reporter, "quick_answer", found.pk, verb=str(first.pk), **only_first)
    assert done.url == f"{address('quick', found.pk)}#answer-{second.pk}"
    kept = post(
        reporter,
        "quick_answer",
        found.pk,
        verb=str(first.pk),
        **typed(found, fgw) | {f"value-{second.pk}-1": "还在写的话"},
    )
    assert kept.status_code == 200 and "还在写的话" in kept.content.decode(), "other rows stay as typed"
    second.refresh_from_db()
    assert second.confirmed_at is None and second.values == {}


def test_what_cannot_be_read_is_named_and_everything_typed_stays(ten, task, fgw, office, reporter):
    found = ask(office)
    data = typed(found, fgw, value_1="改过的进展", value_2="约三百")
    answer = post(reporter, "quick_answer", found.pk, verb="all", **data)
    shown = answer.content.decode()
    assert answer.status_code == 400 and "请只填数字，最多 4 位小数；您填的是“约三百”" in shown
    assert "改过的进展" in shown and "有几处需要改正，尚未确认" in shown
    assert not found.answers.exclude(confirmed_at=None).exists()


def test_two_of_one_body_the_second_sees_both_texts(ten, task, fgw, office, reporter, approver):
    found = ask(office)
    mine, theirs = (typed(found, fgw, value_1=text, value_2="3") for text in ("甲的话", "乙的话"))
    post(reporter, "quick_answer", found.pk, verb="all", **mine)
    answer = post(approver, "quick_answer", found.pk, verb="all", **theirs)
    shown = answer.content.decode()
    assert answer.status_code == 412 and "乙的话" in shown and "现在保存的：甲的话" in shown
    assert found.answers.get(agency=fgw).values["1"] == "甲的话"


def test_after_closing_nothing_is_taken_and_what_was_typed_is_still_there(ten, task, fgw, office, reporter):
    found = ask(office)
    assert "结束调度" in page(office, "quick", found.pk)
    post(office, "quick_close", found.pk, revision=found.revision)
    data = typed(found, fgw, value_1="来晚了的话", value_2="3")
    answer = post(reporter, "quick_answer", found.pk, verb="all", **data)
    assert answer.status_code == 409 and "您填写的没有保存：来晚了的话" in answer.content.decode()
    assert "全部确认" not in page(reporter, "quick", found.pk)


def test_late_answers_and_corrections_are_marked_for_the_office(ten, task, fgw, office, reporter):
    found = ask(office)
    ten.move_to(TEN + timedelta(hours=5))
    assert "逾期未答复" in page(office, "quick", found.pk, show="open")
    post(reporter, "quick_answer", found.pk, verb="all", **typed(found, fgw, value_2="3"))
    assert (
        "已更正 1 项"
        in client_of(reporter)
        .post(
            address("quick_answer", found.pk), {"verb": "all", **typed(found, fgw, value_2="4")}, follow=True
        )
        .content.decode()
    )
    late = page(office, "quick", found.pk, show="late")
    assert "迟答" in late and "更正</span>" in late and "投资：3 → 4" in late


def test_more_time_more_bodies_and_one_less(
    ten, task, fgw, kjj, sixian, office, county_reporter, kjj_reporter
):
    found = ask(office)
    change = {"verb": "extend", "due_at": "2030-05-13T13:00", "revision": found.revision}
    refused = post(office, "quick_change", found.pk, **change)
    assert refused.status_code == 400 and "须晚于现在的截止时间" in refused.content.decode()
    assert "2030-05-13T13:00" in refused.content.decode()
    assert (
        post(office, "quick_change", found.pk, **change | {"due_at": "2030-05-13T18:00"}).status_code == 302
    )
    assert post(office, "quick_change", found.pk, **change).status_code in (400, 409)
    found.refresh_from_db()
    assert found.due_at == TEN.replace(hour=18)
    added = {"verb": "add", "agencies": ["sixian"], "revision": found.revision}
    assert post(office, "quick_change", found.pk, **added).status_code == 302
    assert "本单位情况" in page(county_reporter, "quick", found.pk)
    found.refresh_from_db()
    post(office, "quick_withdraw", found.pk, agency="kjj", revision=found.revision)
    assert page(kjj_reporter, "quick", found.pk) == 404


def test_a_draft_changed_by_another_meanwhile_shows_both(ten, task, office, office2):
    post(office, "quick_new", check="1", **asking())
    found = AdHocRequest.objects.get()
    assert post(office, "quick_edit", found.pk, **asking(title="先改的", revision=1)).status_code == 302
    answer = post(office2, "quick_edit", found.pk, **asking(title="后改的", revision=1))
    shown = answer.content.decode()
    assert answer.status_code == 412 and "先改的" in shown and "后改的" in shown
    post(office, "quick_drop", found.pk, revision=2)
    assert not AdHocRequest.objects.exists()


def test_mistakes_in_the_form_keep_what_was_typed(ten, task, office):
    answer = post(office, "quick_new", send="1", **asking(title="", due_at="昨天", words="口径说明"))
    shown = answer.content.decode()
    assert answer.status_code == 400 and "口径说明" in shown and "请按“2026-10-06 18:00”的样子" in shown
    answer = post(office, "quick_new", send="1", **asking(label_2="最新进展"))
    assert "“最新进展”写了两次" in answer.content.decode()
    assert not AdHocRequest.objects.exists()


def test_an_instruction_and_a_lists_choice_fill_the_form(ten, task, office):
    written = {"leader": "郑市长", "on": TEN.date(), "words": "请速报进展", "recorded_at": TEN}
    instruction = Instruction.objects.create(plan=task.plan, recorded_by=office, **written)
    instruction.tasks.add(task)
    shown = page(office, "quick_new", instruction=instruction.pk)
    assert "郑市长批示" in shown and 'value="1" checked' in shown
    assert "请速报进展" not in shown, "its words are for its named readers"
    found = ask(office, instruction=instruction.pk)
    assert found.instruction == instruction


def test_walls_between_bodies_leaders_and_administrators(
    ten, task, fgw, office, reporter, kjj_reporter, leader, admin, stranger
):
    found = ask(office)
    assert "市科技局" not in page(reporter, "quick", found.pk)
    assert factories.PROGRESS["progress"] not in page(kjj_reporter, "quick", found.pk)
    assert "市科技局" in page(leader, "quick", found.pk) and "结束调度" not in page(leader, "quick", found.pk)
    assert "复制催报文" not in page(leader, "quick", found.pk)
    assert page(stranger, "quick", found.pk) == 404 and page(admin, "quick", found.pk) == 403
    for paper in ("quick_export", "quick_paper", "quick_word"):
        assert page(reporter, paper, found.pk) == 403
    stolen = typed(found, fgw, value_1="冒名", value_2="1")
    assert post(kjj_reporter, "quick_answer", found.pk, verb="all", **stolen).status_code == 409
    for reads_only in (office, leader):
        assert post(reads_only, "quick_answer", found.pk, verb="all", **stolen).status_code == 403
    assert not found.answers.exclude(confirmed_at=None).exists()


def test_a_sensitive_task_is_hidden_with_its_request(ten, fgw, office, reporter, leader):
    factories.make_period()
    factories.make_task(9, leads=[fgw], is_sensitive=True)
    found = ask(office, tasks=["9"])
    assert page(leader, "quick", found.pk) == 404 and "园区最新进展" not in page(leader, "quick_list")
    assert "任务之9" in page(reporter, "quick", found.pk)


def test_the_list_filters_sorts_and_exports_what_is_shown(ten, task, sixian, office, county_reporter):
    assert "还没有发过临时调度" in page(office, "quick_list")
    ask(office)
    ask(office, title="招商情况", tasks=[], agencies=["sixian"])
    shown = page(office, "quick_list", agency="sixian")
    assert (
        "招商情况" in shown
        and "园区最新进展" not in shown
        and '本月已发 <strong class="num">2</strong> 次' in shown
    )
    assert "没有符合条件的调度" in page(office, "quick_list", state="closed")
    by_title = page(office, "quick_list", sort="title")
    assert by_title.index("园区最新进展") < by_title.index("招商情况")
    own = page(county_reporter, "quick_list")
    assert "招商情况" in own and "待确认" in own and "园区最新进展" not in own
    exported = client_of(office).get(address("quick_list_export"), {"q": "招商"})
    rows = list(openpyxl.load_workbook(BytesIO(exported.content)).active.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["事项", "招商情况"]


def test_reopened_meanwhile_is_not_filled_in(ten, task, fgw, office):
    report = task.reports.get()
    workflow.reopen(report, by=office, now=TEN, revision=report.revision, reason="数据有误")
    assert ask(office).answers.get(agency=fgw).values == {}
