"""签字盖章件: who lays a signed sheet to what, when, and who may have it back; hostile files."""

import hashlib
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.urls import reverse

from agencies.models import AuditEvent, Role
from agencies.permissions import Denied
from progress import attachments, content, papers, workflow
from progress.filetypes import Refused
from progress.models import ProgressReport, SignedPaper
from progress.workflow import Stale, WrongState
from tests.cast import person
from tests.factories import PROGRESS, State, walk
from tests.progress.on_paper import (
    NOW,
    SCANS,
    SIGNED,
    lock,
    make,
    page,
    scan,
    sign,
    untouched,
)
from tests.progress.test_attachments import BAD, PDF, PNG, office_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def awaiting(fgw, people):
    return walk(make(1, fgw), State.AWAITING_APPROVAL, **people, now=NOW)


# --- keeping -------------------------------------------------------------------------------------


def keep(report, file, by):
    """A scan that nothing rests on yet."""
    with papers.kept(report.agency, report.period, file, kind="sign_off", by=by, now=NOW, **SIGNED) as paper:
        return paper


@pytest.mark.parametrize(("name", "data"), SCANS)
def test_a_scan_is_kept_as_attachments_are(awaiting, approver, name, data):
    paper = keep(awaiting, scan(name, data), approver)
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
    idle = keep(awaiting, scan(), approver)
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
