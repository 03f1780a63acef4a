"""提醒有用吗: shares of the owed returns by when they left, and days from reminder to response by channel.

Pure counting of what the ledger and the reports say. It ranks nobody (practice, section 2: Burden rules).
"""

from dataclasses import dataclass
from statistics import median

from django.db.models import OuterRef, Subquery

from progress.models import ProgressReport
from reminders.ledger import DAY, TOLD_AT, timed
from reminders.models import Reminder
from reminders.models.rules import Channel

GROUPS = {
    "unprompted": "提醒前已报",
    "prompted": "提醒后、截止前报",
    "late": "截止后报",
    "never": "尚未报送",
}


@dataclass(frozen=True)
class Shares:
    """How many owed returns left when; the four groups add up to `owed`."""

    unprompted: int = 0
    prompted: int = 0
    late: int = 0
    never: int = 0

    @property
    def owed(self):
        return self.unprompted + self.prompted + self.late + self.never

    @property
    def counts(self):
        """[(words of the group, how many)]."""
        return [(words, getattr(self, name)) for name, words in GROUPS.items()]

    @property
    def percents(self):
        """The same in percent of what is owed, to one decimal; None where nothing is owed."""
        owed = self.owed
        return [round(100 * number / owed, 1) if owed else None for _, number in self.counts]


@dataclass(frozen=True)
class Response:
    """What reminders on one channel were followed by. median_days: to one decimal, of those answered."""

    channel: Channel
    told: int
    answered: int
    median_days: float | None


def group_of(due_at, left_at, first_at):
    """To which of GROUPS a return belongs. due_at None (待定) is never late; first_at: the first reminder."""
    if left_at is None:
        return "never"
    if due_at is not None and left_at > due_at:
        return "late"
    return "prompted" if first_at is not None and first_at < left_at else "unprompted"


def shares(plan):
    """{period: Shares} of every opened period of the plan in order; 补录 is never reminded and not in it. Two
    queries."""
    periods = plan.periods.filter(opened_at__isnull=False, is_backfill=False).order_by(
        "ends_on", "-starts_on"
    )
    told = Reminder.objects.told().to_bodies().filter(report=OuterRef("pk")).annotate(told_at=TOLD_AT)
    first = Subquery(told.order_by("told_at").values("told_at")[:1])
    reports = ProgressReport.objects.owed().to_office().filter(period__in=periods.order_by())
    counted = {}
    for period, *instants in reports.order_by().values_list("period", "due_at", "left_at", first):
        of_period = counted.setdefault(period, dict.fromkeys(GROUPS, 0))
        of_period[group_of(*instants)] += 1
    return {period: Shares(**counted.get(period.pk, {})) for period in periods}


def responses(plan, period=None):
    """[Response] by channel, of reminders about reports of the plan (of one period); one query."""
    about = {"period": period} if period else {"report__period__plan": plan}
    told = timed(Reminder.objects.told().to_bodies().filter(report__isnull=False, **about)).order_by()
    waited, numbers = {}, {}
    for channel, told_at, answered_at in told.values_list("channel", "told_at", "answered_at"):
        numbers[channel] = numbers.get(channel, 0) + 1
        if answered_at is not None:
            waited.setdefault(channel, []).append((answered_at - told_at).total_seconds() / DAY)
    return [
        Response(
            channel,
            numbers[channel],
            len(waited.get(channel, ())),
            round(median(waited[channel]), 1) if channel in waited else None,
        )
        for channel in Channel
        if channel in numbers
    ]
