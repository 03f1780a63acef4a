"""The papers of a report: the Word file, the workbook, the PDF; what stands in them, and that it stays."""

import os
import re
import shutil
import subprocess
import threading
import time
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from PIL import Image

from agencies import official_page
from agencies.permissions import Denied
from assessment.documents import charts, pdf
from assessment.documents.tables import tables_of
from assessment.documents.word import FILING, LAMPS, word_of
from tests.assessment.report_data import CHAPTERS, TEXT, report_data


def opened(data, **more):
    return Document(BytesIO(word_of(data, **more)))


def lines_of(document):
    """The paragraphs; a long title, which is broken into lines, in one piece."""
    return [paragraph.text.replace("\n", "") for paragraph in document.paragraphs if paragraph.text]


# --- Word --------------------------------------------------------------------------------------------


def test_a_report_has_its_parts_in_official_order():
    lines = lines_of(opened(report_data()))
    assert lines[:6] == [
        "宿长三角办〔2030〕12号\t签发人：周主任",
        "关于2030年落实《宿州市某三年行动计划》情况的报告",
        "市委、市政府：",
        "一、总体情况",
        TEXT,
        " 达序时　 严重滞后　 待审定、未报等　",
    ]
    assert "（一）" + CHAPTERS[0] in lines and "1.强化项目带动。" in lines and "三、存在问题" in lines
    assert lines[-11:] == [
        "附件：1.任务完成情况表",
        "2.量化指标完成情况表",
        "3.重大项目进展表",
        "宿州市推进长三角一体化发展领导小组办公室",
        "2030年12月8日",
        *("附件1", "任务完成情况表", "附件2", "量化指标完成情况表", "附件3", "重大项目进展表"),
    ]


def test_the_attachments_lie_on_landscape_pages_with_heads_and_bands():
    document = opened(report_data())
    assert [each.orientation for each in document.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]
    sides = document.sections[0]
    margins = (sides.top_margin, sides.right_margin, sides.bottom_margin, sides.left_margin)
    assert [round(side.mm) for side in margins] == [37, 26, 35, 28]
    lying = [table for table in document.tables if table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")]
    assert [[cell.text for cell in table.rows[0].cells][:3] for table in lying] == [
        ["序号", "重点工作任务", "牵头责任单位"],
        ["序号", "任务序号", "量化指标"],
        ["序号", "任务序号", "项目名称"],
    ]
    rows = [[cell.text for cell in row.cells] for row in lying[0].rows]
    bands = [row[0] for row in rows if len(set(row)) == 1]
    assert bands == [f"{numeral}、{title}" for numeral, title in zip("一二三", CHAPTERS, strict=True)]
    assert rows[2] == [
        "1",
        "推进第1项工作",
        "市发展改革委\n市科技局",
        "年内建成10个平台",
        TEXT,
        "87.5%",
        "达序时",
    ]
    assert [cell.text for cell in lying[1].rows[2].cells][-3:] == ["2030年第四季度", "核定", "是"]
    for section in document.sections:
        field = section.footer._element.xpath("string(.//w:instrText)") or "PAGE"
        assert field.strip() == "PAGE"


def test_fonts_are_named_and_none_is_shipped():
    content = word_of(report_data())
    named = set(Document(BytesIO(content)).element.body.xpath("//w:rFonts/@w:eastAsia"))
    assert named == {"仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"}
    assert not [
        name for name in ZipFile(BytesIO(content)).namelist() if "font" in name.lower() and "xml" not in name
    ]


def test_nothing_of_where_a_paragraph_came_from_is_in_the_file():
    archive = ZipFile(BytesIO(word_of(report_data())))
    whole = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "ignore")
    assert TEXT in whole  # the control: what is delivered is found this way
    for marker in ("7654", "7655", "7656", "agencymarker", "出处单位", "2030Q3"):
        assert marker not in whole


def test_the_same_data_is_the_same_bytes(monkeypatch):
    first, tables = word_of(report_data(tasks=2)), tables_of(report_data(tasks=2))
    later = time.localtime(time.time() + 400_000)
    monkeypatch.setattr(time, "localtime", lambda *given: later)
    assert word_of(report_data(tasks=2)) == first and tables_of(report_data(tasks=2)) == tables
    with monkeypatch.context() as unsettled:
        unsettled.setattr(official_page, "settled", lambda content: content)
        assert word_of(report_data(tasks=2)) != first  # the control: as packed, the file tells the hour
    changed = report_data(tasks=2)
    changed["report"]["number"] = "宿长三角办〔2030〕13号"
    assert word_of(changed) != first and tables_of(changed) != tables


def test_a_report_that_is_not_signed_says_so_and_leaves_its_date_open():
    data = report_data(attachments={"tasks": False, "targets": False, "projects": True}, charts=False)
    data["report"] |= {"number": "", "signer": "", "signed_on": None, "addressee": "", "kind": "quarter"}
    document = opened(data, mark="代拟稿")
    lines = lines_of(document)
    assert lines[:3] == ["代拟稿", "关于2030年落实《宿州市某三年行动计划》情况的报告", "一、总体情况"]
    assert "附件：重大项目进展表" in lines and "附件" in lines and "　　年　月　日" in lines
    assert not document.inline_shapes and not any("签发人" in line for line in lines)


def test_a_report_without_figures_or_sections_is_still_a_paper():
    data = report_data(figures={}, sections=[], attachments={})
    assert lines_of(opened(data))[-1] == "2030年12月8日"


# --- charts ------------------------------------------------------------------------------------------


def test_charts_are_pictures_with_words_for_who_cannot_see_them():
    document = opened(report_data())
    said = document.element.body.xpath("//wp:docPr/@descr")
    assert said[0] == "达序时1，严重滞后1，待审定、未报等1" and "按时90，迟报5，未报1" in said
    assert "图例：达序时" in said and len(said) == 3 + 3 + 2 + 3
    captions = [line for line in lines_of(document) if line.startswith("图")]
    assert captions == ["图1　各行动任务亮灯情况（单位：项）", "图2　各期报送情况（单位：项次）"]
    (names,) = [table for table in document.tables if len(table.rows) == 3 and len(table.columns) == 3][:1]
    assert [row.cells[0].text for row in names.rows] == [
        "承接产业转移集聚区建设",
        "生态环境共保联治",
        "基本公共服务共建共享",
    ]
    high = document.element.body.xpath("//w:p[.//w:drawing]")
    assert not [each for each in high if each.xpath("./w:pPr/w:spacing[@w:lineRule='exact']")]


def test_parts_are_told_apart_without_colour():
    """In grey, no two parts of one chart look alike: their patterns differ."""
    for parts in (LAMPS, FILING):
        seen = []
        for part in parts.values():
            grey = Image.open(BytesIO(charts.swatch(part).content)).convert("1")
            seen.append(grey.tobytes())
        assert len(set(seen)) == len(parts)


def test_a_number_that_does_not_fit_is_left_to_the_words():
    narrow = charts.bar(FILING, {"on_time": 500, "late": 1}, 501, 60)
    assert narrow.words == "按时500，迟报1"
    assert charts.bar(FILING, {"on_time": 500, "late": 1}, 501, 60) == narrow
    assert charts.bar(FILING, {}, 5, 60).words == "没有"


# --- Excel -------------------------------------------------------------------------------------------


def test_the_attachments_are_three_sheets_without_formulas():
    book = openpyxl.load_workbook(BytesIO(tables_of(report_data())))
    assert book.sheetnames == ["任务完成情况表", "量化指标完成情况表", "重大项目进展表"]
    cells = {
        sheet.title: [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        for sheet in book
    }
    assert not [cell for each in cells.values() for cell in each if cell.data_type == "f"]
    assert "=某项目" in [cell.value for cell in cells["重大项目进展表"]]
    assert [cell.value for cell in cells["任务完成情况表"][:2]] == [
        "附件1　任务完成情况表",
        "宿长三角办〔2030〕12号　宿州市推进长三角一体化发展领导小组办公室　2030年",
    ]
    assert f"一、{CHAPTERS[0]}" in [cell.value for cell in cells["任务完成情况表"]]


# --- PDF ---------------------------------------------------------------------------------------------


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Puts a shell script in the place of LibreOffice; gives what writes it."""

    def write(script):
        program = tmp_path / "soffice"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    return write


def test_where_it_is_absent_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(pdf, "program", lambda: None)
    assert not pdf.has_libreoffice()
    with pytest.raises(Denied, match="libreoffice-writer"):
        pdf.pdf_of(b"")


def test_it_is_called_apart_from_everything_and_its_folder_goes(stand_in, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not to be told")
    stand_in(
        f'env > {tmp_path}/env; echo "$@" > {tmp_path}/asked; pwd > {tmp_path}/where; cp paper.docx paper.pdf'
    )
    assert pdf.has_libreoffice() and pdf.pdf_of(b"a paper") == b"a paper"
    folder = (tmp_path / "where").read_text().strip()
    asked = (tmp_path / "asked").read_text()
    assert f"-env:UserInstallation=file://{folder}/profile" in asked and not os.path.exists(folder)
    assert "SECRET_KEY" not in (tmp_path / "env").read_text()


def test_what_it_cannot_do_is_refused_in_words(stand_in):
    stand_in("exit 1")
    with pytest.raises(Denied, match="没有生成 PDF"):
        pdf.pdf_of(b"")


def test_what_takes_too_long_is_ended_with_all_it_started(stand_in, tmp_path):
    stand_in(f"sleep 60 & echo $! > {tmp_path}/child; wait")
    with pytest.raises(Denied, match="规定时间"):
        pdf.pdf_of(b"", seconds=0.3)
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 5
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(child)


def alive(process):
    """Whether a process runs; one that has ended and is not yet fetched does not."""
    try:
        with open(f"/proc/{process}/stat") as told:
            return told.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_only_so_many_run_at_once(stand_in, tmp_path):
    stand_in(
        f"echo x >> {tmp_path}/begun\n"
        f"while [ ! -e {tmp_path}/go ]; do sleep 0.02; done\n"
        "cp paper.docx paper.pdf"
    )
    made = []
    asking = [
        threading.Thread(target=lambda number=number: made.append(pdf.pdf_of(b"%d" % number)))
        for number in range(pdf.AT_ONCE)
    ]
    for each in asking:
        each.start()
    begun = tmp_path / "begun"
    while not begun.exists() or begun.read_text().count("x") < pdf.AT_ONCE:
        time.sleep(0.01)
    with pytest.raises(Denied, match="正在为其他人"):
        pdf.pdf_of(b"one too many", seconds=0.1)
    (tmp_path / "go").touch()
    for each in asking:
        each.join()
    assert sorted(made) == [b"%d" % number for number in range(pdf.AT_ONCE)]


# --- laid out ----------------------------------------------------------------------------------------


@pytest.mark.full
def test_libreoffice_lays_a_long_report_out(tmp_path, request):
    """Thirty pages and more: 22 lines to a full page, heads again on every page of a table, no empty page."""
    if not pdf.has_libreoffice() or shutil.which("pdftotext") is None:
        pytest.skip("没有找到 LibreOffice 或 pdftotext：跳过把报告排成页面的检查，其余照常")
    data = report_data(tasks=80, paragraphs=30)
    data["figures"]["tasks"][40]["progress"] = "某" * 3000
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf.pdf_of(word_of(data)))
    told = ["pdftotext", "-layout", str(file), "-"]
    pages = subprocess.run(told, check=True, capture_output=True, text=True).stdout.split("\f")[:-1]
    text = [[line for line in page.splitlines() if line.strip()] for page in pages]
    assert len(pages) > 30 and all(len(lines) > 2 for lines in text)
    # Nothing of a row higher than a page is cut off; the title on the first page says 某 once.
    assert sum(page.count("某") for page in pages[1:]) - "".join(pages).count("=某项目") == 3000
    assert max(len(lines) for lines in text[2:20]) == 23 and [len(lines) for lines in text].count(23) > 10
    first = next(at for at, page in enumerate(pages) if re.match(r"\s*附件\s*1", page))
    assert all("完成情况" in page or "附件" in page for page in pages[first:])
    assert f"—{len(pages)}—" in pages[-1].replace(" ", "")


def test_the_grid_is_22_lines():
    assert opened(report_data()).sections[0]._sectPr.find(qn("w:docGrid")).get(qn("w:linePitch")) == "579"


def test_a_report_opens_by_saying_what_it_reports():
    data = report_data()
    before = lines_of(opened(data))
    data["report"]["opening"] = "现将2030年落实《宿州市某三年行动计划》情况报告如下。"
    lines = lines_of(opened(data))
    assert lines.index(data["report"]["opening"]) == lines.index("市委、市政府：") + 1
    lines.remove(data["report"]["opening"])
    assert lines == before  # an edition frozen before there was one comes out as it was
