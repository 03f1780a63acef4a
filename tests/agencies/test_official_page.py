"""The official page: what stands in the file, as Word will read it, and what it looks like laid out."""

import shutil
import subprocess
import time
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis.strategies import integers, text
from PIL import Image

from agencies import official_page
from agencies.official_page import Band, OfficialDocument, Words, word_response
from agencies.official_pictures import Picture
from agencies.official_titles import title_lines
from agencies.official_words import (
    enclosure_lines,
    heading_number,
    in_the_middle,
    opening_of,
    signature_indents,
)
from agencies.spreadsheets import Column
from agencies.writing import day_of, half_widths, number_of, numeral_of, printable, quoted

OFFICE = "宿州市推进长三角一体化发展领导小组办公室"
NO_WRITER = "没有找到 LibreOffice Writer：跳过把公文排成页面的检查，其余照常"
COLUMNS = [Column("序号", 6), Column("单位", 20), Column("情况", 40)]


def reopened(document):
    return Document(BytesIO(document.to_bytes()))


def texts(document):
    return [paragraph.text for paragraph in reopened(document).paragraphs]


def a_report():
    """A paper with every part there is."""
    paper = OfficialDocument()
    paper.mark("代拟稿")
    paper.number("宿长三角办〔2026〕3号", signer="周主任")
    paper.title("关于某事的报告")
    paper.addressee("市委、市政府")
    paper.paragraph("正文第一段。\r\n正文第二段。")
    paper.heading(1, "总体情况")
    paper.heading(2, "报送情况")
    paper.heading(3, "按时的。", "共九十八项。")
    paper.heading(4, "其中县区。", "共八项。")
    paper.heading(2, "推进情况")
    paper.heading(3, "重新起号。", "从一开始。")
    paper.heading(1, "下一步打算")
    paper.enclosures("任务完成情况表", "项目进展表。")
    paper.signature(OFFICE, date(2026, 7, 5))
    paper.note("联系人：某某，电话：0557-3040506")
    paper.attachment("任务完成情况表", number=1, landscape=True)
    paper.table(
        COLUMNS,
        [Band("一、某某行动"), [1, "市发展改革委", "完成。\n第二行"], [2, None, date(2026, 7, 5)]],
        landscape=True,
    )
    paper.attachment("项目进展表", number=2)
    paper.paragraph("附件正文。")
    return paper


# --- the page -------------------------------------------------------------------------------------


def test_the_page_holds_22_lines_of_28_characters():
    paper = OfficialDocument()
    paper.paragraph("正文")
    document = reopened(paper)
    section = document.sections[0]
    assert [round(section.page_width.mm), round(section.page_height.mm)] == [210, 297]
    sides = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
    assert [round(side.mm) for side in sides] == [37, 26, 35, 28]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")
    normal = document.styles["Normal"]
    assert normal.font.size.pt == 16
    assert normal.paragraph_format.line_spacing.pt == 28.95
    assert normal.paragraph_format.line_spacing_rule == WD_LINE_SPACING.EXACTLY
    assert normal.element.rPr.find(qn("w:spacing")).get(qn("w:val")) == "-5"
    assert normal.element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert 22 * 28.95 <= (297 - 37 - 35) / 25.4 * 72
    assert 28 * 15.75 <= (210 - 28 - 26) / 25.4 * 72 < 29 * 15.75


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages():
    document = reopened(OfficialDocument())
    assert document.settings.odd_and_even_pages_header_footer
    section = document.sections[0]
    for footer, align in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        (paragraph,) = footer.paragraphs
        assert paragraph.text == "— 1 —" and paragraph.alignment == align
        assert {run.font.size.pt for run in paragraph.runs} == {14}
        assert set(paragraph._element.xpath(".//w:rFonts/@w:eastAsia")) == {"宋体"}
        assert paragraph._element.xpath("string(.//w:instrText)").strip() == "PAGE"


def test_fonts_are_named_for_chinese_letters_and_none_comes_from_a_theme():
    content = a_report().to_bytes()
    document = Document(BytesIO(content))
    named = set(document.element.body.xpath("//w:rFonts/@w:eastAsia"))
    assert named == {"仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"}
    assert not document.element.body.xpath("//w:rFonts/@w:eastAsiaTheme")
    assert not any(
        "font" in name and name.endswith((".ttf", ".odttf")) for name in ZipFile(BytesIO(content)).namelist()
    )


# --- its parts ------------------------------------------------------------------------------------


def test_the_parts_stand_in_their_order_and_number_themselves():
    said = [text for text in texts(a_report()) if text]
    assert said[:7] == [
        "代拟稿",
        "宿长三角办〔2026〕3号\t签发人：周主任",
        "关于某事的报告",
        "市委、市政府：",
        "正文第一段。",
        "正文第二段。",
        "一、总体情况",
    ]
    assert said[7:13] == [
        "（一）报送情况",
        "1.按时的。共九十八项。",
        "（1）其中县区。共八项。",
        "（二）推进情况",
        "1.重新起号。从一开始。",
        "二、下一步打算",
    ]
    assert said[13:] == [
        "附件：1.任务完成情况表",
        "2.项目进展表",
        OFFICE,
        "2026年7月5日",
        "（联系人：某某，电话：0557-3040506）",
        "附件1",
        "任务完成情况表",
        "附件2",
        "项目进展表",
        "附件正文。",
    ]


def test_the_title_is_off_the_grid_and_paragraphs_are_indented_by_two_characters():
    document = reopened(a_report())
    title = next(each for each in document.paragraphs if each.text == "关于某事的报告")
    assert title.alignment == WD_ALIGN_PARAGRAPH.CENTER and title.runs[0].font.size.pt == 22
    assert title._element.pPr.find(qn("w:snapToGrid")).get(qn("w:val")) == "0"
    body = next(each for each in document.paragraphs if each.text == "正文第一段。")
    assert body._element.pPr.ind.get(qn("w:firstLineChars")) == "200"
    assert body._element.pPr.ind.get(qn("w:firstLine")) == "640"
    levels = [each.get(qn("w:val")) for each in document.element.body.iter(qn("w:outlineLvl"))]
    assert levels == ["0", "1", "2", "3", "1", "2", "0"]


def test_an_attachment_begins_on_a_new_page_and_a_wide_table_lies_on_its_side():
    document = reopened(a_report())
    orientations = [section.orientation for section in document.sections]
    assert orientations == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    wide = document.sections[1]
    assert (round(wide.page_width.mm), round(wide.page_height.mm)) == (297, 210)
    assert all(section.footer.is_linked_to_previous for section in document.sections[1:])
    (table,) = document.tables
    assert [cell.text for cell in table.rows[0].cells] == ["序号", "单位", "情况"]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert len(table.rows[1]._tr.tc_lst) == 1 and table.rows[1].cells[0].text == "一、某某行动"
    assert [cell.text for cell in table.rows[2].cells] == ["1", "市发展改革委", "完成。\n第二行"]
    assert [cell.text for cell in table.rows[3].cells] == ["2", "", "2026年7月5日"]
    twips = sum(int(each.get(qn("w:w"))) for each in table._tbl.tblGrid.gridCol_lst)
    assert abs(twips / 20 - (297 - 35 - 37) / 25.4 * 72) < 2


def test_a_high_row_may_go_on_overleaf():
    """Kept whole, what does not fit would be cut off."""
    paper = OfficialDocument()
    paper.table(COLUMNS, [[1, "单位", "短"], [2, "单位", "长" * 1500], Band("行动")], landscape=True)
    (table,) = reopened(paper).tables
    whole = [
        row._tr.trPr is not None and row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows
    ]
    assert whole == [True, True, False, True]


def test_a_picture_has_its_words_and_a_line_high_enough():
    out = BytesIO()
    Image.new("RGB", (4, 2)).save(out, "PNG")
    picture = Picture(out.getvalue(), "两个数字", 40)
    paper = OfficialDocument()
    paper.picture(picture)
    paper.caption("图1　某图")
    paper.chart([("甲", picture, "3")], (2, 5, 1), legend=[(picture, "完成")])
    document = reopened(paper)
    assert document.element.body.xpath("//wp:docPr/@descr") == ["两个数字"] * 3
    assert [round(each.width.mm) for each in document.inline_shapes] == [40, 40, 40]
    around = document.element.body.xpath("//w:p[.//w:drawing]/w:pPr/w:spacing/@w:lineRule")
    assert "exact" not in around
    assert [cell.text for cell in document.tables[0].rows[0].cells] == ["甲", "", "3"]


def test_the_same_paper_is_the_same_bytes(monkeypatch):
    first = a_report().to_bytes()
    later = time.localtime(time.time() + 400_000)
    monkeypatch.setattr(time, "localtime", lambda *given: later)
    assert a_report().to_bytes() == first
    monkeypatch.setattr(official_page, "settled", lambda content: content)
    assert a_report().to_bytes() != first  # the control: as packed, the file tells the hour


def test_an_attachment_on_an_upright_page_breaks_the_page():
    paper = OfficialDocument()
    paper.paragraph("正文")
    paper.attachment("名单")
    first = next(each for each in reopened(paper).paragraphs if each.text == "附件")
    assert first.paragraph_format.page_break_before


def test_a_slip_is_a_table_of_labels_and_values():
    paper = OfficialDocument()
    paper.form_table([[("编号", "3号"), ("紧急程度", "紧急")], [("事项", "某事")]])
    (table,) = reopened(paper).tables
    assert [cell.text for cell in table.rows[0].cells] == ["编号", "3号", "紧急程度", "紧急"]
    assert [cell.text for cell in table.rows[1].cells] == ["事项", "某事", "某事", "某事"]


# --- text is text -----------------------------------------------------------------------------------

HOSTILE = "=SUM(A1)<w:p/>&amp;]]>\x00\x0b\x1b\ud800\ufffe{{ x }}"
CLEAN = "=SUM(A1)<w:p/>&amp;]]>{{ x }}"


def test_text_is_only_ever_text():
    paper = OfficialDocument()
    for part in (paper.mark, paper.number, paper.title, paper.caption, paper.paragraph, paper.note):
        part(HOSTILE)
    paper.heading(1, HOSTILE, HOSTILE)
    paper.addressee(HOSTILE)
    paper.signature(HOSTILE)
    paper.enclosures(HOSTILE)
    paper.attachment(HOSTILE)
    paper.table(COLUMNS, [[HOSTILE, HOSTILE, None], Band(HOSTILE)])
    paper.form_table([[(HOSTILE, HOSTILE)]])
    document = reopened(paper)
    whole = "\n".join(each.text for each in document.paragraphs)
    assert whole.count(CLEAN) == 12
    assert document.tables[0].rows[1].cells[0].text == CLEAN
    assert not document.element.body.xpath("//w:fldChar | //w:fldSimple | //w:instrText")


def test_nothing_is_put_down_for_nothing():
    paper = OfficialDocument()
    paper.paragraph(None)
    paper.paragraph("", Words(""))
    paper.title("")
    assert texts(paper) == []


def test_the_file_says_nothing_of_who_made_it():
    names = ZipFile(BytesIO(a_report().to_bytes()))
    core = names.read("docProps/core.xml").decode()
    assert "<dc:" not in core and "<cp:last" not in core and "python" not in core
    properties = reopened(a_report()).core_properties
    assert not any((properties.author, properties.title, properties.comments, properties.created))


def test_a_download_has_a_chinese_name():
    response = word_response("督办单 1/2", b"x")
    assert "filename*=UTF-8''%E7%9D%A3%E5%8A%9E%E5%8D%95%201%2F2.docx" in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store"


# --- words ----------------------------------------------------------------------------------------


def test_headings_dates_and_numerals():
    assert [heading_number(level, 12) for level in (1, 2, 3, 4)] == ["十二、", "（十二）", "12.", "（12）"]
    assert [numeral_of(number) for number in (1, 10, 11, 20, 99)] == ["一", "十", "十一", "二十", "九十九"]
    assert all(number_of(numeral_of(number)) == number for number in range(1, 100))
    assert day_of(date(2026, 7, 5)) == "2026年7月5日"
    assert printable("一\r\n二\r三\t四\x07") == "一\n二\n三　四"


def test_one_enclosure_has_no_number():
    assert enclosure_lines(["名单。"]) == [("附件：名单", 5, 3)]


@pytest.mark.parametrize("body", ["市发改委", OFFICE, "某" * 40])
def test_body_and_date_of_a_signature_stand_over_each_other(body):
    day = "2026年10月9日"
    of_body, of_day = signature_indents(body, day)
    assert of_day >= 4 and of_body >= 2
    assert of_body + half_widths(body) / 4 == of_day + half_widths(day) / 4


# --- laid out -------------------------------------------------------------------------------------


def test_libreoffice_lays_out_22_lines_and_no_empty_page(tmp_path):
    if shutil.which("soffice") is None or shutil.which("pdftotext") is None:
        pytest.skip(NO_WRITER)
    paper = OfficialDocument()
    for number in range(44):
        paper.paragraph(f"第{number}行")
    paper.attachment("表", landscape=True)
    paper.table(COLUMNS, [[number, "单位", "情况"] for number in range(40)], landscape=True)
    file = tmp_path / "paper.docx"
    file.write_bytes(paper.to_bytes())
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=150)
    if "could not be loaded" in done.stderr:
        pytest.skip(NO_WRITER)
    told = ["pdftotext", "-layout", str(tmp_path / "paper.pdf"), "-"]
    pages = subprocess.run(told, check=True, capture_output=True, text=True).stdout.split("\f")[:-1]
    assert [page.count("行") for page in pages[:2]] == [22, 22]
    assert len(pages) == 4 and all("序号" in page for page in pages[2:])
    assert "—1—" in pages[0].replace(" ", "") and "—4—" in pages[3].replace(" ", "")


# --- long titles, columns ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        (
            "关于2025年落实《宿州市推进长三角一体化发展三年行动计划(2024—2026年)》情况的报告",
            ["关于2025年落实《宿州市推进", "长三角一体化发展三年行动计划", "(2024—2026年)》情况的报告"],
        ),
        (
            "关于2030年落实《某三年行动计划》情况的报告",
            ["关于2030年落实", "《某三年行动计划》情况的报告"],
        ),
        (
            "关于2026年第三季度推进长三角一体化发展重点工作任务滞后情况的通报",
            ["关于2026年第三季度推进长三角一体化发展", "重点工作任务滞后情况的通报"],
        ),
        ("复核意见书", ["复核意见书"]),
        ("A" * 50, ["A" * 50]),
        ("", [""]),
    ],
)
def test_a_long_title_breaks_between_words(title, lines):
    assert title_lines(title, 19) == lines


@given(text(alphabet="关于推进长三角一体化2026年《》（）(的、报告A", max_size=90), integers(8, 30))
def test_a_title_loses_nothing_whatever_its_lines(title, widest):
    lines = title_lines(title, widest)
    assert "".join(lines) == title
    assert len(lines) == 1 or all(half_widths(line) <= 2 * widest for line in lines)
    assert all(line[0] not in "》）)、的" for line in lines[1:])


def test_the_lines_of_a_title_stand_in_one_paragraph():
    paper = OfficialDocument()
    paper.title("关于2030年落实《某三年行动计划》情况的报告")
    assert texts(paper)[0] == "关于2030年落实\n《某三年行动计划》情况的报告"


def test_a_column_stands_in_the_middle_or_at_the_left_as_a_whole():
    rows = [[1, "宿州机场", "建成"], [2, "重大项目全生命周期管理智慧调度平台", None]]
    assert in_the_middle(rows) == {0, 2}
    assert in_the_middle([]) == set()
    paper = OfficialDocument()
    paper.table([Column("序号", 6), Column("项目", 20), Column("阶段", 8)], rows)
    cells = [line.cells[1] for line in reopened(paper).tables[0].rows[1:]]
    assert {cell.paragraphs[0].alignment for cell in cells} == {WD_ALIGN_PARAGRAPH.LEFT}


def test_the_signature_under_a_table_keeps_its_last_row():
    paper = OfficialDocument()
    paper.table(COLUMNS, [[1, "甲", "一"], [2, "乙", "二\n三"]])
    paper.signature(OFFICE, date(2026, 7, 5))
    first, last = (row.cells[2].paragraphs for row in reopened(paper).tables[0].rows[1:])
    assert [each.paragraph_format.keep_with_next for each in first] == [None]
    assert [each.paragraph_format.keep_with_next for each in last] == [True, True]


def test_a_date_of_a_quarter_still_stands_in_the_middle():
    assert in_the_middle([["2025年第四季度"], [None]]) == {0}
    assert in_the_middle([["规模以下制造业企业数字化应用覆盖率"]]) == set()


def test_quotations_within_a_quotation_have_single_marks():
    assert quoted("深化居民服务“一卡通”应用") == "“深化居民服务‘一卡通’应用”"
    assert quoted("开展科技创新联合攻关") == "“开展科技创新联合攻关”"


def test_what_a_report_opens_with():
    assert opening_of("关于2030年落实《某计划》情况的报告") == "现将2030年落实《某计划》情况报告如下。"
    assert opening_of("关于解决用地指标的请示") == opening_of("工作总结") == ""
