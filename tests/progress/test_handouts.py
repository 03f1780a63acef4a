"""分办: parts of a return in a colleague's hands, and back; what is said there stays inside the body."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from agencies.models import AgencySuccession, AuditEvent, Post, Role, User
from agencies.permissions import Denied
from progress import content, drafts, handouts, workflow
from progress.models import Handout, ProgressReport, UnitReturn
from tests import factories
from tests.cast import body, person
from tests.factories import BEFORE_DUE, DUE, State

pytestmark = pytest.mark.django_db
NOW = BEFORE_DUE
SOON = NOW.date() + timedelta(days=1)
CANARY = "金丝雀唱给本单位听"


@pytest.fixture
def report(fgw, kjj):
    return factories.make_report(factories.make_task(leads=[fgw], supports=[kjj]), fgw)


def give(report, to, by, parts=("progress", "problem"), **changes):
    asked = {"to": [to], "parts": list(parts), "due_on": SOON, "note": "请写清数据", "by": by, "now": NOW}
    return handouts.hand_out([report], **(asked | changes))[0]


def answer(handout, by=None, **texts):
    by = by or handout.to
    fresh = handouts.save_answer(handout, texts, by=by, now=NOW, revision=handout.revision)
    return handouts.hand_back(fresh, by=by, now=NOW, revision=fresh.revision)


def merge(handout, by, **choices):
    report = content.load(handout.report_id)
    seen = {"revision": handout.revision, "report_revision": report.revision}
    return handouts.merge(handout, choices, by=by, now=NOW, **seen)


def page(client, url):
    answered = client.get(url)
    assert answered.status_code == 200, url
    return answered.content.decode()


# --- the story ---------------------------------------------------------------------------------------


def test_a_part_is_handed_out_answered_and_merged(as_, at_desk, report, reporter, colleague):
    """Through the pages: 分办, 填写, 交回, 并入; the words stand in the return, their writer on record."""
    desk, helper = as_(reporter), as_(colleague)
    base = f"{report.get_absolute_url()}handouts/"
    asked = {
        "parts": ["progress", "problem"],
        "to": [colleague.pk],
        "due_on": SOON.isoformat(),
        "note": "请写",
    }
    assert desk.post(base, asked).status_code == 302
    handout = Handout.objects.get()
    assert "已分办给 蒋协办" in page(desk, report.get_absolute_url())
    assert "分办中 1 项" in page(desk, "/work/2030-2032/2030Q1/")

    assert helper.get("/work/").headers["Location"] == "/work/handouts/"
    assert "任务之1" in page(helper, "/work/handouts/")
    form = page(helper, f"/work/handouts/{handout.pk}/")
    assert "推进某项工作" in form
    assert 'name="progress"' in form
    assert 'name="experience"' not in form
    typed = {"revision": 1, "verb": "answer", "progress": "建成平台4个。", "problem": "缺人。"}
    assert helper.post(f"/work/handouts/{handout.pk}/", typed).status_code == 302

    assert "建成平台4个。" in page(desk, f"{base}{handout.pk}/")
    handout.refresh_from_db()
    chosen = {"revision": handout.revision, "report_revision": 1, "progress": "replace", "problem": "skip"}
    assert desk.post(f"{base}{handout.pk}/", chosen).status_code == 302
    said = content.load(report.pk).task_return
    assert (said.progress, said.problem) == ("建成平台4个。", "")
    handout.refresh_from_db()
    assert handout.state_word == "已并入"
    assert handout.answers == {"progress": "建成平台4个。", "problem": "缺人。"}
    assert "建成平台4个。" in page(helper, f"/work/handouts/{handout.pk}/")
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"分办", "填写分办答复", "交回分办", "办结分办"} <= verbs


@pytest.fixture
def at_desk():
    """The pages live in the plan's own quarter, before it is due."""
    with time_machine.travel(NOW, tick=False):
        yield


def test_answers_of_several_are_merged_one_after_another(report, reporter, colleague, county_reporter):
    other = person("fgw-second", Role.COLLEAGUE, "fgw", full_name="韩协办")
    first, second = (give(report, to, reporter, ["progress"]) for to in (colleague, other))
    first, second = answer(first, progress="甲段。"), answer(second, progress="乙段。")
    merge(first, reporter, progress="replace")
    merge(second, reporter, progress="append")
    assert content.load(report.pk).task_return.progress == "甲段。\n乙段。"


def test_several_tasks_go_to_one_colleague_at_once(as_, at_desk, fgw, reporter, colleague):
    reports = [factories.make_report(factories.make_task(n, leads=[fgw]), fgw) for n in (1, 2, 3)]
    asked = {"parts": ["progress"], "to": [colleague.pk], "due_on": SOON.isoformat()}
    url = "/work/2030-2032/2030Q1/handouts/"
    answered = as_(reporter).post(url, asked | {"reports": [each.pk for each in reports[:2]]})
    assert answered.status_code == 302
    assert Handout.objects.filter(to=colleague).count() == 2
    assert "分办中 2 项" in page(as_(reporter), url)


# --- who ---------------------------------------------------------------------------------------------


def test_only_people_of_the_body_can_be_given_something(report, reporter, approver, kjj_reporter, colleague):
    for stranger in (approver, kjj_reporter, reporter):
        with pytest.raises(ValidationError, match="不是"):
            give(report, stranger, reporter)
    type(colleague).objects.filter(pk=colleague.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="不是"):
        give(report, colleague, reporter)
    give(report, person("fgw2", Role.REPORTER, "fgw"), reporter)


def test_a_successors_people_help_with_what_its_predecessor_owes(report, fgw, reporter):
    successor = body("kjj")
    AgencySuccession.objects.create(predecessor=fgw, successor=successor, kind="merged")
    helper = person("kjj-helper", Role.COLLEAGUE, "kjj")
    handout = give(report, helper, reporter)
    assert Handout.objects.received_by(helper).get() == handout


@pytest.mark.parametrize("who", ["approver", "kjj_reporter", "office", "leader", "admin", "colleague"])
def test_only_the_bodys_reporters_hand_out_merge_and_recall(request, report, reporter, colleague, who):
    handout = answer(give(report, colleague, reporter), progress="甲。")
    other = request.getfixturevalue(who)
    with pytest.raises(Denied):
        give(report, colleague, other)
    with pytest.raises(Denied):
        merge(handout, other, progress="replace")
    with pytest.raises(Denied):
        handouts.recall(handout, by=other, now=NOW)


def test_only_the_colleague_answers_and_can_do_nothing_else_with_it(report, reporter, approver, colleague):
    handout = give(report, colleague, reporter)
    for other in (reporter, approver, person("fgw-second", Role.COLLEAGUE, "fgw")):
        with pytest.raises(Denied):
            handouts.save_answer(handout, {"progress": "甲。"}, by=other, now=NOW, revision=1)
    for verb in (workflow.submit, workflow.withdraw):
        with pytest.raises(Denied):
            verb(report, by=colleague, now=NOW, revision=report.revision)
    with pytest.raises(Denied):
        drafts.save(report, {"progress": "甲。"}, by=colleague, now=NOW, revision=report.revision)


def test_who_has_left_the_body_sees_nothing_of_it_any_more(report, reporter, colleague):
    give(report, colleague, reporter)
    assert Handout.objects.received_by(colleague).exists()
    Post.objects.filter(user=colleague).update(agency=body("kjj"))
    colleague = User.objects.get(pk=colleague.pk)
    assert not Handout.objects.received_by(colleague).exists()


# --- what is asked -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"parts": []}, "parts"),
        ({"parts": ["percent"]}, "parts"),
        ({"parts": ["consolidated"]}, "parts"),
        ({"due_on": None}, "due_on"),
        ({"due_on": NOW.date() - timedelta(days=1)}, "due_on"),
        ({"note": "长" * 501}, "note"),
        ({"to": []}, "to"),
    ],
)
def test_a_mistake_is_told_by_field_and_nothing_is_written(report, reporter, colleague, asked, field):
    usual = {"to": [colleague], "parts": ["progress"], "due_on": SOON, "note": ""}
    with pytest.raises(ValidationError) as refusal:
        handouts.hand_out([report], **(usual | asked), by=reporter, now=NOW)
    assert list(refusal.value.message_dict) == [field]
    assert not Handout.objects.exists()


def test_the_same_part_is_not_given_to_the_same_person_twice(report, reporter, colleague):
    handout = give(report, colleague, reporter, ["progress"])
    with pytest.raises(ValidationError, match="已经分办"):
        give(report, colleague, reporter, ["progress", "problem"])
    give(report, colleague, reporter, ["problem"])
    handouts.recall(handout, by=reporter, now=NOW)
    give(report, colleague, reporter, ["progress"])


def test_the_page_keeps_what_was_typed_and_says_what_is_wrong(as_, at_desk, report, reporter, colleague):
    typed = {"parts": ["progress"], "to": [colleague.pk], "due_on": "2030-01-01", "note": "请写细"}
    answered = as_(reporter).post(f"{report.get_absolute_url()}handouts/", typed)
    assert answered.status_code == 400
    assert "已经过去" in answered.content.decode()
    assert "请写细" in answered.content.decode()


def test_only_what_can_be_changed_is_handed_out(report, reporter, approver, office, colleague):
    people = {"reporter": reporter, "approver": approver, "office": office}
    report = factories.walk(report, State.AWAITING_APPROVAL, **people)
    with pytest.raises(workflow.WrongState):
        give(report, colleague, reporter)


def test_the_first_of_several_leads_hands_out_the_tasks_own_text(fgw, sixian, reporter, colleague):
    task = factories.make_task(leads=[fgw, sixian])
    factories.make_report(task, sixian)
    report = factories.make_report(task, fgw)
    assert "consolidated" in handouts.parts_of(report)
    assert give(report, colleague, reporter, ["consolidated"]).parts == ["consolidated"]


# --- answering ---------------------------------------------------------------------------------------


def test_two_windows_lose_nothing(as_, at_desk, report, reporter, colleague):
    handout = give(report, colleague, reporter)
    url, json = f"/work/handouts/{handout.pk}/", {"accept": "application/json"}
    client = as_(colleague)
    saved = client.post(url, {"revision": 1, "progress": "先写的。"}, headers=json)
    assert saved.json()["revision"] == 2
    late = client.post(url, {"revision": 1, "progress": "后写的。"}, headers=json)
    assert late.status_code == 412
    assert late.json()["current"]["values"]["progress"] == "先写的。"
    both = client.post(url, {"revision": 1, "progress": "后写的。"})
    assert both.status_code == 412
    assert "先写的。" in both.content.decode()
    assert "后写的。" in both.content.decode()


def test_a_revision_of_five_thousand_digits_is_only_a_stale_one(as_, at_desk, report, reporter, colleague):
    handout = give(report, colleague, reporter)
    typed = {"revision": "1" * 5000, "progress": "写了一半。"}
    late = as_(colleague).post(f"/work/handouts/{handout.pk}/", typed)
    assert late.status_code == 412 and "写了一半。" in late.content.decode()


def test_an_answer_may_be_changed_until_it_is_merged(report, reporter, colleague):
    handout = answer(give(report, colleague, reporter), progress="甲。")
    handout = answer(handout, progress="甲乙。")
    merge(handout, reporter, progress="replace")
    handout = Handout.objects.get()
    with pytest.raises(workflow.WrongState):
        handouts.save_answer(handout, {"progress": "丙。"}, by=colleague, now=NOW, revision=handout.revision)


def test_a_recalled_one_stays_readable_and_only_that(as_, at_desk, report, reporter, colleague):
    handout = give(report, colleague, reporter)
    handouts.save_answer(handout, {"progress": "写了一半"}, by=colleague, now=NOW, revision=1)
    assert as_(reporter).post(f"{report.get_absolute_url()}handouts/{handout.pk}/recall/").status_code == 302
    shown = page(as_(colleague), f"/work/handouts/{handout.pk}/")
    assert "写了一半" in shown
    assert "已收回" in shown
    assert "<textarea" not in shown
    late = as_(colleague).post(f"/work/handouts/{handout.pk}/", {"revision": 2, "progress": "又写"})
    assert late.status_code == 409
    assert "又写" in late.content.decode()
    assert Handout.objects.get().answers == {"progress": "写了一半"}


def test_nothing_written_is_not_handed_back(as_, at_desk, report, reporter, colleague):
    handout = give(report, colleague, reporter)
    answered = as_(colleague).post(f"/work/handouts/{handout.pk}/", {"revision": 1, "verb": "answer"})
    assert answered.status_code == 400
    assert "还没有填写" in answered.content.decode()
    assert Handout.objects.get().answered_at is None


def test_other_fields_and_texts_too_long_are_refused(report, reporter, colleague):
    handout = give(report, colleague, reporter, ["progress"])
    for texts in ({"experience": "甲"}, {"progress": "长" * 5001}, {"progress": "\x00"}):
        with pytest.raises(ValidationError):
            handouts.save_answer(handout, texts, by=colleague, now=NOW, revision=1)


def test_last_quarters_words_of_the_field_are_at_hand(
    as_, at_desk, fgw, reporter, approver, office, colleague
):
    task = factories.make_task(leads=[fgw])
    factories.make_goal(task, by=office)
    people = {"reporter": reporter, "approver": approver, "office": office}
    before = factories.make_report(task, fgw, factories.make_period("2030Q1"))
    factories.walk(before, State.ACCEPTED, **people, percent=25, experience=CANARY)
    period = factories.make_period("2030Q2")
    handout = give(factories.make_report(task, fgw, period), colleague, reporter, ["progress"])
    shown = page(as_(colleague), f"/work/handouts/{handout.pk}/")
    assert factories.PROGRESS["progress"] in shown
    assert "年内完成全部事项" in shown
    assert CANARY not in shown


# --- merging -----------------------------------------------------------------------------------------


def test_merging_what_has_changed_meanwhile_writes_nothing(as_, at_desk, report, reporter, colleague):
    handout = answer(give(report, colleague, reporter), progress="甲。")
    drafts.save(report, {"progress": "填报人刚写的。"}, by=reporter, now=NOW, revision=1)
    url = f"{report.get_absolute_url()}handouts/{handout.pk}/"
    chosen = {"revision": handout.revision, "report_revision": 1, "progress": "replace"}
    late = as_(reporter).post(url, chosen)
    assert late.status_code == 412
    assert "填报人刚写的。" in late.content.decode()
    assert content.load(report.pk).task_return.progress == "填报人刚写的。"
    assert Handout.objects.get().is_open
    answer(handout, progress="甲乙。")
    late = as_(reporter).post(url, chosen | {"report_revision": 2})
    assert late.status_code == 412
    assert "甲乙。" in late.content.decode()


def test_every_answered_field_is_decided(report, reporter, colleague):
    handout = answer(give(report, colleague, reporter), progress="甲。", problem="乙。")
    with pytest.raises(workflow.Incomplete) as refusal:
        merge(handout, reporter, progress="replace")
    assert list(refusal.value.fields) == ["problem"]
    merge(handout, reporter, progress="skip", problem="skip")
    assert Handout.objects.get().state_word == "未采用"


def test_what_becomes_too_long_is_refused_and_stays_open(report, reporter, colleague):
    report = drafts.save(report, {"progress": "长" * 4999}, by=reporter, now=NOW, revision=1)
    handout = answer(give(report, colleague, reporter), progress="甲乙丙。")
    with pytest.raises(ValidationError, match="超过"):
        merge(handout, reporter, progress="append")
    assert Handout.objects.get().is_open


def test_what_was_not_handed_back_cannot_be_read_or_merged(as_, at_desk, report, reporter, colleague):
    handout = give(report, colleague, reporter)
    handout = handouts.save_answer(handout, {"progress": CANARY}, by=colleague, now=NOW, revision=1)
    client, base = as_(reporter), f"{report.get_absolute_url()}handouts/"
    assert client.get(f"{base}{handout.pk}/").status_code == 404
    assert CANARY not in page(client, base)
    with pytest.raises(workflow.WrongState):
        merge(handout, reporter, progress="replace")


def test_a_units_summary_is_shared_out_by_action(as_, at_desk, sixian, county_reporter):
    factories.make_task(leads=[sixian])
    period = factories.make_period()
    report = ProgressReport.objects.create(agency=sixian, period=period, kind="unit", due_at=DUE)
    UnitReturn.objects.create(report=report)
    report = content.load(report.pk)
    assert {"overview", "chapter-1"} <= set(handouts.parts_of(report))
    helper = person("sixian-helper", Role.COLLEAGUE, "sixian", full_name="冯协办")
    for how, expected in (("append", "乡镇甲。"), ("append", "乡镇甲。\n乡镇乙。"), ("replace", "乡镇丙。")):
        handout = give(content.load(report.pk), helper, county_reporter, ["overview", "chapter-1"])
        assert "已分办给 冯协办" in page(as_(county_reporter), report.get_absolute_url())
        assert "某某行动" in page(as_(helper), f"/work/handouts/{handout.pk}/")
        handout = answer(handout, **{"overview": "总。", "chapter-1": expected.split("\n")[-1]})
        assert expected.split("\n")[-1] in page(as_(county_reporter), handout.get_absolute_url())
        merge(handout, county_reporter, **{"overview": "replace", "chapter-1": how})
        assert handouts.text_of(content.load(report.pk), "chapter-1") == expected


# --- in view, and out of sight -----------------------------------------------------------------------


def test_open_ones_are_told_to_reporter_and_approver_and_never_block(
    as_, at_desk, report, reporter, approver, colleague
):
    report = factories.fill(report, by=reporter)
    give(report, colleague, reporter)
    assert "还有分办没有并入" in page(as_(reporter), f"{report.get_absolute_url()}?confirm=submit")
    report = workflow.submit(report, by=reporter, now=NOW, revision=report.revision)
    queue = f"/work/2030-2032/2030Q1/reviews/{report.pk}/"
    assert "尚有 1 项分办未并入" in page(as_(approver), queue)
    assert "尚有 1 项分办未并入" in page(as_(approver), report.get_absolute_url())
    workflow.approve(report, by=approver, now=NOW, revision=report.revision)
    late = handouts.waiting_for(reporter, report.period.plan_id, SOON + timedelta(days=1))
    assert (late.out, late.overdue, late.answered) == (1, 1, 0)


def test_what_is_said_inside_stays_inside(
    as_, at_desk, report, reporter, approver, office, kjj_reporter, admin, colleague
):
    """Note and answer are canaries; the report leaves without them, and nobody outside finds them."""
    report = factories.fill(report, by=reporter)
    handout = answer(give(report, colleague, reporter, note=f"{CANARY}一"), progress=f"{CANARY}二")
    report = workflow.submit(content.load(report.pk), by=reporter, now=NOW, revision=report.revision)
    report = workflow.approve(report, by=approver, now=NOW, revision=report.revision)
    workflow.accept(report, by=office, now=NOW, revision=report.revision)
    place, own = "/work/2030-2032/2030Q1/", report.get_absolute_url()
    for outsider in (office, kjj_reporter, admin):
        client = as_(outsider)
        for url in (f"{own}handouts/", f"{own}handouts/{handout.pk}/", f"/work/handouts/{handout.pk}/"):
            assert client.get(url).status_code == 404
        for url in (own, f"{own}versions/", f"{place}tasks/1/", f"{place}returns/", "/work/trail/", place):
            text = client.get(url).content.decode()
            assert CANARY not in text
            assert "分办未并入" not in text
    assert not AuditEvent.objects.filter(detail__icontains=CANARY).exists()


def test_a_sensitive_tasks_handouts_are_kept_from_the_administrators_trail(
    as_, fgw, reporter, colleague, admin
):
    task = factories.make_task(leads=[fgw], is_sensitive=True, title="不可说之事")
    give(factories.make_report(task, fgw), colleague, reporter)
    assert "不可说之事" not in as_(admin).get("/work/trail/").content.decode()


def test_an_accepted_report_waits_for_no_answer(report, reporter, approver, office, colleague):
    handout = give(report, colleague, reporter)
    people = {"reporter": reporter, "approver": approver, "office": office}
    factories.walk(content.load(report.pk), State.ACCEPTED, **people)
    handout = Handout.objects.get()
    assert handout.state_word == "不再需要"
    assert not handout.is_overdue(date(2031, 1, 1))
    with pytest.raises(workflow.WrongState):
        handouts.save_answer(handout, {"progress": "甲"}, by=colleague, now=NOW, revision=1)
