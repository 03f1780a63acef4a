"""Nine tasks of the two real plans, each a case the workflow must fit: who owes, who feeds whom, who speaks.

The plan texts are the official ones; what the bodies say is made up here.
"""

from datetime import timedelta

import pytest

from agencies.models import Agency, AgencySuccession, Role
from progress import contributions, drafts, figures, periods, taking_over, workflow
from progress.models import ProgressReport, ReportingPeriod, UnitParagraph
from tasks.models import Assignment, AssignmentQuestion, Task
from tests.cast import person
from tests.factories import decide, fill

State = ProgressReport.State
OLD, NEW = "2021-2023", "2024-2026"


@pytest.fixture
def quarter(plans):
    """`quarter("2024-2026", "2026Q3")`: that real quarter, opened; of the finished plan as 补录."""

    def opened(plan, code):
        period = ReportingPeriod.objects.select_related("plan").get(plan__code=plan, code=code)
        return periods.open_period(period, now=period.opens_at, backfill=plan == OLD)

    return opened


class Desk:
    """The people of one body on one task of one quarter, who walk its report through the real verbs."""

    def __init__(self, period, number, code):
        self.period, self.code = period, code
        self.task = Task.objects.get(plan=period.plan, number=number)
        self.agency = Agency.objects.get(code=code)
        self.reporter = in_post(f"{code}-{number}", Role.REPORTER, code)
        self.approver = in_post(f"{code}-{number}-signs", Role.APPROVER, code)
        self.now = period.opens_at + timedelta(days=2)

    @property
    def report(self):
        return ProgressReport.objects.select_related("agency", "period__plan", "task").get(
            period=self.period, task=self.task, agency=self.agency
        )

    def says(self, text, **changes):
        """Fill in, submit and sign off; it then lies with whoever decides on it."""
        self.fills(text, **changes)
        self.does("submit", self.reporter)
        return self.does("approve", self.approver)

    def fills(self, text, **changes):
        return fill(self.report, by=self.reporter, now=self.now, progress=text, **changes)

    def does(self, verb, by):
        report = self.report
        return getattr(workflow, verb)(report, by=by, now=self.now, revision=report.revision)

    def offers(self, *fellows):
        """What is on offer to this lead: of those it asked, of the other leads, of units."""
        leads = [self.report, *(desk.report for desk in fellows)]
        return taking_over.offers_to(self.report, contributions.open_requests(self.report), leads, told=True)

    def takes(self, offered, source, into="consolidated"):
        """采用 the first words on offer of another body."""
        offer = next(each for each in offered if each.source.agency_id == source.agency.pk)
        key, report = offer.words[0].key, self.report
        offers = taking_over.Offers(supporters=offered)
        taking_over.take(
            report, offers, key, into=into, by=self.reporter, now=self.now, revision=report.revision
        )


def in_post(username, role, code):
    """A person in this role at the real body of this code."""
    somebody = person(username)
    somebody.posts.create(role=role, agency=Agency.objects.get(code=code))
    return somebody


def owed(period, number):
    """Codes of the bodies that owe a return for a task, in the order of the clause."""
    rows = period.reports.filter(task__number=number, owed=True).order_by("order", "agency__order")
    return list(rows.values_list("agency__code", flat=True))


def standing(period, number, user, now):
    task = Task.objects.get(plan=period.plan, number=number)
    return figures.standing(task, period, user, now)


# --- 2021–2023 -----------------------------------------------------------------------------------


def test_2021_13_two_counties_lead_and_the_first_speaks_for_both(quarter, office):
    """埇桥区、泗县 lead and are also members of 各县区人民政府: each is there once, as lead."""
    period = quarter(OLD, "2021Q4")
    assert owed(period, 13) == ["yongqiao", "sixian"]
    group = Assignment.objects.filter(task__plan=period.plan, task__number=13, duty="group")
    assert sorted(group.values_list("agency__code", flat=True)) == ["dangshan", "lingbi", "xiaoxian"]
    first, second = (Desk(period, 13, code) for code in ("yongqiao", "sixian"))
    second.says("泗县—泗洪片区完成控制性规划，新开工道路2条。")
    first.fills("埇桥—铜山片区完成总体方案，签约项目3个。")
    first.takes(first.offers(second).fellows, second)
    first.does("submit", first.reporter)
    first.does("approve", first.approver)
    for desk in (first, second):
        desk.does("accept", office)
    said = standing(period, 13, office, first.now).progress_text
    assert said == "泗县—泗洪片区完成控制性规划，新开工道路2条。（泗县人民政府提供）"
    assert not first.report.is_late(first.now + timedelta(days=999)), "what is filed later is never late"


def test_2021_25_four_leads_answer_each_for_itself(quarter, office):
    """分别按职责牵头: four returns, nobody consolidates, the task's figures give the mean and the lowest."""
    period = quarter(OLD, "2021Q4")
    assert owed(period, 25) == ["fgw", "kjj", "gxj", "sjzyj"]
    desks = [Desk(period, 25, code) for code in ("fgw", "kjj", "gxj", "sjzyj")]
    desks[0].task.annual_goals.create(
        year=2021, statement="年内建成数字经济园区", confirmed_by=office, confirmed_at=desks[0].now
    )
    for desk, percent in zip(desks, (100, 90, 80, 50), strict=True):
        desk.says(f"{desk.agency.name}完成年度事项{percent}%。", percent=percent)
        desk.does("accept", office)
    assert desks[0].offers(*desks[1:]).fellows == []
    row = standing(period, 25, office, desks[0].now)
    assert (row.percent, row.lowest) == (80, 50)
    assert all(desk.agency.name in row.progress_text for desk in desks)


def test_2021_46_a_body_named_twice_leads_once(quarter):
    """The clause names 市发展改革委 as lead and again as supporter: one duty, with the wording kept."""
    period = quarter(OLD, "2021Q4")
    assert owed(period, 46) == ["fgw", "swj"]
    duties = Assignment.objects.filter(task__plan=period.plan, task__number=46, agency__code="fgw")
    assert [(each.role, bool(each.remark)) for each in duties] == [("lead", True)]


def test_2021_71_today_one_body_answers_for_lead_and_supporter(quarter, office):
    """市政务服务局 and 市数据资源局 are one body today: its people act for both, each row keeps its name."""
    period = quarter(OLD, "2021Q4")
    assert owed(period, 71) == ["zwfwj"]
    lead = ProgressReport.objects.get(period=period, task__number=71)
    today = in_post("today", Role.REPORTER, "sjj")
    signer = in_post("today-signs", Role.APPROVER, "sjj")
    confirm_successions(office)
    now = period.opens_at + timedelta(days=2)
    report = fill(lead, by=today, now=now, progress="“一网通办”事项上线率达到100%。")
    report = workflow.submit(report, by=today, now=now, revision=report.revision)
    report = workflow.approve(report, by=signer, now=now, revision=report.revision)
    report = workflow.accept(report, by=office, now=now, revision=report.revision)
    assert report.agency.name == "市政务服务局"
    assert figures.filing_by_agency(period.plan, period, office, now)[0]
    supporter = Assignment.objects.get(task=report.task, role="support")
    assert supporter.agency_id in today.agency_ids(Role.REPORTER)


def confirm_successions(office):
    AgencySuccession.objects.filter(confirmed_at__isnull=True).update(
        confirmed_at="2026-01-01T00:00:00Z", confirmed_by=office
    )


# --- 2024–2026 -----------------------------------------------------------------------------------


def test_2024_1_eight_units_support_every_task_and_none_fills_a_form_for_it(quarter):
    """「以下均需各县区、市管各园区配合,不再列出」: eight implied supporters, who file one summary each."""
    period = quarter(NEW, "2026Q3")
    assert owed(period, 1) == ["czj"]
    implied = Assignment.objects.filter(task__plan=period.plan, task__number=1, duty="implied")
    assert implied.count() == 8
    assert period.reports.filter(kind="task", owed=True).count() == 98
    assert period.reports.filter(kind="unit", owed=True).count() == 8
    assert not period.reports.filter(kind="task", agency__in=implied.values("agency")).exclude(role="lead"), (
        "no form per task for an implied duty"
    )


def test_2024_14_the_lead_asks_its_supporters_and_takes_over_what_they_give(quarter, office):
    """市数据资源管理局 asks both named supporters; one answers in time, the other's silence is its own."""
    period = quarter(NEW, "2026Q3")
    assert owed(period, 14) == ["sjj"]
    assert AssignmentQuestion.objects.filter(task__plan=period.plan, task__number=14, outcome="").exists()
    lead, answers = Desk(period, 14, "sjj"), Desk(period, 14, "fgw")
    lead.fills("国创智算中心二期主体封顶，在用算力1200P。")
    contributions.ask(lead.report, ["fgw", "gxj"], wanted="算力项目进展", by=lead.reporter, now=lead.now)
    assert answers.report.due_at < lead.report.due_at
    answers.says("芜湖集群宿州片区项目核准2个。")
    lead.takes(lead.offers().supporters, answers, into="progress")
    assert answers.report.state == State.ACCEPTED
    assert "芜湖集群宿州片区项目核准2个。（市发展改革委提供）" in lead.report.task_return.progress
    silent = period.reports.get(agency__code="gxj", task__number=14)
    assert silent.is_late(lead.report.due_at) and not lead.report.is_late(lead.report.due_at)
    assert figures.filing(period.plan, period, office, lead.now).owed == 98 + 8, "owed to the lead, not here"


def test_2024_42_the_first_of_three_leads_consolidates_and_a_supporter_feeds_it(quarter, office):
    """市市场监管局 speaks for 市委宣传部 and 市中院 too; 市司法局 gives what it is asked for."""
    period = quarter(NEW, "2026Q3")
    assert owed(period, 42) == ["scjgj", "xcb", "zy"]
    first, court, justice = (Desk(period, 42, code) for code in ("scjgj", "zy", "sfj"))
    court.says("审结知识产权案件126件。")
    first.fills("查处侵权假冒案件85件。")
    contributions.ask(first.report, ["sfj"], wanted="公共法律服务情况", by=first.reporter, now=first.now)
    justice.says("设立知识产权法律服务站6个。")
    first.takes(first.offers(court).fellows, court)
    first.takes(first.offers(court).supporters, justice)
    first.does("submit", first.reporter)
    first.does("approve", first.approver)
    first.does("accept", office)
    version = first.report.versions.last().content
    assert {row["agency"] for row in version["sources"]} == {court.agency.name, justice.agency.name}
    (verdict,) = decide(period, [42], by=office, now=period.due_at + timedelta(days=30))
    assert "审结知识产权案件126件" in verdict.text and verdict.sources


def test_2024_67_eight_leads_and_nobody_else(quarter, office):
    """Eight bodies lead and no supporter is named: eight returns, told as far as they were accepted."""
    period = quarter(NEW, "2026Q3")
    codes = ["zfw", "gaj", "sfj", "slj", "yjj", "cgj", "xfj", "qxj"]
    assert owed(period, 67) == codes
    assert not Task.objects.get(plan=period.plan, number=67).separate_leads
    first, weather = Desk(period, 67, "zfw"), Desk(period, 67, "qxj")
    weather.says("新建气象观测站4个，预警信息覆盖率达98%。")
    first.says("平安宿州建设年度任务完成76%。", percent=76)
    first.does("accept", office)
    row = standing(period, 67, office, first.now)
    assert row.pending == 1, "the weather bureau's return waits for the office"
    assert "平安宿州建设年度任务完成76%" in row.progress_text
    assert "预警信息" not in row.progress_text, "what is not accepted is not told"


def test_2024_70_a_park_leads_one_task_and_supports_the_others(quarter, office):
    """宿州高新区 owes the return of task 70 and one summary; its seven peers support it by implication."""
    period = quarter(NEW, "2026Q3")
    assert owed(period, 70) == ["gaoxin"]
    implied = Assignment.objects.filter(task__plan=period.plan, task__number=70, duty="implied")
    assert "gaoxin" not in implied.values_list("agency__code", flat=True) and implied.count() == 7
    own = period.reports.filter(agency__code="gaoxin", owed=True)
    assert sorted(own.values_list("kind", flat=True)) == ["task", "unit"]
    park, peer = Desk(period, 70, "gaoxin"), Desk(period, 1, "suma")
    summary = ProgressReport.objects.select_related("agency", "period__plan").get(
        period=period, agency=peer.agency, kind="unit"
    )
    text = "与杭州宿州产业园区联合招商，签约项目2个。"
    paragraphs = [{"chapter": park.task.chapter.number, "text": text, "tasks": [70]}]
    summary = drafts.save(
        summary, {"paragraphs": paragraphs}, by=peer.reporter, now=peer.now, revision=summary.revision
    )
    assert UnitParagraph.objects.get(report=summary).tasks.get().number == 70
    assert park.offers().units == [], "a draft is offered to nobody"
    summary = workflow.submit(summary, by=peer.reporter, now=peer.now, revision=summary.revision)
    workflow.approve(summary, by=peer.approver, now=peer.now, revision=summary.revision)
    park.takes(park.offers().units, peer, into="progress")
    assert f"{text}（{peer.agency.name}提供）" in park.report.task_return.progress
