"""异议: the list of a round, one objection with its verbs, its 复核意见书 as page and Word."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.audit import trail_of
from agencies.official_page import word_response
from agencies.permissions import Denied
from agencies.spreadsheets import Column, list_response
from assessment import objection_papers, objections, overview, permissions, who_acts
from assessment.filters import ObjectionFilter
from assessment.models import AssessmentFile, AssessmentRound, Objection
from assessment.round_forms import OBJECTION_FORMS
from assessment.secrecy import secret_of
from assessment.views.rounds import round_at
from supervision.sender import sender
from supervision.upload_forms import name_too_large
from supervision.views.attempts import attempt, by_now_revision
from supervision.views.files import takes_files

PAGE = 50
ACTS = {"sign": objections.sign, "withdraw": objections.withdraw, "decide": objections.decide}
SAID_AFTER = {
    "sign": "异议已报出，复核后会告知本单位。",
    "withdraw": "异议已撤回。",
    "decide": "复核意见已登记，单位已收到告知。",
}
# What people wrote: a title they name is not for who may not know of its task.
WRITTEN = ("text", "answer")
MOVED_ON = "这件异议刚被他人办理，下面是最新情况；您的操作没有办理。"


@require_safe
def objections_page(request, plan, year):
    """The objections of a round one may read, the open ones first."""
    found, chosen = _listed(request, plan, year)
    page = Paginator(chosen.qs, PAGE).get_page(request.GET.get("page"))
    secret_of(found.scheme.plan, request.user).spared(page.object_list, *WRITTEN)
    context = {
        "plan": found.scheme.plan,
        "round": found,
        "filter": chosen,
        "page": page,
        "total": chosen.queryset.count(),
        "is_office": request.user.is_office,
    }
    return render(request, "assessment/objections.html", context)


def _listed(request, plan, year):
    found = round_at(request, plan, year)
    rows = Objection.objects.visible_to(request.user).filter(unit__round=found)
    rows = rows.select_related("unit__agency", "criterion", "decided_by").defer("unit__facts", "unit__result")
    rows = rows.order_by("decided_at", "written_at", "pk")
    return found, ObjectionFilter(request.GET, rows, request=request)


@require_safe
def objections_export(request, plan, year):
    """The list as shown, as Excel."""
    found, chosen = _listed(request, plan, year)
    columns = [
        *(Column("单位", 28), Column("考核项目", 18), Column("异议及理由", 60), Column("提出时间", 18)),
        *(Column("状态", 14), Column("复核结论", 12), Column("复核意见", 60), Column("复核时间", 18)),
    ]
    lines = [
        [
            each.unit.name,
            each.criterion.name if each.criterion else "整体评分",
            each.text,
            each.raised_at,
            each.get_state_display(),
            each.get_outcome_display(),
            each.answer,
            each.decided_at,
        ]
        for each in secret_of(found.scheme.plan, request.user).spared(list(chosen.qs), *WRITTEN)
    ]
    return list_response(f"{found} 异议", "异议及复核", columns, lines, note=f"{found}，共 {len(lines)} 件")


# --- one objection -----------------------------------------------------------------------------------


def objection_at(request, plan, year, pk):
    """The objection of an address, where this person may see it; else 404."""
    found = round_at(request, plan, year)
    named = ("unit__agency", "unit__reviewer", "unit__scored_by", "criterion")
    people = ("written_by", "raised_by", "decided_by")
    visible = Objection.objects.visible_to(request.user).select_related(*named, *people)
    objection = get_object_or_404(visible, unit__round=found, pk=pk)
    objection.unit.round = found
    return objection


@require_safe
def objection(request, plan, year, pk):
    """What was objected to, and what became of it."""
    return _page(request, objection_at(request, plan, year, pk))


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def objection_verb(request, plan, year, pk, verb):
    """One verb. What was refused is shown at this address; a reload leads to the objection."""
    found = objection_at(request, plan, year, pk)
    if verb not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect(found)
    form = _posted(request, found, verb)
    said = by_now_revision(request)
    done, refusal = attempt(form, lambda: ACTS[verb](found, **form.said, **said), stale=MOVED_ON)
    if refusal:
        shown = objection_at(request, plan, year, pk) if refusal.has_moved_on else found
        return _page(request, shown, form, verb, refusal.reason, refusal.status)
    messages.success(request, SAID_AFTER[verb])
    return redirect(done)


def _posted(request, found, verb):
    if verb != "decide":
        return OBJECTION_FORMS[verb](request.POST, auto_id=f"{verb}-%s")
    permissions.check_decide_objection(request.user, found)
    form = OBJECTION_FORMS[verb](request.POST, request.FILES, objection=found, auto_id=f"{verb}-%s")
    name_too_large(form, request)
    return form


def _page(request, found, form=None, verb="", problem="", status=200):
    user, now = request.user, timezone.now()
    offered = objections.actions(found, user, now)
    own = permissions.serves(user, found.unit.agency_id)
    secret_of(found.unit.round.scheme.plan, user).spared([found], *WRITTEN)
    context = {
        "plan": found.unit.round.scheme.plan,
        "round": found.unit.round,
        "unit": found.unit,
        "objection": found,
        "actions": [(each, _form_of(found, each, form, verb)) for each in offered],
        "deciders": _deciders(user, found, now),
        "tried": verb,
        "problem": problem,
        "typed": form,
        "knows": overview.reads_score(user, found.unit),
        "points": _points_of(found) if overview.reads_score(user, found.unit) else None,
        "adjustments": found.adjustments.all(),
        "files": AssessmentFile.objects.filter(objection=found, removed_at__isnull=True),
        "trail": trail_of(found).exclude(verb__startswith="上传")[:100] if user.is_office or own else None,
    }
    return render(request, "assessment/objection.html", context, status=status)


def _deciders(user, found, now):
    """Who may decide while it waits, for those who see to it that somebody does."""
    waits = found.state == Objection.State.RAISED and found.unit.round.state == AssessmentRound.State.FEEDBACK
    if not waits or not (user.is_office or permissions.serves(user, found.unit.reviewer_id)):
        return None
    return who_acts.deciders_of(found, now, user.successions)


def _points_of(found):
    """(points, full marks) of the criterion objected to as they stand, as text; None of the whole score."""
    key = str(found.criterion_id)
    rows = found.unit.result["criteria"] if found.unit.result and found.unit.standing == "scored" else ()
    return next(((each["points"], each["effective"]) for each in rows if each["key"] == key), None)


def _form_of(found, action, form, verb):
    if action.verb == verb and form is not None:
        return form
    said = {"objection": found} if action.verb == "decide" else {}
    return OBJECTION_FORMS[action.verb](auto_id=f"{action.verb}-%s", **said)


# --- its paper ---------------------------------------------------------------------------------------


def _decided_at(request, plan, year, pk):
    found = objection_at(request, plan, year, pk)
    if found.state != Objection.State.DECIDED:
        raise Denied("这件异议还没有复核，没有复核意见书。")
    secret_of(found.unit.round.scheme.plan, request.user).spared([found], *WRITTEN)
    return found


@require_safe
def objection_paper(request, plan, year, pk):
    """复核意见书 as a page to be printed."""
    found = _decided_at(request, plan, year, pk)
    context = {
        "plan": found.unit.round.scheme.plan,
        "round": found.unit.round,
        "objection": found,
        "paper": objection_papers.paper_of(found, sender(timezone.localdate(found.decided_at))),
    }
    return render(request, "assessment/objection_paper.html", context)


@require_safe
def objection_word(request, plan, year, pk):
    """复核意见书 as a Word file in official form."""
    found = _decided_at(request, plan, year, pk)
    paper = objection_papers.paper_of(found, sender(timezone.localdate(found.decided_at)))
    return word_response(objection_papers.file_name(found), objection_papers.word_of(paper))
