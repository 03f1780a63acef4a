"""What reminders listen to. Imported when the app starts."""

import logging

from django.db import Error
from django.dispatch import receiver
from django.utils import timezone

from agencies.reach import told
from progress.figures import URGED
from progress.frame import BADGES
from progress.workflow import report_moved
from reminders import inbox, operations, owed
from reminders import news as _news

log = logging.getLogger(__name__)

BADGES["inbox"] = inbox.unread_of
BADGES["unsent"] = operations.unsent_of
URGED.append(owed.urged_reports)


@receiver(told)
def deliver(sender, news, **kwargs):
    """Inside the transaction of what happened: told if and only if it happened."""
    if not _news.is_history(news, timezone.now()):
        _news.deliver(news)


@receiver(report_moved)
def tell_of_move(sender, report, step, **kwargs):
    """After the move is kept. A message that cannot be written must not make a done deed look failed."""
    try:
        _news.tell_of_move(report, step, real_now=timezone.now())
    except Error:
        log.exception("news of step %s was not told", step.pk)
