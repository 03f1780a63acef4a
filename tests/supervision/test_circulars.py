"""通报: whose figures, who drafts, checks and signs, what is frozen, who reads, what is never in it."""

import threading
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from docx import Document

from agencies import reach
from agencies.audit import trail_of
from agencies.permissions import Denied
from progress import figures
from progress.meetings import the_room
from progress.models import ProgressReport, TaskVerdict
from progress.workflow import Incomplete, Stale, WrongState
from supervision import circular_papers, circular_words, circulars
from supervision.circular_figures import gather, readable, rows_of
from supervision.models import Circular, SupervisionOrder
from tests import factories
from tests.progress.on_paper import NOW, OPENS, PLAN
from tests.supervision.order_life import make_order, pdf, walk_order

State = ProgressReport.State
PLACE = [PLAN, "2020Q1"]


@pytest.fixture
def quarter(fgw, kjj, sixian, office):
    """A quarter long past: 市发展改革委 late with one return, silent on another and behind with it, 泗县
    silent; 市科技局 in time, and silent on a sensitive task nobody is to hear of."""
    plan = factories.make_plan(PLAN)
    period = factories.make_period("2020Q1", plan)
    late = period.due_at + (NOW - OPENS)
    for number, body, left in ((1, fgw, late), (2, fgw, None), (3, kjj, NOW), (4, kjj, None)):
        task = factories.make_task(number, leads=[body], plan=plan, is_sensitive=number == 4)
        state = State.UNDER_REVIEW if left else State.DRAFT
        factories.make_report(task, body, period, state=state, left_at=left)
        if not left:
            found_red(task, period, office)
    factories.make_unit_report(sixian, period)
    return period


def found_red(task, period, by):
    """The office has confirmed the task's red lamp."""
    lamps = {"lamp": "red", "computed_lamp": "red", "rule_version": 1}
    TaskVerdict.objects.create(task=task, period=period, **lamps, confirmed_at=NOW, confirmed_by=by)


@pytest.fixture
def overdue_order(quarter, fgw, office, office2, reporter, approver):
    team = {"office": office, "office2": office2, "reporter": reporter, "approver": approver}
    order = walk_order(make_order(fgw, by=office, plan=quarter.plan, now=NOW), "issued", **team, now=NOW)
    SupervisionOrder.objects.filter(pk=order.pk).update(due_at=NOW)
    return order


@pytest.fixture
def draft(quarter, office):
    return circulars.take(quarter, by=office, now=timezone.now())


@pytest.fixture
def signing(draft, office, office2):
    return step(step(draft, "send_to_check", office), "check", office2)


def step(circular, verb, by, **said):
    act = getattr(circulars, verb)
    return act(circular, by=by, now=timezone.now(), revision=circular.revision, **said)


def signed(**changes):
    said = {"document_number": "宿长三角办〔2020〕9号", "signer": "周主任", "signer_title": "办公室主任"}
    return circulars.Signature(**(said | {"signed_on": timezone.localdate()} | changes))


def issued(circular, by):
    return step(circular, "issue", by, signature=signed(), scan=pdf())


def row(data, code):
    return next(each for each in rows_of(data) if each["code"] == code)


def do(circular, verb):
    return reverse("supervision:circular_verb", args=[*PLACE, circular.pk, verb])


def word_text(content):
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    # A long title is broken into lines.
    paragraphs = [paragraph.text.replace("\n", "") for paragraph in document.paragraphs]
    return "\n".join([*paragraphs, *cells])


# --- the story --------------------------------------------------------------------------------------


def test_from_figures_to_a_signed_paper_through_the_pages(
    quarter, overdue_order, as_, office, office2, reporter, leader
):
    client, another = as_(office), as_(office2)
    assert "还没有通报" in client.get(reverse("supervision:circulars", args=PLACE)).text
    made = client.post(reverse("supervision:circular_new", args=PLACE), follow=True)
    page, circular = made.text, Circular.objects.get()
    for words in (
        "关于2020年第一季度长三角一体化发展重点任务报送和推进情况的通报",
        "本期应报4项，按时报送1项，按时率25%；迟报1项，截止后仍未报送2项",
        "市发展改革委（1项，第2项）",
        "泗县人民政府（1项，单位季度小结）",
        "严重滞后1项：第2项“任务之2”（市发展改革委牵头",
        "宿长三角督〔2020〕1号",
        "未报单位要在本通报印发后3个工作日内完成补报",
    ):
        assert words in page, words
    assert "市科技局" not in page and "任务之4" not in page
    said = {"title": "关于一季度的通报", "opening": "现通报如下。", "closing": "请抓紧。", "revision": 1}
    client.post(do(circular, "edit"), said)
    client.post(do(circular, "send_to_check"), {"revision": 2})
    assert client.post(do(circular, "check"), {"revision": 3}).status_code == 403
    another.post(do(circular, "check"), {"revision": 3})
    assert as_(reporter).get(circular.get_absolute_url()).status_code == 404
    signature = {
        "document_number": "宿长三角办〔2020〕9号",
        "signer": "周主任",
        "signed_on": timezone.localdate(),
    }
    answer = client.post(do(circular, "issue"), {**signature, "revision": 4, "scan": pdf()}, follow=True)
    assert "已登记签发" in answer.text and "宿长三角办〔2020〕9号" in answer.text
    for person in (reporter, leader):
        seen = as_(person).get(circular.get_absolute_url()).text
        assert "关于一季度的通报" in seen and "请抓紧。" in seen and "登记签发" not in seen
        assert "重新取数" not in seen and "办理过程" not in seen
    assert [event.verb for event in trail_of(circular)][::-1] == [
        "拟办通报", "修改通报", "提交审核", "审核通过", "上传签发或批示扫描件", "登记签发"
    ]  # fmt: skip


# --- whose figures ----------------------------------------------------------------------------------


def test_its_figures_are_those_of_everybody(quarter, overdue_order):
    now, room = timezone.now(), the_room()
    data = gather(quarter, now)
    place = (quarter.plan, quarter, room, now)
    whole = figures.filing(*place)
    for name in ("owed", "on_time", "late", "overdue", "waived"):
        assert data["filing"][name] == getattr(whole, name)
    for each in figures.filing_by_agency(*place):
        for counted in each.rows:
            assert row(data, counted.agency.code)["filing"]["late"] == counted.filing.late
            assert row(data, counted.agency.code)["filing"]["overdue"] == counted.filing.overdue
    assert [each["number"] for each in data["behind"]] == [
        each.task.number for each in figures.behind(figures.standings(*place))
    ]
    assert len(data["behind"]) == 1 and data["orders"] == 1
    assert sum(len(each["missing"]) for each in rows_of(data)) == whole.overdue


def test_only_bodies_with_something_to_say_are_named(quarter):
    data = gather(quarter, timezone.now())
    assert {each["code"]: each["listed"] for each in rows_of(data)} == {
        "sixian": True, "fgw": True, "kjj": False
    }  # fmt: skip


def test_a_lamp_nobody_has_confirmed_names_nobody(quarter, fgw, people):
    """系统测算 is the office's and the body's own."""
    task = factories.make_task(7, leads=[fgw], plan=quarter.plan)
    factories.make_goal(task, year=2020, by=people["office"])
    report = factories.make_report(task, fgw, quarter)
    factories.walk(report, State.ACCEPTED, percent=0, **people, now=NOW)
    assert 7 not in row(gather(quarter, timezone.now()), "fgw")["behind"]


def test_nobody_late_is_said_so(office):
    period = factories.make_period("2020Q1", factories.make_plan(PLAN))
    circular = circulars.take(period, by=office, now=timezone.now())
    assert circular_words.sections(circular.data) == [("报送情况", ["本期没有迟报和截止后未报的单位。"])]
    assert "补报" not in circular.closing


# --- drafting ---------------------------------------------------------------------------------------


def test_figures_taken_anew_keep_what_was_written(quarter, draft, office, people):
    closing = "请抓紧落实。"
    draft = step(draft, "edit", office, title=draft.title, opening=draft.opening, closing=closing)
    ProgressReport.objects.filter(task__number=2).update(left_at=NOW)
    fresh = step(draft, "take_anew", office)
    assert fresh.data["filing"]["overdue"] == draft.data["filing"]["overdue"] - 1
    assert "截止后仍未报送1项" in fresh.opening and fresh.closing == closing
    assert not circulars.text_is_older(fresh)
    fresh = step(fresh, "edit", office, title=fresh.title, opening="现通报如下。", closing=closing)
    assert step(fresh, "take_anew", office).opening == "现通报如下。"


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_drafts(quarter, office):
    at_once, refused = threading.Barrier(2), []

    def takes():
        try:
            at_once.wait(20)
            circulars.take(quarter, by=office, now=timezone.now())
        except WrongState as late:
            refused.append(late)
        finally:
            connection.close()

    threads = [threading.Thread(target=takes) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (Circular.objects.count(), len(refused)) == (1, 1)


def test_one_is_drafted_at_a_time_and_not_before_the_period_is_open(draft, quarter, office, as_):
    with pytest.raises(WrongState):
        circulars.take(quarter, by=office, now=timezone.now())
    answer = as_(office).post(reverse("supervision:circular_new", args=PLACE), follow=True)
    assert "本期已有一份通报在办理中" in answer.text and Circular.objects.count() == 1
    step(draft, "cancel", office, reason="重拟")
    assert circulars.take(quarter, by=office, now=timezone.now())
    quarter.opened_at = None
    with pytest.raises(WrongState):
        circulars.take(quarter, by=office, now=timezone.now())


@pytest.mark.parametrize(
    ("verb", "typed", "said"),
    [
        ("edit", {"title": "", "opening": "开头"}, "请填写标题"),
        ("edit", {"title": "题" * 121, "opening": "开头"}, "超过 120 字"),
        ("edit", {"title": "标题", "opening": ""}, "请填写开头"),
        ("cancel", {"reason": ""}, "请写明撤销的原因"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(draft, as_, office, verb, typed, said):
    answer = as_(office).post(do(draft, verb), {**typed, "closing": "请抓紧。", "revision": 1})
    assert answer.status_code == 400 and said in answer.text
    assert verb != "edit" or "请抓紧。" in answer.text
    assert Circular.objects.get().revision == 1


def test_of_two_who_write_the_second_sees_both_texts(draft, as_, office, office2):
    text = {"title": "标题", "opening": "甲写的开头", "closing": "", "revision": 1}
    as_(office).post(do(draft, "edit"), text)
    answer = as_(office2).post(do(draft, "edit"), text | {"opening": "乙写的开头"})
    assert answer.status_code == 412 and "甲写的开头" in answer.text and "乙写的开头" in answer.text
    assert Circular.objects.get().opening == "甲写的开头"


# --- checking and signing ---------------------------------------------------------------------------


def test_who_wrote_last_does_not_check(draft, office, office2):
    draft = step(draft, "edit", office2, title="标题", opening="开头", closing="")
    sent = step(draft, "send_to_check", office2)
    with pytest.raises(Denied):
        step(sent, "check", office2)
    assert step(sent, "check", office).checked_by == office


@pytest.mark.parametrize("state", ["checking", "signing", "issued", "cancelled"])
def test_what_left_the_draft_stays_as_it_is(draft, office, office2, state):
    if state == "cancelled":
        circular = step(draft, "cancel", office, reason="不发了")
    else:
        circular = step(draft, "send_to_check", office)
        circular = circular if state == "checking" else step(circular, "check", office2)
        circular = circular if state != "issued" else issued(circular, office)
    words = {"title": "标题", "opening": "开头", "closing": ""}
    for verb, said in (("edit", words), ("take_anew", {}), ("send_to_check", {})):
        with pytest.raises(WrongState):
            step(circular, verb, office, **said)
    ProgressReport.objects.filter(task__number=2).update(left_at=NOW)
    assert Circular.objects.get().data == draft.data
    if state == "issued":
        for verb in ("cancel", "back_to_draft"):
            with pytest.raises(WrongState):
                step(circular, verb, office, reason="改")


def test_sent_back_it_is_checked_again(signing, office, office2):
    back = step(signing, "back_to_draft", office2, reason="名单有误")
    assert (back.state, back.checked_by) == ("draft", None)
    assert trail_of(back).first().detail["reason"] == "名单有误"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"document_number": " "}, "document_number"),
        ({"signer": ""}, "signer"),
        ({"signed_on": None}, "signed_on"),
        ({"signed_on": timezone.localdate() + timezone.timedelta(days=1)}, "signed_on"),
        ({"signed_on": timezone.localdate() - timezone.timedelta(days=9)}, "signed_on"),
    ],
)
def test_a_signature_wants_its_number_its_signer_and_a_day(signing, office, changes, field):
    with pytest.raises(Incomplete) as refused:
        step(signing, "issue", office, signature=signed(**changes), scan=pdf())
    assert set(refused.value.fields) == {field}
    assert Circular.objects.get().state == "signing" and not signing.files.exists()


def test_a_scan_must_be_one(signing, as_, office):
    said = {"document_number": "9号", "signer": "周主任", "signed_on": timezone.localdate(), "revision": 3}
    assert "请上传签发件扫描件" in as_(office).post(do(signing, "issue"), said).text
    wrong = SimpleUploadedFile("扫描.exe", b"MZ\x00\x00")
    answer = as_(office).post(do(signing, "issue"), said | {"scan": wrong})
    assert answer.status_code == 400 and Circular.objects.get().state == "signing"


def test_a_number_is_given_once(signing, quarter, office, office2):
    issued(signing, office)
    second = step(circulars.take(quarter, by=office, now=timezone.now()), "send_to_check", office)
    with pytest.raises(Incomplete):
        issued(step(second, "check", office2), office)


def test_of_two_who_sign_one_is_told(signing, office, office2):
    issued(signing, office)
    with pytest.raises(Stale):
        issued(signing, office2)
    assert signing.files.count() == 1


def test_those_named_are_told_and_nobody_else(
    quarter, signing, office, reporter, approver, county_reporter, kjj_reporter, leader
):
    heard = []
    reach.told.connect(lambda sender, news, **kwargs: heard.append(news), weak=False, dispatch_uid="heard")
    try:
        issued(signing, office)
    finally:
        reach.told.disconnect(dispatch_uid="heard")
    told = {person for news in heard for person in news.people}
    assert told == {reporter.pk, approver.pk, county_reporter.pk}
    (own,) = [news for news in heard if reporter.pk in news.people]
    assert "未报1项，迟报1项，滞后任务1项（第2项）" in own.text and own.url == signing.get_absolute_url()


# --- who reads --------------------------------------------------------------------------------------


def test_who_reads_what(draft, signing, as_, office, reporter, leader, stranger, admin, county_reporter):
    names = ("circular", "circular_word", "circular_excel")
    pages = [reverse(f"supervision:{name}", args=[*PLACE, draft.pk]) for name in names]
    for person in (reporter, leader, stranger):
        assert {as_(person).get(page).status_code for page in pages} == {404}
        assert as_(person).post(do(draft, "cancel"), {"reason": "不发"}).status_code == 404
    issued(signing, office)
    for person in (reporter, leader, stranger, county_reporter):
        assert {as_(person).get(page).status_code for page in pages} == {200}
        assert as_(person).post(do(draft, "cancel"), {"reason": "不发"}).status_code == 403
        assert "关于2020年" in as_(person).get(reverse("supervision:circulars", args=PLACE)).text
    assert {as_(admin).get(page).status_code for page in pages} == {403}


def test_a_task_marked_sensitive_later_is_hidden(signing, quarter, as_, office, reporter):
    circular = issued(signing, office)
    quarter.plan.tasks.filter(number=2).update(is_sensitive=True)
    page = as_(office).get(circular.get_absolute_url()).text
    assert "任务之2" not in page and "第 2 项" not in page and "第2项" not in page
    assert "任务之2" not in word_text(circular_papers.word_of(circular, "办公室"))
    assert readable(circular.data)["filing"] == circular.data["filing"]


def test_what_waits_stands_on_the_desk(draft, as_, office):
    step(draft, "send_to_check", office)
    box = as_(office).get(reverse("supervision:desk_box", args=[PLAN])).text
    assert "通报待审核" in box and f"{reverse('supervision:circulars', args=PLACE)}?state=checking" in box


def test_the_list_is_filtered_and_exported(signing, as_, office, reporter):
    address = reverse("supervision:circulars", args=PLACE)
    assert "没有符合条件的通报" in as_(office).get(address, {"state": "issued"}).text
    assert "关于2020年" in as_(office).get(address, {"q": "一体化", "period": "2020Q1"}).text
    assert "还没有印发通报" in as_(reporter).get(address).text
    export = as_(office).get(reverse("supervision:circulars_export", args=PLACE))
    sheet = openpyxl.load_workbook(BytesIO(export.content)).active
    assert sheet.max_row == 2 and sheet["D2"].value == "待签发"


# --- its papers -------------------------------------------------------------------------------------


def test_the_word_paper_says_what_the_page_says(quarter, overdue_order, signing, as_, office):
    unsigned = word_text(circular_papers.word_of(signing, "宿州市推进长三角一体化发展领导小组办公室"))
    assert "送审稿　未签发" in unsigned
    circular = issued(signing, office)
    content = as_(office).get(reverse("supervision:circular_word", args=[*PLACE, circular.pk])).content
    text = word_text(content)
    for words in (
        "宿长三角办〔2020〕9号", "各县区人民政府", "一、报送情况", "二、任务推进情况", "（一）尽快完成补报。",
        "附件：2020年第一季度重点任务报送和推进情况通报名单", "市领导小组办公室", "全部单位合计", "县区",
    ):  # fmt: skip
        assert words in text, words
    assert "未签发" not in text and "市科技局" not in text
    today = timezone.localdate()
    assert f"{today.year}年{today.month}月{today.day}日" in text
    (table,) = Document(BytesIO(content)).tables
    cells = [cell.text for cell in table.rows[2].cells]
    assert cells[:7] == ["1", "泗县人民政府", "1", "0", "0", "1", "0"]


def test_the_workbook_lists_bodies_and_tasks(draft, as_, office):
    answer = as_(office).get(reverse("supervision:circular_excel", args=[*PLACE, draft.pk]))
    book = openpyxl.load_workbook(BytesIO(answer.content))
    lines = [[cell.value for cell in line] for line in book["通报名单"].iter_rows()]
    assert next(line for line in lines if line[0] == 1)[:7] == [1, "泗县人民政府", 1, 0, 0, 1, 0]
    assert next(line for line in lines if line[1] == "全部单位合计")[2:7] == [4, 1, 1, 2, 0]
    assert "第2项 任务之2" in [line[1].value for line in book["滞后任务"].iter_rows()]


def test_text_is_never_a_formula_or_markup(draft, quarter, fgw, as_, office):
    hostile = "=cmd|'/c calc'!A1<script>alert(1)</script>\x0b"
    type(fgw).objects.filter(pk=fgw.pk).update(name=f"=1+1{hostile[:20]}")
    quarter.plan.tasks.filter(number=2).update(title=hostile.replace("\x0b", ""))
    typed = {"title": hostile, "opening": hostile, "closing": hostile, "revision": 1}
    as_(office).post(do(draft, "edit"), typed)
    as_(office).post(do(draft, "take_anew"), {"revision": 2})
    page = as_(office).get(draft.get_absolute_url()).text
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    circular = circulars.load(draft.pk)
    text = word_text(circular_papers.word_of(circular, "办公室"))
    assert text.count("=cmd|'/c calc'!A1<script>alert(1)</script>") >= 4
    book = openpyxl.load_workbook(BytesIO(circular_papers.workbook_of(circular, "办公室", timezone.now())))
    types = {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line}
    assert "f" not in types
