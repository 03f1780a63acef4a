"""The labelled demonstration of reminders: what the rules would have told the demonstration's reporters in
the last quarter that is over. The present is not made up: the machine reminds of it by itself."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from progress.calendar import working_days
from progress.demonstration.later import BORN, CHAPTERS, Born
from progress.models import ProgressReport, ReportingPeriod
from progress.timetable import here, local
from reminders.digests import compose
from reminders.hours import hours_of
from reminders.models import Message, Reminder, ReminderRule, Urge
from reminders.models.rules import Audience, Channel
from reminders.occasions import Occasions

READ_AFTER = timedelta(hours=2)


def make(cast, up_to):
    """The reminders of the newest quarter that was due before `up_to`, unless they are there."""
    quarters = ReportingPeriod.objects.quarters().filter(opened_for_demo=True, due_at__lt=up_to)
    period = quarters.select_related("plan").order_by("-due_at").first()
    if period is None or Reminder.objects.filter(period=period).exists():
        return
    with transaction.atomic():
        for (day, person), told in sorted(_told(period, cast, up_to).items(), key=lambda each: str(each[0])):
            _send(period, day, cast[person], told)


def _told(period, cast, up_to):
    """{(day, user name): [(rule, report)]}: who was told on which day of what had not left by then."""
    send_at = hours_of(period.plan).send_at
    rules = ReminderRule.objects.filter(plan=period.plan, kind="return", is_on=True)
    rules = [rule for rule in rules if Audience.REPORTER in rule.audience]
    owed = ProgressReport.objects.owed().to_office().filter(period=period, is_demo=True, due_at__isnull=False)
    occasions, told = Occasions(working_days()), {}
    for report in owed.select_related("agency", "task", "period__plan"):
        if report.agency.code not in cast:
            continue
        for rule in rules:
            for day in occasions.of(rule, here(report.due_at).date(), True):
                at = local(day, send_at)
                if at <= up_to and (report.left_at is None or report.left_at > at):
                    told.setdefault((day, report.agency.code), []).append((rule, report))
    return told


def _send(period, day, person, told):
    """One digest in the inbox, read by most: every fifth stays unread."""
    at = local(day, hours_of(period.plan).send_at)
    message = Message.objects.create(
        key=f"digest:{day.isoformat()}:{Channel.INBOX}:{person.pk}",
        kind=Message.Kind.DIGEST,
        channel=Channel.INBOX,
        plan=period.plan,
        recipient=person,
        day=day,
        state=Message.State.SENT,
        planned_at=at,
        send_from=at,
        sent_at=at,
        opened_at=None if (person.pk + day.toordinal()) % 5 == 0 else at + READ_AFTER,
        is_demo=True,
    )
    rows = [
        Reminder(
            message=message,
            rule=rule,
            kind=rule.kind,
            subject=f"report:{report.pk}",
            scheduled_for=day,
            channel=Channel.INBOX,
            recipient=person,
            agency=report.agency,
            task=report.task,
            period=period,
            report=report,
            line=f"{report.agency.name}{report.subject}",
            url=report.get_absolute_url(),
            due_at=report.due_at,
            created_at=at,
            is_demo=True,
        )
        for rule, report in told
    ]
    Reminder.objects.bulk_create(rows)
    letter = compose(message, rows)
    Message.objects.filter(pk=message.pk).update(subject=letter.subject, text=letter.text)


OF_DEMO_PEOPLE = Q(is_demo=True) | Q(recipient__is_demo=True)
CHAPTERS.append(("提醒台账", make))
# Before everything of supervision and progress: they point down at it.
BORN[:0] = [
    Born(
        Reminder, OF_DEMO_PEOPLE | Q(report__is_demo=True) | Q(message__is_demo=True) | Q(urge__is_demo=True)
    ),
    Born(Message, OF_DEMO_PEOPLE | Q(urge__is_demo=True)),
    Born(Urge, Q(is_demo=True)),
]
