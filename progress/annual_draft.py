"""起草 of a body's 年度落实情况报告 from what it reported and what was accepted in the year (plan clause R8).

The draft is an offer, section by section: the clerk takes what is wanted, what is typed already is never
touched, and every section says which returns it was drawn from. Same returns, same draft, to the letter.
The report is read by people who may not know of every task, and most of its parts name none: of sensitive
tasks nothing is drafted.
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from agencies import audit
from agencies.along import along, objects
from progress import content, drafts, permissions
from progress.annual_figures import figures_of
from progress.annual_words import chapter_rows, next_steps, of_task, overview, problems, texts_of_tasks
from progress.content import TEXT_LIMIT
from progress.models import ProgressReport, ReportVersion, TaskVerdict
from progress.paragraphs import MOST
from progress.workflow import WrongState
from tasks.models import Assignment, Task

State = ProgressReport.State
CHAPTER = "chapter-"
# What the apps above know of a body's problems of a year: functions (report) -> [ProblemTold].
PROBLEMS = []
NOTHING = "本年度还没有已采用的报送，暂时没有可以起草的内容。季度填报经审核采用后，再来起草。"


@dataclass(frozen=True)
class ProblemTold:
    """A problem the office keeps of a body. number: of its task, or None; url: where it stands."""

    text: str
    number: int | None
    is_closed: bool
    url: str


@dataclass(frozen=True)
class Source:
    """A version a section was drawn from: how it is called, which one, where it stands."""

    label: str
    version: int
    url: str


@dataclass(frozen=True)
class Told:
    """What was accepted: of a task's return or a unit's summary. said: the snapshot of its last version."""

    report: ProgressReport
    said: dict
    source: Source

    @property
    def number(self):
        return self.said["task"]["number"]


@dataclass
class Year:
    """What one body's annual report can be drawn from.

    tasks: of the unit's duties by number, without the sensitive ones; secret: numbers of the plan's sensitive
    tasks; left_out: of these, those the unit has a duty in; tellings: {task number: [Told], oldest first};
    summaries: [Told]; waiting: {period in words: what was owed and is not accepted}; lamps: {task number:
    confirmed lamp} as of `lamps_of`.
    """

    report: ProgressReport
    tasks: list
    figures: object
    tellings: dict = field(default_factory=dict)
    summaries: list = field(default_factory=list)
    waiting: dict = field(default_factory=dict)
    lamps: dict = field(default_factory=dict)
    lamps_of: object = None
    problems: list = field(default_factory=list)
    secret: frozenset = frozenset()
    left_out: tuple = ()

    @property
    def has_anything(self):
        return bool(self.tellings or self.summaries)

    @property
    def supports(self):
        """How many tasks the body takes part in without leading them."""
        return len([task for task in self.tasks if task.number not in self.figures.leads])


@dataclass
class Section:
    """A part of the draft. key: the field, or “chapter-<number>”; rows: the paragraphs of a 行动.

    stands: what is written there now, in words; taken: whether the draft stands in it already.
    """

    key: str
    label: str
    text: str = ""
    rows: list = field(default_factory=list)
    sources: list = field(default_factory=list)
    stands: str = ""
    taken: bool = False

    @property
    def chapter(self):
        """The number of the 行动 it is about; None of the other parts."""
        return int(self.key.removeprefix(CHAPTER)) if self.key.startswith(CHAPTER) else None

    @property
    def is_empty_now(self):
        return not self.stands.strip()

    @property
    def paragraphs(self):
        """The offer as paragraphs [(text, task numbers)]."""
        return [(row["text"], row["tasks"]) for row in self.rows] if self.rows else [(self.text, [])]


@dataclass(frozen=True)
class Draft:
    """sections: those with something to offer, in the official order. What could not be used yet is the
    `waiting` of its year."""

    year: Year
    sections: list

    @property
    def sources(self):
        return list(dict.fromkeys(source for section in self.sections for source in section.sources))


# --- what there is ---------------------------------------------------------------------------------


def year_of(sheet, user):
    """The Year of an annual report. sheet: its UnitSheet; user: who asks, who knows the successions. Four
    queries, and what PROBLEMS ask."""
    report = sheet.report
    found = list(_tasks_of(report, user.successions))
    tasks = [task for task in found if not task.is_sensitive]
    leads = [(report.agency_id, task.pk, task.number) for task in tasks if _is_led(task)]
    figures = figures_of(report.period, [report.agency_id], leads)[report.agency_id]
    secret = frozenset(task.number for task in found if task.is_sensitive)
    left_out = tuple(task.number for task in found if task.is_sensitive and objects(Assignment, task.roles))
    year = Year(report, tasks, figures, secret=secret, left_out=left_out)
    known = {task.number for task in tasks}
    for row in _reports_of(report, user.successions):
        if row.state != State.ACCEPTED:
            if row.owed and row.waived_at is None and row.period.opened_at is not None:
                year.waiting.setdefault(row.period.label, []).append(row.short_subject)
            continue
        told = Told(row, row.last_content, _source(row, report))
        if row.kind == ProgressReport.Kind.UNIT:
            year.summaries.append(told)
        elif told.number in known:
            year.tellings.setdefault(told.number, []).append(told)
    year.lamps, year.lamps_of = _lamps(tasks)
    told = [told for give in PROBLEMS for told in give(report)]
    year.problems = [each for each in told if each.number not in secret]
    return year


def _tasks_of(report, successions):
    """The tasks the body has a duty in at the year's end, with its roles and the year's confirmed lamps;
    those of bodies it goes on for likewise; and all sensitive ones, for what names them is left out."""
    period = report.period
    duties = Assignment.objects.filter(_of_bodies(report, successions)).on(period.ends_on).concerning()
    verdicts = TaskVerdict.objects.filter(
        period__plan=period.plan_id,
        period__starts_on__gte=period.starts_on,
        period__ends_on__lte=period.ends_on,
    )
    of_period = ("period__pk", "period__code", "period__starts_on", "period__ends_on")
    wanted = Q(pk__in=duties.values("task")) | Q(is_sensitive=True)
    tasks = Task.objects.filter(wanted, plan=period.plan_id)
    lamps = along(verdicts, "task", "lamp", *of_period)
    tasks = tasks.annotate(roles=along(duties, "task", "role", "agency"), verdict_rows=lamps)
    return tasks.select_related("chapter").order_by("number")


def _is_led(task):
    return any(duty.role == Assignment.Role.LEAD for duty in objects(Assignment, task.roles))


def _is_own(task, report):
    return any(duty.agency_id == report.agency_id for duty in objects(Assignment, task.roles))


def _of_bodies(report, successions):
    """The condition that a row is of the body, or of one it goes on for that does not report on the year."""
    before = {old for old, new in successions if new == report.agency_id}
    of_year = ProgressReport.objects.filter(
        period=report.period_id, kind=report.kind, agency=OuterRef("agency")
    )
    return Q(agency=report.agency_id) | Q(agency__in=before) & ~Exists(of_year)


def _reports_of(report, successions):
    """The body's reports of the year's quarters, oldest first, each with its last version (`last_number`,
    `last_content`); with those of bodies it goes on for, as far as these do not report on the year."""
    period = report.period
    last = ReportVersion.objects.filter(report=OuterRef("pk")).order_by("-number")
    rows = ProgressReport.objects.filter(
        _of_bodies(report, successions),
        period__plan=period.plan_id,
        period__starts_on__gte=period.starts_on,
        period__ends_on__lte=period.ends_on,
    ).exclude(period=period)
    rows = rows.select_related("agency", "period__plan", "task").annotate(
        last_number=Subquery(last.values("number")[:1]), last_content=Subquery(last.values("content")[:1])
    )
    return rows.order_by("period__ends_on", "task__number", "agency__order", "pk")


def _source(told, report):
    what = f"第{told.task.number}项" if told.task_id else "单位小结"
    who = "" if told.agency_id == report.agency_id else told.agency.name
    label = f"{who}{told.period.short_label}{what}"
    return Source(label, told.last_number, told.get_absolute_url())


def _lamps(tasks):
    """({number of a task the body leads: lamp}, their quarter): of the last quarter with confirmed lamps."""
    rows = [(task, row) for task in tasks if _is_led(task) for row in objects(TaskVerdict, task.verdict_rows)]
    newest = max((row.period for _, row in rows), key=lambda each: each.ends_on, default=None)
    return {task.number: row.lamp for task, row in rows if row.period == newest}, newest


# --- the draft -------------------------------------------------------------------------------------


def draft_of(sheet, user):
    """The Draft of an annual report as it could be taken now. sheet: its UnitSheet; user: who asks."""
    year = year_of(sheet, user)
    if not year.has_anything:
        return Draft(year, [])
    sections = [_overview(year), *_chapters(year)]
    if sheet.learns:
        sections.append(_latest_text(year, "benchmarking"))
    sections += [_experience(year), _problem(year), _latest_request(year), _next_steps(year)]
    sections = [section for section in sections if section.text or section.rows]
    for section in sections:
        _compare(section, sheet.report)
    return Draft(year, sections)


def _section(key, text, sources):
    return Section(key, content.unit.label_of(key), _cut(text), sources=_once(sources))


def _overview(year):
    used = [told.source for told in year.summaries[-1:]]
    used += [tellings[-1].source for tellings in year.tellings.values()]
    return _section("overview", overview(year), used)


def _chapters(year):
    """主要做法和成效: a paragraph for each task, linked to it; of a unit's summary its own paragraphs."""
    found = {}
    # A report names only tasks of its own body: what came with a predecessor stands without the link.
    known = {task.number for task in year.tasks if _is_own(task, year.report)}
    for task in year.tasks:
        tellings = year.tellings.get(task.number)
        if tellings:
            text, used = texts_of_tasks(task, tellings, year.figures)
            place = (task.chapter.number, task.chapter.title)
            _add(found, place, [{"text": text, "tasks": [task.number] if task.number in known else []}], used)
    for told in year.summaries[-1:]:
        for row in told.said["paragraphs"]:
            if row["text"].strip() and not year.secret & set(row["tasks"]):
                linked = {"text": row["text"].strip(), "tasks": [n for n in row["tasks"] if n in known]}
                _add(found, (row["chapter"], row["chapter_title"]), [linked], [told])
    return [
        Section(
            f"{CHAPTER}{number}",
            content.unit.chapter_label({"chapter": number, "chapter_title": title}),
            rows=[{**row, "text": _cut(row["text"])} for row in chapter_rows(rows, MOST)],
            sources=_once(told.source for told in used),
        )
        for (number, title), (rows, used) in sorted(found.items())
    ]


def _add(found, place, rows, used):
    entry = found.setdefault(place, ([], []))
    entry[0].extend(rows)
    entry[1].extend(used)


def _latest_text(year, name):
    """What the last summary that says something under `name` says."""
    for told in reversed(year.summaries):
        if told.said.get(name, "").strip():
            return _section(name, told.said[name].strip(), [told.source])
    return _section(name, "", [])


def _experience(year):
    said = _latest_text(year, "experience")
    lines, used = [said.text] if said.text else [], list(said.sources)
    for number, tellings in sorted(year.tellings.items()):
        for told in reversed(tellings):
            text = (told.said.get("experience") or "").strip()
            if text:
                lines.append(of_task(text, number))
                used.append(told.source)
                break
    return _section("experience", "\n".join(lines), used)


def _problem(year):
    text, used = problems(year)
    return _section("problem", text, used)


def _latest_request(year):
    """需协调事项 as last told: kept apart from the report, which carries no request."""
    said = _latest_text(year, "request")
    lines, used = [said.text] if said.text else [], list(said.sources)
    for number, tellings in sorted(year.tellings.items()):
        text = (tellings[-1].said.get("request") or "").strip()
        if text and text.rstrip("。") != "无":
            lines.append(of_task(text, number))
            used.append(tellings[-1].source)
    return _section("request", "\n".join(lines), used)


def _next_steps(year):
    text, used = next_steps(year)
    return _section("next_steps", text, used)


def _once(sources):
    return list(dict.fromkeys(sources))


def _cut(text):
    """At most what a field takes, whole lines first."""
    if len(text) <= TEXT_LIMIT:
        return text
    kept = text[: TEXT_LIMIT - 20]
    kept = kept.rsplit("\n", 1)[0] if "\n" in kept else kept
    return f"{kept}\n（其余见各季度报送。）"


def _compare(section, report):
    """Set beside the offer what stands there now."""
    if section.chapter is not None:
        rows = [row for row in report.paragraphs.all() if row.chapter.number == section.chapter]
        section.stands = "\n".join(row.text for row in rows if row.text.strip())
        section.taken = all(row["text"] in section.stands for row in section.rows)
    else:
        section.stands = getattr(report.unit_return, section.key)
        section.taken = section.text in section.stands


# --- taking it -------------------------------------------------------------------------------------


@transaction.atomic
def take(sheet, keys, *, by, now, revision):
    """Write the chosen sections of the draft into an annual report; returns (the fresh report, the sections).

    keys: of `Section`s. An empty part is filled; where something stands the draft goes below it, so that
    nothing typed is lost; a section that stands there already is left out. The trail names the versions it
    was drawn from. Raises Denied, Stale, WrongState (nothing to take), ValidationError by field.
    """
    report = sheet.report
    permissions.check_edit(by, report, now)
    wanted = [each for each in draft_of(sheet, by).sections if each.key in set(keys) and not each.taken]
    if not wanted:
        raise WrongState("没有选中可以写入的部分：请勾选至少一个部分；已经写入的不重复写入。")
    changes = {
        each.key: "\n".join(filter(None, [each.stands.rstrip(), each.text]))
        for each in wanted
        if each.chapter is None
    }
    chapters = [each for each in wanted if each.chapter is not None]
    if chapters:
        changes["paragraphs"] = _with_paragraphs(report, chapters)
    fresh = drafts.save(report, changes, by=by, now=now, revision=revision)
    drawn = _once(source for section in wanted for source in section.sources)
    detail = {
        "部分": [section.label for section in wanted],
        "依据": [f"{source.label}第{source.version}版" for source in drawn],
    }
    audit.record("起草年度报告", fresh, by=by, now=now, detail=detail)
    return fresh, wanted


def _with_paragraphs(report, sections):
    """All paragraphs of the report, those of the sections (each of a 行动) behind what stands there."""
    rows = [
        {
            "chapter": row.chapter.number,
            "order": row.order,
            "text": row.text,
            "tasks": sorted(task.number for task in row.tasks.all()),
        }
        for row in report.paragraphs.all()
    ]
    for section in sections:
        standing = {row["text"] for row in rows if row["chapter"] == section.chapter}
        for offered in section.rows:
            if offered["text"] not in standing:
                _put(rows, section.chapter, offered)
    return rows


def _put(rows, chapter, offered):
    """Add a paragraph in the first free place of its 行动; where all are used up, below the last one."""
    there = {row["order"]: row for row in rows if row["chapter"] == chapter}
    free = next((place for place in range(MOST) if place not in there), None)
    if free is not None:
        rows.append({"chapter": chapter, "order": free, **offered})
        return
    last = there[max(there)]
    last["text"] = f"{last['text']}\n{offered['text']}"
    last["tasks"] = sorted({*last["tasks"], *offered["tasks"]})
