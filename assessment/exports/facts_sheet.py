"""事实: every fact of every unit, one a row; what the office changes here, the scores follow."""

from dataclasses import dataclass, field

from agencies.spreadsheets import Column
from assessment import formulas
from assessment.exports.live import down
from assessment.exports.looks import look
from assessment.measuring import WORTH, subject_order
from progress.exports.book import A3, Cell
from progress.models import Lamp

NAME = "事实"
COLUMNS = (
    Column("序号", 7),
    Column("单位代码", 10),
    Column("单位", 20),
    Column("类型", 10),
    Column("对象", 11),
    Column("事项", 36),
    Column("责任", 10),
    Column("报告期", 16),
    Column("应报（办理）\n时限", 16),
    Column("报出（办结）\n时间", 16),
    Column("结果", 13),
    Column("达成程度", 11),
    Column("退回\n次数", 8),
    Column("无实质\n内容", 8),
    Column("说明", 40),
    Column("系统内地址", 30),
)
(
    NUMBER,
    CODE,
    UNIT,
    KIND,
    SUBJECT,
    TITLE,
    DUTY,
    PERIOD,
    DUE,
    LEFT,
    OUTCOME,
    ATTAINED,
    SENT_BACK,
    INSUBSTANTIAL,
    SAID,
    URL,
) = range(16)

TASK, TARGET, RETURN, SUMMARY, MATERIAL, ORDER, BENCHMARKING = (
    *("任务", "量化指标", "任务报送", "单位小结", "提供材料", "督办件", "对标学习"),
)
KINDS = {"return": RETURN, "unit": SUMMARY, "contribution": MATERIAL}
LAMP_WORDS = {lamp: Lamp(lamp).label for lamp in WORTH}
NOT_CONFIRMED = "未审定"
RETURNED = {"on_time": "按时", "late": "迟报", "missing": "漏报", "waived": "免报", "running": "未到期"}
CLOSED = {"on_time": "按期办结", "late": "超期办结", "overdue": "逾期未办结", "running": "办理中"}
UNREPORTED, UNDECIDED, TOLD = "到期未报数值", "暂不计入", "已有数值"
YES, NO = "是", "否"
# Facts keep no titles of sensitive tasks (assessment.year_facts).
SENSITIVE = "（敏感任务）"


@dataclass
class Block:
    """Rows first to last (0-based) of one kind of fact of one unit, in the order of `facts`."""

    first: int
    last: int
    facts: tuple

    def column(self, place: int) -> str:
        return down(NAME, place, self.first, self.last)


@dataclass
class FactCells:
    """Where the facts stand: {(code of the unit, kind of formula's facts): Block}; none where there is none.

    Kinds: "tasks", "targets", "returns", "orders", "benchmarking".
    """

    blocks: dict[tuple[str, str], Block] = field(default_factory=dict)

    def of(self, unit, kind) -> Block | None:
        return self.blocks.get((unit.code, kind))


def begin(book, year):
    """The empty sheet of the facts, in its place in the book; `write` fills it."""
    return book.paper(NAME, f"{year.year}年度考核事实", COLUMNS, frozen=3, paper=A3)


def write(paper, year) -> FactCells:
    """The sheet; returns where each unit's facts stand."""
    cells = FactCells()
    paper.across(
        "黄底各栏可以修改：任务的责任和审定结果，指标的达成程度（0 至 100%），报送和督办的结果，"
        "退回次数，是否无实质内容。",
        "note",
    )
    first = paper.row
    for unit in year.units:
        if unit.facts is not None:
            _write_unit(paper, unit, cells)
    if paper.row == first:
        paper.across("还没有任何单位有需要考核的事实。", "quiet")
    else:
        paper.sheet.autofilter(paper.header, 0, paper.row - 1, len(COLUMNS) - 1)
    paper.end()
    return cells


def _write_unit(paper, unit, cells):
    facts = unit.facts
    for kind, rows, cells_of in (
        ("tasks", in_order_of_tasks(facts), _task),
        ("targets", in_order_of_targets(facts), _target),
        ("returns", in_order_of_returns(facts), _return),
        ("orders", in_order_of_orders(facts), _order),
        ("benchmarking", (facts.benchmarking,), _benchmarking),
    ):
        if not rows:
            continue
        block = Block(paper.row, paper.row + len(rows) - 1, tuple(rows))
        cells.blocks[unit.code, kind] = block
        for fact in rows:
            shown = {CODE: Cell(unit.code, "centre"), UNIT: Cell(unit.name), **cells_of(fact)}
            shown[NUMBER] = Cell(paper.row - paper.header - 1, "count")
            paper.line([shown.get(place, Cell(None)) for place in range(len(COLUMNS))])
        _validate(paper, kind, block)


# --- the order `assessment.measuring` reads them in --------------------------------------------------


def in_order_of_tasks(facts):
    """By number."""
    return sorted(facts.tasks, key=lambda each: (each.number, repr(each)))


def in_order_of_targets(facts):
    """By task, those of the whole plan first."""
    return sorted(facts.targets, key=lambda each: (each.task or 0, each.target, repr(each)))


def in_order_of_returns(facts):
    """By what means are taken over, then as they fell due."""
    return sorted(
        facts.returns, key=lambda each: (subject_order(each.subject), each.due, each.kind, each.report)
    )


def in_order_of_orders(facts):
    """As they fell due."""
    return sorted(facts.orders, key=lambda each: (each.due, each.order, repr(each)))


def subject_words(subject) -> str:
    """What a mean is taken over, in words: 第15项, 单位小结."""
    kind, _, number = subject.partition(":")
    return f"第{number}项" if kind == "task" else SUMMARY


# --- one row ---------------------------------------------------------------------------------------


def _task(fact):
    word = Lamp(fact.lamp).label if fact.lamp in Lamp.values else NOT_CONFIRMED
    return {
        KIND: Cell(TASK, "centre"),
        SUBJECT: Cell(f"第{fact.number}项", "centre"),
        TITLE: _titled(fact.title, fact),
        DUTY: Cell(formulas.DUTIES.get(fact.duty, fact.duty), look("change_word")),
        PERIOD: Cell(fact.period, "centre"),
        OUTCOME: Cell(word, look("change_word")),
        SAID: Cell(fact.word if fact.word != word else None),
        URL: _address(fact),
    }


def _target(fact):
    outcome = UNREPORTED if fact.owed and not fact.reported else UNDECIDED
    told = "；".join(filter(None, [fact.wanted and f"目标{fact.wanted}", fact.value and f"完成{fact.value}"]))
    return {
        KIND: Cell(TARGET, "centre"),
        SUBJECT: Cell(f"第{fact.task}项" if fact.task else "全计划", "centre"),
        TITLE: _titled(fact.indicator, fact),
        OUTCOME: Cell(TOLD if fact.attained is not None else outcome, look("change_word")),
        ATTAINED: Cell(None if fact.attained is None else float(fact.attained), look("change_share")),
        SAID: Cell("；".join(filter(None, [told, fact.why]))),
        URL: _address(fact),
    }


def _return(fact):
    why = [f"{each.which}{each.on}退回：{each.reason}" for each in fact.sent_back]
    if fact.insubstantial:
        why.append(f"无实质内容：{fact.insubstantial}")
    return {
        KIND: Cell(KINDS[fact.kind], "centre"),
        SUBJECT: Cell(subject_words(fact.subject), "centre"),
        TITLE: _titled(fact.title, fact),
        PERIOD: Cell(fact.period, "centre"),
        DUE: Cell(fact.due, "centre"),
        LEFT: Cell(fact.left, "centre"),
        OUTCOME: Cell(RETURNED[fact.outcome], look("change_word")),
        SENT_BACK: Cell(len(fact.sent_back), look("change")),
        INSUBSTANTIAL: Cell(YES if fact.insubstantial else NO, look("change_word")),
        SAID: Cell("；".join(why)),
        URL: _address(fact),
    }


def _order(fact):
    return {
        KIND: Cell(ORDER, "centre"),
        SUBJECT: Cell(fact.number, "centre"),
        TITLE: _titled(fact.title, fact),
        DUE: Cell(fact.due, "centre"),
        LEFT: Cell(fact.closed, "centre"),
        OUTCOME: Cell(CLOSED[fact.outcome], look("change_word")),
        SAID: Cell(f"反馈被退回{fact.returned}次" if fact.returned else None),
        URL: _address(fact),
    }


def _benchmarking(attained):
    return {
        KIND: Cell(BENCHMARKING, "centre"),
        SUBJECT: Cell(BENCHMARKING, "centre"),
        TITLE: Cell("对标学习杭州的落实程度"),
        OUTCOME: Cell("暂无数据" if attained is None else TOLD, "centre"),
        ATTAINED: Cell(None if attained is None else float(attained), look("change_share")),
    }


def _address(fact):
    return Cell(None if fact.sensitive else fact.url)


def _titled(title, fact):
    if fact.sensitive:
        return Cell(SENSITIVE, "quiet")
    return Cell(title)


def _validate(paper, kind, block):
    """What may be chosen where the office changes a fact."""
    words = {
        "tasks": [*LAMP_WORDS.values(), Lamp.NO_GOAL.label, Lamp.YEARLY.label, NOT_CONFIRMED],
        "targets": [TOLD, UNREPORTED, UNDECIDED],
        "returns": list(RETURNED.values()),
        "orders": list(CLOSED.values()),
    }.get(kind)
    if words:
        _list(paper, block, OUTCOME, words)
    if kind == "tasks":
        _list(paper, block, DUTY, list(formulas.DUTIES.values()))
    if kind == "returns":
        _list(paper, block, INSUBSTANTIAL, [YES, NO])


def _list(paper, block, place, words):
    paper.sheet.data_validation(block.first, place, block.last, place, {"validate": "list", "source": words})
