"""群机器人: kept by the office and the administrator.

Address and secret are keys to the group: they are used, never shown again, and not told in the trail.
"""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import get_random_string

from agencies import audit
from reminders.channels import CHANNELS
from reminders.channels.shape import Outcome, Outgoing, Result
from reminders.channels.webhook import Unusable, check_address
from reminders.models import Robot
from reminders.permissions import check_operate
from reminders.sending import absolute

TRIAL = "这是一条测试消息：宿州市推进长三角一体化发展三年行动计划运行系统可以向本群发送提醒。"


def check_robot(form, url, secret):
    """Raises ValidationError by field where such a robot could never speak."""
    try:
        check_address(url)
    except Unusable as error:
        raise ValidationError({"url": str(error)}) from error
    if form == Robot.Form.JSON and len(secret) < 16:
        raise ValidationError({"secret": "通用 JSON 须填至少 16 个字符的密钥，用于签名。"})


@transaction.atomic
def keep(robot, *, by, now):
    """Save a new or changed Robot whose fields are set. Raises ValidationError, Denied."""
    check_operate(by)
    check_robot(robot.form, robot.url, robot.secret)
    verb = "修改群机器人" if robot.pk else "新增群机器人"
    robot.save()
    detail = {"form": robot.form, "host": host_of(robot), "agency": robot.agency and robot.agency.code}
    audit.record(verb, robot, by=by, now=now, detail=detail)


@transaction.atomic
def switch(robot, is_on, *, by, now):
    """Turn it on or off; nothing where it is so already."""
    check_operate(by)
    if Robot.objects.filter(pk=robot.pk, is_on=not is_on).update(is_on=is_on):
        audit.record("启用群机器人" if is_on else "停用群机器人", robot, by=by, now=now)


def try_out(robot, *, by, now):
    """Send a test message at once; the Outcome. It is no reminder and leaves no message behind."""
    check_operate(by)
    module = CHANNELS[robot.form]
    problem = module.problem()
    outgoing = Outgoing(
        id=f"<trial-{get_random_string(20)}@suzhou-plan.invalid>",
        subject="测试消息",
        text=TRIAL,
        url=absolute(reverse("progress:home")),
        endpoint=robot.url,
        secret=robot.secret,
    )
    outcome = Outcome(Result.REFUSED, problem) if problem else module.send(outgoing)
    detail = {"result": outcome.result, "reason": outcome.reason}
    audit.record("测试群机器人", robot, by=by, now=now, detail=detail)
    return outcome


def host_of(robot):
    """The host it speaks to: all of its address that may be shown."""
    return urlsplit(robot.url).hostname or ""
