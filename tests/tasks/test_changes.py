"""Links between the plans, amendments and marks."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from agencies.models import AuditEvent
from agencies.permissions import Denied
from tasks.amending import amend, mark, possible_readers
from tasks.linking import add_link, confirm_link, links_of, neighbour, reject_link
from tasks.models import Task, TaskLink
from tests.factories import make_plan, make_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(fgw):
    return make_task(leads=[fgw])


@pytest.fixture
def earlier(fgw):
    return make_task(leads=[fgw], plan=make_plan("2027-2029"))


def test_a_proposed_link_is_confirmed_or_rejected_once(earlier, later, office, reporter, clock):
    link = TaskLink.objects.create(earlier=earlier, later=later, kind="continued", inferred=True)
    for decide in (confirm_link, reject_link):
        with pytest.raises(Denied):
            decide(link, by=reporter, now=clock.now)
    confirm_link(link, by=office, now=clock.now)
    link.refresh_from_db()
    assert not link.awaits_confirmation
    for decide in (confirm_link, reject_link):
        with pytest.raises(Denied):
            decide(link, by=office, now=clock.now)


def test_a_rejected_link_stays_in_the_trail_alone(earlier, later, office, clock):
    link = TaskLink.objects.create(
        earlier=earlier, later=later, kind="merged", inferred=True, basis="同名园区"
    )
    reject_link(link, by=office, now=clock.now)
    assert not TaskLink.objects.filter(earlier=earlier).exists()
    assert AuditEvent.objects.get(verb="否定任务衔接").detail == {"关系": "合并", "依据": "同名园区"}


def test_the_office_adds_links(earlier, later, office, clock):
    add_link(earlier, later, "split", "会议纪要", by=office, now=clock.now)
    for arguments, field in (
        ((earlier, later, "split"), "later"),
        ((later, earlier, "split"), "later"),
        ((earlier, None, "split"), "later"),
        ((earlier, later, "dropped"), "later"),
        ((earlier, None, "dropped"), "kind"),
    ):
        with pytest.raises(ValidationError) as refused:
            add_link(*arguments, "", by=office, now=clock.now)
        assert field in refused.value.message_dict
    dropped = add_link(make_task(2, plan=earlier.plan), None, "dropped", "", by=office, now=clock.now)
    assert dropped.later is None


def test_links_of_sensitive_tasks_are_hidden(earlier, later, stranger, office):
    TaskLink.objects.create(earlier=earlier, later=later, kind="continued")
    assert links_of(later.plan, stranger).count() == 1
    Task.objects.filter(pk=earlier.pk).update(is_sensitive=True)
    assert links_of(later.plan, stranger).count() == 0
    assert links_of(later.plan, office).count() == 1


def test_each_real_plan_neighbours_the_other(plans):
    first, second = plans["2021-2023"], plans["2024-2026"]
    assert (neighbour(first), neighbour(second)) == (second, first)


def test_an_amendment_leaves_the_text_alone(later, office, reporter, clock):
    text = later.text
    amendment = amend(later, date(2030, 5, 1), "某文件", "目标调整为20个", by=office, now=clock.now)
    later.refresh_from_db()
    assert (later.text, amendment.entered_by) == (text, office)
    with pytest.raises(Denied):
        amend(later, date(2030, 5, 1), "某文件", "内容", by=reporter, now=clock.now)
    with pytest.raises(ValidationError) as refused:
        amend(later, date(2040, 5, 1), " ", " ", by=office, now=clock.now)
    assert set(refused.value.message_dict) == {"on", "basis", "text"}


def test_a_sensitive_task_is_read_by_named_leaders(later, office, leader, stranger, reporter, clock):
    assert list(possible_readers(date(2030, 1, 1))) == [leader]
    mark(later, is_key=True, is_sensitive=True, readers=[leader], by=office, now=clock.now)
    known = {
        person: Task.objects.visible_to(person).filter(pk=later.pk).exists()
        for person in (leader, stranger, reporter, office)
    }
    assert known == {leader: True, stranger: False, reporter: True, office: True}
    mark(later, is_key=True, is_sensitive=False, readers=[leader], by=office, now=clock.now)
    assert not later.named_readers.exists()
    with pytest.raises(Denied):
        mark(later, is_key=False, is_sensitive=False, readers=[], by=leader, now=clock.now)
