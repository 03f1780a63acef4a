"""What the office changes about reminding: rules written, switched, taken out; the hours of sending.

Every change is a line of the trail. A rule that has spoken stays, because the ledger names it; it can only be
switched off.
"""

from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, ProtectedError

from agencies.audit import record
from agencies.duties import kinds
from agencies.permissions import Denied
from reminders import texts
from reminders.models import ReminderRule, SendingHours
from reminders.models.rules import Audience, Channel
from reminders.permissions import check_keep_rules

FURTHEST = 60
MOST_TIMES = 60
CHANNELS = (Channel.INBOX, Channel.MAIL, Channel.ROBOT)


class Changed(Exception):
    """Somebody else has changed the rule since it was read."""

    def __init__(self):
        super().__init__("这条规则刚刚被他人修改，您的内容没有保存。请核对最新内容后再提交。")


@dataclass(frozen=True)
class RuleContent:
    """What a rule says. offset, every: working days; audience, channels: values of Audience and Channel."""

    name: str
    kind: str
    offset: int
    every: int
    times: int
    audience: tuple[str, ...]
    channels: tuple[str, ...]
    line: str


# --- rules -------------------------------------------------------------------------------------


def check_content(content, plan, *, pk=None):
    """Raises ValidationError({field: sentence}) for everything that is wrong with a rule of `plan`."""
    wrong = {}
    kind = kinds().get(content.kind)
    if kind is None:
        wrong["kind"] = "请从列出的提醒事项中选择。"
    if not content.name:
        wrong["name"] = "请填写规则名称。"
    elif plan.reminder_rules.exclude(pk=pk).filter(name=content.name).exists():
        wrong["name"] = f"已经有名为“{content.name}”的规则，请换一个名称。"
    for check in (_check_time, _check_audience, _check_line):
        for field, sentence in check(content, kind):
            wrong.setdefault(field, sentence)
    if wrong:
        raise ValidationError(wrong)


def _check_time(content, kind):
    if not -FURTHEST <= content.offset <= FURTHEST:
        yield "offset", f"时间应在前后 {FURTHEST} 个工作日之内。"
    elif kind is not None and not kind.is_deadline and content.offset < 0:
        yield "offset", f"“{kind.label}”自{kind.anchor}算起，不能早于这一天，请选择“当天”或“之后”。"
    if not 1 <= content.times <= MOST_TIMES:
        yield "times", f"提醒次数应在 1 到 {MOST_TIMES} 之间。"
    elif content.times > 1 and not 1 <= content.every <= FURTHEST:
        yield "every", f"提醒不止一次时，请填写每隔几个工作日一次（1 到 {FURTHEST}）。"


def _check_audience(content, kind):
    if not content.audience:
        yield "audience", "请至少选择一种提醒对象，否则这条规则提醒不到任何人。"
    elif set(content.audience) - set(Audience.values):
        yield "audience", "请从列出的提醒对象中选择。机器不提醒单位主要负责同志和市领导。"
    elif kind is not None and not kind.roles and set(content.audience) != {Audience.OFFICE}:
        yield "audience", f"“{kind.label}”由办公室办理，提醒对象只能是办公室经办人。"
    if not content.channels:
        yield "channels", "请至少选择一个渠道，否则提醒发不出去。"
    elif set(content.channels) - set(CHANNELS):
        yield "channels", "请从列出的渠道中选择。"
    elif Channel.ROBOT in content.channels and set(content.audience) == {Audience.OFFICE}:
        yield "channels", "只提醒办公室的规则不发到群里，请去掉群机器人。"


def _check_line(content, kind):
    if not content.line:
        yield "line", "请填写提醒文字。"
        return
    try:
        texts.check(content.line)
    except ValidationError as error:
        yield "line", error.messages[0]
        return
    used = texts.used_in(content.line)
    if kind is not None and not kind.is_deadline and "截止时间" in used:
        yield "line", f"“{kind.label}”没有截止时间，请改用{{逾期天数}}（已等待的天数）。"
    elif kind is not None and kind.is_deadline and content.offset <= 0 and "逾期天数" in used:
        yield "line", "截止之前没有逾期天数，请改用{截止时间}。"


@transaction.atomic
def write_rule(plan, content, *, by, now, rule=None, revision=0):
    """A new rule of `plan`, switched off until somebody has looked at its preview; or `rule` with new
    content. revision: the one its editor saw. Returns the rule. Raises Denied, ValidationError by field,
    Changed."""
    check_keep_rules(by)
    check_content(content, plan, pk=rule.pk if rule else None)
    values = asdict(content) | {
        "audience": list(content.audience),
        "channels": list(content.channels),
        "every": content.every if content.times > 1 else 0,
    }
    if rule is None:
        last = plan.reminder_rules.order_by("-order").values_list("order", flat=True).first() or 0
        rule = ReminderRule.objects.create(plan=plan, order=min(last + 10, 9999), **values)
        record("新建提醒规则", rule, by=by, now=now, detail=_spoken(rule))
        return rule
    before = _spoken(rule)
    stands = ReminderRule.objects.filter(pk=rule.pk, revision=revision)
    if not stands.update(**values, revision=F("revision") + 1):
        raise Changed
    rule.refresh_from_db()
    record("修改提醒规则", rule, by=by, now=now, detail={"原": before, "新": _spoken(rule)})
    return rule


def _spoken(rule):
    """A rule as the trail keeps it."""
    kind = kinds().get(rule.kind)
    return {
        "名称": rule.name,
        "事项": kind.label if kind else rule.kind,
        "时间": when_in_words(rule),
        "对象": "、".join(Audience(each).label for each in rule.audience),
        "渠道": "、".join(Channel(each).label for each in rule.channels),
        "文字": rule.line,
    }


@transaction.atomic
def switch(rule, is_on, *, by, now):
    """启用 or 停用; of a rule that is so already nothing is changed or noted. Raises Denied."""
    check_keep_rules(by)
    if is_on and rule.kind not in kinds():
        raise Denied("这条规则的提醒事项已不存在，不能启用。")
    if ReminderRule.objects.filter(pk=rule.pk, is_on=not is_on).update(is_on=is_on):
        record("启用提醒规则" if is_on else "停用提醒规则", rule, by=by, now=now)


@transaction.atomic
def remove(rule, *, by, now):
    """Take out a rule that has never spoken. Raises Denied."""
    check_keep_rules(by)
    record("删除提醒规则", rule, by=by, now=now, detail=_spoken(rule))
    try:
        rule.delete()
    except ProtectedError as kept:
        raise Denied("这条规则已经发过提醒，台账要留存，不能删除；不用时停用即可。") from kept


def when_in_words(rule):
    """“截止时间前 5 个工作日”, “提交审签后第 1 个工作日起，每 2 个工作日一次，共 4 次”."""
    kind = kinds().get(rule.kind)
    anchor = kind.anchor if kind else "截止时间"
    if rule.offset < 0:
        when = f"{anchor}前 {-rule.offset} 个工作日"
    elif rule.offset == 0:
        when = f"{anchor}当天" if kind is None or kind.is_deadline else anchor
    else:
        when = f"{anchor.removesuffix('时')}后第 {rule.offset} 个工作日"
    if rule.times == 1:
        return when
    return f"{when}起，每 {rule.every} 个工作日一次，最多 {rule.times} 次"


# --- the hours ---------------------------------------------------------------------------------


@transaction.atomic
def set_hours(plan, *, send_at, quiet_from, quiet_until, working_days_only, by, now):
    """When the machines of `plan` may speak; returns the SendingHours. What is planned already keeps its
    hour. Raises Denied, ValidationError({field: sentence})."""
    check_keep_rules(by)
    if quiet_from == quiet_until:
        raise ValidationError({"quiet_until": "免打扰的开始和结束不能是同一时刻。"})
    hours = {
        "send_at": send_at,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "working_days_only": working_days_only,
    }
    kept, _ = SendingHours.objects.update_or_create(plan=plan, defaults=hours)
    detail = {
        "每日发送": f"{send_at:%H:%M}",
        "免打扰": f"{quiet_from:%H:%M}—{quiet_until:%H:%M}",
        "只在工作日": working_days_only,
    }
    record("设定发送时间", kept, by=by, now=now, detail=detail)
    return kept
