"""What each body would have done in each quarter: a plan of dated acts, the same on every machine."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from progress.models import TaskReturn
from tasks.models import AnnualGoal

from . import wording

HABITS = ("diligent",) * 6 + ("tardy",) * 2 + ("careless",) * 2 + ("silent",)
EARLY = 0.3  # share of returns that leave within days of the opening
SIGNED = {"filled_by": "（演示）填报人", "phone": "（演示）", "head": "（演示）负责人"}
PACES = ("steady",) * 12 + ("slow",) * 4 + ("stuck",) * 2 + ("recovering",) * 2


@dataclass(frozen=True)
class Act:
    """One thing done at an instant: a verb of the workflow, or "fill" with what is written."""

    at: datetime
    verb: str
    changes: dict | None = None
    reason: str = ""


def habit(agency):
    """How this body reports: in time, late, sent back often, or now and then not at all."""
    return wording.chance("habit", agency.code).choice(HABITS)


def gap(task, period):
    """How many points this task is behind its expected percent at the end of the period."""
    pace = wording.chance("pace", task.plan_id, task.number).choice(PACES)
    luck = wording.chance("gap", task.number, period.code)
    if pace == "slow":
        # Every other quarter: two yellow ones running would be red.
        return luck.randint(11, 24) if (task.number + period.quarter) % 2 else luck.randint(2, 8)
    if pace == "stuck":
        return luck.randint(31, 45)
    if pace == "recovering":
        return (28, 20, 12, 4)[period.quarter - 1]
    return luck.randint(-3, 8)


def script(report, said, now):
    """The acts on one report up to `now`, in order, each in office hours.

    said: what the body writes (`said_of_task`, `summaries.said_of_unit`), in the shape `drafts.save` takes.
    """
    acts, before = [], report.period.opens_at
    for act in _whole_script(report, said):
        before = max(_in_office_hours(act.at), before + timedelta(minutes=7))
        acts.append(replace(act, at=before))
    return [act for act in acts if act.at <= now]


def _in_office_hours(at):
    """The same day between 9 and 18 o'clock in Shanghai: nobody signs at three in the morning."""
    here = timezone.localtime(at)
    return here.replace(hour=min(max(here.hour, 9), 17))


def luck_of(report):
    """The report's own random source, the same on every machine."""
    subject = report.task.number if report.task else report.kind
    return wording.chance(report.agency.code, subject, report.period.code)


def _whole_script(report, said):
    luck = luck_of(report)
    kind = habit(report.agency)
    if kind == "silent" and luck.random() < 0.35:
        return
    late = kind == "tardy" and luck.random() < 0.5
    leaves = _leaving_time(report, luck, late)
    yield Act(leaves - timedelta(hours=luck.randint(20, 46)), "fill", said)
    yield Act(leaves - timedelta(hours=luck.randint(4, 18)), "submit")
    yield Act(leaves, "approve")
    reviewed = leaves + timedelta(hours=luck.randint(16, 70))
    if luck.random() < (0.3 if kind == "careless" else 0.04):
        yield Act(reviewed, "send_back", reason=luck.choice(wording.RETURN_REASONS))
        again = {"next_steps": f"{said.get('next_steps') or wording.MARK}{wording.SUPPLEMENTED}"}
        yield Act(reviewed + timedelta(hours=20), "fill", again)
        yield Act(reviewed + timedelta(hours=22), "submit")
        yield Act(reviewed + timedelta(hours=26), "approve")
        reviewed += timedelta(hours=60)
    if luck.random() < 0.08:
        reviewed += timedelta(days=luck.randint(20, 60))
    yield Act(reviewed, "accept")


def _leaving_time(report, luck, late):
    if late:
        return report.due_at + timedelta(hours=luck.randint(3, 150))
    if luck.random() < EARLY:
        return report.period.opens_at + timedelta(hours=luck.randint(50, 220))
    return report.due_at - timedelta(hours=luck.randint(1, 24 * 12))


def said_of_task(report, goal):
    """What a lead writes of its task for the quarter; material for a lead has no percent."""
    task, period, luck = report.task, report.period, luck_of(report)
    if report.is_contribution:
        return {"progress": wording.progress(task, period, None, luck)} | SIGNED
    behind = gap(task, period)
    if behind > 30 and luck.random() < 0.2:
        return SIGNED | {
            "nature": TaskReturn.Nature.NO_CHANGE,
            "no_change_ground": TaskReturn.Ground.AWAITING_DECISION,
            "no_change_reason": wording.NO_CHANGE,
        }
    percent = _percent(goal, period, behind)
    changes = SIGNED | {
        "progress": wording.progress(task, period, percent, luck),
        "next_steps": wording.next_steps(task, period, luck),
        "percent": percent,
        "projects": _projects(task, period, behind),
        "nodes": _nodes(goal, period, behind),
        "targets": _targets(task, period, behind),
    }
    if luck.random() < 0.25:
        changes["experience"] = wording.experience(task)
    if behind >= 10:
        changes["problem"] = wording.problem(task, luck)
    if behind >= 30:
        changes["request"] = wording.request(task)
    return changes


def _percent(goal, period, behind):
    if goal is None or goal.measure != AnnualGoal.Measure.PERCENT:
        return None
    return min(max(goal.expected_percent(period.quarter) - behind, Decimal(0)), Decimal(100))


def _nodes(goal, period, behind):
    if goal is None or goal.measure != AnnualGoal.Measure.NODES:
        return []
    due = [node for node in goal.nodes.all() if node.due_on <= period.ends_on]
    done = due if behind < 10 else due[:-1]
    return [{"node": node.pk, "done": True, "done_on": node.due_on - timedelta(days=3)} for node in done]


def _projects(task, period, behind):
    order = ("preparing", "started", "building", "built")
    pace = max(0, (period.year - task.plan.starts_on.year) - (1 if behind >= 10 else 0))
    return [
        {"project": project.pk, "stage": order[min(3, (project.order + pace) % 4)], "note": wording.MARK}
        for project in task.projects.all()
    ]


def _reached(whole, share):
    """A share of a target, whole where the target is whole: there is no 0.8 of a platform."""
    step = Decimal(1) if whole == whole.to_integral_value() else Decimal("0.01")
    return (whole * share).quantize(step)


def _targets(task, period, behind):
    """A share of each counted target that grows through the plan."""
    elapsed = (period.ends_on - task.plan.starts_on).days / (task.plan.ends_on - task.plan.starts_on).days
    share = Decimal(str(round(max(0.05, elapsed - behind / 100), 2)))
    return [
        {
            "target": target.pk,
            "value": _reached(target.minimum, share),
            "note": wording.MARK,
        }
        for target in task.targets.all()
        if target.minimum and target.is_scored
    ]
