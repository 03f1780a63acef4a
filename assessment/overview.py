"""Where the assessment of each year of a plan stands, and a round as a list of its units.

What a person may know: the office everything; a unit its own sheet, with its score from 反馈复核 on; leaders
from 领导小组审定 on; after 通报 everybody the summary, one's own detail only.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import CharField, Count, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.fields.json import KT

from agencies.models import Role
from assessment import evidence, rounds
from assessment.facts import UnitFacts
from assessment.models import AssessmentRound, Objection, RoundStep, Scheme, UnitScore
from assessment.permissions import BODY, serves
from assessment.ranking import converted
from assessment.scoring import Terms, UnitResult
from assessment.self_assessment import of_hundred
from progress.figures import CLASS_CODES
from progress.models import ProgressReport
from progress.timetable import spoken
from supervision.models import SupervisionOrder

State = AssessmentRound.State
Standing = UnitScore.Standing
CENT = Decimal("0.01")
GRADED = {each.value: Count("pk", filter=Q(grade=each.value)) for each in UnitScore.Grade}
# The order in which the steps are shown.
STAGES = (State.SELF, State.FIRST, State.FEEDBACK, State.DECIDING, State.PUBLISHED)
# Scores do not move any more: there is an order and, where the scheme has them, there are grades.
PLACED = (State.DECIDING, State.PUBLISHED)
KNOWN_TO_UNITS = (State.FEEDBACK, State.DECIDING, State.PUBLISHED)


# --- the years of a plan -----------------------------------------------------------------------------


@dataclass(frozen=True)
class YearStanding:
    """A year of a plan: its scheme and round as far as the person may know, its own sheets (UnitScores of the
    bodies the person acts for), what is next in words, how it came out in words where the person may know,
    and why a round cannot begin (the office's button)."""

    year: int
    scheme: Scheme | None
    round: AssessmentRound | None
    own: list
    next_step: str
    outcome: str
    why_not_begin: str


def years_of(plan, user):
    """The YearStandings of a plan, the last year first; at most four queries."""
    schemes = Scheme.objects.visible_to(user).filter(plan=plan)
    schemes = {each.year: each for each in schemes}
    known = AssessmentRound.objects.visible_to(user).filter(scheme__plan=plan).select_related("scheme__plan")
    found = {each.scheme.year: each for each in known}
    own = own_units(user, list(found.values()))
    outcomes = _outcomes(user, found.values())
    years = range(plan.ends_on.year, plan.starts_on.year - 1, -1)
    return [
        YearStanding(
            year,
            schemes.get(year),
            found.get(year),
            [unit for unit in own if found.get(year) and unit.round_id == found[year].pk],
            _next(schemes.get(year), found.get(year)),
            outcomes.get(year, ""),
            "" if year in found or not user.is_office else _why_not(schemes.get(year)),
        )
        for year in years
    ]


def _outcomes(user, known):
    """{year: how its round came out, in a sentence} of the rounds whose places the person may know; at most
    one query."""
    read = {each.pk: each for each in known if each.state in PLACED and reads_summary(user, each)}
    if not read:
        return {}
    units = UnitScore.objects.filter(round__in=read, standing=Standing.SCORED).order_by()
    counted = units.values("round").annotate(scored=Count("pk"), **GRADED)
    return {read[row["round"]].scheme.year: _outcome(read[row["round"]].scheme, row) for row in counted}


def _outcome(scheme, row):
    said = f"参评 {row['scored']} 家"
    if scheme.own_grades:
        grades = [f"{each.label} {row[each.value]} 家" for each in UnitScore.Grade if row[each.value]]
        said = f"{said}：{'、'.join(grades)}"
    return f"{said}。"


def own_units(user, of_rounds):
    """The sheets of the bodies this person acts for, and of those they review, in these rounds; one query."""
    bodies = user.agency_ids(*BODY)
    if not bodies or not of_rounds:
        return []
    rows = UnitScore.objects.filter(Q(agency__in=bodies) | Q(reviewer__in=bodies), round__in=of_rounds)
    rows = list(rows.defer("facts", "result").select_related("agency", "reviewer"))
    by_pk = {each.pk: each for each in of_rounds}
    for each in rows:
        each.round = by_pk[each.round_id]
        each.is_own = each.agency_id in bodies
        each.shown_total = each.total if reads_score(user, each) else None
        each.shows_place = reads_place(user, each)
    return rows


def _why_not(scheme):
    if scheme is None:
        return "先起草并公布考核办法，才能启动。"
    return "" if scheme.state == Scheme.State.PUBLISHED else rounds.NOT_PUBLISHED


def _next(scheme, round):
    """What comes next, in a sentence."""
    if round is None:
        if scheme is None or scheme.state != Scheme.State.PUBLISHED:
            return "考核办法还没有公布。"
        return "考核办法已公布，年度考核还没有启动。"
    if round.state == State.SELF:
        return f"各单位自评，{spoken(round.self_until)}截止。"
    if round.state == State.FIRST:
        return "办公室逐家确认初评，然后反馈各单位。"
    if round.state == State.FEEDBACK:
        return f"各单位可以提出异议，{spoken(round.objections_until)}截止。"
    if round.state == State.DECIDING:
        return "等领导小组审定。"
    return "已通报。"


# --- who may know what of a sheet --------------------------------------------------------------------


def reads_score(user, unit):
    """Whether the person may know the score of a sheet they can see; its round is at hand."""
    if user.is_office or serves(user, unit.reviewer_id):
        return True
    state = unit.round.state
    if serves(user, unit.agency_id) and state in KNOWN_TO_UNITS:
        return True
    return user.has_role(Role.LEADER) and state in AssessmentRound.FOR_LEADERS


def reads_place(user, unit):
    """Whether the person may know rank and grade: the people of the unit and of its reviewer, which stand
    among the others, not before they are decided."""
    among = serves(user, unit.agency_id) or serves(user, unit.reviewer_id)
    return reads_score(user, unit) and (not among or unit.round.state == State.PUBLISHED)


def shows_grades(round):
    """Whether a round has ranks and grades to be read, by who may read its summary at all."""
    return round.scheme.own_grades and round.state in PLACED


def reads_self(user, unit):
    """Whether the person may read the 自评: its own people, others once it is signed."""
    return serves(user, unit.agency_id) or unit.self_signed_at is not None


def result_for(user, unit, criteria, secret):
    """The UnitResult of a sheet whose score the person may know; None before there is one.

    criteria: of its scheme; secret: what is sensitive by now, of which it says no more than facts gathered
    today (both: `secrecy.criteria_and_secret`). Other than the office and the unit's own people, nobody is
    led to what they may not open: the words of a fact stay, its address goes; who reviews the unit now is led
    to `evidence`. One query at most.
    """
    if not unit.result:
        return None
    facts, terms = UnitFacts.from_json(unit.facts), Terms.of(unit.round.scheme, criteria)
    result = secret.result(UnitResult.from_json(unit.result), facts, terms)
    if user.is_office or serves(user, unit.agency_id):
        return result
    if evidence.opens_evidence(user, unit):
        instead = evidence.places(unit, secret.facts(facts))
    else:
        instead = dict.fromkeys(_closed_to(user, facts), "")
    rows = tuple(
        replace(row, lines=tuple(_led_elsewhere(line, instead) for line in row.lines))
        for row in result.criteria
    )
    return replace(result, criteria=rows)


def _led_elsewhere(line, instead):
    """The line with another address. instead: {address of a return or order: the one to take for it}."""
    # A version stands below its return.
    thing, _, version = line.url.partition("versions/")
    if line.sensitive:
        return replace(line, url="")
    place = instead.get(thing, thing)
    return line if place == thing else replace(line, url=place and f"{place}{version}")


def _closed_to(user, facts):
    """The addresses of returns and orders among the facts that this person may not open; one query."""
    addresses = {("return", each.report): each.url for each in facts.returns}
    addresses |= {("order", each.order): each.url for each in facts.orders}
    opened = _opened(ProgressReport, user, "return", [each.report for each in facts.returns]).union(
        _opened(SupervisionOrder, user, "order", [each.order for each in facts.orders])
    )
    opened = set(opened)
    return {url for key, url in addresses.items() if key not in opened}


def _opened(model, user, what, keys):
    """(what, id) of those of `keys` this person may open."""
    rows = model.objects.visible_to(user).filter(pk__in=keys).order_by()
    return rows.annotate(what=Value(what, CharField())).values_list("what", "pk")


# --- the units of a round ----------------------------------------------------------------------------


def reads_summary(user, round):
    """Whether the person may see all units of a round they can see: the office always, leaders from
    领导小组审定 on, everybody once it is published."""
    if user.is_office or round.state == State.PUBLISHED:
        return True
    return user.has_role(Role.LEADER) and round.state in AssessmentRound.FOR_LEADERS


def listed(round):
    """The UnitScores of a round as the list shows them: `first` (the score before additions, as text),
    `added`, `deducted`, what was claimed and of how much, `open_objections`. One query, without the facts."""
    raised = Objection.objects.filter(unit=OuterRef("pk"), state=Objection.State.RAISED).order_by()
    counted = raised.values("unit").annotate(number=Count("pk")).values("number")
    return (
        UnitScore.objects.filter(round=round)
        .defer("facts", "result")
        .select_related("agency", "reviewer", "scored_by")
        .annotate(
            first=KT("result__base"),
            added=KT("result__added"),
            deducted=KT("result__deducted"),
            claimed=Sum("self_scores__points"),
            claimed_of=Sum("self_scores__criterion__weight"),
            open_objections=Subquery(counted),
        )
    )


def with_self_total(units, user):
    """Set `self_total` (of 100) on listed units, None where the person may not read it or there is none."""
    for each in units:
        each.self_total = of_hundred(each.claimed, each.claimed_of) if reads_self(user, each) else None
    return units


@dataclass(frozen=True)
class ClassOfUnits:
    """One of the four classes, apart. units: listed UnitScores; average: of the totals, or None."""

    code: str
    name: str
    units: list
    average: Decimal | None


def by_class(units, forms=()):
    """[ClassOfUnits] of those that have any, in the order of the classes. Sets `converted` on each unit:
    [(form, its 折算分)] for each of `forms` (ExportForms)."""
    found = []
    for code, name in CLASS_CODES.items():
        own = [each for each in units if each.unit_class == code]
        for each in own:
            each.converted = [(form, converted(each.total, form.points)) for form in forms]
        totals = [each.total for each in own if each.total is not None]
        average = (sum(totals) / len(totals)).quantize(CENT, ROUND_HALF_UP) if totals else None
        if own:
            found.append(ClassOfUnits(code, name, own, average))
    return found


def counts(round, now):
    """How many units there are and what is still waited for: {name: number}; one query."""
    units = UnitScore.objects.filter(round=round)
    scored = Q(standing=Standing.SCORED)
    known = ~Q(standing=Standing.EXCLUDED)
    return units.aggregate(
        total=Count("pk"),
        scored=Count("pk", filter=scored),
        feedback=Count("pk", filter=Q(standing=Standing.FEEDBACK)),
        excluded=Count("pk", filter=Q(standing=Standing.EXCLUDED)),
        signed=Count("pk", filter=scored & Q(self_signed_at__isnull=False)),
        confirmed=Count("pk", filter=known & Q(scored_at__isnull=False)),
        known=Count("pk", filter=known),
        agreed=Count("pk", filter=known & Q(agreed_at__isnull=False)),
        **GRADED,
    )


def steps_of(round):
    """The RoundSteps, the last first."""
    steps = RoundStep.objects.filter(round=round).select_related("by")
    found = list(steps.order_by(F("at").desc(), "-pk"))
    for each in found:
        each.label = rounds.LABELS[each.verb]
        each.target = State(each.to_state).label
    return found


def stages(round):
    """[(label, css)] of the way of a round, for `ol.stages`."""
    now = STAGES.index(round.state)
    done = round.state == State.PUBLISHED
    return [
        (State(each).label, "is-done" if place < now or done else "is-now" if place == now else "")
        for place, each in enumerate(STAGES)
    ]


def beyond_caps(scheme, result):
    """What was stated by hand beyond the caps, in words beside the sums."""
    stated = dict.fromkeys(("addition", "deduction"), 0)
    for each in result.by_hand if result else ():
        if each.kind in stated:
            stated[each.kind] += each.points
    said = "登记 {} 分，按上限计 {} 分"
    caps = {"addition": scheme.addition_cap, "deduction": scheme.deduction_cap}
    over = {kind: said.format(points, caps[kind]) for kind, points in stated.items() if points > caps[kind]}
    return {"cap_note_added": over.get("addition", ""), "cap_note_deducted": over.get("deduction", "")}
