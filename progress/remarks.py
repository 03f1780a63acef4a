"""What catches an experienced eye in a return that waits: shown before one decides on many at once."""

from django.db.models import Exists, OuterRef, Subquery

from progress import permissions
from progress.advice import accumulating_targets, advice
from progress.content import number
from progress.models import ProgressReport, ReportStep, ReportVersion, TargetValue, TaskReturn
from tasks.models import Target

# Points of the year's goal gained in one quarter; a quarter's even share is 25.
LEAP = 40


def remarks_on(reports, user):
    """{report id: [sentence]} for reports of one period; an empty list where nothing catches the eye.

    user: what is compared is what this person reads of each, the words that left the body or, for its own
    people, what stands there now. Five queries at the most, for any number of reports.
    """
    rows = list(_with_what_was_said(reports))
    versions = ReportVersion.objects.in_bulk(
        {pk for row in rows for pk in (row.last_version, row.version_before) if pk}
    )
    live = [row for row in rows if permissions.content_for(user, row) == "live"]
    values = _values_of(live)
    accumulating = _accumulating({row.task_id for row in rows if row.task_id})
    found = {}
    for row in rows:
        before = versions.get(row.version_before)
        last = versions.get(row.last_version)
        said = _standing_there(row, values) if row in live else last and last.content
        found[row.pk] = list(_remarks(row, said, before and before.content, accumulating))
    return found


def _with_what_was_said(reports):
    """The reports, each with the ids of its last version and of the one of the quarter before, and whether
    the office sent it back once."""
    versions = ReportVersion.objects.filter(report=OuterRef("pk")).order_by("-number")
    before = ReportVersion.objects.filter(
        report__agency=OuterRef("agency"),
        report__task=OuterRef("task"),
        report__kind=OuterRef("kind"),
        report__left_at__isnull=False,
        report__period__plan=OuterRef("period__plan"),
        report__period__ends_on__lt=OuterRef("period__starts_on"),
    ).order_by("-report__period__ends_on", "-number")
    sent_back = ReportStep.objects.filter(report=OuterRef("pk"), verb="send_back", by_office=True)
    return (
        ProgressReport.objects.filter(pk__in=[report.pk for report in reports])
        .select_related("task_return", "period")
        .annotate(
            last_version=Subquery(versions.values("pk")[:1]),
            version_before=Subquery(before.values("pk")[:1]),
            came_back=Exists(sent_back),
        )
    )


def _values_of(reports):
    """{report id: values as a snapshot has them} of what stands in the rows now."""
    found = {}
    for row in TargetValue.objects.filter(report__in=reports).select_related("target") if reports else ():
        value = {
            "target": row.target_id,
            "indicator": row.target.indicator,
            "unit": row.target.unit,
            "certainty": row.certainty,
            "value": number(row.value),
        }
        found.setdefault(row.report_id, []).append(value)
    return found


def _standing_there(report, values):
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
        "target_values": values.get(report.pk, []),
    }


def _accumulating(tasks):
    targets = Target.objects.filter(task__in=tasks).only("pk", "accumulation")
    return accumulating_targets(targets)


def _remarks(report, said, before, accumulating):
    if report.came_back:
        yield "曾被退回，请核对退回意见是否已经落实。"
    if said is None or report.kind != ProgressReport.Kind.TASK:
        return
    if said["nature"] == TaskReturn.Nature.NO_CHANGE:
        yield f"确认无变化：{said['no_change_reason']}"
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
