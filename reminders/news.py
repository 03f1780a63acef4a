"""News into the inbox: what happened to one's own things, one message a person, never to leaders or
administrators."""


def deliver(news):
    """Put `news` (agencies.reach.News) into the inbox of each of its people, inside the caller's transaction.

    Keys are "<news.key>:inbox:<user>", so telling it twice writes it once. Leaders and administrators, whose
    posts say nothing else, get none.
    """
    raise NotImplementedError


def of_move(report, step):
    """The News of a report's move, or None where it concerns nobody: returned, submitted, accepted, reopened,
    corrected."""
    raise NotImplementedError
