"""延期申请: another due instant for one return, asked for before the old one has passed.

Practice, section 2 (Deadlines): it is filed before the deadline, approved by the unit's own approver and
decided by the office with a definite new date. While it waits the clock runs on; granted, the new instant
replaces the report's own, and the period's deadline no longer moves it.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q

from agencies.audit import keep_secret, record
from agencies.models import Role
from agencies.permissions import Denied, check_role, why_not
from progress import permissions
from progress.models import Extension, ProgressReport
from progress.timetable import spoken

LONGEST_REASON = 500
UNDECIDED = Q(decided_at__isnull=True, withdrawn_at__isnull=True)
keep_secret("progress.extension", lambda: Extension.objects.filter(report__task__is_sensitive=True))


# --- may one -----------------------------------------------------------------------------------


def check_ask(user, report, now):
    """Asking: a reporter of the body, before the due instant (equal is in time), while it has not left.

    Raises Denied with the sentence that greys the button.
    """
    if not permissions.reports_for(user, report):
        raise Denied("只有本单位填报人可以申请延期。")
    if report.is_contribution:
        raise Denied("配合材料的时间由牵头单位商定，需要延后请与牵头单位联系。")
    if report.period.is_locked:
        raise Denied(f"{report.period.label}已锁定，不再受理延期申请。")
    if report.waived_at is not None:
        raise Denied("本项本期免报，不需要延期。")
    if report.has_left:
        raise Denied("本项已经报送，不需要延期。")
    if report.period.is_backfill:
        raise Denied("补录的报告期不设截止时间，不需要延期。")
    if report.due_at is None:
        raise Denied("本期截止时间待定，办公室确定后才能申请延期。")
    if now > report.due_at:
        raise Denied("截止时间已过，延期须在截止前申请；请尽快报送。")


def check_none_open(report):
    """One request at a time. Raises Denied."""
    if Extension.objects.open().filter(report=report).exists():
        raise Denied("这一项已有延期申请在办理中，请等办公室决定，或先撤回。")


def check_endorse(user, extension, now, vacant=permissions.approver_is_vacant):
    """Signing the request inside the body: its approver, another person than who asked, before the due
    instant. Where nobody may sign for the body (`vacant` tells of its id), another reporter of it."""
    report = extension.report
    if not permissions.approves_for(user, report) and not (
        permissions.reports_for(user, report) and vacant(report.agency_id)
    ):
        raise Denied("延期申请由本单位审核人审签。")
    if extension.asked_by_id == user.pk:
        raise Denied("申请人不能审签自己的延期申请，请由本单位另一位同志审签。")
    if report.due_at is not None and now > report.due_at:
        raise Denied("截止时间已过，这份延期申请没有在截止前审签，不再有效。")


def check_take_back(user, extension, now):
    """Taking an undecided request back: the body's own people."""
    if not permissions.reports_for(user, extension.report) and not permissions.approves_for(
        user, extension.report
    ):
        raise Denied("只有本单位可以撤回延期申请。")


def check_decide(user):
    """Granting or refusing: the office."""
    check_role(user, Role.OFFICE)


# --- the body ----------------------------------------------------------------------------------


@transaction.atomic
def ask(report, *, reason, wanted_until, by, now):
    """Ask for another due instant for `report`; returns the Extension.

    wanted_until: an aware instant after the present due instant. A body that needs no approver has asked
    the office at once. Raises Denied, or ValidationError by field.
    """
    report = _held(report.pk)
    check_ask(by, report, now)
    _check_asked(report, reason, wanted_until)
    check_none_open(report)
    endorsed = {} if report.agency.needs_approver else {"endorsed_at": now, "endorsed_by": by}
    extension = Extension.objects.create(
        report=report,
        reason=reason.strip(),
        wanted_until=wanted_until,
        old_due_at=report.due_at,
        asked_at=now,
        asked_by=by,
        is_demo=report.is_demo or by.is_demo,
        **endorsed,
    )
    record("申请延期", report, by=by, now=now, detail={"申请延至": spoken(wanted_until)})
    return extension


def _check_asked(report, reason, wanted_until):
    wrong = {}
    if not reason.strip():
        wrong["reason"] = "请写明延期原因，例如“省厅数据预计 10 月 12 日发布”。"
    elif len(reason.strip()) > LONGEST_REASON:
        wrong["reason"] = f"延期原因有 {len(reason.strip())} 字，最多 {LONGEST_REASON} 字，请精简。"
    elif "\x00" in reason:
        wrong["reason"] = "含有无法保存的字符，请删除后再试。"
    if wanted_until <= report.due_at:
        wrong["wanted_until"] = f"申请延至的时间须晚于现在的截止时间（{spoken(report.due_at)}）。"
    if wrong:
        raise ValidationError(wrong)


@transaction.atomic
def endorse(extension, *, by, now):
    """本单位审签: from now on the request is the office's to decide. Raises Denied."""
    extension = _locked(extension)
    check_endorse(by, extension, now)
    _check_open(extension)
    if extension.endorsed_at is not None:
        raise Denied("这份延期申请已经审签。")
    extension.endorsed_at, extension.endorsed_by = now, by
    extension.save(update_fields=["endorsed_at", "endorsed_by"])
    record("审签延期申请", extension.report, by=by, now=now)
    return extension


@transaction.atomic
def take_back(extension, *, by, now):
    """撤回 by the body, as long as the office has not decided. Raises Denied."""
    extension = _locked(extension)
    check_take_back(by, extension, now)
    _check_open(extension)
    extension.withdrawn_at = now
    extension.save(update_fields=["withdrawn_at"])
    record("撤回延期申请", extension.report, by=by, now=now)
    return extension


# --- the office --------------------------------------------------------------------------------


@transaction.atomic
def grant(extensions, *, new_due_at, by, now, note=""):
    """同意 each of `extensions`, all or none; returns them.

    new_due_at: the one new instant for all, or None for what each has asked for; later than the return's
    present due instant, though it may be past by now. Raises Denied, ValidationError (a sentence).
    """
    check_decide(by)
    extensions = _to_decide(extensions, by)
    for extension in extensions:
        report, due_at = extension.report, new_due_at or extension.wanted_until
        if report.due_at is not None and due_at <= report.due_at:
            raise ValidationError(
                f"{report}：新的截止时间须晚于现在的截止时间（{spoken(report.due_at)}）。", code="earlier"
            )
        extension.granted, extension.new_due_at, extension.decision = True, due_at, note.strip()
        _decide(extension, by, now)
        ProgressReport.objects.filter(pk=report.pk).update(due_at=due_at)
        detail = {"原截止": spoken(report.due_at), "新截止": spoken(due_at), "说明": note.strip()}
        record("同意延期", report, by=by, now=now, detail=detail)
        report.due_at = due_at
    return extensions


@transaction.atomic
def refuse(extensions, *, reason, by, now):
    """不同意 each of `extensions`, all or none, with a reason; returns them. Raises Denied,
    ValidationError (no reason)."""
    check_decide(by)
    if not reason.strip():
        raise ValidationError("不同意延期须写明理由，申请单位会看到。", code="no_reason")
    extensions = _to_decide(extensions, by)
    for extension in extensions:
        extension.granted, extension.decision = False, reason.strip()
        _decide(extension, by, now)
        record("不同意延期", extension.report, by=by, now=now, detail={"理由": reason.strip()})
    return extensions


def _to_decide(extensions, by):
    """The requests, held, each endorsed and undecided, none of `by`'s own making. Raises Denied."""
    found = [_locked(extension) for extension in sorted(extensions, key=lambda each: each.pk)]
    if not found:
        raise Denied("没有选中延期申请，请先勾选。")
    for extension in found:
        _check_open(extension)
        if extension.endorsed_at is None:
            raise Denied("这份延期申请还没有经本单位审签。")
        if by.pk in (extension.asked_by_id, extension.endorsed_by_id):
            raise Denied("申请人或审签人不能决定自己经手的延期申请，请由办公室另一位同志办理。")
    return found


def _decide(extension, by, now):
    extension.decided_at, extension.decided_by = now, by
    extension.save(update_fields=["granted", "new_due_at", "decision", "decided_at", "decided_by"])


# --- what is told ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What a return's page says about its deadline to one person.

    newest: the last request of the body, as far as they may know of it; refused: why they may not ask
    ("" where they may); offered: whether asking concerns them at all.
    """

    newest: Extension | None
    refused: str
    offered: bool

    @property
    def open(self):
        return self.newest if self.newest is not None and self.newest.is_open else None


def standing(user, report, now):
    """The Standing of a visible report for `user`; no query for a report as `content.load` gives it.

    Its own body knows of every request, the office of those endorsed.
    """
    own = permissions.reports_for(user, report) or permissions.approves_for(user, report)
    known = [
        each
        for each in report.extensions.all()
        if own or (each.endorsed_at is not None and user.has_role(Role.OFFICE))
    ]
    newest = max(known, key=lambda each: (each.asked_at, each.pk), default=None)
    refused = why_not(check_ask, user, report, now)
    if not refused and newest is not None and newest.is_open:
        refused = "这一项已有延期申请在办理中。"
    undecided = report.is_editable and not report.has_left and report.waived_at is None
    return Standing(newest, refused, permissions.reports_for(user, report) and undecided)


def waiting_for_approver(user, plan, now):
    """Requests this person may endorse now, the most urgent first."""
    own = user.agency_ids(Role.APPROVER)
    waiting = Extension.objects.open().filter(
        endorsed_at__isnull=True, report__agency__in=own, report__period__plan=plan, report__due_at__gte=now
    )
    return waiting.exclude(asked_by=user).select_related(*SHOWN).order_by("report__due_at", "pk")


def waiting_for_office(plan):
    """Requests of a plan the office has to decide."""
    return Extension.objects.open().filter(endorsed_at__isnull=False, report__period__plan=plan)


SHOWN = ("report__agency", "report__task", "report__period__plan", "asked_by", "endorsed_by", "decided_by")


# --- holding -----------------------------------------------------------------------------------


def _held(pk):
    """The report as it stands, its row held until the end of the transaction."""
    ProgressReport.objects.filter(pk=pk).update(revision=F("revision"))
    return ProgressReport.objects.select_related("agency", "period__plan", "task").get(pk=pk)


def _locked(extension):
    """The request as it stands, held with its report."""
    _held(extension.report_id)
    return Extension.objects.select_related(
        "report__agency", "report__period__plan", "report__task", "asked_by"
    ).get(pk=extension.pk)


def _check_open(extension):
    if extension.withdrawn_at is not None:
        raise Denied("这份延期申请已经撤回。")
    if extension.decided_at is not None:
        raise Denied("这份延期申请办公室已经决定。")
