"""Files of supervision: taken in with a form, and handed back to those who may read what they belong to."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_safe

from progress.views.attachments import as_download
from progress.views.upload_limit import limit_uploads
from supervision.files import may_download
from supervision.models import SupervisionFile


@require_safe
@cache_control(private=True, no_store=True)
def file(request, pk):
    """The file under its cleaned name; 404 for whoever may not know that it exists."""
    kept = SupervisionFile.objects.visible_to(request.user).select_related("feedback__order")
    found = get_object_or_404(kept, pk=pk)
    if not may_download(request.user, found):
        raise Http404
    return as_download(found)


def takes_files(view):
    """For views of forms with files: one too large is cut off while it arrives, named in
    `request.too_large`; the protection against forged requests stays."""
    return csrf_exempt(limit_uploads(csrf_protect(view)))
