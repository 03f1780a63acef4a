"""What the reviewing unit may open of the host unit: what the score cites, while it is with them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.audit import readable_trail
from assessment import confirming, rounds
from assessment.models import AssessmentRound, UnitScore
from progress.models import ProgressReport
from supervision.models import OrderFeedback, SupervisionOrder
from tasks.models import Task
from tests.assessment.round_life import BEGUN, FED_BACK, FIRST, make_scheme, unit_of, walk_round
from tests.factories import AFTER_DUE, BEFORE_DUE, make_period, make_plan, make_report, make_task, walk
from tests.supervision.order_life import make_order

State, Reported = AssessmentRound.State, ProgressReport.State
WEIGHTS = (("报送及时性", "timeliness", 40), ("报送质量", "quality", 30), ("督办办结", "orders", 30))
WORDS = "一季度建成平台三个。"


@pytest.fixture
def returned(fgw, kjj, people):
    """Of 市发展改革委, the host: a return that was sent back once, for task 1; 市科技局 has no duty there."""
    make_report(make_task(2, leads=[kjj]), kjj, make_period())
    report = make_report(make_task(1, leads=[fgw]), fgw, make_period())
    return walk(report, Reported.RETURNED, **people, progress=WORDS)


@pytest.fixture
def order(fgw, office, office2, reporter):
    made = make_order(fgw, by=office, title="平台用地", requirement="月底前落实用地。")
    issued = {"issued_at": BEFORE_DUE, "issued_by": office, "checked_at": BEFORE_DUE, "checked_by": office2}
    issued |= {"mark": "宿长三角督", "year": 2030, "number": 3, "state": "working", "due_at": AFTER_DUE}
    SupervisionOrder.objects.filter(pk=made.pk).update(**issued)
    said = {"order": made, "written_by": reporter, "written_at": AFTER_DUE}
    OrderFeedback.objects.create(text="用地已报批。", state="under_review", left_at=AFTER_DUE, **said)
    return made


@pytest.fixture
def scored(returned, order, fgw, kjj, office):
    scheme = make_scheme(office, make_plan(), weights=WEIGHTS, host=fgw, cross_reviewer=kjj)
    return walk_round(rounds.begin(scheme, by=office, now=BEGUN), State.FIRST, office)


def address(what, thing):
    return reverse(f"assessment:evidence_{what}", args=["2030-2032", 2030, "fgw", thing.pk])


def test_the_lines_of_the_score_lead_to_what_they_are_about(scored, returned, order, fgw, as_, kjj_reporter):
    client = as_(kjj_reporter)
    sheet = client.get(unit_of(scored, fgw).get_absolute_url()).content.decode()
    led = re.findall(r'class="score-text"><a href="([^"]+)"|<li><a href="([^"]+)"', sheet)
    led = [each or cause for each, cause in led if "/evidence/" in each + cause]
    assert f"{address('return', returned)}#version-1" in led and address("order", order) in led
    assert returned.get_absolute_url() not in sheet and order.get_absolute_url() not in sheet
    for each in set(led):
        assert client.get(each).status_code == 200


def test_it_shows_the_version_that_left_and_why_it_came_back(scored, returned, as_, kjj_reporter):
    page = as_(kjj_reporter).get(address("return", returned)).content.decode()
    for said in ("第 1 版", 'id="version-1"', WORDS, "数据与佐证不一致", "市发展改革委"):
        assert said in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]


def test_it_shows_what_was_ordered_and_answered(scored, order, as_, kjj_reporter):
    page = as_(kjj_reporter).get(address("order", order)).content.decode()
    for said in ("平台用地", "月底前落实用地。", "用地已报批。", "宿长三角督〔2030〕3号"):
        assert said in page


def test_nothing_that_came_later_is_shown(scored, returned, order, as_, people, kjj_reporter):
    later = "后来改写的。"
    walked = ProgressReport.objects.get(pk=returned.pk)
    walk(walked, Reported.UNDER_REVIEW, **people, now=FED_BACK, progress=later)
    said = {"order": order, "written_by": people["reporter"], "written_at": FED_BACK, "left_at": FED_BACK}
    OrderFeedback.objects.update(state="withdrawn")
    OrderFeedback.objects.create(text=later, state="under_review", **said)
    for what, thing in (("return", returned), ("order", order)):
        assert later not in as_(kjj_reporter).get(address(what, thing)).content.decode()


def test_nobody_else_gets_it(
    scored, returned, order, as_, office, leader, reporter, county_reporter, admin, kjj_reporter, kjj_approver
):
    for what, thing in (("return", returned), ("order", order)):
        for person, status in (
            *((kjj_reporter, 200), (kjj_approver, 200), (office, 404), (leader, 404)),
            *((reporter, 404), (county_reporter, 404), (admin, 403)),
        ):
            assert as_(person).get(address(what, thing)).status_code == status, (what, person)
            assert as_(person).post(address(what, thing)).status_code in (405, 403)


def test_only_while_the_round_is_with_them(
    scored, returned, order, fgw, as_, kjj_reporter, office, kjj_approver
):
    client, pages = as_(kjj_reporter), (address("return", returned), address("order", order))
    statuses = {State.SELF: 404, State.FIRST: 200, State.FEEDBACK: 200, State.DECIDING: 404}
    for state, status in (statuses | {State.PUBLISHED: 404}).items():
        AssessmentRound.objects.update(state=state)
        assert [client.get(each).status_code for each in pages] == [status, status], state
        sheet = client.get(unit_of(scored, fgw).get_absolute_url()).content.decode()
        assert ("/evidence/" in sheet) == (status == 200)


def test_never_of_a_sensitive_task(scored, returned, order, fgw, as_, kjj_reporter):
    client = as_(kjj_reporter)
    order.tasks.set(Task.objects.filter(plan=make_plan(), number=1))
    Task.objects.filter(plan=make_plan(), number=1).update(is_sensitive=True)
    for page in (address("return", returned), address("order", order)):
        assert client.get(page).status_code == 404
    assert "/evidence/" not in client.get(unit_of(scored, fgw).get_absolute_url()).content.decode()


def test_only_what_the_score_is_made_of(scored, returned, order, fgw, kjj, as_, kjj_reporter, office):
    others = make_report(Task.objects.get(plan=make_plan(), number=2), fgw, make_period("2031Q1"))
    foreign = ProgressReport.objects.get(agency=kjj, task__number=2, period__code="2030Q1")
    for each in (others, foreign):
        assert as_(kjj_reporter).get(address("return", each)).status_code == 404
    unissued = make_order(fgw, by=office)
    assert as_(kjj_reporter).get(address("order", unissued)).status_code == 404
    assert as_(kjj_reporter).get(address("return", returned).replace("/fgw/", "/kjj/")).status_code == 404


def test_a_page_is_a_dozen_queries_and_reading_changes_nothing(
    scored, returned, order, as_, kjj_reporter, office
):
    client, trail = as_(kjj_reporter), readable_trail(office).count()
    for page in (address("return", returned), address("order", order)):
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            client.get(page)
        assert len(asked) <= 12
    assert readable_trail(office).count() == trail


def test_the_reviewer_still_confirms(scored, fgw, kjj_reporter):
    unit = unit_of(scored, fgw)
    assert confirming.confirm(unit, by=kjj_reporter, now=FIRST, revision=unit.revision).scored_at


def test_other_words_do_not_quote_what_has_become_sensitive(
    scored, order, fgw, kjj, as_, kjj_reporter, reporter
):
    """The title of a task neither cited nor known to the reader."""
    make_task(3, leads=[fgw], title="不可说之项目引进", is_sensitive=True)
    SupervisionOrder.objects.update(requirement="做好“不可说之项目引进”。")
    OrderFeedback.objects.update(text="不可说之项目引进已启动。")
    unit = unit_of(scored, fgw)
    unit.facts["orders"][0]["title"] = "不可说之项目引进有关事项"
    UnitScore.objects.filter(pk=unit.pk).update(facts=unit.facts)
    page = as_(kjj_reporter).get(address("order", order)).content.decode()
    assert "不可说" not in page and "（敏感任务）" in page
