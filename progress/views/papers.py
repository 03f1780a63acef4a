"""Signed paper: handing a scan back, 线下审签 of one return, and the 季度进展表 of a whole unit."""

import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.models import Agency
from agencies.spreadsheets import Column, list_response
from progress import content, papers, permissions, quarter_sheet
from progress import paper as paper_form
from progress.attachments import too_large
from progress.filetypes import Refused
from progress.models import ProgressReport, SignedPaper
from progress.paper_forms import SignForm
from progress.views.attachments import as_download
from progress.views.kinds import sheet_of
from progress.views.place import period_at
from progress.views.return_form import find, find_unit, moved_on
from progress.views.typed import number_of
from progress.views.upload_limit import limit_uploads
from progress.workflow import Stale, WrongState

CHOICE = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")


@require_safe
@cache_control(private=True, no_store=True)
def paper(request, pk):
    """A scan or letter, as a download; 404 for whoever may not have it."""
    found = get_object_or_404(SignedPaper, pk=pk)
    if not papers.may_read(request.user, found):
        raise Http404
    return as_download(found)


# --- one return -----------------------------------------------------------------------------------


@csrf_exempt
@limit_uploads
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def approve_offline(request, plan, period, number, agency):
    """线下审签 of one return."""
    return _offline(request, find(request.user, plan, period, number, agency))


@csrf_exempt
@limit_uploads
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def unit_approve_offline(request, plan, period, agency):
    """线下审签 of a unit's summary."""
    return _offline(request, find_unit(request.user, plan, period, agency))


def _offline(request, report):
    permissions.check_approve_offline(request.user, report, timezone.now())
    form = SignForm()
    if report.state != ProgressReport.State.AWAITING_APPROVAL:
        if request.method != "POST" or not _just_signed(request.user, [(report, report.revision)]):
            messages.error(request, f"当前状态为“{report.state_word}”，不能登记线下审签。")
        return redirect(report.get_absolute_url())
    if request.method == "POST":
        form = SignForm(request.POST, request.FILES)
        if _is_settled(request, form, [(report, number_of(request.POST.get("revision")))]):
            return redirect(report.get_absolute_url())
    said = content.snapshot(report)
    context = {"report": report, "sheet": sheet_of(report), "form": form, "said": said}
    context["lines"] = paper_form.lines(said)
    return render(request, "progress/approve_offline.html", context, status=400 if form.errors else 200)


# --- the whole unit -------------------------------------------------------------------------------


@csrf_exempt
@limit_uploads
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request, plan, period, agency):
    """The unit's 季度进展表; POST signs off the rows chosen on the strength of the stamped scan."""
    found = _sheet_at(request, plan, period, agency)
    form = SignForm()
    if request.method == "POST":
        form = SignForm(request.POST, request.FILES)
        papers.check_body(request.user, found.agency.pk)
        if _is_settled(request, form, _chosen(request, found)):
            return redirect("progress:unit_sheet", plan, period, agency)
    context = {"sheet": found, "agency": found.agency, "period": found.period, "form": form}
    context["ticked"] = request.POST.getlist("rows") if form.errors else found.ticked
    return render(request, "progress/quarter_sheet.html", context, status=400 if form.errors else 200)


def _sheet_at(request, plan, period, agency):
    period = period_at(request, plan, period)
    found = get_object_or_404(Agency.objects.visible_to(request.user), code=agency)
    if not quarter_sheet.may_see(request.user, found):
        raise Http404
    return quarter_sheet.QuarterSheet(found, period, request.user, timezone.now())


def _chosen(request, found):
    """[(report, revision seen)] of the rows ticked; what is not on this sheet is 404."""
    reports = {row.report.pk: row.report for row in found.rows}
    chosen = {}
    for typed in request.POST.getlist("rows"):
        named = CHOICE.fullmatch(typed)
        if named is None or int(named[1]) not in reports:
            raise Http404
        chosen[int(named[1])] = int(named[2])
    return [(reports[pk], revision) for pk, revision in chosen.items()]


def _is_settled(request, form, wanted):
    """Sign as the form says. Whether there is no more to do here: signed, or the rows have moved on; if not,
    the form names its mistakes."""
    now = timezone.now()
    for report, _ in wanted:
        papers.check_sign(request.user, report, now)
    for name in request.too_large:
        form.add_error("file", too_large(name).reason)
    try:
        if form.is_valid():
            said = {name: form.cleaned_data[name] for name in ("signer", "signed_on")}
            papers.sign(wanted, form.cleaned_data["file"], by=request.user, now=now, **said)
            messages.success(request, _said_after(wanted))
            return True
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            form.add_error(name if name in form.fields else None, sentences)
    except Refused as refused:
        form.add_error("file", refused.reason)
    except (Stale, WrongState) as refusal:
        if not _just_signed(request.user, wanted):
            moved = wanted[0][0] if isinstance(refusal, WrongState) else refusal.current
            messages.error(request, moved_on(moved, refusal))
        return True
    return False


def _just_signed(user, wanted):
    """Whether the same click arrived twice: every row already stands on a sheet this person uploaded."""
    rows = ProgressReport.objects.filter(pk__in=[report.pk for report, _ in wanted])
    standing = rows.filter(state__in=papers.OUT, signed_paper__uploaded_by=user).values_list("signed_paper")
    return len(standing) == len(wanted) and len(set(standing)) == 1


def _said_after(wanted):
    leaving = sum(1 for report, _ in wanted if report.state not in papers.OUT)
    attached = len(wanted) - leaving
    said = [f"{leaving} 项已凭签字盖章件以本单位名义报出"] if leaving else []
    said += [f"{attached} 项已附上签字盖章件"] if attached else []
    return "，".join(said) + "。"


COLUMNS = [
    Column("序号", 6),
    Column("工作任务", 26),
    Column("年度目标、序时要求", 26),
    Column("工作进展", 50),
    Column("量化完成值、完成率", 24),
    Column("存在问题", 26),
    Column("下一步措施", 26),
    Column("成效经验", 26),
    Column("佐证材料", 20),
    Column("状态", 14),
]


@require_safe
def sheet_export(request, plan, period, agency):
    """The sheet as Excel, with its sign-off line."""
    found = _sheet_at(request, plan, period, agency)
    rows = [quarter_sheet.as_text(row) for row in found.rows]
    line = found.sign_off
    signed = [
        f"填报人：{line['filled_by']}",
        f"联系电话：{line['phone']}",
        f"审核人：{line['approver']}",
        f"单位负责人（签章）：{line['head']}",
        f"填报日期：{timezone.localdate(line['day']):%Y-%m-%d}" if line["day"] else "填报日期：",
    ]
    title = f"{found.period.code} 季度进展表"
    note = f"填报单位（盖章）：{found.agency.name}　报告期：{found.period.label}"
    return list_response(f"{found.agency.name} {title}", title, COLUMNS, [*rows, [None, *signed]], note=note)
