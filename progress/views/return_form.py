"""The return of a task, the summary of a unit: filling in, attaching, sending off; the paper form to read."""

import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from agencies.permissions import Denied, why_not
from progress import (
    attachments,
    content,
    drafts,
    handouts,
    permissions,
    taking_over,
    workflow,
)
from progress.attachments import Refused
from progress.forms import DecisionForm
from progress.models import Attachment, ProgressReport
from progress.views.kinds import as_typed, carried_values, form_of, sheet_of
from progress.views.return_pages import confirm, edit, read
from progress.views.typed import number_of
from progress.views.upload_limit import limit_uploads
from progress.workflow import Incomplete, Stale, WrongState

NUMBER = re.compile("[0-9]{1,18}")
REFUSALS = (Denied, Stale, WrongState, Incomplete, Refused)
SENT_WORDS = {
    "approve": "已审签，并以本单位名义报送办公室。",
    "withdraw": "已撤回，可以继续修改。",
    "send_back": "已退回，原因已随本项保存。",
    "accept": "已采用。",
    "reopen": "已重新打开。",
}
MOVES = {"submit", *SENT_WORDS}
MISTAKES = "有几处需要改正，尚未保存；您填写的内容都在下面。"


class NotTaken(Exception):
    """The form has mistakes; nothing was saved and everything typed is in `form`."""

    def __init__(self, form):
        super().__init__("form")
        self.form = form


@csrf_exempt
@limit_uploads
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def return_form(request, plan, period, number, agency):
    return _answer(request, find(request.user, plan, period, number, agency))


@csrf_exempt
@limit_uploads
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def unit_form(request, plan, period, agency):
    """The summary of a unit; the fourth quarter's is the year's."""
    year = period.removesuffix("Q4")
    if year != period and request.method != "POST":
        find_unit(request.user, plan, year, agency)
        return redirect("progress:unit_form", plan, year, agency)
    return _answer(request, find_unit(request.user, plan, period, agency))


def _answer(request, report):
    """The form for whoever may fill it in now, else what there is to read; a POST does something."""
    if request.method == "POST":
        return act(request, report)
    sheet = sheet_of(report)
    editable = report.is_editable and not why_not(
        permissions.check_edit, request.user, report, timezone.now()
    )
    if editable and request.GET.get("confirm"):
        return confirm(request, sheet)
    if editable and request.GET.get("view") != "paper":
        return edit(request, sheet, form_of(sheet))
    return read(request, sheet)


def find(user, plan, period, number, agency):
    """The visible report at this address with its content; 404 for what one may not know of."""
    reports = at_address(user, plan, period, number, agency)
    return _or_404(content.first(reports.annotate(**handouts.along_open())))


def find_unit(user, plan, period, agency):
    """The visible summary of a unit with its content; 404 for what one may not know of."""
    reports = of_unit(user, plan, period, agency)
    return _or_404(content.first(reports.annotate(**handouts.along_open())))


def _or_404(report):
    if report is None:
        raise Http404
    return report


def at_address(user, plan, period, number, agency):
    """The report at this address, as far as this person may know of it."""
    return ProgressReport.objects.visible_to(user).filter(
        kind=ProgressReport.Kind.TASK,
        period__plan__code=plan,
        period__code=period,
        task__number=number,
        agency__code=agency,
    )


def of_unit(user, plan, period, agency):
    """A unit's summary, as far as this person may know of it."""
    return ProgressReport.objects.visible_to(user).filter(
        kind=ProgressReport.Kind.UNIT,
        period__plan__code=plan,
        period__code=period,
        agency__code=agency,
    )


# --- acting ---------------------------------------------------------------------------------------


def act(request, report):
    """One POST: a verb of the form (save, attach …) or of the workflow. Nothing typed is ever dropped."""
    verb, _, which = request.POST.get("verb", "save").partition("-")
    if verb in MOVES:
        return move(request, report, verb)
    if not permissions.reports_for(request.user, report):
        permissions.check_edit(request.user, report, timezone.now())
    acts = {"save": _save, "confirm": _confirm, "attach": _attach, "remove": _remove, "carry": _carry}
    acts["take"] = _take
    try:
        return acts.get(verb, _save)(request, report, which)
    except NotTaken as mistakes:
        return _mistaken(request, mistakes.form)
    except REFUSALS as refusal:
        return _refused(request, report, refusal)


def _typed_revision(request):
    return number_of(request.POST.get("revision"))


def _saved(request, report):
    """The report with what was typed written into it. Raises NotTaken or what `drafts.save` raises."""
    form = form_of(sheet_of(report), request.POST)
    if not form.is_valid():
        permissions.check_edit(request.user, report, timezone.now())
        raise NotTaken(form)
    changes = {
        name: value for name, value in form.changes().items() if request.POST.get(f"take-{name}") != "theirs"
    }
    if not changes:
        return report
    try:
        return drafts.save(
            report, changes, by=request.user, now=timezone.now(), revision=_typed_revision(request)
        )
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            form.add_error(name if name in form.fields else None, sentences)
        raise NotTaken(form) from error


def _save(request, report, _):
    return _done(request, _saved(request, report), "已保存。")


def _confirm(request, report, _):
    report = _saved(request, report)
    return redirect(f"{report.get_absolute_url()}?confirm=submit")


def _attach(request, report, _):
    report = _saved(request, report)
    problems = [attachments.too_large(name).reason for name in request.too_large]
    files = request.FILES.getlist("files")
    for file in files:
        try:
            attachments.attach(report, file, by=request.user, now=timezone.now())
        except Refused as refused:
            problems.append(refused.reason)
    if not files and not problems:
        problems = ["请先选择要上传的文件。"]
    return _done(request, content.load(report.pk), "已上传。", problems=problems, anchor="#attachments")


def _remove(request, report, which):
    report = _saved(request, report)
    attachment = Attachment.objects.filter(report=report, pk=which if NUMBER.fullmatch(which) else 0).first()
    if attachment is None:
        raise Http404
    attachment.report = report
    attachments.remove(attachment, by=request.user, now=timezone.now())
    return _done(request, content.load(report.pk), f"已移除“{attachment.name}”。", anchor="#attachments")


def _carry(request, report, which):
    """“带入” without scripts: last quarter's words go below what is there; “all” fills what is empty."""
    report = _saved(request, report)
    sheet = sheet_of(report)
    now_there, carried = as_typed(sheet), carried_values(sheet)
    if which == "all":
        values = {name: text for name, text in carried.items() if not now_there.get(name)}
    else:
        # A paragraph is carried with the tasks it names.
        named = [name for name in carried if name == which or name.startswith(f"{which}-")]
        values = {name: "\n".join(filter(None, [now_there.get(name), carried[name]])) for name in named}
    form = form_of(sheet, now_there | values)
    if values and not form.is_valid():
        raise NotTaken(form)
    if values:
        now = timezone.now()
        report = drafts.save(report, form.changes(), by=request.user, now=now, revision=report.revision)
    anchor = f"#field-{next(iter(values))}" if values and which != "all" else ""
    return _done(request, report, "已带入，请按最新情况修改。", anchor=anchor)


def _take(request, report, which):
    """采用: words of others go below what is there, or are only noted; what was typed is saved first."""
    taking_over.check_take(request.user, report, timezone.now())
    report = _saved(request, report)
    into = request.POST.get(f"into-{which}", "")
    said = {"by": request.user, "now": timezone.now(), "revision": report.revision}
    try:
        report, words = taking_over.take(report, sheet_of(report).offers, which, into=into, **said)
    except (ValidationError, *REFUSALS) as refusal:
        reason = "；".join(refusal.messages) if isinstance(refusal, ValidationError) else refusal.reason
        return _done(request, report, "", problems=[reason], anchor="#offers")
    return _done(request, report, words, anchor=f"#field-{into}" if into else "#offers")


def move(request, report, verb):
    """A verb of the workflow from this page; the same click sent twice is done once."""
    if _repeated(request, report, verb):
        return redirect(report.get_absolute_url())
    decision = DecisionForm(request.POST)
    reason = {}
    if verb in workflow.NEEDS_REASON:
        if not decision.is_valid():
            return read(request, sheet_of(report), decision, status=400)
        reason = {"reason": decision.full_reason()}
    try:
        report = getattr(workflow, verb)(
            report, by=request.user, now=timezone.now(), revision=_typed_revision(request), **reason
        )
    except Incomplete as incomplete:
        if verb == "submit":
            return redirect(f"{report.get_absolute_url()}?confirm=submit")
        decision.add_error("reason", incomplete.fields.get("reason", incomplete.reason))
        return read(request, sheet_of(report), decision, status=400)
    except (Stale, WrongState) as refusal:
        messages.error(request, moved_on(report, refusal))
        return redirect(report.get_absolute_url())
    messages.success(request, _said_after(verb, report))
    if verb == "submit":
        return _next_to_fill_in(report)
    return redirect(report.get_absolute_url())


def _next_to_fill_in(report):
    """One sitting: after a return is sent off the body's next unfinished one opens, at the last this one."""
    following = getattr(sheet_of(report), "next_unfinished", None)
    if following is None:
        return redirect(report.get_absolute_url())
    place = (report.period.plan.code, report.period.code, following.number, report.agency.code)
    return redirect("progress:return_form", *place)


def _said_after(verb, report):
    if verb == "submit":
        return f"{report.short_subject}已提交，现为“{report.state_word}”。"
    if verb == "approve" and report.is_contribution:
        return "已审签，并以本单位名义提供给牵头单位。"
    return SENT_WORDS[verb]


def _repeated(request, report, verb):
    """Whether this person has just done this very thing, from the same page."""
    last = report.steps.order_by("-pk").first()
    return (
        last is not None
        and last.verb == verb
        and last.by_id == request.user.pk
        and last.to_state == report.state
        and _typed_revision(request) == report.revision - 1
    )


def moved_on(report, refusal):
    """A decision that came too late, in one sentence."""
    if isinstance(refusal, Stale):
        now = refusal.current
        return f"这一项刚刚有变动，现为“{now.state_word}”，您的操作没有执行，请看过最新内容后再办理。"
    return refusal.reason


# --- answering ------------------------------------------------------------------------------------


def _done(request, report, words, problems=(), anchor=""):
    if not wants_json(request):
        for problem in problems:
            messages.error(request, problem)
        if not problems:
            messages.success(request, words)
        return redirect(report.get_absolute_url() + anchor)
    sheet = sheet_of(content.load(report.pk))
    answer = {
        "revision": sheet.report.revision,
        "saved_at": timezone.localtime().strftime("%H:%M"),
        "advice": sheet.advice(),
        "attachments": render_to_string(
            "progress/_attachments.html", {"attachments": sheet.attachments, "editing": True}, request
        ),
        "problems": list(problems),
    }
    return JsonResponse(answer)


def _mistaken(request, form):
    if wants_json(request):
        fields = {name: errors[0] for name, errors in form.errors.items()}
        return JsonResponse(
            {"code": "invalid", "reason": next(iter(fields.values())), "fields": fields}, status=400
        )
    form.sheet.report.revision = _typed_revision(request)
    return edit(request, form.sheet, form, problem=MISTAKES, status=400)


def _refused(request, report, refusal):
    """The reason, with the status the API gives it, and everything typed still on the page."""
    status = {Denied: 403, Stale: 412, WrongState: 409}.get(type(refusal), 400)
    theirs = sheet_of(content.load(report.pk))
    if wants_json(request):
        codes = {403: "denied", 412: "stale", 409: "state", 400: "refused"}
        answer = {"code": codes[status], "reason": refusal.reason}
        if status in (409, 412):
            answer["current"] = _current(theirs)
        return JsonResponse(answer, status=status)
    form = form_of(theirs, request.POST)
    return edit(
        request,
        theirs,
        form,
        problem=refusal.reason,
        theirs=as_typed(theirs) if status == 412 else None,
        status=status,
    )


def _current(sheet):
    """What stands there now, for the page to lay beside what was typed."""
    report = sheet.report
    return {
        "revision": report.revision,
        "state": report.state_word,
        "editable": report.is_editable,
        "values": as_typed(sheet),
        "by": str(report.edited_by) if report.edited_by_id else "",
        "at": timezone.localtime(report.edited_at).strftime("%H:%M") if report.edited_at else "",
    }


def wants_json(request):
    return request.headers.get("Accept", "").startswith("application/json")
