"""消息: one's own inbox. Reading is noted by a POST, never by looking at a page."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from agencies.permissions import open_to_colleagues
from progress.views.typed import number_of
from reminders import inbox as inbox_rules
from reminders.filters import InboxFilter
from reminders.models import Message

PAGE = 30


@open_to_colleagues
@never_cache
@require_safe
def inbox(request):
    """One's own messages, the newest first; reads only."""
    whole = Message.objects.inbox_of(request.user)
    found = InboxFilter(request.GET, whole, request=request)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page": page,
        "total": whole.count(),
        "newest": max((each.pk for each in page), default=0),
    }
    return render(request, "reminders/inbox.html", context)


@open_to_colleagues
@never_cache
@require_safe
def message(request, pk):
    """One message in full; the page itself then notes by a POST that it was opened."""
    found = _own(request, pk)
    return render(request, "reminders/message.html", {"message": found, "parts": inbox_rules.parts_of(found)})


@open_to_colleagues
@require_POST
def message_open(request, pk):
    """Note that it was opened, then show it, or go on to the thing where that was asked for (`to=thing`)."""
    found = _own(request, pk)
    inbox_rules.open_message(found, now=timezone.now())
    if getattr(request, "htmx", False):
        return HttpResponse(status=204)
    if request.POST.get("to") == "thing" and _is_here(found.url):
        return redirect(found.url)
    return redirect("reminders:message", pk=found.pk)


@open_to_colleagues
@require_POST
def inbox_read(request):
    """全部标为已读: everything up to the newest message the page knew of."""
    up_to = number_of(request.POST.get("newest"))
    done = inbox_rules.open_all(request.user, up_to=up_to, now=timezone.now())
    messages.success(request, f"已将 {done} 条消息标为已读。" if done else "没有未读消息。")
    return redirect("reminders:inbox")


def _own(request, pk):
    """A message in one's own inbox; anybody else's is not there."""
    return get_object_or_404(Message.objects.inbox_of(request.user).select_related("urge__by"), pk=pk)


def _is_here(url):
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
