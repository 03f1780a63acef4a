"""News into the inbox: what happened to one's own things, one message a person, never to leaders or
administrators. It is not mailed, since the digest of the day carries what still has to be done; but what
cannot wait for that (a question due within hours) goes as a letter at once."""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone

from agencies.models import Post, Role, User
from agencies.reach import News, people_at
from progress.models import ProgressReport
from reminders.channels import problem_of
from reminders.choices import refusing
from reminders.models import Message
from reminders.models.rules import Channel
from tasks.knowing import people_knowing

State = ProgressReport.State
# Older moves are history (补录, the demonstration's past quarters), not news.
NEWS_FOR = timedelta(days=30)
LONGEST_TITLE = Message._meta.get_field("subject").max_length


def deliver(news):
    """Put `news` (agencies.reach.News) into the inbox of each of its people, inside the caller's transaction.

    Keys are "<news.key>:inbox:<user>", so telling it twice writes it once. Leaders are never told by a
    machine; administrators have no part in the business; who holds no post today is told nothing. What
    is hasty is planned as a letter too, for those who take letters.
    """
    people = sorted(_to_be_told(news.people, news.now))
    sent = {"state": Message.State.SENT, "sent_at": news.now, "text": news.text}
    messages = [_message(news, user, Channel.INBOX, **sent) for user in people]
    if news.hasty and not problem_of(Channel.MAIL):
        where = f"{settings.SITE_URL}{news.url}"
        text = f"{news.title}\n\n{news.text}\n\n{where}".replace("\n\n\n\n", "\n\n")
        messages += [_message(news, user, Channel.MAIL, text=text) for user in _taking_letters(people)]
    Message.objects.bulk_create(messages, ignore_conflicts=True)


def _message(news, user, channel, **said):
    return Message(
        key=f"{news.key}:{channel}:{user}",
        kind=Message.Kind.NEWS,
        channel=channel,
        recipient_id=user,
        day=timezone.localdate(news.now),
        subject=news.title[:LONGEST_TITLE],
        url=news.url,
        planned_at=news.now,
        send_from=news.now,
        is_demo=news.is_demo,
        **said,
    )


def _taking_letters(people):
    """Those of `people` (user ids) who have an address and have not refused letters; two queries."""
    with_address = User.objects.filter(pk__in=people).exclude(email="").values_list("pk", flat=True)
    return sorted(set(with_address) - refusing(Channel.MAIL, people))


def is_history(news, real_now):
    """Whether it is of the demonstration's past, which nobody needs to be told of."""
    return news.is_demo and real_now - news.now > NEWS_FOR


def tell_of_move(report, step, *, real_now):
    """Put the news of a report's move (`of_move`) into the inboxes. What is accepted in one day is one quiet
    message a period: an evening of reviewing must not leave twenty of them."""
    news = of_move(report, step, real_now=real_now)
    if news is None:
        return
    if step.verb == "accept":
        _add_to_the_days(news, report)
    else:
        deliver(news)


def _add_to_the_days(news, report):
    """A line in the day's message, as long as that is unread; after that a message of its own."""
    of_day = f"accepted:{report.period_id}:{timezone.localdate(news.now)}"
    title = f"{report.period.label}：已采用的内容"
    deliver(replace(news, key=of_day, title=title, text=news.title))
    keys = [f"{of_day}:inbox:{user}" for user in news.people]
    alone = set()
    for message in Message.objects.filter(key__in=keys).exclude(text__contains=news.title):
        unread = Message.objects.filter(pk=message.pk, opened_at__isnull=True)
        line = Concat(F("text"), Value(f"\n{news.title}"))
        if not unread.update(text=line, url=reverse("progress:home"), planned_at=news.now, sent_at=news.now):
            alone.add(message.recipient_id)
    deliver(replace(news, people=frozenset(alone)))


def _to_be_told(people, now):
    roles = {}
    posts = Post.objects.on(timezone.localdate(now)).filter(user__in=people, user__is_active=True)
    for user, role in posts.values_list("user", "role"):
        roles.setdefault(user, set()).add(role)
    return {user for user, held in roles.items() if Role.LEADER not in held and held != {Role.ADMIN}}


def of_move(report, step, *, real_now):
    """The News of a report's move, or None where it concerns nobody or is long past.

    Returned, accepted, reopened, corrected: the body's reporters. Submitted: its approvers, but not who
    submitted. real_now: the clock's instant, to tell news from history.
    """
    if real_now - step.at > NEWS_FOR:
        return None
    role, title, text = _words(report, step)
    if role is None:
        return None
    people = people_at([report.agency_id], role, now=step.at)[report.agency_id] - {step.by_id}
    if report.task_id and report.task.is_sensitive:
        # A duty on it that has ended tells its body nothing more.
        people &= people_knowing([report.task_id], now=step.at)[report.task_id]
    if not people:
        return None
    key = f"step:{step.pk}"
    return News(key, people, title, text, report.get_absolute_url(), step.at, report.is_demo)


def _words(report, step):
    """(who at the body is told, title, text); (None, …) for moves that are no news to anybody."""
    what = f"{report.period.label}{_subject(report)}"
    reason = f"意见：{step.reason}" if step.reason else ""
    if step.verb == "submit" and step.to_state == State.AWAITING_APPROVAL:
        return Role.APPROVER, f"{what}待您审签", f"{step.by}已提交，请审签或退回修改。"
    if step.verb == "send_back":
        return Role.REPORTER, f"{what}被{_who(report, step)}退回", f"{reason}\n请修改后重新提交。"
    if step.verb == "reopen":
        return Role.REPORTER, f"{what}被{_who(report, step)}重新打开", f"{reason}\n请修改后重新提交。"
    if step.verb == "accept":
        return Role.REPORTER, f"{what}已被{_who(report, step)}采用", ""
    if step.verb == "correct":
        return Role.REPORTER, f"{what}已按申请更正", reason
    return None, "", ""


def _who(report, step):
    """Who moved it, as its body calls them: what the own approver says stays inside the body, and so does
    this message."""
    if step.verb == "send_back" and not step.is_said_aloud:
        return f"本单位审核人{step.by}"
    return "牵头单位" if report.is_contribution else "市领导小组办公室"


def _subject(report):
    return f"第{report.task.number}项“{report.task.title}”" if report.task_id else report.short_subject
