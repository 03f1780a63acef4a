"""What the year's assessment wants of a person, in a line each: shown on the workbench."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from agencies.models import Role
from assessment.models import AssessmentRound, Objection, UnitScore
from assessment.permissions import BODY

State = AssessmentRound.State
Standing = UnitScore.Standing


@dataclass(frozen=True)
class Waiting:
    """One line: what is to be done, where, until when (or None)."""

    what: str
    title: str
    url: str
    at: object = None
    is_late: bool = False


def waiting(user, plan, now):
    """The Waiting lines of a person in the rounds of a plan; at most four queries."""
    lines = []
    if user.has_role(*BODY):
        lines += _of_bodies(user, plan, now)
    if user.is_office:
        lines += _of_office(plan)
    if user.has_role(Role.LEADER):
        lines += _of_leader(plan)
    return lines


def _of_bodies(user, plan, now):
    """What waits at a unit's own sheet, at one it reviews, at objections."""
    bodies = user.agency_ids(*BODY)
    units = UnitScore.objects.filter(round__scheme__plan=plan).exclude(standing=Standing.EXCLUDED)
    units = units.filter(Q(agency__in=bodies) | Q(reviewer__in=bodies)).exclude(round__state=State.PUBLISHED)
    units = units.defer("facts", "result").select_related("agency", "round__scheme__plan")
    objecting = Objection.objects.filter(unit__in=units.order_by().values("pk"))
    open_ones = list(
        objecting.filter(state__in=[Objection.State.AWAITING_APPROVAL, Objection.State.RAISED])
        .select_related("unit__round__scheme__plan", "unit__agency")
        .defer("unit__facts", "unit__result")
    )
    answered = {each.unit_id for each in open_ones}
    for unit in units:
        if unit.agency_id in bodies:
            yield from _at_own_sheet(unit, unit.pk in answered, now)
        if unit.reviewer_id in bodies and unit.round.state == State.FIRST and not unit.scored_at:
            yield Waiting("交叉评审", f"{unit.round}：{unit.name}", unit.get_absolute_url())
    for each in open_ones:
        if each.state == Objection.State.AWAITING_APPROVAL and each.unit.agency_id in bodies:
            until = each.unit.round.objections_until
            yield Waiting("审签异议", f"{each.unit.round}异议", each.get_absolute_url(), until)
        if each.state == Objection.State.RAISED and each.unit.reviewer_id in bodies:
            yield Waiting("复核异议", f"{each.unit.name}的异议", each.get_absolute_url())


def _at_own_sheet(unit, has_objected, now):
    """自评 until it is signed; 复核 as long as there is time for it and nothing was said yet."""
    round = unit.round
    if round.state == State.SELF and unit.standing == Standing.SCORED and not unit.self_signed_at:
        what = "审签自评" if unit.self_written_at else "自评"
        late = now > round.self_until
        yield Waiting(what, f"{round}自评", unit.get_absolute_url(), round.self_until, late)
    silent = round.state == State.FEEDBACK and not unit.agreed_at and not has_objected
    if silent and now <= round.objections_until:
        yield Waiting("复核", f"{round}得分复核", unit.get_absolute_url(), round.objections_until)


def _of_office(plan):
    raised = Objection.objects.filter(
        unit__round__scheme__plan=plan,
        unit__reviewer__isnull=True,
        unit__round__state=State.FEEDBACK,
        state=Objection.State.RAISED,
    )
    number = raised.count()
    rounds = AssessmentRound.objects.filter(scheme__plan=plan).exclude(state=State.PUBLISHED)
    for each in rounds.select_related("scheme__plan"):
        yield Waiting("办理", f"{each}：{each.get_state_display()}", each.get_absolute_url())
        if number and each.state == State.FEEDBACK:
            url = reverse("assessment:objections", args=[plan.code, each.scheme.year])
            yield Waiting("复核", f"{each}异议 {number} 件待复核", f"{url}?state=raised")


def _of_leader(plan):
    deciding = AssessmentRound.objects.filter(scheme__plan=plan, state=State.DECIDING)
    for each in deciding.select_related("scheme__plan"):
        yield Waiting("查看", f"{each}待领导小组审定", each.get_absolute_url())
