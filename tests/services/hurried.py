"""Celery with the waits of reminders in seconds: `python -m tests.services.hurried <how> <words of celery>`.

how: "careful", or "careless": with the claim's guard taken out, as the negative control needs it. Everything
else is the real code, the real timetable's jobs among it.
"""

import os
import runpy
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suzhou_plan.settings")
django.setup()

from reminders import sending  # noqa: E402 (after Django is set up)
from reminders.models import Message  # noqa: E402
from suzhou_plan.celery import app  # noqa: E402

CLAIM_LIFE = timedelta(seconds=3)
EVERY = 0.4


def claim_without_guard(message, now):
    """Whoever comes has it."""
    token = f"careless-{os.getpid()}"
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.CLAIMED, claim=token, claimed_at=now, address=""
    )
    return token


if __name__ == "__main__":
    sending.CLAIM_LIFE = CLAIM_LIFE
    sending.WAITS = (0.005,) * 60
    sending.MOST_ATTEMPTS = 60
    app.conf.beat_schedule = {
        name: {**entry, "schedule": EVERY}
        for name, entry in app.conf.beat_schedule.items()
        if entry["task"].startswith("reminders.")
    }
    if sys.argv[1] == "careless":
        sending.claim = claim_without_guard
    sys.argv = ["celery", *sys.argv[2:]]
    runpy.run_module("celery", run_name="__main__", alter_sys=True)
