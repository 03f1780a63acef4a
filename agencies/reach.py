"""Who is reached at a body: the people in post there today, and the news told to them.

News is told inside the transaction that makes it (`tell`); whoever delivers it (reminders) listens to `told`
and writes its rows in the same transaction, so that nothing is told that did not happen and nothing that
happened goes untold.
"""

from dataclasses import dataclass

from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone

from agencies.models import AgencySuccession, Post, Role

# Sent with news=News, inside the transaction of the change.
told = Signal()


@dataclass(frozen=True)
class News:
    """Something that happened and concerns some people. hasty: it cannot wait for the digest of tomorrow.

    key: unique for this happening ("order-step:41"); people: ids of users; title: one sentence; text: more,
    or ""; url: where to go.
    """

    key: str
    people: frozenset[int]
    title: str
    text: str
    url: str
    now: object
    is_demo: bool = False
    hasty: bool = False


def people_at(agencies, *roles, now):
    """{agency id: ids of the active people in post there today in one of `roles`}; two queries.

    agencies: ids. A successor's people act for its predecessor, where the succession is confirmed.
    """
    by_role = people_by_role(agencies, *roles, now=now)
    return {each: frozenset().union(*held.values()) for each, held in by_role.items()}


def people_by_role(agencies, *roles, now):
    """{agency id: {each of `roles`: ids of those who are in post there today in it}}, as `people_at` finds
    them; two queries."""
    agencies = set(agencies)
    chains = AgencySuccession.objects.acting().chains()
    acting = {each: {each} | {new for old, new in chains if old == each} for each in agencies}
    posts = Post.objects.on(timezone.localdate(now)).filter(role__in=roles, user__is_active=True)
    held = posts.filter(agency__in=set().union(*acting.values())).values_list("agency", "role", "user")
    by_body = {}
    for agency, role, user in held:
        by_body.setdefault((agency, role), set()).add(user)
    return {
        each: {
            role: frozenset().union(*(by_body.get((body, role), set()) for body in bodies)) for role in roles
        }
        for each, bodies in acting.items()
    }


def everyone_at(agencies, *roles, now):
    """Ids of all the people `people_at` finds at these bodies (ids), in one set; two queries."""
    return frozenset().union(*people_at(agencies, *roles, now=now).values())


def still_answering(today, path="agency"):
    """The condition that the body at `path` can be asked for something: not abolished by `today`, or with a
    successor whose people act for it."""
    acting = AgencySuccession.objects.acting().values("predecessor")
    stands = Q(**{f"{path}__abolished_on__isnull": True}) | Q(**{f"{path}__abolished_on__gt": today})
    return stands | Q(**{f"{path}__in": acting})


def office_people(*, now):
    """Ids of the active people of the office today; one query."""
    posts = Post.objects.on(timezone.localdate(now)).filter(role=Role.OFFICE, user__is_active=True)
    return frozenset(posts.values_list("user", flat=True))


def tell(key, people, *, title, text="", url, now, is_demo=False, hasty=False):
    """Tell `people` (user ids) of something, inside the caller's transaction; to nobody, nothing."""
    if people:
        told.send(News, news=News(key, frozenset(people), title, text, url, now, is_demo, hasty))
