"""When the machines of a plan may speak: the hour of the day, quiet hours, days off."""


def hours_of(plan):
    """The SendingHours of a plan; the usual ones, unsaved, where it has none. One query."""
    raise NotImplementedError


def is_quiet(hours, now):
    """Whether nothing may go out at this instant: quiet hours (also over midnight). Days are not looked at."""
    raise NotImplementedError


def send_from(hours, day):
    """The instant from which what is planned for `day` may go out: the hour of sending, or the end of the
    quiet hours it falls into."""
    raise NotImplementedError
