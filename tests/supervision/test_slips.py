"""The papers of an order: its slip, the Word file, the register; who sees them and what is never in them."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from supervision import feedback, slips
from supervision.models import SupervisionOrder
from tests import factories
from tests.supervision.order_life import MORNING, answer, make_order, pdf, walk_order

SENDER = "宿州市推进长三角一体化发展领导小组办公室"


@pytest.fixture(autouse=True)
def period(db):
    """A plan without a period has no pages."""
    return factories.make_period()


@pytest.fixture
def team(office, office2, reporter, approver):
    return {"office": office, "office2": office2, "reporter": reporter, "approver": approver}


@pytest.fixture
def draft(fgw, kjj, office):
    task = factories.make_task(1, leads=[fgw])
    return make_order(fgw, by=office, tasks=[task], helpers=[kjj])


@pytest.fixture
def issued(draft, team):
    return walk_order(draft, "issued", **team)


def page(client, order):
    answer = client.get(reverse("supervision:order_slip", args=[order.plan.code, order.pk]))
    assert answer.status_code == 200
    return answer.text


def word(client, order):
    answer = client.get(reverse("supervision:order_word", args=[order.plan.code, order.pk]))
    assert answer.status_code == 200
    return Document(BytesIO(answer.content))


def said_in(document):
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


# --- the slip ---------------------------------------------------------------------------------------


def test_a_slip_has_every_field(issued, team, as_):
    issued = walk_order(issued, "working", **team)
    issued = answer(issued, team["reporter"], text="已完成前期工作3项。", uploads=[pdf("佐证.pdf", b"2")])
    issued = walk_order(
        feedback.approve(issued, by=team["approver"], now=MORNING, revision=issued.revision), "closed", **team
    )
    text = page(as_(team["office"]), issued)
    for words in (
        "督办单", "宿长三角督〔2026〕1号", "加快平台建设", "办公室立项", "年度工作要点", "第1项 任务之1",
        "市发展改革委", "市科技局", "2026年9月1日", f"{timezone.localdate(issued.due_at).day}日18:00",
        "一般", "周主任（办公室主任）",
        "月底前完成前期工作并反馈。", "已完成前期工作3项。", "佐证.pdf", "已认可（周办，2026年9月1日）",
    ):  # fmt: skip
        assert words in text, words
    assert "未签发" not in text and "代拟稿" not in text and "签发件.pdf" not in text
    document = said_in(word(as_(team["office"]), issued))
    for words in ("督办单", "宿长三角督〔2026〕1号", "第1项 任务之1", "已完成前期工作3项。", "佐证.pdf"):
        assert words in document


@pytest.mark.parametrize(
    ("kind", "heading", "words"),
    [
        ("notice", "工作提示函", "现就加快平台建设有关工作提示如下"),
        ("consult", "商请函", "商请贵单位支持办理以下事项"),
        ("passed_on", "转办件（代拟稿）", "有关事项通知如下"),
        ("improvement", "责令改进通知书", "责令你单位限期改进"),
        ("talk", "约谈通知书", "约谈你单位有关负责同志"),
    ],
)
def test_what_is_not_a_slip_is_a_letter(fgw, team, as_, kind, heading, words):
    order = walk_order(make_order(fgw, by=team["office"], kind=kind), "issued", **team)
    assert f"<h1>{heading}" in page(as_(team["office"]), order).replace('<h1 class="page-title">', "<h1>")
    document = word(as_(team["office"]), order)
    lines = [each.text for each in document.paragraphs if each.text]
    assert document.tables == []
    assert "市发展改革委：" in lines and "月底前完成前期工作并反馈。" in lines
    assert any(words in line for line in lines) and any(
        line.startswith("根据年度工作要点，") for line in lines
    )
    if kind == "passed_on":
        assert lines[0] == "代拟稿" and "宿办函〔2026〕8号" in lines and "（由转办单位署名）" in lines
    else:
        assert lines[0] == "宿长三角督〔2026〕1号"
        assert lines[-2:] == [SENDER, "2026年9月1日"]


def test_a_draft_says_so_and_leaves_the_day_open(draft, office, as_):
    assert "代拟稿　未签发" in page(as_(office), draft)
    document = word(as_(office), draft)
    assert document.paragraphs[0].text == "代拟稿　未签发"
    SupervisionOrder.objects.filter(pk=draft.pk).update(kind="notice")
    assert "年　月　日" in said_in(word(as_(office), draft))
    SupervisionOrder.objects.filter(pk=draft.pk).update(state="cancelled")
    assert "已撤销" in page(as_(office), draft)


def test_bodies_the_city_does_not_command_are_addressed_as_equals(kjj, office):
    kjj.name, kjj.vertical = "某海关", True
    kjj.save()
    order = make_order(kjj, by=office, basis="鉴于进展缓慢。请予关注。", kind="notice", wanted_on=None)
    letter = slips.order_letters.letter_of(order, SENDER)
    assert letter.paragraphs[0] == "鉴于进展缓慢。请予关注。现就加快平台建设有关工作提示如下："
    assert "请贵单位在规定时限内将办理情况书面反馈我办。" in letter.paragraphs


# --- who sees what ----------------------------------------------------------------------------------


def test_papers_are_seen_by_who_may_see_the_order(
    draft, team, as_, leader, admin, stranger, kjj_reporter, county_reporter
):
    names = ("order_slip", "order_word")
    pages = [reverse(f"supervision:{name}", args=[draft.plan.code, draft.pk]) for name in names]

    def seen(person):
        return {as_(person).get(each).status_code for each in pages}

    for person in (team["reporter"], leader, kjj_reporter, stranger):
        assert seen(person) == {404}
    walk_order(draft, "issued", **team)
    for person in (team["reporter"], team["approver"], leader, kjj_reporter, team["office2"]):
        assert seen(person) == {200}
    assert seen(stranger) == seen(county_reporter) == {404}
    assert seen(admin) == {403}
    draft.tasks.update(is_sensitive=True)
    assert seen(leader) == {404} and seen(team["office"]) == {200}


def test_feedback_not_signed_off_stays_in_the_body(issued, team, as_, leader, kjj_reporter):
    issued = walk_order(issued, "working", **team)
    words = "尚未审签的办理情况。"
    answer(issued, team["reporter"], text=words, uploads=[pdf("内部.pdf", b"3")])
    assert words in page(as_(team["approver"]), issued)
    for person in (team["office"], leader, kjj_reporter):
        client = as_(person)
        register = client.get(reverse("supervision:orders_export", args=[issued.plan.code])).content
        sheet = openpyxl.load_workbook(BytesIO(register)).active
        everything = str([cell.value for row in sheet for cell in row])
        for text in (page(client, issued), said_in(word(client, issued)), everything):
            assert words not in text and "内部.pdf" not in text


# --- the register -----------------------------------------------------------------------------------


def test_the_register_is_exported_as_it_is_filtered(issued, fgw, team, as_):
    make_order(fgw, by=team["office"], title="另一件")
    address = reverse("supervision:orders_export", args=[issued.plan.code])

    def titles(person, **asked):
        sheet = openpyxl.load_workbook(BytesIO(as_(person).get(address, asked).content)).active
        assert [cell.value for cell in sheet[1]][:8] == [
            "序号", "编号", "类别", "事项", "任务来源", "涉及任务", "主办单位", "协办单位"
        ]  # fmt: skip
        return [row[3].value for row in sheet.iter_rows(min_row=2)]

    assert set(titles(team["office"])) == {"加快平台建设", "另一件"}
    assert titles(team["office"], state="issued") == ["加快平台建设"]
    assert titles(team["reporter"]) == ["加快平台建设"]


def test_text_is_never_a_formula_or_markup(issued, team, as_):
    hostile = "=cmd|'/c calc'!A1<script>alert(1)</script>"
    SupervisionOrder.objects.filter(pk=issued.pk).update(
        title=hostile, requirement=f"{hostile}\x0b", basis=hostile
    )
    client = as_(team["office"])
    assert "<script>alert" not in page(client, issued)
    assert said_in(word(client, issued)).count(hostile) >= 3
    register = client.get(reverse("supervision:orders_export", args=[issued.plan.code])).content
    sheet = openpyxl.load_workbook(BytesIO(register)).active
    assert "f" not in {cell.data_type for row in sheet for cell in row}


def test_every_kind_has_its_heading_and_letter(fgw, office):
    for kind in SupervisionOrder.Kind.values:
        order = make_order(fgw, by=office, kind=kind, now=timezone.now())
        assert slips.word_of(order, office, SENDER) and slips.HEADINGS[kind]
