"""更正申请: asking for one in two steps, the list, and the reviewer's decision."""

from contextlib import nullcontext
from os.path import commonprefix

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.models import Role
from agencies.permissions import why_not
from agencies.spreadsheets import Column, list_response
from progress import content, corrections, issuing, papers, permissions, workflow
from progress.attachments import too_large
from progress.correction_forms import CorrectionDecisionForm, CorrectionForm, SettlementForm
from progress.filetypes import Refused
from progress.filters import CorrectionFilter
from progress.frame import frame_of
from progress.models import Correction, SignedPaper
from progress.views.kinds import address, form_of, is_of_unit, sheet_of
from progress.views.place import period_at
from progress.views.return_form import MISTAKES, find, find_unit
from progress.views.upload_limit import limit_uploads
from progress.workflow import Incomplete, Stale, WrongState

PAGE = 50
SHOWN = ("report__agency", "report__task", "report__period__plan", "asked_by", "decided_by", "paper")


# --- asking ---------------------------------------------------------------------------------------


@csrf_exempt
@limit_uploads
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def correction_new(request, plan, period, number, agency):
    """申请更正 of a task's accepted return; with ?kind=settlement 数据定案."""
    return _ask(request, find(request.user, plan, period, number, agency))


@csrf_exempt
@limit_uploads
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def correction_new_unit(request, plan, period, agency):
    """申请更正 of a unit's accepted summary."""
    return _ask(request, find_unit(request.user, plan, period, agency))


class Asking:
    """One visit of the form: the correction's own fields (`about`) and those of the content (`said`)."""

    def __init__(self, request, report):
        self.request, self.report = request, report
        self.sheet = sheet_of(report)
        data = request.POST if request.method == "POST" else None
        wanted = (data or request.GET).get("kind")
        self.settling = wanted == Correction.Kind.SETTLEMENT and not is_of_unit(report)
        initial = {"revision": report.revision}
        self.about = CorrectionForm(data, request.FILES or None, settling=self.settling, initial=initial)
        self.said = SettlementForm(self.sheet, data) if self.settling else form_of(self.sheet, data)

    def is_valid(self):
        for name in self.request.too_large:
            self.about.add_error("file", too_large(name).reason)
        return all([self.about.is_valid(), self.said.is_valid()])

    def name_mistakes(self, error):
        """Put the sentences of a ValidationError where they belong; returns those that belong nowhere."""
        if not hasattr(error, "error_dict"):
            return "；".join(error.messages)
        elsewhere = []
        for name, sentences in error.message_dict.items():
            form = next((form for form in (self.about, self.said) if name in form.fields), None)
            if form is None:
                elsewhere += sentences
            else:
                form.add_error(name, sentences)
        return "；".join(elsewhere) or MISTAKES

    def kept(self):
        """What was typed, as hidden controls of the second step: [(name, value)]."""
        names = set(self.about.fields) | set(self.said.fields)
        typed = self.request.POST
        return [(name, value) for name in typed if name in names for value in typed.getlist(name)]

    def page(self, template, status=200, **more):
        context = {
            "report": self.report,
            "sheet": self.sheet,
            "about": self.about,
            "said": self.said,
            "settling": self.settling,
            "is_unit": is_of_unit(self.report),
            "back": self.report.get_absolute_url(),
            **more,
        }
        return render(self.request, f"progress/{template}.html", context, status=status)


def _ask(request, report):
    corrections.check_ask(request.user, report, timezone.now())
    asking = Asking(request, report)
    if request.method == "POST":
        return _typed(request, report, asking)
    try:
        corrections.check_can_ask(report)
    except WrongState as refusal:
        messages.error(request, refusal.reason)
        return redirect(report.get_absolute_url())
    return asking.page("correction_new")


def _typed(request, report, asking):
    """What was typed is foreseen, shown before and after, and on the second step asked for."""
    if request.POST.get("verb") == "edit":
        return asking.page("correction_new")
    if not asking.is_valid():
        return asking.page("correction_new", 400, problem=MISTAKES)
    try:
        if request.POST.get("verb") == "ask":
            return _asked(request, report, asking)
        return _foreseen(report, asking)
    except ValidationError as error:
        return asking.page("correction_new", 400, problem=asking.name_mistakes(error))
    except Refused as refused:
        asking.about.add_error("file", refused.reason)
        return _foreseen(report, asking, status=400)
    except Stale as stale:
        return asking.page("correction_new", 412, problem=f"{stale.reason}现有内容见原页面。")
    except WrongState as refusal:
        return asking.page("correction_new", 409, problem=refusal.reason)


def _foreseen(report, asking, status=200):
    corrections.check_can_ask(report)
    foreseen = corrections.foresee(report, asking.said.changes())
    corrections.check_foreseen(asking.about.cleaned_data["kind"], foreseen)
    shown = side_by_side(foreseen.shown)
    label = Correction.Kind(asking.about.cleaned_data["kind"]).label
    return asking.page("correction_confirm", status, shown=shown, kept=asking.kept(), kind_label=label)


def _asked(request, report, asking):
    user, now, given = request.user, timezone.now(), asking.about.cleaned_data
    file = given["file"]
    keeping = (
        papers.kept(report.agency, report.period, file, by=user, now=now, kind=SignedPaper.Kind.BASIS)
        if file
        else nullcontext()
    )
    with keeping as paper:
        asked = corrections.ask(
            report,
            kind=given["kind"],
            changes=asking.said.changes(),
            basis=given["basis"],
            by=user,
            now=now,
            paper=paper,
            revision=given["revision"],
        )
    messages.success(request, "已提交更正申请。决定之前，各处仍使用原来的内容。")
    return redirect(_page_of(asked))


def side_by_side(shown):
    """[(label, pieces of the old text, pieces of the new text)]: what goes marked left, what comes right."""
    rows = []
    for label, before, after in shown:
        pieces = content.word_diff(before, after)
        old = [(kind, text) for kind, text in pieces if kind != "ins"]
        new = [(kind, text) for kind, text in pieces if kind != "del"]
        rows.append((label, old, new))
    return rows


AROUND = 10  # characters shown on each side of what differs
LONGEST = 60


def in_brief(shown):
    """[(label, old, new)] cut down to where they differ, for a line of the list."""
    rows = []
    for label, before, after in shown:
        old, new = before.splitlines(), after.splitlines()
        gone = "；".join(line for line in old if line not in new)
        came = "；".join(line for line in new if line not in old)
        rows.append((label, *_around(gone, came)))
    return rows


def _around(old, new):
    same = len(commonprefix([old, new]))
    start = max(0, same - AROUND)
    rest = [text[start:] for text in (old, new)]
    tail = len(commonprefix([text[same - start :][::-1] for text in rest]))
    cut = max(0, tail - AROUND)
    return [_shortened(text, start, cut) for text in rest]


def _shortened(text, start, cut):
    kept = text[: len(text) - cut] if cut else text
    ended = "…" if cut or len(kept) > LONGEST else ""
    return f"{'…' if start else ''}{kept[:LONGEST]}{ended}"


# --- the list -------------------------------------------------------------------------------------


@require_safe
def corrections_page(request, plan, period):
    """Requests of the whole plan one may know of, those that wait first."""
    period, found, rows = _listed(request, plan, period)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for each in page:
        each.brief = in_brief(each.shown)
    context = {
        "plan": period.plan,
        "period": period,
        "filter": found,
        "page": page,
        "total": found.queryset.count(),
        "waiting": found.queryset.waiting().count(),
        "is_office": request.user.is_office,
    }
    return render(request, "progress/corrections.html", context)


def _listed(request, plan, period):
    permissions.check_read_returns(request.user)
    period = period_at(request, plan, period)
    rows = (
        Correction.objects.visible_to(request.user)
        .filter(report__period__plan=period.plan)
        .select_related(*SHOWN)
        .order_by(F("decided_at").desc(nulls_first=True), "withdrawn_at", "-asked_at", "-pk")
    )
    found = CorrectionFilter(request.GET, rows, request=request, periods=frame_of(request).all_of_plan)
    return period, found, found.qs


COLUMNS = [
    Column("报告期", 16),
    Column("单位", 22),
    Column("序号", 7),
    Column("工作任务", 32),
    Column("类别", 10),
    Column("更正内容", 44),
    Column("依据", 36),
    Column("申请时间", 17),
    Column("申请人", 12),
    Column("办理情况", 12),
    Column("决定时间", 17),
    Column("决定说明", 30),
]


@require_safe
def corrections_export(request, plan, period):
    """The list as shown, as Excel."""
    period, _, rows = _listed(request, plan, period)
    lines = [_line(each) for each in rows]
    note = f"{period.plan.title}，共 {len(lines)} 份"
    return list_response(f"{period.plan.code} 更正申请", "更正申请", COLUMNS, lines, note=note)


def _line(each):
    report = each.report
    changed = "\n".join(
        f"{label}：{before or '（空）'} → {after or '（空）'}" for label, before, after in each.shown
    )
    return [
        report.period.label,
        report.agency.name,
        report.task.number if report.task_id else None,
        report.task.title if report.task_id else report.short_subject,
        each.get_kind_display(),
        changed,
        each.basis,
        each.asked_at,
        str(each.asked_by),
        each.state_word,
        each.decided_at or each.withdrawn_at,
        each.decision,
    ]


# --- one request ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def correction(request, plan, period, pk):
    """Before and after, the basis, and what was given out from the old value; POST decides or withdraws."""
    if not request.user.roles:
        raise Http404
    found = get_object_or_404(
        Correction.objects.visible_to(request.user).select_related(*SHOWN),
        pk=pk,
        report__period__plan__code=plan,
        report__period__code=period,
    )
    if request.method == "POST":
        return _act(request, found)
    return _shown(request, found, CorrectionDecisionForm(initial={"revision": found.report.revision}))


def _shown(request, found, form, problem="", status=200):
    user, now, report = request.user, timezone.now(), found.report
    if found.granted:
        things = issuing.thawed(found.issued)
    else:
        things = issuing.issued_from(report, found.old_version) if found.is_waiting else []
    own = report.agency_id in user.agency_ids(Role.REPORTER, Role.APPROVER)
    context = {
        "correction": found,
        "report": report,
        "back": report.get_absolute_url(),
        "versions": address(report, "progress:versions"),
        "shown": side_by_side(found.shown),
        "things": issuing.as_read_by(user, things),
        "form": form,
        "problem": problem,
        "reviews": permissions.reviews(user, report),
        "refused": why_not(corrections.check_decide, user, found, now),
        "own": own,
        "moved_on": found.is_waiting and workflow.last_version(report) != found.old_version,
        "scan": found.paper if found.paper and papers.may_read(user, found.paper) else None,
    }
    return render(request, "progress/correction.html", context, status=status)


def _act(request, found):
    user, now, verb = request.user, timezone.now(), request.POST.get("verb")
    if verb == "withdraw":
        return _withdrawn(request, found, now)
    corrections.check_decide(user, found, now)
    form = CorrectionDecisionForm(request.POST)
    if verb not in ("grant", "refuse") or not form.is_valid():
        return _shown(request, found, form, MISTAKES, 400)
    try:
        return _decided(request, found, form.cleaned_data, verb, now)
    except Incomplete as incomplete:
        form.add_error("decision", incomplete.fields["decision"])
        return _shown(request, found, form, incomplete.reason, 400)
    except ValidationError as error:
        return _not_done(request, found, f"按这份申请更正不成：{'；'.join(error.messages)}", 400)
    except Stale as stale:
        return _not_done(request, found, stale.reason, 412)
    except WrongState as refusal:
        return _not_done(request, found, refusal.reason, 409)


def _withdrawn(request, found, now):
    try:
        corrections.withdraw(found, by=request.user, now=now)
    except WrongState as refusal:
        return _not_done(request, found, refusal.reason, 409)
    messages.success(request, "已撤回更正申请，原来的内容没有变动。")
    return redirect(_page_of(found))


def _not_done(request, found, problem, status):
    """The request as it stands now, whatever was tried; the words typed are kept."""
    found = Correction.objects.select_related(*SHOWN).get(pk=found.pk)
    typed = {"decision": request.POST.get("decision", ""), "revision": found.report.revision}
    return _shown(request, found, CorrectionDecisionForm(initial=typed), problem, status)


def _decided(request, found, given, verb, now):
    if verb == "grant":
        corrections.grant(
            found, by=request.user, now=now, decision=given["decision"], revision=given["revision"]
        )
        words = f"已更正，成为第 {found.new_version} 版；仍为已采用，不计退回。"
    else:
        corrections.refuse(found, by=request.user, now=now, decision=given["decision"])
        words = "已告知申请单位不同意更正，原来的内容没有变动。"
    messages.success(request, words)
    return redirect(_page_of(found))


def _page_of(found):
    period = found.report.period
    return reverse("progress:correction", args=[period.plan.code, period.code, found.pk])
