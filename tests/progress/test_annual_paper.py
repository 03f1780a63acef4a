"""The signed paper of a 年度落实情况报告 stays as it was: its tables, date and 签发人 are its version's."""

import zipfile
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from progress import annual_paper, annual_tables, content, paper, units
from progress.annual_figures import OwnFigures
from progress.models import ProgressReport, ReportVersion, TargetValue
from progress.workflow import accept, send_back
from tasks.models import Project, Target
from tests.factories import make_period, make_report, make_task, make_unit_report, make_year, walk

pytestmark = pytest.mark.django_db
State = ProgressReport.State
WRITTEN = {"problem": "无", "next_steps": "再建2个。"}
WORD = ["2030-2032", "2030", "fgw"]


@pytest.fixture
def target(fgw, office, people):
    """Of task 1, which fgw leads and told of in the second quarter, with a project."""
    task = make_task(1, leads=[fgw])
    said = {"plan": task.plan, "task": task, "quote": "原文"}
    numbers = {"operator": ">=", "value_text": "10", "minimum": 10, "unit": "个"}
    target = Target.objects.create(**said, **numbers, indicator="平台数")
    project = Project.objects.create(**said, name="某产业园", planned_stage="在建")
    told = {
        "targets": [{"target": target.pk, "certainty": "estimated", "value": 7}],
        "projects": [{"project": project.pk, "stage": "building", "note": "主体完工"}],
    }
    walk(make_report(task, fgw, make_period("2030Q2")), State.ACCEPTED, **people, **told)
    return target


@pytest.fixture
def annual(target, fgw):
    return content.load(make_unit_report(fgw, make_year()).pk)


@pytest.fixture
def signed(annual, people):
    return walk(annual, State.UNDER_REVIEW, **people, **WRITTEN)


def words_of(docx):
    document = Document(BytesIO(docx))
    cells = [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def word(client, version=None):
    address = reverse("progress:annual_word", args=WORD)
    return client.get(address if version is None else f"{address}?version={version}")


def correct_the_value(target, value):
    """What a correction writes: the latest value of a target."""
    rows = TargetValue.objects.filter(target=target, certainty="estimated")
    assert rows.update(value=value) == 1


def frozen(report):
    return ReportVersion.objects.filter(report=report).latest("number")


def test_a_value_corrected_afterwards_changes_the_draft_and_not_the_signed_paper(target, annual, people, as_):
    client = as_(people["reporter"])
    draft = word(client).content
    assert "7个" in words_of(draft) and "报出时随报告固定" in words_of(draft)
    report = walk(annual, State.ACCEPTED, **people, **WRITTEN)
    before = word(as_(people["office"])).content
    assert "7个" in words_of(before) and "取自各期已采用的填报，截至" in words_of(before)
    assert "以最新采用的为准" not in words_of(before)
    correct_the_value(target, 6)
    assert word(as_(people["office"])).content == before
    # Another body's year, drafted now, would say what is accepted now.
    figures = annual_paper.figures_behind(report, content.snapshot(content.load(report.pk)))
    assert annual_tables.tables_of(figures)["targets"][0]["said"] == "6个"
    archive = as_(people["office"]).get(reverse("progress:annual_zip", args=["2030-2032", "2030"]))
    archive = zipfile.ZipFile(BytesIO(archive.getvalue()))
    assert archive.read(archive.namelist()[1]) == before


def test_each_version_keeps_its_own_paper_whatever_became_of_the_report(target, signed, people, as_):
    office = as_(people["office"])
    first = word(office, 1).content
    assert "已报出" not in words_of(first) and "签发人" in words_of(first)
    back = send_back(signed, by=people["office"], now=signed.left_at, revision=signed.revision, reason="补充")
    correct_the_value(target, 5)
    walk(content.load(back.pk), State.ACCEPTED, **people)
    assert word(office, 1).content == first
    assert "7个" in words_of(first)
    assert "5个" in words_of(word(office, 2).content)
    page = office.get(reverse("progress:unit_versions", args=WORD)).text
    assert "?version=1" in page and "?version=2" in page
    assert "附件：量化指标完成情况" in page and "<ins>5</ins>" in page
    for number in ("3", "0", "x"):
        assert word(office, number).status_code == 404


def test_the_name_and_the_date_under_it_are_the_signed_ones(signed, people, as_):
    said = frozen(signed).content["paper"]
    assert said["signer"] == str(people["approver"])
    type(people["approver"]).objects.filter(pk=people["approver"].pk).update(full_name="换了名字")
    shown = words_of(word(as_(people["office"])).content)
    assert f"签发人：{said['signer']}" in shown and "换了名字" not in shown


def test_the_report_says_what_it_is_before_its_first_part(annual, people, as_):
    opening = "现将2030年落实《宿州市某三年行动计划（2030-2032）》情况报告如下。"
    assert opening in words_of(word(as_(people["reporter"])).content)
    signed = walk(annual, State.UNDER_REVIEW, **people, **WRITTEN)
    assert frozen(signed).content["paper"]["opening"] == opening
    lines = words_of(word(as_(people["office"])).content).splitlines()
    assert lines.index(opening) == lines.index("一、总体情况") - 1


def test_the_tables_are_part_of_what_is_sealed(signed):
    version = frozen(signed)
    assert version.sha256 == content.fingerprint(version.content)
    assert version.content["paper"]["projects"] == [
        {"task": 1, "name": "某产业园", "planned": "在建", "stage": "在建（续建）", "note": "主体完工"}
    ]


def test_only_a_years_report_keeps_tables(target, fgw, people):
    quarter = walk(make_unit_report(fgw, make_period("2030Q3")), State.UNDER_REVIEW, **people)
    [task] = ReportVersion.objects.filter(report__kind="task")
    assert "paper" not in frozen(quarter).content and "paper" not in task.content


def test_who_may_not_know_of_a_task_reads_no_row_of_it(signed):
    version = frozen(signed)
    whole = units.known_part(version.content, set())
    assert [row["task"] for row in whole["paper"]["targets"]] == [1]
    part = units.known_part(version.content, {1})
    assert part["paper"]["targets"] == part["paper"]["projects"] == []
    assert "平台数" not in str(part["paper"])
    assert version.content["paper"]["targets"]  # what is kept is not touched


def test_no_leader_reads_a_row_of_a_task_made_sensitive(signed, people, leader, as_, monkeypatch):
    accept(signed, by=people["office"], now=signed.left_at, revision=signed.revision)
    assert "某产业园" in words_of(word(as_(leader)).content)
    monkeypatch.setattr(units, "unknown_to", lambda user: {("2030-2032", 1)})
    assert "某产业园" not in words_of(word(as_(leader)).content)


def test_a_version_from_before_goes_by_what_is_accepted_now_and_says_so(annual):
    said = content.snapshot(annual)
    figures = annual_paper.figures_behind(annual, said)
    annual.state = State.ACCEPTED
    old = annual_paper.paper_of(annual, said, figures, is_draft=False, left_at=annual.period.due_at)
    shown = words_of(annual_paper.word_of(old))
    assert annual_paper.OF_NOW in shown and "7个" in shown


def test_tables_an_older_version_did_not_keep_are_not_shown_as_added():
    old = dict.fromkeys(content.unit.TEXTS, "文字。") | {"paragraphs": [], "agency": "泗县人民政府"}
    kept = {"task": 1, "name": "某园", "planned": "在建", "stage": "建成", "note": ""}
    new = old | {"paper": {"targets": [], "projects": [kept], "signer": "", "on": "2030-12-20"}}
    [line] = [each for each in paper.lines(new, old) if each.key == "projects"]
    assert line.text == "第1项　某园：建成" and not line.changed
    other = new | {"paper": new["paper"] | {"projects": [kept | {"stage": "开工"}]}}
    [line] = [each for each in paper.lines(other, new) if each.key == "projects"]
    assert line.changed


def test_what_is_behind_a_frozen_paper_is_not_asked_again(signed, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert annual_paper.figures_behind(signed, {"paper": {}}) == OwnFigures()


def test_who_hands_it_in_is_told_that_the_tables_will_be_fixed(annual, people, as_):
    said = "两张附表在报出时随报告固定"
    client = as_(people["reporter"])
    assert said in client.get(f"{annual.get_absolute_url()}?confirm=submit").text
    quarter = make_unit_report(annual.agency, make_period("2030Q3"))
    assert said not in client.get(f"{quarter.get_absolute_url()}?confirm=submit").text
