"""Tokens and bodies."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies import accounts
from agencies.api.problems import Problem
from agencies.filters import AgencyFilter
from agencies.models import Agency, AgencyGroup, AgencyName, AgencySuccession
from agencies.signing_in import client_address, try_to_sign_in


class Answers:
    """What every view of the API has in common: answers are for one person and are kept nowhere."""

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


@extend_schema(exclude=True)
class NoSuchAddress(Answers, APIView):
    """Any other address under /api/v1/."""

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        raise Problem(404, "没有这个地址；接口地址以“/”结尾，清单见 /api/v1/schema/。")


class Schema(Answers, SpectacularAPIView):
    """The OpenAPI document, YAML or (`?format=json`) JSON."""

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.exception:
            response.accepted_renderer = JSONRenderer()
            response.accepted_media_type = response.content_type = JSONRenderer.media_type
        return response


# --- tokens ------------------------------------------------------------------------------------


class CredentialsSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=200, trim_whitespace=False)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, style={"input_type": "password"})


class TokenSerializer(serializers.Serializer):
    token = serializers.CharField(help_text="只显示这一次；以“Authorization: Token …”发送")
    expiry = serializers.DateTimeField()


class TokenView(Answers, APIView):
    """A name and password for a token, within the same limits as the sign-in page."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        request=CredentialsSerializer, responses={201: TokenSerializer}, auth=[], summary="获取令牌"
    )
    def post(self, request):
        given = CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        now = timezone.now()
        outcome = try_to_sign_in(**given.validated_data, address=client_address(request.META), now=now)
        if outcome.user is None:
            raise Problem(429 if outcome.limited else 401, outcome.problem)
        token, secret = accounts.create_token(outcome.user, now=now)
        return Response({"token": secret, "expiry": token.expiry}, status=201)


# --- bodies ------------------------------------------------------------------------------------


class NameSerializer(serializers.ModelSerializer):
    class Meta:
        model = AgencyName
        fields = ["name", "kind", "valid_from", "valid_until"]


class SuccessionSerializer(serializers.Serializer):
    """One step before or after a body; `agency` is null where nobody has said yet who follows."""

    relation = serializers.ChoiceField(choices=["successor", "predecessor"])
    kind = serializers.ChoiceField(choices=AgencySuccession.Kind.choices)
    agency = serializers.CharField(allow_null=True)
    agency_code = serializers.CharField(allow_null=True)
    on = serializers.DateField(allow_null=True)
    document = serializers.CharField()
    confirmed = serializers.BooleanField(help_text="推断的承接关系经办公室确认后为 true")


class GroupSerializer(serializers.ModelSerializer):
    class Meta:
        model = AgencyGroup
        fields = ["code", "name"]


class AgencySerializer(serializers.ModelSerializer):
    names = NameSerializer(many=True)
    successions = serializers.SerializerMethodField()
    groups = GroupSerializer(many=True)

    class Meta:
        model = Agency
        fields = ["code", "name", "kind", "names", "successions", "groups"]

    @extend_schema_field(SuccessionSerializer(many=True))
    def get_successions(self, agency):
        after = [_succession("successor", row, row.successor) for row in agency.successions.all()]
        before = [_succession("predecessor", row, row.predecessor) for row in agency.predecessions.all()]
        return after + before


def _succession(relation, row, agency):
    return {
        "relation": relation,
        "kind": row.kind,
        "agency": agency.name if agency else None,
        "agency_code": agency.code if agency else None,
        "on": row.on,
        "document": row.document,
        "confirmed": not row.awaits_confirmation,
    }


class Bodies(Answers):
    serializer_class = AgencySerializer
    queryset = Agency.objects.none()

    def get_queryset(self):
        return Agency.objects.visible_to(self.request.user).prefetch_related(
            "names", "successions__successor", "predecessions__predecessor", "groups"
        )


@extend_schema(summary="单位")
class AgencyList(Bodies, ListAPIView):
    filterset_class = AgencyFilter


@extend_schema(summary="一个单位")
class AgencyDetail(Bodies, RetrieveAPIView):
    lookup_field = "code"
