"""The two forms of the city's assessments, in the columns the office chose; points come from 汇总表."""

from assessment.exports import columns
from assessment.exports import facts_sheet as facts
from assessment.exports.live import formula, on, text
from assessment.exports.looks import look
from assessment.exports.summary_sheet import NAME as SUMMARY
from assessment.models import ExportForm
from progress.exports.book import Cell

NAMES = {ExportForm.Kind.PARTY: "市委综合考核", ExportForm.Kind.GOVERNMENT: "市政府绩效考核"}
NONE = "—"


def begin(book, year, form):
    """The empty sheet of a form of the city assessments, in its place in the book; `write` fills it."""
    return book.paper(NAMES[form.kind], form.title, [column for _, column in columns.chosen(form)], frozen=0)


def write(paper, year, form, summary=None, facts_at=None):
    """Every unit that has points, in official order; without the other sheets there are no formulas."""
    chosen = [column for column, _ in columns.chosen(form)]
    if year.trial:
        paper.across("试算：本年度尚未结束，仅供工作参考，不得报送。", "demo")
    for number, unit in enumerate(year.judged, start=1):
        row = columns.FormRow(number, unit, form.points)
        paper.line([_cell(column, row, year, form, summary, facts_at) for column in chosen], least=24)
    if not year.judged:
        paper.across("还没有计分的单位。", "quiet")
    paper.end()


def _cell(column, row, year, form, summary, facts_at):
    value = column.value(row)
    if summary is None:
        missing = NONE if column.live else None
        return Cell(missing if value is None else value, look(column.look))
    expression = _expression(column.live, row.unit, year, form, summary, facts_at)
    if expression:
        return Cell(formula(expression, NONE if value is None else value), look(column.look))
    return Cell(value, look(column.look))


def _expression(live, unit, year, form, summary, facts_at):
    """The formula of a column for a unit; None where its value is written."""
    if live == "converted":
        live = f"converted:{form.kind}"
    if live in summary.places:
        return summary.cell(unit, live)
    if live.startswith("formula:"):
        return _of_formula(live.partition(":")[2], unit, year, summary)
    return COUNTS[live](unit, facts_at) if live in COUNTS else None


def _of_formula(name, unit, year, summary):
    """The points of all criteria of a formula; — where none applies."""
    cells = [
        on(SUMMARY, summary.rows[unit.code], summary.places[f"criterion:{each.terms.key}"])
        for each in year.criteria
        if each.terms.formula == name
    ]
    listed = ",".join(cells)
    return f'IF(COUNT({listed})=0,"{NONE}",ROUND(SUM({listed}),2))' if cells else None


def _returned(outcome):
    def count(unit, facts_at):
        block = facts_at.of(unit, "returns")
        return f"COUNTIF({block.column(facts.OUTCOME)},{text(facts.RETURNED[outcome])})" if block else None

    return count


def _sent_back(unit, facts_at):
    block = facts_at.of(unit, "returns")
    return f"SUM({block.column(facts.SENT_BACK)})" if block else None


def _led(*outcome):
    def count(unit, facts_at):
        block = facts_at.of(unit, "tasks")
        if block is None:
            return None
        asked = f"{block.column(facts.DUTY)},{text('牵头')}"
        for word in outcome:
            asked += f",{block.column(facts.OUTCOME)},{text(word)}"
        return f"COUNTIFS({asked})"

    return count


COUNTS = {
    "late": _returned("late"),
    "missing": _returned("missing"),
    "sent_back": _sent_back,
    "tasks_led": _led(),
    "tasks_done": _led(facts.LAMP_WORDS["blue"]),
}
