"""Who there is to act in a round today: to sign for a unit, to score it, to decide its objections; and where
there is nobody, how it goes on.

Nothing here lets anybody do what `permissions` refuses. It says beforehand what would be refused to everyone,
and whom to ask: the round must not wait in silence for somebody who is not there.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from agencies import reach
from agencies.along import number_of
from agencies.models import AgencySuccession, Post, Role, User
from agencies.writing import some_of
from assessment.models import AssessmentRound, UnitScore
from assessment.permissions import BODY, stated_by_hand

State = AssessmentRound.State
Standing = UnitScore.Standing
# Units named in a sentence before it says that there are more.
MOST_NAMED = 8


@dataclass(frozen=True)
class Deciders:
    """people: ids of those who may decide an objection; names: theirs, in the order of the posts; base: ids
    of those who score the unit and of the office, to be told where nobody may; way_out: what is to be done
    then, else ""."""

    people: frozenset[int]
    names: tuple[str, ...]
    base: frozenset[int]
    way_out: str = ""


# --- signing -------------------------------------------------------------------------------------------


def signing_for(unit, now):
    """Ids of those who sign for a unit; of its reporters where the post of its approver is vacant."""
    held = reach.people_by_role([unit.agency_id], Role.APPROVER, Role.REPORTER, now=now)[unit.agency_id]
    return held[Role.APPROVER] or held[Role.REPORTER]


# --- scoring -------------------------------------------------------------------------------------------


class Posted:
    """The people in post today at the office and at some bodies, by name; one query, two where the
    successions are not at hand.

    bodies: ids; successions: who acts for whom (`User.successions`).
    """

    def __init__(self, bodies, now, successions=None):
        self.chains = AgencySuccession.objects.acting().chains() if successions is None else successions
        acting = set().union(*(self._acting(each) for each in bodies)) if bodies else set()
        posts = Post.objects.on(timezone.localdate(now)).filter(user__is_active=True)
        wanted = Q(role=Role.OFFICE) | Q(role__in=BODY, agency__in=acting)
        found = posts.filter(wanted).select_related("user").order_by("pk")
        self.rows = [(each.role, each.agency_id, each.user) for each in found]
        self.names = {user.pk: str(user) for _, _, user in self.rows}

    def _acting(self, agency):
        return {agency} | {new for old, new in self.chains if old == agency}

    @property
    def office(self):
        """Ids of the office's people."""
        return frozenset(user.pk for role, _, user in self.rows if role == Role.OFFICE)

    def at(self, agency):
        """Ids of a body's own people, those of its successors with them."""
        bodies = self._acting(agency)
        return frozenset(user.pk for role, body, user in self.rows if role in BODY and body in bodies)

    def scoring(self, unit):
        """Ids of those who may score a unit (`permissions.check_score`)."""
        base = self.at(unit.reviewer_id) if unit.reviewer_id else self.office
        return base - self.at(unit.agency_id)


def why_unscored(units, now):
    """Why nobody can confirm the score of some of these units, in sentences; two queries."""
    posted = Posted({body for each in units for body in (each.agency_id, each.reviewer_id) if body}, now)
    said = []
    for each in units:
        if posted.scoring(each):
            continue
        if each.reviewer_id and not posted.at(each.reviewer_id):
            said.append(
                f"{each.name}由{each.reviewer.name}交叉评审，{each.reviewer.name}没有在岗的填报人或审核人，"
                "请系统管理员为它增设。"
            )
        else:
            whose = each.reviewer.name if each.reviewer_id else "办公室"
            said.append(f"{each.name}：{whose}在岗人员都在该单位任职，不能评定，请系统管理员增设其他人员。")
    return said


# --- objections ----------------------------------------------------------------------------------------


def deciders_of(objection, now, successions=None):
    """The Deciders of an objection with its unit, reviewer and round at hand. Three queries at most."""
    unit = objection.unit
    posted = Posted([each for each in (unit.agency_id, unit.reviewer_id) if each], now, successions)
    base, stated = posted.scoring(unit), stated_by_hand(objection)
    people = base - stated - {unit.scored_by_id}
    names = tuple(name for pk, name in posted.names.items() if pk in people)
    told = base if unit.reviewer_id is None else base | posted.office
    return Deciders(people, names, told, "" if people else _way_out(unit, base, posted.names, now))


def _way_out(unit, base, names, now):
    """base: those who might decide, had they not scored the unit or stated points of it by hand."""
    whose = f"{unit.reviewer.name}增设填报人或审核人" if unit.reviewer_id else "办公室增设在岗人员"
    another = f"请系统管理员为{whose}，由没有经手这项评分的同志复核。"
    inclined = [pk for pk in names if pk in base and pk != unit.scored_by_id]
    if not inclined:
        return another
    decides = inclined[0]
    # Who takes over what was stated answers for it instead, so it cannot be who decides.
    takes_over = unit.scored_by_id if unit.scored_by_id in base else next(iter(inclined[1:]), None)
    if takes_over is None:
        return another
    decides, takes_over = names[decides], names[takes_over]
    until = unit.round.objections_until
    if until is not None and now > until:
        how = (
            f"反馈复核已经截止，请先退回初评：{decides}撤销自己登记的，由{takes_over}重新登记、确认得分，"
            f"再次反馈后由{decides}复核。"
        )
    else:
        how = f"请{decides}撤销自己登记的，由{takes_over}重新登记，然后由{decides}复核。"
    return f"{how}也可以{another}"


# --- the units of a round --------------------------------------------------------------------------------


def without_people(round, reader, now=None):
    """What the office should know of units nobody, or nobody who signs, acts for, in sentences; of its own
    number too. One query. reader: the User looking, whose request knows the successions.

    None of it holds the round; after 反馈复核 there is nothing to mend.
    """
    if round.state not in (State.SELF, State.FIRST, State.FEEDBACK):
        return []
    posts = Post.objects.on(timezone.localdate(now)).filter(user__is_active=True)
    own = posts.filter(agency=OuterRef("agency"))
    units = (
        UnitScore.objects.filter(round=round).exclude(standing=Standing.EXCLUDED).order_by("agency__order")
    )
    # A body with a successor is served by that one's people.
    units = units.exclude(agency__in=[old for old, _ in reader.successions])
    office = User.objects.filter(pk__in=posts.filter(role=Role.OFFICE).values("user"))
    rows = units.annotate(
        reports=Exists(own.filter(role=Role.REPORTER)),
        signs=Exists(own.filter(role=Role.APPROVER)),
        office=number_of(office),
    ).values_list("name", "reports", "signs", "agency__needs_approver", "office")
    rows = list(rows)
    silent = [name for name, reports, *_ in rows if not reports]
    unsigned = [name for name, reports, signs, needed, _ in rows if reports and needed and not signs]
    said = []
    if rows and rows[0][-1] == 1:
        said.append("办公室只有 1 人在岗：初评人不能复核异议，请系统管理员在反馈各单位以前增设在岗人员。")
    if silent:
        names = some_of(silent, MOST_NAMED, "家")
        said.append(f"{names}没有填报人，收不到告知，也不能自评和提出异议，请系统管理员增设。")
    if unsigned:
        names = some_of(unsigned, MOST_NAMED, "家")
        said.append(f"{names}没有审核人，由另一位填报人审签；只有一位填报人的，请系统管理员补设审核人。")
    return said
