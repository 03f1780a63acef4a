"""Who has reported: the counts, and the conditions behind them. Every count has its rows and no other.

应报 = 已报 + 确认无变化 + 未报 + 免报. 按时率 = 按时（已报 + 无变化）÷（应报 − 免报）. “Reported” is
having left the body; a return sent back keeps the time it first left.
"""

from collections import defaultdict
from dataclasses import dataclass, fields
from decimal import Decimal

from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import ExtractYear
from django.utils import timezone

from agencies.dating import in_force
from agencies.models import Agency, Post, Role
from progress.models import ProgressReport, ReportingPeriod, ReportStep, TaskReturn

State = ProgressReport.State

GROUP_LABELS = {
    "owed": "应报",
    "reported": "已报出（含无变化）",
    "filed": "已报",
    "no_change": "确认无变化",
    "unfiled": "未报",
    "waived": "免报",
    "on_time": "按时",
    "late": "迟报",
    "overdue": "逾期未报",
    "draft": "填报中",
    "awaiting_approval": "待本单位审签",
    "under_review": "待办公室审核",
    "returned": "已退回",
    "accepted": "已采用",
}
CLASSES = ("县区", "市管园区", "市直及党群部门", "中省直（垂管）单位")
# How an address names a class.
CLASS_CODES = dict(zip(("county", "park", "municipal", "provincial"), CLASSES, strict=True))


def conditions(now):
    """{group: the condition on ProgressReport that makes its rows}; groups are those of GROUP_LABELS.

    确认无变化 goes by what left the body, not by what is being rewritten there. Material for a lead is late
    or on time by the same rule.
    """
    due = Q(owed=True, waived_at__isnull=True)
    left = due & Q(left_at__isnull=False)
    unfiled = due & Q(left_at__isnull=True)
    no_change = Q(left_nature=TaskReturn.Nature.NO_CHANGE)
    return {
        "owed": Q(owed=True),
        "reported": left,
        "filed": left & ~no_change,
        "no_change": left & no_change,
        "unfiled": unfiled,
        "waived": Q(owed=True, waived_at__isnull=False),
        "on_time": left & (Q(due_at__isnull=True) | Q(left_at__lte=F("due_at"))),
        "late": left & Q(left_at__gt=F("due_at")),
        "overdue": unfiled & Q(due_at__lt=now),
        "draft": unfiled & Q(state=State.DRAFT),
        "awaiting_approval": due & Q(state=State.AWAITING_APPROVAL),
        "under_review": due & Q(state=State.UNDER_REVIEW),
        "returned": due & Q(state=State.RETURNED),
        "accepted": due & Q(state=State.ACCEPTED),
    }


def outcome(now):
    """An annotation of ProgressReports: which group of OUTCOMES each is in, "" where it is not due yet."""
    groups = conditions(now)
    told = [When(groups[name], then=Value(name)) for name in OUTCOMES]
    return Case(*told, default=Value(""), output_field=CharField())


# What becomes of what is owed; every row is in one of these groups at most.
OUTCOMES = ("waived", "on_time", "late", "overdue")


@dataclass(frozen=True)
class Filing:
    """Numbers of returns, by what became of them (see GROUP_LABELS)."""

    owed: int = 0
    reported: int = 0
    filed: int = 0
    no_change: int = 0
    unfiled: int = 0
    waived: int = 0
    on_time: int = 0
    late: int = 0
    overdue: int = 0
    draft: int = 0
    awaiting_approval: int = 0
    under_review: int = 0
    returned: int = 0
    accepted: int = 0

    def __add__(self, other):
        return Filing(
            **{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        )

    @property
    def due(self) -> int:
        """应报 − 免报."""
        return self.owed - self.waived

    @property
    def on_time_rate(self) -> Decimal | None:
        """Percent (0–100), one decimal; None where nothing was due."""
        return (Decimal(100 * self.on_time) / self.due).quantize(Decimal("0.1")) if self.due else None

    @property
    def reported_rate(self) -> Decimal | None:
        """Percent (0–100) of what was due that has left its body."""
        return (Decimal(100 * self.reported) / self.due).quantize(Decimal("0.1")) if self.due else None


def total(filings):
    """The sum of any number of Filings."""
    return sum(filings, start=Filing())


@dataclass(frozen=True)
class AgencyFiling:
    """A body's counts in one period."""

    agency: Agency
    filing: Filing


@dataclass(frozen=True)
class ClassFiling:
    """One of the four classes, its bodies in official order, and their sum. Classes stand apart."""

    name: str
    rows: list[AgencyFiling]

    @property
    def code(self) -> str:
        return next(code for code, name in CLASS_CODES.items() if name == self.name)

    @property
    def filing(self) -> Filing:
        return total(row.filing for row in self.rows)


def class_of(agency):
    """The class a body is counted in: one of CLASSES."""
    if agency.vertical or agency.kind == Agency.Kind.PROVINCIAL:
        return CLASSES[3]
    return {Agency.Kind.COUNTY: CLASSES[0], Agency.Kind.PARK: CLASSES[1]}.get(agency.kind, CLASSES[2])


def bodies_of_class(code):
    """The condition on Agency that `class_of` gives the class of this code (a key of CLASS_CODES)."""
    provincial = Q(vertical=True) | Q(kind=Agency.Kind.PROVINCIAL)
    own_kind = {"county": Agency.Kind.COUNTY, "park": Agency.Kind.PARK}
    if code == "provincial":
        return provincial
    if code in own_kind:
        return ~provincial & Q(kind=own_kind[code])
    return ~provincial & ~Q(kind__in=own_kind.values())


def counted_for(user):
    """The returns a person's counts are made of: all for the office and leaders, else their own bodies'.

    Contributions are owed to leads, not to the office, and are counted in figures.contributions. Leaders
    read accepted returns only, but who has reported is theirs to know.
    """
    rows = ProgressReport.objects.to_office().known_to(user)
    if user.has_role(Role.OFFICE, Role.LEADER):
        return rows
    return rows.of_own(user)


def filing(plan, period, user, now):
    """The counts of one period as one Filing; one query."""
    rows = counted_for(user).filter(period=period, period__plan=plan)
    return _filing(rows.aggregate(**_counts(now)))


def filing_by_agency(plan, period, user, now, *, agencies=None):
    """The counts of one period per body, the four classes apart: [ClassFiling]; two queries.

    agencies: a queryset to take the bodies from, with what else is to be known of them.
    """
    rows = counted_for(user).filter(period=period, period__plan=plan, owed=True).values("agency")
    counted = {row["agency"]: _filing(row) for row in rows.annotate(**_counts(now)).order_by("agency")}
    return by_class(counted, (Agency.objects if agencies is None else agencies).in_bulk(counted))


def sent_back_by_agency(plan, period, user):
    """退回: {agency id: how often the office sent a return of this period back}; one query."""
    steps = ReportStep.objects.sent_back().filter(
        report__in=counted_for(user).filter(period=period, period__plan=plan, owed=True)
    )
    counted = steps.values("report__agency").annotate(times=Count("pk")).order_by("report__agency")
    return {row["report__agency"]: row["times"] for row in counted}


def by_class(counted, agencies):
    """{agency id: Filing} as [ClassFiling]; classes without any body are left out."""
    classes = defaultdict(list)
    for agency in sorted(agencies.values(), key=lambda each: (each.order, each.code)):
        if agency.pk in counted:
            classes[class_of(agency)].append(AgencyFiling(agency, counted[agency.pk]))
    return [ClassFiling(name, classes[name]) for name in CLASSES if classes[name]]


# A count may not be called like a field (`owed`), or the next condition would ask the count.
COUNT_OF = "count_of_"


def _counts(now):
    return {f"{COUNT_OF}{name}": Count("pk", filter=condition) for name, condition in conditions(now).items()}


def _filing(row):
    return Filing(**{each.name: row[COUNT_OF + each.name] for each in fields(Filing)})


# --- the heat map: agency × quarter --------------------------------------------------------------


@dataclass(frozen=True)
class HeatCell:
    """A body's filing in one quarter, and the one word for it.

    status: missing, late, awaiting (not due yet), no-change, on-time, waived, not-due (nothing owed).
    """

    period: ReportingPeriod
    filing: Filing

    @property
    def status(self) -> str:
        if not self.filing.due:
            return "waived" if self.filing.waived else "not-due"
        if self.filing.overdue:
            return "missing"
        if self.filing.late:
            return "late"
        if self.filing.unfiled:
            return "awaiting"
        return "no-change" if self.filing.no_change == self.filing.due else "on-time"

    @property
    def word(self) -> str:
        """The figure in the cell, readable without its colour."""
        filing = self.filing
        shares = f"{filing.reported}/{filing.due}"
        return {
            "not-due": "—",
            "waived": "免报",
            "missing": f"{shares} 未报",
            "late": f"{shares} 迟",
            "awaiting": shares,
            "no-change": f"{shares} 无变化",
            "on-time": shares,
        }[self.status]

    @property
    def sentence(self) -> str:
        """For tooltips and screen readers."""
        filing = self.filing
        if not filing.due:
            return "免报" if filing.waived else "无应报事项"
        said = [f"应报 {filing.due} 项", f"已报 {filing.reported} 项"]
        said += [f"迟报 {filing.late} 项"] if filing.late else []
        said += [f"逾期未报 {filing.overdue} 项"] if filing.overdue else []
        said += [f"未到期 {filing.unfiled - filing.overdue} 项"] if filing.unfiled > filing.overdue else []
        said += [f"被退回 {filing.returned} 项"] if filing.returned else []
        return "，".join(said)


@dataclass(frozen=True)
class HeatRow:
    agency: Agency
    cells: list[HeatCell]


@dataclass(frozen=True)
class HeatMap:
    """Bodies (classes apart) by quarters, oldest first: [(class name, [HeatRow])]."""

    periods: list[ReportingPeriod]
    classes: list[tuple[str, list[HeatRow]]]

    @property
    def is_empty(self) -> bool:
        return not self.classes


def heat_map(plan, period, user, now, *, agency=None, periods=None):
    """How punctual each body was, quarter by quarter, up to and including `period`; three queries.

    agency: this body alone; periods: those of the plan, where they are at hand. Each saves a query.
    """
    counted = counted_by_period(plan, period, user, now, agency=agency)
    bodies = Agency.objects.in_bulk(counted) if agency is None else dict.fromkeys(counted, agency)
    return heat_map_of(counted, periods_counted(counted, periods), bodies)


def periods_counted(counted, periods=None):
    """The periods of what `counted_by_period` gave, oldest first; taken from `periods` where given."""
    wanted = {key for by_period in counted.values() for key in by_period}
    if periods is None:
        periods = ReportingPeriod.objects.filter(pk__in=wanted)
    found = (each for each in periods if each.pk in wanted)
    return sorted(found, key=lambda each: (each.ends_on, each.is_annual))


def counted_by_period(plan, period, user, now, *, agency=None):
    """{agency id: {period id: Filing}} of everything owed up to `period`; one query."""
    rows = counted_for(user).filter(period__plan=plan, period__ends_on__lte=period.ends_on, owed=True)
    if agency is not None:
        rows = rows.filter(agency=agency)
    counted = defaultdict(dict)
    for row in rows.values("agency", "period").annotate(**_counts(now)).order_by("agency", "period"):
        counted[row["agency"]][row["period"]] = _filing(row)
    return counted


def heat_map_of(counted, periods, agencies):
    """A HeatMap from what `counted_by_period` gave; empty quarters of a body are Filings of nothing."""
    classes = defaultdict(list)
    for agency in sorted(agencies.values(), key=lambda each: (each.order, each.code)):
        cells = [HeatCell(each, counted[agency.pk].get(each.pk, Filing())) for each in periods]
        classes[class_of(agency)].append(HeatRow(agency, cells))
    return HeatMap(periods, [(name, classes[name]) for name in CLASSES if classes[name]])


# --- 未报清单 --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unreported:
    """A line of the 未报清单: 单位｜任务｜报告期｜应报时间｜逾期天数｜填报人｜联系电话｜已催报次数."""

    report: ProgressReport
    days_overdue: int
    filled_by: str
    phone: str
    reminded: int = 0

    @property
    def agency(self):
        return self.report.agency

    @property
    def task(self):
        return self.report.task

    @property
    def due_at(self):
        return self.report.due_at


# How often reports were urged, as the app that urges counts it: functions (ids of reports) -> {id: number}.
URGED = []


def unreported(plan, period, user, now):
    """未报 rows of a period in official order of bodies; days overdue are calendar days begun. Two queries,
    and those of `URGED`."""
    rows = list(
        counted_for(user)
        .filter(conditions(now)["unfiled"], period=period, period__plan=plan)
        .select_related("agency", "task", "period")
        .order_by("agency__order", "task__number")
    )
    reporters = _reporters({row.agency_id for row in rows}, user.successions, now)
    urged = {}
    for counted in URGED:
        urged |= counted([row.pk for row in rows])
    return [_unreported(row, reporters.get(row.agency_id), urged.get(row.pk, 0), now) for row in rows]


def _unreported(report, reporter, reminded, now):
    return Unreported(
        report=report,
        days_overdue=days_overdue(report.due_at, now),
        filled_by=reporter.full_name if reporter else "",
        phone=reporter.phone if reporter else "",
        reminded=reminded,
    )


def days_overdue(due_at, now):
    """Days begun since the due instant: 0 until then, 1 from the first second after it."""
    if due_at is None or now <= due_at:
        return 0
    return (now - due_at).days + 1


def _reporters(agency_ids, successions, now):
    """{agency id: a person who fills in returns for it today}, its successor's people where it has none.

    successions: (predecessor id, successor id) pairs, as the asking person has them at hand.
    """
    successors = [(old, new) for old, new in successions if old in agency_ids]
    posts = Post.objects.filter(
        in_force(timezone.localdate(now)),
        agency__in={*agency_ids, *(new for _, new in successors)},
        role=Role.REPORTER,
        user__is_active=True,
    )
    found = {post.agency_id: post.user for post in posts.select_related("user").order_by("-user__username")}
    return {old: found[new] for old, new in successors if new in found} | found


def filing_by_year(plan, user, now):
    """The counts of each year of a plan, {year: Filing}, its quarters and its year end together, as far as
    they were due by `now` or have left; 补录 periods are left out: their dates are not of the time. One
    query.
    """
    settled = Q(due_at__lt=now) | Q(left_at__isnull=False) | Q(waived_at__isnull=False)
    rows = counted_for(user).of_their_time().filter(settled, period__plan=plan)
    counted = rows.values(year=ExtractYear("period__starts_on")).annotate(**_counts(now)).order_by("year")
    return {row["year"]: _filing(row) for row in counted}
