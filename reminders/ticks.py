"""The last run of every periodic job, written down as it happens. Imported when the app starts.

It listens to the workers themselves, so a job of any app ticks once it stands in the timetable. What goes
wrong here is logged by the worker and stops no job.
"""

from celery import current_app
from celery.signals import task_failure, task_prerun, task_success
from django.db.models import F
from django.utils import timezone

from reminders.models import JobTick

LONGEST_ERROR = JobTick._meta.get_field("error").max_length


def timetable():
    """{name of the job: its entry} of the timetable, each job once."""
    return {entry["task"]: entry for entry in current_app.conf.beat_schedule.values()}


@task_prerun.connect
def began(sender=None, **kwargs):
    """A job of the timetable starts."""
    _write(sender, started_at=timezone.now())


@task_success.connect
def ended(sender=None, result=None, **kwargs):
    """It went well; `result` says how many things it has done."""
    _write(sender, finished_at=timezone.now(), done=_how_many(result), error="", failures=0)


@task_failure.connect
def broke(sender=None, exception=None, **kwargs):
    """It failed: counted until it goes well again."""
    said = f"{type(exception).__name__}: {exception}"[:LONGEST_ERROR]
    _write(sender, finished_at=timezone.now(), error=said, failures=F("failures") + 1)


def _write(task, **values):
    if task.name not in timetable():
        return
    ticks = JobTick.objects.filter(name=task.name)
    if not ticks.update(**values):
        JobTick.objects.get_or_create(name=task.name)
        ticks.update(**values)


def _how_many(result):
    if isinstance(result, int):
        return max(0, result)
    return len(result) if isinstance(result, (list, tuple)) else 0
