"""提醒有用吗: shares of the owed returns by when they left, and days from reminder to response by channel."""


def shares(plan, now):
    """{period id: Shares} of every opened period of the plan; one query."""
    raise NotImplementedError


def response_days(plan, period=None):
    """{channel: (number of reminders answered, median days)}; one query."""
    raise NotImplementedError
