"""The audit trail: who did what, when."""

from django.core.paginator import Paginator
from django.shortcuts import render

from agencies.audit import readable_trail
from agencies.filters import SUBJECTS, TrailFilter
from agencies.permissions import check_read_trail, sees
from agencies.spreadsheets import Column, list_response

PER_PAGE = 100
LONGEST_EXPORT = 20_000


def trail(request):
    check_read_trail(request.user)
    known = readable_trail(request.user)
    filters = TrailFilter(request.GET, queryset=known)
    page = Paginator(filters.qs, PER_PAGE).get_page(request.GET.get("page"))
    for event in page:
        _prepare(event, request.user)
    context = {
        "filter": filters,
        "page": page,
        "total": known.count(),
        "shown": page.paginator.count,
    }
    return render(request, "agencies/trail.html", context)


def trail_export(request):
    """The newest lines under the same filters, as Excel."""
    check_read_trail(request.user)
    events = TrailFilter(request.GET, queryset=readable_trail(request.user)).qs[:LONGEST_EXPORT]
    columns = [
        Column("时间", 18),
        Column("操作人", 12),
        Column("用户名", 16),
        Column("单位", 26),
        Column("动作", 18),
        Column("对象类别", 12),
        Column("对象", 44),
        Column("内容", 50),
    ]
    rows = (_row(_prepare(event, request.user)) for event in events)
    return list_response("操作记录", "操作记录", columns, rows)


def _prepare(event, user):
    """Name the kind of object; what was said about a return, or to supervision, is for those who may read
    returns."""
    event.subject_kind = SUBJECTS.get(event.subject_type, "其他")
    if event.subject_type.startswith(("progress.", "supervision.")) and not sees(user, "return_left"):
        event.detail = {}
    return event


def _row(event):
    detail = "；".join(f"{key}：{value}" for key, value in event.detail.items())
    return [
        event.at,
        event.actor_name,
        event.actor_username,
        event.agency_name,
        event.verb,
        event.subject_kind,
        event.subject_label,
        detail,
    ]
