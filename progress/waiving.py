"""免报: the office waives what a body owes, and takes the waiver back. A row is never deleted.

Only what has not left its body can be waived: what was reported stays reported. A duty that ended while
its quarter was open leaves the row standing, and the office is offered it for waiving.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from agencies.audit import record
from agencies.models import Role
from agencies.permissions import check_role
from progress.models import ProgressReport
from tasks.models import Assignment

LONGEST_REASON = 200


def check_waive(user):
    """免报 and taking it back: the office. Raises Denied."""
    check_role(user, Role.OFFICE)


@transaction.atomic
def waive(reports, *, reason, by, now):
    """免报 each of `reports` for its period, all or none; returns how many.

    reason: what the body reads (“免报：…”), at most 200 characters. Raises Denied, and ValidationError (a
    sentence) where the reason is missing, nothing is chosen, or one has left or is waived already.
    """
    check_waive(by)
    reason = _reason(reason)
    rows = _chosen(reports)
    for report in rows:
        # The revision rises: whoever is typing or submitting at this instant is told, not overruled.
        waived = ProgressReport.objects.filter(pk=report.pk, left_at__isnull=True, waived_at__isnull=True)
        if not waived.update(waived_at=now, waived_by=by, waived_reason=reason, revision=F("revision") + 1):
            raise ValidationError(_why_not(report), code="left")
        record("免报", report, by=by, now=now, detail={"原因": reason})
    return len(rows)


@transaction.atomic
def take_back(reports, *, by, now):
    """收回免报 of each of `reports`, all or none: they are owed again as before; returns how many.

    Raises Denied, ValidationError (a sentence).
    """
    check_waive(by)
    rows = _chosen(reports)
    for report in rows:
        waived = ProgressReport.objects.filter(pk=report.pk, waived_at__isnull=False)
        if not waived.update(waived_at=None, waived_by=None, waived_reason="", revision=F("revision") + 1):
            raise ValidationError(f"{_named(report)}没有免报，不需要收回。", code="not_waived")
        record("收回免报", report, by=by, now=now, detail={"原免报原因": report.waived_reason})
    return len(rows)


def _reason(reason):
    reason = reason.strip()
    if not reason:
        raise ValidationError("免报须写明原因，填报单位会看到。", code="no_reason")
    if len(reason) > LONGEST_REASON:
        raise ValidationError(f"免报原因有 {len(reason)} 字，最多 {LONGEST_REASON} 字，请精简。", code="long")
    if "\x00" in reason:
        raise ValidationError("免报原因含有无法保存的字符，请删除后再试。", code="characters")
    return reason


def _chosen(reports):
    rows = sorted(reports, key=lambda report: report.pk)
    if not rows:
        raise ValidationError("没有选中填报事项，请先勾选。", code="nobody")
    if any(report.is_contribution for report in rows):
        raise ValidationError("配合材料由牵头单位收取，不要时由牵头单位取消商请。", code="contribution")
    return rows


def _why_not(report):
    fresh = ProgressReport.objects.select_related("agency", "period", "task").get(pk=report.pk)
    if fresh.waived_at is not None:
        return f"{_named(fresh)}已经免报。"
    return f"{_named(fresh)}已经报出，不能免报；没有办理任何一项，请取消勾选后再试。"


def _named(report):
    """“市科技局第 3 项”."""
    return f"{report.agency}{report.short_subject}"


# --- duties that have ended --------------------------------------------------------------------


def of_ended_duties(reports, today):
    """Of `reports` those still owed and not sent although the body's duty on the task has ended.

    责任已终止，尚未免报: offered to the office, never waived by themselves.
    """
    in_force = Assignment.objects.on(today).filter(
        task=OuterRef("task"), agency=OuterRef("agency"), role=OuterRef("role")
    )
    open_rows = Q(task__isnull=False, owed=True, waived_at__isnull=True, left_at__isnull=True)
    return reports.filter(open_rows).filter(~Exists(in_force))


def ended_of_period(period):
    """`of_ended_duties` of a period, today; none once it is locked."""
    rows = period.reports.to_office()
    return of_ended_duties(rows.none() if period.is_locked else rows, timezone.localdate())
