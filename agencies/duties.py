"""What is due, announced by the apps that know: the one registry workbench and reminders read."""

from dataclasses import dataclass
from datetime import datetime

_sources = []


@dataclass(frozen=True)
class DueItem:
    """Something a person owes: what it is called, where to do it, by when, how urgent."""

    kind: str
    title: str
    url: str
    due_at: datetime | None
    state: str
    agency_id: int | None = None
    detail: str = ""


def announces_due_items(source):
    """Decorator: register `source(user, now) -> iterable of DueItem`."""
    _sources.append(source)
    return source


def due_items(user, now):
    """Everything `user` owes at `now`, soonest first, undated last."""
    items = [item for source in _sources for item in source(user, now)]
    return sorted(items, key=lambda item: (item.due_at is None, item.due_at, item.title))
