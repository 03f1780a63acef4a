"""All bodies' 年度落实情况报告 of a year in one zip, one Word document after the other.

What is read stays small whatever the number of bodies: the figures of all in three queries, then a few
versions at a time while their documents are built and handed on. The list inside says who is missing.
"""

import re
import zipfile

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from agencies.spreadsheets import Column, list_workbook
from progress import units
from progress.annual_figures import OwnFigures, own_figures
from progress.annual_paper import filename, paper_of, word_of
from progress.models import ProgressReport, ReportVersion

State = ProgressReport.State
INSIDE = (State.UNDER_REVIEW, State.ACCEPTED)
LIST_NAME = "00 报送情况.xlsx"
# What Windows, macOS and WPS refuse in the name of a file.
FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')
LONGEST_NAME = 80
AT_ONCE = 4  # versions read at a time
COLUMNS = (
    *(Column("序号", 7), Column("单位", 28), Column("状态", 16), Column("应报时间", 18)),
    *(Column("报送时间", 18), Column("是否迟报", 10), Column("本压缩包内的文件", 52)),
)


class _Sink:
    """What a zip file is written to: holds what was written since the last `taken`, and only that."""

    def __init__(self):
        self._parts, self._at = [], 0

    def write(self, data):
        self._parts.append(bytes(data))
        self._at += len(data)
        return len(data)

    def tell(self):
        return self._at

    def flush(self):
        pass

    def taken(self):
        parts, self._parts = self._parts, []
        return b"".join(parts)


def reports_of(period):
    """The annual reports owed for a year, in official order, each with its body and its last version's
    number."""
    last = ReportVersion.objects.filter(report=OuterRef("pk")).order_by("-number").values("pk")[:1]
    rows = period.reports.filter(kind=ProgressReport.Kind.UNIT, owed=True)
    rows = rows.select_related("agency", "period__plan", "approved_by", "signed_paper")
    rows = rows.annotate(last_version=Subquery(last))
    return rows.order_by("agency__order", "agency__code")


def is_inside(report):
    """Whether the zip has the report: it has left its body and did not come back."""
    return report.state in INSIDE and report.waived_at is None and report.last_version is not None


def stream(period, user, now):
    """The zip in pieces, as a response streams them: the list, then the documents in official order.

    user: decides on what may be known of sensitive tasks. The same reports give the same documents; their
    times in the zip are when they left.
    """
    reports = list(reports_of(period))
    names = names_of(reports)
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(LIST_NAME, now), list_of(period, reports, names, now))
        yield sink.taken()
        unknown = units.unknown_to(user)
        inside = {report.last_version: report for report in reports if report.pk in names}
        versions = ReportVersion.objects.filter(pk__in=inside)
        # Frozen before versions kept their tables: their figures are those of now.
        bare = versions.exclude(content__has_key="paper")
        figures = own_figures(period, list(bare.values_list("report__agency", flat=True)))
        versions = versions.order_by("report__agency__order", "report__agency__code")
        for version in versions.iterator(chunk_size=AT_ONCE):
            report = inside[version.pk]
            own = figures.get(report.agency_id) or OwnFigures()
            content = _document(report, version, own, user, unknown)
            archive.writestr(_entry(names[report.pk], report.left_at), content)
            yield sink.taken()
    yield sink.taken()


def _document(report, version, figures, user, unknown):
    said = units.readable_part(user, report, version.content, unknown)
    figures = figures.without({number for plan, number in unknown if plan == report.period.plan.code})
    return word_of(paper_of(report, said, figures, is_draft=False, left_at=report.left_at))


def names_of(reports):
    """{report id: its file's name}, each once, of those inside; safe on every system."""
    names, place = {}, 0
    for report in reports:
        if is_inside(report):
            place += 1
            waiting = "（待审核）" if report.state == State.UNDER_REVIEW else ""
            base = FORBIDDEN.sub("", filename(report)).strip(" .")[:LONGEST_NAME]
            names[report.pk] = f"{place:02d} {base}{waiting}.docx"
    return names


def list_of(period, reports, names, now):
    """报送情况 as Excel: every body that owes the report, who is missing first said by its state."""
    rows = [
        [
            number,
            report.agency.name,
            "免报" if report.waived_at else report.state_word,
            report.due_at,
            report.left_at,
            "是" if report.is_late(now) else "",
            names.get(report.pk, "") or "（未收录：尚未报出或已退回）" * (report.waived_at is None),
        ]
        for number, report in enumerate(reports, start=1)
    ]
    title = f"{period.label}落实情况报告报送情况"
    note = f"{period.plan.title}，应报 {len(reports)} 家，收录 {len(names)} 家"
    return list_workbook(title, COLUMNS, rows, note=note)


def _entry(name, at):
    local = timezone.localtime(at)
    info = zipfile.ZipInfo(name, local.timetuple()[:6] if local.year >= 1980 else (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def archive_name(period):
    """What the zip is called, without its ending."""
    return f"{period.plan.code} {period.year}年度各单位落实情况报告"
