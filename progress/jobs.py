"""Background jobs of progress. Each finds its work in the database; a message only wakes a worker."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from progress import demonstration
from progress.periods import open_due


@shared_task
def open_due_periods():
    """Open the reporting periods whose time has come; in a demonstration they belong to it."""
    return [period.code for period in open_due(timezone.now(), demo=settings.DEMO)]


@shared_task
def build_demonstration():
    """Go on with the demonstration history, if one was asked for and nobody is at it."""
    return demonstration.build(now=timezone.now())
