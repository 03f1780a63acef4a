"""What waits for the office's decision besides returns, counted in one query.

Each thing that can wait is one line of `THINGS`: a name, and the rows of a plan that wait. The desk shows
them; whoever lets something else wait adds a line.
"""

from agencies.along import number_of
from progress import corrections, extensions
from tasks import not_concerned
from tasks.models import AssignmentQuestion, Plan

THINGS = {
    "questions": lambda plan: AssignmentQuestion.objects.filter(plan=plan, outcome=""),
    "extensions": extensions.waiting_for_office,
    "not_concerned": not_concerned.waiting,
    "corrections": corrections.waiting_for_office,
}


def for_office(plan, **more):
    """{name of THINGS: how many of `plan` wait}; one query. more: further rows to count, by name."""
    # An annotation may not be called like a field of the plan (`questions`).
    asked = {name: rows(plan) for name, rows in THINGS.items()} | more
    counted = {f"waiting_{name}": number_of(rows) for name, rows in asked.items()}
    found = Plan.objects.filter(pk=plan.pk).values(**counted).get()
    return {name: found[f"waiting_{name}"] for name in asked}
