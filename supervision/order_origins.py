"""Where an order comes from, and what it can be filled with from there.

Addresses that lead to a new order say it as `?source=lamp&task=15&period=2026Q3`, `?source=meeting&action=7`,
`?source=problem&problem=7`, `?source=instruction&instruction=7` or `?source=late&agency=fgw&period=2026Q3`:
task by its number, agency by its code, the others by their key.
"""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency
from agencies.writing import day_of, in_one_line
from progress import figures
from progress.models import Lamp, ProgressReport, TaskVerdict
from progress.timetable import spoken
from supervision import kinds
from supervision.models import Instruction, Meeting, MeetingAction, Problem, SupervisionOrder
from tasks.models import Assignment, Task

Source = SupervisionOrder.Source
LONGEST_TITLE = 120


@dataclass(frozen=True)
class Origin:
    """fields: what the order remembers of it (source, period, action, …); suggested: what its form begins
    with; agency: the main body, or None; why: one sentence on where it comes from; warning: what speaks
    against ordering, or ""; url: the page of what it comes from, or ""."""

    fields: dict
    suggested: dict = field(default_factory=dict)
    agency: object = None
    why: str = ""
    warning: str = ""
    url: str = ""
    is_demo: bool = False

    @property
    def earlier(self):
        """Orders of the same origin that were not cancelled."""
        known = {name: thing for name, thing in self.fields.items() if name != "source"}
        if self.fields["source"] == Source.HAND:
            return SupervisionOrder.objects.none()
        found = SupervisionOrder.objects.filter(**known, source=self.fields["source"])
        if self.fields["source"] == Source.LAMP:
            found = found.filter(tasks__in=self.suggested["tasks"])
        if self.fields["source"] == Source.LATE:
            found = found.filter(agency=self.agency)
        return found.exclude(state=SupervisionOrder.State.CANCELLED).select_related("plan", "agency")


def origin_of(plan, said, user, now):
    """The Origin that an address names, of what the person may know of in the plan; by hand where it names
    none. Raises LookupError for what is not there.

    said: {name: text} of the address; period codes and keys as in the module's words.
    """
    maker = MAKERS.get(said.get("source", Source.HAND))
    if maker is None:
        raise LookupError("no such source")
    return maker(plan, said, user, now)


def _by_hand(plan, said, user, now):
    return Origin({"source": Source.HAND})


def _of_lamp(plan, said, user, now):
    task = _found(Task.objects.visible_to(user).filter(plan=plan), "number", said.get("task"))
    period = _found(plan.periods, "code", said.get("period"))
    verdict = TaskVerdict.objects.filter(task=task, period=period).first()
    red = verdict is not None and verdict.lamp == Lamp.RED
    leads = _leads_of(task)
    why = f"{period.label}审定亮红灯（严重滞后）" if red else f"{period.label}调度"
    suggested = {
        "title": f"加快推进第{task.number}项任务“{task.title}”",
        "requirement": "请对照序时要求查找滞后原因，提出赶进度的具体措施和时间安排，并反馈落实情况。",
        "basis": f"{why}：{plan.title}第{task.number}项任务。",
        "tasks": [task],
        "helpers": leads[1:],
    }
    return Origin(
        {"source": Source.LAMP if red else Source.HAND, "period": period},
        suggested,
        leads[0] if leads else None,
        f"第 {task.number} 项任务，{why}。",
        "" if red else "这项任务本期没有审定为红灯，任务来源请按实际情况填写。",
        reverse("progress:task", args=[plan.code, period.code, task.number]),
        period.is_demo,
    )


def _of_meeting(plan, said, user, now):
    known = Meeting.objects.visible_to(user).filter(plan=plan)
    actions = MeetingAction.objects.filter(meeting__in=known)
    action = _found(actions.select_related("meeting__plan", "agency", "task"), "pk", said.get("action"))
    meeting = action.meeting
    on = day_of(meeting.held_on)
    suggested = {
        "title": in_one_line(action.text, LONGEST_TITLE),
        "requirement": action.text,
        "basis": f"{on}《{meeting.title}》议定事项第{action.order}项。",
        "tasks": [action.task] if action.task else [],
        "wanted_on": _still_to_come(action.due_on, now),
    }
    warning = "这项议定事项已登记办结。" if action.done_at else ""
    return Origin(
        {"source": Source.MEETING, "action": action},
        suggested,
        action.agency,
        f"{on}《{meeting.title}》第 {action.order} 项议定事项。",
        warning,
        meeting.get_absolute_url(),
        action.is_demo,
    )


def _of_problem(plan, said, user, now):
    problems = Problem.objects.visible_to(user).filter(plan=plan)
    problem = _found(problems.select_related("plan", "agency", "task", "period"), "pk", said.get("problem"))
    standing = Problem.objects.standing().filter(pk=problem.pk).exists()
    suggested = {
        "title": in_one_line(f"解决：{problem.text}", LONGEST_TITLE),
        "requirement": f"请就以下问题抓紧整改并反馈：\n{problem.text}",
        "basis": f"{problem.agency.name}{problem.period.label}反映的存在问题。",
        "tasks": [problem.task] if problem.task else [],
        "wanted_on": _still_to_come(problem.due_on, now),
    }
    return Origin(
        {"source": Source.PROBLEM, "problem": problem, "period": problem.period},
        suggested,
        problem.agency,
        f"{problem.agency.name}{problem.period.label}反映的存在问题。",
        "" if standing else "这个问题已经销号或撤回。",
        problem.get_absolute_url(),
        problem.is_demo,
    )


def _of_instruction(plan, said, user, now):
    instructions = Instruction.objects.visible_to(user).filter(plan=plan).select_related("plan")
    instruction = _found(instructions, "pk", said.get("instruction"))
    on, what = day_of(instruction.on), instruction.document or instruction.words
    suggested = {
        "title": in_one_line(f"落实{instruction.leader}批示：{what}", LONGEST_TITLE),
        "requirement": instruction.words,
        "basis": f"{on}{instruction.leader}批示。",
        "tasks": list(instruction.tasks.all()),
        "wanted_on": _still_to_come(instruction.due_on, now),
    }
    return Origin(
        {"source": Source.INSTRUCTION, "instruction": instruction},
        suggested,
        None,
        f"{on}{instruction.leader}批示。",
        "" if instruction.is_open else "这份批示已登记反馈办结。",
        instruction.get_absolute_url(),
        instruction.is_demo,
    )


def _of_late(plan, said, user, now):
    agency = _found(Agency.objects.bodies(), "code", said.get("agency"))
    period = _found(plan.periods, "code", said.get("period"))
    reports = ProgressReport.objects.owed().to_office().filter(agency=agency, period=period)
    groups = figures.conditions(now)
    late = reports.filter(groups["late"] | groups["overdue"]).select_related("task").order_by("task__number")
    numbers = "、".join(str(each.task.number) for each in late if each.task)
    what = f"第{numbers}项任务进展" if numbers else "本期进展"
    suggested = {
        "title": f"按时报送{period.label}{'工作进展' if numbers else '情况'}",
        "requirement": f"请立即报送{what}，说明迟报原因，并建立按时报送的制度安排。",
        "basis": f"{period.label}应于{spoken(period.due_at)}前报送，{len(late)} 项迟报或未报。",
        "tasks": [each.task for each in late if each.task][:20],
    }
    return Origin(
        {"source": Source.LATE if late else Source.HAND, "period": period},
        suggested,
        agency,
        f"{agency.name}{period.label}有 {len(late)} 项迟报或未报。",
        "" if late else "这个单位本期没有迟报或未报的事项，任务来源请按实际情况填写。",
        "",
        period.is_demo,
    )


MAKERS = {
    Source.HAND: _by_hand,
    Source.LAMP: _of_lamp,
    Source.MEETING: _of_meeting,
    Source.PROBLEM: _of_problem,
    Source.INSTRUCTION: _of_instruction,
    Source.LATE: _of_late,
}


def _found(rows, name, text):
    """The one row an address names. Raises LookupError."""
    text = str(text or "")
    if name != "code" and not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise LookupError(f"no {name}")
    found = rows.filter(**{name: text}).first()
    if found is None:
        raise LookupError(f"no {name} {text}")
    return found


def _leads_of(task):
    """The bodies that lead a task and can be addressed, in their order; supporters are named only where the
    matter needs them."""
    leads = Assignment.objects.leads().filter(task=task, valid_until=None).select_related("agency")
    bodies = [each.agency for each in leads]
    return [each for each in bodies if kinds.may_be_addressed(each) and each.abolished_on is None]


def _still_to_come(day, now):
    return day if day is not None and day > timezone.localdate(now) else None
