"""年度落实情况报告: drafted from a body's own accepted returns, as Word, its duty, all of them in one zip."""

import zipfile
from datetime import datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from agencies import duties
from agencies.audit import trail_of
from agencies.models import AgencySuccession
from progress import annual_draft, annual_paper, annual_zip, content, drafts, due
from progress.models import ProgressReport, ProjectUpdate, ReportingPeriod, TargetValue
from progress.unit_sheet import UnitSheet
from progress.workflow import Stale
from supervision.models import Problem
from tasks.models import Chapter, Project, Target
from tests import factories
from tests.factories import BEFORE_DUE, SHANGHAI, make_period, make_report, make_task, make_year, walk

pytestmark = pytest.mark.django_db
State = ProgressReport.State
NOW = datetime(2030, 12, 2, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def led(fgw, office):
    """Tasks 1 and 2 of fgw; task 1 with a target and a project."""
    first, second = make_task(1, leads=[fgw]), make_task(2, leads=[fgw])
    said = {"plan": first.plan, "task": first, "quote": "原文"}
    target = Target.objects.create(
        **said, indicator="平台数", operator=">=", value_text="10", minimum=10, unit="个"
    )
    project = Project.objects.create(**said, name="某产业园", planned_stage="在建")
    return first, second, target, project


@pytest.fixture
def told(led, fgw, people):
    """What was accepted of the year: task 1 in two quarters, task 2 in the first; its second waits."""
    first, second, target, project = led
    q1, q2 = make_period("2030Q1"), make_period("2030Q2")
    value = [{"target": target.pk, "certainty": "preliminary", "value": 3}]
    walk(make_report(first, fgw, q1), State.ACCEPTED, **people, targets=value)
    latest = {
        "progress": "1—6月，建成平台7个。",
        "problem": "用地指标不足。",
        "next_steps": "年底前再建3个。",
        "experience": "挂图作战。",
        "targets": [{"target": target.pk, "certainty": "estimated", "value": 7}],
        "projects": [{"project": project.pk, "stage": "building", "note": "主体完工"}],
    }
    walk(make_report(first, fgw, q2), State.ACCEPTED, **people, **latest)
    walk(make_report(second, fgw, q1), State.ACCEPTED, **people, problem="无")
    walk(make_report(second, fgw, q2), State.UNDER_REVIEW, **people, progress="尚未采用的话。")


@pytest.fixture
def annual(fgw, office):
    report = factories.make_unit_report(fgw, make_year())
    opened = timezone.now() - timedelta(days=9)
    ReportingPeriod.objects.filter(pk=report.period_id).update(opened_at=opened)
    return content.load(report.pk)


def draft_of(report, user):
    return annual_draft.draft_of(UnitSheet(report), user)


def url(report, name):
    return reverse(f"progress:{name}", args=["2030-2032", "2030", report.agency.code])


def words_of(docx):
    document = Document(BytesIO(docx))
    cells = [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    # A long title is broken into lines.
    paragraphs = [paragraph.text.replace("\n", "") for paragraph in document.paragraphs]
    return "\n".join([*paragraphs, *cells])


# --- the story --------------------------------------------------------------------------------------


def test_from_the_draft_to_the_word_file_through_the_pages(told, annual, as_, reporter, approver, office):
    client = as_(reporter)
    assert "起草本年度报告" in client.get(annual.get_absolute_url()).text
    page = client.get(url(annual, "annual_draft")).text
    for words in (
        "2030年，本单位在行动方案中牵头2项任务。",
        "量化指标1项，已有数据1项（预计1项）。重大项目1个，其中在建（续建）1个。",
        "任务之1。1—6月，建成平台7个。主要指标：平台数7个（预计）。重大项目：某产业园在建（续建），主体完工。",
        "用地指标不足（第1项）。",
        "二季度第1项（第 1 版）",
        "2030年第二季度：第 2 项",
    ):
        assert words in page, words
    assert "尚未采用的话" not in page
    parts = ["overview", "chapter-1", "problem", "next_steps"]
    answer = client.post(url(annual, "annual_draft"), {"section": parts, "revision": 1}, follow=True)
    assert "已写入：总体情况、行动一：某某行动、存在问题、下一步打算" in answer.text
    assert "一、总体情况" in answer.text and "四、下一步打算" in answer.text
    said = content.snapshot(content.load(annual.pk))
    assert [row["tasks"] for row in said["paragraphs"]] == [[1], [2]]
    assert said["experience"] == ""
    [event] = [each for each in trail_of(annual) if each.verb == "起草年度报告"]
    assert "二季度第1项第1版" in event.detail["依据"]
    unfinished = words_of(client.get(url(annual, "annual_word")).content)
    assert "草稿　未报出" in unfinished and "签发人" not in unfinished
    assert as_(office).get(url(annual, "annual_word")).status_code == 404
    client.post(annual.get_absolute_url(), {"verb": "submit", "revision": 2})
    as_(approver).post(annual.get_absolute_url(), {"verb": "approve", "revision": 3})
    paper = words_of(as_(office).get(url(annual, "annual_word")).content)
    for words in (
        f"签发人：{approver}",
        "关于2030年落实《宿州市某三年行动计划（2030-2032）》情况的报告",
        "市推进长三角一体化发展领导小组办公室：",
        "一、总体情况",
        "二、主要做法和成效",
        "（一）某某行动",
        "三、存在问题",
        "四、下一步打算",
        "附件：1.量化指标完成情况表",
        "重大项目进展表",
        "取自各期已采用的填报，截至",
        "主体完工",
        "市发展改革委",
    ):
        assert words in paper, words
    assert "草稿" not in paper and "对标学习" not in paper


# --- the draft ----------------------------------------------------------------------------------------


def test_the_same_returns_give_the_same_draft(told, annual, reporter):
    first, second = (draft_of(annual, reporter).sections for _ in range(2))
    assert first == second and [each.key for each in first][0] == "overview"


def test_what_is_typed_stays_and_the_draft_goes_below_it(told, annual, reporter):
    mine = {"overview": "我自己写的。", "paragraphs": [{"chapter": 1, "text": "我的一段。", "tasks": [2]}]}
    report = drafts.save(annual, mine, by=reporter, now=NOW, revision=1)
    fresh, taken = annual_draft.take(
        UnitSheet(report), ["overview", "chapter-1"], by=reporter, now=NOW, revision=2
    )
    assert fresh.unit_return.overview.startswith("我自己写的。\n2030年，本单位")
    assert [row.text[:5] for row in fresh.paragraphs.all()] == ["我的一段。", "任务之1。", "任务之2。"]
    # A part that is there already is not written a second time.
    stands = {each.key for each in draft_of(fresh, reporter).sections if each.taken}
    assert stands == {"overview", "chapter-1"}
    assert len(taken) == 2


def test_of_two_people_the_second_is_told_and_nothing_is_overwritten(told, annual, reporter, as_):
    sheet = UnitSheet(annual)
    drafts.save(annual, {"overview": "同事刚写的。"}, by=reporter, now=NOW, revision=1)
    with pytest.raises(Stale):
        annual_draft.take(sheet, ["overview"], by=reporter, now=NOW, revision=1)
    answer = as_(reporter).post(url(annual, "annual_draft"), {"section": "overview", "revision": 1})
    assert answer.status_code == 412 and "同事刚写的。" in answer.text
    assert content.load(annual.pk).unit_return.overview == "同事刚写的。"


def test_nothing_accepted_is_said_in_a_sentence(led, fgw, annual, people, as_):
    walk(make_report(led[0], fgw, make_period()), State.UNDER_REVIEW, **people)
    client = as_(people["reporter"])
    page = client.get(url(annual, "annual_draft")).text
    assert "本年度还没有已采用的报送" in page and "2030年第一季度：第 1 项" in page
    answer = client.post(url(annual, "annual_draft"), {"section": "overview", "revision": 1})
    assert answer.status_code == 400 and content.load(annual.pk).revision == 1


def test_a_county_drafts_from_its_summaries(county, county_reporter, county_approver, office):
    who = {"reporter": county_reporter, "approver": county_approver, "office": office}
    walk(factories.make_unit_report(county), State.ACCEPTED, **who)
    report = content.load(factories.make_unit_report(county, make_year()).pk)
    sections = {each.key: each for each in draft_of(report, county_reporter).sections}
    assert sections["chapter-1"].rows == [{"text": "1—3月，承接转移项目3个。", "tasks": [1]}]
    assert sections["overview"].text.endswith("1—3月各项工作有序推进。")


def test_a_body_renamed_in_the_year_goes_on_from_what_was_reported_under_the_old_name(
    led, fgw, kjj, people, kjj_reporter, kjj_approver
):
    task = make_task(3, leads=[kjj])
    who = {"reporter": kjj_reporter, "approver": kjj_approver, "office": people["office"]}
    walk(make_report(task, kjj, make_period()), State.ACCEPTED, **who)
    AgencySuccession.objects.create(predecessor=kjj, successor=fgw, kind="renamed")
    report = content.load(factories.make_unit_report(fgw, make_year()).pk)
    [chapter] = [each for each in draft_of(report, people["reporter"]).sections if each.rows]
    assert chapter.rows[0]["text"].startswith("任务之3。1—3月") and chapter.rows[0]["tasks"] == []
    assert chapter.sources[0].label == "市科技局一季度第3项"
    # Where the old body reports on the year itself, its work is told there and once.
    factories.make_unit_report(kjj, report.period)
    assert draft_of(report, people["reporter"]).sections == []


def test_problems_the_office_keeps_stand_in_the_draft(told, annual, reporter, office):
    said = {"plan": annual.period.plan, "period": make_period("2030Q1"), "agency": annual.agency}
    Problem.objects.create(**said, text="跨省断头路未打通。", raised_at=NOW)
    closed = {"state": "closed", "closed_at": NOW, "closed_by": office}
    Problem.objects.create(**said, text="已经解决的。", raised_at=NOW, **closed)
    section = {each.key: each for each in draft_of(annual, reporter).sections}["problem"]
    assert section.text == "用地指标不足（第1项）。\n跨省断头路未打通。\n年内已整改销号问题1个。"


def test_nothing_of_a_sensitive_task_is_drafted(told, led, annual, reporter, as_):
    first = led[0]
    said = {"plan": first.plan, "period": make_period("2030Q1"), "agency": annual.agency, "task": first}
    Problem.objects.create(**said, text="另一问题。", raised_at=NOW)
    drawn = str(draft_of(annual, reporter).sections)
    assert "用地指标不足" in drawn and "另一问题" in drawn
    type(first).objects.filter(pk=first.pk).update(is_sensitive=True)
    sections = draft_of(annual, reporter).sections
    drawn = "".join(f"{each.text}{each.rows}" for each in sections)
    for words in ("任务之1", "平台7个", "用地指标不足", "年底前再建", "挂图作战", "另一问题", "某产业园"):
        assert words not in drawn, words
    assert "任务之2" in drawn
    page = as_(reporter).get(url(annual, "annual_draft")).text
    assert "第 1 项是敏感任务，没有起草" in page and "平台7个" not in page


def test_more_tasks_than_places_are_put_together():
    rows = [{"text": f"{n}", "tasks": [n]} for n in range(1, 21)]
    packed = annual_draft.chapter_rows(rows, 9)
    assert len(packed) <= 9 and [n for row in packed for n in row["tasks"]] == list(range(1, 21))


def test_only_its_own_reporters_may_draft(told, annual, as_, approver, office, kjj_reporter):
    assert as_(approver).get(url(annual, "annual_draft")).status_code == 403
    assert as_(office).get(url(annual, "annual_draft")).status_code == 403
    assert as_(kjj_reporter).get(url(annual, "annual_draft")).status_code == 404
    quarter = factories.make_unit_report(annual.agency, make_period())
    place = ["2030-2032", "2030Q1", quarter.agency.code]
    assert as_(office).get(reverse("progress:annual_word", args=place)).status_code == 404


def test_the_draft_counts_and_names_as_a_sentence_does(told, led, annual, reporter, people):
    first, second, target, project = led
    ProjectUpdate.objects.filter(project=project).update(stage="preparing")
    TargetValue.objects.filter(target=target).delete()
    other = Chapter.objects.create(
        plan=first.plan, number=2, title="实施另一行动", heading="三、实施另一行动"
    )
    type(second).objects.filter(pk=second.pk).update(chapter=other)
    sections = {each.key: each for each in draft_of(annual, reporter).sections}
    assert "量化指标1项，均尚无数据。重大项目1个，其中谋划和前期1个。" in sections["overview"].text
    assert "某产业园处于谋划和前期阶段，主体完工。" in sections["chapter-1"].rows[0]["text"]
    assert "\n另一行动方面，6月底前再建2个（第2项）。" in sections["next_steps"].text


# --- its paper ------------------------------------------------------------------------------------------


def test_the_five_parts_stand_in_the_official_order():
    said = dict.fromkeys(content.unit.TEXTS, "文字。") | {"paragraphs": [], "agency": "泗县人民政府"}
    paper = annual_paper.AnnualPaper("《某计划》", 2030, said, annual_paper.OwnFigures())
    words = words_of(annual_paper.word_of(paper))
    names = ("一、总体情况", "二、主要做法和成效", "三、对标学习杭州情况", "四、存在问题", "五、下一步打算")
    places = [words.index(name) for name in names]
    assert places == sorted(places)
    assert "落实《某计划》情况" in words and annual_paper.word_of(paper) == annual_paper.word_of(paper)


def test_a_request_is_no_part_of_the_report():
    said = dict.fromkeys(content.unit.TEXTS, "文字。") | {"paragraphs": [], "agency": "泗县人民政府"}
    said["request"] = "请求解决资金。"
    paper = annual_paper.AnnualPaper("某计划", 2030, said, annual_paper.OwnFigures())
    assert "请求解决资金" not in words_of(annual_paper.word_of(paper))


# --- its duty --------------------------------------------------------------------------------------------


def test_reminders_find_the_years_report_by_its_own_name_and_deadline(annual):
    [item] = due.year_reports_due(annual.period.plan, NOW)
    assert (item.title, item.at, item.agency) == ("2030年度落实情况报告", annual.due_at, annual.agency_id)
    assert item.url == annual.get_absolute_url()
    kind = duties.kinds()["year_end"]
    assert kind.label == "年度落实情况报告" and kind.is_deadline
    ProgressReport.objects.filter(pk=annual.pk).update(left_at=NOW, state=State.UNDER_REVIEW)
    assert due.year_reports_due(annual.period.plan, NOW) == []


def test_it_is_due_on_the_last_working_day_of_the_year(plans):
    # In 2022 and 2023 the last days of the year are a weekend.
    for plan, year, day in (
        *(("2021-2023", 2022, (12, 30)), ("2021-2023", 2023, (12, 29))),
        *(("2024-2026", 2025, (12, 31)), ("2024-2026", 2026, (12, 31))),
    ):
        period = plans[plan].periods.get(code=str(year))
        due_at = timezone.localtime(period.due_at)
        assert (due_at.month, due_at.day, due_at.hour) == (*day, 18)


# --- all of them -------------------------------------------------------------------------------------------


def test_all_reports_of_a_year_come_in_one_zip_that_says_who_is_missing(
    told, annual, sixian, kjj, people, as_, office, reporter, leader
):
    walk(annual, State.ACCEPTED, **people, problem="无", next_steps="再建2个。", now=BEFORE_DUE)
    factories.make_unit_report(sixian, annual.period)
    address = reverse("progress:annual_zip", args=["2030-2032", "2030"])
    listed = reverse("progress:returns", args=["2030-2032", "2030"])
    assert address in as_(office).get(listed).text and address not in as_(reporter).get(listed).text
    assert as_(reporter).get(address).status_code == as_(leader).get(address).status_code == 403
    answer = as_(office).get(address)
    archive = zipfile.ZipFile(BytesIO(answer.getvalue()))
    assert archive.testzip() is None
    name = "01 市发展改革委 2030年度落实情况报告.docx"
    assert archive.namelist() == [annual_zip.LIST_NAME, name]
    assert "关于2030年落实" in words_of(archive.read(name))
    sheet = openpyxl.load_workbook(BytesIO(archive.read(annual_zip.LIST_NAME))).active
    rows = {row[1]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert rows["市发展改革委"][6] == name and "未收录" in rows["泗县人民政府"][6]


def test_names_of_files_are_safe_and_each_once(fgw, annual):
    ProgressReport.objects.filter(pk=annual.pk).update(left_at=NOW, state=State.UNDER_REVIEW)
    annual.refresh_from_db()
    annual.agency.name, annual.last_version = '市/发:展*改"革|委' * 20, 1
    [name] = annual_zip.names_of([annual]).values()
    assert not set('/\\:*?"<>|') & set(name) and len(name) < 120 and "（待审核）" in name
