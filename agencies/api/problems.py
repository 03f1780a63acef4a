"""Every refusal of the API in one form, `{code, reason, fields?}`, with a reason a person can read.

Checked in the order 404, 403, 428/412, 409, 400. Apps above announce their own exceptions with `answer`;
`problem` is the one exception handler (settings REST_FRAMEWORK).
"""

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from agencies.permissions import Denied

NOT_FOUND = "没有找到，或不在您可以查看的范围内。"
NOT_SIGNED_IN = "请先登录：在 Authorization 头中写“Token ”加令牌，或使用已登录的会话。"
BAD_TOKEN = "令牌无效、已过期或已注销，请重新获取。"
TOO_LARGE = "请求内容过大，请缩减后再发送。"
UNREADABLE = "请求内容无法识别：应为 UTF-8 的 JSON 对象（上传文件用 multipart/form-data）。"
# Status: (code, reason where the exception brings none fit for a person).
COMMON = {
    400: ("invalid", UNREADABLE),
    401: ("not_authenticated", NOT_SIGNED_IN),
    403: ("denied", "您没有办理此操作的权限。"),
    404: ("not_found", NOT_FOUND),
    405: ("method_not_allowed", "此地址不支持这种请求方法，可用的方法见 Allow 头。"),
    406: ("not_acceptable", "只提供 application/json 格式。"),
    409: ("wrong_state", "当前状态不能办理此操作。"),
    412: ("stale", "内容已被他人更新，请对照后再办理。"),
    413: ("too_large", TOO_LARGE),
    415: ("unsupported_media_type", "不支持这种内容类型，请按接口说明发送。"),
    428: ("revision_required", "请用 If-Match 头写明最近一次读取的 ETag（修订号）。"),
    429: ("too_many_requests", "请求过于频繁，请稍后再试。"),
}
WITHOUT_FIELD = ("non_field_errors", "__all__")


class Problem(Exception):
    """A refusal the API itself makes: status, code and reason default to what COMMON says of the status."""

    def __init__(self, status, reason="", *, code="", fields=None, **more):
        super().__init__(reason)
        self.status = status
        self.code = code or COMMON[status][0]
        self.reason = reason or COMMON[status][1]
        self.fields = fields
        self.more = more


class ProblemSerializer(serializers.Serializer):
    """The form of every refusal."""

    code = serializers.CharField(help_text="供程序判断的代码")
    reason = serializers.CharField(help_text="给人看的理由")
    fields = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="按字段说明哪里不对"
    )


_answers = {Denied: (403, "denied")}


def answer(exception_class, status, code):
    """Announce how an app's own exception is answered; it has `.reason`, and may have `.fields`."""
    _answers[exception_class] = (status, code)


def problem(exc, context):
    """DRF's exception handler: the Response for anything that refuses; None for what is a fault of ours."""
    refusal = _refusal(exc)
    if refusal is None:
        return None
    said = {"code": refusal.code, "reason": refusal.reason}
    if refusal.fields:
        said["fields"] = refusal.fields
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header
    return Response(said | refusal.more, status=refusal.status, headers=headers)


def _refusal(exc):
    if isinstance(exc, Problem):
        return exc
    for known, (status, code) in _answers.items():
        if isinstance(exc, known):
            return Problem(status, exc.reason, code=code, fields=getattr(exc, "fields", None))
    if isinstance(exc, Http404):
        return Problem(404)
    if isinstance(exc, PermissionDenied):
        return Problem(403)
    if isinstance(exc, RequestDataTooBig):
        return Problem(413)
    if isinstance(exc, SuspiciousOperation | MultiPartParserError):
        return Problem(400)
    if isinstance(exc, ValidationError):
        return _invalid(exc.message_dict if hasattr(exc, "error_dict") else {"__all__": exc.messages})
    if isinstance(exc, exceptions.ValidationError):
        return _invalid(exc.detail if isinstance(exc.detail, dict) else {"__all__": exc.detail})
    if isinstance(exc, exceptions.AuthenticationFailed):
        return Problem(exc.status_code, BAD_TOKEN)
    if isinstance(exc, exceptions.APIException) and exc.status_code in COMMON:
        return Problem(exc.status_code)
    return None


def _invalid(messages):
    flat = dict(_flattened(messages))
    fields = {path: said for path, said in flat.items() if path not in WITHOUT_FIELD}
    reasons = [said if path in WITHOUT_FIELD else f"{path}：{said}" for path, said in flat.items()]
    return Problem(400, "；".join(reasons), fields=fields)


def _flattened(messages, path=""):
    """(“nodes.0.done_on”, sentence) of nested messages."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            own = name in WITHOUT_FIELD
            yield from _flattened(inner, path if own else f"{path}.{name}" if path else str(name))
    elif isinstance(messages, list | tuple) and any(isinstance(each, dict | list) for each in messages):
        for place, inner in enumerate(messages):
            yield from _flattened(inner, f"{path}.{place}" if path else str(place))
    elif messages:
        listed = messages if isinstance(messages, list | tuple) else [messages]
        yield path or "__all__", "".join(str(each) for each in listed)
