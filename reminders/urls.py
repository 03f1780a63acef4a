"""Addresses of who is nudged."""

import tasks.addresses  # noqa: F401 (the `plan` part of an address)

app_name = "reminders"
urlpatterns = []
