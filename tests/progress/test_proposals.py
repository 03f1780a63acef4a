"""拟定 and 反馈单位: the text and where it comes from, who is asked, what they answer."""

from datetime import datetime, timedelta

import pytest

from agencies.permissions import Denied
from progress import hearings, proposals, verdict_text, workflow
from progress.models import TakenOver, TaskVerdict, TermRule, VerdictReply
from tests import factories
from tests.factories import AFTER_DUE, SHANGHAI, State

NOW = AFTER_DUE


@pytest.fixture
def others(kjj_reporter, kjj_approver, office):
    return {"reporter": kjj_reporter, "approver": kjj_approver, "office": office}


def accepted(task, agency, people, **changes):
    report = factories.make_report(task, agency, order=changes.pop("order", 0))
    return factories.walk(report, State.ACCEPTED, **people, **({"percent": 25} | changes))


def proposed(period, office, **more):
    [proposal] = proposals.propose(period, [1], by=office, now=NOW, **more).done
    return proposal


def hearing(period, user, now=NOW, number=1):
    [found] = hearings.of_period(period, user, now, numbers=[number])
    return found


def answer(period, user, agency, stance, text="", now=NOW):
    found = hearing(period, user, now)
    said = {"agency": agency, "stance": stance, "text": text, "revision": found.proposal.revision}
    return proposals.reply(found, **said, by=user, now=now)


# --- the text and its sources ---------------------------------------------------------------------


def test_every_sentence_carries_its_source(task, period, fgw, people):
    report = accepted(
        task, fgw, people, percent=15, progress="建成平台3个。完成投资1.2亿元！\n下一步推进选址"
    )
    proposal = proposed(period, people["office"])
    assert proposal.text == "建成平台3个。完成投资1.2亿元！\n下一步推进选址"
    assert [source["text"] for source in proposal.sources] == [
        "建成平台3个。",
        "完成投资1.2亿元！",
        "下一步推进选址",
    ]
    for source in proposal.sources:
        assert (source["agency"], source["report"], source["version"]) == (fgw.name, report.pk, 1)
    assert not proposal.is_rewritten


def test_the_consolidated_text_of_the_first_lead_stands_for_the_task(fgw, kjj, people, others):
    """What it took over from a fellow lead or a supporter keeps its own source."""
    factories.make_goal(task := factories.make_task(1, leads=[fgw, kjj]), by=people["office"])
    second = accepted(task, kjj, others, order=1, progress="转化成果8项。")
    first = accepted(task, fgw, people, consolidated="全市建成平台3个。转化成果8项。")
    TakenOver.objects.create(
        report=first,
        field="consolidated",
        source=second,
        version=1,
        text="转化成果8项。",
        at=NOW,
        by=people["reporter"],
    )
    proposal = proposed(first.period, people["office"])
    assert proposal.text == "全市建成平台3个。转化成果8项。"
    own, taken = proposal.sources
    assert (own["agency"], own["report"], own["through"]) == (fgw.name, first.pk, "")
    assert (taken["agency"], taken["report"], taken["through"]) == (kjj.name, second.pk, fgw.name)


def test_separate_leads_are_merged_each_under_its_name(fgw, kjj, people, others):
    task = factories.make_task(1, leads=[fgw, kjj], separate_leads=True)
    factories.make_goal(task, by=people["office"])
    accepted(task, fgw, people, percent=20, consolidated="不用这一段。", progress="完成一期。")
    accepted(task, kjj, others, order=1, percent=10, progress="完成二期。正在验收。")
    proposal = proposed(factories.make_period(), people["office"])
    assert proposal.text == f"{fgw.name}：完成一期。\n{kjj.name}：完成二期。正在验收。"
    assert [source["agency"] for source in proposal.sources] == [fgw.name, kjj.name, kjj.name]
    assert (proposal.inputs["percent"], proposal.inputs["lowest"]) == ("15.00", "10.00")


def test_only_what_was_accepted_is_taken_up(task, period, fgw, people):
    factories.walk(factories.make_report(task, fgw, period), State.UNDER_REVIEW, **people, percent=25)
    proposal = proposed(period, people["office"])
    assert (proposal.text, proposal.sources, proposal.lamp) == ("", [], "unreported")


def test_no_change_is_told_as_such(task, period, fgw, people):
    accepted(task, fgw, people, nature="no_change", no_change_reason="等待批复", progress="")
    assert proposed(period, people["office"]).text == "确认无变化：等待批复"


def test_rewording_keeps_the_sources_of_what_was_left(task, period, fgw, people):
    accepted(task, fgw, people, progress="建成平台3个。完成投资1.2亿元。")
    proposal = proposed(period, people["office"], text="建成平台3个。投资完成1.2亿元。")
    assert proposal.is_rewritten
    assert [(each["agency"], each["rewritten"]) for each in proposal.sources] == [
        (fgw.name, False),
        ("", True),
    ]
    again = proposed(period, people["office"], text="建成平台3个。完成投资1.2亿元。")
    assert not again.is_rewritten and again.revision == 2


def test_sentences_make_their_text_again():
    for text in ("一。二！三", "一。\n二？”三；四。", "“一。”二", "", "一"):
        assert verdict_text.joined(verdict_text.split(text)) == text


# --- 拟定 ------------------------------------------------------------------------------------------


def test_another_lamp_needs_a_reason_and_one_task(task, period, fgw, people):
    accepted(task, fgw, people, percent=15)
    office = people["office"]
    with pytest.raises(proposals.Refused, match="理由"):
        proposed(period, office, lamp="green")
    with pytest.raises(proposals.Refused, match="没有这种亮灯"):
        proposed(period, office, lamp="purple", reason="试试")
    with pytest.raises(proposals.Refused, match="精简"):
        proposed(period, office, lamp="green", reason="长" * 201)
    factories.make_task(2, leads=[fgw])
    with pytest.raises(proposals.Refused, match="逐项"):
        proposals.propose(period, "all", by=office, now=NOW, lamp="green", reason="都好")
    proposal = proposed(period, office, lamp="green", reason="资金已到位")
    assert (proposal.lamp, proposal.computed_lamp, proposal.reason) == ("green", "yellow", "资金已到位")


def test_drafting_all_again_leaves_what_stands(task, period, fgw, people):
    accepted(task, fgw, people)
    office = people["office"]
    proposed(period, office, text="办公室的话。")
    assert proposals.propose(period, "all", by=office, now=NOW).done == []
    factories.make_task(2, leads=[fgw])
    outcome = proposals.propose(period, [1, 2], by=office, now=NOW)
    assert [each.task.number for each in outcome.done] == [2]
    assert outcome.skipped == [(1, "已经拟定，要改的请逐项修改")]


def test_what_moved_since_is_drafted_anew(task, period, fgw, people):
    report = accepted(task, fgw, people)
    proposed(period, people["office"])
    workflow.reopen(report, by=people["office"], now=NOW, revision=report.revision, reason="数据有误")
    assert hearing(period, people["office"]).status == "moved"
    [again] = proposals.propose(period, "all", by=people["office"], now=NOW).done
    assert (again.revision, again.text) == (2, "")


def test_a_draft_somebody_else_changed_meanwhile_is_not_overwritten(task, period, people):
    proposed(period, people["office"], text="甲。", revision=0)
    with pytest.raises(proposals.Refused, match="刚刚改过"):
        proposed(period, people["office"], text="乙。", revision=0)


def test_an_unopened_or_annual_period_has_no_lamps(task, period, office):
    unopened = factories.make_period("2030Q2")
    unopened.opened_at = None
    with pytest.raises(proposals.Refused, match="开放"):
        proposals.propose(unopened, "all", by=office, now=NOW)
    period.code = "2030"
    with pytest.raises(proposals.Refused, match="第四季度"):
        proposals.propose(period, "all", by=office, now=NOW)


# --- 反馈 ------------------------------------------------------------------------------------------


def test_feedback_ends_after_the_working_days_of_the_rule(task, period, office):
    proposed(period, office)
    friday = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)
    [sent] = proposals.send_for_feedback(period, "all", by=office, now=friday).done
    assert sent.feedback_due_at == datetime(2026, 11, 24, 18, 0, tzinfo=SHANGHAI)
    TermRule.objects.create(plan=period.plan, from_year=2030, feedback_days=1)
    proposed(period, office, text="改过。")
    [sent] = proposals.send_for_feedback(period, "all", by=office, now=friday).done
    assert sent.feedback_due_at == datetime(2026, 11, 23, 18, 0, tzinfo=SHANGHAI)


def sent(period, office, now=NOW):
    proposals.propose(period, "all", by=office, now=now)
    proposals.send_for_feedback(period, "all", by=office, now=now)


def test_before_it_is_sent_nobody_but_the_office_knows_of_it(task, period, fgw, people, leader, kjj_reporter):
    proposed(period, people["office"])
    assert hearing(period, people["office"]).proposal
    for other in (people["reporter"], leader, kjj_reporter):
        assert not hearing(period, other).proposal
    proposals.send_for_feedback(period, "all", by=people["office"], now=NOW)
    assert hearing(period, people["reporter"]).proposal and hearing(period, people["approver"]).proposal
    assert not hearing(period, leader).proposal and not hearing(period, kjj_reporter).proposal


def test_every_lead_is_asked_and_one_answer_for_each_suffices(fgw, kjj, people, others):
    task = factories.make_task(1, leads=[fgw, kjj])
    period = factories.make_period()
    sent(period, people["office"])
    assert hearing(period, people["office"]).status == "asked"
    answer(period, people["reporter"], fgw, "agrees")
    assert [body.name for body in hearing(period, people["office"]).silent] == [kjj.name]
    answer(period, others["approver"], kjj, "noted")
    assert hearing(period, people["office"]).status == "ready"
    assert task.proposals.get().replies.count() == 2


def test_an_objection_says_why_and_may_be_taken_back(task, period, fgw, people):
    sent(period, people["office"])
    with pytest.raises(proposals.Refused, match="理由"):
        answer(period, people["reporter"], fgw, "objects", "  ")
    answer(period, people["reporter"], fgw, "objects", "省里已认可")
    assert hearing(period, people["office"], NOW + timedelta(days=9)).status == "objected"
    answer(period, people["approver"], fgw, "noted")
    assert hearing(period, people["office"]).status == "objected"
    answer(period, people["approver"], fgw, "agrees")
    assert hearing(period, people["office"]).status == "ready"


def test_a_redraft_is_heard_anew(task, period, fgw, people):
    sent(period, people["office"])
    answer(period, people["reporter"], fgw, "objects", "省里已认可")
    proposed(period, people["office"], lamp="green", reason="采纳单位意见", revision=1)
    found = hearing(period, people["office"])
    assert (found.status, found.replies, found.proposal.revision) == ("proposed", [], 2)
    old = {"agency": fgw, "stance": "agrees", "text": "", "revision": 1}
    proposals.send_for_feedback(period, "all", by=people["office"], now=NOW)
    with pytest.raises(proposals.Refused, match="最新的内容"):
        proposals.reply(hearing(period, people["reporter"]), **old, by=people["reporter"], now=NOW)
    assert VerdictReply.objects.count() == 1, "the earlier word is kept"


@pytest.mark.parametrize("who", ["kjj_reporter", "office", "leader"])
def test_only_lead_bodies_answer(task, period, fgw, people, request, who):
    sent(period, people["office"])
    user = request.getfixturevalue(who)
    with pytest.raises(Denied):
        proposals.reply(
            hearing(period, people["office"]),
            agency=fgw,
            stance="agrees",
            text="",
            revision=1,
            by=user,
            now=NOW,
        )


def test_after_confirmation_a_rewritten_text_may_still_be_noted(task, period, fgw, people):
    accepted(task, fgw, people)
    factories.decide(period, [1], by=people["office"], text="办公室的话。")
    assert TaskVerdict.objects.get().is_rewritten
    with pytest.raises(proposals.Refused, match="已经审定"):
        answer(period, people["reporter"], fgw, "objects", "不同意")
    assert answer(period, people["reporter"], fgw, "noted").stance == "noted"


def test_what_waits_for_a_body_is_on_its_desk_until_it_answers(fgw, kjj, people, others):
    factories.make_task(1, leads=[fgw, kjj])
    period = factories.make_period()
    assert hearings.waiting_for(people["reporter"], period.plan, NOW) == []
    sent(period, people["office"])
    for user in (people["reporter"], others["approver"]):
        assert len(hearings.waiting_for(user, period.plan, NOW)) == 1
    answer(period, people["approver"], fgw, "agrees")
    assert hearings.waiting_for(people["reporter"], period.plan, NOW) == []
    assert len(hearings.waiting_for(others["reporter"], period.plan, NOW)) == 1
    assert hearings.waiting_for(people["office"], period.plan, NOW) == []


def test_who_acts_for_two_leads_answers_for_each(fgw, kjj, people):
    factories.make_task(1, leads=[fgw, kjj])
    period = factories.make_period()
    sent(period, people["office"])
    people["reporter"].posts.create(role="reporter", agency=kjj)
    answer(period, people["reporter"], fgw, "agrees")
    assert len(hearings.waiting_for(people["reporter"], period.plan, NOW)) == 1
    answer(period, people["reporter"], kjj, "agrees")
    assert hearings.waiting_for(people["reporter"], period.plan, NOW) == []


def test_a_lamp_whose_ground_has_moved_is_asked_about_again(task, period, fgw, people):
    report = accepted(task, fgw, people)
    factories.decide(period, [1], by=people["office"], now=NOW)
    later = NOW + timedelta(days=1)
    TaskVerdict.objects.update(stale_at=later, confirmed_at=later)
    assert report.state == State.ACCEPTED
    assert len(hearings.waiting_for(people["reporter"], period.plan, later)) == 1
