"""Addresses of the year's assessment and of the office's reports."""

import tasks.addresses  # noqa: F401 (the `plan` and `year` parts of an address)

app_name = "assessment"
urlpatterns = [
    # --- schemes ---
    # --- facts and running scores ---
    # --- rounds ---
    # --- workbooks ---
    # --- reports: gathering ---
    # --- reports: editing and editions ---
    # --- reports: papers, petitions ---
    # --- evaluation of a plan ---
]
