"""What each formula makes of a unit's facts: lines, each with the share of full marks its subject earns.

Pure. A criterion's ratio is Σ(weight × ratio) ÷ Σ weight over the lines that have a ratio. Ratios and weights
have six places. The order of the facts is of no importance: lines are sorted by what they are about.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from assessment import formulas
from assessment.facts import UnitFacts

SIX = Decimal("0.000001")
ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
# A lamp confirmed as 未报 is worth what 严重滞后 is: silence may not pay.
WORTH = {"blue": "blue", "green": "green", "yellow": "yellow", "red": "red", "unreported": "red"}


@dataclass(frozen=True)
class Line:
    """One cause of points won or lost under a criterion: a late return, a missed target, a completed task.

    A line with a `ratio` (0–1) is a subject: it takes part in the mean with `weight`, and `lost` are the
    points of the criterion's effective weight it cost (two places; together they are all that was lost before
    review). A line without is a remark; one `under` a subject is a cause of what that subject lost:
    `deducted` are the points taken off the subject's full marks (the criterion's nominal weight), `lost` its
    part of the subject's loss, not to be added a second time.
    """

    subject: str
    text: str
    ratio: Decimal | None
    weight: Decimal
    lost: Decimal
    url: str = ""
    under: str = ""
    deducted: Decimal = ZERO
    sensitive: bool = False

    @property
    def counts(self) -> bool:
        """Whether it takes part in the mean."""
        return self.ratio is not None


@dataclass(frozen=True)
class Measured:
    """What a formula found. share: how much of the criterion's weight the unit keeps (0: does not apply, and
    why_not says why; 1: all of it)."""

    lines: tuple[Line, ...]
    share: Decimal
    why_not: str = ""


def six(value) -> Decimal:
    """A ratio or a weight with six places, rounded half up."""
    return Decimal(value).quantize(SIX, ROUND_HALF_UP)


def ratio_of(lines) -> Decimal:
    """The mean of the lines that count, six places; 0 of none."""
    counted = [line for line in lines if line.counts]
    weights = sum((line.weight for line in counted), ZERO)
    return six(sum(line.weight * line.ratio for line in counted) / weights) if weights else six(0)


def measure(formula: str, weight: Decimal, parameters: dict, facts: UnitFacts) -> Measured:
    """What `formula` makes of the facts. weight: the criterion's nominal points, which deductions are off.

    人工评定 is no matter of facts: `scoring` measures it by what was awarded. Raises KeyError for a formula
    nobody knows.
    """
    return MEASURES[formula](facts, formulas.values_of(formula, parameters), weight)


# --- 任务完成 ------------------------------------------------------------------------------------


def _completion(facts, values, weight):
    tasks = sorted(facts.tasks, key=lambda each: (each.number, repr(each)))
    shares = {duty: values[f"share_{duty}"] for duty in formulas.DUTIES}
    judged = Counter(each.duty for each in tasks if each.lamp in WORTH and shares.get(each.duty))
    # The mean of a kind of duty, then the kinds by their share: seventy implied duties weigh as one.
    weights = {duty: six(shares[duty] / number) for duty, number in judged.items()}
    lines = tuple(_task_line(each, values, weights.get(each.duty)) for each in tasks)
    share = max((shares[duty] for duty in judged), default=ZERO)
    if not tasks:
        return Measured((), ZERO, "本年度没有承担任务")
    return Measured(lines, share, "" if share else "本年度还没有已审定亮灯的任务")


def _task_line(task, values, weight):
    name = _named(f"第{task.number}项", task.title, task.sensitive)
    if task.duty != "lead":
        name = f"{name}（{formulas.DUTIES.get(task.duty, task.duty)}）"
    about = {"subject": f"task:{task.number}", "url": task.url, "sensitive": task.sensitive}
    if task.lamp not in WORTH or not weight:
        said = f"{task.period}{task.word}" if task.word else "尚未审定亮灯"
        return Line(text=f"{name}：{said}，不计入", ratio=None, weight=ZERO, lost=ZERO, **about)
    percent = values[WORTH[task.lamp]]
    text = f"{name}：{task.period}审定为{task.word}，按{formulas.plain(percent)}%计"
    return Line(text=text, ratio=six(percent / HUNDRED), weight=weight, lost=ZERO, **about)


# --- 量化指标 ------------------------------------------------------------------------------------


def _targets(facts, values, weight):
    targets = sorted(facts.targets, key=lambda each: (each.task or 0, each.target, repr(each)))
    lines = tuple(_target_line(each, values) for each in targets)
    if not targets:
        return Measured((), ZERO, "本年度没有到期的量化指标")
    if not any(line.counts for line in lines):
        return Measured(lines, ZERO, "到期的量化指标都还没有可以计算的数值或认定")
    return Measured(lines, ONE)


def _target_line(target, values):
    where = f"第{target.task}项" if target.task else "全计划"
    name = _named(where, target.indicator, target.sensitive)
    about = {"subject": f"target:{target.target}", "url": target.url, "sensitive": target.sensitive}
    said = f"{name}：目标{target.wanted}" if target.wanted else name
    if target.attained is None:
        if target.owed and not target.reported:
            percent = values["unreported"]
            text = f"{said}，到期未报送数值，按{formulas.plain(percent)}%计"
            return Line(text=text, ratio=six(percent / HUNDRED), weight=ONE, lost=ZERO, **about)
        text = f"{said}，{target.why or '尚未报送数值'}，暂不计入"
        return Line(text=text, ratio=None, weight=ZERO, lost=ZERO, **about)
    ratio = max(ZERO, min(ONE, Decimal(target.attained)))
    told = f"，完成{target.value}" if target.value else ""
    if ratio * HUNDRED < values["floor"]:
        ratio, judged = ZERO, f"达成程度低于{formulas.plain(values['floor'])}%，不得分"
    elif ratio == ONE:
        judged = "已达成"
    else:
        judged = f"未达成，按{_percent(ratio)}计"
    why = f"（{target.why}）" if target.why else ""
    return Line(text=f"{said}{told}，{judged}{why}", ratio=six(ratio), weight=ONE, lost=ZERO, **about)


# --- 报送 ----------------------------------------------------------------------------------------


def _timeliness(facts, values, weight):
    return _of_returns(facts, lambda each: _lateness(each, values), weight)


def _lateness(fact, values):
    """(points off, why, where) of a return; nothing where it was in time, waived, or is not due yet."""
    when = f"应于{fact.due}前报出"
    if fact.outcome == "late":
        return [(values["late"], f"{when}，{fact.left}报出，迟报", fact.url)]
    if fact.outcome != "missing":
        return []
    if fact.kind == "contribution":
        return [(values["silent"], f"牵头单位商请于{fact.due}前提供，到期未提供", fact.url)]
    return [(values["missing"], f"{when}，至今未报，漏报", fact.url)]


def _quality(facts, values, weight):
    return _of_returns(facts, lambda each: _faults(each, values), weight, nothing_to_rate=True)


def _faults(fact, values):
    off = [
        (values["sent_back"], _sent_back(each), each.url or fact.url)
        for each in sorted(fact.sent_back, key=lambda each: (each.on, each.version, each.reason))
    ]
    if fact.insubstantial:
        why = f"认定为无实质内容：{_clause(fact.insubstantial)}"
        off.append((values["insubstantial"], why, fact.url))
    return off


def _sent_back(each):
    which = f"{each.which}于" if each.which else ""
    return f"{which}{each.on}被办公室退回：{_clause(each.reason) or '未写原因'}"


def _of_returns(facts, off_of, weight, *, nothing_to_rate=False):
    """Full marks for each subject, less what its returns are deducted, down to nothing; the mean of them.

    nothing_to_rate: whether a subject of which all that was due is missing earns nothing at all.
    """
    by_subject = defaultdict(list)
    for fact in facts.returns:
        by_subject[fact.subject].append(fact)
    lines = []
    for subject in sorted(by_subject, key=subject_order):
        rows = sorted(by_subject[subject], key=lambda each: (each.due, each.kind, each.report, repr(each)))
        lines += _subject_lines(subject, rows, off_of, weight, nothing_to_rate)
    if not by_subject:
        return Measured((), ZERO, "本年度没有应报事项")
    if not any(line.counts for line in lines):
        return Measured(tuple(lines), ZERO, "本年度应报事项均已免报")
    return Measured(tuple(lines), ONE)


def _subject_lines(subject, rows, off_of, weight, nothing_to_rate):
    sensitive = any(each.sensitive for each in rows)
    about = {"subject": subject, "weight": ONE, "lost": ZERO, "sensitive": sensitive}
    name = "单位小结和年度报告" if subject == "unit" else f"第{subject.partition(':')[2]}项"
    asked = [each for each in rows if each.outcome != "waived"]
    if not asked:
        return [Line(text=f"{name}：已免报，不计入", ratio=None, url=rows[0].url, **about | {"weight": ZERO})]
    causes = [(each, *cause) for each in asked for cause in off_of(each) if cause[0]]
    off = sum((points for _, points, _, _ in causes), ZERO)
    ratio = six(max(ZERO, ONE - off / weight)) if weight else six(1)
    counted = _filed(asked) if nothing_to_rate else _counted(asked)
    text = f"{name}：{counted}，{_outcome(off, ratio)}"
    due = [each for each in asked if each.outcome != "running"]
    if nothing_to_rate and due and all(each.outcome == "missing" for each in due):
        ratio, text = six(0), f"{name}：{_counted(asked)}，没有报过，无内容可评，不得分"
    first = causes[0][0] if causes else asked[-1]
    lines = [Line(text=text, ratio=ratio, url=first.url, **about)]
    for each, points, why, where in causes:
        lines.append(
            Line(
                subject=f"report:{each.report}",
                text=f"{each.period}{each.title}：{why}，扣{formulas.plain(points)}分",
                ratio=None,
                weight=ZERO,
                lost=ZERO,
                url=where,
                under=subject,
                deducted=points,
                sensitive=each.sensitive,
            )
        )
    return lines


OUTCOMES = {"on_time": "按时", "late": "迟报", "missing": "漏报", "running": "未到期"}


def _counted(rows):
    found = Counter(each.outcome for each in rows)
    return "、".join(f"{word}{found[outcome]}次" for outcome, word in OUTCOMES.items() if found[outcome])


def _filed(rows):
    """How much of what was asked there is to rate."""
    number = sum(1 for each in rows if each.outcome in ("on_time", "late"))
    return f"已报{number}次" if number else "尚未报送"


def _outcome(off, ratio):
    return f"本项扣{formulas.plain(off)}分，按{_percent(ratio)}计" if off else "不扣分"


def subject_order(subject):
    """What subjects ("task:15", "unit") are sorted by: tasks by number, not by letters."""
    kind, _, number = subject.partition(":")
    return (kind, int(number) if number.isdigit() else 0, number)


# --- 督办、对标 ----------------------------------------------------------------------------------


def _orders(facts, values, weight):
    orders = sorted(facts.orders, key=lambda each: (each.due, each.order, repr(each)))
    lines = tuple(_order_line(each, values) for each in orders)
    if not orders:
        return Measured((), ZERO, "本年度没有到期的督办件")
    if not any(line.counts for line in lines):
        return Measured(lines, ZERO, "督办件均未到办理时限")
    return Measured(lines, ONE)


def _order_line(order, values):
    name = _named(order.number, order.title, order.sensitive)
    about = {"subject": f"order:{order.order}", "url": order.url, "sensitive": order.sensitive}
    if order.outcome == "running":
        text = f"{name}：{order.due}到期，正在办理，暂不计入"
        return Line(text=text, ratio=None, weight=ZERO, lost=ZERO, **about)
    percent = HUNDRED if order.outcome == "on_time" else values[order.outcome]
    said = {
        "on_time": "按期办结",
        "late": f"应于{order.due}前办结，超期办结（{order.closed}）",
        "overdue": f"应于{order.due}前办结，逾期未办结",
    }[order.outcome]
    text = f"{name}：{said}，按{formulas.plain(percent)}%计"
    return Line(text=text, ratio=six(percent / HUNDRED), weight=ONE, lost=ZERO, **about)


def _benchmarking(facts, values, weight):
    if facts.benchmarking is None:
        return Measured((), ZERO, "还没有对标学习数据")
    ratio = max(ZERO, min(ONE, Decimal(facts.benchmarking)))
    return Measured((Line("benchmarking", f"对标学习落实{_percent(ratio)}", six(ratio), ONE, ZERO),), ONE)


def _named(where, title, sensitive):
    return f"{where}（敏感任务）" if sensitive else f"{where}“{title}”" if title else where


def _clause(text):
    """Somebody's words as a part of a sentence."""
    return text.rstrip("。.；;，, \n")


def _percent(ratio):
    return f"{formulas.plain((ratio * HUNDRED).quantize(Decimal('0.01'), ROUND_HALF_UP))}%"


MEASURES = {
    "completion": _completion,
    "targets": _targets,
    "timeliness": _timeliness,
    "quality": _quality,
    "orders": _orders,
    "benchmarking": _benchmarking,
}
