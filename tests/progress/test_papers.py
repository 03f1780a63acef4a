"""Paper and absence: signed sheets, letters, bodies where nobody can sign. Who, when, and nothing is lost."""

import hashlib
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.urls import reverse

from agencies.models import AgencySuccession, AuditEvent, Role
from agencies.permissions import Denied
from progress import attachments, content, dashboards, letters, papers, permissions, vacancy, workflow
from progress.demonstration import removal
from progress.filetypes import Refused
from progress.models import Attachment, ProgressReport, ReplacedDraft, SignedPaper
from progress.workflow import Incomplete, Stale, WrongState
from tests import factories
from tests.cast import body, person
from tests.factories import PROGRESS, State, fill, make_period, make_plan, make_report, make_task, walk
from tests.progress.test_attachments import BAD, JPEG, PDF, PNG, office_file, stored

pytestmark = pytest.mark.django_db
# A quarter long past, so that what the pages do today is late enough for it.
PLAN = "2020-2022"
OPENS = factories.OPENS - timedelta(days=3650)
NOW = OPENS + timedelta(days=20)
SIGNED = {"signer": "周局长", "signed_on": date(2020, 3, 25)}
LETTER = {"reference": "宿发改函〔2020〕8号", "received_at": OPENS + timedelta(days=10)}
SCANS = [("签字.pdf", PDF), ("签字.png", PNG), ("签字.jpg", JPEG)]


def scan(name="签字件.pdf", data=PDF):
    return SimpleUploadedFile(name, data)


def make(number, agency, **fields):
    task = make_task(number, leads=[agency], plan=make_plan(PLAN))
    return make_report(task, agency, make_period("2020Q1", task.plan), **fields)


@pytest.fixture
def people(reporter, approver, office):
    return {"reporter": reporter, "approver": approver, "office": office}


@pytest.fixture
def awaiting(fgw, people):
    return walk(make(1, fgw), State.AWAITING_APPROVAL, **people, now=NOW)


def sign(report, by, now=NOW, file=None, **said):
    details = SIGNED | said
    return papers.sign([(report, report.revision)], file or scan(), by=by, now=now, **details)


def enter(report, by, changes=PROGRESS, now=NOW, file=None, revision=None, **said):
    revision = revision or report.revision
    details = LETTER | said
    return letters.enter(
        report, changes, file or scan("来函.pdf"), by=by, now=now, revision=revision, **details
    )


def lock(report, by):
    type(report.period).objects.filter(pk=report.period_id).update(locked_at=NOW, locked_by=by)
    return ProgressReport.objects.select_related("period__plan", "agency", "task").get(pk=report.pk)


# --- keeping -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "data"), SCANS)
def test_a_scan_is_kept_as_attachments_are(awaiting, approver, name, data):
    paper = papers.keep(
        awaiting.agency, awaiting.period, scan(name, data), kind="sign_off", by=approver, now=NOW, **SIGNED
    )
    assert (paper.name, paper.size, paper.signer) == (name, len(data), "周局长")
    assert paper.sha256 == hashlib.sha256(data).hexdigest()
    assert "签字" not in paper.file.name and "." not in paper.file.name
    with paper.file.open() as file:
        assert file.read() == data


@pytest.mark.parametrize("case", ["nothing", "web page as pdf", "pdf that launches", "jpg and zip at once"])
def test_what_is_no_scan_is_refused(awaiting, approver, case):
    name, data, words = BAD[case]
    with pytest.raises(Refused, match=words):
        sign(awaiting, approver, file=scan(name, data))
    assert untouched(awaiting)


def test_a_word_file_is_no_scan(awaiting, approver):
    with pytest.raises(Refused, match="扫描件只接受 PDF、JPG、PNG"):
        sign(awaiting, approver, file=scan("签字.docx", office_file("docx")))
    large = scan()
    large.size = attachments.MAX_SIZE + 1
    with pytest.raises(Refused, match="20 MB"):
        sign(awaiting, approver, file=large)
    assert untouched(awaiting)


def untouched(report):
    now = ProgressReport.objects.get(pk=report.pk)
    return (
        (now.state, now.revision) == (report.state, report.revision)
        and stored() == []
        and not SignedPaper.objects.exists()
    )


def test_a_file_without_its_row_is_removed(awaiting, approver, monkeypatch):
    def full(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr("agencies.audit.record", full)
    with pytest.raises(DatabaseError):
        sign(awaiting, approver)
    assert untouched(awaiting)


def test_the_trail_does_not_tell_the_name_of_the_file(awaiting, approver):
    sign(awaiting, approver, file=scan("给办公室的意见.pdf"))
    lines = AuditEvent.objects.values_list("subject_label", "detail")
    assert not any("意见" in f"{label}{detail}" for label, detail in lines)


# --- 线下审签 ------------------------------------------------------------------------------------


def test_a_return_leaves_on_the_strength_of_a_signed_sheet(awaiting, approver):
    paper = sign(awaiting, approver)
    awaiting.refresh_from_db()
    assert (awaiting.state, awaiting.signed_paper, awaiting.left_at) == (State.UNDER_REVIEW, paper, NOW)
    assert awaiting.approved_by == approver
    step = awaiting.steps.last()
    assert (step.verb, step.reason) == ("approve_offline", "线下审签：周局长")
    assert awaiting.versions.count() == 1


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"signer": " "}, "signer", "请填写"),
        ({"signer": "长" * 41}, "signer", "最多 40 字"),
        ({"signer": "周\x00"}, "signer", "无法保存"),
        ({"signed_on": None}, "signed_on", "请填写"),
        ({"signed_on": date(2020, 4, 2)}, "signed_on", "不能晚于今天"),
        ({"signed_on": date(2020, 3, 11)}, "signed_on", "不能早于"),
    ],
)
def test_who_signed_and_when_must_be_possible(awaiting, approver, said, field, words):
    with pytest.raises(ValidationError) as wrong:
        sign(awaiting, approver, now=NOW, **said)
    assert words in wrong.value.message_dict[field][0]
    assert untouched(awaiting)


def test_the_day_of_opening_and_today_are_possible(awaiting, approver):
    first = papers.opened(awaiting.period).date()
    assert papers.check_signature("周", first, awaiting.period, NOW) == "周"
    assert papers.check_signature("周", NOW.date(), awaiting.period, NOW) == "周"


def test_who_may_register_a_signed_sheet(awaiting, reporter, approver, office, leader, admin, kjj_approver):
    for other in (reporter, office, leader, admin, kjj_approver):
        with pytest.raises(Denied):
            sign(awaiting, other)
    assert untouched(awaiting)
    assert sign(awaiting, approver)


def test_where_nobody_can_sign_another_reporter_registers_it(awaiting, reporter, approver):
    colleague = person("fgw-2", Role.REPORTER, "fgw")
    with pytest.raises(Denied, match="设有审核人"):
        sign(awaiting, colleague)
    approver.posts.all().delete()
    with pytest.raises(Denied, match="提交人不能"):
        sign(awaiting, reporter)
    assert sign(awaiting, colleague)


def test_a_locked_quarter_takes_no_sheet_unless_opened_again(fgw, people, approver, office):
    report = lock(walk(make(1, fgw), State.AWAITING_APPROVAL, **people, now=NOW), office)
    with pytest.raises(Denied, match="已锁定"):
        sign(report, approver)
    report.resubmit_by = NOW + timedelta(days=1)
    report.save()
    assert sign(report, approver)
    report.refresh_from_db()
    report.state, report.resubmit_by = State.AWAITING_APPROVAL, NOW - timedelta(seconds=1)
    with pytest.raises(Denied, match="重报期限已过"):
        sign(report, approver)


def test_late_is_late_on_paper_too(awaiting, approver):
    late = awaiting.period.due_at + timedelta(days=1)
    sign(awaiting, approver, now=late, signed_on=awaiting.period.due_at.date())
    awaiting.refresh_from_db()
    assert awaiting.is_late(late)


def test_a_sheet_is_all_or_nothing(fgw, people, approver):
    first, second = (walk(make(n, fgw), State.AWAITING_APPROVAL, **people, now=NOW) for n in (1, 2))
    draft = make(3, fgw)
    seen = [(first, first.revision), (second, second.revision)]
    for wanted, refusal in (
        ([*seen, (draft, draft.revision)], WrongState),
        ([*seen[:1], (second, second.revision - 1)], Stale),
        ([], ValidationError),
    ):
        with pytest.raises(refusal):
            papers.sign(wanted, scan(), by=approver, now=NOW, **SIGNED)
    assert untouched(first) and untouched(second)
    paper = papers.sign(seen, scan(), by=approver, now=NOW, **SIGNED)
    assert set(paper.reports.all()) == {first, second}


def test_a_race_lost_in_the_middle_undoes_the_sheet(fgw, people, approver, monkeypatch):
    rows = [walk(make(n, fgw), State.AWAITING_APPROVAL, **people, now=NOW) for n in (1, 2)]
    approve = workflow.approve_offline

    def overtaken(report, **kwargs):
        if report == rows[1]:
            ProgressReport.objects.filter(pk=report.pk).update(revision=99)
        return approve(report, **kwargs)

    monkeypatch.setattr(workflow, "approve_offline", overtaken)
    with pytest.raises(Stale):
        papers.sign([(row, row.revision) for row in rows], scan(), by=approver, now=NOW, **SIGNED)
    assert untouched(rows[0])


def test_a_sheet_is_laid_to_what_is_already_out(fgw, people, reporter, approver, office):
    report = walk(make(1, fgw), State.ACCEPTED, **people, now=NOW)
    paper = sign(report, reporter)
    report.refresh_from_db()
    assert (report.signed_paper, report.state, report.versions.count()) == (paper, State.ACCEPTED, 1)
    with pytest.raises(WrongState, match="已有"):
        sign(report, approver)
    with pytest.raises(Denied):
        sign(report, office)


def test_withdrawn_and_sent_again_it_needs_a_new_signature(awaiting, reporter, approver):
    old = sign(awaiting, approver)
    report = content.load(awaiting.pk)
    report = workflow.withdraw(report, by=approver, now=NOW, revision=report.revision)
    assert report.signed_paper_id is None
    report = workflow.submit(report, by=reporter, now=NOW, revision=report.revision)
    new = sign(report, approver, file=scan("又签.png", PNG))
    assert new != old and SignedPaper.objects.count() == 2


# --- who may have a paper ------------------------------------------------------------------------


def readers(paper, *everybody):
    return {who.username for who in everybody if papers.may_read(who, paper)}


def test_a_signed_sheet_is_its_bodys_until_something_left_with_it(
    awaiting, reporter, approver, office, office2, leader, admin, kjj_reporter, stranger, as_
):
    everybody = (reporter, approver, office, office2, leader, admin, kjj_reporter, stranger)
    idle = papers.keep(
        awaiting.agency, awaiting.period, scan(), kind="sign_off", by=approver, now=NOW, **SIGNED
    )
    own = {reporter.username, approver.username}
    assert readers(idle, *everybody) == own
    used = sign(awaiting, approver, now=NOW + timedelta(hours=1))
    assert readers(used, *everybody) == own | {office.username, office2.username}
    for paper in (idle, used):
        allowed = readers(paper, *everybody)
        for who in everybody:
            answer = as_(who).get(reverse("progress:paper", args=[paper.pk]))
            assert answer.status_code == (200 if who.username in allowed else 404)
            if answer.status_code == 200:
                assert answer.getvalue() == PDF
                assert answer["Content-Disposition"].startswith("attachment;")
                assert "sandbox" in answer["Content-Security-Policy"]


def test_a_paper_taken_back_is_the_bodys_again(awaiting, approver, office):
    paper = sign(awaiting, approver)
    report = content.load(awaiting.pk)
    workflow.withdraw(report, by=approver, now=NOW, revision=report.revision)
    assert not papers.may_read(office, paper) and papers.may_read(approver, paper)


def test_the_office_keeps_the_paper_of_a_version_it_sent_back(awaiting, reporter, approver, office):
    paper = sign(awaiting, approver)
    report = content.load(awaiting.pk)
    report = workflow.send_back(report, by=office, now=NOW, revision=report.revision, reason="数据不符")
    workflow.submit(report, by=reporter, now=NOW, revision=report.revision)
    assert not paper.reports.exists()
    assert papers.may_read(office, paper)


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


def page(report, name):
    plan, period = report.period.plan.code, report.period.code
    return reverse(f"progress:{name}", args=[plan, period, report.task.number, report.agency.code])


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


# --- pages of one return -------------------------------------------------------------------------


def sign_form(report, **changed):
    return {
        "revision": report.revision,
        "signer": "周局长",
        "signed_on": "2020-03-25",
        "file": scan(),
    } | changed


def test_the_approver_registers_a_sheet_on_a_page(awaiting, approver, reporter, office, as_):
    address = page(awaiting, "approve_offline")
    assert address in as_(approver).get(page(awaiting, "return_form")).content.decode()
    assert "本单位设有审核人" in as_(reporter).get(page(awaiting, "return_form")).content.decode()
    shown = as_(approver).get(address).content.decode()
    assert "严禁填报涉密和工作秘密信息" in shown and PROGRESS["progress"] in shown
    assert as_(office).get(address).status_code == 403
    for _ in range(2):
        assert as_(approver).post(address, sign_form(awaiting)).status_code == 302
    assert SignedPaper.objects.count() == 1
    own = as_(approver).get(page(awaiting, "return_form")).content.decode()
    assert "周局长（线下审签）" in own
    assert as_(approver).get(address).status_code == 302


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"file": ""}, "请选择签字盖章件扫描件"),
        ({"file": scan("a.pdf", b"<html>")}, "不是有效"),
        ({"signer": ""}, "签字的负责同志"),
        ({"signed_on": "2020-02-30"}, "2026-09-30 的样子"),
        ({"signed_on": "2999-01-01"}, "样子"),
        ({"signed_on": "2099-01-01"}, "不能晚于今天"),
    ],
)
def test_a_mistake_on_the_page_changes_nothing(awaiting, approver, as_, changed, words):
    answer = as_(approver).post(page(awaiting, "approve_offline"), sign_form(awaiting, **changed))
    assert answer.status_code == 400 and words in answer.content.decode()
    assert untouched(awaiting)


def test_somebody_elses_change_is_told(awaiting, approver, as_):
    answer = as_(approver).post(
        page(awaiting, "approve_offline"), sign_form(awaiting, revision=1), follow=True
    )
    assert "您的操作没有执行" in answer.content.decode()
    assert untouched(awaiting)


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
