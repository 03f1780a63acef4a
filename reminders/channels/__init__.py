"""The ways a message may leave, one module each; `CHANNELS` is the register."""

from reminders.models import Robot
from reminders.models.rules import Channel

from . import dingtalk, inbox, mail, signed_json, wecom

# What a message's channel, or the form of its robot, is called: the module that sends it.
CHANNELS = {
    Channel.INBOX: inbox,
    Channel.MAIL: mail,
    Robot.Form.WECOM: wecom,
    Robot.Form.DINGTALK: dingtalk,
    Robot.Form.JSON: signed_json,
}


def channel_of(message):
    """The module that sends this message (reminders.models.Message, with its robot)."""
    return CHANNELS[message.robot.form if message.robot_id else message.channel]


def problem_of(channel):
    """Why nothing can be sent by this Channel now, as a sentence for the office; "" where it can.

    Who plans messages asks here first: what cannot leave is not planned, and the rule's page says why.
    """
    if channel == Channel.ROBOT:
        return wecom.problem()
    return CHANNELS[channel].problem() if channel in CHANNELS else "由人办理，系统不发送。"
