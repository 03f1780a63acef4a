"""Problems: raised from what leaves a body, triaged, taken up the ladder, answered, closed."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from agencies.models import AuditEvent
from agencies.permissions import Denied
from progress import corrections, workflow
from progress.workflow import Stale, WrongState
from supervision import problems, raising
from supervision.models import Problem
from tasks.models import Task
from tests import factories
from tests.factories import BEFORE_DUE

pytestmark = pytest.mark.django_db
WORDS = "用地指标不足，两个项目未能开工。"
LATER = BEFORE_DUE + timedelta(days=1)
DUE_ON = date(2030, 6, 30)
State, Level = Problem.State, Problem.Level


@pytest.fixture
def leaves(people, fgw, django_capture_on_commit_callbacks):
    """Walk a return of fgw to a state, as if each step were committed; returns the report."""

    def leaving(period="2030Q1", to="under_review", number=1, report=None, **said):
        with django_capture_on_commit_callbacks(execute=True):
            report = report or make(number, period, fgw)
            return factories.walk(report, to, **people, **({"problem": WORDS, "percent": 20} | said))

    return leaving


def make(number, period, body):
    plan = factories.make_plan()
    task = Task.objects.filter(plan=plan, number=number).first()
    if task is None:
        task = factories.make_task(number, leads=[body])
    return factories.make_report(task, body, factories.make_period(period))


@pytest.fixture
def move(django_capture_on_commit_callbacks):
    """Do a verb of the workflow, as if committed."""

    def moving(verb, report, by, now=LATER, **more):
        with django_capture_on_commit_callbacks(execute=True):
            return getattr(workflow, verb)(report, by=by, now=now, revision=report.revision, **more)

    return moving


@pytest.fixture
def in_hand(office):
    def taking(problem, level=Level.OFFICE, **more):
        given = {"level": level, "due_on": DUE_ON, "by": office, "now": LATER} | more
        return problems.triage(problem, revision=problem.revision, **given)

    return taking


def only():
    return Problem.objects.get()


def verbs(problem):
    return list(problem.steps.values_list("verb", flat=True))


# --- raising -----------------------------------------------------------------------------------------


def test_a_problem_is_raised_the_moment_it_leaves_its_body(leaves, people, news):
    leaves(to="awaiting_approval")
    assert not Problem.objects.exists() and news == []
    report = leaves(number=2, request="请市自然资源局协调指标", next_steps="6月底前落实。")
    problem = only()
    assert (problem.report, problem.agency, problem.version) == (report, report.agency, 1)
    assert (problem.text, problem.request, problem.measures) == (
        WORDS,
        "请市自然资源局协调指标",
        "6月底前落实。",
    )
    assert (problem.state, problem.raised_at) == (State.RAISED, BEFORE_DUE)
    (told_once,) = news
    assert told_once.title == "【需协调】市发展改革委请求上级协调：第 2 项"
    assert told_once.people == {people["office"].pk}
    assert told_once.url == problem.get_absolute_url()
    assert AuditEvent.objects.filter(verb="提出问题", subject_id=str(problem.pk)).count() == 1
    assert WORDS not in str(problem)


def test_what_only_says_that_there_is_nothing_is_no_problem(leaves):
    for number, said in enumerate(("无", "暂无。", "没有", "  "), start=1):
        leaves(number=number, problem=said, request="无")
    assert not Problem.objects.exists()


def test_a_summary_of_a_unit_raises_one_without_a_task(
    county_reporter, county_approver, office, sixian, django_capture_on_commit_callbacks
):
    factories.make_task(1, supports=[sixian])
    who = {"reporter": county_reporter, "approver": county_approver, "office": office}
    with django_capture_on_commit_callbacks(execute=True):
        factories.walk(factories.make_unit_report(sixian), "under_review", **who, problem="人手不足")
    problem = only()
    assert (problem.task, problem.text, problem.subject) == (None, "人手不足", "单位季度小结")


def test_what_a_supporter_gives_its_lead_is_the_leads(
    fgw, kjj, kjj_reporter, kjj_approver, office, django_capture_on_commit_callbacks
):
    task = factories.make_task(1, leads=[fgw], supports=[kjj])
    given = factories.make_report(task, kjj, role="support", duty="named")
    who = {"reporter": kjj_reporter, "approver": kjj_approver, "office": office}
    with django_capture_on_commit_callbacks(execute=True):
        factories.walk(given, "under_review", **who, problem=WORDS)
    assert not Problem.objects.exists()
    assert raising.raise_missing(LATER) == []


def test_settling_again_changes_nothing(leaves, news):
    report = leaves()
    before = only().revision
    for _ in range(2):
        raising.settle(report, by=None, now=LATER)
        raising.raise_missing(LATER)
    assert only().revision == before and len(news) == 1


def test_the_sweep_finds_what_nobody_heard(people, fgw, news):
    report = factories.walk(make(1, "2030Q1", fgw), "accepted", **people, problem=WORDS, percent=20)
    quiet = factories.walk(make(2, "2030Q1", fgw), "accepted", **people, problem="无", percent=20)
    assert not Problem.objects.exists()
    assert [each.report for each in raising.raise_missing(LATER)] == [report]
    assert [each.title for each in news] == ["补登单位反映的问题 1 条，待研判"]
    assert raising.raise_missing(LATER) == []
    assert not Problem.objects.filter(report=quiet).exists()
    Problem.objects.filter(pk=only().pk).update(version=None)
    assert [each.version for each in raising.raise_missing(LATER)] == [1]


def test_the_sweep_leaves_the_past_and_backfill_alone(people, fgw):
    report = factories.walk(make(1, "2030Q1", fgw), "accepted", **people, problem=WORDS, percent=20)
    assert raising.raise_missing(BEFORE_DUE + raising.RECENT + timedelta(hours=1)) == []
    type(report.period).objects.update(is_backfill=True)
    assert raising.raise_missing(LATER) == []


def test_what_goes_wrong_in_raising_does_not_stop_the_return(leaves, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("no")

    with monkeypatch.context() as patched:
        patched.setattr(raising, "settle", broken)
        report = leaves()
    assert report.state == "under_review" and "could not be settled" in caplog.text
    assert len(raising.raise_missing(LATER)) == 1


# --- later versions ----------------------------------------------------------------------------------


def test_a_new_version_brings_its_words(leaves, move, people, office):
    report = leaves(next_steps="尽快解决。")
    report = move("send_back", report, office, reason="请写具体")
    assert only().state == State.RAISED
    report = factories.fill(report, by=people["reporter"], problem="指标缺口200亩。", percent=20)
    report = move("submit", report, people["reporter"])
    assert only().text == WORDS
    move("approve", report, people["approver"])
    problem = only()
    assert (problem.text, problem.version, verbs(problem)) == ("指标缺口200亩。", 2, ["raise"])


def test_after_triage_the_former_words_stay_with_the_steps(
    leaves, in_hand, people, office, news, django_capture_on_commit_callbacks
):
    report = leaves(to="accepted")
    problem = in_hand(only())
    news.clear()
    asked = corrections.ask(
        report,
        kind="slip",
        changes={"problem": "指标缺口20亩。"},
        basis="原始台账",
        by=people["reporter"],
        now=LATER,
    )
    with django_capture_on_commit_callbacks(execute=True):
        corrections.grant(asked, by=office, now=LATER)
    problem.refresh_from_db()
    assert (problem.text, problem.state, problem.level) == ("指标缺口20亩。", State.IN_HAND, Level.OFFICE)
    assert verbs(problem) == ["raise", "triage", "update"]
    assert WORDS in problem.steps.last().words
    assert problem.revision == 3


def test_withdrawing_takes_back_what_nobody_has_triaged(leaves, move, people):
    report = leaves()
    report = move("withdraw", report, people["approver"])
    assert (only().state, only().version) == (State.WITHDRAWN, None)
    assert not Problem.objects.standing().exists()
    report = move("submit", report, people["reporter"])
    move("approve", report, people["approver"])
    assert (only().state, only().version) == (State.RAISED, 2)
    assert verbs(only()) == ["raise", "withdraw", "raise"]


def test_withdrawing_is_noted_on_what_was_triaged(leaves, move, in_hand, people, news):
    report = leaves()
    in_hand(only())
    news.clear()
    report = move("withdraw", report, people["approver"])
    assert only().state == State.IN_HAND
    assert [each.title for each in news] == ["市发展改革委撤回了已研判的问题：第 1 项"]
    report = factories.fill(report, by=people["reporter"], problem="无", percent=20)
    report = move("submit", report, people["reporter"])
    move("approve", report, people["approver"])
    assert (only().state, only().text) == (State.IN_HAND, WORDS)
    assert verbs(only()) == ["raise", "triage", "withdraw", "withdraw"]
    assert "不再反映" in only().steps.last().words


# --- over the quarters -------------------------------------------------------------------------------


def test_the_same_words_go_on_with_the_standing_problem(leaves, in_hand, news):
    leaves("2030Q1")
    first = in_hand(only())
    news.clear()
    leaves("2030Q2", problem="用地指标不足,两个项目未能开工")
    later = Problem.objects.get(period__code="2030Q2")
    assert later.continues == first
    assert (later.level, later.state, later.due_on) == (Level.OFFICE, State.IN_HAND, DUE_ON)
    assert list(Problem.objects.standing()) == [later]
    assert news == []
    with pytest.raises(WrongState, match="以后的报告期"):
        problems.close(first, words="好了", by=first.triaged_by, now=LATER, revision=first.revision)


def test_other_words_or_a_closed_problem_begin_anew(leaves, in_hand, office):
    leaves("2030Q1")
    closed = in_hand(only())
    problems.close(closed, words="已解决", by=office, now=LATER, revision=closed.revision)
    leaves("2030Q2")
    leaves("2030Q3", problem="资金未到位。")
    assert not Problem.objects.filter(continues__isnull=False).exists()
    assert Problem.objects.standing().count() == 2


def test_a_report_that_comes_late_is_linked_all_the_same(leaves):
    leaves("2030Q2")
    leaves("2030Q1")
    later = Problem.objects.get(period__code="2030Q2")
    assert later.continues == Problem.objects.get(period__code="2030Q1")
    assert list(Problem.objects.standing()) == [later]


# --- the ladder --------------------------------------------------------------------------------------


def test_up_and_down_the_ladder_answered_and_closed(leaves, in_hand, office, reporter, news):
    leaves()
    problem = in_hand(only(), level=Level.UNIT)
    news.clear()
    same = {"by": office, "now": LATER, "due_on": DUE_ON, "agency": problem.agency}
    problem = problems.adjust(
        problem, level=Level.GOVERNMENT, reason="跨市", revision=problem.revision, **same
    )
    problem = problems.answer(problem, text="已列入调度。", by=office, now=LATER, revision=problem.revision)
    assert problem.state == State.ANSWERED
    problem = problems.report_progress(
        problem, progress="指标已批。", by=reporter, now=LATER, revision=problem.revision
    )
    assert (problem.state, problem.progress) == (State.ANSWERED, "指标已批。")
    problem = problems.adjust(
        problem, level=Level.GROUP, reason="市内可办", revision=problem.revision, **same
    )
    assert problem.state == State.IN_HAND
    problem = problems.close(problem, words="已开工", by=office, now=LATER, revision=problem.revision)
    problem = problems.reopen(problem, words="又停工", by=office, now=LATER, revision=problem.revision)
    assert (problem.state, problem.closed_at) == (State.IN_HAND, None)
    assert verbs(problem)[1:] == [
        "triage",
        "raise_level",
        "answer",
        "progress",
        "lower_level",
        "close",
        "reopen",
    ]
    assert [each.title for each in news] == [
        "问题已上调层级：第 1 项",
        "问题已答复：第 1 项",
        "整改进展已更新：第 1 项",
        "问题已下调层级：第 1 项",
        "问题已销号：第 1 项",
        "问题已重新办理：第 1 项",
    ]
    assert news[2].people == {office.pk} and reporter.pk in news[0].people


def test_who_may_do_what(leaves, in_hand, office, reporter, approver, kjj_reporter, leader):
    leaves()
    problem = only()
    for person in (reporter, approver, leader):
        with pytest.raises(Denied, match="由办公室"):
            problems.triage(
                problem, level=Level.UNIT, due_on=DUE_ON, by=person, now=LATER, revision=problem.revision
            )
    problem = in_hand(problem)
    for person in (approver, office, kjj_reporter):
        with pytest.raises(Denied, match="填报人"):
            problems.report_progress(problem, progress="好", by=person, now=LATER, revision=problem.revision)


def test_what_is_missing_or_out_of_turn_is_said(leaves, in_hand, office, reporter):
    leaves()
    problem = only()
    do = {"by": office, "now": LATER, "revision": problem.revision}
    for given, field in (
        ({"level": "", "due_on": DUE_ON}, "level"),
        ({"level": Level.UNIT, "due_on": None}, "due_on"),
        ({"level": Level.UNIT, "due_on": BEFORE_DUE.date() - timedelta(days=9)}, "due_on"),
        ({"level": Level.UNIT, "due_on": date(9999, 1, 1)}, "due_on"),
    ):
        with pytest.raises(ValidationError) as wrong:
            problems.triage(problem, **given, **do)
        assert field in wrong.value.message_dict
    with pytest.raises(WrongState, match="待研判"):
        problems.close(problem, words="好", **do)
    with pytest.raises(WrongState, match="不能撤销"):
        problems.drop(problem, words="错", **do)
    problem = in_hand(problem)
    do["revision"] = problem.revision
    for act in (
        lambda: problems.answer(problem, text=" ", **do),
        lambda: problems.answer(problem, text="字" * 5001, **do),
        lambda: problems.close(problem, words="", **do),
        lambda: problems.adjust(
            problem, level=problem.level, due_on=DUE_ON, agency=problem.agency, reason="改", **do
        ),
        lambda: problems.adjust(
            problem, level=Level.GROUP, due_on=DUE_ON, agency=problem.agency, reason="", **do
        ),
    ):
        with pytest.raises(ValidationError):
            act()


def test_of_two_people_one_wins_and_the_other_is_told(leaves, in_hand, office, office2):
    leaves()
    problem = only()
    in_hand(problem)
    with pytest.raises(Stale) as stale:
        in_hand(problem, by=office2, level=Level.GROUP)
    assert stale.value.current.level == Level.OFFICE or only().level == Level.OFFICE
    # Both had read it before either wrote: the update itself decides.
    seen = only()
    problems.answer(seen, text="一", by=office, now=LATER, revision=seen.revision)
    with pytest.raises(Stale):
        problems.answer(seen, text="二", by=office2, now=LATER, revision=seen.revision)
    assert only().answer == "一"


def test_bulk_triage_is_all_or_none(leaves, office):
    leaves(number=1)
    leaves(number=2)
    first, second = Problem.objects.order_by("task__number")
    given = {"level": Level.OFFICE, "due_on": DUE_ON, "by": office, "now": LATER}
    with pytest.raises(Stale):
        problems.triage_all([(first, first.revision), (second, second.revision - 1)], **given)
    assert set(Problem.objects.values_list("state", flat=True)) == {State.RAISED}
    problems.triage_all([(first, first.revision), (second, second.revision)], **given)
    assert set(Problem.objects.values_list("state", flat=True)) == {State.IN_HAND}


def test_the_office_sets_one_down_and_takes_it_back(fgw, kjj, office, reporter):
    task = factories.make_task(1, leads=[fgw])
    given = {"period": factories.make_period(), "task": task, "text": "跨区断头路", "now": LATER}
    with pytest.raises(Denied):
        problems.set_down(task.plan, agency=fgw, by=reporter, **given)
    problem = problems.set_down(task.plan, agency=fgw, by=office, **given)
    assert problem.state == State.RAISED and problem.is_by_hand
    problem = problems.drop(problem, words="重复", by=office, now=LATER, revision=problem.revision)
    assert problem.state == State.WITHDRAWN
    Task.objects.filter(pk=task.pk).update(is_sensitive=True)
    task.refresh_from_db()
    with pytest.raises(ValidationError, match="知悉范围"):
        problems.set_down(task.plan, agency=kjj, by=office, **(given | {"task": task}))


def test_overdue_is_told_by_the_clock(leaves, in_hand, office):
    leaves()
    problem = in_hand(only())
    assert not problem.is_overdue(DUE_ON) and problem.is_overdue(DUE_ON + timedelta(days=1))
    assert list(Problem.objects.overdue(DUE_ON + timedelta(days=1))) == [problem]
    problems.answer(problem, text="好", by=office, now=LATER, revision=problem.revision)
    assert not Problem.objects.overdue(DUE_ON + timedelta(days=1)).exists()
