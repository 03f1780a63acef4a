"""Addresses of what the office demanded."""

from django.urls import path

import tasks.addresses  # noqa: F401 (the `plan` part of an address)
from supervision.views import files

app_name = "supervision"
urlpatterns = [
    # --- files of everything here ---
    path("work/supervision/files/<int:pk>/", files.file, name="file"),
]
