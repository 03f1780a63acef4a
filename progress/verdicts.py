"""审定: the office's word on the lamps of a period."""

from progress.models import TaskVerdict


def mark_stale(task, period, now):
    """An accepted return was opened again: the confirmed verdict no longer rests on it."""
    TaskVerdict.objects.filter(task=task, period=period, stale_at__isnull=True).update(stale_at=now)
