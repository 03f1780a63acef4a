"""The site map."""

from importlib.util import find_spec

from django.urls import include, path

from suzhou_plan.health import healthz

handler500 = "suzhou_plan.outage.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", include("suzhou_plan.api_urls")),
]
for app in ("agencies", "tasks", "progress", "supervision", "reminders", "assessment", "public"):
    if find_spec(f"{app}.urls"):
        urlpatterns.append(path("", include(f"{app}.urls")))
