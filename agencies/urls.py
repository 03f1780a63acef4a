"""Addresses of WHO: in and out, one's own page, administration."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from agencies.views import bodies, own, people, people_import, signing_in, trail


class Username(StringConverter):
    """A user name as it is in addresses: whatever could be none is not found."""

    regex = r"[A-Za-z0-9._@-]{1,40}"


register_converter(Username, "username")
app_name = "agencies"
urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("invitation/<str:token>/", signing_in.invitation, name="invitation"),
    path("first-administrator/<str:token>/", signing_in.first_admin, name="first_admin"),
    path("work/me/", own.me, name="me"),
    path("work/me/password/", own.password, name="password"),
    path("work/me/tokens/", own.tokens, name="tokens"),
    path("work/me/tokens/<slug:key>/revoke/", own.token_revoke, name="token_revoke"),
    path("work/me/other-devices/", own.other_devices, name="other_devices"),
    path("work/agencies/", bodies.agency_list, name="agency_list"),
    path("work/agencies/export.xlsx", bodies.agency_export, name="agency_export"),
    path("work/agencies/new/", bodies.agency_new, name="agency_new"),
    path("work/agencies/<slug:code>/edit/", bodies.agency_edit, name="agency_edit"),
    path("work/inferences/<slug:kind>/<int:pk>/", bodies.inference_confirm, name="inference_confirm"),
    path("work/groups/", bodies.group_list, name="group_list"),
    path("work/groups/<int:pk>/", bodies.group, name="group"),
    path("work/people/", people.people, name="people"),
    path("work/people/new/", people.person_new, name="person_new"),
    path("work/people/export.xlsx", people.people_export, name="people_export"),
    path("work/people/template.xlsx", people_import.people_template, name="people_template"),
    path("work/people/import/", people_import.people_import, name="people_import"),
    path("work/people/<username:username>/", people.person, name="person"),
    path("work/trail/", trail.trail, name="trail"),
    path("work/trail/export.xlsx", trail.trail_export, name="trail_export"),
]
