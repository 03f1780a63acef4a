"""Files of assessment, handed back to those who may read what they belong to."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from assessment import overview
from assessment.files import may_download
from assessment.models import AssessmentFile
from progress.views.attachments import as_download


@require_safe
@cache_control(private=True, no_store=True)
def file(request, pk):
    """The file under its cleaned name; 404 for whoever may not know that it exists."""
    kept = AssessmentFile.objects.visible_to(request.user)
    kept = kept.select_related("unit", "adjustment__unit__round", "veto__unit__round")
    found = get_object_or_404(kept, pk=pk)
    if not may_download(request.user, found):
        raise Http404
    # What was stated by hand is known with the score.
    stated = found.adjustment or found.veto
    if stated is not None and not overview.reads_score(request.user, stated.unit):
        raise Http404
    return as_download(found)
