"""“怎样提高”: what a unit could still do about its score, and what it would be worth. Pure.

Each piece of advice is the score once more with one fact changed; the difference is what it says.
"""

from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal

from assessment.facts import UnitFacts
from assessment.measuring import WORTH, ZERO
from assessment.scoring import Terms, score
from progress.timetable import local, spoken

BEHIND = ("yellow", "red", "unreported")


@dataclass(frozen=True)
class Hint:
    """One thing to do. gain: points of the total it would bring; with `keeps`, the points it saves from being
    lost, two places."""

    text: str
    gain: Decimal
    url: str
    keeps: bool = False


def hints(terms: Terms, facts: UnitFacts, by_hand=()) -> list[Hint]:
    """What would raise the score or keep it, the most first; nothing that would change nothing."""
    now = score(terms, facts, by_hand).total
    found = []
    for text, url, changed, keeps in _possible(facts):
        then = score(terms, changed, by_hand).total
        gain = now - then if keeps else then - now
        if gain > ZERO:
            found.append(Hint(text, gain, url, keeps))
    return sorted(found, key=lambda each: (-each.gain, each.keeps, each.text))


def _possible(facts):
    """(what to do, where, the facts as they would be, whether it only keeps what one has)."""
    if not facts.is_over:
        yield from _tasks(facts)
        yield from _targets(facts)
    yield from _returns(facts)
    yield from _orders(facts)


def _tasks(facts):
    for place, task in enumerate(facts.tasks):
        # A supporter cannot turn the lamp of another's task.
        if task.duty == "lead" and task.lamp in BEHIND and task.lamp in WORTH:
            first = "报送进展并推进" if task.lamp == "unreported" else "推进"
            text = f"{first}第{task.number}项（{task.word}），在下一次审定前达到序时进度"
            yield text, task.url, _with(facts, "tasks", place, lamp="green"), False


def _targets(facts):
    for place, target in enumerate(facts.targets):
        name = f"“{target.indicator}”" if target.indicator else "敏感任务的指标"
        if target.attained is None and target.owed and not target.reported:
            text = f"补报{name}的完成值"
        elif target.attained is not None and Decimal(target.attained) < 1:
            text = f"完成{name}的目标{target.wanted}"
        else:
            continue
        yield text, target.url, _with(facts, "targets", place, attained="1", reported=True), False


def _returns(facts):
    for place, fact in enumerate(facts.returns):
        if not fact.is_open:
            continue
        name = f"{fact.period}{fact.title}"
        if fact.outcome == "missing" and fact.kind == "contribution":
            text = f"补交{name}（应于{_spoken(fact.due)}前提供），未提供改按迟报计"
            yield text, fact.url, _with(facts, "returns", place, outcome="late"), False
        elif fact.outcome == "missing":
            text = f"补报{name}（应于{_spoken(fact.due)}前报出），漏报改按迟报计"
            yield text, fact.url, _with(facts, "returns", place, outcome="late"), False
        elif fact.outcome == "running":
            text = f"{_spoken(fact.due)}前报出{name}，避免漏报扣分"
            yield text, fact.url, _with(facts, "returns", place, outcome="missing"), True


def _orders(facts):
    now = facts.as_of[:16].replace("T", " ")
    for place, order in enumerate(facts.orders):
        if order.outcome == "overdue":
            text = f"尽快办结{order.number}，逾期未办结改按超期办结计"
            yield text, order.url, _with(facts, "orders", place, outcome="late"), False
        # Past its limit and running: answered in time, and read by the office now.
        elif order.outcome == "running" and order.due > now:
            text = f"{_spoken(order.due)}前办结{order.number}，避免逾期扣分"
            yield text, order.url, _with(facts, "orders", place, outcome="overdue"), True


def _spoken(due):
    """“2030年12月31日18:00” of a fact's “2030-12-31 18:00”, as deadlines are told; else as it is."""
    try:
        return spoken(local(date.fromisoformat(due[:10]), time.fromisoformat(due[11:])))
    except ValueError:
        return due


def _with(facts, name, place, **changes):
    rows = list(getattr(facts, name))
    rows[place] = replace(rows[place], **changes)
    return replace(facts, **{name: tuple(rows)})
