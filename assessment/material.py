"""What a report may be made of: everything accepted by an instant, read once, in a fixed number of queries.

Texts come from frozen versions, so that a run that was cut off and goes on later reads the same words. What
was accepted after `as_of` is not in it, nor what had been reopened by then. Sensitive tasks are left out as
if they were not there: their returns, verdicts, targets and projects, and every paragraph that names one.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import F, OuterRef, Subquery

from assessment.spans import Span
from progress import figures
from progress.meetings import the_room
from progress.models import ProgressReport, ReportStep, ReportVersion, TaskReturn, TaskVerdict
from tasks.models import Assignment, Task

Kind = ProgressReport.Kind
NO_CHANGE = TaskReturn.Nature.NO_CHANGE


@dataclass(frozen=True)
class Told:
    """An accepted report as its version said it. task: its number, None for a unit's own; order: the place of
    the body in the clause, then in official order; said: the frozen content."""

    report: int
    version: int
    kind: str
    task: int | None
    agency: str
    agency_name: str
    order: tuple
    period: str
    ends_on: date
    said: dict

    @property
    def is_annual(self) -> bool:
        return len(self.period) == 4

    @property
    def is_no_change(self) -> bool:
        return self.said.get("nature") == NO_CHANGE

    def source(self, task=None) -> dict:
        """Where words of it come from, as ReportParagraph.sources names it."""
        return {
            "task": self.task if task is None else task,
            "agency": self.agency,
            "agency_name": self.agency_name,
            "period": self.period,
            "version": self.version,
            "report": self.report,
        }


@dataclass(frozen=True)
class Verdict:
    """A confirmed text of a task: sentences with their sources (see progress.verdict_text)."""

    task: int
    period: str
    text: str
    sources: list
    is_rewritten: bool


class Material:
    """All that a report on `span` is made of, as of `as_of`; asked for when it is needed, each once."""

    def __init__(self, span: Span, as_of):
        self.span, self.as_of = span, as_of
        self.plan = span.period.plan
        # What everybody reading a report may know: no sensitive task, nothing unconfirmed.
        self.reader = the_room()

    @cached_property
    def tasks(self):
        """The tasks that may be named, in the plan's order."""
        known = Task.objects.filter(plan=self.plan).public()
        return list(known.select_related("chapter").order_by("number"))

    @cached_property
    def chapters(self):
        """[(Chapter, its tasks)] in order."""
        found = {}
        for task in self.tasks:
            found.setdefault(task.chapter, []).append(task)
        return sorted(found.items(), key=lambda each: each[0].number)

    @cached_property
    def numbers(self):
        return {task.number for task in self.tasks}

    @cached_property
    def secret(self):
        """Numbers of the tasks nobody is to read of here."""
        return set(Task.objects.filter(plan=self.plan, is_sensitive=True).values_list("number", flat=True))

    @cached_property
    def periods(self):
        """{code: ReportingPeriod} of what the span covers, as far as the plan has them."""
        found = self.plan.periods.filter(code__in=self.span.codes).order_by("ends_on", "-starts_on")
        periods = {each.code: each for each in found}
        for each in periods.values():
            each.plan = self.plan
        return periods

    @cached_property
    def ruling(self):
        """The quarter whose lamps and latest words count: the newest with a confirmed lamp, before there is
        any the newest with an accepted return, else the last one the plan has; None of none."""
        confirmed = self._with_lamps
        accepted = {told.period for told in self.returns}
        quarters = [code for code in self.span.quarters if code in self.periods]
        for codes in (confirmed, accepted, set(quarters)):
            found = [code for code in quarters if code in codes]
            if found:
                return self.periods[found[-1]]
        return None

    @cached_property
    def quarters(self):
        """Codes of the quarters up to the ruling one, the newest first: where words are looked for."""
        codes = [code for code in self.span.quarters if code in self.periods]
        until = codes.index(self.ruling.code) + 1 if self.ruling else 0
        return tuple(reversed(codes[:until]))

    @cached_property
    def standings(self):
        """How each task stands at the end of the ruling quarter; lamps confirmed later do not count yet."""
        if self.ruling is None:
            return []
        return figures.standings(self.plan, self.ruling, self.reader, self.as_of)

    # --- what was said -----------------------------------------------------------------------------

    @cached_property
    def returns(self):
        """Accepted returns of leads within the span, in the order of tasks, clause and quarters."""
        return [told for told in self._told if told.task is not None and told.period in self.span.quarters]

    @cached_property
    def earlier_returns(self):
        """Accepted returns of leads from the plan's beginning to the span's end, oldest first."""
        return sorted((told for told in self._told if told.task is not None), key=lambda each: each.ends_on)

    @cached_property
    def summaries(self):
        """The newest accepted report of each unit within the span, in official order."""
        newest = {}
        for told in self._told:
            if told.kind == Kind.UNIT and told.period in self.span.codes:
                before = newest.get(told.agency)
                if before is None or _age(before) < _age(told):
                    newest[told.agency] = told
        return sorted(newest.values(), key=lambda each: each.order)

    @cached_property
    def returns_of(self):
        """{(task number, quarter): its Told, in the order of the clause}."""
        found = defaultdict(list)
        for told in self.returns:
            found[told.task, told.period].append(told)
        return found

    @cached_property
    def led_by(self):
        """{task number: codes of the bodies that lead it or ever led it}."""
        found = defaultdict(set)
        leads = Assignment.objects.filter(task__plan=self.plan, role=Assignment.Role.LEAD)
        for number, code in leads.values_list("task__number", "agency__code"):
            found[number].add(code)
        return found

    @cached_property
    def verdicts(self):
        """{(task number, quarter): Verdict} of the texts confirmed by then that still stand."""
        rows = self._confirmed.filter(stale_at__isnull=True).exclude(text="")
        found = rows.values_list("task__number", "period__code", "text", "sources", "is_rewritten")
        return {(row[0], row[1]): Verdict(*row) for row in found}

    @cached_property
    def lamped(self):
        """Numbers of the tasks whose lamp of the ruling quarter was confirmed by then."""
        if self.ruling is None:
            return set()
        return set(self._confirmed.filter(period=self.ruling).values_list("task__number", flat=True))

    @property
    def _confirmed(self):
        return TaskVerdict.objects.filter(
            period__plan=self.plan,
            period__code__in=self.span.quarters,
            task__is_sensitive=False,
            confirmed_at__lte=self.as_of,
        )

    @cached_property
    def _with_lamps(self):
        return set(self._confirmed.order_by().values_list("period__code", flat=True).distinct())

    @cached_property
    def _told(self):
        """Everything accepted from the plan's beginning to the span's end, but supporters' contributions."""
        steps = ReportStep.objects.filter(report=OuterRef("report"), at__lte=self.as_of)
        versions = ReportVersion.objects.filter(report=OuterRef("report"), frozen_at__lte=self.as_of)
        rows = (
            ReportVersion.objects.filter(
                report__period__plan=self.plan,
                report__period__ends_on__lte=self.span.period.ends_on,
                number=Subquery(versions.order_by("-number").values("number")[:1]),
            )
            .exclude(report__kind=Kind.TASK, report__role=Assignment.Role.SUPPORT)
            .exclude(report__task__is_sensitive=True)
            .annotate(stood=Subquery(steps.order_by("-at", "-pk").values("to_state")[:1]))
            .filter(stood=ProgressReport.State.ACCEPTED)
            .order_by(
                *(F("report__task__number").asc(nulls_last=True), "report__period__ends_on"),
                *("report__order", "report__agency__order", "report__agency__code", "report"),
            )
            .values_list(*TOLD)
        )
        return [_told(*row) for row in rows]


TOLD = (
    *("report", "number", "report__kind", "report__task__number"),
    *("report__agency__code", "report__agency__name", "report__order", "report__agency__order"),
    *("report__period__code", "report__period__ends_on", "content"),
)


def _told(report, version, kind, task, code, name, order, place, period, ends_on, said):
    return Told(report, version, kind, task, code, name, (order, place, code), period, ends_on, said)


def _age(told):
    """The year's own report is newer than a quarter's that ends on the same day."""
    return (told.ends_on, told.is_annual)
