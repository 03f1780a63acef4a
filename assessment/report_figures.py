"""The numbers of a report: what its tables, its charts and the sentences of its 总体情况 are made of.

Lamps and counts are those of `progress.figures` (nothing is counted here that is counted there), as everybody
who reads such a report may know them: no sensitive task, confirmed lamps only; a task whose lamp is not
confirmed is 待审定.
"""

from datetime import datetime

from django.db.models import Count, F, Q
from django.utils import timezone

from assessment.target_rows import projects, targets
from progress import figures
from progress.models import Lamp, ProgressReport, TaskState
from supervision.models import Problem, SupervisionOrder

from .sections.tasks import text_of

COUNTED = {
    Lamp.BLUE: "done",
    Lamp.GREEN: "on_pace",
    Lamp.YELLOW: "behind",
    Lamp.RED: "seriously",
    Lamp.UNREPORTED: "unreported",
    Lamp.NO_GOAL: "no_goal",
    Lamp.YEARLY: "yearly",
    "none": "undecided",
}
FILING = ("owed", "due", "reported", "on_time", "late", "unfiled", "overdue", "waived", "no_change")


def gather(material):
    """SummaryReport.figures of a Material, as plain JSON:

    as_of: ISO instant (数据截至); quarter: code of the quarter whose lamps count, "" where there is none;
    span: {code, label, year, kind, quarters: [codes]};
    counts: numbers of tasks {tasks, done, on_pace, behind (欠序时), seriously, unreported, no_goal, yearly,
        undecided (待审定), stale (of those confirmed: 依据已变动), completed (三年状态已完成)};
    chapters: [{number, title, lamps: {lamp code or "none": number}}];
    filing: {numbers of returns as in FILING, on_time_rate: "98.5" or None,
        quarters: [{code, label, owed, on_time, late, missing}]};
    tasks: [{chapter, number, title, leads: names joined by 、, goal, progress, percent: "94" or None,
        lamp: code or "none", word, state: 三年状态 or ""}];
    targets: [{task: number or None, indicator, wanted, value: in words or "", certainty: 预计, 快报, 核定 or
        "", period: code or "", due: whether it falls due by the span's end, attained: True, False, or None
        where that cannot be told or it is not due yet}];
    projects: [{task, name, planned_stage, stage: in words or "", note, agency}];
    supervision: {orders, closed, in_time, overdue, problems, solved};
    silent: [{agency, agency_name, period, missing: number of its returns that were not accepted}].
    """
    rows = material.standings
    lamps = {row.task.number: _lamp(row, material) for row in rows}
    return {
        "as_of": material.as_of.isoformat(),
        "quarter": material.ruling.code if material.ruling else "",
        "span": _span(material.span),
        "counts": _counts(rows, lamps),
        "chapters": _chapters(material, lamps),
        "filing": _filing(material),
        "tasks": [_task(row, lamps[row.task.number], material) for row in rows],
        "targets": targets(material),
        "projects": projects(material),
        "supervision": _supervision(material),
        "silent": _silent(material),
    }


def _span(span):
    named = {"code": span.code, "label": span.label, "year": span.year, "kind": span.kind}
    return named | {"quarters": list(span.quarters)}


# --- tasks -----------------------------------------------------------------------------------------


def _lamp(row, material):
    """The lamp of a task as a report may say it: confirmed by then, else "none"."""
    confirmed = row.lamp_confirmed and row.task.number in material.lamped
    return str(row.lamp) if confirmed else "none"


def _counts(rows, lamps):
    counts = {"tasks": len(rows)} | dict.fromkeys(COUNTED.values(), 0)
    for lamp in lamps.values():
        counts[COUNTED[lamp]] += 1
    counts["stale"] = sum(1 for row in rows if row.lamp_stale and lamps[row.task.number] != "none")
    counts["completed"] = sum(1 for row in rows if row.state == TaskState.State.DONE)
    return counts


def _chapters(material, lamps):
    return [
        {
            "number": chapter.number,
            "title": chapter.title,
            "lamps": {
                str(code): sum(1 for task in tasks if lamps.get(task.number) == code)
                for code in figures.LAMP_ORDER
            },
        }
        for chapter, tasks in material.chapters
    ]


def _task(row, lamp, material):
    return {
        "chapter": row.task.chapter.number,
        "number": row.task.number,
        "title": row.task.title,
        "leads": row.leads_text,
        "goal": row.goal_text,
        "progress": text_of(material, row.task),
        "percent": None if row.percent is None else f"{row.percent.normalize():f}",
        "lamp": lamp,
        "word": figures.lamp_label(lamp),
        "state": row.state_word,
    }


# --- filing ----------------------------------------------------------------------------------------


def _filing(material):
    by_period = {
        code: figures.filing(material.plan, period, material.reader, material.as_of)
        for code, period in material.periods.items()
    }
    whole = figures.total(by_period.values())
    return {
        **{name: getattr(whole, name) for name in FILING},
        "on_time_rate": None if whole.on_time_rate is None else str(whole.on_time_rate),
        "quarters": [
            {
                "code": code,
                "label": material.periods[code].label,
                "owed": counted.due,
                "on_time": counted.on_time,
                "late": counted.late,
                "missing": counted.overdue,
            }
            for code, counted in by_period.items()
            if counted.owed
        ],
    }


def _silent(material):
    """Bodies that owed something in the quarter that rules, or for the year, and of which nothing or not all
    was accepted by then."""
    codes = {code for code in material.periods if len(code) == 4}
    codes |= {material.ruling.code} if material.ruling else set()
    accepted = [told.report for told in (*material.returns, *material.summaries)]
    rows = (
        ProgressReport.objects.owed()
        .to_office()
        .filter(period__plan=material.plan, period__code__in=codes)
        .exclude(task__is_sensitive=True)
        .exclude(pk__in=accepted)
        .values("agency__code", "agency__name", "period__code")
        .annotate(missing=Count("pk"))
        .order_by("period__ends_on", "-period__starts_on", "agency__order", "agency__code")
    )
    return [
        {
            "agency": row["agency__code"],
            "agency_name": row["agency__name"],
            "period": row["period__code"],
            "missing": row["missing"],
        }
        for row in rows
    ]


# --- supervision -----------------------------------------------------------------------------------


def _supervision(material):
    """Orders given out and problems raised within the span, and what had become of them by then."""
    first, until = _first_instant(material.span), material.as_of
    known = SupervisionOrder.objects.visible_to(material.reader).sent().filter(plan=material.plan)
    within = known.filter(issued_at__gte=first, issued_at__lte=until, issued_at__date__lte=_last(material))
    closed = Q(closed_at__lte=until)
    late = Q(due_at__lt=until) & (Q(closed_at__isnull=True) | Q(closed_at__gt=until))
    orders = within.aggregate(
        orders=Count("pk", distinct=True),
        closed=Count("pk", filter=closed, distinct=True),
        in_time=Count("pk", filter=closed & Q(answered_at__lte=F("due_at")), distinct=True),
        overdue=Count("pk", filter=late & Q(answered_at__isnull=True), distinct=True),
    )
    raised = Problem.objects.visible_to(material.reader).filter(plan=material.plan, raised_at__lte=until)
    raised = raised.filter(raised_at__gte=first, raised_at__date__lte=_last(material)).current()
    problems = raised.exclude(state=Problem.State.WITHDRAWN).aggregate(
        problems=Count("pk", distinct=True), solved=Count("pk", filter=closed, distinct=True)
    )
    return orders | problems


def _first_instant(span):
    start = span.starts_on
    return timezone.make_aware(datetime(start.year, start.month, start.day))


def _last(material):
    return material.span.period.ends_on
