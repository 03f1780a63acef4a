"""Removing the demonstration where demonstration people and real ones have worked side by side."""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.models import Agency, AuditEvent, User
from progress import attachments, demonstration, drafts, periods, workflow
from progress.models import ProgressReport, ReportingPeriod, ReportStep
from tasks import amending, assigning, goals
from tasks.models import AnnualGoal, Assignment, Task, TaskAmendment
from tests.cast import person
from tests.factories import SHANGHAI
from tests.progress.test_attachments import PDF

NOW = datetime(2024, 9, 12, 9, 0, tzinfo=SHANGHAI)
PROGRESS = {"progress": "1—9月，建成平台3个。", "percent": 10}


@pytest.fixture
def cast(plans):
    """The demonstration's people, and one real reporter; the first tasks of the plan."""
    Assignment.objects.filter(task__plan__code="2024-2026", task__number__gt=7).delete()
    demonstration.create_people()
    people = {user.username: user for user in User.objects.filter(is_demo=True)}
    return people | {"real": person("real-person", "reporter", "fgw")}


@pytest.fixture
def quarter(plans):
    return ReportingPeriod.objects.select_related("plan").get(plan__code="2024-2026", code="2024Q3")


def own(period, code="fgw"):
    return ProgressReport.objects.filter(period=period, agency__code=code).first()


def filed(report, cast):
    report = drafts.save(report, PROGRESS, by=cast["fgw"], now=NOW, revision=report.revision)
    report = workflow.submit(report, by=cast["fgw"], now=NOW, revision=report.revision)
    return workflow.approve(report, by=cast["fgw-approver"], now=NOW, revision=report.revision)


def content():
    return goals.GoalContent("年内建成三个平台")


def test_what_demonstration_people_made_goes(cast, plans):
    task, other = Task.objects.filter(plan__code="2024-2026")[:2]
    office = cast["office"]
    goal = goals.save_goal(task, 2025, content(), by=office, now=NOW, revision=0)
    goals.confirm_goals({goal.pk: goal.revision}, by=office, now=NOW)
    amending.amend(task, NOW.date(), "某文件", "某调整", by=office, now=NOW)
    body = Agency.objects.bodies().exclude(assignments__task=other).first()
    assigning.add_agency(other, body, "support", basis="某函", valid_from=NOW.date(), by=office, now=NOW)
    demonstration.remove()
    assert not AnnualGoal.objects.filter(year=2025).exists()
    assert not TaskAmendment.objects.exists()
    assert not Assignment.objects.filter(task=other, agency=body).exists()
    assert not User.objects.filter(is_demo=True).exists()


def test_a_real_goal_they_confirmed_is_open_again(cast, plans):
    real_office = person("real-office", "office", "office")
    task = Task.objects.filter(plan__code="2024-2026").first()
    goal = goals.save_goal(task, 2025, content(), by=real_office, now=NOW, revision=0)
    goals.confirm_goals({goal.pk: goal.revision}, by=cast["office"], now=NOW)
    demonstration.remove()
    goal.refresh_from_db()
    assert not goal.is_confirmed


def test_a_quarter_they_opened_goes_with_them(cast, quarter):
    periods.open_period(quarter, now=quarter.opens_at, by=cast["office"], backfill=True)
    filed(own(quarter), cast)
    demonstration.remove()
    quarter.refresh_from_db()
    assert not quarter.is_open
    assert not ProgressReport.objects.exists()


def test_whoever_signed_a_real_return_stays_as_a_name_without_access(cast, quarter):
    """The trail of a real return is for ever: its people cannot vanish, but can do nothing any more."""
    periods.open_period(quarter, now=quarter.opens_at)
    report = filed(own(quarter), cast)
    demonstration.remove()
    report.refresh_from_db()
    assert report.state == "under_review" and report.steps.count() == 2
    left = User.objects.filter(is_demo=True)
    assert {user.username for user in left} == {
        f"removed-{cast[name].pk}" for name in ("fgw", "fgw-approver")
    }
    for user in left:
        assert not user.is_active and not user.has_usable_password() and not user.roles
    demonstration.remove()
    assert ProgressReport.objects.filter(pk=report.pk).exists(), "a second removal takes no more"
    demonstration.create_people()
    assert User.objects.get(username="fgw").has_role("reporter"), "the next demonstration is whole"


def test_what_a_real_person_wrote_into_a_demonstration_return_stays(cast, quarter):
    periods.open_period(quarter, now=quarter.opens_at, demo=True)
    report = own(quarter)
    others = ProgressReport.objects.filter(period=quarter, kind="task").exclude(agency__code="fgw")
    other = others.first()
    report = drafts.save(report, PROGRESS, by=cast["real"], now=NOW, revision=report.revision)
    kept = attachments.attach(report, SimpleUploadedFile("佐证.pdf", PDF), by=cast["real"], now=NOW)
    owed = ProgressReport.objects.filter(period=quarter).count()
    drafts.save(other, PROGRESS, by=cast[other.agency.code], now=NOW, revision=other.revision)
    demonstration.remove()
    report = ProgressReport.objects.get(pk=report.pk)
    assert report.task_return.progress == PROGRESS["progress"]
    kept.refresh_from_db()
    assert kept.file.storage.exists(kept.file.name)
    assert AuditEvent.objects.filter(subject_id=str(report.pk), verb="填写").exists()
    assert not ProgressReport.objects.filter(pk=other.pk).exists()
    quarter.refresh_from_db()
    assert quarter.is_open and ProgressReport.objects.filter(period=quarter).count() == owed
    later = NOW + timedelta(days=1)
    report = workflow.submit(report, by=cast["real"], now=later, revision=report.revision)
    demonstration.remove()
    assert ReportStep.objects.filter(report=report).count() == 1
