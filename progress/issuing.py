"""已出具: what was given out from accepted returns, and which of it rests on one version of a report.

A correction asks for it: whoever holds something made from the old value can then be told. A version is
what was given out from between its acceptance (or the correction that made it) and the moment it was
opened again or corrected; things of the same period that cover its task and body are its, and reports of
the office on a half-year or year the period is part of.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from agencies.models import Role
from progress import content
from progress.models import (
    Issuance,
    Lamp,
    MeetingEdition,
    ProgressReport,
    TakenOver,
    TaskVerdict,
    VerdictProposal,
)
from tasks.models import Task

log = logging.getLogger(__name__)
Kind = Issuance.Kind


@dataclass(frozen=True)
class IssuedThing:
    """One thing given out. text: the words that stand in it, where it is words; at and last_at differ where
    the same person took the same thing several times."""

    kind: str
    title: str
    at: datetime
    by: str = ""
    url: str = ""
    text: str = ""
    times: int = 1
    last_at: datetime | None = None


# --- noting what is given out ----------------------------------------------------------------------


def record_issue(kind, title, *, period, by, now, tasks=None, agency=None):
    """Note that something made from accepted returns of a period is given out; returns its Issuance.

    kind: an Issuance.Kind; title: what it is called, at most 160 characters; tasks, agency: what it is
    confined to, None for the whole plan. What someone below the office and the leaders takes away is
    confined to the tasks their bodies have a duty in; where that is nothing, nothing is noted. Never fails:
    a download is not refused because it could not be noted (None then).
    """
    try:
        with transaction.atomic():
            return _record(kind, title, period, by, now, tasks, agency)
    except DatabaseError:
        log.exception("could not note that %s was given out", title)
        return None


def _record(kind, title, period, by, now, tasks, agency):
    covered = None if tasks is None else [task.pk for task in tasks]
    if covered is None and not by.has_role(Role.OFFICE, Role.LEADER):
        duties = Task.objects.filter(plan=period.plan_id, assignments__agency__in=by.agency_ids())
        covered = list(duties.distinct().values_list("pk", flat=True))
    if covered == []:
        return None
    issued = Issuance.objects.create(
        kind=kind,
        title=title[:160],
        period=period,
        agency=agency,
        at=now,
        by=by,
        is_demo=by.is_demo or period.is_demo,
    )
    if covered:
        link = Issuance.tasks.through
        link.objects.bulk_create(link(issuance=issued, task_id=pk) for pk in covered)
    return issued


# --- what rests on a version -----------------------------------------------------------------------


def accepted_windows(report):
    """When each version was the accepted one: {number: (from, until or None while it still is)}.

    Every departure and every correction makes a version; the steps say in which order.
    """
    windows, number, current = {}, 0, None
    for step in report.steps.order_by("pk"):
        if step.to_state == ProgressReport.State.UNDER_REVIEW or step.verb == "correct":
            number += 1
        if step.verb in ("reopen", "correct") and current:
            windows[current] = (windows[current][0], step.at)
            current = None
        if step.verb in ("accept", "correct"):
            windows[number], current = (step.at, None), number
    return windows


def issued_from(report, version):
    """Everything given out from one version of a report (its number), oldest first: [IssuedThing].

    A contribution goes out only by way of the returns its words were taken over into.
    """
    things = _taken_over(report, version)
    window = accepted_windows(report).get(version)
    if window is not None and not report.is_contribution:
        things += _given_out(report, window)
        if report.task_id:
            things += _verdicts(report, version, window)
    return sorted(things, key=lambda thing: thing.at)


def as_read_by(user, things):
    """The office reads everything; others which kinds of things were given out and when."""
    return things if user.has_role(Role.OFFICE) else unnamed(things)


def unnamed(things):
    """The list without what the things are called, say and where they are."""
    return [replace(thing, title="", by="", url="", text="") for thing in things]


def frozen(things):
    """The list as plain data, to be kept with a correction."""
    kept = []
    for thing in things:
        said = {"kind": thing.kind, "title": thing.title, "at": thing.at.isoformat(), "by": thing.by}
        if thing.times > 1:
            said |= {"times": thing.times, "last_at": thing.last_at.isoformat()}
        kept.append(said | {"url": thing.url, "text": thing.text})
    return kept


def thawed(kept):
    """The list a correction keeps, as IssuedThings again."""
    return [
        IssuedThing(**said | {name: datetime.fromisoformat(said[name]) for name in MOMENTS if said.get(name)})
        for said in kept
    ]


MOMENTS = ("at", "last_at")


def sentence(thing):
    """One thing in a line of the trail: kind, title, when."""
    when = f"{timezone.localtime(thing.at):%Y-%m-%d %H:%M}"
    again = f" 起 {thing.times} 次" if thing.times > 1 else ""
    return " ".join(filter(None, [thing.kind, thing.title, f"{when}{again}"]))


def _within(window, field):
    since, until = window
    found = Q(**{f"{field}__gte": since})
    return found & Q(**{f"{field}__lt": until}) if until else found


def _given_out(report, window):
    period = report.period
    editions = MeetingEdition.objects.filter(_within(window, "taken_at"), period=period)
    things = [
        IssuedThing("会议版", f"{period.label}会议版", each.taken_at, str(each.taken_by))
        for each in editions.select_related("taken_by")
    ]
    covers = Q(tasks__isnull=True) | Q(tasks=report.task_id) if report.task_id else Q(tasks__isnull=True)
    rows = (
        Issuance.objects.filter(covers, _of_period(period), _within(window, "at"))
        .filter(Q(agency__isnull=True) | Q(agency=report.agency_id))
        .select_related("by")
        .order_by("at", "pk")
        .distinct()
    )
    return things + _together(rows)


def _of_period(period):
    """What is on a period: things of its own, and reports of the office on a longer one it lies in."""
    longer = {"period__starts_on__lte": period.starts_on, "period__ends_on__gte": period.ends_on}
    return Q(period=period) | Q(kind=Kind.REPORT, period__plan=period.plan_id, **longer)


def _together(rows):
    """What one person took several times is one thing."""
    things = {}
    for row in rows:
        key = (row.kind, row.title, row.by_id)
        if key in things:
            things[key] = replace(things[key], times=things[key].times + 1, last_at=row.at)
        else:
            things[key] = IssuedThing(row.get_kind_display(), row.title, row.at, str(row.by))
    return list(things.values())


def _verdicts(report, version, window):
    """The confirmed verdict of the task, and a proposal sent out or drafted from this version."""
    url = reverse("progress:task", args=[report.period.plan.code, report.period.code, report.task.number])
    named = f"第 {report.task.number} 项任务"
    things = []
    verdict = (
        TaskVerdict.objects.filter(_within(window, "confirmed_at"), task=report.task_id, period=report.period)
        .select_related("confirmed_by")
        .first()
    )
    if verdict is not None:
        title = f"{named} {Lamp(verdict.lamp).label}"
        by = str(verdict.confirmed_by)
        things.append(IssuedThing("审定结果", title, verdict.confirmed_at, by, url, verdict.text))
    for proposal in VerdictProposal.objects.filter(task=report.task_id, period=report.period).select_related(
        "proposed_by"
    ):
        words = [
            source.get("text", "")
            for source in proposal.sources
            if (source.get("report"), source.get("version")) == (report.pk, version)
        ]
        if words:
            title = f"{named} 拟{Lamp(proposal.lamp).label}"
            at, by = proposal.sent_at or proposal.proposed_at, str(proposal.proposed_by)
            things.append(IssuedThing("审定拟稿", title, at, by, url, "\n".join(words)))
    return things


def _taken_over(report, version):
    rows = TakenOver.objects.filter(source=report, version=version).select_related(
        "by", "report__agency", "report__task", "report__period__plan"
    )
    return [
        IssuedThing(
            "采用的材料",
            f"{row.report.agency.name} {_place(row)}",
            row.at,
            str(row.by),
            row.report.get_absolute_url(),
            row.text,
        )
        for row in rows
    ]


def _place(row):
    known = row.field in content.fields_of_kind(row.report)
    label = content.label_of(row.field) if known and row.report.task_id else ""
    return f"{row.report.short_subject}{label}"
