"""议定事项: adding, changing, finishing, and making orders of them; and the files of a meeting."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from progress.views.typed import numbers_of
from progress.workflow import Stale, WrongState
from supervision import meetings
from supervision.attaching_forms import FilesForm
from supervision.meeting_forms import ActionForm, OutcomeForm, action_as_typed
from supervision.meeting_orders import draft_orders
from supervision.permissions import check_keep_meetings
from supervision.views.attaching import settled
from supervision.views.attempts import attempt, by_now, by_now_revision
from supervision.views.conflicts import differences
from supervision.views.files import takes_files
from supervision.views.meetings import meeting_at, meeting_shown


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_action_new(request, plan, pk):
    """One more 议定事项; what could not be taken is shown on the meeting's page as it was typed."""
    check_keep_meetings(request.user)
    found = meeting_at(request, plan, pk)
    if request.method != "POST":
        return redirect(f"{found.get_absolute_url()}#action-new")
    form = ActionForm(request.POST, plan=found.plan, user=request.user)
    made, refusal = attempt(form, lambda: meetings.add_action(found, form.said, **by_now(request)))
    if refusal:
        return meeting_shown(request, found, form=form, status=refusal.status)
    told = f"，并已告知{made.agency.name}" if made.agency else ""
    messages.success(request, f"已登记第 {made.order} 项议定事项{told}。")
    return redirect(f"{found.get_absolute_url()}#actions")


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_action(request, plan, pk, action):
    """Change one 议定事项, or say what became of it (`verb` save, finish, reopen, remove)."""
    check_keep_meetings(request.user)
    found = meeting_at(request, plan, pk)
    rows = found.actions.select_related("meeting__plan", "agency", "task", "done_by")
    action = get_object_or_404(rows, pk=action)
    if request.method != "POST":
        return _page(request, action)
    acts = {"save": _save, "finish": _finish, "reopen": _reopen, "remove": _remove}
    act = acts.get(request.POST.get("verb"))
    if act is None:
        return _page(request, action, problem="请按“保存”“登记办结”或“删除”。", status=400)
    try:
        return act(request, action)
    except WrongState as refusal:
        return _page(request, action, problem=refusal.reason, status=409)


def _page(request, action, *, form=None, outcome=None, problem="", conflict=(), status=200):
    plan = action.meeting.plan
    context = {
        "plan": plan,
        "meeting": action.meeting,
        "action": action,
        "standing": next(
            each
            for each in meetings.actions_of(action.meeting, request.user, timezone.now())
            if each.action.pk == action.pk
        ),
        "form": form or ActionForm(plan=plan, user=request.user, initial=action_as_typed(action)),
        "outcome": outcome or OutcomeForm(initial={"revision": action.revision}, auto_id="outcome_%s"),
        "problem": problem,
        "conflict": conflict,
    }
    return render(request, "supervision/meeting_action.html", context, status=status)


def _save(request, action):
    about = {"plan": action.meeting.plan, "user": request.user}
    form, said = ActionForm(request.POST, **about), by_now_revision(request)
    _, refusal = attempt(form, lambda: meetings.change_action(action, form.said, **said))
    if refusal is None:
        messages.success(request, f"第 {action.order} 项已保存。")
        return _back(action)
    if refusal.current:
        both = differences(form, ActionForm(initial=action_as_typed(refusal.current), **about))
        kept = {"form": ActionForm(both.typed, **about), "conflict": both.shown}
        return _page(request, _again(action), **kept, status=refusal.status)
    return _page(request, action, form=form, problem=refusal.reason, status=refusal.status)


def _finish(request, action):
    form = OutcomeForm(request.POST, auto_id="outcome_%s")
    said = by_now(request)
    _, refusal = attempt(
        form, lambda: meetings.finish_action(action, **form.cleaned_data, **said), stale=MOVED
    )
    if refusal:
        if refusal.current:
            action, typed = _again(action), form.cleaned_data | {"revision": refusal.current.revision}
            form = OutcomeForm(initial=typed, auto_id="outcome_%s")
        return _page(request, action, outcome=form, problem=refusal.reason, status=refusal.status)
    messages.success(request, f"第 {action.order} 项已登记办结。")
    return _back(action)


MOVED = "这一项刚被他人更新，您的操作尚未保存。请核对下面现在的内容后再办理。"


def _reopen(request, action):
    return _done(request, action, meetings.reopen_action, "已撤销办结，继续办理。")


def _remove(request, action):
    return _done(request, action, meetings.remove_action, f"已删除第 {action.order} 项议定事项。")


def _done(request, action, act, words):
    try:
        act(action, **by_now_revision(request))
    except Stale:
        return _page(request, _again(action), problem=MOVED, status=412)
    messages.success(request, words)
    return _back(action)


def _again(action):
    """The action as it stands now."""
    return action.__class__.objects.select_related("meeting__plan", "agency", "task", "done_by").get(
        pk=action.pk
    )


def _back(action):
    return redirect(f"{action.meeting.get_absolute_url()}#actions")


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_orders(request, plan, pk):
    """Draft an order for each 议定事项 ticked; as a page, the meeting."""
    check_keep_meetings(request.user)
    found = meeting_at(request, plan, pk)
    if request.method != "POST":
        return redirect(f"{found.get_absolute_url()}#actions")
    chosen = numbers_of(request.POST.getlist("action"))
    try:
        made = draft_orders(found, chosen, by=request.user, now=timezone.now())
    except ValidationError as error:
        return meeting_shown(request, found, problem=error.messages[0], chosen=chosen, status=400)
    messages.success(request, f"已拟 {len(made)} 份督办件草稿，请逐件补充后送审。")
    return redirect(f"{found.get_absolute_url()}#actions")


# --- files -----------------------------------------------------------------------------------------


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_files(request, plan, pk):
    """Attach files to a meeting, or take one off (`verb` attach, remove-<pk>); as a page, the meeting."""
    check_keep_meetings(request.user)
    found = meeting_at(request, plan, pk)
    if request.method != "POST":
        return redirect(f"{found.get_absolute_url()}#files")
    form = settled(request, "meeting", found, FilesForm)
    if form is not None:
        return meeting_shown(request, found, files_form=form, status=400)
    return redirect(f"{found.get_absolute_url()}#files")
