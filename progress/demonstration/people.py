"""The people to try: two reviewers, a leader, an administrator, a reporter and approver for each body, and a
colleague who helps out for some."""

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q

from agencies.models import Agency, Post, Role, User

PASSWORD = "suzhou-demo"
SINCE = "2021-01-01"
# Bodies whose return is written by many hands: counties and parks, and two departments to try it with.
MANY_HANDS = Q(kind__in=[Agency.Kind.COUNTY, Agency.Kind.PARK]) | Q(code__in=["fgw", "kjj"])


@transaction.atomic
def create_people():
    """Create whoever is missing, all with the same password, hashed once; returns how many were created.

    Posts begin in 2021 so that every quarter of the history is signed by somebody in office.
    """
    office = Agency.objects.get(kind=Agency.Kind.OFFICE)
    wanted = {
        "office": ("办公室（演示）", office, Role.OFFICE),
        "office2": ("办公室二审（演示）", office, Role.OFFICE),
        "leader": ("市领导（演示）", None, Role.LEADER),
        "admin": ("系统管理员（演示）", None, Role.ADMIN),
    }
    for agency in Agency.objects.bodies().exclude(kind=Agency.Kind.OFFICE):
        wanted[agency.code] = (f"{agency.name}填报（演示）", agency, Role.REPORTER)
        wanted[f"{agency.code}-approver"] = (f"{agency.name}审核（演示）", agency, Role.APPROVER)
    for agency in Agency.objects.bodies().filter(MANY_HANDS):
        wanted[f"{agency.code}-colleague"] = (f"{agency.name}协办（演示）", agency, Role.COLLEAGUE)
    known = set(User.objects.values_list("username", flat=True))
    hashed = make_password(PASSWORD)
    newcomers = User.objects.bulk_create(
        User(username=username, full_name=name, password=hashed, phone="（演示）", is_demo=True)
        for username, (name, _, _) in wanted.items()
        if username not in known
    )
    Post.objects.bulk_create(
        Post(
            user=user,
            agency=wanted[user.username][1],
            role=wanted[user.username][2],
            valid_from=SINCE,
            is_demo=True,
        )
        for user in newcomers
    )
    return len(newcomers)


def cast():
    """The demonstration's people by user name."""
    return {user.username: user for user in User.objects.filter(is_demo=True)}
