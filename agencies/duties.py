"""What is due: the one shape of a thing somebody owes, and the registry where apps announce such things.

An app announces a kind of thing once, when it starts (`announce`); reminders, the desks and the operations
page ask here, and need not know who found it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from agencies.models import Role


@dataclass(frozen=True)
class DueItem:
    """One thing due.

    subject: what it is, the same every time it is found ("report:812"). at: the instant the rules count
    from, as its kind says: the deadline, or since when it waits; None where that is not settled (待定).
    agency: id of the body that owes it, None for the office's own. title: as a reminder's line names it.
    silent_for: ids of people who must not be reminded of it (who submitted may not sign). is_common: whether
    everybody in the house may know that it is owed, so that it may be named in a group of several bodies.
    """

    kind: str
    subject: str
    title: str
    url: str
    plan: int
    at: datetime | None
    agency: int | None = None
    task: int | None = None
    task_number: int | None = None
    period: int | None = None
    report: int | None = None
    is_sensitive: bool = False
    is_demo: bool = False
    is_common: bool = False
    silent_for: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class DueKind:
    """A kind of thing that can be due.

    find: (plan, now) -> the DueItems of that plan that are not done at `now`, in a fixed number of queries;
    it reads only. anchor: what `DueItem.at` is, in words for the rules page (“截止时间”, “提交审签时”).
    is_deadline: whether that is a deadline; else it is since when the thing waits. roles: who can do
    something about it at its body (empty: the office).
    """

    name: str
    label: str
    anchor: str
    find: Callable[..., Iterable[DueItem]]
    roles: tuple[Role, ...] = ()
    order: int = 99
    is_deadline: bool = True


_kinds = {}


def announce(kind):
    """Make a DueKind known. Raises ValueError where the name is taken by another."""
    if _kinds.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"{kind.name} is announced twice")


def kinds():
    """{name: DueKind} of everything that can be due, in the order of the ladder."""
    return dict(sorted(_kinds.items(), key=lambda each: (each[1].order, each[0])))
