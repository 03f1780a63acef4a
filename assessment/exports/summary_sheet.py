"""汇总表: every unit's points and total, the four classes apart; ranks and grades where they are given."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from agencies.spreadsheets import Column, clean_text, looks_like_formula
from assessment.exports import detail_sheet as detail
from assessment.exports.live import cents, formula, here, on
from assessment.exports.looks import look
from assessment.exports.rows import CENT
from assessment.models import VetoItem
from assessment.ranking import converted, excellent_places
from progress.exports.book import A3, Cell
from progress.figures import CLASS_CODES

NAME = "汇总表"
NUMBER, UNIT, FIRST_CRITERION = range(3)
NOT_APPLYING, NONE, VETO_NONE = "—", "—", "无"
EFFECTS = {effect.value: effect.label for effect in VetoItem.Effect}
LOWEST = EFFECTS["lowest"]


@dataclass
class SummaryCells:
    """Where each unit stands, and its columns by key: total, base, added, deducted, rank, grade, veto,
    remark, converted:<kind>, criterion:<key>."""

    places: dict[str, int]
    rows: dict[str, int] = field(default_factory=dict)

    def cell(self, unit, key) -> str:
        return on(NAME, self.rows[unit.code], self.places[key])


def _columns(year):
    """[(key, Column)] of the sheet."""
    found = [("number", Column("序号", 6)), ("unit", Column("单位", 26))]
    found += [(f"criterion:{each.terms.key}", Column(each.label, 11)) for each in year.criteria]
    found += [("base", Column("基础得分", 10)), ("added", Column("加分", 8)), ("deducted", Column("扣分", 8))]
    if year.with_places:
        found.append(("veto", Column("一票否决", 14)))
    found.append(("total", Column("考核得分", 11)))
    for each in year.forms:
        found.append((f"converted:{each.kind}", Column(f"折算分\n（{each.get_kind_display()}）", 15)))
    if year.with_places:
        found += [("rank", Column("名次", 8)), ("grade", Column("等次", 9))]
    return [*found, ("remark", Column("备注", 30))]


def begin(book, year):
    """The empty sheet of all units by class, in its place in the book; `write` fills it."""
    title = f"{year.plan_title}{year.year}年度考核{'试算' if year.trial else ''}汇总表"
    return book.paper(NAME, title, [column for _, column in _columns(year)], frozen=2, paper=A3)


def write(paper, year, scheme, points_at, by_hand, unit_sheets) -> SummaryCells:
    """The sheet; returns where the units stand. unit_sheets: {code: name of the unit's own sheet}."""
    keys = [key for key, _ in _columns(year)]
    cells = SummaryCells({key: place for place, key in enumerate(keys)})
    if year.trial:
        paper.across("试算：本年度尚未结束，得分随报送和审定变化，仅供工作参考，不作为考核结果。", "demo")
    number = 0
    for code, name in CLASS_CODES.items():
        units = [unit for unit in year.units if unit.unit_class == code]
        if not units:
            continue
        paper.across(name, "chapter", least=24)
        block = paper.row, paper.row + len(units) - 1
        for unit in units:
            number += 1
            cells.rows[unit.code] = paper.row
            paper.line(_cells(year, unit, number, keys, block, scheme, points_at, by_hand))
            if unit.code in unit_sheets:
                _link(paper, unit, unit_sheets[unit.code])
        paper.line(_means(year, units, keys, block, scheme))
    if not year.units:
        paper.across("本年度还没有参加考核的单位。", "quiet")
    _explain(paper, year)
    paper.end()
    return cells


def _link(paper, unit, sheet):
    """The unit's name leads to its own sheet. The address is ours; the name is written as text."""
    name = clean_text(unit.name)
    form = paper.book.format(look("linked"), quote_prefix=looks_like_formula(name))
    paper.sheet.write_url(paper.row - 1, UNIT, f"internal:'{sheet}'!A1", form, name)


def _cells(year, unit, number, keys, block, scheme, points_at, by_hand):
    row = [Cell(None) for _ in keys]
    row[NUMBER], row[UNIT], row[-1] = Cell(number, "count"), Cell(unit.name), Cell(unit.remark)
    if year.with_places:
        row[keys.index("veto")] = Cell(veto_word(unit), look("change_word"))
    if not unit.is_scored:
        return row
    result, at = unit.result, {key: here(block_row(block, unit, year), keys.index(key)) for key in keys}
    for place, each in enumerate(result.criteria):
        share, points = (points_at.cell(unit, place, which) for which in (detail.SHARE, detail.POINTS))
        value = each.points if each.applies else NOT_APPLYING
        said = formula(f'IF({share}=0,"{NOT_APPLYING}",{points})', value)
        row[FIRST_CRITERION + place] = Cell(said, look("points"))
    stated = {kind: by_hand.points(unit, kind) for kind in ("addition", "deduction")}
    most = f"SUM({scheme.all_weights})+{scheme.settings['addition_cap']}"
    whole = f"{at['base']}+{at['added']}-{at['deducted']}"
    row[keys.index("base")] = _points(f"ROUND(SUM({points_at.points(unit)}),2)", result.base)
    row[keys.index("added")] = _points(
        f"ROUND(MIN({scheme.settings['addition_cap']},{stated['addition']}),2)", result.added
    )
    row[keys.index("deducted")] = _points(
        f"ROUND(MIN({scheme.settings['deduction_cap']},{stated['deduction']}),2)", result.deducted
    )
    row[keys.index("total")] = Cell(
        formula(f"ROUND(MIN(MAX({whole},0),{most}),2)", result.total), look("strong_points")
    )
    for form in year.forms:
        expression = cents(f"{at['total']}*{scheme.points[form.kind]}/100")
        row[keys.index(f"converted:{form.kind}")] = _points(expression, converted(result.total, form.points))
    if year.with_places:
        row[keys.index("rank")] = Cell(formula(_rank(keys, block, at), unit.rank), "count")
        row[keys.index("grade")] = Cell(formula(_grade(keys, block, at, scheme), unit.grade_word), "centre")
    return row


def block_row(block, unit, year):
    """The unit's row in its class."""
    units = [each.code for each in year.units if each.unit_class == unit.unit_class]
    return block[0] + units.index(unit.code)


def _points(expression, value):
    return Cell(formula(expression, value), look("points"))


def _of_class(keys, key, block):
    place = keys.index(key)
    return f"{here(block[0], place)}:{here(block[1], place)}"


def _rank(keys, block, at):
    """Equal totals share a rank, the next one counts on past them."""
    return f'COUNTIF({_of_class(keys, "total", block)},">"&{at["total"]})+1'


def _grade(keys, block, at, scheme):
    totals, vetoes = _of_class(keys, "total", block), _of_class(keys, "veto", block)
    total, veto, settings = at["total"], at["veto"], scheme.settings
    strict, clean = f'{settings["veto_on"]}="是"', f'{veto}="{VETO_NONE}"'
    before = f'COUNTIF({totals},">="&{total})'
    able_before = f'COUNTIFS({totals},">="&{total},{vetoes},"{VETO_NONE}")'
    room = f"IF({strict},{able_before},{before})<={_most_excellent(totals, settings)}"
    able = f"AND({total}>={settings['excellent_from']},OR({clean},NOT({strict})),{room})"
    lowest = f'AND({strict},{veto}="{LOWEST}")'
    by_points = (
        f'IF({total}>={settings["good_from"]},"良好",IF({total}>={settings["fair_from"]},"一般","较差"))'
    )
    return f'IF({able},"优秀",IF({lowest},"较差",{by_points}))'


def _most_excellent(totals, settings):
    count = f"COUNT({totals})"
    rounded = f"ROUND({count}*{settings['excellent_share']}/100+1E-9,0)"
    return f"IF({count}=0,0,MAX(1,{rounded}))"


def _means(year, units, keys, block, scheme):
    """The class's means; with own grades, how many can be 优秀."""
    row = [Cell(None, "total") for _ in keys]
    row[UNIT] = Cell("平均", "total")
    scored = [unit for unit in units if unit.is_scored]
    for key in ("base", "added", "deducted", "total"):
        totals = _of_class(keys, key, block)
        value = _mean([getattr(unit.result, key) for unit in scored])
        expression = f'IF(COUNT({totals})=0,"{NONE}",{cents(f"AVERAGE({totals})")})'
        row[keys.index(key)] = Cell(formula(expression, value), look("total_points"))
    if year.with_places:
        most = _most_excellent(_of_class(keys, "total", block), scheme.settings)
        value = excellent_places(len(scored), year.rules.excellent_share)
        row[keys.index("rank")] = Cell("优秀名额", "total")
        row[keys.index("grade")] = Cell(formula(most, value), look("total_count"))
    return row


def _mean(values):
    if not values:
        return NONE
    return (sum(values, Decimal(0)) / len(values)).quantize(CENT, ROUND_HALF_UP)


def veto_word(unit) -> str:
    """The hardest effect of what was found against the unit."""
    effects = {effect for effect, _ in unit.vetoes}
    return LOWEST if "lowest" in effects else EFFECTS[effects.pop()] if effects else VETO_NONE


def _explain(paper, year):
    """How the totals came about."""
    said = (
        "各项得分见“明细”，每一分的来由见“得分构成”和“事实”，分值和参数在“考核办法”，各表以公式相连。"
        "“—”为不适用，其分值已按比例转给该单位的其他项目。"
        "考核得分 = 基础得分 + 加分 − 扣分，不低于 0、不高于总分加加分上限。四类单位分别比较。"
    )
    paper.across(said, "note")
