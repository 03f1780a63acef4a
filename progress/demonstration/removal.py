"""Taking the demonstration away: all of it, and nothing else.

What a real person wrote into a return stays, and so does the name of whoever signed a real one.
"""

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import PROTECT, Q

from agencies.models import (
    AgencyName,
    AgencySuccession,
    AuditEvent,
    Contact,
    GroupMember,
    Post,
    User,
)
from progress import owing, verdicts
from progress.models import (
    Attachment,
    ContributionRequest,
    Correction,
    DemonstrationRun,
    Extension,
    Handout,
    Issuance,
    MeetingEdition,
    ProgressReport,
    ReplacedDraft,
    ReportingPeriod,
    ReportStep,
    ReportVersion,
    SignedPaper,
    TakenOver,
    TaskState,
    TaskVerdict,
    UnitDuty,
    VerdictProposal,
    VerdictReply,
)
from tasks.models import AnnualGoal, Assignment, AssignmentQuestion, NotConcerned, TaskAmendment, TaskLink

from . import later

# In the order foreign keys allow. Steps and versions go with their report.
BORN_AS_DEMONSTRATION = (
    TakenOver,
    ContributionRequest,
    Handout,
    Correction,
    Extension,
    Issuance,
    MeetingEdition,
    VerdictReply,
    VerdictProposal,
    TaskVerdict,
    TaskState,
    ReportStep,
    ReportVersion,
    Attachment,
    ReplacedDraft,
    ProgressReport,
    SignedPaper,
    AnnualGoal,
    TaskAmendment,
    UnitDuty,
    NotConcerned,
    Assignment,
    Contact,
    Post,
    AuditEvent,
)
# What a demonstration person confirmed or answered is open again: nobody real has said so.
CONFIRMED = (AgencyName, AgencySuccession, GroupMember, TaskLink, AnnualGoal)
WITH_REPORT = (ReportStep, ReportVersion)


@transaction.atomic
def remove():
    """Remove every row born as demonstration data and whatever demonstration people decided.

    A demonstration person with a hand in what stays is left as a name, disabled and without a post.
    Returns how many rows went, by kind. Files go after commit.
    """
    people = User.objects.filter(is_demo=True)
    kept = _keep_what_real_people_wrote()
    files = [
        name
        for model in (Attachment, SignedPaper)
        for name in model.objects.filter(is_demo=True).values_list("file", flat=True)
    ]
    files += [name for born in later.BORN for name in _files_of(born)]
    storage = Attachment._meta.get_field("file").storage
    for model in CONFIRMED:
        model.objects.filter(confirmed_by__in=people).update(confirmed_at=None, confirmed_by=None)
    for asked in (AssignmentQuestion, NotConcerned):
        asked.objects.filter(answered_by__in=people).update(outcome="", answered_at=None, answered_by=None)
    for period in ReportingPeriod.objects.filter(locked_by__in=people):
        verdicts.thaw(period)
    ReportingPeriod.objects.filter(locked_by__in=people).update(locked_at=None, locked_by=None)
    gone = {str(born.model._meta.verbose_name): _let_go(born) for born in later.BORN}
    gone |= {str(model._meta.verbose_name): _born(model, kept).delete()[0] for model in BORN_AS_DEMONSTRATION}
    ReportingPeriod.objects.filter(opened_for_demo=True).update(opened_at=None, opened_for_demo=False)
    DemonstrationRun.objects.all().delete()
    _end_sessions(people)
    for period in ReportingPeriod.objects.filter(reports__in=kept).distinct():
        owing.create_owed(period)
    bound = _bound(people)
    for person in people.filter(pk__in=bound):
        _leave_the_name_alone(person)
    gone[str(User._meta.verbose_name)] = people.exclude(pk__in=bound).delete()[0]
    transaction.on_commit(lambda: [storage.delete(name) for name in files])
    return gone


def _keep_what_real_people_wrote():
    """Make real the returns a real person filled in or attached to, with their goals; returns their ids."""
    written = ProgressReport.objects.filter(
        Q(edited_by__is_demo=False)
        | Q(attachments__uploaded_by__is_demo=False)
        | Q(corrections__asked_by__is_demo=False),
        is_demo=True,
    )
    kept = list(written.distinct().values_list("pk", flat=True))
    Attachment.objects.filter(report__in=kept).update(is_demo=False)
    Correction.objects.filter(report__in=kept).update(is_demo=False)
    ReplacedDraft.objects.filter(report__in=kept).update(is_demo=False)
    ProgressReport.objects.filter(pk__in=kept).update(is_demo=False)
    stood_on = SignedPaper.objects.filter(Q(reports__is_demo=False) | Q(corrections__is_demo=False))
    SignedPaper.objects.filter(pk__in=stood_on.values("pk")).update(is_demo=False)
    ReportingPeriod.objects.filter(reports__in=kept).update(opened_for_demo=False)
    reported = AnnualGoal.objects.filter(is_demo=True, nodes__reports__report__is_demo=False)
    AnnualGoal.objects.filter(pk__in=reported.values("pk")).update(is_demo=False)
    return kept


def _let_go(born):
    """Remove the rows of an app above this one; returns how many went."""
    born.let_go()
    return born.rows.delete()[0]


def _files_of(born):
    """The stored files of rows that go, where they have any."""
    if not any(field.name == "file" for field in born.model._meta.concrete_fields):
        return []
    return born.rows.values_list("file", flat=True)


def _born(model, kept):
    """The rows of `model` born as demonstration data, but for those of the returns `kept`."""
    born = model.objects.filter(is_demo=True)
    if model in WITH_REPORT:
        return born.filter(report__is_demo=True)
    if model is Handout:
        return born.exclude(report__in=kept)
    if model is AuditEvent:
        of_kept = {"subject_type": ProgressReport._meta.label_lower, "subject_id__in": list(map(str, kept))}
        return born.exclude(**of_kept)
    return born


def _leave_the_name_alone(person):
    """No access any more; the user name is free for a real person, or the next demonstration."""
    User.objects.filter(pk=person.pk).update(
        username=f"removed-{person.pk}", is_active=False, password=make_password(None)
    )


def _bound(people):
    """Ids of those of `people` whose hand is in a row that stays."""
    bound = set()
    for relation in User._meta.get_fields(include_hidden=True):
        if getattr(relation, "on_delete", None) is PROTECT and relation.auto_created:
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(**{f"{name}__in": people})
            bound |= set(rows.values_list(name, flat=True))
    return bound


def _end_sessions(people):
    ids = {str(pk) for pk in people.values_list("pk", flat=True)}
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") in ids:
            session.delete()
