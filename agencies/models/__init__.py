"""WHO: the bodies, the people who work for them, and the trail of what they did."""

from .bodies import Agency, AgencyGroup, AgencyName, AgencySuccession, GroupMember
from .people import Contact, Post, Role, SignInCount, User
from .trail import AuditEvent

__all__ = [
    "Agency",
    "AgencyGroup",
    "AgencyName",
    "AgencySuccession",
    "AuditEvent",
    "Contact",
    "GroupMember",
    "Post",
    "Role",
    "SignInCount",
    "User",
]
