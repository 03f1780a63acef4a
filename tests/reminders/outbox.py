"""Messages ready to be sent, made without planning."""

from datetime import timedelta

from reminders.models import Message, Reminder, ReminderRule
from reminders.models.rules import Channel


def make_message(recipient, channel=Channel.MAIL, *, now, **fields):
    """A planned message that may go out at `now`: news, unless `fields` say otherwise."""
    number = Message.objects.count() + 1
    given = {
        "key": f"test:{number}",
        "kind": Message.Kind.NEWS,
        "day": now.date(),
        "subject": f"第{number}条消息",
        "text": "一项工作有了新进展。",
        "url": "/work/",
        "planned_at": now,
        "send_from": now - timedelta(minutes=1),
    }
    return Message.objects.create(recipient=recipient, channel=channel, **(given | fields))


def make_digest(recipient, reports, channel=Channel.MAIL, *, now, **fields):
    """A digest that reminds of these returns."""
    plan = reports[0].period.plan
    rule, _ = ReminderRule.objects.get_or_create(
        plan=plan,
        name="截止前提醒",
        defaults={
            "kind": "return",
            "offset": -3,
            "audience": ["reporter"],
            "channels": [channel],
            "line": "{任务}",
            "is_on": True,
        },
    )
    message = make_message(recipient, channel, now=now, kind=Message.Kind.DIGEST, plan=plan, **fields)
    for report in reports:
        Reminder.objects.create(
            message=message,
            rule=rule,
            kind="return",
            subject=f"report:{report.pk}",
            scheduled_for=message.day,
            channel=channel,
            recipient=recipient,
            agency=report.agency,
            task=report.task,
            period=report.period,
            report=report,
            line=f"第{report.task.number}项",
            due_at=report.due_at,
            created_at=now,
        )
    return message
