"""考核办法: the years of a plan, one scheme as it is read, and the page it is edited on."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.audit import trail_of
from agencies.permissions import why_not
from assessment import schemes
from assessment.formulas import FORMULAS, in_words, plain
from assessment.models import AssessmentRound, Scheme
from assessment.permissions import check_keep_schemes, check_read_assessment
from assessment.scheme_contents import content_of, differing
from assessment.scheme_forms import (
    NewSchemeForm,
    ParametersForm,
    ReasonForm,
    SchemeForm,
    as_typed,
    as_written,
)
from progress.figures import CLASS_CODES
from progress.views.place import plan_at
from progress.workflow import Incomplete, Stale, WrongState
from supervision.views.attempts import attempt, by_now, by_now_revision
from supervision.views.conflicts import BothTexts

CHANGED = "考核办法刚被他人修改，您的操作没有执行，请看过最新内容后再办理。"
SAID_AFTER = {
    "publish": "已公布，各单位可以查看；年度考核启动前可以撤回。",
    "withdraw": "已撤回公布，可以修改后重新公布。",
    "discard": "草稿已删除。",
}


# --- the years of a plan -----------------------------------------------------------------------


@dataclass(frozen=True)
class YearRow:
    """A year of the plan and its scheme, as far as this person may know of it."""

    year: int
    scheme: Scheme | None
    round: AssessmentRound | None
    last: Scheme | None


@require_safe
def schemes_page(request, plan):
    """Every year of the plan, newest first: at most the three of a three-year plan."""
    check_read_assessment(request.user)
    return _years_page(request, plan_at(request, plan))


@require_POST
def scheme_new(request, plan):
    """起草 the scheme of a year, from the last one or the defaults."""
    check_keep_schemes(request.user)
    plan = plan_at(request, plan)
    form = NewSchemeForm(request.POST)
    said = by_now(request)
    scheme, refusal = attempt(form, lambda: schemes.new_scheme(plan, **form.cleaned_data, **said))
    if refusal:
        return _years_page(request, plan, form)
    messages.success(request, "已起草，请核对各项分值和计分参数，保存后公布。")
    return redirect("assessment:scheme_edit", plan.code, scheme.year)


def _years_page(request, plan, form=None):
    visible = Scheme.objects.visible_to(request.user).filter(plan=plan)
    found = {each.year: each for each in visible.select_related("plan", "published_by", "round")}
    earlier = schemes.earlier_schemes(plan) if request.user.is_office else []
    rows = [
        YearRow(
            year,
            found.get(year),
            getattr(found.get(year), "round", None),
            schemes.last_before(plan, year, earlier),
        )
        for year in reversed(plan.years)
    ]
    context = {
        "plan": plan,
        "rows": rows,
        "form": form,
        "is_office": request.user.is_office,
        "this_year": timezone.localdate().year,
    }
    return render(request, "assessment/schemes.html", context, status=400 if form and form.errors else 200)


# --- one scheme --------------------------------------------------------------------------------


@require_safe
def scheme(request, plan, year):
    """The scheme as it is read and printed: every criterion with its formula in words."""
    return _scheme_page(request, _scheme_at(request, plan, year))


@require_POST
def scheme_act(request, plan, year, verb):
    """公布, 撤回 or 删除草稿."""
    found = _scheme_at(request, plan, year)
    if verb not in SAID_AFTER:
        raise Http404
    said, form = {}, ReasonForm(request.POST)
    if verb == "withdraw":
        if not form.is_valid():
            return _scheme_page(request, found, form.errors.get("reason", ()), form)
        said = form.cleaned_data
    try:
        getattr(schemes, verb)(found, **said, **by_now_revision(request))
    except Stale:
        messages.error(request, CHANGED)
    except WrongState as wrong:
        messages.error(request, wrong.reason)
    except Incomplete as incomplete:
        return _scheme_page(request, found, list(incomplete.fields.values()), form)
    else:
        messages.success(request, SAID_AFTER[verb])
        if verb == "discard":
            return redirect("assessment:schemes", plan)
    return redirect(found)


def _scheme_at(request, plan, year):
    check_read_assessment(request.user)
    plan = plan_at(request, plan)
    named = ("plan", "host", "cross_reviewer", "made_by", "published_by", "copied_from", "round")
    rows = Scheme.objects.visible_to(request.user).select_related(*named)
    return get_object_or_404(rows, plan=plan, year=year)


def _scheme_page(request, found, refused=(), form=None):
    """refused: why nothing was done; form: of the withdrawal as it was typed."""
    criteria = list(found.criteria.all())
    for each in criteria:
        each.explained = in_words(each.formula, each.parameters)
        each.source = FORMULAS[each.formula].source
        each.whom = "、".join(CLASS_CODES[code] for code in each.classes if code in CLASS_CODES)
    has_begun = getattr(found, "round", None) is not None
    context = {
        "plan": found.plan,
        "scheme": found,
        "criteria": criteria,
        "total": plain(sum(each.weight for each in criteria)) if criteria else "0",
        "veto_items": list(found.veto_items.all()),
        "export_forms": list(found.export_forms.all()),
        "listed": list(found.listed.all()),
        "is_office": request.user.is_office,
        "refused_edit": why_not(check_keep_schemes, request.user)
        or (schemes.FROZEN if found.is_published else ""),
        "refused_withdraw": schemes.BEGUN if has_begun else "",
        "refused": refused,
        "reason": form["reason"].value() if form else "",
        "trail": trail_of(found) if request.user.is_office else [],
    }
    return render(request, "assessment/scheme.html", context, status=400 if refused else 200)


# --- editing -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def scheme_edit(request, plan, year):
    """Edit a draft; of two who did so at once the second sees both texts."""
    check_keep_schemes(request.user)
    found = _scheme_at(request, plan, year)
    if found.is_published:
        messages.error(request, schemes.FROZEN)
        return redirect(found)
    if request.method != "POST":
        return _edit_page(request, found, SchemeForm(initial=as_typed(content_of(found), found.revision)))
    form = SchemeForm(request.POST)
    if "more" in request.POST:
        return _edit_page(request, found, SchemeForm(initial=as_written(form), more=1))
    if form.is_valid():
        return _saved(request, found, form)
    return _edit_page(request, found, form)


def _saved(request, found, form):
    """The way on after what was typed is kept; the page again where it was not."""
    now, conflict = timezone.now(), []
    seen = form.cleaned_data["revision"] or 0
    try:
        schemes.edit(found, form.content, by=request.user, now=now, revision=seen)
    except Incomplete as incomplete:
        form.refuse(incomplete)
    except WrongState as wrong:
        messages.error(request, wrong.reason)
        return redirect(found)
    except Stale as stale:
        conflict = BothTexts(differing(content_of(stale.current), form.content))
        written = as_written(form) | {"revision": stale.current.revision}
        form = SchemeForm(initial=written)
    else:
        messages.success(request, "已保存。核对无误后公布，公布后不能修改。")
        return redirect(found)
    return _edit_page(request, found, form, conflict)


def _edit_page(request, found, form, conflict=()):
    context = {
        "plan": found.plan,
        "scheme": found,
        "form": form,
        "conflict": conflict,
        "formulas": [ParametersForm(code) for code in FORMULAS],
        "explained": [(each.label, in_words(code)) for code, each in FORMULAS.items()],
    }
    status = 412 if conflict else 400 if form.is_bound and form.errors else 200
    return render(request, "assessment/scheme_edit.html", context, status=status)
