"""Addresses of what the office demanded."""

import tasks.addresses  # noqa: F401 (the `plan` part of an address)

app_name = "supervision"
urlpatterns = []
