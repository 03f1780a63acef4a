"""某日会发什么: the digests a plan's rules would send on a day, with their words. Nothing is written."""

from dataclasses import dataclass
from datetime import date, timedelta

from agencies.models import Agency, User
from progress.calendar import WorkingDays, working_days
from progress.timetable import here
from reminders import digests, planning
from reminders.hours import hours_of, is_quiet, is_sending_day, send_from
from reminders.models import Robot, SendingHours
from reminders.models.rules import Channel
from reminders.rules import DayPlan, make_up_since, planned_for

# The furthest day a preview looks at.
FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Digest:
    """One message as it would go out. to: a person's or robot's name; bodies: names of what it is about."""

    channel: Channel
    to: str
    reminders: list
    letter: digests.Letter
    agencies: frozenset[int]

    @property
    def channel_label(self):
        return Channel(self.channel).label


@dataclass(frozen=True)
class OfBody:
    """What of a day concerns one body (None: the office itself): things, people reached, by channel."""

    agency: Agency | None
    things: int
    people: int
    inbox: int
    mail: int
    robot: int


@dataclass(frozen=True)
class Preview:
    """made_up: how many things are told late; without_mail: people whom a rule would mail who have no
    address."""

    plan: DayPlan
    digests: list[Digest]
    bodies: list[OfBody]
    made_up: int
    without_mail: list[str]

    @property
    def things(self):
        return len({(each.item.kind, each.item.subject) for each in self.plan.planned})

    @property
    def people(self):
        return len({each.address.user for each in self.plan.planned} - {None})

    @property
    def inbox(self):
        return self._number(Channel.INBOX)

    @property
    def mail(self):
        return self._number(Channel.MAIL)

    @property
    def robot(self):
        return self._number(Channel.ROBOT)

    def _number(self, channel):
        return sum(1 for each in self.digests if each.channel == channel)


@dataclass(frozen=True)
class Setting:
    """When a plan's machines may speak, read once: three queries."""

    hours: SendingHours
    days: WorkingDays

    @classmethod
    def of(cls, plan):
        return cls(hours_of(plan), working_days())

    def is_sending_day(self, day):
        return is_sending_day(self.hours, day, self.days)


def next_sending_day(setting, now):
    """The next day after today on which machines may speak."""
    day = here(now).date() + timedelta(days=1)
    while not setting.is_sending_day(day):
        day += timedelta(days=1)
    return day


def preview(plan, day, now, *, setting, rules=None):
    """The Preview of `day` (today or later), from what is due at `now`.

    setting: the plan's Setting; rules: as for `rules.planned_for`. For today and, where no other sending day
    comes before it, for a later day it includes what was missed and would be made up for.
    """
    hours, days = setting.hours, setting.days
    moment = max(now, send_from(hours, day))
    since = make_up_since(day, days) if _comes_first(setting, day, now) else None
    of_day = planned_for(plan, day, moment, rules=rules, since=since, days=days, hours=hours)
    if since is not None:
        known = planning.ledger_keys(since)
        of_day.planned = [
            each for each in of_day.planned if each.scheduled_for == day or each.key not in known
        ]
    names = Names.of(of_day)
    return Preview(
        plan=of_day,
        digests=_digests(of_day, moment, now, names),
        bodies=_bodies(of_day, names),
        made_up=len({each.item.subject for each in of_day.planned if each.scheduled_for < day}),
        without_mail=_without_mail(of_day, names),
    )


def _comes_first(setting, day, now):
    """Whether no sending day that is still to come lies before `day`."""
    today, hours = here(now).date(), setting.hours
    over = is_quiet(hours, now) and send_from(hours, today) <= now
    first = today + timedelta(days=1) if over else today
    while first < day and not setting.is_sending_day(first):
        first += timedelta(days=1)
    return first >= day


@dataclass(frozen=True)
class Names:
    """People, robots and bodies of a day, looked up once: three queries."""

    people: dict
    robots: dict
    agencies: dict

    @classmethod
    def of(cls, of_day: DayPlan):
        addresses = {each.address for each in of_day.planned}
        bodies = {each.item.agency for each in of_day.planned} | {each.agency for each in of_day.unreached}
        return cls(
            User.objects.in_bulk({each.user for each in addresses} - {None}),
            Robot.objects.in_bulk({each.robot for each in addresses} - {None}),
            Agency.objects.in_bulk(bodies - {None}),
        )


def _digests(of_day, moment, now, names):
    """The messages, those of people with most to do first."""
    by_address = {}
    for each in of_day.planned:
        by_address.setdefault(each.address, []).append((each, moment))
    found = [_digest(of_day.day, now, address, planned, names) for address, planned in by_address.items()]
    return sorted(found, key=lambda each: (-len(each.reminders), each.to, each.channel))


def _digest(day: date, now, address, planned, names):
    message = planning.message_of("", day, now, address, planned)
    if address.user:
        message.recipient = names.people[address.user]
    rows = [planning.reminder_of(each, None, now) for each, _ in planned]
    to = message.recipient.full_name if address.user else names.robots[address.robot].name
    letter = digests.compose(message, rows)
    return Digest(address.channel, to, rows, letter, frozenset({each.agency_id for each in rows}))


def _bodies(of_day, names):
    by_body = {}
    for each in of_day.planned:
        by_body.setdefault(each.item.agency, []).append(each)
    rows = [_of_body(names.agencies.get(agency), planned) for agency, planned in by_body.items()]
    return sorted(rows, key=lambda row: (row.agency is None, row.agency.order if row.agency else 0))


def _of_body(agency, planned):
    def on(channel):
        return len({each.item.subject for each in planned if each.address.channel == channel})

    return OfBody(
        agency,
        len({each.item.subject for each in planned}),
        len({each.address.user for each in planned} - {None}),
        on(Channel.INBOX),
        on(Channel.MAIL),
        on(Channel.ROBOT),
    )


def _without_mail(of_day, names):
    """Names of those a rule would mail who have no address: they find it in the inbox."""
    wanted = {each.address.user for each in of_day.planned if Channel.MAIL in each.rule.channels} - {None}
    return sorted({names.people[user].full_name for user in wanted if not names.people[user].email})
