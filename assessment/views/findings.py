"""人工认定: the list, one finding, stating a new one, taking one back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.audit import trail_of
from agencies.spreadsheets import Column, list_response
from assessment import files, findings
from assessment.finding_forms import FindingFilter, ReturnFindingForm, RevokeForm, TargetFindingForm
from assessment.models import Finding
from assessment.permissions import check_keep_findings, check_read_findings
from progress.views.place import plan_at
from supervision.upload_forms import name_too_large
from supervision.views.attempts import attempt, by_now
from supervision.views.files import takes_files

PAGE = 50
FORMS = {"return": ReturnFindingForm, "target": TargetFindingForm}
TITLES = {"return": "认定报送无实质内容", "target": "认定指标是否达成"}
NAMED = ("agency", "found_by", "revoked_by", "target__task", "report__period__plan", "report__task", "plan")


@require_safe
def findings_page(request, plan):
    """What was found, the last first: all for the office, for a body what is about it."""
    plan, found = _listed(request, plan)
    context = {
        "plan": plan,
        "filter": found,
        "page": Paginator(found.qs, PAGE).get_page(request.GET.get("page")),
        "total": found.queryset.count(),
        "is_office": request.user.is_office,
    }
    return render(request, "assessment/findings.html", context)


def _listed(request, plan):
    check_read_findings(request.user)
    plan = plan_at(request, plan)
    rows = Finding.objects.visible_to(request.user).filter(plan=plan).select_related(*NAMED)
    return plan, FindingFilter(request.GET, rows.order_by("-found_at", "-pk"), plan=plan, request=request)


COLUMNS = [
    *(Column("年度", 8), Column("单位", 24), Column("认定", 12), Column("事项", 40), Column("依据", 50)),
    *(Column("认定时间", 18), Column("认定人", 10), Column("撤销时间", 18), Column("撤销原因", 30)),
]


@require_safe
def findings_export(request, plan):
    """The list as shown, as Excel."""
    plan, found = _listed(request, plan)
    rows = [
        [
            *(each.year, each.agency.name, each.get_kind_display(), each.subject, each.basis),
            *(each.found_at, str(each.found_by), each.revoked_at, each.revoked_reason),
        ]
        for each in found.qs
    ]
    return list_response(f"{plan.code} 人工认定", "人工认定", COLUMNS, rows, note=plan.title)


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def finding_new(request, plan, about):
    """State one; the address can name what it is about, so that other pages lead here."""
    check_keep_findings(request.user)
    plan = plan_at(request, plan)
    if about not in FORMS:
        raise Http404
    if request.method != "POST":
        return _form_page(request, plan, about, FORMS[about](plan=plan, initial=request.GET.dict()))
    form = FORMS[about](request.POST, request.FILES, plan=plan)
    name_too_large(form, request)
    said = by_now(request)
    finding, refusal = attempt(form, lambda: _stated(plan, about, form.cleaned_data, **said))
    if refusal:
        if refusal.reason:
            form.add_error(None, refusal.reason)
        return _form_page(request, plan, about, form)
    messages.success(request, "已认定，所涉单位会收到告知；得分试算按此计算。")
    return redirect(finding)


def _stated(plan, about, said, *, by, now):
    done = {"by": by, "now": now, "uploads": said["files"]}
    if about == "return":
        return findings.find_insubstantial(said["report"], said["basis"], **done)
    what = (said["year"], said["target"], said["agency"], said["met"], said["basis"])
    return findings.find_target(plan, *what, **done)


def _form_page(request, plan, about, form):
    context = {"plan": plan, "about": about, "title": TITLES[about], "form": form}
    return render(request, "assessment/finding_new.html", context, status=400 if form.errors else 200)


def _finding_at(request, plan, pk):
    check_read_findings(request.user)
    plan = plan_at(request, plan)
    rows = Finding.objects.visible_to(request.user).select_related(*NAMED)
    return get_object_or_404(rows, plan=plan, pk=pk)


@require_safe
def finding(request, plan, pk):
    """What was found, on what basis, and what supports it."""
    return _finding_page(request, _finding_at(request, plan, pk), RevokeForm())


@require_POST
def finding_revoke(request, plan, pk):
    """Take it back, with the reason."""
    found = _finding_at(request, plan, pk)
    check_keep_findings(request.user)
    form, said = RevokeForm(request.POST), by_now(request)
    _, refusal = attempt(form, lambda: findings.revoke(found, form.cleaned_data["reason"], **said))
    if refusal is None:
        messages.success(request, "已撤销，所涉单位会收到告知。")
    elif refusal.has_moved_on:
        messages.error(request, refusal.reason)
    else:
        return _finding_page(request, found, form)
    return redirect(found)


def _finding_page(request, found, form):
    context = {
        "plan": found.plan,
        "finding": found,
        "form": form,
        "files": files.files_of("finding", found),
        "is_office": request.user.is_office,
        "trail": trail_of(found) if request.user.is_office else [],
    }
    return render(request, "assessment/finding.html", context, status=400 if form.errors else 200)
