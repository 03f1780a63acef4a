"""更正: asking for one, the requests one may know of, and the reviewer's word."""

from functools import cached_property

from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from agencies.api.problems import Problem
from agencies.api.views import Answers
from progress import corrections, issuing, workflow
from progress.api.periods import PeriodCodeFilter
from progress.api.reports import OneReport, reports_of
from progress.api.shapes import ReportChangesSerializer
from progress.filters import CorrectionFilter
from progress.models import Correction
from tasks.api import AgencyCodeFilter, PlanCodeFilter

BEHIND = ("report__agency", "report__task", "report__period__plan", "asked_by", "decided_by")


class IssuedSerializer(serializers.Serializer):
    """One thing given out from the old value; to a body only what kind of thing, and when."""

    kind = serializers.CharField()
    title = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField()
    text = serializers.CharField()
    times = serializers.IntegerField()


class ChangedSerializer(serializers.Serializer):
    label = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class CorrectionSerializer(serializers.ModelSerializer):
    """A request. `changes` and `before` are in the shape the report's PATCH takes, lists under `targets`,
    `projects`, `nodes` or `paragraphs`; `shown` is the same in words."""

    report = serializers.IntegerField(source="report_id")
    plan = serializers.CharField(source="report.period.plan.code")
    period = serializers.CharField(source="report.period.code")
    agency_code = serializers.CharField(source="report.agency.code")
    task = serializers.IntegerField(source="report.task.number", allow_null=True, default=None)
    state = serializers.ChoiceField(choices=Correction.State.choices)
    shown = serializers.SerializerMethodField()
    changes = serializers.DictField()
    before = serializers.DictField()
    asked_by = serializers.CharField(source="asked_by.full_name")
    decided_by = serializers.CharField(source="decided_by.full_name", allow_null=True, default=None)

    class Meta:
        model = Correction
        fields = [
            *("id", "report", "plan", "period", "agency_code", "task", "kind", "state", "changes", "before"),
            *("shown", "basis", "asked_at", "asked_by", "decided_at", "decided_by", "decision"),
            *("withdrawn_at", "old_version", "new_version"),
        ]

    @extend_schema(responses=ChangedSerializer(many=True))
    def get_shown(self, asked) -> list[dict]:
        return [dict(zip(("label", "before", "after"), line, strict=True)) for line in asked.shown]


class CorrectionDetailSerializer(CorrectionSerializer):
    issued = serializers.SerializerMethodField()

    class Meta(CorrectionSerializer.Meta):
        fields = [*CorrectionSerializer.Meta.fields, "issued"]

    def get_issued(self, asked) -> list[dict]:
        things = issuing.thawed(asked.issued)
        if asked.is_waiting:
            things = issuing.issued_from(asked.report, asked.old_version)
        return IssuedSerializer(issuing.as_read_by(self.context["user"], things), many=True).data


class AskSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=Correction.Kind.choices)
    basis = serializers.CharField(max_length=corrections.BASIS_LIMIT)
    changes = ReportChangesSerializer(help_text="与填写接口相同；没有写到的不变")


class GrantSerializer(serializers.Serializer):
    decision = serializers.CharField(max_length=corrections.BASIS_LIMIT, required=False, allow_blank=True)


class RefusalSerializer(serializers.Serializer):
    decision = serializers.CharField(max_length=corrections.BASIS_LIMIT)


class CorrectionFilterOfPlan(CorrectionFilter):
    """What the page filters, and the plan."""

    plan = PlanCodeFilter(field_name="report__period__plan")
    agency = AgencyCodeFilter(field_name="report__agency")
    period = PeriodCodeFilter(field_name="report__period__code")


@extend_schema(summary="更正申请")
class CorrectionList(Answers, ListAPIView):
    serializer_class = CorrectionSerializer
    filterset_class = CorrectionFilterOfPlan
    queryset = Correction.objects.none()

    def get_queryset(self):
        return Correction.objects.visible_to(self.request.user).select_related(*BEHIND)


class ReportCorrections(OneReport):
    """The requests about one report, newest first; asking for one."""

    serializer_class = CorrectionSerializer
    queryset = Correction.objects.none()

    @extend_schema(summary="一份填报的更正申请", responses=CorrectionSerializer(many=True), filters=True)
    def get(self, request, pk):
        of_report = Correction.objects.visible_to(request.user).filter(report=self.report)
        page = self.paginate_queryset(of_report.select_related(*BEHIND))
        answer = self.get_paginated_response(CorrectionSerializer(page, many=True).data)
        answer.headers["ETag"] = f'"{self.report.revision}"'
        return answer

    @extend_schema(
        summary="申请更正",
        description="只对已采用的；只保存确有不同的部分。",
        request=AskSerializer,
        responses={201: CorrectionDetailSerializer},
    )
    def post(self, request, pk):
        self.check(corrections.check_ask)
        corrections.check_can_ask(self.report)
        data = request.data
        given = AskSerializer(data=data)
        given.is_valid(raise_exception=True)
        asked = corrections.ask(
            self.report,
            kind=given.validated_data["kind"],
            changes=_changes(data["changes"]),
            basis=given.validated_data["basis"],
            by=request.user,
            now=self.now,
            revision=self.report.revision,
        )
        return self.answered(_detail(asked, request.user), status=201)


def _changes(sent):
    """What was sent, in the words of `drafts.save`."""
    changes = ReportChangesSerializer(data=sent)
    changes.is_valid(raise_exception=True)
    return changes.changes


def _detail(asked, user):
    return CorrectionDetailSerializer(asked, context={"user": user}).data


class OneCorrection(OneReport):
    """What the doors of one request share; If-Match names the revision of its report."""

    serializer_class = CorrectionDetailSerializer
    queryset = Correction.objects.none()

    @cached_property
    def asked(self):
        visible = Correction.objects.visible_to(self.request.user).select_related(*BEHIND)
        asked = visible.filter(pk=self.kwargs["pk"]).first()
        if asked is None:
            raise Http404
        return asked

    @cached_property
    def report(self):
        return reports_of(self.request.user).get(pk=self.asked.report_id)

    def check_decides(self):
        """403, 428, 412, 409 before anything that was sent is read."""
        asked = self.asked
        self.check(lambda user, report, now: corrections.check_decide(user, asked, now))
        corrections.check_waiting(asked)

    def decided(self):
        self.__dict__.pop("report", None)
        return self.answered(_detail(self.asked, self.request.user))


class CorrectionDetail(OneCorrection):
    """Before and after, the basis, and what was given out from the old value."""

    @extend_schema(summary="一份更正申请")
    def get(self, request, pk):
        # Nothing is answered of the report itself but its revision.
        self.report = self.asked.report
        return self.answered(_detail(self.asked, request.user))


class CorrectionGrant(OneCorrection):
    """Agree: a new version, the report stays accepted."""

    @extend_schema(summary="同意更正", request=GrantSerializer, operation_id="correction_grant")
    def post(self, request, pk):
        self.check_decides()
        workflow.check_starts("correct", self.report)
        given = GrantSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            corrections.grant(
                self.asked,
                by=request.user,
                now=self.now,
                revision=self.report.revision,
                **given.validated_data,
            )
        except ValidationError as error:
            raise Problem(409, f"按这份申请更正不成：{'；'.join(error.messages)}") from error
        return self.decided()


class CorrectionRefuse(OneCorrection):
    """Decline, with the reason."""

    @extend_schema(summary="不同意更正", request=RefusalSerializer, operation_id="correction_refuse")
    def post(self, request, pk):
        self.check_decides()
        given = RefusalSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        corrections.refuse(self.asked, by=request.user, now=self.now, **given.validated_data)
        return self.decided()


class CorrectionWithdraw(OneCorrection):
    """The body takes its own request back."""

    @extend_schema(summary="撤回更正申请", request=None, operation_id="correction_withdraw")
    def post(self, request, pk):
        self.check(corrections.check_ask)
        corrections.withdraw(self.asked, by=request.user, now=self.now)
        return self.decided()
