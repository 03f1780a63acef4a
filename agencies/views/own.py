"""One's own page: data, posts, password, tokens, other devices."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import password_validation, update_session_auth_hash
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from agencies.accounts import (
    change_own_password,
    create_token,
    edit_person,
    revoke_token,
    sign_out_everywhere,
)
from agencies.forms import ChangePasswordForm, PersonForm, posted
from agencies.models import User
from agencies.passwords import must_be_changed
from agencies.permissions import Denied, open_to_colleagues


@open_to_colleagues
@never_cache
def me(request):
    # A copy, so that a refused form does not change the person shown around it.
    person = User.objects.get(pk=request.user.pk)
    form = PersonForm(posted(request), instance=person)
    if request.method == "POST" and form.is_valid():
        edit_person(request.user, **form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, "已保存。")
        return redirect("agencies:me")
    posts = request.user.posts.select_related("agency")
    context = {"form": form, "posts": posts, "today": timezone.localdate()}
    return render(request, "agencies/me.html", context)


@open_to_colleagues
@never_cache
@sensitive_post_parameters()
def password(request):
    form = ChangePasswordForm(posted(request), person=request.user)
    if request.method == "POST" and form.is_valid():
        change_own_password(request.user, form.cleaned_data["new_password"], now=timezone.now())
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码已修改。其他设备和接口令牌均已退出。")
        return redirect(settings.LOGIN_REDIRECT_URL)
    context = {
        "form": form,
        "rules": password_validation.password_validators_help_texts(),
        "forced": must_be_changed(request.user, timezone.now()),
    }
    return render(request, "agencies/password.html", context)


@open_to_colleagues
@never_cache
def tokens(request):
    """The list, and on POST a new token, whose secret is shown in this answer only."""
    secret = problem = ""
    if request.method == "POST":
        try:
            _, secret = create_token(request.user, now=timezone.now())
        except Denied as denied:
            problem = denied.reason
    found = request.user.auth_token_set.order_by("-created")
    context = {"tokens": found, "secret": secret, "problem": problem, "now": timezone.now()}
    return render(request, "agencies/tokens.html", context, status=403 if problem else 200)


@open_to_colleagues
@require_POST
def token_revoke(request, key):
    token = get_object_or_404(request.user.auth_token_set.filter(token_key=key)[:1])
    revoke_token(token, by=request.user, now=timezone.now())
    messages.success(request, "令牌已注销。")
    return redirect("agencies:tokens")


@open_to_colleagues
@require_POST
def other_devices(request):
    sign_out_everywhere(request.user, by=request.user, now=timezone.now())
    update_session_auth_hash(request, request.user)
    messages.success(request, "其他设备和接口令牌均已退出，只保留了当前登录。")
    return redirect("agencies:me")
