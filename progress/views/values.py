"""待核定数据: values of accepted returns still 预计 or 快报, with the way to settle them."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agencies.models import Role
from agencies.spreadsheets import Column, list_response
from progress import figures, permissions
from progress.filters import ValueFilter
from progress.frame import frame_of
from progress.models import TargetValue
from progress.views.place import period_at

PAGE = 100


@require_safe
def values(request, plan, period):
    """Values of the whole plan, newest quarter first."""
    period, found = _listed(request, plan, period)
    counts = {
        certainty: found.queryset.filter(certainty=certainty).count()
        for certainty in (TargetValue.Certainty.ESTIMATED, TargetValue.Certainty.PRELIMINARY)
    }
    context = {
        "plan": period.plan,
        "period": period,
        "filter": found,
        "page": Paginator(found.qs, PAGE).get_page(request.GET.get("page")),
        "estimated": counts[TargetValue.Certainty.ESTIMATED],
        "preliminary": counts[TargetValue.Certainty.PRELIMINARY],
        "total": sum(counts.values()),
        "own": request.user.agency_ids(Role.REPORTER, Role.APPROVER),
        "sees_all": request.user.has_role(Role.OFFICE, Role.LEADER),
    }
    return render(request, "progress/values.html", context)


def _listed(request, plan, period):
    permissions.check_read_returns(request.user)
    period = period_at(request, plan, period)
    rows = figures.unsettled(period.plan, request.user)
    return period, ValueFilter(request.GET, rows, request=request, periods=frame_of(request).all_of_plan)


COLUMNS = [
    Column("报告期", 18),
    Column("序号", 7),
    Column("工作任务", 32),
    Column("指标", 28),
    Column("目标", 16),
    Column("现报值", 16),
    Column("单位", 10),
    Column("数据性质", 10),
    Column("填报单位", 22),
    Column("说明", 28),
]


@require_safe
def values_export(request, plan, period):
    """The list as shown, as Excel."""
    period, found = _listed(request, plan, period)
    rows = [_row(each) for each in found.qs]
    note = f"{period.plan.title}，共 {len(rows)} 个"
    return list_response(f"{period.plan.code} 待核定数据", "待核定数据", COLUMNS, rows, note=note)


def _row(each):
    report, target = each.report, each.target
    return [
        report.period.label,
        report.task.number,
        report.task.title,
        target.indicator,
        f"{target.get_operator_display()} {target.value_text}",
        each.value_text if each.value is None else each.value,
        target.unit,
        each.get_certainty_display(),
        report.agency.name,
        each.note,
    ]
