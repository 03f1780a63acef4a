"""Addresses of what the office demanded."""

from django.urls import path

import tasks.addresses  # noqa: F401 (the `plan` part of an address)
from supervision.views import files, meeting_actions, meetings

app_name = "supervision"
urlpatterns = [
    # --- files of everything here ---
    path("work/supervision/files/<int:pk>/", files.file, name="file"),
    # --- meetings, inspections and what was agreed there ---
    path("work/<plan:plan>/meetings/", meetings.meetings_page, name="meetings"),
    path("work/<plan:plan>/meetings/export.xlsx", meetings.meetings_export, name="meetings_export"),
    path("work/<plan:plan>/meetings/new/", meetings.meeting_new, name="meeting_new"),
    path("work/<plan:plan>/meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("work/<plan:plan>/meetings/<int:pk>/edit/", meetings.meeting_edit, name="meeting_edit"),
    path("work/<plan:plan>/meetings/<int:pk>/files/", meeting_actions.meeting_files, name="meeting_files"),
    path(
        "work/<plan:plan>/meetings/<int:pk>/actions/new/",
        meeting_actions.meeting_action_new,
        name="meeting_action_new",
    ),
    path(
        "work/<plan:plan>/meetings/<int:pk>/actions/<int:action>/",
        meeting_actions.meeting_action,
        name="meeting_action",
    ),
]
