"""拟定 and 反馈单位: the office's draft of a lamp and its text, put to the lead bodies before 审定.

A computed lamp is 系统测算 until the bodies concerned were heard and the office confirms it (practice,
section 2). What stands at the end of the way, 审定, is in `verdicts`.
"""

from dataclasses import dataclass, field

from django.db import transaction

from agencies import audit
from agencies.models import Role
from progress import figures, hearings, permissions, terms, verdict_text
from progress.hearings import ASKED, CONFIRMED, MOVED, OBJECTED, PROPOSED, READY, TO_PROPOSE
from progress.models import Lamp, ReportingPeriod, TaskVerdict, VerdictProposal, VerdictReply

Stance = VerdictReply.Stance

LONGEST_REASON, LONGEST_REPLY = 200, 500


class Refused(Exception):
    """It cannot be done as asked; `reason` is a sentence for the person."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Outcome:
    """What came of an act on several tasks: the rows it made, and (task number, why not) of the others."""

    done: list
    skipped: list = field(default_factory=list)


# --- 拟定 ---------------------------------------------------------------------------------------------


@transaction.atomic
def propose(period, numbers, *, by, now, lamp=None, reason="", text=None, revision=None):
    """拟定 the lamps of tasks with the text put together from what was accepted. Returns an Outcome.

    numbers: of the tasks, or "all" for those not drafted yet or moved since. lamp: another lamp than the
    computed one, with a `reason`; text: the office's wording; both for a single task only. revision: the one
    the office saw, where there was one. A redraft has to be sent again. Raises Denied and Refused.
    """
    permissions.check_confirm_verdicts(by)
    check_period(period)
    hold(period)
    singly = lamp is not None or text is not None
    chosen = choose(period, numbers, by, now)
    if singly and len(chosen) != 1:
        raise Refused("改变亮灯或文字须逐项拟定。")
    outcome = Outcome([])
    ready = []
    for hearing in chosen:
        why = _why_not_propose(hearing, period, singly)
        if why:
            outcome.skipped.append((hearing.task.number, why))
        else:
            ready.append(hearing)
    settle(outcome, ready, numbers)
    if singly:
        lamp = lamp or ready[0].standing.computed_lamp
        check_lamp(lamp, ready[0].standing.computed_lamp, reason.strip())
        _check_seen(ready[0].proposal, revision)
    outcome.done.extend(draft(ready, period, by=by, now=now, lamp=lamp, reason=reason.strip(), text=text))
    return outcome


def draft(chosen, period, *, by, now, lamp=None, reason="", text=None):
    """Write the proposals of `chosen` (Hearings) as they stand now; returns them."""
    origins = verdict_text.Origins([report for each in chosen for report in each.standing.accepted])
    version = figures.lamp_rule(period).version
    return [_draft(each, period, origins, version, by, now, lamp, reason, text) for each in chosen]


def _draft(hearing, period, origins, version, by, now, lamp, reason, text):
    standing = hearing.standing
    computed = standing.computed_lamp
    words, sources = verdict_text.assemble(standing.task, standing.accepted, origins)
    changed = False
    if text is not None:
        if len(text) > verdict_text.LONGEST:
            raise Refused(f"文字有 {len(text)} 字，请精简到 {verdict_text.LONGEST} 字以内。")
        words, sources, changed = verdict_text.rewritten(text, sources)
    proposal = hearing.proposal or VerdictProposal(task=standing.task, period=period, revision=0)
    said = {
        "lamp": lamp or computed,
        "computed_lamp": computed,
        "inputs": standing.inputs | {"accepted": hearings.accepted_of(standing)},
        "rule_version": standing.inputs.get("rule", version),
        "reason": reason if lamp and lamp != computed else "",
        "text": words,
        "sources": sources,
        "is_rewritten": changed,
    }
    if proposal.pk and not hearing.has_moved and all(getattr(proposal, k) == v for k, v in said.items()):
        return proposal
    for name, value in said.items():
        setattr(proposal, name, value)
    proposal.revision += 1
    proposal.proposed_at, proposal.proposed_by = now, by
    proposal.sent_at = proposal.feedback_due_at = None
    proposal.frozen_at = now if period.is_locked else None
    proposal.is_demo = by.is_demo or any(report.is_demo for report in standing.reports)
    proposal.save()
    audit.record("拟定亮灯", proposal, by=by, now=now, detail={"第几稿": proposal.revision})
    return proposal


def _why_not_propose(hearing, period, singly):
    if hearing.is_confirmed and period.is_locked:
        return "本期已锁定，已审定的亮灯不再变动；确有错误的，先更正或重新打开相关填报"
    if singly or hearing.status in (TO_PROPOSE, MOVED):
        return ""
    if hearing.is_confirmed:
        return "已经审定，要改的请逐项重新拟定"
    return "已经拟定，要改的请逐项修改"


def _check_seen(proposal, revision):
    if proposal is not None and revision is not None and proposal.revision != revision:
        raise Refused("办公室另一位同志刚刚改过这一项的拟定，请对照最新的内容后再保存；您写的文字还在下面。")


# --- 反馈单位 -----------------------------------------------------------------------------------------


@transaction.atomic
def send_for_feedback(period, numbers, *, by, now):
    """发出反馈: put proposals to the lead bodies, who have some working days (TermRule). Returns an Outcome.

    numbers: of the tasks, or "all" for every proposal not sent yet. Raises Denied and Refused.
    """
    permissions.check_confirm_verdicts(by)
    check_period(period)
    hold(period)
    due_at = terms.working_days_from(now, terms.terms_of(period).feedback_days)
    outcome, ready = Outcome([]), []
    for hearing in choose(period, numbers, by, now, only=(PROPOSED,)):
        if hearing.status == PROPOSED:
            ready.append(hearing)
        else:
            outcome.skipped.append((hearing.task.number, NOT_SENT[hearing.status]))
    settle(outcome, ready, numbers)
    for hearing in ready:
        proposal = hearing.proposal
        proposal.sent_at, proposal.feedback_due_at = now, due_at
        proposal.save(update_fields=["sent_at", "feedback_due_at"])
        audit.record("发出亮灯反馈", proposal, by=by, now=now, detail={"第几稿": proposal.revision})
        outcome.done.append(proposal)
    return outcome


NOT_SENT = {
    TO_PROPOSE: "还没有拟定",
    MOVED: "拟定后依据有变动，须重新拟定",
    ASKED: "已经发出",
    OBJECTED: "已经发出，牵头单位有异议",
    READY: "已经反馈完毕",
    CONFIRMED: "已经审定",
}


@transaction.atomic
def reply(hearing, *, agency, stance, text, revision, by, now):
    """A lead body's word on what was put to it, until it is confirmed; 知悉 of a rewritten text also later.

    hearing: as this person may know it; agency: the Agency that answers; revision: the one that was read.
    Returns the VerdictReply. Raises Denied and Refused.
    """
    permissions.check_reply_verdict(by, agency, hearing.leads)
    hold(hearing.proposal.period)
    proposal = VerdictProposal.objects.get(pk=hearing.proposal.pk)
    if proposal.revision != revision or proposal.sent_at is None:
        raise Refused("办公室刚刚更新了拟定内容，请看过最新的内容后再反馈；您写的文字还在下面。")
    text = text.strip()
    if stance not in Stance.values:
        raise Refused("请选择无异议、有异议或知悉。")
    if stance != Stance.NOTED and _is_settled(proposal):
        raise Refused("这一项已经审定，不再接收意见；如有疑问请联系办公室。")
    if stance == Stance.OBJECTS and not text:
        raise Refused("有异议的，请写明理由。")
    if len(text) > LONGEST_REPLY:
        raise Refused(f"说明有 {len(text)} 字，请精简到 {LONGEST_REPLY} 字以内。")
    said = VerdictReply.objects.create(
        proposal=proposal,
        agency=agency,
        stance=stance,
        text=text,
        on_revision=revision,
        at=now,
        by=by,
        is_demo=proposal.is_demo or by.is_demo,
    )
    detail = {"单位": agency.name, "意见": said.get_stance_display()}
    audit.record("反馈亮灯意见", proposal, by=by, now=now, detail=detail)
    return said


@transaction.atomic
def agree(period, seen, *, by, now):
    """无异议 of this person's bodies to several proposals at once. Returns an Outcome of the replies.

    seen: {task number: the revision that was read}. Raises Denied and Refused.
    """
    if not seen:
        raise Refused("请先勾选任务。")
    own = by.agency_ids(Role.REPORTER, Role.APPROVER)
    outcome = Outcome([])
    for hearing in hearings.of_period(period, by, now, numbers=seen):
        number = hearing.task.number
        for agency in hearing.awaits(own):
            said = {"agency": agency, "stance": Stance.AGREES, "text": "", "revision": seen[number]}
            try:
                outcome.done.append(reply(hearing, **said, by=by, now=now))
            except Refused as refused:
                outcome.skipped.append((number, f"没有记录：{refused.reason.rstrip('。')}"))
    return outcome


def _is_settled(proposal):
    said = TaskVerdict.objects.filter(task=proposal.task_id, period=proposal.period_id)
    return said.filter(confirmed_at__gte=proposal.proposed_at, stale_at__isnull=True).exists()


# --- what acts on several tasks share -----------------------------------------------------------------


def check_period(period):
    """Lamps are confirmed by quarter, once it has been opened."""
    if period.is_annual:
        raise Refused("年度报告期不单独审定亮灯，请在第四季度审定。")
    if not period.is_open:
        raise Refused("本期还没有开放，没有可以审定的进展。")


def hold(period):
    """One act at a time on the verdicts of a period, until the transaction ends.

    The period may just have been locked by somebody else: it says so afterwards.
    """
    row = ReportingPeriod.objects.select_for_update(no_key=True).filter(pk=period.pk)
    period.locked_at = row.values_list("locked_at", flat=True).get()


def choose(period, numbers, by, now, *, only=(TO_PROPOSE, MOVED)):
    """The Hearings named; "all" means those in one of the states `only`. Raises Refused."""
    found = hearings.of_period(period, by, now)
    if numbers == "all":
        return [each for each in found if each.status in only]
    wanted = {int(number) for number in numbers}
    chosen = [each for each in found if each.task.number in wanted]
    unknown = wanted - {each.task.number for each in chosen}
    if unknown:
        raise Refused(f"没有第 {'、'.join(map(str, sorted(unknown)))} 项任务，未作处理。")
    if not chosen:
        raise Refused("请先勾选任务。")
    return chosen


def settle(outcome, ready, numbers):
    """An act asked for one task alone is refused in so many words where it cannot be done."""
    if not ready and numbers != "all" and len(outcome.skipped) == 1:
        raise Refused(f"第 {outcome.skipped[0][0]} 项{outcome.skipped[0][1]}。")


def check_lamp(lamp, computed, reason):
    """Another lamp than the computed one needs a reason. Raises Refused."""
    if lamp not in Lamp.values:
        raise Refused("没有这种亮灯，请重新选择。")
    if lamp != computed and not reason:
        raise Refused("拟定亮灯与系统测算不同，请写明调整理由。")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"调整理由有 {len(reason)} 字，请精简到 {LONGEST_REASON} 字以内。")
