"""商请提供: a lead asks, a supporter answers to the lead, its words are taken over with their source."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from agencies.models import AuditEvent, Post, Role
from agencies.permissions import Denied
from progress import (
    contributions,
    dashboards,
    drafts,
    figures,
    permissions,
    review_queue,
    workflow,
)
from progress.models import ContributionRequest, ProgressReport, TaskReturn
from progress.timetable import spoken_day
from progress.workflow import WrongState
from tasks.models import Task
from tests import factories
from tests.cast import body, person
from tests.factories import AFTER_DUE, BEFORE_DUE, DUE, State
from tests.progress.conftest import EARLY, WANTED

pytestmark = pytest.mark.django_db
BASE = "/work/2030-2032/2030Q1"


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# --- asking ------------------------------------------------------------------------------------


def test_a_lead_asks_and_the_supporter_owes_it_three_working_days_before_the_lead(report, ask, kjj):
    (asked,) = ask()
    row = asked.contribution
    assert (row.agency, row.role, row.duty, row.owed, row.state) == (kjj, "support", "named", True, "draft")
    # The lead's 8 April 2030 is a Monday: Wednesday the 3rd, counted over a weekend and 清明.
    assert row.due_at == asked.due_at < DUE
    assert TaskReturn.objects.filter(report=row).exists()
    assert AuditEvent.objects.filter(verb="商请提供", subject_id=str(report.pk)).count() == 1


def test_several_are_asked_at_once_and_none_where_one_is_no_supporter(report, ask):
    with pytest.raises(ValidationError, match="市退役军人事务局目前不是本任务的配合单位"):
        body("tyjrj")
        ask("kjj", "tyjrj")
    assert not ContributionRequest.objects.exists()
    assert [row.contribution.agency.code for row in ask("kjj", "sixian")] == ["kjj", "sixian"]


def test_who_may_be_asked_are_the_supporters_of_today(report):
    codes = [each.agency.code for each in contributions.supporting(report, EARLY)]
    assert codes == ["kjj", "sixian"]
    report.task.assignments.filter(agency__code="kjj").update(valid_until=EARLY.date() - timedelta(days=1))
    assert [each.agency.code for each in contributions.supporting(report, EARLY)] == ["sixian"]


@pytest.mark.parametrize(
    ("due_at", "now", "sentence"),
    [
        (None, BEFORE_DUE + timedelta(days=2, hours=1), "默认的提供时间已过"),
        (BEFORE_DUE - timedelta(days=9), BEFORE_DUE, "须在现在之后"),
        (DUE + timedelta(minutes=1), BEFORE_DUE, "不能晚于本单位这一项的截止时间"),
        (DUE + timedelta(days=500), AFTER_DUE, "超过一年"),
    ],
)
def test_the_date_is_in_the_future_and_not_after_the_leads_own(report, ask, due_at, now, sentence):
    with pytest.raises(ValidationError, match=sentence):
        ask(now=now, due_at=due_at)
    assert not ContributionRequest.objects.exists()


def test_an_undated_lead_names_any_date(report, ask):
    ProgressReport.objects.filter(pk=report.pk).update(due_at=None)
    undated = fresh(report)
    with pytest.raises(ValidationError, match="没有截止时间"):
        ask(of=undated)
    (asked,) = ask(of=undated, due_at=AFTER_DUE)
    assert asked.contribution.due_at == AFTER_DUE


@pytest.mark.parametrize("wanted", ["", "  ", "字" * 501])
def test_what_is_wanted_must_be_said(report, ask, wanted):
    with pytest.raises(ValidationError, match="请"):
        ask(wanted=wanted)


def test_only_the_leads_own_people_ask_and_not_once_locked(report, ask, office, kjj_reporter, approver):
    for other in (office, kjj_reporter):
        with pytest.raises(Denied, match="只有本任务牵头单位"):
            ask(by=other)
    ask(by=approver)
    period = report.period
    type(period).objects.filter(pk=period.pk).update(locked_at=AFTER_DUE, locked_by=office)
    with pytest.raises(Denied, match="已锁定"):
        ask(by=approver, now=AFTER_DUE, due_at=AFTER_DUE + timedelta(days=1))


def test_a_contribution_asks_nobody(report, ask, kjj_reporter):
    (asked,) = ask()
    with pytest.raises(Denied, match="只有牵头单位的填报"):
        contributions.ask(asked.contribution, ["sixian"], wanted="x", by=kjj_reporter, now=EARLY)


def test_asking_again_cancelling_and_another_date(report, ask, reporter):
    (asked,) = ask()
    contributions.change(asked, wanted="另附佐证", due_at=DUE - timedelta(days=1), by=reporter, now=EARLY)
    assert (fresh(asked).wanted, fresh(asked.contribution).due_at) == ("另附佐证", DUE - timedelta(days=1))
    contributions.cancel(asked, by=reporter, now=EARLY)
    row = fresh(asked.contribution)
    assert (row.waived_reason, row.waived_by) == ("商请已取消", reporter)
    with pytest.raises(WrongState, match="已经取消"):
        contributions.cancel(fresh(asked), by=reporter, now=EARLY)
    (again,) = ask()
    assert again.pk == asked.pk
    assert fresh(row).waived_at is None


def test_what_has_left_is_neither_cancelled_nor_put_off(report, ask, give, reporter):
    (asked,) = ask()
    give(asked)
    for act in (
        lambda: contributions.cancel(fresh(asked), by=reporter, now=BEFORE_DUE),
        lambda: contributions.change(fresh(asked), wanted="x", due_at=DUE, by=reporter, now=BEFORE_DUE),
    ):
        with pytest.raises(WrongState, match="市科技局已经报来"):
            act()


def test_what_the_office_waived_is_not_asked_for(report, ask, office, kjj):
    waived = {"role": "support", "duty": "named", "waived_at": EARLY, "waived_by": office}
    factories.make_report(report.task, kjj, waived_reason="机构改革", **waived)
    with pytest.raises(ValidationError, match="列为免报"):
        ask()


def test_last_quarters_requests_are_offered_and_repeated_word_for_word(report, ask, reporter, fgw):
    ask("kjj")
    ask("sixian", wanted="园区项目清单")
    later = factories.make_report(report.task, fgw, factories.make_period("2030Q2"))
    now = EARLY + timedelta(days=91)
    asking = contributions.asking(later, now)
    assert {each.agency.code: each.last for each in asking.as_last_quarter} == {
        "kjj": WANTED, "sixian": "园区项目清单"
    }  # fmt: skip
    again = contributions.ask_as_last_quarter(later, ["kjj", "sixian"], by=reporter, now=now)
    assert [each.wanted for each in again] == [WANTED, "园区项目清单"]
    assert contributions.asking(later, now).as_last_quarter == []


# --- answering ---------------------------------------------------------------------------------


def test_a_contribution_needs_words_or_a_reason_and_never_a_percent(report, ask, give, kjj_reporter, office):
    factories.make_goal(report.task, by=office)
    (asked,) = ask()
    row = asked.contribution
    for said, field in (({}, "progress"), ({"nature": "no_change"}, "no_change_reason")):
        if said:
            row = drafts.save(row, said, by=kjj_reporter, now=EARLY, revision=row.revision)
        with pytest.raises(workflow.Incomplete) as refused:
            workflow.submit(row, by=kjj_reporter, now=EARLY, revision=row.revision)
        assert list(refused.value.fields) == [field]
    left = give(asked := fresh(asked), no_change_reason="本季度未开展")
    assert (left.state, left.state_word) == (State.UNDER_REVIEW, "待牵头单位采用")


def test_it_waits_for_the_lead_and_never_for_the_office(report, ask, give, office, reporter):
    left = give(ask()[0])
    assert not review_queue.waiting_for(office).exists()
    with pytest.raises(Denied, match="只有商请的牵头单位可以采用"):
        workflow.accept(left, by=office, now=DUE, revision=left.revision)
    assert workflow.accept(left, by=reporter, now=DUE, revision=left.revision).state == State.ACCEPTED


def test_the_offices_counts_know_nothing_of_it_but_no_list_loses_it(report, ask, office, as_, kjj_reporter):
    before = figures.filing(report.task.plan, report.period, office, EARLY)
    ask("kjj", "sixian")
    assert figures.filing(report.task.plan, report.period, office, EARLY) == before
    desk = dashboards.reporter_desk(kjj_reporter, report.period, EARLY)
    assert [(group.key, len(group.rows)) for group in desk.groups] == [("asked", 1)]
    assert (desk.owed, desk.to_fill_in) == (0, 1)
    page = as_(office).get(f"{BASE}/returns/")
    assert [row.agency.code for row in page.context["page"]] == ["fgw"]
    for to, codes in (("leads", ["kjj", "sixian"]), ("all", ["fgw", "kjj", "sixian"])):
        found = as_(office).get(f"{BASE}/returns/?to={to}").context["page"]
        assert sorted(row.agency.code for row in found) == codes


def test_the_lead_sends_it_back_and_both_bodies_read_why(report, ask, give, reporter, kjj_reporter, as_):
    left = give(ask()[0])
    page = as_(reporter).get(left.get_absolute_url())
    assert {each.verb for each in page.context["buttons"] if each.allowed} == {"accept", "send_back"}
    as_(reporter).post(
        left.get_absolute_url(),
        {"verb": "send_back", "revision": left.revision, "reason": "请补充各县区数据"},
    )
    assert fresh(left).state == State.RETURNED
    for reader in (kjj_reporter, reporter):
        assert "请补充各县区数据" in as_(reader).get(left.get_absolute_url()).content.decode()
    assert figures.sent_back_by_agency(report.task.plan, report.period, reporter) == {}


def test_after_locking_no_lead_opens_a_contribution_again(report, ask, give, reporter, office):
    left = give(ask()[0])
    type(left.period).objects.filter(pk=left.period_id).update(locked_at=AFTER_DUE, locked_by=office)
    left = ProgressReport.objects.select_related("period", "agency").get(pk=left.pk)
    with pytest.raises(Denied, match="已锁定"):
        workflow.send_back(left, by=reporter, now=AFTER_DUE, revision=left.revision, reason="晚了")


# --- silence -----------------------------------------------------------------------------------


def test_silence_is_the_supporters_and_the_office_sees_it(
    report, ask, give, office, reporter, kjj_reporter, as_
):
    given, silent = ask("kjj", "sixian")
    give(given, now=BEFORE_DUE + timedelta(days=2))
    plan, period = report.task.plan, report.period
    by_supporter = {
        row.agency.code: row.filing
        for row in figures.contributions_by_supporter(plan, period, office, AFTER_DUE)
    }
    assert by_supporter["sixian"] == figures.ContributionFiling(asked=1, silent=1)
    assert by_supporter["kjj"] == figures.ContributionFiling(asked=1, given=1, late=1)
    assert figures.silent_requests(plan, period, office, AFTER_DUE).get() == silent
    assert dashboards.office_desk(office, period, AFTER_DUE).waiting["silent"] == 1
    desk = contributions.of_lead_desk(reporter, period, AFTER_DUE)
    assert (desk.waiting, desk.silent) == ([given], [silent])
    ProgressReport.objects.filter(pk=silent.contribution_id).update(state=State.RETURNED)
    assert contributions.of_lead_desk(reporter, period, AFTER_DUE).silent == [silent], "sent back inside"
    page = f"/work/{plan.code}/{period.code}/contributions/"
    counted = as_(office).get(page).context["by_supporter"]
    assert [(row.agency.code, row.filing.asked, row.filing.given) for row in counted] == [
        ("kjj", 1, 1),
        ("sixian", 1, 0),
    ]
    assert as_(reporter).get(page).context["by_supporter"] == []
    # What a supporter owes its lead costs the lead nothing.
    assert figures.filing(plan, period, office, AFTER_DUE).overdue == 1


def test_every_open_request_is_in_exactly_one_state(report, ask, give, office, reporter):
    given, waits = ask("kjj", "sixian")
    for now in (EARLY, DUE, AFTER_DUE):
        _is_a_partition(now)
    left = give(given)
    _is_a_partition(AFTER_DUE)
    workflow.accept(left, by=reporter, now=AFTER_DUE, revision=left.revision)
    _is_a_partition(AFTER_DUE)
    ProgressReport.objects.filter(pk=waits.contribution_id).update(due_at=None)
    _is_a_partition(AFTER_DUE)


def _is_a_partition(now):
    conditions = figures.request_conditions(now)
    for asked in ContributionRequest.objects.all():
        inside = [
            name for name, condition in conditions.items()
            if ContributionRequest.objects.filter(condition, pk=asked.pk).exists()
        ]  # fmt: skip
        assert inside == [figures.contributions.state_of(asked, now)]


# --- the pages ---------------------------------------------------------------------------------


def test_the_whole_way_in_the_browser(report, as_, reporter, kjj_reporter, kjj_approver):
    """Asking, answering, signing off and taking over by the pages alone."""
    lead, supporter = as_(reporter), as_(kjj_reporter)
    page = f"{BASE}/tasks/1/return/fgw/requests/"
    refused = lead.post(page, {"verb": "ask", "agencies": "kjj", "wanted": ""})
    assert refused.status_code == 400
    assert "请写明需要对方提供什么" in refused.content.decode()
    answer = lead.post(page, {"verb": "ask", "agencies": ["kjj", "sixian"], "wanted": WANTED}, follow=True)
    assert "已商请 2 家单位" in answer.content.decode()
    desk = supporter.get(f"{BASE}/").content.decode()
    assert "应商请提供" in desk
    assert WANTED in desk
    form = f"{BASE}/tasks/1/return/kjj/"
    shown = supporter.get(form).content.decode()
    assert "市发展改革委商请提供" in shown
    assert "年度目标完成率" not in shown
    saved = supporter.post(form, {"verb": "save", "revision": 1, "progress": "到位320万元。"}, follow=True)
    sent = supporter.post(form, {"verb": "submit", "revision": saved.context["report"].revision}, follow=True)
    signed = as_(kjj_approver).post(
        form, {"verb": "approve", "revision": sent.context["report"].revision}, follow=True
    )
    assert "提供给牵头单位" in signed.content.decode()
    assert "待采用的配合材料" in lead.get(f"{BASE}/").content.decode()
    own = f"{BASE}/tasks/1/return/fgw/"
    opened = lead.get(own)
    assert "配合单位材料" in opened.content.decode()
    key = opened.context["sheet"].offers.waiting[0].words[0].key
    typed = {"revision": 1, "progress": "刚写的一句。", f"into-{key}": "progress"}
    taken = lead.post(own, typed | {"verb": f"take-{key}"}, follow=True)
    assert "并注明由市科技局提供" in taken.content.decode()
    assert fresh(report).task_return.progress == "刚写的一句。\n到位320万元。（市科技局提供）"
    again = lead.post(
        own,
        {"verb": f"take-{key}", "revision": fresh(report).revision, f"into-{key}": "progress"},
        follow=True,
    )
    assert "没有重复写入" in again.content.decode()


def test_a_request_is_changed_and_cancelled_on_its_page(report, ask, as_, reporter):
    (asked,) = ask(now=timezone.now())
    client, page = as_(reporter), f"{BASE}/tasks/1/return/fgw/requests/"
    late = client.post(
        page, {"verb": f"change-{asked.pk}", "wanted": "另附佐证", "due_at": "2019-01-01T18:00"}
    )
    assert late.status_code == 400
    assert "须在现在之后" in late.content.decode()
    assert "另附佐证" in late.content.decode()
    client.post(page, {"verb": f"cancel-{asked.pk}"})
    assert fresh(asked).cancelled_at is not None
    assert client.post(page, {"verb": "cancel-99999"}).status_code == 404


def test_the_list_shows_each_body_its_own(report, ask, as_, office, kjj_reporter, leader, stranger):
    ask("kjj", "sixian")
    page = f"{BASE}/contributions/"
    assert as_(office).get(page).context["page"].paginator.count == 2
    assert (
        as_(office).get(f"{page}?agency=fgw&side=contribution__agency").context["page"].paginator.count == 0
    )
    assert as_(office).get(f"{page}?agency=kjj&sort=-due").context["page"].paginator.count == 1
    assert as_(kjj_reporter).get(page).context["page"].paginator.count == 1
    assert as_(stranger).get(page).context["page"].paginator.count == 0
    assert as_(leader).get(page).status_code == 403
    assert as_(office).get(f"{page}export.xlsx?status=open").status_code == 200


def test_others_see_nothing_of_it(report, ask, give, reporter, stranger, leader, county_reporter, as_):
    (asked,) = ask()
    address = asked.contribution.get_absolute_url()
    # Before it has left even the lead that asked knows no text.
    assert as_(reporter).get(address).status_code == 404
    left = give(asked)
    workflow.accept(left, by=reporter, now=DUE, revision=left.revision)
    assert as_(reporter).get(address).status_code == 200
    for other in (stranger, leader, county_reporter):
        assert as_(other).get(address).status_code == 404


def test_a_sensitive_task_stays_secret(report, ask, stranger, office, kjj_reporter):
    Task.objects.filter(pk=report.task_id).update(is_sensitive=True)
    ask()
    plan, period = report.task.plan, report.period
    known = [
        figures.requests_of(plan, period, user, EARLY).count() for user in (office, kjj_reporter, stranger)
    ]
    assert known == [1, 1, 0]


def test_a_body_owed_every_quarter_unasked_answers_to_the_tasks_leads(report, kjj, reporter, office):
    row = factories.make_report(report.task, kjj, role="support", duty="named")
    assert permissions.reviews(reporter, row)
    assert not permissions.reviews(office, row)


# --- the API -----------------------------------------------------------------------------------


def test_a_lead_asks_and_accepts_through_the_api(report, give, reporter, as_, kjj_reporter, office):
    def post(user, pk, address, data=None, revision=None):
        headers = {} if revision is None else {"If-Match": f'"{revision}"'}
        path = f"/api/v1/reports/{pk}/{address}/"
        return as_(user).post(path, data, content_type="application/json", headers=headers)

    said = {"agencies": ["kjj"], "wanted": WANTED}
    assert post(kjj_reporter, report.pk, "requests", said, 1).status_code == 404
    assert post(office, report.pk, "requests", said, 1).status_code == 403
    assert post(reporter, report.pk, "requests", said).status_code == 428
    assert post(reporter, report.pk, "requests", {"wanted": WANTED}, 1).status_code == 400
    refused = post(reporter, report.pk, "requests", said | {"agencies": ["tyjrj"]}, 1)
    assert "不是本任务的配合单位" in refused.json()["reason"]
    made = post(reporter, report.pk, "requests", said, 1)
    assert (made.status_code, made.json()[0]["agency_code"], made.json()[0]["state"]) == (201, "kjj", "open")
    left = give(ContributionRequest.objects.get())
    listed = as_(reporter).get(
        "/api/v1/reports/", {"plan": "2030-2032", "period": "2030Q1", "role": "support"}
    )
    assert [(row["role"], row["progress"]) for row in listed.json()["results"]] == [
        ("support", "到位补助资金320万元。")
    ]
    assert post(office, left.pk, "accept", None, left.revision).status_code == 403
    assert post(reporter, left.pk, "accept", None, left.revision).json()["status"] == "accepted"


# --- the real plan -----------------------------------------------------------------------------


def test_task_42_of_2024_with_its_real_supporters(plans):
    """What its lead may ask of whom, in the official order of the classes of duty."""
    task = Task.objects.select_related("plan").get(plan=plans["2024-2026"], number=42)
    lead = task.assignments.leads().first()
    period = task.plan.periods.get(code="2026Q3")
    type(period).objects.filter(pk=period.pk).update(opened_at=period.opens_at)
    period.refresh_from_db()
    report = factories.make_report(task, lead.agency, period)
    now = report.due_at - timedelta(days=12)
    named = list(task.assignments.supports().filter(duty="named").values_list("agency__code", flat=True))
    found = contributions.supporting(report, now)
    assert [each.agency.code for each in found][: len(named)] == named
    assert {each.duty for each in found} <= {"named", "invited", "group", "implied"}
    asker = person("lead-42")
    Post.objects.create(user=asker, role=Role.REPORTER, agency=lead.agency)
    codes = [each.agency.code for each in found][:3]
    asked = contributions.ask(report, codes, wanted="本季度数据", by=asker, now=now)
    assert [each.contribution.agency.code for each in asked] == codes
    # 13 October 2026 18:00 less three working days, over a weekend and the working Saturday of the 10th.
    assert spoken_day(report.due_at) == "10月13日18:00"
    assert spoken_day(asked[0].due_at) == "10月9日18:00"


def test_what_has_been_given_is_not_asked_for_anew(ask, give):
    """The date it counts against does not move after it left."""
    (asked,) = ask()
    left = give(asked)
    with pytest.raises(ValidationError, match="市科技局已经报来"):
        ask(wanted="另一件事", due_at=DUE)
    asked.refresh_from_db()
    assert asked.wanted == WANTED
    assert ProgressReport.objects.get(pk=left.pk).due_at == asked.due_at


def test_what_leaves_while_it_is_being_cancelled_stays_asked_for(ask, give, reporter):
    (asked,) = ask()
    seen = ContributionRequest.objects.select_related("contribution__agency", "lead_report__period").get(
        pk=asked.pk
    )
    left = give(asked)
    with pytest.raises(WrongState, match="市科技局已经报来"):
        contributions.cancel(seen, by=reporter, now=BEFORE_DUE)
    assert ProgressReport.objects.get(pk=left.pk).waived_at is None
    assert ContributionRequest.objects.get(pk=asked.pk).cancelled_at is None
