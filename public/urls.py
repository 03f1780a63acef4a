"""Addresses anybody may open."""

from django.urls import path

from public import views
from tasks import addresses  # noqa: F401  (registers the converter “plan”)

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("plans/<plan:plan>/", views.plan, name="plan"),
]
