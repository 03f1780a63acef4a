"""The demonstration: labelled, the same on every machine, resumable, and gone without a trace."""

from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.core import serializers
from django.core.management import CommandError
from django.db import transaction
from django.urls import reverse

from agencies.models import AgencySuccession, AuditEvent, User
from progress import demonstration
from progress.demonstration import building, wording
from progress.models import DemonstrationRun, ProgressReport, ReportingPeriod, ReportVersion
from suzhou_plan.management.commands import start
from tasks.models import Assignment, Task
from tests.cast import client_of, person
from tests.factories import SHANGHAI

# One quarter has been filed, the next has just opened.
UP_TO = datetime(2024, 11, 20, 9, 0, tzinfo=SHANGHAI)
OURS = ("agencies", "tasks", "progress")


def everything():
    """Every row of this project's own tables, as data."""
    models = [model for model in apps.get_models() if model._meta.app_label in OURS]
    return {
        model._meta.label: serializers.serialize("python", model.objects.order_by("pk")) for model in models
    }


def built():
    demonstration.create_people()
    demonstration.request_build(now=UP_TO)
    assert demonstration.build(now=UP_TO)


@pytest.fixture
def few_duties(plans):
    """The plan with the duties of its first tasks and one county only: a history that is quick to walk."""
    duties = Assignment.objects.filter(task__plan__code="2024-2026")
    duties.filter(task__number__gt=4).delete()
    duties.filter(duty="implied").exclude(agency__code="sixian").delete()


@pytest.fixture
def history(few_duties):
    built()


def test_a_newcomer_finds_the_quarters_open_before_the_history_is_written(plans):
    demonstration.create_people()
    demonstration.request_build(now=UP_TO)
    quarter = ReportingPeriod.objects.get(plan__code="2024-2026", code="2024Q3")
    assert quarter.reports.filter(kind="task").count() == 98, "by count of the plan, a quarter"
    assert quarter.reports.filter(kind="unit").count() == 8, "five counties and three parks"
    assert ReportingPeriod.objects.get(plan__code="2024-2026", code="2024Q4").is_open


def test_a_quarter_has_been_walked_by_the_real_verbs(history):
    quarter = ReportingPeriod.objects.get(plan__code="2024-2026", code="2024Q3")
    reports = ProgressReport.objects.filter(period=quarter)
    assert reports.filter(state="accepted").exists()
    for report in reports.filter(state="accepted"):
        assert {"submit", "approve", "accept"} <= set(report.steps.values_list("verb", flat=True))
    assert quarter.verdicts.count() == 80


def test_every_row_says_it_is_demonstration(few_duties):
    before = unmarked()
    built()
    assert unmarked() == before
    for version in ReportVersion.objects.all():
        said = version.content
        texts = [said.get(name, "") for name in ("progress", "no_change_reason", "overview")]
        assert "【演示】" in "".join(texts)


def unmarked():
    """{model: ids of its rows that are not demonstration data}, for all models that know the mark."""
    return {
        model._meta.label: set(model.objects.filter(is_demo=False).values_list("pk", flat=True))
        for model in apps.get_models()
        if any(field.name == "is_demo" for field in model._meta.fields)
    }


def test_it_is_the_same_on_every_machine(history):
    first = list(ReportVersion.objects.order_by("pk").values_list("content__progress", "frozen_at"))
    demonstration.remove()
    built()
    assert list(ReportVersion.objects.order_by("pk").values_list("content__progress", "frozen_at")) == first


def test_removal_takes_all_of_it_and_nothing_else(few_duties):
    person("real-person", "reporter", "fgw")
    before = everything()
    built()
    demonstration.remove()
    assert everything() == before


def test_what_demonstration_people_confirmed_is_open_again(history):
    office = User.objects.get(username="office")
    succession = AgencySuccession.objects.filter(inferred=True).first()
    succession.confirmed_at, succession.confirmed_by = UP_TO, office
    succession.save()
    demonstration.remove()
    succession.refresh_from_db()
    assert succession.awaits_confirmation


def test_a_build_killed_midway_is_finished_by_the_next(few_duties, monkeypatch):
    demonstration.create_people()
    demonstration.request_build(now=UP_TO)
    walked, walk = [], building._walk

    def killed_at_the_fifth(report, cast, up_to):
        walked.append(report.pk)
        if len(walked) == 5:
            raise KeyboardInterrupt
        walk(report, cast, up_to)

    monkeypatch.setattr(building, "_walk", killed_at_the_fifth)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        demonstration.build(now=UP_TO)
    monkeypatch.setattr(building, "_walk", walk)
    DemonstrationRun.objects.update(claimed_until=None)
    later = UP_TO + timedelta(minutes=6)
    assert demonstration.build(now=later)
    assert DemonstrationRun.objects.get().finished_at is not None
    assert not ReportVersion.objects.exclude(number__lte=2).exists(), "nothing was walked twice"


def test_two_workers_never_build_at_once(few_duties):
    demonstration.create_people()
    run = demonstration.request_build(now=UP_TO)
    DemonstrationRun.objects.filter(pk=run.pk).update(claimed_until=UP_TO + timedelta(minutes=1))
    assert not demonstration.build(now=UP_TO)


def test_a_build_that_keeps_failing_is_parked_and_says_why(few_duties, monkeypatch):
    demonstration.create_people()
    demonstration.request_build(now=UP_TO)

    def broken(*args):
        raise ValueError("坏了")

    monkeypatch.setattr(building, "_quarter", broken)
    for _ in range(building.MOST_ATTEMPTS):
        with pytest.raises(ValueError):
            demonstration.build(now=UP_TO)
    assert not demonstration.build(now=UP_TO)
    run = DemonstrationRun.objects.get()
    assert run.is_parked
    assert "坏了" in run.failure


# --- the page ------------------------------------------------------------------------------------


def test_the_button_removes_it_and_signs_demonstration_people_out(plans, settings):
    settings.DEMO = True
    demonstration.create_people()
    client = client_of(User.objects.get(username="office"))
    page = client.get(reverse("progress:demonstration"))
    assert "移除全部演示数据" in page.content.decode()
    answer = client.post(reverse("progress:demonstration"))
    assert answer.url == reverse("public:home")
    assert not User.objects.filter(is_demo=True).exists()
    assert client.get(reverse("progress:demonstration")).status_code == 302, "signed out"


@pytest.mark.parametrize("name", ["reporter", "approver", "leader"])
def test_others_may_not_remove_it(name, request, plans):
    client = client_of(request.getfixturevalue(name))
    assert client.post(reverse("progress:demonstration")).status_code == 403


def test_the_trail_of_real_people_stays(history):
    kept = AuditEvent.objects.create(
        at=UP_TO,
        actor_id=0,
        actor_name="吴办",
        verb="测试",
        subject_type="x",
        subject_id="1",
        subject_label="x",
    )
    demonstration.remove()
    assert AuditEvent.objects.filter(pk=kept.pk).exists()


def test_without_the_demonstration_its_data_are_not_served(db):
    """bin/start --no-demo over a demonstration's database: one sentence instead of unmarked history."""
    demonstration.create_people()
    with pytest.raises(CommandError, match="remove_demonstration"):
        start.Command().prepare()


def test_every_page_says_it_is_a_demonstration(office, reporter, settings):
    """Public pages, the sign-in page, the staff's, and refusals alike."""
    settings.DEMO = True
    addresses = [
        *((None, "/"), (None, "/sign-in/"), (None, "/no-such-page/"), (office, "/work/me/")),
        *((office, "/work/agencies/"), (reporter, "/work/trail/"), (reporter, "/work/no-such-page/")),
    ]
    for visitor, address in addresses:
        assert "demo-banner" in client_of(visitor).get(address).content.decode(), address
    settings.DEMO = False
    assert "demo-banner" not in client_of(None).get("/").content.decode()


def test_a_clause_is_quoted_whole():
    task = Task(text="题目。研发在沪苏浙、“招人在沪苏浙，用人在宿州”的发展路径，完善“揭榜挂帅”机制。")
    assert wording.fragments(task) == ["完善“揭榜挂帅”机制"]
    assert "“完善‘揭榜挂帅’机制”" in wording.problem(task, wording.chance("x"))
