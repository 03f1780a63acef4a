"""提醒台账: every reminder and what followed; the office's of everybody, a body's of its own."""

from django.core.paginator import Paginator
from django.db.models import F
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.spreadsheets import Column, list_response
from progress.frame import frame_of
from progress.views.place import plan_at
from reminders import ledger as rules
from reminders.filters import LedgerFilter
from reminders.permissions import check_read_ledger

PAGE = 100
NUMBER = F("task__number").asc(nulls_last=True)
ORDERS = {
    "at": ["created_at", "pk"],
    "agency": ["agency__order", NUMBER, "-created_at", "-pk"],
    "number": [NUMBER, "agency__order", "-created_at", "-pk"],
    "answered": [F("answered_at").asc(nulls_last=True), "-pk"],
}
BACKWARDS = {
    "at": "-created_at",
    "agency": "-agency__order",
    "number": F("task__number").desc(nulls_last=True),
    "answered": F("answered_at").desc(nulls_last=True),
}


@require_safe
def ledger(request, plan):
    """The lines this person may read, the newest first."""
    plan = plan_at(request, plan)
    check_read_ledger(request.user)
    found, rows, total = _found(request, plan)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "plan": plan,
        "filter": found,
        "page": page,
        "rows": [_shown(each) for each in page],
        "total": total,
        "is_office": request.user.is_office,
    }
    return render(request, "reminders/ledger.html", context)


def _found(request, plan):
    """(the filter, the lines that fit in the order asked for, how many lines there are in all)."""
    lines = rules.lines(request.user, plan)
    found = LedgerFilter(request.GET, lines, request=request, periods=frame_of(request).all_of_plan)
    wanted = request.GET.get("sort", "")
    name = wanted.removeprefix("-")
    if name not in ORDERS:
        return found, found.qs.order_by("-created_at", "-pk"), lines.count()
    order = ORDERS[name]
    if wanted.startswith("-"):
        order = [BACKWARDS[name], *order[1:]]
    return found, found.qs.order_by(*order), lines.count()


def _shown(line):
    code, words = rules.state_of(line)
    return {
        "line": line,
        "by": rules.by_words(line),
        "channel": rules.channel_words(line),
        "to": rules.to_words(line),
        "code": code,
        "state": words,
        "read": rules.read_words(line),
        "days": rules.days_to_answer(line),
        "can_be_followed": rules.can_be_followed(line),
    }


COLUMNS = [
    Column("时间", 18),
    Column("单位", 24),
    Column("任务序号", 9),
    Column("事项", 48),
    Column("报告期", 16),
    Column("方式", 24),
    Column("渠道", 12),
    Column("收件人", 16),
    Column("状态", 16),
    Column("是否阅读", 10),
    Column("其后报送或办理", 18),
    Column("间隔天数", 10),
    Column("通话或催报内容", 36),
]


@require_safe
def ledger_export(request, plan):
    """The list as shown, as Excel; at most `ledger.MOST_ROWS` lines, and the sheet says so."""
    plan = plan_at(request, plan)
    check_read_ledger(request.user)
    _, rows, _ = _found(request, plan)
    found = list(rows[: rules.MOST_ROWS + 1])
    cut = len(found) > rules.MOST_ROWS
    lines = [_row(each) for each in found[: rules.MOST_ROWS]]
    note = f"{plan.title}，{timezone.localdate():%Y-%m-%d}，共 {len(lines)} 条"
    if cut:
        note = f"只列出前 {rules.MOST_ROWS} 条，请缩小筛选范围后分次导出"
    return list_response(f"{plan.code} 提醒台账", "提醒台账", COLUMNS, lines, note=note)


def _row(line):
    shown = _shown(line)
    return [
        line.told_at or line.created_at,
        line.agency.name if line.agency else "",
        line.task.number if line.task else None,
        line.line,
        line.period.label if line.period else "",
        shown["by"],
        shown["channel"],
        shown["to"],
        shown["state"],
        shown["read"],
        line.answered_at if line.told_at else None,
        shown["days"],
        line.urge.words if line.urge else "",
    ]
