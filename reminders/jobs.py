"""Background jobs of reminders. Each finds its work in the database; a message only wakes a worker, so
running one twice, late, or from two timetables at once does no harm. `reminders.ticks` writes down how they
fare."""

from celery import shared_task
from django.utils import timezone

from reminders import planning, sending


@shared_task
def plan_today():
    """Write down what is to be sent today; how many messages are new."""
    now = timezone.now()
    return planning.plan_day(timezone.localdate(now), now)


@shared_task
def send_due():
    """Send what may go out; how many went."""
    return sending.send_due(timezone.now)


@shared_task
def reconcile_claims():
    """Look after messages whose worker died while sending; how many there were."""
    return sending.reconcile(timezone.now())
