"""More of what the pages of reminders list: messages in inboxes, and reminders with what became of them."""

from agencies.duties import kinds
from progress.models import ProgressReport
from reminders.models import Message, Reminder, ReminderRule, Robot, Urge
from tests import factories
from tests.cast import body

AT = factories.BEFORE_DUE
READERS = ("reporter", "approver", "office", "colleague")


def remind(world):
    """One more message to each of a few people, about one return: sent by rule and by hand, told by
    telephone; and one more rule of each kind. Returns the first message."""
    _rules(world.period.plan)
    report = ProgressReport.objects.filter(agency__code="fgw", period=world.period).first()
    urge = Urge.objects.create(
        plan=report.period.plan, period=report.period, way="message", at=AT, by=world.people["office"]
    )
    messages = [_message(urge, world.people[who]) for who in READERS]
    for message in messages:
        _reminder(report, urge, message=message, recipient=message.recipient)
    called = Urge.objects.create(plan=urge.plan, way="phone", at=AT, by=urge.by, words="请尽快报送")
    _reminder(report, called, channel="phone")
    return messages[0]


def _rules(plan):
    place = plan.reminder_rules.count()
    said = {
        "audience": ["reporter", "office"],
        "channels": ["inbox", "mail"],
        "line": "{任务}",
        "is_on": True,
    }
    ReminderRule.objects.bulk_create(
        ReminderRule(plan=plan, name=f"{kind}{place}", kind=kind, offset=1, **said) for kind in kinds()
    )


def leave_unsent(world):
    """One more robot, with a message it did not take and one nobody knows of, and a letter that failed."""
    number = Robot.objects.count()
    robot = Robot.objects.create(
        name=f"第{number}群", form="wecom", url="https://qyapi.weixin.qq.com/x", agency=body("fgw")
    )
    said = {"kind": "digest", "plan": world.period.plan, "day": AT.date(), "planned_at": AT, "send_from": AT}
    for place, who in (("robot", {"robot": robot}), ("mail", {"recipient": world.people["reporter"]})):
        for state in ("failed", "doubtful"):
            key = f"unsent:{number}:{place}:{state}"
            Message.objects.create(key=key, channel=place, state=state, error="没有回执。", **said, **who)


def _message(urge, user):
    return Message.objects.create(
        key=f"urge:{urge.pk}:inbox:{user.pk}",
        kind="urge",
        channel="inbox",
        plan=urge.plan,
        urge=urge,
        recipient=user,
        day=AT.date(),
        subject="催报",
        text="请尽快报送",
        url="/work/",
        state="sent",
        planned_at=AT,
        send_from=AT,
        sent_at=AT,
    )


def _reminder(report, urge, channel="inbox", **more):
    return Reminder.objects.create(
        urge=urge,
        kind="return",
        subject=f"report:{report.pk}",
        scheduled_for=AT.date(),
        channel=channel,
        agency=report.agency,
        task=report.task,
        period=report.period,
        report=report,
        line="第1项",
        due_at=report.due_at,
        created_at=AT,
        **more,
    )
