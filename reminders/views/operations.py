"""运行情况: how queue, jobs and channels fare; what was not sent; whom nothing reaches."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agencies.spreadsheets import Column, list_response
from progress.views.typed import numbers_of
from progress.workflow import WrongState
from reminders import operations, unreached
from reminders.filters import UnsentFilter
from reminders.models import Message
from reminders.permissions import check_operate, reads_what_was_said

PAGE = 50
MOST_AT_ONCE = 500
MOST_EXPORTED = 5000
MOST_PEOPLE = 500
SORTS = {"at": "planned_at", "attempts": "attempts", "error": "error", "state": "state"}
DONE = {"retry": "已重新排队，将在一分钟内发送", "delivered": "已标记送达", "give_up": "已放弃发送"}
COLUMNS = [
    *(Column("状态", 12), Column("渠道", 12), Column("发往", 30), Column("类别", 12), Column("标题", 40)),
    *(Column("日期", 12), Column("尝试次数", 10), Column("未送达原因", 50)),
]


@require_safe
def operations_page(request):
    """Queue, jobs and channels, and how many are not reached."""
    check_operate(request.user)
    now = timezone.now()
    counts, queue_age = operations.queue(now)
    jobs = operations.jobs(now)
    context = {
        "counts": counts,
        "queue_minutes": queue_age // 60,
        "queue_is_late": queue_age > operations.QUEUE_IS_LATE.total_seconds(),
        "jobs": jobs,
        "troubled": sum(1 for job in jobs if job.trouble),
        "has_run": any(job.finished_at for job in jobs),
        "channels": operations.channels(),
        "deaf": unreached.deaf_rules(),
        "nobody": len(unreached.bodies_with_nobody(now)),
        "without_mail": unreached.without_mail(now).count(),
    }
    return render(request, "reminders/operations.html", context)


@require_safe
def unsent(request):
    """Messages that failed or whose fate nobody knows; their words for the office alone."""
    check_operate(request.user)
    filters = UnsentFilter(request.GET, queryset=_sorted(request))
    page = Paginator(filters.qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": filters,
        "page": page,
        "total": operations.unsent().count(),
        "shown": page.paginator.count,
        "may_read": reads_what_was_said(request.user),
    }
    return render(request, "reminders/unsent.html", context)


@require_safe
def unsent_export(request):
    """What the list shows under the same filters, as Excel."""
    check_operate(request.user)
    found = UnsentFilter(request.GET, queryset=_sorted(request)).qs[:MOST_EXPORTED]
    may_read = reads_what_was_said(request.user)
    return list_response("未送达消息", "未送达消息", COLUMNS, [_row(each, may_read) for each in found])


def _sorted(request):
    wanted = request.GET.get("sort", "")
    column = SORTS.get(wanted.removeprefix("-"))
    if column is None:
        return operations.unsent()
    return operations.unsent().order_by(f"-{column}" if wanted.startswith("-") else column, "-pk")


def _row(message, may_read):
    return (
        message.get_state_display(),
        message.robot.get_form_display() if message.robot_id else message.get_channel_display(),
        str(message.robot or message.recipient),
        message.get_kind_display(),
        message.subject if may_read else "",
        message.day,
        message.attempts,
        message.error,
    )


@require_POST
def unsent_settle(request):
    """重试, 标记已送达 or 放弃 what was ticked, or the one whose button was pressed ("retry:17")."""
    check_operate(request.user)
    name, _, single = request.POST.get("verb", "").partition(":")
    verb = operations.VERBS.get(name)
    if verb is None:
        return HttpResponseBadRequest("不认识的操作，请返回上一页重试。")
    wanted = [single] if single else request.POST.getlist("message")
    chosen = numbers_of(wanted[:MOST_AT_ONCE])
    done, late = 0, 0
    for message in Message.objects.filter(pk__in=chosen):
        try:
            verb(message, by=request.user, now=timezone.now())
            done += 1
        except WrongState:
            late += 1
    _tell(request, DONE[name], done, late)
    return redirect(f"{reverse('reminders:unsent')}{'?' if request.GET else ''}{request.GET.urlencode()}")


def _tell(request, words, done, late):
    if done:
        messages.success(request, f"{words}：{done} 条。")
    if late:
        messages.warning(request, f"{late} 条刚被他人处理过，没有改动。")
    if not done and not late:
        messages.warning(request, "没有选择消息，请先勾选。")


@require_safe
def unreached_page(request):
    """Rules, bodies and people by name, as `unreached` finds them."""
    check_operate(request.user)
    now = timezone.now()
    people = list(unreached.without_mail(now)[: MOST_PEOPLE + 1])
    context = {
        "people": people[:MOST_PEOPLE],
        "are_more": len(people) > MOST_PEOPLE,
        "bodies": unreached.bodies_with_nobody(now),
        "deaf": unreached.deaf_rules(),
    }
    return render(request, "reminders/unreached.html", context)
