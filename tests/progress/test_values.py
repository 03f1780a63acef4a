"""The life of a figure: 预计 → 快报 → 核定, from the form to its settlement."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from agencies.models import Role
from progress import corrections, drafts, figures
from progress.models import Correction, ProgressReport, TargetValue
from progress.models.contents import usual_certainty
from tasks.models import Target
from tests import factories
from tests.cast import person
from tests.factories import AFTER_DUE, BEFORE_DUE, walk

pytestmark = pytest.mark.django_db
State = ProgressReport.State
LATER = AFTER_DUE + timedelta(days=400)


def with_targets(task, count=1):
    for number in range(count):
        Target.objects.create(
            plan=task.plan,
            task=task,
            indicator=f"指标{number}",
            operator=">=",
            value_text="10",
            minimum=10,
            unit="个",
        )
    return list(task.targets.order_by("pk"))


@pytest.fixture
def target(fgw):
    return with_targets(factories.make_task(leads=[fgw]))[0]


@pytest.fixture
def accepted(target, fgw, people):
    """The fourth quarter's return, its value an estimate."""
    report = factories.make_report(target.task, fgw, factories.make_period("2030Q4"))
    told = [{"target": target.pk, "value": 8, "note": "预计数"}]
    return walk(report, State.ACCEPTED, percent=80, targets=told, **people)


def stages(report):
    rows = sorted(report.target_values.all(), key=lambda row: row.rank)
    return [(row.certainty, row.value) for row in rows]


def settle(report, by, *rows, kind="settlement"):
    kept = [
        {"target": each.target_id, "certainty": each.certainty, "value": each.value, "note": each.note}
        for each in report.target_values.all()
    ]
    return corrections.ask(
        report, kind=kind, changes={"targets": [*kept, *rows]}, basis="年报核定数", by=by, now=LATER
    )


def row(target, certainty, value):
    return {"target": target.pk, "certainty": certainty, "value": value}


# --- in the return --------------------------------------------------------------------------------


def test_values_are_first_told_as_quick_ones_and_in_the_fourth_quarter_as_estimates(target, fgw, reporter):
    for code, certainty in (("2030Q3", "preliminary"), ("2030Q4", "estimated")):
        report = factories.make_report(target.task, fgw, factories.make_period(code))
        assert usual_certainty(report.period) == certainty
        told = [{"target": target.pk, "value": 3}]
        drafts.save(report, {"targets": told}, by=reporter, now=BEFORE_DUE, revision=1)
        assert stages(report) == [(certainty, 3)]


def test_the_form_says_which_box_comes_first(target, fgw, reporter, as_):
    for code, words in (("2030Q3", "快报（本期先填）"), ("2030Q4", "预计（本期先填）")):
        report = factories.make_report(target.task, fgw, factories.make_period(code))
        assert words in as_(reporter).get(report.get_absolute_url()).content.decode()


def test_a_change_of_certainty_alone_is_saved(target, fgw, reporter):
    report = factories.make_report(target.task, fgw)
    report = factories.fill(report, by=reporter, targets=[row(target, "preliminary", 3)])
    report = factories.fill(report, by=reporter, targets=[row(target, "verified", 3)])
    assert stages(report) == [("verified", 3)]


def test_the_same_stage_twice_is_refused(target, fgw, reporter):
    report = factories.make_report(target.task, fgw)
    with pytest.raises(ValidationError, match="重复填写"):
        factories.fill(
            report, by=reporter, targets=[{"target": target.pk, "value": 1}, row(target, "preliminary", 2)]
        )


# --- settling -------------------------------------------------------------------------------------


def test_the_most_certain_value_counts_and_the_earlier_ones_stay(accepted, target, people, office, as_):
    corrections.grant(settle(accepted, people["reporter"], row(target, "verified", 9)), by=office, now=LATER)
    report = ProgressReport.objects.get(pk=accepted.pk)
    assert stages(report) == [("estimated", 8), ("verified", 9)]
    standing = figures.targets_of(target.task, office)[0]
    assert (standing.value.value, [each.value for each in standing.earlier]) == (9, [8])
    page = as_(office).get("/work/2030-2032/2030Q4/tasks/1/").content.decode()
    assert "核定</span>" in page and "预计 8" in page
    assert Correction.objects.get().shown == [
        ["量化完成值", "指标0：8个（预计） 预计数", "指标0：8个（预计） 预计数\n指标0：9个（核定）"]
    ]


@pytest.mark.parametrize(
    ("certainty", "value", "words"),
    [("estimated", 9, "重复填写"), ("preliminary", None, "没有需要更正的地方")],
)
def test_a_settlement_adds_something(accepted, target, reporter, certainty, value, words):
    with pytest.raises(ValidationError, match=words):
        settle(accepted, reporter, row(target, certainty, value))


def test_a_settlement_only_adds_and_only_what_is_more_certain(accepted, target, people, office):
    reporter = people["reporter"]
    for changes, words in (
        ({"targets": [row(target, "verified", 9)]}, "保留原有各阶段"),
        ({"percent": 90}, "只补充更确定的指标值"),
    ):
        with pytest.raises(ValidationError, match=words):
            corrections.ask(
                accepted, kind="settlement", changes=changes, basis="年报", by=reporter, now=LATER
            )
    corrections.grant(settle(accepted, reporter, row(target, "verified", 9)), by=office, now=LATER)
    report = ProgressReport.objects.get(pk=accepted.pk)
    with pytest.raises(ValidationError, match="应比已报的更确定"):
        settle(report, reporter, row(target, "preliminary", 7))


# --- what waits to be settled ---------------------------------------------------------------------

PAGE = "/work/2030-2032/2030Q4/values/"


def test_the_list_shows_what_is_not_verified_yet(
    accepted, target, people, office, stranger, leader, kjj_reporter, as_
):
    def shown(user):
        return [(each.certainty, each.value) for each in as_(user).get(PAGE).context["page"]]

    assert shown(office) == shown(people["reporter"]) == shown(leader) == [("estimated", 8)]
    assert shown(stranger) == []
    assert "?kind=settlement" in as_(people["reporter"]).get(PAGE).content.decode()
    assert "?kind=settlement" not in as_(office).get(PAGE).content.decode()
    asked = settle(accepted, people["reporter"], row(target, "preliminary", 9))
    assert "待决定" in as_(office).get(PAGE).content.decode()
    corrections.grant(asked, by=office, now=LATER)
    assert shown(office) == [("preliminary", 9)]
    report = ProgressReport.objects.get(pk=accepted.pk)
    corrections.grant(settle(report, people["reporter"], row(target, "verified", 9)), by=office, now=LATER)
    assert shown(office) == []


def test_the_list_filters_and_exports(accepted, office, as_):
    desk = as_(office)
    for query, count in (
        ("certainty=estimated", 1),
        ("certainty=preliminary", 0),
        ("agency=fgw", 1),
        ("period=2030Q4", 1),
        ("q=指标0", 1),
        ("q=某某", 0),
    ):
        assert desk.get(f"{PAGE}?{query}").context["page"].paginator.count == count, query
    assert desk.get(f"{PAGE}export.xlsx?certainty=estimated").status_code == 200


def test_settling_in_the_browser(accepted, target, people, office, as_):
    own, url = as_(people["reporter"]), f"{accepted.get_absolute_url()}correction/?kind=settlement"
    page = own.get(url).content.decode()
    assert "已报：预计" in page and f"target-{target.pk}-verified" in page
    assert f"target-{target.pk}-estimated" not in page and 'name="progress"' not in page
    form = {"kind": "settlement", "revision": accepted.revision, "basis": "市统计局年报"}
    form |= {f"target-{target.pk}-verified": "9.5", f"target-{target.pk}-note": "年报数"}
    seen = own.post(url, form | {"verb": "preview"}).content.decode()
    assert "指标0：9.5个（核定）" in seen.replace("<ins>", "").replace("</ins>", "")
    assert own.post(url, form | {"verb": "ask"}).status_code == 302
    corrections.grant(Correction.objects.get(), by=office, now=LATER)
    kept = {each.certainty: each.note for each in TargetValue.objects.filter(report=accepted)}
    assert kept == {"estimated": "预计数", "verified": "年报数"}


# --- a real task ----------------------------------------------------------------------------------


def test_task_14_of_2024_settles_a_milestone_told_in_words(plans, office, as_):
    """2024 任务 14 promises no number: 争取将宿州市纳入集群一体化建设. Its stages are told in words."""
    task = plans["2024-2026"].tasks.get(number=14)
    target = task.targets.get()
    body = task.assignments.filter(role="lead").order_by("order").first().agency
    reporter, approver = person("r14"), person("a14")
    reporter.posts.create(role=Role.REPORTER, agency=body)
    approver.posts.create(role=Role.APPROVER, agency=body)
    report = factories.make_report(task, body, task.plan.periods.get(code="2026Q4"))
    told = [{"target": target.pk, "value_text": "已上报，预计年内批复"}]
    report = walk(report, State.ACCEPTED, reporter=reporter, approver=approver, office=office, targets=told)
    url = f"{report.get_absolute_url()}correction/?kind=settlement"
    form = {"kind": "settlement", "revision": report.revision, "basis": "批复文件", "verb": "ask"}
    form[f"target-{target.pk}-verified"] = "已获批复"
    assert as_(reporter).post(url, form).status_code == 302
    corrections.grant(Correction.objects.get(), by=office, now=LATER)
    standing = figures.targets_of(task, office)[0]
    assert (standing.value.value_text, standing.value.get_certainty_display()) == ("已获批复", "核定")
    assert [each.value_text for each in standing.earlier] == ["已上报，预计年内批复"]


def test_a_number_told_where_words_are_asked_survives_the_form(accepted, target, people, as_):
    """全覆盖 is asked in words, yet a program may tell it as 95 %: correcting the text leaves it a number."""
    Target.objects.filter(pk=target.pk).update(operator="full")
    own, url = as_(people["reporter"]), f"{accepted.get_absolute_url()}correction/"
    page = own.get(url).context["said"]
    form = {name: page[name].value() or "" for name in page.fields} | {
        "verb": "preview",
        "progress": "新的进展 1 项。",
    }
    form |= {"kind": "slip", "basis": "笔误", "revision": accepted.revision}
    assert [label for label, _, _ in own.post(url, form).context["shown"]] == ["工作进展"]
