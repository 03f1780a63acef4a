"""A report that names what has become sensitive: told before it goes, kept as it is once it is frozen."""

import pytest
from django.urls import reverse

from assessment import checks, circulating, editing, editions
from assessment.models import Edition, ReportParagraph, SummaryReport
from progress.content import fingerprint
from progress.workflow import WrongState
from supervision.models import Consultation
from tasks.models import Task
from tests import factories
from tests.assessment.summaries import Source, add_section, make_summary, source

pytestmark = pytest.mark.django_db
NOW, PLAN = factories.AFTER_DUE, "2030-2032"
FIGURES = {
    "counts": {"tasks": 2},
    "tasks": [{"number": 1, "title": "任务之1", "leads": "市发展改革委", "progress": "建成平台3个。"}],
    "targets": [{"task": 1, "indicator": "平台", "wanted": "≥10个", "value": "3个", "due": True}],
    "projects": [{"task": 1, "name": "某项目"}],
}


@pytest.fixture
def report(office, fgw, kjj):
    factories.make_task(1, leads=[fgw])
    factories.make_task(2, leads=[kjj], title="不可说之项目引进")
    return make_summary(office)


def loaded(report):
    return editing.with_sections(SummaryReport.objects.filter(pk=report.pk)).get()


def must(report):
    found = loaded(report)
    return [flaw for flaw in checks.flaws_of(found, checks.known_of(found)) if flaw.is_must]


def mark(*numbers):
    Task.objects.filter(plan__code=PLAN, number__in=numbers).update(is_sensitive=True)


def address(name, *args):
    return reverse(f"assessment:{name}", args=[PLAN, *args])


def test_a_paragraph_drawn_from_what_has_become_sensitive_must_be_mended(report, office, as_):
    assert must(report) == []
    mark(2)
    [flaw] = must(report)
    drawn = ReportParagraph.objects.get(section__heading="存在问题")
    assert (flaw.anchor, flaw.where) == (f"paragraph-{drawn.pk}", "三、存在问题，第 1 段")
    assert "第 2 项" in flaw.sentence and "敏感" in flaw.sentence
    for name in ("report_checks", "report_freeze"):
        page = as_(office).get(address(name, report.pk)).content.decode()
        assert "标为敏感" in page and f"#paragraph-{drawn.pk}" in page
    drawn.delete()
    add_section(report, "其他", Source.TEXT, [(0, "平台建设有序推进。", [])])
    assert not any("敏感" in flaw.sentence for flaw in must(report))


def test_what_somebody_wrote_that_names_it_must_be_mended_too(report):
    add_section(report, "其他", Source.TEXT, [(0, "“不可说之项目引进”进展顺利。", [])])
    assert must(report) == []
    mark(2)
    assert [flaw.where for flaw in must(report)] == ["三、存在问题，第 1 段", "四、其他，第 1 段"]


def test_tables_that_still_hold_it_are_gathered_anew(office, fgw):
    factories.make_task(1, leads=[fgw])
    report = make_summary(office, figures=FIGURES)
    assert not any("附表" in flaw.sentence for flaw in must(report))
    mark(1)
    [told] = [flaw for flaw in must(report) if "附表" in flaw.sentence]
    overview = report.sections.get(source=Source.OVERVIEW)
    assert "第 1 项" in told.sentence and "重新汇编“总体情况”" in told.sentence
    assert told.anchor == f"section-{overview.pk}"
    overview.delete()
    [told] = [flaw for flaw in must(report) if "附表" in flaw.sentence]
    assert "作废" in told.sentence


def test_nobody_is_blamed_for_saying_nothing_of_it(office, fgw):
    factories.make_task(1, leads=[fgw])
    report = make_summary(
        office, figures={"tasks": [{"number": 1, "title": "任务之1", "leads": "市发展改革委"}]}
    )
    ReportParagraph.objects.filter(section__report=report).update(sources=[])
    mark(1)
    found = loaded(report)
    assert not any("没有写到" in flaw.sentence for flaw in checks.flaws_of(found, checks.known_of(found)))


def test_it_is_not_put_before_units(report, office, as_):
    mark(2)
    with pytest.raises(WrongState, match="第 2 项"):
        circulating.circulate(loaded(report), by=office, now=NOW)
    page = as_(office).post(address("report_circulate", report.pk))
    assert (page.status_code, "标为敏感" in page.content.decode()) == (409, True)
    assert not Consultation.objects.exists()
    ReportParagraph.objects.filter(section__heading="存在问题").update(sources=[source(1)])
    assert circulating.circulate(loaded(report), by=office, now=NOW)


def test_an_edition_stays_as_it_is_and_the_office_is_told_whom_it_names(report, office, leader, as_):
    data = editions.data_of(loaded(report))
    editions.freeze(report, note="", confirmed=False, must=0, by=office, now=NOW, seen=fingerprint(data))
    page = address("edition", report.pk, 1)
    for numbers in ((), (1,), (1, 2)):
        mark(*numbers)
        told = as_(office).get(page).content.decode()
        assert ("现为敏感任务" in told) == bool(numbers)
    assert "第 1、2 项" in told and "部分项目用地保障不足" in told
    for_leader = as_(leader).get(page).content.decode()
    assert "现为敏感任务" not in for_leader and "部分项目用地保障不足" in for_leader
    assert Edition.objects.get().data == data


def test_an_edition_whose_tables_alone_name_it_says_so(office, fgw, as_):
    factories.make_task(1, leads=[fgw])
    report = make_summary(office, figures=FIGURES)
    ReportParagraph.objects.filter(section__report=report).update(sources=[])
    seen = fingerprint(editions.data_of(loaded(report)))
    editions.freeze(report, note="有据", confirmed=True, must=1, by=office, now=NOW, seen=seen)
    mark(1)
    assert "第 1 项" in as_(office).get(address("edition", report.pk, 1)).content.decode()
