"""Plans, tasks, targets, bodies, periods: shapes, filters, pages, and constant query counts."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from progress.models import TaskVerdict
from tests.factories import OPENS, make_goal, make_period, make_report, make_task, walk

pytestmark = pytest.mark.django_db


def rows(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_plans(api, plans, office):
    found = {row["code"]: row for row in rows(api(office).get("plans/"))}
    assert set(found["2024-2026"]) == {
        *("code", "title", "document_number", "starts_on", "ends_on", "task_count")
    }
    assert found["2024-2026"]["task_count"] == found["2021-2023"]["task_count"] == 80
    assert found["2021-2023"]["document_number"] == "宿长三角办〔2021〕1号"


def test_a_task_as_issued(api, plans, stranger):
    task = api(stranger).get("tasks/2021-2023/71/").json()
    lead = [each for each in task["assignments"] if each["role"] == "lead"]
    assert [each["agency"] for each in lead] == ["市政务服务局"]
    assert set(lead[0]) == {"role", "class", "agency", "agency_code", "as_written", "group", "implied"}
    assert not task["title_is_official"] and task["section"] is None
    assert api(stranger).get("tasks/2024-2026/1/").json()["section"]["title"]
    assert api(stranger).get("tasks/2024-2026/81/").status_code == 404


def test_tasks_are_filtered(api, plans, office):
    def numbers(**query):
        return [row["number"] for row in rows(api(office).get("tasks/", plan="2024-2026", **query))]

    assert numbers() == list(range(1, 81))
    assert numbers(chapter=2) == list(range(10, 18))
    led = numbers(agency="fgw", role="lead")
    assert led and set(led) < set(numbers(agency="fgw")) | set(led)
    for task in rows(api(office).get("tasks/", plan="2024-2026", agency="fgw", role="lead")):
        assert {"role": "lead", "agency_code": "fgw"}.items() <= next(
            each for each in task["assignments"] if each["agency_code"] == "fgw"
        ).items()
    assert 0 < len(numbers(search="量子")) < 80
    assert numbers(search="没有这个词的") == []
    assert len(rows(api(office).get("tasks/"))) == 100 and api(office).get("tasks/").json()["count"] == 160


def test_tasks_by_lamp_need_a_period(api, report, people, office, leader, task):
    walk(report, "accepted", **people, percent=20)
    query = {"plan": "2030-2032", "period": "2030Q1"}
    assert [row["number"] for row in rows(api(office).get("tasks/", **query, lamp="green"))] == [1]
    assert rows(api(office).get("tasks/", **query, lamp="red")) == []
    assert rows(api(office).get("tasks/", period="2030Q1", lamp="behind")) == []
    # Computed only: a leader has not seen it, so it cannot be found by its colour.
    assert rows(api(leader).get("tasks/", **query, lamp="green")) == []
    assert [row["number"] for row in rows(api(leader).get("tasks/", **query, lamp="none"))] == [1]
    TaskVerdict.objects.create(
        task=task,
        period=report.period,
        lamp="green",
        computed_lamp="green",
        rule_version=1,
        confirmed_at=OPENS,
        confirmed_by=office,
    )
    assert [row["number"] for row in rows(api(leader).get("tasks/", **query, lamp="green"))] == [1]


def test_sensitive_tasks_are_nowhere(api, report, stranger, leader, reporter, office, task):
    task.targets.create(plan=task.plan, indicator="机密指标", operator="=", value_text="1", quote="机密指标")
    type(task).objects.filter(pk=task.pk).update(is_sensitive=True)
    plan = {"plan": "2030-2032"}
    for person in (stranger, leader):
        assert rows(api(person).get("tasks/", **plan)) == []
        assert api(person).get("tasks/2030-2032/1/").status_code == 404
        assert rows(api(person).get("targets/", **plan)) == []
        assert rows(api(person).get("goals/", **plan)) == []
        assert rows(api(person).get("reports/", **plan)) == []
        assert rows(api(person).get("verdicts/", **plan, period="2030Q1")) == []
    for person in (reporter, office):
        assert len(rows(api(person).get("tasks/", **plan))) == 1
        assert len(rows(api(person).get("reports/", **plan))) == 1


def test_targets_include_the_plans_own_goals(api, plans, reporter):
    found = rows(api(reporter).get("targets/", plan="2024-2026", page_size=500))
    assert any(row["task"] is None for row in found) and any(row["task"] for row in found)
    assert all(row["plan"] == "2024-2026" and row["quote"] for row in found)
    assert any(isinstance(row["minimum"], int | float) for row in found)
    only = rows(api(reporter).get("targets/", plan="2024-2026", task=32))
    assert {row["task"]["number"] for row in only} <= {32}


def test_goals(api, task, reporter):
    (goal,) = rows(api(reporter).get("goals/", plan="2030-2032", year=2030))
    assert goal["expected"] == [25, 50, 75, 100] and goal["confirmed"] and goal["measure"] == "percent"
    assert rows(api(reporter).get("goals/", plan="2030-2032", year=2031)) == []


def test_bodies_with_their_names_successors_and_groups(api, plans, reporter):
    found = rows(api(reporter).get("agencies/", page_size=500))
    bodies = {row["code"]: row for row in found}
    assert set(bodies["fgw"]) == {"code", "name", "kind", "names", "successions", "groups"}
    assert any(step["relation"] == "successor" for row in found for step in row["successions"])
    assert any(row["groups"] for row in found)
    assert api(reporter).get("agencies/fgw/").json() == bodies["fgw"]
    assert {row["kind"] for row in rows(api(reporter).get("agencies/", kind="county"))} == {"county"}
    assert api(reporter).get("agencies/none/").status_code == 404


def test_periods(api, plans, reporter):
    found = rows(api(reporter).get("periods/", plan="2024-2026"))
    assert [found[0]["code"], found[-1]["code"]] == ["2024Q3", "2026"]
    assert {"code", "opens_at", "due_at", "locked_at"} <= set(found[0])


def test_reports_are_filtered(api, report, people, kjj, office):
    other = make_report(make_task(2, leads=[kjj]), kjj, make_period())
    walk(report, "under_review", **people, percent=20)
    ask = api(office).get
    plan = {"plan": "2030-2032"}
    assert {row["id"] for row in rows(ask("reports/", **plan))} == {report.pk, other.pk}
    assert [row["id"] for row in rows(ask("reports/", **plan, agency="kjj"))] == [other.pk]
    assert [row["id"] for row in rows(ask("reports/", **plan, status="under_review"))] == [report.pk]
    assert [row["id"] for row in rows(ask("reports/", **plan, task=2))] == [other.pk]
    assert rows(ask("reports/", **plan, period="2030Q2")) == []
    assert rows(ask("reports/", **plan, kind="unit")) == []
    assert set(rows(ask("reports/", **plan))[0]) >= {
        *("id", "kind", "task", "agency", "agency_code", "role", "period", "nature", "measure", "status"),
        *("revision", "version_number", "progress", "percent", "experience", "problem", "request"),
        *("next_steps", "consolidated", "target_values", "project_updates", "attachments", "due_at"),
        *("left_at", "late"),
    }


def test_problems_come_from_accepted_returns(api, report, people, office, leader, admin):
    walk(report, "accepted", **people, percent=20, problem="用地指标紧张", request="请市里协调")
    query = {"plan": "2030-2032", "period": "2030Q1"}
    (row,) = rows(api(leader).get("problems/", **query))
    assert (row["problem"], row["agency_code"], row["task"]["number"]) == ("用地指标紧张", "fgw", 1)
    for same in ({"agency": "fgw"}, {"chapter": "1"}, {"q": "1"}):
        assert len(rows(api(leader).get("problems/", **query, **same))) == 1
    for other in ({"chapter": "2"}, {"q": "没有这个词"}):
        assert rows(api(leader).get("problems/", **query, **other)) == []
    wrong = api(leader).get("problems/", **query, agency="nobody")
    assert wrong.status_code == 400 and "agency" in wrong.json()["fields"]
    assert api(admin).get("problems/", **query).status_code == 403
    assert api(admin).get("verdicts/", **query).status_code == 403
    assert api(people["reporter"]).get("figures/overview/", **query).status_code == 403


def test_the_quarters_workbook_is_what_the_page_downloads(api, report, people, leader, admin):
    walk(report, "accepted", **people, percent=20)
    query = {"plan": "2030-2032", "period": "2030Q1"}
    answer = api(leader, accept="text/html").get("exports/quarter.xlsx", **query)
    assert answer.status_code == 200 and answer.content.startswith(b"PK")
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert api(admin).get("exports/quarter.xlsx", **query).status_code == 403
    assert api(leader).get("exports/quarter.xlsx").json()["fields"].keys() == {"plan", "period"}


def test_pages(api, plans, office):
    page = api(office).get("tasks/", plan="2024-2026", page_size=30, page=3).json()
    assert [row["number"] for row in page["results"]] == list(range(61, 81)) and page["count"] == 80
    assert page["next"] is None and "page=2" in page["previous"]
    largest = api(office).get("targets/", plan="2024-2026", page_size=9999)
    assert len(largest.json()["results"]) <= 500


LISTS = [
    *("plans/", "tasks/?plan=2030-2032", "targets/?plan=2030-2032", "goals/?plan=2030-2032"),
    *("agencies/", "periods/", "reports/?plan=2030-2032", "verdicts/?plan=2030-2032&period=2030Q1"),
    *("problems/?plan=2030-2032&period=2030Q1", "figures/overview/?plan=2030-2032&period=2030Q1"),
    "tasks/?plan=2030-2032&period=2030Q1&lamp=green",
]
MOST_QUERIES = 22


def add_promises(task):
    task.targets.create(plan=task.plan, indicator="平台", operator="=", value_text="1", quote="平台")
    task.projects.create(plan=task.plan, name="园区", planned_stage="开工", quote="园区")


def test_queries_do_not_grow_with_rows(api, task, report, people, office, kjj, fgw):
    caller = api(office)
    add_promises(task)

    def counted(address):
        with CaptureQueriesContext(connection) as queries:
            assert caller.get(address).status_code == 200
        return len(queries)

    walk(report, "accepted", **people, percent=20, problem="用地指标紧张")
    few = {address: counted(address) for address in LISTS}
    for number in range(2, 12):
        task = make_task(number, leads=[fgw, kjj])
        make_goal(task, by=office)
        add_promises(task)
        make_report(task, kjj, make_period())
        walk(make_report(task, fgw, make_period()), "accepted", **people, percent=20, problem="用地紧张")
    for address in LISTS:
        assert counted(address) <= few[address] <= MOST_QUERIES, address
