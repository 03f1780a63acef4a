"""One-time links: for the first administrator of an empty installation, and for a person to set a password.

Nothing is stored: a link is signed with what its use changes, so it dies with its use.
"""

from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from agencies.accounts import assign_post, choose_password, create_person, usable_administrators
from agencies.models import Agency, Role, User
from agencies.permissions import Denied

FIRST_ADMIN = "agencies.first-admin"
PERSON = "agencies.person"
FIRST_ADMIN_LASTS = timedelta(hours=24)
PERSON_LASTS = timedelta(hours=72)
DEAD = "这个链接已经用过、已过期或不完整，请向系统管理员索取新的链接。"


def create_first_admin_link() -> str:
    """The path of the one-time link that makes the first administrator; good for 24 hours.

    Raises Denied where an administrator can already sign in.
    """
    _check_nobody_administers()
    return reverse("agencies:first_admin", args=[signing.dumps("first", salt=FIRST_ADMIN)])


def password_link(person) -> str:
    """The path of a one-time link to set the password of `person`; good for 72 hours."""
    token = signing.dumps([person.pk, _state(person)], salt=PERSON)
    return reverse("agencies:invitation", args=[token])


def check_first_admin_token(token):
    """Raises Denied unless the link is genuine, in time and still needed."""
    try:
        signing.loads(token, salt=FIRST_ADMIN, max_age=FIRST_ADMIN_LASTS)
    except signing.BadSignature as bad:
        raise Denied(DEAD) from bad
    _check_nobody_administers()


def person_of(token) -> User:
    """Whose password the link sets; raises Denied where it is dead."""
    try:
        pk, state = signing.loads(token, salt=PERSON, max_age=PERSON_LASTS)
    except signing.BadSignature as bad:
        raise Denied(DEAD) from bad
    person = User.objects.filter(pk=pk, is_active=True).first()
    if person is None or _state(person) != state:
        raise Denied(DEAD)
    return person


def accept_first_admin(token, *, username, full_name, password, now) -> User:
    """Make the first administrator; of two at once, the second is refused."""
    with transaction.atomic():
        # Any row both must pass serves as the gate.
        list(Agency.objects.select_for_update().order_by("pk")[:1])
        check_first_admin_token(token)
        person = create_person(username=username, full_name=full_name, by=None, now=now)
        choose_password(person, password, now=now)
        assign_post(person, Role.ADMIN, by=None, now=now)
    return person


def accept_invitation(token, *, password, now) -> User:
    """Set the password of the invited person; of two at once, the second is refused."""
    with transaction.atomic():
        list(User.objects.select_for_update().filter(pk=person_of(token).pk))
        person = person_of(token)
        choose_password(person, password, now=now)
    return person


def _check_nobody_administers():
    if usable_administrators(timezone.localdate()).exists():
        raise Denied("系统已有管理员，首位管理员链接不再有效。请直接登录，或请管理员重置密码。")


def _state(person):
    value = f"{person.password}:{person.access_stamp}:{person.is_active}"
    return salted_hmac("agencies.invitation", value, algorithm="sha256").hexdigest()[:32]
