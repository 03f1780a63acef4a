"""Addresses of who is nudged."""

from django.urls import path

import tasks.addresses  # noqa: F401 (the `plan` part of an address)
from reminders.views import channels, inbox, operations, robots

app_name = "reminders"
urlpatterns = [
    # --- one's own inbox, and how one wants to be reached ---
    path("work/inbox/", inbox.inbox, name="inbox"),
    path("work/inbox/read/", inbox.inbox_read, name="inbox_read"),
    path("work/inbox/<int:pk>/", inbox.message, name="message"),
    path("work/inbox/<int:pk>/open/", inbox.message_open, name="message_open"),
    path("work/me/channels/", channels.channels, name="channels"),
    # --- how the running of it fares ---
    path("work/operations/", operations.operations_page, name="operations"),
    path("work/operations/unsent/", operations.unsent, name="unsent"),
    path("work/operations/unsent/export.xlsx", operations.unsent_export, name="unsent_export"),
    path("work/operations/unsent/settle/", operations.unsent_settle, name="unsent_settle"),
    path("work/operations/unreached/", operations.unreached_page, name="unreached"),
    path("work/operations/robots/", robots.robot_list, name="robots"),
    path("work/operations/robots/new/", robots.robot_new, name="robot_new"),
    path("work/operations/robots/<int:pk>/", robots.robot_edit, name="robot"),
    path("work/operations/robots/<int:pk>/switch/", robots.robot_switch, name="robot_switch"),
    path("work/operations/robots/<int:pk>/test/", robots.robot_test, name="robot_test"),
]
