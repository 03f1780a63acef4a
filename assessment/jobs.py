"""Background jobs of assessment. Each finds its work in the database; a message only wakes a worker."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from assessment import assembling

log = logging.getLogger(__name__)


@shared_task
def gather_reports():
    """Go on with the reports that were asked for and that nobody is at."""
    return assembling.work(timezone.now)


def wake():
    """Have a worker look now; without a broker the timetable finds the work a little later."""
    try:
        gather_reports.delay()
    except (OperationalError, OSError):
        log.warning("no message could be left for a worker; the timetable will find the report")
