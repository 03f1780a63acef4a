"""批示件: who may read them, what comes of them, and the report they end in."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from agencies.permissions import Denied
from supervision import instructions
from supervision.models import (
    AdHocAnswer,
    AdHocField,
    AdHocRequest,
    Instruction,
    OrderFeedback,
    SupervisionOrder,
)
from tests import factories
from tests.cast import body
from tests.progress.test_attachments import PDF

pytestmark = pytest.mark.django_db
PLAN = "2030-2032"
NOW = factories.OPENS
WORDS = "请抓紧推进平台建设，结果报我。"


@pytest.fixture
def task(db):
    factories.make_period()
    return factories.make_task(leads=[body("fgw")])


@pytest.fixture
def given(task, office, reporter):
    said = {"leader": "郑市长", "on": date(2030, 3, 1), "words": WORDS, "due_on": date(2030, 3, 20)}
    lists = {"readers": [reporter], "tasks": [task]}
    return instructions.register(task.plan, said | lists, by=office, now=NOW)


def address(name, *args):
    return reverse(f"supervision:{name}", args=[PLAN, *args])


def closed_order(given, office, **fields):
    """An order of it that was answered, accepted and closed."""
    order = SupervisionOrder.objects.create(
        plan=given.plan,
        title="推进平台建设",
        requirement="推进",
        agency=body("fgw"),
        instruction=given,
        source="instruction",
        state="closed",
        mark="宿长三角督",
        year=2030,
        number=1,
        drafted_at=NOW,
        drafted_by=office,
        issued_at=NOW,
        issued_by=office,
        due_at=NOW + timedelta(days=10),
        closed_at=NOW,
        closed_by=office,
    )
    SupervisionOrder.objects.filter(pk=order.pk).update(**fields)
    at = {"written_at": NOW, "written_by": office, "left_at": NOW}
    OrderFeedback.objects.create(order=order, text="平台已建成3个。", state="accepted", **at)
    return order


def answered_quick(given, office):
    request = AdHocRequest.objects.create(
        plan=given.plan,
        title="平台数量",
        instruction=given,
        due_at=NOW,
        drafted_at=NOW,
        drafted_by=office,
        sent_at=NOW,
        sent_by=office,
    )
    AdHocField.objects.create(request=request, order=1, label="平台", kind="number", unit="个")
    said = {"values": {"1": "5"}, "confirmed_at": NOW, "confirmed_by": office}
    AdHocAnswer.objects.create(request=request, agency=body("kjj"), **said)
    AdHocAnswer.objects.create(request=request, agency=body("sixian"), values={"1": "9"})
    return request


def test_from_the_words_to_the_report(task, office, reporter, as_, news):
    """The story: registered, scanned, made an order of, drafted, edited, reported back, read."""
    at = as_(office)
    typed = {"leader": "郑市长", "on": "2030-03-01", "words": WORDS, "readers": ["fgw"], "tasks": ["1"]}
    at.post(address("instruction_new"), typed)
    found = Instruction.objects.get()
    # The news names no words: it may leave the house by mail.
    assert news[0].people == {reporter.pk} and WORDS not in news[0].title + news[0].text
    scan = SimpleUploadedFile("批示.pdf", PDF)
    assert (
        at.post(address("instruction_files", found.pk), {"verb": "attach", "scan": scan}).status_code == 302
    )
    assert found.files.get().kind == "scan"
    closed_order(found, office)

    page = address("instruction_report", found.pk)
    drafted = at.post(page, {"verb": "draft", "report": "", "revision": 1}).content.decode()
    assert "市发展改革委：平台已建成3个。（宿长三角督〔2030〕1号，3月10日反馈）" in drafted
    found.refresh_from_db()
    assert found.report == ""

    mine = as_(reporter)
    assert mine.get(page).status_code == 404
    at.post(page, {"verb": "save", "report": "各项已落实。", "revision": 1})
    assert "各项已落实" not in mine.get(found.get_absolute_url()).content.decode()
    assert mine.get(page).status_code == mine.get(address("instruction_word", found.pk)).status_code == 404
    at.post(page, {"verb": "finish", "report": "各项已落实。", "revision": 2})
    assert news[-1].people == {reporter.pk} and "已反馈" in news[-1].title
    assert "各项已落实" in mine.get(found.get_absolute_url()).content.decode()
    assert "关于郑市长批示件办理情况的反馈报告" in mine.get(page).content.decode()
    word = Document(BytesIO(mine.get(address("instruction_word", found.pk)).content))
    assert "各项已落实。" in [each.text for each in word.paragraphs]


def test_only_the_office_and_the_named_read_it(
    given, office2, reporter, approver, leader, admin, nobody, as_
):
    scan = given.files.create(
        kind="scan",
        file="x",
        name="批示.pdf",
        extension="pdf",
        size=1,
        sha256="0",
        uploaded_at=NOW,
        uploaded_by=office2,
    )
    pages = [
        given.get_absolute_url(),
        address("instruction_report", given.pk),
        address("instruction_word", given.pk),
        reverse("supervision:file", args=[scan.pk]),
    ]
    assert as_(office2).get(pages[0]).status_code == 200
    assert as_(reporter).get(pages[0]).status_code == 200
    for who in (approver, leader):
        assert [as_(who).get(page).status_code for page in pages] == [404] * 4
        assert WORDS not in as_(who).get(address("instructions")).content.decode()
        assert WORDS not in str(
            list(
                openpyxl.load_workbook(
                    BytesIO(as_(who).get(address("instructions_export")).content)
                ).active.values
            )
        )
    for who in (admin, nobody):
        assert {as_(who).get(page).status_code for page in pages} <= {403, 404}
    assert "郑市长" not in as_(admin).get(reverse("agencies:trail")).content.decode()
    assert "登记批示件" in as_(office2).get(reverse("agencies:trail")).content.decode()


def test_a_reader_no_longer_named_reads_it_no_more(given, office, reporter, leader, as_, news):
    said = {"leader": "郑市长", "on": date(2030, 3, 1), "words": WORDS, "readers": [leader]}
    instructions.change(given, said, by=office, now=NOW, revision=1)
    assert as_(reporter).get(given.get_absolute_url()).status_code == 404
    assert as_(leader).get(given.get_absolute_url()).status_code == 200
    # Who was named already is not told again.
    assert [each.people for each in news] == [{leader.pk}]


def test_a_named_reader_may_still_not_know_of_a_sensitive_task(given, office, leader, as_, news):
    secret = factories.make_task(2, leads=[body("kjj")], is_sensitive=True)
    said = {
        "leader": "郑市长",
        "on": date(2030, 3, 1),
        "words": WORDS,
        "readers": [leader],
        "tasks": [secret],
    }
    instructions.change(given, said, by=office, now=NOW, revision=1)
    assert as_(leader).get(given.get_absolute_url()).status_code == 404
    assert news == []


def test_only_the_office_writes(given, reporter, leader, admin):
    for who in (reporter, leader, admin):
        for act in (
            lambda by: instructions.register(given.plan, {}, by=by, now=NOW),
            lambda by: instructions.change(given, {}, by=by, now=NOW, revision=1),
            lambda by: instructions.save_report(given, "x", by=by, now=NOW, revision=1),
            lambda by: instructions.report_back(given, "x", by=by, now=NOW, revision=1),
            lambda by: instructions.reopen(given, "x", by=by, now=NOW, revision=1),
        ):
            with pytest.raises(Denied):
                act(who)


def test_the_draft_names_every_source_and_what_is_still_open(given, office):
    assert "还没有办理反馈" in instructions.drafted(given)
    order = closed_order(given, office)
    answered_quick(given, office)
    text = instructions.drafted(given)
    assert "2030年3月1日，郑市长批示：“请抓紧推进平台建设，结果报我”。" in text
    assert "市科技局：平台5个。（临时调度《平台数量》，3月10日确认）" in text
    assert "泗县" not in text
    SupervisionOrder.objects.filter(pk=order.pk).update(state="working", closed_at=None, closed_by=None)
    text = instructions.drafted(given)
    assert "平台已建成" not in text and "正在办理（宿长三角督〔2030〕1号，时限3月20日）" in text
    # What is written stays, and nothing is said twice.
    assert instructions.drafted(given, text) == text
    assert instructions.drafted(given, "我写的。").startswith("我写的。\n市科技局：")


def test_the_second_of_two_sees_both_texts(given, office, as_):
    at, page = as_(office), address("instruction_report", given.pk)
    at.post(page, {"verb": "save", "report": "甲写的", "revision": 1})
    second = at.post(page, {"verb": "finish", "report": "乙写的", "revision": 1})
    assert second.status_code == 412
    assert "甲写的" in second.content.decode() and "乙写的" in second.content.decode()
    given.refresh_from_db()
    assert (given.report, given.reported_at) == ("甲写的", None)
    typed = {"leader": "李书记", "on": "2030-03-01", "words": WORDS, "revision": 1}
    edit = at.post(address("instruction_edit", given.pk), typed)
    assert edit.status_code == 412 and "郑市长" in edit.content.decode() and "李书记" in edit.content.decode()


def test_what_is_reported_back_is_opened_again_only_with_a_reason(given, office, as_):
    at, page = as_(office), address("instruction_report", given.pk)
    assert at.post(page, {"verb": "finish", "report": " ", "revision": 1}).status_code == 400
    instructions.report_back(given, "已落实。", by=office, now=NOW, revision=1)
    assert at.post(page, {"verb": "save", "report": "改", "revision": 2}).status_code == 409
    typed = {"leader": "郑市长", "on": "2030-03-01", "words": "改", "revision": 2}
    assert at.post(address("instruction_edit", given.pk), typed).status_code == 409
    assert at.post(page, {"verb": "reopen", "reason": "", "revision": 2}).status_code == 400
    assert at.post(page, {"verb": "reopen", "reason": "领导又有要求", "revision": 2}).status_code == 302
    given.refresh_from_db()
    assert (given.is_open, given.report, given.words) == (True, "已落实。", WORDS)
    assert "领导又有要求" in at.get(given.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"leader": ""}, "请写明哪位领导批示。"),
        ({"words": " "}, "请写明批示内容"),
        ({"on": ""}, "请填写批示日期。"),
        ({"on": "三月"}, "请写成 2026-09-30 的样子"),
        ({"due_on": "2030-02-01"}, "办理时限不能早于批示日期。"),
        ({"readers": ["nobody-there"]}, "已不在列表里"),
        ({"words": "字" * 2001}, "超过 2,000 字"),
    ],
)
def test_bad_input_is_told_and_kept(task, office, as_, typed, said):
    good = {"leader": "郑市长", "on": "2030-03-01", "words": WORDS, "document": "某简报"}
    answer = as_(office).post(address("instruction_new"), good | typed)
    assert answer.status_code == 400
    assert said in answer.content.decode() and "某简报" in answer.content.decode()
    assert not Instruction.objects.exists()


def test_a_scan_must_be_one(given, office, as_):
    page = address("instruction_files", given.pk)
    assert as_(office).post(page, {"verb": "attach"}).status_code == 400
    fake = SimpleUploadedFile("批示.pdf", b"not a pdf")
    assert "field-error" in as_(office).post(page, {"verb": "attach", "scan": fake}).content.decode()
    assert not given.files.exists()


def test_the_register_filters_and_goes_to_excel(given, office, as_, task):
    closed_order(given, office)
    done = {"leader": "李书记", "on": date(2031, 1, 5), "words": "已阅"}
    done = instructions.register(task.plan, done, by=office, now=NOW)
    instructions.report_back(done, "已落实。", by=office, now=NOW, revision=1)
    overdue = {"leader": "王市长", "on": date(2020, 1, 5), "words": "速办", "due_on": date(2020, 1, 6)}
    instructions.register(task.plan, overdue, by=office, now=NOW)
    at, page = as_(office), address("instructions")
    for query, shown in (
        ("", {"郑市长", "李书记", "王市长"}),
        ("state=open", {"郑市长", "王市长"}),
        ("state=overdue", {"王市长"}),
        ("state=reported", {"李书记"}),
        ("year=2031", {"李书记"}),
        ("q=平台", {"郑市长"}),
    ):
        book = at.get(f"{address('instructions_export')}?{query}").content
        rows = list(openpyxl.load_workbook(BytesIO(book)).active.values)[1:]
        assert {row[1] for row in rows} == shown, query
        assert all(name in at.get(f"{page}?{query}").content.decode() for name in shown)
    assert "逾期未反馈" in at.get(page).content.decode()


def test_nothing_yet_says_what_to_do(task, office, reporter, as_):
    assert "登记批示件" in as_(office).get(address("instructions")).content.decode()
    assert "没有请您阅看的批示件" in as_(reporter).get(address("instructions")).content.decode()
