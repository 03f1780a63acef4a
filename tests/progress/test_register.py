"""重点任务, 填报情况, 存在问题: filters in the address, counts, exports, and who sees what."""

from io import BytesIO

import openpyxl
import pytest

from progress.models import ProgressReport
from tasks.models import Task
from tests import factories
from tests.factories import State

REAL = "/work/2024-2026/2026Q3/"
BASE = "/work/2030-2032/2030Q1/"


@pytest.fixture
def quarter(fgw, kjj, reporter, approver, office):
    people = {"reporter": reporter, "approver": approver, "office": office}
    period = factories.make_period()
    for number, (state, percent) in enumerate(
        [(State.ACCEPTED, 25), (State.ACCEPTED, 10), (State.DRAFT, 5)], start=1
    ):
        task = factories.make_task(number, leads=[fgw], supports=[kjj])
        factories.make_goal(task, by=office)
        report = factories.make_report(task, fgw, period)
        factories.walk(report, state, **people, percent=percent, problem=f"困难{number}")
    return period


def numbers(answer):
    return [row.task.number for row in answer.context["shown"]]


def sheet(answer):
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    return openpyxl.load_workbook(BytesIO(answer.content)).active


def test_all_tasks_of_the_plan_under_their_chapters(plans, as_, office):
    answer = as_(office).get(REAL + "tasks/")
    assert numbers(answer) == list(range(1, 81))
    text = answer.content.decode()
    assert "共 <strong>80</strong> 项" in text
    assert all(chapter.heading in text for chapter in plans["2024-2026"].chapters.all())


@pytest.mark.parametrize("query", ["chapter=2", "agency=fgw&role=lead", "q=杭州", "q=15", "agency=sixian"])
def test_filters_of_the_address(plans, as_, office, query):
    answer = as_(office).get(f"{REAL}tasks/?{query}")
    shown = numbers(answer)
    assert 0 < len(shown) <= 80
    text = answer.content.decode()
    assert f"当前 <strong>{len(shown)}</strong> 项" in text or len(shown) == 80


def test_agency_and_role_are_one_assignment(plans, as_, office):
    shown = numbers(as_(office).get(REAL + "tasks/?agency=fgw&role=lead"))
    led = Task.objects.filter(
        plan__code="2024-2026", assignments__agency__code="fgw", assignments__role="lead"
    )
    assert shown == list(led.order_by("number").values_list("number", flat=True))


def test_by_lamp_and_behind(quarter, as_, office):
    client = as_(office)
    assert numbers(client.get(BASE + "tasks/?lamp=behind")) == [2]
    assert numbers(client.get(BASE + "tasks/?lamp=green")) == [1]
    assert numbers(client.get(BASE + "tasks/?lamp=unreported")) == [3]


def test_a_leader_filters_by_what_is_confirmed_only(quarter, as_, leader):
    client = as_(leader)
    assert numbers(client.get(BASE + "tasks/?lamp=behind")) == []
    assert numbers(client.get(BASE + "tasks/?lamp=none")) == [1, 2, 3]


def test_sorting_keeps_what_has_no_figure_last(quarter, as_, office):
    client = as_(office)
    assert numbers(client.get(BASE + "tasks/?sort=percent")) == [2, 1, 3]
    assert numbers(client.get(BASE + "tasks/?sort=-percent")) == [1, 2, 3]
    assert numbers(client.get(BASE + "tasks/?sort=nonsense")) == [1, 2, 3]


@pytest.mark.parametrize("query", ["lamp=purple", "chapter=x", "agency=nobody", "q=%00", "page=x"])
def test_bad_filters_are_said_and_break_nothing(quarter, as_, office, query):
    assert as_(office).get(f"{BASE}tasks/?{query}").status_code == 200


def test_the_export_holds_what_is_shown(quarter, as_, office):
    rows = list(sheet(as_(office).get(BASE + "tasks/export.xlsx?lamp=behind")).values)
    assert len(rows) == 2
    assert rows[1][0] == 2 and rows[1][8] == "欠序时（系统测算）"


def test_sensitive_tasks_are_unknown_to_others(quarter, as_, leader, stranger, reporter):
    Task.objects.filter(plan=quarter.plan, number=1).update(is_sensitive=True)
    assert numbers(as_(leader).get(BASE + "tasks/")) == [2, 3]
    assert numbers(as_(stranger).get(BASE + "tasks/?q=任务之1")) == []
    assert numbers(as_(reporter).get(BASE + "tasks/")) == [1, 2, 3]


@pytest.mark.parametrize("page", ["tasks/", "tasks/?lamp=behind&agency=fgw", "returns/", "problems/"])
def test_a_constant_number_of_queries(quarter, plans, as_, office, page, django_assert_max_num_queries):
    client = as_(office)
    for base in (BASE, REAL):
        client.get(base + page)
        with django_assert_max_num_queries(13 if "?" in page else 12):
            assert client.get(base + page).status_code == 200


# --- 填报情况 --------------------------------------------------------------------------------------


def listed(answer):
    return [report.task.number for report, *_ in answer.context["rows"]]


def test_returns_by_status(quarter, as_, office):
    client = as_(office)
    assert listed(client.get(BASE + "returns/")) == [1, 2, 3]
    assert listed(client.get(BASE + "returns/?status=accepted")) == [1, 2]
    assert listed(client.get(BASE + "returns/?status=unfiled")) == [3]
    assert listed(client.get(BASE + "returns/?late=true")) == []
    assert listed(client.get(BASE + "returns/?q=任务之2")) == [2]


def test_leaders_are_listed_accepted_returns_only(quarter, as_, leader, stranger, kjj_reporter, admin):
    assert listed(as_(leader).get(BASE + "returns/")) == [1, 2]
    assert listed(as_(stranger).get(BASE + "returns/")) == []
    assert listed(as_(kjj_reporter).get(BASE + "returns/")) == [1, 2], "supporters see what was accepted"
    assert as_(admin).get(BASE + "returns/").status_code == 403


def test_the_return_list_tells_no_draft_to_the_office(quarter, as_, office):
    draft = ProgressReport.objects.get(period=quarter, state=State.DRAFT)
    answer = as_(office).get(BASE + "returns/")
    assert draft.task_return.progress not in answer.content.decode()
    cells = list(sheet(as_(office).get(BASE + "returns/export.xlsx")).values)
    assert len(cells) == 4 and cells[3][4] is None


# --- 存在问题 --------------------------------------------------------------------------------------


def test_problems_of_accepted_returns(quarter, as_, office, leader, stranger):
    rows = as_(office).get(BASE + "problems/").context["rows"]
    assert [row.problem for row in rows] == ["困难1", "困难2"]
    assert len(as_(leader).get(BASE + "problems/").context["rows"]) == 2
    assert as_(stranger).get(BASE + "problems/").context["rows"] == []
    assert len(as_(office).get(BASE + "problems/?q=任务之2").context["rows"]) == 1
    exported = list(sheet(as_(office).get(BASE + "problems/export.xlsx")).values)
    assert [row[1] for row in exported[1:]] == ["困难1", "困难2"]
