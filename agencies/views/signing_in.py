"""In and out, and the one-time links."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from agencies.audit import record
from agencies.demo_people import demo_people
from agencies.forms import FirstAdminForm, NewPasswordForm, SignInForm, posted
from agencies.invitations import (
    accept_first_admin,
    accept_invitation,
    check_first_admin_token,
    person_of,
)
from agencies.middleware import ENDED, IDLE, start_session
from agencies.permissions import Denied
from agencies.signing_in import client_address, try_to_sign_in

ENDED_TEXT = {
    True: "您已 30 分钟没有操作，为安全起见已自动退出，请重新登录。",
    False: "登录已满 12 小时，请重新登录。",
}


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def sign_in(request):
    form = SignInForm(posted(request))
    onward = _onward(request)
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(onward)
    status = 200
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        outcome = try_to_sign_in(**form.cleaned_data, address=client_address(request.META), now=now)
        if outcome.user:
            _begin(request, outcome.user, now)
            return redirect(onward)
        form.add_error(None, outcome.problem)
        status = 429 if outcome.limited else 200
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "demo_people": demo_people() if settings.DEMO else [],
        "ended": _why_ended(request),
    }
    return render(request, "agencies/sign_in.html", context, status=status)


@require_POST
@login_not_required
def sign_out(request):
    if request.user.is_authenticated:
        record("退出登录", request.user, by=request.user, now=timezone.now())
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@login_not_required
@never_cache
@sensitive_post_parameters()
def invitation(request, token):
    """A person sets a password through a one-time link."""
    try:
        person = person_of(token)
        form = NewPasswordForm(posted(request), person=person)
        if request.method == "POST" and form.is_valid():
            now = timezone.now()
            _begin(
                request, accept_invitation(token, password=form.cleaned_data["new_password"], now=now), now
            )
            return redirect(settings.LOGIN_REDIRECT_URL)
    except Denied as denied:
        return render(request, "agencies/link_dead.html", {"reason": denied.reason}, status=403)
    return render(request, "agencies/invitation.html", {"form": form, "person": person})


@login_not_required
@never_cache
@sensitive_post_parameters()
def first_admin(request, token):
    """The first administrator of an empty installation introduces themselves."""
    try:
        check_first_admin_token(token)
        form = FirstAdminForm(posted(request))
        if request.method == "POST" and form.is_valid():
            now, typed = timezone.now(), form.cleaned_data
            person = accept_first_admin(
                token,
                username=typed["username"],
                full_name=typed["full_name"],
                password=typed["new_password"],
                now=now,
            )
            _begin(request, person, now)
            return redirect("agencies:people")
    except Denied as denied:
        return render(request, "agencies/link_dead.html", {"reason": denied.reason}, status=403)
    return render(request, "agencies/first_admin.html", {"form": form})


def _begin(request, user, now):
    login(request, user)
    start_session(request.session, now)
    record("登录", user, by=user, now=now)


def _onward(request):
    """Where to go after signing in: `next`, if it stays on this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else resolve_url(settings.LOGIN_REDIRECT_URL)


def _why_ended(request):
    reason = request.session.pop(ENDED, "") if request.method == "GET" else ""
    return ENDED_TEXT[reason == IDLE] if reason else ""
