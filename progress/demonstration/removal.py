"""Taking the demonstration away: all of it, and nothing else."""

from django.contrib.sessions.models import Session
from django.db import transaction

from agencies.models import (
    AgencyName,
    AgencySuccession,
    AuditEvent,
    Contact,
    GroupMember,
    Post,
    User,
)
from progress.models import (
    Attachment,
    DemonstrationRun,
    ProgressReport,
    ReportingPeriod,
    ReportStep,
    ReportVersion,
    TaskState,
    TaskVerdict,
)
from tasks.models import AnnualGoal, Assignment, AssignmentQuestion, TaskAmendment, TaskLink

# In the order foreign keys allow.
BORN_AS_DEMONSTRATION = (
    TaskVerdict,
    TaskState,
    ReportStep,
    ReportVersion,
    Attachment,
    ProgressReport,
    AnnualGoal,
    TaskAmendment,
    Assignment,
    Contact,
    Post,
    AuditEvent,
)
# What a demonstration person confirmed or answered is open again: nobody real has said so.
CONFIRMED = (AgencyName, AgencySuccession, GroupMember, TaskLink)


@transaction.atomic
def remove():
    """Remove every row born as demonstration data and whatever demonstration people decided.

    Returns how many rows went, by kind. Attachments' files go after commit.
    """
    people = User.objects.filter(is_demo=True)
    files = list(Attachment.objects.filter(is_demo=True).values_list("file", flat=True))
    storage = Attachment._meta.get_field("file").storage
    for model in CONFIRMED:
        model.objects.filter(confirmed_by__in=people).update(confirmed_at=None, confirmed_by=None)
    AssignmentQuestion.objects.filter(answered_by__in=people).update(
        outcome="", answered_at=None, answered_by=None
    )
    ReportingPeriod.objects.filter(locked_by__in=people).update(locked_at=None, locked_by=None)
    gone = {
        str(model._meta.verbose_name): model.objects.filter(is_demo=True).delete()[0]
        for model in BORN_AS_DEMONSTRATION
    }
    ReportingPeriod.objects.filter(opened_for_demo=True).update(opened_at=None, opened_for_demo=False)
    DemonstrationRun.objects.all().delete()
    _end_sessions(people)
    gone[str(User._meta.verbose_name)] = people.delete()[0]
    transaction.on_commit(lambda: [storage.delete(name) for name in files])
    return gone


def _end_sessions(people):
    ids = {str(pk) for pk in people.values_list("pk", flat=True)}
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") in ids:
            session.delete()
