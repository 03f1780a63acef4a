"""定稿 of a report: checks before it, freezing it, reading an edition, comparing two."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assessment import checks, editions, secret_passages
from assessment.documents import pdf
from assessment.numbering import numbers_of, section_number
from assessment.report_forms import FreezeForm
from assessment.secrecy import secret_of
from assessment.views.report import report_at, spanned
from progress.content import fingerprint
from progress.views.typed import number_of
from supervision.views.attempts import attempt, by_now

MOVED_ON = "打开本页之后报告又有改动，没有定稿。下面是现在的检查结果，请核对后再定稿。"

# --- checks ------------------------------------------------------------------------------------------


@require_safe
def report_checks(request, plan, pk):
    """What should be mended, computed now; a fragment of the editor's page for htmx."""
    found = report_at(request, plan, pk)
    flaws = checks.flaws_of(found, checks.known_of(found))
    context = {
        "plan": found.period.plan,
        "report": found,
        "flaws": flaws,
        "must": len(checks.must_of(flaws)),
        "length": checks.characters_of(found),
    }
    name = "_report_flaws" if request.htmx else "report_checks"
    return render(request, f"assessment/{name}.html", context)


# --- freezing ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def report_freeze(request, plan, pk):
    """定稿: what remains to be mended is confirmed with a reason; what is frozen is what was looked at."""
    found = report_at(request, plan, pk)
    must = checks.must_of(checks.flaws_of(found, checks.known_of(found)))
    form = FreezeForm(request.POST if request.method == "POST" else None, must=len(must))
    if request.method != "POST":
        return _freeze_page(request, found, form, must)
    said = {"must": len(must)} | by_now(request)
    made, refusal = attempt(form, lambda: editions.freeze(found, **form.cleaned_data, **said), stale=MOVED_ON)
    if refusal:
        if refusal.reason:
            form.add_error(None, refusal.reason)
        return _freeze_page(request, refusal.current or found, form, must, refusal.status)
    messages.success(request, f"第 {made.number} 稿已定，市领导现在可以查阅。")
    return redirect("assessment:edition", found.period.plan.code, found.pk, made.number)


def _freeze_page(request, found, form, must, status=200):
    context = {
        "plan": found.period.plan,
        "report": spanned(found),
        "form": form,
        "flaws": must,
        "number": editions.next_number(found),
        "seen": fingerprint(editions.data_of(found)),
        "length": checks.characters_of(found),
    }
    return render(request, "assessment/report_freeze.html", context, status=status)


# --- reading and comparing ---------------------------------------------------------------------------


def edition_at(request, plan, pk, number):
    """(the report, one of its editions) of an address, for the office and for leaders; else 404."""
    found = report_at(request, plan, pk, edits=False)
    return found, get_object_or_404(found.editions.select_related("frozen_by"), number=number)


@require_safe
def edition(request, plan, pk, number):
    """One frozen edition as a paper, with its files and whether it is still what was frozen."""
    found, shown = edition_at(request, plan, pk, number)
    said = shown.data["report"]
    context = {
        "plan": found.period.plan,
        "report": found,
        "edition": shown,
        "said": said,
        "signed_on": date.fromisoformat(said["signed_on"]) if said["signed_on"] else None,
        "sections": sections_of(shown.data),
        "intact": editions.is_intact(shown),
        "names_sensitive": _sensitive_by_now(found, shown) if request.user.is_office else "",
        "pdf_refused": pdf.why_not(),
        "editions": found.editions.select_related("frozen_by").defer("data"),
        "is_office": request.user.is_office,
    }
    return render(request, "assessment/edition.html", context)


def _sensitive_by_now(report, edition):
    """What the office is told where an edition names tasks that are sensitive by now; "" where none."""
    named = secret_passages.in_data(secret_of(report.period.plan), edition.data)
    if not named:
        return ""
    return (
        f"这一稿写到{secret_passages.in_words(named)}任务，现为敏感任务。定稿是存档，内容不改；"
        "报送、转发以前请核对知悉范围，需要时修改后另定一稿。"
    )


def sections_of(data):
    """The sections of a report's data as a page shows them: [(number, heading, [(level, number, text)])]."""
    shown = []
    for place, section in enumerate(data["sections"], start=1):
        rows = section["paragraphs"]
        numbers = numbers_of([row["level"] for row in rows])
        lines = [(row["level"], number, row["text"]) for row, number in zip(rows, numbers, strict=True)]
        shown.append((section_number(place), section["heading"], lines))
    return shown


@require_safe
def edition_compare(request, plan, pk, number):
    """What changed to this edition from another one (`with`, else the one before); for the office also to
    what is being edited now (`with=now`)."""
    found, shown = edition_at(request, plan, pk, number)
    others = [each.number for each in found.editions.defer("data") if each.number != shown.number]
    is_now = request.GET.get("with") == "now" and request.user.is_office
    if is_now:
        other, old, new = None, shown.data, editions.data_of(found)
        words = (f"第 {shown.number} 稿", "正在编辑的内容")
    else:
        other = _other_of(request, shown.number, others)
        first, second = sorted([other, shown.number])
        data = {each.number: each.data for each in found.editions.filter(number__in=[first, second])}
        old, new, words = data[first], data[second], (f"第 {first} 稿", f"第 {second} 稿")
    context = {
        "plan": found.period.plan,
        "report": found,
        "edition": shown,
        "others": others,
        "other": other,
        "is_now": is_now,
        "words": words,
        "comparison": editions.compare(old, new),
        "is_office": request.user.is_office,
    }
    return render(request, "assessment/edition_compare.html", context)


def _other_of(request, number, others):
    """The number of the edition asked for (`with`), else of the one before; 404 where there is none.

    others: the numbers of the report's other editions, the newest first.
    """
    before = next((each for each in others if each < number), None)
    other = number_of(request.GET.get("with"), default=before)
    if other not in others:
        raise Http404
    return other
