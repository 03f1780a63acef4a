"""The office edits a gathered report: what comes from where stays with it, and of two people nobody loses."""

import re
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from agencies.models import AuditEvent
from agencies.permissions import Denied
from assessment import editing, report_forms
from assessment.merging import Row, mark, merge
from assessment.models import ReportSection, SummaryReport
from assessment.numbering import numbers_of
from progress.workflow import Stale, WrongState
from tests import factories
from tests.assessment.summaries import (
    BUILT,
    OVERVIEW,
    Source,
    add_section,
    make_summary,
    section_of,
    texts_of,
)

NOW = factories.AFTER_DUE
PLAN = "2030-2032"


@pytest.fixture
def summary(office):
    return make_summary(office)


@pytest.fixture
def chapters(summary):
    return section_of(summary, "主要做法和成效")


def address(name, *args):
    return reverse(f"assessment:{name}", args=[PLAN, *args])


def form_at(page):
    """What a browser would send back of the section's form."""
    html = page.content.decode()
    html = html[html.index("data-section-form") :]
    data = {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    }
    data["heading"] = unescape(re.search(r'name="heading" value="([^"]*)"', html).group(1))
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', html):
        data[name] = unescape(text).removeprefix("\n")
    for name, options in re.findall(r'<select[^>]* name="(level-[^"]+)"[^>]*>(.*?)</select>', html, re.S):
        data[name] = re.search(r'value="(\d)" selected', options).group(1)
    return data


# --- the story ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_office_edits_a_section_and_sees_where_each_paragraph_comes_from(summary, chapters, office, as_):
    at = as_(office)
    page = at.get(summary.get_absolute_url()).content.decode()
    assert "二、主要做法和成效" in page and "（一）某某行动" in page
    assert "第1项 · 市发展改革委 · 2030Q1 第2版" in page
    assert reverse("progress:versions", args=[PLAN, "2030Q1", 1, "fgw"]) in page

    url = address("report_section", summary.pk, chapters.pk)
    data = form_at(at.get(url))
    data["text-1"] = "建成平台3个，取得积极成效。\n完成投资1.2亿元。"
    assert at.post(url, data).status_code == 302
    assert texts_of(chapters) == ["某某行动", "建成平台3个，取得积极成效。", "完成投资1.2亿元。"]
    first, second = chapters.paragraphs.order_by("order")[1:]
    assert first.gathered == BUILT and first.sources == second.sources != []
    page = at.get(summary.get_absolute_url()).content.decode()
    assert "人工修改" in page and "带动就业1200人" in page
    assert AuditEvent.objects.filter(verb="编辑报告章节").count() == 1


@pytest.mark.django_db
def test_buttons_of_the_form_rearrange_without_saving(summary, chapters, office, as_):
    at = as_(office)
    url = address("report_section", summary.pk, chapters.pk)
    data = form_at(at.get(url)) | {"text-1": "改过的话。"}
    data = form_at(at.post(url, data | {"verb": "up-1"}))
    assert [data["text-0"], data["text-1"]] == ["改过的话。", "某某行动"]
    data = form_at(at.post(url, data | {"verb": "add-1"}))
    data = form_at(at.post(url, data | {"text-2": "新的一段。", "verb": "drop-1"}))
    data = form_at(at.post(url, data | {"verb": "head-0"}))
    assert data["ids"].count(",") == 2 and data["level-1"] == "2"
    assert form_at(at.post(url, data | {"verb": "gathered-0"}))["text-0"] == BUILT
    chapters.refresh_from_db()
    assert chapters.revision == 1 and texts_of(chapters) == ["某某行动", BUILT]
    at.post(url, data | {"text-1": "小标题"})
    assert texts_of(chapters) == ["改过的话。", "小标题", "新的一段。"]


@pytest.mark.django_db
def test_a_fragment_for_htmx_and_a_page_without(summary, chapters, office, as_):
    at, url = as_(office), address("report_section", summary.pk, chapters.pk)
    htmx = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{summary.get_absolute_url()}"}
    assert "<html" in at.get(url).content.decode()
    asked = at.get(url, headers=htmx)
    assert "<html" not in asked.content.decode()
    saved = at.post(url, form_at(asked) | {"heading": "主要工作"}, headers=htmx)
    assert saved.status_code == 200 and saved["HX-Trigger"] == "report-changed"
    assert "二、主要工作" in saved.content.decode() and "hx-swap-oob" in saved.content.decode()
    # From a page of its own one goes back to the report.
    alone = htmx | {"HX-Current-URL": f"http://testserver{url}?part=1"}
    back = at.post(url, form_at(at.get(url)) | {"heading": "主要做法"}, headers=alone)
    assert back["HX-Redirect"] == f"{summary.get_absolute_url()}#section-{chapters.pk}"


@pytest.mark.django_db
def test_one_part_of_a_long_section_is_edited_and_the_rest_stays(summary, office, as_):
    parts = [
        (2, "甲行动", []),
        (0, "甲做的。", []),
        (2, "乙行动", []),
        (0, "乙做的。", []),
        (2, "丙行动", []),
    ]
    section = add_section(summary, "各行动", Source.CHAPTERS, parts)
    at, url = as_(office), address("report_section", summary.pk, section.pk)
    of_part = f"{url}?part={section.paragraphs.get(text='乙行动').pk}"
    data, late = form_at(at.get(of_part)), form_at(at.get(of_part))
    assert data["text-0"] == "乙行动" and "text-2" not in data
    assert "（二）" in at.get(of_part).content.decode()
    at.post(url, data | {"text-1": "乙做的。\n还做了。"})
    assert texts_of(section) == ["甲行动", "甲做的。", "乙行动", "乙做的。", "还做了。", "丙行动"]
    lost = at.post(url, late | {"text-0": "乙大行动"})
    assert lost.status_code == 412
    at.post(url, form_at(lost))
    assert texts_of(section) == ["甲行动", "甲做的。", "乙大行动", "乙做的。", "还做了。", "丙行动"]


# --- two people --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_second_of_two_gets_both_texts_and_nothing_else_changes(summary, chapters, office, office2, as_):
    first, second = as_(office), as_(office2)
    url = address("report_section", summary.pk, chapters.pk)
    of_first, of_second = form_at(first.get(url)), form_at(second.get(url))
    first.post(url, of_first | {"text-0": "甲改的标题", "text-1": "甲改的正文。"})
    others = list(ReportSection.objects.exclude(pk=chapters.pk).values())

    lost = second.post(url, of_second | {"text-1": "乙改的正文。\n乙加的一段。"})
    page = lost.content.decode()
    assert lost.status_code == 412
    assert "甲改的正文。" in page and "乙加的一段。" in page and "刚被他人更新" in page
    assert texts_of(chapters) == ["甲改的标题", "甲改的正文。"]
    going_on = form_at(lost)
    # Only one of them touched the heading: it is merged already.
    assert going_on["text-0"] == "甲改的标题" and going_on["text-1"].startswith("乙改的正文。")
    assert form_at(second.post(url, going_on | {"verb": "theirs-1"}))["text-1"] == "甲改的正文。"
    assert second.post(url, going_on).status_code == 302
    assert texts_of(chapters) == ["甲改的标题", "乙改的正文。", "乙加的一段。"]
    assert list(ReportSection.objects.exclude(pk=chapters.pk).values()) == others


@pytest.mark.django_db
def test_two_who_edit_different_sections_do_not_meet(summary, chapters, office, office2):
    other = section_of(summary, "总体情况")
    for section, by in ((chapters, office), (other, office2)):
        rows = [Row(each.id, each.level, f"{each.text}补。") for each in editing.rows_of(section)]
        editing.save_section(section, section.heading, rows, by=by, now=NOW, revision=1)
    assert texts_of(other) == [f"{OVERVIEW}补。"]
    assert texts_of(chapters)[1] == f"{BUILT}补。"


def _race(section, office, office2, monkeypatch):
    """office saves after office2's save has begun, right before it claims the section."""
    check = editing._check_section

    def meanwhile(*said):
        monkeypatch.setattr(editing, "_check_section", check)
        rows = [Row(None, 0, "甲的话。")]
        editing.save_section(section, section.heading, rows, by=office, now=NOW, revision=1)
        return check(*said)

    monkeypatch.setattr(editing, "_check_section", meanwhile)
    rows = [Row(None, 0, "乙的话。")]
    editing.save_section(section, section.heading, rows, by=office2, now=NOW, revision=1)


@pytest.mark.django_db
def test_a_race_has_one_winner(chapters, office, office2, monkeypatch):
    with pytest.raises(Stale) as lost:
        _race(chapters, office, office2, monkeypatch)
    assert lost.value.current.revision == 2
    assert texts_of(chapters) == ["甲的话。"]


@pytest.mark.django_db
def test_without_the_conditional_update_the_race_would_lose_words(chapters, office, office2, monkeypatch):
    """The control."""

    def unconditional(section, revision, **changes):
        ReportSection.objects.filter(pk=section.pk).update(**changes)

    with monkeypatch.context() as patched:
        patched.setattr(editing, "_claim_section", unconditional)
        _race(chapters, office, office2, patched)
    assert texts_of(chapters) != ["甲的话。"]


@pytest.mark.django_db
def test_a_section_somebody_removed_keeps_what_was_typed_on_the_page(summary, chapters, office, as_):
    at = as_(office)
    url = address("report_section", summary.pk, chapters.pk)
    data = form_at(at.get(url)) | {"text-1": "没来得及保存的话。"}
    assert (
        at.post(address("report_section_remove", summary.pk, chapters.pk), {"revision": 1}).status_code == 302
    )
    gone = at.post(url, data)
    assert gone.status_code == 409 and "没来得及保存的话。" in gone.content.decode()
    assert at.get(url).status_code == 404


def rows(*texts):
    return [Row(place, 0, text) for place, text in enumerate(texts, start=1)]


def test_what_only_one_changed_is_merged_without_asking():
    start = rows("甲", "乙", "丙")
    seen = {row.id: mark(row) for row in start}
    mine = [Row(1, 0, "甲我"), Row(2, 0, "乙"), Row(None, 0, "新我"), Row(3, 0, "丙")]
    theirs = [Row(3, 0, "丙"), Row(4, 0, "新他"), Row(1, 0, "甲"), Row(2, 0, "乙他")]
    both = merge(mine, theirs, seen)
    assert both.disputes == []
    assert [row.text for row in both.rows] == ["丙", "新他", "甲我", "乙他", "新我"]


def test_what_both_changed_or_one_removed_is_shown():
    start = rows("甲", "乙", "丙", "丁")
    seen = {row.id: mark(row) for row in start}
    mine = [Row(1, 0, "甲我"), Row(2, 0, "乙我"), Row(4, 0, "丁")]
    theirs = [Row(1, 0, "甲他"), Row(3, 0, "丙他")]
    both = merge(mine, theirs, seen)
    shown = {(each.theirs, each.mine) for each in both.disputes}
    assert shown == {("甲他", "甲我"), ("", "乙我"), ("丙他", ""), ("", "丁")}
    assert {row.text for row in both.rows} == {"甲我", "乙我", "丙他"}
    assert next(row.id for row in both.rows if row.text == "乙我") is None


# --- sections and the head ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_sections_are_added_moved_and_removed(summary, office, as_):
    at = as_(office)
    page = at.post(address("report_section_new", summary.pk), {"heading": "下一步打算", "revision": 1})
    made = section_of(summary, "下一步打算")
    assert page["Location"] == address("report_section", summary.pk, made.pk)
    at.post(address("report_section_move", summary.pk, made.pk), {"step": "up", "revision": 2})
    order = ["总体情况", "主要做法和成效", "下一步打算", "存在问题"]
    assert list(summary.sections.values_list("heading", flat=True)) == order
    late = at.post(address("report_section_move", summary.pk, made.pk), {"step": "up", "revision": 2})
    assert late.status_code == 412 and "报告刚被他人改动" in late.content.decode()
    assert list(summary.sections.values_list("heading", flat=True)) == order
    at.post(address("report_section_remove", summary.pk, made.pk), {"revision": 1})
    assert summary.sections.count() == 3
    nameless = at.post(address("report_section_new", summary.pk), {"heading": " ", "revision": 4})
    assert nameless.status_code == 400 and "请填写本节的标题" in nameless.content.decode()


@pytest.mark.django_db
def test_the_head_is_edited_and_who_comes_second_sees_both(summary, office, as_):
    at, url = as_(office), address("report_head", summary.pk)
    typed = {"title": "报告", "addressee": "省发展改革委", "signer": "甲", "revision": 1}
    assert at.post(url, typed).status_code == 302
    second = at.post(url, typed | {"signer": "乙"})
    assert second.status_code == 412
    assert "甲" in second.content.decode() and "乙" in second.content.decode()
    wrong = at.post(url, typed | {"signed_on": "十二月", "revision": 2})
    assert wrong.status_code == 400 and "十二月" in wrong.content.decode()
    summary.refresh_from_db()
    assert (summary.signer, summary.revision) == ("甲", 2)


@pytest.mark.django_db
def test_bad_input_is_refused_with_a_sentence_and_kept(summary, chapters, office, as_):
    at, url = as_(office), address("report_section", summary.pk, chapters.pk)
    data = form_at(at.get(url))
    for typed, sentence in (
        ({"heading": ""}, "请填写本节的标题"),
        ({"text-1": "长" * 5001}, "超过 5,000 字"),
        ({"text-0": "标" * 81}, "超过 80 字"),
    ):
        answer = at.post(url, data | typed)
        page = answer.content.decode()
        assert answer.status_code == 400 and sentence in page
        assert all(value in page for value in typed.values())
    assert at.post(url, {"ids": "99999999999,x", "revision": "x", "seen": "::,a:b"}).status_code == 400
    assert texts_of(chapters) == ["某某行动", BUILT]


@pytest.mark.django_db
def test_a_section_as_long_as_all_units_words_is_saved_whole(summary, office, as_, settings):
    """80 tasks and what eighty units add to them are well over 400 paragraphs."""
    texts = [f"第{number}段。" for number in range(500)]
    section = add_section(summary, "各地各部门做法", Source.CHAPTERS, [(0, text, []) for text in texts])
    rows = editing.rows_of(section)
    typed = {f"text-{place}": row.text for place, row in enumerate(rows)}
    typed |= {f"level-{place}": "0" for place in range(len(rows))} | {"text-499": "最后一段改过。"}
    typed |= {
        "ids": ",".join(str(row.id) for row in rows),
        "heading": section.heading,
        "was": section.heading,
    }
    seen = ",".join(f"{row.id}:{mark(row)}" for row in rows)
    answer = as_(office).post(
        address("report_section", summary.pk, section.pk),
        typed | {"seen": seen, "revision": 1, "verb": "save"},
    )
    assert answer.status_code == 302
    assert texts_of(section) == [*texts[:499], "最后一段改过。"]
    # The fullest form there is goes through: two controls a paragraph, a few of the section.
    assert 2 * (editing.MOST_PARAGRAPHS + report_forms.TO_SPARE) + 20 < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


@pytest.mark.django_db
def test_what_was_gathered_longer_than_one_may_write_is_still_mended(summary, office, monkeypatch):
    monkeypatch.setattr(editing, "MOST_PARAGRAPHS", 3)
    section = add_section(summary, "很长的一节", Source.CHAPTERS, [(0, f"第{n}段。", []) for n in range(5)])
    rows = editing.rows_of(section)
    changed = [*rows[:4], Row(rows[4].id, 0, "改过。")]
    said = {"by": office, "now": NOW}
    saved = editing.save_section(section, section.heading, changed, **said, revision=1)
    assert texts_of(saved)[-1] == "改过。"
    with pytest.raises(ValidationError, match="最多 3 段"):
        editing.save_section(saved, saved.heading, [*changed, Row(None, 0, "又一段。")], **said, revision=2)


@pytest.mark.django_db
def test_only_the_office_and_only_while_it_is_edited(summary, chapters, office, leader, reporter, as_):
    for who, status in ((reporter, 403), (leader, 403)):
        assert as_(who).get(address("report_section", summary.pk, chapters.pk)).status_code == status
        with pytest.raises(Denied):
            editing.save_section(chapters, "改", [], by=who, now=NOW, revision=1)
    assert as_(leader).get(summary.get_absolute_url()).status_code == 404
    SummaryReport.objects.filter(pk=summary.pk).update(state=SummaryReport.State.CANCELLED)
    with pytest.raises(WrongState):
        editing.save_section(chapters, "改", [], by=office, now=NOW, revision=1)
    with pytest.raises(ValidationError):
        editing.save_head(summary, {"title": ""}, by=office, now=NOW, revision=1)


@pytest.mark.django_db
def test_what_is_not_changed_keeps_its_revision(chapters, office):
    rows = editing.rows_of(chapters)
    editing.save_section(chapters, chapters.heading, rows, by=office, now=NOW, revision=1)
    chapters.refresh_from_db()
    assert (chapters.revision, chapters.edited_at) == (1, None)


def test_headings_are_numbered_by_their_level():
    assert numbers_of([2, 0, 3, 3, 2, 3, 4]) == ["（一）", "", "1.", "2.", "（二）", "1.", "（1）"]


# --- gathering a section anew --------------------------------------------------------------------------


@pytest.mark.django_db
def test_gathering_one_section_anew_warns_of_hand_edits_and_leaves_the_rest(summary, chapters, office, as_):
    at = as_(office)
    url = address("report_section_regather", summary.pk, chapters.pk)
    assert "没有人工修改过的段落" in at.get(url).content.decode()
    rows = [Row(each.id, each.level, f"{each.text}补充") for each in editing.rows_of(chapters)]
    editing.save_section(chapters, chapters.heading, rows, by=office, now=NOW, revision=1)
    page = at.get(url).content.decode()
    assert "本节有 2 段是人工修改或撰写的，会被替换" in page and "<ins>补充</ins>" in page

    stale = at.post(url, {"revision": 1})
    assert stale.status_code == 412 and not summary.runs.exists()
    assert at.post(url, {"revision": 2})["Location"] == summary.get_absolute_url()
    run = summary.runs.get()
    assert (run.section, run.only_section) == (chapters, True)
    assert "正在重新汇编一节" in at.get(summary.get_absolute_url()).content.decode()
    assert at.post(url, {"revision": 2}).status_code == 409
    assert texts_of(section_of(summary, "总体情况")) == [OVERVIEW]
