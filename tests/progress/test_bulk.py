"""Many at once: what goes through, what is left out and named, what is shown before, and who may."""

from datetime import date

import pytest
from django.urls import reverse

from agencies.models import Role
from progress import bulk, drafts, handouts, remarks, workflow
from progress.bulk import Choice
from progress.models import ProgressReport
from progress.workflow import Incomplete
from tests import factories
from tests.cast import body, person
from tests.factories import BEFORE_DUE, fill, make_goal, make_period, make_report, make_task, walk

State = ProgressReport.State
PLACE = ("2030-2032", "2030Q1")


@pytest.fixture
def walkers(reporter, approver, office):
    return {"reporter": reporter, "approver": approver, "office": office}


@pytest.fixture
def waiting(fgw, walkers):
    """Three returns under review, tasks 1 to 3."""
    tasks = [make_task(number, leads=[fgw]) for number in (1, 2, 3)]
    return [walk(make_report(task, fgw), State.UNDER_REVIEW, **walkers) for task in tasks]


@pytest.fixture
def last_quarter(fgw, walkers):
    """What fgw said of task 1 in the quarter before, at 30 percent; returns the task."""
    task = make_task(1, leads=[fgw])
    make_goal(task, by=walkers["office"])
    period = make_period("2030Q1", task.plan)
    walk(make_report(task, fgw, period), State.ACCEPTED, percent=30, **walkers)
    return task


def chosen(*reports):
    return [Choice(report.pk, report.revision) for report in reports]


def values(*reports):
    return [f"{report.pk}-{report.revision}" for report in reports]


def states(*reports):
    return [ProgressReport.objects.get(pk=report.pk).state for report in reports]


def decide(verb, reports, by, **how):
    return bulk.decide(verb, chosen(*reports), by=by, now=BEFORE_DUE, **how)


def post(client, verb, reports, **fields):
    address = reverse("progress:bulk_decide", args=PLACE)
    return client.post(address, {"verb": verb, "chosen": values(*reports), **fields})


# --- the rule ---------------------------------------------------------------------------------------


def test_one_that_moved_meanwhile_is_named_and_the_others_go_through(waiting, office, office2):
    seen = chosen(*waiting)
    workflow.send_back(waiting[1], by=office2, now=BEFORE_DUE, revision=waiting[1].revision, reason="请核对")
    outcome = bulk.decide("accept", seen, by=office, now=BEFORE_DUE)
    assert [report.task.number for report in outcome.done] == [1, 3]
    assert [(report.task.number, reason) for report, reason in outcome.skipped] == [(2, bulk.MOVED)]
    assert states(*waiting) == [State.ACCEPTED, State.RETURNED, State.ACCEPTED]


def test_each_is_done_by_the_real_verb(waiting, office):
    decide("accept", waiting, office)
    for report in waiting:
        last = report.steps.order_by("-pk").first()
        assert (last.verb, last.by, last.by_office) == ("accept", office, True)


def test_a_wrong_state_says_so(waiting, office, fgw, walkers):
    signed = walk(make_report(make_task(4, leads=[fgw]), fgw), State.ACCEPTED, **walkers)
    outcome = decide("accept", [waiting[0], signed], office)
    assert len(outcome.done) == 1
    assert "已采用" in outcome.skipped[0][1]


def test_the_same_click_twice_decides_once(waiting, office):
    seen = chosen(*waiting)
    bulk.decide("accept", seen, by=office, now=BEFORE_DUE)
    again = bulk.decide("accept", seen, by=office, now=BEFORE_DUE)
    assert (len(again.done), len(again.again), again.skipped) == (0, 3, [])
    assert waiting[0].steps.filter(verb="accept").count() == 1


def test_an_approver_signs_for_the_own_body_only(fgw, kjj, walkers, approver, kjj_approver):
    own = walk(make_report(make_task(1, leads=[fgw]), fgw), State.AWAITING_APPROVAL, **walkers)
    assert decide("approve", [own], kjj_approver).skipped == [(None, bulk.GONE)]
    assert states(own) == [State.AWAITING_APPROVAL]
    assert len(decide("approve", [own], approver).done) == 1


@pytest.mark.parametrize("who", ["stranger", "leader", "admin", "kjj_reporter"])
def test_what_one_may_not_open_one_cannot_decide(waiting, request, who):
    outcome = decide("accept", waiting, request.getfixturevalue(who))
    assert outcome.done == []
    assert states(*waiting) == [State.UNDER_REVIEW] * 3


def test_never_what_one_handled_oneself(waiting, approver):
    approver.posts.create(role=Role.OFFICE, agency=body("office"))
    approver.__dict__.pop("posts_today", None)
    outcome = decide("accept", waiting, approver)
    assert outcome.done == []
    assert "经手" in outcome.skipped[0][1]


def test_sending_many_back_takes_one_reason(waiting, office):
    with pytest.raises(Incomplete):
        decide("send_back", waiting, office, reason=" ")
    assert states(*waiting) == [State.UNDER_REVIEW] * 3
    decide("send_back", waiting, office, reason="格式不符")
    assert {each.return_reason for each in ProgressReport.objects.filter(task__plan__code=PLACE[0])} == {
        "格式不符"
    }


def test_no_more_than_two_hundred():
    with pytest.raises(bulk.TooMany, match="200"):
        bulk.choices_of([f"{pk}-1" for pk in range(201)])
    assert bulk.choices_of(["3-1", "3-1", "x", "4", "-", "5-²", "7-2"]) == [Choice(3, 1), Choice(7, 2)]


# --- what catches the eye ---------------------------------------------------------------------------


def remark(report, user):
    return "".join(said_of([report], user)[report.pk])


def said_of(reports, user):
    rows = remarks.annotated(ProgressReport.objects.filter(pk__in=[report.pk for report in reports]))
    return remarks.remarks_on(rows, user)


def test_an_ordinary_return_is_unremarkable(waiting, office):
    assert said_of(waiting, office) == {report.pk: [] for report in waiting}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"percent": 20}, "低于上季度"),
        ({"percent": 95}, "上升 65 个百分点"),
        ({"progress": "工作有序推进。"}, "没有出现数据"),
        ({"request": "请协调用地指标。"}, "需协调事项"),
        ({"nature": "no_change", "no_change_reason": "环评待批"}, "确认无变化：环评待批"),
    ],
)
def test_what_is_unusual_is_remarked(last_quarter, fgw, walkers, office, approver, said, words):
    said = {"percent": 40, "progress": "上半年，建成平台6个，投资3亿元，新开工2个项目。"} | said
    report = make_report(last_quarter, fgw, make_period("2030Q2"))
    report = walk(report, State.AWAITING_APPROVAL, **said, **walkers)
    assert words in remark(report, approver)
    report = workflow.approve(report, by=approver, now=BEFORE_DUE, revision=report.revision)
    assert words in remark(report, office)


def test_what_came_back_is_looked_at_again(waiting, office, walkers):
    report = workflow.send_back(
        waiting[0], by=office, now=BEFORE_DUE, revision=waiting[0].revision, reason="请核对"
    )
    report = walk(report, State.UNDER_REVIEW, **walkers, progress="1—3月，建成平台5个。")
    assert "曾被退回" in remark(report, office)


# --- the review page --------------------------------------------------------------------------------


def test_the_list_is_ticked_and_shown_before_it_is_decided(waiting, office, as_):
    client = as_(office)
    page = client.get(reverse("progress:reviews", args=PLACE) + "?choose=unremarked").text
    assert page.count(" checked") == 3
    assert "选中无提示的 3 项" in page
    asked = post(client, "accept", waiting[:2]).text
    assert "确认采用 2 项" in asked and "任务之2" in asked and "任务之3" not in asked
    assert states(*waiting) == [State.UNDER_REVIEW] * 3
    done = post(client, "accept", waiting[:2], confirmed="1")
    page = client.get(done["Location"]).text
    assert "已采用 2 项。还有 1 项待办。" in page
    assert states(*waiting) == [State.ACCEPTED, State.ACCEPTED, State.UNDER_REVIEW]


def test_those_left_out_are_named(waiting, office, office2, as_):
    workflow.accept(waiting[2], by=office2, now=BEFORE_DUE, revision=waiting[2].revision)
    client = as_(office)
    assert "有 1 项已有变动" in post(client, "accept", waiting).text
    page = client.get(post(client, "accept", waiting, confirmed="1")["Location"]).text
    assert "第 3 项（市发展改革委）" in page and bulk.MOVED in page


def test_sending_back_asks_for_the_reason_and_keeps_the_list(waiting, office, as_):
    client = as_(office)
    refused = post(client, "send_back", waiting, confirmed="1")
    assert refused.status_code == 400
    assert "请写明原因" in refused.text and "任务之3" in refused.text
    post(client, "send_back", waiting, confirmed="1", common=["事实不清"], reason="见批注")
    assert states(*waiting) == [State.RETURNED] * 3


@pytest.mark.parametrize("fields", [{}, {"verb": "reopen"}, {"verb": "accept", "chosen": ["x"]}])
def test_rubbish_changes_nothing(waiting, office, as_, fields):
    answer = as_(office).post(reverse("progress:bulk_decide", args=PLACE), {"confirmed": "1", **fields})
    assert answer.status_code == 302
    assert states(*waiting) == [State.UNDER_REVIEW] * 3


# --- a reporter's sitting ---------------------------------------------------------------------------


def test_only_what_is_complete_is_offered(fgw, reporter, office, walkers):
    tasks = [make_task(number, leads=[fgw]) for number in range(1, 6)]
    reports = [make_report(task, fgw) for task in tasks]
    make_goal(tasks[1], by=office)
    fill(reports[0], by=reporter)
    fill(reports[1], by=reporter)
    fill(reports[3], by=reporter, nature="no_change", no_change_reason="未到节点")
    walk(reports[4], State.RETURNED, **walkers)
    found = bulk.filled(reporter, reports[0].period, BEFORE_DUE)
    assert [report.task.number for report in found.ready] == [1, 4]
    assert [(report.task.number, list(missing)) for report, missing in found.unready] == [(2, ["percent"])]


def test_what_came_back_is_offered_once_it_was_changed(fgw, reporter, walkers):
    report = walk(make_report(make_task(leads=[fgw]), fgw), State.RETURNED, **walkers)
    assert bulk.filled(reporter, report.period, BEFORE_DUE).ready == []
    later = factories.AFTER_DUE
    drafts.save(report, {"progress": "1—3月，建成6个。"}, by=reporter, now=later, revision=report.revision)
    assert bulk.filled(reporter, report.period, later).ready == [report]


def test_no_change_running_twice_needs_its_ground(fgw, reporter, walkers):
    task = make_task(leads=[fgw])
    nothing = {"nature": "no_change", "no_change_reason": "环评待批"}
    walk(make_report(task, fgw), State.ACCEPTED, **nothing, **walkers)
    report = fill(make_report(task, fgw, make_period("2030Q2")), by=reporter, **nothing)
    unready = bulk.filled(reporter, report.period, BEFORE_DUE).unready
    assert [list(missing) for _, missing in unready] == [["no_change_ground"]]


def test_a_reporter_sends_off_all_that_is_ready(fgw, kjj, reporter, kjj_reporter, as_):
    reports = [make_report(make_task(number, leads=[fgw, kjj]), fgw) for number in (1, 2, 3)]
    ready = [fill(report, by=reporter) for report in reports[:2]]
    client = as_(reporter)
    desk = client.get(reverse("progress:workbench", args=PLACE)).text
    assert "提交全部已填好的 2 项" in desk
    address = reverse("progress:bulk_submit", args=PLACE)
    page = client.get(address).text
    assert "提交审签" in page and "任务之2" in page and "任务之3" not in page
    client.post(address, {"chosen": values(*ready)})
    assert states(*reports) == [State.AWAITING_APPROVAL, State.AWAITING_APPROVAL, State.DRAFT]
    as_(kjj_reporter).post(address, {"chosen": [f"{reports[2].pk}-1"]})
    assert states(reports[2]) == [State.DRAFT]


def test_what_colleagues_still_have_is_told_before_all_is_sent(fgw, reporter, as_):
    one, other = (fill(make_report(make_task(number, leads=[fgw]), fgw), by=reporter) for number in (1, 2))
    colleague = person("fgw-colleague", Role.COLLEAGUE, "fgw")
    handouts.hand_out([one], to=[colleague], parts=["problem"], due_on=date.max, by=reporter, now=BEFORE_DUE)
    page = as_(reporter).get(reverse("progress:bulk_submit", args=PLACE)).text
    assert page.count("尚有 1 项分办未并入") == 1
    assert f"{one.get_absolute_url()}handouts/" in page
    assert f"{other.get_absolute_url()}handouts/" not in page


def test_after_one_is_sent_the_next_unfinished_opens(fgw, reporter, as_):
    reports = [make_report(make_task(number, leads=[fgw]), fgw) for number in (1, 2)]
    client = as_(reporter)
    for report, following in ((reports[0], reports[1]), (reports[1], reports[1])):
        report = fill(report, by=reporter)
        answer = client.post(report.get_absolute_url(), {"verb": "submit", "revision": report.revision})
        assert answer["Location"] == following.get_absolute_url()
