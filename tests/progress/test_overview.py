"""总体情况: every number opens its rows; the office confirms, leaders read what is confirmed."""

import re

import pytest

from agencies.models import Agency
from progress import charts, figures
from tests import factories
from tests.factories import AFTER_DUE, State

BASE = "/work/2030-2032/2030Q1/"


@pytest.fixture
def quarter(fgw, kjj, reporter, approver, office):
    """Five tasks of fgw: green, yellow, red, waiting, unfiled."""
    period = factories.make_period()
    people = {"reporter": reporter, "approver": approver, "office": office}
    for number, (state, percent) in enumerate(
        [(State.ACCEPTED, 25), (State.ACCEPTED, 10), (State.UNDER_REVIEW, 25), (State.DRAFT, 5)], start=1
    ):
        task = factories.make_task(number, leads=[fgw], supports=[kjj])
        factories.make_goal(task, by=office)
        factories.walk(factories.make_report(task, fgw, period), state, **people, percent=percent)
    return period


def test_the_numbers_open_exactly_their_rows(quarter, as_, office):
    """Follow every KPI: the list behind it shows as many rows as the number says."""
    client = as_(office)
    overview = figures.overview(quarter.plan, quarter, office, AFTER_DUE)
    pages = {"progress:returns": "returns/", "progress:register": "tasks/"}
    followed = 0
    for kpi in overview.kpis:
        if kpi.key == "on_time":
            continue  # a rate, not a number of rows
        answer = client.get(BASE + pages[kpi.page] + kpi.query_string)
        listed = answer.context["shown" if kpi.page == "progress:register" else "rows"]
        assert len(listed) == int(kpi.value), kpi.label
        followed += 1
    assert followed == 5


def test_the_numbers_of_a_class_open_exactly_their_rows(quarter, as_, office, sixian):
    """The classes stand apart, and every count of each leads to its own returns."""
    customs = Agency.objects.create(code="haiguan", name="某海关", kind="municipal", vertical=True)
    for number, led_by in enumerate((sixian, customs), start=11):
        factories.make_report(factories.make_task(number, leads=[led_by]), led_by, quarter)
    client = as_(office)
    page = client.get(BASE + "overview/").content.decode().replace("&amp;", "&")
    overview = figures.overview(quarter.plan, quarter, office, AFTER_DUE)
    followed = 0
    for each in overview.filing_by_class:
        for status in ("owed", "reported", "unfiled"):
            query = f"returns/?agency_class={each.code}&status={status}"
            number = getattr(each.filing, status)
            assert number == len(client.get(BASE + query).context["rows"]), (each.name, status)
            assert (query in page) == bool(number or status != "unfiled")
            followed += number
    assert [each.code for each in overview.filing_by_class] == ["county", "municipal", "provincial"]
    assert followed == 12


def test_the_page_shows_charts_with_tables_behind_them(quarter, as_, office):
    text = as_(office).get(BASE + "overview/").content.decode()
    assert "各行动亮灯" in text and 'data-chart="lamps-by-chapter"' in text
    assert "各行动完成率与序时要求" in text and "查看数据表" in text
    assert "滞后任务" in text and "各单位各季度报送" in text
    assert not re.search(r"\sstyle=", text), "the content policy refuses inline styles"


def test_chart_pieces_say_and_open_what_they_count(quarter, office):
    overview = figures.overview(quarter.plan, quarter, office, AFTER_DUE)
    chart = charts.lamps_by_chapter(overview)
    total = sum(piece["value"] or 0 for series in chart["option"]["series"] for piece in series["data"])
    assert total == len(overview.standings) == 4
    assert chart["rows"][0][-1] == 4
    assert all(
        "chapter=1" in piece["url"] for series in chart["option"]["series"] for piece in series["data"]
    )


def test_the_office_is_led_to_what_waits_for_its_word(quarter, as_, office, leader):
    assert 'href="/work/2030-2032/2030Q1/verdicts/"' in as_(office).get(BASE + "overview/").content.decode()
    page = as_(leader).get(BASE + "overview/").content.decode()
    assert "待审定" in page and "/verdicts/" not in page
    factories.decide(quarter, by=office)
    overview = figures.overview(quarter.plan, quarter, leader, AFTER_DUE)
    assert overview.lamps["none"] == 0 and overview.lamps["yellow"] == 1
    assert [row.task.number for row in overview.behind] == [2]


@pytest.mark.parametrize("who", ["reporter", "approver", "admin"])
def test_others_are_refused(quarter, as_, request, who):
    client = as_(request.getfixturevalue(who))
    assert client.get(BASE + "overview/").status_code == 403


def test_an_empty_plan_period_is_no_error(plans, as_, office):
    answer = as_(office).get("/work/2021-2023/2022Q1/overview/")
    assert answer.status_code == 200
    assert "还没有报送记录" in answer.content.decode()


def test_an_unknown_period_is_not_there(as_, office, plans):
    assert as_(office).get("/work/2024-2026/2031Q1/overview/").status_code == 404
    assert as_(office).get("/work/2001-2003/2001Q1/overview/").status_code == 404
