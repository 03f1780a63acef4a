"""年度落实情况报告: what can be drafted for the clerk, the Word document, all of a year in one zip."""

from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.official_page import word_response
from progress import annual_draft, annual_zip, content, permissions, units
from progress.annual_paper import figures_behind, filename, paper_of, word_of
from progress.models import ReportVersion
from progress.unit_sheet import UnitSheet
from progress.views.place import period_at
from progress.views.return_form import find_unit
from progress.views.typed import number_of
from progress.workflow import Stale, WrongState

MOVED_ON = "这份报告刚被他人修改，草稿没有写入；下面已是最新内容，请对照后再选。"


@require_http_methods(["GET", "HEAD", "POST"])
def annual_draft_page(request, plan, period, agency):
    """起草本年度报告: each part of the draft beside what stands there; POST writes the chosen ones in."""
    report = _annual(request, plan, period, agency)
    permissions.check_edit(request.user, report, timezone.now())
    if not report.is_editable:
        raise Http404
    if request.method != "POST":
        return _draft_page(request, report)
    chosen, seen = request.POST.getlist("section"), number_of(request.POST.get("revision"))
    said = {"by": request.user, "now": timezone.now(), "revision": seen}
    try:
        fresh, written = annual_draft.take(UnitSheet(report), chosen, **said)
    except Stale:
        return _draft_page(request, content.load(report.pk), MOVED_ON, chosen, 412)
    except WrongState as wrong:
        return _draft_page(request, report, wrong.reason, chosen, 400)
    except ValidationError as error:
        return _draft_page(request, report, "；".join(error.messages), chosen, 400)
    labels = "、".join(section.label for section in written)
    messages.success(request, f"已写入：{labels}。请逐段核对、修改后再提交审签。")
    return redirect(fresh.get_absolute_url())


def _annual(request, plan, period, agency):
    """The annual report at this address, as far as this person may know of it; else 404."""
    report = find_unit(request.user, plan, period, agency)
    if not report.period.is_annual:
        raise Http404
    return report


def _draft_page(request, report, problem="", chosen=None, status=200):
    sheet = UnitSheet(report)
    draft = annual_draft.draft_of(sheet, request.user)
    ticked = {each.key for each in draft.sections if each.is_empty_now} if chosen is None else set(chosen)
    context = {
        "report": report,
        "draft": draft,
        "rows": [(section, section.key in ticked) for section in draft.sections],
        "nothing": annual_draft.NOTHING,
        "problem": problem,
    }
    return render(request, "progress/annual_draft.html", context, status=status)


@require_safe
def annual_word(request, plan, period, agency):
    """The report in official form, as far as this person may read it; 404 where nothing has left yet.

    version=: one version as it was signed, whatever became of the report since.
    """
    report = _annual(request, plan, period, agency)
    asked = number_of(request.GET["version"], default=0) if "version" in request.GET else None
    readable = permissions.content_for(request.user, report)
    version = _version(request.user, report, asked) if readable else None
    is_live = asked is None and readable == "live" and _is_open(report, version)
    if not is_live and version is None:
        raise Http404
    unknown = units.unknown_to(request.user)
    said = content.snapshot(report) if is_live else version.content
    said = units.readable_part(request.user, report, said, unknown)
    figures = figures_behind(report, said).without({number for code, number in unknown if code == plan})
    paper = paper_of(report, said, figures, is_draft=is_live, left_at=report.left_at, marked=asked is None)
    name = filename(report) + (f"（第{asked}版）" if asked else "")
    return word_response(name, word_of(paper))


def _is_open(report, version):
    """Whether what stands there now is what the body itself reads, not its last version."""
    return report.is_editable or version is None or report.left_at is None


def _version(user, report, asked):
    """The version with the number `asked`, the last where none is; None of what this person may not read."""
    kept = ReportVersion.objects.filter(report=report)
    if asked is None or not permissions.reads_versions(user, report):
        kept = kept.newest()
    return kept.filter(**{} if asked is None else {"number": asked}).first()


@require_safe
def annual_zip_page(request, plan, period):
    """Every body's report of the year in one file, for the office."""
    period = period_at(request, plan, period)
    permissions.check_collect_annual(request.user)
    if not period.is_annual or not period.is_open:
        raise Http404
    pieces = annual_zip.stream(period, request.user, timezone.now())
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    name = quote(f"{annual_zip.archive_name(period)}.zip", safe="")
    response["Content-Disposition"] = f"attachment; filename=\"reports.zip\"; filename*=UTF-8''{name}"
    response["Cache-Control"] = "no-store"
    return response
