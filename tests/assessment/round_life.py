"""Rounds for tests: a published scheme, begun, and walked from step to step through the real verbs.

The year is 2030 of the small plan; 市发展改革委 leads task 1 and 市科技局 task 2. Nothing was reported, so
that every unit has something to lose. Everything happens in January 2031 unless `now=` says otherwise.
"""

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal

from assessment import adjustments, confirming, objections, rounds, self_assessment
from assessment.models import AssessmentRound, Criterion, Scheme
from assessment.self_assessment import Claim
from tests.factories import SHANGHAI, make_period, make_plan, make_report, make_task
from tests.supervision.order_life import pdf

State = AssessmentRound.State
BEGUN = datetime(2031, 1, 6, 9, 0, tzinfo=SHANGHAI)
FIRST = BEGUN + timedelta(days=14)  # 自评 is over
FED_BACK = BEGUN + timedelta(days=16)
DECIDED = BEGUN + timedelta(days=30)  # the window for objections is over
PUBLISHED = BEGUN + timedelta(days=35)
WEIGHTS = (("任务完成", "completion", 50), ("报送及时性", "timeliness", 30), ("人工评定项", "by_hand", 20))
# What both units come to: one return of one is missing, 1 of the 30 points of 报送及时性, which takes over
# the weight of the others: no lamp was confirmed, nothing awarded by hand.
BASE = Decimal("96.67")


def make_year_of_returns(*leads, plan=None):
    """A task for each of `leads` with a return for the first quarter nobody filed."""
    plan = plan or make_plan()
    period = make_period(plan=plan)
    for number, agency in enumerate(leads, start=plan.tasks.count() + 1):
        make_report(make_task(number, leads=[agency], plan=plan), agency, period)
    return plan


def make_scheme(by, plan=None, year=2030, *, published=True, listed=(), weights=WEIGHTS, **fields):
    stated = {"made_at": BEGUN, "made_by": by, "title": f"{year}年度考核办法"}
    scheme = Scheme.objects.create(plan=plan or make_plan(), year=year, **(stated | fields))
    for order, (name, formula, weight) in enumerate(weights, start=1):
        Criterion.objects.create(
            scheme=scheme, order=order, name=name, formula=formula, weight=Decimal(weight)
        )
    scheme.listed.set(listed)
    if published:
        published_again(scheme, at=BEGUN, by=by)
    return scheme


def published_again(scheme, *, at, by):
    scheme.state, scheme.published_at, scheme.published_by = Scheme.State.PUBLISHED, at, by
    scheme.save(update_fields=["state", "published_at", "published_by"])


@contextmanager
def drafted(scheme):
    """A published scheme as a draft, to be changed by hand; then it is published as it was."""
    at, by = scheme.published_at, scheme.published_by
    unpublish(scheme)
    yield scheme
    published_again(scheme, at=at, by=by)


def unpublish(scheme):
    published = Scheme.objects.filter(pk=scheme.pk)
    published.update(state=Scheme.State.DRAFT, published_at=None, published_by=None)


def unit_of(round, agency):
    return confirming.load(round.units.get(agency=agency).pk)


def confirm_all(round, by, now=FIRST):
    seen = {confirming.load(each.pk): each.revision for each in round.units.exclude(standing="excluded")}
    return confirming.confirm_many(seen, by=by, now=now)


def decision(**said):
    usual = {"decision": "领导小组第二次会议", "decided_on": date(2031, 2, 8), "circular_number": "1号"}
    return rounds.Decision(**(usual | said))


def walk_round(round, to, by):
    """Take a round forwards to the state `to`; every unit is confirmed by `by`. Returns it."""
    acts = {
        State.SELF: lambda seen: rounds.close_self(round, by=by, now=FIRST, **seen),
        State.FIRST: lambda seen: _given_back(round, by, seen),
        State.FEEDBACK: lambda seen: rounds.hand_up(round, by=by, now=DECIDED, **seen),
        State.DECIDING: lambda seen: rounds.publish(
            round, said=decision(), scan=pdf("纪要.pdf"), by=by, now=PUBLISHED, **seen
        ),
    }
    while round.state != to:
        round = acts[round.state]({"revision": round.revision})
    return round


def _given_back(round, by, seen):
    confirm_all(round, by)
    return rounds.give_back(round, by=by, now=FED_BACK, **seen)


def claimed(unit, by, now=BEGUN, points=10, **more):
    claims = {each: Claim(Decimal(points)) for each in unit.round.scheme.criteria.all()}
    return self_assessment.save(unit, claims, "自评说明", by=by, now=now, revision=unit.revision, **more)


def state(unit, by, *, kind="addition", points="2", now=FED_BACK, uploads=None, basis="市委文件", **said):
    stated = adjustments.Stated(kind, Decimal(points) if points is not None else None, basis, **said)
    return adjustments.state(unit, stated, [pdf()] if uploads is None else uploads, by=by, now=now)


def object_to(unit, by, now=FED_BACK, text="系统故障导致迟报。", **said):
    return objections.write(unit, text, by=by, now=now, **said)
