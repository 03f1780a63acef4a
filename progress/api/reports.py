"""Reports: reading them as far as one may, writing drafts, moving them through the workflow."""

from functools import cached_property

from django.db.models import Prefetch
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from agencies.api import problems
from agencies.api.problems import Problem
from agencies.api.views import Answers
from progress import attachments, content, drafts, permissions, units, workflow
from progress.api.periods import PeriodCodeFilter
from progress.api.shapes import (
    NOTHING,
    AttachmentSerializer,
    ReasonSerializer,
    ReportChangesSerializer,
    ReportSerializer,
    StaleReportSerializer,
    UploadSerializer,
    VersionSerializer,
)
from progress.filters import ReportFilter
from progress.models import (
    Attachment,
    NodeReport,
    ProgressReport,
    ProjectUpdate,
    ReportVersion,
    TakenOver,
    TargetValue,
)
from tasks.api import AgencyCodeFilter, PlanCodeFilter
from tasks.models import AnnualGoal

problems.answer(workflow.WrongState, 409, "wrong_state")
problems.answer(workflow.Incomplete, 400, "incomplete")
problems.answer(attachments.Refused, 400, "refused")

# Room for the form around the file.
LARGEST_UPLOAD = attachments.MAX_SIZE + 1024 * 1024
VERBS = {verb.replace("_", "-"): verb for verb in workflow.LABELS if verb not in workflow.NEEDS_PAGE}


# --- how a report reads to somebody ------------------------------------------------------------


def reports_of(user):
    """The reports somebody may know of, with all that `readings` needs, in a fixed number of queries."""
    return (
        ProgressReport.objects.visible_to(user)
        .select_related("agency", "period__plan", "task__plan", "task_return", "unit_return")
        .prefetch_related(
            Prefetch("node_reports", NodeReport.objects.select_related("node")),
            Prefetch("target_values", TargetValue.objects.select_related("target")),
            Prefetch("project_updates", ProjectUpdate.objects.select_related("project")),
            Prefetch("taken_over", TakenOver.objects.select_related("source__agency")),
            Prefetch("attachments", Attachment.objects.filter(removed_at__isnull=True)),
        )
        .annotate(**content.unit.along_rows(), unknown_along=units.unknown_along(user))
    )


def readings(reports, user, now):
    """The reports as `user` may read them (ReportSerializer), in two queries for any number of them."""
    newest = ReportVersion.objects.newest().filter(report__in=[report.pk for report in reports])
    versions = {version.report_id: version for version in newest}
    measures = _measures(reports)
    for report in reports:
        content.unit.keep_rows(report)
    return [_reading(report, user, now, versions.get(report.pk), measures(report)) for report in reports]


def _reading(report, user, now, version, measure):
    readable = _readable(report, user, version)
    said = NOTHING
    if readable == "live":
        said = content.snapshot(report)
    elif readable == "frozen":
        said = units.readable_part(user, report, version.content, units.unknown_in(report.unknown_along))
    return {
        "id": report.pk,
        "kind": report.kind,
        "task": _task(report.task) if report.task_id else None,
        "agency": report.agency.name,
        "agency_code": report.agency.code,
        "role": report.role if report.task_id else None,
        "period": report.period.code,
        "status": report.state,
        "revision": report.revision,
        "version_number": version.number if version else None,
        "owed": report.owed and report.waived_at is None,
        "due_at": _moment(report.due_at),
        "left_at": _moment(report.left_at),
        "late": report.is_late(now),
        "resubmit_by": _moment(report.resubmit_by),
        # An approver's words to the own reporter are nobody else's.
        "return_reason": report.return_reason if readable == "live" else None,
        "measure": measure,
        "content": readable,
        **{name: said.get(name, nothing) for name, nothing in NOTHING.items()},
    }


def _readable(report, user, version):
    if report.kind == ProgressReport.Kind.BENCHMARKING:
        return None
    readable = permissions.content_for(user, report)
    return None if readable == "frozen" and version is None else readable


def _task(task):
    return {"plan": task.plan.code, "number": task.number, "title": task.title}


def _moment(instant):
    return timezone.localtime(instant).isoformat() if instant else None


def _measures(reports):
    """A function from a report to "percent", "nodes" or "none", by the confirmed goal it answers to."""
    goals = AnnualGoal.objects.confirmed().filter(
        task__in={report.task_id for report in reports}, year__in={report.period.year for report in reports}
    )
    known = {(goal.task_id, goal.year, goal.agency_id): goal.measure for goal in goals}

    def measure(report):
        place = (report.task_id, report.period.year)
        return known.get((*place, report.agency_id)) or known.get((*place, None)) or "none"

    return measure


# --- lists -------------------------------------------------------------------------------------


class ReportFilterOfPlan(ReportFilter):
    """What the list of returns filters, and the plan and the period."""

    plan = PlanCodeFilter(field_name="period__plan")
    agency = AgencyCodeFilter()
    period = PeriodCodeFilter(field_name="period__code")


@extend_schema(summary="填报", responses=ReportSerializer(many=True))
class ReportList(Answers, ListAPIView):
    serializer_class = ReportSerializer
    filterset_class = ReportFilterOfPlan
    queryset = ProgressReport.objects.none()

    def get_queryset(self):
        return reports_of(self.request.user)

    def list(self, request, *args, **kwargs):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(readings(page, request.user, timezone.now()))


# --- one report --------------------------------------------------------------------------------


class OneReport(Answers, GenericAPIView):
    """What the doors of one report share: 404 before anything else, and the revision named and answered."""

    queryset = ProgressReport.objects.none()
    serializer_class = ReportSerializer
    stale_serializer = StaleReportSerializer
    filter_backends = ()
    revised = True

    @cached_property
    def report(self):
        report = reports_of(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if report is None:
            raise Http404
        return report

    @cached_property
    def now(self):
        return timezone.now()

    def named_revision(self):
        """The revision in If-Match. Raises Problem(428) where there is none."""
        named = self.request.headers.get("If-Match", "").strip()
        if not named:
            raise Problem(428)
        bare = named.removeprefix("W/").strip('"')
        return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 10 else -1

    def check(self, check, *, editable=False):
        """The order of refusals before anything that was sent is read: 403, 428, 412, 409."""
        check(self.request.user, self.report, self.now)
        if self.named_revision() != self.report.revision:
            raise workflow.Stale(self.report)
        if editable and not self.report.is_editable:
            raise workflow.WrongState(
                f"当前状态为“{self.report.get_state_display()}”，不能再改；如需修改请先撤回。"
            )

    def handle_exception(self, exc):
        if isinstance(exc, workflow.Stale):
            exc = Problem(412, exc.reason, yours=self._sent(), current=self.reading())
        return super().handle_exception(exc)

    def reading(self):
        """The report as it stands now and as this person may read it."""
        self.__dict__.pop("report", None)
        return readings([self.report], self.request.user, self.now)[0]

    def answered(self, said, status=200):
        return Response(said, status=status, headers={"ETag": f'"{self.report.revision}"'})

    def _sent(self):
        try:
            return (
                self.request.data if isinstance(self.request.data, dict) and not self.request.FILES else None
            )
        except Exception as error:
            if problems.problem(error, {}) is None:
                raise
            return None


class ReportDetail(OneReport):
    """A report as far as one may read it; the ETag is the revision every write must name."""

    @extend_schema(summary="一份填报")
    def get(self, request, pk):
        return self.answered(self.reading())

    @extend_schema(summary="填写", description="只能改填报中或已退回的。", request=ReportChangesSerializer)
    def patch(self, request, pk):
        self.check(permissions.check_edit, editable=True)
        given = ReportChangesSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        drafts.save(self.report, given.changes, by=request.user, now=self.now, revision=self.report.revision)
        return self.answered(self.reading())


class ReportMove(OneReport):
    """One verb of the workflow; the address says which. Answers the report as it stands then."""

    verb = None

    def move(self):
        self.check(workflow.CHECKS[self.verb])
        workflow.check_starts(self.verb, self.report)
        given = {}
        if self.verb in workflow.NEEDS_REASON:
            reason = ReasonSerializer(data=self.request.data)
            reason.is_valid(raise_exception=True)
            given = reason.validated_data
        move = getattr(workflow, self.verb)
        move(self.report, by=self.request.user, now=self.now, revision=self.report.revision, **given)
        return self.answered(self.reading())


def move_view(verb):
    """The view of one verb, documented as such."""

    @extend_schema(
        summary=workflow.LABELS[verb],
        request=ReasonSerializer if verb in workflow.NEEDS_REASON else None,
        responses=ReportSerializer,
        operation_id=f"report_{verb}",
    )
    def post(self, request, pk):
        return self.move()

    name = "".join(word.title() for word in verb.split("_"))
    return type(f"Report{name}", (ReportMove,), {"verb": verb, "post": post}).as_view()


class ReportVersions(OneReport):
    """Versions that left the body, newest first, as far as one may read them."""

    revised = False
    serializer_class = VersionSerializer
    queryset = ReportVersion.objects.none()

    @extend_schema(summary="报出的各版", responses=VersionSerializer(many=True), filters=True)
    def get(self, request, pk):
        page = self.paginate_queryset(self._readable_versions())
        for version in page:
            version.content = units.readable_part(request.user, self.report, version.content)
        return self.get_paginated_response(VersionSerializer(page, many=True).data)

    def _readable_versions(self):
        user, report = self.request.user, self.report
        if permissions.content_for(user, report) is None:
            return ReportVersion.objects.none()
        versions = report.versions.select_related("frozen_by").order_by("-number")
        return versions if permissions.reads_versions(user, report) else versions.newest()


class Upload(MultiPartParser):
    """A form with a file of a bounded size."""


class ReportAttachments(OneReport):
    """佐证材料 as far as one may read the report's text."""

    parser_classes = (Upload,)
    serializer_class = AttachmentSerializer

    def initial(self, request, *args, **kwargs):
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > LARGEST_UPLOAD:
            raise attachments.Refused("文件超过 20 MB，请压缩或拆分后再上传。")
        super().initial(request, *args, **kwargs)

    @extend_schema(summary="佐证材料", responses=AttachmentSerializer(many=True), filters=True)
    def get(self, request, pk):
        page = self.paginate_queryset(self.reading()["attachments"])
        response = self.get_paginated_response(page)
        response.headers["ETag"] = f'"{self.report.revision}"'
        return response

    @extend_schema(
        summary="上传佐证材料",
        request={"multipart/form-data": UploadSerializer},
        responses={201: AttachmentSerializer},
    )
    def post(self, request, pk):
        self.check(permissions.check_edit, editable=True)
        given = UploadSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        kept = attachments.attach(
            self.report,
            given.validated_data["file"],
            by=request.user,
            now=self.now,
            revision=self.report.revision,
        )
        self.__dict__.pop("report", None)
        said = {"id": kept.pk, "name": kept.name, "size": kept.size, "sha256": kept.sha256}
        return self.answered(said, status=201)
