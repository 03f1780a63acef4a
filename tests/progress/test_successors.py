"""A body renamed or merged while its quarter is open: today's people do yesterday's work, in its name.

2021 task 71: 市政务服务局 leads, 市数据资源局 supports; both are one body today (the merger is inferred, and
acts once the office has confirmed it).
"""

import pytest
from django.urls import reverse

from agencies.bodies import confirm
from agencies.models import Agency, AgencySuccession, Post, Role, User
from agencies.permissions import Denied
from progress import dashboards, extensions, figures, review_queue, workflow
from progress.models import ProgressReport, ReportingPeriod
from progress.return_sheet import ReturnSheet
from tasks.models import Task
from tests.cast import person
from tests.factories import BEFORE_DUE, DUE, OPENS, fill, make_report

State = ProgressReport.State


def at(username, role, code, name):
    user = person(username, full_name=name)
    Post.objects.create(user=user, role=role, agency=Agency.objects.get(code=code))
    return user


@pytest.fixture
def task(plans):
    return Task.objects.select_related("plan").get(plan=plans["2021-2023"], number=71)


@pytest.fixture
def period(task):
    found = ReportingPeriod.objects.get(plan=task.plan, code="2021Q2")
    ReportingPeriod.objects.filter(pk=found.pk).update(opens_at=OPENS, opened_at=OPENS, due_at=DUE)
    found.refresh_from_db()
    return found


@pytest.fixture
def merged(office):
    """The office confirms, in mid-quarter, what was read between the lines."""
    for succession in AgencySuccession.objects.filter(successor__code="sjj"):
        confirm(succession, by=office, now=BEFORE_DUE)


@pytest.fixture
def report(task, period):
    """The lead's row, owed by the body the plan names."""
    return make_report(task, Agency.objects.get(code="zwfwj"), period)


@pytest.fixture
def clerk(plans):
    return at("sjj", Role.REPORTER, "sjj", "数填报")


@pytest.fixture
def chief(plans):
    return at("sjj-approver", Role.APPROVER, "sjj", "数审核")


def today(user):
    """The same person in a new request."""
    return User.objects.get(pk=user.pk)


def test_before_anybody_has_confirmed_it_today_s_body_does_nothing(task, report, clerk):
    assert {each.agency.code: each.role for each in task.assignments.select_related("agency")}.items() >= {
        "zwfwj": "lead",
        "sjzyj": "support",
    }.items()
    with pytest.raises(Denied):
        fill(report, by=clerk)


def test_the_merged_bodys_people_finish_the_quarter(report, merged, clerk, chief, office):
    report = fill(report, by=clerk)
    report = workflow.submit(report, by=clerk, now=BEFORE_DUE, revision=report.revision)
    assert [person.full_name for person in ReturnSheet(report).approvers] == ["数审核"]
    assert list(review_queue.waiting_for(chief)) == [report]
    report = workflow.approve(report, by=chief, now=BEFORE_DUE, revision=report.revision)
    said = report.versions.get().content
    assert (said["agency"], report.agency.code) == ("市政务服务局", "zwfwj"), (
        "it leaves in the name it is owed in"
    )
    counted = figures.filing_by_agency(report.period.plan, report.period, office, BEFORE_DUE)
    by_body = {row.agency.code: row.filing.reported for each in counted for row in each.rows}
    assert by_body == {"zwfwj": 1}, "the count stays with the row's body"


def test_who_began_at_the_old_body_does_not_sign_at_the_new_one(report, merged, chief):
    clerk = at("zwfwj", Role.REPORTER, "zwfwj", "政填报")
    report = fill(report, by=clerk)
    report = workflow.submit(report, by=clerk, now=BEFORE_DUE, revision=report.revision)
    Post.objects.create(user=clerk, role=Role.APPROVER, agency=Agency.objects.get(code="sjj"))
    with pytest.raises(Denied, match="提交人不能审签"):
        workflow.approve(report, by=today(clerk), now=BEFORE_DUE, revision=report.revision)
    assert workflow.approve(report, by=chief, now=BEFORE_DUE, revision=report.revision)


def test_old_and_new_people_share_the_row_while_both_hold_posts(report, merged, clerk):
    former = at("zwfwj", Role.REPORTER, "zwfwj", "政填报")
    report = fill(report, by=former)
    report = fill(report, by=clerk, progress="接手后补充2条")
    assert fill(report, by=former, progress="再补充1条").edited_by == former


def test_the_desk_shows_it_and_the_pages_name_both(report, merged, clerk, chief, as_):
    desk = dashboards.reporter_desk(clerk, report.period, BEFORE_DUE)
    assert desk.unfinished == [report]
    client = as_(clerk)
    page = client.get(report.get_absolute_url()).content.decode()
    assert "市政务服务局（由市数据资源管理局(政务服务局)办理）" in page
    place = [report.period.plan.code, report.period.code]
    assert "市政务服务局" in client.get(reverse("progress:workbench", args=place)).content.decode()
    today_s = client.get(reverse("progress:agency", args=["sjj"])).content.decode()
    assert report.task.title in today_s and "市政务服务局" in today_s and "市数据资源局" in today_s
    assert report.task.title in client.get(reverse("progress:agency", args=["zwfwj"])).content.decode()


def test_an_extension_too(report, merged, clerk, chief):
    asked = extensions.ask(
        report, reason="机构合并，资料移交中", wanted_until=DUE.replace(day=20), by=clerk, now=BEFORE_DUE
    )
    waiting = extensions.waiting_for_approver(chief, report.period.plan, BEFORE_DUE)
    assert list(waiting) == [asked]
    assert extensions.endorse(asked, by=chief, now=DUE).endorsed_by == chief


def test_the_unreported_list_names_who_fills_it_in_today(report, merged, clerk, office):
    (line,) = figures.unreported(report.period.plan, report.period, office, BEFORE_DUE)
    assert (line.agency.code, line.filled_by) == ("zwfwj", "数填报")


def test_renamed_twice_the_newest_body_acts(report, merged, office, plans):
    newest = Agency.objects.create(code="sjnew", name="市数据局", kind="municipal")
    AgencySuccession.objects.create(
        predecessor=Agency.objects.get(code="sjj"), successor=newest, kind="renamed"
    )
    clerk = at("sjnew", Role.REPORTER, "sjnew", "新填报")
    assert fill(report, by=clerk).edited_by == clerk
