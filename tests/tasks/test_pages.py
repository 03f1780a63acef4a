"""Pages of what was promised: what they show, refuse and export, in a constant number of queries."""

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from agencies.models import AuditEvent, Contact
from tasks.assigning import name_contacts
from tasks.goals import GoalContent, save_goal
from tasks.models import AnnualGoal, AssignmentQuestion, PublishedFact, Target, Task, TaskLink
from tests.factories import make_period, make_plan, make_task

pytestmark = pytest.mark.django_db
PLACE = ("2024-2026", "2026Q3")
LISTS = ("plan", "targets", "projects", "goals", "links")


def address(name, *rest, place=PLACE):
    return reverse(f"tasks:{name}", args=[*place, *rest])


def goal_data(**changes):
    data = {
        "statement": "建成平台3个",
        "measure": "percent",
        "expected_q1": "25",
        "expected_q2": "50",
        "expected_q3": "75",
        "expected_q4": "100",
        "reason": "",
        "revision": "0",
        "nodes-TOTAL_FORMS": "4",
        "nodes-INITIAL_FORMS": "0",
    }
    return data | changes


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("plan", ["2021-2023", "2024-2026"])
def test_lists_take_a_constant_number_of_queries(
    plans, as_, office, name, plan, django_assert_max_num_queries
):
    url = address(name, place=(plan, plans[plan].last_period))
    client = as_(office)
    client.get(url)
    with django_assert_max_num_queries(12):
        page = client.get(url)
    assert page.status_code == 200


@pytest.mark.parametrize("name", [*LISTS, "goals_export", "targets_export", "projects_export"])
def test_unknown_places_do_not_exist(plans, as_, office, nobody, name):
    for place in (("2001-2003", "2001Q1"), ("2024-2026", "2024Q2"), ("2024-2026", "2027Q1")):
        assert as_(office).get(address(name, place=place)).status_code == 404
    assert as_(nobody).get(address(name)).status_code == 404
    for period in ("2026H1", "2026", "2024H2"):
        assert as_(office).get(address(name, place=("2024-2026", period))).status_code == 200


def test_the_plan_page_shows_the_whole_text_and_press_reports_apart(plans, as_, reporter):
    plan = plans["2021-2023"]
    page = as_(reporter).get(address("plan", place=("2021-2023", "2023Q4"))).content.decode()
    for task in plan.tasks.all():
        assert f'id="task-{task.number}"' in page
    assert plan.safeguards.splitlines()[0][:12] in page
    facts = PublishedFact.objects.filter(plan=plan, task__isnull=True)
    if facts:
        assert "公开报道" in page and facts[0].source_title in page


def test_sensitive_tasks_and_their_targets_are_hidden(plans, as_, stranger, office):
    borne = stranger.agency.assignments.values("task")
    targets = Target.objects.filter(plan=plans["2024-2026"], task__isnull=False).exclude(task__in=borne)
    target = targets.exclude(operator=Target.Operator.LABEL).first()
    Task.objects.filter(pk=target.task_id).update(is_sensitive=True)
    for person, shown in ((stranger, False), (office, True)):
        assert (target.indicator in as_(person).get(address("targets")).content.decode()) is shown
        text = as_(person).get(address("plan")).content.decode()
        assert (f'id="task-{target.task.number}"' in text) is shown
        status = 200 if shown else 404
        assert as_(person).get(address("goal", target.task.number)).status_code == status


@pytest.mark.parametrize("name", ["targets", "projects", "goals"])
def test_exports_hold_what_is_shown(plans, as_, office, name):
    page = as_(office).get(address(name), {"chapter": "2"})
    file = as_(office).get(address(f"{name}_export"), {"chapter": "2"})
    sheet = load_workbook(BytesIO(file.content)).active
    rows = page.context["rows"] if name == "goals" else page.context[name]
    assert sheet.max_row - 1 == len(rows) > 0


# --- goals -------------------------------------------------------------------------------------


@pytest.fixture
def place(fgw, kjj):
    make_task(leads=[fgw], supports=[kjj])
    make_period()
    return ("2030-2032", "2030Q1")


def test_a_goal_is_proposed_and_confirmed_on_the_pages(place, as_, reporter, office):
    url = address("goal", 1, place=place)
    assert "目标未定" in as_(reporter).get(url).content.decode()
    assert as_(reporter).post(url, goal_data()).status_code == 302
    goal = AnnualGoal.objects.get(task__plan__code="2030-2032")
    chosen = {"goal": [f"{goal.pk}:{goal.revision}"]}
    confirm = address("goals_confirm", place=place)
    assert as_(reporter).post(confirm, chosen).status_code == 403
    assert as_(office).post(confirm, chosen).status_code == 302
    goal.refresh_from_db()
    assert goal.is_confirmed
    assert as_(reporter).post(url, goal_data(revision="2")).status_code == 403


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"expected_q1": "-1"}, "百分比不能小于 0。"),
        ({"expected_q4": "101"}, "百分比不能大于 100。"),
        ({"expected_q2": "很多"}, "请填写数字"),
        ({"expected_q1": "60"}, "累计数"),
        ({"expected_q3": ""}, "请填写这一季度末"),
        ({"statement": " "}, "请写明年度目标。"),
        ({"statement": "长" * 10_000}, "最多 2000 字"),
        ({"measure": "nodes"}, "1 至 4 个节点"),
        ({"measure": "nodes", "nodes-0-title": "立项"}, "请填写这个节点的完成时限。"),
        ({"measure": "nodes", "nodes-0-due_on": "2030-09-30"}, "请填写节点名称"),
        (
            {"measure": "nodes", "nodes-0-title": "立项", "nodes-0-due_on": "九月"},
            "请按“2026-09-30”的样子填写日期。",
        ),
    ],
)
def test_bad_input_is_told_and_kept(place, as_, reporter, changes, sentence):
    answer = as_(reporter).post(address("goal", 1, place=place), goal_data(**changes))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page
    for value in changes.values():
        assert value.strip()[:50] in page
    assert not AnnualGoal.objects.filter(task__plan__code="2030-2032").exists()


def test_a_stale_form_keeps_what_was_typed(place, as_, reporter, office, clock):
    task = Task.objects.get(plan__code="2030-2032")
    save_goal(task, 2030, GoalContent("办公室的写法"), by=office, now=clock.now, revision=0)
    answer = as_(reporter).post(address("goal", 1, place=place), goal_data(statement="单位的写法"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "单位的写法" in page and "办公室的写法" in page and "没有保存" in page
    again = as_(reporter).post(
        address("goal", 1, place=place), goal_data(statement="单位的写法", revision="1")
    )
    assert again.status_code == 302
    assert AnnualGoal.objects.get(task=task).statement == "单位的写法"


@pytest.mark.parametrize("values", [["x"], ["1"], ["1:2:3"], ["9" * 30 + ":1"], ["-1:0"], []])
def test_nonsense_confirms_nothing(place, as_, office, values):
    answer = as_(office).post(address("goals_confirm", place=place), {"goal": values}, follow=True)
    assert answer.status_code == 200
    assert not AnnualGoal.objects.confirmed().filter(task__plan__code="2030-2032").exists()


# --- what the office decides -------------------------------------------------------------------


def test_a_question_is_answered_on_the_page(place, as_, office, sixian):
    task = Task.objects.get(plan__code="2030-2032")
    questions = [
        AssignmentQuestion.objects.create(
            plan=task.plan, task=task, kind=kind, as_written="有关县区", proposed=proposed
        )
        for kind, proposed in (("group", None), ("named_in_text", sixian), ("unmatched", None))
    ]
    page = as_(office).get(address("questions", place=place)).content.decode()
    assert page.count("有关县区") >= 3
    client = as_(office)
    client.post(
        address("question", questions[0].pk, place=place), {"answer": "assign", "agencies": ["sixian"]}
    )
    client.post(address("question", questions[1].pk, place=place), {"answer": "dismiss"})
    empty = client.post(address("question", questions[2].pk, place=place), {"answer": "assign"}, follow=True)
    assert "请至少选择一个单位" in empty.content.decode()
    outcomes = list(task.plan.questions.order_by("pk").values_list("outcome", flat=True))
    assert outcomes == ["assigned", "dismissed", ""]
    assert task.assignments.get(agency=sixian).duty == "group"


def test_a_unit_is_added_amended_and_marked_on_the_pages(place, as_, office, sixian):
    task, client = Task.objects.get(plan__code="2030-2032"), as_(office)
    bad = client.post(address("assignment_new", 1, place=place), {"agency": "fgw", "role": "support"})
    assert bad.status_code == 400 and "请填写起始日期。" in bad.content.decode()
    data = {"agency": "sixian", "role": "support", "valid_from": "2030-01-01", "basis": "经商该县"}
    assert client.post(address("assignment_new", 1, place=place), data).status_code == 302
    again = client.post(address("assignment_new", 1, place=place), data)
    assert "已经是本任务的责任单位" in again.content.decode()
    added = task.assignments.get(agency=sixian)
    end = address("assignment_end", 1, added.pk, place=place)
    assert client.get(end).status_code == 200
    assert client.post(end, {"on": "2030-06-30", "basis": "函"}).status_code == 302
    amendment = {"on": "2030-05-01", "basis": "某文件", "text": "调整为20个"}
    assert client.post(address("amendment_new", 1, place=place), amendment).status_code == 302
    outside = client.post(address("amendment_new", 1, place=place), amendment | {"on": "2040-05-01"})
    assert outside.status_code == 400 and "日期应在计划期内" in outside.content.decode()
    assert client.post(address("marks", 1, place=place), {"is_key": "on"}).status_code == 302
    task.refresh_from_db()
    assert task.is_key and task.amendments.count() == 1
    assert AuditEvent.objects.filter(subject_id=str(task.pk), verb="标记任务").exists()


def test_contacts_of_a_duty_are_named_on_the_page(place, as_, office, fgw, kjj):
    task, client = Task.objects.get(plan__code="2030-2032"), as_(office)
    duty = task.assignments.get(agency=fgw)
    url = address("assignment_contacts", 1, duty.pk, place=place)
    assert "还没有登记联系人" in client.get(url).content.decode()
    liaison = Contact.objects.create(agency=fgw, kind=Contact.Kind.LIAISON, name="孙联络")
    stranger = Contact.objects.create(agency=kjj, kind=Contact.Kind.LIAISON, name="外单位")
    past = Contact.objects.create(
        agency=fgw, kind=Contact.Kind.SECTION, name="旧科室", valid_until=date(2020, 1, 1)
    )
    page = client.get(url).content.decode()
    assert "孙联络" in page and "外单位" not in page and "旧科室" not in page
    for wrong in (stranger, past):
        assert client.post(url, {"contacts": wrong.pk}).status_code == 400
    with pytest.raises(ValidationError):
        name_contacts(duty, [stranger], by=office, now=timezone.now())
    assert client.post(url, {"contacts": liaison.pk}).status_code == 302
    assert list(duty.contacts.all()) == [liaison]
    assert AuditEvent.objects.get(verb="指定任务联系人").detail["联系人"] == ["联络员 孙联络"]
    assert "孙联络" in client.get(task.address("2030Q1")).content.decode()
    duties_page = client.get(address("assignment_new", 1, place=place)).content.decode()
    assert url in duties_page and address("assignment_end", 1, duty.pk, place=place) in duties_page
    assert client.post(url, {"none": "chosen"}).status_code == 302
    assert not duty.contacts.exists()


def test_links_are_decided_on_the_page(place, as_, office, reporter, fgw):
    later = Task.objects.get(plan__code="2030-2032")
    earlier = make_task(leads=[fgw], plan=make_plan("2027-2029"))
    link = TaskLink.objects.create(earlier=earlier, later=later, kind="continued", inferred=True)
    url = address("link", link.pk, place=place)
    assert as_(reporter).post(url, {"answer": "confirm"}).status_code == 403
    assert as_(office).post(url, {"answer": "confirm"}).status_code == 302
    link.refresh_from_db()
    assert link.confirmed_by == office
    data = {"earlier": "1", "later": "", "kind": "continued", "basis": ""}
    bad = as_(office).post(address("link_new", place=place), data)
    assert bad.status_code == 400 and "请选择后一计划的任务" in bad.content.decode()
    link.delete()
    data |= {"kind": "dropped"}
    assert as_(office).post(address("link_new", place=place), data).status_code == 302
    assert TaskLink.objects.get(earlier=earlier).kind == "dropped"
