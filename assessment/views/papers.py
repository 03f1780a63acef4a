"""Downloads of a report: the Word file, the attachments as Excel and the PDF of an edition, and the Word file
of what the office is still writing."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from agencies.official_page import word_response
from agencies.spreadsheets import workbook_response
from assessment import editing, editions
from assessment.documents import paper_marks
from assessment.documents.pdf import pdf_of
from assessment.documents.tables import tables_of
from assessment.documents.word import word_of
from assessment.models import Edition, SummaryReport
from assessment.permissions import check_edit_reports, check_read_reports
from progress import issuing
from progress.models import Issuance
from progress.views.place import plan_at


def edition_at(request, plan, pk, number):
    """The edition of an address, where this person may read it; else 404."""
    check_read_reports(request.user)
    plan = plan_at(request, plan)
    reports = SummaryReport.objects.visible_to(request.user).filter(period__plan=plan)
    rows = Edition.objects.filter(report__in=reports).select_related("report__period__plan")
    return get_object_or_404(rows, report=pk, number=number)


@require_safe
def edition_word(request, plan, pk, number):
    """An edition as a Word file in official form: the same bytes every time."""
    found = edition_at(request, plan, pk, number)
    return word_response(_given_out(request, found), _word(found))


@require_safe
def edition_tables(request, plan, pk, number):
    """The attachments of an edition as one Excel file."""
    found = edition_at(request, plan, pk, number)
    content = tables_of(found.data, is_demo=found.is_demo)
    return workbook_response(f"{_given_out(request, found)} 附件", content)


@require_safe
def edition_pdf(request, plan, pk, number):
    """An edition as PDF, where LibreOffice is there to lay it out; else why not, in words."""
    found = edition_at(request, plan, pk, number)
    content = pdf_of(_word(found))
    response = HttpResponse(content, content_type="application/pdf")
    name = f"{_given_out(request, found)}.pdf"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def report_preview_word(request, plan, pk):
    """The report as it stands as a Word file that says it is a draft; `?for=comments`: 征求意见稿."""
    check_read_reports(request.user)
    check_edit_reports(request.user)
    plan = plan_at(request, plan)
    rows = editing.with_sections(SummaryReport.objects.visible_to(request.user))
    found = get_object_or_404(rows.filter(state=SummaryReport.State.EDITING), period__plan=plan, pk=pk)
    stage = "comments" if request.GET.get("for") == "comments" else "draft"
    mark = paper_marks.of_preview(stage, is_demo=found.is_demo)
    name = f"{plan.code} {found.period.label}报告 {paper_marks.STAGES[stage]}"
    return word_response(name, word_of(editions.data_of(found), mark=mark))


def _word(edition):
    return word_of(edition.data, mark=paper_marks.of_edition(edition.data, is_demo=edition.is_demo))


def _given_out(request, edition):
    """What the file is called, without its ending; that it was taken is noted, for corrections ask for it."""
    period = edition.report.period
    name = f"{period.plan.code} {period.label}报告 第{edition.number}稿"
    if request.method == "GET":
        now = timezone.now()
        issuing.record_issue(Issuance.Kind.REPORT, name, period=period, by=request.user, now=now)
    return name
