"""请示: found in a return or a report, drafted, changed by two people, signed, read, given up."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from docx import Document

from agencies.models import AuditEvent
from agencies.permissions import Denied
from assessment import petitions
from assessment.models import Petition, ReportParagraph
from progress.workflow import Incomplete, Stale, WrongState
from tasks.models import Task
from tests import factories
from tests.assessment.report_life import make_summary
from tests.factories import AFTER_DUE, walk

pytestmark = pytest.mark.django_db
PLAN = "2030-2032"
NOW = AFTER_DUE
TWO = "1.请市政府协调用地指标200亩；2.恳请省里增加专项资金。"
SAID = {
    "title": "关于协调用地指标的请示",
    "addressee": "市政府",
    "text": "平台建设缺少用地指标。\n请市政府协调解决200亩。",
    "body": "市领导小组办公室",
    "contact": "周某 0557-3040506",
}
SIGNED = {"number": "宿长三角办〔2030〕3号", "signer": "周主任", "signed_on": "2026-04-09"}


def address(name, *args):
    return reverse(f"assessment:{name}", args=[PLAN, *args])


@pytest.fixture
def returned(fgw, people):
    """An accepted return that asks for two things."""
    task = factories.make_task(15, leads=[fgw], title="建设平台")
    report = factories.make_report(task, fgw)
    return walk(report, "accepted", percent=20, problem="用地紧张", request=TWO, **people)


@pytest.fixture
def drafted(office):
    return petitions.draft(factories.make_plan(), SAID, by=office, now=NOW)


def lines(response):
    return [each.text for each in Document(BytesIO(response.content)).paragraphs if each.text]


# --- the story ---------------------------------------------------------------------------------------


def test_from_a_request_in_a_return_to_a_signed_paper(returned, office, leader, as_):
    at = as_(office)
    listed = at.get(address("petitions")).content.decode()
    key = f"{returned.pk}-1"
    assert "请市政府协调用地指标200亩" in listed and "恳请省里增加专项资金" in listed and key in listed

    new = at.get(f"{address('petition_new')}?request={key}").content.decode()
    assert "关于建设平台有关事项的请示" in new and "第15项 · 市发展改革委 · 2030Q1 第1版" in new
    assert "用地紧张。" in new and "专项资金" not in new  # one matter each
    assert not Petition.objects.exists()
    typed = SAID | {"request": key}
    two = at.post(address("petition_new"), typed | {"addressee": "市委、市政府"})
    assert two.status_code == 400 and "只主送一个机关" in two.content.decode()
    assert at.post(address("petition_new"), typed).status_code == 302
    made = Petition.objects.get()
    assert made.sources[0] | {"agency": "fgw"} == {
        "task": 15,
        "agency": "fgw",
        "agency_name": "市发展改革委",
        "period": "2030Q1",
        "version": 1,
        "report": returned.pk,
        "matter": 1,
    }
    listed = at.get(address("petitions")).content.decode()
    assert key not in listed and f"{returned.pk}-2" in listed
    again = at.post(address("petition_new"), typed)
    assert again.status_code == 409 and SAID["text"] in again.content.decode().replace("\r", "")

    mine = as_(leader)
    page = made.get_absolute_url()
    assert mine.get(page).status_code == mine.get(address("petition_word", made.pk)).status_code == 404
    assert lines(at.get(address("petition_word", made.pk)))[0] == "代拟稿　未签发"
    refused = at.post(address("petition_act", made.pk, "sign"), {"signer": "周主任", "revision": 1})
    assert refused.status_code == 400 and "请填写发文字号" in refused.content.decode()
    assert at.post(address("petition_act", made.pk, "sign"), SIGNED | {"revision": 1}).status_code == 302

    assert "第15项" not in mine.get(page).content.decode()  # where it was found is the office's
    assert lines(mine.get(address("petition_word", made.pk))) == [
        "宿长三角办〔2030〕3号\t签发人：周主任",
        "关于协调用地指标的请示",
        "市政府：",
        "平台建设缺少用地指标。",
        "请市政府协调解决200亩。",
        "妥否，请批示。",
        "市领导小组办公室",
        "2026年4月9日",
        "（联系人：周某 0557-3040506）",
    ]
    assert "关于协调用地指标的请示" in mine.get(address("petitions")).content.decode()
    book = openpyxl.load_workbook(BytesIO(at.get(address("petitions_export")).content))
    assert [cell.value for cell in book.active[2]][:3] == [SAID["title"], "市政府", SIGNED["number"]]
    verbs = list(AuditEvent.objects.filter(subject_type="assessment.petition").values_list("verb", flat=True))
    assert sorted(verbs) == sorted(["拟请示", "请示登记签发"])


def test_a_paragraph_of_a_report_becomes_one_with_its_sources(office, as_):
    report = make_summary(office)
    paragraph = ReportParagraph.objects.get(level=0)
    ReportParagraph.objects.filter(pk=paragraph.pk).update(text="恳请市政府支持。")
    at = as_(office)
    sent = at.post(address("report_petition", report.pk, paragraph.pk), follow=True)
    assert "恳请市政府支持。" in sent.content.decode() and not Petition.objects.exists()
    at.post(address("petition_new"), SAID | {"paragraph": paragraph.pk})
    made = Petition.objects.get()
    assert made.report == report and made.sources == paragraph.sources
    other = make_summary(office, factories.make_period("2030Q2"))
    assert at.post(address("report_petition", other.pk, paragraph.pk)).status_code == 404


def test_a_second_press_drafts_no_second_one(office, as_):
    factories.make_period()
    at = as_(office)
    first, again = (at.post(address("petition_new"), SAID) for _ in range(2))
    assert again["Location"] == first["Location"] and Petition.objects.count() == 1
    at.post(address("petition_new"), SAID | {"contact": "周办，3020000"})
    assert Petition.objects.count() == 2


def test_two_people_at_one_draft_lose_nothing(drafted, office, office2, as_):
    edit = address("petition_edit", drafted.pk)
    assert as_(office).post(edit, SAID | {"text": "甲的文字。", "revision": 1}).status_code == 302
    second = as_(office2).post(edit, SAID | {"text": "乙的文字。", "revision": 1})
    shown = second.content.decode()
    assert second.status_code == 412 and "甲的文字。" in shown and "乙的文字。" in shown
    assert 'name="revision" value="2"' in shown
    late = as_(office2).post(address("petition_act", drafted.pk, "sign"), SIGNED | {"revision": 1})
    assert late.status_code == 412 and SIGNED["number"] in late.content.decode()
    drafted.refresh_from_db()
    assert (drafted.text, drafted.state, drafted.revision) == ("甲的文字。", "draft", 2)


# --- rules -------------------------------------------------------------------------------------------


def test_only_the_office_drafts_and_signs(drafted, leader, reporter, as_):
    for user in (leader, reporter):
        with pytest.raises(Denied):
            petitions.draft(drafted.plan, SAID, by=user, now=NOW)
    assert as_(reporter).get(address("petitions")).status_code == 403
    assert as_(leader).get(address("petition_new")).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "关于用地"}, "title"),
        ({"addressee": ""}, "addressee"),
        ({"addressee": "市委，市政府"}, "addressee"),
        ({"text": " "}, "text"),
        ({"body": ""}, "body"),
    ],
)
def test_what_is_missing_is_said_by_field(office, wrong, field):
    with pytest.raises(Incomplete) as missing:
        petitions.draft(factories.make_plan(), SAID | wrong, by=office, now=NOW)
    assert list(missing.value.fields) == [field] and not Petition.objects.exists()


def test_signing_wants_a_number_of_its_own_and_a_day_that_has_been(drafted, office):
    first = petitions.sign(
        drafted, petitions.Signature("1号", "周主任", date(2030, 4, 9)), by=office, now=NOW, revision=1
    )
    assert first.closed_by == office
    with pytest.raises(WrongState):
        petitions.edit(first, SAID, by=office, now=NOW, revision=2)
    second = petitions.draft(drafted.plan, SAID, by=office, now=NOW)
    with pytest.raises(Incomplete) as missing:
        tomorrow = petitions.Signature("1号", "", date(2030, 4, 10))
        petitions.sign(second, tomorrow, by=office, now=NOW, revision=1)
    assert set(missing.value.fields) == {"number", "signer", "signed_on"}


def test_one_that_is_given_up_frees_its_request(returned, office, leader, as_):
    plan, period = returned.period.plan, returned.period
    origin = petitions.from_found(plan, f"{returned.pk}-1", office, NOW)
    made = petitions.draft(plan, SAID, origin=origin, by=office, now=NOW)
    assert petitions.from_found(plan, f"{returned.pk}-1", office, NOW) is None
    with pytest.raises(WrongState):
        petitions.draft(plan, SAID, origin=origin, by=office, now=NOW)
    with pytest.raises(Incomplete):
        petitions.cancel(made, " ", by=office, now=NOW, revision=1)
    at = as_(office)
    at.post(address("petition_act", made.pk, "cancel"), {"reason": "已另行解决", "revision": 1})
    assert AuditEvent.objects.get(verb="作废请示").detail == {"原因": "已另行解决"}
    assert [each.number for each in petitions.found_requests(plan, period, office, NOW)] == [1, 2]
    assert lines(at.get(address("petition_word", made.pk)))[0] == "已作废"
    with pytest.raises(Stale):
        petitions.cancel(made, "又一次", by=office, now=NOW, revision=1)


def test_requests_of_sensitive_tasks_are_not_offered(returned, office):
    assert len(petitions.found_requests(returned.period.plan, returned.period, office, NOW)) == 2
    Task.objects.filter(pk=returned.task_id).update(is_sensitive=True)
    assert petitions.found_requests(returned.period.plan, returned.period, office, NOW) == []


@pytest.mark.parametrize("key", ["", "x", "-", "1-1", "987654321987-1", "12-9"])
def test_a_request_that_is_not_there_is_no_origin(office, key):
    assert petitions.from_found(factories.make_plan(), key, office, NOW) is None


@pytest.mark.parametrize(
    ("text", "matters"),
    [
        (TWO, ["请市政府协调用地指标200亩", "恳请省里增加专项资金。"]),
        ("一是请协调土地。二是请协调资金。", ["请协调土地。", "请协调资金。"]),
        ("请协调土地。\n请协调资金。", ["请协调土地。", "请协调资金。"]),
        ("请安排资金1.5亿元，2.3亿元缺口另议。", ["请安排资金1.5亿元，2.3亿元缺口另议。"]),
        ("请协调。", ["请协调。"]),
    ],
)
def test_a_request_is_taken_apart_into_its_matters(text, matters):
    assert petitions.matters_of(text) == matters


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TWO, "分列了 2 个事项"),
        ("请协调土地。请安排资金。", "2 处提出请求"),
        ("请协调土地。此外，缺少资金。", "此外"),
        ("请协调土地200亩。妥否，请批示。", ""),
    ],
)
def test_a_text_with_two_matters_is_warned_of(text, words):
    found = "".join(petitions.doubts(text))
    assert words in found if words else not found


def test_a_draft_that_seems_to_hold_two_matters_says_so_and_is_kept(office, as_):
    factories.make_plan()
    at = as_(office)
    assert at.post(address("petition_new"), SAID | {"text": TWO}).status_code == 302
    assert "分列了 2 个事项" in at.get(Petition.objects.get().get_absolute_url()).content.decode()
