"""Addresses of what was promised, each under its plan and period."""

from django.urls import include, path

from tasks import addresses  # noqa: F401  (registers the converters)
from tasks.views import changes, duties, goals, not_concerned, promises

app_name = "tasks"

of_task = [
    path("amendments/new/", changes.amendment_new, name="amendment_new"),
    path("assignments/<int:pk>/contacts/", duties.assignment_contacts, name="assignment_contacts"),
    path("assignments/<int:pk>/end/", duties.assignment_end, name="assignment_end"),
    path("assignments/new/", duties.assignment_new, name="assignment_new"),
    path("marks/", changes.marks, name="marks"),
]

in_period = [
    path("goals/", goals.goals, name="goals"),
    path("goals/<int:number>/", goals.goal, name="goal"),
    path("goals/confirm/", goals.goals_confirm, name="goals_confirm"),
    path("goals/export.xlsx", goals.goals_export, name="goals_export"),
    path("links/", changes.links, name="links"),
    path("links/<int:pk>/", changes.link, name="link"),
    path("links/new/", changes.link_new, name="link_new"),
    path("not-concerned/", not_concerned.not_concerned_page, name="not_concerned"),
    path("plan/", promises.plan_page, name="plan"),
    path("projects/", promises.projects, name="projects"),
    path("projects/export.xlsx", promises.projects_export, name="projects_export"),
    path("questions/", duties.questions, name="questions"),
    path("questions/<int:pk>/", duties.question, name="question"),
    path("targets/", promises.targets, name="targets"),
    path("targets/export.xlsx", promises.targets_export, name="targets_export"),
    path("tasks/<int:number>/", include(of_task)),
]

urlpatterns = [path("work/<plan:plan>/<period:period>/", include(in_period))]
