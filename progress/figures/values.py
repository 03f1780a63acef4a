"""待核定数据: values of accepted returns that are still 预计 or 快报 (practice, section 2)."""

from django.db.models import Exists, OuterRef

from agencies.models import Role
from progress.models import Correction, ProgressReport, TargetValue

Certainty = TargetValue.Certainty


def unsettled(plan, user):
    """The most certain value of each target in each accepted return of the plan, where that is not 核定 yet.

    For a body its own, for the office and the leaders all they may know of. A queryset of TargetValue; each
    says whether a correction of its return is `waiting`.
    """
    accepted = (
        ProgressReport.objects.visible_to(user)
        .to_office()
        .filter(period__plan=plan, state=ProgressReport.State.ACCEPTED)
    )
    if not user.has_role(Role.OFFICE, Role.LEADER):
        accepted = accepted.of_own(user)
    same = TargetValue.objects.filter(report=OuterRef("report"), target=OuterRef("target"))
    verified = same.filter(certainty=Certainty.VERIFIED)
    preliminary = same.filter(certainty=Certainty.PRELIMINARY)
    return (
        TargetValue.objects.filter(report__in=accepted)
        .exclude(Exists(verified))
        .exclude(Exists(preliminary), certainty=Certainty.ESTIMATED)
        .annotate(waiting=Exists(Correction.objects.waiting().filter(report=OuterRef("report"))))
        .select_related("target", "report__agency", "report__task__chapter", "report__period__plan")
        .order_by(
            "-report__period__starts_on", "report__task__number", "report__agency__order", "target__order"
        )
    )
