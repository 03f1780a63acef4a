"""The year's workbook reckons for itself: an engine that knows nothing of the app comes to its cents, and to
those it would come to under other weights and other facts."""

import re
import shutil
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from assessment.exports.book import form_workbook, unit_workbook, year_workbook
from assessment.exports.city_forms import NAMES
from assessment.exports.facts_sheet import in_order_of_returns
from assessment.exports.unit_sheet import POINTS, names
from assessment.ranking import converted
from assessment.scoring import ByHand, score
from tests.assessment.made_up_years import made_up_year, placed
from tests.assessment.recalculating import Desk, recalculated_by_libreoffice, same

NO_LIBREOFFICE = "没有找到 LibreOffice（soffice）：跳过由它重新计算考核工作簿的检查，其余照常"
HOSTILE = ('=HYPERLINK("http://a.b")', "+1+1", "-2", "@SUM(A1)", "\t=1+1", "甲\r\n乙\x07丙", "长" * 40_000)
OWN_FORMULA = re.compile(r"=(-?(ROUND|SUM|IF|MIN|MAX|COUNTIFS?|SUMPRODUCT)\(|'|\$|0$)")
HEAD = "考核项目 考核内容 基础分值 考核标准 自评得分 核定 佐证材料"


def opened(content, **how):
    return openpyxl.load_workbook(BytesIO(content), **how)


def head_of(sheet):
    """The last of the rows repeated on every page, from 1."""
    return int(sheet.print_title_rows.split("$")[-1])


def labels_of(sheet):
    return [str(cell.value).replace("\n", "") for cell in sheet[head_of(sheet)]]


def exactly(number):
    """The decimal a cell shows: what an engine kept of it has fifteen digits."""
    return Decimal(str(round(number, 6)))


# --- the same cents ---------------------------------------------------------------------------------


def test_an_independent_engine_comes_to_the_same_values(tmp_path, count):
    for seed in range(count(200)):
        desk = Desk(year_workbook(made_up_year(seed)), tmp_path)
        assert desk.differences() == [], f"seed {seed}"
        assert len(desk.formulas) > 300


def test_what_is_stored_is_what_the_app_says(tmp_path):
    year = made_up_year(7)
    desk = Desk(year_workbook(year), tmp_path)
    for unit in year.judged:
        told = desk.of_unit(unit.name)
        assert exactly(told["考核得分"]) == unit.total
        assert (told["名次"], told["等次"]) == (unit.rank, unit.grade_word)


def test_a_total_a_cent_off_is_found(tmp_path):
    """The negative control: had the app reckoned otherwise than the formulas, it would show."""
    year = made_up_year(7)
    unit = year.judged[0]
    wrong = replace(unit.result, total=unit.result.total - Decimal("0.01"))
    units = tuple(replace(each, result=wrong) if each is unit else each for each in year.units)
    assert Desk(year_workbook(replace(year, units=units)), tmp_path).differences()


@pytest.mark.full
def test_libreoffice_comes_to_the_same_values(tmp_path):
    if shutil.which("soffice") is None:
        pytest.skip(NO_LIBREOFFICE)
    content = year_workbook(made_up_year(5))
    stored, live = opened(content, data_only=True), recalculated_by_libreoffice(content, tmp_path)
    found = [
        (sheet.title, cell.coordinate, *values)
        for sheet in opened(content)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
        for values in [[book[sheet.title][cell.coordinate].value for book in (stored, live)]]
    ]
    assert len(found) > 300 and [each for each in found if not same(*each[2:])] == []


# --- the formulas follow ----------------------------------------------------------------------------


def judged_anew(year, *, terms=None, rules=None, facts=None, by_hand=None):
    """The Year with everybody scored under other terms, facts ({code: UnitFacts}) or statements."""
    terms, rules, facts, by_hand = terms or year.terms, rules or year.rules, facts or {}, by_hand or {}
    rows = []
    for unit in year.units:
        given, stated = facts.get(unit.code, unit.facts), by_hand.get(unit.code, unit.by_hand)
        rows.append(replace(unit, facts=given, by_hand=stated, result=score(terms, given, stated)))
    return replace(year, terms=terms, rules=rules, units=placed(rows, rules))


def assert_follows(desk, year):
    """Every total, rank and grade the engine shows is the app's, wherever it shows them."""
    for unit in year.judged:
        told = desk.of_unit(unit.name)
        assert exactly(told["考核得分"]) == unit.total, unit.name
        assert (told["名次"], told["等次"]) == (unit.rank, unit.grade_word), unit.name
        for form in year.forms:
            at = desk.row(NAMES[form.kind], 单位名称=unit.name)
            assert exactly(desk.live(at["折算分"])) == converted(unit.total, form.points), unit.name
        sheet = desk.sheets.index(unit.name)
        ((row, _),) = (
            place[1:] for place, said in desk.stored.items() if place[0] == sheet and said == "合计"
        )
        assert exactly(desk.live((sheet, row, POINTS + 1))) == unit.total, unit.name


def with_criterion(terms, number, **changes):
    criteria = list(terms.criteria)
    criteria[number] = replace(criteria[number], **changes)
    return replace(terms, criteria=tuple(criteria))


@pytest.mark.parametrize("seed", [2, 9])
def test_totals_follow_the_numbers_of_the_scheme(seed, tmp_path):
    year = made_up_year(seed)
    desk = Desk(year_workbook(year), tmp_path)
    terms = with_criterion(year.terms, 0, weight=Decimal("37.25"))
    desk.set(desk.row("考核办法", 考核项目="任务完成")["分值"], "37.25")
    assert_follows(desk, judged_anew(year, terms=terms))
    terms = with_criterion(terms, 2, parameters={**terms.criteria[2].parameters, "late": "2.5"})
    desk.set(desk.row("考核办法", 考核项目="报送及时性", 考核内容="迟报每次扣")["分值"], "2.5")
    assert_follows(desk, judged_anew(year, terms=terms))
    terms = with_criterion(terms, 3, classes=("county", "park", "provincial"))
    desk.set(desk.row("考核办法", 考核项目="报送质量")["适用市直及党群部门"], "否")
    assert_follows(desk, judged_anew(year, terms=terms))
    terms = replace(terms, addition_cap=Decimal("1.5"), deduction_cap=Decimal("0.75"))
    desk.set(desk.row("考核办法", 考核项目="加分上限")["分值"], "1.5")
    desk.set(desk.row("考核办法", 考核项目="扣分上限")["分值"], "0.75")
    assert_follows(desk, judged_anew(year, terms=terms))
    rules = replace(
        year.rules, excellent_from=Decimal(60), good_from=Decimal(40), excellent_share=Decimal(60)
    )
    for label, value in (("优秀起点", 60), ("良好起点", 40), ("优秀比例", 60)):
        desk.set(desk.row("考核办法", 考核项目=label)["分值"], value)
    assert_follows(desk, judged_anew(year, terms=terms, rules=replace(rules, fair_from=Decimal(70))))


def test_totals_follow_the_facts(tmp_path):
    year = made_up_year(4)
    unit = next(each for each in year.judged if each.facts.returns and each.facts.tasks)
    desk, facts = Desk(year_workbook(year), tmp_path), unit.facts
    for outcome, word in (("missing", "漏报"), ("on_time", "按时"), ("waived", "免报"), ("late", "迟报")):
        facts = replace(facts, returns=(replace(facts.returns[0], outcome=outcome), *facts.returns[1:]))
        desk.set(return_row(desk, unit, facts.returns[0])["结果"], word)
        assert_follows(desk, judged_anew(year, facts={unit.code: facts}))
    for lamp, word in (("blue", "已完成"), ("red", "严重滞后"), ("", "未审定"), ("yellow", "欠序时")):
        facts = replace(facts, tasks=(replace(facts.tasks[0], lamp=lamp), *facts.tasks[1:]))
        desk.set(desk.row("事实", 单位代码=unit.code, 类型="任务", 对象="第1项")["结果"], word)
        assert_follows(desk, judged_anew(year, facts={unit.code: facts}))
    facts = replace(facts, benchmarking="0.123456")
    desk.set(desk.row("事实", 单位代码=unit.code, 类型="对标学习")["达成程度"], "0.123456")
    assert_follows(desk, judged_anew(year, facts={unit.code: facts}))
    given = ByHand("99", "addition", "", Decimal("1.25"), "试算")
    blank = desk.row("加减分", 单位代码=None)
    for label, said in (("单位代码", unit.code), ("类别", "加分"), ("分值", "1.25")):
        desk.set(blank[label], said)
    after = judged_anew(year, facts={unit.code: facts}, by_hand={unit.code: (*unit.by_hand, given)})
    assert_follows(desk, after)


def return_row(desk, unit, fact):
    """The row of a return on 事实, which keeps them by subject."""
    rows = in_order_of_returns(unit.facts)
    place = [each.report for each in rows].index(fact.report)
    there = [
        places
        for places in desk.rows("事实", "单位代码", "类型")
        if desk.stored.get(places["单位代码"]) == unit.code
        and desk.stored.get(places["类型"]) in ("任务报送", "单位小结", "提供材料")
    ]
    assert len(there) == len(rows)
    return there[place]


# --- the form ---------------------------------------------------------------------------------------


def test_sheets_stand_in_order_and_print_well():
    year = made_up_year(3)
    book = opened(year_workbook(year))
    first = ["汇总表", "市委综合考核", "市政府绩效考核", "明细", "得分构成", "事实", "加减分", "考核办法"]
    assert book.sheetnames[:8] == first
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape" and sheet.print_title_rows
        assert "数据截至" in sheet.oddHeader.right.text and sheet.print_area
    assert "汇总表" in book["汇总表"]["A1"].value
    assert {each.title for each in book.worksheets[8:]} == {
        each.name for each in year.units if each.standing != "excluded"
    }


def test_the_score_sheet_has_a_head_of_two_rows(tmp_path):
    year = made_up_year(3)
    unit = year.judged[0]
    content = unit_workbook(year, unit)
    desk, sheet = Desk(content, tmp_path), opened(content)["考核评分表"]
    assert desk.differences() == []
    assert sheet.print_title_rows == "$3:$4"
    upper = [str(cell.value).replace("\n", "") for cell in sheet[3] if cell.value]
    assert upper == HEAD.split()
    assert [cell.value for cell in sheet[4]][5:8] == ["加分", "扣分", "核定得分"]
    total = next(row for row in sheet.iter_rows(min_row=5) if row[0].value == "合计")[7]
    assert exactly(desk.live((0, total.row, total.column))) == unit.total
    assert all(other.name not in desk.text() for other in year.units if other is not unit)


def test_grades_and_ranks_stay_away_where_the_scheme_has_none(tmp_path):
    year = made_up_year(6, own_grades=False)
    desk = Desk(year_workbook(year), tmp_path)
    assert desk.differences() == []
    labels = desk.labels("汇总表", "单位", "考核得分")
    assert not {"名次", "等次", "一票否决"} & set(labels)
    assert "折算分（市委综合考核）" in labels


def test_a_trial_says_so_and_ranks_nobody():
    book = opened(year_workbook(replace(made_up_year(3), trial=True)))
    sheet = book["汇总表"]
    assert "试算" in sheet["A1"].value and "名次" not in labels_of(sheet)
    assert "试算" in sheet.oddHeader.right.text


def test_units_without_points_are_listed_without_any(tmp_path):
    year = made_up_year(0, units=12)
    desk = Desk(year_workbook(year), tmp_path)
    silent = [unit for unit in year.units if not unit.is_scored]
    assert silent
    for unit in silent:
        told = desk.of_unit(unit.name)
        assert not told["考核得分"] and unit.standing_word in told["备注"]


def test_of_a_sensitive_task_the_facts_have_no_address():
    """Leaders take the workbook who may not know of every task."""
    year = made_up_year(3)
    unit = next(each for each in year.judged if each.facts.returns)
    hidden = tuple(replace(each, sensitive=True, url="/secret/") for each in unit.facts.returns)
    shown = tuple(replace(each, url="/known/") for each in unit.facts.returns)
    said = []
    for returns in (hidden, shown):
        rows = (replace(unit, facts=replace(unit.facts, returns=returns)),)
        sheet = opened(year_workbook(replace(year, units=rows)))["事实"]
        said.append({cell.value for row in sheet.iter_rows() for cell in row})
    assert "/secret/" not in said[0] and "（敏感任务）" in said[0] and "/known/" in said[1]


def test_a_year_without_units_or_facts_is_told():
    year = made_up_year(1)
    nothing = replace(year, units=())
    told = "\n".join(str(row[0]) for sheet in opened(year_workbook(nothing)) for row in sheet.values)
    assert "还没有参加考核的单位" in told and "还没有计分的单位" in told and "事实" in told
    blank = tuple(replace(unit, facts=None, result=None, standing="scored") for unit in year.units)
    book = opened(unit_workbook(replace(year, units=blank), blank[0]))
    row = next(row for row in book["考核评分表"].values if row[0] == year.criteria[0].label)
    assert row[4] == 41.5 and row[7] is None, "what the unit says itself, no points"


def test_hostile_text_stays_text(tmp_path):
    year = made_up_year(4, units=len(HOSTILE))
    units = tuple(
        replace(
            unit,
            name=f"{said[:50]}{unit.code}",
            by_hand=tuple(replace(each, basis=said, url=said) for each in unit.by_hand),
            own={"1": replace(unit.own["1"], evidence=said)},
            reason=said,
        )
        for unit, said in zip(year.units, HOSTILE, strict=True)
    )
    criteria = tuple(
        replace(each, label=f"{said[:20]}{number}", content=said, standard=said)
        for number, (each, said) in enumerate(zip(year.criteria, HOSTILE, strict=False))
    )
    content = year_workbook(replace(year, units=units, criteria=criteria, scheme_title=HOSTILE[-2]))
    cells = [cell for sheet in opened(content) for row in sheet.iter_rows() for cell in row]
    assert all(len(str(cell.value)) <= 32_767 for cell in cells)
    formulas = [cell.value for cell in cells if cell.data_type == "f"]
    assert all(OWN_FORMULA.match(said) for said in formulas), "only those made here"
    assert not any(cell.hyperlink and cell.hyperlink.target for cell in cells), "none leads out of the file"
    texts = [cell.value for cell in cells if cell.data_type == "s"]
    assert all(any(said.startswith(each.strip()[0]) for said in texts) for each in HOSTILE)
    assert Desk(content, tmp_path).differences() == []


def test_tabs_are_short_and_none_is_there_twice():
    units = [
        replace(made_up_year(1).units[0], code=str(number), name=name)
        for number, name in enumerate(["宿" * 40, "宿" * 41, "甲/乙:丙", "甲 乙 丙", "事实", "'", ""])
    ]
    found = list(names(units, ["事实"]).values())
    assert len({name.casefold() for name in found}) == len(found) and "事实" not in found
    assert all(0 < len(name) <= 31 and not set("[]:*?/\\'") & set(name) for name in found)


def test_criteria_of_the_same_name_are_told_apart(tmp_path):
    year = made_up_year(1)
    terms = with_criterion(year.terms, 1, name="考核*")
    terms = with_criterion(terms, 2, name="考核*")
    again = judged_anew(year, terms=terms)
    from_terms = [replace(each, terms=terms.criteria[place]) for place, each in enumerate(year.criteria)]
    labels = [replace(each, label=f"{each.label}?") for each in from_terms]
    assert Desk(year_workbook(replace(again, criteria=tuple(labels))), tmp_path).differences() == []


# --- the city's forms -------------------------------------------------------------------------------


def test_a_form_has_the_columns_the_office_chose(tmp_path):
    year = made_up_year(3)
    form = year.forms[0]
    form.columns = [
        {"key": "unit", "label": "被考核单位", "width": 30},
        {"key": "converted"},
        {"key": "gone"},
    ]
    assert form.kind == "party" and form.points == Decimal("3.5")
    sheet = opened(form_workbook(year, form)).active
    assert sheet.title == NAMES["party"]
    assert labels_of(sheet) == ["被考核单位", "折算分"]
    rows = list(sheet.iter_rows(min_row=head_of(sheet) + 1, values_only=True))
    assert rows[0][0] == year.judged[0].name and len(rows) == len(year.judged)
    exact = (year.judged[0].total * Decimal("3.5") / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert Decimal(str(rows[0][1])) == exact
