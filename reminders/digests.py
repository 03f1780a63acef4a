"""The words of a digest: what is due, by kind, as an experienced colleague would write it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """subject: one line, at most 160 characters. text: plain words with whole addresses. html: the same, with
    links, for mail clients."""

    subject: str
    text: str
    html: str


def compose(message, reminders, *, site=""):
    """The Letter of a digest. message: its Message (recipient at hand); reminders: what is still due of it,
    not empty. site: "https://…" put before addresses, where it is read outside the house."""
    raise NotImplementedError
