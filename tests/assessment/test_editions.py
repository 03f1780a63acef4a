"""定稿: frozen with all its data, identical whenever it is read again, compared with another."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from agencies.permissions import Denied
from assessment import circulating, editing, editions
from assessment.merging import Row
from assessment.models import Edition, SummaryReport
from progress.content import canonical, fingerprint, word_diff
from progress.workflow import Stale, WrongState
from supervision.models import Consultation, ConsultationReply
from tests import factories
from tests.assessment.summaries import BUILT, OVERVIEW, make_summary, section_of
from tests.cast import body

pytestmark = pytest.mark.django_db
NOW = factories.AFTER_DUE
PLAN = "2030-2032"


@pytest.fixture
def summary(office):
    return make_summary(office, figures={"counts": {"tasks": 8}, "tasks": []})


def loaded(report):
    return editing.with_sections(SummaryReport.objects.filter(pk=report.pk)).get()


def freeze(report, by, **said):
    usual = {"note": "", "confirmed": False, "must": 0, "seen": fingerprint(editions.data_of(loaded(report)))}
    return editions.freeze(report, **(usual | said), by=by, now=NOW)


def rewrite(report, heading, by, *texts):
    section = section_of(report, heading)
    rows = [Row(None, 0, text) for text in texts]
    editing.save_section(section, heading, rows, by=by, now=NOW, revision=section.revision)


def address(name, *args):
    return reverse(f"assessment:{name}", args=[PLAN, *args])


def test_the_office_freezes_and_the_leader_reads_the_edition_only(summary, office, leader, reporter, as_):
    at = as_(office)
    page = at.get(address("report_freeze", summary.pk))
    assert "没有须改的问题" in page.content.decode()
    seen = fingerprint(editions.data_of(loaded(summary)))
    assert seen in page.content.decode()
    made = at.post(address("report_freeze", summary.pk), {"note": "报送市委", "seen": seen})
    assert made["Location"] == address("edition", summary.pk, 1)
    edition = Edition.objects.get()
    assert edition.data == json.loads(canonical(editions.data_of(loaded(summary))))
    rewrite(summary, "总体情况", office, "后来改的话。")

    reads = as_(leader)
    assert reads.get(summary.get_absolute_url())["Location"] == address("edition", summary.pk, 1)
    page = reads.get(address("edition", summary.pk, 1)).content.decode()
    assert "重点任务有序推进" in page and "后来改的话。" not in page and "内容与定稿时一致" in page
    assert "报送市委" not in page and "第1项 · 市发展改革委" not in page
    assert reads.get(f"{address('edition_compare', summary.pk, 1)}?with=now").status_code == 404
    assert as_(reporter).get(address("edition", summary.pk, 1)).status_code == 403
    assert reads.get(address("edition", summary.pk, 2)).status_code == 404
    with pytest.raises(Denied):
        freeze(summary, leader)


def test_leaders_learn_of_a_frozen_report_whether_it_stands_not_that_it_is_edited(
    summary, office, leader, as_
):
    freeze(summary, office)
    listed = address("reports")
    assert "编辑中" in as_(office).get(listed).content.decode()
    assert "编辑中" not in as_(leader).get(listed).content.decode()
    SummaryReport.objects.update(state="cancelled")
    assert "已作废" in as_(leader).get(listed).content.decode()


def test_an_edition_comes_out_the_same_and_cannot_be_changed(summary, office):
    edition = freeze(summary, office)
    rewrite(summary, "总体情况", office, "后来改的话。")
    again = Edition.objects.get()
    assert editions.is_intact(again) and again.sha256 == edition.sha256
    assert canonical(again.data) == canonical(edition.data)
    with pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.update(note="改")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE assessment_edition SET sha256 = ''")
    again.data["report"]["title"] = "改过的标题"
    assert not editions.is_intact(again)


def test_what_remains_to_be_mended_is_confirmed_with_a_reason(summary, office, as_):
    SummaryReport.objects.update(signer="")
    at, url = as_(office), address("report_freeze", summary.pk)
    page = at.get(url).content.decode()
    assert "没有填写签发人" in page
    seen = fingerprint(editions.data_of(loaded(summary)))
    for typed, sentence in (
        ({}, "请在说明里写明理由"),
        ({"note": "先报送"}, "请勾选确认"),
        ({"confirmed": "on"}, "请在说明里写明理由"),
        ({"confirmed": "on", "note": "长" * 201}, "超过 200 字"),
    ):
        refused = at.post(url, {"seen": seen} | typed)
        assert refused.status_code == 400 and sentence in refused.content.decode()
    assert not Edition.objects.exists()
    at.post(url, {"seen": seen, "confirmed": "on", "note": "签发人待定，先送审"})
    assert Edition.objects.get().note == "签发人待定，先送审"


def test_what_is_frozen_is_what_was_looked_at(summary, office, as_):
    seen = fingerprint(editions.data_of(loaded(summary)))
    rewrite(summary, "总体情况", office, "同时有人改的话。")
    late = as_(office).post(address("report_freeze", summary.pk), {"seen": seen, "note": "我的说明"})
    assert late.status_code == 412
    assert "报告又有改动" in late.content.decode() and "我的说明" in late.content.decode()
    with pytest.raises(Stale):
        freeze(summary, office, seen=seen)
    assert not Edition.objects.exists()


def test_the_same_content_is_not_frozen_twice_nor_what_is_not_edited(summary, office):
    assert freeze(summary, office).number == 1
    with pytest.raises(ValidationError, match="与第 1 稿完全相同"):
        freeze(summary, office)
    rewrite(summary, "总体情况", office, "又改了。")
    assert freeze(summary, office).number == 2
    SummaryReport.objects.update(state="cancelled")
    with pytest.raises(WrongState):
        freeze(summary, office)


def test_two_editions_are_compared_section_by_section(summary, office, as_):
    freeze(summary, office)
    rewrite(summary, "主要做法和成效", office, BUILT.replace("1200", "1350"))
    made = editing.add_section(summary, "下一步打算", by=office, now=NOW, revision=1)
    editing.move_section(summary, made.pk, -9, by=office, now=NOW, revision=2)
    gone = section_of(summary, "存在问题")
    editing.remove_section(gone, by=office, now=NOW, revision=gone.revision)
    SummaryReport.objects.update(title="新的标题")
    second = freeze(summary, office)
    first = Edition.objects.get(number=1)
    found = editions.compare(first.data, second.data)
    assert [(each.heading, each.word) for each in found.sections] == [
        ("下一步打算", "新增"),
        ("主要做法和成效", "修改"),
        ("存在问题", "删除"),
    ]
    assert [label for label, _ in found.head] == ["标题"] and not found.figures
    page = as_(office).get(address("edition_compare", summary.pk, 2)).content.decode()
    assert "<ins>1350</ins>" in page and "<del>1200</del>" in page
    assert editions.compare(first.data, first.data).is_same
    assert as_(office).get(f"{address('edition_compare', summary.pk, 1)}").status_code == 404
    now = as_(office).get(f"{address('edition_compare', summary.pk, 2)}?with=now").content.decode()
    assert "两份内容完全相同" in now


def test_lines_that_did_not_change_are_counted():
    pieces = word_diff("甲。\n乙。\n丙。\n丁。", "甲。\n乙。\n丙改。\n丁。")
    assert editions.folded(pieces) == [
        ([], 2),
        ([("same", "丙"), ("ins", "改"), ("same", "。")], 0),
        ([], 1),
    ]


def test_plain_text_has_the_numbers_of_the_headings(summary, office):
    lines = editions.plain_text(editions.data_of(loaded(summary))).splitlines()
    assert lines[:4] == ["一、总体情况", OVERVIEW, "二、主要做法和成效", "（一）某某行动"]


# --- 征求意见 ------------------------------------------------------------------------------------------


def test_the_report_is_put_before_the_units_and_what_came_back_is_seen_from_it(summary, office, leader, as_):
    at = as_(office)
    made = at.post(address("report_circulate", summary.pk))
    consultation = Consultation.objects.get()
    assert made["Location"] == consultation.get_absolute_url()
    again = at.post(address("report_circulate", summary.pk))
    assert again["Location"] == made["Location"], "a second press makes no second draft of the same text"
    assert Consultation.objects.count() == 1
    assert (consultation.kind, consultation.state) == ("report", "draft")
    assert consultation.text.startswith(f"一、总体情况\n{OVERVIEW}")
    given = {"state": "given", "answer": "opinions", "given_at": NOW, "given_by": office}
    reply = ConsultationReply.objects.create(consultation=consultation, agency=body("kjj"), **given)
    for order in range(2):
        reply.opinions.create(order=order, text="意见")
    ConsultationReply.objects.create(consultation=consultation, agency=body("fgw"))
    Consultation.objects.update(state="sent", sent_at=NOW, sent_by=office)
    found = circulating.circulated(loaded(summary))[0]
    assert (found.asked, found.given, found.opinions, found.undecided) == (2, 1, 2, 2)
    page = at.get(summary.get_absolute_url()).content.decode()
    assert "2 家单位，已反馈 1 家，意见 2 条" in page and consultation.get_absolute_url() in page
    SummaryReport.objects.update(state="cancelled")
    assert at.post(address("report_circulate", summary.pk)).status_code == 409
    assert as_(leader).post(address("report_circulate", summary.pk)).status_code == 403


def test_the_edition_compared_with_is_marked_and_no_other(summary, office, as_):
    made = freeze(summary, office)
    for number in (2, 12):
        Edition.objects.create(
            report=summary, number=number, data=made.data, sha256=made.sha256, frozen_at=NOW, frozen_by=office
        )
    page = as_(office).get(f"{address('edition_compare', summary.pk, 12)}?with=1").content.decode()
    assert 'href="?with=1" aria-current="page"' in page and 'href="?with=2" aria-current' not in page
