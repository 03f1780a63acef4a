"""存在问题: what stands in the way, as told in accepted returns."""

from django.db.models import Q
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.spreadsheets import Column, list_response
from progress import figures, permissions, units
from progress.filters import ProblemFilter
from progress.models import ProgressReport
from progress.views.place import of_a_quarter, period_at


@require_safe
@of_a_quarter
def problems(request, plan, period):
    permissions.check_read_returns(request.user)
    period = period_at(request, plan, period)
    everything, found, rows = _rows(request, period)
    context = {
        "plan": period.plan,
        "period": period,
        "filter": found,
        "rows": rows,
        "total": len(everything),
        "requests": sum(1 for row in rows if row.request),
    }
    return render(request, "progress/problems.html", context)


def _rows(request, period):
    """(all problems, the filter, those that fit it)."""
    reports = ProgressReport.objects.filter(units.summaries_of(period) | Q(period=period))
    found = ProblemFilter(request.GET, reports, request=request, period=period)
    everything = figures.problems(period.plan, period, request.user, timezone.now())
    return everything, found, found.of(everything)


COLUMNS = [
    Column("序号", 7),
    Column("存在问题", 44),
    Column("涉及任务/项目", 30),
    Column("责任单位", 22),
    Column("整改措施", 40),
    Column("需上级协调事项", 36),
]


@require_safe
@of_a_quarter
def problems_export(request, plan, period):
    """The list as shown, as Excel, in the columns of the 问题清单 that a return can fill."""
    permissions.check_read_returns(request.user)
    period = period_at(request, plan, period)
    _, _, rows = _rows(request, period)
    lines = [
        [
            number,
            row.problem,
            row.report.subject,
            row.agency.name,
            row.next_steps,
            row.request,
        ]
        for number, row in enumerate(rows, start=1)
    ]
    title = f"{period.code} 问题清单"
    note = f"{period.plan.title} {period.label}，共 {len(lines)} 条"
    return list_response(f"{period.plan.code} {title}", title, COLUMNS, lines, note=note)
