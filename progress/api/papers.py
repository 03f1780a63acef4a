"""Signed paper through the API: 线下审签 of a report, and 代录 from a letter. The scan comes along."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError

from agencies.api.parsers import read_object
from progress import attachments, letters, papers, workflow
from progress.api.reports import LARGEST_UPLOAD, OneReport, Upload
from progress.api.shapes import ReportChangesSerializer, ReportSerializer


class SignedSheetSerializer(serializers.Serializer):
    file = serializers.FileField(max_length=255, allow_empty_file=True, help_text="签字盖章件：PDF、JPG、PNG")
    signer = serializers.CharField(max_length=40, help_text="在纸面上签字的负责同志")
    signed_on = serializers.DateField(help_text="签字日期")


class LetterSerializer(serializers.Serializer):
    file = serializers.FileField(max_length=255, allow_empty_file=True, help_text="来函：PDF、JPG、PNG")
    reference = serializers.CharField(max_length=letters.REFERENCE_LIMIT, help_text="来函文号或说明")
    received_at = serializers.DateTimeField(help_text="收到时间，以此计算是否按时")
    changes = serializers.CharField(
        required=False, help_text="JSON 对象，各项与填写接口相同；没有写到的按空白处理"
    )

    def validate_changes(self, typed):
        """The content as the other door takes it. Raises by field."""
        try:
            said = read_object(typed)
        except ParseError as error:
            raise serializers.ValidationError("应为 JSON 对象。") from error
        given = ReportChangesSerializer(data=said)
        given.is_valid(raise_exception=True)
        return given.changes


class OnPaper(OneReport):
    """One verb that rests on a scan: refused in the order 404, 403, 428, 412, 409 before the form is read."""

    parser_classes = (Upload,)
    verb = None

    def initial(self, request, *args, **kwargs):
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > LARGEST_UPLOAD:
            raise attachments.Refused("文件超过 20 MB，请压缩或拆分后再上传。")
        super().initial(request, *args, **kwargs)

    def given(self, serializer_class):
        self.check(workflow.CHECKS[self.verb])
        workflow.check_starts(self.verb, self.report)
        given = serializer_class(data=self.request.data)
        given.is_valid(raise_exception=True)
        return given.validated_data


class ApproveOffline(OnPaper):
    """Sign off on the strength of a signed sheet."""

    verb = "approve_offline"

    @extend_schema(
        summary=workflow.LABELS["approve_offline"],
        request={"multipart/form-data": SignedSheetSerializer},
        responses=ReportSerializer,
        operation_id="report_approve_offline",
    )
    def post(self, request, pk):
        said = self.given(SignedSheetSerializer)
        file = said.pop("file")
        papers.sign([(self.report, self.report.revision)], file, by=request.user, now=self.now, **said)
        return self.answered(self.reading())


class EnterOnBehalf(OnPaper):
    """Enter what a letter says; somebody else of the office reviews it."""

    verb = "enter_on_behalf"

    @extend_schema(
        summary=workflow.LABELS["enter_on_behalf"],
        request={"multipart/form-data": LetterSerializer},
        responses=ReportSerializer,
        operation_id="report_enter_on_behalf",
    )
    def post(self, request, pk):
        said = self.given(LetterSerializer)
        file, changes = said.pop("file"), said.pop("changes", {})
        letters.enter(
            self.report, changes, file, by=request.user, now=self.now, revision=self.report.revision, **said
        )
        return self.answered(self.reading())
