"""What the unit that reviews the office's host unit may open of it: what the frozen score cites.

It judges what it did not ask for and may not open otherwise: the returns and orders the score is made of, as
they were when it was frozen; while the round is with it; never of a sensitive task. Reading is not noted, as
it is nowhere in this house.
"""

from dataclasses import dataclass, replace

from django.urls import reverse

from assessment.facts import OrderFact, ReturnFact, UnitFacts
from assessment.models import AssessmentRound
from assessment.permissions import serves
from progress import paper, units
from progress.models import ProgressReport
from supervision.models import OrderFeedback, SupervisionOrder

State = AssessmentRound.State
# While it confirms the score, and while it answers objections to it.
WITH_REVIEWER = (State.FIRST, State.FEEDBACK)


def opens_evidence(user, unit) -> bool:
    """Whether the person reviews the unit for its score now; its round is at hand."""
    return serves(user, unit.reviewer_id) and unit.round.state in WITH_REVIEWER


def places(unit, facts) -> dict[str, str]:
    """{address of a return or order among the facts: that of its page for the reviewing unit}."""
    cited = [("return", each.report, each.url) for each in facts.returns if not each.sensitive]
    cited += [("order", each.order, each.url) for each in facts.orders if not each.sensitive]
    scheme = unit.round.scheme
    where = [scheme.plan.code, scheme.year, unit.agency.code]
    return {url: reverse(f"assessment:evidence_{what}", args=[*where, pk]) for what, pk, url in cited}


@dataclass(frozen=True)
class CitedReturn:
    """fact: as the score knows it; versions: [(ReportVersion, its lines)], the newest first."""

    fact: ReturnFact
    versions: list


@dataclass(frozen=True)
class CitedOrder:
    """fact: as the score knows it; feedback: what had left its body by then, oldest first."""

    fact: OrderFact
    order: SupervisionOrder
    feedback: list


def cited_return(user, unit, secret, pk) -> CitedReturn | None:
    """A return the unit's score cites (its id), with the versions there were; None where it cites none such.

    secret: what is sensitive by now. What was given to a lead is between the two: of it there is no text.
    """
    fact = _among(_facts(unit, secret).returns, lambda each: each.report == pk)
    if fact is None:
        return None
    report = ProgressReport.objects.get(pk=pk)
    if report.is_contribution:
        return CitedReturn(fact, [])
    kept = report.versions.filter(frozen_at__lte=unit.round.facts_at).order_by("-number")
    unknown = units.unknown_to(user) if report.task_id is None else ()
    shown = []
    for each in kept:
        each.content = units.readable_part(user, report, each.content, unknown)
        lines = [replace(line, text=secret.words(line.text)) for line in paper.lines(each.content)]
        shown.append((each, lines))
    return CitedReturn(fact, shown)


def cited_order(unit, secret, pk) -> CitedOrder | None:
    """An order (its id) the unit's score cites, with what was answered; None where it cites none such."""
    fact = _among(_facts(unit, secret).orders, lambda each: each.order == pk)
    if fact is None:
        return None
    left = OrderFeedback.objects.filter(order=pk, left_at__lte=unit.round.facts_at)
    feedback = list(left.exclude(state=OrderFeedback.State.WITHDRAWN).order_by("left_at", "pk"))
    [order] = secret.spared([SupervisionOrder.objects.get(pk=pk)], "title", "requirement", "basis")
    return CitedOrder(fact, order, secret.spared(feedback, "text", "opinion"))


def _facts(unit, secret):
    return secret.facts(UnitFacts.from_json(unit.facts)) if unit.facts else UnitFacts("", "", "", 0, "")


def _among(facts, is_wanted):
    return next((each for each in facts if is_wanted(each) and not each.sensitive), None)
