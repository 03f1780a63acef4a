"""审定: the office's word on lamps, after the bodies were heard; frozen when the period is locked, and stale
when its ground moves. How it gets there, 拟定 and 反馈单位, is in `proposals`.
"""

from django.db import transaction

from agencies import audit
from progress import hearings, permissions, proposals
from progress.hearings import OBJECTED, READY
from progress.models import TaskState, TaskVerdict, VerdictProposal
from progress.proposals import Outcome, Refused

__all__ = ["Refused", "confirm_verdicts", "decide_state", "freeze", "mark_stale", "thaw"]

LONGEST_ANSWER = 500


@transaction.atomic
def confirm_verdicts(period, task_numbers, *, by, now, answer="", revision=None):
    """审定: the lamp and text of tasks as they were proposed and the leads were heard on. Returns an Outcome.

    task_numbers: the tasks' numbers, or "all" for every task that is ready; of several, those that are not
    ready are left with the reason. answer: what the office writes back to an objection, for a single task;
    without it an objection keeps the lamp from being confirmed. revision: that of the proposal one saw.
    Confirming again replaces the earlier word; the trail keeps both. Raises Denied and Refused.
    """
    permissions.check_confirm_verdicts(by)
    proposals.check_period(period)
    proposals.hold(period)
    answer = answer.strip()
    if len(answer) > LONGEST_ANSWER:
        raise Refused(f"答复有 {len(answer)} 字，请精简到 {LONGEST_ANSWER} 字以内。")
    if "\x00" in answer:
        raise Refused("答复含有无法保存的字符，请删除后再试。")
    chosen = proposals.choose(period, task_numbers, by, now, only=(READY,))
    outcome, ready = Outcome([]), []
    for hearing in chosen:
        why = _why_not(hearing, answer if len(chosen) == 1 else "")
        if why:
            outcome.skipped.append((hearing.task.number, why))
        else:
            ready.append(hearing)
    proposals.settle(outcome, ready, task_numbers)
    if revision is not None and ready and ready[0].proposal.revision != revision:
        raise Refused("拟定内容刚被另一位同志改过，请看过最新的内容后再审定。")
    outcome.done.extend(_confirm(hearing, period, answer, by, now) for hearing in ready)
    return outcome


def _why_not(hearing, answer):
    if hearing.status == OBJECTED and answer:
        return ""
    return hearing.why_not_confirm()


def _confirm(hearing, period, answer, by, now):
    proposal = hearing.proposal
    verdict, _ = TaskVerdict.objects.update_or_create(
        task=hearing.task,
        period=period,
        defaults={
            "lamp": proposal.lamp,
            "computed_lamp": proposal.computed_lamp,
            "inputs": proposal.inputs,
            "rule_version": proposal.rule_version,
            "reason": proposal.reason,
            "answer": answer if hearing.objections else "",
            "text": proposal.text,
            "sources": proposal.sources,
            "is_rewritten": proposal.is_rewritten,
            "frozen_at": now if period.is_locked else None,
            "confirmed_at": now,
            "confirmed_by": by,
            "stale_at": None,
            "is_demo": by.is_demo or proposal.is_demo,
        },
    )
    # Administrators read the trail, but no returns: the words themselves stay out of it.
    detail = {
        "亮灯": verdict.get_lamp_display(),
        "系统测算": verdict.get_computed_lamp_display(),
        "调整理由": verdict.reason,
        "第几稿": proposal.revision,
    }
    audit.record("审定亮灯", verdict, by=by, now=now, detail=detail)
    return verdict


def mark_stale(task, period, now):
    """Something a lamp rests on has moved: a confirmed one waits for the office's word anew, and what locking
    had frozen of this task is measured again."""
    VerdictProposal.objects.filter(task=task, period=period).update(frozen_at=None)
    TaskVerdict.objects.filter(task=task, period=period).update(frozen_at=None)
    return TaskVerdict.objects.filter(task=task, period=period, stale_at__isnull=True).update(stale_at=now)


def freeze(period, *, by, now):
    """At locking: the lamps of the period stay as they are, whatever goals or lamp rules become later.

    Tasks without a confirmed lamp keep a proposal of what was computed, which may still be sent and
    confirmed. Inside the transaction of the caller, by the office.
    """
    if period.is_annual:
        return
    found = hearings.of_period(period, by, now)
    open_still = [each for each in found if each.status in (hearings.TO_PROPOSE, hearings.MOVED)]
    proposals.draft(open_still, period, by=by, now=now)
    VerdictProposal.objects.filter(period=period).update(frozen_at=now)
    TaskVerdict.objects.filter(period=period, stale_at__isnull=True).update(frozen_at=now)


def thaw(period):
    """After unlocking, lamps not confirmed yet are measured by the goals and rules of the day again."""
    VerdictProposal.objects.filter(period=period).update(frozen_at=None)
    TaskVerdict.objects.filter(period=period).update(frozen_at=None)


@transaction.atomic
def decide_state(task, *, state, on, evidence, by, now):
    """The three-year state of a task: the office's dated decision with its evidence; earlier ones stay.

    已完成 ends the task's duties from the next period. Raises Denied.
    """
    permissions.check_confirm_verdicts(by)
    decided = TaskState.objects.create(
        task=task, state=state, on=on, evidence=evidence, decided_by=by, decided_at=now, is_demo=by.is_demo
    )
    detail = {"状态": decided.get_state_display(), "日期": on.isoformat(), "依据": evidence}
    audit.record("认定三年状态", task, by=by, now=now, detail=detail)
    return decided
