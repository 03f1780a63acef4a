"""Whom nothing reaches: people without an e-mail address, bodies with nobody in post, rules with nobody."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q
from django.utils import timezone

from agencies import duties
from agencies.models import Agency, Post, Role, User
from agencies.reach import people_at
from reminders import texts
from reminders.channels import problem_of
from reminders.models import ReminderRule
from reminders.models.rules import Audience, Channel
from supervision.models import SupervisionOrder
from tasks.models import Assignment

# Whom machines may remind by their post.
REMINDED = (Role.REPORTER, Role.APPROVER, Role.OFFICE)


def without_mail(now):
    """Active people in a post that may be reminded who have no e-mail address, with `posts_today` at hand:
    their posts at bodies."""
    today = Post.objects.on(timezone.localdate(now))
    held = today.filter(role__in=REMINDED).values("user")
    shown = Prefetch("posts", today.filter(agency__isnull=False).select_related("agency"), "posts_today")
    people = User.objects.filter(is_active=True, email="", pk__in=held).order_by("username")
    return people.prefetch_related(shown)


def bodies_with_nobody(now):
    """Bodies with a duty today or an order in hand and neither reporter nor approver; a fixed number of
    queries."""
    owing = Assignment.objects.on(timezone.localdate(now)).order_by().values("agency")
    ordered = SupervisionOrder.objects.open().order_by().values("agency")
    bodies = list(Agency.objects.filter(Q(pk__in=owing) | Q(pk__in=ordered)))
    people = people_at([body.pk for body in bodies], Role.REPORTER, Role.APPROVER, now=now)
    return [body for body in bodies if not people[body.pk]]


@dataclass(frozen=True)
class DeafRule:
    """A rule that is on and reaches nobody, or not as it says."""

    rule: ReminderRule
    why: str


def deaf_rules():
    """The DeafRules of all plans; one query."""
    problems = {channel: problem_of(channel) for channel in Channel.values}
    on = ReminderRule.objects.filter(is_on=True).select_related("plan")
    return [DeafRule(rule, why) for rule in on if (why := _why_deaf(rule, problems))]


def _why_deaf(rule, problems):
    if not set(rule.audience) & set(Audience.values):
        return "没有选择提醒对象。"
    try:
        texts.check(rule.line)
    except ValidationError as wrong:
        return wrong.messages[0]
    if not rule.channels:
        return "没有选择渠道。"
    if rule.kind not in duties.kinds():
        return "提醒事项已不存在。"
    labels = dict(Channel.choices)
    said = [f"{labels.get(each, each)}：{problems[each]}" for each in rule.channels if problems.get(each)]
    return "".join(said)
