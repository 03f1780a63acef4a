"""The rows of a day: one digest for each person and channel, and a reminder for each thing it tells of.

A day that was missed is made up for, once, the next time this runs: what was to be said within the last five
working days is said now, if it is still due, and of one thing only the newest. A rule that is switched on
makes up for the same days.
"""

from django.db import transaction

from agencies.duties import kinds
from progress.calendar import working_days
from reminders.hours import hours_of, is_quiet, send_from
from reminders.models import Message, Reminder
from reminders.rules import make_up_since, planned_for
from tasks.models import Plan


def plan_day(day, now):
    """Write the Messages (planned) and Reminders of `day` (a date), and of what was missed in the working
    days before it; returns how many messages are new.

    Safe to run at any time, again, twice at once and with a clock that moved: a digest has one key a person,
    channel and day ("digest:2026-10-09:inbox:17", of a robot "digest:2026-10-09:robot:r3"), a reminder one a
    rule, thing, day, channel and recipient. Whoever has their digest of the day gets no second one: what
    comes up later is told with the next.

    `send_from` is when it may go out. Every row is PLANNED, those of the inbox too: whoever sends asks
    `rules.still_due` first, drops what is done (`Reminder.dropped_at`), cancels a message nothing is left
    of, and takes subject and text from `digests.compose`. Once the day's quiet hours have begun nothing is
    planned: it is made up for in the morning.
    """
    days = working_days()
    since = make_up_since(day, days)
    digests = {}
    for plan in Plan.objects.filter(reminder_rules__is_on=True).distinct():
        hours = hours_of(plan)
        begins = send_from(hours, day)
        if begins <= now and is_quiet(hours, now):
            continue
        for each in planned_for(plan, day, now, since=since, days=days, hours=hours).planned:
            digests.setdefault(each.address, []).append((each, begins))
    return _write(day, now, _without_known(digests, since))


def _without_known(digests, since):
    """What of `digests` is not in the ledger yet."""
    known = ledger_keys(since)
    left = {
        address: [each for each in planned if each[0].key not in known]
        for address, planned in digests.items()
    }
    return {address: planned for address, planned in left.items() if planned}


def ledger_keys(since):
    """The keys of the reminders by rule whose day is `since` or later, as `PlannedReminder.key` has them. One
    query."""
    fields = ("rule", "subject", "scheduled_for", "channel", "recipient", "robot")
    rows = Reminder.objects.filter(rule__isnull=False, scheduled_for__gte=since)
    return set(rows.values_list(*fields))


def key_of(day, address):
    """The key of a day's digest."""
    who = f"r{address.robot}" if address.robot else address.user
    return f"digest:{day.isoformat()}:{address.channel}:{who}"


@transaction.atomic
def _write(day, now, digests):
    """The rows, all or none. Two that write at once are told apart by the keys: the second finds the
    messages of the first with their reminders, and leaves them alone."""
    # In the order of their keys, so that two that write at once wait for each other in one direction.
    by_key = dict(sorted((key_of(day, address), (address, said)) for address, said in digests.items()))
    if not by_key:
        return 0
    Message.objects.bulk_create(
        [message_of(key, day, now, *said) for key, said in by_key.items()], ignore_conflicts=True
    )
    fresh = Message.objects.filter(key__in=by_key, reminders__isnull=True, state=Message.State.PLANNED)
    fresh = dict(fresh.values_list("key", "pk"))
    rows = [reminder_of(each, fresh[key], now) for key in fresh for each, _ in by_key[key][1]]
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)
    # Somebody else was quicker with every single reminder of it, on another day's digest.
    empty, _ = Message.objects.filter(pk__in=fresh.values(), reminders__isnull=True).delete()
    return len(fresh) - empty


def message_of(key, day, now, address, planned):
    """The Message of a digest, unsaved. planned: [(PlannedReminder, instant it may go out from)]."""
    plans = {each.rule.plan_id for each, _ in planned}
    return Message(
        key=key,
        kind=Message.Kind.DIGEST,
        channel=address.channel,
        plan_id=plans.pop() if len(plans) == 1 else None,
        recipient_id=address.user,
        robot_id=address.robot,
        day=day,
        subject=f"{len(planned)} 项待办提醒",
        planned_at=now,
        # One digest for all plans: none of them speaks before its hour.
        send_from=max(begins for _, begins in planned),
        is_demo=all(each.item.is_demo for each, _ in planned),
    )


def reminder_of(each, message, now):
    """The Reminder of a PlannedReminder, unsaved. message: the id of its Message."""
    item, address = each.item, each.address
    return Reminder(
        message_id=message,
        rule=each.rule,
        kind=item.kind,
        subject=item.subject,
        scheduled_for=each.scheduled_for,
        channel=address.channel,
        recipient_id=address.user,
        robot_id=address.robot,
        agency_id=item.agency,
        task_id=item.task,
        period=each.period,
        report_id=item.report,
        line=each.line,
        url=item.url,
        # Of what merely waits there is no deadline that could be put off.
        due_at=item.at if kinds()[item.kind].is_deadline else None,
        created_at=now,
        is_demo=item.is_demo,
    )
