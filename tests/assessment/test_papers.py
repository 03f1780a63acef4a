"""Downloading a report: who may, what is in it, that it stays the same, and that it is noted as given out."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from docx import Document

from assessment.documents import pdf
from assessment.models import ReportParagraph, SummaryReport
from progress import issuing
from progress.models import Issuance
from tests import factories
from tests.assessment.report_data import TEXT
from tests.assessment.report_life import make_edition, make_summary
from tests.factories import AFTER_DUE, walk

pytestmark = pytest.mark.django_db
PLAN = "2030-2032"


@pytest.fixture
def report(office):
    return make_summary(office)


@pytest.fixture
def edition(report, office):
    return make_edition(report, office)


def address(name, edition):
    return reverse(f"assessment:edition_{name}", args=[PLAN, edition.report_id, edition.number])


def lines(response):
    # A long title is broken into lines.
    paragraphs = Document(BytesIO(response.content)).paragraphs
    return [each.text.replace("\n", "") for each in paragraphs if each.text]


def test_an_edition_is_the_same_file_whatever_becomes_of_the_report(edition, report, office, leader, as_):
    first = as_(leader).get(address("word", edition))
    assert first["Content-Disposition"].endswith("%E7%AC%AC1%E7%A8%BF.docx")
    assert lines(first)[:3] == ["送审稿　未签发", report.title, "市委："] and TEXT in lines(first)
    ReportParagraph.objects.filter(level=0).update(text="改了")
    SummaryReport.objects.update(title="改了的标题", state="cancelled")
    again = as_(office).get(address("word", edition))
    assert again.content == first.content
    tables = as_(leader).get(address("tables", edition))
    assert tables.content == as_(office).get(address("tables", edition)).content
    assert len(openpyxl.load_workbook(BytesIO(tables.content)).sheetnames) == 3


def test_what_is_taken_is_noted_for_corrections(edition, office, fgw, people, as_):
    """An edition on a year rests on the returns of its quarters; looking at its headers takes nothing."""
    task = factories.make_task(leads=[fgw])
    returned = walk(factories.make_report(task, fgw), "accepted", percent=20, **people)
    year = make_edition(make_summary(office, factories.make_year(), title="全年"), office)
    at = as_(office)
    at.head(address("word", year))
    assert not Issuance.objects.exists()
    at.get(address("word", year))
    Issuance.objects.update(at=AFTER_DUE)
    assert [each.title for each in issuing.issued_from(returned, 1)] == ["2030-2032 2030年度报告 第1稿"]
    assert issuing.issued_from(returned, 1)[0].kind == "总结报告"


def test_the_preview_says_that_it_is_a_draft(report, office, leader, as_):
    preview = reverse("assessment:report_preview_word", args=[PLAN, report.pk])
    assert lines(as_(office).get(preview))[0] == "代拟稿"
    assert lines(as_(office).get(f"{preview}?for=comments"))[0] == "征求意见稿"
    assert as_(leader).get(preview).status_code == 403
    assert not Issuance.objects.exists()
    SummaryReport.objects.update(state="cancelled")
    assert as_(office).get(preview).status_code == 404


def test_a_signed_edition_has_no_mark_and_one_of_the_demonstration_says_so(report, office, as_):
    SummaryReport.objects.update(signed_on="2030-04-10", number="宿长三角办〔2030〕3号", signer="周主任")
    assert lines(as_(office).get(address("word", make_edition(report, office))))[0].startswith("宿长三角办")
    SummaryReport.objects.update(is_demo=True)
    shown = lines(as_(office).get(address("word", make_edition(report, office, 2))))
    assert shown[0] == "演示数据　请勿引用" and "2030年4月10日" in shown


@pytest.mark.parametrize("name", ["word", "tables", "pdf"])
def test_others_do_not_get_it(edition, reporter, admin, as_, name):
    assert as_(reporter).get(address(name, edition)).status_code == 403
    assert as_(admin).get(address(name, edition)).status_code == 403


def test_the_pdf_or_why_there_is_none(edition, office, as_, monkeypatch):
    monkeypatch.setattr(pdf, "program", lambda: None)
    refused = as_(office).get(address("pdf", edition))
    assert refused.status_code == 403 and "libreoffice-writer" in refused.content.decode()
    assert not Issuance.objects.exists()
    page = reverse("assessment:edition", args=[PLAN, edition.report_id, edition.number])
    assert "data-refused=" in as_(office).get(page).content.decode()
    monkeypatch.setattr("assessment.views.papers.pdf_of", lambda word: b"%PDF-1.7")
    made = as_(office).get(address("pdf", edition))
    assert (made.content, made["Content-Type"]) == (b"%PDF-1.7", "application/pdf")
    assert Issuance.objects.get().title == "2030-2032 2030年第一季度报告 第1稿"
