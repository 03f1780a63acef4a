"""May this person do this with reminders, and if not, why not."""

from agencies.models import Role
from agencies.permissions import check_role


def check_operate(user):
    """Jobs, channels, robots and what was not sent: the office and the administrator look after them."""
    check_role(user, Role.OFFICE, Role.ADMIN)


def reads_what_was_said(user):
    """The words of messages are the office's; the administrator sees that there were messages."""
    return user.is_office


def check_keep_rules(user):
    """Rules, hours and previews of reminding: the office alone, for it names what each body owes."""
    check_role(user, Role.OFFICE)


def check_urge(user):
    """催报 by hand is the office's; machines and bodies have ways of their own."""
    check_role(user, Role.OFFICE)


def check_read_ledger(user):
    """The ledger is for the office, and as far as they were reminded themselves for bodies."""
    check_role(user, Role.OFFICE, Role.REPORTER, Role.APPROVER)
