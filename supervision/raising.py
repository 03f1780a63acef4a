"""How a problem comes into being: the moment a return or a unit's summary leaves its body with one.

`settle` brings a report's problem in line with what has left the body. The words are those of the newest
frozen version, never of a draft. It may run as often as one likes, and twice at once: the version whose words
stand is kept with the problem, and every change names the revision it was made from.

- left with a problem or something to be coordinated: raised, and the office told at once;
- left again, resubmitted or corrected: the words are the new ones; what they were before stays with the
  steps where the office has triaged them;
- withdrawn, or left again without a problem: taken back where the office has not triaged it, else noted;
- the same words as a standing problem of an earlier period: the new row goes on with it (`continues`), with
  the level, deadline and answer it has.

What is given to a lead (配合材料) is the lead's, and 补录 tells of the past: neither raises anything.
"""

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from agencies.models import User
from agencies.reach import office_people, tell
from progress.figures import meaningful
from progress.models import ProgressReport, ReportVersion
from supervision.models import Problem
from supervision.problems import note, reloaded, tell_of

log = logging.getLogger(__name__)
State = Problem.State
# How far back the sweep looks for a report that should have raised one: what left longer ago was left before
# there were problems, and is the past.
RECENT = timedelta(days=92)
TRIES = 5
# What the office did with a problem, carried on to the next period's row of the same.
CARRIED = (
    *("level", "state", "due_on", "agency", "progress", "answer"),
    *("triaged_at", "triaged_by", "answered_at", "answered_by"),
)


class Overtaken(Exception):
    """Somebody else changed the problem meanwhile: look again."""


@dataclass(frozen=True)
class Told:
    """What a frozen version says of problems; `measures` are its next steps."""

    version: int
    text: str
    request: str
    measures: str
    at: datetime
    by: User

    @property
    def is_problem(self):
        return bool(self.text or self.request)


def hear(report, step):
    """A report has moved (`workflow.report_moved`). What goes wrong here is made good by the sweep: a return
    that left must not look as if it had not. The demonstration's past raises nothing, as for the sweep."""
    if report.is_demo and timezone.now() - step.at > RECENT:
        return
    try:
        settle(report, by=step.by, now=step.at)
    except Exception:
        log.exception("problems of report %s could not be settled", report.pk)


def settle(report, *, by, now, quietly=False):
    """Bring the problem of a report in line with what has left its body; returns the Problem or None.

    by: who moved the report, None for the sweep; quietly: without telling the office.
    """
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return _settled(report.pk, by, now, quietly)
        except (IntegrityError, Overtaken):
            continue
    log.warning("problems of report %s are left to the sweep", report.pk)
    return None


def raise_missing(now):
    """Settle every report whose problem is not what has left its body: what a crash in between left undone.

    The office is told once for all that it raises. Returns the problems changed.
    """
    settled = [settle(report, by=None, now=now, quietly=True) for report in _unsettled(now)]
    settled = [problem for problem in settled if problem is not None]
    by_plan = {}
    for problem in settled:
        if problem.state == State.RAISED:
            by_plan.setdefault(problem.plan, []).append(problem)
    for plan, problems in by_plan.items():
        _tell_of_found(plan, problems, now)
    return settled


def _tell_of_found(plan, problems, now):
    with transaction.atomic():
        tell(
            f"problems-found:{problems[0].pk}:{problems[0].revision}",
            office_people(now=now),
            title=f"补登单位反映的问题 {len(problems)} 条，待研判",
            url=reverse("supervision:problems", args=[plan.code]),
            now=now,
            is_demo=all(problem.is_demo for problem in problems),
        )


# --- which reports ---------------------------------------------------------------------------------


def _raising():
    """Reports whose problems are the office's: returns of tasks and summaries of units."""
    kinds = (ProgressReport.Kind.TASK, ProgressReport.Kind.UNIT)
    return ProgressReport.objects.to_office().filter(kind__in=kinds, period__is_backfill=False)


def _unsettled(now):
    """Reports to be settled; three queries, whatever there is."""
    newest = ReportVersion.objects.filter(report=OuterRef("pk")).order_by("-number").values("number")
    reports = _raising().annotate(newest=Subquery(newest[:1])).order_by("pk")
    out = Q(left_at__isnull=False)
    behind = out & (Q(raised_problem__version__isnull=True) | Q(raised_problem__version__lt=F("newest")))
    taken_back = ~out & Q(raised_problem__version__isnull=False)
    known = reports.filter(raised_problem__isnull=False).filter(behind | taken_back)
    never = reports.filter(out, raised_problem__isnull=True, newest__isnull=False)
    return [*known, *never.filter(pk__in=_telling(never, now))]


def _telling(reports, now):
    """Ids of those of `reports` whose newest version, frozen of late, tells of a problem."""
    versions = ReportVersion.objects.newest().filter(
        report__in=reports.order_by().values("pk"), frozen_at__gte=now - RECENT
    )
    said = versions.values_list("report", "content__problem", "content__request")
    return [report for report, *words in said if any(meaningful(text or "") for text in words)]


# --- settling one ----------------------------------------------------------------------------------


def _settled(pk, by, now, quietly):
    report = _raising().select_related("agency", "task", "period__plan").filter(pk=pk).first()
    if report is None:
        return None
    told = _told(report)
    problem = Problem.objects.filter(report=report).first()
    if problem is None:
        return _raised(report, told, now, quietly) if told and told.is_problem else None
    if problem.version == (told.version if told else None):
        return None
    problem = reloaded(problem)
    if told is None:
        return _taken_back(problem, by, now, version=None, why="单位撤回了报送的材料。")
    if not told.is_problem:
        why = f"第 {told.version} 版不再反映这个问题。"
        return _taken_back(problem, by, now, version=told.version, why=why)
    return _told_anew(problem, told, now, quietly)


def _told(report):
    """What has left the body, or None where nothing stands there."""
    if report.left_at is None:
        return None
    version = report.versions.select_related("frozen_by").order_by("-number").first()
    if version is None:
        return None
    return _of(version)


def _of(version):
    said = version.content
    return Told(
        version=version.number,
        text=meaningful(said.get("problem") or ""),
        request=meaningful(said.get("request") or ""),
        measures=(said.get("next_steps") or "").strip(),
        at=version.frozen_at,
        by=version.frozen_by,
    )


def _raised(report, told, now, quietly):
    problem = Problem.objects.create(
        plan=report.period.plan,
        period=report.period,
        agency=report.agency,
        task=report.task,
        report=report,
        version=told.version,
        text=told.text,
        request=told.request,
        measures=told.measures,
        raised_at=told.at,
        is_demo=report.is_demo,
    )
    return _told_first(problem, told, now, quietly)


def _told_first(problem, told, now, quietly):
    """Note that it was raised, link it, and tell the office of what is new to it."""
    now = max(now, told.at)
    step = note(problem, "raise", by=told.by, now=now, detail={"version": told.version})
    problem = _carry_on(problem, told, now)
    _be_continued(problem)
    if not quietly and problem.continues_id is None:
        about = f"{problem.agency.name}请求上级协调" if problem.request else f"{problem.agency.name}反映问题"
        title = f"【需协调】{about}" if problem.request else about
        text = problem.request or problem.text
        tell_of(problem, step, office_people(now=now), title=title, text=text, now=now)
    return reloaded(problem)


def _told_anew(problem, told, now, quietly):
    """The words of a newer version; after a withdrawal the problem stands again."""
    was = problem
    changes = {"version": told.version, "text": told.text, "request": told.request}
    if not problem.progress:
        # From when it writes of its progress, the body keeps its measures there.
        changes["measures"] = told.measures
    if problem.state == State.WITHDRAWN:
        changes |= {"state": State.RAISED, "raised_at": told.at}
    problem = _changed(problem, changes)
    if was.state == State.WITHDRAWN:
        return _told_first(problem, told, now, quietly)
    same = (was.text, was.request) == (problem.text, problem.request)
    asks_anew = bool(problem.request) and not was.request
    if same or (was.state == State.RAISED and not asks_anew):
        return problem
    said_before = "\n".join(filter(None, [was.text, was.request and f"需协调：{was.request}"]))
    words = f"第 {told.version} 版的文字已更新，原文：\n{said_before}"
    step = note(problem, "update", by=told.by, now=now, words=words, detail={"version": told.version})
    if not quietly:
        tell_of(
            problem,
            step,
            office_people(now=now),
            title=f"{problem.report.agency.name}更新了问题的文字",
            text=problem.words,
            now=now,
        )
    return problem


def _taken_back(problem, by, now, *, version, why):
    """What nobody has triaged is withdrawn; the rest keeps its state and the note."""
    changes = {"version": version}
    if problem.state == State.RAISED:
        changes["state"] = State.WITHDRAWN
    was, problem = problem, _changed(problem, changes)
    if was.state == State.WITHDRAWN:
        return problem
    step = note(problem, "withdraw", by=by, now=now, words=why)
    if problem.is_handled:
        title = f"{problem.report.agency.name}撤回了已研判的问题"
        tell_of(problem, step, office_people(now=now), title=title, text=why, now=now)
    return problem


def _changed(problem, changes):
    moved = Problem.objects.filter(pk=problem.pk, revision=problem.revision, state=problem.state).update(
        revision=F("revision") + 1, **changes
    )
    if not moved:
        raise Overtaken
    return reloaded(problem)


# --- the same problem in several periods -------------------------------------------------------------


def _same_words(problem):
    """Rows of the same body and task in other periods that say the same, leaving signs and spaces aside."""
    others = Problem.objects.exclude(pk=problem.pk).filter(
        plan=problem.plan_id, task=problem.task_id, report__agency=problem.report.agency_id
    )
    if problem.task_id is None:
        others = others.filter(task__isnull=True)
    others = others.select_related("period").order_by("period__ends_on", "pk")
    return [other for other in others if _bare(other.words) == _bare(problem.words)]


def _bare(words):
    return re.sub(r"[\W_]+", "", words)


def _carry_on(problem, told, now):
    if problem.continues_id is not None:
        return problem
    standing = set(Problem.objects.standing().filter(plan=problem.plan_id).values_list("pk", flat=True))
    before = [
        other
        for other in _same_words(problem)
        if other.pk in standing and other.period.ends_on < problem.period.ends_on
    ]
    if not before:
        return problem
    last = before[-1]
    carried = {name: getattr(last, name) for name in CARRIED} if last.is_handled else {}
    problem = _changed(problem, {"continues": last, **carried})
    words = f"与{last.period.label}反映的问题相同" + ("，沿用已定的层级、时限和答复。" if carried else "。")
    note(problem, "continue", by=told.by, now=now, words=words)
    return problem


def _be_continued(problem):
    """Where a later period's report came first, it goes on with this one."""
    later = [
        other
        for other in _same_words(problem)
        if other.period.starts_on > problem.period.starts_on and other.continues_id is None
    ]
    if later and later[0].state != State.WITHDRAWN:
        Problem.objects.filter(pk=later[0].pk, continues__isnull=True).update(continues=problem)
