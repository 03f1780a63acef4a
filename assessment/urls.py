"""Addresses of the year's assessment and of the office's reports."""

from django.urls import path

import tasks.addresses  # noqa: F401 (the `plan` and `year` parts of an address)
from assessment.views import files

app_name = "assessment"
urlpatterns = [
    # --- files of everything here ---
    path("work/assessment/files/<int:pk>/", files.file, name="file"),
    # --- schemes ---
    # --- facts and running scores ---
    # --- rounds ---
    # --- workbooks ---
    # --- reports: gathering ---
    # --- reports: editing and editions ---
    # --- reports: papers, petitions ---
    # --- evaluation of a plan ---
]
