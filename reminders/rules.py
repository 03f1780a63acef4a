"""What would be said to whom on a day: a plan's rules applied to what is due. It only reads.

`planning.plan_day` writes what is planned here; the preview shows it; `still_due` is asked once more before a
message goes out.
"""

from dataclasses import dataclass, field
from datetime import date

from agencies.duties import DueItem, DueKind, kinds
from agencies.models import Agency
from progress.calendar import working_days
from progress.models import ReportingPeriod
from progress.timetable import here, spoken_day
from reminders import texts
from reminders.audiences import Address, Audiences, may_say
from reminders.hours import hours_of, is_sending_day
from reminders.models import ReminderRule
from reminders.models.rules import Channel
from reminders.occasions import Occasions
from tasks.models import Plan, Task

# How far back a day that was missed (the machine was off) is made up for.
MAKE_UP_DAYS = 5
OFFICE = "市领导小组办公室"
SECRET = "1 项任务（内容请登录系统查看）"
LONGEST_LINE = 300


@dataclass(frozen=True)
class PlannedReminder:
    """One thing told to one address on one day. scheduled_for: the day the rule names; earlier than the day
    it is said on where that day was missed. line: the text, filled."""

    rule: ReminderRule
    item: DueItem
    address: Address
    scheduled_for: date
    line: str
    period: ReportingPeriod | None = None

    @property
    def key(self):
        """What makes it the same reminder, whoever plans it, whenever."""
        where = self.address
        return (
            self.rule.pk,
            self.item.subject,
            self.scheduled_for,
            str(where.channel),
            where.user,
            where.robot,
        )


@dataclass
class DayPlan:
    """What a plan's rules say on a day. unreached: what has nobody to tell; undated: what waits for a date
    (待定); guessed: years without a calendar, counted in calendar days; is_off: nothing is sent that day."""

    day: date
    planned: list[PlannedReminder] = field(default_factory=list)
    unreached: list[DueItem] = field(default_factory=list)
    undated: list[DueItem] = field(default_factory=list)
    guessed: set[int] = field(default_factory=set)
    is_off: bool = False


@dataclass(frozen=True)
class Turn:
    """A rule that speaks of a thing, on the day it names."""

    rule: ReminderRule
    kind: DueKind
    item: DueItem
    day: date


# --- planning ----------------------------------------------------------------------------------


def planned_for(plan, day, now, *, rules=None, since=None, days=None, hours=None):
    """The DayPlan of `plan` for `day`: what its rules say then of what is due at `now`.

    rules: ReminderRules to apply, on or off (default: those that are on). since: the first day that is made
    up for, where days before `day` were missed; of one thing the newest turn is said and no older one. A
    fixed number of queries.
    """
    if rules is None:
        rules = list(ReminderRule.objects.filter(plan=plan, is_on=True))
    days = days or working_days()
    plan_of_day = DayPlan(day)
    if not is_sending_day(hours or hours_of(plan), day, days):
        plan_of_day.is_off = True
        return plan_of_day
    occasions = Occasions(days)
    due, plan_of_day.undated = _due(plan, rules, now)
    turns = _newest(_turns(rules, due, occasions, since or day, day))
    _address(plan_of_day, turns, Words.of(turns, day), now)
    plan_of_day.guessed = {occasions.guessed[turn.day] for turn in turns if turn.day in occasions.guessed}
    return plan_of_day


def make_up_since(day, days):
    """The first of the working days before `day` that are made up for. days: WorkingDays."""
    return Occasions(days).before(day, MAKE_UP_DAYS)


def next_turns(plan, rules, today, now):
    """({rule pk: (day, how many things)}, guessed years): each rule's next day of speaking from `today` on;
    a rule that has nothing to say is not in it."""
    occasions = Occasions(working_days())
    due, _ = _due(plan, rules, now)
    coming = {}
    for turn in _turns(rules, due, occasions, today, date.max):
        coming.setdefault(turn.rule.pk, {}).setdefault(turn.day, set()).add(turn.item.subject)
    following = {pk: (min(days), len(days[min(days)])) for pk, days in coming.items()}
    guessed = {occasions.guessed[day] for day, _ in following.values() if day in occasions.guessed}
    return following, guessed


def _due(plan, rules, now):
    """({kind name: items with a date}, items without one) of the kinds the rules name."""
    announced, named = kinds(), {rule.kind for rule in rules}
    found = {name: list(announced[name].find(plan, now)) for name in named if name in announced}
    dated = {name: [item for item in items if item.at is not None] for name, items in found.items()}
    return dated, [item for items in found.values() for item in items if item.at is None]


def _turns(rules, due, occasions, first, last):
    """Every Turn between two days, both included."""
    announced = kinds()
    for rule in rules:
        kind = announced.get(rule.kind)
        for item in due.get(rule.kind, ()):
            for day in occasions.of(rule, here(item.at).date(), kind.is_deadline):
                if first <= day <= last:
                    yield Turn(rule, kind, item, day)


def _newest(turns):
    """One turn for each rule and thing: the last before or on the day."""
    newest = {}
    for turn in turns:
        key = (turn.rule.pk, turn.item.subject)
        if key not in newest or turn.day > newest[key].day:
            newest[key] = turn
    return list(newest.values())


def _address(plan_of_day, turns, words, now):
    """Tell each address of a thing once, by the newest of the rules that speak of it; of two that speak on
    the same day, by the first of the table."""
    audiences = Audiences([turn.item for turn in turns], now)
    best, unreached = {}, {}
    for turn in sorted(turns, key=lambda each: (each.day.toordinal() * -1, each.rule.order, each.rule.pk)):
        addresses = audiences.addresses(turn.rule, turn.item)
        if not addresses:
            unreached.setdefault((turn.item.kind, turn.item.subject), turn.item)
        for address in addresses:
            best.setdefault((turn.item.kind, turn.item.subject, address), turn)
    order = {name: place for place, name in enumerate(kinds())}
    plan_of_day.planned = [
        PlannedReminder(
            turn.rule,
            turn.item,
            address,
            turn.day,
            words.line(turn, address),
            words.periods.get(turn.item.period),
        )
        for (_, _, address), turn in best.items()
    ]
    plan_of_day.planned.sort(key=lambda each: order[each.item.kind])
    plan_of_day.unreached = list(unreached.values())


@dataclass
class Words:
    """The names a line may hold, looked up once."""

    day: date
    agencies: dict
    tasks: dict
    periods: dict

    @classmethod
    def of(cls, turns, day):
        items = [turn.item for turn in turns]
        return cls(
            day,
            dict(Agency.objects.filter(pk__in={each.agency for each in items}).values_list("pk", "name")),
            dict(Task.objects.filter(pk__in={each.task for each in items}).values_list("pk", "title")),
            ReportingPeriod.objects.in_bulk({each.period for each in items} - {None}),
        )

    def line(self, turn, address):
        """What is said of one thing. By mail, outside the house, a sensitive task is not named."""
        item = turn.item
        if item.is_sensitive and address.channel != Channel.INBOX:
            return SECRET
        period = self.periods.get(item.period)
        task = f"第{item.task_number}项“{self.tasks.get(item.task, '')}”" if item.task_number else item.title
        values = {
            "单位": self.agencies.get(item.agency, OFFICE),
            "任务": task,
            "报告期": period.label if period else "",
            "截止时间": spoken_day(item.at),
            "逾期天数": max((self.day - here(item.at).date()).days, 0),
            "事项": item.title,
        }
        return texts.fill(turn.rule.line, values)[:LONGEST_LINE]


# --- once more before sending ------------------------------------------------------------------


def still_due(reminders, now):
    """Ids of those of `reminders` (Reminder rows; rule, urge and robot at hand) whose thing is still to be
    done at `now`, by the same deadline, and whose recipient may still be reminded of it. The number of
    queries does not depend on how many they are."""
    found = _found_now({(_plan_of(each), each.kind) for each in reminders}, now)
    audiences = Audiences(found.values(), now)
    announced = kinds()
    due = set()
    for each in reminders:
        item = found.get((_plan_of(each), each.kind, each.subject))
        if item is None or (announced[each.kind].is_deadline and each.due_at != item.at):
            continue
        if _still_reaches(each, item, audiences):
            due.add(each.pk)
    return due


def _still_reaches(reminder, item, audiences):
    """Whether its rule is on and its recipient still may hear of it; who was chosen by hand is told as
    chosen, but no group of what it may not know."""
    if reminder.rule_id is not None and not reminder.rule.is_on:
        return False
    if reminder.robot_id is not None:
        return may_say(reminder.robot.agency_id, item)
    return reminder.rule_id is None or reminder.recipient_id in audiences.people(reminder.rule, item)


def _plan_of(reminder):
    return (reminder.rule or reminder.urge).plan_id


def _found_now(wanted, now):
    """{(plan id, kind, subject): DueItem} of everything due of these plans and kinds."""
    plans = Plan.objects.in_bulk({plan for plan, _ in wanted})
    announced = kinds()
    return {
        (plan, kind, item.subject): item
        for plan, kind in wanted
        if kind in announced
        for item in announced[kind].find(plans[plan], now)
    }
