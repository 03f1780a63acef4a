"""Sessions end when they should; a refusal tells its reason."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from agencies.passwords import must_be_changed
from agencies.permissions import Denied

STARTED, SEEN, ENDED = "started_at", "seen_at", "ended"
# How stale the stored moment of the last request may be: saves a write on every request.
SEEN_STEP = 60
# Requests a page makes by itself say so, and do not keep a session alive. Typing does: an autosave is
# somebody at work.
BACKGROUND = "X-Background"
IDLE, TOO_LONG = "idle", "absolute"
FOR_COLLEAGUES = "协办人只办理分办给自己的事项，其他内容请向本单位填报人了解。"
OPEN_TO_EXPIRED_PASSWORDS = {"agencies:password", "agencies:sign_out", "healthz"}


class SessionLimitsMiddleware:
    """Ends a session after 30 idle minutes or 12 hours in all, and demands password changes that are due."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            reason = _overrun(request.session, timezone.now().timestamp())
            if reason:
                logout(request)
                request.session[ENDED] = reason
            else:
                _note_activity(request, timezone.now().timestamp())
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated or not must_be_changed(request.user, timezone.now()):
            return None
        if request.resolver_match.view_name in OPEN_TO_EXPIRED_PASSWORDS:
            return None
        if request.path.startswith("/api/"):
            reason = "请先登录网页修改密码，再使用接口。"
            return JsonResponse({"code": "denied", "reason": reason}, status=403)
        return redirect("agencies:password")


class ColleaguesMiddleware:
    """Keeps people who only help out (协办人) to the pages marked for them, whatever page is added later.

    The API is left to its own rules: to it they are people without a business role.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        is_public = not getattr(view, "login_required", True)
        if is_public or getattr(view, "open_to_colleagues", False) or request.path.startswith("/api/"):
            return None
        if not request.user.is_authenticated or not request.user.is_only_colleague:
            return None
        return _refusal(request, FOR_COLLEAGUES)


class DeniedMiddleware:
    """A Denied that reaches the top becomes 403 with its reason: page, fragment or JSON."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, Denied):
            return None
        return _refusal(request, exception.reason)


def _refusal(request, reason):
    if request.path.startswith("/api/") or _wants_json(request):
        return JsonResponse({"code": "denied", "reason": reason}, status=403)
    template = "_denied.html" if getattr(request, "htmx", False) else "403.html"
    return render(request, template, {"reason": reason}, status=403)


def start_session(session, now):
    """Remember when a session began; called at sign-in."""
    session[STARTED] = session[SEEN] = int(now.timestamp())


def _overrun(session, now):
    """Why the session is over, or "" while it may go on."""
    if now - session.get(STARTED, now) > settings.SESSION_ABSOLUTE_LIMIT.total_seconds():
        return TOO_LONG
    if now - session.get(SEEN, now) > settings.SESSION_IDLE_LIMIT.total_seconds():
        return IDLE
    return ""


def _note_activity(request, now):
    session = request.session
    if STARTED not in session:
        session[STARTED] = int(now)
    if request.headers.get(BACKGROUND) and SEEN in session:
        return
    if now - session.get(SEEN, 0) > SEEN_STEP:
        session[SEEN] = int(now)


def _wants_json(request):
    return request.headers.get("Accept", "").startswith("application/json")
