"""The office's word on lamps: confirming what was computed, and marking it stale when its ground moves."""

from django.db import transaction

from agencies import audit
from progress import figures, permissions
from progress.models import Lamp, TaskState, TaskVerdict


class Refused(Exception):
    """The lamps cannot be confirmed as asked; `reason` is a sentence for the person."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


@transaction.atomic
def confirm_verdicts(period, task_numbers, *, by, now, lamp=None, reason=""):
    """审定: freeze the lamps of tasks for a period, with the figures and the rule version they rest on.

    task_numbers: the tasks' numbers, or "all" for every task of the plan that is not confirmed yet or
    whose confirmed lamp has gone stale. lamp: another lamp than the computed one, for a single task, with
    a `reason`. Confirming again replaces the earlier word; the trail keeps both. Returns the verdicts.
    Raises Denied (not the office) and Refused.
    """
    permissions.check_confirm_verdicts(by)
    standings = _chosen(period, task_numbers, by, now)
    reason = reason.strip()
    if lamp is not None:
        _check_other_lamp(standings, lamp, reason)
    version = figures.lamp_rule(period).version
    return [_confirm(standing, period, version, lamp, reason, by, now) for standing in standings]


def mark_stale(task, period, now):
    """Something a confirmed lamp rests on was opened again: the lamp waits for the office's word anew."""
    return TaskVerdict.objects.filter(task=task, period=period, stale_at__isnull=True).update(stale_at=now)


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


def _chosen(period, task_numbers, by, now):
    standings = figures.standings(period.plan, period, by, now)
    if task_numbers == "all":
        return [each for each in standings if not each.lamp_confirmed or each.lamp_stale]
    wanted = {int(number) for number in task_numbers}
    chosen = [each for each in standings if each.task.number in wanted]
    unknown = wanted - {each.task.number for each in chosen}
    if unknown:
        raise Refused(f"没有第 {'、'.join(map(str, sorted(unknown)))} 项任务，未作审定。")
    if not chosen:
        raise Refused("请先勾选要审定的任务。")
    return chosen


def _check_other_lamp(standings, lamp, reason):
    if lamp not in Lamp.values:
        raise Refused("没有这种亮灯，请重新选择。")
    if len(standings) != 1:
        raise Refused("改变系统测算结果须逐项审定。")
    if lamp != standings[0].computed_lamp and not reason:
        raise Refused("审定结果与系统测算不同，请写明调整理由。")
    if len(reason) > 200:
        raise Refused(f"调整理由有 {len(reason)} 字，请精简到 200 字以内。")


def _confirm(standing, period, version, lamp, reason, by, now):
    computed = standing.computed_lamp
    confirmed = lamp or computed
    verdict, _ = TaskVerdict.objects.update_or_create(
        task=standing.task,
        period=period,
        defaults={
            "lamp": confirmed,
            "computed_lamp": computed,
            "inputs": standing.inputs,
            "rule_version": version,
            "reason": reason if confirmed != computed else "",
            "confirmed_at": now,
            "confirmed_by": by,
            "stale_at": None,
            "is_demo": by.is_demo or any(report.is_demo for report in standing.reports),
        },
    )
    detail = {"亮灯": Lamp(confirmed).label, "系统测算": Lamp(computed).label, "调整理由": verdict.reason}
    audit.record("审定亮灯", verdict, by=by, now=now, detail=detail)
    return verdict
