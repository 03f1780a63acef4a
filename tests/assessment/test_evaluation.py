"""中期评估 and 终期评估: years side by side, targets reached, projects built, tasks carried over."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from assessment import evaluation_book
from assessment.evaluation import aim_of, evaluation
from assessment.evaluation_chart import lamps_by_year
from assessment.models import Finding
from progress.models import ProgressReport, ProjectUpdate, TargetValue, TaskState, TaskVerdict
from supervision.models import SupervisionOrder
from tasks.models import Project, Target, TaskLink
from tests import factories
from tests.assessment.recalculating import Desk
from tests.factories import SHANGHAI, make_period, make_plan, make_report, make_task

pytestmark = pytest.mark.django_db
PLAN = "2030-2032"
MID = datetime(2031, 6, 1, 9, 0, tzinfo=SHANGHAI)
END = datetime(2033, 3, 1, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def task(fgw, kjj, office):
    task = make_task(1, leads=[fgw], supports=[kjj])
    factories.make_goal(task, by=office)
    return task


def accepted(task, agency, code, *, left_at=None):
    """A return of a quarter the office accepted; on time unless said otherwise."""
    period = make_period(code, plan=task.plan)
    report = make_report(task, agency, period)
    left = {"left_at": left_at or period.opens_at, "state": ProgressReport.State.ACCEPTED}
    ProgressReport.objects.filter(pk=report.pk).update(**left)
    return report


def target(task, **fields):
    usual = {
        "indicator": "平台",
        "operator": ">=",
        "value_text": "10",
        "minimum": 10,
        "unit": "个",
        "quote": "…",
    }
    return Target.objects.create(plan=task.plan, task=task, **(usual | fields))


def told(report, of, value, certainty="verified"):
    return TargetValue.objects.create(report=report, target=of, value=value, certainty=certainty)


def confirmed(task, code, lamp, office):
    period = make_period(code, plan=task.plan)
    return TaskVerdict.objects.create(
        task=task,
        period=period,
        lamp=lamp,
        computed_lamp=lamp,
        rule_version=1,
        confirmed_at=period.due_at,
        confirmed_by=office,
    )


def seen(user, now=MID, plan=None):
    return evaluation(plan or make_plan(), user, now)


# --- the story -------------------------------------------------------------------------------------


def test_the_years_of_a_plan_side_by_side(task, fgw, office, leader, as_):
    first, second = accepted(task, fgw, "2030Q4"), accepted(task, fgw, "2031Q1", left_at=END)
    confirmed(task, "2030Q3", "red", office)
    confirmed(task, "2030Q4", "yellow", office)
    confirmed(task, "2031Q1", "green", office)
    reached, later = target(task), target(task, indicator="投资", value_text="100", minimum=100)
    told(first, reached, 4)
    told(second, reached, 12, "estimated")
    told(second, later, 40)
    project = Project.objects.create(
        plan=task.plan, task=task, name="云都产业园", planned_stage="力争建成", quote="…"
    )
    ProjectUpdate.objects.create(report=first, project=project, stage="started")
    ProjectUpdate.objects.create(report=second, project=project, stage="built", note="竣工验收")

    found = seen(leader)
    assert (found.label, found.running) == ("中期评估", [2031])
    assert [each.note for each in found.years] == [
        "亮灯为四季度审定",
        "进行中，亮灯为一季度审定",
        "尚未开始",
    ]
    row = found.tasks[0]
    assert row.lamps == {2030: "yellow", 2031: "green"}
    assert [each.with_goal for each in found.years] == [1, 0, 0]
    assert [(each.filing.due, each.filing.on_time, each.filing.late) for each in found.years] == [
        (1, 1, 0),
        (1, 0, 1),
        (0, 0, 0),
    ]
    assert [(each.attained, each.word) for each in found.targets] == [
        (True, "已达成"),
        (None, "未到期，达到 40%"),
    ]
    assert found.targets[0].values == {2030: "4个（核定）", 2031: "12个（预计）"}
    assert (found.built, found.stage_table) == (1, [("建成", [0, 0, 0, 1, 0], 1)])
    page = as_(leader).get(reverse("assessment:evaluation", args=[PLAN]))
    assert page.status_code == 200 and "年度对比" in page.content.decode()
    for part in ("targets", "projects"):
        answer = as_(leader).get(reverse("assessment:evaluation", args=[PLAN]), {"part": part})
        assert answer.status_code == 200


def test_at_the_end_what_was_not_reached_is_missed(task, fgw, office):
    report = accepted(task, fgw, "2030Q4")
    half, silent = target(task), target(task, indicator="没人报的")
    told(report, half, 5)
    yearly = target(task, indicator="每年的", due="each_year", accumulation="year")
    told(report, yearly, 3)
    words = target(task, indicator="节点", operator="milestone", minimum=None)
    told(report, words, None)
    target(task, indicator="5+5+N", operator="label")
    found = {row.target.indicator: row for row in seen(office, END).targets}
    assert seen(office, END).label == "终期评估"
    assert (found["平台"].attained, found["平台"].word) == (False, "未达成，达到 50%")
    assert (found["没人报的"].attained, found["没人报的"].word) == (None, "到期未报数值")
    assert (found["每年的"].attained, found["每年的"].word) == (False, "2030 年未达成")
    assert found["节点"].word == "待办公室认定" and "5+5+N" not in found
    said = {"plan": task.plan, "kind": "target_met", "agency": fgw, "target": words, "basis": "验收"}
    Finding.objects.create(year=2032, found_at=END, found_by=office, **said)
    assert [row.word for row in seen(office, END).targets if row.attained] == ["2032 年认定达成"]
    assert silent.pk


def test_a_target_of_each_body_is_judged_body_by_body(task, fgw, kjj, office):
    each = target(task, scope="each")
    told(accepted(task, fgw, "2030Q4"), each, 11)
    told(accepted(task, kjj, "2030Q4"), each, 2)
    assert seen(office, END).targets[0].word == "1/2 家达成"
    assert seen(office, END).missed == 1


def test_a_value_after_its_year_tells_of_something_else(task, fgw, office):
    due = target(task, due="year", due_year=2030)
    told(accepted(task, fgw, "2030Q4"), due, 8)
    told(accepted(task, fgw, "2031Q1"), due, 10)
    assert seen(office).targets[0].word == "未达成，达到 80%"


def test_states_and_orders_of_the_years(task, fgw, office):
    decided = {"evidence": "验收", "decided_by": office, "decided_at": MID}
    TaskState.objects.create(task=task, state="under_way", on=date(2030, 6, 1), **decided)
    TaskState.objects.create(task=task, state="done", on=date(2031, 5, 1), **decided)
    for number, state in enumerate(("issued", "closed"), start=1):
        SupervisionOrder.objects.create(
            plan=task.plan,
            title="推进",
            requirement="推进",
            agency=fgw,
            source="task",
            state=state,
            mark="宿长三角督",
            year=2030,
            number=number,
            drafted_at=MID,
            drafted_by=office,
            issued_at=factories.OPENS,
            issued_by=office,
            due_at=factories.DUE,
            **({"closed_at": MID, "closed_by": office} if state == "closed" else {}),
        )
    found = seen(office)
    assert found.done == 1 and found.tasks[0].state_word == "已完成"
    assert vars(found.years[0].orders) == {"issued": 2, "closed": 1, "overdue": 1}


def test_what_the_next_plan_takes_up(task, fgw, office, as_):
    other = make_plan("2033-2035")
    later = make_task(7, leads=[fgw], plan=other)
    TaskLink.objects.create(earlier=task, later=later, kind="continued", inferred=True)
    secret = make_task(8, leads=[fgw], plan=other, is_sensitive=True)
    TaskLink.objects.create(earlier=task, later=secret, kind="split", inferred=True)
    found = seen(office)
    assert found.continued == 1 and [link.later.number for link in found.tasks[0].after] == [7, 8]
    assert [link.earlier for link in seen(office, plan=other).tasks[0].before] == [task]
    page = as_(office).get(reverse("assessment:evaluation", args=["2033-2035"]), {"part": "tasks"})
    assert "由 2030-2032 第 1 项延续" in page.content.decode()


# --- what one may know -----------------------------------------------------------------------------


def test_sensitive_tasks_and_values_of_others_are_left_out(
    task, fgw, kjj, office, leader, stranger, tmp_path, as_
):
    secret = make_task(2, leads=[kjj], is_sensitive=True, title="秘密任务")
    told(accepted(secret, kjj, "2030Q4"), target(secret, indicator="秘密指标"), 5)
    told(accepted(task, fgw, "2030Q4"), target(task), 5)
    assert len(seen(office).tasks) == 2
    for who in (leader, stranger):
        assert [row.task.number for row in seen(who).tasks] == [1]
    page = as_(leader).get(reverse("assessment:evaluation", args=[PLAN]), {"part": "tasks"})
    assert "秘密" not in page.content.decode()
    made = evaluation_book.workbook(seen(leader), author="办公室", now=MID, demo=False)
    assert "秘密" not in Desk(made, tmp_path).text()
    assert [row.target.indicator for row in seen(leader).targets] == ["平台"]
    # A body reads of targets of tasks it bears, and only its own filing.
    assert seen(stranger).targets == [] and seen(stranger).filing.owed == 0


# --- empty, and on paper ---------------------------------------------------------------------------


def test_a_plan_without_data_says_so(office, as_):
    make_period()
    found = seen(office, END)
    assert {each.note for each in found.years} == {"系统内没有这一年的数据"}
    assert seen(office).years[1].note == "进行中，系统内还没有这一年的数据"
    assert lamps_by_year(found) is None
    page = as_(office).get(reverse("assessment:evaluation", args=[PLAN]))
    assert "还没有审定的亮灯" in page.content.decode()
    content = evaluation_book.workbook(found, author="办公室", now=END, demo=False)
    assert content[:2] == b"PK"


def test_the_workbook_counts_live_what_the_page_says(task, fgw, kjj, office, tmp_path, as_):
    confirmed(task, "2030Q4", "yellow", office)
    confirmed(make_task(2, leads=[kjj]), "2030Q4", "green", office)
    told(accepted(task, fgw, "2030Q4"), target(task), 12)
    accepted(task, kjj, "2030Q3", left_at=END)
    found = seen(office)
    content = evaluation_book.workbook(found, author="办公室", now=MID, demo=False)
    assert content == evaluation_book.workbook(found, author="办公室", now=MID, demo=False)
    desk = Desk(content, tmp_path)
    assert desk.formulas and desk.differences() == []
    rows = {desk.stored[place]: place for place in desk.stored if place[0] == 0 and place[2] == 1}

    def first_year(label):
        sheet, row, _ = rows[label]
        return desk.live((sheet, row, 2))

    assert (first_year("年末亮灯：欠序时"), first_year("按时率")) == (1, 0.5)
    # A negative control: another lamp on the sheet behind, another count.
    lamp = next(place for place, said in desk.stored.items() if place[0] == 1 and said == "欠序时")
    desk.set(lamp, "达序时")
    assert (first_year("年末亮灯：欠序时"), first_year("年末亮灯：达序时")) == (0, 2)
    answer = as_(office).get(reverse("assessment:evaluation_export", args=[PLAN]))
    assert answer.status_code == 200 and "spreadsheet" in answer.headers["Content-Type"]


@pytest.mark.parametrize(
    ("word", "aim"),
    [("力争建成", "建成"), ("开工", "开工"), ("统筹规划", "谋划、前期"), ("加快建设", "推进建设")],
)
def test_the_plans_words_for_stages(word, aim):
    assert aim_of(word) == aim
