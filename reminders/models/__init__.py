"""WHO is nudged: the rules, the messages that carry reminders, the ledger, and how the jobs fare."""

from .jobs import JobTick
from .messages import ChannelChoice, Message, Reminder, Robot, Urge
from .rules import ReminderRule, SendingHours

__all__ = [
    "ChannelChoice",
    "JobTick",
    "Message",
    "Reminder",
    "ReminderRule",
    "Robot",
    "SendingHours",
    "Urge",
]
