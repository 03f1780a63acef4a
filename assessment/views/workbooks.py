"""The year's assessment as Excel: the whole round, one unit's sheet, the city's forms, and 试算."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.spreadsheets import workbook_response
from assessment import overview, permissions, running
from assessment.exports import book, issuing, reading
from assessment.models import UnitScore
from assessment.views.rounds import round_at
from assessment.views.running import body_at
from progress.views.place import plan_at


@require_safe
def workbook(request, plan, year):
    """The workbook of a year's round."""
    round = round_at(request, plan, year)
    permissions.check_take_workbook(request.user, round)
    found = reading.year_of_round(
        round, UnitScore.objects.visible_to(request.user), timezone.now(), reader=request.user
    )
    return _given(request, book.filename(found), round, book.year_workbook(found))


@require_safe
def sheet_excel(request, plan, year, code):
    """考核评分表 of one unit: its own for its people."""
    round = round_at(request, plan, year)
    units = UnitScore.objects.visible_to(request.user).filter(agency__code=code)
    unit = get_object_or_404(units, round=round)
    unit.round = round
    known = {
        "drafts": permissions.serves(request.user, unit.agency_id),
        "scores": overview.reads_score(request.user, unit),
    }
    found = reading.year_of_round(round, units, timezone.now(), reader=request.user, **known)
    row = found.units[0]
    return _given(request, book.filename(found, row), unit, book.unit_workbook(found, row))


@require_safe
def export_form(request, plan, year, kind):
    """One of the forms of the two city assessments."""
    round = round_at(request, plan, year)
    permissions.check_take_workbook(request.user, round)
    found = reading.year_of_round(
        round, UnitScore.objects.visible_to(request.user), timezone.now(), reader=request.user
    )
    form = next((each for each in found.forms if each.kind == kind), None)
    if form is None:
        raise Http404
    return _given(request, f"{year} {form.title}", round, book.form_workbook(found, form))


@require_safe
def running_workbook(request, plan, year):
    """The workbook of the year still running, marked 试算."""
    permissions.check_take_trial(request.user)
    plan = plan_at(request, plan)
    found = running.running(plan, year, request.user, timezone.now())
    return _trial(request, found, None)


@require_safe
def running_sheet_excel(request, plan, year, code):
    """The running sheet of one unit: its own for its people."""
    permissions.check_read_running(request.user)
    plan = plan_at(request, plan)
    agency = body_at(request.user, code)
    found = running.running(plan, year, request.user, timezone.now(), agency=agency)
    return _trial(request, found, next(iter(found.rows), None))


def _trial(request, found, row):
    if found.scheme is None or not found.rows:
        raise Http404
    year = reading.year_of_running(found)
    if row is None:
        return _given(request, book.filename(year), found.scheme, book.year_workbook(year))
    unit = year.units[0]
    return _given(request, book.filename(year, unit), found.scheme, book.unit_workbook(year, unit))


def _given(request, name, subject, content):
    if request.method == "GET":
        issuing.record(name, subject, by=request.user, now=timezone.now())
    return workbook_response(name, content)
