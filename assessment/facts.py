"""The facts a year's score is made of, as plain data: what was owed and what became of it, per unit.

`assessment.year_facts` reads them from the figures; 初评 freezes them as JSON; `assessment.scoring` judges
them and knows nothing else. Every fact has a sentence and the address of what it is about: a score can
be opened into its causes. Codes, words and dates are text; nothing here asks the database.
"""

from dataclasses import asdict, dataclass, fields, replace

# What stands for words that may not be said, and how the office's own finding on a target begins.
SILENT = "（略）"
FOUND = "办公室认定"


@dataclass(frozen=True)
class TaskFact:
    """A task the unit answers for at the year's end. duty: a value of Assignment.Duty (lead, named, …).

    lamp: the confirmed lamp of the year's last confirmed quarter, "" where none is confirmed yet; 目标未定
    and 年度指标 do not count. word: the lamp's or three-year state's word. sensitive: the title is
    left out (""), since facts travel further than the task may.
    """

    number: int
    title: str
    duty: str
    lamp: str
    word: str
    period: str
    url: str
    sensitive: bool = False


@dataclass(frozen=True)
class TargetFact:
    """A quantified target that falls due in the year and the unit answers for.

    attained: share of the target reached, "0"–"1" as text, None where it cannot be told yet (needs a
    Finding, or nothing was reported); reported: whether a value was accepted; wanted, value: in words.
    owed: whether the last return of the year that could tell it was due by then; unreported then counts as
    such, before it does not count. sensitive: as of a TaskFact, with `indicator` for the title.
    """

    target: int
    task: int | None
    indicator: str
    wanted: str
    value: str
    attained: str | None
    reported: bool
    why: str
    url: str
    owed: bool = False
    sensitive: bool = False


@dataclass(frozen=True)
class SentBack:
    """One 退回 by the office: when (date as text), why, and of which version that had left the body, with its
    address; 0 and "" where that is not known."""

    on: str
    reason: str
    version: int = 0
    url: str = ""

    @property
    def which(self) -> str:
        """“第2版”, or nothing."""
        return f"第{self.version}版" if self.version else ""


@dataclass(frozen=True)
class ReturnFact:
    """One return or summary the unit owed to the office in the year, or material it owed a lead.

    subject: what means are taken over: "task:15", or "unit" for its own summaries; kind: "return", "unit" or
    "contribution"; outcome: "on_time", "late", "missing" (due and not there), "waived", "running" (not due
    yet). Returns of 补录 periods are no facts. is_open: whether its body can still file it (its period is not
    locked). insubstantial: the basis of a Finding 无实质内容, "" without.
    """

    report: int
    subject: str
    kind: str
    title: str
    period: str
    due: str
    left: str
    outcome: str
    sent_back: tuple[SentBack, ...]
    insubstantial: str
    url: str
    sensitive: bool = False
    is_open: bool = True


@dataclass(frozen=True)
class OrderFact:
    """A 督办件 whose limit fell in the year. outcome: "on_time", "late", "overdue", "running".

    returned: how often its feedback was sent back. sensitive: the title is left out.
    """

    order: int
    number: str
    title: str
    due: str
    closed: str
    outcome: str
    returned: int
    url: str
    sensitive: bool = False


@dataclass(frozen=True)
class UnitFacts:
    """All that is known of one unit's year at an instant (`as_of`, ISO). `benchmarking`: 0–1 as text, None
    while there is no such data. merged: names of predecessors whose facts count here (更名, 并入)."""

    agency: str
    name: str
    unit_class: str
    year: int
    as_of: str
    tasks: tuple[TaskFact, ...] = ()
    targets: tuple[TargetFact, ...] = ()
    returns: tuple[ReturnFact, ...] = ()
    orders: tuple[OrderFact, ...] = ()
    benchmarking: str | None = None
    merged: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether the year had ended at `as_of`."""
        return int(self.as_of[:4]) > self.year

    @property
    def is_empty(self) -> bool:
        """Whether the unit owed nothing at all in the year: 不参评."""
        return not (self.tasks or self.targets or self.returns or self.orders)

    def as_json(self) -> dict:
        """Plain data that `from_json` reads back equal."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> "UnitFacts":
        rows = {
            "tasks": TaskFact,
            "targets": TargetFact,
            "returns": ReturnFact,
            "orders": OrderFact,
        }
        read = {each.name: data[each.name] for each in fields(cls) if each.name in data}
        for name, kind in rows.items():
            read[name] = tuple(_row(kind, each) for each in data.get(name, ()))
        read["merged"] = tuple(data.get("merged", ()))
        return cls(**read)


def _row(kind, data):
    if kind is ReturnFact:
        data = {**data, "sent_back": tuple(SentBack(**each) for each in data["sent_back"])}
    return kind(**data)


# --- sensitive ones ------------------------------------------------------------------------------


def silenced(fact):
    """A fact as it may travel where its task is sensitive: the number and what became of it, never a title, a
    value or a reason. fact: a TaskFact, TargetFact, ReturnFact or OrderFact."""
    return replace(fact, sensitive=True, **_SILENCED[type(fact)](fact))


_SILENCED = {
    TaskFact: lambda fact: {"title": ""},
    TargetFact: lambda fact: {
        "indicator": "",
        "wanted": "",
        "value": "",
        "why": "" if fact.why.startswith(FOUND) else fact.why,
    },
    ReturnFact: lambda fact: {
        "sent_back": tuple(replace(each, reason=SILENT) for each in fact.sent_back),
        "insubstantial": SILENT if fact.insubstantial else "",
    },
    OrderFact: lambda fact: {"title": ""},
}
