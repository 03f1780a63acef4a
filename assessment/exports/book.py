"""The workbook of a year's assessment, sheet by sheet; and that of one unit."""

from dataclasses import replace

from assessment.exports import (
    by_hand_sheet,
    city_forms,
    detail_sheet,
    facts_sheet,
    scheme_sheet,
    subjects_sheet,
    summary_sheet,
    unit_sheet,
)
from assessment.exports.rows import Standing
from progress.exports.book import Book

# What each sheet is for, in their order: (name, purpose).
SHEETS = (
    (summary_sheet.NAME, "各单位各项得分、考核得分和折算分，四类单位分列。"),
    ("市委综合考核、市政府绩效考核", "两项全市考核的报送表，列由考核办法设定。"),
    (detail_sheet.NAME, "每个单位每个考核项目的分值折算、得分率和得分。"),
    (subjects_sheet.NAME, "每个得分率是哪些任务、指标、报送平均出来的。"),
    (facts_sheet.NAME, "全部考核事实，改动结果后得分随之变化。"),
    (by_hand_sheet.NAME, "加分、扣分、复核调整和人工评定及其依据。"),
    (scheme_sheet.NAME, "分值、参数、上限和等次，全部公式只引用这一处。"),
    ("各单位", "每个单位一张考核评分表。"),
)
OWN = "考核评分表"


def year_workbook(year) -> bytes:
    """The workbook of a Year: the same Year gives the same bytes."""
    book = _book(year, f"{year.plan_title}{year.year}年度考核{'试算' if year.trial else ''}")
    summary = summary_sheet.begin(book, year)
    forms = [(form, city_forms.begin(book, year, form)) for form in year.forms]
    parts = _begin_parts(book, year)
    taken = [name for name, _ in SHEETS] + list(city_forms.NAMES.values())
    with_sheet = [unit for unit in year.units if unit.standing != Standing.EXCLUDED]
    tabs = unit_sheet.names(with_sheet, taken)
    units = [(unit, unit_sheet.begin(book, year, unit, tabs[unit.code])) for unit in with_sheet]
    scheme, facts, by_hand, points = _write_parts(parts, year)
    cells = summary_sheet.write(summary, year, scheme, points, by_hand, tabs)
    for form, paper in forms:
        city_forms.write(paper, year, form, cells, facts)
    for unit, paper in units:
        unit_sheet.write(paper, year, unit, points, by_hand, scheme, back=summary_sheet.NAME)
    return book.finish()


def unit_workbook(year, unit) -> bytes:
    """One unit's 考核评分表 with all it rests on, and nothing of any other."""
    year = replace(year, units=(unit,))
    book = _book(year, f"{unit.name}{year.year}年度考核评分表")
    paper = unit_sheet.begin(book, year, unit, OWN)
    parts = _begin_parts(book, year)
    scheme, _, by_hand, points = _write_parts(parts, year)
    unit_sheet.write(paper, year, unit, points, by_hand, scheme)
    return book.finish()


def form_workbook(year, form) -> bytes:
    """One of the city's two forms, its values as they are: what is handed in."""
    book = _book(year, form.title)
    city_forms.write(city_forms.begin(book, year, form), year, form)
    return book.finish()


def filename(year, unit=None) -> str:
    """What the download is called, without its ending."""
    trial = "（试算）" if year.trial else ""
    return f"{unit.name} {year.year}年度考核评分表{trial}" if unit else f"{year.year}年度考核{trial}"


def _book(year, title):
    stage = "试算" if year.trial else year.stage
    return Book(
        title,
        author=year.author,
        stamp=f"{year.scheme_title}　{stage}　{year.as_of}　编制：{year.author}",
        as_of=f"{year.year}年度 {stage} {year.as_of}",
        demo=year.demo,
        now=year.now,
        subject="年度考核",
    )


def _begin_parts(book, year):
    order = (detail_sheet, subjects_sheet, facts_sheet, by_hand_sheet, scheme_sheet)
    return {sheet: sheet.begin(book, year) for sheet in order}


def _write_parts(parts, year):
    """Written from what is referred to towards what refers; returns where everything stands."""
    scheme = scheme_sheet.write(parts[scheme_sheet], year)
    facts = facts_sheet.write(parts[facts_sheet], year)
    by_hand = by_hand_sheet.write(parts[by_hand_sheet], year)
    found = subjects_sheet.write(parts[subjects_sheet], year, scheme, facts, by_hand)
    points = detail_sheet.write(parts[detail_sheet], year, scheme, found, by_hand)
    return scheme, facts, by_hand, points
