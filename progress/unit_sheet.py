"""What one needs in view to fill in or decide a unit's summary: its 行动 and tasks, last quarter's words."""

from dataclasses import dataclass, field
from functools import cached_property

from progress import completeness, history, paragraphs
from progress.models import ProgressReport, ReportVersion
from progress.sheet import Sheet
from progress.unit_advice import advice
from tasks.models import Chapter

# Places for paragraphs the form has beyond those written, and at least.
SPARE, LEAST = 2, 3


@dataclass
class ChapterPart:
    """One 行动 of the summary: the tasks the unit may name there, and the paragraphs by their place."""

    chapter: Chapter
    tasks: list = field(default_factory=list)
    written: dict = field(default_factory=dict)
    carried: list = field(default_factory=list)

    @property
    def places(self):
        """The places the form offers: those written or carried, and some more."""
        used = max([len(self.carried), *(place + 1 for place in self.written)], default=0)
        return range(min(max(used + SPARE, LEAST), paragraphs.MOST))


class UnitSheet(Sheet):
    """A unit's summary (as `content.load` gives it) with what stands around it; each part once."""

    @property
    def is_annual(self):
        return self.report.period.is_annual

    @property
    def learns(self):
        """Whether 对标学习杭州情况 is asked: of counties and parks, for the year."""
        return self.is_annual and completeness.learns(self.report.agency, self.report.period)

    @cached_property
    def tasks(self):
        """The tasks the unit may name, by number."""
        return list(paragraphs.tasks_concerning(self.report))

    @cached_property
    def chapters(self):
        """The 行动 of the form: those the unit has tasks in or has written of, all where it has no tasks."""
        parts = {}
        for task in self.tasks:
            parts.setdefault(task.chapter_id, ChapterPart(task.chapter)).tasks.append(task)
        for row in self.report.paragraphs.all():
            parts.setdefault(row.chapter_id, ChapterPart(row.chapter)).written[row.order] = row
        if not self.tasks:
            for chapter in self.report.period.plan.chapters.all():
                parts.setdefault(chapter.pk, ChapterPart(chapter))
        for part in parts.values():
            part.carried = self._carried_paragraphs.get(part.chapter.number, [])
            self._keep_named(part)
        return sorted(parts.values(), key=lambda part: part.chapter.number)

    def _keep_named(self, part):
        """A task a paragraph names stays on offer, also where the duty has ended since."""
        there = {task.pk for task in part.tasks}
        named = {task.pk: task for row in part.written.values() for task in row.tasks.all()}
        others = [task for key, task in named.items() if key not in there]
        part.tasks = sorted([*part.tasks, *others], key=lambda task: task.number)

    # --- what was said before ---------------------------------------------------------------------

    @cached_property
    def carried(self):
        """Last time's words by field, for “带入”: what is empty there is left out."""
        if self.previous is None:
            return {}
        said = self.previous.unit_return
        return {name: getattr(said, name) for name in history.CARRIED_OF_UNIT if getattr(said, name)}

    @cached_property
    def _carried_paragraphs(self):
        """{chapter number: [{text, tasks}]} of last time; for a year without any, of the unit's own task
        returns of that year, so that what was reported once need not be written again."""
        rows = self.previous_said["paragraphs"] if self.previous else self.own_returns
        found = {}
        for row in rows:
            found.setdefault(row["chapter"], []).append(row)
        return {number: rows[: paragraphs.MOST] for number, rows in found.items()}

    @cached_property
    def own_returns(self):
        """For the year: the unit's last word on each task it leads, as it left: [{chapter, text, tasks}]."""
        if not self.is_annual:
            return []
        period = self.report.period
        versions = ReportVersion.objects.filter(
            report__agency=self.report.agency_id,
            report__kind=ProgressReport.Kind.TASK,
            report__period__plan=period.plan_id,
            report__period__starts_on__gte=period.starts_on,
            report__period__ends_on__lte=period.ends_on,
            report__left_at__isnull=False,
        )
        chapters = {task.number: task.chapter.number for task in self.tasks}
        last = {}
        for said in versions.order_by("report__period__ends_on", "number").values_list("content", flat=True):
            if said["progress"] and said["task"]["number"] in chapters:
                last[said["task"]["number"]] = said["progress"]
        return [
            {"chapter": chapters[number], "text": text, "tasks": [number]}
            for number, text in sorted(last.items())
        ]

    @property
    def carries_own_returns(self):
        """Whether what can be carried in are the unit's own returns, not an earlier summary."""
        return self.previous is None and bool(self.own_returns)

    # --- a colleague's eye ------------------------------------------------------------------------

    def advice(self):
        """Advice on what stands there: {name of the form's field: sentence}."""
        return self._advice

    @cached_property
    def _advice(self):
        return advice(self.report, self.previous_said)
