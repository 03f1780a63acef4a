"""The background application and its single timetable.

A message only wakes a worker: every job finds its work in the database, so running one twice, or
late, or from two timetables at once does no harm.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suzhou_plan.settings")

app = Celery("suzhou_plan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")

app.conf.beat_schedule = {
    "open due periods": {
        "task": "progress.jobs.open_due_periods",
        "schedule": crontab(minute="*/10"),
    },
    # Finds a history that was asked for and is not finished; there is none outside demonstrations.
    "build demonstration": {
        "task": "progress.jobs.build_demonstration",
        "schedule": 60.0,
    },
    # From before the usual hour of sending until the evening: rows only, nothing leaves before its time.
    "plan reminders": {
        "task": "reminders.jobs.plan_today",
        "schedule": crontab(minute="*/10", hour="6-20"),
    },
    "send reminders": {
        "task": "reminders.jobs.send_due",
        "schedule": 60.0,
    },
    "look after old claims": {
        "task": "reminders.jobs.reconcile_claims",
        "schedule": crontab(minute="*/5"),
    },
    # Finds returns that left with a problem while nobody was there to hear it.
    "raise missing problems": {
        "task": "supervision.jobs.raise_missing_problems",
        "schedule": crontab(minute="*/10"),
    },
    # Finds reports of the office that were asked for and are not gathered, whoever dropped them.
    "gather reports": {
        "task": "assessment.jobs.gather_reports",
        "schedule": 60.0,
    },
}
