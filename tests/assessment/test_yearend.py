"""What a report of the office is made of: accepted words with their sources, numbers that are counted."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency
from assessment import report_figures, sections
from assessment.models import Finding
from assessment.sections import told
from assessment.sections.paragraph import paragraph
from progress import workflow
from progress.models import ProgressReport
from tasks.models import Assignment, Project, Target, Task
from tests import factories
from tests.assessment.gathered import END, accept, accept_summary, material, texts, told_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def kjj_people(kjj_reporter, kjj_approver, office):
    return {"reporter": kjj_reporter, "approver": kjj_approver, "office": office}


@pytest.fixture
def task(fgw, kjj, office):
    """Task 1, led by fgw and supported by kjj, with a goal."""
    task = factories.make_task(1, leads=[fgw], supports=[kjj])
    factories.make_goal(task, by=office)
    return task


def by_chapter(gathered):
    return sections.gather("chapters", gathered, None, chapter=1)


def of(source, gathered):
    figures = report_figures.gather(gathered) if sections.reads_figures(source) else None
    return sections.gather(source, gathered, figures)


# --- which words -----------------------------------------------------------------------------------


def test_of_the_year_the_last_quarter_speaks_with_where_it_comes_from(task, fgw, people):
    for code in ("2030Q1", "2030Q3", "2030Q4"):
        last = accept(task, fgw, code, people)
    found = by_chapter(material())
    assert texts(found, 2) == ["某某行动"]
    assert texts(found, 3) == ["任务之1"]
    assert texts(found) == ["1—12月，建成平台4个。"]
    source = {"task": 1, "agency": "fgw", "agency_name": "市发展改革委", "period": "2030Q4"}
    assert found[-1]["sources"] == [source | {"version": 1, "report": last.pk}]
    assert {each["chapter"] for each in found} == {1}


def test_a_half_year_is_told_by_its_second_quarter_and_a_quarter_by_itself(task, fgw, people):
    for code in ("2030Q1", "2030Q2", "2030Q3"):
        accept(task, fgw, code, people)
    assert texts(by_chapter(material("half", "2030Q2"))) == ["1—6月，建成平台2个。"]
    assert texts(by_chapter(material("quarter", "2030Q1"))) == ["1—3月，建成平台1个。"]


def test_the_confirmed_text_goes_before_what_was_returned(task, fgw, people, office):
    accept(task, fgw, "2030Q1", people)
    period = factories.make_period("2030Q1")
    factories.decide(period, by=office, text="1—3月，建成平台1个。\n办公室核实，均已投用。")
    found = by_chapter(material("quarter", "2030Q1"))
    assert texts(found) == ["1—3月，建成平台1个。", "办公室核实，均已投用。"]
    assert [each["sources"][0]["agency_name"] for each in found[-2:]] == ["市发展改革委", "办公室改写"]


def test_no_change_gives_way_to_what_was_done_before(task, fgw, people):
    accept(task, fgw, "2030Q3", people)
    quiet = {"nature": "no_change", "no_change_reason": "待省批复", "progress": ""}
    accept(task, fgw, "2030Q4", people, **quiet)
    assert texts(by_chapter(material())) == ["1—9月，建成平台3个。"]


def test_leads_that_answer_apart_speak_under_their_names(fgw, kjj, people, kjj_people):
    task = factories.make_task(1, leads=[fgw, kjj], separate_leads=True)
    accept(task, fgw, "2030Q4", people, progress="甲。")
    accept(task, kjj, "2030Q4", kjj_people, progress="乙。")
    assert texts(by_chapter(material())) == ["市发展改革委：甲。", "市科技局：乙。"]


def test_what_was_accepted_later_or_reopened_is_not_in_it(task, fgw, people, office):
    accept(task, fgw, "2030Q1", people)
    report = accept(task, fgw, "2030Q2", people)
    assert by_chapter(material(now=told_at("2030Q1") - timedelta(hours=1))) == []
    assert texts(by_chapter(material(now=told_at("2030Q1")))) == ["1—3月，建成平台1个。"]
    later = told_at("2030Q2") + timedelta(days=1)
    workflow.reopen(report, by=office, now=later, revision=report.revision, reason="数据有误")
    assert texts(by_chapter(material())) == ["1—3月，建成平台1个。"]
    # A run that was asked for before goes on with what it would have read then.
    assert texts(by_chapter(material(now=later - timedelta(hours=1)))) == ["1—6月，建成平台2个。"]


def test_a_moved_task_and_a_renamed_body_are_told_as_they_are_now(task, fgw, kjj, people, kjj_people):
    accept(task, fgw, "2030Q1", people)
    task.assignments.filter(agency=fgw).update(valid_until=factories.DUE.date())
    task.assignments.filter(agency=kjj).update(role="lead", duty="lead")
    accept(task, kjj, "2030Q4", kjj_people, progress="接手后建成平台4个。")
    Agency.objects.filter(pk=kjj.pk).update(name="市科技创新局")
    gathered = material()
    found = by_chapter(gathered)
    assert texts(found) == ["接手后建成平台4个。"]
    assert found[-1]["sources"][0]["agency_name"] == "市科技创新局"
    assert report_figures.gather(gathered)["tasks"][0]["leads"] == "市科技创新局"


def test_a_sensitive_task_is_nowhere(task, fgw, people):
    accept(task, fgw, "2030Q4", people, problem="用地指标不足。")
    rows = [
        {"chapter": 1, "text": "机密的一段。", "tasks": [1]},
        {"chapter": 1, "text": "别的一段。", "tasks": []},
    ]
    accept_summary(fgw, people, paragraphs=rows)
    Target.objects.create(
        plan=task.plan, task=task, indicator="平台", operator=">=", value_text="1", quote="原"
    )
    Project.objects.create(plan=task.plan, task=task, name="项目", planned_stage="在建", quote="原")
    Task.objects.filter(pk=task.pk).update(is_sensitive=True)
    factories.make_task(2, leads=[fgw])
    gathered = material()
    figures = report_figures.gather(gathered)
    whole = str([by_chapter(gathered), of("problems", gathered), figures])
    assert "别的一段" in whole
    assert not any(word in whole for word in ("机密", "用地指标", "任务之1", "平台", "项目"))
    assert figures["counts"]["tasks"] == 1


# --- what units said -------------------------------------------------------------------------------


def test_units_add_what_leads_have_not_said(task, fgw, kjj, people, kjj_people):
    accept(task, fgw, "2030Q4", people)
    own = [{"chapter": 1, "text": "建成平台四个，自己又说一遍。", "tasks": [1]}]
    helped = [{"chapter": 1, "text": "支持建设平台2个。1—12月，建成平台4个。", "tasks": [1]}]
    accept_summary(fgw, people, paragraphs=own)
    summary = accept_summary(kjj, kjj_people, paragraphs=helped)
    found = by_chapter(material())
    assert texts(found, 3) == ["任务之1", "有关单位配合推进情况"]
    assert texts(found) == ["1—12月，建成平台4个。", "市科技局：支持建设平台2个。"]
    assert found[-1]["sources"][0]["report"] == summary.pk
    assert found[-1]["sources"][0]["period"] == "2030"


def test_a_task_without_returns_is_told_by_its_leads_own_report(task, fgw, people):
    accept_summary(fgw, people, paragraphs=[{"chapter": 1, "text": "建成平台5个。", "tasks": [1]}])
    assert texts(by_chapter(material())) == ["建成平台5个。"]


def test_problems_stand_once_and_requests_nowhere(task, fgw, kjj, people, kjj_people):
    accept(task, fgw, "2030Q1", people, problem="早已解决的问题。")
    accept(task, fgw, "2030Q4", people, problem="用地指标不足。", request="请协调用地指标。")
    accept_summary(fgw, people, problem="用地指标不足。资金到位偏晚。", request="请协调资金。")
    accept_summary(kjj, kjj_people, problem="无")
    found = of("problems", material())
    assert texts(found) == ["任务之1：用地指标不足。", "市发展改革委：资金到位偏晚。"]


def test_steps_experience_and_benchmarking_come_from_their_boxes(task, fgw, people):
    accept(task, fgw, "2030Q1", people, experience="清单管理。")
    accept(task, fgw, "2030Q4", people, experience="清单管理。", next_steps="建成第五个。")
    accept_summary(fgw, people, benchmarking="学习杭州做法3项。", next_steps="建成第五个。")
    gathered = material()
    assert texts(of("experience", gathered)) == ["任务之1：清单管理。"]
    assert texts(of("next_steps", gathered)) == ["任务之1：建成第五个。"]
    assert texts(of("benchmarking", gathered)) == ["市发展改革委：学习杭州做法3项。"]
    assert sections.gather("text", gathered, None, text="一段。\n\n又一段。")[1]["text"] == "又一段。"


# --- what was counted ------------------------------------------------------------------------------


def test_the_overview_says_the_figures(task, fgw, people, office):
    second = factories.make_task(2, leads=[fgw])
    factories.make_goal(second, by=office)
    accept(task, fgw, "2030Q4", people, percent=100)
    factories.make_report(second, fgw, factories.make_period("2030Q4"))
    factories.decide(factories.make_period("2030Q4"), "all", by=office, now=END - timedelta(days=1))
    gathered = material()
    figures = report_figures.gather(gathered)
    assert figures["quarter"] == "2030Q4"
    counts = figures["counts"]
    assert (counts["tasks"], counts["on_pace"], counts["unreported"], counts["undecided"]) == (2, 1, 1, 0)
    assert figures["chapters"][0]["lamps"]["green"] == 1
    assert figures["filing"]["on_time_rate"] == "50.0"
    assert [each["missing"] for each in figures["silent"]] == [1]
    first = figures["tasks"][0]
    assert (first["percent"], first["word"], first["progress"]) == ("100", "达序时", "1—12月，建成平台4个。")
    said = texts(sections.gather("overview", gathered, figures))
    assert said[0] == "2030年，行动计划确定的2项重点任务中，达序时1项、未报1项。数据截至2031年1月20日。"
    assert said[-1] == "各单位应报2项次，按时报送率50.0%，到期未报1项次。"


def test_before_the_last_quarter_is_confirmed_an_earlier_one_rules_and_it_is_said(task, fgw, people, office):
    accept(task, fgw, "2030Q3", people)
    accept(task, fgw, "2030Q4", people)
    factories.decide(factories.make_period("2030Q3"), by=office, now=END)
    gathered = material()
    assert gathered.ruling.code == "2030Q3"
    assert texts(by_chapter(gathered)) == ["1—9月，建成平台3个。"]
    first = texts(of("overview", gathered))[0]
    assert "达序时1项（亮灯以第三季度为准）。" in first


def test_a_lamp_nobody_confirmed_by_then_is_undecided(task, fgw, people, office):
    accept(task, fgw, "2030Q4", people, percent=100)
    factories.decide(factories.make_period("2030Q4"), by=office, now=END)
    before = report_figures.gather(material(now=END - timedelta(hours=1)))
    assert before["counts"]["undecided"] == 1
    assert before["tasks"][0]["word"] == "待审定"
    assert report_figures.gather(material())["counts"]["undecided"] == 0


def test_targets_and_projects_stand_as_last_accepted(task, fgw, people, office):
    promised = {"plan": task.plan, "task": task, "quote": "原文"}
    due = {"due": "each_year", "operator": ">=", "value_text": "4", "minimum": 4, "unit": "个"}
    target = Target.objects.create(**promised, indicator="平台", **due)
    found = Target.objects.create(
        **promised, indicator="位次", operator="rank", value_text="前列", due="each_year"
    )
    project = Project.objects.create(**promised, name="产业园", planned_stage="在建")
    row = {"target": target.pk, "certainty": "preliminary", "value_text": "", "note": ""}
    stage = {"project": project.pk, "note": "主体完工"}
    for code, value, now in (("2030Q3", 3, "started"), ("2030Q4", 4, "built")):
        values = [row | {"value": value}]
        accept(task, fgw, code, people, targets=values, projects=[stage | {"stage": now}])
    said = {
        "plan": task.plan,
        "year": 2030,
        "agency": fgw,
        "basis": "公报",
        "found_by": office,
        "found_at": END,
    }
    Finding.objects.create(**said, target=found, kind="target_missed")
    figures = report_figures.gather(material())
    first, second = figures["targets"]
    assert (first["value"], first["certainty"], first["period"]) == ("4个", "快报", "2030Q4")
    assert (first["attained"], first["due"], second["attained"]) == (True, True, False)
    assert figures["projects"][0]["stage"] == "建成"
    assert figures["projects"][0]["agency"] == "市发展改革委"
    said = texts(sections.gather("overview", None, figures))
    assert "列入计划的量化指标2项，其中到期2项，已达到1项、未达到1项。" in said
    assert "计划列明的重大项目1个，建成1个。" in said
    first["attained"], figures["projects"] = False, [{"stage": "谋划/前期"}, {"stage": "建成"}]
    said = texts(sections.gather("overview", None, figures))
    assert "列入计划的量化指标2项，其中到期2项，未达到2项。" in said
    assert "计划列明的重大项目2个，其中建成1个、谋划和前期1个。" in said
    assert report_figures.gather(material("quarter", "2030Q3"))["targets"][0]["attained"] is None


def test_any_number_of_tasks_asks_as_many_questions(task, fgw, people):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            gathered = material()
            report_figures.gather(gathered)
            by_chapter(gathered)
            of("problems", gathered)
        return len(queries)

    accept(task, fgw, "2030Q4", people)
    accept_summary(fgw, people)
    few = asked()
    for number in range(2, 6):
        accept(factories.make_task(number, leads=[fgw]), fgw, "2030Q4", people)
    assert asked() == few
    assert ProgressReport.objects.filter(state="accepted").count() == 6
    assert Assignment.objects.filter(role="lead").exists()


def test_what_is_behind_is_told_without_the_word_all_chapters_begin_with(task):
    figures = report_figures.gather(material())
    lamps = figures["chapters"][0]["lamps"] | {"yellow": 1, "red": 1}
    figures["chapters"][0] |= {"title": "实施打造长三角高水平科创体系行动", "lamps": lamps}
    said = texts(sections.gather("overview", None, figures))
    assert any(each.endswith("分布在：打造长三角高水平科创体系行动2项。") for each in said)


def test_a_lead_without_change_has_no_second_colon(fgw, kjj, people, kjj_people):
    task = factories.make_task(1, leads=[fgw, kjj], separate_leads=True)
    accept(task, fgw, "2030Q4", people)
    quiet = {"nature": "no_change", "no_change_reason": "环评待批。", "progress": ""}
    accept(task, kjj, "2030Q4", kjj_people, **quiet)
    assert "市科技局确认无变化：环评待批。" in texts(by_chapter(material()))


def test_many_problems_are_told_by_chapter_and_a_few_as_they_are():
    def said(chapter):
        return paragraph(f"某事：问题{chapter}。", [], chapter=chapter)

    titles = {1: "某某行动", 2: "另一行动"}
    few = [said(1), said(2), said(None)]
    assert told.by_chapter(few, titles, "有关单位反映的问题") == few
    many = [said(2), *few * 4]
    rows = told.by_chapter(many, titles, "有关单位反映的问题")
    headings = [(row["text"], row["chapter"]) for row in rows if row["level"]]
    assert headings == [("某某行动", 1), ("另一行动", 2), ("有关单位反映的问题", None)]
    plain = [row for row in rows if not row["level"]]
    assert sorted(map(str, plain)) == sorted(map(str, many))
    # Only units have spoken: nothing to tell apart.
    assert told.by_chapter([said(None)] * 20, titles, "有关单位反映的问题") == [said(None)] * 20


def test_of_several_leads_each_is_named_with_its_problem(fgw, kjj, people, kjj_people):
    task = factories.make_task(1, leads=[fgw, kjj], separate_leads=True)
    accept(task, fgw, "2030Q4", people, problem="用地指标不足。")
    assert texts(of("problems", material())) == ["任务之1：用地指标不足。"]
    accept(task, kjj, "2030Q4", kjj_people, problem="资金不足。")
    assert texts(of("problems", material())) == [
        "任务之1（市发展改革委）：用地指标不足。",
        "任务之1（市科技局）：资金不足。",
    ]
