"""得分构成: what each mean is taken over, one subject a row, reckoned from 事实 by the numbers of 考核办法.

系数 is how much of the criterion's weight the subject lets the unit keep (0: it does not count); 权重 its
part in the mean; 得分率 what it earns. The rules are those of assessment.measuring, whose values stand by.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from agencies.spreadsheets import Column
from assessment import formulas, measuring
from assessment.exports import facts_sheet as facts
from assessment.exports.live import chosen, down, formula, here, on, one_of, six, text
from assessment.exports.looks import look
from assessment.measuring import WORTH, subject_order
from progress.exports.book import Cell

NAME = "得分构成"
COLUMNS = (
    Column("单位代码", 10),
    Column("单位", 20),
    Column("考核项目", 16),
    Column("对象", 12),
    Column("责任", 11),
    Column("系数", 9),
    Column("权重", 11),
    Column("得分率", 12),
    Column("导出时的说明", 96),
)
CODE, UNIT, CRITERION, SUBJECT, DUTY, KEEPS, WEIGHT, RATIO, SAID = range(9)
NONE = "（没有）"
ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)


@dataclass(frozen=True)
class Subject:
    """A row: what it is about, and its three numbers as (expression, value)."""

    label: object
    keeps: tuple[str, object]
    weight: tuple[str, object]
    ratio: tuple[str, object]
    said: str = ""
    duty: object = None


@dataclass
class SubjectCells:
    """Where the subjects of each unit's criterion stand: {(code, key): (first, last)}, rows from 0."""

    blocks: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def column(self, unit, criterion, place) -> str:
        return down(NAME, place, *self.blocks[unit.code, criterion.key])


@dataclass(frozen=True)
class Around:
    """What a row's formulas can refer to: the unit's facts, the scheme's numbers, what was stated by hand."""

    year: object
    unit: object
    judged: object
    scheme: object
    facts: object
    by_hand: object

    def number(self, name) -> str:
        """A parameter of the criterion, as a cell of 考核办法."""
        return self.scheme.parameters[self.judged.terms.key, name]

    @property
    def weight(self) -> str:
        return self.scheme.weights[self.judged.terms.key]


def begin(book, year):
    """The empty sheet of what the points are made of, in its place in the book; `write` fills it."""
    return book.paper(NAME, f"{year.year}年度考核得分构成", COLUMNS, frozen=3)


def write(paper, year, scheme, facts_at, by_hand) -> SubjectCells:
    """The sheet; returns where the subjects stand."""
    cells = SubjectCells()
    paper.across(
        "得分率 = 各对象按权重的平均。权重和得分率由“事实”和“考核办法”两表算出，请在那两张表里修改。", "note"
    )
    for unit in year.judged:
        for judged in year.criteria:
            around = Around(year, unit, judged, scheme, facts_at, by_hand)
            first = paper.row
            rows = SUBJECTS[judged.terms.formula](around, first)
            for row in rows or [nothing()]:
                paper.line(_cells(unit, judged, row))
            cells.blocks[unit.code, judged.terms.key] = first, paper.row - 1
    if cells.blocks:
        paper.sheet.autofilter(paper.header, 0, paper.row - 1, len(COLUMNS) - 1)
    else:
        paper.across("还没有计分的单位。", "quiet")
    paper.end()
    return cells


def nothing():
    """The row of a criterion that has no subject: it keeps nothing."""
    return Subject(NONE, ("0", 0), ("0", 0), ("0", 0))


def _cells(unit, judged, row):
    return [
        Cell(unit.code, "centre"),
        Cell(unit.name),
        Cell(judged.label),
        Cell(row.label, "centre"),
        Cell(row.duty, "centre"),
        Cell(formula(*row.keeps), look("number")),
        Cell(formula(*row.weight), look("number")),
        Cell(formula(*row.ratio), look("ratio")),
        Cell(row.said),
    ]


def _lines_by_subject(around):
    """The app's own lines, to be taken in the order the facts stand in: {subject: [Line]}."""
    found = defaultdict(list)
    for line in around.year.measured(around.judged.terms, around.unit).lines:
        if not line.under:
            found[line.subject].append(line)
    return found


def _values(line):
    """What the app reckoned for a subject: (keeps unless it is a duty's share, weight, ratio)."""
    return (1, line.weight, line.ratio) if line.counts else (0, ZERO, ZERO)


# --- the formulas --------------------------------------------------------------------------------------


def _completion(around, first):
    block = around.facts.of(around.unit, "tasks")
    if block is None:
        return []
    lines, last = _lines_by_subject(around), first + block.last - block.first
    values = formulas.values_of("completion", around.judged.terms.parameters)
    shares = {word: around.number(f"share_{duty}") for duty, word in formulas.DUTIES.items()}
    percents = {word: around.number(WORTH[lamp]) for lamp, word in facts.LAMP_WORDS.items()}
    duties, kept = (f"{here(first, place)}:{here(last, place)}" for place in (DUTY, KEEPS))
    rows = []
    for place, fact in enumerate(block.facts):
        row, told = first + place, on(facts.NAME, block.first + place, facts.OUTCOME)
        line = lines[f"task:{fact.number}"].pop(0)
        keeps, duty = here(row, KEEPS), here(row, DUTY)
        alike = f'COUNTIFS({duties},{duty},{kept},">0")'
        rows.append(
            Subject(
                f"第{fact.number}项",
                (
                    f"IF({one_of(told, percents)},{chosen(duty, shares)},0)",
                    values.get(f"share_{fact.duty}", 0) if line.counts else 0,
                ),
                (f"IF({keeps}>0,{six(f'{keeps}/{alike}')},0)", line.weight),
                (f"IF({keeps}>0,{six(f'{chosen(told, percents)}/100')},0)", line.ratio or 0),
                line.text,
                formula(
                    on(facts.NAME, block.first + place, facts.DUTY), formulas.DUTIES.get(fact.duty, fact.duty)
                ),
            )
        )
    return rows


def _targets(around, first):
    block = around.facts.of(around.unit, "targets")
    if block is None:
        return []
    lines, rows = _lines_by_subject(around), []
    for place, fact in enumerate(block.facts):
        line = lines[f"target:{fact.target}"].pop(0)
        keeps, weight, ratio = _values(line)
        attained, told = (on(facts.NAME, block.first + place, at) for at in (facts.ATTAINED, facts.OUTCOME))
        unreported = f"{told}={text(facts.UNREPORTED)}"
        part = f"MAX(0,MIN(1,{attained}))"
        earned = f"IF({part}*100+1E-10<{around.number('floor')},0,{six(part)})"
        lost = f"IF({unreported},{six(around.number('unreported') + '/100')},0)"
        rows.append(
            Subject(
                f"第{fact.task}项" if fact.task else "全计划",
                (f"IF(OR(ISNUMBER({attained}),{unreported}),1,0)", keeps),
                (here(first + place, KEEPS), weight),
                (f"IF(ISNUMBER({attained}),{earned},{lost})", ratio),
                line.text,
            )
        )
    return rows


def _timeliness(around, first):
    def off(count):
        late = count("late")
        silent, missing = count("missing", material=True), count("missing", material=False)
        parts = ((late, "late"), (missing, "missing"), (silent, "silent"))
        return "+".join(f"{times}*{around.number(name)}" for times, name in parts)

    return _of_returns(around, first, lambda block, subject: off(_counting(block, subject)))


def _quality(around, first):
    def off(block, subject):
        asked = f'{block.column(facts.SUBJECT)},{subject},{block.column(facts.OUTCOME)},"<>免报"'
        times = f"SUMIFS({block.column(facts.SENT_BACK)},{asked})"
        empty = f"COUNTIFS({asked},{block.column(facts.INSUBSTANTIAL)},{text(facts.YES)})"
        return f"{times}*{around.number('sent_back')}+{empty}*{around.number('insubstantial')}"

    return _of_returns(around, first, off, nothing_to_rate=True)


def _counting(block, subject):
    """How many returns of a subject had an outcome; material: only (or none of) what was owed to a lead."""

    def count(outcome=None, material=None):
        asked = f"{block.column(facts.SUBJECT)},{subject}"
        if outcome:
            asked += f",{block.column(facts.OUTCOME)},{text(facts.RETURNED[outcome])}"
        if material is not None:
            kind = facts.MATERIAL if material else f"<>{facts.MATERIAL}"
            asked += f",{block.column(facts.KIND)},{text(kind)}"
        return f"COUNTIFS({asked})"

    return count


def _of_returns(around, first, off, *, nothing_to_rate=False):
    block = around.facts.of(around.unit, "returns")
    if block is None:
        return []
    lines, rows = _lines_by_subject(around), []
    subjects = sorted({fact.subject for fact in block.facts}, key=subject_order)
    for place, subject in enumerate(subjects):
        line = lines[subject].pop(0)
        keeps, weight, ratio = _values(line)
        cell = here(first + place, SUBJECT)
        count = _counting(block, cell)
        left = six(f"MAX(0,1-({off(block, cell)})/{around.weight})")
        earned = f"IF({around.weight}=0,1,{left})"
        if nothing_to_rate:
            due = f"{count()}-{count('waived')}-{count('running')}"
            earned = f"IF(AND({due}>0,{due}={count('missing')}),0,{earned})"
        kept = here(first + place, KEEPS)
        rows.append(
            Subject(
                facts.subject_words(subject),
                (f"IF({count()}-{count('waived')}>0,1,0)", keeps),
                (kept, weight),
                (f"IF({kept}>0,{earned},0)", ratio),
                line.text,
            )
        )
    return rows


def _orders(around, first):
    block = around.facts.of(around.unit, "orders")
    if block is None:
        return []
    lines, rows = _lines_by_subject(around), []
    percents = {
        facts.CLOSED["on_time"]: "100",
        facts.CLOSED["late"]: around.number("late"),
        facts.CLOSED["overdue"]: around.number("overdue"),
    }
    for place, fact in enumerate(block.facts):
        line = lines[f"order:{fact.order}"].pop(0)
        keeps, weight, ratio = _values(line)
        told = on(facts.NAME, block.first + place, facts.OUTCOME)
        rows.append(
            Subject(
                fact.number,
                (f"IF({one_of(told, percents)},1,0)", keeps),
                (here(first + place, KEEPS), weight),
                (six(f"{chosen(told, percents)}/100"), ratio),
                line.text,
            )
        )
    return rows


def _benchmarking(around, first):
    block = around.facts.of(around.unit, "benchmarking")
    attained = on(facts.NAME, block.first, facts.ATTAINED)
    measured = around.year.measured(around.judged.terms, around.unit)
    line = measured.lines[0] if measured.lines else None
    keeps, weight, ratio = _values(line) if line else (0, 0, 0)
    earned = f"IF(ISNUMBER({attained}),{six(f'MAX(0,MIN(1,{attained}))')},0)"
    return [
        Subject(
            facts.BENCHMARKING,
            (f"IF(ISNUMBER({attained}),1,0)", keeps),
            (here(first, KEEPS), weight),
            (earned, ratio),
            line.text if line else measured.why_not,
        )
    ]


def _by_hand(around, first):
    label, criterion = around.judged.label, around.judged.terms
    awards = [x for x in around.unit.by_hand if x.kind == "by_hand" and x.criterion == criterion.key]
    given = min(max(sum((each.points for each in awards), ZERO), ZERO), criterion.weight)
    ratio = measuring.six(given / criterion.weight) if awards and criterion.weight else 0
    points = around.by_hand.points_of(around.unit, "by_hand", label)
    share = six(f"MAX(0,MIN({points},{around.weight}))/{around.weight}")
    return [
        Subject(
            "评定得分",
            (f"IF({around.by_hand.times(around.unit, 'by_hand', label)}>0,1,0)", 1 if awards else 0),
            (here(first, KEEPS), 1 if awards else 0),
            (f"IF({here(first, KEEPS)}*{around.weight}=0,0,{share})", ratio),
            "；".join(each.basis for each in awards) or "尚未评定",
        )
    ]


SUBJECTS = {
    "completion": _completion,
    "targets": _targets,
    "timeliness": _timeliness,
    "quality": _quality,
    "orders": _orders,
    "benchmarking": _benchmarking,
    "by_hand": _by_hand,
}
