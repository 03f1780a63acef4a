"""Sending: the row first, then a claim, then the message, then what became of it (design, section 5).

Whoever sends takes a message by a conditional update (`claim`), so that of many workers one has it. What
became of it is written by another conditional update on that claim (`_mark`). A worker that dies in between
leaves a claim that grows old: `reconcile` finds it. Had the message not set out, it is planned again; had it,
nobody knows whether it arrived, so it becomes 待核实 and a person decides. Nothing is silently sent twice.

Messages of the inbox are the row itself: claimed, written and marked in one transaction.
"""

import hashlib
import logging
import random
import secrets
import time
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from reminders import digests, hours, rules
from reminders.channels import channel_of
from reminders.channels.shape import Outcome, Outgoing, Result
from reminders.models import Message
from reminders.models.rules import Channel

log = logging.getLogger(__name__)
State = Message.State

# Minutes to wait after the first, second, … failure that may mend itself; then it is a failure to be seen.
WAITS = (1, 5, 15, 60, 60)
MOST_ATTEMPTS = len(WAITS) + 1
# Far longer than a channel may take (channels.shape.SECONDS).
CLAIM_LIFE = timedelta(minutes=5)
# A digest whose hour fell into the night, because it had to be tried again.
LOOK_AGAIN = timedelta(minutes=15)
TAKEN_BY_ANOTHER = Outcome(Result.LATER)
LONGEST_REASON = Message._meta.get_field("error").max_length
LONGEST_SUBJECT = Message._meta.get_field("subject").max_length


# --- taking --------------------------------------------------------------------------------------


def may_go(now):
    """What makes a message one that may go out at `now`."""
    in_time = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now)
    return in_time & Q(state=State.PLANNED, send_from__lte=now)


def waiting(now):
    """Messages that may go out at `now`."""
    return Message.objects.filter(may_go(now))


def claim(message, now):
    """Take the message: its claim, or "" where somebody else has it, or had it and put it off. One
    conditional update."""
    token = secrets.token_hex(16)
    free = Message.objects.filter(may_go(now), pk=message.pk)
    taken = free.update(state=State.CLAIMED, claim=token, claimed_at=now, address="")
    return token if taken else ""


def send_due(clock, seconds=40):
    """Send what may go out, one by one, until nothing is left or the time is up; returns how many left.

    clock: gives the instant (timezone.now). A robot or a mail server that does not answer is left alone for
    the rest of this call: the others go on. One message that cannot be sent stops no other.
    """
    deadline = time.monotonic() + seconds
    silent, sent = set(), 0
    for channel in (Channel.INBOX, *(each for each in Channel.values if each != Channel.INBOX)):
        while time.monotonic() < deadline:
            some = _some(clock(), channel, silent)
            if not some:
                break
            for message in some:
                if time.monotonic() < deadline and route_of(message) not in silent:
                    outcome = _send_one(message, clock)
                    sent += outcome.result == Result.SENT
                    if outcome.is_down:
                        silent.add(route_of(message))
    return sent


def route_of(message):
    """What answers or does not answer as a whole: the mail server, or one robot."""
    return message.robot_id or message.channel


def _some(now, channel, silent):
    """A handful to try; several workers see the same ones, and the claim decides."""
    robots = [route for route in silent if isinstance(route, int)]
    found = waiting(now).filter(channel=channel).select_related("recipient", "robot", "plan")
    if channel in silent:
        return []
    some = list(found.exclude(robot__in=robots).order_by("send_from", "pk")[:20])
    # Each worker begins elsewhere, so that they seldom reach for the same one.
    random.shuffle(some)
    return some


def _send_one(message, clock):
    try:
        if getattr(channel_of(message), "IS_THE_ROW", False):
            return _write(message, clock())
        return _send(message, clock)
    except (OperationalError, InterfaceError):
        # The database is away: the row stays as it is, and the next tick goes on.
        raise
    except Exception as error:
        # Whatever is wrong with this one: it is shown with its reason, and the next one goes out.
        log.exception("message %s", message.pk)
        return _park(message, error, clock())


# --- the inbox: the row is the message -------------------------------------------------------------


@transaction.atomic
def _write(message, now):
    token = claim(message, now)
    if not token:
        return TAKEN_BY_ANOTHER
    letter = _prepare(message, now)
    if letter is None:
        _mark(message, token, state=State.CANCELLED)
        return TAKEN_BY_ANOTHER
    _mark(message, token, state=State.SENT, sent_at=now, **letter)
    return Outcome(Result.SENT)


# --- everything else: claimed, sent, marked --------------------------------------------------------


def _send(message, clock):
    now = clock()
    token = claim(message, now)
    if not token:
        return TAKEN_BY_ANOTHER
    message.claim = token
    if _speaks_in_the_night(message, now):
        _mark(message, token, state=State.PLANNED, next_try_at=now + LOOK_AGAIN)
        return TAKEN_BY_ANOTHER
    outgoing = _set_out(message, token, now)
    if outgoing is None:
        return TAKEN_BY_ANOTHER
    outcome = _outcome(message, outgoing)
    _keep(message, token, outcome, clock())
    return outcome


def _speaks_in_the_night(message, now):
    digest = message.kind == Message.Kind.DIGEST and message.plan_id
    return digest and hours.is_quiet(hours.hours_of(message.plan), now)


@transaction.atomic
def _set_out(message, token, now):
    """Write down what is about to be sent and where to; the Outgoing, or None where nothing is left of it.

    From here on the message counts as possibly sent: `address` says so (`reconcile` reads it).
    """
    letter = _prepare(message, now)
    if letter is None:
        _mark(message, token, state=State.CANCELLED)
        return None
    outgoing = _outgoing(message, letter.pop("html", ""), **letter)
    message.attempts += 1
    where = outgoing.address or (message.robot.name if message.robot_id else "—")
    kept = _mark(
        message, token, address=where, message_id=outgoing.id, attempts=message.attempts, error="", **letter
    )
    return outgoing if kept else None


def _outcome(message, outgoing):
    module = channel_of(message)
    problem = module.problem() or _shut(message)
    if problem:
        return Outcome(Result.REFUSED, problem)
    return module.send(outgoing)


def _shut(message):
    if message.robot_id:
        return "" if message.robot.is_on else f"群机器人“{message.robot}”已停用。"
    return "" if message.recipient.is_active else "收件人账号已停用。"


def _outgoing(message, html, subject, text):
    robot = message.robot
    return Outgoing(
        id=message_id(message),
        subject=subject,
        text=text,
        html=html,
        url=absolute(message.url),
        address="" if robot else message.recipient.email,
        endpoint=robot.url if robot else "",
        secret=robot.secret if robot else "",
    )


def message_id(message):
    """The same at every attempt, and no other message's: derived from the row and its key."""
    host = urlsplit(settings.SITE_URL).hostname or "suzhou-plan.invalid"
    stamp = hashlib.sha256(message.key.encode()).hexdigest()[:20]
    return f"<message-{message.pk}.{stamp}@{host.strip('[]').replace(':', '-')}>"


def absolute(url):
    """An address as it is read outside the house; "" where the site's own is not known."""
    return f"{settings.SITE_URL}{url}" if settings.SITE_URL and url else ""


# --- what is said ------------------------------------------------------------------------------------


def _prepare(message, now):
    """{subject, text[, html]} of the message as of now; None where all it told of is done.

    What was done since it was planned is dropped from it and stays in the ledger, marked so. A digest is
    written anew; what a person wrote or saw in a preview goes out as it is.
    """
    told = message.reminders.filter(dropped_at=None).select_related("rule", "urge", "period", "task", "robot")
    reminders = list(told)
    due = rules.still_due(reminders, now) if reminders else set()
    done = [each.pk for each in reminders if each.pk not in due]
    if done:
        message.reminders.filter(pk__in=done).update(dropped_at=now)
    left = [each for each in reminders if each.pk in due]
    if not left and (reminders or message.kind == Message.Kind.DIGEST):
        return None
    is_inside = message.channel == Channel.INBOX
    secret = [] if is_inside else [each for each in reminders if each.task_id and each.task.is_sensitive]
    if message.kind != Message.Kind.DIGEST:
        return {"subject": message.subject, "text": _without(secret, message.text)}
    for each in secret:
        each.line = rules.SECRET
    letter = digests.compose(message, left, site="" if is_inside else settings.SITE_URL)
    said = {"subject": letter.subject[:LONGEST_SUBJECT], "text": letter.text}
    return said if is_inside else {**said, "html": letter.html}


def _without(secret, text):
    """A written text without the lines of what has become sensitive since: it leaves the house."""
    for each in secret:
        text = text.replace(each.line, rules.SECRET)
    return text


# --- what became of it -------------------------------------------------------------------------------


def _mark(message, token, **values):
    """Write `values` where this claim still holds, or where it was doubted meanwhile and is now settled by
    the one who knows; returns whether it was so."""
    mine = Message.objects.filter(pk=message.pk, claim=token, state__in=(State.CLAIMED, State.DOUBTFUL))
    return bool(mine.update(**values))


def _keep(message, token, outcome, now):
    reason = outcome.reason[:LONGEST_REASON]
    if outcome.result == Result.SENT:
        values = {"state": State.SENT, "sent_at": now, "error": ""}
    elif outcome.result == Result.DOUBTFUL:
        values = {"state": State.DOUBTFUL, "error": reason}
    elif outcome.result == Result.LATER and message.attempts < MOST_ATTEMPTS:
        wait = timedelta(minutes=WAITS[message.attempts - 1])
        values = {"state": State.PLANNED, "error": reason, "next_try_at": now + wait}
    else:
        values = {"state": State.FAILED, "error": reason}
    _mark(message, token, **values)


def _park(message, error, now):
    """What broke on the way: before it set out, it failed and says why; after that nobody knows."""
    reason = f"系统内部错误（{type(error).__name__}），已记入日志。"
    held = Message.objects.filter(pk=message.pk).filter(
        Q(state=State.PLANNED) | Q(state=State.CLAIMED, claim=message.claim)
    )
    if held.filter(address="").update(state=State.FAILED, error=reason):
        return Outcome(Result.REFUSED, reason)
    held.filter(state=State.CLAIMED).update(state=State.DOUBTFUL, error=reason)
    return Outcome(Result.DOUBTFUL, reason)


UNFINISHED = "发送中途中断，无法确定对方是否收到。请核实后标记已送达，或重试。"


def reconcile(now):
    """Look after claims that grew old: their worker died, or the clock moved. Returns how many.

    What had not set out is planned again. What had is 待核实; should its worker be alive after all, its
    word still settles it (`_mark`).
    """
    old = Message.objects.filter(state=State.CLAIMED, claimed_at__lt=now - CLAIM_LIFE)
    ahead = Message.objects.filter(state=State.CLAIMED, claimed_at__gt=now + CLAIM_LIFE)
    stuck = old | ahead
    again = stuck.filter(address="").update(state=State.PLANNED, claim="")
    return again + stuck.exclude(address="").update(state=State.DOUBTFUL, error=UNFINISHED)
