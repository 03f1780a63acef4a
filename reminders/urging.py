"""催报 by a person's hand: the exact words before they go, and the rows of what went, all in one transaction.

Whom it reaches is what a machine may reach too (`audiences`): who can do something about the thing, and the
联络员. A unit's head (责任领导, 分管负责同志) is written to only where a person ticks the name.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from agencies import audit
from agencies.models import Agency, AgencySuccession, Contact, Post, Role, User
from reminders import choices
from reminders.audiences import Audiences, may_say
from reminders.channels import problem_of
from reminders.models import Message, Reminder, Robot, Urge
from reminders.models.rules import Audience, Channel
from reminders.owed import Owed, kinds_of_bodies, owed_now
from reminders.permissions import check_urge
from reminders.urge_texts import group_text, letter_text
from tasks.knowing import people_knowing

HEADS = (Contact.Kind.RESPONSIBLE_LEADER, Contact.Kind.DEPUTY)
AUDIENCE_OF = {Role.REPORTER: Audience.REPORTER, Role.APPROVER: Audience.APPROVER}
NOTHING_LEFT = "所选事项都已办理，不用再催。"


@dataclass(frozen=True)
class _Reached:
    """Whom a thing of a kind is told to, as `Audiences.people` asks a rule."""

    audience: tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    """What one person would get. mail: the address a copy goes to, or ""; why_no_mail: why there is none.
    is_head: a unit's head, only by a tick."""

    user: User
    owed: tuple[Owed, ...]
    mail: str
    why_no_mail: str
    is_head: bool = False

    @property
    def agencies(self):
        return list(dict.fromkeys(each.agency for each in self.owed))

    @property
    def subject(self):
        kinds = {each.kind.name: each.kind for each in self.owed}
        if len(kinds) == 1:
            return f"催报：{next(iter(kinds.values())).label} {len(self.owed)} 项"
        return f"催报：{len(self.owed)} 项待办理"

    def text(self, words, by, now, *, outside=False):
        return letter_text(words, self.owed, by, now, outside=outside)

    @property
    def hides_in_mail(self):
        """Whether the copy by mail names less than the inbox does: a sensitive task stays in the house."""
        return bool(self.mail) and any(each.item.is_sensitive for each in self.owed)

    @property
    def url(self):
        return self.owed[0].item.url if len(self.owed) == 1 else reverse("progress:home")


@dataclass(frozen=True)
class Preview:
    """What would happen. silent: {body: why nobody there is reached}; gone: how many of the chosen things are
    done meanwhile; robots: the group robots that may say it, each with what it would say."""

    owed: tuple[Owed, ...]
    letters: tuple[Letter, ...]
    heads: tuple[Letter, ...]
    silent: dict[Agency, str]
    gone: int
    robots: tuple[tuple[Robot, tuple[Owed, ...]], ...]
    mail_problem: str


def chosen(plan, keys, now):
    """The `Owed` that `keys` name, as they stand now. keys: "return:report:12", or the thing alone
    ("report:12"), which finds it whatever is due of it, once."""
    keys = list(dict.fromkeys(keys))
    announced = kinds_of_bodies()
    named = {key.partition(":")[0] for key in keys}
    kinds = named if named <= set(announced) else None
    found, seen = [], set()
    for each in owed_now(plan, now, kinds):
        if each.key in keys or (each.item.subject in keys and each.item.subject not in seen):
            found.append(each)
            seen.add(each.item.subject)
    return found


# --- the preview ----------------------------------------------------------------------------------


def preview(plan, keys, *, by, now):
    """The Preview of urging for `keys`; reads only. Raises Denied, ValidationError where nothing is left."""
    check_urge(by)
    keys = list(dict.fromkeys(keys))
    owed = chosen(plan, keys, now)
    if not owed:
        raise ValidationError(NOTHING_LEFT if keys else "请先选择要催报的事项。")
    reach = _Reach(owed, now)
    return Preview(
        owed=tuple(owed),
        letters=reach.letters,
        heads=reach.heads,
        silent=reach.silent,
        gone=max(0, len(keys) - len(owed)),
        robots=reach.robots,
        mail_problem=problem_of(Channel.MAIL),
    )


class _Reach:
    """Who is reached for these things; a fixed number of queries."""

    def __init__(self, owed, now):
        self.owed, self.now = owed, now
        self.today = timezone.localdate(now)
        self.mail_problem = problem_of(Channel.MAIL)
        audiences = Audiences([each.item for each in owed], now)
        by_user, self.silent = {}, {}
        for each in owed:
            people = audiences.people(_reached_by(each.kind), each.item)
            for user in people:
                by_user.setdefault(user, []).append(each)
            if not people:
                self.silent.setdefault(each.agency, _why_silent(each))
        heads = {user: mine for user, mine in self._heads().items() if user not in by_user}
        users = User.objects.in_bulk({*by_user, *heads})
        self.refusing = choices.refusing(Channel.MAIL, users)
        self.letters = self._letters(by_user, users)
        self.heads = self._letters(heads, users, is_head=True)
        self.robots = self._robots()

    def _letters(self, by_user, users, *, is_head=False):
        named = sorted(by_user.items(), key=lambda each: (each[1][0].agency.order, users[each[0]].username))
        return tuple(self._letter(users[user], tuple(owed), is_head) for user, owed in named)

    def _letter(self, user, owed, is_head):
        why = ""
        if not user.email:
            why = "没有登记邮箱"
        elif user.pk in self.refusing:
            why = "本人选择不收邮件"
        elif self.mail_problem:
            why = "系统没有配置发信服务器"
        return Letter(user, owed, "" if why else user.email, why, is_head)

    def _heads(self):
        """{user id: what their body owes} of the heads with an account; never a 市领导, and of a sensitive
        task only where they may know of it."""
        chains = AgencySuccession.objects.acting().chains()
        acting = {each.agency.pk: {each.agency.pk} for each in self.owed}
        for old, new in chains:
            if old in acting:
                acting[old].add(new)
        leaders = Post.objects.on(self.today).filter(role=Role.LEADER).values("user")
        contacts = Contact.objects.on(self.today).filter(
            kind__in=HEADS, user__is_active=True, agency__in=set().union(*acting.values())
        )
        named = list(contacts.exclude(user__in=leaders).values_list("user", "agency"))
        secret = {each.item.task for each in self.owed if each.item.is_sensitive and each.item.task}
        knowing = people_knowing(secret, now=self.now)
        found = {}
        for user, agency in named:
            mine = [
                each
                for each in self.owed
                if agency in acting[each.agency.pk] and _may_know(user, each, knowing)
            ]
            if mine and user not in found:
                found[user] = mine
        return found

    def _robots(self):
        """As the rules' robots: a body's own group hears what is its own, a group of several bodies what
        everybody may know, no group a sensitive thing."""
        found = []
        for robot in Robot.objects.filter(is_on=True):
            said = tuple(each for each in self.owed if may_say(robot.agency_id, each.item))
            if said:
                found.append((robot, said))
        return tuple(found)


def _reached_by(kind):
    return _Reached((*(AUDIENCE_OF[role] for role in kind.roles if role in AUDIENCE_OF), Audience.LIAISON))


def _why_silent(owed):
    if owed.item.is_sensitive:
        return "没有可以知悉该事项的在岗人员，请电话联系。"
    names = "、".join(role.label for role in owed.kind.roles)
    return f"没有在岗的{names}，也没有带账号的联络员，请电话联系，或请系统管理员设置岗位。"


def _may_know(user, owed, knowing):
    return not owed.item.is_sensitive or user in knowing.get(owed.item.task, ())


# --- sending --------------------------------------------------------------------------------------


@transaction.atomic
def send(plan, keys, *, words, to, heads=(), mail=True, robots=(), token, by, now):
    """Write the Urge, its Messages and Reminders: in the inbox at once, the rest planned for
    `reminders.sending`. Returns (urge, whether this call made it): the same `token` again sends nothing.

    to, heads: ids of people out of the Preview's letters and heads; robots: ids of robots out of it. Raises
    Denied; ValidationError where nothing is left to urge for or nobody is chosen.
    """
    check_urge(by)
    before = Urge.objects.filter(token=token, by=by).first()
    if before is not None:
        return before, False
    found = preview(plan, keys, by=by, now=now)
    letters = [each for each in found.letters if each.user.pk in to]
    chosen_heads = [each for each in found.heads if each.user.pk in heads]
    groups = [each for each in found.robots if each[0].pk in robots]
    if not letters and not chosen_heads and not groups:
        raise ValidationError("没有选择收件人。")
    urge, is_new = make_urge(
        plan, found.owed, Urge.Way.MESSAGE, words, token, by=by, now=now, to_heads=bool(chosen_heads)
    )
    if not is_new:
        return urge, False
    said = {each.user.pk: each for each in (*chosen_heads, *letters)}
    messages = [each for letter in said.values() for each in _messages(urge, letter, words, mail, by, now)]
    for robot, owed in groups:
        messages.append((_message(urge, Channel.ROBOT, words, owed, by, now, robot=robot), owed))
    _write(urge, messages, now)
    audit.record(
        "催报",
        urge,
        by=by,
        now=now,
        detail={
            "items": len(found.owed),
            "people": len(said),
            "heads": [str(each.user) for each in chosen_heads],
            "groups": [robot.name for robot, _ in groups],
        },
    )
    return urge, True


def make_urge(plan, owed, way, words, token, *, by, now, at=None, **more):
    """(the Urge of this token, whether it is new)."""
    periods = {each.item.period for each in owed}
    made = {
        "plan": plan,
        "period_id": next(iter(periods)) if len(periods) == 1 else None,
        "way": way,
        "at": at or now,
        "by": by,
        "words": words.strip(),
        "is_demo": _is_demo(owed, by),
        **more,
    }
    return Urge.objects.get_or_create(token=token, defaults=made)


def _is_demo(owed, by):
    return by.is_demo or any(each.item.is_demo for each in owed)


def _messages(urge, letter, words, mail, by, now):
    """[(Message, what it tells of)] of one person: in the inbox, and by mail where it was asked for and can
    go."""
    channels = [Channel.INBOX, Channel.MAIL] if mail and letter.mail else [Channel.INBOX]
    return [
        (_message(urge, channel, words, letter.owed, by, now, letter=letter), letter.owed)
        for channel in channels
    ]


def _message(urge, channel, words, owed, by, now, *, letter=None, robot=None):
    """The row; in the inbox it has arrived by being written."""
    is_inbox = channel == Channel.INBOX
    whose = letter.user.pk if letter else f"r{robot.pk}"
    said = letter or Letter(None, owed, "", "")
    return Message(
        key=f"urge:{urge.pk}:{channel.value}:{whose}",
        kind=Message.Kind.URGE,
        channel=channel,
        plan=urge.plan,
        recipient=letter.user if letter else None,
        robot=robot,
        urge=urge,
        day=timezone.localdate(now),
        subject=said.subject,
        text=group_text(owed, words, by, now) if robot else said.text(words, by, now, outside=not is_inbox),
        url="" if robot else said.url,
        state=Message.State.SENT if is_inbox else Message.State.PLANNED,
        planned_at=now,
        send_from=now,
        sent_at=now if is_inbox else None,
        is_demo=urge.is_demo,
    )


def _write(urge, messages, now):
    Message.objects.bulk_create([message for message, _ in messages])
    rows = [
        reminder_of(urge, each, now, message.channel, message=message)
        for message, owed in messages
        for each in owed
    ]
    Reminder.objects.bulk_create(rows)


def reminder_of(urge, owed, now, channel, *, message=None):
    """The line of the ledger of one thing urged for, unsaved. message: what told of it; None for words
    spoken or pasted."""
    item = owed.item
    return Reminder(
        message=message,
        urge=urge,
        kind=owed.kind.name,
        subject=item.subject,
        scheduled_for=timezone.localdate(now),
        channel=channel,
        recipient=message.recipient if message else None,
        robot=message.robot if message else None,
        agency=owed.agency,
        task_id=item.task,
        period_id=item.period,
        report_id=item.report,
        line=owed.line,
        url=item.url,
        due_at=owed.due_at,
        created_at=now,
        is_demo=urge.is_demo,
    )
