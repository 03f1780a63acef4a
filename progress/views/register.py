"""重点任务: all tasks as they stand, filtered by the address, exported as shown."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.spreadsheets import Column, list_response
from progress import figures
from progress.filters import TaskStandingFilter
from progress.views.place import of_a_quarter, period_at
from tasks.models import Task

ORDERS = {
    "number": lambda row: row.task.number,
    "percent": lambda row: (row.percent is None, row.percent),
    "gap": lambda row: (row.gap is None, row.gap),
    "lamp": lambda row: figures.LAMP_ORDER.index(row.lamp_code),
}


@require_safe
@of_a_quarter
def register(request, plan, period):
    period = period_at(request, plan, period)
    found = _filter(request, period)
    shown = _sorted(found.shown, request.GET.get("sort", ""))
    context = {
        "plan": period.plan,
        "period": period,
        "filter": found,
        "shown": shown,
        "total": len(found.standings),
        "in_chapters": not request.GET.get("sort"),
        "lamps": figures.lamp_counts(shown),
        "query": request.GET.get("q", ""),
    }
    return render(request, "progress/register.html", context)


def _filter(request, period):
    rows = figures.standings(period.plan, period, request.user, timezone.now())
    tasks = Task.objects.filter(plan=period.plan)
    return TaskStandingFilter(request.GET, tasks, request=request, standings=rows, plan=period.plan)


def _sorted(rows, wanted):
    """The rows by a column of ORDERS, “-” for descending; what has no figure always comes last."""
    key = ORDERS.get(wanted.removeprefix("-"))
    if key is None:
        return rows
    missing = [row for row in rows if wanted.endswith(("percent", "gap")) and row.percent is None]
    present = [row for row in rows if row not in missing]
    return sorted(present, key=key, reverse=wanted.startswith("-")) + missing


COLUMNS = [
    Column("序号", 7),
    Column("行动", 24),
    Column("工作任务", 30),
    Column("牵头单位", 24),
    Column("配合单位", 30),
    Column("年度目标", 36),
    Column("完成率（%）", 11),
    Column("序时（%）", 11),
    Column("亮灯", 12),
    Column("亮灯说明", 34),
    Column("待审（项）", 10),
    Column("当前进展", 60),
    Column("存在问题", 36),
    Column("下一步措施", 36),
]


@require_safe
@of_a_quarter
def register_export(request, plan, period):
    """The register as shown, as Excel."""
    period = period_at(request, plan, period)
    rows = [
        _row(standing) for standing in _sorted(_filter(request, period).shown, request.GET.get("sort", ""))
    ]
    title = f"{period.code} 重点任务"
    note = f"{period.plan.title} {period.label}，共 {len(rows)} 项"
    return list_response(f"{period.plan.code} {title}", title, COLUMNS, rows, note=note)


def _row(standing):
    task = standing.task
    word = standing.lamp_word + ("（系统测算）" if standing.is_computed else "")
    return [
        task.number,
        task.chapter.title,
        task.title,
        standing.leads_text,
        standing.supports_text,
        standing.goal_text or "目标未定",
        standing.percent,
        standing.expected,
        word,
        standing.lamp_reason,
        standing.pending,
        standing.progress_text,
        standing.problem,
        standing.next_steps,
    ]
