"""Bodies and collectives: lists, editing, the office's confirmation of what was inferred."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from agencies.audit import trail_of
from agencies.bodies import confirm, save_body
from agencies.filters import AgencyFilter
from agencies.forms import (
    AgencyForm,
    ContactFormSet,
    GroupForm,
    MemberFormSet,
    NameFormSet,
    SuccessionFormSet,
    posted,
)
from agencies.models import Agency, AgencyGroup, AgencyName, AgencySuccession, GroupMember
from agencies.permissions import check_confirm_inference, check_manage_bodies, why_not
from agencies.spreadsheets import Column, list_response

INFERRED = {"name": AgencyName, "succession": AgencySuccession, "member": GroupMember}
PER_PAGE = 100
LINKS = (
    Prefetch("successions", AgencySuccession.objects.select_related("predecessor", "successor")),
    Prefetch("predecessions", AgencySuccession.objects.select_related("predecessor", "successor")),
)


def agency_list(request):
    agencies = Agency.objects.visible_to(request.user)
    filters = AgencyFilter(request.GET, queryset=agencies)
    shown = filters.qs.prefetch_related("names", *LINKS)
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": filters,
        "page": page,
        "total": agencies.count(),
        "may_edit": not why_not(check_manage_bodies, request.user),
    }
    return render(request, "agencies/agency_list.html", context)


def agency_export(request):
    """What the list shows under the same filters, as Excel."""
    agencies = Agency.objects.visible_to(request.user).prefetch_related("names", *LINKS)
    filters = AgencyFilter(request.GET, queryset=agencies)
    columns = [
        Column("代码", 12),
        Column("单位名称", 30),
        Column("类别", 14),
        Column("其他名称和写法", 44),
        Column("承接单位", 30),
        Column("须经本单位审核", 12),
        Column("垂直管理", 10),
        Column("撤销日期", 12),
        Column("说明", 50),
    ]
    rows = (
        [
            agency.code,
            agency.name,
            agency.get_kind_display(),
            "；".join(name.name for name in agency.names.all() if name.name != agency.name),
            "；".join(str(link.successor or "待定") for link in agency.successions.all()),
            agency.needs_approver,
            agency.vertical,
            agency.abolished_on,
            agency.note,
        ]
        for agency in filters.qs
    )
    return list_response("单位名录", "单位名录", columns, rows)


def agency_new(request):
    check_manage_bodies(request.user)
    return _edit_agency(request, Agency())


def agency_edit(request, code):
    check_manage_bodies(request.user)
    return _edit_agency(request, get_object_or_404(Agency.objects.visible_to(request.user), code=code))


def _edit_agency(request, agency):
    former_name = agency.name
    form = AgencyForm(posted(request), instance=agency)
    parts = {
        "names": NameFormSet(posted(request), instance=agency, prefix="names"),
        "successions": SuccessionFormSet(
            posted(request),
            instance=agency,
            prefix="successions",
            queryset=AgencySuccession.objects.select_related("predecessor", "successor"),
        ),
        "contacts": ContactFormSet(posted(request), instance=agency, prefix="contacts"),
    }
    if request.method == "POST" and _all_valid(form, parts):
        by, now = request.user, timezone.now()
        changed = _changed(form, parts)
        save_body(agency, parts.values(), changed=changed, by=by, now=now, former_name=former_name)
        messages.success(request, f"{agency}已保存。")
        return redirect("agencies:agency_edit", agency.code)
    context = {
        "form": form,
        "agency": agency,
        "former_name": former_name,
        **parts,
        **_for_body(request, agency),
    }
    return render(request, "agencies/agency_edit.html", context, status=400 if form.is_bound else 200)


@require_POST
def inference_confirm(request, kind, pk):
    check_confirm_inference(request.user)
    if kind not in INFERRED:
        raise Http404
    inferred = confirm(get_object_or_404(INFERRED[kind], pk=pk), by=request.user, now=timezone.now())
    messages.success(request, f"已确认：{inferred}。")
    if kind == "member":
        return redirect("agencies:group", inferred.group_id)
    body = inferred.agency if kind == "name" else inferred.predecessor
    return redirect("agencies:agency_edit", body.code)


def group_list(request):
    groups = AgencyGroup.objects.prefetch_related("memberships__agency")
    context = {"groups": groups, "may_edit": not why_not(check_manage_bodies, request.user)}
    return render(request, "agencies/group_list.html", context)


def group(request, pk):
    check_manage_bodies(request.user)
    found = get_object_or_404(AgencyGroup, pk=pk)
    form = GroupForm(posted(request), instance=found)
    rows = GroupMember.objects.select_related("group", "agency")
    parts = {"members": MemberFormSet(posted(request), instance=found, prefix="members", queryset=rows)}
    if request.method == "POST" and _all_valid(form, parts):
        by, now = request.user, timezone.now()
        save_body(found, parts.values(), changed=_changed(form, parts), by=by, now=now)
        messages.success(request, f"{found}已保存。")
        return redirect("agencies:group", found.pk)
    context = {"form": form, "group": found, **parts, **_for_body(request, found)}
    return render(request, "agencies/group.html", context, status=400 if form.is_bound else 200)


def _for_body(request, body):
    return {
        "trail": trail_of(body)[:20] if body.pk else [],
        "confirm_reason": why_not(check_confirm_inference, request.user),
    }


def _all_valid(form, parts):
    # All of them, so that every mistake is shown at once.
    return all([form.is_valid(), *[part.is_valid() for part in parts.values()]])


def _changed(form, parts):
    labels = [str(form.fields[name].label) for name in form.changed_data]
    return labels + [str(part.model._meta.verbose_name) for part in parts.values() if part.has_changed()]
