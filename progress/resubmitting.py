"""重报期限: until when a return that was sent back stays open in a locked period, as the office sets it.

Sending back sets it by itself (TermRule, `workflow`); this puts it off, or opens a return that had been sent
back before the period was locked.
"""

from django.core.exceptions import ValidationError
from django.db import transaction

from agencies.audit import record
from agencies.models import Role
from agencies.permissions import Denied, check_role
from progress.models import ProgressReport
from progress.timetable import spoken

State = ProgressReport.State
OPEN_STATES = (State.RETURNED, State.AWAITING_APPROVAL)


def check_set(user, report):
    """The office, for a return that is back at its body while its period is locked. Raises Denied."""
    check_role(user, Role.OFFICE)
    if not report.period.is_locked:
        raise Denied("本期没有锁定，不需要设重报期限。")
    if not _is_back(report):
        raise Denied(f"当前状态为“{report.state_word}”，只有已退回的可以设重报期限。")


def _is_back(report):
    """Sent back, or, once it was opened again, taken back by the body to write in it some more."""
    return report.state in OPEN_STATES or (report.state == State.DRAFT and report.resubmit_by is not None)


@transaction.atomic
def set_resubmit_by(report, instant, *, by, now):
    """Let `report` be filed again until `instant` (aware, after now); returns it fresh.

    Raises Denied, ValidationError (a sentence).
    """
    check_set(by, report)
    if instant <= now:
        raise ValidationError("重报期限须晚于现在。", code="past")
    held = ProgressReport.objects.filter(pk=report.pk, state=report.state)
    if not held.update(resubmit_by=instant):
        raise Denied("这一项刚刚有变动，请看过最新情况后再办理。")
    detail = {
        "原期限": spoken(report.resubmit_by) if report.resubmit_by else "未设",
        "新期限": spoken(instant),
    }
    record("设定重报期限", report, by=by, now=now, detail=detail)
    report.refresh_from_db(fields=["resubmit_by"])
    return report
