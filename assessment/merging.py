"""Two people edited one section: what either changed is kept; where both changed the same, both texts are.

Pure: rows in, rows out. `seen` is what stood there when the second person began, as short marks.
"""

import hashlib
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Row:
    """One paragraph as it is typed: its key (None for a new one), its level and its text.

    like: the key of the paragraph whose sources it shares (a paragraph parted in two).
    """

    id: int | None
    level: int
    text: str
    like: int | None = None


@dataclass(frozen=True)
class Dispute:
    """What both changed: the place in the merged rows (None where it stands in none), and both texts."""

    place: int | None
    theirs: str
    mine: str


@dataclass(frozen=True)
class Merged:
    """rows: what goes on being edited; disputes: where the two texts differ and neither may be lost."""

    rows: list
    disputes: list


def mark(row):
    """A short fingerprint of a row's level and text, to tell later whether it was changed."""
    return hashlib.sha256(f"{row.level}:{row.text.strip()}".encode()).hexdigest()[:12]


def merge(mine, theirs, seen):
    """The rows one goes on with. mine: as typed; theirs: as saved meanwhile; seen: {key: mark} of the start,
    in order.

    Changed by one side only: that side's text. Changed by both: mine stays, and a Dispute shows theirs.
    Taken out by one and changed by the other: it stays. The order is theirs unless I moved something.
    """
    of_mine, of_theirs = _by_key(mine), _by_key(theirs)
    kept, disputed = {}, {}
    for key in {**of_mine, **of_theirs}:
        kept[key], disputed[key] = _settled(of_mine.get(key), of_theirs.get(key), seen.get(key))
    order = [key for key in _order(of_mine, of_theirs, seen) if kept[key] is not None]
    places = {key: place for place, key in enumerate(order)}
    disputes = [
        Dispute(places.get(key), *texts)
        for key in _order(of_mine, of_theirs, seen)
        if (texts := disputed[key]) is not None
    ]
    return Merged([kept[key] for key in order], disputes)


def _settled(mine, theirs, seen):
    """(the row that stays or None, (their text, mine) where both must be shown)."""
    if mine is not None and theirs is not None:
        if mark(theirs) in (mark(mine), seen):
            return mine, None
        if mark(mine) == seen:
            return theirs, None
        return mine, (theirs.text, mine.text)
    if theirs is None:
        if mine.id is None:
            return mine, None
        # They took it out: it is gone unless I wrote in it.
        return (None, ("", mine.text)) if mark(mine) == seen else (replace(mine, id=None), ("", mine.text))
    if seen is None:
        return theirs, None
    # I took it out: it is gone unless they wrote in it.
    return (None, None) if mark(theirs) == seen else (theirs, (theirs.text, ""))


def _by_key(rows):
    return {("new", place) if row.id is None else row.id: row for place, row in enumerate(rows)}


def _order(mine, theirs, seen):
    """All keys: as mine where I moved something, else as theirs, the other side's own where they stood."""
    before = [key for key in seen if key in mine]
    moved = [key for key in mine if key in seen] != before
    first, second = (mine, theirs) if moved else (theirs, mine)
    order = list(first)
    previous = None
    for key in second:
        if key not in first:
            order.insert(order.index(previous) + 1 if previous is not None else 0, key)
        previous = key
    return order
