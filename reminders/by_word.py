"""催报 by word: a telephone call written down, a text pasted into a group. Both stand in the ledger."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from agencies import audit
from reminders.models import Reminder, Urge
from reminders.models.rules import Channel
from reminders.permissions import check_urge
from reminders.urge_texts import for_group
from reminders.urging import NOTHING_LEFT, chosen, make_urge, reminder_of

# Clocks of two machines differ a little; a call of tomorrow has not been made.
CLOCKS_DIFFER = timedelta(minutes=5)
LONGEST_AGO = timedelta(days=60)


@transaction.atomic
def note_call(plan, keys, *, spoke_with, words, at, token, by, now):
    """电话提醒, written down after the call: one body's things, who was spoken to (words), when (instant).

    Returns (urge, whether this call made it). Raises Denied; ValidationError by field.
    """
    check_urge(by)
    owed = _chosen(plan, keys, now)
    mistakes = {}
    if len({each.agency for each in owed}) > 1:
        mistakes["items"] = "一次电话只登记一家单位，请只选同一家单位的事项。"
    if at > now + CLOCKS_DIFFER:
        mistakes["at"] = "通话时间不能晚于现在。"
    elif at < now - LONGEST_AGO:
        mistakes["at"] = "通话时间不能早于 60 天前。"
    if mistakes:
        raise ValidationError(mistakes)
    urge, is_new = make_urge(
        plan, owed, Urge.Way.PHONE, words, token, by=by, now=now, at=at, spoke_with=spoke_with.strip()
    )
    if is_new:
        _write(urge, owed, Channel.PHONE, at)
        audit.record("登记电话提醒", urge, by=by, now=now, detail={"items": len(owed)})
    return urge, is_new


@transaction.atomic
def note_copied(plan, keys, *, words, token, by, now):
    """复制催报文, where the person says that it was sent to the group. words: the text as it was sent.

    Returns (urge, whether this call made it). Raises Denied, ValidationError where nothing of it may be named
    in a group.
    """
    check_urge(by)
    owed = for_group(_chosen(plan, keys, now))
    if not owed:
        raise ValidationError({"items": "所选事项不宜发到工作群，请逐家催报。"})
    urge, is_new = make_urge(plan, owed, Urge.Way.COPIED, words, token, by=by, now=now)
    if is_new:
        _write(urge, owed, Channel.ROBOT, now)
        audit.record("登记群内催报", urge, by=by, now=now, detail={"items": len(owed)})
    return urge, is_new


def _chosen(plan, keys, now):
    owed = chosen(plan, keys, now)
    if not owed:
        raise ValidationError({"items": NOTHING_LEFT if keys else "请先选择要催报的事项。"})
    return owed


def _write(urge, owed, channel, at):
    """A line of the ledger each, said when it was said; nobody's inbox."""
    Reminder.objects.bulk_create(reminder_of(urge, each, at, channel) for each in owed)
