"""Addresses under /api/v1/: those of each app, the schema, and an answer in the API's form elsewhere."""

from django.urls import include, path, re_path

import agencies.api.urls
import assessment.api
import progress.api.urls
import tasks.api
from agencies.api.views import NoSuchAddress, Schema

app_name = "api"
urlpatterns = [
    path("", include(agencies.api.urls)),
    path("", include(tasks.api)),
    path("", include(progress.api.urls)),
    path("", include(assessment.api)),
    path("schema/", Schema.as_view(), name="schema"),
    re_path("", NoSuchAddress.as_view()),
]
