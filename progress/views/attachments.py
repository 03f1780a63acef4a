"""Handing an attachment back: to those who may read it, as a download, never shown in the browser."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from progress.attachments import CONTENT_TYPES, may_download
from progress.models import Attachment, ProgressReport


@require_safe
@cache_control(private=True, no_store=True)
def attachment(request, pk):
    """The file under its cleaned name; 404 for whoever may not know that it exists."""
    visible = ProgressReport.objects.visible_to(request.user)
    kept = Attachment.objects.select_related("report__agency", "report__period").filter(report__in=visible)
    found = get_object_or_404(kept, pk=pk)
    if not may_download(request.user, found):
        raise Http404
    return as_download(found)


def as_download(found):
    """An Attachment's or SignedPaper's file, never shown inside this site; 404 where the file is lost."""
    try:
        content = found.file.open("rb")
    except FileNotFoundError as lost:
        raise Http404 from lost
    answer = FileResponse(
        content,
        as_attachment=True,
        filename=found.name,
        content_type=CONTENT_TYPES.get(found.extension, "application/octet-stream"),
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
