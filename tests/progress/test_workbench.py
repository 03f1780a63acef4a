"""工作台: each role's first question, answered."""

from datetime import timedelta

import pytest

from progress import dashboards
from tests import factories
from tests.factories import AFTER_DUE, BEFORE_DUE, DUE, State

BASE = "/work/2030-2032/2030Q1/"


@pytest.fixture
def quarter(fgw, people):
    """One return of fgw in every state, in task order."""
    period = factories.make_period()
    states = [State.RETURNED, State.DRAFT, State.AWAITING_APPROVAL, State.UNDER_REVIEW, State.ACCEPTED]
    for number, state in enumerate(states, start=1):
        task = factories.make_task(number, leads=[fgw])
        factories.walk(factories.make_report(task, fgw, period), state, **people)
    return period


def groups(desk):
    return {group.key: [report.task.number for report in group.rows] for group in desk.groups}


def test_a_reporter_sees_what_came_back_first(quarter, people):
    desk = dashboards.reporter_desk(people["reporter"], quarter, DUE - timedelta(days=10))
    assert list(groups(desk).items()) == [
        ("returned", [1]), ("draft", [2]), ("awaiting", [3]), ("left", [4, 5])
    ]  # fmt: skip
    assert desk.first.task.number == 1
    assert (desk.owed, desk.left) == (5, 3)


@pytest.mark.parametrize("now", [DUE - timedelta(days=3), DUE, AFTER_DUE])
def test_three_days_before_the_end_a_draft_is_due_soon(quarter, people, now):
    assert groups(dashboards.reporter_desk(people["reporter"], quarter, now))["soon"] == [2]


def test_what_is_open_in_earlier_quarters_is_not_forgotten(quarter, people, fgw):
    later = factories.make_period("2030Q2")
    desk = dashboards.reporter_desk(people["reporter"], later, AFTER_DUE)
    assert sorted(report.task.number for report in desk.earlier) == [1, 2]


def test_an_approver_sees_what_waits_for_the_signature(quarter, people):
    desk = dashboards.approver_desk(people["approver"], quarter, BEFORE_DUE)
    assert [report.task.number for report in desk.waiting] == [3]
    assert desk.filing.owed == 5


def test_the_office_sees_who_has_not_reported_and_what_is_missing(quarter, people, sixian):
    factories.make_report(factories.make_task(9, leads=[sixian]), sixian, quarter)
    desk = dashboards.office_desk(people["office"], quarter, AFTER_DUE)
    assert [(row.agency.code, row.filing.unfiled) for row in desk.unfiled] == [("fgw", 2), ("sixian", 1)]
    assert desk.filing.under_review == 1
    assert [agency.code for agency in desk.without_approver] == ["sixian"]
    assert desk.no_goal == 6


def test_a_leader_reads_what_is_confirmed(quarter, leader):
    desk = dashboards.leader_desk(leader, quarter, AFTER_DUE)
    assert desk.undecided == 5 and desk.behind == []
    assert "待办公室审定" in "".join(desk.sentences)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("reporter", "继续填报（还有 2 项）"),
        ("approver", "开始审签（1 项）"),
        ("office", "审核 1 项"),
        ("leader", "总体情况"),
        ("admin", "系统管理员只管理账号和单位"),
    ],
)
def test_the_page_offers_the_one_next_step(quarter, as_, request, who, words):
    answer = as_(request.getfixturevalue(who)).get(BASE)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_a_drafts_text_is_on_nobodys_workbench(quarter, as_, office, leader):
    for person in (office, leader):
        assert "建成平台3个" not in as_(person).get(BASE).content.decode()


def test_home_leads_to_the_workbench_of_the_day(quarter, plans, as_, people, admin, nobody):
    assert as_(people["office"]).get("/work/").headers["Location"] == BASE
    assert as_(admin).get("/work/").headers["Location"] == "/work/people/"
    assert as_(nobody).get("/work/").headers["Location"] == "/work/me/"
    assert as_(nobody).get(BASE).status_code == 404


def test_before_anything_is_opened_it_says_what_to_do(plans, as_, people):
    for person in people.values():
        answer = as_(person).get("/work/2021-2023/2022Q1/")
        assert answer.status_code == 200
