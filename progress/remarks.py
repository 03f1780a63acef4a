"""What catches an experienced eye in a return that waits: shown before one decides on many at once."""

from django.db.models import Exists, OuterRef, Q, Subquery

from agencies.along import along, objects
from progress import permissions
from progress.advice import accumulating_targets, advice
from progress.content import number
from progress.models import ProgressReport, ReportStep, ReportVersion, TargetValue, TaskReturn
from tasks.models import Target

# Points of the year's goal gained in one quarter; a quarter's even share is 25.
LEAP = 40


def annotated(reports):
    """`reports` (a queryset) with what `WhatWasSaid` reads of each: the ids of its last versions and of the
    one of the quarter before, whether the office sent it back once, its values and its task's targets."""
    versions = ReportVersion.objects.filter(report=OuterRef("pk")).order_by("-number").values("pk")
    same = Q(report__task=OuterRef("task")) | Q(report__task__isnull=True)
    before = ReportVersion.objects.filter(
        same,
        report__agency=OuterRef("agency"),
        report__kind=OuterRef("kind"),
        report__left_at__isnull=False,
        report__period__plan=OuterRef("period__plan"),
        report__period__ends_on__lt=OuterRef("period__starts_on"),
    ).order_by("-report__period__ends_on", "-number")
    sent_back = ReportStep.objects.sent_back().filter(report=OuterRef("pk"))
    return reports.select_related("task_return", "period").annotate(
        last_version=Subquery(versions[:1]),
        older_version=Subquery(versions[1:2]),
        version_before=Subquery(before.values("pk")[:1]),
        came_back=Exists(sent_back),
        value_rows=along(TargetValue.objects.all(), "report", *VALUE),
        target_rows=along(Target.objects.all(), "task__reports", "accumulation"),
    )


VALUE = ("certainty", "value", "target__pk", "target__indicator", "target__unit")


class WhatWasSaid:
    """What reports of one period say and said before, for one reader; one query for any number of them.

    reports: rows of an `annotated` queryset; opened: the one whose older version is wanted too, or None.
    """

    def __init__(self, reports, user, opened=None):
        self.user = user
        wanted = {pk for row in reports for pk in (row.last_version, row.version_before)}
        if opened is not None:
            wanted |= {opened.last_version, opened.older_version, opened.version_before}
        self._versions = ReportVersion.objects.select_related("frozen_by").in_bulk(wanted - {None})

    def last(self, report):
        """The newest version that left the body, None where nothing did."""
        return self._versions.get(report.last_version)

    def older(self, report):
        """The version before the newest, of the opened report."""
        return self._versions.get(report.older_version)

    def quarter_before(self, report):
        """What the same body last said of this task in an earlier period, as it left; None if nothing did."""
        version = self._versions.get(report.version_before)
        return version.content if version else None

    def remarks(self, report):
        """[sentence]: empty where nothing catches the eye. Compared is what the reader reads: the words that
        left the body or, for its own people, what stands there now."""
        last = self.last(report)
        live = permissions.content_for(self.user, report) == "live"
        said = _standing_there(report) if live else last and last.content
        return list(_remarks(report, said, self.quarter_before(report)))


def remarks_on(reports, user):
    """{report id: [sentence]} of rows of an `annotated` queryset."""
    reports = list(reports)
    said = WhatWasSaid(reports, user)
    return {report.pk: said.remarks(report) for report in reports}


def _standing_there(report):
    """What the eye looks at, in the shape of a snapshot, from the rows; None for other kinds of reports."""
    if report.kind != ProgressReport.Kind.TASK:
        return None
    said = report.task_return
    return {
        "period": report.period.code,
        "nature": said.nature,
        "progress": said.progress,
        "no_change_reason": said.no_change_reason,
        "request": said.request,
        "percent": number(said.percent),
        "target_values": [
            {
                "target": row.target.pk,
                "indicator": row.target.indicator,
                "unit": row.target.unit,
                "certainty": row.certainty,
                "value": number(row.value),
            }
            for row in objects(TargetValue, report.value_rows)
        ],
    }


def _remarks(report, said, before):
    if report.came_back:
        yield "曾被退回，请核对退回意见是否已经落实。"
    if said is None or report.kind != ProgressReport.Kind.TASK:
        return
    if said["nature"] == TaskReturn.Nature.NO_CHANGE:
        yield f"确认无变化：{said['no_change_reason']}"
    accumulating = accumulating_targets(objects(Target, report.target_rows))
    yield from (sentence for _, sentence in advice(said, before, accumulating))
    if before and _leaps(said, before):
        yield f"完成率一个季度上升 {_gain(said, before):g} 个百分点（上季度 {before['percent']}%）。"
    if said["request"].strip():
        yield "有需协调事项。"


def _gain(said, before):
    return round(said["percent"] - before["percent"], 2)


def _leaps(said, before):
    return (
        None not in (said["percent"], before["percent"])
        and before["period"][:4] == said["period"][:4]
        and _gain(said, before) >= LEAP
    )
