"""The return of a task: filling in, attaching, sending off; for everybody else the paper form to read."""

import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from agencies.permissions import Denied, why_not
from progress import attachments, content, drafts, paper, permissions, workflow
from progress.attachments import Refused
from progress.forms import DecisionForm, ReturnForm, as_typed, carried_values
from progress.models import Attachment, ProgressReport
from progress.return_sheet import ReturnSheet
from progress.views.upload_limit import limit_uploads
from progress.workflow import Incomplete, Stale, WrongState

NUMBER = re.compile("[0-9]{1,18}")
OUT = (ProgressReport.State.UNDER_REVIEW, ProgressReport.State.ACCEPTED)
REFUSALS = (Denied, Stale, WrongState, Incomplete, Refused)
SENT_WORDS = {
    "submit": "已提交，等待本单位审核人审签。",
    "approve": "已审签，并以本单位名义报送办公室。",
    "withdraw": "已撤回，可以继续修改。",
    "send_back": "已退回，原因已随本项保存。",
    "accept": "已采用。",
    "reopen": "已重新打开。",
}
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
    report = find(request.user, plan, period, number, agency)
    if request.method == "POST":
        return act(request, report)
    sheet = ReturnSheet(report)
    editable = report.is_editable and not why_not(
        permissions.check_edit, request.user, report, timezone.now()
    )
    if editable and request.GET.get("confirm"):
        return confirm(request, sheet)
    if editable and request.GET.get("view") != "paper":
        return edit(request, sheet, ReturnForm(sheet))
    return read(request, sheet)


def find(user, plan, period, number, agency):
    """The visible report at this address with its content; 404 for what one may not know of."""
    report = content.first(at_address(user, plan, period, number, agency))
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


# --- showing --------------------------------------------------------------------------------------


def edit(request, sheet, form, *, problem="", theirs=None, status=200):
    """The form; problem: why it was not saved; theirs: what stands there now where somebody else saved."""
    now = timezone.now()
    context = {
        "sheet": sheet,
        "report": sheet.report,
        "form": form,
        "advice": sheet.advice(),
        "problem": problem,
        "conflict": _conflict(form, theirs) if theirs else [],
        "saved": as_typed(sheet),
        "carried": carried_values(sheet),
        "actions": workflow.actions_for(request.user, sheet.report, now),
        "now": now,
        "late": sheet.report.is_late(now),
    }
    return render(request, "progress/return_form.html", context, status=status)


def confirm(request, sheet):
    """What exactly will be sent, to whom, and what is still missing."""
    said = content.snapshot(sheet.report)
    context = {
        "sheet": sheet,
        "report": sheet.report,
        "said": said,
        "lines": paper.lines(said),
        "missing": [(name, sentence) for name, sentence in sheet.missing().items()],
        "advice": sheet.advice(),
        "late": sheet.report.is_late(timezone.now()),
    }
    fragment = request.headers.get("X-Fragment")
    template = "progress/_return_confirm.html" if fragment else "progress/return_confirm.html"
    return render(request, template, context)


def read(request, sheet, decision=None, status=200):
    """The paper form: live for its own body, the last version that left for others."""
    report = sheet.report
    readable = permissions.content_for(request.user, report)
    version = report.versions.order_by("-number").first() if readable else None
    said = content.snapshot(report) if readable == "live" else version.content if version else None
    reads_versions = permissions.reads_versions(request.user, report)
    now = timezone.now()
    context = {
        "sheet": sheet,
        "report": report,
        "said": said,
        "version": version,
        "lines": paper.lines(said) if said else [],
        "buttons": _offered(request.user, report, now),
        "decision": decision or DecisionForm(initial={"revision": report.revision}),
        "reads_versions": reads_versions,
        "steps": sheet.steps(is_own=readable == "live") if reads_versions else [],
        "return_reason": _return_reason(request.user, report),
        "signed": version if readable == "frozen" or report.state in OUT else None,
        "is_own": readable == "live",
        "late": report.is_late(now),
        "now": now,
    }
    return render(request, "progress/return_read.html", context, status=status)


def _return_reason(user, report):
    """Why the report came back, as far as this person may know."""
    if report.state != ProgressReport.State.RETURNED:
        return ""
    last = report.steps.order_by("-pk").first()
    by_office = last is not None and last.by_office
    reads = permissions.reads_return_reason(user, report, by_office=by_office)
    return report.return_reason if reads else ""


def _offered(user, report, now):
    """The buttons under the paper form: what is allowed; what one would look for, greyed with its reason."""
    actions = [
        action
        for action in workflow.actions_for(user, report, now)
        if action.verb != "submit" and not action.needs_page
    ]
    allowed = [action for action in actions if action.allowed]
    if allowed and not user.is_office:
        return allowed
    looked_for = {"withdraw"} if permissions.content_for(user, report) == "live" else set()
    looked_for |= {"accept"} if user.is_office else set()
    return [action for action in actions if action.allowed or action.verb in looked_for]


def _conflict(form, theirs):
    """Where what was typed differs from what somebody else has saved: [(label, name, theirs, yours)]."""
    rows = []
    for name, field in form.fields.items():
        yours = (form.data.get(name) or "").strip()
        if name in form.data and yours != theirs.get(name, ""):
            rows.append((field.label, name, theirs.get(name, ""), yours))
    return rows


# --- acting ---------------------------------------------------------------------------------------


def act(request, report):
    """One POST: a verb of the form (save, attach …) or of the workflow. Nothing typed is ever dropped."""
    verb, _, which = request.POST.get("verb", "save").partition("-")
    if verb in SENT_WORDS:
        return move(request, report, verb)
    if not permissions.reports_for(request.user, report):
        permissions.check_edit(request.user, report, timezone.now())
    acts = {"save": _save, "confirm": _confirm, "attach": _attach, "remove": _remove, "carry": _carry}
    try:
        return acts.get(verb, _save)(request, report, which)
    except NotTaken as mistakes:
        return _mistaken(request, mistakes.form)
    except REFUSALS as refusal:
        return _refused(request, report, refusal)


def _typed_revision(request):
    try:
        return int(request.POST.get("revision", ""))
    except ValueError:
        return 0


def _saved(request, report):
    """The report with what was typed written into it. Raises NotTaken or what `drafts.save` raises."""
    form = ReturnForm(ReturnSheet(report), request.POST)
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
    sheet = ReturnSheet(report)
    now_there, carried = as_typed(sheet), carried_values(sheet)
    if which == "all":
        values = {name: text for name, text in carried.items() if not now_there.get(name)}
    elif carried.get(which):
        values = {which: "\n".join(filter(None, [now_there.get(which), carried[which]]))}
    else:
        values = {}
    form = ReturnForm(sheet, now_there | values)
    if values and not form.is_valid():
        raise NotTaken(form)
    if values:
        now = timezone.now()
        report = drafts.save(report, form.changes(), by=request.user, now=now, revision=report.revision)
    anchor = f"#field-{which}" if which in values else ""
    return _done(request, report, "已带入上季度内容，请按本季度情况修改。", anchor=anchor)


def move(request, report, verb):
    """A verb of the workflow from this page; the same click sent twice is done once."""
    if _repeated(request, report, verb):
        return redirect(report.get_absolute_url())
    decision = DecisionForm(request.POST)
    reason = {}
    if verb in workflow.NEEDS_REASON:
        if not decision.is_valid():
            return read(request, ReturnSheet(report), decision, status=400)
        reason = {"reason": decision.full_reason()}
    try:
        report = getattr(workflow, verb)(
            report, by=request.user, now=timezone.now(), revision=_typed_revision(request), **reason
        )
    except Incomplete as incomplete:
        if verb == "submit":
            return redirect(f"{report.get_absolute_url()}?confirm=submit")
        decision.add_error("reason", incomplete.fields.get("reason", incomplete.reason))
        return read(request, ReturnSheet(report), decision, status=400)
    except (Stale, WrongState) as refusal:
        messages.error(request, moved_on(report, refusal))
        return redirect(report.get_absolute_url())
    messages.success(request, _said_after(verb, report))
    return redirect(report.get_absolute_url())


def _said_after(verb, report):
    if verb == "submit" and report.state == ProgressReport.State.UNDER_REVIEW:
        return "已报送办公室。"
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
        return (
            f"这一项刚刚有变动，现为“{now.get_state_display()}”，您的操作没有执行，请看过最新内容后再办理。"
        )
    return refusal.reason


# --- answering ------------------------------------------------------------------------------------


def _done(request, report, words, problems=(), anchor=""):
    if not wants_json(request):
        for problem in problems:
            messages.error(request, problem)
        if not problems:
            messages.success(request, words)
        return redirect(report.get_absolute_url() + anchor)
    sheet = ReturnSheet(content.load(report.pk))
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
    theirs = ReturnSheet(content.load(report.pk))
    if wants_json(request):
        codes = {403: "denied", 412: "stale", 409: "state", 400: "refused"}
        answer = {"code": codes[status], "reason": refusal.reason}
        if status in (409, 412):
            answer["current"] = _current(theirs)
        return JsonResponse(answer, status=status)
    form = ReturnForm(theirs, request.POST)
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
        "state": report.get_state_display(),
        "editable": report.is_editable,
        "values": as_typed(sheet),
        "by": str(report.edited_by) if report.edited_by_id else "",
        "at": timezone.localtime(report.edited_at).strftime("%H:%M") if report.edited_at else "",
    }


def wants_json(request):
    return request.headers.get("Accept", "").startswith("application/json")


def address(report, name):
    """The address of another page of this report (`progress:versions`)."""
    return reverse(
        name, args=[report.period.plan.code, report.period.code, report.task.number, report.agency.code]
    )
