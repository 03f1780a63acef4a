"""A background job in the hands of a real worker, killed in the middle: the row is the job."""

import json
import time
from datetime import UTC, datetime

import pytest

pytestmark = pytest.mark.services

# The opening quarter only, and the duties of three tasks: a history of seconds.
FEW = (
    "from datetime import datetime, UTC; from progress import demonstration; "
    "from tasks.models import Assignment; "
    "Assignment.objects.filter(task__plan__code='2024-2026', task__number__gt=3).delete(); "
    "demonstration.request_build(now=datetime(2024, 10, 20, 1, tzinfo=UTC))"
)
STATE = (
    "import json; from progress.models import DemonstrationRun, ProgressReport, ReportVersion; "
    "run = DemonstrationRun.objects.get(); "
    "print(json.dumps({'finished': run.finished_at is not None, 'done': run.done, 'attempts': run.attempts, "
    "'walked': ProgressReport.objects.filter(edited_at__isnull=False).count(), "
    "'doubled': ReportVersion.objects.filter(number__gt=2).count()}))"
)
WAKE = "from progress.jobs import build_demonstration; build_demonstration.delay()"
CLAIM_OVER = (
    "from progress.models import DemonstrationRun; DemonstrationRun.objects.update(claimed_until=None)"
)


def shell(site, code):
    return site.manage("shell", "--verbosity", "0", "--command", code)


def state(site):
    return json.loads(shell(site, STATE).strip().splitlines()[-1])


def wait_until(site, condition, seconds=60):
    deadline = datetime.now(UTC).timestamp() + seconds
    while datetime.now(UTC).timestamp() < deadline:
        found = state(site)
        if condition(found):
            return found
        time.sleep(0.3)
    raise AssertionError(f"not in {seconds} s: {state(site)} {site.log('worker')[-800:]}")


def test_a_history_cut_off_by_a_killed_worker_is_finished_by_the_next(fresh_site):
    shell(fresh_site, FEW)
    shell(fresh_site, WAKE)
    wait_until(fresh_site, lambda found: found["attempts"] == 1)
    fresh_site.kill("worker")
    assert state(fresh_site)["attempts"] == 1
    fresh_site.start_worker()
    shell(fresh_site, CLAIM_OVER)
    shell(fresh_site, WAKE)
    finished = wait_until(fresh_site, lambda found: found["finished"])
    assert finished["walked"] > 0
    assert finished["doubled"] == 0, "nothing was walked twice"
