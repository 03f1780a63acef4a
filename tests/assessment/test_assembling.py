"""汇编 as a job: begun on a page, watched, gathered part by part, there only once it is whole."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from agencies.models import AuditEvent
from assessment import assembling, jobs, sections
from assessment.models import (
    GatheredPart,
    GatheringRun,
    Outline,
    ReportParagraph,
    ReportSection,
    SummaryReport,
)
from progress.workflow import Stale, WrongState
from tests import factories
from tests.assessment.gathered import END, accept, accept_summary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    """How often a worker was woken; nobody comes."""
    calls = []
    monkeypatch.setattr(jobs.gather_reports, "delay", lambda: calls.append(1))
    return calls


@pytest.fixture(autouse=True)
def after_the_year():
    with time_machine.travel(END, tick=False):
        yield


@pytest.fixture
def plan(fgw, people):
    """A year with one accepted return and one unit's report."""
    task = factories.make_task(1, leads=[fgw])
    accept(task, fgw, "2030Q4", people, problem="用地指标不足。")
    accept_summary(fgw, people, benchmarking="学习杭州做法3项。")
    return task.plan


@pytest.fixture
def report(plan, office):
    return assembling.begin(factories.make_year(), "annual", by=office, now=END)


@pytest.fixture
def gathered(report):
    assert work() == 1
    report.refresh_from_db()
    return report


def work(now=END):
    return assembling.work(lambda: now)


def page(name, plan, *args):
    return reverse(f"assessment:{name}", args=[plan.code, *args])


def run():
    return GatheringRun.objects.get()


# --- the whole way ---------------------------------------------------------------------------------


def test_the_office_begins_a_report_watches_and_gets_it(plan, as_, office, woken):
    client = as_(office)
    shown = client.get(page("report_new", plan)).content.decode()
    assert "起草2030年的报告" in shown
    begun = client.post(page("report_new", plan), {"span": "2030"})
    report = SummaryReport.objects.get()
    assert begun.url == page("report_gathering", plan, report.pk)
    assert report.title == "关于2030年落实《宿州市某三年行动计划（2030-2032）》情况的报告"
    assert (report.state, woken) == ("gathering", [1])
    assert report.body.endswith("领导小组办公室")
    waiting = client.get(begun.url).content.decode()
    assert 'hx-trigger="every 1s"' in waiting
    assert "等待开始" in waiting
    assert "汇编中" in client.get(page("reports", plan)).content.decode()
    # A worker comes.
    assert assembling.work(lambda: report.made_at) == 1
    polled = client.get(begun.url, headers={"HX-Request": "true"}).content.decode()
    assert "汇编完成" in polled
    assert "every 1s" not in polled
    opened = client.get(f"{begun.url}?open=1", headers={"HX-Request": "true"})
    assert opened.headers["HX-Redirect"] == report.get_absolute_url()
    assert client.get(begun.url).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.gathered_at) == ("editing", report.made_at)
    assert report.figures["counts"]["tasks"] == 1
    first = report.sections.get(source="chapters").paragraphs.filter(level=0).first()
    assert first.text == first.gathered == "1—12月，建成平台4个。"
    assert first.sources[0]["version"] == 1
    assert not GatheredPart.objects.exists()
    export = client.get(page("reports_export", plan))
    assert export.status_code == 200


def test_the_page_says_when_no_worker_takes_the_report_up(report, plan, as_, office):
    """At once nothing, then that it waits, then what to do; nothing while a worker is at it, or it failed."""
    client, address = as_(office), page("report_gathering", plan, report.pk)

    def told(after, **changes):
        GatheringRun.objects.update(**{"claimed_until": None, "failure": "", **changes})
        with time_machine.travel(END + timedelta(seconds=after), tick=False):
            text = client.get(address, headers={"HX-Request": "true"}).content.decode()
        return "等后台任务接手" in text, "后台任务可能没有运行" in text

    assert told(14) == (False, False)
    assert told(15) == (True, False)
    assert told(120) == (False, True)
    # A worker has it, and another was cut off three minutes ago.
    assert told(600, claimed_until=END + timedelta(seconds=601)) == (False, False)
    assert told(600, claimed_until=END + timedelta(seconds=420)) == (False, True)
    assert told(600, failure="在“总体情况”一步出错") == (False, False)


def test_trying_again_begins_the_wait_anew(report, office):
    GatheringRun.objects.update(attempts=3, failure="磁盘已满")
    later = END + timedelta(hours=3)
    assembling.retry(run(), by=office, now=later)
    assert assembling.unattended(run(), later) == timedelta(0)


def test_a_year_without_data_is_said_and_nothing_is_made(plan, as_, office):
    factories.make_year(2031)
    factories.make_period("2031Q1")
    answer = as_(office).post(page("report_new", plan), {"span": "2031"})
    assert answer.status_code == 409
    assert "2031年还没有已采用的报送，没有可以汇编的内容" in answer.content.decode()
    unknown = as_(office).post(page("report_new", plan), {"span": "2029"})
    assert unknown.status_code == 400
    assert not SummaryReport.objects.exists()
    assert not Outline.objects.exists()


def test_there_is_one_report_of_a_kind_on_a_period(report, plan, as_, office):
    again = as_(office).post(page("report_new", plan), {"span": "2030"})
    assert again.status_code == 409
    assert "已经有一份" in again.content.decode()
    with pytest.raises(assembling.ValidationError, match="没有这类报告"):
        assembling.begin(factories.make_year(), "half", by=office, now=END)
    half = assembling.begin(factories.make_period("2030Q4"), "half", by=office, now=END)
    assert half.title.startswith("关于2030年下半年落实")


def test_leaders_see_reports_that_were_frozen_and_begin_none(gathered, plan, as_, leader, reporter):
    assert "还没有定稿的报告" in as_(leader).get(page("reports", plan)).content.decode()
    assert as_(leader).post(page("report_new", plan), {"span": "2030"}).status_code == 403
    assert as_(reporter).get(page("reports", plan)).status_code == 403
    assert as_(leader).get(page("report_gathering", plan, gathered.pk)).status_code == 403


# --- claims, failures, 作废 ------------------------------------------------------------------------


def test_of_two_workers_one_has_it_and_who_lost_it_leaves_no_trace(report):
    first, second = (assembling._Held(run().pk, lambda: END) for _ in range(2))
    assert (first.take(), second.take()) == (True, False)
    assert work() == 0
    later = END + assembling.CLAIM + timedelta(seconds=1)
    third = assembling._Held(run().pk, lambda: later)
    assert third.take()
    with pytest.raises(assembling.LostClaim):
        first.gather()
    assert set(GatheredPart.objects.values_list("key", flat=True)) == {"asked"}


def test_a_part_that_cannot_be_gathered_parks_the_run_after_three_tries(
    report, plan, as_, office, monkeypatch
):
    real = sections.OF_RETURNS["problems"]

    def poison(material):
        raise RuntimeError("数据有误")

    monkeypatch.setitem(sections.OF_RETURNS, "problems", poison)
    address = page("report_gathering", plan, report.pk)
    for attempt in range(3):
        assert not run().is_parked
        if attempt:
            assert "自动重试" in as_(office).get(address).content.decode()
        assert work() == 0
    assert run().is_parked
    assert work() == 0
    shown = as_(office).get(address).content.decode()
    assert "在“存在问题”一步出错" in shown
    assert "every 1s" not in shown
    assert not ReportSection.objects.exists()
    monkeypatch.setitem(sections.OF_RETURNS, "problems", real)
    assert as_(office).post(page("report_retry", plan, report.pk)).url == address
    assert work() == 1
    assert ReportSection.objects.count() == 5


def test_a_worker_that_dies_three_times_at_one_step_parks_the_run_too(report):
    now = END
    for _ in range(3):
        assert assembling._Held(run().pk, lambda now=now: now).take()
        now += assembling.CLAIM + timedelta(seconds=1)
    assert work(now) == 0
    assert run().failure == "在“等待开始”一步连续 3 次中断，没有完成。"


def test_a_cancelled_report_is_gathered_no_further_and_may_be_begun_anew(report, plan, as_, office):
    address = page("report_cancel", plan, report.pk)
    client = as_(office)
    assert client.get(address).status_code == 200
    empty = client.post(address, {"reason": " ", "revision": report.revision})
    assert (empty.status_code, "请写明作废的原因" in empty.content.decode()) == (400, True)
    stale = client.post(address, {"reason": "重做", "revision": 99})
    assert stale.status_code == 412
    assert client.post(address, {"reason": "重\x00做", "revision": report.revision}).status_code == 302
    assert work() == 0
    assert AuditEvent.objects.get(verb="作废总结报告").detail == {"reason": "重做"}
    assert client.post(address, {"reason": "重做", "revision": report.revision}).status_code == 409
    assert client.post(page("report_new", plan), {"span": "2030"}).status_code == 302


def test_a_report_cancelled_while_a_worker_is_at_it_stays_empty(report, office):
    held = assembling._Held(run().pk, lambda: END)
    held.take()
    assembling.cancel(report, reason="重做", by=office, now=END, revision=report.revision)
    with pytest.raises(assembling.LostClaim):
        held.gather()
    assert not ReportSection.objects.exists()


# --- one section anew ------------------------------------------------------------------------------


def test_one_section_is_gathered_anew_and_no_other_touched(gathered, fgw, people, office, as_, plan):
    problems, steps = (gathered.sections.get(source=source) for source in ("problems", "next_steps"))
    ReportParagraph.objects.filter(section=steps).update(text="办公室改过的打算。")
    task = factories.make_task(2, leads=[fgw])
    later = END + timedelta(days=1)
    accept(task, fgw, "2030Q4", people, now=later, problem="资金不足。")
    figures = gathered.figures
    assembling.regather(problems, by=office, now=later, revision=problems.revision)
    with pytest.raises(WrongState, match="正在汇编"):
        assembling.regather(steps, by=office, now=later, revision=steps.revision)
    state = page("report_gathering", plan, gathered.pk)
    assert "正在重新汇编一节" in as_(office).get(state, headers={"HX-Request": "true"}).content.decode()
    assert work(later) == 1
    assert "这一节已重新汇编" in as_(office).get(state, headers={"HX-Request": "true"}).content.decode()
    assert [each.text for each in problems.paragraphs.all()] == [
        "任务之1：用地指标不足。",
        "任务之2：资金不足。",
    ]
    assert {each.text for each in steps.paragraphs.all()} == {"办公室改过的打算。"}
    gathered.refresh_from_db()
    assert gathered.figures == figures
    # 总体情况 brings the figures up to date with its sentences.
    overview = gathered.sections.get(source="overview")
    assembling.regather(overview, by=office, now=later, revision=overview.revision)
    assert work(later) == 1
    gathered.refresh_from_db()
    assert gathered.figures["counts"]["tasks"] == 2
    assert "2项重点任务" in overview.paragraphs.first().text


def test_a_section_that_cannot_be_gathered_keeps_no_other_from_it(gathered, office, monkeypatch):
    problems, steps = (gathered.sections.get(source=source) for source in ("problems", "next_steps"))
    stuck = assembling.regather(problems, by=office, now=END, revision=problems.revision)
    with monkeypatch.context() as spoilt:
        spoilt.setattr(assembling.sections, "gather", lambda *said, **more: 1 / 0)
        assert [work() for _ in range(3)] == [0, 0, 0]
    stuck.refresh_from_db()
    assert stuck.is_parked
    assembling.regather(steps, by=office, now=END, revision=steps.revision)
    assert work() == 1
    stuck.refresh_from_db()
    assert stuck.finished_at == END and "ZeroDivisionError" in stuck.failure
    steps.refresh_from_db()
    assert steps.gathered_at == END


def test_what_somebody_wrote_meanwhile_is_not_gathered_over(gathered, office):
    section = gathered.sections.get(source="problems")
    with pytest.raises(Stale):
        assembling.regather(section, by=office, now=END, revision=section.revision + 1)
    assembling.regather(section, by=office, now=END, revision=section.revision)
    ReportSection.objects.filter(pk=section.pk).update(revision=section.revision + 1)
    section.paragraphs.update(text="刚写的。")
    assert work() == 1
    assert section.paragraphs.get().text == "刚写的。"
    assert "没有替换" in gathered.runs.first().failure
