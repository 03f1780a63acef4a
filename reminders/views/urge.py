"""催报: what is due now, chosen, looked at once more, sent; or said by telephone, or pasted into a group."""

import hashlib

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.spreadsheets import Column, list_response
from progress.frame import frame_of
from progress.views.place import plan_at
from progress.views.typed import numbers_of
from reminders import by_word, urging
from reminders.owed import owed_now
from reminders.permissions import check_urge
from reminders.urge_forms import CallForm, CopyForm, OwedFilter, UrgeForm, new_token
from reminders.urge_texts import DEFAULT_WORDS, for_group, group_text
from tasks.views.place import add_errors

PAGE = 200
ORDERS = {
    "agency": lambda each: (each.agency.order, each.item.task_number or 0),
    "number": lambda each: (each.item.task_number or 0, each.agency.order),
    "due": lambda each: (each.item.at is None, each.item.at or each.now, each.agency.order),
    "days": lambda each: (each.days, -each.agency.order),
    "times": lambda each: (each.times, each.agency.order),
    "last": lambda each: (each.last_at is not None, each.last_at or each.now, each.agency.order),
}


# --- the list -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def urge(request, plan):
    """The list; a POST from another list (`report`: ids of returns) comes back with its rows chosen."""
    plan = plan_at(request, plan)
    check_urge(request.user)
    if request.method == "POST":
        return redirect(f"{_list_url(plan)}?{urlencode({'items': ','.join(_named(request.POST))})}")
    form, everything, rows = _rows(request, plan)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "plan": plan,
        "form": form,
        "page": page,
        "total": len(everything),
        "bodies": len({each.agency for each in everything}),
        "overdue": sum(1 for each in everything if each.days),
        "chosen": bool(request.GET.get("items")),
    }
    return render(request, "reminders/urge.html", context)


def _named(posted):
    return [f"report:{each}" for each in numbers_of(posted.getlist("report"))]


def _rows(request, plan):
    """(the filter, everything due of the kinds asked for, what fits), sorted."""
    now = timezone.now()
    periods = frame_of(request).all_of_plan if frame_of(request).plan == plan else None
    everything = owed_now(plan, now, OwedFilter.kinds(request.GET), periods)
    named = set(request.GET.get("items", "").split(",")) - {""}
    if named:
        everything = [each for each in everything if {each.key, each.item.subject} & named]
    with_rows = sorted({each.period for each in everything if each.period}, key=lambda each: each.code)
    form = OwedFilter(request.GET, rows=everything, periods=with_rows)
    return form, everything, _sorted(request, form.of(everything))


def _sorted(request, rows):
    wanted = request.GET.get("sort", "")
    order = ORDERS.get(wanted.removeprefix("-"))
    return sorted(rows, key=order, reverse=wanted.startswith("-")) if order else rows


# 未报清单 (practice, section 1), and when it was last spoken of.
COLUMNS = [
    Column("单位", 24),
    Column("任务", 44),
    Column("报告期", 16),
    Column("应报时间", 18),
    Column("逾期天数", 10),
    Column("填报人", 16),
    Column("联系电话", 18),
    Column("已催报次数", 11),
    Column("最近提醒", 18),
]


@require_safe
def urge_export(request, plan):
    """The list as shown, as Excel."""
    plan = plan_at(request, plan)
    check_urge(request.user)
    _, _, rows = _rows(request, plan)
    lines = [
        [
            each.agency.name,
            each.item.title,
            each.period.label if each.period else "",
            each.due_at,
            each.days,
            "、".join(str(user) for user in each.reporters),
            each.phone,
            each.times,
            each.last_at,
        ]
        for each in rows
    ]
    note = f"{plan.title}，{timezone.localdate():%Y-%m-%d}，共 {len(lines)} 项"
    return list_response(f"{plan.code} 未报清单", "未报清单", COLUMNS, lines, note=note)


# --- sending --------------------------------------------------------------------------------------


@require_POST
def urge_preview(request, plan):
    """Exactly what would go to whom. Nothing is written; the same page comes back while it is changed."""
    plan = plan_at(request, plan)
    form = UrgeForm(request.POST) if "token" in request.POST else UrgeForm.fresh()
    return _preview(request, plan, form)


@require_POST
def urge_send(request, plan):
    """Send what the preview showed; where the words were changed since, show it once more first."""
    plan = plan_at(request, plan)
    form = UrgeForm(request.POST)
    if not form.is_valid():
        return _preview(request, plan, form, status=400)
    words = form.cleaned_data["words"]
    if request.POST.get("seen") != _seen(words):
        return _preview(request, plan, form, problem="文字已修改，请核对下面的内容，再点“发送”。")
    try:
        made, is_new = urging.send(
            plan,
            request.POST.getlist("item"),
            words=words,
            to=_ids(request, "to"),
            heads=_ids(request, "head"),
            mail=form.cleaned_data["mail"],
            robots=_ids(request, "robot"),
            token=form.cleaned_data["token"],
            by=request.user,
            now=timezone.now(),
        )
    except ValidationError as error:
        return _preview(request, plan, form, problem="；".join(error.messages), status=400)
    _say_sent(request, made, is_new)
    return redirect(_ledger_url(plan))


def _say_sent(request, made, is_new):
    if not is_new:
        messages.info(request, "这次催报已经发送过，没有重复发送。")
        return
    people = made.messages.filter(channel="inbox").count()
    later = made.messages.exclude(channel="inbox").count()
    said = f"已催报：{people} 人收到站内消息" if people else "已催报"
    messages.success(request, f"{said}，{later} 封邮件或群消息正在发送。" if later else f"{said}。")


def _preview(request, plan, form, *, problem="", status=200):
    now = timezone.now()
    keys = request.POST.getlist("item")
    try:
        found = urging.preview(plan, keys, by=request.user, now=now)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect(_list_url(plan))
    words = form.cleaned_data["words"] if form.is_valid() else form["words"].value() or ""
    again = "token" in request.POST
    to, heads, robots = (_ids(request, name) for name in ("to", "head", "robot"))
    context = {
        "plan": plan,
        "form": form,
        "preview": found,
        "letters": [
            (each, each.text(words, request.user, now), not again or each.user.pk in to)
            for each in found.letters
        ],
        "heads": [(each, each.text(words, request.user, now), each.user.pk in heads) for each in found.heads],
        "robots": [
            (robot, group_text(owed, words, request.user, now), robot.pk in robots)
            for robot, owed in found.robots
        ],
        "seen": _seen(words),
        "problem": problem,
        "list_url": _list_url(plan),
    }
    return render(request, "reminders/urge_preview.html", context, status=status)


def _seen(words):
    """A mark of the words a preview showed: what is sent is what was seen."""
    return hashlib.sha256(words.strip().encode()).hexdigest()[:16]


def _ids(request, name):
    return set(numbers_of(request.POST.getlist(name)))


# --- by word --------------------------------------------------------------------------------------


@require_POST
def urge_call(request, plan):
    """登记电话提醒: the form, and with `done` the note itself."""
    plan = plan_at(request, plan)
    check_urge(request.user)
    now = timezone.now()
    initial = {"at": now, "token": new_token()}
    form = CallForm(request.POST if "done" in request.POST else None, initial=initial)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            _, is_new = by_word.note_call(
                plan, request.POST.getlist("item"), **said, by=request.user, now=now
            )
            messages.success(request, "已登记电话提醒。" if is_new else "这次通话已经登记过。")
            return redirect(_ledger_url(plan))
        except ValidationError as error:
            add_errors(form, error)
    return _by_word(request, plan, form, "urge_call", now)


@require_POST
def urge_copy(request, plan):
    """复制催报文: the text, and with `done` the note that it was sent to the group."""
    plan = plan_at(request, plan)
    check_urge(request.user)
    now = timezone.now()
    owed = urging.chosen(plan, request.POST.getlist("item"), now)
    words = group_text(for_group(owed), DEFAULT_WORDS, request.user, now)
    form = CopyForm(
        request.POST if "done" in request.POST else None, initial={"words": words, "token": new_token()}
    )
    if form.is_bound and form.is_valid():
        try:
            said = form.cleaned_data
            _, is_new = by_word.note_copied(
                plan, request.POST.getlist("item"), **said, by=request.user, now=now
            )
            messages.success(request, "已登记：催报文已发到工作群。" if is_new else "已经登记过。")
            return redirect(_ledger_url(plan))
        except ValidationError as error:
            add_errors(form, error)
    left_out = len(owed) - len(for_group(owed))
    return _by_word(request, plan, form, "urge_copy", now, owed=owed, left_out=left_out)


def _by_word(request, plan, form, page, now, *, owed=None, **more):
    keys = request.POST.getlist("item")
    owed = urging.chosen(plan, keys, now) if owed is None else owed
    if not owed:
        messages.error(request, urging.NOTHING_LEFT if keys else "请先选择要催报的事项。")
        return redirect(_list_url(plan))
    context = {"plan": plan, "form": form, "owed": owed, "list_url": _list_url(plan), **more}
    return render(request, f"reminders/{page}.html", context, status=400 if form.errors else 200)


def _list_url(plan):
    return reverse("reminders:urge", args=[plan.code])


def _ledger_url(plan):
    return reverse("reminders:ledger", args=[plan.code])
