"""问题: what the office and the bodies do with a problem once it is known (plan clauses R5, R6).

The office triages it (研判): who answers for it, by when, and how far up it goes: 单位自行解决 → 办公室协调 →
提请领导小组 → 提请市委、市政府. It may go up or down later, with a reason. The office answers, the body that
answers for it writes what it has done, the office closes it (销号). How problems come into being from
returns is told in `raising`.

Verbs take the problem, `by=`, `now=` and, where they change it, `revision=` (the one last seen). They run in
one transaction with a step, a line of the trail and the news to those concerned, return the fresh problem,
and raise in this order Denied, Stale, WrongState, ValidationError by field.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agencies import audit
from agencies.models import Role
from agencies.permissions import Denied
from agencies.reach import everyone_at, office_people, tell
from progress.exports.followed import FollowUp
from progress.workflow import Stale, WrongState
from supervision import permissions
from supervision.models import Problem, ProblemStep
from tasks.models import Assignment

audit.keep_secret("supervision.problem", lambda: Problem.objects.filter(task__is_sensitive=True))

Level, State = Problem.Level, Problem.State
LADDER = list(Level)
WORDS_LIMIT = 5000
LABELS = {
    "raise": "提出问题",
    "update": "更新",
    "withdraw": "撤回",
    "continue": "延续上期问题",
    "triage": "研判",
    "raise_level": "上调层级",
    "lower_level": "下调层级",
    "adjust": "调整",
    "answer": "答复",
    "progress": "整改进展",
    "close": "销号",
    "reopen": "重新办理",
    "drop": "撤销",
}
# Which states a verb starts from, and where it leads; None: it stays.
TRANSITIONS = {
    "triage": ((State.RAISED,), State.IN_HAND),
    "adjust": ((State.IN_HAND, State.ANSWERED), None),
    "answer": ((State.IN_HAND, State.ANSWERED), State.ANSWERED),
    "progress": ((State.IN_HAND, State.ANSWERED), None),
    "close": ((State.IN_HAND, State.ANSWERED), State.CLOSED),
    "reopen": ((State.CLOSED,), State.IN_HAND),
    "drop": ((State.RAISED, State.IN_HAND, State.ANSWERED), State.WITHDRAWN),
}
# The verbs in the order they are offered; all the office's but `progress`.
VERBS = ("triage", "answer", "progress", "adjust", "close", "reopen", "drop")


@dataclass(frozen=True)
class Action:
    """One verb for a person on a problem: greyed with `reason` where it is not allowed."""

    verb: str
    label: str
    reason: str


def actions_for(user, problem):
    """The Actions of a problem as it stands, for those who have any part in it."""
    found = []
    for verb in VERBS:
        if problem.state not in TRANSITIONS[verb][0] or (verb == "drop" and not problem.is_by_hand):
            continue
        try:
            permissions.check_problem(user, problem, verb)
            reason = ""
        except Denied as denied:
            reason = denied.reason
        found.append(Action(verb, LABELS[verb], reason))
    return found


# --- the office ------------------------------------------------------------------------------------


def set_down(plan, *, period, agency, text, task=None, request="", measures="", by, now):
    """The office notes a problem of its own accord; it waits to be triaged. Returns it.

    period: the ReportingPeriod it belongs to; agency: who answers for it; task: or None.
    Raises Denied, ValidationError by field.
    """
    permissions.check_handle_problems(by)
    text = _required("text", text, "请写明存在的问题。")
    _check_knows(agency, task)
    with transaction.atomic():
        problem = Problem.objects.create(
            plan=plan,
            period=period,
            agency=agency,
            task=task,
            text=text,
            request=request.strip(),
            measures=measures.strip(),
            raised_at=now,
            is_demo=by.is_demo,
        )
        note(problem, "raise", by=by, now=now)
    return problem


def triage(problem, *, level, due_on, by, now, revision, agency=None, words=""):
    """研判: say how far up it goes, by when (a date), and who answers for it (default: as it is).

    The bodies concerned are told."""
    _begin("triage", problem, by, revision)
    agency = agency or problem.agency
    _check_triage(problem, level, due_on, agency, now)
    changes = {
        "level": level,
        "due_on": due_on,
        "agency": agency,
        "triaged_at": now,
        "triaged_by": by,
    }
    said = f"{Level(level).label}，{due_on:%Y-%m-%d} 前，{agency.name}负责。{words.strip()}"
    return _move("triage", problem, changes, by=by, now=now, revision=revision, words=said)


def triage_all(chosen, *, level, due_on, by, now, words=""):
    """研判 of several at once, all or none; each body stays responsible for its own.

    chosen: [(problem, revision last seen)]. Returns the fresh problems. The sentence of what cannot be done
    names the problem."""
    with transaction.atomic():
        return [
            triage(problem, level=level, due_on=due_on, words=words, by=by, now=now, revision=revision)
            for problem, revision in chosen
        ]


def adjust(problem, *, level, due_on, agency, reason, by, now, revision):
    """Another level, deadline or body, with the reason. Another level takes it in hand again
    where it had been answered."""
    _begin("adjust", problem, by, revision)
    reason = _required("reason", reason, "请写明调整的原因，原因会随问题长期保存。")
    _check_triage(problem, level, due_on, agency, now, before=problem.due_on)
    changed = _changed(problem, level, due_on, agency)
    if not changed:
        raise ValidationError({"level": "层级、时限和责任单位都没有变化。"})
    changes = {"level": level, "due_on": due_on, "agency": agency}
    if problem.level != level:
        changes["state"] = State.IN_HAND
    verb = _direction(problem.level, level)
    words = "；".join(changed) + f"。原因：{reason}"
    concerned = {problem.agency_id, agency.pk}
    return _move(verb, problem, changes, by=by, now=now, revision=revision, words=words, concerned=concerned)


def answer(problem, *, text, by, now, revision):
    """答复: what the office, or whom it asked, says to it. A later answer follows the earlier one."""
    _begin("answer", problem, by, revision)
    text = _required("text", text, "请写明答复内容。")
    changes = {"answer": text, "answered_at": now, "answered_by": by}
    return _move("answer", problem, changes, by=by, now=now, revision=revision, words=text)


def close(problem, *, words, by, now, revision):
    """销号, with the words it is closed on."""
    _begin("close", problem, by, revision)
    words = _required("words", words, "请写明销号的依据，例如整改已到位、已另行解决。")
    changes = {"closed_at": now, "closed_by": by}
    return _move("close", problem, changes, by=by, now=now, revision=revision, words=words)


def reopen(problem, *, words, by, now, revision):
    """Take a closed problem in hand again, with the reason."""
    _begin("reopen", problem, by, revision)
    words = _required("words", words, "请写明重新办理的原因。")
    changes = {"closed_at": None, "closed_by": None}
    return _move("reopen", problem, changes, by=by, now=now, revision=revision, words=words)


def drop(problem, *, words, by, now, revision):
    """Take back what the office had set down itself. What a return told stands until it is closed."""
    if not problem.is_by_hand:
        raise WrongState("这个问题来自单位报送的材料，不能撤销；已解决的请销号。")
    _begin("drop", problem, by, revision)
    words = _required("words", words, "请写明撤销的原因。")
    return _move("drop", problem, {}, by=by, now=now, revision=revision, words=words)


# --- the body --------------------------------------------------------------------------------------


def report_progress(problem, *, progress, by, now, revision, measures=None):
    """整改进展, by a reporter of the body that answers for it; measures: 整改措施, None to leave them."""
    _begin("progress", problem, by, revision)
    progress = _required("progress", progress, "请写明整改进展。")
    measures = problem.measures if measures is None else measures.strip()
    if (progress, measures) == (problem.progress, problem.measures):
        raise ValidationError({"progress": "内容没有变化。请写明新的进展。"})
    changes = {"progress": progress, "measures": measures}
    return _move("progress", problem, changes, by=by, now=now, revision=revision, words=progress)


# --- how it moves ----------------------------------------------------------------------------------


def note(problem, verb, *, by, now, words="", detail=None):
    """Keep a step and a line of the trail, inside the caller's transaction; returns the ProblemStep."""
    step = ProblemStep.objects.create(
        problem=problem,
        verb=verb,
        by=by,
        at=now,
        words=words,
        is_demo=problem.is_demo or bool(by and by.is_demo),
    )
    # Not what was said: the trail is read by those who may not read problems.
    audit.record(LABELS[verb], problem, by=by, now=now, detail=detail)
    return step


def tell_of(problem, step, people, *, title, text="", now):
    """Tell people of a step; of a sensitive task nothing is said outside its page."""
    hidden = problem.task_id is not None and problem.task.is_sensitive
    tell(
        f"problem-step:{step.pk}",
        people - {step.by_id},
        title=f"{title}：{problem.subject}",
        text="" if hidden else text[:200],
        url=problem.get_absolute_url(),
        now=now,
        is_demo=problem.is_demo,
    )


def check_not_continued(problem):
    """Raises WrongState where the same problem goes on in a later period's row."""
    if not Problem.objects.current().filter(pk=problem.pk).exists():
        raise WrongState("同一问题已在以后的报告期继续反映，请到最近一期的问题中办理。")


def _begin(verb, problem, by, revision):
    permissions.check_problem(by, problem, verb)
    if problem.revision != revision:
        raise Stale(problem)
    if problem.state not in TRANSITIONS[verb][0]:
        raise WrongState(f"这个问题{problem.get_state_display()}，不能{LABELS[verb]}。")
    check_not_continued(problem)


@transaction.atomic
def _move(verb, problem, changes, *, by, now, revision, words, concerned=()):
    """Change the row if nobody else has, and keep, record and tell it. Raises Stale."""
    _, target = TRANSITIONS.get(verb, ((), None))
    before = problem.state
    if target is not None:
        changes = changes | {"state": target}
    moved = Problem.objects.filter(pk=problem.pk, revision=revision, state=before).update(
        revision=F("revision") + 1, **changes
    )
    fresh = reloaded(problem)
    if not moved:
        raise Stale(fresh)
    detail = {"from": State(before).label, "to": fresh.get_state_display()} if before != fresh.state else {}
    if fresh.level != problem.level:
        detail["层级"] = [problem.get_level_display(), fresh.get_level_display()]
    if fresh.due_on != problem.due_on:
        detail["整改时限"] = [str(problem.due_on or ""), str(fresh.due_on or "")]
    step = note(fresh, verb, by=by, now=now, words=words, detail=detail)
    _tell_concerned(fresh, step, concerned, words, now)
    return fresh


def _tell_concerned(problem, step, concerned, words, now):
    """What the office does is told to the bodies concerned, what a body writes to the office."""
    if step.verb == "progress":
        tell_of(problem, step, office_people(now=now), title="整改进展已更新", text=words, now=now)
        return
    bodies = {problem.agency_id, *concerned}
    if problem.report_id:
        bodies.add(problem.report.agency_id)
    people = everyone_at(bodies, Role.REPORTER, Role.APPROVER, now=now)
    tell_of(problem, step, people, title=f"问题已{LABELS[step.verb]}", text=words, now=now)


def follow_ups(reports):
    """{report id: FollowUp} of the problems told in these reports (ids) that were triaged; one query."""
    handled = Problem.objects.filter(report__in=reports, triaged_at__isnull=False)
    return {
        each.report_id: FollowUp(each.measures, each.due_on, each.progress, each.state == State.CLOSED)
        for each in handled
    }


def reloaded(problem):
    """The problem as it stands now, with what its page and its news name."""
    return Problem.objects.select_related("agency", "task", "period", "plan", "report__agency").get(
        pk=problem.pk
    )


# --- what must be said -----------------------------------------------------------------------------


def _check_triage(problem, level, due_on, agency, now, before=None):
    """Raises ValidationError by field. before: the deadline already set, which may stay though it is past."""
    wrong = {}
    if level not in Level.values:
        wrong["level"] = "请选择办理层级。"
    if due_on is None:
        wrong["due_on"] = "请填写整改时限。"
    elif due_on != before and due_on < timezone.localdate(now):
        wrong["due_on"] = "整改时限已经过去，请选今天或以后的日期。"
    elif due_on.year > problem.plan.ends_on.year + 5:
        wrong["due_on"] = f"整改时限不能晚于 {problem.plan.ends_on.year + 5} 年。"
    if wrong:
        raise ValidationError(wrong)
    _check_knows(agency, problem.task)


def _check_knows(agency, task):
    """A body answers only for what it may know of. Raises ValidationError."""
    if task is None or not task.is_sensitive:
        return
    if not Assignment.objects.on(timezone.localdate()).filter(task=task, agency=agency).exists():
        raise ValidationError({"agency": "该任务限知悉范围，只能由承担该任务的单位负责。"})


def _changed(problem, level, due_on, agency):
    """What an adjustment changes, in words."""
    pairs = [
        (problem.get_level_display(), Level(level).label),
        (f"时限 {problem.due_on or '未定'}", f"{due_on}"),
        (problem.agency.name, agency.name),
    ]
    different = (problem.level != level, problem.due_on != due_on, problem.agency_id != agency.pk)
    return [f"{old} → {new}" for (old, new), changed in zip(pairs, different, strict=True) if changed]


def _direction(old, new):
    if old == new:
        return "adjust"
    return "raise_level" if LADDER.index(Level(new)) > LADDER.index(Level(old)) else "lower_level"


def _required(field, text, sentence):
    text = (text or "").strip()
    if not text:
        raise ValidationError({field: sentence})
    if len(text) > WORDS_LIMIT:
        raise ValidationError({field: f"最多 {WORDS_LIMIT} 字，请精简。"})
    return text
