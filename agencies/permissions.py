"""May this person do this, and if not, why not: the reasons of the agencies app, and the matrix."""

import json
from functools import cache
from pathlib import Path

from django.core.exceptions import PermissionDenied

from agencies.models import Role

MATRIX_FILE = Path(__file__).with_name("visibility.json")


class Denied(PermissionDenied):
    """Refused, with a reason fit for the person: it answers the POST, greys the button, answers the API."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def why_not(check, *args, **kwargs):
    """The reason a `check_…` gives against it, or "" where it is allowed (for a greyed button's tooltip)."""
    try:
        check(*args, **kwargs)
    except Denied as denied:
        return denied.reason
    return ""


def open_to_colleagues(view):
    """Mark a page a 协办人 may open; to people with no other role every other page of the house is shut."""
    view.open_to_colleagues = True
    return view


@cache
def visibility_matrix():
    """Who sees what, as data: {kind of thing: {kind of viewer: true/false}} (design, section 1)."""
    return json.loads(MATRIX_FILE.read_text(encoding="utf-8"))


def sees(user, thing):
    """Whether any role of `user` alone (no body's concern considered) lets them see `thing`.

    thing: a key of the matrix, e.g. "confirmed_lamps". Raises KeyError for an unknown thing.
    """
    return any(visibility_matrix()[thing].get(role, False) for role in user.roles)


def check_role(user, *roles):
    """Raises Denied unless the person holds one of `roles` today."""
    if not user.has_role(*roles):
        names = "、".join(Role(role).label for role in roles)
        raise Denied(f"此操作限{names}办理。")


def check_manage_accounts(user):
    """Accounts, agencies and posts are the system administrator's."""
    check_role(user, Role.ADMIN)


def check_read_people(user):
    """The list of people and posts: the administrator keeps it, the office looks."""
    check_role(user, Role.ADMIN, Role.OFFICE)


def check_manage_bodies(user):
    """Bodies, their names and successors: the administrator keeps them, the office may too."""
    check_role(user, Role.ADMIN, Role.OFFICE)


def check_confirm_inference(user):
    """What was read between the lines of the plans is confirmed by the office alone."""
    check_role(user, Role.OFFICE)


def check_read_trail(user):
    """The whole trail is open to the administrator and the office."""
    check_role(user, Role.ADMIN, Role.OFFICE)
