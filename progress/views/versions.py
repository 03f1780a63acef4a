"""Every version of a return that left its body, what changed from one to the next, and the steps it took."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agencies.models import Role
from progress import content, corrections, paper, permissions, units
from progress.views.kinds import sheet_of
from progress.views.return_form import at_address, of_unit


@require_safe
def versions(request, plan, period, number, agency):
    return _page(request, at_address(request.user, plan, period, number, agency))


@require_safe
def unit_versions(request, plan, period, agency):
    return _page(request, of_unit(request.user, plan, period, agency))


def _page(request, reports):
    report = reports.select_related(*content.HEADING).first()
    if report is None:
        raise Http404
    is_own = report.agency_id in request.user.agency_ids(Role.REPORTER, Role.APPROVER)
    reads_all = permissions.reads_versions(request.user, report)
    kept = readable_versions(request.user, report, reads_all)
    made = corrections.of_versions(report) if reads_all else {}
    for version in kept:
        version.correction = made.get(version.number)
    context = {
        "report": report,
        "versions": compared(kept),
        "steps": sheet_of(report).steps(is_own) if reads_all else [],
        "is_own": is_own,
        "replaced": replaced_drafts(report) if is_own else [],
        "opens_correction": is_own or permissions.reviews(request.user, report),
    }
    return render(request, "progress/versions.html", context)


def readable_versions(user, report, reads_all):
    """The versions this person may read, oldest first: all, or the last one, or none."""
    if permissions.content_for(user, report) is None:
        return []
    kept = list(report.versions.select_related("frozen_by").order_by("number"))
    kept = kept if reads_all else kept[-1:]
    for version in kept:
        version.content = units.readable_part(user, report, version.content)
    return kept


def compared(kept):
    """[(version, its lines marked against the version before it)], newest first."""
    before = [None, *[version.content for version in kept[:-1]]]
    pairs = [(version, paper.lines(version.content, old)) for version, old in zip(kept, before, strict=False)]
    return pairs[::-1]


def replaced_drafts(report):
    """What the body had written and not sent when the office entered a letter: [(draft, its lines)]."""
    kept = report.replaced_drafts.select_related("replaced_by")
    return [(draft, paper.lines(draft.content)) for draft in kept]
