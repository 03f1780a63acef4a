"""单位小结 and the 年度落实情况报告: who owes them, what they say, and who is offered which words."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils import timezone

from agencies.models import Agency, AuditEvent
from agencies.permissions import Denied
from progress import (
    calendar_changes,
    completeness,
    content,
    drafts,
    figures,
    history,
    owing,
    paper,
    periods,
    units,
    workflow,
)
from progress.frame import Frame
from progress.models import ProgressReport, TaskVerdict, UnitDuty
from progress.unit_advice import advice
from tasks.models import Assignment, NotConcerned, Task
from tests.factories import (
    BEFORE_DUE,
    SUMMARY,
    fill,
    make_period,
    make_plan,
    make_report,
    make_task,
    make_unit_report,
    make_year,
    walk,
)

pytestmark = pytest.mark.django_db
Kind, State = ProgressReport.Kind, ProgressReport.State


@pytest.fixture
def people(county_reporter, county_approver, office):
    return {"reporter": county_reporter, "approver": county_approver, "office": office}


def paragraphs_for(user, task, period):
    """What the task's page shows this person."""
    found = Task.objects.annotate(rows=units.said_along(period)).get(pk=task.pk)
    return units.paragraphs_for(user, found, found.rows, list(task.assignments.all()))


def by_kind(period):
    return dict(period.reports.values_list("kind").annotate(Count("pk")).order_by("kind"))


# --- who owes ----------------------------------------------------------------------------------


def test_a_quarter_is_98_lead_returns_and_8_summaries(plans, clock):
    """Design, section 4: the counties and parks answer for the 80 tasks they all support, once a quarter."""
    quarter = plans["2024-2026"].periods.get(code="2026Q3")
    opened = periods.open_period(quarter, now=clock.now)
    assert by_kind(opened) == {"task": 98, "unit": 8}
    bodies = Agency.objects.filter(reports__period=opened, reports__kind="unit")
    assert set(bodies.values_list("kind", flat=True)) == {"county", "park"}


def test_the_fourth_quarter_merges_with_the_year(plans, clock):
    plan = plans["2024-2026"]
    quarter = periods.open_period(plan.periods.get(code="2026Q4"), now=clock.now)
    year = periods.open_period(plan.periods.get(code="2026"), now=clock.now)
    assert by_kind(quarter) == {"task": 98}
    assert set(by_kind(year)) == {"unit"}
    bearing = Assignment.objects.filter(task__plan=plan).values("agency").distinct().count()
    assert year.reports.count() == bearing
    assert {row.due_at for row in year.reports.all()} == {year.due_at}


def test_years_of_a_plan(plans):
    plan = plans["2024-2026"]
    years = plan.periods.exclude(code__contains="Q").order_by("code")
    assert [(each.code, each.label, str(each.starts_on), str(each.ends_on)) for each in years] == [
        ("2024", "2024年度", "2024-07-01", "2024-12-31"),
        ("2025", "2025年度", "2025-01-01", "2025-12-31"),
        ("2026", "2026年度", "2026-01-01", "2026-12-31"),
    ]
    due = {each.code: f"{each.due_at.astimezone(BEFORE_DUE.tzinfo):%m-%d %H:%M}" for each in years}
    assert due == {"2024": "12-31 18:00", "2025": "12-31 18:00", "2026": "12-31 18:00"}
    assert all(each.is_annual and each.quarter == 4 for each in years)


def test_what_does_not_concern_a_body_obliges_it_to_nothing(county, office):
    period = make_period()
    periods.ensure_periods(period.plan, now=BEFORE_DUE)
    assert owing.owing_units(period) == [county.pk]
    for duty in Assignment.objects.filter(agency=county):
        NotConcerned.objects.create(
            assignment=duty,
            reason="不涉及",
            declared_at=BEFORE_DUE,
            declared_by=office,
            outcome="confirmed",
            answered_at=BEFORE_DUE,
            answered_by=office,
        )
    assert owing.owing_units(period) == []


def test_naming_a_unit_adds_its_row_at_once_and_un_naming_waives_it(county, kjj, office, stranger):
    period = make_period()
    with pytest.raises(Denied):
        units.name_unit(period.plan, kjj, by=stranger, now=BEFORE_DUE)
    duty = units.name_unit(period.plan, kjj, by=office, now=BEFORE_DUE)
    assert units.name_unit(period.plan, kjj, by=office, now=BEFORE_DUE) == duty
    report = period.reports.get(agency=kjj, kind=Kind.UNIT)
    assert (report.due_at, report.unit_return.overview) == (period.due_at, "")

    seen = report.revision
    units.unname_unit(duty, by=office, now=BEFORE_DUE)
    report.refresh_from_db()
    assert report.waived_at and report.waived_by == office
    assert report.revision == seen + 1, "whoever is submitting at this instant is told"
    with pytest.raises(Denied, match="已经取消"):
        units.unname_unit(duty, by=office, now=BEFORE_DUE)
    assert kjj in units.may_be_named(period.plan)

    units.name_unit(period.plan, kjj, by=office, now=BEFORE_DUE)
    report.refresh_from_db()
    assert report.waived_at is None
    assert UnitDuty.objects.filter(agency=kjj).count() == 2
    assert AuditEvent.objects.filter(verb="指定报送单位小结").count() == 2
    assert report.revision == seen + 2


def test_naming_a_unit_adds_no_other_row_and_names_no_task(county, kjj, office):
    """The trail is open to those who may not know of a sensitive task whose row is still to come."""
    period = make_period()
    make_task(3, leads=[kjj], is_sensitive=True, title="敏感事项")
    units.name_unit(period.plan, kjj, by=office, now=BEFORE_DUE)
    assert [report.kind for report in period.reports.filter(agency=kjj)] == [Kind.UNIT]
    assert "敏感事项" not in str(AuditEvent.objects.get(verb="指定报送单位小结").detail)


def test_un_naming_leaves_what_was_sent_and_what_the_duties_oblige(county, kjj, people, office):
    period = make_period()
    periods.ensure_periods(period.plan, now=BEFORE_DUE)
    duty = units.name_unit(period.plan, county, by=office, now=BEFORE_DUE)
    units.unname_unit(duty, by=office, now=BEFORE_DUE)
    assert period.reports.get(agency=county, kind=Kind.UNIT).waived_at is None


# --- what it says ------------------------------------------------------------------------------


def test_a_summary_is_kept_by_chapter_and_names_its_tasks(county, county_reporter):
    report = fill(make_unit_report(county), by=county_reporter)
    said = content.snapshot(content.load(report.pk))
    assert said["kind"] == "unit"
    assert said["overview"] == SUMMARY["overview"]
    assert said["paragraphs"] == [
        {"chapter": 1, "chapter_title": "某某行动", "text": "1—3月，承接转移项目3个。", "tasks": [1]}
    ]
    assert content.fingerprint(said) == content.fingerprint(content.snapshot(content.load(report.pk)))
    labels = [line.label for line in paper.lines(said)]
    assert labels == ["总体情况", "行动一：某某行动"]
    assert "涉及任务：第 1 项" in paper.lines(said)[1].text


def test_saving_again_what_stands_there_changes_nothing(county, county_reporter):
    report = fill(make_unit_report(county), by=county_reporter)
    assert fill(report, by=county_reporter).revision == report.revision
    again = fill(
        report, by=county_reporter, paragraphs=[{"chapter": 1, "text": "改写为4个。", "tasks": [1, 2]}]
    )
    assert again.revision == report.revision + 1
    event = AuditEvent.objects.filter(verb="填写").order_by("-pk").first()
    assert event.detail["fields"] == ["主要做法和成效"]


@pytest.mark.parametrize(
    ("paragraphs", "words"),
    [
        ([{"chapter": 7, "text": "甲", "tasks": []}], "没有这个行动"),
        ([{"chapter": 1, "text": "甲", "tasks": [9]}], "不是本单位承担的任务"),
        ([{"chapter": 1, "text": "甲" * 5001, "tasks": []}], "超过 5000 字"),
        ([{"chapter": 1, "text": "甲\x00", "tasks": []}], "无法保存的字符"),
        ([{"chapter": 1, "text": str(n), "tasks": []} for n in range(10)], "最多写 9 段"),
        ([{"chapter": 1, "order": 0, "text": "甲"}, {"chapter": 1, "order": 0, "text": "乙"}], "重复填写"),
    ],
)
def test_what_a_paragraph_may_not_be(county, county_reporter, kjj, paragraphs, words):
    make_task(9, leads=[kjj])
    report = make_unit_report(county)
    with pytest.raises(ValidationError, match=words):
        drafts.save(report, {"paragraphs": paragraphs}, by=county_reporter, now=BEFORE_DUE, revision=1)
    assert content.load(report.pk).revision == 1


def test_fields_of_another_kind_are_refused(county, county_reporter, reporter, fgw):
    summary = make_unit_report(county)
    for changes in ({"progress": "甲"}, {"nodes": []}):
        with pytest.raises(ValidationError, match="没有这一项"):
            drafts.save(summary, changes, by=county_reporter, now=BEFORE_DUE, revision=1)
    row = make_report(make_plan().tasks.get(number=1), fgw)
    for changes in ({"overview": "甲"}, {"paragraphs": []}):
        with pytest.raises(ValidationError, match="没有这一项"):
            drafts.save(row, changes, by=reporter, now=BEFORE_DUE, revision=1)


def test_a_quarter_needs_a_paragraph_or_a_word_that_nothing_changed(county, county_reporter):
    report = content.load(make_unit_report(county).pk)
    assert set(completeness.missing(report)) == {"paragraphs"}
    nothing = drafts.save(
        report, {"overview": "本季度无变化。"}, by=county_reporter, now=BEFORE_DUE, revision=1
    )
    assert completeness.missing(nothing) == {}


def test_a_year_needs_its_five_parts(county, county_reporter, kjj):
    report = content.load(make_unit_report(county, make_year()).pk)
    assert set(completeness.missing(report)) == {
        *("overview", "paragraphs", "benchmarking", "problem", "next_steps")
    }
    other = content.load(make_unit_report(kjj, make_year()).pk)
    assert "benchmarking" not in completeness.missing(other)
    whole = fill(
        report, by=county_reporter, benchmarking="与滨江区互访2次。", problem="无", next_steps="再建2个。"
    )
    assert completeness.missing(whole) == {}


def test_last_quarter_is_carried_forward_also_into_the_year(county, people):
    first = walk(make_unit_report(county), State.ACCEPTED, **people)
    second = make_unit_report(county, make_period("2030Q2"))
    assert history.previous_return(second) == first
    year = make_unit_report(county, make_year())
    assert history.previous_return(year) == first


def test_advice_is_about_figures_repeats_and_tasks(county, people):
    first = walk(make_unit_report(county), State.ACCEPTED, **people)
    report = make_unit_report(county, make_period("2030Q2"))
    long = "承接长三角转移产业项目并推进园区共建各项工作取得积极进展"
    report = fill(
        report,
        by=people["reporter"],
        paragraphs=[
            {"chapter": 1, "text": long, "tasks": [1]},
            {"chapter": 1, "text": "建成3个。", "tasks": []},
        ],
    )
    remarks = advice(report, content.snapshot(content.load(first.pk)))
    assert "没有出现数据" in remarks["paragraph-1-0-text"]
    assert "没有勾选" in remarks["paragraph-1-1-text"]
    same = content.snapshot(content.load(report.pk))
    assert "几乎相同" in advice(report, same)["paragraph-1-0-text"]


# --- who is offered the words ------------------------------------------------------------------


def test_only_what_left_is_offered_and_in_the_frozen_words(county, people):
    task = make_plan().tasks.get(number=1)
    report = walk(make_unit_report(county), State.AWAITING_APPROVAL, **people)
    assert paragraphs_for(people["office"], task, report.period) == []
    report = workflow.approve(report, by=people["approver"], now=BEFORE_DUE, revision=report.revision)
    assert [
        (each.agency, number, text)
        for each, number, text in paragraphs_for(people["office"], task, report.period)
    ] == [(county, 1, "1—3月，承接转移项目3个。")]
    assert paragraphs_for(people["office"], make_plan().tasks.get(number=2), report.period) == []

    back = workflow.send_back(
        report, by=people["office"], now=BEFORE_DUE, revision=report.revision, reason="无实质内容"
    )
    fill(back, by=people["reporter"], paragraphs=[{"chapter": 1, "text": "尚未报出的话", "tasks": [1]}])
    assert paragraphs_for(people["office"], task, report.period)[0][2] == "1—3月，承接转移项目3个。"


def test_withdrawn_words_are_offered_no_more(county, people):
    task = make_plan().tasks.get(number=1)
    report = walk(make_unit_report(county), State.UNDER_REVIEW, **people)
    workflow.withdraw(report, by=people["approver"], now=BEFORE_DUE, revision=report.revision)
    assert paragraphs_for(people["office"], task, report.period) == []


def test_leads_read_their_paragraph_others_only_what_was_accepted(
    county, people, reporter, kjj_reporter, kjj, leader, stranger
):
    task = make_plan().tasks.get(number=1)
    Assignment.objects.create(task=task, agency=kjj, role="support", duty="named")
    report = walk(make_unit_report(county), State.UNDER_REVIEW, **people)
    period = report.period
    reads = {
        name: bool(paragraphs_for(user, task, period))
        for name, user in (("office", people["office"]), ("lead", reporter), ("supporter", kjj_reporter))
    }
    assert reads == {"office": True, "lead": True, "supporter": False}
    assert paragraphs_for(people["reporter"], task, period)
    # The whole summary is not theirs to read.
    assert not ProgressReport.objects.visible_to(reporter).filter(pk=report.pk).exists()
    workflow.accept(report, by=people["office"], now=BEFORE_DUE, revision=report.revision)
    for user in (kjj_reporter, leader):
        assert paragraphs_for(user, task, period)
    assert not paragraphs_for(stranger, task, period)


def test_the_fourth_quarter_is_offered_the_years_words(county, people):
    task = make_plan().tasks.get(number=1)
    year = {"benchmarking": "互访2次。", "problem": "无", "next_steps": "再建2个。"}
    walk(make_unit_report(county, make_year()), State.UNDER_REVIEW, **people, **year)
    assert paragraphs_for(people["office"], task, make_period("2030Q4"))
    assert not paragraphs_for(people["office"], task, make_period("2030Q3"))


def test_what_one_may_not_know_of_is_left_out_of_a_summary():
    rows = [{"text": "甲", "tasks": [1, 2]}, {"text": "乙", "tasks": [2]}, {"text": "丙", "tasks": []}]
    kept = units.known_part({"paragraphs": rows}, unknown={2})["paragraphs"]
    assert [(row["text"], row["tasks"]) for row in kept] == [("甲", [1]), ("丙", [])]


# --- the counts --------------------------------------------------------------------------------


def test_summaries_count_among_what_is_owed(county, fgw, kjj, people, office, clock):
    period = make_period()
    make_report(make_plan().tasks.get(number=1), fgw)
    walk(make_unit_report(county), State.ACCEPTED, **people)
    make_unit_report(kjj)
    filing = figures.filing(period.plan, period, office, BEFORE_DUE + timedelta(days=1))
    assert (filing.owed, filing.filed, filing.no_change, filing.unfiled, filing.waived) == (3, 1, 0, 2, 0)


def test_reopening_a_summary_touches_no_verdict(county, people):
    report = walk(make_unit_report(county), State.ACCEPTED, **people)
    workflow.reopen(report, by=people["office"], now=BEFORE_DUE, revision=report.revision, reason="有误")
    assert not TaskVerdict.objects.exists()
    assert report.period.starts_on == date(2030, 1, 1)


# --- years among quarters ----------------------------------------------------------------------


def test_a_year_opens_by_itself_with_its_last_quarter_and_follows_the_calendar(plans, clock, office, rf):
    plan = plans["2024-2026"]
    now = clock.set(2026, 11, 16)
    opened = [period.code for period in periods.open_due(now) if period.plan_id == plan.pk]
    assert opened[:1] == ["2026"] and "2026Q4" in opened
    assert "2025" not in opened
    assert Frame(rf.get("/")).period.code == "2026Q4"
    with pytest.raises(ValidationError, match="没有季度"):
        periods.set_in_use_from(plan, "2026", by=office, now=now)


def test_a_year_without_a_calendar_is_undated_until_it_is_covered(office, clock):
    plan = make_plan()
    periods.ensure_periods(plan, now=clock.now)
    year = plan.periods.get(code="2031")
    assert year.due_at is None
    for each in (2031, 2032):
        calendar_changes.cover_year(each, "国办发明电〔2030〕9号", by=office, now=clock.now)
    year.refresh_from_db()
    assert f"{timezone.localtime(year.due_at):%Y-%m-%d %H:%M}" == "2031-12-31 18:00"


def test_an_earlier_year_is_opened_by_the_office_without_a_deadline(plans, office, clock):
    period = plans["2021-2023"].periods.get(code="2022")
    with pytest.raises(Denied, match="补录"):
        periods.open_period(period, now=clock.now, by=office)
    opened = periods.open_period(period, now=clock.now, by=office, backfill=True)
    assert opened.reports.exists()
    assert not opened.reports.filter(due_at__isnull=False).exists()
    assert not opened.reports.exclude(kind=Kind.UNIT).exists()


def test_a_new_duty_adds_the_summary_of_a_running_period(county, kjj, clock):
    period = make_period()
    periods.ensure_periods(period.plan, now=BEFORE_DUE)
    periods.add_new_duties(period, now=BEFORE_DUE)
    assert set(period.reports.filter(kind=Kind.UNIT).values_list("agency__code", flat=True)) == {"sixian"}
    Assignment.objects.create(task=make_plan().tasks.get(number=1), agency=kjj, role="support", duty="group")
    periods.add_new_duties(period, now=BEFORE_DUE)
    added = period.reports.get(agency=kjj)
    assert (added.kind, added.due_at) == (Kind.UNIT, period.due_at)


def test_a_year_has_no_lamps_and_is_locked_without_any(plans, office, clock):
    year = plans["2024-2026"].periods.get(code="2026")
    opened = periods.open_period(year, now=clock.now)
    assert figures.standings(year.plan, year, office, clock.now) == []
    overview = figures.overview(year.plan, year, office, clock.now)
    assert overview.filing.owed == opened.reports.count()
    periods.lock_period(opened, by=office, now=clock.now)
    assert not TaskVerdict.objects.filter(period=year).exists()
    assert not year.proposals.exists()
