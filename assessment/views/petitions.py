"""请示: the list with the requests found in returns, one of them, its being drafted, signed and given up."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.audit import trail_of
from agencies.official_page import word_response
from agencies.spreadsheets import Column, list_response
from assessment import petitions
from assessment.documents import petition as papers
from assessment.filters import PetitionFilter
from assessment.models import Petition
from assessment.permissions import check_keep_petitions, check_read_petitions
from assessment.petition_forms import CancelForm, PetitionForm, SignForm, as_typed
from assessment.provenance import chips_of
from progress.frame import frame_of
from progress.views.place import plan_at
from progress.workflow import WrongState
from supervision.sender import sender
from supervision.views.attempts import attempt, by_now_revision
from supervision.views.conflicts import differences
from supervision.views.sorting import in_order

PAGE = 50
# Requests shown at once, and behind a fold.
OFFERED, MOST_OFFERED = 5, 60
ACTS = {"sign": petitions.sign, "cancel": petitions.cancel}
FORMS = {"sign": SignForm, "cancel": CancelForm}
SAID_AFTER = {"sign": "已登记签发，市领导可以查阅。", "cancel": "已作废。"}
MOVED_ON = "这份请示刚被他人办理，下面是最新情况；您的操作没有办理，填写的内容仍在表单里，请核对后再办。"
ORDERS = {
    "title": ["title", "pk"],
    "drafted": ["drafted_at", "pk"],
    "signed": ["signed_on", "pk"],
    "state": ["state", "-drafted_at", "pk"],
}


# --- the list ----------------------------------------------------------------------------------------


@require_safe
def petitions_page(request, plan):
    """请示 of the plan, the last first; to the office also requests no 请示 was made of yet."""
    plan, found, rows = _listed(request, plan)
    period = _period(request)
    offered = []
    if request.user.is_office and period is not None:
        offered = petitions.found_requests(plan, period, request.user, timezone.now())
    context = {
        "plan": plan,
        "filter": found,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "total": found.queryset.count(),
        "period": period,
        "periods": frame_of(request).periods,
        "offered": offered[:OFFERED],
        "more_offered": offered[OFFERED:MOST_OFFERED],
        "offered_count": len(offered),
        "is_office": request.user.is_office,
    }
    return render(request, "assessment/petitions.html", context)


def _period(request):
    """The period whose returns are looked through: the one asked for, else the one of the frame."""
    frame = frame_of(request)
    wanted = request.GET.get("period", "")
    return next((each for each in frame.periods if each.code == wanted), frame.period)


def _listed(request, plan):
    check_read_petitions(request.user)
    plan = plan_at(request, plan)
    rows = Petition.objects.visible_to(request.user).filter(plan=plan).select_related("plan", "drafted_by")
    found = PetitionFilter(request.GET, rows, request=request, plan=plan, is_office=request.user.is_office)
    return plan, found, in_order(found.qs, request.GET.get("sort", ""), ORDERS)


COLUMNS = [
    Column("标题", 52),
    Column("主送机关", 20),
    Column("发文字号", 22),
    Column("状态", 10),
    Column("拟稿人", 12),
    Column("拟稿时间", 18),
    Column("签发人", 12),
    Column("签发日期", 12),
]


@require_safe
def petitions_export(request, plan):
    """The list as shown, as Excel."""
    plan, _, rows = _listed(request, plan)
    lines = [
        [
            each.title,
            each.addressee,
            each.number,
            each.get_state_display(),
            str(each.drafted_by),
            each.drafted_at,
            each.signer,
            each.signed_on,
        ]
        for each in rows
    ]
    return list_response(
        f"{plan.code} 请示", "请示", COLUMNS, lines, note=f"{plan.title}，共 {len(lines)} 件"
    )


# --- drafting ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def petition_new(request, plan):
    """拟稿, empty or from a request found in a return (`?request=`) or a paragraph of a report
    (`?paragraph=`); nothing is kept before it is saved."""
    check_keep_petitions(request.user)
    plan, now = plan_at(request, plan), timezone.now()
    if request.method != "POST":
        origin = _origin(request.GET, plan, request.user, now)
        if origin is None:
            messages.warning(request, "这一事项已拟成请示，或已不在报送内容中，没有带入；可以直接填写。")
        kept = {name: request.GET.get(name, "") for name in ("request", "paragraph")} if origin else {}
        first = {"body": sender(timezone.localdate(now))} | (origin.said if origin else {})
        return _edit_page(request, plan, PetitionForm(initial=first | kept), origin=origin)
    form = PetitionForm(request.POST)
    origin = _origin(request.POST, plan, request.user, now)
    made, refusal = attempt(form, lambda: _drafted(plan, form, origin, by=request.user, now=now))
    if refusal:
        page = {"origin": origin, "problem": refusal.reason, "status": refusal.status}
        return _edit_page(request, plan, form, **page)
    messages.success(request, "已拟稿。核对后报签，签发后在本页登记。")
    return redirect(made)


def _drafted(plan, form, origin, *, by, now):
    if origin is None:
        raise WrongState("这一事项已拟成请示，或已不在报送内容中；您填写的内容仍在下面，请先核对请示列表。")
    return petitions.draft(plan, form.said, origin=origin, by=by, now=now)


def _origin(typed, plan, user, now):
    """The Origin named in an address or a form: an empty one where none is, None for one that is gone."""
    if typed.get("request"):
        return petitions.from_found(plan, typed["request"], user, now)
    if typed.get("paragraph"):
        return petitions.from_paragraph(plan, typed["paragraph"], user)
    return petitions.Origin()


@require_http_methods(["GET", "HEAD", "POST"])
def report_petition(request, plan, pk, paragraph):
    """From a paragraph of a report to the draft of a 请示 with its words and sources."""
    check_keep_petitions(request.user)
    plan = plan_at(request, plan)
    origin = petitions.from_paragraph(plan, paragraph, request.user)
    if origin is None or origin.report.pk != pk:
        raise Http404
    return redirect(f"{reverse('assessment:petition_new', args=[plan.code])}?paragraph={paragraph}")


@require_http_methods(["GET", "HEAD", "POST"])
def petition_edit(request, plan, pk):
    """Change a draft; who comes second sees both texts."""
    check_keep_petitions(request.user)
    found = petition_at(request, plan, pk)
    if request.method != "POST":
        if found.state != Petition.State.DRAFT:
            return redirect(found)
        return _edit_page(request, found.plan, PetitionForm(initial=as_typed(found)), found)
    form = PetitionForm(request.POST)
    said = by_now_revision(request)
    _, refusal = attempt(form, lambda: petitions.edit(found, form.said, **said))
    if refusal:
        return _edit_refused(request, found, form, refusal)
    messages.success(request, "已保存。")
    return redirect(found)


def _edit_refused(request, found, form, refusal):
    """The form again; of two who edited at once the second sees both texts."""
    if refusal.current:
        found = refusal.current
        both = differences(form, PetitionForm(initial=as_typed(found)))
        form, page = PetitionForm(both.typed), {"conflict": both.shown}
    else:
        page = {"problem": refusal.reason}
    return _edit_page(request, found.plan, form, found, **page, status=refusal.status)


def _edit_page(request, plan, form, petition=None, *, origin=None, problem="", conflict=(), status=200):
    sources = petition.sources if petition else origin.sources if origin else []
    context = {
        "plan": plan,
        "form": form,
        "petition": petition,
        "chips": chips_of(sources, plan.code),
        "doubts": "".join(petitions.doubts(form["text"].value() or "")),
        "problem": problem,
        "conflict": conflict,
    }
    return render(request, "assessment/petition_edit.html", context, status=status)


# --- one 请示 ----------------------------------------------------------------------------------------


def petition_at(request, plan, pk):
    """The petition of an address, where this person may read it; else 404."""
    check_read_petitions(request.user)
    plan = plan_at(request, plan)
    rows = Petition.objects.visible_to(request.user)
    rows = rows.select_related("plan", "report__period__plan", "drafted_by", "closed_by")
    return get_object_or_404(rows, plan=plan, pk=pk)


@require_safe
def petition(request, plan, pk):
    """The paper, where it came from, and what the office can do next."""
    return _shown(request, petition_at(request, plan, pk))


def _shown(request, found, *, form=None, problem="", status=200):
    """The page; form: what was tried, with its mistakes; problem: why it was not done."""
    seen = {"revision": found.revision}
    is_office = request.user.is_office
    context = {
        "plan": found.plan,
        "petition": found,
        "paper": papers.paper_of(found),
        "chips": chips_of(found.sources, found.plan.code) if is_office else [],
        "doubts": "".join(petitions.doubts(found.text)) if found.state == Petition.State.DRAFT else "",
        "sign_form": form if isinstance(form, SignForm) else SignForm(initial=seen, auto_id="sign-%s"),
        "cancel_form": form
        if isinstance(form, CancelForm)
        else CancelForm(initial=seen, auto_id="cancel-%s"),
        "problem": problem,
        "is_office": is_office,
        "trail": trail_of(found)[:60] if is_office else None,
    }
    return render(request, "assessment/petition.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def petition_act(request, plan, pk, verb):
    """登记签发 or 作废. What was refused is shown at this address, so a reload comes here as GET."""
    check_keep_petitions(request.user)
    found = petition_at(request, plan, pk)
    if verb not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect(found)
    form, said = FORMS[verb](request.POST, auto_id=f"{verb}-%s"), by_now_revision(request)
    _, refusal = attempt(form, lambda: ACTS[verb](found, **form.said, **said), stale=MOVED_ON)
    if refusal:
        return _refused(request, found, form, refusal)
    messages.success(request, SAID_AFTER[verb])
    return redirect(found)


def _refused(request, found, form, refusal):
    """Why it was not done, with what was typed, on the petition as it stands now."""
    if refusal.has_moved_on:
        found = petition_at(request, found.plan.code, found.pk)
        typed = form.data.copy()
        typed["revision"] = found.revision
        form = type(form)(typed, auto_id=form.auto_id)
    return _shown(request, found, form=form, problem=refusal.reason, status=refusal.status)


@require_safe
def petition_word(request, plan, pk):
    """The 请示 as a Word file in official form."""
    found = petition_at(request, plan, pk)
    return word_response(f"{found.number or '未编号'} {found.title}", papers.word_of(found))
