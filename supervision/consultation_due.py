"""征求意见 a unit has not answered is due, for reminders and desks. Imported when the app starts."""

from django.utils import timezone

from agencies.duties import DueItem, DueKind, announce
from agencies.models import Role
from agencies.reach import still_answering
from supervision.models import Consultation, ConsultationReply


def consultations_due(plan, now):
    """Replies that have not left their unit; the deadline of the whole. Who has handed in what awaits the
    signature of the own unit is not pressed. One query."""
    waiting = ConsultationReply.objects.filter(
        still_answering(timezone.localdate(now)),
        consultation__plan=plan,
        consultation__state=Consultation.State.SENT,
    ).exclude(state=ConsultationReply.State.GIVEN)
    waiting = waiting.select_related("consultation__plan", "agency")
    return [
        _item(plan, each)
        for each in waiting.order_by("consultation__due_at", "agency__order", "agency__code")
    ]


def _item(plan, reply):
    handed_in = reply.state == ConsultationReply.State.AWAITING_APPROVAL
    return DueItem(
        kind="consultation",
        subject=f"consultation:{reply.pk}",
        title=f"征求意见《{reply.consultation.title}》",
        url=reply.consultation.get_absolute_url(),
        plan=plan.pk,
        at=reply.consultation.due_at,
        agency=reply.agency_id,
        is_demo=reply.is_demo,
        silent_for=frozenset({reply.written_by_id} - {None}) if handed_in else frozenset(),
    )


announce(
    DueKind("consultation", "征求意见", "反馈截止时间", consultations_due, (Role.REPORTER, Role.APPROVER), 57)
)
