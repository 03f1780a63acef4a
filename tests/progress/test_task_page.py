"""任务 and 单位 pages: one sees what one may, and no draft leaks."""

import re
from datetime import date

import pytest
from django.utils import timezone

from progress.models import TaskState
from tasks.models import PublishedFact, Task, TaskAmendment
from tests import factories
from tests.factories import State

REAL = "/work/2024-2026/2026Q3/"
BASE = "/work/2030-2032/2030Q1/"
SAID = "建成平台3个"


@pytest.fixture
def task(fgw, kjj, office):
    task = factories.make_task(1, leads=[fgw], supports=[kjj])
    factories.make_goal(task, by=office)
    factories.make_period()
    return task


def report_in(state, task, fgw, people):
    return factories.walk(factories.make_report(task, fgw), state, **people, percent=20)


def page(as_, user, number=1):
    return as_(user).get(f"{BASE}tasks/{number}/")


def words(answer):
    """The page without its markup: figures and their units are kept together by it."""
    return re.sub(r"<[^>]+>", "", answer.content.decode())


def test_what_was_accepted_is_read_by_all_concerned(
    task, fgw, people, as_, leader, kjj_reporter, stranger, admin
):
    report_in(State.ACCEPTED, task, fgw, people)
    for reader in (*people.values(), leader, kjj_reporter):
        assert SAID in words(page(as_, reader)), reader
    for other in (stranger, admin):
        text = words(page(as_, other))
        assert SAID not in text and task.text in text


@pytest.mark.parametrize("state", [State.DRAFT, State.AWAITING_APPROVAL, State.UNDER_REVIEW, State.RETURNED])
def test_nothing_is_read_here_before_it_is_accepted(task, fgw, people, as_, leader, state):
    report_in(state, task, fgw, people)
    for reader in (people["office"], leader):
        assert SAID not in words(page(as_, reader))


def test_the_promise_as_written(plans, as_, office):
    text = as_(office).get(REAL + "tasks/15/").content.decode()
    task = Task.objects.get(plan__code="2024-2026", number=15)
    assert task.title in text and task.chapter.heading in text and task.clause in text
    assert "隐含配合" in text


def test_titles_of_ours_are_marked(plans, as_, office):
    assert "非原文标题" in as_(office).get("/work/2021-2023/2022Q1/tasks/1/").content.decode()


def test_published_facts_and_amendments_stand_apart(task, people, as_, office):
    PublishedFact.objects.create(
        plan=task.plan, task=task, statement="平台揭牌", quote="平台揭牌。", source_title="某报"
    )
    TaskAmendment.objects.create(
        task=task,
        on=date(2030, 2, 1),
        basis="会议纪要",
        text="改为20个",
        entered_by=office,
        entered_at=timezone.now(),
    )
    text = words(page(as_, people["reporter"]))
    assert "公开报道" in text and "平台揭牌" in text
    assert "改为20个" in text and task.text in text


def test_a_sensitive_task_is_not_there_for_others(task, people, as_, leader, stranger, kjj_reporter):
    Task.objects.filter(pk=task.pk).update(is_sensitive=True)
    for other in (leader, stranger):
        assert page(as_, other).status_code == 404
    for concerned in (people["office"], people["reporter"], kjj_reporter):
        assert page(as_, concerned).status_code == 200
    task.named_readers.add(leader)
    assert page(as_, leader).status_code == 200


def test_the_trail_is_for_the_office(task, people, as_, leader):
    assert "办理记录" in page(as_, people["office"]).content.decode()
    assert "办理记录" not in page(as_, leader).content.decode()


def test_the_office_decides_the_three_year_state(task, people, as_, leader):
    url = f"{BASE}tasks/1/state/"
    form = {"state": "done", "on": "2030-03-01", "evidence": "验收意见"}
    assert as_(leader).post(url, form).status_code == 403
    assert as_(people["reporter"]).post(url, form).status_code == 403
    refused = as_(people["office"]).post(url, {**form, "evidence": ""}, follow=True)
    assert not TaskState.objects.exists() and refused.status_code == 200
    as_(people["office"]).post(url, form)
    assert TaskState.objects.get().state == "done"
    assert "已完成" in page(as_, people["office"]).content.decode()


def test_no_such_task(plans, as_, office):
    assert as_(office).get(REAL + "tasks/81/").status_code == 404


def test_the_agency_page(task, fgw, people, as_, stranger, admin, leader):
    report_in(State.ACCEPTED, task, fgw, people)
    for reader in (*people.values(), leader, stranger, admin):
        answer = as_(reader).get("/work/agencies/fgw/")
        assert answer.status_code == 200
        assert SAID not in words(answer)
    assert as_(people["office"]).get("/work/agencies/nowhere/").status_code == 404


def test_how_punctual_a_body_is_concerns_not_everybody(task, fgw, people, as_, stranger, leader):
    report_in(State.ACCEPTED, task, fgw, people)
    for reader in (people["office"], people["reporter"], leader):
        assert "各季度报送" in as_(reader).get("/work/agencies/fgw/").content.decode()
    assert "各季度报送" not in as_(stranger).get("/work/agencies/fgw/").content.decode()
