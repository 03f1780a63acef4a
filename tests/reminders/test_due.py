"""What is found due, and what never is: 补录, locked periods, waived rows, bodies that are gone."""

from datetime import date, datetime, timedelta

import pytest

from agencies.duties import kinds
from agencies.models import AgencySuccession, Contact
from progress import contributions, drafts, waiving, workflow
from progress.models import ReportingPeriod, TaskState
from progress.timetable import local
from supervision.models import AdHocAnswer, AdHocRequest, OrderFeedback, Problem, SupervisionOrder
from tasks.models import Target
from tests import factories
from tests.cast import body, person
from tests.factories import AFTER_DUE, BEFORE_DUE, DUE, SHANGHAI, fill, walk

pytestmark = pytest.mark.django_db
EARLY = DUE - timedelta(days=14)
IN_MAY = datetime(2030, 5, 6, 9, 0, tzinfo=SHANGHAI)
IN_NOVEMBER = datetime(2030, 11, 6, 9, 0, tzinfo=SHANGHAI)


def due(plan, kind, now=AFTER_DUE):
    return list(kinds()[kind].find(plan, now))


def reports_due(plan, kind, now=AFTER_DUE):
    return [item.report for item in due(plan, kind, now)]


@pytest.fixture
def report(plan, fgw):
    return factories.make_report(factories.make_task(1, leads=[fgw]), fgw)


# --- returns -----------------------------------------------------------------------------------


def test_a_return_is_due_until_its_body_has_submitted_it(plan, report, people):
    [item] = due(plan, "return")
    assert (item.agency, item.at, item.task_number) == (report.agency_id, DUE, 1)
    assert (item.title, item.is_common) == ("2030年第一季度第1项“任务之1”", True)
    assert item.url == report.get_absolute_url()
    walk(report, "awaiting_approval", **people)
    assert due(plan, "return") == []


def test_what_awaits_a_signature_is_the_approvers_until_it_is_signed(plan, report, people):
    report = walk(report, "awaiting_approval", **people)
    [item] = due(plan, "sign_off")
    assert (item.at, item.silent_for) == (BEFORE_DUE, {people["reporter"].pk})
    workflow.approve(report, by=people["approver"], now=BEFORE_DUE, revision=report.revision)
    assert due(plan, "sign_off") == []
    [item] = due(plan, "review")
    assert (item.agency, item.silent_for) == (None, {people["reporter"].pk, people["approver"].pk})


def test_what_is_accepted_is_due_no_more(plan, report, people):
    factories.make_goal(report.task, by=people["office"])
    walk(report, "accepted", **people, percent=20)
    assert {kind: due(plan, kind) for kind in kinds() if due(plan, kind)} == {}


def test_what_was_sent_back_is_due_until_somebody_touches_it(plan, report, people):
    report = walk(report, "returned", **people)
    assert reports_due(plan, "returned") == [report.pk]
    assert due(plan, "return") == []
    fill(report, by=people["reporter"], now=AFTER_DUE, progress="1—3月，核实后建成平台2个。")
    assert due(plan, "returned") == []


def test_a_contribution_is_its_supporters_and_then_the_asking_leads(
    plan, fgw, kjj, reporter, kjj_reporter, kjj_approver
):
    lead = factories.make_report(factories.make_task(1, leads=[fgw], supports=[kjj]), fgw)
    [asked] = contributions.ask(lead, ["kjj"], wanted="数据", by=reporter, now=EARLY)
    row = asked.contribution
    item = next(each for each in due(plan, "return") if each.report == row.pk)
    assert (item.agency, item.at, item.is_common) == (kjj.pk, asked.due_at, False)
    assert item.title.endswith("配合材料")
    row = drafts.save(row, {"progress": "资金320万元。"}, by=kjj_reporter, now=EARLY, revision=row.revision)
    row = workflow.submit(row, by=kjj_reporter, now=EARLY, revision=row.revision)
    row = workflow.approve(row, by=kjj_approver, now=EARLY, revision=row.revision)
    [item] = due(plan, "adopt")
    assert (item.agency, item.at) == (fgw.pk, EARLY)
    assert item.url == f"{lead.get_absolute_url()}requests/"
    assert due(plan, "review") == []
    workflow.accept(row, by=reporter, now=BEFORE_DUE, revision=row.revision)
    assert due(plan, "adopt") == []


def test_unit_summaries_and_the_years_reports_are_due_under_their_own_names(plan, sixian):
    summary = factories.make_unit_report(sixian)
    annual = factories.make_unit_report(sixian, factories.make_year())
    [of_quarter], [of_year] = (
        due(plan, "return", IN_NOVEMBER),
        due(plan, "year_end", IN_NOVEMBER + timedelta(14)),
    )
    assert (of_quarter.report, of_quarter.title) == (summary.pk, "2030年第一季度单位季度小结")
    assert (of_year.report, of_year.title) == (annual.pk, "2030年度落实情况报告")


def _backfill(report):
    ReportingPeriod.objects.update(is_backfill=True)


def _lock(report):
    ReportingPeriod.objects.update(locked_at=AFTER_DUE, locked_by=person("locker"))


def _unopened(report):
    ReportingPeriod.objects.update(opened_at=None)


def _waive(report):
    waiving.waive([report], reason="机构改革", by=person("w", "office", "office"), now=BEFORE_DUE)


def _abolish(report):
    type(report.agency).objects.filter(pk=report.agency_id).update(abolished_on=date(2030, 1, 1))


@pytest.mark.parametrize("gone", [_backfill, _lock, _unopened, _waive, _abolish])
def test_what_is_never_due(plan, report, gone):
    gone(report)
    for kind in ("return", "sign_off", "review", "returned", "year_end", "adopt"):
        assert due(plan, kind) == []


def test_a_body_that_merged_is_still_owed_for_by_its_successor(plan, report, kjj):
    _abolish(report)
    AgencySuccession.objects.create(predecessor=report.agency, successor=kjj, kind="merged")
    assert reports_due(plan, "return") == [report.pk]


def test_in_a_locked_period_only_what_was_opened_again_is_due(plan, report, people):
    report = walk(report, "returned", **people)
    _lock(report)
    assert due(plan, "returned") == []
    type(report).objects.update(resubmit_by=AFTER_DUE + timedelta(days=3))
    assert reports_due(plan, "returned") == [report.pk]
    assert due(plan, "returned", AFTER_DUE + timedelta(days=4)) == []


# --- goals, figures, contacts ------------------------------------------------------------------


def test_a_task_without_a_goal_is_its_first_leads_and_once_proposed_the_offices(plan, fgw, kjj, office):
    task = factories.make_task(1, leads=[fgw, kjj])
    apart = factories.make_task(2, leads=[fgw, kjj], separate_leads=True)
    done = factories.make_task(3, leads=[fgw])
    TaskState.objects.create(
        task=done, state="done", on=date(2030, 2, 1), evidence="验收", decided_by=office, decided_at=EARLY
    )
    found = {(item.task, item.agency) for item in due(plan, "goal", IN_MAY)}
    assert found == {(task.pk, fgw.pk), (apart.pk, fgw.pk), (apart.pk, kjj.pk)}
    assert {item.at for item in due(plan, "goal", IN_MAY)} == {local(date(2030, 4, 1), IN_MAY.time())}
    factories.make_goal(apart, by=office)
    factories.make_goal(task)
    [item] = due(plan, "goal", IN_MAY)
    assert (item.task, item.agency) == (task.pk, None)
    assert item.title.endswith("年度目标待确认")


def test_a_plan_that_is_over_or_not_in_use_asks_for_nothing_of_a_year(plan, fgw):
    factories.make_task(1, leads=[fgw])
    plan.in_use_from = ""
    for kind in ("goal", "target_value", "contact"):
        assert due(plan, kind, IN_NOVEMBER) == []
        assert due(factories.make_plan(), kind, datetime(2034, 11, 6, tzinfo=SHANGHAI)) == []


def test_a_target_is_due_near_the_years_end_until_an_accepted_return_has_a_value(plan, report, people, kjj):
    said = {"plan": plan, "task": report.task, "operator": ">=", "value_text": "10", "quote": "原文"}
    yearly = Target.objects.create(**said, indicator="平台数", minimum=10, due="each_year")
    Target.objects.create(**said, indicator="以后", due="year", due_year=2031)
    Target.objects.create(**said | {"operator": "label"}, indicator="5+5+N", due="each_year")
    assert due(plan, "target_value", IN_MAY) == []
    [item] = due(plan, "target_value", IN_NOVEMBER)
    assert (item.subject, item.agency) == (f"target:{yearly.pk}:2030", report.agency_id)
    yearly.responsible = kjj
    yearly.save()
    assert due(plan, "target_value", IN_NOVEMBER)[0].agency == kjj.pk
    row = walk(report, "under_review", **people)
    row.target_values.create(target=yearly, value=3)
    assert len(due(plan, "target_value", IN_NOVEMBER)) == 1
    workflow.accept(row, by=people["office"], now=BEFORE_DUE, revision=row.revision)
    assert due(plan, "target_value", IN_NOVEMBER) == []
    row.target_values.update(value=None, note="年报数据未出")
    assert len(due(plan, "target_value", IN_NOVEMBER)) == 1, "a remark is no value"


def test_the_office_is_told_of_lead_bodies_where_a_machine_reaches_nobody(plan, fgw, kjj, reporter):
    for number in (1, 2):
        factories.make_task(number, leads=[kjj])
    factories.make_task(3, leads=[fgw])
    [item] = due(plan, "contact", IN_MAY)
    assert item.agency is None
    assert item.title.startswith("市科技局牵头2项任务，没有在岗的填报人")
    Contact.objects.create(agency=kjj, kind="liaison", name="联络员")
    assert len(due(plan, "contact", IN_MAY)) == 1
    Contact.objects.update(user=person("liaison"))
    assert due(plan, "contact", IN_MAY) == []


# --- supervision -------------------------------------------------------------------------------


@pytest.fixture
def order(plan, fgw, office):
    made = {"drafted_at": EARLY, "drafted_by": office, "issued_at": EARLY, "issued_by": office}
    number = {"year": 2030, "number": 3, "mark": "宿长三角督", "state": "issued"}
    return SupervisionOrder.objects.create(
        plan=plan, title="加快某事", requirement="办", agency=fgw, due_at=DUE, **made, **number
    )


def test_an_order_is_due_to_be_signed_for_and_answered(plan, order, reporter):
    [sign], [answer] = due(plan, "order_sign"), due(plan, "order")
    assert (sign.at, answer.at, answer.agency) == (EARLY, DUE, order.agency_id)
    assert answer.title == "宿长三角督〔2030〕3号《加快某事》"
    SupervisionOrder.objects.update(state="working")
    assert due(plan, "order_sign") == []
    said = {"text": "已办", "written_at": BEFORE_DUE, "written_by": reporter}
    OrderFeedback.objects.create(order=order, **said)
    assert due(plan, "order")[0].silent_for == {reporter.pk}
    for state in ("answered", "closed", "cancelled"):
        SupervisionOrder.objects.update(state=state)
        assert due(plan, "order") == []


def test_an_order_about_a_sensitive_task_is_sensitive(plan, order, fgw):
    order.tasks.add(
        factories.make_task(1, leads=[fgw]), factories.make_task(2, leads=[fgw], is_sensitive=True)
    )
    [item] = due(plan, "order")
    assert (item.is_sensitive, item.task_number) == (True, 2)


def test_drafts_and_what_others_pass_on_are_not_pressed_for(plan, order, office):
    SupervisionOrder.objects.update(kind="passed_on")
    assert due(plan, "order") == due(plan, "order_sign") == []
    SupervisionOrder.objects.update(kind="order", state="draft")
    assert due(plan, "order") == due(plan, "order_sign") == []


def test_a_problem_is_its_bodys_until_the_office_takes_it_up(plan, report, office):
    said = {"period": report.period, "agency": report.agency, "task": report.task, "text": "用地指标不足"}
    problem = Problem.objects.create(
        plan=plan, **said, raised_at=EARLY, state="in_hand", level="unit", due_on=date(2030, 4, 8)
    )
    [item] = due(plan, "problem")
    assert (item.at, item.agency) == (DUE, report.agency_id)
    Problem.objects.update(level="group")
    assert due(plan, "problem")[0].agency is None
    for change in ({"state": "answered"}, {"state": "in_hand", "due_on": None}, {"state": "raised"}):
        Problem.objects.filter(pk=problem.pk).update(**change)
        assert due(plan, "problem") == []


def test_a_problem_that_goes_on_is_due_once_and_by_its_latest_row(plan, report):
    said = {
        "plan": plan,
        "agency": report.agency,
        "task": report.task,
        "raised_at": EARLY,
        "state": "in_hand",
    }
    said |= {"level": "unit", "due_on": date(2030, 4, 8), "period": report.period, "request": "请协调指标"}
    before = Problem.objects.create(**said)
    latest = Problem.objects.create(**said, continues=before)
    [item] = due(plan, "problem")
    assert item.subject == f"problem:{latest.pk}"
    assert "请协调指标" in item.title, "some only ask for something"


def test_a_sudden_question_is_due_once_a_body_until_all_of_it_is_confirmed(plan, report, kjj, office):
    request = AdHocRequest.objects.create(
        plan=plan, title="汇总项目进度", due_at=DUE, drafted_at=EARLY, drafted_by=office
    )
    for number in (2, 3):
        task = factories.make_task(number, leads=[body("fgw")])
        AdHocAnswer.objects.create(request=request, agency=body("fgw"), task=task)
    AdHocAnswer.objects.create(request=request, agency=kjj, confirmed_at=EARLY, confirmed_by=office)
    assert due(plan, "quick") == []
    request.sent_at, request.sent_by = EARLY, office
    request.save()
    [item] = due(plan, "quick")
    assert (item.agency, item.at, item.url) == (body("fgw").pk, DUE, request.get_absolute_url())
    assert item.title == "临时调度“汇总项目进度”（2项待确认）"
    request.closed_at, request.closed_by = BEFORE_DUE, office
    request.save()
    assert due(plan, "quick") == []


# --- all of them -------------------------------------------------------------------------------


def _much(plan, people, first, last):
    """Of everything the finders look at, as many as there are numbers."""
    for number in range(first, last):
        task = factories.make_task(number, leads=[body("fgw")], supports=[body("kjj")])
        Target.objects.create(
            plan=plan, task=task, indicator="指标", operator=">=", value_text="1", quote="文", due="each_year"
        )
        for period, state in (("2030Q1", "draft"), ("2030Q2", "awaiting_approval"), ("2030Q3", "returned")):
            report = factories.make_report(task, body("fgw"), factories.make_period(period))
            walk(report, state, **people)


def test_every_finder_asks_as_many_queries_for_many_rows(plan, people, django_assert_max_num_queries):
    asked = []
    for first, last in ((1, 2), (2, 5)):
        _much(plan, people, first, last)
        with django_assert_max_num_queries(30) as queries:
            found = {kind: len(due(plan, kind, IN_NOVEMBER)) for kind in kinds()}
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert found["return"] == found["sign_off"] == found["returned"] == found["target_value"] == 4
