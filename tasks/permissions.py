"""May this person change what was promised, and if not, why not.

What a plan says is the office's to keep; a lead body may propose its own annual goals. Every check
raises `Denied` with the sentence that refuses the POST, greys the button and answers the API.
"""

from django.db.models import Q
from django.utils import timezone

from agencies.audit import keep_secret
from agencies.models import Role
from agencies.permissions import Denied, check_role
from tasks.models import AnnualGoal, Assignment, AssignmentQuestion, Task, TaskLink

# What the trail tells of a sensitive task is for those who may know of the task.
keep_secret("tasks.task", lambda: Task.objects.filter(is_sensitive=True))
keep_secret("tasks.assignment", lambda: Assignment.objects.filter(task__is_sensitive=True))
keep_secret("tasks.assignmentquestion", lambda: AssignmentQuestion.objects.filter(task__is_sensitive=True))
keep_secret("tasks.annualgoal", lambda: AnnualGoal.objects.filter(task__is_sensitive=True))
keep_secret(
    "tasks.tasklink",
    lambda: TaskLink.objects.filter(Q(earlier__is_sensitive=True) | Q(later__is_sensitive=True)),
)


def leads(user, task, now):
    """Ids of the lead bodies of `task` today for which this person reports or signs."""
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    if not own:
        return set()
    rows = Assignment.objects.leads().on(timezone.localdate(now)).filter(task=task, agency__in=own)
    return set(rows.values_list("agency_id", flat=True))


def check_edit_goal(user, task, now, *, agency=None, confirmed=False):
    """拟定年度目标: the office always; a lead body until the office has confirmed.

    agency: the lead a goal is meant for, or None for the task's one goal; confirmed: whether the goal
    as it stands is confirmed.
    """
    if user.has_role(Role.OFFICE):
        return
    own = leads(user, task, now)
    if not own:
        raise Denied("年度目标由牵头单位提出、办公室确定，其他单位只能查看。")
    if agency is not None and agency.pk not in own:
        raise Denied(f"这是{agency.name}的年度目标，只能由该单位提出。")
    if confirmed:
        raise Denied("年度目标已经确定，如需调整，请向办公室书面说明理由。")


def check_confirm_goals(user):
    """确定年度目标 as 年度工作要点."""
    check_role(user, Role.OFFICE)


def check_assign(user):
    """Adding, ending and deciding duties."""
    check_role(user, Role.OFFICE)


def check_link(user):
    """Saying what became of a task in the next plan."""
    check_role(user, Role.OFFICE)


def check_amend(user):
    """Entering a dated change beside the untouched text."""
    check_role(user, Role.OFFICE)


def check_mark(user):
    """Marking a task as 重点 or 敏感."""
    check_role(user, Role.OFFICE)
