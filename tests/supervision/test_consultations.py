"""征求意见: drafted, sent, answered by the units, each opinion answered, closed; who reads what of it."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from agencies.audit import trail_of
from agencies.models import Role
from agencies.permissions import Denied
from progress import demonstration
from progress.workflow import Incomplete, Stale, WrongState
from supervision import (
    circulars,
    consultation_drafts,
    consultation_due,
    consultation_replies,
    consultations,
    files,
)
from supervision.consultation_replies import Said
from supervision.models import Consultation, ConsultationReply, Opinion, SupervisionFile
from tests import factories
from tests.cast import person
from tests.supervision.order_life import pdf

pytestmark = pytest.mark.django_db
Kind, State = Consultation.Kind, Consultation.State
PLAN = "2030-2032"
LATER = "2090-01-01T18:00"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def plan(db):
    factories.make_period()
    return factories.make_plan()


@pytest.fixture
def draft(plan, fgw, kjj, office, now):
    said = {"kind": Kind.PLAN, "title": "下一轮行动计划", "text": "第一段。\n第二段。"}
    return consultations.start(plan, **said, agencies=[fgw, kjj], by=office, now=now)


@pytest.fixture
def sent(draft, office, now, fgw, kjj):
    type(kjj).objects.filter(pk=kjj.pk).update(needs_approver=False)
    return consultations.send(draft, by=office, now=now, revision=draft.revision)


def reply_of(consultation, agency):
    return ConsultationReply.objects.select_related("consultation__plan", "agency").get(
        consultation=consultation, agency=agency
    )


def url(name, consultation, *more):
    return reverse(f"supervision:{name}", args=[PLAN, consultation.pk, *more])


def give(reply, by, now, *texts, answer="opinions"):
    said = [Said("第1段", text) for text in texts]
    return consultation_replies.hand_in(
        reply, answer=answer, opinions=said, by=by, now=now, revision=reply.revision
    )


def typed(reply, verb="hand_in", **said):
    return {"verb": verb, "revision": reply.revision, **said}


# --- the story --------------------------------------------------------------------------------------


def test_from_the_draft_to_the_table_through_the_pages(
    plan, fgw, kjj, sixian, as_, office, reporter, approver, kjj_reporter, county_reporter, news
):
    client = as_(office)
    listed = reverse("supervision:consultations", args=[PLAN])
    assert "还没有征求意见" in client.get(listed).text
    due_at = timezone.localtime() + timedelta(days=5)
    said = {
        "kind": "plan",
        "title": "下一轮行动计划",
        "text": "第一段。\n第二段。",
        "due_at": f"{due_at:%Y-%m-%dT%H:%M}",
        "agencies": ["fgw", "kjj"],
        "files": [pdf("附件.pdf")],
    }
    page = client.post(reverse("supervision:consultation_new", args=[PLAN]), said, follow=True)
    found = Consultation.objects.get()
    assert "草稿已保存" in page.text and "附件.pdf" in page.text and "2 家" in page.text
    assert as_(reporter).get(found.get_absolute_url()).status_code == 404
    client.post(url("consultation_verb", found, "send"), {"revision": found.revision})
    assert news[0].title == "征求意见：下一轮行动计划"
    assert news[0].people == {reporter.pk, approver.pk, kjj_reporter.pk}
    # A unit reads it, writes two opinions, its approver signs.
    writer, reply = as_(reporter), reply_of(found, fgw)
    assert "第二段。" in writer.get(found.get_absolute_url()).text
    opinions = {"text-0": "增加园区建设。", "place-0": "第1段", "text-1": "删去后半句。"}
    answer = writer.post(
        url("consultation_reply", found, reply.pk), typed(reply, answer="opinions", **opinions), follow=True
    )
    assert "待本单位审核人审签" in answer.text
    assert "增加园区建设" not in client.get(found.get_absolute_url()).text
    as_(approver).post(url("consultation_reply", found, reply.pk), {"verb": "approve", "revision": 2})
    theirs = reply_of(found, kjj)
    type(kjj).objects.filter(pk=kjj.pk).update(needs_approver=False)
    as_(kjj_reporter).post(url("consultation_reply", found, theirs.pk), typed(theirs, answer="none"))
    # The office answers each; a refusal needs its reason.
    page = client.get(found.get_absolute_url()).text
    assert "共征求2家单位意见，已反馈2家，收到意见2条，其中待处理2条" in page
    first, second = Opinion.objects.order_by("order")
    client.post(url("consultation_decide", found, first.pk), {"adoption": "adopted", "seen": ""})
    refused = client.post(url("consultation_decide", found, second.pk), {"adoption": "not", "seen": ""})
    assert refused.status_code == 400 and "请写明理由" in refused.text
    no = {"adoption": "not", "seen": "", "reason": "与上位规划不一致。"}
    client.post(url("consultation_decide", found, second.pk), no)
    assert "与上位规划不一致" not in writer.get(found.get_absolute_url()).text
    found.refresh_from_db()
    client.post(url("consultation_verb", found, "close"), {"revision": found.revision})
    assert news[-1].title == "征求意见已办结，请查看本单位意见的采纳情况：下一轮行动计划"
    assert news[-1].people == {reporter.pk, approver.pk}
    # Each unit sees what became of its own opinions, and of nobody else's.
    assert "与上位规划不一致" in writer.get(found.get_absolute_url()).text
    other = as_(kjj_reporter).get(found.get_absolute_url()).text
    assert "无意见" in other and "增加园区建设" not in other and "市发展改革委" not in other
    assert as_(county_reporter).get(found.get_absolute_url()).status_code == 404
    sheet = openpyxl.load_workbook(BytesIO(client.get(url("consultation_excel", found)).content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("序号", "单位", "意见", "采纳情况", "未采纳理由")
    assert rows[2] == (2, "市发展改革委", "删去后半句。", "未采纳", "与上位规划不一致。")
    assert rows[3][1:3] == ("市科技局", "无意见")
    document = Document(BytesIO(client.get(url("consultation_word", found)).content))
    assert [cell.text for cell in document.tables[0].rows[0].cells] == list(rows[0])
    assert document.tables[0].rows[1].cells[2].text == "第1段：增加园区建设。"
    verbs = [event.verb for event in trail_of(found)][::-1]
    assert verbs == ["拟办征求意见", "上传附件", "发出征求意见", "提交回执", "审签回执", "提交回执",
                     "处理反馈意见", "处理反馈意见", "办结征求意见"]  # fmt: skip


# --- what it can begin from --------------------------------------------------------------------------


def test_it_begins_from_the_years_goals_without_what_is_secret(plan, fgw, office, as_):
    open_one, secret = (factories.make_task(n, leads=[fgw], is_sensitive=n == 2) for n in (1, 2))
    factories.make_goal(open_one, by=office)
    factories.make_goal(secret, by=office)
    kind, title, text = consultation_drafts.of_goals(plan, 2030)
    assert (kind, title) == (Kind.WORK_POINTS, "2030年度推进长三角一体化发展工作要点（征求意见稿）")
    assert text == "一、某某行动\n1. 任务之1：年内完成全部事项。（市发展改革委牵头）"
    page = as_(office).get(reverse("supervision:consultation_new", args=[PLAN]) + "?goals=2030").text
    assert "年内完成全部事项" in page and Consultation.objects.count() == 0
    assert consultation_drafts.of_goals(plan, 2031)[2] == ""


def test_it_begins_from_a_circular_that_is_not_given_out(plan, office, as_, now):
    circular = circulars.take(factories.make_period(), by=office, now=now)
    address = f"{reverse('supervision:consultation_new', args=[PLAN])}?circular={circular.pk}"
    assert circular.opening[:20] in as_(office).get(address).text
    said = {"kind": "circular", "title": "通报", "text": "文字。", "due_at": LATER}
    as_(office).post(address, said)
    assert Consultation.objects.get().circular == circular


def test_another_app_starts_one_and_says_from_what(plan, office, reporter, now):
    said = {
        "kind": Kind.REPORT,
        "title": "报告",
        "text": "正文。",
        "subject": "summaryreport:12",
        "url": "/x/",
    }
    made = consultations.start(plan, **said, by=office, now=now)
    assert (made.state, made.subject, made.url) == (State.DRAFT, "summaryreport:12", "/x/")
    assert made.due_at > now + timedelta(days=4)
    with pytest.raises(Denied):
        consultations.start(plan, **said, by=reporter, now=now)


def test_a_whole_class_is_chosen_with_one_tick(plan, sixian, fgw, as_, office):
    page = as_(office).get(reverse("supervision:consultation_new", args=[PLAN])).text
    which = page.split("全部县区")[0].rsplit('value="', 1)[1].split('"')[0]
    said = {
        "kind": "other",
        "title": "文稿",
        "text": "文字。",
        "due_at": LATER,
        "classes": which,
    }
    as_(office).post(reverse("supervision:consultation_new", args=[PLAN]), said)
    asked = Consultation.objects.get().replies.values_list("agency__kind", flat=True)
    assert set(asked) == {"county"}


# --- the draft and its sending -------------------------------------------------------------------------


def test_nothing_is_sent_without_text_or_units_or_time(plan, office, fgw, now):
    said = {"kind": Kind.OTHER, "title": "空的", "text": "", "by": office, "now": now}
    empty = consultations.start(plan, **said)
    with pytest.raises(Incomplete) as missing:
        consultations.send(empty, by=office, now=now + timedelta(days=60), revision=1)
    assert set(missing.value.fields) == {"text", "agencies", "due_at"}
    assert Consultation.objects.get().state == State.DRAFT


def test_bad_input_keeps_what_was_typed(plan, as_, office):
    said = {"kind": "other", "title": "", "text": "写了很多。", "due_at": "明天"}
    answer = as_(office).post(reverse("supervision:consultation_new", args=[PLAN]), said)
    assert answer.status_code == 400 and "写了很多。" in answer.text and "填写时间" in answer.text
    bad = {
        **said,
        "title": "好",
        "due_at": LATER,
        "files": [pdf("假.pdf", b"")],
        "kind": "nonsense",
    }
    assert as_(office).post(reverse("supervision:consultation_new", args=[PLAN]), bad).status_code == 400
    assert not Consultation.objects.exists() and not SupervisionFile.objects.exists()


def test_two_people_change_one_draft_and_both_texts_are_shown(draft, as_, office, office2):
    address = url("consultation_edit", draft)
    said = {"kind": "plan", "title": "甲稿", "text": "甲的文字。", "due_at": LATER, "agencies": "fgw"}
    assert as_(office).post(address, said | {"revision": 1}).status_code == 302
    answer = as_(office2).post(address, said | {"revision": 1, "title": "乙稿", "text": "乙的文字。"})
    assert answer.status_code == 412 and "甲的文字。" in answer.text and "乙的文字。" in answer.text
    draft.refresh_from_db()
    assert (draft.title, [each.agency.code for each in draft.replies.all()]) == ("甲稿", ["fgw"])


def test_a_draft_is_deleted_with_its_files_and_what_was_sent_is_not(draft, office, now, fgw):
    edited = consultations.edit(
        draft, consultations.Asking(Kind.OTHER, "文", draft.due_at, text="文。", agencies=[fgw]),
        uploads=[pdf()], by=office, now=now, revision=1,
    )  # fmt: skip
    with pytest.raises(Stale):
        consultations.drop(edited, by=office, now=now, revision=1)
    consultations.drop(edited, by=office, now=now, revision=2)
    assert not Consultation.objects.exists() and not SupervisionFile.objects.exists()


def test_what_was_sent_cannot_be_dropped_or_changed(sent, office, now, as_):
    with pytest.raises(WrongState):
        consultations.drop(sent, by=office, now=now, revision=sent.revision)
    page = as_(office).get(url("consultation_edit", sent)).text
    assert "增加并发出" in page and 'name="text"' not in page
    late = as_(office).post(url("consultation_edit", sent), {"title": "甲", "text": "改后的。"})
    assert late.status_code == 409 and "改后的。" in late.text
    assert "需要的请抄下来" in late.text and "保存草稿" not in late.text
    closed = consultations.close(sent, by=office, now=now, revision=sent.revision)
    assert as_(office).get(url("consultation_edit", closed)).status_code == 302


def test_units_are_added_after_it_was_sent(
    sent, fgw, sixian, county_reporter, office, reporter, now, news, as_
):
    give(reply_of(sent, fgw), reporter, now, "一条。")
    at, address = as_(office), url("consultation_edit", sent)
    assert 'value="sixian"' in at.get(address).text and 'value="fgw"' not in at.get(address).text
    empty = at.post(address, {"revision": sent.revision})
    assert empty.status_code == 400 and "请勾选还没有征求过意见的单位" in empty.text
    at.post(address, {"revision": sent.revision, "agencies": "sixian", "text": "改了的文稿。"})
    fresh = Consultation.objects.get()
    assert set(fresh.replies.values_list("agency__code", flat=True)) == {"fgw", "kjj", "sixian"}
    assert fresh.text == sent.text and Opinion.objects.get().text == "一条。"
    assert (news[-1].title, news[-1].people) == ("征求意见：下一轮行动计划", {county_reporter.pk})
    assert as_(county_reporter).get(fresh.get_absolute_url()).status_code == 200
    # Who looked before is told; nobody but the office adds.
    at.post(address, {"revision": sent.revision, "classes": "class-0"})
    assert fresh.replies.count() == 3
    with pytest.raises(Denied):
        consultations.add_units(fresh, [sixian], by=reporter, now=now, revision=fresh.revision)


# --- replies -------------------------------------------------------------------------------------------


def test_a_late_reply_is_taken_and_marked_until_all_is_closed(sent, kjj, kjj_reporter, office, as_):
    late = sent.due_at + timedelta(hours=1)
    given = give(reply_of(sent, kjj), kjj_reporter, late, "补充一条。")
    assert given.state == "given" and given.was_late()
    assert "迟" in as_(office).get(sent.get_absolute_url()).text
    consultations.decide(
        Opinion.objects.get(), adoption="partly", reason="部分合理。", by=office, now=late, seen=""
    )
    closed = consultations.close(sent, by=office, now=late, revision=sent.revision)
    with pytest.raises(WrongState):
        give(reply_of(closed, kjj), kjj_reporter, late, "又一条。")


def test_nobody_signs_what_they_wrote_and_a_returned_reply_keeps_its_words(
    sent, fgw, reporter, approver, kjj_reporter, now, news
):
    reply = give(reply_of(sent, fgw), reporter, now, "第一稿。")
    with pytest.raises(Denied):
        consultation_replies.approve(reply, by=reporter, now=now, revision=reply.revision)
    with pytest.raises(Denied):
        consultation_replies.approve(reply, by=kjj_reporter, now=now, revision=reply.revision)
    back = consultation_replies.send_back(
        reply, reason="写具体。", by=approver, now=now, revision=reply.revision
    )
    assert back.state == "waiting" and back.opinions.get().text == "第一稿。"
    assert news[-1].people == {reporter.pk}


def test_a_reason_that_is_refused_stays_in_the_form(sent, fgw, reporter, approver, now, as_):
    reply = give(reply_of(sent, fgw), reporter, now, "第一稿。")
    for reason, said in (("", "请写明要怎样修改"), ("写具体。" * 126, "504")):
        answer = as_(approver).post(
            url("consultation_reply", sent, reply.pk), typed(reply, "send_back", reason=reason)
        )
        assert answer.status_code == 400 and said in answer.text and reason in answer.text
    assert reply_of(sent, fgw).state == "awaiting_approval"


def test_of_two_colleagues_the_second_is_told_and_keeps_the_words(sent, fgw, reporter, now, as_):
    reply = reply_of(sent, fgw)
    first = [Said("", "甲的话。")]
    consultation_replies.save(reply, answer="opinions", opinions=first, by=reporter, now=now, revision=1)
    answer = as_(reporter).post(
        url("consultation_reply", sent, reply.pk), typed(reply, answer="opinions", **{"text-0": "乙的话。"})
    )
    assert answer.status_code == 412 and "乙的话。" in answer.text
    assert Opinion.objects.get().text == "甲的话。"


def test_a_reply_says_what_is_wrong_with_it(sent, fgw, reporter, as_):
    reply = reply_of(sent, fgw)
    for said, words in (
        ({}, "请选择“无意见”或“有修改意见”"),
        ({"answer": "opinions"}, "请至少写一条修改意见"),
        ({"answer": "none", "text-0": "改一处。"}, "请选择“有修改意见”"),
        ({"answer": "opinions", "place-0": "第1段"}, "还没有写意见"),
        ({"answer": "nonsense", "text-0": "改一处。"}, "nonsense"),
    ):
        answer = as_(reporter).post(url("consultation_reply", sent, reply.pk), typed(reply, **said))
        assert answer.status_code == 400 and words in answer.text, words
        assert "改一处。" in answer.text or "text-0" not in said
    more = as_(reporter).post(
        url("consultation_reply", sent, reply.pk), typed(reply, "more", **{"text-2": "第三条。"})
    )
    assert more.status_code == 200 and "第三条。" in more.text and "text-5" in more.text
    assert not Opinion.objects.exists()


def test_a_unit_takes_its_reply_back_until_the_office_has_answered(sent, kjj, kjj_reporter, office, now):
    given = give(reply_of(sent, kjj), kjj_reporter, now, "一条。")
    back = consultation_replies.withdraw(given, by=kjj_reporter, now=now, revision=given.revision)
    again = give(back, kjj_reporter, now, "改过的一条。")
    opinion = Opinion.objects.select_related("reply__consultation").get()
    consultations.decide(opinion, adoption="adopted", reason="", by=office, now=now, seen="")
    with pytest.raises(WrongState):
        consultation_replies.withdraw(again, by=kjj_reporter, now=now, revision=again.revision)


def test_the_office_sets_down_a_letter_but_not_over_what_a_unit_writes(
    sent, fgw, kjj, office, reporter, approver, now
):
    given = give(reply_of(sent, fgw), office, now, "来函意见。")
    assert given.state == "given" and given.is_set_down_by_office
    consultation_replies.withdraw(given, by=office, now=now, revision=given.revision)
    own = reply_of(sent, fgw)
    consultation_replies.save(own, answer="none", opinions=[], by=reporter, now=now, revision=own.revision)
    with pytest.raises(Denied):
        give(reply_of(sent, fgw), office, now, "又一条。")


def test_a_unit_nobody_may_sign_for_is_not_stuck(sent, fgw, office, reporter, approver, now, news, as_):
    colleague = person("fgw-second", Role.REPORTER, "fgw")
    reply = give(reply_of(sent, fgw), reporter, now, "本单位意见。")
    with pytest.raises(Denied, match="审核人审签"):
        consultation_replies.approve(reply, by=colleague, now=now, revision=reply.revision)
    with pytest.raises(Denied, match="不能代录"):
        give(reply, office, now, "来函意见。")
    approver.posts.update(role=Role.REPORTER)
    # Another reporter signs, never who wrote it.
    page = as_(reporter).get(sent.get_absolute_url()).text
    assert "本单位现在没有审核人" in page
    assert "没有审核人" in as_(office).get(sent.get_absolute_url()).text
    with pytest.raises(Denied, match="填写人不能审签"):
        consultation_replies.approve(reply, by=reporter, now=now, revision=reply.revision)
    given = consultation_replies.approve(reply, by=colleague, now=now, revision=reply.revision)
    assert given.state == "given" and not given.is_set_down_by_office
    assert trail_of(sent)[0].detail["说明"] == "本单位没有审核人，由另一位填报人审签"
    # Or the reporter takes it back and the office sets down a letter.
    back = consultation_replies.withdraw(given, by=colleague, now=now, revision=given.revision)
    assert f"?behalf={back.pk}" in as_(office).get(sent.get_absolute_url()).text
    assert give(back, office, now, "来函意见。").is_set_down_by_office
    assert Opinion.objects.get().text == "来函意见。"


# --- the office's word -----------------------------------------------------------------------------------


def test_of_two_of_the_office_one_decides(sent, kjj, kjj_reporter, office, office2, now, as_):
    give(reply_of(sent, kjj), kjj_reporter, now, "一条。")
    seen = Opinion.objects.select_related("reply__consultation").get()
    consultations.decide(seen, adoption="adopted", reason="", by=office, now=now, seen="")
    again = {"adoption": "not", "reason": "不合适。", "seen": ""}
    answer = as_(office2).post(url("consultation_decide", sent, seen.pk), again)
    assert answer.status_code == 412 and "不合适。" in answer.text
    assert Opinion.objects.get().adoption == "adopted"


def test_it_is_not_closed_while_an_opinion_waits(sent, kjj, kjj_reporter, office, now, as_):
    give(reply_of(sent, kjj), kjj_reporter, now, "一条。")
    with pytest.raises(WrongState, match="还有 1 条意见"):
        consultations.close(sent, by=office, now=now, revision=sent.revision)
    page = as_(office).post(url("consultation_verb", sent, "close"), {"revision": sent.revision}, follow=True)
    assert "还有 1 条意见没有写明采纳情况" in page.text


def test_what_was_closed_is_taken_up_again_with_a_reason(sent, kjj, kjj_reporter, office, now, news, as_):
    with pytest.raises(WrongState):
        consultations.reopen(sent, reason="有遗漏。", by=office, now=now, revision=sent.revision)
    closed = consultations.close(sent, by=office, now=now, revision=sent.revision)
    again = {"revision": closed.revision}
    refused = as_(office).post(url("consultation_verb", sent, "reopen"), again)
    assert refused.status_code == 400 and "请写明重新办理的原因" in refused.text
    long = again | {"reason": "有遗漏。" * 251}
    refused = as_(office).post(url("consultation_verb", sent, "reopen"), long)
    assert refused.status_code == 400 and "现有 1,004 字" in refused.text and "有遗漏。" * 251 in refused.text
    page = as_(office).post(
        url("consultation_verb", sent, "reopen"), again | {"reason": "有遗漏。"}, follow=True
    )
    assert "征求意见中" in page.text and "有遗漏。" in page.text
    opened = Consultation.objects.get()
    assert (opened.state, opened.closed_at, opened.closed_by) == (State.SENT, None, None)
    assert news[-1].title == "征求意见重新办理，可以继续反馈：下一轮行动计划"
    assert kjj_reporter.pk in news[-1].people
    assert give(reply_of(sent, kjj), kjj_reporter, now, "补一条。").state == "given"
    with pytest.raises(Denied):
        consultations.reopen(opened, reason="我要补充。", by=kjj_reporter, now=now, revision=opened.revision)


def test_more_time_is_only_ever_more(sent, office, now, news, fgw, kjj, reporter, kjj_reporter, approver):
    with pytest.raises(Incomplete):
        consultations.extend(sent, sent.due_at, by=office, now=now, revision=sent.revision)
    give(reply_of(sent, kjj), kjj_reporter, now, answer="none")
    later = sent.due_at + timedelta(days=2)
    assert consultations.extend(sent, later, by=office, now=now, revision=sent.revision).due_at == later
    assert "延期" in news[-1].title and news[-1].people == {reporter.pk, approver.pk}


# --- reminders, desks --------------------------------------------------------------------------------------


def test_who_has_not_answered_is_found_for_reminders(sent, plan, fgw, kjj, reporter, kjj_reporter, now, as_):
    items = consultation_due.consultations_due(plan, now)
    assert [(item.agency, item.at, item.silent_for) for item in items] == [
        (fgw.pk, sent.due_at, frozenset()), (kjj.pk, sent.due_at, frozenset())
    ]  # fmt: skip
    assert items[0].title == "征求意见《下一轮行动计划》"
    box = as_(reporter).get(reverse("supervision:desk_box", args=[PLAN])).text
    assert "下一轮行动计划" in box and "反馈意见" in box
    give(reply_of(sent, fgw), reporter, now, "一条。")
    give(reply_of(sent, kjj), kjj_reporter, now, answer="none")
    [item] = consultation_due.consultations_due(plan, now)
    assert (item.agency, item.silent_for) == (fgw.pk, {reporter.pk})


def test_leaders_and_administrators_read_none_of_it(sent, leader, admin, as_):
    assert "办公室和被征求单位办理" in as_(leader).get(reverse("supervision:consultations", args=[PLAN])).text
    assert as_(leader).get(sent.get_absolute_url()).status_code == 404
    assert as_(admin).get(sent.get_absolute_url()).status_code == 403


def test_the_demonstration_goes_with_what_it_asked_and_leaves_what_is_real(draft, sent, office, fgw, now):
    body = type(fgw).objects.filter(pk=fgw.pk)
    said = {"kind": Kind.OTHER, "title": "演示文稿", "text": "演示。", "agencies": list(body)}
    born = consultations.start(draft.plan, **said, is_demo=True, by=office, now=now)
    files.keep("consultation", born, pdf("演示.pdf"), by=office, now=now)
    reply = born.replies.get()
    Opinion.objects.create(reply=reply, text="演示意见。")
    demonstration.remove()
    assert list(Consultation.objects.all()) == [sent]
    assert not SupervisionFile.objects.exists() and not Opinion.objects.exists()
    assert sent.replies.count() == 2
