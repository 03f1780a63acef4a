"""线下审签 and 代录 through the API: what they take, and the order they refuse in."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from progress.models import ProgressReport, SignedPaper
from tests import factories
from tests.api.conftest import BASE, named
from tests.api.test_refusals import refused
from tests.factories import State, fill, make_period, make_plan, make_report, make_task, walk
from tests.progress.test_attachments import PDF

pytestmark = pytest.mark.django_db
NOW = factories.OPENS - timedelta(days=3630)
SIGNED = {"signer": "周局长", "signed_on": "2020-03-25"}
LETTER = {"reference": "宿发改函〔2020〕8号", "received_at": "2020-03-25T10:00:00+08:00"}


@pytest.fixture
def report(fgw, kjj):
    """Of a quarter long past, so that today is late enough for its papers."""
    task = make_task(1, leads=[fgw], supports=[kjj], plan=make_plan("2020-2022"))
    return make_report(task, fgw, make_period("2020Q1", task.plan))


@pytest.fixture
def send(api):
    """`send(approver, report, "approve-offline", revision=3, **form)`; a file comes along unless given."""

    def sent(who, report, verb, revision=None, **form):
        form = {"file": SimpleUploadedFile("扫描.pdf", PDF)} | form
        form = {name: value for name, value in form.items() if value is not None}
        return api(who).client.post(f"{BASE}reports/{report.pk}/{verb}/", form, headers=named(revision))

    return sent


def test_a_signed_sheet_takes_the_report_out(send, report, people, approver):
    report = walk(report, State.AWAITING_APPROVAL, **people, now=NOW)
    answer = send(approver, report, "approve-offline", report.revision, **SIGNED)
    said = answer.json()
    assert (answer.status_code, said["status"]) == (200, "under_review")
    assert answer.headers["ETag"] == f'"{said["revision"]}"'
    paper = SignedPaper.objects.get()
    assert (paper.signer, list(paper.reports.all())) == ("周局长", [report])


def test_a_letter_is_entered_whole(send, report, reporter, office):
    report = fill(report, by=reporter, now=NOW, problem="草稿里的问题")
    changes = json.dumps({"progress": "来函所述", "experience": "经验"})
    answer = send(office, report, "enter-on-behalf", report.revision, **LETTER, changes=changes)
    said = answer.json()
    assert (answer.status_code, said["status"], said["progress"]) == (200, "under_review", "来函所述")
    assert said["problem"] == "" and said["left_at"] == LETTER["received_at"]
    assert "草稿里的问题" in str(report.replaced_drafts.get().content)


@pytest.mark.parametrize("verb", ["approve-offline", "enter-on-behalf"])
def test_paper_is_refused_in_order(send, report, people, stranger, leader, verb):
    offline = verb == "approve-offline"
    state, who = (State.AWAITING_APPROVAL, "approver") if offline else (State.DRAFT, "office")
    report = walk(report, state, **people, now=NOW)
    refused(send(stranger, report, verb), 404, "not_found")
    refused(send(people["reporter"], report, verb), 403, "denied")
    refused(send(people[who], report, verb), 428, "revision_required")
    refused(send(people[who], report, verb, report.revision + 1), 412, "stale")
    ProgressReport.objects.filter(pk=report.pk).update(state=State.ACCEPTED, left_at=NOW)
    refused(send(people[who], report, verb, report.revision), 409, "wrong_state")
    ProgressReport.objects.filter(pk=report.pk).update(state=state, left_at=None)
    missing = ("signer", "signed_on") if offline else ("reference", "received_at")
    refused(send(people[who], report, verb, report.revision), 400, "invalid", *missing)
    given = SIGNED if offline else LETTER
    refused(send(people[who], report, verb, report.revision, **given, file=None), 400, "invalid", "file")
    web_page = SimpleUploadedFile("a.pdf", b"<html>")
    refused(send(people[who], report, verb, report.revision, **given, file=web_page), 400, "refused")
    early = {"signed_on": "2020-01-01"} if offline else {"received_at": "2020-01-01T10:00:00+08:00"}
    refused(send(people[who], report, verb, report.revision, **(given | early)), 400, "invalid", *early)
    assert not SignedPaper.objects.exists()
    assert ProgressReport.objects.get(pk=report.pk).revision == report.revision


def test_the_content_of_a_letter_is_refused_by_field(send, report, office):
    for changes, field in (
        ("[1]", "changes"),
        ('{"progress": NaN}', "changes"),
        ('{"status": "accepted"}', "changes.status"),
        ('{"percent": 140}', "changes.percent"),
    ):
        answer = send(office, report, "enter-on-behalf", report.revision, **LETTER, changes=changes)
        refused(answer, 400, "invalid", field)
    answer = send(office, report, "enter-on-behalf", report.revision, **LETTER, changes="{}")
    refused(answer, 400, "incomplete", "progress")
    assert not SignedPaper.objects.exists()
