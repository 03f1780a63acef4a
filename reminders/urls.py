"""Addresses of who is nudged."""

from django.urls import path

import tasks.addresses  # noqa: F401 (the `plan` part of an address)
from reminders.views import channels, inbox

app_name = "reminders"
urlpatterns = [
    # --- one's own inbox, and how one wants to be reached ---
    path("work/inbox/", inbox.inbox, name="inbox"),
    path("work/inbox/read/", inbox.inbox_read, name="inbox_read"),
    path("work/inbox/<int:pk>/", inbox.message, name="message"),
    path("work/inbox/<int:pk>/open/", inbox.message_open, name="message_open"),
    path("work/me/channels/", channels.channels, name="channels"),
]
