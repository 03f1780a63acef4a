"""会议与检查: the list, the page of one meeting, and its being recorded and changed."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.audit import trail_of
from agencies.spreadsheets import Column, list_response
from progress.views.place import plan_at
from supervision import files, meetings
from supervision.attaching_forms import FilesForm
from supervision.filters import MeetingFilter
from supervision.meeting_forms import ActionForm, MeetingForm, as_typed
from supervision.models import Meeting
from supervision.permissions import check_keep_meetings, check_read_supervision
from supervision.views.attempts import attempt, by_now, by_now_revision
from supervision.views.conflicts import differences
from supervision.views.sorting import in_order

PAGE = 50
ORDERS = {"day": ["held_on", "pk"], "kind": ["kind", "-held_on", "pk"], "title": ["title", "pk"]}


# --- the list --------------------------------------------------------------------------------------


@require_safe
def meetings_page(request, plan):
    """Meetings of the plan one may read, the last first."""
    plan, found, rows = _listed(request, plan)
    rows = meetings.with_counts(rows, timezone.now()).prefetch_related("agencies")
    context = {
        "plan": plan,
        "filter": found,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "total": found.queryset.count(),
        "is_office": request.user.is_office,
    }
    return render(request, "supervision/meetings.html", context)


def _listed(request, plan):
    check_read_supervision(request.user)
    plan = plan_at(request, plan)
    rows = Meeting.objects.visible_to(request.user).filter(plan=plan).select_related("plan")
    found = MeetingFilter(request.GET, rows, request=request, plan=plan)
    return plan, found, in_order(found.qs, request.GET.get("sort", ""), ORDERS)


COLUMNS = [
    Column("日期", 12),
    Column("类别", 18),
    Column("名称", 36),
    Column("地点", 18),
    Column("主持或带队", 14),
    Column("参加单位", 40),
    Column("涉及任务", 14),
    Column("序号", 7),
    Column("议定事项", 44),
    Column("责任单位", 22),
    Column("完成时限", 12),
    Column("办理情况", 30),
]


@require_safe
def meetings_export(request, plan):
    """The list as shown, as Excel: one line for each 议定事项."""
    plan, _, rows = _listed(request, plan)
    held = list(rows.prefetch_related("agencies", "tasks"))
    standings = meetings.actions_by_meeting(held, request.user, timezone.now())
    lines = [line for each in held for line in _lines(each, standings[each.pk])]
    note = f"{plan.title}，共 {len(held)} 次"
    return list_response(f"{plan.code} 会议与检查", "会议与检查", COLUMNS, lines, note=note)


def _lines(meeting, standings):
    about = [
        meeting.held_on,
        meeting.get_kind_display(),
        meeting.title,
        meeting.place,
        meeting.chair,
        "、".join(each.name for each in meeting.agencies.all()),
        "、".join(str(each.number) for each in meeting.tasks.all()),
    ]
    rows = [[*about, *_action_cells(each)] for each in standings]
    return rows or [[*about, None, "", "", None, ""]]


def _action_cells(standing):
    action = standing.action
    said = [standing.word, action.outcome, *(each.full_number for each in standing.orders)]
    return [
        action.order,
        action.text,
        action.agency.name if action.agency else "",
        action.due_on,
        "；".join(filter(None, said)),
    ]


# --- one meeting -----------------------------------------------------------------------------------


def meeting_at(request, plan, pk):
    """The meeting of an address, where this person may read it; else 404."""
    check_read_supervision(request.user)
    plan = plan_at(request, plan)
    rows = Meeting.objects.visible_to(request.user).select_related("plan", "recorded_by")
    return get_object_or_404(meetings.with_lists(rows), plan=plan, pk=pk)


@require_safe
def meeting(request, plan, pk):
    """Who met about what, what was agreed, and what became of it."""
    return meeting_shown(request, meeting_at(request, plan, pk))


def meeting_shown(request, found, *, problem="", form=None, files_form=None, chosen=(), status=200):
    """The page; problem: what was not done; form: the new action as it was typed; files_form: with its
    mistakes; chosen: pks of actions ticked."""
    is_office = request.user.is_office
    if is_office and form is None:
        form = ActionForm(plan=found.plan, user=request.user)
    standings = meetings.actions_of(found, request.user, timezone.now())
    context = {
        "plan": found.plan,
        "meeting": found,
        "agencies": meetings.agencies_of(found),
        "tasks": meetings.tasks_of(found),
        "standings": standings,
        "can_be_ordered": [each for each in standings if each.can_be_ordered and each.action.agency_id],
        "files": files.files_of("meeting", found),
        "is_office": is_office,
        "form": form,
        "files_form": files_form or FilesForm(),
        "problem": problem,
        "chosen": chosen,
        "trail": trail_of(found)[:100] if is_office else None,
    }
    return render(request, "supervision/meeting.html", context, status=status)


# --- recording and changing ------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_new(request, plan):
    """登记 a meeting, an inspection or an evaluation."""
    check_keep_meetings(request.user)
    plan = plan_at(request, plan)
    today = timezone.localdate()
    # A task's page may name itself: the meeting is then about it.
    initial = {"held_on": today, "tasks": [request.GET.get("task", "")]}
    typed = request.POST if request.method == "POST" else None
    form = MeetingForm(typed, plan=plan, user=request.user, initial=initial)
    if typed is not None:
        made, refusal = attempt(form, lambda: meetings.record_meeting(plan, form.said, **by_now(request)))
        if refusal is None:
            messages.success(request, "已登记。接着登记议定事项、上传纪要或照片。")
            return redirect(made)
    context = {"plan": plan, "form": form}
    return render(request, "supervision/meeting_edit.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request, plan, pk):
    """Change what is recorded; who comes second sees both texts and decides."""
    check_keep_meetings(request.user)
    found = meeting_at(request, plan, pk)
    about = {"plan": found.plan, "user": request.user}
    if request.method != "POST":
        return _edit_page(request, found, MeetingForm(initial=as_typed(found), **about))
    form, said = MeetingForm(request.POST, **about), by_now_revision(request)
    _, refusal = attempt(form, lambda: meetings.change_meeting(found, form.said, **said))
    if refusal is None:
        messages.success(request, "已保存。")
        return redirect(found)
    if refusal.current:
        both = differences(form, MeetingForm(initial=as_typed(refusal.current), **about))
        kept = MeetingForm(both.typed, **about)
        return _edit_page(request, refusal.current, kept, both.shown, status=refusal.status)
    return _edit_page(request, found, form, status=refusal.status)


def _edit_page(request, found, form, conflict=(), status=200):
    context = {"plan": found.plan, "meeting": found, "form": form, "conflict": conflict}
    return render(request, "supervision/meeting_edit.html", context, status=status)
