"""The official texts are read completely, to the letter, however a copy has broken their lines."""

import random
import re
from datetime import date
from pathlib import Path

import pytest

from agencies.writing import numeral_of
from tasks import notice
from tasks.clauses import NoticeError, parse_clause
from tasks.lines import CHAPTER, SECTION, TASK, heal, tight

pytestmark = pytest.mark.once

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
TEXTS = {
    code: (FIXTURES / f"notice_{code.replace('-', '_')}.txt").read_text(encoding="utf-8")
    for code in ("2021-2023", "2024-2026")
}
PLANS = {code: notice.parse(text) for code, text in TEXTS.items()}
CHAPTERS = {
    "2021-2023": "1-11 12-16 17-26 27-33 34-43 44-49 50-56 57-68 69-80",
    "2024-2026": "1-9 10-17 18-32 33-42 43-51 52-60 61-66 67-72 73-80",
}

SMALL = """某市领导小组办公室关于印发《某市三年行动计划(2024—2026年)》的通知
各县、区人民政府:
《某市三年行动计划(2024—2026年)》已经6月6日市委常委会会议审议通过,现印发给你们。
2024年7月5日
某市三年行动计划(2024—2026年)
为深入贯彻精神,特制定该行动计划。
一、总体要求
(一)指导思想
坚持指导思想。
二、实施甲行动
(一)做好甲事
1.做甲。把甲做好。(牵头单位:市甲局,配合单位:市乙局等)
2.做乙。把乙做好。(牵头单位:市乙局)
三、实施丙行动
(一)做好丙事
3.做丙。把丙做好。(牵头单位:市甲局、市乙局等)
四、保障措施
(一)加强领导。加强组织领导。
"""


def read(text, number):
    return next(task for task in notice.parse(text).tasks if task.number == number)


def problems_of(text):
    with pytest.raises(NoticeError) as caught:
        notice.parse(text)
    return "\n".join(caught.value.problems)


# --- both plans ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", PLANS)
def test_eighty_tasks_in_nine_chapters(code):
    plan = PLANS[code]
    ranges = []
    for chapter in plan.chapters:
        numbers = [task.number for task in plan.tasks if task.chapter == chapter.number]
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        ranges.append(f"{numbers[0]}-{numbers[-1]}")
    assert " ".join(ranges) == CHAPTERS[code]
    assert [task.number for task in plan.tasks] == list(range(1, 81))
    assert [chapter.numeral for chapter in plan.chapters] == list("二三四五六七八九十")


def test_header_of_2021():
    plan = PLANS["2021-2023"]
    assert plan.code == "2021-2023"
    assert plan.title == "宿州市推进长三角一体化发展三年行动计划（2021-2023年）"
    assert plan.document_number == "宿长三角办〔2021〕1号"
    assert plan.issuer == "宿州市推进长三角一体化发展领导小组办公室"
    assert plan.addressed_to == "各县、区人民政府，各市管园区管委会，市直有关单位："
    assert plan.passed_on.date == date(2021, 4, 28)
    assert plan.passed_by == "市政府第57次常务会议"
    assert plan.issued_on is None
    assert not plan.has_titles
    assert not plan.sections
    assert plan.support_label == "责任单位"
    assert plan.left_out == ()


def test_header_of_2024():
    plan = PLANS["2024-2026"]
    assert plan.title == "宿州市推进长三角一体化发展三年行动计划(2024—2026年)"
    assert plan.document_number is None
    assert plan.passed_by == "市委常委会会议"
    assert (plan.passed_on.year, plan.passed_on.month, plan.passed_on.day) == (None, 6, 6)
    assert plan.passed_on.date is None
    assert plan.issued_on == date(2024, 7, 5)
    assert plan.has_titles
    assert len(plan.sections) == 33
    assert plan.support_label == "配合单位"


def test_lines_of_the_web_page_are_no_part_of_the_notice():
    plan = PLANS["2024-2026"]
    assert len(plan.left_out) == 4
    assert plan.left_out[0].startswith("近日,安徽宿州印发")
    assert plan.left_out[-1] == "北极星智能电网在线官方微信"
    assert "北极星" not in plan.full_text
    assert plan.preamble.startswith("为深入贯彻党的二十大精神")


@pytest.mark.parametrize(("code", "passages"), [("2021-2023", 4), ("2024-2026", 5)])
def test_goals_and_safeguards_are_kept_verbatim(code, passages):
    plan = PLANS[code]
    assert plan.goals.startswith(("到 2023 年，主要经济指标", "围绕更好发挥长三角先行探路"))
    assert [passage.heading for passage in plan.general][0] == "指导思想"
    assert len(plan.safeguards) == passages
    assert plan.safeguards_text.startswith(
        ("（一）强化组织领导机制。坚持和加强党", "(一)加强组织领导。坚持和加强党")
    )
    assert plan.preamble.endswith("特制定该行动计划。")


@pytest.mark.parametrize("code", PLANS)
def test_nothing_of_the_wording_is_lost_or_added(code):
    """Character for character: what was read, put together again, is the file without blanks and marks."""
    plan = PLANS[code]
    read_again = [*plan.left_out[:-1], plan.notice_title, plan.addressed_to, plan.passed_text, plan.preamble]
    read_again += [plan.document_number or "", plan.general_heading, plan.general_text]
    for task in plan.tasks:
        read_again.append(f"{task.number}.{task.text}{task.clause.text}")
    read_again += [chapter.heading for chapter in plan.chapters]
    read_again += [f"({numeral_of(section.number)}){section.title}" for section in plan.sections]
    read_again += [plan.safeguards_heading, plan.safeguards_text, *plan.left_out[-1:]]
    # The file repeats the issuer as a masthead, and the title above the plan with brackets of its own.
    once_more = plan.issuer if code == "2021-2023" else "2024年7月5日《》"
    once_more += plan.title.translate(str.maketrans("（）", "()"))
    bare = re.compile(r"[\s#*]")
    assert sorted(bare.sub("", "".join(read_again) + once_more)) == sorted(bare.sub("", TEXTS[code]))


def test_page_breaks_inside_a_sentence_are_healed():
    tasks = PLANS["2021-2023"].tasks
    assert "各县区、市管园区定期开展面向沪苏浙地区的专题招商活动；" in tasks[6].text
    assert "中车风电砀山程庄朱楼风电场" in tasks[41].text
    assert tasks[37].clause.supports == ("市交通运输局", "市商务局", "市投资促进中心", "埇桥区人民政府")
    assert "勇当科技和产业创新开路先锋" in PLANS["2021-2023"].general[0].text
    assert "\n" not in "".join(task.text + task.clause.text for task in tasks)


def test_spaces_of_the_original_stay():
    assert "产业发展基金规模 2021 年不低于 5 亿元" in PLANS["2021-2023"].tasks[7].text
    assert "力争达到 1:2 左右" in PLANS["2021-2023"].goals


def test_titles_are_the_first_sentences_and_stay_in_the_text():
    for task in PLANS["2024-2026"].tasks:
        assert task.text.startswith(f"{task.title}。")
        assert len(task.title) <= 25
    assert PLANS["2024-2026"].tasks[72].title == "深入实施“5512”产业工程"
    assert all(task.title is None for task in PLANS["2021-2023"].tasks)


def test_sections_of_2024():
    plan = PLANS["2024-2026"]
    assert [section.title for section in plan.sections if section.chapter == 9] == [
        "提升产业链供应链抗风险水平",
        "加强重点领域安全风险防控",
        "融入区域应急体系",
    ]
    assert {(task.chapter, task.section) for task in plan.tasks} == {
        (section.chapter, section.number) for section in plan.sections
    }


# --- who does it ---------------------------------------------------------------------------------


def test_lead_duties_by_count():
    assert sum(len(task.clause.leads) for task in PLANS["2024-2026"].tasks) == 98
    assert sum(len(task.clause.leads) for task in PLANS["2021-2023"].tasks) == 97


def test_the_blanket_rule_holds_for_every_task():
    plan = PLANS["2024-2026"]
    assert plan.blanket == "以下均需各县区、市管各园区配合,不再列出"
    assert {task.implied for task in plan.tasks} == {"各县区、市管各园区"}
    assert plan.tasks[0].clause.supports == ("市科技局", "中国人民银行宿州市分行")
    assert {task.implied for task in PLANS["2021-2023"].tasks} == {""}


def test_bodies_named_twice_are_kept_once_as_lead():
    for number in (46, 49):
        clause = PLANS["2021-2023"].tasks[number - 1].clause
        assert clause.leads == ("市发展改革委", "市商务局")
        assert "市发展改革委" not in clause.supports
        assert clause.remarks == ("原文把市发展改革委同时列为牵头单位和责任单位，按牵头计一次",)
    doubled = [task.number for plan in PLANS.values() for task in plan.tasks if task.clause.remarks]
    assert doubled == [46, 49]


def test_separate_leads():
    plan = PLANS["2021-2023"]
    assert [task.number for task in plan.tasks if task.clause.separate_leads] == [5, 6, 7, 14, 15, 25]
    assert not [task for task in PLANS["2024-2026"].tasks if task.clause.separate_leads]


def test_named_counties_without_a_list_stay_as_written():
    plan = PLANS["2021-2023"]
    left = [task.number for task in plan.tasks if "有关县区人民政府" in task.clause.supports]
    assert left == [10, 34, 36, 37]


@pytest.mark.parametrize(
    ("text", "leads", "supports", "is_open"),
    [
        ("（市甲局牵头，市乙局、市丙局等按职责分工负责）", "市甲局", "市乙局 市丙局", True),
        ("(市甲局牵头,市乙局按职能分工负责)", "市甲局", "市乙局", False),
        ("（市甲局牵头负责）", "市甲局", "", False),
        ("（市甲局牵头）", "市甲局", "", False),
        (
            "（市甲局、市乙局分别按职责牵头，各县区人民政府等按职责分工负责）",
            "市甲局 市乙局",
            "各县区人民政府",
            True,
        ),
        ("(牵头单位:市甲局,配合单位:市乙局等)", "市甲局", "市乙局", True),
        ("（牵头单位：市甲局，配合单位：市乙局）", "市甲局", "市乙局", False),
        ("(牵头单位:市甲局、市乙局等)", "市甲局 市乙局", "", True),
        (
            "〔牵头单位:市丁局(政务服务局),配合单位:市财政局(国资委)等〕",
            "市丁局(政务服务局)",
            "市财政局(国资委)",
            True,
        ),
        ("（市甲局牵头，市乙局、埇桥区人民政府按职责分工负责)", "市甲局", "市乙局 埇桥区人民政府", False),
    ],
)
def test_every_form_of_the_clause(text, leads, supports, is_open):
    clause = parse_clause(text)
    assert " ".join(clause.leads) == leads
    assert " ".join(clause.supports) == supports
    assert clause.open_ended is is_open
    assert clause.text == text


def test_a_task_may_contain_brackets_of_its_own():
    tasks = PLANS["2024-2026"].tasks
    assert "安徽钱营孜发电有限公司二期扩建项目(1×1000MW)" in tasks[73].text
    assert tasks[73].clause.text == "(牵头单位:市发展改革委)"


# --- odd line ends -------------------------------------------------------------------------------


def breakable(text, position):
    """Whether a line end may fall here without the words themselves becoming another text."""
    before, after = text[position - 1], text[position:]
    if before.isspace() or after[0].isspace() or before in "\n。：:！？" or after[0] in "\n#*":
        return False
    if before.isascii() and before.isalpha() and after[0].isascii():
        return False
    return not (TASK.match(after) or SECTION.match(after) or CHAPTER.match(after))


def broken(text, seed):
    """The body's paragraphs with line ends, blank lines and stray blanks inside their sentences."""
    chance = random.Random(seed)
    pieces = []
    for line in text.splitlines():
        is_running_text = len(line) > 60 and not line.startswith("近日")
        cuts = sorted(chance.sample(range(4, len(line)), 6)) if is_running_text else []
        cuts = [cut for cut in cuts if breakable(line, cut)]
        start = 0
        for cut in cuts:
            pieces.append(line[start:cut] + chance.choice(["\n", "\n\n", " \n\n　　", "\r\n"]))
            start = cut
        pieces.append(line[start:] + "\n")
    return "".join(pieces)


@pytest.mark.parametrize("code", PLANS)
@pytest.mark.parametrize("seed", range(12))
def test_line_ends_anywhere_in_a_sentence_change_nothing(code, seed):
    parsed = notice.parse(broken(TEXTS[code], seed))
    expected = PLANS[code]
    for got, wanted in zip(parsed.tasks, expected.tasks, strict=True):
        assert (got.number, got.text, got.clause, got.section) == (
            wanted.number,
            wanted.text,
            wanted.clause,
            wanted.section,
        )
    assert parsed.general == expected.general
    assert parsed.safeguards == expected.safeguards
    assert parsed.preamble == expected.preamble
    assert parsed.chapters == expected.chapters


def test_headings_broken_over_two_lines():
    text = SMALL.replace("二、实施甲行动", "二、实施甲\n\n行动").replace("(一)做好丙事", "(一)做好\n丙事")
    plan = notice.parse(text)
    assert plan.chapters[0].heading == "二、实施甲行动"
    assert plan.sections[1].title == "做好丙事"


def test_a_figure_cut_by_a_line_end_is_no_task():
    text = SMALL.replace("把甲做好", "把PM2.5降到\n2.5以下")
    assert read(text, 1).text == "做甲。把PM2.5降到2.5以下。"


def test_healing_keeps_two_latin_words_apart():
    assert heal(["基于 Open", "Source 的"]) == "基于 Open Source 的"
    assert heal(["建设 IPv6", "网络"]) == "建设 IPv6网络"
    assert tight("三年 行动计划 (2021-2023年)") == "三年行动计划(2021-2023年)"


def test_windows_line_ends_and_a_byte_order_mark():
    assert notice.parse("\ufeff" + SMALL.replace("\n", "\r\n")).tasks == notice.parse(SMALL).tasks


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   \n\n \u3000"])
def test_an_empty_text(text):
    assert "文件是空的" in problems_of(text)


@pytest.mark.parametrize("text", ["今天天气很好。", "x" * 10_000, "\x00\x01", "一、总体要求"])
def test_no_notice_at_all(text):
    assert "没有找到" in problems_of(text)


def test_a_missing_number_is_named():
    assert "缺少第2项" in problems_of(SMALL.replace("2.做乙。把乙做好。(牵头单位:市乙局)\n", ""))


def test_a_doubled_number_is_named_with_both_lines():
    said = problems_of(SMALL.replace("3.做丙", "2.做丙"))
    assert "第2项重复：第13行和第16行" in said


def test_numbers_out_of_order():
    swapped = SMALL.replace("1.做甲", "9.做甲").replace("2.做乙", "1.做乙").replace("9.做甲", "2.做甲")
    assert "编号顺序颠倒" in problems_of(swapped)


def test_a_task_without_clause_is_named_with_its_line():
    said = problems_of(SMALL.replace("(牵头单位:市乙局)", ""))
    assert said == "第2项（第13行）末尾没有责任分工：应以“（……牵头……）”结尾，请补全。"


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("(牵头单位:)", "看不懂责任分工"),
        ("(牵头单位:等)", "没有写单位名称"),
        ("(市甲局牵头,市乙局负责喝茶)", "看不懂责任分工"),
        ("(由市甲局办)", "末尾没有责任分工"),
        (f"(牵头单位:{'市' * 61})", "名称之间应以顿号分开"),
    ],
)
def test_an_odd_clause_is_quoted(clause, said):
    assert said in problems_of(SMALL.replace("(牵头单位:市乙局)", clause))


def test_a_task_without_text():
    assert "第2项（第13行）没有任务内容" in problems_of(SMALL.replace("做乙。把乙做好。", ""))


def test_a_title_without_years():
    assert "没有起止年份" in problems_of(SMALL.replace("(2024—2026年)", ""))


def test_a_chapter_without_tasks():
    assert "“三、空行动”下面没有任务" in problems_of(
        SMALL.replace("三、实施丙行动", "三、空行动\n四、实施丙行动").replace("四、保障", "五、保障")
    )


def test_a_missing_chapter():
    assert "缺少“三、”" in problems_of(
        SMALL.replace("三、实施丙", "四、实施丙").replace("四、保障", "五、保障")
    )


def test_an_impossible_date():
    assert "不是有效日期" in problems_of(SMALL.replace("2024年7月5日", "2024年2月31日"))


def test_running_text_marked_as_a_heading():
    assert "标题过长" in problems_of(SMALL.replace("(一)做好甲事", f"(一){'做好' * 60}"))
    assert "标题超过100字" in problems_of(SMALL.replace("某市三年行动计划(", f"{'某市' * 60}计划("))


def test_all_problems_are_told_at_once():
    text = SMALL.replace("(牵头单位:市乙局)", "").replace("3.做丙", "5.做丙")
    said = problems_of(text)
    assert "第2项" in said
    assert "缺少第3项、第4项" in said


def test_the_small_notice_itself_is_complete():
    plan = notice.parse(SMALL)
    assert [task.title for task in plan.tasks] == ["做甲", "做乙", "做丙"]
    assert plan.blanket == ""
    assert plan.tasks[2].clause.leads_open
