"""临时调度, what the office does: the list, the draft, sending, extending, adding, withdrawing, closing."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.along import along, fields_of, keep, objects
from agencies.models import Agency, Role
from agencies.spreadsheets import Column, list_response
from progress.timetable import spoken_day
from progress.views.place import plan_at
from progress.views.typed import number_of
from progress.workflow import Stale, WrongState
from supervision import quick, quick_sheet
from supervision.filters import QuickFilter
from supervision.models import AdHocField, AdHocRequest, Instruction
from supervision.permissions import check_ask_quickly, check_read_supervision
from supervision.quick_forms import AskForm, ExtendForm, SubjectsForm, as_typed, typed_fields
from supervision.quick_recipients import recipients_of
from supervision.views.attempts import by_now_revision
from supervision.views.conflicts import differences
from supervision.views.sorting import in_order
from tasks.views.place import add_errors

PAGE = 50
ORDERS = {
    "title": ["title", "pk"],
    "sent": ["sent_at", "pk"],
    "due": ["due_at", "pk"],
    "answered": ["answered", "pk"],
}
MOVED_ON = "这次调度刚被他人办理，您的操作没有执行，请看过最新内容后再办理。"


# --- the list --------------------------------------------------------------------------------------


@require_safe
def quick_list(request, plan):
    """The requests one may know of, the last first, and how often was asked this month."""
    plan, found, rows, now = _listed(request, plan)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    is_office = request.user.is_office
    times, by_body = quick.sent_in_month(plan, now) if is_office else (0, {})
    context = {
        "plan": plan,
        "filter": found,
        "page": page,
        "rows": [(each, *quick_sheet.state_of(each, now)) for each in page],
        "total": found.queryset.count(),
        "is_office": is_office,
        "is_body": not _reads_all(request.user),
        "times": times,
        "by_body": _named(by_body),
        "now": now,
    }
    return render(request, "supervision/quick_list.html", context)


def _reads_all(user):
    return user.has_role(Role.OFFICE, Role.LEADER)


def _listed(request, plan):
    check_read_supervision(request.user)
    plan, now = plan_at(request, plan), timezone.now()
    rows = AdHocRequest.objects.visible_to(request.user).filter(plan=plan).select_related("plan")
    rows = rows.annotate(**quick_sheet.along_counts(request.user))
    user, reads_all = request.user, _reads_all(request.user)
    found = QuickFilter(request.GET, rows, user=user, plan=plan, reads_all=reads_all, now=now)
    newest = found.qs.order_by("-drafted_at", "-pk")
    return plan, found, in_order(newest, request.GET.get("sort", ""), ORDERS), now


def _named(by_body):
    """[(agency, times)] of {agency id: times}, most first."""
    agencies = Agency.objects.filter(pk__in=by_body) if by_body else []
    return sorted(((each, by_body[each.pk]) for each in agencies), key=lambda each: -each[1])


COLUMNS = [
    Column("事项", 36),
    Column("交办来源", 24),
    Column("状态", 12),
    Column("发出时间", 18),
    Column("截止时间", 18),
    Column("调度条数", 10),
    Column("已答复", 10),
]


@require_safe
def quick_list_export(request, plan):
    """The list as shown, as Excel."""
    plan, _, rows, now = _listed(request, plan)
    lines = [
        [
            each.title,
            each.asked_for,
            quick_sheet.state_of(each, now)[0],
            each.sent_at,
            each.due_at,
            each.asked,
            each.answered,
        ]
        for each in rows
    ]
    note = f"{plan.title}，共 {len(lines)} 次"
    return list_response(f"{plan.code} 临时调度", "临时调度", COLUMNS, lines, note=note)


# --- the draft -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def quick_new(request, plan):
    """Ask: the form, prefilled from a list's choice or an instruction; drafted, or sent at once."""
    check_ask_quickly(request.user)
    plan = plan_at(request, plan)
    given = {"plan": plan, "user": request.user}
    if request.method != "POST":
        return _form_page(request, plan, AskForm(initial=_wished(request, plan), **given))
    form = AskForm(request.POST, **given)
    if form.is_valid():
        now = timezone.now()
        try:
            drafted = quick.draft(plan, form.asking, by=request.user, now=now)
            return _sent_at_once(request, drafted) if "send" in request.POST else redirect(drafted)
        except ValidationError as error:
            add_errors(form, error)
    return _form_page(request, plan, form, status=400)


def _wished(request, plan):
    """What the address asks to be filled in: tasks, projects, bodies, a set of fields, an instruction."""
    wanted = {name: request.GET.get(name, "").split(",") for name in ("tasks", "projects", "agencies")}
    chosen = quick.SETS.get(request.GET.get("set", ""), quick.SETS["progress"])
    values = wanted | {"due_at": quick.default_due(timezone.now()), **typed_fields(chosen[1])}
    instruction = _instruction(request, plan)
    if instruction is not None:
        values |= {"instruction": instruction.pk, "asked_for": f"{instruction.leader}批示", "title": ""}
        values["tasks"] = [str(task.number) for task in instruction.tasks.all()]
    return values


def _instruction(request, plan):
    pk = number_of(request.GET.get("instruction"))
    if not pk:
        return None
    return Instruction.objects.visible_to(request.user).filter(plan=plan, pk=pk).first()


def _sent_at_once(request, drafted):
    """Send a fresh draft, unless a body has nobody who would receive it: that is looked at first."""
    now = timezone.now()
    silent = [each.agency.name for each in recipients_of(drafted, now) if not each.people]
    if silent:
        names = "、".join(silent)
        messages.warning(request, f"已存为草稿，尚未发出：{names}没有可接收的人员，请核对后再发出。")
        return redirect(drafted)
    sent = quick.send(drafted, by=request.user, now=now, revision=drafted.revision)
    _say_sent(request, sent)
    return redirect(sent)


def _say_sent(request, sent):
    bodies = sent.answers.values("agency").distinct().count()
    due = spoken_day(sent.due_at)
    messages.success(request, f"已发出，{bodies} 个单位的填报人和审核人已收到，请于{due}前答复。")


@require_http_methods(["GET", "HEAD", "POST"])
def quick_edit(request, plan, pk):
    """Change a draft."""
    check_ask_quickly(request.user)
    plan, found = place(request, plan, pk)
    given = {"plan": plan, "user": request.user}
    if found.sent_at is not None:
        messages.error(request, "这次调度已经发出，不能再按草稿修改。")
        return redirect(found)
    if request.method != "POST":
        return _form_page(request, plan, AskForm(initial=as_typed(found), **given), found)
    form = AskForm(request.POST, **given)
    if form.is_valid():
        seen = form.cleaned_data["revision"] or 0
        try:
            quick.redraft(found, form.asking, by=request.user, now=timezone.now(), revision=seen)
            messages.success(request, "已保存草稿，尚未发出。")
            return redirect(found)
        except ValidationError as error:
            add_errors(form, error)
        except (Stale, WrongState):
            both = differences(form, AskForm(initial=as_typed(found), **given))
            form = AskForm(both.typed, **given)
            return _form_page(request, plan, form, found, conflict=both.shown, status=412)
    return _form_page(request, plan, form, found, status=400)


def _form_page(request, plan, form, found=None, *, conflict=(), status=200):
    now = timezone.now()
    times, by_body = quick.sent_in_month(plan, now)
    context = {
        "plan": plan,
        "form": form,
        "found": found,
        "conflict": conflict,
        "times": times,
        "most": max(by_body.values(), default=0),
        "sets": {code: {"label": label, "fields": fields} for code, (label, fields) in quick.SETS.items()},
        "most_fields": AdHocRequest.MOST_FIELDS,
    }
    return render(request, "supervision/quick_new.html", context, status=status)


# --- verbs -----------------------------------------------------------------------------------------


def place(request, plan, pk):
    """(the plan, the request at this address with its fields), as far as this person may know of it."""
    check_read_supervision(request.user)
    plan = plan_at(request, plan)
    fields = along(AdHocField.objects.all(), "request", *fields_of(AdHocField))
    rows = AdHocRequest.objects.visible_to(request.user).filter(plan=plan, pk=pk)
    rows = rows.select_related("plan", "period", "drafted_by", "sent_by", "closed_by", "instruction__plan")
    found = get_object_or_404(rows.annotate(fields_along=fields))
    keep(found, "fields", objects(AdHocField, found.fields_along, key=lambda each: each.order))
    return plan, found


def _verb(request, plan, pk, act):
    """Do one thing to the request and go back to its page; what was refused is said there."""
    check_ask_quickly(request.user)
    _, found = place(request, plan, pk)
    try:
        done = act(found, by_now_revision(request))
    except Stale:
        messages.error(request, MOVED_ON)
    except WrongState as refusal:
        messages.error(request, refusal.reason)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        if done is not None:
            return redirect(done)
    return redirect(found)


@require_POST
def quick_send(request, plan, pk):
    """发出."""

    def act(found, said):
        _say_sent(request, quick.send(found, **said))

    return _verb(request, plan, pk, act)


@require_POST
def quick_drop(request, plan, pk):
    """删除草稿; back to the list."""

    def act(found, said):
        quick.drop(found, **said)
        messages.success(request, f"已删除草稿“{found.title}”。")
        return found.list_url

    return _verb(request, plan, pk, act)


@require_POST
def quick_close(request, plan, pk):
    """结束."""

    def act(found, said):
        quick.close(found, **said)
        messages.success(request, "已结束，各单位不能再答复或更正。")

    return _verb(request, plan, pk, act)


@require_POST
def quick_withdraw(request, plan, pk):
    """撤下 the body named in the form (`agency`: its code)."""

    def act(found, said):
        asked = Agency.objects.filter(code=request.POST.get("agency", ""), ad_hoc_answers__request=found)
        agency = asked.first()
        if agency is None:
            raise WrongState("该单位不在这次调度的范围内，或已经撤下。")
        quick.withdraw(found, agency, **said)
        messages.success(request, f"已撤下{agency.name}，并已告知该单位。")

    return _verb(request, plan, pk, act)


@require_http_methods(["GET", "HEAD", "POST"])
def quick_change(request, plan, pk):
    """Under way: give more time, or ask more subjects and bodies."""
    check_ask_quickly(request.user)
    plan, found = place(request, plan, pk)
    if found.sent_at is None:
        raise Http404
    if found.closed_at is not None:
        messages.error(request, f"这次调度已于{spoken_day(found.closed_at)}结束，不能再延长或增加。")
        return redirect(found)
    verb = request.POST.get("verb", "") if request.method == "POST" else ""
    extending = ExtendForm(request.POST if verb == "extend" else None, initial={"due_at": found.due_at})
    adding = SubjectsForm(request.POST if verb == "add" else None, plan=plan, user=request.user)
    problem, status = "", 400 if request.method == "POST" else 200
    form = {"extend": extending, "add": adding}.get(verb)
    if form is not None and form.is_valid():
        try:
            messages.success(request, CHANGES[verb](request, found, form))
            return redirect(found)
        except ValidationError as error:
            add_errors(form, error)
        except (Stale, WrongState) as refusal:
            problem, status = MOVED_ON if isinstance(refusal, Stale) else refusal.reason, 409
            _, found = place(request, plan.code, pk)
    context = {"plan": plan, "found": found, "extending": extending, "adding": adding, "problem": problem}
    return render(request, "supervision/quick_change.html", context, status=status)


def _extend(request, found, form):
    fresh = quick.extend(found, form.cleaned_data["due_at"], **by_now_revision(request))
    return f"已延长至{spoken_day(fresh.due_at)}，尚未答复的单位已收到告知。"


def _add(request, found, form):
    quick.add(found, **form.subjects, **by_now_revision(request))
    return "已增加调度对象，相关单位已收到。"


CHANGES = {"extend": _extend, "add": _add}
