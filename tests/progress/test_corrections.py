"""更正: a wrong figure found after acceptance, from the body's request to the new version."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.models import AgencySuccession, AuditEvent, Role
from agencies.permissions import Denied
from progress import corrections, drafts, figures, issuing, paper, periods, workflow
from progress.models import Correction, ProgressReport, TargetValue, TaskVerdict, UnitReturn
from progress.views.corrections import in_brief
from progress.workflow import Incomplete, Stale, WrongState
from tasks.models import Target
from tests import factories
from tests.cast import person
from tests.factories import AFTER_DUE, BEFORE_DUE, walk

pytestmark = pytest.mark.django_db
State = ProgressReport.State
LATER = AFTER_DUE + timedelta(days=20)


@pytest.fixture
def accepted(fgw, kjj, reporter, approver, office):
    """An accepted return of fgw with 3 platforms and 20 percent, the task supported by kjj."""
    task = factories.make_task(leads=[fgw], supports=[kjj])
    Target.objects.create(
        plan=task.plan,
        task=task,
        indicator="平台",
        operator=">=",
        value_text="10",
        minimum=10,
        unit="个",
        quote="10个",
    )
    factories.make_goal(task, by=office)
    report = factories.make_report(task, fgw)
    target = task.targets.get()
    return walk(
        report,
        State.ACCEPTED,
        reporter=reporter,
        approver=approver,
        office=office,
        percent=20,
        targets=[{"target": target.pk, "value": 30}],
    )


def ask(report, by, *, now=LATER, kind="slip", basis="录入时多写一个零，台账为 3 个。", **changes):
    return corrections.ask(report, kind=kind, changes=changes or {"percent": 2}, basis=basis, by=by, now=now)


def three(report, **row):
    return [{"target": report.task.targets.get().pk, "certainty": "preliminary", "value": 3, **row}]


# --- asking ---------------------------------------------------------------------------------------


def test_only_what_really_changes_is_asked_for(accepted, reporter):
    asked = ask(
        accepted, reporter, percent=20, progress="1—3月，建成平台3个。", targets=three(accepted), nodes=[]
    )
    assert set(asked.changes) == set(asked.before) == {"progress", "targets"}
    assert asked.before["targets"] == three(accepted, value=30, value_text="", note="")
    assert asked.shown == [
        ["工作进展", factories.PROGRESS["progress"], "1—3月，建成平台3个。"],
        ["量化完成值", "平台：30个（快报）", "平台：3个（快报）"],
    ]
    assert (asked.old_version, asked.new_version, asked.state_word) == (1, None, "待决定")
    accepted.refresh_from_db()
    assert (accepted.state, accepted.revision) == (State.ACCEPTED, 5)
    assert accepted.target_values.get().value == 30


def test_a_correction_that_changes_nothing_is_refused(accepted, reporter):
    with pytest.raises(ValidationError, match="没有需要更正的地方"):
        ask(accepted, reporter, percent=Decimal("20.00"), targets=three(accepted, value=30))
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"basis": " "}, "basis"),
        ({"kind": "whim"}, "kind"),
        ({"percent": 120}, "percent"),
        ({"mood": "好"}, "mood"),
    ],
)
def test_what_is_wrong_is_named(accepted, reporter, how, field):
    with pytest.raises(ValidationError) as refused:
        ask(accepted, reporter, **how)
    assert list(refused.value.error_dict) == [field]


def test_who_may_ask(accepted, approver, office, leader, admin, kjj_reporter, stranger):
    for outsider in (office, leader, admin, kjj_reporter, stranger):
        with pytest.raises(Denied, match="填报该项的单位"):
            ask(accepted, outsider)
    assert ask(accepted, approver).asked_by == approver


def test_a_successor_asks_for_what_its_predecessor_said(accepted, fgw, kjj, kjj_reporter, office):
    AgencySuccession.objects.create(
        predecessor=fgw, successor=kjj, kind="merged", confirmed_at=BEFORE_DUE, confirmed_by=office
    )
    assert ask(accepted, kjj_reporter).report == accepted


def test_one_at_a_time_and_only_of_what_is_accepted(accepted, reporter, office):
    first = ask(accepted, reporter)
    with pytest.raises(WrongState, match="待决定"):
        ask(accepted, reporter, percent=3)
    corrections.withdraw(first, by=reporter, now=LATER)
    assert (first.state_word, ask(accepted, reporter, percent=3).state_word) == ("已撤回", "待决定")
    reopened = workflow.reopen(accepted, by=office, now=LATER, revision=accepted.revision, reason="重报")
    with pytest.raises(WrongState, match="已退回"):
        ask(reopened, reporter)


def test_who_saw_an_older_revision_is_told(accepted, reporter):
    with pytest.raises(Stale):
        corrections.ask(
            accepted, kind="slip", changes={"percent": 2}, basis="笔误", by=reporter, now=LATER, revision=4
        )


# --- deciding -------------------------------------------------------------------------------------


def test_granting_makes_a_version_and_costs_nothing(accepted, reporter, office, kjj_reporter):
    TaskVerdict.objects.create(
        task=accepted.task,
        period=accepted.period,
        lamp="green",
        computed_lamp="green",
        rule_version=1,
        confirmed_at=AFTER_DUE,
        confirmed_by=office,
    )
    asked = ask(accepted, reporter, percent=2, targets=three(accepted))
    corrections.grant(asked, by=office, now=LATER, decision="已核对台账")
    report = ProgressReport.objects.get(pk=accepted.pk)
    assert (report.state, report.left_at, report.due_at) == (
        State.ACCEPTED,
        accepted.left_at,
        accepted.due_at,
    )
    assert (report.accepted_at, report.return_reason) == (accepted.accepted_at, "")
    assert (report.task_return.percent, report.target_values.get().value) == (2, 3)
    assert (asked.granted, asked.new_version, asked.state_word) == (True, 2, "已更正")
    first, second = report.versions.order_by("number")
    assert (first.content["percent"], second.content["percent"]) == (20, 2)
    assert [line.label for line in paper.lines(second.content, first.content) if line.changed] == [
        "年度目标完成率",
        "量化完成值",
    ]
    assert TaskVerdict.objects.get().stale_at == LATER
    assert (
        figures.sent_back_by_agency(report.period.plan, report.period, office).get(report.agency_id, 0) == 0
    )
    filing = figures.filing(report.period.plan, report.period, office, LATER)
    assert (filing.returned, filing.late, filing.on_time_rate) == (0, 0, 100)
    standing = figures.targets_of(report.task, kjj_reporter)[0]
    assert standing.value.value == 3
    assert [event.verb for event in AuditEvent.objects.order_by("pk")][-3:] == [
        "申请更正",
        "更正",
        "同意更正",
    ]


def test_a_locked_period_is_corrected_all_the_same(accepted, reporter, office):
    periods.lock_period(accepted.period, by=office, now=LATER)
    report = ProgressReport.objects.get(pk=accepted.pk)
    asked = ask(report, reporter, now=LATER + timedelta(days=30))
    corrections.grant(asked, by=office, now=LATER + timedelta(days=31))
    assert ProgressReport.objects.get(pk=accepted.pk).task_return.percent == 2


def test_who_decides(accepted, reporter, approver, office, leader, admin, stranger):
    asked = ask(accepted, reporter)
    for other in (reporter, approver, leader, admin, stranger):
        with pytest.raises(Denied, match="审核方决定"):
            corrections.grant(asked, by=other, now=LATER)
        with pytest.raises(Denied):
            corrections.refuse(asked, by=other, now=LATER, decision="不")
    assert Correction.objects.get().is_waiting


def test_nobody_decides_on_the_own_request(accepted, office, fgw):
    office.posts.create(role=Role.REPORTER, agency=fgw)
    both = type(office).objects.get(pk=office.pk)
    with pytest.raises(Denied, match="申请人不能决定"):
        corrections.grant(ask(accepted, both), by=both, now=LATER)


def test_refusing_takes_a_reason_and_leaves_everything(accepted, reporter, office):
    asked = ask(accepted, reporter)
    with pytest.raises(Incomplete):
        corrections.refuse(asked, by=office, now=LATER, decision="  ")
    corrections.refuse(asked, by=office, now=LATER, decision="与统计口径不符")
    assert (asked.state_word, asked.decision) == ("未同意", "与统计口径不符")
    assert accepted.versions.count() == 1
    for act in (
        lambda: corrections.grant(asked, by=office, now=LATER),
        lambda: corrections.refuse(asked, by=office, now=LATER, decision="再说一次"),
        lambda: corrections.withdraw(asked, by=reporter, now=LATER),
    ):
        with pytest.raises(WrongState, match="未同意"):
            act()


def test_a_report_opened_again_meanwhile_is_not_corrected(accepted, reporter, approver, office):
    asked = ask(accepted, reporter)
    report = workflow.reopen(accepted, by=office, now=LATER, revision=accepted.revision, reason="重报")
    with pytest.raises(WrongState, match="已退回"):
        corrections.grant(asked, by=office, now=LATER)
    assert Correction.objects.get().is_waiting
    walk(report, State.ACCEPTED, reporter=reporter, approver=approver, office=office, now=LATER, percent=15)
    with pytest.raises(WrongState, match="重新报出"):
        corrections.grant(Correction.objects.get(), by=office, now=LATER)
    assert ProgressReport.objects.get(pk=accepted.pk).task_return.percent == 15
    corrections.refuse(Correction.objects.get(), by=office, now=LATER, decision="请按现文申请")


def test_granting_what_somebody_else_just_moved_is_stale(accepted, reporter, office):
    asked = ask(accepted, reporter)
    with pytest.raises(Stale):
        corrections.grant(asked, by=office, now=LATER, revision=accepted.revision - 1)


# --- a real task ----------------------------------------------------------------------------------


def test_task_10_of_2024_wrote_one_zero_too_many(plans, office):
    """2024 任务 10 promises 200 重点技改项目 a year; a lead wrote 2000, and the workbook was out already."""
    task = plans["2024-2026"].tasks.get(number=10)
    target = task.targets.get(minimum=200)
    body = task.assignments.filter(role="lead").order_by("order").first().agency
    reporter, approver = person("r10"), person("a10")
    reporter.posts.create(role=Role.REPORTER, agency=body)
    approver.posts.create(role=Role.APPROVER, agency=body)
    report = factories.make_report(task, body, task.plan.periods.get(code="2026Q2"))
    told = [{"target": target.pk, "value": 2000}]
    report = walk(report, State.ACCEPTED, reporter=reporter, approver=approver, office=office, targets=told)
    issuing.record_issue("workbook", "2026年第二季度汇总", period=report.period, by=office, now=AFTER_DUE)
    asked = ask(report, reporter, targets=[{"target": target.pk, "value": 200}])
    assert asked.shown[0][2] == "重点技改项目：200项（快报）"
    corrections.grant(asked, by=office, now=LATER)
    assert TargetValue.objects.get(report=report).value == 200
    assert [thing["title"] for thing in asked.issued] == ["2026年第二季度汇总"]


# --- in the browser -------------------------------------------------------------------------------


def address(report, name="correction_new"):
    period = report.period
    place = f"/work/{period.plan.code}/{period.code}"
    pages = {
        "return": f"{place}/tasks/{report.task.number}/return/{report.agency.code}/",
        "correction_new": f"{place}/tasks/{report.task.number}/return/{report.agency.code}/correction/",
        "versions": f"{place}/tasks/{report.task.number}/return/{report.agency.code}/versions/",
        "corrections": f"{place}/corrections/",
    }
    return pages[name]


def typed(report, **changes):
    """The form as the page holds it, with what was changed."""
    form = {
        "nature": "progress",
        "progress": factories.PROGRESS["progress"],
        "percent": "20",
        "next_steps": factories.PROGRESS["next_steps"],
        "kind": "slip",
        "basis": "录入时多写一个零",
        "revision": report.revision,
    }
    return form | changes


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def test_from_the_accepted_return_to_the_second_version(accepted, reporter, office, office2, as_):
    own, desk = as_(reporter), as_(office)
    assert f'href="{address(accepted)}"' in own.get(address(accepted, "return")).content.decode()
    assert address(accepted) not in desk.get(address(accepted, "return")).content.decode()
    form = own.get(address(accepted)).content.decode()
    assert "数据定案" in form and "建成平台3个" in form
    seen = own.post(address(accepted), typed(accepted, percent="2", verb="preview")).content.decode()
    assert "<del>20%</del>" in seen and "<ins>2%</ins>" in seen and "严禁填报涉密" in seen
    again = own.post(address(accepted), typed(accepted, percent="2", verb="edit")).content.decode()
    assert 'value="2"' in again and not Correction.objects.exists()
    scan = SimpleUploadedFile("台账.pdf", PDF)
    done = own.post(address(accepted), typed(accepted, percent="2", verb="ask", file=scan))
    asked = Correction.objects.get()
    assert done.status_code == 302 and asked.paper.name == "台账.pdf"
    page = done.url
    assert "待决定" in desk.get(address(accepted, "corrections")).content.decode()
    decision = desk.get(page).content.decode()
    assert "录入时多写一个零" in decision and "按原值已出具" in decision and "台账.pdf" in decision
    assert desk.post(page, {"verb": "grant", "revision": accepted.revision}).status_code == 302
    for client in (own, desk):
        assert "第 2 版（更正：笔误）" in client.get(address(accepted, "return")).content.decode()
        versions = client.get(address(accepted, "versions")).content.decode()
        assert "更正：笔误" in versions and "依据：录入时多写一个零" in versions
    signed = own.get(address(accepted, "return")).content.decode()
    assert "审核人：钱审核" in signed


def test_nothing_typed_is_lost_on_the_way(accepted, reporter, as_):
    own = as_(reporter)
    refused = own.post(address(accepted), typed(accepted, percent="二", basis="", verb="preview"))
    assert refused.status_code == 400
    text = refused.content.decode()
    assert 'value="二"' in text and "请只填数字" in text and "请写明更正的依据" in text
    same = own.post(address(accepted), typed(accepted, verb="preview"))
    assert same.status_code == 400 and "没有需要更正的地方" in same.content.decode()
    stale = own.post(address(accepted), typed(accepted, percent="2", revision=1, verb="ask"))
    assert stale.status_code == 412 and 'value="2"' in stale.content.decode()
    wrong = SimpleUploadedFile("台账.pdf", b"MZ not a pdf")
    bad = own.post(address(accepted), typed(accepted, percent="2", verb="ask", file=wrong))
    assert bad.status_code == 400 and "<ins>2%</ins>" in bad.content.decode()
    assert not Correction.objects.exists()
    ask(accepted, reporter)
    second = own.post(address(accepted), typed(accepted, percent="3", verb="ask"))
    assert second.status_code == 409 and 'value="3"' in second.content.decode()
    assert own.get(address(accepted)).status_code == 302


def test_the_decision_page_refuses_in_words(accepted, reporter, office, as_):
    page = f"{address(accepted, 'corrections')}{ask(accepted, reporter).pk}/"
    desk = as_(office)
    silent = desk.post(page, {"verb": "refuse", "revision": accepted.revision, "decision": ""})
    assert silent.status_code == 400 and "须写明理由" in silent.content.decode()
    stale = desk.post(page, {"verb": "grant", "revision": 1, "decision": "同意"})
    assert stale.status_code == 412 and "同意</textarea>" in stale.content.decode()
    assert desk.post(page, {"verb": "burn", "revision": 5}).status_code == 400
    assert as_(reporter).post(page, {"verb": "grant", "revision": 5}).status_code == 403
    assert as_(reporter).post(page, {"verb": "withdraw"}).status_code == 302
    gone = desk.post(page, {"verb": "grant", "revision": accepted.revision})
    assert gone.status_code == 409 and "已撤回" in gone.content.decode()


def test_a_request_is_between_the_body_and_the_office(
    accepted, reporter, approver, office, leader, kjj_reporter, stranger, as_
):
    page = f"{address(accepted, 'corrections')}{ask(accepted, reporter).pk}/"
    for insider in (reporter, approver, office):
        assert as_(insider).get(page).status_code == 200
        assert "任务之1" in as_(insider).get(address(accepted, "corrections")).content.decode()
    for outsider in (leader, kjj_reporter, stranger):
        assert as_(outsider).get(page).status_code == 404
        assert "还没有更正申请" in as_(outsider).get(address(accepted, "corrections")).content.decode()
        assert "待决定" not in as_(outsider).get(address(accepted, "return")).content.decode()


def test_the_list_filters_and_exports(accepted, reporter, office, as_):
    corrections.refuse(ask(accepted, reporter), by=office, now=LATER, decision="不")
    ask(accepted, reporter, kind="reduction", percent=3)
    desk, url = as_(office), address(accepted, "corrections")
    assert desk.get(url).context["page"].paginator.count == 2
    for query, count in (
        ("state=waiting", 1),
        ("kind=slip", 1),
        ("agency=fgw", 2),
        ("q=任务之2", 0),
        ("period=2030Q1", 2),
    ):
        plan_periods = desk.get(f"{url}?{query}")
        assert plan_periods.context["page"].paginator.count == count, query
    assert desk.get(f"{url}export.xlsx?state=waiting").status_code == 200


def test_a_line_of_the_list_shows_where_the_texts_differ():
    long = "围绕推进传统产业转型升级，建成平台 {} 个，完成投资 1.2 亿元，同比增长 8.5%。"
    values = "甲：1家（快报）\n乙：{}个（快报）"
    shown = [
        ["工作进展", long.format(30), long.format(3)],
        ["量化完成值", values.format(5), values.format(6)],
        ["存在问题", "", "资金不足"],
    ]
    assert in_brief(shown) == [
        ("工作进展", "…型升级，建成平台 30 个，完成投资 1.…", "…型升级，建成平台 3 个，完成投资 1.…"),
        ("量化完成值", "乙：5个（快报）", "乙：6个（快报）"),
        ("存在问题", "", "资金不足"),
    ]


def test_what_waits_is_on_the_desk_of_the_office(accepted, reporter, office, as_):
    desk, words = as_(office), "更正申请 <strong>1</strong> 份待决定"
    asked = ask(accepted, reporter)
    assert words in desk.get("/work/2030-2032/2030Q1/").content.decode()
    corrections.refuse(asked, by=office, now=LATER, decision="不")
    assert words not in desk.get("/work/2030-2032/2030Q1/").content.decode()


def test_a_units_summary_is_corrected_the_same_way(sixian, county_reporter, county_approver, office, as_):
    factories.make_task(supports=[sixian])
    report = ProgressReport.objects.create(agency=sixian, period=factories.make_period(), kind="unit")
    UnitReturn.objects.create(report=report)
    told = {
        "overview": "承接项目 12 个。",
        "paragraphs": [{"chapter": 1, "text": "签约 5 个。", "tasks": [1]}],
    }
    report = drafts.save(report, told, by=county_reporter, now=BEFORE_DUE, revision=report.revision)
    for verb, who in (("submit", county_reporter), ("approve", county_approver), ("accept", office)):
        report = getattr(workflow, verb)(report, by=who, now=BEFORE_DUE, revision=report.revision)
    own, url = as_(county_reporter), "/work/2030-2032/2030Q1/units/sixian/correction/"
    said = own.get(url).context["said"]
    form = {"kind": "slip", "basis": "多计 10 个", "revision": report.revision, "verb": "ask"}
    form |= {"overview": "承接项目 2 个。", "paragraph-1-0-text": "签约 4 个。", "paragraph-1-0-tasks": "1"}
    assert said["overview"].value() == "承接项目 12 个。"
    assert own.post(url, form).status_code == 302
    asked = Correction.objects.get()
    assert [label for label, _, _ in asked.shown] == ["总体情况", "主要做法和成效"]
    assert as_(office).get(f"/work/2030-2032/2030Q1/corrections/{asked.pk}/").status_code == 200
    corrections.grant(asked, by=office, now=LATER)
    assert ProgressReport.objects.get(pk=report.pk).unit_return.overview == "承接项目 2 个。"
    assert "第 2 版（更正：笔误）" in own.get("/work/2030-2032/2030Q1/units/sixian/").content.decode()
