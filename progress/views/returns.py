"""填报情况: the returns of a period by status; every count elsewhere opens its rows here."""

from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, Subquery
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.models import Role
from agencies.spreadsheets import Column, list_response
from progress import figures, papers, permissions, vacancy
from progress.filters import ReportsOfPeriodFilter
from progress.models import ProgressReport, ReportStep
from progress.time_forms import WaiverForm
from progress.views.place import period_at

PAGE = 100
CAME_FROM = ReportStep.objects.filter(report=OuterRef("pk")).order_by("-pk").values("from_state")[:1]
# Reports of whole units come after those of tasks.
NUMBER = F("task__number").asc(nulls_last=True)
ORDERS = {
    "number": [NUMBER, "order", "agency__order"],
    "agency": ["agency__order", NUMBER],
    "left": ["left_at", NUMBER],
    "status": ["state", NUMBER],
}
BACKWARDS = {NUMBER: F("task__number").desc(nulls_last=True)}


@require_safe
def returns(request, plan, period):
    permissions.check_read_returns(request.user)
    return returns_page(request, period_at(request, plan, period))


def returns_page(request, period, *, waiver=None, chosen=(), problem=""):
    """The list; waiver: what the office typed about the rows `chosen`, and why it was not done (problem)."""
    now = timezone.now()
    found = _filter(request, period)
    kinds = _kinds(found)
    signers = vacancy.Signers(request.user, now)
    page = Paginator(_ordered(request, found.qs), PAGE).get_page(request.GET.get("page"))
    context = {
        "plan": period.plan,
        "period": period,
        "filter": found,
        "page": page,
        "rows": [(report, report.is_late(now), signers.is_stuck(report)) for report in page],
        "stuck": vacancy.stuck(found.queryset, signers),
        "ways_out": vacancy.WAYS_OUT,
        "kinds": kinds,
        "total": sum(count for _, _, count in kinds),
        "filing": figures.filing(period.plan, period, request.user, now),
        "only_accepted": not request.user.has_role(Role.OFFICE, Role.REPORTER, Role.APPROVER),
        "may_waive": request.user.is_office,
        "waiver": waiver or WaiverForm(),
        "chosen": chosen,
        "problem": problem,
    }
    return render(request, "progress/returns.html", context, status=400 if problem else 200)


@require_safe
def unit_list(request, plan, period):
    """The summaries of units among the returns of a period."""
    return redirect(f"{reverse('progress:returns', args=[plan, period])}?kind={ProgressReport.Kind.UNIT}")


def _kinds(found):
    """How many rows of each kind the list has before it is filtered: [(code, words, count)]; one query."""
    counted = dict(found.whole.order_by("kind").values_list("kind").annotate(Count("pk")))
    kinds = ProgressReport.Kind
    return [(kind, kind.label, counted[kind]) for kind in (kinds.TASK, kinds.UNIT) if kind in counted]


def _filter(request, period):
    rows = (
        ProgressReport.objects.visible_to(request.user)
        .filter(period=period)
        .select_related("agency", "period__plan", "task__chapter", "task_return")
    )
    return ReportsOfPeriodFilter(request.GET, rows, request=request, period=period)


def _ordered(request, rows):
    wanted = request.GET.get("sort", "")
    order = ORDERS.get(wanted.removeprefix("-"), ORDERS["number"])
    if wanted.startswith("-"):
        first = order[0]
        order = [BACKWARDS.get(first, f"-{first}"), *order[1:]]
    return rows.order_by(*order, "pk")


COLUMNS = [
    Column("序号", 7),
    Column("工作任务", 32),
    Column("单位", 22),
    Column("类别", 14),
    Column("填报方式", 12),
    Column("状态", 16),
    Column("应报时间", 17),
    Column("报送时间", 17),
    Column("是否迟报", 10),
    Column("退回意见", 30),
]


@require_safe
def returns_export(request, plan, period):
    """The list as shown, as Excel."""
    permissions.check_read_returns(request.user)
    period = period_at(request, plan, period)
    now = timezone.now()
    found = _ordered(request, _filter(request, period).qs).annotate(came_from=Subquery(CAME_FROM))
    rows = [_row(report, request.user, now) for report in found]
    title = f"{period.code} 填报情况"
    note = f"{period.plan.title} {period.label}，共 {len(rows)} 项"
    return list_response(f"{period.plan.code} {title}", title, COLUMNS, rows, note=note)


def _row(report, user, now):
    returned = report.state == ProgressReport.State.RETURNED
    aloud = report.came_from in ReportStep.OUTSIDE
    reads = permissions.reads_return_reason(user, report, said_aloud=aloud)
    return [
        report.task.number if report.task else None,
        report.task.title if report.task else report.short_subject,
        report.agency.name,
        report.get_duty_display() if report.task else "",
        # Before it is out, what stands there may be a draft.
        report.task_return.get_nature_display() if report.task and report.state in papers.OUT else "",
        "免报" if report.waived_at else report.state_word,
        report.due_at,
        report.left_at,
        report.is_late(now),
        report.return_reason if returned and reads else "",
    ]
