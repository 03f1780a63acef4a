"""Who is calling: a token, or the session of the web page."""

import re

from django.conf import settings
from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

from agencies.api.problems import Problem
from agencies.passwords import must_be_changed

TOKEN = re.compile(rb"[0-9A-Za-z]{16,200}")


class Tokens(TokenAuthentication):
    """knox tokens; they die with the person's sessions (agencies.accounts.end_access)."""

    def authenticate_credentials(self, token):
        if not TOKEN.fullmatch(token):
            raise AuthenticationFailed
        user, auth_token = super().authenticate_credentials(token)
        if user.is_demo and not settings.DEMO:
            raise AuthenticationFailed
        if must_be_changed(user, timezone.now()):
            raise Problem(403, "请先登录网页修改密码，再使用接口。")
        return user, auth_token


class Sessions(SessionAuthentication):
    """The signed-in browser; every write needs its CSRF token."""

    def enforce_csrf(self, request):
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            raise Problem(403, "缺少 CSRF 令牌或令牌已失效，请刷新页面后重试。", code="csrf") from error
