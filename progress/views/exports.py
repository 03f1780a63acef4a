"""What can be taken away from a quarter as Excel."""

from dataclasses import dataclass

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.spreadsheets import Column, list_response, workbook_response
from progress import exports as workbooks
from progress import figures, issuing, permissions
from progress.models import Issuance
from progress.periods import with_counts
from progress.views.periods import plan_known_to
from progress.views.place import of_a_quarter, period_at


@dataclass(frozen=True)
class ListExport:
    """A list page whose rows can be taken away; with filters, from the page itself."""

    label: str
    purpose: str
    page: str
    export: str


LISTS = (
    ListExport("任务清单", "每项任务的单位、进度和亮灯。", "progress:register", "progress:register_export"),
    ListExport("报送清单", "每个单位每项任务报到了哪一步。", "progress:returns", "progress:returns_export"),
    ListExport("更正申请", "已采用内容的更正和依据。", "progress:corrections", "progress:corrections_export"),
    ListExport("待核定数据", "仍为预计或快报的指标值。", "progress:values", "progress:values_export"),
    ListExport("本期反映的问题", "已采用进展中反映的问题。", "progress:problems", "progress:problems_export"),
    ListExport("年度目标", "当年年度工作要点和序时安排。", "tasks:goals", "tasks:goals_export"),
    ListExport("量化目标", "计划原文中的指标和目标值。", "tasks:targets", "tasks:targets_export"),
    ListExport("项目", "计划原文点名的项目及阶段。", "tasks:projects", "tasks:projects_export"),
)


@require_safe
@of_a_quarter
def exports(request, plan, period):
    permissions.check_read_returns(request.user)
    period = period_at(request, plan, period)
    now = timezone.now()
    context = {
        "period": period,
        "now": now,
        "sheets": workbooks.SHEETS,
        "filename": workbooks.filename(period.plan, period),
        "filing": figures.filing(period.plan, period, request.user, now),
        "lists": [
            {
                "label": each.label,
                "purpose": each.purpose,
                "page": reverse(each.page, args=[plan, period.code]),
                "export": reverse(each.export, args=[plan, period.code]),
            }
            for each in LISTS
        ],
        "sees_all": request.user.is_office,
    }
    return render(request, "progress/exports.html", context)


@require_safe
@of_a_quarter
def export_quarter(request, plan, period):
    """季度汇总, as far as this person may know the quarter."""
    permissions.check_read_returns(request.user)
    period = period_at(request, plan, period)
    now, name = timezone.now(), workbooks.filename(period.plan, period)
    content = workbooks.quarter_workbook(period.plan, period, request.user, now)
    if request.method == "GET":
        issuing.record_issue(Issuance.Kind.WORKBOOK, name, period=period, by=request.user, now=now)
    return workbook_response(name, content)


PERIOD_COLUMNS = (
    Column("报告期", 18),
    Column("起", 12),
    Column("止", 12),
    Column("开放时间", 18),
    Column("截止时间", 18),
    Column("应报", 9),
    Column("已报送", 9),
    Column("已采用", 9),
    Column("状态", 16),
)


@require_safe
def export_periods(request, plan):
    """The plan's quarters as the page lists them."""
    plan = plan_known_to(request.user, plan)
    rows = [_period_row(row) for row in with_counts(plan, request.user)]
    title = "报告期"
    return list_response(f"{plan.code} {title}", title, PERIOD_COLUMNS, rows, note=plan.title)


def _period_row(row):
    counts = (row.owed_count, row.left_count, row.accepted_count) if row.is_open else (None, None, None)
    state = (
        "已锁定" if row.is_locked else "补录" if row.is_backfill else "已开放" if row.is_open else "未开放"
    )
    due = row.due_at or ("不设截止" if row.is_backfill else "待定")
    return [row.label, row.starts_on, row.ends_on, row.opens_at, due, *counts, state]
