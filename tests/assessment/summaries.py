"""Gathered reports of the office without the gathering: a few sections with paragraphs and sources."""

from datetime import date

from assessment.models import Outline, OutlineSection, ReportParagraph, ReportSection, SummaryReport
from tests import factories

Source = OutlineSection.Source
OVERVIEW = "2030年，8项重点任务有序推进，常住人口城镇化率50.2%。"
BUILT = "建成平台3个，完成投资1.2亿元，带动就业1200人。"
PROBLEM = "部分项目用地保障不足，前期工作推进较慢。"
HEAD = {
    "title": "关于2030年落实《某三年行动计划》情况的报告",
    "addressee": "市委、市政府",
    "signer": "周主任",
    "number": "宿长三角办〔2030〕12号",
    "body": "宿州市推进长三角一体化发展领导小组办公室",
    "signed_on": date(2030, 12, 8),
}


def source(task=1, agency="fgw", **said):
    """A source in the shape of ReportParagraph."""
    usual = {"agency_name": "市发展改革委", "period": "2030Q1", "version": 2, "report": 1}
    return {"task": task, "agency": agency} | usual | said


def make_outline(plan=None, kind=Outline.Kind.ANNUAL):
    outline, _ = Outline.objects.get_or_create(
        plan=plan or factories.make_plan(), kind=kind, defaults={"title": "关于{期}情况的报告"}
    )
    return outline


def make_summary(by, *, figures=None, is_demo=False, **head):
    """A gathered annual report with three sections: an overview, one 行动 with a source, problems."""
    report = SummaryReport.objects.create(
        period=factories.make_year(),
        outline=make_outline(),
        state=SummaryReport.State.EDITING,
        gathered_at=factories.AFTER_DUE,
        figures=figures or {},
        made_at=factories.AFTER_DUE,
        made_by=by,
        is_demo=is_demo,
        **(HEAD | head),
    )
    add_section(report, "总体情况", Source.OVERVIEW, [(0, OVERVIEW, [])])
    add_section(report, "主要做法和成效", Source.CHAPTERS, [(2, "某某行动", []), (0, BUILT, [source()])])
    add_section(
        report, "存在问题", Source.PROBLEMS, [(0, PROBLEM, [source(2, "kjj", agency_name="市科技局")])]
    )
    return report


def add_section(report, heading, kind, rows):
    """A section as it was gathered; rows: [(level, text, sources)]."""
    section = ReportSection.objects.create(
        report=report,
        order=report.sections.count() + 1,
        heading=heading,
        source=kind,
        gathered_at=factories.AFTER_DUE,
    )
    ReportParagraph.objects.bulk_create(
        ReportParagraph(section=section, order=order, level=level, text=text, gathered=text, sources=sources)
        for order, (level, text, sources) in enumerate(rows, start=1)
    )
    return section


def section_of(report, heading):
    return report.sections.get(heading=heading)


def texts_of(section):
    return list(section.paragraphs.order_by("order").values_list("text", flat=True))
