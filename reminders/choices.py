"""Through which channels a person wants to be reached. 站内消息 cannot be refused: one may choose the way,
but not opt out of the duty."""

from django.db import transaction

from agencies import audit
from reminders.models import ChannelChoice
from reminders.models.rules import Channel

# What a person may say no to; robots speak to groups, not to persons.
CHOOSABLE = (Channel.MAIL,)


def refusing(channel, users=None):
    """Ids of the people who said no to `channel`; of `users` (ids) only, where given. One query.

    Who said nothing takes what the rule says. Nobody can refuse 站内消息.
    """
    said_no = ChannelChoice.objects.filter(channel=channel, is_on=False)
    if users is not None:
        said_no = said_no.filter(user__in=users)
    return set(said_no.values_list("user", flat=True))


def choices_of(user):
    """{channel: yes or no} of everything the person may choose; yes where nothing was said. One query."""
    said = dict(user.channel_choices.values_list("channel", "is_on"))
    return {channel: said.get(channel, True) for channel in CHOOSABLE}


@transaction.atomic
def choose(user, wanted, *, by, now):
    """Keep what the person chose: {channel: yes or no}. Says nothing in the trail where nothing changes."""
    before = choices_of(user)
    after = {channel: bool(wanted.get(channel, True)) for channel in CHOOSABLE}
    if after == before:
        return
    for channel, is_on in after.items():
        ChannelChoice.objects.update_or_create(user=user, channel=channel, defaults={"is_on": is_on})
    detail = {"from": before, "to": after}
    audit.record("选择接收渠道", user, by=by, now=now, detail=detail)
