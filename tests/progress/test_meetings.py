"""会议版: frozen at an instant, confirmed work only, nothing sensitive, and a screen of slides."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.permissions import Denied
from progress import meetings
from progress.models import MeetingEdition, TaskVerdict
from tests import factories
from tests.factories import AFTER_DUE, State

PAGE = "/work/2030-2032/2030Q1/meeting/"


@pytest.fixture
def quarter(fgw, people):
    """Task 1 red and confirmed, 2 yellow and not confirmed, 3 sensitive, 4 unreported."""
    period = factories.make_period()
    for number in (1, 2, 3, 4):
        task = factories.make_task(number, leads=[fgw], title=f"某事之{number}", is_sensitive=number == 3)
        factories.make_goal(task, by=people["office"], expected_q1=45)
        state = State.DRAFT if number == 4 else State.ACCEPTED
        said = {"percent": 5 if number == 1 else 30, "problem": f"难处之{number}。"}
        factories.walk(factories.make_report(task, fgw, period), state, **people, **said)
    factories.decide(period, [1, 3], by=people["office"])
    return period


def test_only_confirmed_lamps_and_nothing_sensitive_is_in_it(quarter, office):
    data = meetings.take(quarter, by=office, now=AFTER_DUE).data
    assert (data["tasks"], data["lamps"]["red"], data["lamps"]["none"]) == (3, 1, 2)
    assert [row["number"] for row in data["behind"]] == [1]
    assert data["behind"][0]["text"] == "1—3月，建成平台3个，完成投资1.2亿元。"
    assert [row["number"] for row in data["problems"]] == [1, 2]
    assert data["filing"]["owed"] == 3 and data["unreported"] == [
        {"agency": "市发展改革委", "items": 1, "days": 2}
    ]
    assert "之3" not in str(data)


def test_a_task_marked_sensitive_later_is_not_for_the_room(quarter, as_, office, leader):
    meetings.take(quarter, by=office, now=timezone.now())
    assert "某事之1" in as_(leader).get(PAGE).content.decode()
    quarter.plan.tasks.filter(number=1).update(is_sensitive=True)
    page = as_(leader).get(PAGE).content.decode()
    assert "某事之1" not in page and "难处之1" not in page and "某事之2" in page


def test_an_edition_stays_as_it_was_taken_until_it_is_refreshed(quarter, as_, office, leader):
    client = as_(office)
    taken = timezone.now() - timedelta(hours=1)
    first = meetings.take(quarter, by=office, now=taken)
    TaskVerdict.objects.filter(task__number=1).update(lamp="green", reason="改了")
    page = as_(leader).get(PAGE).content.decode()
    assert "严重滞后" in page and f"数据截至{day_of(taken)}" in re.sub(r"\s|<[^>]*>", "", page)
    assert client.post(PAGE + "take/").status_code == 302
    newest = client.get(PAGE)
    assert newest.context["edition"] != first and newest.context["data"]["lamps"]["green"] == 1
    older = client.get(f"{PAGE}?edition={first.pk}")
    assert older.context["data"]["lamps"]["red"] == 1 and "不是最新一版" in older.content.decode()
    assert client.get(f"{PAGE}?edition=999999").status_code == 404


def day_of(moment):
    here = timezone.localtime(moment)
    return f"{here.year}年{here.month}月{here.day}日"


def test_without_an_edition_the_page_says_so(quarter, as_, office, leader):
    assert "生成会议版" in as_(office).get(PAGE).content.decode()
    page = as_(leader).get(PAGE).content.decode()
    assert "还没有会议版" in page and "<form" not in page.split("<main")[1].split("</main>")[0]


def test_only_the_office_takes_and_only_the_room_opens(quarter, as_, leader, reporter, approver, admin):
    with pytest.raises(Denied):
        meetings.take(quarter, by=leader, now=AFTER_DUE)
    assert as_(leader).post(PAGE + "take/").status_code == 403
    for other in (reporter, approver, admin):
        assert as_(other).get(PAGE).status_code == 403
        assert as_(other).post(PAGE + "take/").status_code == 403
    assert not MeetingEdition.objects.exists()


def test_the_screen_is_shown_without_navigation_and_from_the_edition_alone(quarter, as_, leader, office):
    meetings.take(quarter, by=office, now=AFTER_DUE)
    client = as_(leader)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(PAGE).content.decode()
    assert "主导航" not in page and not re.search(r"\sstyle=", page)
    assert [group for group in ("总览", "滞后清单", "问题", "报送情况") if group not in page] == []
    tables = ("progress_taskverdict", "progress_progressreport", "progress_taskreturn")
    assert not [row for row in asked if any(f'FROM "{table}"' in row["sql"] for table in tables)]
    assert not any('"tasks_task"."title"' in row["sql"] for row in asked), "only which are sensitive"
    assert len(asked) <= 12


def test_a_long_list_takes_several_slides():
    rows = [{"reason": "落后", "problem": "难" * 200, "next_steps": ""} for _ in range(9)]
    data = {"chapters": [], "pace_chart": None, "behind": rows, "problems": []}
    slides = meetings.slides(data)
    behind = [slide for slide in slides if slide["kind"] == "behind"]
    assert [slide["part"] for slide in behind] == ["1/5", "2/5", "3/5", "4/5", "5/5"]
    assert sum(len(slide["rows"]) for slide in behind) == 9
    assert [slide["rows"] for slide in slides if slide["kind"] == "problems"] == [[]]
