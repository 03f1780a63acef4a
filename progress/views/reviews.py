"""The review queue: the list on the left, one return on the right, decided one after another."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from progress import content, handouts, paper, papers, permissions, remarks, review_queue, workflow
from progress.forms import DecisionForm
from progress.models import ProgressReport
from progress.views.kinds import sheet_of
from progress.views.place import period_at
from progress.views.return_form import moved_on
from progress.workflow import Incomplete, Stale, WrongState

DECIDED = {
    "accept": "已采用",
    "approve": "已审签并报送{to}",
    "send_back": "已退回",
    "reopen": "已重新打开",
}


@require_safe
def reviews(request, plan, period):
    """The queue with its first return open."""
    permissions.check_review(request.user)
    period = period_at(request, plan, period)
    everything, shown = _queue(request, period)
    return _page(request, period, everything, shown, shown[0] if shown else None)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request, plan, period, pk):
    """One return of the queue; POST decides on it and opens the next."""
    permissions.check_review(request.user)
    period = period_at(request, plan, period)
    everything, shown = _queue(request, period)
    report = next((row for row in everything if row.pk == pk), None) or _decided(request.user, period, pk)
    if request.method == "POST":
        return _decide(request, period, everything, shown, report)
    return _page(request, period, everything, shown, report)


def _decided(user, period, pk):
    """A report that is not in the queue, or not any more, but this person's to decide on; 404 otherwise."""
    report = get_object_or_404(review_queue.visible(user), pk=pk, period=period)
    if not permissions.decides_on(user, report) or not permissions.content_for(user, report):
        raise Http404
    return report


def _queue(request, period):
    return review_queue.queue(
        request.user,
        period,
        agency=request.GET.get("agency", ""),
        chapter=request.GET.get("chapter", ""),
    )


def _page(request, period, everything, shown, report, decision=None, status=200):
    at = next((index for index, row in enumerate(shown) if report and row.pk == report.pk), None)
    said = remarks.WhatWasSaid([*shown, *([report] if report else [])], request.user, report)
    remarked = {row.pk: said.remarks(row) for row in shown}
    states = {row.state for row in shown}
    query = request.GET.copy()
    ticked = query.pop("choose", None) == ["unremarked"]
    context = {
        "period": period,
        "shown": [(row, remarked[row.pk], ticked and not remarked[row.pk]) for row in shown],
        "unremarked": sum(1 for row in shown if not remarked[row.pk]),
        "remarks": remarked.get(report.pk, []) if report else [],
        "may_accept": ProgressReport.State.UNDER_REVIEW in states,
        "may_approve": ProgressReport.State.AWAITING_APPROVAL in states,
        "left": len(everything),
        "agencies": sorted({row.agency for row in everything}, key=lambda agency: agency.order),
        "chapters": sorted(
            {row.task.chapter for row in everything if row.task}, key=lambda chapter: chapter.number
        ),
        "elsewhere": review_queue.elsewhere(request.user, period),
        "report": report,
        "before": shown[at - 1] if at else None,
        "after": shown[at + 1] if at is not None and at + 1 < len(shown) else None,
        "at": at + 1 if at is not None else None,
        "query": f"?{query.urlencode()}" if query else "",
        "is_office": request.user.is_office,
    }
    if report is not None:
        context |= _detail(request, report, said)
        context["decision"] = decision or DecisionForm(initial={"revision": report.revision})
    return render(request, "progress/reviews.html", context, status=status)


def _detail(request, report, what_was_said):
    """The return on the right: its lines, marked against the last version or the last quarter."""
    now = timezone.now()
    readable = permissions.content_for(request.user, report)
    last, older = what_was_said.last(report), what_was_said.older(report)
    if readable == "live":
        said, older = content.snapshot(content.load(report.pk)), last
    else:
        said = last.content
    older = older.content if older else None
    last_quarter = what_was_said.quarter_before(report)
    choices = {"version": older, "quarter": last_quarter, "none": None}
    compare = request.GET.get("compare", "")
    if compare not in choices or (compare != "none" and choices[compare] is None):
        compare = "version" if older else "quarter" if last_quarter else "none"
    actions = {action.verb: action for action in workflow.actions_for(request.user, report, now)}
    sheet = sheet_of(report)
    return {
        "sheet": sheet,
        "said": said,
        "lines": paper.lines(said, choices[compare]),
        "compare": compare,
        "compares": [
            ("version", "与上一版比", older is not None),
            ("quarter", "与上季度比", last_quarter is not None),
            ("none", "只看正文", True),
        ],
        "accept": actions.get("accept") or actions.get("approve"),
        "send_back": actions.get("send_back"),
        "offline": actions.get("approve_offline"),
        "scan": papers.scan_of(request.user, report),
        "steps": sheet.steps(readable == "live"),
        "version": last if readable != "live" else None,
        "common": DecisionForm.COMMON,
        "late": report.is_late(now),
        "handed_open": handouts.open_of(report) if readable == "live" else 0,
    }


def _decide(request, period, everything, shown, report):
    decision = DecisionForm(request.POST)
    if not decision.is_valid():
        return _page(request, period, everything, shown, report, decision, status=400)
    verb = decision.cleaned_data["verb"]
    reason = {"reason": decision.full_reason()} if verb in workflow.NEEDS_REASON else {}
    following = _following(shown, report)
    try:
        getattr(workflow, verb)(
            report, by=request.user, now=timezone.now(), revision=decision.cleaned_data["revision"], **reason
        )
    except Incomplete as incomplete:
        decision.add_error("reason", incomplete.fields.get("reason", incomplete.reason))
        return _page(request, period, everything, shown, report, decision, status=400)
    except (Stale, WrongState) as refusal:
        if not _just_did(request.user, report, verb):
            messages.error(request, moved_on(report, refusal))
            return redirect(_address(period, report, request))
    else:
        done = DECIDED[verb].format(to=report.addressee)
        messages.success(request, f"{done}：{review_queue.name_of(report)}。")
    return redirect(_address(period, following, request))


def _just_did(user, report, verb):
    """Whether the same click arrived twice: this person's was the last step, by this very verb."""
    last = report.steps.order_by("-pk").first()
    return last is not None and last.by_id == user.pk and last.verb == verb


def _following(shown, report):
    """The next return of the list, going on from the top after the last; None when none is left."""
    rows = [row.pk for row in shown]
    at = rows.index(report.pk) if report.pk in rows else -1
    rest = shown[at + 1 :] + shown[: max(at, 0)]
    return rest[0] if rest else None


def _address(period, report, request):
    """The page of a return in the queue, the filters kept; the queue itself for None."""
    plan = period.plan.code
    query = request.GET.copy()
    for passing in ("compare", "choose"):
        query.pop(passing, None)
    suffix = f"?{query.urlencode()}" if query else ""
    if report is None:
        return reverse("progress:reviews", args=[plan, period.code]) + suffix
    return reverse("progress:review", args=[plan, period.code, report.pk]) + suffix
