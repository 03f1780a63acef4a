"""Addresses under /api/v1/ of this app; the site map puts those of all apps together."""

from django.urls import path

from agencies.api import views

urlpatterns = [
    path("auth/token/", views.TokenView.as_view(), name="token"),
    path("agencies/", views.AgencyList.as_view(), name="agencies"),
    path("agencies/<slug:code>/", views.AgencyDetail.as_view(), name="agency"),
]
