"""The OpenAPI document: refusals in their one form, and If-Match where a write needs it."""

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from agencies.api.problems import ProblemSerializer

READ_REFUSALS = (400, 401, 403, 404, 406)
WRITE_REFUSALS = (*READ_REFUSALS, 413, 415, 429)
REVISED_REFUSALS = (*WRITE_REFUSALS, 409, 428)
ETAG = OpenApiParameter(
    "ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200, 201], description="修订号"
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="最近一次读取的 ETag（修订号）；缺少时答 428，已变动时答 412。",
)


class ApiSchema(AutoSchema):
    """Adds to every operation what the shared exception handler may answer.

    A view with `revised = True` asks If-Match of its writes and gives an ETag; its `stale_serializer`
    is the form of the 412.
    """

    @property
    def _writes_revision(self):
        return getattr(self.view, "revised", False) and self.method not in ("GET", "HEAD")

    def get_override_parameters(self):
        parameters = list(super().get_override_parameters())
        if getattr(self.view, "revised", False):
            parameters.append(ETAG)
        if self._writes_revision:
            parameters.append(IF_MATCH)
        return parameters

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        if direction != "response":
            return bodies
        for status in self._refusals():
            bodies.setdefault(str(status), self._get_response_for_code(ProblemSerializer, str(status)))
        if self._writes_revision:
            bodies["412"] = self._get_response_for_code(self.view.stale_serializer, "412")
        return dict(sorted(bodies.items()))

    def _refusals(self):
        if self._writes_revision:
            return REVISED_REFUSALS
        return READ_REFUSALS if self.method in ("GET", "HEAD") else WRITE_REFUSALS


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "agencies.api.authentication.Tokens"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "写作“Token ”加 auth/token/ 给的令牌。",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "agencies.api.authentication.Sessions"
    name = "session"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
