"""分办 as the reporter sees it: handing out from one return or from the workbench, recalling, merging."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from agencies.models import Role
from agencies.permissions import Denied, why_not
from progress import content, handouts, permissions, terms
from progress.models import Handout, ProgressReport
from progress.views.handout_forms import HandOutForm, MergeForm
from progress.views.place import period_at
from progress.views.return_form import find, find_unit
from progress.workflow import Incomplete, Stale, WrongState

SHOWN_CLOSED = 200
MOVED_ON = "答复或现有文字刚刚有变动，还没有并入。请看过最新内容后再选，您的选择仍在下面。"


def _at(request, plan, period, agency, number=None):
    """The report an address names, of a task or of a unit, for its own body; to anybody else it has no
    handouts."""
    if number is None:
        report = find_unit(request.user, plan, period, agency)
    else:
        report = find(request.user, plan, period, number, agency)
    if permissions.content_for(request.user, report) != "live":
        raise Http404
    return report


@require_http_methods(["GET", "HEAD", "POST"])
def handouts_of(request, **place):
    """What of one report is handed out, to whom and how it stands; POST hands out more of it."""
    report = _at(request, **place)
    form = _form(request, report)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            given = handouts.hand_out([report], **typed, by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
        except (Denied, WrongState) as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, f"已分办给{'、'.join(str(each.to) for each in given)}。")
            return redirect(report.handouts_url)
    return _page(request, report, form)


def _form(request, report):
    return HandOutForm(
        request.POST if request.method == "POST" else None,
        parts=handouts.parts_of(report),
        people=handouts.colleagues_at([report.agency_id], by=request.user),
        initial={"due_on": _proposed_day(report.due_at), "parts": request.GET.getlist("part")},
    )


def _proposed_day(due_at):
    """The working day before the return itself is due, while that is still to come."""
    if due_at is None:
        return None
    day = terms.working_days_before(due_at, 1).date()
    return day if day >= timezone.localdate() else None


def _page(request, report, form):
    now = timezone.now()
    rows = list(
        Handout.objects.filter(report=report)
        .select_related("to", "handed_by", "closed_by")
        .order_by("due_on")
    )
    for row in rows:
        row.report = report
    closed = sorted((row for row in rows if not row.is_open), key=lambda row: row.handed_at, reverse=True)
    refused = why_not(handouts.check_hand_out, request.user, report, now)
    if not refused and not report.is_editable:
        refused = f"当前状态为“{report.state_word}”，不能再分办；已经分办的仍可收回。"
    context = {
        "report": report,
        "form": form,
        "refused": refused,
        "may_recall": permissions.reports_for(request.user, report),
        "open": [_shown(row, now) for row in rows if row.is_open],
        "closed": [_shown(row, now) for row in closed[:SHOWN_CLOSED]],
        "has_people": bool(form.fields["to"].queryset),
    }
    return render(request, "progress/handouts_of.html", context, status=400 if form.errors else 200)


def _shown(handout, now):
    """One row of a list: the handout, its fields by name, whether it is late, what became of its answers."""
    labels = handouts.labels_of(handout)
    hows = {each["part"]: Handout.How(each["how"]).label for each in handout.merged}
    answers = [(label, handout.answers.get(part, ""), hows.get(part, "")) for part, label in labels.items()]
    return {
        "handout": handout,
        "labels": list(labels.values()),
        "overdue": handout.is_overdue(timezone.localdate(now)),
        "answers": [row for row in answers if row[1].strip()] if handout.answered_at else [],
    }


@require_POST
def handout_recall(request, pk, **place):
    """Take one back."""
    report = _at(request, **place)
    handout = _of(report, pk)
    try:
        handouts.recall(handout, by=request.user, now=timezone.now())
    except WrongState as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, f"已收回分办给{handout.to}的内容。")
    return redirect(report.handouts_url)


def _of(report, pk):
    handout = get_object_or_404(Handout.objects.select_related(*handouts.WITH_REPORT), report=report, pk=pk)
    handout.report = report
    return handout


@require_http_methods(["GET", "HEAD", "POST"])
def handout_merge(request, pk, **place):
    """An answer beside the current text, field by field; POST merges it as chosen."""
    report = _at(request, **place)
    handout = _of(report, pk)
    if handout.answered_at is None:
        raise Http404
    if request.method == "POST":
        return _merge(request, report, handout)
    return _merge_page(request, report, handout, _merge_form(report, handout))


def _merge_form(report, handout, data=None):
    seen = {"revision": handout.revision, "report_revision": report.revision}
    return MergeForm(handouts.answers_of(handout, report), data, initial=seen)


def _merge(request, report, handout):
    form = _merge_form(report, handout, request.POST)
    if not form.is_valid():
        return _merge_page(request, report, handout, form, status=400)
    seen = {name: form.cleaned_data[name] for name in ("revision", "report_revision")}
    try:
        handouts.merge(handout, form.choices(), by=request.user, now=timezone.now(), **seen)
    except Stale:
        return _look_again(request, report, handout)
    except (Incomplete, ValidationError) as mistakes:
        fields = mistakes.fields if isinstance(mistakes, Incomplete) else mistakes.message_dict
        for name, sentence in fields.items():
            form.add_error(name if name in form.fields else None, sentence)
        return _merge_page(request, report, handout, form, status=400)
    except WrongState as refusal:
        form.add_error(None, refusal.reason)
        return _merge_page(request, report, handout, form, status=409)
    messages.success(request, f"{handout.to}的答复已办结。")
    return redirect(_next_answered(report) or report.get_absolute_url())


def _look_again(request, report, handout):
    """Both texts as they stand now, with what had been chosen."""
    report, handout = content.load(report.pk), _of(report, handout.pk)
    data = request.POST.copy()
    data["revision"], data["report_revision"] = handout.revision, report.revision
    form = _merge_form(report, handout, data)
    form.is_valid()
    form.add_error(None, MOVED_ON)
    return _merge_page(request, report, handout, form, status=412)


def _next_answered(report):
    """The page of the return's next answer to merge, None where none waits."""
    waiting = report.handouts.open().filter(answered_at__isnull=False).order_by("answered_at").first()
    return waiting.get_absolute_url() if waiting else None


def _merge_page(request, report, handout, form, status=200):
    now = timezone.now()
    refused = why_not(handouts.check_hand_out, request.user, report, now)
    if not refused and not report.is_editable:
        refused = f"当前状态为“{report.state_word}”，撤回或退回后才能并入。"
    if not handout.is_open:
        refused = f"这项分办{handout.state_word}。"
    answers = handouts.answers_of(handout, report)
    context = {
        "report": report,
        "handout": handout,
        "form": form,
        "rows": [(answer, form[answer.part]) for answer in answers],
        "unanswered": [
            label
            for part, label in handouts.labels_of(handout).items()
            if part not in {answer.part for answer in answers}
        ],
        "refused": refused,
    }
    return render(request, "progress/handout_merge.html", context, status=status)


# --- several tasks at once -----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def handing_out(request, plan, period):
    """Everything handed out of one's bodies' returns of a quarter; POST hands out several tasks at once."""
    period = period_at(request, plan, period)
    if not request.user.has_role(Role.REPORTER):
        raise Denied("分办由本单位填报人办理。")
    reports = _editable(request.user, period)
    form = HandOutForm(
        request.POST if request.method == "POST" else None,
        parts={part: content.label_of(part) for part in handouts.COMMON_PARTS},
        people=handouts.colleagues_at(request.user.agency_ids(Role.REPORTER), by=request.user),
        reports=reports,
        initial={"due_on": _proposed_day(period.due_at)},
    )
    if request.method == "POST" and form.is_valid():
        chosen = list(form.cleaned_data.pop("reports"))
        try:
            given = handouts.hand_out(chosen, **form.cleaned_data, by=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
        except (Denied, WrongState) as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, f"已分办 {len(given)} 项。")
            return redirect("progress:handing_out", period.plan.code, period.code)
    return _period_page(request, period, form)


def _editable(user, period):
    """Returns of one's own bodies in a quarter that can still be filled in."""
    return (
        ProgressReport.objects.visible_to(user)
        .filter(
            agency__in=user.agency_ids(Role.REPORTER),
            kind=ProgressReport.Kind.TASK,
            period=period,
            owed=True,
            waived_at__isnull=True,
            state__in=[ProgressReport.State.DRAFT, ProgressReport.State.RETURNED],
        )
        .select_related("agency", "task", "period__plan")
        .order_by("task__number", "agency__order")
    )


def _period_page(request, period, form):
    now = timezone.now()
    found = (
        Handout.objects.inside(request.user)
        .filter(report__period=period)
        .select_related(*handouts.WITH_REPORT, "closed_by")
        .order_by("due_on", "report__task__number", "pk")
    )
    rows = [_shown(row, now) for row in found]
    still_open = [row for row in rows if row["handout"].is_open]
    context = {
        "period": period,
        "plan": period.plan,
        "form": form,
        "open": still_open,
        "overdue": sum(1 for row in still_open if row["overdue"]),
        "closed": [row for row in rows if not row["handout"].is_open][:SHOWN_CLOSED],
        "has_people": bool(form.fields["to"].queryset),
        "has_reports": bool(form.fields["reports"].queryset),
    }
    return render(request, "progress/handing_out.html", context, status=400 if form.errors else 200)
