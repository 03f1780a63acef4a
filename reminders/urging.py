"""催报 by a person's hand: what is due now and how often it was urged, the exact words before they go, and
the rows of what went, all in one transaction."""


def owed_now(plan, now, kinds=None):
    """What bodies owe at `now`: a list of `Owed`, each a DueItem with its body, people and past reminders.

    kinds: names of `agencies.duties.kinds()`; default all. What the office owes itself is not in it.
    """
    raise NotImplementedError


def preview(plan, items, *, words, channels, heads=(), now):
    """Who would get which text on which channel, and who cannot be reached and why; reads only."""
    raise NotImplementedError


def send(plan, items, *, words, channels, heads=(), token, by, now):
    """Write the Urge, its Messages and Reminders in one transaction: in the inbox at once, the rest planned
    for `reminders.sending`. The same `token` a second time sends nothing and returns the first Urge."""
    raise NotImplementedError


def note_call(plan, items, *, spoke_with, words, at, by, now):
    """电话提醒, written down after the call."""
    raise NotImplementedError


def note_copied(plan, items, *, words, by, now):
    """复制催报文, where the person says that it was sent to the group."""
    raise NotImplementedError


def group_text(items, now):
    """The text to paste into a group chat, by body. Never a sensitive task."""
    raise NotImplementedError
