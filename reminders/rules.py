"""What would be said to whom on a day: the rules of a plan applied to what is due. It reads and writes nothing.

`planning.plan_day` writes what is planned here; the preview shows it; `still_due` is asked once more before a
message goes out.
"""


def planned_for(plan, day, now, *, rules=None):
    """The PlannedReminders of `plan` whose day is `day`, in the order a digest names them.

    rules: ReminderRules to apply, on or off (default: those that are on). A fixed number of queries.
    """
    raise NotImplementedError


def still_due(reminders, now):
    """Ids of those of `reminders` (Reminder rows with their rules) whose thing is still to be done at `now`,
    by somebody who may still be reminded of it. The number of queries does not depend on how many they are.
    """
    raise NotImplementedError
