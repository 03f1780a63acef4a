"""代录 and absence: letters entered by the office, drafts set aside, bodies where nobody can sign."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from agencies.models import AgencySuccession, Role
from agencies.permissions import Denied
from progress import (
    attachments,
    content,
    dashboards,
    letters,
    papers,
    permissions,
    taking_over,
    vacancy,
    workflow,
)
from progress.demonstration import removal
from progress.models import Attachment, ReplacedDraft, SignedPaper
from progress.return_sheet import ReturnSheet
from progress.workflow import Incomplete, Stale, WrongState
from tests.cast import body
from tests.factories import BEFORE_DUE, PROGRESS, State, fill, walk
from tests.progress.on_paper import LETTER, NOW, OPENS, enter, lock, make, page, scan, sign, untouched
from tests.progress.test_attachments import PNG, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def awaiting(fgw, people):
    return walk(make(1, fgw), State.AWAITING_APPROVAL, **people, now=NOW)


# --- 代录 ----------------------------------------------------------------------------------------


def test_the_office_enters_a_letter_and_another_of_it_accepts(fgw, office, office2, reporter):
    report = enter(make(1, fgw), office)
    assert (report.state, report.entered_on_behalf) == (State.UNDER_REVIEW, True)
    assert report.left_at == LETTER["received_at"] and not report.is_late(NOW)
    assert (report.submitted_by, report.approved_by) == (office, None)
    letter = report.signed_paper
    assert (letter.kind, letter.reference) == ("letter", LETTER["reference"])
    assert papers.may_read(reporter, letter) and papers.may_read(office2, letter)
    with pytest.raises(Denied, match="另一位"):
        workflow.accept(report, by=office, now=NOW, revision=report.revision)
    report = workflow.accept(report, by=office2, now=NOW, revision=report.revision)
    assert report.task_return.progress == PROGRESS["progress"]


def test_only_the_office_enters_letters(fgw, reporter, approver, leader, admin, kjj, office):
    report = make(1, fgw)
    for other in (reporter, approver, leader, admin):
        with pytest.raises(Denied):
            enter(report, other)
    contribution = make(2, kjj, role="support")
    with pytest.raises(Denied, match="牵头单位"):
        enter(contribution, office)
    assert stored() == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reference": " "}, "reference"),
        ({"reference": "长" * 121}, "reference"),
        ({"received_at": None}, "received_at"),
        ({"received_at": NOW + timedelta(seconds=1)}, "received_at"),
        ({"received_at": OPENS - timedelta(seconds=1)}, "received_at"),
    ],
)
def test_a_letter_has_come_with_a_number_at_a_time(fgw, office, said, field):
    with pytest.raises(ValidationError) as wrong:
        enter(make(1, fgw), office, **said)
    assert list(wrong.value.message_dict) == [field]
    assert stored() == []


def test_what_is_missing_undoes_everything(fgw, office, reporter):
    report = fill(make(1, fgw), by=reporter, now=NOW, problem="草稿里的问题")
    with pytest.raises(Incomplete):
        enter(report, office, {"problem": "来函只说问题"})
    assert untouched(report) and not ReplacedDraft.objects.exists()
    assert content.load(report.pk).task_return.problem == "草稿里的问题"


def test_stale_and_out_of_state_are_refused(fgw, office, people):
    report = fill(make(1, fgw), by=people["reporter"], now=NOW)
    with pytest.raises(Stale):
        enter(report, office, revision=report.revision - 1)
    gone = walk(make(2, fgw), State.ACCEPTED, **people, now=NOW)
    with pytest.raises(WrongState):
        enter(gone, office)
    assert stored() == []


def test_a_letter_is_entered_after_locking_too(fgw, office):
    report = lock(make(1, fgw), office)
    assert enter(report, office).state == State.UNDER_REVIEW


def test_nothing_of_the_draft_leaves_with_the_letter_and_none_is_lost(fgw, reporter, office):
    report = fill(make(1, fgw), by=reporter, now=NOW, problem="内部掌握的问题", percent=80)
    attachments.attach(report, scan("内部.png", PNG), by=reporter, now=NOW)
    report.refresh_from_db()
    report = enter(report, office)
    left = report.versions.get().content
    assert (left["problem"], left["percent"], left["attachments"]) == ("", None, [])
    kept = report.replaced_drafts.get()
    assert (kept.content["problem"], kept.content["percent"]) == ("内部掌握的问题", 80)
    file = Attachment.objects.get()
    assert kept.content["attachments"][0]["id"] == file.pk
    assert attachments.may_download(reporter, file) and not attachments.may_download(office, file)


def test_words_the_lead_has_taken_over_stay_out_of_a_letter(report, ask, give, reporter, office, as_):
    give(ask()[0])
    offers = ReturnSheet(content.load(report.pk)).offers
    key, at = offers.waiting[0].words[0].key, {"now": BEFORE_DUE, "revision": report.revision}
    taking_over.take(report, offers, key, into="progress", by=reporter, **at)
    report = content.load(report.pk)
    assert report.taken_over.count() == 1
    entered = letters.enter(
        report,
        PROGRESS,
        scan("来函.pdf"),
        reference="来函8号",
        received_at=BEFORE_DUE,
        by=office,
        now=BEFORE_DUE,
        revision=report.revision,
    )
    left = entered.versions.get().content
    assert left["sources"] == [] and "320万元" not in str(left)
    assert entered.replaced_drafts.get().content["sources"][0]["agency"] == "市科技局"
    assert "320万元" not in as_(office).get(entered.get_absolute_url()).text


def test_nothing_to_set_aside_is_nothing_set_aside(fgw, office, people):
    empty = make(1, fgw)
    assert not letters.has_unsent_draft(content.load(empty.pk))
    enter(empty, office)
    returned = walk(make(2, fgw), State.RETURNED, **people, now=NOW)
    assert not letters.has_unsent_draft(content.load(returned.pk))
    enter(returned, office, {**PROGRESS, "problem": "来函补充"})
    assert not ReplacedDraft.objects.exists()


def test_after_a_return_the_first_time_it_left_stays(fgw, office, people):
    returned = walk(make(1, fgw), State.RETURNED, **people, now=NOW - timedelta(days=5))
    first = returned.left_at
    assert enter(returned, office).left_at == first


def letter_form(report, **changed):
    typed = {"reference": "来函8号", "received_at": "2020-03-20T10:00", "file": scan("来函.pdf")}
    return {"revision": report.revision, **typed, **PROGRESS, "nature": "progress", **changed}


def test_the_offices_form_says_only_that_a_draft_exists(fgw, reporter, office, office2, as_):
    report = fill(make(1, fgw), by=reporter, now=NOW, problem="内部掌握的问题")
    shown = as_(office).get(page(report, "enter_on_behalf")).content.decode()
    assert "已有未报出的草稿" in shown and "严禁填报涉密和工作秘密信息" in shown
    assert "内部掌握" not in shown and PROGRESS["progress"] not in shown
    answer = as_(office).post(page(report, "enter_on_behalf"), letter_form(report, progress="来函所述进展"))
    assert answer.status_code == 302
    report.refresh_from_db()
    assert report.entered_on_behalf
    own = as_(reporter).get(page(report, "return_form")).content.decode()
    assert "办公室代录" in own and reverse("progress:paper", args=[report.signed_paper_id]) in own
    assert "内部掌握的问题" in as_(reporter).get(page(report, "versions")).content.decode()
    for other in (office, office2):
        assert "内部掌握" not in as_(other).get(page(report, "versions")).content.decode()


def test_the_same_letter_sent_twice_is_entered_once(fgw, office, as_):
    report = make(1, fgw)
    client = as_(office)
    for _ in range(2):
        assert client.post(page(report, "enter_on_behalf"), letter_form(report)).status_code == 302
    assert report.steps.count() == 1 and SignedPaper.objects.count() == 1


def test_mistakes_keep_what_was_typed(fgw, office, as_):
    report = make(1, fgw)
    typed = letter_form(report, progress="来函所述进展", percent="140", reference="", received_at="昨天")
    answer = as_(office).post(page(report, "enter_on_behalf"), {**typed, "file": ""})
    shown = answer.content.decode()
    assert answer.status_code == 400 and "来函所述进展" in shown
    for words in ("请选择来函扫描件", "收到时间", "0 至 100"):
        assert words in shown
    assert untouched(report)


def test_the_next_letter_starts_from_what_left(fgw, office, people, reporter, as_):
    returned = walk(make(1, fgw), State.RETURNED, **people, now=NOW, percent=30)
    fill(returned, by=reporter, now=NOW, progress="正在改的文字")
    shown = as_(office).get(page(returned, "enter_on_behalf")).content.decode()
    assert PROGRESS["progress"] in shown and "正在改的文字" not in shown


# --- nobody to sign ------------------------------------------------------------------------------


def test_what_nobody_can_sign_is_seen_by_the_office(awaiting, approver, office, reporter, as_):
    desk = dashboards.office_desk(office, awaiting.period, NOW)
    assert (desk.stuck, [body.code for body in desk.without_approver]) == ([], [])
    approver.posts.all().delete()
    desk = dashboards.office_desk(office, awaiting.period, NOW)
    assert [(each.agency.code, each.reports, each.since) for each in desk.stuck] == [("fgw", [awaiting], NOW)]
    assert [body.code for body in desk.without_approver] == ["fgw"]
    place = [awaiting.period.plan.code, awaiting.period.code]
    for address in (
        reverse("progress:workbench", args=place),
        reverse("progress:returns", args=place),
        reverse("progress:agency", args=["fgw"]),
    ):
        shown = as_(office).get(address).content.decode()
        assert "无人可以审签" in shown and "线下审签" in shown and "补设审核人" in shown


def test_an_approver_who_submitted_cannot_sign_that_one(awaiting, approver, reporter, office):
    approver.posts.all().delete()
    reporter.posts.create(role=Role.APPROVER, agency=body("fgw"))
    signers = vacancy.Signers(office, NOW)
    assert not signers.lacking(body("fgw"))
    assert signers.is_stuck(awaiting)


def test_a_successors_approver_signs_for_its_predecessor(awaiting, approver, office, kjj_approver, kjj):
    approver.posts.all().delete()
    succession = AgencySuccession.objects.create(
        predecessor=body("fgw"), successor=kjj, kind="merged", inferred=False
    )
    assert not vacancy.Signers(office, NOW).lacking(body("fgw"))
    assert not permissions.approver_is_vacant(body("fgw").pk)
    succession.delete()
    office.__dict__.pop("successions", None)
    assert vacancy.Signers(office, NOW).lacking(body("fgw"))


# --- the demonstration goes ----------------------------------------------------------------------


def test_papers_go_with_the_demonstration_and_their_files(
    fgw, people, office, django_capture_on_commit_callbacks
):
    for who in people.values():
        who.is_demo = True
        who.save()
    report = walk(make(1, fgw, is_demo=True), State.AWAITING_APPROVAL, **people, now=NOW)
    sign(report, people["approver"])
    letter = fill(make(2, fgw, is_demo=True), by=people["reporter"], now=NOW, problem="草稿")
    enter(letter, office)
    assert len(stored()) == 2 and ReplacedDraft.objects.get().is_demo
    with django_capture_on_commit_callbacks(execute=True):
        removal.remove()
    assert stored() == []
    assert not SignedPaper.objects.exists() and not ReplacedDraft.objects.exists()


def test_a_draft_a_demonstration_replaced_in_a_real_return_stays(fgw, reporter, office):
    report = fill(make(1, fgw), by=reporter, now=NOW, problem="真实草稿")
    office.is_demo = True
    office.save()
    enter(report, office)
    removal.remove()
    assert ReplacedDraft.objects.get().content["problem"] == "真实草稿"
    assert not SignedPaper.objects.get().is_demo
