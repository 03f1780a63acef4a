"""The one shape of a channel: what is handed to it, and what it says became of it.

A channel is a module with
- `send(outgoing) -> Outcome`,
- `problem() -> str`: why it cannot be used now, "" where it can,
- `remark() -> str`: how it is set up, for the operations page,
- `IS_THE_ROW`: whether the row itself is what is read.

It never touches the database, never raises for what the other side did, and answers within `SECONDS`.
docs/channels.md says how to add one.
"""

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

# The longest a channel may take over one message, however slowly the other side answers.
SECONDS = 20


@dataclass(frozen=True)
class Outgoing:
    """One message on its way out.

    id: the same at every attempt, so that the other side can tell a second copy ("<…@…>", RFC 5322).
    address: where a letter goes. endpoint, secret: where a robot listens and what it signs with. html: the
    text as a whole page with links, or "". url: absolute, or "".
    """

    id: str
    subject: str
    text: str
    html: str = ""
    url: str = ""
    address: str = ""
    endpoint: str = ""
    secret: str = ""


class Result(StrEnum):
    """SENT: the other side took it. LATER: it surely did not, but may yet. REFUSED: it surely did not and
    will not. DOUBTFUL: nobody can know."""

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Outcome:
    """reason: in Chinese, for the office, where it was not sent. is_down: the other side as a whole does not
    answer, so that further messages need not be tried for now."""

    result: Result
    reason: str = ""
    is_down: bool = False


SENT = Outcome(Result.SENT)


def later(reason, is_down=False):
    """It may mend itself: try again. is_down: the way itself does not answer, so the rest of it waits too."""
    return Outcome(Result.LATER, reason, is_down)


def refused(reason):
    """It will never go like this; a person has to put something right."""
    return Outcome(Result.REFUSED, reason)


def doubtful(reason):
    """It may have arrived: never sent again without a person's word."""
    return Outcome(Result.DOUBTFUL, reason, is_down=True)


@contextmanager
def ended_after(sock, seconds):
    """Cut the talk on `sock` after that time: a timeout counts from the last byte, and talks may trickle on.

    Raises TimeoutError at its end where it was cut, whatever the talk made of that.
    """
    cut = threading.Event()
    watch = threading.Timer(seconds, _cut, [sock, cut])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
    if cut.is_set():
        raise TimeoutError


def _cut(sock, cut):
    cut.set()
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        sock.close()


def shortened(text, limit, ending):
    """`text` in at most `limit` bytes of UTF-8: whole lines as far as they go, then `ending`."""
    if len(text.encode()) <= limit:
        return text
    room = limit - len(ending.encode()) - 1
    kept = text.encode()[:room].decode(errors="ignore")
    return f"{kept.rpartition(chr(10))[0] or kept}\n{ending}"
