"""代录: the office enters a body's return from its letter."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from progress import letters, permissions
from progress.attachments import too_large
from progress.filetypes import Refused
from progress.paper_forms import LetterForm
from progress.views.kinds import form_of
from progress.views.return_form import find, find_unit, moved_on
from progress.views.typed import number_of
from progress.views.upload_limit import limit_uploads
from progress.workflow import Incomplete, Stale, WrongState


@csrf_exempt
@limit_uploads
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def enter_on_behalf(request, plan, period, number, agency):
    """The return form filled in by the office; what the body has written and not sent is not in it."""
    return _answer(request, find(request.user, plan, period, number, agency))


@csrf_exempt
@limit_uploads
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def unit_enter_on_behalf(request, plan, period, agency):
    """The same for a unit's summary."""
    return _answer(request, find_unit(request.user, plan, period, agency))


def _answer(request, report):
    permissions.check_enter_on_behalf(request.user, report, timezone.now())
    replaces = letters.has_unsent_draft(report)
    if request.method == "POST":
        return _entered(request, report, replaces)
    if not report.is_editable:
        messages.error(request, f"当前状态为“{report.state_word}”，不能代录。")
        return redirect(report.get_absolute_url())
    sheet = letters.sheet_for_letter(report)
    return _page(request, sheet, form_of(sheet), LetterForm(), replaces)


def _page(request, sheet, form, letter, replaces, problem=""):
    context = {
        "sheet": sheet,
        "report": sheet.report,
        "form": form,
        "letter": letter,
        "replaces": replaces,
        "files": letters.files_that_left(sheet.report),
        "problem": problem,
    }
    return render(request, "progress/enter_on_behalf.html", context, status=400 if problem else 200)


def _entered(request, report, replaces):
    """Everything typed stays on the page where it cannot be taken; the scan must then be chosen again."""
    revision = number_of(request.POST.get("revision"))
    sheet = letters.sheet_for_letter(report)
    form, letter = form_of(sheet, request.POST), LetterForm(request.POST, request.FILES)
    for name in request.too_large:
        letter.add_error("file", too_large(name).reason)
    try:
        if form.is_valid() & letter.is_valid():
            said = letter.cleaned_data
            entered = letters.enter(
                report,
                form.changes(),
                said["file"],
                reference=said["reference"],
                received_at=said["received_at"],
                by=request.user,
                now=timezone.now(),
                revision=revision,
            )
            messages.success(request, "已代录并转入审核，须由办公室另一位同志审核。")
            return redirect(entered.get_absolute_url())
    except ValidationError as error:
        _name_mistakes(form, letter, error.message_dict)
    except Incomplete as incomplete:
        _name_mistakes(form, letter, incomplete.fields)
    except Refused as refused:
        letter.add_error("file", refused.reason)
    except (Stale, WrongState) as refusal:
        if _just_entered(request.user, report):
            return redirect(report.get_absolute_url())
        return _page(request, sheet, form, letter, replaces, moved_on(report, refusal))
    problem = "有几处需要改正，尚未保存；您填写的内容都在下面，扫描件请重新选择。"
    sheet.report.revision = revision
    return _page(request, sheet, form, letter, replaces, problem)


def _name_mistakes(form, letter, mistakes):
    for name, sentences in mistakes.items():
        owner = letter if name in letter.fields else form
        owner.add_error(name if name in owner.fields else None, sentences)


def _just_entered(user, report):
    """Whether the same click arrived twice."""
    last = report.steps.order_by("-pk").first()
    return last is not None and last.by_id == user.pk and last.verb == "enter_on_behalf"
