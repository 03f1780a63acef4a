"""单位季度进展表: everything one body reports for a period on one sheet with one sign-off line."""

from dataclasses import dataclass, field
from functools import cached_property

from agencies.models import Role
from agencies.permissions import why_not
from agencies.writing import some_of
from progress import content, paper, papers, permissions
from progress.models import ProgressReport, ReportVersion, SignedPaper
from tasks.models import AnnualGoal

State = ProgressReport.State
Kind = ProgressReport.Kind


@dataclass(frozen=True)
class Row:
    """One return on the sheet. said: its text as this person may read it, None where only the state is
    known; cells: {line key: text} of it; refusal: why this person cannot lay a signed sheet to it."""

    report: ProgressReport
    said: dict | None
    goal: AnnualGoal | None = None
    refusal: str = ""
    lines: list = field(default_factory=list)

    @property
    def cells(self):
        return {line.key: line.text for line in self.lines}

    @property
    def expected(self):
        """The cumulative percent expected by the end of the period, None without such a goal."""
        goal = self.goal
        if goal is None or goal.yearly_only or goal.measure != AnnualGoal.Measure.PERCENT:
            return None
        return goal.expected_percent(self.report.period.quarter)

    @property
    def paper(self):
        """The scan or letter the return stands on, once it is out."""
        return self.report.signed_paper if self.report.state in papers.OUT else None

    @property
    def takes_paper(self):
        return papers.takes_paper(self.report)

    @property
    def choice(self):
        """How the page names the row and the revision it showed."""
        return f"{self.report.pk}:{self.report.revision}"

    @property
    def awaits_signature(self):
        return self.report.state == State.AWAITING_APPROVAL


class QuarterSheet:
    """The sheet of a body for a period, as far as this person may read it."""

    def __init__(self, agency, period, user, now):
        self.agency, self.period, self.user, self.now = agency, period, user, now
        self.is_own = agency.pk in user.agency_ids(Role.REPORTER, Role.APPROVER)

    @cached_property
    def rows(self):
        """Every return of the body in the period that is owed or was written: 单位小结 apart."""
        reports = content.loaded(
            ProgressReport.objects.visible_to(self.user)
            .filter(agency=self.agency, period=self.period, waived_at__isnull=True)
            .select_related("signed_paper")
            .order_by("task__number", "pk")
        )
        frozen = {} if self.is_own else self._frozen(reports)
        goals = _goals(reports)
        rows = []
        for report in reports:
            said = content.snapshot(report) if self.is_own else frozen.get(report.pk)
            lines = paper.lines(said) if said else []
            refusal = self._why_no_paper(report) if self.is_own else ""
            rows.append(Row(report, said, goals.get(report.task_id), refusal, lines))
        return rows

    @property
    def led(self):
        return [row for row in self.rows if row.report.kind == Kind.TASK and not row.report.is_contribution]

    @property
    def contributed(self):
        return [row for row in self.rows if row.report.is_contribution]

    @property
    def summaries(self):
        return [row for row in self.rows if row.report.kind != Kind.TASK]

    @property
    def to_sign(self):
        """Rows a signed sheet can be laid to now, by this person or another of the body."""
        return [row for row in self.rows if row.takes_paper]

    @property
    def signable(self):
        return [row for row in self.to_sign if not row.refusal]

    @property
    def ticked(self):
        """The rows a scan is taken to cover until somebody says otherwise: what awaits a signature; where
        nothing does, everything it can be laid to."""
        awaiting = [row for row in self.signable if row.awaits_signature]
        return [row.choice for row in awaiting or self.signable]

    @property
    def refusals(self):
        """Why rows cannot be signed off by this person: [(reason, rows)]."""
        refused = {}
        for row in self.to_sign:
            if row.refusal:
                refused.setdefault(row.refusal, []).append(row)
        return list(refused.items())

    @cached_property
    def scans(self):
        """The signed sheets of the body and period this person may have: [(paper, rows it covers)]."""
        kept = SignedPaper.objects.filter(agency=self.agency, period=self.period).select_related(
            "uploaded_by"
        )
        kept = kept.exclude(kind=SignedPaper.Kind.BASIS).order_by("uploaded_at", "pk")
        covered = {}
        for row in self.rows:
            if row.paper:
                covered.setdefault(row.paper.pk, []).append(row)
        if self.is_own:
            return [(scan, covered.get(scan.pk, [])) for scan in kept]
        secret = self._of_what_one_may_not_know()
        return [(scan, covered[scan.pk]) for scan in kept if scan.pk in covered and scan.pk not in secret]

    @property
    def sign_off(self):
        """The one line under the sheet: {填报人 …: text}; empty where it is to be written by hand."""
        said = [row.said for row in self.rows if row.said]
        out = [row.report for row in self.rows if row.report.state in papers.OUT]
        complete = bool(out) and len(out) == len(self.rows)
        signers = [each.signer for each in out]
        return {
            "filled_by": _together(each.get("filled_by") for each in said),
            "phone": _together(each.get("phone") for each in said),
            "approver": _together(signers) if complete else "",
            "head": _together(each.get("head") for each in said),
            "day": max(each.left_at for each in out) if complete else None,
        }

    def _of_what_one_may_not_know(self):
        known = ProgressReport.objects.visible_to(self.user)
        hidden = ProgressReport.objects.filter(agency=self.agency, period=self.period).exclude(
            pk__in=known.values("pk")
        )
        return set(hidden.values_list("signed_paper", flat=True))

    def _frozen(self, reports):
        readable = [each for each in reports if permissions.content_for(self.user, each)]
        versions = ReportVersion.objects.newest().filter(report__in=readable)
        return dict(versions.values_list("report", "content"))

    def _why_no_paper(self, report):
        """Asked once for all returns that the rules cannot tell apart."""
        shut = why_not(permissions.check_not_locked, report, self.now)
        case = (report.state in papers.OUT, report.submitted_by_id == self.user.pk, shut)
        if case not in self._known_refusals:
            self._known_refusals[case] = why_not(papers.check_sign, self.user, report, self.now)
        return self._known_refusals[case]

    @cached_property
    def _known_refusals(self):
        return {}


def may_see(user, agency):
    """Whether the sheet of a body is this person's to open: its own people's and the office's."""
    return user.has_role(Role.OFFICE) or agency.pk in user.agency_ids(Role.REPORTER, Role.APPROVER)


def as_text(row):
    """A row in the columns of the sheet, and its state; a unit's summary has all its words in one cell."""
    report = row.report
    state = report.state_word
    if report.task_id is None:
        told = "\n".join(f"{line.label}：{line.text}" for line in row.lines)
        return [None, report.subject, "", told, "", "", "", "", _files(row), state]
    cells = row.cells
    told = cells.get("nature") or cells.get("progress", "")
    request = cells.get("request")
    return [
        report.task.number,
        report.task.title,
        _goal_text(row),
        _lines(told, cells.get("nodes"), cells.get("project_updates")),
        _lines(f"完成率 {cells['percent']}" if cells.get("percent") else "", cells.get("target_values")),
        _lines(cells.get("problem"), f"需协调：{request}" if request else ""),
        cells.get("next_steps", ""),
        cells.get("experience", ""),
        _files(row),
        state,
    ]


def _goal_text(row):
    if row.goal is None:
        return "目标未定"
    if row.goal.yearly_only:
        return f"{row.goal.statement}（年度指标）"
    pace = "" if row.expected is None else f"（序时要求 {content.number(row.expected)}%）"
    return row.goal.statement + pace


def _files(row):
    return "\n".join(file["name"] for file in (row.said or {}).get("attachments", ()))


def _lines(*texts):
    return "\n".join(filter(None, texts))


def _goals(reports):
    """{task id: the confirmed goal its return answers to}, in one query."""
    goals = AnnualGoal.objects.confirmed().filter(
        task__in={each.task_id for each in reports if each.task_id},
        year__in={each.period.year for each in reports},
    )
    bodies = {each.agency_id for each in reports}
    found = {}
    for goal in sorted(goals, key=lambda each: each.agency_id is not None):
        if goal.agency_id is None or goal.agency_id in bodies:
            found[goal.task_id] = goal
    return found


def _together(words, most=3):
    """Each once, in order, a few joined by 、."""
    return some_of(list(dict.fromkeys(filter(None, words))), most)
