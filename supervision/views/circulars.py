"""通报: the list, one circular with every verb of its life, and its files."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.audit import trail_of
from agencies.official_page import word_response
from agencies.spreadsheets import Column, list_response, workbook_response
from progress.views.place import period_at
from progress.workflow import WrongState
from supervision import circular_papers, circular_words, circulars, files
from supervision.circular_figures import listed_by_class, readable
from supervision.circular_forms import FORMS
from supervision.filters import CircularFilter
from supervision.models import Circular
from supervision.permissions import check_circular, check_keep_circulars, check_read_supervision
from supervision.sender import sender
from supervision.upload_forms import name_too_large
from supervision.views.attempts import attempt, by_now_revision
from supervision.views.conflicts import differences
from supervision.views.files import takes_files

PAGE = 50
ACTS = {verb: getattr(circulars, verb) for verb in circulars.LABELS}
SAID_AFTER = {
    "edit": "已保存。",
    "take_anew": "已按现在的情况重新取数。",
    "send_to_check": "已提交审核，由办公室另一位同志审核。",
    "check": "审核通过，待签发。",
    "back_to_draft": "已退回拟办。",
    "issue": "已登记签发，名单中的单位已收到告知。",
    "cancel": "通报已撤销。",
}
MOVED_ON = "这份通报刚被他人办理，下面是最新情况；您的操作没有办理。"


# --- the list --------------------------------------------------------------------------------------


@require_safe
def circulars_page(request, plan, period):
    """Circulars of the plan one may read, the last first; the office drafts the one of this period here."""
    period, found, rows = _listed(request, plan, period)
    context = {
        "plan": period.plan,
        "period": period,
        "filter": found,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "total": found.queryset.count(),
        "is_office": request.user.is_office,
        "refused": circulars.why_not_take(period) if request.user.is_office else "",
    }
    return render(request, "supervision/circulars.html", context)


def _listed(request, plan, period):
    check_read_supervision(request.user)
    period = period_at(request, plan, period)
    rows = Circular.objects.visible_to(request.user).filter(period__plan=period.plan_id)
    rows = rows.defer("data").select_related("period__plan", "drafted_by")
    found = CircularFilter(request.GET, rows, request=request)
    return period, found, found.qs


COLUMNS = [
    Column("标题", 48),
    Column("报告期", 18),
    Column("文号", 22),
    Column("状态", 10),
    Column("数据截至", 18),
    Column("签发人", 12),
    Column("签发日期", 12),
]


@require_safe
def circulars_export(request, plan, period):
    """The list as shown, as Excel."""
    period, _, rows = _listed(request, plan, period)
    lines = [
        [
            each.title,
            each.period.label,
            each.document_number,
            each.get_state_display(),
            each.taken_at,
            each.signer,
            each.signed_on,
        ]
        for each in rows
    ]
    note = f"{period.plan.title}，共 {len(lines)} 份"
    return list_response(f"{period.plan.code} 通报", "通报", COLUMNS, lines, note=note)


@require_POST
def circular_new(request, plan, period):
    """拟办 from the figures as they stand now."""
    check_keep_circulars(request.user)
    period = period_at(request, plan, period)
    try:
        made = circulars.take(period, by=request.user, now=timezone.now())
    except WrongState as wrong:
        messages.error(request, wrong.reason)
        return redirect("supervision:circulars", plan, period.code)
    messages.success(request, "已按现在的情况取数。请核对名单，修改文字，再提交审核。")
    return redirect(made)


# --- one circular ----------------------------------------------------------------------------------


def circular_at(request, plan, period, pk):
    """The circular of an address, where this person may know of it; else 404."""
    check_read_supervision(request.user)
    period = period_at(request, plan, period)
    rows = Circular.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("period__plan", "drafted_by", "checked_by", "issued_by"), period=period, pk=pk
    )


@require_safe
def circular(request, plan, period, pk):
    """Its figures and words, how far it is, and what the office can do next."""
    return _page(request, circular_at(request, plan, period, pk))


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def circular_verb(request, plan, period, pk, verb):
    """One verb. What was refused is shown at this address, so a reload comes here as GET: to the circular."""
    found = circular_at(request, plan, period, pk)
    if verb not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect(found)
    check_circular(request.user, found, verb)
    form = FORMS[verb](request.POST, request.FILES, circular=found, auto_id=f"{verb}-%s")
    name_too_large(form, request)
    said = by_now_revision(request)
    done, refusal = attempt(form, lambda: ACTS[verb](found, **form.said, **said), stale=MOVED_ON)
    if refusal:
        return _refused(request, found, form, verb, refusal)
    messages.success(request, SAID_AFTER[verb])
    return redirect(done)


def _refused(request, found, form, verb, refusal):
    """Why it was not done, with what was typed; of two who edited at once the second sees both texts."""
    if refusal.has_moved_on:
        found = circulars.load(found.pk)
    conflict = ()
    if verb == "edit" and refusal.current:
        both = differences(form, FORMS["edit"](circular=found))
        conflict, form = both.shown, FORMS["edit"](both.typed, circular=found, auto_id="edit-%s")
    return _page(request, found, form, verb, refusal.reason, conflict, refusal.status)


def _page(request, found, form=None, verb="", problem="", conflict=(), status=200):
    """The page; form, verb: what was tried, with its mistakes; problem: why it was not done."""
    data, actions = readable(found.data), circulars.actions(found, request.user)
    context = {
        "plan": found.period.plan,
        "period": found.period,
        "circular": found,
        "data": data,
        "listed": listed_by_class(data),
        "sections": circular_words.sections(data),
        "demanded": circular_words.DEMANDED,
        "addressee": circular_words.ADDRESSEE,
        "sender": sender(found.signed_on or timezone.localdate()),
        "mark": circular_papers.mark_of(found),
        "actions": [(action, _form_of(found, action, form, verb)) for action in actions],
        "tried": verb,
        "typed": form if form is not None and verb not in {each.verb for each in actions} else None,
        "problem": problem,
        "conflict": conflict,
        "text_is_older": circulars.text_is_older(found),
        "is_office": request.user.is_office,
        "files": files.files_of("circular", found),
        "trail": trail_of(found)[:100] if request.user.is_office else None,
    }
    return render(request, "supervision/circular.html", context, status=status)


def _form_of(found, action, form, verb):
    if not action.allowed:
        return None
    return form if action.verb == verb and form is not None else _blank(found, action.verb)


def _blank(found, verb):
    return FORMS[verb](circular=found, auto_id=f"{verb}-%s")


# --- its files -------------------------------------------------------------------------------------


@require_safe
def circular_word(request, plan, period, pk):
    """The circular as a Word file in official form."""
    found = circular_at(request, plan, period, pk)
    signed_with = sender(found.signed_on or timezone.localdate())
    return word_response(_file_name(found), circular_papers.word_of(found, signed_with))


@require_safe
def circular_excel(request, plan, period, pk):
    """Its list of bodies and of lagging tasks as Excel."""
    found = circular_at(request, plan, period, pk)
    now = timezone.now()
    signed_with = sender(found.signed_on or timezone.localdate(now))
    return workbook_response(_file_name(found), circular_papers.workbook_of(found, signed_with, now))


def _file_name(found):
    return f"{found.period.plan.code} {found.period.code} 通报 {found.document_number}".strip()
