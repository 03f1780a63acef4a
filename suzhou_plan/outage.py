"""What a visitor gets when something broke: 503 while the database is away, 500 otherwise."""

import sys

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.views import defaults

RETRY_SECONDS = "10"
AWAY = "数据库暂时无法访问，刚才的内容没有写入，请稍后再试。"
BROKEN = "系统出错，刚才的内容没有写入。错误已记录，请稍后再试或联系系统管理员。"


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: called for whatever no view and no middleware dealt with.

    A database that cannot be reached is told apart here, and not in a middleware, because sessions
    and permissions ask the database before any view does. Nothing was written: the transaction that
    failed was rolled back, and the page may send what was typed again.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return database_away(request)
    if wants_json(request):
        return JsonResponse({"code": "error", "reason": BROKEN}, status=500)
    return defaults.server_error(request)


def database_away(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        response = JsonResponse({"code": "unavailable", "reason": AWAY}, status=503)
    else:
        page = {"reason": AWAY, "fields": typed(request), "resend_to": request.get_full_path()}
        response = HttpResponse(render_to_string("503.html", page), status=503)
    response["Retry-After"] = RETRY_SECONDS
    response["Cache-Control"] = "no-store"
    return response


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What was being sent, so that the page can keep it and send it again; never a password."""
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except (OSError, SuspiciousOperation, MultiPartParserError):
        return []
    return [] if any("password" in name for name, _ in fields) else fields


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
