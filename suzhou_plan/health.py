"""Whether this machine can do its work, for load balancers and watchmen."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reminders import operations


@never_cache
@require_safe
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, else 503; and two ages in seconds and the number of messages that failed
    or are in doubt, for watchmen to set limits to.

    Says no more than that: anyone may ask. null: no job has run yet.
    """
    now = timezone.now()
    try:
        ages = {
            "queue_age_seconds": operations.queue_age(now),
            "last_tick_age_seconds": operations.last_tick_age(now),
            "unsent": operations.unsent().count(),
        }
    except Error:
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ok", **ages})
