"""What the checks before delivery find, and what they rightly leave alone."""

import pytest
from django.urls import reverse

from assessment import checks, editing, figures_in_text, likeness
from assessment.models import ReportParagraph, SummaryReport
from progress.models import ProgressReport
from tasks.models import Target
from tests import factories
from tests.assessment.summaries import BUILT, Source, add_section, make_summary, section_of, source
from tests.cast import body

REQUEST = "恳请市委、市政府在用地指标上给予支持。"


def loaded(report):
    return editing.with_sections(SummaryReport.objects.filter(pk=report.pk)).get()


def flaws(report):
    found = loaded(report)
    return checks.flaws_of(found, checks.known_of(found))


def sentences(report):
    return [flaw.sentence for flaw in flaws(report)]


def write(report, heading, text, **said):
    section = section_of(report, heading)
    order = section.paragraphs.count() + 1
    return ReportParagraph.objects.create(section=section, order=order, text=text, **said)


@pytest.mark.django_db
def test_a_report_in_order_has_no_findings(office):
    assert flaws(make_summary(office)) == []


@pytest.mark.django_db
def test_the_panel_names_each_finding_with_its_place_and_changes_nothing(office, as_):
    report = make_summary(office, addressee="", number="")
    asking = write(report, "存在问题", REQUEST)
    before = list(ReportParagraph.objects.values()), list(SummaryReport.objects.values())
    url = reverse("assessment:report_checks", args=["2030-2032", report.pk])
    for headers in ({}, {"HX-Request": "true"}):
        page = as_(office).get(url, headers=headers).content.decode()
        assert "须改 2 处" in page and "没有填写主送机关" in page
        assert "报告不得夹带请示事项" in page and f"#paragraph-{asking.pk}" in page
        assert "发文字号还没有填写" in page
    assert before == (list(ReportParagraph.objects.values()), list(SummaryReport.objects.values()))


@pytest.mark.django_db
def test_tasks_nothing_is_said_of_are_named_with_their_leads(office):
    tasks = [
        {"number": number, "title": f"任务之{number}", "leads": leads}
        for number, leads in ((1, "市发展改革委"), (3, "市科技局"), (5, "市科技局"), (7, ["泗县人民政府"]))
    ]
    report = make_summary(office, figures={"tasks": tasks})
    write(report, "总体情况", "任务之7已经完成。")
    assert sentences(report) == ["第 3、5 项没有写到（牵头：市科技局）。"]


@pytest.mark.django_db
def test_a_figure_that_differs_from_the_accepted_value_is_shown_with_both(office):
    task = factories.make_task()
    Target.objects.create(
        plan=task.plan,
        task=task,
        indicator="带动就业",
        unit="人",
        operator=">=",
        value_text="1000",
        quote="原文",
    )
    rows = [{"task": 1, "indicator": "带动就业", "wanted": "≥1000人", "value": 1350}]
    report = make_summary(office, figures={"targets": rows})
    assert sentences(report) == ["第 1 项指标“带动就业”文中写“1200人”，采用的指标值是“1350人”，请核对。"]
    ReportParagraph.objects.filter(text=BUILT).update(text="带动就业1350人。")
    assert flaws(report) == []


@pytest.mark.parametrize(
    ("text", "unit", "value", "finds"),
    [
        ("城镇化率达50.2%。", "%", 50.2, False),
        ("城镇化率达50.3%。", "%", 50.2, True),
        ("城镇化率达50%。", "%", "50.2", False),
        ("城镇化率同比提高1.3个百分点，达50.2%。", "%", 50.2, False),
        ("城镇化率同比提高1.3%。", "%", 50.2, False),
        ("城镇化率目标55%。", "%", 50.2, False),
        ("城镇化率稳步提高。投资3%。", "%", 50.2, False),
        ("城镇化率1.25亿元", "万元", 12500, False),
        ("城镇化率1.3亿元", "万元", 12500, False),
        ("城镇化率1.35亿元", "万元", 12500, True),
        ("城镇化率1,235个", "个", 1235, False),
        ("城镇化率12家", "个", 13, False),
        ("城镇化率12个", "个", "已完成", False),
        ("城镇化率12个", "", 13, False),
        ("城镇化率达５０．２％。", "%", 50.2, False),
        ("城镇化率达５０．３％。", "%", 50.2, True),
        ("城镇化率１２．５亿元", "亿元", 12.5, False),
        ("城镇化率1,234.5亿元", "亿元", "1234.5", False),
        ("城镇化率-3.5%", "%", -3.5, False),
        ("城镇化率3.5%", "%", -3.5, True),
        ("城镇化率50.1-50.3%", "%", 50.2, False),
        ("城镇化率12个百分点", "%", 13, False),
        ("城镇化率12个百分点", "个", 13, False),
        ("城镇化率350人次", "人", 300, False),
        ("城镇化率350人", "人", 300, True),
    ],
)
def test_only_a_figure_in_the_indicators_own_unit_is_taken_for_its_value(text, unit, value, finds):
    found = figures_in_text.differing(text, "城镇化率", unit, [{"value": value, "wanted": "≥55%"}])
    assert (found is not None) == finds


@pytest.mark.django_db
def test_bodies_that_stayed_silent(office, reporter, approver):
    people = {"reporter": reporter, "approver": approver, "office": office}
    task, year = factories.make_task(leads=[body("fgw"), body("kjj")]), factories.make_year()
    factories.walk(factories.make_report(task, body("fgw")), ProgressReport.State.ACCEPTED, **people)
    factories.make_report(task, body("kjj"))
    factories.make_report(task, body("tyjrj"), waived_at=factories.OPENS, waived_by=office)
    factories.make_unit_report(body("fgw"), year)
    assert sentences(make_summary(office)) == [
        "1 家单位报告期内没有一份被采用的报送：市科技局。",
        "1 家单位还没有报送（或未被采用）年度落实情况报告：市发展改革委。",
    ]


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        (REQUEST, True),
        ("提请市政府研究解决。", True),
        ("请予支持。", True),
        ("请市委、市政府统筹协调。", True),
        ("建议省政府在专项债券上给予支持。", True),
        ("企业申请予以受理。", False),
        ("邀请省发展改革委专家授课。", False),
        ("已向省政府请示并获批准。", False),
        ("积极申请市政府专项资金。", False),
    ],
)
def test_requests_are_told_from_what_only_sounds_alike(text, asks):
    assert bool(checks.has_request(text)) == asks


def test_the_same_sentence_in_two_places_is_found_and_other_figures_are_another_sentence():
    said = "全年承接亿元以上产业转移项目236个，到位资金312.6亿元"
    texts = [
        f"{said}。其他。",
        f"其他。{said}，",
        "全年承接亿元以上产业转移项目36个，到位资金12.6亿元。",
        "短句相同。",
        "短句相同。",
        "全年共承接亿元以上的产业转移项目236个，到位资金312.6亿元。",
    ]
    assert [(first, second) for first, second, _ in likeness.doubles(texts)] == [(0, 1), (0, 5)]


@pytest.mark.django_db
def test_length_order_of_headings_and_empty_sections(office):
    report = make_summary(office)
    add_section(
        report, "六、其他工作", Source.TEXT, [(0, "文" * 5001, []), (3, "跳级", []), (2, "（一）空标题", [])]
    )
    add_section(report, "下一步打算", Source.TEXT, [])
    found = sentences(report)
    assert any("超过 5,000 字" in each for each in found)
    assert any("标题里写了序号" in each for each in found)
    assert "这一节没有正文，请撰写或删除。" in found
    assert any("“跳级”跳过了上一级标题" in each for each in found)
    assert sum("下面没有文字" in each for each in found) == 2


@pytest.mark.django_db
def test_characters_are_counted_as_a_word_processor_does(office):
    report = make_summary(office)
    report.sections.all().delete()
    add_section(report, "总体", Source.TEXT, [(0, "共12.5亿元，GDP增。", [source()])])
    assert checks.characters_of(loaded(report)) == 2 + 8
