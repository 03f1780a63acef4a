"""提醒台账: every reminder, how it went, and how long until the report it was about moved on."""


def lines(user):
    """The reminders this person may see (`Reminder.objects.visible_to`), each with `told_at` (when it went
    out) and `answered_at` (the first submit or sign-off of its report after that)."""
    raise NotImplementedError
