"""补录表: an earlier quarter as one sheet, down and up again."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.permissions import Denied
from agencies.sheet_reading import LARGEST_FILE, read_sheet
from agencies.spreadsheets import workbook_response
from progress import backfill
from progress.attachments import too_large
from progress.content import TEXT_LIMIT
from progress.filetypes import Refused, recognise
from progress.time_forms import BackfillForm
from progress.views.place import period_at
from progress.views.upload_limit import limit_uploads


@csrf_exempt
@limit_uploads
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def backfill_page(request, plan, period):
    """What is still to be entered, the sheet to download, and the filled one to upload."""
    period = period_at(request, plan, period)
    backfill.check_backfill(request.user, period)
    if request.method != "POST":
        return _page(request, period, BackfillForm())
    form, problems = BackfillForm(request.POST, request.FILES), []
    for name in request.too_large:
        form.add_error("file", too_large(name).reason)
    if form.is_valid():
        try:
            entered = backfill.enter(
                period,
                _cells(form.cleaned_data["file"]),
                basis=form.cleaned_data["basis"],
                by=request.user,
                now=timezone.now(),
            )
        except (Denied, Refused) as refused:
            form.add_error("file", refused.reason)
        except ValidationError as error:
            form.add_error("basis", error.message_dict["basis"])
        except backfill.Wrong as wrong:
            problems = wrong.problems
        else:
            messages.success(request, f"已代录 {len(entered)} 项，请办公室另一位同志审核后采用。")
            return redirect("progress:backfill", plan, period.code)
    return _page(request, period, form, problems)


def _cells(upload):
    """The cells of the uploaded sheet; its type told by content. Raises Refused, Denied."""
    upload.seek(0)
    if upload.size <= LARGEST_FILE:
        # What is larger is refused below, before it is read.
        _, extension = recognise(upload.name, upload.read())
        upload.seek(0)
        if extension != "xlsx":
            raise Refused("请上传补录表（xlsx）。")
    return read_sheet(upload, longest=TEXT_LIMIT + 1, formulas=True)


def _page(request, period, form, problems=()):
    waiting = list(backfill.waiting(period))
    context = {
        "plan": period.plan,
        "period": period,
        "form": form,
        "problems": problems,
        "waiting": waiting,
        "natures": [name for name in backfill.NATURES if name],
    }
    return render(request, "progress/backfill.html", context, status=400 if problems or form.errors else 200)


@require_safe
def backfill_sheet(request, plan, period):
    """The sheet to fill in."""
    period = period_at(request, plan, period)
    backfill.check_backfill(request.user, period)
    return workbook_response(f"{period.plan.code} {period.code} 补录表", backfill.workbook(period))
