"""佐证材料: taking a file in, taking it off the return, and who may have it back.

A file is written first and its row after it, so a row never names a file that is not there; a file whose
row could not be written is removed at once. The type is told by content (`filetypes`).
"""

import hashlib

from django.db import transaction
from django.db.models import F

from agencies import audit
from progress import permissions
from progress.filetypes import ALLOWED, ALLOWED_TEXT, CONTENT_TYPES, Refused, clean_name, recognise
from progress.models import Attachment, ProgressReport, ReportVersion
from progress.workflow import Stale, WrongState

__all__ = [
    "ALLOWED",
    "ALLOWED_TEXT",
    "CONTENT_TYPES",
    "MAX_COUNT",
    "MAX_SIZE",
    "Refused",
    "attach",
    "attached",
    "may_download",
    "remove",
    "too_large",
]

MAX_SIZE = 20 * 1024 * 1024  # bytes a file
MAX_COUNT = 10  # files a return
State = ProgressReport.State


def too_large(name):
    """The refusal of a file above MAX_SIZE, also for one cut off while it was still arriving."""
    stem, extension = clean_name(name)
    return Refused(f"“{stem}.{extension}”超过 20 MB，请压缩或拆分后再上传。")


def attach(report, uploaded_file, *, by, now, revision=None):
    """Keep an uploaded file with a draft or returned report and return its Attachment.

    uploaded_file: Django's UploadedFile; revision: the one last seen, where the caller must name it. The
    same file sent twice is kept once. The report's revision rises. Raises Denied, Stale, WrongState, Refused.
    """
    permissions.check_edit(by, report, now)
    _check_unmoved(report, revision)
    _check_editable(report)
    if uploaded_file.size > MAX_SIZE:
        raise too_large(uploaded_file.name)
    uploaded_file.seek(0)
    name, extension = recognise(uploaded_file.name, uploaded_file.read())
    uploaded_file.seek(0)
    attachment = Attachment(
        report=report,
        name=name,
        extension=extension,
        size=uploaded_file.size,
        sha256=_fingerprint(uploaded_file),
        uploaded_at=now,
        uploaded_by=by,
        is_demo=report.is_demo,
    )
    twin = attached(report).filter(sha256=attachment.sha256).first()
    return twin or _keep(attachment, uploaded_file, by, now)


def remove(attachment, *, by, now, revision=None):
    """Take a file off its report; it stays on disk for the frozen versions that name it.

    A second removal does nothing. Raises Denied, Stale, WrongState.
    """
    report = attachment.report
    permissions.check_edit(by, report, now)
    _check_unmoved(report, revision)
    _check_editable(report)
    with transaction.atomic():
        _claim(report, by, now)
        if Attachment.objects.filter(pk=attachment.pk, removed_at__isnull=True).update(removed_at=now):
            audit.record("移除佐证材料", report, by=by, now=now, detail=_detail(attachment))
    attachment.refresh_from_db()
    return attachment


def attached(report):
    """The files on the report now, oldest first."""
    return Attachment.objects.filter(report=report, removed_at__isnull=True).order_by("uploaded_at", "pk")


def may_download(user, attachment):
    """Whether the person may have this file: who reads the live text, any of the report's files; who reads
    what left the body, the files that version names. The report itself must be visible to them."""
    report = attachment.report
    readable = permissions.content_for(user, report)
    if readable == "live":
        return True
    if readable != "frozen":
        return False
    versions = ReportVersion.objects.filter(report=report).order_by("-number")
    if not permissions.reads_versions(user, report):
        versions = versions[:1]
    return any(
        named["id"] == attachment.pk
        for said in versions.values_list("content", flat=True)
        for named in said.get("attachments", ())
    )


def _keep(attachment, uploaded_file, by, now):
    attachment.file.save(attachment.name, uploaded_file, save=False)
    stored = attachment.file
    try:
        with transaction.atomic():
            _claim(attachment.report, by, now)
            if attached(attachment.report).count() >= MAX_COUNT:
                raise Refused(f"每项最多 {MAX_COUNT} 份佐证材料，请先移除不需要的，或合并后再上传。")
            attachment.save()
            audit.record("上传佐证材料", attachment.report, by=by, now=now, detail=_detail(attachment))
    except BaseException:
        stored.storage.delete(stored.name)
        raise
    return attachment


def _claim(report, by, now):
    """Raise the revision of a report that can still be edited; waits for, and loses to, a submission."""
    claimed = ProgressReport.objects.filter(pk=report.pk, state__in=[State.DRAFT, State.RETURNED]).update(
        revision=F("revision") + 1, edited_at=now, edited_by=by
    )
    report.refresh_from_db(fields=["state", "revision", "edited_at", "edited_by"])
    if not claimed:
        _check_editable(report)
    report.period.refresh_from_db(fields=["locked_at"])
    permissions.check_not_locked(report, now)


def _check_unmoved(report, revision):
    if revision is not None and report.revision != revision:
        raise Stale(report)


def _check_editable(report):
    if not report.is_editable:
        raise WrongState(f"当前状态为“{report.get_state_display()}”，不能增减佐证材料；如需修改请先撤回。")


def _fingerprint(file):
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _detail(attachment):
    """Not its name: the trail is read outside the body, and a draft's files are its own."""
    return {"attachment": attachment.pk, "size": attachment.size, "sha256": attachment.sha256}
