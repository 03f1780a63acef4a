"""The pages of a report, whatever its kind: the form, what exactly will be sent, the paper form to read."""

from django.shortcuts import render
from django.utils import timezone

from progress import (
    content,
    contributions,
    corrections,
    extensions,
    handouts,
    paper,
    papers,
    permissions,
    taking_over,
    units,
    workflow,
)
from progress.forms import DecisionForm
from progress.models import ProgressReport
from progress.panels import panels_for
from progress.views.kinds import address, as_typed, carried_values, template_of

# Done on a page of its own, named as the verb: a scan comes with it.
OWN_PAGE = {"approve_offline", "enter_on_behalf"}


def edit(request, sheet, form, *, problem="", theirs=None, status=200):
    """The form; problem: why it was not saved; theirs: what stands there now where somebody else saved."""
    now = timezone.now()
    context = {
        "sheet": sheet,
        "report": sheet.report,
        "form": form,
        "advice": sheet.advice(),
        "problem": problem,
        "conflict": _conflict(form, theirs) if theirs else [],
        "saved": as_typed(sheet),
        "carried": carried_values(sheet),
        "handed": handouts.open_by_part(sheet.report),
        "actions": workflow.actions_for(request.user, sheet.report, now),
        "now": now,
        "late": sheet.report.is_late(now),
        "extension": extensions.standing(request.user, sheet.report, now),
        "panels": panels_for("return", request, report=sheet.report),
    }
    return render(request, template_of(sheet.report, "form"), context, status=status)


def confirm(request, sheet):
    """What exactly will be sent, to whom, and what is still missing."""
    said = content.snapshot(sheet.report)
    context = {
        "sheet": sheet,
        "report": sheet.report,
        "said": said,
        "lines": paper.lines(said),
        "missing": [(name, sentence) for name, sentence in sheet.missing().items()],
        "handed_open": handouts.open_of(sheet.report),
        "advice": sheet.advice(),
        "late": sheet.report.is_late(timezone.now()),
    }
    fragment = request.headers.get("X-Fragment")
    template = "progress/_return_confirm.html" if fragment else "progress/return_confirm.html"
    return render(request, template, context)


def read(request, sheet, decision=None, status=200):
    """The paper form: live for its own body, the last version that left for others."""
    report = sheet.report
    readable = permissions.content_for(request.user, report)
    version, signed = corrections.versions_shown(report) if readable else (None, None)
    said = content.snapshot(report) if readable == "live" else version.content if version else None
    said = units.readable_part(request.user, report, said)
    reads_versions = permissions.reads_versions(request.user, report)
    marks = corrections.marks(request.user, report, version, signed)
    now = timezone.now()
    context = {
        "sheet": sheet,
        "report": report,
        "said": said,
        "version": version,
        "lines": paper.lines(said) if said else [],
        "buttons": _offered(request.user, report, now),
        "decision": decision or DecisionForm(initial={"revision": report.revision}),
        "reads_versions": reads_versions,
        "steps": sheet.steps(is_own=readable == "live") if reads_versions else [],
        "return_reason": _return_reason(request.user, report),
        "signed": marks.signed if readable == "frozen" or report.state in papers.OUT else None,
        "marks": marks,
        "correction_url": address(report, "progress:correction_new"),
        "versions_url": address(report, "progress:versions"),
        "is_own": readable == "live",
        "scan": papers.scan_of(request.user, report),
        "sources": taking_over.sources_of(said) if said else [],
        "asked": contributions.known_to(request.user, sheet.requests) if report.is_contribution else [],
        "handed_open": handouts.open_of(report) if readable == "live" else 0,
        "late": report.is_late(now),
        "now": now,
        "extension": extensions.standing(request.user, report, now),
        "knows_task": permissions.knows_task(request.user, report),
    }
    return render(request, template_of(report, "read"), context, status=status)


def _return_reason(user, report):
    """Why the report came back, as far as this person may know."""
    if report.state != ProgressReport.State.RETURNED:
        return ""
    last = report.steps.order_by("-pk").first()
    aloud = last is not None and last.is_said_aloud
    reads = permissions.reads_return_reason(user, report, said_aloud=aloud)
    return report.return_reason if reads else ""


def _offered(user, report, now):
    """The buttons under the paper form: what is allowed; what one would look for, greyed with its reason."""
    actions = [
        action
        for action in workflow.actions_for(user, report, now)
        if action.verb != "submit" and (action.verb in OWN_PAGE or not action.needs_page)
    ]
    own = permissions.content_for(user, report) == "live"
    looked_for = {"approve_offline"} if own else set()
    if user.is_office or not any(action.allowed for action in actions):
        looked_for |= ({"withdraw"} if own else set()) | ({"accept"} if user.is_office else set())
    return [action for action in actions if action.allowed or action.verb in looked_for]


def _conflict(form, theirs):
    """Where what was typed differs from what somebody else has saved: [(label, name, theirs, yours)]."""
    rows = []
    for name, field in form.fields.items():
        yours = _yours(form.data, name)
        if name in form.data and yours != theirs.get(name, ""):
            rows.append((field.label, name, theirs.get(name, ""), yours))
    return rows


def _yours(data, name):
    """What was typed into one control; several ticks joined as the page's script joins them."""
    several = data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""]
    return ",".join(several).strip()
