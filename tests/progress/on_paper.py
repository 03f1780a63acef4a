"""Papers for tests: a quarter long past, what is signed and what comes by letter, and how it is sent."""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from progress import letters, papers
from progress.models import ProgressReport, SignedPaper
from tests import factories
from tests.factories import PROGRESS, make_period, make_plan, make_report, make_task
from tests.progress.test_attachments import JPEG, PDF, PNG, stored

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


def untouched(report):
    now = ProgressReport.objects.get(pk=report.pk)
    return (
        (now.state, now.revision) == (report.state, report.revision)
        and stored() == []
        and not SignedPaper.objects.exists()
    )


def page(report, name):
    plan, period = report.period.plan.code, report.period.code
    return reverse(f"progress:{name}", args=[plan, period, report.task.number, report.agency.code])
