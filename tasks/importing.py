"""A parsed notice into rows, in one transaction; what cannot be matched is listed, never guessed.

Source of the rules: practice.md section 6 and the notices themselves. Who bears a task is decided once,
here: leads, supporters named alone, members of collectives, bodies implied by the blanket rule. A body met
twice has one duty, the strongest (lead, named, group, implied), with a remark. Names nobody knows, groups
without given members and places named in passing become open questions for the office.
"""

import datetime
from dataclasses import dataclass, field

from django.db import transaction

from agencies.audit import record
from agencies.models import Agency, AgencyName, GroupMember
from agencies.names import Directory, Resolution
from tasks.models import (
    Assignment,
    AssignmentQuestion,
    Chapter,
    Plan,
    PlanSteward,
    Section,
    Task,
)
from tasks.naming import mentions
from tasks.notice import Notice, NoticeTask

LEAD, SUPPORT = Assignment.Role.LEAD, Assignment.Role.SUPPORT
Duty, Kind = Assignment.Duty, AssignmentQuestion.Kind
STRENGTH = {Duty.LEAD: 0, Duty.NAMED: 1, Duty.GROUP: 2, Duty.IMPLIED: 3}
LONGEST_SHORT_TITLE = 20
LONGEST_PASSING = Plan._meta.get_field("passed_text").max_length


class AlreadyImported(ValueError):
    """The plan is there already; imported text is immutable."""


@dataclass(frozen=True)
class Difference:
    """Where a stored plan and a notice say different things."""

    where: str
    stored: str
    given: str

    def __str__(self):
        return f"{self.where}：系统中为“{self.stored}”，文件中为“{self.given}”"


@dataclass
class ImportReport:
    """What an import has written, and what it left for the office to decide."""

    plan: Plan
    chapters: int = 0
    sections: int = 0
    tasks: int = 0
    assignments: dict[str, int] = field(default_factory=dict)
    questions: list[AssignmentQuestion] = field(default_factory=list)
    left_out: tuple[str, ...] = ()

    @property
    def unmatched(self) -> list[str]:
        """Names that stand for nobody known, as “第1项 某局”."""
        return [_asked(question) for question in self.questions if question.kind == Kind.UNMATCHED]

    @property
    def undecided_groups(self) -> list[str]:
        return [_asked(question) for question in self.questions if question.kind == Kind.GROUP]

    @property
    def named_in_text(self) -> list[str]:
        return [_asked(question) for question in self.questions if question.kind == Kind.NAMED_IN_TEXT]


def _asked(question: AssignmentQuestion) -> str:
    return f"第{question.task.number}项 {question.as_written}"


@transaction.atomic
def import_notice(notice: Notice, *, now: datetime.datetime, by=None, titles=None) -> ImportReport:
    """Write a notice as a plan with its chapters, sections, tasks, assignments and open questions.

    In: a parsed Notice; `now`; `by`, the User who imports (None: the system); `titles`, {number: short
    title} for a plan without official ones. Out: an ImportReport. Raises AlreadyImported.
    """
    if Plan.objects.filter(code=notice.code).exists():
        raise AlreadyImported(f"计划 {notice.code} 已经导入，原文不可覆盖；如需核对，请用比对方式。")
    plan = _write_plan(notice)
    tasks = _write_tasks(notice, plan, titles or {})
    report = ImportReport(
        plan, len(notice.chapters), len(notice.sections), len(tasks), left_out=notice.left_out
    )
    people = _Bodies.load(on=_day_of(notice))
    assignments = _write_assignments(notice, tasks, people, report)
    _ask_about_mentions(notice, tasks, people, assignments, report)
    AssignmentQuestion.objects.bulk_create(report.questions)
    for duty in STRENGTH:
        report.assignments[duty.value] = sum(row.duty == duty for row in assignments)
    record(
        "导入计划",
        plan,
        by=by,
        now=now,
        detail={"任务": report.tasks, "责任分工": report.assignments, "待定": len(report.questions)},
    )
    return report


def differences(notice: Notice, titles=None) -> list[Difference]:
    """What a stored plan and a notice say differently, changing nothing. Raises Plan.DoesNotExist."""
    plan = Plan.objects.get(code=notice.code)
    found = _differing("计划", _plan_fields(notice), plan)
    stored_chapters = {chapter.number: chapter for chapter in plan.chapters.all()}
    for chapter in notice.chapters:
        found += _differing(chapter.heading, _chapter_fields(chapter), stored_chapters.get(chapter.number))
    stored_sections = {
        (section.chapter.number, section.number): section
        for section in Section.objects.filter(chapter__plan=plan).select_related("chapter")
    }
    for section in notice.sections:
        where = f"第{section.chapter}行动第{section.number}节"
        stored = stored_sections.get((section.chapter, section.number))
        found += _differing(where, {"title": section.title}, stored)
    stored_tasks = {task.number: task for task in plan.tasks.all()}
    for task in notice.tasks:
        stored = stored_tasks.pop(task.number, None)
        fields = _task_fields(task, titles or {})
        if not task.title:
            del fields["title"]
        found += _differing(f"第{task.number}项", fields, stored)
    found += [
        Difference(f"第{number}项", task.title, "（没有这一项）") for number, task in stored_tasks.items()
    ]
    return found


def _differing(where: str, given: dict, stored) -> list[Difference]:
    if stored is None:
        return [Difference(where, "（没有）", str(given.get("title") or given.get("text", ""))[:40])]
    found = []
    for name, value in given.items():
        kept = getattr(stored, name)
        if kept != value:
            label = stored._meta.get_field(name).verbose_name
            found.append(Difference(f"{where}的{label}", *_around_first_difference(str(kept), str(value))))
    return found


def _around_first_difference(stored: str, given: str) -> tuple[str, str]:
    """The two texts from a few characters before the place where they part."""
    pairs = enumerate(zip(stored, given, strict=False))
    same = next((place for place, (kept, new) in pairs if kept != new), min(len(stored), len(given)))
    start = max(0, same - 6)
    return stored[start : start + 30], given[start : start + 30]


# --- the plan, its chapters and tasks -------------------------------------------------------------


def _write_plan(notice: Notice) -> Plan:
    plan = Plan.objects.create(code=notice.code, **_plan_fields(notice))
    office = Agency.objects.filter(kind=Agency.Kind.OFFICE).first()
    if office:
        PlanSteward.objects.create(plan=plan, agency=office)
    return plan


def _plan_fields(notice: Notice) -> dict:
    return {
        "title": notice.title,
        "notice_title": notice.notice_title,
        "document_number": notice.document_number or "",
        "passed_text": notice.passed_text[:LONGEST_PASSING],
        "passed_on": notice.passed_on and notice.passed_on.date,
        "issued_on": notice.issued_on,
        "starts_on": datetime.date(notice.first_year, 1, 1),
        "ends_on": datetime.date(notice.last_year, 12, 31),
        "first_period": _first_period(notice),
        "last_period": f"{notice.last_year}Q4",
        "support_label": notice.support_label,
        "preamble": notice.preamble,
        "requirements": notice.general_text,
        "safeguards": notice.safeguards_text,
    }


def _day_of(notice: Notice) -> datetime.date | None:
    """The day the notice speaks: issued, or else passed; None where the text gives neither in full."""
    return notice.issued_on or (notice.passed_on and notice.passed_on.date)


def _first_period(notice: Notice) -> str:
    """The quarter of the notice: 2021Q2 for 28 April 2021, 2024Q3 for 5 July 2024."""
    day = _day_of(notice)
    if day is None or not notice.first_year <= day.year <= notice.last_year:
        return f"{notice.first_year}Q1"
    return f"{day.year}Q{(day.month + 2) // 3}"


def _chapter_fields(chapter) -> dict:
    return {"title": chapter.title, "heading": chapter.heading}


def _task_fields(task: NoticeTask, titles: dict[int, str]) -> dict:
    return {
        "title": task.title or titles.get(task.number) or _makeshift_title(task.text),
        "title_is_official": task.title is not None,
        "text": task.text,
        "clause": task.clause.text,
        "open_ended": task.clause.open_ended,
        "separate_leads": task.clause.separate_leads,
    }


def _makeshift_title(text: str) -> str:
    """Until somebody writes a short title: the first words of the task."""
    words = text.partition("。")[0].replace(",", "，").partition("，")[0]
    return words if len(words) <= LONGEST_SHORT_TITLE else f"{words[: LONGEST_SHORT_TITLE - 1]}…"


def _write_tasks(notice: Notice, plan: Plan, titles: dict[int, str]) -> dict[int, Task]:
    chapters = Chapter.objects.bulk_create(
        Chapter(plan=plan, number=chapter.number, **_chapter_fields(chapter)) for chapter in notice.chapters
    )
    chapters = {chapter.number: chapter for chapter in chapters}
    sections = Section.objects.bulk_create(
        Section(chapter=chapters[section.chapter], number=section.number, title=section.title)
        for section in notice.sections
    )
    sections = {(section.chapter.number, section.number): section for section in sections}
    tasks = Task.objects.bulk_create(
        Task(
            plan=plan,
            chapter=chapters[task.chapter],
            section=sections.get((task.chapter, task.section)),
            number=task.number,
            **_task_fields(task, titles),
        )
        for task in notice.tasks
    )
    return {task.number: task for task in tasks}


# --- who bears a task -------------------------------------------------------------------------------


class _Bodies:
    """All names, groups with their members, and names to look for in texts; a handful of queries."""

    def __init__(self, directory: Directory, members: dict[int, list[Agency]], spellings, on):
        self.directory, self.members, self.spellings, self.on = directory, members, spellings, on

    @classmethod
    def load(cls, on: datetime.date | None) -> "_Bodies":
        members: dict[int, list[Agency]] = {}
        for membership in GroupMember.objects.select_related("agency").order_by("agency__order"):
            if on is None or membership.in_force_on(on):
                members.setdefault(membership.group_id, []).append(membership.agency)
        spellings = {name.name: name.agency for name in AgencyName.objects.select_related("agency")}
        silent = {Agency.Kind.OFFICE, Agency.Kind.LEADING_GROUP}
        spellings = {name: agency for name, agency in spellings.items() if agency.kind not in silent}
        return cls(Directory.load(), members, spellings, on)

    def resolve(self, name: str) -> Resolution:
        """The body or group of a name: as it stood on the notice's day, or else at any time."""
        resolution = self.directory.resolve(name, self.on)
        return resolution if resolution.found else self.directory.resolve(name)


def _write_assignments(
    notice: Notice, tasks: dict[int, Task], bodies: _Bodies, report: ImportReport
) -> list[Assignment]:
    rows = [row for task in notice.tasks for row in _duties_of(task, tasks[task.number], bodies, report)]
    return Assignment.objects.bulk_create(rows)


def _duties_of(task: NoticeTask, row: Task, bodies: _Bodies, report: ImportReport) -> list[Assignment]:
    """One Assignment per body of a task, in the order of the clause; the strongest duty wins."""
    clause = task.clause
    written = [(name, LEAD) for name in clause.leads] + [(name, SUPPORT) for name in clause.supports]
    met: dict[int, list[Assignment]] = {}
    for name, role in written:
        for assignment in _bearers(name, role, row, bodies, report):
            met.setdefault(assignment.agency_id, []).append(assignment)
    if task.implied:
        for assignment in _bearers(task.implied, SUPPORT, row, bodies, report, implied=True):
            met.setdefault(assignment.agency_id, []).append(assignment)
    kept = [_strongest(candidates) for candidates in met.values()]
    _remark_doubles(task, kept)
    for order, assignment in enumerate(kept, start=1):
        assignment.order = order
    return kept


def _bearers(
    name: str, role, task: Task, bodies: _Bodies, report: ImportReport, *, implied: bool = False
) -> list[Assignment]:
    """The duties a written name stands for; none, and a question, where that is not known."""
    resolution = bodies.resolve(name)
    if resolution.agency:
        duty = Duty.LEAD if role == LEAD else Duty.NAMED
        return [Assignment(task=task, agency=resolution.agency, role=role, duty=duty, as_written=name)]
    group = resolution.group
    if group is None or not group.bears_duties or not bodies.members.get(group.pk):
        kind = Kind.GROUP if group and group.decided_per_task else Kind.UNMATCHED
        report.questions.append(
            AssignmentQuestion(
                plan=task.plan, task=task, kind=kind, role=role, as_written=name, quote=task.clause[:400]
            )
        )
        return []
    duty = Duty.LEAD if role == LEAD else Duty.IMPLIED if implied else Duty.GROUP
    return [
        Assignment(task=task, agency=agency, role=role, duty=duty, as_written=name, group=group)
        for agency in bodies.members[group.pk]
    ]


def _strongest(candidates: list[Assignment]) -> Assignment:
    """Doubles after expansion are one duty: lead before named before group before implied."""
    strongest = min(candidates, key=lambda assignment: STRENGTH[assignment.duty])
    others = dict.fromkeys(row.as_written for row in candidates if row is not strongest)
    if others:
        names = "、".join(f"“{name}”" for name in others)
        strongest.remark = f"原文同时见于{names}，按{strongest.get_duty_display()}计一次"
    return strongest


def _remark_doubles(task: NoticeTask, kept: list[Assignment]) -> None:
    """Carry the clause's own remark (the same name twice) to the duty it speaks of."""
    for remark in task.clause.remarks:
        for assignment in kept:
            if assignment.as_written in remark:
                assignment.remark = "；".join(filter(None, (remark, assignment.remark)))


# --- 点名 -------------------------------------------------------------------------------------------


def _ask_about_mentions(
    notice: Notice,
    tasks: dict[int, Task],
    bodies: _Bodies,
    assignments: list[Assignment],
    report: ImportReport,
) -> None:
    """Propose bodies a task's words name while it has no duty on it, or only an implied one."""
    bound = {(row.task_id, row.agency_id) for row in assignments if row.duty != Duty.IMPLIED}
    for task in notice.tasks:
        row = tasks[task.number]
        proposed: set[int] = set()
        for mention in mentions(task.text, bodies.spellings):
            agency = bodies.spellings[mention.name]
            if (row.pk, agency.pk) in bound or agency.pk in proposed:
                continue
            proposed.add(agency.pk)
            report.questions.append(
                AssignmentQuestion(
                    plan=row.plan,
                    task=row,
                    kind=Kind.NAMED_IN_TEXT,
                    as_written=mention.as_found,
                    quote=mention.sentence,
                    proposed=agency,
                )
            )
