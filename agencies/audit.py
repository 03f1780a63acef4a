"""The one way to write and read the audit trail."""

from django.db.models import CharField
from django.db.models.functions import Cast

from agencies.models import AuditEvent
from agencies.permissions import sees

_secret = {}


def record(verb, subject, *, by, now, detail=None):
    """Write one line of the trail, inside the caller's transaction.

    verb: a short Chinese phrase as it is shown ("提交审签"); subject: the changed object; by: the User who
    did it, or None for the system; now: the instant; detail: JSON-ready facts (before and after, reason).
    A line about demonstration data is demonstration data itself and goes with it.
    """
    agency = by.agency if by is not None else None
    return AuditEvent.objects.create(
        at=now,
        actor_id=by.pk if by is not None else None,
        actor_username=by.username if by is not None else "",
        actor_name=str(by) if by is not None else "系统",
        agency_code=agency.code if agency else "",
        agency_name=agency.name if agency else "",
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=str(subject)[:200],
        detail=detail or {},
        is_demo=bool(getattr(subject, "is_demo", False) or getattr(by, "is_demo", False)),
    )


def keep_secret(subject_type, subjects):
    """Announce objects only those may read of in the trail who see sensitive tasks.

    subject_type: the label of their model ("tasks.task"); subjects: a function giving them as a queryset.
    """
    _secret[subject_type] = subjects


def readable_trail(user):
    """The lines of the whole trail this person may read, newest first."""
    events = AuditEvent.objects.all()
    if sees(user, "sensitive_tasks"):
        return events
    for subject_type, subjects in _secret.items():
        known = subjects().order_by().values(key=Cast("pk", CharField()))
        events = events.exclude(subject_type=subject_type, subject_id__in=known)
    return events


def trail_of(subject):
    """The trail of one object, newest first."""
    return AuditEvent.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
