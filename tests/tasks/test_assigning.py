"""责任待定, 增列, 终止: the office decides who bears a task, and each answer leaves its line."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from agencies.models import AuditEvent
from agencies.permissions import Denied
from tasks.assigning import add_agency, answer_by_assigning, dismiss, end_assignment, open_questions
from tasks.models import Assignment, AssignmentQuestion
from tests.factories import make_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(fgw):
    return make_task(leads=[fgw], open_ended=True)


def ask(task, kind="named_in_text", role="support", **fields):
    return AssignmentQuestion.objects.create(
        plan=task.plan, task=task, kind=kind, role=role, as_written="泗县", **fields
    )


@pytest.mark.parametrize(
    ("kind", "role", "duty"),
    [
        ("named_in_text", "support", "invited"),
        ("group", "support", "group"),
        ("group", "lead", "lead"),
        ("unmatched", "support", "named"),
        ("unmatched", "lead", "lead"),
    ],
)
def test_an_answer_becomes_a_duty(task, sixian, kjj, office, clock, kind, role, duty):
    question = ask(task, kind, role)
    rows = answer_by_assigning(question, [sixian, kjj], by=office, now=clock.now)
    assert [(row.agency, row.duty, row.role) for row in rows] == [(sixian, duty, role), (kjj, duty, role)]
    question.refresh_from_db()
    assert (question.outcome, question.answered_by) == ("assigned", office)
    assert not open_questions(task.plan).exists()
    assert AuditEvent.objects.get(verb="列入责任单位").detail["单位"] == [sixian.name, kjj.name]


def test_the_stronger_duty_stays_and_nobody_is_doubled(task, fgw, kjj, office, clock):
    Assignment.objects.create(task=task, agency=kjj, role="support", duty="implied", order=9)
    rows = answer_by_assigning(ask(task), [fgw, kjj], by=office, now=clock.now)
    assert [row.duty for row in rows] == ["lead", "invited"]
    assert task.assignments.count() == 2
    assert task.assignments.get(agency=kjj).remark == "原为隐含配合"


def test_a_question_is_answered_once(task, sixian, office, clock):
    question = ask(task)
    dismiss(question, by=office, now=clock.now)
    assert question.plan.questions.get().outcome == "dismissed"
    for act in (
        lambda: dismiss(question, by=office, now=clock.now),
        lambda: answer_by_assigning(question, [sixian], by=office, now=clock.now),
    ):
        with pytest.raises(Denied, match="已经答复"):
            act()
    assert not task.assignments.filter(agency=sixian).exists()


def test_nobody_chosen_is_refused(task, office, clock):
    question = ask(task)
    with pytest.raises(ValidationError, match="至少选择一个单位"):
        answer_by_assigning(question, [], by=office, now=clock.now)
    assert open_questions(task.plan).get() == question


def test_only_the_office_decides(task, sixian, reporter, leader, admin, clock):
    question, lead = ask(task), task.assignments.get()
    for person in (reporter, leader, admin):
        for act in (
            lambda by: answer_by_assigning(question, [sixian], by=by, now=clock.now),
            lambda by: dismiss(question, by=by, now=clock.now),
            lambda by: add_agency(
                task, sixian, "support", basis="函", valid_from=date(2030, 1, 1), by=by, now=clock.now
            ),
            lambda by: end_assignment(lead, date(2030, 1, 1), basis="函", by=by, now=clock.now),
        ):
            with pytest.raises(Denied):
                act(person)
    assert task.assignments.count() == 1


def test_a_unit_is_added_and_ended_by_date(task, sixian, office, clock):
    start, end = date(2030, 1, 1), date(2030, 12, 31)
    added = add_agency(task, sixian, "support", basis="经商该县", valid_from=start, by=office, now=clock.now)
    assert (added.duty, added.valid_from, added.remark) == ("invited", start, "经商该县")
    with pytest.raises(ValidationError, match="已经是本任务的责任单位"):
        add_agency(task, sixian, "support", basis="又", valid_from=start, by=office, now=clock.now)
    with pytest.raises(ValidationError, match="不能早于开始日期"):
        end_assignment(added, date(2029, 12, 31), basis="函", by=office, now=clock.now)
    ended = end_assignment(added, end, basis="机构改革", by=office, now=clock.now)
    assert ended.valid_until == end and ended.remark == "经商该县；机构改革"
    with pytest.raises(Denied, match="已经终止"):
        end_assignment(ended, end, basis="函", by=office, now=clock.now)


def test_the_last_lead_stays(task, kjj, office, clock):
    lead = task.assignments.get()
    with pytest.raises(ValidationError, match="唯一的牵头单位"):
        end_assignment(lead, date(2030, 6, 30), basis="函", by=office, now=clock.now)
    add_agency(task, kjj, "lead", basis="函", valid_from=date(2030, 7, 1), by=office, now=clock.now)
    assert end_assignment(lead, date(2030, 6, 30), basis="函", by=office, now=clock.now).valid_until


def test_the_named_counties_of_the_first_plan_wait_for_the_office(plans):
    groups = open_questions(plans["2021-2023"]).filter(kind="group")
    assert {question.task.number for question in groups} == {10, 34, 36, 37}
