"""锁定: nobody gets past it, what the office may still open, and until when; the days the desk gives."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse

from agencies.permissions import Denied
from progress import attachments, resubmitting, terms, workflow
from progress.models import ProgressReport, TermRule
from progress.periods import lock_period
from progress.plan_rules import set_terms
from tests.factories import AFTER_DUE, BEFORE_DUE, fill, make_period, make_report, make_task, walk

State = ProgressReport.State
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"


@pytest.fixture
def report(fgw):
    return make_report(make_task(leads=[fgw]), fgw)


def lock(report, office, now=BEFORE_DUE):
    """The office locks; the report at hand still shows the period as it was."""
    return lock_period(make_period(report.period.code), by=office, now=now)


# --- the race ------------------------------------------------------------------------------------


def test_who_passed_the_check_before_the_lock_does_not_pass_after_it(report, people, reporter, office):
    seen = fill(report, by=reporter)
    lock(report, office)
    revision = seen.revision
    assert not seen.period.is_locked, "as the person loaded it"
    for act in (
        lambda: fill(seen, by=reporter, progress="再写2句"),
        lambda: workflow.submit(seen, by=reporter, now=BEFORE_DUE, revision=seen.revision),
        lambda: attachments.attach(seen, SimpleUploadedFile("佐证.pdf", PDF), by=reporter, now=BEFORE_DUE),
    ):
        with pytest.raises(Denied, match="已锁定"):
            act()
    fresh = ProgressReport.objects.get(pk=seen.pk)
    assert (fresh.state, fresh.revision, fresh.attachments.count()) == (State.DRAFT, revision, 0)


def test_the_approver_neither(report, people, approver, office):
    seen = walk(report, State.AWAITING_APPROVAL, **people)
    lock(report, office)
    for act in (
        lambda: workflow.approve(seen, by=approver, now=BEFORE_DUE, revision=seen.revision),
        lambda: workflow.send_back(seen, by=approver, now=BEFORE_DUE, revision=seen.revision, reason="补充"),
    ):
        with pytest.raises(Denied, match="已锁定"):
            act()
    assert ProgressReport.objects.get(pk=seen.pk).state == State.AWAITING_APPROVAL


@pytest.mark.django_db(transaction=True)
def test_the_lock_waits_for_who_is_about_to_commit(report, people, reporter, office):
    """Two connections: a submission that has claimed its row commits before the lock does."""
    seen, order = fill(report, by=reporter), []
    claimed, asked = threading.Event(), threading.Event()

    def submit():
        with transaction.atomic():
            workflow.submit(seen, by=reporter, now=BEFORE_DUE, revision=seen.revision)
            claimed.set()
            asked.wait(5)
            # The lock has been asked for, and waits: it would be written down by now.
            threading.Event().wait(0.3)
            order.append("submitted")
        connection.close()

    def locks():
        claimed.wait(5)
        asked.set()
        lock(report, office)
        order.append("locked")
        connection.close()

    threads = [threading.Thread(target=each) for each in (submit, locks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert order == ["submitted", "locked"]
    assert ProgressReport.objects.get(pk=seen.pk).state == State.AWAITING_APPROVAL


# --- 重报期限 ------------------------------------------------------------------------------------


def test_the_office_puts_off_until_when_a_return_may_come_again(report, people, reporter, office, as_):
    report = walk(report, State.RETURNED, **people)
    assert report.resubmit_by is None, "sent back before the lock"
    with pytest.raises(Denied, match="没有锁定"):
        resubmitting.set_resubmit_by(report, AFTER_DUE, by=office, now=BEFORE_DUE)
    lock(report, office)
    report = ProgressReport.objects.get(pk=report.pk)
    with pytest.raises(Denied, match="已锁定"):
        fill(report, by=reporter, progress="改2处")
    page = reverse("progress:resubmit", args=[report.period.plan.code, report.period.code, report.pk])
    assert as_(reporter).get(page).status_code == 403
    client = as_(office)
    assert page in client.get(report.get_absolute_url()).content.decode()
    assert client.post(page, {"resubmit_by": "2020-01-01T18:00"}).status_code == 400
    assert client.post(page, {"resubmit_by": "2030-04-19T18:00"}).status_code == 302
    report = ProgressReport.objects.get(pk=report.pk)
    own = as_(reporter).get(report.get_absolute_url()).content.decode()
    assert "前重报" in own and "4 月 19 日" in own
    assert fill(report, by=reporter, progress="改2处", now=report.resubmit_by)
    with pytest.raises(Denied, match="重报期限已过"):
        fill(
            ProgressReport.objects.get(pk=report.pk),
            by=reporter,
            progress="改3处",
            now=report.resubmit_by + timedelta(microseconds=1),
        )


def test_what_is_accepted_has_no_date_to_come_again(report, people, office):
    report = walk(report, State.ACCEPTED, **people)
    lock(report, office)
    with pytest.raises(Denied, match="已采用"):
        resubmitting.set_resubmit_by(
            ProgressReport.objects.get(pk=report.pk), AFTER_DUE, by=office, now=BEFORE_DUE
        )


# --- 办理时限 ------------------------------------------------------------------------------------


def test_the_offices_days_hold_from_their_year(report, office, reporter, as_):
    plan = report.period.plan
    days = {"contribution_days": 5, "feedback_days": 4, "resubmit_days": 6}
    assert terms.terms_of(report.period).resubmit_days == 3
    set_terms(plan, from_year=2031, **days, by=office, now=BEFORE_DUE)
    assert terms.terms_of(report.period).resubmit_days == 3
    set_terms(plan, from_year=2030, **days, by=office, now=BEFORE_DUE)
    set_terms(plan, from_year=2030, **(days | {"resubmit_days": 7}), by=office, now=BEFORE_DUE)
    assert terms.terms_of(report.period).resubmit_days == 7
    assert TermRule.objects.filter(plan=plan).count() == 2
    with pytest.raises(Denied):
        set_terms(plan, from_year=2030, **days, by=reporter, now=BEFORE_DUE)
    with pytest.raises(ValidationError):
        set_terms(plan, from_year=2029, **(days | {"feedback_days": 0}), by=office, now=BEFORE_DUE)
    act = reverse("progress:term_rule", args=[plan.code])
    bad = as_(office).post(act, days | {"from_year": "2030", "resubmit_days": "31"})
    assert bad.status_code == 400 and "应在 1 到 30 之间" in bad.content.decode()
    assert as_(office).post(act, days | {"from_year": "2032"}).status_code == 302
    assert "2032 年起" in as_(reporter).get(reverse("progress:rules", args=[plan.code])).content.decode()


def test_what_was_taken_back_after_the_lock_can_be_given_more_time(
    report, people, reporter, approver, office
):
    """Opened again, signed off, taken back to add a word, and then the time was over."""
    report = walk(report, State.UNDER_REVIEW, **people)
    lock(report, office)
    report = ProgressReport.objects.get(pk=report.pk)
    now, revision = BEFORE_DUE, report.revision
    report = workflow.send_back(report, by=office, now=now, revision=revision, reason="请补数据")
    report = workflow.submit(report, by=reporter, now=now, revision=report.revision)
    report = workflow.approve(report, by=approver, now=now, revision=report.revision)
    report = workflow.withdraw(report, by=approver, now=now, revision=report.revision)
    late = report.resubmit_by + timedelta(days=1)
    with pytest.raises(Denied, match="重报期限已过"):
        fill(report, by=reporter, progress="改2处", now=late)
    report = resubmitting.set_resubmit_by(report, late + timedelta(days=2), by=office, now=late)
    assert fill(report, by=reporter, progress="改2处", now=late)
    never = ProgressReport.objects.get(pk=make_report(make_task(9), report.agency).pk)
    with pytest.raises(Denied, match="只有已退回的"):
        resubmitting.set_resubmit_by(never, late, by=office, now=now)
