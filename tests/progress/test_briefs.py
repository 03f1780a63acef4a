"""一页纸专报: what stands on the page, that it is one page, and what never stands on it."""

import shutil
import subprocess
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from agencies.models import Contact
from progress import briefs
from progress.brief_lines import LINES, Item, fitted, lines_of
from progress.models import Issuance, ProgressReport, ProjectUpdate
from tasks.models import Project
from tests.factories import AFTER_DUE, make_goal, make_period, make_report, make_task, walk

State = ProgressReport.State
PLACE = ["2030-2032", "2030Q1"]
NO_WRITER = "没有找到 LibreOffice Writer：跳过把专报排成页面的检查，其余照常"
LONG = "推进跨省协作事项落地见效，完成投资12.5亿元，新建平台6个。" * 60


@pytest.fixture
def walkers(reporter, approver, office):
    return {"reporter": reporter, "approver": approver, "office": office}


@pytest.fixture
def task(fgw, kjj, office):
    task = make_task(1, leads=[fgw], supports=[kjj])
    make_period()
    make_goal(task, by=office)
    Contact.objects.create(agency=fgw, kind="liaison", name="孙联络", phone="0557-3040506")
    return task


@pytest.fixture
def accepted(task, fgw, walkers):
    return walk(
        make_report(task, fgw),
        State.ACCEPTED,
        percent=10,
        problem="用地紧张。",
        request="请协调用地。",
        **walkers,
    )


def address(kind, key, word=False):
    return reverse(f"progress:brief_{kind}" + ("_word" if word else ""), args=[*PLACE, key])


def page(client, kind, key):
    answer = client.get(address(kind, key))
    assert answer.status_code == 200
    return answer.text


def word(client, kind, key):
    """The text of the Word document."""
    answer = client.get(address(kind, key, word=True))
    assert answer.status_code == 200
    document = Document(BytesIO(answer.content))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


# --- what stands on it ------------------------------------------------------------------------------


def test_a_task_on_one_page(accepted, as_, office):
    said = page(as_(office), "task", 1)
    for words in (
        "推进某项工作，到2032年建成10个平台。",
        "年内完成全部事项",
        "建成平台3个，完成投资1.2亿元",
        "完成年度目标 10%，序时要求 25%",
        "数据截至 2030 年 4 月 5 日 18:00",
        "用地紧张。",
        "请协调用地。",
        "6月底前再建2个。",
        "联络员 孙联络 0557-3040506",
    ):
        assert words in said


def test_the_word_page_says_the_same_in_named_fonts(accepted, as_, office):
    text = word(as_(office), "task", 1)
    assert "建成平台3个" in text and "联络员 孙联络" in text and "数据截至 2030 年 4 月 5 日" in text
    content = as_(office).get(address("task", 1, word=True)).content
    document = Document(BytesIO(content))
    section = document.sections[0]
    assert [round(side.mm) for side in (section.top_margin, section.left_margin)] == [37, 28]
    assert [round(side.mm) for side in (section.bottom_margin, section.right_margin)] == [35, 26]
    assert {"方正小标宋简体", "仿宋_GB2312", "黑体"} <= set(
        document.element.body.xpath("//w:rFonts/@w:eastAsia")
    )


def test_a_project_a_body_and_a_chapter(accepted, task, fgw, as_, office):
    said = {"plan": task.plan, "task": task, "quote": "建设某产业园。", "planned_stage": "在建"}
    project = Project.objects.create(name="某产业园", **said)
    ProjectUpdate.objects.create(report=accepted, project=project, stage="building", note="主体封顶")
    client = as_(office)
    assert "主体封顶" in page(client, "project", project.pk)
    of_body = page(client, "agency", "fgw")
    assert "牵头 1 项" in of_body and "第 1 项 任务之1（" in of_body and "用地紧张" in of_body
    of_chapter = page(client, "chapter", 1)
    assert "共 1 项任务，由 1 个单位牵头" in of_chapter and "请协调用地" in of_chapter
    for kind, key in (("project", project.pk), ("agency", "fgw"), ("chapter", 1)):
        assert "联络员 孙联络" in word(client, kind, key)


def test_nothing_accepted_is_said_so(task, as_, office):
    assert "还没有已采用的报送" in page(as_(office), "task", 1)


def test_taking_the_document_is_noted(accepted, as_, office):
    client = as_(office)
    client.get(address("task", 1))
    assert not Issuance.objects.exists()
    client.get(address("task", 1, word=True))
    issued = Issuance.objects.get()
    assert (issued.kind, issued.by) == ("brief", office)
    assert [each.number for each in issued.tasks.all()] == [1]


# --- one page ---------------------------------------------------------------------------------------


def test_what_does_not_fit_is_counted():
    items = {"进展": [Item("滞后", [f"第 {number} 项任务进展缓慢" for number in range(40)], "；", "项")]}
    ((_, rows),) = fitted(items, {"进展": 4}, lines=4)
    assert rows[0][1].endswith("…共 40 项")
    assert lines_of(*rows[0], "进展") <= 4


def test_no_text_is_longer_than_the_page(fgw, walkers, office, as_):
    task = make_task(1, leads=[fgw], text=LONG, title="题" * 80)
    texts = dict.fromkeys(("progress", "problem", "request", "next_steps"), LONG)
    report = walk(make_report(task, fgw), State.ACCEPTED, **texts, **walkers)
    for brief in (
        briefs.of_task(1, report.period, office, AFTER_DUE),
        briefs.of_agency(fgw, report.period, office, AFTER_DUE),
        briefs.of_chapter(task.chapter, report.period, office, AFTER_DUE),
    ):
        assert (
            sum(lines_of(label, text, name) for part in brief.parts for name, label, text in part.rows)
            <= LINES
        )
        assert {part.name for part in brief.parts if part.rows} == {
            "承诺", "进展", "障碍", "需谁办什么", "联系人"
        }  # fmt: skip


def test_libreoffice_lays_it_out_on_one_page(fgw, walkers, office, as_, tmp_path):
    if shutil.which("soffice") is None or shutil.which("pdfinfo") is None:
        pytest.skip(NO_WRITER)
    task = make_task(1, leads=[fgw], text=LONG, title="题" * 80)
    texts = dict.fromkeys(("progress", "problem", "request", "next_steps"), LONG)
    walk(make_report(task, fgw), State.ACCEPTED, **texts, **walkers)
    file = tmp_path / "brief.docx"
    file.write_bytes(as_(office).get(address("task", 1, word=True)).content)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=150)
    if "could not be loaded" in done.stderr:
        pytest.skip(NO_WRITER)
    told = subprocess.run(
        ["pdfinfo", str(tmp_path / "brief.pdf")], check=True, capture_output=True, text=True
    ).stdout
    assert "Pages:           1" in told


# --- what never stands on it ------------------------------------------------------------------------


def test_what_was_not_accepted_never_stands_on_it(task, fgw, walkers, as_, leader, kjj_reporter):
    canary = "金丝雀进展，2030年。"
    walk(make_report(task, fgw), State.UNDER_REVIEW, progress=canary, problem=canary, percent=5, **walkers)
    for person in (*walkers.values(), leader, kjj_reporter):
        client = as_(person)
        for kind, key in (("task", 1), ("agency", "fgw"), ("chapter", 1)):
            assert canary not in page(client, kind, key)
            assert canary not in word(client, kind, key)


def test_a_sensitive_task_is_not_known_to_others(accepted, task, as_, office, leader, stranger):
    type(task).objects.filter(pk=task.pk).update(is_sensitive=True)
    make_task(2, leads=[accepted.agency])
    for person in (leader, stranger):
        client = as_(person)
        assert client.get(address("task", 1)).status_code == 404
        assert client.get(address("task", 1, word=True)).status_code == 404
        for kind, key in (("agency", "fgw"), ("chapter", 1)):
            said = page(client, kind, key)
            assert "用地紧张" not in said and "任务之1" not in said
            assert "用地紧张" not in word(client, kind, key)
    assert "用地紧张" in page(as_(office), "chapter", 1)


def test_leaders_see_no_computed_lamp(accepted, as_, leader):
    said = page(as_(leader), "task", 1)
    assert "待审定" in said and "系统测算" not in said


def test_administrators_read_none(accepted, as_, admin):
    assert as_(admin).get(address("task", 1)).status_code == 403
    assert as_(admin).get(address("task", 1, word=True)).status_code == 403


def test_text_is_text(task, fgw, walkers, as_, office):
    nasty = "=SUM(A1)<w:p>&lt;b>\x0b\x00\ud7ff\ufffe{{ x }}\r\n第二行，2030年。"
    walk(make_report(task, fgw), State.ACCEPTED, progress=nasty.replace("\x00", ""), percent=10, **walkers)
    assert "=SUM(A1)<w:p>&lt;b>" in word(as_(office), "task", 1)
    assert "<w:p>" not in page(as_(office), "task", 1)


@pytest.mark.parametrize(
    ("kind", "key"), [("task", 99), ("agency", "nobody"), ("chapter", 99), ("project", 9)]
)
def test_what_is_not_there_is_not_found(accepted, as_, office, kind, key):
    assert as_(office).get(address(kind, key)).status_code == 404
