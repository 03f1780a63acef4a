"""The office's editor of a gathered report: its sections, what stands around them, checks before delivery."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.audit import trail_of
from assessment import assembling, circulating, editing, jobs
from assessment.models import SummaryReport
from assessment.numbering import numbers_of, section_number
from assessment.permissions import check_edit_reports, check_read_reports
from assessment.provenance import SHOWN, chips_of
from assessment.report_forms import (
    LEVELS,
    HeadForm,
    NewSectionForm,
    as_it_stands,
    head_as_typed,
    merged,
    rearranged,
    typed_section,
    whole,
)
from assessment.spans import span_of
from progress.content import word_diff
from progress.views.place import plan_at
from progress.views.typed import number_of
from progress.workflow import Incomplete, Stale, WrongState
from supervision.views.attempts import attempt, by_now_revision
from supervision.views.conflicts import differences
from tasks.views.place import add_errors

# How long the page says that a section was not gathered anew.
REMEMBERED = timedelta(minutes=10)


def report_at(request, plan, pk, *, edits=True):
    """The report of an address with its sections, where this person may see it; else 404."""
    check_read_reports(request.user)
    if edits:
        check_edit_reports(request.user)
    plan = plan_at(request, plan)
    rows = editing.with_sections(SummaryReport.objects.visible_to(request.user))
    report = get_object_or_404(rows, period__plan=plan, pk=pk)
    report.period.plan = plan
    return spanned(report)


def spanned(report):
    """The report with the stretch of time it is about at hand (`span`)."""
    report.span = span_of(report)
    return report


# --- the whole report --------------------------------------------------------------------------------


@require_safe
def report(request, plan, pk):
    """The editor; leaders go on to the newest edition, which is what they read."""
    found = report_at(request, plan, pk, edits=False)
    if request.user.is_office and found.state == SummaryReport.State.GATHERING:
        return redirect("assessment:report_gathering", found.period.plan.code, found.pk)
    if not request.user.is_office:
        return redirect("assessment:edition", found.period.plan.code, found.pk, found.editions.first().number)
    return report_shown(request, found)


def report_shown(request, found, *, problem="", new=None, status=200):
    """The editor's page; problem: what was not done; new: the form of a new section as typed."""
    context = {
        "plan": found.period.plan,
        "report": found,
        "run": run_shown(found, timezone.now()),
        "sections": sections_shown(found),
        "editions": found.editions.select_related("frozen_by").defer("data"),
        "circulated": circulating.circulated(found),
        "petitions": found.petitions.select_related("plan"),
        "new": new or NewSectionForm(),
        "problem": problem,
        "trail": trail_of(found)[:60],
    }
    return render(request, "assessment/report.html", context, status=status)


def run_shown(report, now):
    """The gathering of one section that is under way, or was refused a short while ago; else None."""
    run = assembling.run_of(report)
    if run is None or (run.finished_at and not (run.failure and now - run.finished_at < REMEMBERED)):
        return None
    return run


def sections_shown(report):
    """A report's sections with their numbers, each paragraph with its number, chips and what was changed."""
    sections = list(report.sections.all())
    for place, section in enumerate(sections, start=1):
        section.report = report
        section.number = section_number(place)
        section.shown = paragraphs_shown(section, report.period.plan.code)
    return sections


def paragraphs_shown(section, plan_code):
    """A section's paragraphs, each with `number`, `chips`, `more` chips and `diff` where it was edited."""
    rows = list(section.paragraphs.all())
    for paragraph, number in zip(rows, numbers_of([each.level for each in rows]), strict=True):
        # A heading's sources are those of the text below it.
        chips = [] if paragraph.level else chips_of(paragraph.sources, plan_code)
        paragraph.number = number
        paragraph.chips, paragraph.more = chips[:SHOWN], chips[SHOWN:]
        paragraph.by_hand = paragraph.is_edited
        paragraph.diff = (
            word_diff(paragraph.gathered, paragraph.text) if paragraph.by_hand and paragraph.gathered else []
        )
    return rows


# --- one section -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def section(request, plan, pk, section):
    """Edit one section: a form of all its paragraphs; a fragment of the report's page for htmx."""
    found = report_at(request, plan, pk)
    current = editing.load_section(found, section)
    if request.method != "POST":
        if current is None:
            raise Http404
        if "read" in request.GET:
            return _section_read(request, found, current)
        part = number_of(request.GET.get("part", ""), default=None)
        return _section_form(request, found, current, as_it_stands(current, part))
    typed = typed_section(request.POST)
    if current is None:
        problem = "这一节刚被他人删除，您的修改没有保存，文字仍在下面，请抄到别的章节。"
        return _section_form(request, found, None, typed, problem=problem, status=409)
    verb = request.POST.get("verb", "save")
    moved = rearranged(typed, verb, current)
    if moved is not None:
        return _section_form(request, found, current, moved)
    return _section_saved(request, found, current, typed)


def _section_saved(request, found, current, typed):
    if typed.errors:
        return _section_form(request, found, current, typed, problem="；".join(typed.errors), status=400)
    now, revision = timezone.now(), typed.revision
    rows, _ = whole(typed, editing.rows_of(current))
    try:
        saved = editing.save_section(
            current, typed.heading, rows, by=request.user, now=now, revision=revision
        )
    except Stale as stale:
        going_on, disputes = merged(typed, stale.current)
        return _section_form(request, found, stale.current, going_on, disputes=disputes, status=412)
    except WrongState as wrong:
        return _section_form(request, found, current, typed, problem=wrong.reason, status=409)
    except ValidationError as error:
        return _section_form(request, found, current, typed, problem="；".join(error.messages), status=400)
    if request.htmx and not stands_alone(request):
        return _section_read(request, found, saved, changed=True)
    messages.success(request, f"“{saved.heading}”已保存。")
    address = f"{found.get_absolute_url()}#{anchor_of(saved, typed.part)}"
    return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)


def stands_alone(request):
    """Whether the form is a page of its own, not a part of the report's page."""
    return urlsplit(request.headers.get("HX-Current-URL", request.path)).path == request.path


def anchor_of(section, part):
    """Where on the report's page one was: at the part that was edited, where it is still there."""
    kept = part is not None and any(each.pk == part for each in section.paragraphs.all())
    return f"paragraph-{part}" if kept else f"section-{section.pk}"


def _section_read(request, found, section, *, changed=False):
    """The section as it is read, to take the form's place; the outline and the checks follow."""
    fresh = report_at(request, found.period.plan.code, found.pk) if changed else found
    sections = sections_shown(fresh)
    shown = next((each for each in sections if each.pk == section.pk), None)
    if shown is None:
        raise Http404
    context = {"plan": fresh.period.plan, "report": fresh, "section": shown, "sections": sections}
    if not request.htmx:
        return redirect(f"{found.get_absolute_url()}#section-{section.pk}")
    response = render(request, "assessment/_report_section.html", context | {"replaced": changed})
    if changed:
        response["HX-Trigger"] = "report-changed"
    return response


def _section_form(request, found, section, typed, *, problem="", disputes=(), status=200):
    """The form as it is typed; section: as it is saved, None where somebody else has deleted it."""
    order = [each.pk for each in found.sections.all()]
    context = {
        "plan": found.period.plan,
        "report": found,
        "section": section,
        "number": section_number(order.index(section.pk) + 1) if section and section.pk in order else "",
        "typed": typed,
        "rows": _rows_typed(section, typed, found.period.plan.code),
        "levels": LEVELS,
        "problem": problem,
        "disputes": disputes,
        "saved_heading": section.heading if section and section.heading != typed.heading else "",
        "is_stale": status == 412,
        "alone": stands_alone(request),
    }
    name = "_report_section_form" if request.htmx else "report_section"
    return render(request, f"assessment/{name}.html", context, status=status)


def _rows_typed(section, typed, plan_code):
    """Each row as it is typed, with its number, where it came from, and the gathered and the saved text where
    they are others."""
    known = {each.pk: each for each in section.paragraphs.all()} if section else {}
    everything, first = whole(typed, editing.rows_of(section) if section else [])
    numbers = numbers_of([row.level for row in everything])[first:][: len(typed.rows)]
    rows = []
    for place, (row, number) in enumerate(zip(typed.rows, numbers, strict=True)):
        paragraph = known.get(row.id)
        chips = chips_of(paragraph.sources, plan_code) if paragraph else []
        gathered = paragraph.gathered if paragraph else ""
        disputed = paragraph.text if paragraph and row.id in typed.disputed else ""
        rows.append(
            {
                "place": place,
                "row": row,
                "number": number,
                "chips": chips[:SHOWN],
                "more": chips[SHOWN:],
                "gathered": gathered if gathered != row.text else "",
                "theirs": disputed if disputed != row.text else "",
            }
        )
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
def section_regather(request, plan, pk, section):
    """Gather one section anew: first what was written by hand there and would be replaced."""
    found = report_at(request, plan, pk)
    current = editing.load_section(found, section)
    if current is None:
        raise Http404
    if request.method != "POST":
        return _regather_page(request, found, current)
    try:
        assembling.regather(current, **by_now_revision(request))
    except Stale:
        problem = "这一节刚被他人修改，还没有重新汇编。下面是现在的人工修改，请核对后再决定。"
        return _regather_page(request, found, current, problem, status=412)
    except WrongState as wrong:
        return _regather_page(request, found, current, wrong.reason, status=409)
    jobs.wake()
    messages.success(request, f"正在重新汇编“{current.heading}”，其他章节不受影响。")
    return redirect(found)


def _regather_page(request, found, section, problem="", status=200):
    rows = paragraphs_shown(section, found.period.plan.code)
    context = {
        "plan": found.period.plan,
        "report": found,
        "section": section,
        "edited": [each for each in rows if each.by_hand],
        "count": len(rows),
        "problem": problem,
    }
    return render(request, "assessment/report_regather.html", context, status=status)


@require_POST
def section_new(request, plan, pk):
    """A section of the office's own at the end; then its text."""
    found = report_at(request, plan, pk)
    form = NewSectionForm(request.POST)
    if form.is_valid():
        try:
            made = editing.add_section(found, form.cleaned_data["heading"], **by_now_revision(request))
        except ValidationError as error:
            add_errors(form, error)
        except (Stale, WrongState) as refused:
            return _refused(request, plan, pk, refused, new=form)
        else:
            return redirect("assessment:report_section", found.period.plan.code, found.pk, made.pk)
    return report_shown(request, found, new=form, status=400)


@require_POST
def section_move(request, plan, pk, section):
    """One place up or down."""
    found = report_at(request, plan, pk)
    step = -1 if request.POST.get("step") == "up" else 1
    try:
        editing.move_section(found, section, step, **by_now_revision(request))
    except (Stale, WrongState) as refused:
        return _refused(request, plan, pk, refused)
    return redirect(f"{found.get_absolute_url()}#outline")


@require_POST
def section_remove(request, plan, pk, section):
    """Take a section out, as it was last seen."""
    found = report_at(request, plan, pk)
    current = editing.load_section(found, section)
    if current is None:
        return _refused(request, plan, pk, WrongState("这一节已被他人删除。"))
    try:
        editing.remove_section(current, **by_now_revision(request))
    except (Stale, WrongState) as refused:
        return _refused(request, plan, pk, refused)
    messages.success(request, f"“{current.heading}”已删除。")
    return redirect(found)


STALE = "报告刚被他人改动，这一步没有办理。下面是现在的样子，请核对后再办一次。"


def _refused(request, plan, pk, refused, **kept):
    """The page as it stands now, with why the step was not done."""
    stale = isinstance(refused, Stale)
    fresh = report_at(request, plan, pk)
    reason = STALE if stale else refused.reason
    return report_shown(request, fresh, problem=reason, status=412 if stale else 409, **kept)


# --- what stands over and under it -------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def head(request, plan, pk):
    """标题、主送机关、签发人、发文字号、落款、成文日期; who comes second sees both texts."""
    found = report_at(request, plan, pk)
    if request.method != "POST":
        return _head_page(request, found, HeadForm(initial=head_as_typed(found)))
    form = HeadForm(request.POST)
    _, refusal = attempt(form, lambda: editing.save_head(found, form.said, **by_now_revision(request)))
    if refusal:
        return _head_refused(request, found, form, refusal)
    messages.success(request, "报告题头和落款已保存。")
    return redirect(found)


def _head_refused(request, found, form, refusal):
    if refusal.current:
        both = differences(form, HeadForm(initial=head_as_typed(refusal.current)))
        return _head_page(request, refusal.current, HeadForm(both.typed), both.shown, refusal.status)
    if refusal.reason:
        form.add_error(None, refusal.reason)
    return _head_page(request, found, form, status=refusal.status)


def _head_page(request, found, form, conflict=(), status=200):
    context = {"plan": found.period.plan, "report": spanned(found), "form": form, "conflict": conflict}
    return render(request, "assessment/report_head.html", context, status=status)


# --- putting it before the units ---------------------------------------------------------------------


@require_POST
def report_circulate(request, plan, pk):
    """发征求意见: the text as it stands becomes a consultation the office addresses and sends."""
    found = report_at(request, plan, pk)
    try:
        made = circulating.circulate(found, by=request.user, now=timezone.now())
    except (WrongState, Incomplete) as refused:
        return report_shown(request, found, problem=refused.reason, status=409)
    messages.success(request, "已按报告现在的文字拟好征求意见稿，请选择单位、核对时限后发出。")
    return redirect(made)
