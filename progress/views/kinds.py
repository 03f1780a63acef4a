"""Which sheet, form and page belong to a report: those of a task's return or of a unit's summary."""

from django.urls import reverse

from progress import forms, unit_forms
from progress.models import ProgressReport
from progress.return_sheet import ReturnSheet
from progress.unit_sheet import UnitSheet

# The pages of a task's return, and those of a unit's summary that answer them.
OF_UNIT = {
    "progress:return_form": "progress:unit_form",
    "progress:versions": "progress:unit_versions",
    "progress:correction_new": "progress:correction_new_unit",
}


def is_of_unit(report):
    return report.kind == ProgressReport.Kind.UNIT


def sheet_of(report):
    """The sheet of a report as `content.load` gives it."""
    return UnitSheet(report) if is_of_unit(report) else ReturnSheet(report)


def form_of(sheet, data=None):
    """The form of the sheet's report, bound where data is given."""
    return unit_forms.UnitForm(sheet, data) if is_of_unit(sheet.report) else forms.ReturnForm(sheet, data)


def as_typed(sheet):
    """The report as it stands, as the controls of its form would hold it: {name: text}."""
    return (unit_forms if is_of_unit(sheet.report) else forms).as_typed(sheet)


def carried_values(sheet):
    """Last time's words, by the names of the form's controls."""
    return (unit_forms if is_of_unit(sheet.report) else forms).carried_values(sheet)


def template_of(report, page):
    """The template of a page of the report; page: “form”, “read”, …"""
    return f"progress/{'unit' if is_of_unit(report) else 'return'}_{page}.html"


def address(report, name):
    """The address of another page of this report (`progress:versions`)."""
    place = [report.period.plan.code, report.period.code]
    if is_of_unit(report):
        return reverse(OF_UNIT[name], args=[*place, report.agency.code])
    return reverse(name, args=[*place, report.task.number, report.agency.code])
