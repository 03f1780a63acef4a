"""签字盖章件: scans of the paper a body's returns left on, and who may have them back.

As with attachments the file is written first and its row after it, and goes again where the row, or what was
to be done on the strength of it, did not come about.
"""

import hashlib
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agencies import audit
from agencies.models import Role
from agencies.permissions import Denied
from progress import permissions, workflow
from progress.attachments import MAX_SIZE, too_large
from progress.filetypes import KINDS, Refused, recognise
from progress.models import ProgressReport, ReportStep, SignedPaper
from progress.workflow import Stale, WrongState

SCANS = ("pdf", "jpg", "png")
SCANS_TEXT = "PDF、JPG、PNG"
State = ProgressReport.State
OUT = (State.UNDER_REVIEW, State.ACCEPTED)
# Moves that rest on a paper; it was uploaded in the same instant.
ON_PAPER = ("approve_offline", "enter_on_behalf")


@contextmanager
def kept(agency, period, uploaded_file, *, by, now, of_demo=None, **said):
    """Keep a scan of a body's paper for what is done on the strength of it: one transaction, and where that
    fails the file goes with it. Gives the SignedPaper.

    uploaded_file: Django's UploadedFile, a PDF, JPG or PNG of at most MAX_SIZE bytes, told by content; said:
    kind (SignedPaper.Kind), signer, signed_on (a date), reference (文号 or a description), as far as there
    are; of_demo: whether it concerns demonstration data, where that is not the period's to tell. Raises
    Refused.
    """
    is_demo = by.is_demo or (period.is_demo if of_demo is None else of_demo)
    paper = _read(agency, period, uploaded_file, by, now, said | {"is_demo": is_demo})
    paper.file.save(paper.name, uploaded_file, save=False)
    stored = paper.file
    try:
        with transaction.atomic():
            paper.save()
            audit.record(f"上传{paper.get_kind_display()}", paper, by=by, now=now, detail=_detail(paper))
            yield paper
    except BaseException:
        stored.storage.delete(stored.name)
        raise


def sign(wanted, uploaded_file, *, signer, signed_on, by, now):
    """线下审签 of a body's returns on the strength of one signed sheet: all of them, or none.

    wanted: [(report, revision seen)] of one body and period. Those that await approval leave with the
    sheet; to those already out without a paper it is attached, which changes nothing they say. signer: who
    signed, signed_on: when (date). Returns the SignedPaper.

    Raises Denied, Stale, WrongState, ValidationError by field, Refused, in this order.
    """
    for report, _ in wanted:
        check_sign(by, report, now)
    for report, revision in wanted:
        if report.revision != revision:
            raise Stale(report)
    for report, _ in wanted:
        _check_takes_paper(report)
    if not wanted:
        raise ValidationError({"rows": "请至少勾选一项。"})
    first = wanted[0][0]
    signer = check_signature(signer, signed_on, first.period, now)
    details = {
        "kind": SignedPaper.Kind.SIGN_OFF,
        "signer": signer,
        "signed_on": signed_on,
        "of_demo": any(report.is_demo for report, _ in wanted),
    }
    with kept(first.agency, first.period, uploaded_file, by=by, now=now, **details) as paper:
        for report, revision in wanted:
            if report.state in OUT:
                _attach(report, paper, by, now)
            else:
                workflow.approve_offline(report, by=by, now=now, revision=revision, paper=paper)
    return paper


def check_sign(user, report, now):
    """Who may lay a signed sheet to this return: to one already out anybody who reports or signs for the
    body; else `permissions.check_approve_offline`. Raises Denied."""
    if report.state not in OUT:
        permissions.check_approve_offline(user, report, now)
    else:
        check_body(user, report.agency_id)


def check_body(user, agency_id):
    """A body's signed sheets are its own people's to upload. Raises Denied."""
    if agency_id not in user.agency_ids(Role.REPORTER, Role.APPROVER):
        raise Denied("签字盖章件由本单位上传。")


def takes_paper(report):
    """Whether a signed sheet can be laid to the return as it stands."""
    return report.state == State.AWAITING_APPROVAL or _is_out_without(report)


def may_read(user, paper):
    """Whether the person may have the scan: the own body; the office, once it concerns something that has
    left the body or was uploaded by that person, and no sensitive task they may not know of. Nobody else."""
    if paper.agency_id in user.agency_ids(Role.REPORTER, Role.APPROVER):
        return True
    if not user.has_role(Role.OFFICE):
        return False
    concerned = _concerned(paper)
    if concerned.exclude(pk__in=ProgressReport.objects.visible_to(user)).exists():
        return False
    return paper.uploaded_by_id == user.pk or concerned.filter(left_at__isnull=False).exists()


def scan_of(user, report):
    """The signed sheet or letter the report stands on now that it is out, where this person may have it."""
    scan = report.signed_paper if report.state in OUT else None
    return scan if scan is not None and may_read(user, scan) else None


def check_signature(signer, signed_on, period, now):
    """The signer's name, trimmed. Raises ValidationError by field where it or the date cannot be."""
    problems = {}
    signer = (signer or "").strip()
    if not signer:
        problems["signer"] = "请填写在纸面上签字的负责同志姓名。"
    elif len(signer) > 40 or "\x00" in signer:
        problems["signer"] = "签字人姓名最多 40 字，且不能含无法保存的字符。"
    if signed_on is None:
        problems["signed_on"] = "请填写签字日期。"
    elif signed_on > timezone.localdate(now):
        problems["signed_on"] = "签字日期不能晚于今天。"
    elif signed_on < timezone.localdate(opened(period)):
        problems["signed_on"] = (
            f"签字日期不能早于本期开放填报的日期（{timezone.localdate(opened(period)):%Y-%m-%d}）。"
        )
    if problems:
        raise ValidationError(problems)
    return signer


def opened(period):
    """The instant from which a paper for the period can have been signed or sent: when it opened; for a
    quarter opened afterwards (补录), when it would have."""
    return min(filter(None, (period.opens_at, period.opened_at)))


def _read(agency, period, uploaded_file, by, now, said):
    if uploaded_file.size > MAX_SIZE:
        raise too_large(uploaded_file.name)
    uploaded_file.seek(0)
    data = uploaded_file.read()
    name, extension = recognise(uploaded_file.name, data)
    if extension not in SCANS:
        raise Refused(f"“{name}”是{KINDS[extension]}，扫描件只接受 {SCANS_TEXT}，请打印为 PDF 后再上传。")
    uploaded_file.seek(0)
    return SignedPaper(
        agency=agency,
        period=period,
        name=name,
        extension=extension,
        size=uploaded_file.size,
        sha256=hashlib.sha256(data).hexdigest(),
        uploaded_at=now,
        uploaded_by=by,
        **said,
    )


def _is_out_without(report):
    return report.state in OUT and report.signed_paper_id is None and not report.entered_on_behalf


def _check_takes_paper(report):
    if report.state in OUT and not _is_out_without(report):
        raise WrongState("这一项已有签字盖章件或来函，不再重复登记。")
    if report.state not in OUT:
        workflow.check_starts("approve_offline", report)


def _attach(report, paper, by, now):
    found = ProgressReport.objects.filter(pk=report.pk, state__in=OUT, signed_paper__isnull=True)
    if not found.update(signed_paper=paper):
        raise Stale(ProgressReport.objects.get(pk=report.pk))
    audit.record("附签字盖章件", report, by=by, now=now, detail=_detail(paper))


def _concerned(paper):
    """The returns that left with this paper, were laid to it later, or are corrected on its basis."""
    same_instant = {"at": paper.uploaded_at, "by": paper.uploaded_by_id, "verb__in": ON_PAPER}
    moved = ReportStep.objects.filter(
        report__agency=paper.agency_id, report__period=paper.period_id, **same_instant
    )
    return ProgressReport.objects.filter(
        Q(signed_paper=paper) | Q(corrections__paper=paper) | Q(pk__in=moved.values("report"))
    )


def _detail(paper):
    """Not its name: the trail is read outside the body."""
    return {"paper": paper.pk, "size": paper.size, "sha256": paper.sha256}
