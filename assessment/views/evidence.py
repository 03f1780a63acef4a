"""What the score of the host unit cites, read by the people of the unit that reviews it."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessment import evidence
from assessment.secrecy import secret_of
from assessment.views.unit import unit_at


@require_safe
def evidence_return(request, plan, year, code, pk):
    """A return of the unit, with the versions that had left it when its score was frozen."""
    unit, secret = _reviewed_at(request, plan, year, code)
    return _shown(request, unit, "return", evidence.cited_return(request.user, unit, secret, pk))


@require_safe
def evidence_order(request, plan, year, code, pk):
    """An order given to the unit, with what it had answered by then."""
    unit, secret = _reviewed_at(request, plan, year, code)
    return _shown(request, unit, "order", evidence.cited_order(unit, secret, pk))


def _reviewed_at(request, plan, year, code):
    """(the sheet of an address, what is sensitive by now) for who reviews it now; else 404."""
    unit = unit_at(request, plan, year, code)
    if not evidence.opens_evidence(request.user, unit):
        raise Http404
    return unit, secret_of(unit.round.scheme.plan, request.user)


def _shown(request, unit, what, cited):
    if cited is None:
        raise Http404
    context = {"plan": unit.round.scheme.plan, "round": unit.round, "unit": unit, "cited": cited}
    return render(request, f"assessment/evidence_{what}.html", context)
