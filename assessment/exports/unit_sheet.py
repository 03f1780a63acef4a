"""考核评分表 of a unit: the form the offices know (practice, section 1), with a head of two rows."""

from decimal import Decimal

from agencies.spreadsheets import Column, sheet_name
from assessment.exports import detail_sheet as detail
from assessment.exports.live import formula, here
from assessment.exports.looks import look
from assessment.exports.rows import Standing
from assessment.exports.scheme_sheet import standard_of
from progress.exports.book import Cell

COLUMNS = (
    Column("考核项目", 14),
    Column("考核内容", 24),
    Column("基础\n分值", 8),
    Column("考核标准", 62),
    Column("自评\n得分", 8),
    Column("加分", 8),
    Column("扣分", 8),
    Column("核定得分", 10),
    Column("佐证材料", 32),
)
GROUPS = (("核定", 5, 7),)
ITEM, CONTENT, BASE, STANDARD, OWN, ADDED, DEDUCTED, POINTS, EVIDENCE = range(9)
MOST_CAUSES = 60
LONGEST_NAME = 31
SIGN = "　　　　　　　　".join(("填报人：", "审核人：", "单位负责人（签章）：", "日期：　　　年　　月　　日"))


def names(units, taken) -> dict[str, str]:
    """A tab's name for each unit: at most 31 characters, none twice whatever the letters' case."""
    used, found = {name.casefold() for name in taken}, {}
    for unit in units:
        whole = sheet_name(unit.name)
        name, number = whole, 1
        while name.casefold() in used:
            number += 1
            ending = f"（{number}）"
            name = whole[: LONGEST_NAME - len(ending)] + ending
        used.add(name.casefold())
        found[unit.code] = name
    return found


def begin(book, year, unit, name):
    """The empty 考核评分表 of one unit, called `name`; `write` fills it."""
    title = f"{unit.name}{year.year}年度考核评分表{'（试算）' if year.trial else ''}"
    return book.paper(name, title, COLUMNS, groups=GROUPS)


def write(paper, year, unit, points_at, by_hand, scheme, *, back=""):
    """The form of one unit. back: the sheet the line under it leads back to."""
    paper.across(_who(year, unit), "section")
    if unit.is_scored:
        _write_points(paper, year, unit, points_at, by_hand, scheme)
    elif unit.standing == Standing.SCORED:
        for judged in year.criteria:
            paper.line(_unjudged(judged, unit), least=30)
    else:
        paper.across(unit.remark, "quiet")
    paper.across(SIGN, look("sign"), least=46)
    if unit.result is not None:
        _write_causes(paper, unit)
    paper.end()
    if back:
        form = paper.book.format(look("linked"))
        paper.sheet.write_url(paper.row + 1, 0, f"internal:'{back}'!A1", form, f"返回{back}")


def _who(year, unit):
    said = [f"被考核单位：{unit.name}", f"类别：{unit.class_name}", f"参评情况：{unit.standing_word}"]
    if year.settled and year.with_places and unit.rank:
        said += [f"名次：{unit.rank}", f"等次：{unit.grade_word}"]
    return "　　".join(said)


def _unjudged(judged, unit):
    """A row before anything is scored: what the unit says itself."""
    own = unit.own.get(judged.terms.key)
    row = [Cell(None) for _ in COLUMNS]
    row[ITEM], row[CONTENT] = Cell(judged.label), Cell(judged.content)
    row[BASE], row[STANDARD] = Cell(judged.terms.weight, look("points")), Cell(standard_of(judged))
    if own:
        row[OWN], row[EVIDENCE] = Cell(own.points, look("points")), Cell(own.evidence)
    return row


def _write_points(paper, year, unit, points_at, by_hand, scheme):
    first = paper.row
    for number in range(len(year.criteria)):
        paper.line(_criterion(year, unit, number, points_at), least=30)
    last = paper.row - 1
    paper.line(_stated(year, unit, "addition", by_hand, scheme), least=30)
    paper.line(_stated(year, unit, "deduction", by_hand, scheme), least=30)
    paper.line(_total(year, unit, first, last, scheme), least=30)


def _criterion(year, unit, number, points_at):
    judged, result = year.criteria[number], unit.result.criteria[number]
    effective, reviewed, points = (
        points_at.cell(unit, number, place) for place in (detail.EFFECTIVE, detail.REVIEWED, detail.POINTS)
    )
    own = unit.own.get(judged.terms.key)
    raised = max(result.reviewed, Decimal(0))
    said = [own.evidence if own else "", result.why_not and f"不适用：{result.why_not}，分值转给其他项目。"]
    return [
        Cell(judged.label),
        Cell(judged.content),
        _points(effective, result.effective),
        Cell(standard_of(judged)),
        Cell(own.points if own else None, look("points")),
        _points(f"MAX(0,{reviewed})", raised),
        _points(
            f"ROUND({effective}+MAX(0,{reviewed})-{points},2)", result.effective + raised - result.points
        ),
        Cell(formula(points, result.points), look("strong_points")),
        Cell("\n".join(filter(None, said))),
    ]


def _stated(year, unit, kind, by_hand, scheme):
    """The row of what was added or taken off by hand, up to the cap."""
    added = kind == "addition"
    cap = scheme.settings["addition_cap" if added else "deduction_cap"]
    value = unit.result.added if added else unit.result.deducted
    most = year.terms.addition_cap if added else year.terms.deduction_cap
    bases = [each.basis for each in unit.by_hand if each.kind == kind]
    said = _points(f"ROUND(MIN({cap},{by_hand.points(unit, kind)}),2)", value)
    signed = value if added else -value
    row = [Cell(None) for _ in COLUMNS]
    row[ITEM] = Cell("加分项" if added else "扣分项")
    row[STANDARD] = Cell(f"合计不超过 {most.normalize():f} 分。")
    row[ADDED if added else DEDUCTED] = said
    row[EVIDENCE] = Cell("\n".join(bases))
    sign = "" if added else "-"
    row[POINTS] = Cell(
        formula(f"{sign}ROUND(MIN({cap},{by_hand.points(unit, kind)}),2)", signed), look("strong_points")
    )
    return row


def _total(year, unit, first, last, scheme):
    result, row = unit.result, [Cell(None, "total") for _ in COLUMNS]
    row[ITEM] = Cell("合计", "total")
    effective = sum((each.effective for each in result.criteria), Decimal(0))
    row[BASE] = _sum(BASE, first, last, effective)
    own = [word.points for word in unit.own.values()]
    if own:
        row[OWN] = _sum(OWN, first, last, sum(own, Decimal(0)))
    raised = sum((max(each.reviewed, Decimal(0)) for each in result.criteria), Decimal(0))
    lost = effective + raised - sum((each.points for each in result.criteria), Decimal(0))
    row[ADDED] = _sum(ADDED, first, last + 2, raised + result.added)
    row[DEDUCTED] = _sum(DEDUCTED, first, last + 2, lost + result.deducted)
    most = f"SUM({scheme.all_weights})+{scheme.settings['addition_cap']}"
    points = f"SUM({here(first, POINTS)}:{here(last + 2, POINTS)})"
    row[POINTS] = Cell(formula(f"ROUND(MIN(MAX({points},0),{most}),2)", result.total), look("total_points"))
    return row


def _sum(place, first, last, value):
    return Cell(
        formula(f"ROUND(SUM({here(first, place)}:{here(last, place)}),2)", value), look("total_points")
    )


def _points(expression, value):
    return Cell(formula(expression, value), look("points"))


def _write_causes(paper, unit):
    """What cost points, the dearest first, as the app tells it when the sheet is made."""
    found = [
        (line.lost, each.name, line, causes)
        for each in unit.result.criteria
        for line, causes in each.subjects
        if line.lost > 0
    ]
    if not found:
        return
    found.sort(key=lambda row: -row[0])
    points = unit.is_scored
    # The form with its signatures is one page, what it rests on begins the next.
    paper.sheet.set_h_pagebreaks([paper.row])
    paper.across("失分事由（导出时）" if points else "情况反馈（不计分）", "chapter", least=24)
    for number, (lost, name, line, causes) in enumerate(found[:MOST_CAUSES], start=1):
        why = "；".join(cause.text for cause in causes)
        told = f"{line.text}（{why}）" if why else line.text
        said = f"{number}. 【{name}】{told}" + (f"　失 {lost} 分" if points else "")
        paper.across(said, "text")
    if len(found) > MOST_CAUSES:
        paper.across(f"其余 {len(found) - MOST_CAUSES} 项见“得分构成”。", "note")
