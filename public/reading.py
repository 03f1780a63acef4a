"""What anybody may read: the plans as issued. No lamps, no returns, no sensitive tasks."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from tasks.models import Assignment, Chapter, Plan, PublishedFact, Task


@dataclass(frozen=True)
class Promise:
    """A task with the bodies that bear it: `leads` are agencies, `supporters` names."""

    task: Task
    leads: list
    supporters: list


def plans_with_chapters():
    """All plans, newest first, each with its chapters; a chapter knows its `public_tasks` count."""
    plans = Plan.objects.annotate(public_tasks=Count("tasks", filter=Q(tasks__is_sensitive=False)))
    return plans.prefetch_related(Prefetch("chapters", queryset=_chapters())).order_by("-starts_on")


def chapters_of(plan):
    return _chapters().filter(plan=plan)


def _chapters():
    chapters = Chapter.objects.annotate(public_tasks=Count("tasks", filter=Q(tasks__is_sensitive=False)))
    return chapters.order_by("plan", "number")


def tasks_for_reading(plan=None, *, chapter=None, agency=None, words=""):
    """Public tasks, newest plan first, narrowed by action number, body and words.

    Every word must occur in the title, the text, the responsibility clause, or the name of a body.
    """
    tasks = Task.objects.public().select_related("plan", "chapter", "section")
    if plan is not None:
        tasks = tasks.filter(plan=plan)
    if chapter is not None:
        tasks = tasks.filter(chapter__number=chapter)
    if agency is not None:
        tasks = tasks.filter(_borne_by(agency=agency))
    for word in words.split():
        named = _borne_by(agency__name__icontains=word, duty__in=_SPELT_OUT)
        tasks = tasks.filter(
            Q(title__icontains=word) | Q(text__icontains=word) | Q(clause__icontains=word) | named
        )
    return tasks.order_by("-plan__starts_on", "number")


def promised(tasks):
    """The tasks as they are shown: a list of Promise, in three queries."""
    bodies = Assignment.objects.filter(valid_until__isnull=True).select_related("agency")
    shown = tasks.prefetch_related(
        Prefetch("assignments", queryset=bodies, to_attr="bodies"), "published_facts"
    )
    return [Promise(task, leads(task), supporters(task)) for task in shown]


def facts_of(plan):
    """What the press reported of the plan as a whole."""
    return PublishedFact.objects.filter(plan=plan, task__isnull=True)


# Duties that follow from a task's own clause, not from a blanket rule over all tasks.
_SPELT_OUT = [Assignment.Duty.LEAD, Assignment.Duty.NAMED, Assignment.Duty.GROUP]


def _borne_by(**which):
    return Exists(Assignment.objects.filter(task=OuterRef("pk"), valid_until__isnull=True, **which))


def leads(task):
    return [body.agency for body in task.bodies if body.role == Assignment.Role.LEAD]


def supporters(task):
    """Supporters the clause itself lists, in its order; a collective counts once, as written."""
    listed = [b for b in task.bodies if b.role == Assignment.Role.SUPPORT and b.duty in _SPELT_OUT]
    return list(dict.fromkeys((b.group_id and b.as_written) or b.agency.name for b in listed))
