"""The way of a year's round: 自评 → 初评 → 反馈复核 → 领导小组审定 → 通报 (practice, section 3).

Code and tests read `TRANSITIONS`. Every verb takes the round, `by=` (User), `now=` (aware datetime) and
`revision=` (the revision the caller last saw), runs in one transaction with its RoundStep and audit row,
tells those concerned, and returns the fresh round. Forwards a step wants what it stands on; back it wants a
reason. They raise, in this order: Denied (403), Stale (412), WrongState (409), Incomplete (400; by field),
and Refused for a file that cannot be taken (400).
"""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, Subquery
from django.utils import timezone

from agencies import audit, reach
from agencies.models import Agency, Role
from agencies.writing import some_of
from assessment import files, results, who_acts
from assessment.models import AssessmentFile, AssessmentRound, Objection, RoundStep, Scheme, UnitScore
from assessment.permissions import check_run_rounds
from assessment.scoring import Terms
from assessment.sheets import frozen, never_named, standing_rows
from assessment.year_facts import facts_of_year
from progress.terms import working_days_from
from progress.timetable import spoken
from progress.workflow import Incomplete, Stale, WrongState

State = AssessmentRound.State
Standing = UnitScore.Standing
LONGEST_REASON = 500
LONGEST_DECISION = 120
# Units named in a sentence before it says that there are more.
MOST_NAMED = 5

# (verb, from, to)
TRANSITIONS = (
    ("close_self", State.SELF, State.FIRST),
    ("take_anew", State.FIRST, State.FIRST),
    ("give_back", State.FIRST, State.FEEDBACK),
    ("hand_up", State.FEEDBACK, State.DECIDING),
    ("publish", State.DECIDING, State.PUBLISHED),
    ("step_back", State.FIRST, State.SELF),
    ("step_back", State.FEEDBACK, State.FIRST),
    ("step_back", State.DECIDING, State.FEEDBACK),
    ("step_back", State.PUBLISHED, State.DECIDING),
)
TARGETS = {(verb, source): target for verb, source, target in TRANSITIONS}
# Steps that wait for what `left_to_do` says.
WAITING = ("close_self", "give_back", "hand_up")
LABELS = {
    "begin": "启动年度考核",
    "close_self": "转入初评",
    "take_anew": "重新取数",
    "give_back": "反馈各单位",
    "hand_up": "提请审定",
    "publish": "登记审定并通报",
    "step_back": "退回上一阶段",
}


@dataclass(frozen=True)
class Decision:
    """What is known of 审定: the meeting or paper, its day, the number of the circular (may be empty)."""

    decision: str
    decided_on: object
    circular_number: str = ""


# --- beginning ---------------------------------------------------------------------------------------


def begin(scheme, *, by, now):
    """启动 the round of a published scheme: who is judged is settled, everybody is asked for 自评.

    Returns the AssessmentRound. Raises Denied; WrongState without a published scheme, where it was begun, for
    a year in which nobody owed anything, and where nobody is named to review the office's host unit.
    """
    check_run_rounds(by)
    refused = why_not_begin(scheme)
    if refused:
        raise WrongState(refused)
    facts = facts_of_year(scheme.plan, scheme.year, now)
    if all(each.is_empty for each in facts.values()):
        raise WrongState(f"{scheme.year}年没有单位承担任务，也没有应报事项，没有可以考核的内容。")
    with transaction.atomic():
        # From now on the scheme cannot be withdrawn: of the two whoever is first wins.
        own = Scheme.objects.filter(pk=scheme.pk, state=Scheme.State.PUBLISHED)
        if not own.update(revision=F("revision") + 1):
            raise WrongState(NOT_PUBLISHED)
        round = _opened(scheme, by, now)
        facts |= never_named(scheme, facts, now)
        UnitScore.objects.bulk_create(standing_rows(round, scheme, facts))
        step = _note("begin", round, by, now)
        title = f"{round}已启动，请于{spoken(round.self_until)}前完成自评"
        _tell_units(step, round, title, standing=Standing.SCORED)
    return round


NOT_PUBLISHED = "考核办法还没有公布，请先在“考核办法”中公布，再启动年度考核。"


def why_not_begin(scheme):
    """Why the round of a year cannot begin now, or "" where it can. scheme: a Scheme, or None."""
    if scheme is None or scheme.state != Scheme.State.PUBLISHED:
        return NOT_PUBLISHED
    if AssessmentRound.objects.filter(scheme=scheme).exists():
        return f"{scheme.year}年度考核已经启动。"
    return ""


def _opened(scheme, by, now):
    try:
        with transaction.atomic():
            return AssessmentRound.objects.create(
                scheme=scheme,
                begun_at=now,
                begun_by=by,
                self_until=working_days_from(now, scheme.self_days),
                is_demo=scheme.is_demo or by.is_demo,
            )
    except IntegrityError as taken:
        raise WrongState(f"{scheme.year}年度考核刚被他人启动。") from taken


# --- forwards ----------------------------------------------------------------------------------------


@transaction.atomic
def close_self(round, *, by, now, revision):
    """自评 → 初评: the facts of the year are frozen as they stand now, and every unit is scored."""
    round = _begun("close_self", round, by, now, revision)
    round, step = _move("close_self", round, by, now, {"facts_at": now})
    _freeze(round, now)
    _tell(step, round, reach.office_people(now=now), f"{round}进入初评，请逐家确认")
    _tell_reviewers(step, round, now)
    return round


@transaction.atomic
def take_anew(round, *, by, now, revision):
    """重新取数 in 初评. The step says whose score changed; those are confirmed anew."""
    round = _begun("take_anew", round, by, now, revision)
    round, _ = _move("take_anew", round, by, now, {"facts_at": now}, said=lambda: _freeze(round, now))
    return round


@transaction.atomic
def give_back(round, *, by, now, revision):
    """初评 → 反馈复核: every unit is told its score and has the scheme's working days to object."""
    round = _begun("give_back", round, by, now, revision)
    until = working_days_from(now, round.scheme.objection_days)
    round, step = _move("give_back", round, by, now, {"objections_until": until})
    UnitScore.objects.filter(round=round).update(agreed_at=None, agreed_by=None)
    said = f"{round}初评情况已反馈，如有异议请于{spoken(until)}前提出"
    _tell_units(step, round, said, hasty=True)
    return round


@transaction.atomic
def hand_up(round, *, by, now, revision):
    """反馈复核 → 领导小组审定: no objection is open, and the window is over or everybody has answered."""
    round = _begun("hand_up", round, by, now, revision)
    round, _ = _move("hand_up", round, by, now)
    return round


def publish(round, *, said, scan, by, now, revision):
    """领导小组审定 → 通报. said: a Decision; scan: the uploaded PDF, JPG or PNG of the minutes."""
    round = _begun("publish", round, by, now, revision)
    said = _decided(round, said, scan, now)
    with files.kept("round", round, scan, kind=AssessmentFile.Kind.SCAN, by=by, now=now):
        round, step = _move("publish", round, by, now, said)
        _tell_units(step, round, f"{round}结果已通报")
    return round


def step_back(round, *, reason, by, now, revision):
    """One step back, with a reason every unit reads. What was stated by hand stays."""
    check_run_rounds(by)
    if not (reason or "").strip():
        raise Incomplete({"reason": "请写明退回的原因，各单位会看到。"})
    if len(reason.strip()) > LONGEST_REASON:
        raise Incomplete({"reason": f"现有 {len(reason.strip())} 字，最多 {LONGEST_REASON} 字，请精简。"})
    with transaction.atomic():
        round = _begun("step_back", round, by, now, revision)
        source = round.state
        round, step = _move("step_back", round, by, now, _undone(round, now), reason.strip())
        if source == State.FIRST:
            _unfreeze(round)
        title = f"{round}退回到“{round.get_state_display()}”阶段"
        _tell_units(step, round, title, reason.strip(), hasty=True)
    return round


def _undone(round, now):
    """What a step back takes back of the round itself: deadlines that have passed begin anew."""
    if round.state == State.FIRST:
        return {"facts_at": None, "self_until": _renewed(round.self_until, now, round.scheme.self_days)}
    if round.state == State.FEEDBACK:
        return {"objections_until": None}
    if round.state == State.DECIDING:
        until = _renewed(round.objections_until, now, round.scheme.objection_days)
        return {"objections_until": until}
    return {}


def _renewed(until, now, days):
    return until if until and until > now else working_days_from(now, days)


# --- what a step wants -------------------------------------------------------------------------------


def left_to_do(round, now):
    """What is left before the next step, as sentences; none where it can be taken. At most three queries."""
    units = UnitScore.objects.filter(round=round)
    if round.state == State.SELF:
        return _self_left(round, units, now)
    if round.state == State.FIRST:
        return _first_left(units, now)
    if round.state == State.FEEDBACK:
        return _feedback_left(round, units, now)
    return []


def _self_left(round, units, now):
    if now > round.self_until:
        return []
    left = units.filter(standing=Standing.SCORED, self_signed_at__isnull=True)
    left = list(left.values_list("name", flat=True))
    if not left:
        return []
    names = some_of(left, MOST_NAMED)
    return [f"自评到{spoken(round.self_until)}截止，还有 {len(left)} 家没有报出：{names}。"]


def _first_left(units, now):
    left = units.exclude(standing=Standing.EXCLUDED).filter(scored_at__isnull=True)
    left = list(left.select_related("reviewer").defer("facts", "result"))
    if not left:
        return []
    names = some_of([each.name for each in left], MOST_NAMED)
    said = [f"还有 {len(left)} 家没有确认初评：{names}。", *who_acts.why_unscored(left, now)]
    return ["".join(said)]


def _feedback_left(round, units, now):
    # What was decided before the scores were given back last is no answer to these.
    given_back = RoundStep.objects.filter(round=round, verb="give_back").order_by("-at", "-pk")
    decided = Objection.objects.filter(
        state=Objection.State.DECIDED, written_at__gte=Subquery(given_back.values("at")[:1])
    ).values("unit")
    is_silent = ~Q(standing=Standing.EXCLUDED) & Q(agreed_at__isnull=True) & ~Q(pk__in=decided)
    left = units.aggregate(
        raised=Count("objections", filter=Q(objections__state=Objection.State.RAISED), distinct=True),
        silent=Count("pk", filter=is_silent, distinct=True),
    )
    said = []
    if left["raised"]:
        said.append(f"还有 {left['raised']} 件异议没有复核。")
    if now <= round.objections_until and left["silent"]:
        until = spoken(round.objections_until)
        said.append(f"反馈复核到{until}截止，还有 {left['silent']} 家没有答复。")
    return said


def _decided(round, said, scan, now):
    """The fields of a decision, trimmed. Raises Incomplete by field."""
    decision, number = said.decision.strip(), said.circular_number.strip()
    missing, today = {}, timezone.localdate(now)
    if not decision:
        missing["decision"] = "请填写审定的会议或文件，例如“领导小组 2026 年第二次会议”。"
    elif len(decision) > LONGEST_DECISION:
        missing["decision"] = f"最多 {LONGEST_DECISION} 字，请精简。"
    if len(number) > 60:
        missing["circular_number"] = "通报文号最多 60 字，请精简。"
    if said.decided_on is None:
        missing["decided_on"] = "请填写审定日期。"
    elif said.decided_on > today:
        missing["decided_on"] = "审定日期不能晚于今天。"
    elif said.decided_on < timezone.localdate(round.begun_at):
        missing["decided_on"] = "审定日期不能早于考核启动的日期，请核对。"
    if scan is None:
        missing["scan"] = "请上传会议纪要或审定文件的扫描件。"
    if missing:
        raise Incomplete(missing)
    return {"decision": decision, "circular_number": number, "decided_on": said.decided_on}


# --- facts -------------------------------------------------------------------------------------------


def _freeze(round, now):
    """Take the facts as they stand and score everybody. Returns a sentence on whose score changed."""
    scheme = round.scheme
    facts = facts_of_year(scheme.plan, scheme.year, now)
    there = {each.agency_id: each for each in UnitScore.objects.filter(round=round)}
    new = standing_rows(round, scheme, {key: said for key, said in facts.items() if key not in there})
    UnitScore.objects.bulk_create(new)
    units = list(UnitScore.objects.filter(round=round).select_related("agency"))
    before = {each.pk: each.total for each in units if each.facts is not None}
    changed = frozen(units, facts, scheme)
    results.work_out(units, Terms.of(scheme), results.by_hand_of(units))
    for each in units:
        if each.pk in changed or before.get(each.pk, each.total) != each.total:
            each.scored_at = each.scored_by = None
        each.revision += 1
    named = ("facts", "result", "total", "name", "unit_class", "standing", "standing_reason")
    UnitScore.objects.bulk_update(units, [*named, "reviewer", "scored_at", "scored_by", "revision"], 100)
    results.rank_all(round.pk, scheme)
    return _changes(units, before, changed)


def _changes(units, before, changed):
    """“市科技局 86.20 → 87.00、……”: whose score is another than it was; who has other facts for the same."""
    said = [
        f"{each.name} {_points(before[each.pk])} → {_points(each.total)}"
        for each in units
        if each.pk in before and before[each.pk] != each.total
    ]
    same = sum(1 for each in units if each.pk in changed and before.get(each.pk) == each.total)
    words = f"{len(said)} 家得分有变化：{'、'.join(said)}。" if said else "得分没有变化。"
    return words + (f"另有 {same} 家事实有变化，得分不变。" if same and before else "")


def _points(total):
    return "不计分" if total is None else str(total)


def _unfreeze(round):
    """Back in 自评 nobody has a score; what was stated by hand waits for the next one."""
    UnitScore.objects.filter(round=round).update(
        **dict.fromkeys(("facts", "result", "total", "rank", "scored_at", "scored_by")),
        **dict.fromkeys(("agreed_at", "agreed_by")),
        grade="",
        revision=F("revision") + 1,
    )


# --- moving ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Action:
    """One button of the office on a round: greyed with `reasons` where it cannot be pressed yet."""

    verb: str
    label: str
    reasons: tuple[str, ...]

    @property
    def allowed(self):
        return not self.reasons

    @property
    def reason(self):
        return "".join(self.reasons)


def actions(round, user, now, left=None):
    """The buttons of a round as it stands, what is next first; nobody but the office has any.

    left: what `left_to_do` said, where it is at hand.
    """
    if not user.is_office:
        return []
    left = tuple(left_to_do(round, now) if left is None else left)
    here = [verb for verb, source, _ in TRANSITIONS if source == round.state]
    here.sort(key=lambda verb: verb in ("take_anew", "step_back"))
    return [Action(verb, LABELS[verb], left if verb in WAITING else ()) for verb in here]


def load(pk):
    """The round as it stands, with what its rules and pages ask."""
    named = ("scheme__plan", "scheme__host", "scheme__cross_reviewer", "begun_by")
    return AssessmentRound.objects.select_related(*named).get(pk=pk)


def _begun(verb, round, by, now, revision):
    """Whether a verb may be done now; gives the round with its scheme. Raises Denied, Stale, WrongState."""
    check_run_rounds(by)
    fresh = load(round.pk)
    if fresh.revision != revision:
        raise Stale(fresh)
    if (verb, fresh.state) not in TARGETS:
        raise WrongState(f"年度考核现在是“{fresh.get_state_display()}”阶段，不能{LABELS[verb]}。")
    _check_nothing_left(verb, fresh, now)
    return fresh


def _check_nothing_left(verb, round, now):
    """Raises WrongState where a step forwards still waits for something."""
    left = left_to_do(round, now) if verb in WAITING else []
    if left:
        raise WrongState("".join(left))


def _move(verb, round, by, now, changes=None, reason="", said=None):
    """Take the arrow where nobody was first; (fresh round, RoundStep). Raises Stale.

    said: a function giving the reason once the row is ours.
    """
    source = round.state
    target = TARGETS[verb, source]
    own = AssessmentRound.objects.filter(pk=round.pk, revision=round.revision, state=source)
    if not own.update(revision=F("revision") + 1, state=target, **(changes or {})):
        raise Stale(load(round.pk))
    # Asked again now that the row is ours: an objection raised, or a score unsettled, at this instant.
    _check_nothing_left(verb, round, now)
    fresh = load(round.pk)
    return fresh, _note(verb, fresh, by, now, source, said() if said else reason)


def _note(verb, round, by, now, source="", reason=""):
    step = RoundStep.objects.create(
        round=round,
        verb=verb,
        from_state=source,
        to_state=round.state,
        at=now,
        by=by,
        reason=reason,
        is_demo=round.is_demo,
    )
    detail = {"from": State(source).label if source else "", "to": State(round.state).label}
    audit.record(LABELS[verb], round, by=by, now=now, detail=detail)
    return step


# --- telling -----------------------------------------------------------------------------------------


def _tell_units(step, round, title, text="", *, standing=None, hasty=False):
    """The people of every unit that takes part hear of it, each with the address of its own sheet."""
    units = UnitScore.objects.filter(round=round).exclude(standing=Standing.EXCLUDED)
    units = list((units.filter(standing=standing) if standing else units).select_related("agency"))
    bodies = [each.agency_id for each in units]
    people = reach.people_at(bodies, Role.REPORTER, Role.APPROVER, now=step.at)
    for unit in units:
        unit.round = round
        key = f"round-step:{step.pk}:{unit.agency_id}"
        said = {"title": title, "text": text, "url": unit.get_absolute_url(), "now": step.at}
        reach.tell(key, people[unit.agency_id] - {step.by_id}, **said, is_demo=step.is_demo, hasty=hasty)


def _tell_reviewers(step, round, now):
    """The people of a unit that reviews another learn that it waits for them."""
    reviewers = Agency.objects.filter(
        pk__in=UnitScore.objects.filter(round=round, reviewer__isnull=False).values("reviewer")
    )
    bodies = [each.pk for each in reviewers]
    _tell(
        step,
        round,
        reach.everyone_at(bodies, Role.REPORTER, Role.APPROVER, now=now),
        f"{round}：请对办公室所在单位交叉评审",
        "review",
    )


def _tell(step, round, people, title, what="step"):
    url, key = round.get_absolute_url(), f"round-{what}:{step.pk}"
    reach.tell(key, people - {step.by_id}, title=title, url=url, now=step.at, is_demo=step.is_demo)
