"""Every version of a return that left its body, what changed from one to the next, and the steps it took."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agencies.models import Role
from progress import content, paper, permissions
from progress.return_sheet import ReturnSheet
from progress.views.return_form import at_address


@require_safe
def versions(request, plan, period, number, agency):
    reports = at_address(request.user, plan, period, number, agency)
    report = reports.select_related(*content.HEADING).first()
    if report is None:
        raise Http404
    is_own = report.agency_id in request.user.agency_ids(Role.REPORTER, Role.APPROVER)
    reads_all = permissions.reads_versions(request.user, report)
    kept = readable_versions(request.user, report, reads_all)
    context = {
        "report": report,
        "versions": compared(kept),
        "steps": ReturnSheet(report).steps(is_own) if reads_all else [],
        "is_own": is_own,
    }
    return render(request, "progress/versions.html", context)


def readable_versions(user, report, reads_all):
    """The versions this person may read, oldest first: all, or the last one, or none."""
    if permissions.content_for(user, report) is None:
        return []
    kept = list(report.versions.select_related("frozen_by").order_by("number"))
    return kept if reads_all else kept[-1:]


def compared(kept):
    """[(version, its lines marked against the version before it)], newest first."""
    before = [None, *[version.content for version in kept[:-1]]]
    pairs = [(version, paper.lines(version.content, old)) for version, old in zip(kept, before, strict=False)]
    return pairs[::-1]
