"""A notice becomes rows all at once; who bears a task is expanded, and what is unknown is asked."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agencies.models import Agency, AuditEvent
from tasks import importing, notice, plan_files, reference
from tasks.importing import AlreadyImported, differences, import_notice
from tasks.models import (
    Assignment,
    AssignmentQuestion,
    Plan,
    Project,
    PublishedFact,
    Section,
    Target,
    Task,
    TaskLink,
)
from tasks.naming import mentions

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
TITLES = FIXTURES / "titles_2021_2023.csv"
pytestmark = pytest.mark.django_db

SMALL = """宿州市推进长三角一体化发展领导小组办公室关于印发《宿州市三年行动计划(2031—2033年)》的通知
《宿州市三年行动计划(2031—2033年)》已经2031年4月28日市政府常务会议审议通过,现印发给你们。
一、总体要求
(一)总体目标
到2033年取得成效。
二、实施甲行动
1.做甲事,把甲事做好,在泗县建成甲园区。(市发展改革委牵头,市科技局、泗县人民政府、各县区人民政府等按职责分工负责)
2.做乙事,协同徐州高新区和南京栖霞高新区。(各县区人民政府牵头,市乌有局、有关县区人民政府、成员单位按职责分工负责)
3.做丙事,依托高新区和砀山酥梨建设丙项目。(市数据资源管理局（政务服务局）牵头，市发展改革委按职能分工负责)
三、保障措施
(一)加强领导。加强组织领导。
"""


@pytest.fixture
def small(plans):
    return notice.parse(SMALL)


def duties(task):
    return {
        row.agency.code: row.duty
        for row in task.assignments.select_related("agency").order_by("role", "order")
    }


def real(code, **changes):
    """A real plan's notice, under other years where it is to be imported again."""
    parsed = plan_files.load((FIXTURES / f"plan_{code.replace('-', '_')}.json").read_text(encoding="utf-8"))
    return replace(parsed, **changes)


# --- the two plans as loaded ---------------------------------------------------------------------


def test_both_plans_are_there(plans):
    old, new = plans["2021-2023"], plans["2024-2026"]
    assert (old.first_period, old.last_period) == ("2021Q2", "2023Q4")
    assert (new.first_period, new.last_period) == ("2024Q3", "2026Q4")
    assert old.document_number == "宿长三角办〔2021〕1号"
    assert (str(old.passed_on), old.issued_on) == ("2021-04-28", None)
    assert (new.passed_on, str(new.issued_on)) == (None, "2024-07-05")
    assert "6月6日市委常委会会议" in new.passed_text
    assert (old.support_label, new.support_label) == ("责任单位", "配合单位")
    for plan in (old, new):
        assert plan.tasks.count() == 80
        assert plan.chapters.count() == 9
        assert plan.stewards.get().agency.is_office
        assert "目标" in plan.requirements
        assert plan.safeguards
    assert Section.objects.filter(chapter__plan=new).count() == 33
    assert not Section.objects.filter(chapter__plan=old).exists()


def test_duties_of_2024_by_count(plans):
    counted = Counter(Assignment.objects.filter(task__plan__code="2024-2026").values_list("duty", flat=True))
    assert counted == {"lead": 98, "named": 105, "implied": 639}
    eight = Agency.objects.filter(kind__in=[Agency.Kind.COUNTY, Agency.Kind.PARK])
    for task in plans["2024-2026"].tasks.prefetch_related("assignments"):
        assert {agency.pk for agency in eight} <= {row.agency_id for row in task.assignments.all()}


def test_the_lead_among_the_implied_keeps_its_lead_with_a_remark(plans):
    row = Assignment.objects.get(task__plan__code="2024-2026", task__number=70, agency__code="gaoxin")
    assert row.duty == Assignment.Duty.LEAD
    assert row.as_written == "宿州高新区"
    assert "各县区、市管各园区" in row.remark


def test_duties_of_2021_by_count(plans):
    counted = Counter(Assignment.objects.filter(task__plan__code="2021-2023").values_list("duty", flat=True))
    assert counted == {"lead": 125, "named": 155, "group": 266}


def test_doubles_of_2021_are_one_lead_with_a_remark(plans):
    for number in (46, 49):
        row = Assignment.objects.get(task__plan__code="2021-2023", task__number=number, agency__code="fgw")
        assert row.role == Assignment.Role.LEAD
        assert "同时列为牵头单位和责任单位" in row.remark


def test_counties_leading_are_not_supporters_as_well(plans):
    task = Task.objects.get(plan__code="2021-2023", number=13)
    assert duties(task)["sixian"] == "lead"
    assert duties(task)["lingbi"] == "group"
    assert "各县区人民政府" in task.assignments.get(agency__code="sixian").remark


def test_predecessors_keep_their_duties(plans):
    """Task 71 of 2021 keeps 市政务服务局 as lead and 市数据资源局 as supporter."""
    assert duties(Task.objects.get(plan__code="2021-2023", number=71)) == {"zwfwj": "lead", "sjzyj": "named"}


def test_old_names_lead_to_one_body(plans):
    writings = {
        row.as_written
        for row in Assignment.objects.filter(agency__code="jytyj", task__plan__code="2021-2023")
    }
    assert writings == {"市教育局", "市教体局"}


def test_separate_leads(plans):
    flagged = Task.objects.filter(separate_leads=True).values_list("plan__code", "number")
    assert sorted(flagged) == [("2021-2023", number) for number in (5, 6, 7, 14, 15, 25)]


def test_counties_concerned_wait_for_the_office(plans):
    open_groups = AssignmentQuestion.objects.filter(kind=AssignmentQuestion.Kind.GROUP)
    assert list(open_groups.values_list("task__number", flat=True)) == [10, 34, 36, 37]
    assert not AssignmentQuestion.objects.filter(kind=AssignmentQuestion.Kind.UNMATCHED).exists()
    assert not Assignment.objects.filter(as_written="有关县区人民政府").exists()


def test_places_named_in_the_text_are_proposed(plans):
    proposed = {
        (question.plan.code, question.task.number, question.proposed.code)
        for question in AssignmentQuestion.objects.filter(
            kind=AssignmentQuestion.Kind.NAMED_IN_TEXT
        ).select_related("plan", "task", "proposed")
    }
    assert {("2024-2026", 68, "yongqiao"), ("2024-2026", 68, "xiaoxian")} <= proposed
    assert ("2024-2026", 77, "suma") in proposed
    assert {code for plan, number, code in proposed if (plan, number) == ("2021-2023", 36)} == {
        "xiaoxian",
        "lingbi",
        "dangshan",
        "sixian",
    }
    # 泗县 and 宿马 have duties of their own on task 11, so nothing is proposed there.
    assert not [1 for plan, number, _ in proposed if (plan, number) == ("2021-2023", 11)]


def test_titles_say_whether_they_are_official(plans):
    assert plans["2024-2026"].tasks.filter(title_is_official=True).count() == 80
    assert plans["2021-2023"].tasks.filter(title_is_official=False).count() == 80
    assert plans["2021-2023"].tasks.get(number=1).title == "制定集聚区建设实施方案"


def test_targets_projects_facts_and_links_are_loaded(plans):
    assert Target.objects.count() == len(reference._rows("targets.csv"))
    assert Project.objects.count() == len(reference._rows("projects.csv"))
    assert PublishedFact.objects.count() == 57
    assert PublishedFact.objects.filter(task__isnull=True).exists()
    assert TaskLink.objects.count() == len(reference._rows("links.csv"))
    assert all(link.awaits_confirmation for link in TaskLink.objects.all())


def test_loading_again_changes_nothing_and_is_quick(plans, django_assert_max_num_queries):
    Task.objects.filter(number=1).update(is_key=True)
    Agency.objects.filter(code="fgw").update(name="市发展和改革委员会")
    before = [model.objects.count() for model in (Agency, Plan, Task, Assignment, Target, Project, TaskLink)]
    with django_assert_max_num_queries(12):
        call_command("load_reference", verbosity=0)
    after = [model.objects.count() for model in (Agency, Plan, Task, Assignment, Target, Project, TaskLink)]
    assert after == before
    assert Agency.objects.get(code="fgw").name == "市发展和改革委员会"
    assert Task.objects.filter(is_key=True).count() == 2


# --- importing -----------------------------------------------------------------------------------


def test_a_small_notice(small, clock):
    report = import_notice(small, now=clock.now)
    tasks = {task.number: task for task in report.plan.tasks.all()}
    assert report.plan.code == "2031-2033"
    assert report.plan.first_period == "2031Q2"
    assert duties(tasks[1]) == {
        "fgw": "lead",
        "kjj": "named",
        "sixian": "named",
        "dangshan": "group",
        "xiaoxian": "group",
        "lingbi": "group",
        "yongqiao": "group",
    }
    assert set(duties(tasks[2]).values()) == {"lead"}
    assert tasks[2].separate_leads
    assert duties(tasks[3]) == {"sjj": "lead", "fgw": "named"}
    assert AuditEvent.objects.filter(verb="导入计划", subject_id=str(report.plan.pk)).count() == 1


def test_what_could_not_be_matched_is_listed_and_asked(small, clock):
    report = import_notice(small, now=clock.now)
    assert report.unmatched == ["第2项 市乌有局", "第2项 成员单位"]
    assert report.undecided_groups == ["第2项 有关县区人民政府"]
    assert report.named_in_text == ["第3项 高新区"]
    kept = AssignmentQuestion.objects.filter(plan=report.plan)
    assert kept.count() == 4
    assert not Assignment.objects.filter(task__plan=report.plan, as_written="市乌有局").exists()


def test_order_follows_the_clause(small, clock):
    plan = import_notice(small, now=clock.now).plan
    rows = Assignment.objects.filter(task__plan=plan, task__number=1).order_by("order")
    assert [row.agency.code for row in rows][:3] == ["fgw", "kjj", "sixian"]
    assert [row.order for row in rows] == list(range(1, 8))


def test_an_untitled_task_gets_a_makeshift_title(small, clock):
    plan = import_notice(small, now=clock.now, titles={2: "做好乙事"}).plan
    assert [task.title for task in plan.tasks.all()] == ["做甲事", "做好乙事", "做丙事"]
    assert not plan.tasks.filter(title_is_official=True).exists()


def test_a_plan_already_there_is_refused(small, clock):
    import_notice(small, now=clock.now)
    with pytest.raises(AlreadyImported, match="2031-2033 已经导入"):
        import_notice(small, now=clock.now)
    assert Plan.objects.filter(code="2031-2033").count() == 1


def test_an_import_that_fails_leaves_nothing(small, clock, monkeypatch):
    monkeypatch.setattr(importing, "record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        import_notice(small, now=clock.now)
    assert not Plan.objects.filter(code="2031-2033").exists()
    assert not Task.objects.filter(plan__code="2031-2033").exists()


def test_queries_do_not_grow_with_the_tasks(plans, clock, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        report = import_notice(real("2024-2026", first_year=2031, last_year=2033), now=clock.now)
    assert report.tasks == 80
    assert report.assignments == {"lead": 98, "named": 105, "group": 0, "implied": 639}


# --- comparing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["2021-2023", "2024-2026"])
def test_the_loaded_plans_are_the_official_texts_to_the_letter(plans, code):
    text = (FIXTURES / f"notice_{code.replace('-', '_')}.txt").read_text(encoding="utf-8")
    titles = reference.read_titles(TITLES) if code == "2021-2023" else {}
    assert differences(notice.parse(text), titles) == []


def test_differences_are_named_and_nothing_is_changed(plans):
    parsed = real("2024-2026")
    tasks = list(parsed.tasks)
    tasks[4] = replace(tasks[4], text=tasks[4].text.replace("激发", "激励"))
    changed = replace(parsed, tasks=tuple(tasks[:-1]), issued_on=None)
    found = [str(difference) for difference in differences(changed)]
    assert len(found) == 4
    assert "印发日期" in found[0]
    assert "首个报告期" in found[1]
    assert found[2].startswith("第5项的原文")
    assert "激励" in found[2]
    assert found[3].startswith("第80项")
    assert Task.objects.get(plan__code="2024-2026", number=5).text == parsed.tasks[4].text


def test_an_added_task_is_a_difference(small, clock):
    import_notice(replace(small, tasks=small.tasks[:2]), now=clock.now)
    assert [difference.where for difference in differences(small)] == ["第3项"]


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "notice.txt"

    def write(content):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def test_import_plan_tells_what_it_did(plans, file, capsys):
    call_command("import_plan", file(SMALL))
    said = capsys.readouterr().out
    assert "1 个行动、0 节、3 项任务" in said
    assert "未能识别的名称：第2项 市乌有局；第2项 成员单位。" in said
    assert "成员待办公室指定的集合：第2项 有关县区人民政府。" in said


def test_import_plan_reads_files_of_old_windows(plans, file):
    call_command("import_plan", file(SMALL.encode("gb18030")))
    assert Plan.objects.get(code="2031-2033").tasks.count() == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "文件是空的"),
        ("不是通知", "没有找到"),
        (b"\xff\xfe\x00\xd8\xff", "不是纯文本"),
        (b"x" * (2 * 1024 * 1024 + 1), "超过 2 MB"),
        (SMALL.replace("3.做丙事", "2.做丙事"), "第2项重复"),
    ],
)
def test_import_plan_refuses_bad_files(plans, file, content, said):
    with pytest.raises(CommandError, match=said):
        call_command("import_plan", file(content))
    assert not Plan.objects.filter(code="2031-2033").exists()


def test_import_plan_refuses_a_missing_file(tmp_path):
    with pytest.raises(CommandError, match="打不开"):
        call_command("import_plan", str(tmp_path / "none.txt"))


def test_import_plan_refuses_bad_titles(plans, file, tmp_path):
    bad = tmp_path / "titles.csv"
    bad.write_text("number,name\n1,甲\n", encoding="utf-8")
    with pytest.raises(CommandError, match="不是短标题表"):
        call_command("import_plan", file(SMALL), titles=bad)


def test_import_plan_refuses_a_plan_already_there(plans):
    with pytest.raises(CommandError, match="已经导入"):
        call_command("import_plan", str(FIXTURES / "notice_2024_2026.txt"))


def test_import_plan_compares(plans, file, capsys):
    call_command("import_plan", str(FIXTURES / "notice_2024_2026.txt"), compare=True)
    assert "一字不差" in capsys.readouterr().out
    with pytest.raises(CommandError, match="尚未导入"):
        call_command("import_plan", file(SMALL), compare=True)


def test_import_plan_dumps_without_touching_the_database(plans, file, tmp_path):
    target = tmp_path / "plan.json"
    call_command("import_plan", file(SMALL), dump=target)
    assert plan_files.load(target.read_text(encoding="utf-8")) == notice.parse(SMALL)
    assert not Plan.objects.filter(code="2031-2033").exists()


# --- mentions ------------------------------------------------------------------------------------

NAMES = ["砀山县", "砀山", "萧县", "灵璧", "泗县", "埇桥", "宿州高新区", "高新区", "宿州经开区", "经开区"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("推进张江萧县高科技园建设。", "萧县"),
        ("发挥砀山县优势。", "砀山县"),
        ("建成萧砀500千伏、灵泗500千伏输变电工程。", "萧县 砀山 灵璧 泗县"),
        ("与徐州高新区、南京栖霞高新区合作。", ""),
        ("立足城市和高新区优势。", "高新区"),
        ("高新区先行。", "高新区"),
        ("依托宿州高新区算力产业园。", "宿州高新区"),
        ("培育砀山酥梨、泗县山芋、萧县葡萄等品牌。", ""),
        ("推动泗县—泗洪等毗邻地区发展。", "泗县"),
        ("培育优质小麦。", ""),
        ("", ""),
    ],
)
def test_places_are_found_and_mere_names_are_not(text, found):
    assert " ".join(mention.name for mention in mentions(text, NAMES)) == found


def test_a_mention_quotes_its_sentence():
    (mention,) = mentions("甲事做好。在灵璧建设轴承中心;乙事做好。", NAMES)
    assert mention.sentence == "在灵璧建设轴承中心;"
    assert mentions("在灵璧建设。", []) == []
