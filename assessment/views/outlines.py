"""报告提纲: the three of a plan, and the page on which one is changed."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from assessment import outlines
from assessment.models import Outline, OutlineSection
from assessment.outline_forms import (
    SettingsForm,
    content_typed,
    rearranged,
    rows_of,
    rows_typed,
    settings_of,
)
from assessment.permissions import check_edit_reports
from progress.views.place import plan_at
from progress.workflow import Stale

Kind = Outline.Kind
SOURCES = dict(OutlineSection.Source.choices)


@require_safe
def outlines_page(request, plan):
    """Every kind of report with its sections; what the office never changed is the default."""
    check_edit_reports(request.user)
    plan = plan_at(request, plan)
    found = outlines.outlines_of(plan)
    rows = [(kind, Kind(kind).label, found[kind]) for kind in Kind]
    return render(request, "assessment/outlines.html", {"plan": plan, "rows": rows, "sources": SOURCES})


@require_http_methods(["GET", "HEAD", "POST"])
def outline(request, plan, kind):
    """One outline. A button of a row only rearranges what was typed; 保存 saves the whole."""
    check_edit_reports(request.user)
    plan = plan_at(request, plan)
    if kind not in Kind.values:
        raise Http404
    if request.method != "POST":
        stands = outlines.outlines_of(plan)[kind]
        return _page(request, plan, kind, settings_of(stands), rows_of(stands))
    form, rows = SettingsForm(request.POST), rows_typed(request.POST)
    other = rearranged(rows, request.POST.get("verb", "save"))
    if other is not None:
        return _page(request, plan, kind, form, other, moved=True)
    return _saved(request, plan, kind, form, rows)


def _saved(request, plan, kind, form, rows):
    if not form.is_valid():
        return _page(request, plan, kind, form, rows, status=400)
    try:
        outlines.save(plan, kind, content_typed(form, rows), by=request.user, now=timezone.now())
    except Stale as stale:
        typed = form.data.copy()
        typed["revision"] = stale.current.revision
        return _page(request, plan, kind, SettingsForm(typed), rows, theirs=stale.current, status=412)
    except ValidationError as error:
        wrong = error.message_dict
        for name in set(wrong) - {"sections"}:
            form.add_error(name, wrong[name])
        return _page(request, plan, kind, form, rows, wrong.get("sections", ()), status=400)
    messages.success(request, f"{Kind(kind).label}的提纲已保存，章节自下一份报告起适用。")
    return redirect("assessment:outlines", plan.code)


def _page(request, plan, kind, form, rows, wrong=(), *, theirs=None, moved=False, status=200):
    context = {
        "plan": plan,
        "kind": kind,
        "label": Kind(kind).label,
        # A bound form that is only rearranged says nothing of mistakes yet.
        "form": form,
        "rows": rows,
        "wrong": wrong,
        "theirs": theirs,
        "moved": moved,
        "sources": SOURCES,
        "full": len(rows) >= outlines.MOST_SECTIONS,
    }
    return render(request, "assessment/outline.html", context, status=status)
