"""接收渠道: how one wants to be reached. One may choose the way, not opt out of the duty."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agencies.permissions import open_to_colleagues
from reminders import choices
from reminders.channel_forms import ChannelsForm


@open_to_colleagues
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def channels(request):
    """What the person has chosen, and another choice."""
    chosen = choices.choices_of(request.user)
    form = ChannelsForm(request.POST if request.method == "POST" else None, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        choices.choose(request.user, form.wanted, by=request.user, now=timezone.now())
        messages.success(request, "已保存接收渠道。")
        return redirect("reminders:channels")
    return render(request, "reminders/channels.html", {"form": form})
