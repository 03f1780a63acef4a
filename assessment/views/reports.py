"""总结报告: the list, beginning one, watching it being gathered, 作废."""

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.spreadsheets import Column, list_response
from assessment import assembling, jobs, report_lists
from assessment.filters import ReportFilter
from assessment.models import SummaryReport
from assessment.permissions import check_edit_reports, check_read_reports
from assessment.spans import span_of
from progress.views.place import plan_at
from progress.views.typed import number_of
from progress.workflow import Incomplete, Stale, WrongState
from supervision.views.sorting import in_order

PAGE = 50
ONE_MINUTE = timedelta(minutes=1)
NEWEST = ("-period__ends_on", "-made_at", "-pk")
ORDERS = {
    "title": ("title", "pk"),
    "period": ("period__ends_on", "outline__kind", "pk"),
    "state": ("state", "pk"),
    "editions": ("last_edition", "pk"),
    "made": ("made_at", "pk"),
}


# --- the list --------------------------------------------------------------------------------------


@require_safe
def reports_page(request, plan):
    """Reports of the plan: the office's all, leaders' those that were frozen at least once."""
    plan, found, rows = _listed(request, plan)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for report in page.object_list:
        report.span_label = span_of(report).label
    context = {
        "plan": plan,
        "filter": found,
        "page": page,
        "total": found.queryset.count(),
        "is_office": request.user.is_office,
    }
    return render(request, "assessment/reports.html", context)


def _listed(request, plan):
    check_read_reports(request.user)
    plan = plan_at(request, plan)
    rows = SummaryReport.objects.visible_to(request.user).filter(period__plan=plan).defer("figures")
    rows = rows.select_related("period__plan", "outline", "made_by").annotate(
        last_edition=Max("editions__number"), frozen_at=Max("editions__frozen_at")
    )
    known = {"plan": plan, "is_office": request.user.is_office}
    found = ReportFilter(request.GET, rows.order_by(*NEWEST), request=request, **known)
    return plan, found, in_order(found.qs, request.GET.get("sort", ""), ORDERS)


COLUMNS = [
    Column("标题", 52),
    Column("报告期", 18),
    Column("类别", 12),
    Column("状态", 10),
    Column("定稿", 10),
    Column("定稿时间", 18),
    Column("数据截至", 18),
    Column("起草人", 14),
    Column("起草时间", 18),
]


@require_safe
def reports_export(request, plan):
    """The list as shown, as Excel."""
    plan, _, rows = _listed(request, plan)
    lines = [
        [
            each.title,
            span_of(each).label,
            each.outline.get_kind_display(),
            each.get_state_display(),
            f"第{each.last_edition}稿" if each.last_edition else "",
            each.frozen_at,
            each.gathered_at,
            str(each.made_by),
            each.made_at,
        ]
        for each in rows
    ]
    note = f"{plan.title}，共 {len(lines)} 份"
    return list_response(f"{plan.code} 总结报告", "总结报告", COLUMNS, lines, note=note)


# --- beginning one ---------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def report_new(request, plan):
    """Which year, half-year or quarter; POST begins the report and has a worker look."""
    check_edit_reports(request.user)
    plan = plan_at(request, plan)
    found = report_lists.choices(plan)
    if request.method != "POST":
        return _choices(request, plan, found)
    wanted = next((each.span for each in found if each.span.code == request.POST.get("span")), None)
    if wanted is None:
        problem = "请选择一个已经开放的报告期。还没有开放的报告期没有数据，不能起草报告。"
        return _choices(request, plan, found, problem, status=400)
    try:
        report = assembling.begin(wanted.period, wanted.kind, by=request.user, now=timezone.now())
    except WrongState as wrong:
        return _choices(request, plan, found, wrong.reason, status=409)
    jobs.wake()
    return redirect("assessment:report_gathering", plan.code, report.pk)


def _choices(request, plan, found, problem="", status=200):
    context = {"plan": plan, "choices": found, "problem": problem}
    return render(request, "assessment/report_new.html", context, status=status)


# --- while it is gathered --------------------------------------------------------------------------


def _report_at(request, plan, pk):
    check_edit_reports(request.user)
    plan = plan_at(request, plan)
    rows = SummaryReport.objects.visible_to(request.user).defer("figures")
    rows = rows.select_related("period__plan", "outline", "made_by")
    return get_object_or_404(rows, period__plan=plan, pk=pk)


@require_safe
def report_gathering(request, plan, pk):
    """How far it is, with a live bar; asked again by the page itself (htmx). Done, it leads to the report."""
    report = _report_at(request, plan, pk)
    run = assembling.run_of(report)
    is_part = request.headers.get("HX-Request") == "true"
    if report.state != SummaryReport.State.GATHERING and (run is None or not run.only_section):
        if is_part and "open" not in request.GET:
            # Asks no more every second: that would break off the way to the report again and again.
            return render(
                request, "assessment/_gathered.html", {"plan": report.period.plan, "report": report}
            )
        if is_part:
            return HttpResponse(headers={"HX-Redirect": report.get_absolute_url()})
        return redirect(report)
    context = {"plan": report.period.plan, "report": report, "run": run, "span": span_of(report)}
    context |= _left_alone(run)
    return render(
        request, "assessment/_gathering.html" if is_part else "assessment/report_waiting.html", context
    )


def _left_alone(run):
    """What the page says of a run that nobody takes up: that it waits still, or that no worker is there."""
    waited = assembling.unattended(run, timezone.now()) if run else None
    if waited is None or waited < assembling.SOON:
        return {}
    return {"waits": True, "minutes_alone": waited // ONE_MINUTE if waited >= assembling.LATE else 0}


@require_POST
def report_retry(request, plan, pk):
    """Let a run that was parked be tried again."""
    report = _report_at(request, plan, pk)
    run = assembling.run_of(report)
    try:
        if run is None:
            raise WrongState("这份报告没有在汇编。")
        assembling.retry(run, by=request.user, now=timezone.now())
    except WrongState as wrong:
        messages.error(request, wrong.reason)
    else:
        jobs.wake()
        messages.success(request, "已重新开始汇编，从停下的地方继续。")
    return redirect("assessment:report_gathering", plan, pk)


# --- 作废 ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def report_cancel(request, plan, pk):
    """作废, with a reason; what was frozen stays readable."""
    report = _report_at(request, plan, pk)
    if request.method != "POST":
        return _cancel_page(request, report)
    reason, seen = request.POST.get("reason", ""), number_of(request.POST.get("revision"))
    try:
        assembling.cancel(report, reason=reason, by=request.user, now=timezone.now(), revision=seen)
    except Incomplete as incomplete:
        return _cancel_page(request, report, reason, incomplete.fields["reason"], status=400)
    except WrongState as wrong:
        return _cancel_page(request, report, reason, wrong.reason, status=409)
    except Stale as stale:
        problem = "报告刚被他人修改，没有作废。请看过最新内容后，确认需要再作废。"
        return _cancel_page(request, stale.current, reason, problem, status=412)
    messages.success(request, "报告已作废，可以为这一报告期重新起草。")
    return redirect("assessment:reports", plan)


def _cancel_page(request, report, reason="", problem="", status=200):
    context = {
        "plan": report.period.plan,
        "report": report,
        "reason": reason,
        "problem": problem,
        "editions": report.editions.aggregate(number=Count("pk"))["number"],
    }
    return render(request, "assessment/report_cancel.html", context, status=status)
