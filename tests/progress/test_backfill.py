"""补录: an earlier quarter entered from one sheet, reviewed by a second person; it is never late."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agencies.permissions import Denied
from progress import backfill, dashboards, figures, workflow
from progress.models import ProgressReport, SignedPaper
from tests.factories import AFTER_DUE, fill, make_goal, make_period, make_report, make_task

State = ProgressReport.State
BASIS = "各单位 2030 年一季度报送材料"


@pytest.fixture
def period(fgw):
    """A quarter opened as 补录."""
    found = make_period()
    type(found).objects.filter(pk=found.pk).update(is_backfill=True, due_at=None)
    found.refresh_from_db()
    return found


@pytest.fixture
def reports(period, fgw, kjj):
    """Two returns of 市发展改革委 and one of 市科技局."""
    bodies = {1: fgw, 2: fgw, 3: kjj}
    return {
        number: make_report(make_task(number, leads=[body]), body, period, due_at=None)
        for number, body in bodies.items()
    }


def sheet(period, **said):
    """The cells of the downloaded sheet, `row_<line>` filled with {column: value}."""
    book = openpyxl.load_workbook(BytesIO(backfill.workbook(period)))
    cells = [list(line) for line in book.active.iter_rows(values_only=True)]
    for name, values in said.items():
        line = cells[int(name.removeprefix("row_")) - 1]
        for column, value in values.items():
            line[backfill.LABELS.index(column)] = value
    return cells


def enter(period, office, now=AFTER_DUE, **said):
    return backfill.enter(period, sheet(period, **said), basis=BASIS, by=office, now=now)


def problems(period, office, **said):
    with pytest.raises(backfill.Wrong) as wrong:
        enter(period, office, **said)
    assert not ProgressReport.objects.filter(period=period, entered_on_behalf=True).exists()
    assert not SignedPaper.objects.filter(period=period).exists()
    return wrong.value.problems


PROGRESS = {"工作进展": "1—3月，建成平台3个。", "完成率": 25, "存在问题": "资金不足"}


# --- the story -----------------------------------------------------------------------------------


def test_what_the_sheet_says_is_under_review_by_another(period, reports, office, office2):
    entered = enter(
        period,
        office,
        row_2=PROGRESS,
        row_4={"填报方式": "确认无变化（待上级审批）", "工作进展": "待省厅批复"},
    )
    assert [report.task.number for report in entered] == [1, 3]
    first = ProgressReport.objects.get(pk=reports[1].pk)
    assert (first.state, first.entered_on_behalf) == (State.UNDER_REVIEW, True)
    said = first.task_return
    assert (said.progress, said.percent, said.problem) == ("1—3月，建成平台3个。", 25, "资金不足")
    third = ProgressReport.objects.get(pk=reports[3].pk).task_return
    assert (third.nature, third.no_change_ground, third.no_change_reason, third.progress) == (
        "no_change",
        "awaiting_decision",
        "待省厅批复",
        "",
    )
    assert ProgressReport.objects.get(pk=reports[2].pk).state == State.DRAFT, "an empty row is left alone"
    with pytest.raises(Denied, match="另一位同志"):
        workflow.accept(first, by=office, now=AFTER_DUE, revision=first.revision)
    assert workflow.accept(first, by=office2, now=AFTER_DUE, revision=first.revision).versions.count() == 1


def test_each_bodys_paper_holds_its_own_rows_only(period, reports, office):
    enter(period, office, row_2=PROGRESS, row_4={"工作进展": "科技局的话2句"})
    papers = {paper.agency.code: paper for paper in SignedPaper.objects.filter(period=period)}
    assert {paper.reference for paper in papers.values()} == {BASIS}
    assert ProgressReport.objects.get(pk=reports[1].pk).signed_paper == papers["fgw"]
    with papers["fgw"].file.open() as file:
        cells = [cell.value for line in openpyxl.load_workbook(file).active for cell in line]
    assert "1—3月，建成平台3个。" in cells and "科技局的话2句" not in cells


def test_never_late_never_asked_for(period, reports, office, office2, reporter):
    long_after = AFTER_DUE + timedelta(days=1000)
    enter(period, office, now=long_after, row_2=PROGRESS)
    assert not any(report.is_late(long_after) for report in ProgressReport.objects.filter(period=period))
    filing = figures.filing(period.plan, period, office, long_after)
    assert (filing.owed, filing.reported, filing.late, filing.overdue) == (3, 1, 0, 0)
    following = make_period("2030Q2")
    assert dashboards.reporter_desk(reporter, following, long_after).earlier == []


def test_sent_back_it_may_be_entered_again(period, reports, office, office2):
    (report,) = enter(period, office, row_2=PROGRESS)
    report = workflow.send_back(report, by=office2, now=AFTER_DUE, revision=report.revision, reason="缺数据")
    (again,) = enter(period, office, row_2=PROGRESS | {"工作进展": "1—3月，建成平台4个。"})
    assert (again.pk, again.versions.count()) == (report.pk, 2)


# --- all or nothing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"任务标题": "别的任务"}, "任务标题应为“任务之2”"),
        ({"单位": "市水利局"}, "单位应为“市发展改革委”"),
        ({"报告期": "2030Q2"}, "应为 2030-2032、2030Q1"),
        ({"任务序号": 99}, "没有“市发展改革委”第 99 项"),
        ({"任务序号": 1, "任务标题": "任务之1"}, "与第 2 行重复"),
        ({"填报方式": "照旧"}, "填报方式写成了“照旧”"),
        ({"完成率": "一半"}, "完成率写成了“一半”"),
        ({"完成率": 101}, "完成率写成了“101”"),
        ({"完成率": 33.333}, "最多两位小数"),
        ({"完成率": "NaN"}, "完成率"),
        ({"工作进展": "长" * 5001}, "超过 5000 字"),
        ({"工作进展": {"formula": "=A1"}}, "“工作进展”是公式"),
        ({"任务标题": {"formula": "=A1"}}, "“任务标题”是公式"),
        ({"工作进展": None, "存在问题": "只有问题"}, "请填写工作进展"),
        ({"填报方式": "确认无变化", "工作进展": None}, "须写明原因"),
    ],
)
def test_one_mistake_and_nothing_is_entered(values, words, period, reports, office):
    (problem,) = problems(period, office, row_2=PROGRESS, row_3=PROGRESS | values)
    assert problem.startswith("第 3 行：") and words in problem


def test_mistakes_of_several_rows_are_all_told(period, reports, office):
    make_goal(reports[1].task, by=office)
    told = problems(period, office, row_2={"工作进展": "做了3件"}, row_3={"存在问题": "多"}, row_4=PROGRESS)
    assert [problem[:6] for problem in told] == ["第 2 行：", "第 3 行："]
    assert "完成率" in told[0]


def test_a_draft_of_the_body_is_not_written_over(period, reports, reporter, office):
    fill(reports[1], by=reporter, now=AFTER_DUE)
    assert "单位已经开始填写" in problems(period, office, row_2=PROGRESS)[0]


def test_what_came_back_and_the_body_rewrites_is_its_own(period, reports, reporter, office, office2):
    again = {"row_2": PROGRESS | {"工作进展": "1—3月，建成平台4个。"}}
    for _ in range(2):  # entered, sent back, entered once more
        (entered,) = enter(period, office, **again)
        entered = workflow.send_back(
            entered, by=office2, now=AFTER_DUE, revision=entered.revision, reason="请核对"
        )
    fill(entered, by=reporter, now=AFTER_DUE, progress="单位正在改写。")
    with pytest.raises(backfill.Wrong, match="单位已经开始填写"):
        enter(period, office, **again)
    assert ProgressReport.objects.get(pk=entered.pk).task_return.progress == "单位正在改写。"


def test_another_sheet_is_refused(period, reports, office):
    for cells in ([], [["姓名"]], [["", ""]], sheet(period), [backfill.LABELS] + [["x"] * 12] * 501):
        with pytest.raises(backfill.Wrong):
            backfill.enter(period, cells, basis=BASIS, by=office, now=AFTER_DUE)


def test_only_the_office_and_only_backfilled_periods(period, reports, reporter, leader, office):
    for person in (reporter, leader):
        with pytest.raises(Denied):
            enter(period, person, row_2=PROGRESS)
    type(period).objects.filter(pk=period.pk).update(is_backfill=False)
    period.refresh_from_db()
    with pytest.raises(Denied, match="补录方式"):
        enter(period, office, row_2=PROGRESS)


# --- the page ------------------------------------------------------------------------------------


def upload(cells):
    book, stream = openpyxl.Workbook(), BytesIO()
    for line in cells:
        book.active.append(line)
    book.save(stream)
    return SimpleUploadedFile("补录表.xlsx", stream.getvalue())


def test_a_sheet_too_large_is_refused_unread(period, reports, office, as_, monkeypatch):
    page = reverse("progress:backfill", args=[period.plan.code, period.code])
    monkeypatch.setattr("progress.views.backfill.recognise", None)
    large = SimpleUploadedFile("补录表.xlsx", b"PK" + b"0" * 3 * 1024 * 1024)
    answer = as_(office).post(page, {"file": large, "basis": BASIS})
    assert answer.status_code == 400 and "2 MB" in answer.content.decode()
    monkeypatch.setattr("progress.views.upload_limit.MAX_SIZE", 1024)
    cut = SimpleUploadedFile("补录表.xlsx", b"PK" + b"0" * 4096)
    answer = as_(office).post(page, {"file": cut, "basis": BASIS})
    assert answer.status_code == 400 and "补录表.xlsx”超过" in answer.content.decode()


def test_down_and_up_again_in_the_browser(period, reports, office, office2, reporter, as_):
    place = [period.plan.code, period.code]
    page, download = reverse("progress:backfill", args=place), reverse("progress:backfill_sheet", args=place)
    client = as_(office)
    shown = client.get(page).content.decode()
    assert "严禁填报涉密和工作秘密信息" in shown and "任务之1" in shown
    assert page in client.get(reverse("progress:periods", args=place[:1])).content.decode()
    assert as_(reporter).get(page).status_code == 403
    book = openpyxl.load_workbook(BytesIO(client.get(download).content))
    assert [cell.value for cell in book.active[1]] == backfill.LABELS
    formula = client.post(
        page, {"file": upload(sheet(period, row_2=PROGRESS | {"存在问题": "=1+1"})), "basis": BASIS}
    )
    assert (
        formula.status_code == 400
        and "是公式" in formula.content.decode()
        and BASIS in formula.content.decode()
    )
    assert client.post(page, {"basis": BASIS}).status_code == 400
    not_excel = SimpleUploadedFile("补录表.xlsx", b"no workbook")
    assert client.post(page, {"file": not_excel, "basis": BASIS}).status_code == 400
    good = {"file": upload(sheet(period, row_2=PROGRESS, row_4=PROGRESS)), "basis": BASIS}
    assert client.post(page, good).status_code == 302
    assert ProgressReport.objects.filter(period=period, state=State.UNDER_REVIEW).count() == 2
    queue = as_(office2).get(reverse("progress:reviews", args=place)).content.decode()
    assert "任务之1" in queue and "任务之3" in queue
