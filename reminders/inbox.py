"""The inbox: what a person was told, and that they have read it. Nothing is ever thrown away here."""

from reminders import digests
from reminders.models import Message


def unread_of(user):
    """The rows the badge in the frame counts; none for visitors."""
    return Message.objects.unread_of(user) if user.is_authenticated else Message.objects.none()


def parts_of(message):
    """What a message tells of, each line with its address (digests.Part); none for news. One query."""
    if message.kind == Message.Kind.NEWS:
        return []
    reminders = list(
        message.reminders.filter(dropped_at__isnull=True).select_related("rule", "period").order_by("pk")
    )
    if message.kind == Message.Kind.DIGEST:
        return digests.parts_of(reminders, message.send_from)
    lines = [(each.line, each.url) for each in reminders]
    return [digests.Part("", lines)] if lines else []


def open_message(message, *, now):
    """Note that the recipient has opened it; the first time counts."""
    Message.objects.filter(pk=message.pk, opened_at__isnull=True).update(opened_at=now)


def open_all(user, *, up_to, now):
    """Mark as read what lay unread in the person's inbox when the page was made (`up_to`: the newest message
    it knew of, by pk); returns how many."""
    return Message.objects.unread_of(user).filter(pk__lte=up_to).update(opened_at=now)
