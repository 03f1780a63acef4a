"""The whole at a glance: what the overview page, its charts and the API show."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.http import urlencode

from agencies.models import Agency
from progress.models import Lamp, ReportingPeriod
from tasks.models import Chapter, Plan

from .filing import (
    ClassFiling,
    Filing,
    HeatMap,
    by_class,
    counted_by_period,
    heat_map_of,
    periods_counted,
    total,
)
from .standings import UNDECIDED, Standing, standings

# The order of a stacked bar, best first; "none" is 待审定.
LAMP_ORDER = (*Lamp.values, "none")


def lamp_label(code):
    return Lamp(code).label if code in Lamp.values else UNDECIDED


@dataclass(frozen=True)
class Kpi:
    """One number and the rows behind it: `page` is a URL name inside the frame, `query` its filters."""

    key: str
    label: str
    value: str
    unit: str
    page: str
    query: dict
    note: str = ""
    tone: str = ""

    @property
    def query_string(self) -> str:
        return f"?{urlencode(self.query)}"


@dataclass(frozen=True)
class ChapterFigures:
    """One 行动: how many tasks burn which lamp, and mean percent and expected percent of those measured.

    The means are over tasks of one quarter, never over years.
    """

    chapter: Chapter
    tasks: int
    lamps: dict[str, int]
    percent: Decimal | None
    expected: Decimal | None
    measured: int

    @property
    def behind(self) -> int:
        return self.lamps.get(Lamp.RED, 0) + self.lamps.get(Lamp.YELLOW, 0)


@dataclass(frozen=True)
class Overview:
    plan: Plan
    period: ReportingPeriod
    kpis: list[Kpi]
    filing: Filing
    filing_by_class: list[ClassFiling]
    lamps: dict[str, int]
    chapters: list[ChapterFigures]
    heat_map: HeatMap
    behind: list[Standing]
    moved_up: list[Standing]
    moved_down: list[Standing]
    pending: int
    unconfirmed: int
    stale: int
    standings: list[Standing]


def overview(plan, period, user, now, *, periods=None):
    """Everything the overview shows this person; a constant number of queries.

    periods: those of the plan, where they are at hand already.
    """
    rows = standings(plan, period, user, now)
    counted = counted_by_period(plan, period, user, now)
    agencies = Agency.objects.in_bulk(counted)
    current = {pk: by_period[period.pk] for pk, by_period in counted.items() if period.pk in by_period}
    filing = total(current.values())
    return Overview(
        plan=plan,
        period=period,
        kpis=_kpis(rows, filing, period, now),
        filing=filing,
        filing_by_class=by_class(current, agencies),
        lamps=lamp_counts(rows),
        chapters=by_chapter(rows),
        heat_map=heat_map_of(counted, periods_counted(counted, periods), agencies),
        behind=behind(rows),
        moved_up=[row for row in rows if row.change == "up"],
        moved_down=[row for row in rows if row.change == "down"],
        pending=sum(row.pending for row in rows),
        unconfirmed=sum(1 for row in rows if not row.lamp_confirmed),
        stale=sum(1 for row in rows if row.lamp_stale),
        standings=rows,
    )


def lamp_counts(rows):
    """{lamp or "none": number of tasks}, every lamp named, in the order of LAMP_ORDER."""
    counts = dict.fromkeys(LAMP_ORDER, 0)
    for row in rows:
        counts[row.lamp_code] += 1
    return counts


def by_chapter(rows):
    """The standings gathered by 行动, in order: [ChapterFigures]."""
    chapters = {}
    for row in rows:
        chapters.setdefault(row.task.chapter, []).append(row)
    return [
        _chapter(chapter, found) for chapter, found in sorted(chapters.items(), key=lambda x: x[0].number)
    ]


def behind(rows):
    """滞后: red before yellow, within each the widest gap first."""
    found = [row for row in rows if row.is_behind]
    return sorted(found, key=lambda row: (row.lamp != Lamp.RED, -(row.gap or 0), row.task.number))


def _chapter(chapter, rows):
    measured = [row for row in rows if row.percent is not None and row.expected is not None]
    return ChapterFigures(
        chapter=chapter,
        tasks=len(rows),
        lamps=lamp_counts(rows),
        percent=_mean([row.percent for row in measured]),
        expected=_mean([row.expected for row in measured]),
        measured=len(measured),
    )


def _mean(values):
    return (sum(values) / len(values)).quantize(Decimal("0.1")) if values else None


def _kpis(rows, filing, period, now):
    red = sum(1 for row in rows if row.lamp == Lamp.RED)
    late = sum(1 for row in rows if row.is_behind)
    rate = "—" if filing.on_time_rate is None else f"{filing.on_time_rate.normalize():f}"
    closed = period.is_overdue(now)
    return [
        Kpi(
            "owed",
            "应报",
            str(filing.owed),
            "项",
            "progress:returns",
            {"status": "owed"},
            f"免报 {filing.waived} 项" if filing.waived else "",
        ),
        Kpi(
            "reported",
            "已报出",
            str(filing.reported),
            "项",
            "progress:returns",
            {"status": "reported"},
            f"其中确认无变化 {filing.no_change} 项" if filing.no_change else "",
        ),
        Kpi(
            "unfiled",
            "未报",
            str(filing.unfiled),
            "项",
            "progress:returns",
            {"status": "unfiled"},
            f"其中逾期 {filing.overdue} 项" if filing.overdue else "",
            "red" if filing.overdue else "",
        ),
        Kpi(
            "on_time",
            "按时率",
            rate,
            "%" if filing.due else "",
            "progress:returns",
            {"status": "on_time"},
            f"按时 {filing.on_time} 项，迟报 {filing.late} 项"
            if closed or filing.late
            else f"按时 {filing.on_time} 项，尚未截止",
        ),
        Kpi(
            "under_review",
            "待审",
            str(filing.under_review),
            "项",
            "progress:returns",
            {"status": "under_review"},
            "办公室尚未审核，不计入进度" if filing.under_review else "",
        ),
        Kpi(
            "behind",
            "滞后任务",
            str(late),
            "项",
            "progress:register",
            {"lamp": "behind"},
            f"其中严重滞后 {red} 项" if late else "",
            "red" if red else "yellow" if late else "green",
        ),
    ]
