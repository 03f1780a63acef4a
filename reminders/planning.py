"""The rows of a day: one digest for each person and channel, and a reminder for each thing it tells of."""


def plan_day(day, now):
    """Write the Messages (planned) and Reminders of `day` (a date), and of what was missed in the working days
    before it; returns how many messages are new.

    Safe to run at any time, again, twice at once and with a clock that moved: a digest has one key a person,
    channel and day ("digest:2026-10-09:inbox:17", of a robot "digest:2026-10-09:robot:r3"), a reminder one a
    rule, thing, day, channel and recipient. `send_from` is when it may go out. Every row is PLANNED, those of
    the inbox too: whoever sends asks `rules.still_due` first, drops what is done (`Reminder.dropped_at`),
    cancels a message nothing is left of, and takes subject and text from `digests.compose`.
    """
    raise NotImplementedError
