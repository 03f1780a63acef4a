"""Background jobs of supervision. Each finds its work in the database; a message only wakes a worker."""

from celery import shared_task
from django.utils import timezone

from supervision import raising


@shared_task
def raise_missing_problems():
    """Raise the problems of returns that left while nobody was there to hear it."""
    return len(raising.raise_missing(timezone.now()))
