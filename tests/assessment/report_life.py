"""A report of the office as it comes out of the gathering, and editions of it, without the gathering."""

from assessment import editing, editions
from assessment.models import Edition, Outline, ReportParagraph, ReportSection, SummaryReport
from progress.content import fingerprint
from tests import factories
from tests.assessment.report_data import SOURCE, TEXT, figures

NOW = factories.AFTER_DUE


def make_summary(by, period=None, **said):
    """A report being edited, of one section with a heading and a paragraph."""
    period = period or factories.make_period()
    # Charts are drawn where they are looked at: in test_documents.
    named = {"title": "报告", "charts": False}
    outline, _ = Outline.objects.get_or_create(plan=period.plan, kind="quarter", defaults=named)
    whole = {
        "title": "关于2030年第一季度落实《某计划》情况的报告",
        "addressee": "市委",
        "body": "市领导小组办公室",
        "figures": figures(2),
        "state": SummaryReport.State.EDITING,
        "gathered_at": NOW,
        "made_at": NOW,
        "made_by": by,
    }
    report = SummaryReport.objects.create(period=period, outline=outline, **(whole | said))
    section = ReportSection.objects.create(report=report, order=1, heading="总体情况", source="overview")
    for order, (level, text) in enumerate([(2, "某某行动"), (0, TEXT)], start=1):
        ReportParagraph.objects.create(section=section, order=order, level=level, text=text, sources=[SOURCE])
    return report


def make_edition(report, by, number=1):
    """An edition of the report as it stands."""
    report = editing.with_sections(SummaryReport.objects.filter(pk=report.pk)).get()
    data = editions.data_of(report)
    frozen = {"frozen_at": NOW, "frozen_by": by, "is_demo": report.is_demo}
    return Edition.objects.create(report=report, number=number, data=data, sha256=fingerprint(data), **frozen)
