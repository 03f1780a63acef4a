"""批示件: the register, the page of one, its being registered, reported on and reported back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.audit import trail_of
from agencies.official_page import word_response
from agencies.spreadsheets import Column, list_response
from progress.views.place import plan_at
from progress.workflow import WrongState
from supervision import files, instructions
from supervision import instruction_documents as documents
from supervision.attaching_forms import ScansForm
from supervision.filters import InstructionFilter
from supervision.instruction_forms import InstructionForm, ReopenForm, ReportForm, as_typed
from supervision.models import Instruction
from supervision.permissions import check_keep_instructions, check_read_supervision
from supervision.views.attaching import settled
from supervision.views.attempts import attempt, by_now, by_now_revision
from supervision.views.conflicts import differences
from supervision.views.files import takes_files
from supervision.views.sorting import in_order

PAGE = 50
ORDERS = {"on": ["on", "pk"], "leader": ["leader", "-on", "pk"], "due": [F("due_on").asc(nulls_last=True)]}


# --- the register ------------------------------------------------------------------------------------


@require_safe
def instructions_page(request, plan):
    """Instructions this person may read, the last first."""
    plan, found, rows = _listed(request, plan)
    page, today = Paginator(rows, PAGE).get_page(request.GET.get("page")), timezone.localdate()
    context = {
        "plan": plan,
        "filter": found,
        "page": page,
        "rows": [(each, each.is_overdue(today)) for each in page],
        "total": found.queryset.count(),
        "is_office": request.user.is_office,
    }
    return render(request, "supervision/instructions.html", context)


def _listed(request, plan):
    check_read_supervision(request.user)
    plan = plan_at(request, plan)
    rows = Instruction.objects.visible_to(request.user).filter(plan=plan).select_related("plan")
    rows = instructions.with_counts(rows, request.user)
    found = InstructionFilter(request.GET, rows, request=request, plan=plan)
    return plan, found, in_order(found.qs, request.GET.get("sort", ""), ORDERS)


COLUMNS = [
    Column("批示日期", 12),
    Column("批示领导", 14),
    Column("职务", 16),
    Column("批示所在文件", 30),
    Column("批示内容", 50),
    Column("办理时限", 12),
    Column("督办件", 9),
    Column("临时调度", 9),
    Column("状态", 14),
    Column("反馈时间", 17),
]


@require_safe
def instructions_export(request, plan):
    """The register as shown, as Excel."""
    plan, _, rows = _listed(request, plan)
    today = timezone.localdate()
    lines = [_line(each, today) for each in rows]
    note = f"{plan.title}，共 {len(lines)} 件"
    return list_response(f"{plan.code} 批示件", "批示件登记簿", COLUMNS, lines, note=note)


def _line(each, today):
    state = "逾期未反馈" if each.is_overdue(today) else "办理中" if each.is_open else "已反馈办结"
    return [
        each.on,
        each.leader,
        each.leader_title,
        each.document,
        each.words,
        each.due_on,
        each.order_count,
        each.quick_count,
        state,
        each.reported_at,
    ]


# --- one instruction ---------------------------------------------------------------------------------


def instruction_at(request, plan, pk):
    """The instruction of an address, where this person may read it; else 404."""
    check_read_supervision(request.user)
    plan = plan_at(request, plan)
    rows = Instruction.objects.visible_to(request.user).select_related("plan", "recorded_by", "reported_by")
    return get_object_or_404(instructions.with_lists(rows), plan=plan, pk=pk)


def _again(request, moved):
    """An instruction somebody else has changed, as it stands now."""
    return instruction_at(request, moved.plan.code, moved.pk)


@require_safe
def instruction(request, plan, pk):
    """Who wrote what, what came of it, and the report."""
    return _shown(request, instruction_at(request, plan, pk))


def _shown(request, found, *, report=None, again=None, files_form=None, problem="", conflict=(), status=200):
    """The page; report, again, files_form: forms as they were typed; problem: what was not done."""
    user, now = request.user, timezone.now()
    today = timezone.localdate(now)
    seen = {"revision": found.revision}
    context = {
        "plan": found.plan,
        "instruction": found,
        "overdue": found.is_overdue(today),
        "readers": instructions.readers_of(found),
        "tasks": instructions.tasks_of(found),
        "orders": [(each, each.is_overdue(now)) for each in instructions.orders_of(found, user)],
        "quick": instructions.quick_of(found, user),
        "files": files.files_of("instruction", found),
        "files_form": files_form or ScansForm(),
        "report_form": report or ReportForm(initial={"report": found.report} | seen),
        "reopen_form": again or ReopenForm(initial=seen, auto_id="reopen_%s"),
        "is_office": user.is_office,
        "problem": problem,
        "conflict": conflict,
        "trail": trail_of(found)[:100] if user.is_office else None,
    }
    return render(request, "supervision/instruction.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def instruction_new(request, plan):
    """登记 a 批示件."""
    check_keep_instructions(request.user)
    plan = plan_at(request, plan)
    typed = request.POST if request.method == "POST" else None
    initial = {"on": timezone.localdate(), "tasks": [request.GET.get("task", "")]}
    form = InstructionForm(typed, plan=plan, user=request.user, initial=initial)
    if typed is not None:
        made, refusal = attempt(form, lambda: instructions.register(plan, form.said, **by_now(request)))
        if refusal is None:
            messages.success(request, "已登记。接着上传批示扫描件，再拟督办件或发临时调度。")
            return redirect(made)
    context = {"plan": plan, "form": form}
    return render(request, "supervision/instruction_edit.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def instruction_edit(request, plan, pk):
    """Change what is registered; who comes second sees both texts."""
    check_keep_instructions(request.user)
    found = instruction_at(request, plan, pk)
    about = {"plan": found.plan, "user": request.user, "named": list(found.readers.all())}
    if request.method != "POST":
        if not found.is_open:
            return redirect(found)
        return _edit_page(request, found, InstructionForm(initial=as_typed(found), **about))
    form, said = InstructionForm(request.POST, **about), by_now_revision(request)
    _, refusal = attempt(form, lambda: instructions.change(found, form.said, **said))
    if refusal is None:
        messages.success(request, "已保存。")
        return redirect(found)
    if refusal.current:
        both = differences(form, InstructionForm(initial=as_typed(refusal.current), **about))
        kept = InstructionForm(both.typed, **about)
        return _edit_page(request, refusal.current, kept, both.shown, status=refusal.status)
    return _edit_page(request, found, form, problem=refusal.reason, status=refusal.status)


def _edit_page(request, found, form, conflict=(), problem="", status=200):
    context = {
        "plan": found.plan,
        "instruction": found,
        "form": form,
        "conflict": conflict,
        "problem": problem,
    }
    return render(request, "supervision/instruction_edit.html", context, status=status)


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def instruction_files(request, plan, pk):
    """Put the scan or attachments with it, or take one off; as a page, the instruction."""
    check_keep_instructions(request.user)
    found = instruction_at(request, plan, pk)
    if request.method == "POST":
        form = settled(request, "instruction", found, ScansForm)
        if form is not None:
            return _shown(request, found, files_form=form, status=400)
    return redirect(f"{found.get_absolute_url()}#files")


# --- 反馈报告 ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def instruction_report(request, plan, pk):
    """Draft, keep, report back, open again (`verb` draft, save, finish, reopen); as a page, the paper to be
    printed: for the office also before it is reported back."""
    found = instruction_at(request, plan, pk)
    if request.method != "POST":
        _check_report_is_read(request.user, found)
        context = {"plan": found.plan, "instruction": found, "paper": documents.paper_of(found)}
        return render(request, "supervision/instruction_report.html", context)
    check_keep_instructions(request.user)
    verbs = {"draft": _draft, "save": _save, "finish": _finish, "reopen": _reopen}
    verb = verbs.get(request.POST.get("verb"))
    if verb is None:
        return _shown(request, found, problem="请按“根据反馈生成草稿”“保存”或“办结”。", status=400)
    try:
        return verb(request, found)
    except WrongState as refusal:
        return _shown(request, found, problem=refusal.reason, status=409)


@require_safe
def instruction_word(request, plan, pk):
    """The report as a Word file in official form."""
    found = instruction_at(request, plan, pk)
    _check_report_is_read(request.user, found)
    name = f"{found.leader}批示反馈报告{found.on:%Y%m%d}"
    return word_response(name, documents.word_of(found))


def _check_report_is_read(user, found):
    """What is not reported back yet is the office's draft."""
    if not found.report.strip() or (found.is_open and not user.is_office):
        raise Http404


def _draft(request, found):
    """Shown in the form, not kept: what is typed already stays, and what is new is put below it."""
    if not found.is_open:
        raise WrongState("这份批示件已反馈办结。")
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, report=form, status=400)
    drafted = instructions.drafted(found, form.cleaned_data["report"])
    shown = ReportForm(initial={"report": drafted, "revision": form.cleaned_data["revision"]})
    messages.info(request, "草稿已列在“反馈报告”里，尚未保存；请核对修改后保存。")
    return _shown(request, found, report=shown)


def _save(request, found):
    return _kept(request, found, instructions.save_report, "反馈报告已保存。")


def _finish(request, found):
    return _kept(request, found, instructions.report_back, "已办结，并已告知可阅人员。")


def _kept(request, found, act, words):
    form, said = ReportForm(request.POST), by_now_revision(request)
    _, refusal = attempt(form, lambda: act(found, form.cleaned_data["report"], **said))
    if refusal is None:
        messages.success(request, words)
        return redirect(f"{found.get_absolute_url()}#report")
    if refusal.current:
        current = _again(request, refusal.current)
        theirs = ReportForm(initial={"report": current.report, "revision": current.revision})
        both = differences(form, theirs)
        kept = {"report": ReportForm(both.typed), "conflict": both.shown}
        return _shown(request, current, **kept, status=refusal.status)
    return _shown(request, found, report=form, problem=refusal.reason, status=refusal.status)


def _reopen(request, found):
    form = ReopenForm(request.POST, auto_id="reopen_%s")
    _, refusal = attempt(form, lambda: instructions.reopen(found, **form.cleaned_data, **by_now(request)))
    if refusal and refusal.current:
        return _shown(request, _again(request, refusal.current), problem=refusal.reason, status=412)
    if refusal:
        return _shown(request, found, again=form, problem=refusal.reason, status=refusal.status)
    messages.success(request, "已重新办理，原反馈报告保留为草稿。")
    return redirect(found)
