"""不涉及: declared once by the body, answered by the office, and what follows from it."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from agencies.models import Post, Role, User
from agencies.permissions import Denied
from tasks import not_concerned
from tasks.models import Assignment, NotConcerned
from tests.cast import body
from tests.factories import BEFORE_DUE, make_period, make_task


@pytest.fixture
def duties(fgw, sixian):
    """Three tasks the county supports by implication."""
    return [
        make_task(number, leads=[fgw]).assignments.create(
            agency=sixian, role="support", duty="implied", order=9
        )
        for number in (1, 2, 3)
    ]


def declare(duties, by, reason="本县无港口岸线"):
    return not_concerned.declare(duties, reason=reason, by=by, now=BEFORE_DUE)


def test_confirmed_it_leaves_the_bodys_list_and_the_duty_stays(duties, county_reporter, office, sixian):
    made = declare(duties[:2], county_reporter)
    assert not_concerned.waiting(duties[0].task.plan).count() == 2
    assert not_concerned.confirm(made[:1], by=office, now=BEFORE_DUE) == 1
    not_concerned.refuse(made[1:], answer="涉及南翼片区", by=office, now=BEFORE_DUE)
    own = Assignment.objects.filter(agency=sixian, task__plan=duties[0].task.plan)
    assert [duty.task.number for duty in own.concerning().order_by("task__number")] == [2, 3]
    assert own.count() == 3


def test_declared_once_and_for_all(duties, county_reporter, county_approver, office):
    (declared,) = declare(duties[:1], county_reporter)
    with pytest.raises(Denied, match="已经申报过"):
        declare(duties, county_approver)
    assert NotConcerned.objects.count() == 1, "all or none"
    not_concerned.refuse([declared], answer="仍有涉及", by=office, now=BEFORE_DUE)
    with pytest.raises(Denied, match="不能再次申报"):
        declare(duties[:1], county_approver)
    with pytest.raises(Denied, match="已经答复"):
        not_concerned.confirm([declared], by=office, now=BEFORE_DUE)


def test_only_its_own_implied_duties(duties, county_reporter, reporter, office, sixian, fgw):
    lead = duties[0].task.assignments.get(agency=fgw)
    for person, duty in ((reporter, duties[0]), (office, duties[0]), (reporter, lead)):
        with pytest.raises(Denied):
            declare([duty], person)
    with pytest.raises(Denied):
        not_concerned.confirm(declare(duties[:1], county_reporter), by=county_reporter, now=BEFORE_DUE)


@pytest.mark.parametrize("reason", ["", " ", "长" * 201, "零\x00字符"])
def test_a_reason_is_needed(reason, duties, county_reporter, office):
    with pytest.raises(ValidationError):
        declare(duties, county_reporter, reason)
    with pytest.raises(ValidationError):
        not_concerned.refuse(list(duties), answer=reason, by=office, now=BEFORE_DUE)


def test_in_bulk_on_the_page(duties, as_, county_reporter, office, leader, reporter):
    plan, period = duties[0].task.plan.code, make_period().code
    page = reverse("tasks:not_concerned", args=[plan, period])
    county, desk = as_(county_reporter), as_(office)
    assert county.get(page).content.decode().count('name="row"') == 3
    assert "没有隐含配合" in as_(reporter).get(page).content.decode()
    assert as_(leader).get(page).status_code == 403
    chosen = {"row": [duties[0].pk, duties[2].pk]}
    kept = county.post(page, chosen | {"reason": ""})
    assert kept.status_code == 400 and kept.content.decode().count("checked") >= 2
    foreign = duties[0].task.assignments.get(role="lead").pk
    assert county.post(page, {"row": [foreign], "reason": "与我无关"}).status_code == 400
    assert county.post(page, chosen | {"reason": "本县无港口岸线"}).status_code == 302
    workbench = desk.get(reverse("progress:workbench", args=[plan, period])).content.decode()
    assert "不涉及申报" in workbench
    waiting = NotConcerned.objects.values_list("pk", flat=True)
    assert desk.post(page, {"row": list(waiting), "verb": "refuse", "reason": ""}).status_code == 400
    assert desk.post(page, {"row": list(waiting), "verb": "confirm"}).status_code == 302
    assert "已确认不涉及" in county.get(page).content.decode()
    assert "（不涉及）" in county.get(duties[0].task.address(period)).content.decode()


def test_nobody_answers_what_they_declared(duties, county_reporter, office):
    Post.objects.create(user=county_reporter, role=Role.OFFICE, agency=body("office"))
    both = User.objects.get(pk=county_reporter.pk)
    made = declare(duties[:1], both)
    with pytest.raises(Denied, match="另一位同志"):
        not_concerned.confirm(made, by=both, now=BEFORE_DUE)
    assert not_concerned.confirm(made, by=office, now=BEFORE_DUE) == 1


@pytest.mark.parametrize("answer", ["含\x00字", "长" * 201])
def test_words_with_a_confirmation_are_kept_whole_or_refused(answer, duties, county_reporter, office):
    declared = declare(duties[:1], county_reporter)
    with pytest.raises(ValidationError):
        not_concerned.confirm(declared, answer=answer, by=office, now=BEFORE_DUE)
    declared[0].refresh_from_db()
    assert declared[0].outcome == ""
