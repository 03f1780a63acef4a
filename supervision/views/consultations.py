"""征求意见, what the office does: the list, the draft, sending, more time, closing, its table."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.along import number_of
from agencies.official_page import word_response
from agencies.spreadsheets import Column, list_response
from progress.views.place import plan_at
from progress.views.typed import number_of as typed_number
from supervision import consultation_drafts, consultation_papers, consultations
from supervision.consultation_filters import ConsultationFilter
from supervision.consultation_forms import ConsultationForm, UnitsForm, as_drafted
from supervision.models import Consultation, ConsultationReply
from supervision.permissions import check_consult, check_read_supervision
from supervision.sender import sender
from supervision.upload_forms import name_too_large
from supervision.views.attempts import attempt, by_now_revision
from supervision.views.conflicts import shown_where
from supervision.views.files import takes_files
from supervision.views.sorting import in_order

PAGE = 50
ORDERS = {"title": ["title", "pk"], "sent": ["sent_at", "pk"], "due": ["due_at", "pk"]}
MOVED_ON = "这份征求意见刚被他人办理，您的操作没有执行，请看过最新内容后再办理。"
TOO_LATE = "这份征求意见已经发出，不能再修改；您填写的内容仍在下面，需要的请抄下来。"


# --- the list --------------------------------------------------------------------------------------


@require_safe
def consultations_page(request, plan):
    """What one may know of, the last first."""
    plan, found, rows = _listed(request, plan)
    now = timezone.now()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "plan": plan,
        "filter": found,
        "page": page,
        "rows": [(each, each.is_overdue(now)) for each in page],
        "total": found.queryset.count(),
        "is_office": request.user.is_office,
        "is_body": request.user.has_role(*consultations.BODY),
    }
    return render(request, "supervision/consultations.html", context)


def _listed(request, plan):
    check_read_supervision(request.user)
    plan = plan_at(request, plan)
    replies = ConsultationReply.objects.all()
    if not request.user.is_office:
        replies = replies.filter(agency__in=request.user.agency_ids(*consultations.BODY))
    rows = Consultation.objects.visible_to(request.user).filter(plan=plan).select_related("plan")
    rows = rows.annotate(
        asked=_count(replies), answered=_count(replies.filter(state=ConsultationReply.State.GIVEN))
    )
    found = ConsultationFilter(request.GET, rows, request=request)
    return plan, found, in_order(found.qs, request.GET.get("sort", ""), ORDERS)


def _count(replies):
    return number_of(replies.filter(consultation=OuterRef("pk")))


COLUMNS = (
    *(Column("标题", 48), Column("类别", 14), Column("状态", 12), Column("发出时间", 18)),
    *(Column("反馈截止时间", 18), Column("征求单位", 10), Column("已反馈", 10), Column("办结时间", 18)),
)


@require_safe
def consultations_export(request, plan):
    """The list as shown, as Excel."""
    plan, _, rows = _listed(request, plan)
    lines = [
        [
            *(each.title, each.get_kind_display(), each.get_state_display(), each.sent_at),
            *(each.due_at, each.asked, each.answered, each.closed_at),
        ]
        for each in rows
    ]
    note = f"{plan.title}，共 {len(lines)} 份"
    return list_response(f"{plan.code} 征求意见", "征求意见", COLUMNS, lines, note=note)


# --- the draft -------------------------------------------------------------------------------------


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def consultation_new(request, plan):
    """拟办, also from a circular (?circular=) or the year's goals (?goals=); nothing is kept before it is
    saved."""
    check_consult(request.user)
    plan, now = plan_at(request, plan), timezone.now()
    circular = consultation_drafts.circular_to_ask_about(plan, typed_number(request.GET.get("circular")))
    if request.method != "POST":
        return _form_page(request, plan, ConsultationForm(initial=_begun(plan, request.GET, circular, now)))
    form = ConsultationForm(request.POST, request.FILES)
    name_too_large(form, request)
    said = {"circular": circular, "by": request.user, "now": now}
    made, refusal = attempt(form, lambda: consultations.draft(plan, **form.said, **said))
    if refusal:
        return _form_page(request, plan, form, status=refusal.status)
    messages.success(request, "草稿已保存，请核对后发出。")
    return redirect(made)


def _begun(plan, asked, circular, now):
    """What the form begins with."""
    begun = {"due_at": consultations.default_due(now), "kind": Consultation.Kind.OTHER}
    year = typed_number(asked.get("goals"))
    if circular is not None:
        begun |= dict(zip(("kind", "title", "text"), consultation_drafts.of_circular(circular), strict=True))
    elif year and plan.starts_on.year <= year <= plan.ends_on.year:
        begun |= dict(zip(("kind", "title", "text"), consultation_drafts.of_goals(plan, year), strict=True))
    return begun


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def consultation_edit(request, plan, pk):
    """Change the draft; of what was sent, ask more units."""
    check_consult(request.user)
    plan, found = place(request, plan, pk)
    if "title" in request.POST and found.state != Consultation.State.DRAFT:
        return _too_late(request, plan, found)
    if found.state == Consultation.State.SENT:
        return _more_units(request, plan, found)
    if found.state != Consultation.State.DRAFT:
        messages.error(request, f"现在的状态是“{found.get_state_display()}”，不能再修改。")
        return redirect(found)
    if request.method != "POST":
        return _form_page(request, plan, ConsultationForm(initial=as_drafted(found)), found)
    form = ConsultationForm(request.POST, request.FILES)
    name_too_large(form, request)
    said = by_now_revision(request)
    done, refusal = attempt(form, lambda: consultations.edit(found, **form.said, **said))
    if refusal is None:
        messages.success(request, "草稿已保存。")
        return redirect(done)
    if refusal.has_moved_on:
        return _both(request, plan, found.pk, form)
    found.revision = said["revision"] or found.revision
    return _form_page(request, plan, form, found, status=refusal.status)


def _more_units(request, plan, found):
    """增加单位: only who is asked changes, never what was sent."""
    asked = set(found.replies.values_list("agency", flat=True))
    form = UnitsForm(request.POST or None, but=asked)
    if request.method == "POST":
        said = by_now_revision(request)
        done, refusal = attempt(form, lambda: consultations.add_units(found, form.chosen, **said))
        if refusal is None:
            messages.success(request, "已增加单位并发出。")
            return redirect(done)
        if refusal.has_moved_on:
            messages.error(request, MOVED_ON)
            return redirect(found)
    context = {"plan": plan, "form": form, "found": found, "adding": True}
    status = 400 if request.method == "POST" else 200
    return render(request, "supervision/consultation_edit.html", context, status=status)


def _both(request, plan, pk, form):
    """Somebody else has saved: both texts, and what was typed still in the form."""
    found = consultations.load(pk)
    if found is None:
        messages.error(request, MOVED_ON)
        return redirect("supervision:consultations", plan.code)
    if found.state != Consultation.State.DRAFT:
        return _too_late(request, plan, found)
    theirs = ConsultationForm(initial=as_drafted(found))
    for each in (typed := ConsultationForm(form.data), theirs):
        del each.fields["files"], each.fields["classes"]
    return _form_page(request, plan, form, found, conflict=shown_where(typed, theirs), status=412)


def _too_late(request, plan, found):
    """Sent while somebody still wrote: nothing is changed, and what was typed stays to be copied."""
    return _form_page(request, plan, ConsultationForm(request.POST), found, problem=TOO_LATE, status=409)


def _form_page(request, plan, form, found=None, conflict=(), problem="", status=200):
    context = {"plan": plan, "form": form, "found": found, "conflict": conflict, "problem": problem}
    context["year"] = min(max(timezone.localdate().year, plan.starts_on.year), plan.ends_on.year)
    context["files"] = found.files.filter(removed_at__isnull=True) if found else []
    return render(request, "supervision/consultation_edit.html", context, status=status)


# --- its life ----------------------------------------------------------------------------------------


def place(request, plan, pk):
    """(plan, consultation) of an address, where this person may know of it; else 404."""
    check_read_supervision(request.user)
    plan = plan_at(request, plan)
    rows = Consultation.objects.visible_to(request.user).select_related(
        "plan", "circular__period__plan", "drafted_by", "sent_by", "closed_by"
    )
    return plan, get_object_or_404(rows, plan=plan, pk=pk)


# --- taken away ----------------------------------------------------------------------------------------


def _table(request, plan, pk):
    """(consultation, its replies, the opinions given): for the office, of what was sent."""
    check_consult(request.user)
    _, found = place(request, plan, pk)
    if found.state == Consultation.State.DRAFT:
        raise Http404
    return found, list(found.replies.select_related("agency")), list(consultations.opinions_of(found))


@require_safe
def consultation_word(request, plan, pk):
    """The table as a Word file in official form."""
    found, replies, opinions = _table(request, plan, pk)
    on = timezone.localdate(found.closed_at) if found.closed_at else None
    signed_with = sender(on or timezone.localdate())
    content = consultation_papers.word_of(found, replies, opinions, signed_with, on)
    return word_response(f"征求意见采纳情况 {found.title}", content)


@require_safe
def consultation_excel(request, plan, pk):
    """The table as Excel."""
    found, replies, opinions = _table(request, plan, pk)
    rows = consultation_papers.rows_of(replies, opinions)
    note = consultation_papers.summary_of(replies, opinions)
    name = f"征求意见采纳情况 {found.title}"
    return list_response(name, "征求意见采纳情况", consultation_papers.COLUMNS, rows, note=note)
