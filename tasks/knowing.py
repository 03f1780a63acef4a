"""Who may know of a sensitive task today: the same people `Task.objects.visible_to` lets in."""

from django.utils import timezone

from agencies.models import Role
from agencies.reach import office_people, people_at
from tasks.models import Assignment

BUSINESS = (Role.REPORTER, Role.APPROVER)


def people_knowing(tasks, *, now):
    """{task id: ids of the people of its bodies, and of the office} for these tasks (ids): four queries, none
    for none. Leaders named for a task are not among them: no machine speaks to them.

    A duty that has ended tells its body no more, from the day after.
    """
    tasks = set(tasks)
    if not tasks:
        return {}
    today = timezone.localdate(now)
    duties = Assignment.objects.filter(task__in=tasks).exclude(valid_until__lt=today)
    bodies = {}
    for task, agency in duties.values_list("task", "agency"):
        bodies.setdefault(task, set()).add(agency)
    there = people_at(set().union(*bodies.values()), *BUSINESS, now=now)
    office = office_people(now=now)
    return {task: office.union(*(there[body] for body in bodies.get(task, ()))) for task in tasks}
