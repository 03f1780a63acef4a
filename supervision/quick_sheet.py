"""临时调度, the numbers: the table of what was asked and answered, and the text for those who have not."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q

from progress.timetable import here, spoken_day
from supervision.models import AdHocAnswer, AdHocField

Kind = AdHocField.Kind
ANSWERED, LATE, WAITING, OVERDUE = "answered", "late", "waiting", "overdue"
WORDS = {ANSWERED: "已答复", LATE: "迟答", WAITING: "未答复", OVERDUE: "逾期未答复"}


@dataclass(frozen=True)
class Cell:
    """One value of a row: the AdHocField, and the text as it is kept."""

    field: AdHocField
    text: str

    @property
    def value(self):
        """As a workbook wants it: Decimal, date or str; None where nothing was said."""
        if not self.text:
            return None
        if self.field.kind == Kind.NUMBER:
            return Decimal(self.text)
        return date.fromisoformat(self.text) if self.field.kind == Kind.DATE else self.text

    @property
    def shown(self):
        """With its unit, in words."""
        if not self.text:
            return ""
        if self.field.kind == Kind.NUMBER:
            return f"{Decimal(self.text):,f}{self.field.unit or ''}"
        return f"{self.text}{self.field.unit}" if self.field.unit else self.text


@dataclass(frozen=True)
class Row:
    """One subject asked of one body. state: one of WORDS."""

    answer: AdHocAnswer
    cells: list[Cell]
    state: str

    @property
    def word(self):
        return WORDS[self.state]

    @property
    def is_answered(self):
        return self.answer.confirmed_at is not None


@dataclass(frozen=True)
class Total:
    """The sum of a number field over what was answered, and from how many rows."""

    field: AdHocField
    total: Decimal
    rows: int

    @property
    def shown(self):
        return f"{self.total:,f}"


@dataclass(frozen=True)
class Table:
    """What was asked and answered. counts: {state: rows}."""

    fields: list[AdHocField]
    rows: list[Row]
    counts: Counter = field(default_factory=Counter)

    @property
    def answered(self):
        return self.counts[ANSWERED] + self.counts[LATE]

    @property
    def open(self):
        return self.counts[WAITING] + self.counts[OVERDUE]

    @property
    def late(self):
        return self.counts[LATE]

    @property
    def overdue(self):
        return self.counts[OVERDUE]

    @property
    def bodies(self):
        """The bodies asked, each once, in official order."""
        return list(dict.fromkeys(row.answer.agency for row in self.rows))

    @property
    def open_bodies(self):
        """{body: its rows that are still open}."""
        found = {}
        for row in self.rows:
            if not row.is_answered:
                found.setdefault(row.answer.agency, []).append(row)
        return found

    @property
    def totals(self):
        """Totals of the number fields that were answered; others are never summed, nor are shares in %."""
        found = []
        for place, each in enumerate(self.fields):
            if each.kind != Kind.NUMBER or is_share(each):
                continue
            numbers = [value for value in self._answered(place) if value is not None]
            if numbers:
                found.append(Total(each, sum(numbers, Decimal(0)), len(numbers)))
        return found

    def _answered(self, place):
        """What was answered in one column."""
        return [row.cells[place].value for row in self.rows if row.is_answered]


def is_share(asked):
    """Whether a number is a share of its own whole: percents of several bodies add up to nothing."""
    return asked.source == AdHocField.Source.PERCENT or asked.unit in ("%", "％")


def table_of(request, user, now, answers=None):
    """The Table of what this person may see of the request. answers: `answers_of` it, where at hand."""
    fields = list(request.fields.all())
    answers = answers_of(request, user) if answers is None else answers
    rows = [row_of(answer, fields, request, now) for answer in answers]
    return Table(fields, rows, Counter(row.state for row in rows))


def answers_of(request, user):
    """The rows this person may see, by body and subject, with everything a page reads of them."""
    return (
        request.answers.visible_to(user)
        .select_related("agency", "task", "project", "prefilled_from", "confirmed_by", "corrected_by")
        .order_by("agency__order", "agency__code", "task__number", "project__order", "pk")
    )


def row_of(answer, fields, request, now):
    """The Row of an AdHocAnswer. fields: the request's, in order."""
    answer.request = request
    late = answer.is_late(now)
    state = (LATE if late else ANSWERED) if answer.confirmed_at else (OVERDUE if late else WAITING)
    return Row(answer, [Cell(each, answer.values.get(str(each.order), "")) for each in fields], state)


def urging_text(request, table, now):
    """复制催报文: who has not answered, as a text for the group; "" where everybody has."""
    if not table.open:
        return ""
    at = here(request.due_at)
    due = f"今天{at:%H:%M}" if at.date() == here(now).date() else spoken_day(request.due_at)
    until = f"已过{due}的截止时间，请尽快" if now > request.due_at else f"请于{due}前"
    bodies = enumerate(table.open_bodies.items(), start=1)
    lines = [f"{number}. {body.name}{_subjects(rows)}" for number, (body, rows) in bodies]
    return "\n".join(
        [
            f"【临时调度】{request.title}",
            f"已答复 {table.answered}/{len(table.rows)} 条。以下单位尚未答复，{until}登录系统，"
            "在“临时调度”中核对确认：",
            *lines,
            "系统已填入上次采用的内容，情况没有变化的，点“全部确认”即可。",
        ]
    )


def _subjects(rows):
    """“（第 1、5 项）”; names of projects; "" where the body itself is asked. Nothing of a sensitive task."""
    named = [row.answer for row in rows if row.answer.task_id and not row.answer.task.is_sensitive]
    numbers = sorted({each.task.number for each in named if not each.project_id})
    parts = [f"第 {'、'.join(map(str, numbers))} 项"] if numbers else []
    parts += [each.project.name for each in named if each.project_id]
    return f"（{'；'.join(parts)}）" if parts else ""


def along_counts(user):
    """Annotations of requests for lists: how many rows this person may see, and how many are answered."""
    seen = Q(answers__in=AdHocAnswer.objects.visible_to(user))
    return {
        "asked": Count("answers", filter=seen, distinct=True),
        "answered": Count("answers", filter=seen & Q(answers__confirmed_at__isnull=False), distinct=True),
    }


def state_of(request, now):
    """(word, tone) of a request in a list, with the counts of `along_counts`."""
    if request.sent_at is None:
        return "草稿", ""
    if request.closed_at is not None:
        return "已结束", ""
    if request.answered == request.asked:
        return "已答全", "green"
    return ("逾期未答全", "red") if now > request.due_at else ("答复中", "blue")
