"""What is due of a year's assessment: 自评 to be handed in, a window for objections that closes, objections
that wait to be decided.

Each finder reads only, in one query; what the clock has closed is not due any more.
"""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from agencies.duties import DueItem, DueKind, announce
from agencies.models import Post, Role
from agencies.reach import still_answering
from assessment.models import AssessmentRound, Objection, UnitScore
from assessment.permissions import BODY

State = AssessmentRound.State
Standing = UnitScore.Standing
OPEN = (Objection.State.AWAITING_APPROVAL, Objection.State.RAISED, Objection.State.DECIDED)


def _units(plan, now, state):
    units = UnitScore.objects.filter(still_answering(timezone.localdate(now)), round__scheme__plan=plan)
    units = units.filter(round__state=state).defer("facts", "result")
    return units.select_related("agency", "round__scheme__plan").order_by("agency__order", "agency__code")


def _of_unit(kind, unit, title, at, silent_for=frozenset()):
    return DueItem(
        kind=kind,
        subject=f"{kind}:{unit.pk}",
        title=title,
        url=unit.get_absolute_url(),
        plan=unit.round.scheme.plan_id,
        at=at,
        agency=unit.agency_id,
        is_demo=unit.is_demo,
        silent_for=silent_for - {None},
    )


def self_assessments_due(plan, now):
    """自评 that has not left its body. Who has handed it in to be signed is not pressed. One query."""
    units = _units(plan, now, State.SELF).filter(standing=Standing.SCORED, self_signed_at__isnull=True)
    return [
        _of_unit(
            "self_assessment",
            each,
            f"{each.round}自评",
            each.round.self_until,
            frozenset({each.self_written_by_id}),
        )
        for each in units
    ]


def answers_due(plan, now):
    """Units that have neither agreed with their score nor objected, while they still can. One query."""
    said = Exists(Objection.objects.filter(unit=OuterRef("pk"), state__in=OPEN))
    units = _units(plan, now, State.FEEDBACK).filter(
        ~Q(standing=Standing.EXCLUDED),
        ~said,
        agreed_at__isnull=True,
        round__objections_until__gte=now,
    )
    return [
        _of_unit(
            "score_answer", each, f"{each.round}得分复核（确认无异议或提出异议）", each.round.objections_until
        )
        for each in units
    ]


def objections_waiting(plan, now):
    """Objections the office is to decide, since they were raised; those of its host unit are decided by the
    reviewing one, which is told of them. Who scored the unit is not pressed, unless nobody else is in the
    office: then nobody else would see to it. One query."""
    office = Post.objects.on(timezone.localdate(now)).filter(role=Role.OFFICE, user__is_active=True)
    raised = Objection.objects.filter(
        unit__round__scheme__plan=plan,
        unit__round__state=State.FEEDBACK,
        unit__reviewer__isnull=True,
        state=Objection.State.RAISED,
    ).select_related("unit__round__scheme__plan", "unit__agency")
    raised = raised.annotate(others=Exists(office.exclude(user=OuterRef("unit__scored_by"))))
    return [
        DueItem(
            kind="objection",
            subject=f"objection:{each.pk}",
            title=f"{each.unit.name}的考核异议",
            url=each.get_absolute_url(),
            plan=plan.pk,
            at=each.raised_at,
            is_demo=each.is_demo,
            silent_for=frozenset({each.unit.scored_by_id} - {None} if each.others else ()),
        )
        for each in raised.defer("unit__facts", "unit__result").order_by("raised_at", "pk")
    ]


for kind in (
    DueKind("self_assessment", "年度考核自评", "自评截止", self_assessments_due, BODY, 70),
    DueKind("score_answer", "考核得分复核", "反馈复核截止", answers_due, BODY, 75),
    DueKind("objection", "考核异议待复核", "提出时", objections_waiting, (), 80, is_deadline=False),
):
    announce(kind)
