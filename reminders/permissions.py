"""May this person do this with reminders, and if not, why not."""

from agencies.models import Role
from agencies.permissions import check_role


def check_operate(user):
    """Jobs, channels, robots and what was not sent: the office and the administrator look after them."""
    check_role(user, Role.OFFICE, Role.ADMIN)


def reads_what_was_said(user):
    """The words of messages are the office's; the administrator sees that there were messages."""
    return user.is_office
