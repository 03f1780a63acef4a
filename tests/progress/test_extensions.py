"""延期申请: asked before the deadline, signed inside the body, decided by the office, and what it changes."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from agencies.models import Post, Role, User
from agencies.permissions import Denied
from progress import extensions, figures
from progress.models import Extension, ProgressReport
from progress.periods import set_due
from tests.cast import body, person
from tests.factories import AFTER_DUE, BEFORE_DUE, DUE, make_period, make_report, make_task, walk

State = ProgressReport.State
LATER = DUE + timedelta(days=5)
TICK = timedelta(microseconds=1)


@pytest.fixture
def report(fgw):
    return make_report(make_task(leads=[fgw]), fgw)


def ask(report, by, now=BEFORE_DUE, until=LATER, reason="省厅数据晚发"):
    return extensions.ask(report, reason=reason, wanted_until=until, by=by, now=now)


def asked_and_signed(report, people, now=BEFORE_DUE):
    return extensions.endorse(ask(report, people["reporter"], now), by=people["approver"], now=now)


def grant(extension, office, until=LATER, now=AFTER_DUE):
    (granted,) = extensions.grant([extension], new_due_at=until, by=office, now=now)
    return granted


# --- the story -----------------------------------------------------------------------------------


def test_a_granted_extension_is_the_returns_own_deadline(report, people):
    asked = asked_and_signed(report, people)
    report.refresh_from_db()
    assert report.due_at == DUE, "while it waits the clock runs on"
    assert report.is_late(AFTER_DUE)
    granted = grant(asked, people["office"], LATER + timedelta(days=1))
    assert (granted.old_due_at, granted.new_due_at) == (DUE, LATER + timedelta(days=1))
    report = ProgressReport.objects.get(pk=report.pk)
    assert report.due_at == LATER + timedelta(days=1)
    report = walk(report, State.UNDER_REVIEW, now=report.due_at, **people)
    assert not report.is_late(report.due_at + timedelta(days=9)), "equal to the new instant is on time"
    filing = figures.filing(report.period.plan, report.period, people["office"], LATER)
    assert (filing.on_time, filing.late) == (1, 0)


def test_the_periods_deadline_no_longer_moves_it(report, people, fgw):
    other = make_report(make_task(2, leads=[fgw]), fgw, report.period)
    grant(asked_and_signed(report, people), people["office"])
    set_due(report.period, DUE + timedelta(days=9), by=people["office"], now=AFTER_DUE)
    report.refresh_from_db()
    other.refresh_from_db()
    assert (report.due_at, other.due_at) == (LATER, DUE + timedelta(days=9))


def test_another_one_may_follow_the_first(report, people):
    grant(asked_and_signed(report, people), people["office"], now=BEFORE_DUE)
    report.refresh_from_db()
    with pytest.raises(ValidationError, match="晚于"):
        ask(report, people["reporter"], LATER, until=LATER)
    again = extensions.endorse(
        ask(report, people["reporter"], LATER, until=LATER + timedelta(days=2)),
        by=people["approver"],
        now=LATER,
    )
    grant(again, people["office"], LATER + timedelta(days=1), LATER + timedelta(days=9))
    report.refresh_from_db()
    assert report.due_at == LATER + timedelta(days=1)
    assert report.extensions.count() == 2


# --- when ----------------------------------------------------------------------------------------


def test_equal_to_the_due_instant_is_still_in_time(report, people):
    assert asked_and_signed(report, people, DUE).endorsed_at == DUE


def test_after_the_due_instant_neither_asked_nor_signed(report, reporter, approver):
    with pytest.raises(Denied, match="截止时间已过"):
        ask(report, reporter, DUE + TICK)
    asked = ask(report, reporter, DUE)
    with pytest.raises(Denied, match="不再有效"):
        extensions.endorse(asked, by=approver, now=DUE + TICK)
    assert asked.word(DUE + TICK) == "未在截止前审签，已失效"


def test_what_has_left_is_waived_undated_or_locked_is_not_extended(report, people, reporter, office):
    ProgressReport.objects.filter(pk=report.pk).update(due_at=None)
    with pytest.raises(Denied, match="待定"):
        ask(report, reporter)
    ProgressReport.objects.filter(pk=report.pk).update(
        due_at=DUE, waived_at=BEFORE_DUE, waived_by=office, waived_reason="任务调整"
    )
    with pytest.raises(Denied, match="免报"):
        ask(report, reporter)
    ProgressReport.objects.filter(pk=report.pk).update(waived_at=None, waived_by=None)
    report = walk(ProgressReport.objects.get(pk=report.pk), State.UNDER_REVIEW, **people)
    with pytest.raises(Denied, match="已经报送"):
        ask(report, reporter)


def test_a_locked_period_takes_no_new_ones_but_answers_the_old(report, people, office):
    asked = asked_and_signed(report, people)
    report.period.locked_at, report.period.locked_by = AFTER_DUE, office
    report.period.save()
    with pytest.raises(Denied, match="已锁定"):
        ask(report, people["reporter"])
    assert grant(asked, office).granted


# --- who -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["approver", "office", "leader", "admin", "kjj_reporter", "nobody"])
def test_only_the_bodys_reporters_ask(name, report, request):
    with pytest.raises(Denied):
        ask(report, request.getfixturevalue(name))


def test_another_person_of_the_body_signs(report, reporter, approver, office, kjj_approver, fgw):
    asked = ask(report, reporter)
    for stranger in (reporter, office, kjj_approver):
        with pytest.raises(Denied):
            extensions.endorse(asked, by=stranger, now=BEFORE_DUE)
    reporter.posts.create(agency=fgw, role=Role.APPROVER)
    reporter.__dict__.pop("posts_today", None)
    with pytest.raises(Denied, match="另一位同志"):
        extensions.endorse(asked, by=reporter, now=BEFORE_DUE)
    with pytest.raises(Denied, match="还没有经本单位审签"):
        grant(asked, office)
    assert extensions.endorse(asked, by=approver, now=BEFORE_DUE).endorsed_by == approver


def test_without_an_approver_the_request_goes_its_way(report, reporter, fgw):
    colleague = person("fgw-two", Role.REPORTER, "fgw")
    asked = ask(report, reporter)
    assert extensions.endorse(asked, by=colleague, now=BEFORE_DUE).endorsed_by == colleague
    extensions.take_back(asked, by=colleague, now=BEFORE_DUE)
    fgw.needs_approver = False
    fgw.save()
    assert ask(report, reporter).endorsed_by == reporter


def test_taken_back_it_is_gone_and_may_be_asked_again(report, people, kjj_reporter):
    asked = asked_and_signed(report, people)
    with pytest.raises(Denied, match="办理中"):
        ask(report, people["reporter"])
    with pytest.raises(Denied, match="本单位"):
        extensions.take_back(asked, by=kjj_reporter, now=BEFORE_DUE)
    extensions.take_back(asked, by=people["reporter"], now=BEFORE_DUE)
    with pytest.raises(Denied, match="已经撤回"):
        grant(asked, people["office"])
    assert ask(report, people["reporter"]).is_open


def test_decided_once(report, people, office, reporter):
    asked = asked_and_signed(report, people)
    with pytest.raises(Denied):
        grant(asked, reporter)
    with pytest.raises(ValidationError, match="理由"):
        extensions.refuse([asked], reason=" ", by=office, now=AFTER_DUE)
    with pytest.raises(ValidationError, match="晚于"):
        grant(asked, office, DUE)
    (refused,) = extensions.refuse([asked], reason="数据已发布", by=office, now=AFTER_DUE)
    assert refused.granted is False
    for again in (lambda: grant(asked, office), lambda: extensions.take_back(asked, by=reporter, now=DUE)):
        with pytest.raises(Denied, match="已经决定"):
            again()
    report.refresh_from_db()
    assert report.due_at == DUE


def test_several_in_one_go_all_or_none(people, office, fgw):
    reports = [make_report(make_task(number, leads=[fgw]), fgw) for number in (1, 2)]
    asked = [asked_and_signed(report, people) for report in reports]
    extensions.take_back(asked[1], by=people["reporter"], now=BEFORE_DUE)
    with pytest.raises(Denied):
        extensions.grant(asked, new_due_at=LATER, by=office, now=AFTER_DUE)
    assert not Extension.objects.filter(granted=True).exists()
    asked[1] = asked_and_signed(reports[1], people)
    extensions.grant(asked, new_due_at=None, by=office, now=AFTER_DUE)
    assert {report.due_at for report in ProgressReport.objects.filter(task__number__in=[1, 2])} == {LATER}


# --- the pages -----------------------------------------------------------------------------------


def address(report, name, **parts):
    place = {"plan": report.period.plan.code, "period": report.period.code}
    return reverse(f"progress:{name}", kwargs=place | parts)


def test_from_the_form_to_the_offices_decision(report, people, as_, reporter, approver, office, kjj_reporter):
    client, list_page = as_(reporter), address(report, "extensions")
    new = address(report, "extension_new", pk=report.pk)
    assert f'href="{new}"' in client.get(report.get_absolute_url()).content.decode()
    bad = client.post(new, {"wanted_until": "2030-04-01T09:00", "reason": "省厅数据晚发"})
    assert bad.status_code == 400 and "省厅数据晚发" in bad.content.decode()
    assert "须晚于现在的截止时间（2030年4月8日18:00）" in bad.content.decode()
    assert client.post(new, {"wanted_until": "2030-04-13T18:00", "reason": "省厅数据晚发"}).status_code == 302
    asked = Extension.objects.get()
    assert "省厅数据晚发" not in as_(office).get(list_page).content.decode(), "not yet signed"
    assert as_(kjj_reporter).get(list_page).content.decode().count("省厅数据晚发") == 0
    workbench = as_(approver).get(address(report, "workbench")).content.decode()
    assert "延期申请" in workbench and "省厅数据晚发" in workbench
    sign = address(report, "extension", pk=asked.pk)
    assert as_(kjj_reporter).post(sign).status_code == 404
    assert as_(approver).post(sign, {"verb": "endorse"}).status_code == 302
    desk = as_(office).get(address(report, "workbench")).content.decode()
    assert "延期申请" in desk
    decide = address(report, "extensions_decide")
    assert as_(reporter).post(decide, {"extension": asked.pk}).status_code == 403
    assert as_(office).post(decide, {"verb": "grant"}).status_code == 400
    kept = as_(office).post(decide, {"extension": asked.pk, "verb": "refuse"})
    assert (
        kept.status_code == 400
        and "须写明理由" in kept.content.decode()
        and f'name="extension" value="{asked.pk}" form="decide" checked ' in kept.content.decode()
    )
    early = as_(office).post(
        decide, {"extension": asked.pk, "verb": "grant", "new_due_at": "2030-04-08T18:00", "note": "请抓紧"}
    )
    assert early.status_code == 400 and "请抓紧" in early.content.decode()
    neither = as_(office).post(decide, {"extension": asked.pk, "verb": "perhaps"})
    assert neither.status_code == 400 and "请按“同意所选”或“不同意所选”。" in neither.content.decode()
    assert as_(approver).post(sign, {"verb": "perhaps"}).status_code == 400
    asked.refresh_from_db()
    assert asked.is_open, "nothing of that has changed it"
    for shown_at in (decide, sign):
        again = as_(office).get(shown_at + "?state=waiting")
        assert (again.status_code, again.headers["Location"]) == (302, list_page + "?state=waiting")
    done = as_(office).post(
        decide + "?state=waiting",
        {"extension": asked.pk, "verb": "grant", "new_due_at": "2030-04-12T18:00", "note": ""},
    )
    assert done.status_code == 302 and done.headers["Location"] == list_page + "?state=waiting"
    assert "已同意延期至" in client.get(report.get_absolute_url()).content.decode()
    assert "已同意" in client.get(list_page + "?state=granted").content.decode()


def test_the_greyed_button_says_why(report, as_, reporter):
    ProgressReport.objects.filter(pk=report.pk).update(due_at=None)
    assert (
        "截止时间待定，办公室确定后才能申请延期"
        in as_(reporter).get(report.get_absolute_url()).content.decode()
    )
    assert make_period().due_at == DUE


@pytest.mark.parametrize("who", ["reporter", "approver"])
def test_nobody_decides_on_a_request_of_their_own(report, people, who):
    """Also who works in the office and in the body asks a colleague of the office."""
    asked = asked_and_signed(report, people)
    Post.objects.create(user=people[who], role=Role.OFFICE, agency=body("office"))
    both = User.objects.get(pk=people[who].pk)
    with pytest.raises(Denied, match="另一位同志"):
        grant(asked, both)
    with pytest.raises(Denied, match="另一位同志"):
        extensions.refuse([asked], reason="数据已发布", by=both, now=AFTER_DUE)
    assert grant(asked, people["office"]).granted
