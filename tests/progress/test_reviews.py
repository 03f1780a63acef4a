"""The review queue: who finds what in it, what is marked, what a decision does, and what comes next."""

import pytest
from django.urls import reverse

from agencies.models import Post, Role
from progress import review_queue
from progress.models import ProgressReport
from tests.factories import fill, make_period, make_report, make_task, walk

State = ProgressReport.State


@pytest.fixture
def walkers(reporter, approver, office):
    return {"reporter": reporter, "approver": approver, "office": office}


@pytest.fixture
def waiting(fgw, walkers):
    """Three returns under review, tasks 1 to 3."""
    tasks = [make_task(number, leads=[fgw]) for number in (1, 2, 3)]
    return [walk(make_report(task, fgw), State.UNDER_REVIEW, **walkers) for task in tasks]


def queue_url(period=None, query=""):
    period = period or make_period()
    return reverse("progress:reviews", args=[period.plan.code, period.code]) + query


def url(report, query=""):
    return reverse("progress:review", args=[report.period.plan.code, report.period.code, report.pk]) + query


def decide(client, report, verb, query="", **fields):
    return client.post(url(report, query), {"verb": verb, "revision": report.revision, **fields})


def numbers(user, period=None):
    return [report.task.number for report in review_queue.queue(user, period or make_period())[0]]


# --- who finds what ---------------------------------------------------------------------------------


def test_the_office_finds_what_is_under_review(waiting, office, fgw, walkers):
    walk(make_report(make_task(4, leads=[fgw]), fgw), State.AWAITING_APPROVAL, **walkers)
    assert numbers(office) == [1, 2, 3]


def test_an_approver_finds_what_awaits_their_own_bodys_signature(
    waiting, approver, kjj_approver, fgw, walkers
):
    walk(make_report(make_task(4, leads=[fgw]), fgw), State.AWAITING_APPROVAL, **walkers)
    assert numbers(approver) == [4]
    assert numbers(kjj_approver) == []


def test_never_ones_own(waiting, office, office2, approver):
    Post.objects.create(user=approver, role=Role.OFFICE, agency=office.agency)
    approver.__dict__.pop("posts_today", None)
    assert numbers(approver) == []
    assert numbers(office2) == [1, 2, 3]


def test_others_have_no_queue(waiting, as_, reporter, leader, admin):
    for person in (reporter, leader, admin):
        assert as_(person).get(queue_url()).status_code == 403
        assert as_(person).get(url(waiting[0])).status_code == 403


def test_a_draft_is_not_opened_by_its_number(office, fgw, as_, reporter):
    draft = fill(make_report(make_task(9, leads=[fgw]), fgw), by=reporter)
    assert as_(office).get(url(draft)).status_code == 404


# --- reading ----------------------------------------------------------------------------------------


def test_the_first_is_open_and_the_count_in_view(waiting, office, as_):
    page = as_(office).get(queue_url()).text
    assert '<strong class="num" id="left-count">3</strong>' in page
    assert "任务之1" in page and 'data-key="a"' in page and 'data-key="j"' in page


def test_changes_since_the_last_version_are_marked(fgw, office, walkers, as_):
    report = walk(make_report(make_task(leads=[fgw]), fgw), State.RETURNED, **walkers)
    report = walk(report, State.UNDER_REVIEW, **walkers, progress="1—3月，建成平台5个，完成投资1.2亿元。")
    page = as_(office).get(url(report)).text
    assert "建成平台<del>3</del><ins>5</ins>个" in page


def test_changes_since_last_quarter_are_marked(fgw, office, walkers, as_):
    task = make_task(leads=[fgw])
    walk(make_report(task, fgw, make_period("2029Q4", task.plan)), State.ACCEPTED, **walkers)
    report = walk(make_report(task, fgw), State.UNDER_REVIEW, **walkers, progress="1—3月，建成平台4个。")
    assert "<del>" in as_(office).get(url(report)).text
    assert "<del>" not in as_(office).get(url(report, "?compare=none")).text


def test_what_is_marked_is_escaped(fgw, office, walkers, as_):
    report = walk(make_report(make_task(leads=[fgw]), fgw), State.RETURNED, **walkers)
    report = walk(report, State.UNDER_REVIEW, **walkers, progress="<img src=x onerror=alert(1)>")
    page = as_(office).get(url(report)).text
    assert "<img src=x" not in page and "&lt;img" in page


def test_filters_keep_to_one_agency_or_chapter(waiting, office, kjj, kjj_reporter, kjj_approver, as_):
    task = make_task(7, leads=[kjj])
    walk(
        make_report(task, kjj),
        State.UNDER_REVIEW,
        reporter=kjj_reporter,
        approver=kjj_approver,
        office=office,
    )
    page = as_(office).get(queue_url(query="?agency=kjj")).text
    assert "任务之7" in page and "任务之1" not in page
    assert "没有符合条件的" in as_(office).get(queue_url(query="?agency=nobody")).text


def test_what_waits_in_another_quarter_is_named(waiting, office, fgw, walkers, as_):
    task = waiting[0].task
    other = make_period("2030Q2", task.plan)
    walk(make_report(task, fgw, other), State.UNDER_REVIEW, **walkers)
    page = as_(office).get(queue_url()).text
    assert "2030 年第二季度还有 1 项" in page


# --- deciding ---------------------------------------------------------------------------------------


def test_accepting_opens_the_next(waiting, office, as_):
    client = as_(office)
    assert decide(client, waiting[0], "accept")["Location"] == url(waiting[1])
    assert decide(client, waiting[2], "accept")["Location"] == url(waiting[1])
    assert decide(client, waiting[1], "accept")["Location"] == queue_url()
    assert "都办完了" in client.get(queue_url()).text
    assert set(ProgressReport.objects.values_list("state", flat=True)) == {State.ACCEPTED}


def test_the_filter_goes_along(waiting, office, as_):
    answer = decide(as_(office), waiting[0], "accept", "?agency=fgw")
    assert answer["Location"] == url(waiting[1], "?agency=fgw")


def test_returning_needs_a_reason_and_keeps_it(waiting, office, as_):
    client = as_(office)
    refused = decide(client, waiting[0], "send_back")
    assert refused.status_code == 400
    assert "请写明原因" in refused.text
    decide(client, waiting[0], "send_back", common=["格式不符", "事实不清"], reason="第三段请核对。")
    waiting[0].refresh_from_db()
    assert (waiting[0].state, waiting[0].return_reason) == (
        State.RETURNED,
        "格式不符；事实不清；第三段请核对。",
    )


def test_a_decision_that_comes_too_late_says_so(waiting, office, office2, as_):
    decide(as_(office2), waiting[0], "accept")
    client = as_(office)
    answer = decide(client, waiting[0], "send_back", reason="晚了")
    page = client.get(answer["Location"]).text
    assert "您的操作没有执行" in page and "已采用" in page
    waiting[0].refresh_from_db()
    assert waiting[0].state == State.ACCEPTED


def test_the_same_click_twice_decides_once(waiting, office, as_):
    client = as_(office)
    decide(client, waiting[0], "accept")
    again = decide(client, waiting[0], "accept")
    assert again.status_code == 302
    assert waiting[0].steps.filter(verb="accept").count() == 1
    assert "您的操作没有执行" not in client.get(again["Location"]).text


def test_one_cannot_decide_what_one_signed(waiting, office, approver, as_):
    Post.objects.create(user=approver, role=Role.OFFICE, agency=office.agency)
    assert decide(as_(approver), waiting[0], "accept").status_code == 403


def test_an_approver_signs_in_the_same_place(fgw, approver, walkers, as_):
    report = walk(make_report(make_task(leads=[fgw]), fgw), State.AWAITING_APPROVAL, **walkers)
    assert "审签通过" in as_(approver).get(queue_url()).text
    decide(as_(approver), report, "approve")
    report.refresh_from_db()
    assert report.state == State.UNDER_REVIEW


@pytest.mark.parametrize("fields", [{}, {"verb": "drop"}, {"verb": "accept", "revision": "x"}])
def test_a_rubbish_decision_changes_nothing(waiting, office, as_, fields):
    assert as_(office).post(url(waiting[0]), fields).status_code == 400
    waiting[0].refresh_from_db()
    assert waiting[0].state == State.UNDER_REVIEW
