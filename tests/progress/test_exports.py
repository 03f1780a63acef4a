"""The quarterly workbook, reopened: its form, its numbers, what it may not say, and what cannot break it."""

from io import BytesIO

import ironcalc
import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Contact
from progress import exports, figures, periods
from progress.exports import quarter_workbook
from progress.models import ReportingPeriod, TaskReturn
from tasks.models import Chapter, GoalNode, Section, Target, Task, TaskAmendment
from tests import factories
from tests.factories import AFTER_DUE, State

NAMES = ["汇总表", "任务台账", "亮灯统计", "报送统计", "未报清单", "问题清单"]
LEDGER = (
    "序号 行动/章节 工作任务（原文） 量化目标 年度目标 季度（序时）目标 责任领导 牵头单位 配合单位 "
    "完成时限 当前进展 亮灯 存在问题 下一步措施 备注"
)
UNREPORTED = "单位 任务 报告期 应报时间 逾期天数 填报人 联系电话 已催报次数"
HOSTILE = (
    '=HYPERLINK("http://a.b")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\t=1+1",
    "甲\r\n乙\x07丙\x1b",
    "_x0041_ <b>&amp;</b> ]]>",
    "长" * 40_000,
)

# Where the accepted return of `quarter` stands: sheet, row under the header, columns.
HOSTILE_CELLS = (("汇总表", 2, (2, 3)), ("任务台账", 1, (3, 11, 13, 14)), ("问题清单", 1, (2, 5)))


@pytest.fixture
def cast(fgw, kjj, sixian, office, leader, reporter, approver, kjj_reporter, kjj_approver, stranger):
    return {"fgw": (reporter, approver), "kjj": (kjj_reporter, kjj_approver)}


@pytest.fixture
def quarter(cast, fgw, kjj, sixian, office):
    """Three tasks in two chapters: one accepted, one waiting for the office, one sensitive and silent."""
    plan = factories.make_plan()
    period = factories.make_period(plan=plan)
    first = factories.make_task(1, leads=[fgw], supports=[kjj], plan=plan, is_key=True)
    second = factories.make_task(2, leads=[kjj, fgw], plan=plan)
    other = Chapter.objects.create(plan=plan, number=2, title="别的行动", heading="三、实施别的行动")
    section = Section.objects.create(chapter=other, number=1, title="某节")
    third = factories.make_task(3, leads=[sixian], plan=plan, is_sensitive=True, text="绝密之事。")
    Task.objects.filter(pk=third.pk).update(chapter=other, section=section)
    Target.objects.create(
        plan=plan,
        task=first,
        indicator="平台",
        operator=">=",
        value_text="10",
        unit="个",
        quote="建成10个平台",
    )
    factories.make_goal(first, by=office)
    goal = factories.make_goal(second, by=office, measure="nodes")
    GoalNode.objects.create(goal=goal, order=1, title="方案印发", due_on=period.ends_on)
    TaskAmendment.objects.create(
        task=first, on=period.starts_on, basis="文", text="改为12个", entered_by=office, entered_at=AFTER_DUE
    )
    Contact.objects.create(agency=fgw, kind=Contact.Kind.RESPONSIBLE_LEADER, name="孙主任")
    done = factories.make_report(first, fgw, period)
    walked = {"reporter": cast["fgw"][0], "approver": cast["fgw"][1], "office": office}
    factories.walk(done, State.ACCEPTED, **walked, percent=10, problem="缺地", request="请市里协调")
    waiting = factories.make_report(second, kjj, period)
    walked = {"reporter": cast["kjj"][0], "approver": cast["kjj"][1], "office": office}
    factories.walk(waiting, State.UNDER_REVIEW, **walked, progress="待审之文，3个。", problem="待审之难")
    factories.make_report(second, fgw, period, order=1)
    factories.make_report(third, sixian, period)
    return period


def made(period, user, now=AFTER_DUE):
    return quarter_workbook(period.plan, period, user, now)


def reopened(content):
    return openpyxl.load_workbook(BytesIO(content))


def header_row(sheet):
    """1-based number of the row repeated on every page."""
    return int(sheet.print_title_rows.split("$")[-1])


def rows(sheet):
    """The values under the header."""
    return [list(row) for row in sheet.iter_rows(min_row=header_row(sheet) + 1, values_only=True)]


def text_of(content):
    """Every word of the workbook, as one string."""
    return "\n".join(
        str(value)
        for sheet in openpyxl.load_workbook(BytesIO(content), data_only=True)
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value is not None
    )


# --- the form ----------------------------------------------------------------------------------


def test_sheets_columns_and_page_set_up(quarter, office):
    book = reopened(made(quarter, office))
    assert book.sheetnames == NAMES == [name for name, _, _ in exports.SHEETS]
    for sheet in book:
        header = header_row(sheet)
        assert sheet.freeze_panes.endswith(str(header + 1))
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == (8 if sheet.title == "任务台账" else 9)
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "第 &P 页 共 &N 页" in sheet.oddFooter.center.text
        assert "数据截至 2030年4月9日 18:00" in sheet.oddHeader.right.text
        assert "数据截至" in sheet.cell(header - 1, 1).value
        assert sheet.print_area
    headings = {sheet.title: [cell.value for cell in sheet[header_row(sheet)]] for sheet in book}
    assert headings["汇总表"] == ["序号", "重点工作任务", "完成情况", "牵头责任单位"]
    assert headings["任务台账"] == LEDGER.split()
    assert headings["未报清单"] == UNREPORTED.split()
    assert headings["问题清单"][:5] == ["序号", "存在问题", "涉及任务/项目", "责任单位", "整改措施"]
    assert headings["问题清单"][5:] == ["整改时限", "整改进展", "是否销号", "需上级协调事项"]
    assert book.properties.title == f"{quarter.plan.title}{quarter.label}汇总"
    assert book.properties.creator == "市领导小组办公室"


def test_summary_has_full_width_titles_and_running_numbers(quarter, office):
    sheet = reopened(made(quarter, office))["汇总表"]
    told = rows(sheet)
    assert [row[0] for row in told] == ["二、实施某某行动", 1, 2, "三、实施别的行动", "（一）某节", 3]
    merged = {str(each) for each in sheet.merged_cells.ranges}
    top = header_row(sheet) + 1
    assert {f"A{top}:D{top}", f"A{top + 3}:D{top + 3}", f"A{top + 4}:D{top + 4}"} <= merged
    assert told[1][2] == factories.PROGRESS["progress"]
    assert told[2][2:] == ["（已报送，待审核）", "市科技局\n市发展改革委"]
    assert told[5][2] == "（未报）"


def test_ledger_tells_goal_pace_lamp_and_remarks(quarter, office):
    sheet = reopened(made(quarter, office))["任务台账"]
    top = header_row(sheet) + 1
    assert f"B{top}:B{top + 1}" in {str(each) for each in sheet.merged_cells.ranges}
    first, second, _ = rows(sheet)
    assert first[:2] == [1, "某某行动"]
    assert first[3:9] == ["建成10个平台", "年内完成全部事项", 0.25, "孙主任", "市发展改革委", "市科技局"]
    assert first[9].date() == quarter.plan.ends_on
    assert first[10].startswith("完成年度目标 10%（序时 25%，欠序时 15 个百分点）。\n1—3月")
    assert first[11] == "○ 欠序时（测算）"
    assert first[12:14] == ["缺地", factories.PROGRESS["next_steps"]]
    assert "重点任务" in first[14]
    assert "2030年1月1日调整：改为12个" in first[14]
    assert second[5] == "方案印发（2030年3月31日）"
    assert second[14] == "待审 1 件"
    assert sheet.cell(top, 6).number_format == "0%"


def test_dates_and_numbers_are_real(quarter, office):
    sheet = reopened(made(quarter, office))["未报清单"]
    told = rows(sheet)
    assert [row[:3] for row in told[:2]] == [
        ["市发展改革委", "2. 任务之2", "2030年第一季度"],
        ["泗县人民政府", "3. 任务之3", "2030年第一季度"],
    ]
    assert all(row[3].isoformat() == "2030-04-08T18:00:00" for row in told[:2])
    assert [row[4] for row in told[:2]] == [2, 2]
    problems = rows(reopened(made(quarter, office))["问题清单"])
    assert problems[0] == [
        1,
        "缺地",
        "1. 任务之1",
        "市发展改革委",
        "6月底前再建2个。",
        None,
        None,
        None,
        "请市里协调",
    ]


def test_same_moment_same_bytes(quarter, office):
    assert made(quarter, office) == made(quarter, office)


# --- the numbers -------------------------------------------------------------------------------


def stored_and_live(content, tmp_path):
    """[(cell, stored value, recalculated value)] of every formula."""
    file = tmp_path / "quarter.xlsx"
    file.write_bytes(content)
    stored = openpyxl.load_workbook(file, data_only=True)
    model = ironcalc.load_from_xlsx(str(file), "en", "Asia/Shanghai", "en")
    model.evaluate()
    return [
        (f"{sheet.title}!{cell.coordinate}", stored[sheet.title][cell.coordinate].value, value)
        for index, sheet in enumerate(openpyxl.load_workbook(file))
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
        for value in [model.get_cell_value(index, cell.row, cell.column)]
    ]


def assert_formulas_agree(content, tmp_path):
    found = stored_and_live(content, tmp_path)
    assert found
    for where, stored, live in found:
        if isinstance(stored, str):
            assert stored == live, where
        else:
            assert live == pytest.approx(stored), where
    return found


def test_totals_recalculate_to_the_stored_values_and_to_figures(quarter, office, tmp_path):
    content = made(quarter, office)
    assert_formulas_agree(content, tmp_path)
    book = openpyxl.load_workbook(BytesIO(content), data_only=True)
    filing = figures.filing(quarter.plan, quarter, office, AFTER_DUE)
    total = next(row for row in rows(book["报送统计"]) if row[0] == "合计")
    assert total[2:7] == [filing.owed, filing.filed, filing.no_change, filing.unfiled, filing.waived]
    assert total[7:10] == [filing.on_time, filing.late, 0]
    assert total[10] == pytest.approx(float(filing.on_time_rate) / 100)
    lamps = figures.lamp_counts(figures.standings(quarter.plan, quarter, office, AFTER_DUE))
    total = next(row for row in rows(book["亮灯统计"]) if row[0] == "合计")
    assert total[1] == 3
    assert total[2:-2] == list(lamps.values())


def test_sent_back_counts_the_acts_of_the_office(quarter, office):
    report = quarter.reports.get(state=State.UNDER_REVIEW)
    factories.workflow.send_back(report, by=office, now=AFTER_DUE, revision=report.revision, reason="不实")
    told = rows(openpyxl.load_workbook(BytesIO(made(quarter, office)), data_only=True)["报送统计"])
    assert next(row for row in told if row[1] == "市科技局")[9] == 1
    assert "（已退回，待重报）" in text_of(made(quarter, office))


# --- hostile text ------------------------------------------------------------------------------


def test_hostile_text_stays_text(quarter, office):
    accepted = quarter.reports.get(state=State.ACCEPTED)
    for text in HOSTILE:
        told = {"progress": text, "problem": text, "next_steps": text}
        TaskReturn.objects.filter(pk=accepted.pk).update(**told)
        Task.objects.filter(pk=accepted.task_id).update(text=text)
        book = reopened(made(quarter, office))
        for name, row, places in HOSTILE_CELLS:
            for place in places:
                cell = book[name].cell(header_row(book[name]) + row, place)
                assert (cell.data_type, cell.hyperlink) == ("s", None)
                assert len(cell.value) <= 32_767
        assert all(sheet.row_dimensions[row].height <= 409 for sheet in book for row in sheet.row_dimensions)


# --- who may know what -------------------------------------------------------------------------


def test_the_office_reads_all_but_what_is_not_accepted(quarter, office):
    told = text_of(made(quarter, office))
    assert "绝密之事" in told
    assert "待审之文" not in told
    assert "范围：全部任务" in told


def test_a_leader_sees_neither_sensitive_tasks_nor_computed_lamps(quarter, leader):
    told = text_of(made(quarter, leader))
    assert factories.PROGRESS["progress"] in told
    for hidden in ("绝密之事", "别的行动", "泗县人民政府", "待审之文", "（测算）"):
        assert hidden not in told
    assert "待审定" in told


def test_a_body_sees_its_own_and_what_it_supports(quarter, kjj_reporter):
    told = text_of(made(quarter, kjj_reporter))
    assert factories.PROGRESS["progress"] in told
    filing = rows(reopened(made(quarter, kjj_reporter))["报送统计"])
    assert [row[1] for row in filing if row[1] not in (None, "小计")] == ["市科技局"]
    assert "绝密之事" not in told


def test_a_body_without_a_duty_reads_no_return(quarter, stranger):
    content = made(quarter, stranger)
    told = text_of(content)
    for hidden in (factories.PROGRESS["progress"], "缺地", "待审之", "绝密之事", "（测算）", "（未报）"):
        assert hidden not in told
    assert "（非本单位任务，不在查看范围）" in told
    assert rows(reopened(content)["报送统计"])[0][0] == "本期没有应报事项。"


# --- nothing, and much -------------------------------------------------------------------------


def test_a_plan_without_anything(office):
    plan = factories.make_plan("2040-2042")
    period = factories.make_period("2040Q1", plan)
    told = text_of(made(period, office))
    for sentence in ("没有可查看的任务", "没有应报事项", "没有未报事项", "没有提出问题"):
        assert sentence in told


def test_a_quarter_not_yet_open(quarter, office):
    ReportingPeriod.objects.update(opened_at=None)
    assert "（本期尚未开放填报）" in text_of(made(ReportingPeriod.objects.get(pk=quarter.pk), office))


def queries(period, user):
    user = type(user).objects.get(pk=user.pk)
    with CaptureQueriesContext(connection) as asked:
        content = made(period, user)
    return len(asked), content


def test_eighty_rows_ask_no_more_than_three(quarter, plans, office, office2, tmp_path):
    few, _ = queries(quarter, office)
    plan = plans["2024-2026"]
    period = plan.periods.get(code="2026Q3")
    periods.open_period(period, now=period.opens_at)
    period.refresh_from_db()
    many, content = queries(period, office2)
    assert many <= few <= 24
    assert_formulas_agree(content, tmp_path)
    book = reopened(content)
    numbers = [row[0] for row in rows(book["任务台账"])]
    assert numbers == list(range(1, 81))
    heights = [
        book["任务台账"].row_dimensions[row + header_row(book["任务台账"]) + 1].height for row in range(80)
    ]
    assert min(heights) > 30
    assert len(rows(book["未报清单"])) == figures.filing(plan, period, office2, AFTER_DUE).unfiled + 1


def test_demonstration_data_says_so_on_every_sheet(quarter, office):
    ordinary = reopened(made(quarter, office))
    assert not any("演示数据" in str(sheet["A2"].value) for sheet in ordinary)
    quarter.reports.update(is_demo=True)
    for sheet in reopened(made(quarter, office)):
        assert sheet["A2"].value.startswith("演示数据")
        assert "演示数据" in sheet.oddHeader.center.text


# --- the doors ---------------------------------------------------------------------------------


def test_page_and_download(quarter, as_, office):
    place = [quarter.plan.code, quarter.code]
    page = as_(office).get(reverse("progress:exports", args=place))
    download = reverse("progress:export_quarter", args=place)
    assert download in page.content.decode()
    answer = as_(office).get(download)
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert "filename*=UTF-8''2030-2032%20" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store"
    assert reopened(answer.content).sheetnames == NAMES


@pytest.mark.parametrize("name", ["progress:exports", "progress:export_quarter"])
def test_administrators_export_no_returns(quarter, as_, admin, name):
    assert as_(admin).get(reverse(name, args=[quarter.plan.code, quarter.code])).status_code == 403


def test_page_asks_a_constant_number(quarter, as_, office, django_assert_max_num_queries):
    client = as_(office)
    with django_assert_max_num_queries(12):
        client.get(reverse("progress:exports", args=[quarter.plan.code, quarter.code]))


def test_api_gives_the_same_workbook(quarter, as_, office, admin):
    address = "/api/v1/exports/quarter.xlsx"
    asked = {"plan": quarter.plan.code, "period": quarter.code}
    answer = as_(office).get(address, asked, headers={"accept": "application/vnd.ms-excel"})
    assert reopened(answer.content).sheetnames == NAMES
    refused = as_(admin).get(address, asked)
    assert (refused.status_code, refused.json()["code"]) == (403, "denied")
    missing = as_(office).get(address, {"plan": quarter.plan.code})
    assert missing.status_code == 400
    assert "period" in missing.json()["fields"]


def test_periods_export_what_their_page_lists(quarter, as_, office, reporter):
    def exported(person):
        answer = as_(person).get(reverse("progress:periods_export", args=[quarter.plan.code]))
        return reopened(answer.content).active

    assert [cell.value for cell in exported(office)[2]][5:] == [4, 2, 1, "已开放"]
    assert [cell.value for cell in exported(reporter)[2]][5:] == [3, 2, 1, "已开放"], "not the sensitive one"
    assert exported(office)["E2"].value.isoformat() == "2030-04-08T18:00:00"
