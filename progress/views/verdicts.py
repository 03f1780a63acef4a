"""亮灯审定: the list of lamps on their way to 审定, and what the office does with many at once."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agencies.models import Role
from progress import hearings, permissions, proposals, verdicts
from progress.timetable import spoken_day
from progress.verdict_forms import HearingFilter
from progress.views.place import of_a_quarter, period_at
from progress.views.typed import numbers_of

NAMED_AT_MOST = 5


@require_safe
@of_a_quarter
def verdict_list(request, plan, period):
    """The office's working list; lead bodies find here what was put to them."""
    period = period_at(request, plan, period)
    permissions.check_verdicts(request.user)
    rows = hearings.of_period(period, request.user, timezone.now())
    if not request.user.is_office:
        rows = [row for row in rows if row.proposal is not None]
    own = request.user.agency_ids(Role.REPORTER, Role.APPROVER)
    answerable = {row.task.number for row in rows if row.awaits(own)}
    found = HearingFilter(request.GET, rows=rows)
    context = {
        "plan": period.plan,
        "period": period,
        "filter": found,
        "rows": found.shown,
        "total": len(rows),
        "counts": hearings.count(rows),
        "is_office": request.user.is_office,
        "answerable": answerable,
    }
    return render(request, "progress/verdicts.html", context)


@require_POST
@of_a_quarter
def propose_verdicts(request, plan, period):
    """拟定: the tasks named in the form, or all that wait for it."""
    return _act(
        request, plan, period, proposals.propose, "已拟定 {} 项任务的亮灯和文字，发出反馈前只有办公室看得到。"
    )


@require_POST
@of_a_quarter
def send_verdicts(request, plan, period):
    """发出反馈: the proposals named in the form, or all not sent yet."""
    said = "已将 {} 项拟定亮灯发给牵头单位，{}前反馈。"
    return _act(request, plan, period, proposals.send_for_feedback, said)


@require_POST
@of_a_quarter
def confirm_verdicts(request, plan, period):
    """审定: the tasks named in the form, or all that are ready."""
    said = "已审定 {} 项任务的亮灯，各单位和市领导现在可以看到。"
    return _act(request, plan, period, verdicts.confirm_verdicts, said)


@require_POST
@of_a_quarter
def reply_verdicts(request, plan, period):
    """无异议 of a lead's people to several proposals at once, each named with the revision they saw."""
    period = period_at(request, plan, period)
    permissions.check_verdicts(request.user)
    seen = dict(pair for value in request.POST.getlist("task") if (pair := _number_and_revision(value)))
    try:
        outcome = proposals.agree(period, seen, by=request.user, now=timezone.now())
    except proposals.Refused as refused:
        messages.error(request, refused.reason)
    else:
        _tell(request, outcome, "已记录对 {} 项拟定亮灯没有异议。")
    return redirect("progress:verdicts", period.plan.code, period.code)


def _number_and_revision(value):
    """(task number, revision) of “45:2”; None for anything else."""
    parts = value.split(":")
    numbers = numbers_of(parts)
    return tuple(numbers) if len(numbers) == len(parts) == 2 else None


def _act(request, plan, period, act, said):
    period = period_at(request, plan, period)
    permissions.check_confirm_verdicts(request.user)
    numbers = "all" if request.POST.get("all") else numbers_of(request.POST.getlist("task"))
    try:
        outcome = act(period, numbers, by=request.user, now=timezone.now())
    except proposals.Refused as refused:
        messages.error(request, refused.reason)
    else:
        _tell(request, outcome, said)
    if request.POST.get("back") == "verdict" and numbers != "all" and len(numbers) == 1:
        return redirect("progress:verdict", period.plan.code, period.code, numbers[0])
    return redirect("progress:verdicts", period.plan.code, period.code)


def _tell(request, outcome, said):
    """How many were done, and which were left and why."""
    if outcome.done:
        ends = getattr(outcome.done[0], "feedback_due_at", None)
        messages.success(request, said.format(len(outcome.done), spoken_day(ends) if ends else ""))
    elif not outcome.skipped:
        messages.info(request, "没有需要办理的任务。")
    if outcome.skipped:
        named = "；".join(f"第 {number} 项{why}" for number, why in outcome.skipped[:NAMED_AT_MOST])
        more = f"；等 {len(outcome.skipped)} 项" if len(outcome.skipped) > NAMED_AT_MOST else ""
        messages.warning(request, f"未办理：{named}{more}。")
