"""WHAT was promised: the plan and its tasks, who bears them, what they aim at."""

from .assignments import Assignment, AssignmentQuestion, NotConcerned
from .goals import AnnualGoal, GoalNode, Project, Target
from .plans import Chapter, Plan, PlanSteward, PublishedFact, Section, Task, TaskAmendment, TaskLink

__all__ = [
    "AnnualGoal",
    "Assignment",
    "AssignmentQuestion",
    "Chapter",
    "GoalNode",
    "NotConcerned",
    "Plan",
    "PlanSteward",
    "Project",
    "PublishedFact",
    "Section",
    "Target",
    "Task",
    "TaskAmendment",
    "TaskLink",
]
