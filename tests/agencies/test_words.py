"""How the house writes dates, numbers, money, names and lamps."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory

from agencies.templatetags import words

DUE = datetime(2026, 10, 9, 10, 0, tzinfo=UTC)


def rendered(source, **context):
    return Template("{% load words %}" + source).render(Context(context))


def test_moments_are_shown_in_shanghai_time():
    assert words.moment_text(DUE) == "10 月 9 日 18:00"
    assert words.full_moment_text(DUE) == "2026 年 10 月 9 日 18:00"
    assert words.full_day_text(datetime(2026, 10, 9, 17, 0, tzinfo=UTC)) == "2026 年 10 月 10 日"
    assert words.day_text(date(2026, 10, 9)) == "10 月 9 日"
    assert rendered("{{ at|moment }}", at=DUE) == (
        '<time class="nobr" datetime="2026-10-09T18:00:00+08:00">10 月 9 日 18:00</time>'
    )


@pytest.mark.parametrize(
    "write",
    [words.day_text, words.moment_text, words.day, words.moment, words.number, words.percent],
)
def test_what_is_missing_is_a_dash_and_not_a_nought(write):
    assert write(None) == "—"


@pytest.mark.parametrize(
    "code, name",
    [("2026Q3", "2026 年第三季度"), ("2026H1", "2026 年上半年"), ("2026", "2026 年度"), ("x", "x")],
)
def test_period_names(code, name):
    assert words.period_name(code) == name


def test_numbers_and_sizes():
    assert words.number(Decimal("12345.6000")) == "12,345.6"
    assert words.number(0) == "0"
    assert words.percent(Decimal("63.55")) == "63.6%"
    assert words.share(1, 3) == "33.3%"
    assert words.share(1, 0) == "—"
    assert words.file_size(20 * 1024 * 1024) == "20 MB"


def test_titles_and_units_stay_together_and_text_is_escaped():
    assert words.keep_together("<b>《行动计划》投资 12.5 亿元") == (
        '&lt;b&gt;<span class="nobr">《行动计划》</span>投资 <span class="nobr">12.5 亿元</span>'
    )
    assert words.marked("杭州<i>", "杭州 <") == "<mark>杭州</mark><mark>&lt;</mark>i&gt;"


def test_a_lamp_always_says_its_word_and_is_hollow_until_confirmed():
    assert "达序时" in words.lamp("green")
    assert "系统测算" in words.lamp("red", computed=True)
    assert "系统测算" not in words.lamp("no_goal", computed=True)
    assert "目标未定" in words.lamp("no_goal")


def test_bar_stays_within_its_bounds():
    assert 'width="100" height="12" rx="2"/></svg>' in words.bar(Decimal("140"))
    assert "序时 75%" in words.bar(50, 75)


def test_sorting_turns_round_and_forgets_the_page():
    request = RequestFactory().get("/?sort=due&page=3&lamp=red")
    head = rendered('{% sort_th "due" "应报时间" %}', request=request)
    assert 'aria-sort="ascending"' in head
    assert QueryDict(head.split('href="?')[1].split('"')[0].replace("&amp;", "&")).dict() == {
        "sort": "-due",
        "lamp": "red",
    }


class Plan:
    def __init__(self, code, first, last):
        self.code, self.first_period, self.last_period = code, first, last


class Frame:
    plan = Plan("2024-2026", "2024Q3", "2026Q4")
    period = "2026Q3"


@pytest.mark.parametrize(
    "path, target",
    [
        ("/work/2024-2026/2026Q3/tasks/15/", "/work/2024-2026/2026Q2/tasks/15/"),
        ("/work/2024-2026/2026Q3/reviews/7/", "/work/2024-2026/2026Q2/reviews/"),
        ("/work/2024-2026/2026Q3/corrections/7/", "/work/2024-2026/2026Q2/corrections/"),
        ("/work/2024-2026/2026Q3/extensions/new/7/", "/work/2024-2026/2026Q2/extensions/"),
        ("/work/2024-2026/2026Q3/returns/7/resubmit/", "/work/2024-2026/2026Q2/returns/"),
        ("/work/2024-2026/2026Q3/returns/waive/", "/work/2024-2026/2026Q2/returns/"),
        ("/work/2024-2026/2026Q3/verdicts/15/", "/work/2024-2026/2026Q2/verdicts/15/"),
        *(
            (f"/work/2024-2026/2026Q3/verdicts/15/{act}/", "/work/2024-2026/2026Q2/verdicts/15/")
            for act in ("propose", "confirm", "reply")
        ),
        ("/work/2024-2026/2026Q3/units/sixian/versions/", "/work/2024-2026/2026Q2/units/"),
        ("/work/2024-2026/2026Q3/tasks/15/return/fgw/", "/work/2024-2026/2026Q2/tasks/15/return/fgw/"),
        (
            "/work/2024-2026/2026Q3/tasks/15/return/fgw/requests/",
            "/work/2024-2026/2026Q2/tasks/15/return/fgw/",
        ),
        ("/work/2024-2026/2026Q3/sheet/fgw/", "/work/2024-2026/2026Q2/sheet/fgw/"),
        ("/work/me/", "/work/2024-2026/2026Q2/"),
    ],
)
def test_another_period_keeps_the_page(path, target):
    request = RequestFactory().get(path)
    assert rendered("{% switch_to period=p %}", request=request, frame=Frame(), p="2026Q2") == target


def test_a_year_shows_the_task_of_a_return():
    request = RequestFactory().get("/work/2024-2026/2026Q3/tasks/15/return/fgw/handouts/1/")
    shown = rendered("{% switch_to period=p %}", request=request, frame=Frame(), p="2026")
    assert shown == "/work/2024-2026/2026/tasks/15/"


@pytest.mark.parametrize("page", ["tasks/15/", "sheet/fgw/", "briefs/chapters/1/"])
def test_another_plan_goes_up_to_the_list_of_tasks(page):
    request = RequestFactory().get(f"/work/2024-2026/2026Q3/{page}")
    older = Plan("2021-2023", "2021Q2", "2023Q4")
    assert rendered("{% switch_to plan=plan %}", request=request, frame=Frame(), plan=older) == (
        "/work/2021-2023/2023Q4/tasks/"
    )


def test_trail_says_before_and_after():
    assert words.trail_lines({"reason": "没有数据", "完成率": ["40", "45"]}) == [
        "原因：没有数据",
        "完成率：40 → 45",
    ]
