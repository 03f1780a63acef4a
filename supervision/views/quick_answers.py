"""临时调度, one page for everybody: the office checks its draft and watches the table, a body answers, a
leader reads; and what is taken away from it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agencies.audit import trail_of
from agencies.models import Role
from agencies.official_page import word_response
from agencies.spreadsheets import Column, list_response
from progress.models import ProgressReport
from progress.views.place import plan_at
from progress.views.typed import number_of
from progress.workflow import Stale, WrongState
from supervision import quick, quick_answers, quick_paper, quick_sheet
from supervision.permissions import check_read_supervision, check_read_table
from supervision.quick_offers import offers_to
from supervision.quick_recipients import recipients_of
from supervision.views.quick import place


@require_safe
def quick_page(request, plan, pk):
    """The draft or the table for the office, the table for leaders, the page to answer on for a body."""
    plan, found = place(request, plan, pk)
    now = timezone.now()
    if not request.user.has_role(Role.OFFICE, Role.LEADER):
        return _answer_page(request, plan, found, now)
    if found.sent_at is None:
        return _draft_page(request, plan, found, now)
    table = quick_sheet.table_of(found, request.user, now)
    is_office = request.user.is_office
    context = {
        "plan": plan,
        "found": found,
        "table": table,
        "shown": _chosen(table, request.GET.get("show", "")),
        "show": request.GET.get("show", ""),
        "shows": SHOWS,
        "urging": quick_sheet.urging_text(found, table, now) if is_office and found.is_open else "",
        "trail": trail_of(found)[:50] if is_office else [],
        "is_office": is_office,
        "now": now,
        "is_past": now > found.due_at,
    }
    return render(request, "supervision/quick_table.html", context)


SHOWS = (("", "全部"), ("open", "未答复"), ("answered", "已答复"), ("late", "迟答"))


def _chosen(table, show):
    """The rows of one of SHOWS."""
    fits = {
        "open": lambda row: not row.is_answered,
        "answered": lambda row: row.is_answered,
        "late": lambda row: row.state == quick_sheet.LATE,
    }
    return list(filter(fits.get(show), table.rows))


def _draft_page(request, plan, found, now):
    """What would be asked of whom, who would not hear of it, what is known already, how often was asked."""
    answers = list(quick_sheet.answers_of(found, request.user))
    times, by_body = quick.sent_in_month(plan, now)
    quick_answers.fill_in(found.fields.all(), answers)
    table = quick_sheet.table_of(found, request.user, now, answers)
    context = {
        "plan": plan,
        "found": found,
        "table": table,
        "recipients": recipients_of(found, now, answers, by_body),
        "known": sum(1 for each in answers if each.values),
        "times": times,
        "is_past": now > found.due_at,
    }
    of_body = {}
    for row in table.rows:
        of_body.setdefault(row.answer.agency_id, []).append(row)
    context["asked"] = [(each, of_body[each.agency.pk]) for each in context["recipients"]]
    context["silent"] = [each.agency for each in context["recipients"] if not each.people]
    return render(request, "supervision/quick_draft.html", context)


# --- answering -------------------------------------------------------------------------------------


def _answer_page(request, plan, found, now, *, typed=None, wrong=None, problem="", status=200):
    """A body's own rows. typed: {answer pk: Said} to show instead of what is kept; wrong: {"<pk>-<order>":
    sentences}; problem: why nothing was saved."""
    table = quick_sheet.table_of(found, request.user, now)
    rows = [_row(row, (typed or {}).get(row.answer.pk), wrong or {}) for row in table.rows]
    rows.sort(key=lambda row: row["row"].is_answered)  # what waits comes first, in its own order
    waiting = [row for row in rows if not row["row"].is_answered]
    context = {
        "plan": plan,
        "found": found,
        "table": table,
        "rows": rows,
        "waiting": len(waiting),
        "several": len(table.bodies) > 1,
        "problem": problem,
        "now": now,
        "is_past": now > found.due_at,
    }
    return render(request, "supervision/quick_answer.html", context, status=status)


def _row(row, said, wrong):
    """A row, its controls, and, where somebody else has saved meanwhile, that it is so."""
    answer = row.answer
    controls = []
    for cell in row.cells:
        key = f"{answer.pk}-{cell.field.order}"
        text = cell.text if said is None else said.values.get(cell.field.order, "")
        control = {"cell": cell, "name": f"value-{key}", "text": text, "errors": wrong.get(key, [])}
        control["height"] = min(max(2, len(text) // 24 + text.count("\n") + 1), 12)
        control["differs"] = said is not None and text.strip() != cell.text
        controls.append(control)
    return {
        "row": row,
        "answer": answer,
        "controls": controls,
        "is_stale": said is not None and said.revision != answer.revision,
        "is_open": any(control["errors"] or control["differs"] for control in controls),
    }


@require_POST
def quick_answer(request, plan, pk):
    """确认: one row (`verb` its pk), or everything that is open or was changed."""
    plan, found = place(request, plan, pk)
    now = timezone.now()
    answers = {answer.pk: answer for answer in quick_sheet.answers_of(found, request.user)}
    typed = {pk: said for pk in answers if (said := _typed(request.POST, pk, found)) is not None}
    wanted = _wanted(request.POST.get("verb", ""), answers, typed)
    again = {"typed": typed}
    try:
        done = quick_answers.confirm(
            found, {answers[pk]: typed[pk] for pk in wanted}, by=request.user, now=now
        )
    except ValidationError as error:
        again |= {"wrong": error.message_dict, "problem": "有几处需要改正，尚未确认；您填写的内容都在下面。"}
        return _answer_page(request, plan, found, now, status=400, **again)
    except (Stale, WrongState) as refusal:
        _, found = place(request, plan.code, pk)
        status = 412 if isinstance(refusal, Stale) else 409
        problem = SAVED_BY_ANOTHER if status == 412 else refusal.reason
        return _answer_page(request, plan, found, now, problem=problem, status=status, **again)
    messages.success(request, _said_after(done))
    unsaved = {pk: said for pk, said in typed.items() if pk not in wanted and _is_changed(answers[pk], said)}
    if unsaved:
        # Other rows were typed into and not confirmed: they stay as they are on the page.
        return _answer_page(request, plan, found, now, typed=unsaved)
    return redirect(f"{found.get_absolute_url()}{_next_open(answers, wanted)}")


SAVED_BY_ANOTHER = "本单位另一位同志刚刚确认或更正了其中一项，您的操作没有执行；请对照后再确认。"


def _typed(posted, pk, found):
    """The Said of one row, None where the page did not have it."""
    if f"revision-{pk}" not in posted:
        return None
    values = {each.order: posted.get(f"value-{pk}-{each.order}", "") for each in found.fields.all()}
    return quick_answers.Said(number_of(posted.get(f"revision-{pk}")), values)


def _wanted(verb, answers, typed):
    """The pks of the rows to confirm: the one named, else what is open or was changed."""
    if verb.isdecimal():
        return [pk for pk in typed if pk == number_of(verb)]
    return [pk for pk, said in typed.items() if _waits_or_changed(answers[pk], said)]


def _waits_or_changed(answer, said):
    return answer.confirmed_at is None or _is_changed(answer, said)


def _is_changed(answer, said):
    plain = {order: text.replace("\r\n", "\n").strip() for order, text in said.values.items()}
    return any(text != answer.values.get(str(order), "") for order, text in plain.items())


def _said_after(done):
    if done.confirmed:
        more = f"，更正 {done.corrected} 项" if done.corrected else ""
        return f"已确认 {done.confirmed} 项{more}，办公室已经看到。结束前还可以更正。"
    return f"已更正 {done.corrected} 项。" if done.corrected else "内容没有变化。"


def _next_open(answers, wanted):
    """The anchor of the next row that waits, so that a phone goes on from one to the other."""
    waiting = [pk for pk, answer in answers.items() if not answer.confirmed_at and pk not in wanted]
    return f"#answer-{waiting[0]}" if waiting else ""


# --- taken away ------------------------------------------------------------------------------------


def _sent(request, plan, pk):
    """(plan, request, its whole table): for the office and leaders, of what was sent."""
    check_read_table(request.user)
    plan, found = place(request, plan, pk)
    if found.sent_at is None:
        raise Http404
    return plan, found, quick_sheet.table_of(found, request.user, timezone.now())


@require_safe
def quick_export(request, plan, pk):
    """The table as Excel; what is not answered yet stays empty."""
    _, found, table = _sent(request, plan, pk)
    asked = [Column(each.heading, 30 if each.kind == "text" else 14) for each in table.fields]
    columns = [
        Column("序号", 7),
        Column("单位", 22),
        Column("任务/项目", 32),
        *asked,
        Column("状态", 12),
        Column("答复时间", 18),
        Column("更正时间", 18),
    ]
    lines = [
        [
            number,
            row.answer.agency.name,
            row.answer.subject,
            *(cell.value if row.is_answered else None for cell in row.cells),
            row.word,
            row.answer.confirmed_at,
            row.answer.corrected_at,
        ]
        for number, row in enumerate(_chosen(table, request.GET.get("show", "")), start=1)
    ]
    note = f"{found.title}：已答复 {table.answered}/{len(table.rows)}"
    return list_response(f"临时调度 {found.title}", "临时调度", columns, lines, note=note)


@require_safe
def quick_paper_page(request, plan, pk):
    """One page to print."""
    plan, found, table = _sent(request, plan, pk)
    context = {"plan": plan, "found": found, "paper": quick_paper.paper_of(found, table, timezone.now())}
    return render(request, "supervision/quick_paper.html", context)


@require_safe
def quick_word(request, plan, pk):
    """The same as a Word document in official form."""
    _, found, table = _sent(request, plan, pk)
    paper = quick_paper.paper_of(found, table, timezone.now())
    return word_response(f"{found.title}情况汇总", quick_paper.word_of(paper))


# --- in the next return ----------------------------------------------------------------------------


@require_safe
def quick_offers(request, plan, report):
    """The box beside a task's return that offers what was answered since the last one (`quick_panel`)."""
    check_read_supervision(request.user)
    plan = plan_at(request, plan)
    reports = ProgressReport.objects.visible_to(request.user).of_own(request.user)
    found = get_object_or_404(
        reports.select_related("period"), pk=report, period__plan=plan, task__isnull=False
    )
    return render(request, "supervision/_quick_offers.html", {"offers": offers_to(found, request.user)})
