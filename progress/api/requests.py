"""商请提供 through the API: what a lead asks of its supporters, on its own return."""

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers

from progress import contributions
from progress.api.reports import OneReport
from progress.figures.contributions import ASKED_STATES, state_of
from progress.models import ContributionRequest


class RequestSerializer(serializers.ModelSerializer):
    """One request; `report` is the contribution that answers it, readable once it has left its body."""

    agency = serializers.CharField(source="contribution.agency.name")
    agency_code = serializers.CharField(source="contribution.agency.code")
    report = serializers.IntegerField(source="contribution_id")
    left_at = serializers.DateTimeField(source="contribution.left_at", allow_null=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = ContributionRequest
        fields = ["id", "agency", "agency_code", "report", "wanted", "due_at", "asked_at", "left_at", "state"]

    @extend_schema_field(serializers.ChoiceField(choices=list(ASKED_STATES.items())))
    def get_state(self, asked):
        return state_of(asked, self.context["now"])


class RequestedSerializer(serializers.Serializer):
    agencies = serializers.ListField(
        child=serializers.CharField(max_length=60), allow_empty=False, help_text="配合单位代码"
    )
    wanted = serializers.CharField(max_length=contributions.WANTED_LIMIT, help_text="请提供什么")
    due_at = serializers.DateTimeField(required=False, help_text="请于何时前提供；不填按默认时间")


class ReportRequests(OneReport):
    """What the lead's own people see and ask; others are refused."""

    serializer_class = RequestSerializer
    queryset = ContributionRequest.objects.none()

    @extend_schema(summary="商请提供", responses=RequestSerializer(many=True), filters=True)
    def get(self, request, pk):
        contributions.check_own(request.user, self.report)
        page = self.paginate_queryset(contributions.open_requests(self.report))
        response = self.get_paginated_response(self._shown(page))
        response.headers["ETag"] = f'"{self.report.revision}"'
        return response

    @extend_schema(
        summary="商请配合单位提供", request=RequestedSerializer, responses={201: RequestSerializer(many=True)}
    )
    def post(self, request, pk):
        self.check(contributions.check_ask)
        contributions.check_still_open(self.report)
        given = RequestedSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        try:
            asked = contributions.ask(
                self.report, said.pop("agencies"), **said, by=request.user, now=self.now
            )
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        return self.answered(self._shown(asked), status=201)

    def _shown(self, rows):
        return RequestSerializer(rows, many=True, context={"now": self.now}).data
