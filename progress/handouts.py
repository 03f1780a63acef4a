"""分办: handing parts of a return to colleagues, their answers, and merging these field by field.

Only the body's reporters hand out, merge and recall; a colleague answers and can never submit. What is said
here stays inside the body: the trail names fields and people, never the words.
"""

import json
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from agencies import audit
from agencies.along import along, objects
from agencies.dating import in_force
from agencies.models import Role, User
from agencies.permissions import Denied
from agencies.writing import numeral_of
from progress import content, drafts, history, permissions
from progress.models import Handout, ProgressReport
from progress.paragraphs import MOST as MOST_PARAGRAPHS
from progress.return_sheet import ReturnSheet
from progress.unit_sheet import UnitSheet
from progress.workflow import Incomplete, Stale, WrongState

audit.keep_secret("progress.handout", lambda: Handout.objects.filter(report__task__is_sensitive=True))

How = Handout.How
NOTE_LIMIT = 500
# What many returns may be handed out by at once; 汇总稿 is asked of some first leads only.
COMMON_PARTS = ("progress", "experience", "problem", "request", "next_steps")
TAKERS = (Role.COLLEAGUE, Role.REPORTER)
CHAPTER = "chapter-"


# --- what can be handed out ------------------------------------------------------------------------


def parts_of(report):
    """The fields of a report that can be handed out, in the order of its form: {name: label}."""
    if report.kind == ProgressReport.Kind.UNIT:
        return _parts_of_unit(UnitSheet(report))
    names = [*COMMON_PARTS, *(["consolidated"] if ReturnSheet(report).asks_consolidated else [])]
    return {name: content.label_of(name) for name in names}


def _parts_of_unit(sheet):
    chapters = [part.chapter for part in sheet.chapters]
    paragraphs = {f"{CHAPTER}{each.number}": f"{_chapter(each.number)}：{each.title}" for each in chapters}
    names = [name for name in content.unit.TEXTS if name != "benchmarking" or sheet.learns]
    texts = {name: content.unit.label_of(name) for name in names}
    return {"overview": texts.pop("overview"), **paragraphs, **texts}


def label_of(handout, part):
    """The name of one of its fields as the form has it; a 行动 by its number."""
    if part.startswith(CHAPTER):
        return _chapter(_number(part))
    of_unit = handout.report.kind == ProgressReport.Kind.UNIT
    return content.unit.label_of(part) if of_unit else content.label_of(part)


def labels_of(handout):
    """{part: label} of what was handed out."""
    return {part: label_of(handout, part) for part in handout.parts}


def full_labels_of(handout):
    """As `labels_of`, a 行动 with its title; one query where there is one."""
    if not any(part.startswith(CHAPTER) for part in handout.parts):
        return labels_of(handout)
    titles = dict(handout.report.period.plan.chapters.values_list("number", "title"))
    return {
        part: f"{label}：{titles.get(_number(part), '')}" if part.startswith(CHAPTER) else label
        for part, label in labels_of(handout).items()
    }


def text_of(report, part):
    """What stands in a field of a report (as `content.load` gives it) now."""
    if part.startswith(CHAPTER):
        return "\n".join(row.text for row in report.paragraphs.all() if row.chapter.number == _number(part))
    return getattr(content.return_of(report), part)


def last_texts(handout):
    """What the body said in these fields last quarter, where it said anything: {part: text}."""
    previous = history.previous_return(handout.report)
    if previous is None:
        return {}
    return {part: text for part in handout.parts if (text := text_of(previous, part))}


def _number(part):
    """The number of the 行动 a field `chapter-<number>` stands for."""
    return int(part.removeprefix(CHAPTER))


def _chapter(number):
    return f"行动{numeral_of(number)}"


# --- who may -----------------------------------------------------------------------------------------


def colleagues_at(agency_ids, *, by):
    """Whom `by` may hand something of these bodies to: active people who help out or report there today, or
    at a successor that acts for them; never oneself. Ordered by name."""
    acting = set(agency_ids) | {new for old, new in by.successions if old in agency_ids}
    posts = in_force(timezone.localdate(), "posts__")
    people = User.objects.filter(posts, posts__agency__in=acting, posts__role__in=TAKERS, is_active=True)
    return people.exclude(pk=by.pk).order_by("full_name", "username").distinct()


def check_hand_out(user, report, now):
    """Handing out, merging and recalling: the body's reporters, while they may fill in the report."""
    if not permissions.reports_for(user, report):
        raise Denied("只有本单位填报人可以分办。")
    permissions.check_edit(user, report, now)


def check_answer(user, handout, now):
    """Answering: the colleague it was given to, while the report's period is not shut."""
    given = handout.report.agency_id in user.agency_ids(*TAKERS)
    if handout.to_id != user.pk or not given:
        raise Denied("只有分办给本人的事项可以填写。")
    permissions.check_not_waived(handout.report)
    permissions.check_not_locked(handout.report, now)


# --- handing out -------------------------------------------------------------------------------------


@transaction.atomic
def hand_out(reports, *, to, parts, due_on, note="", by, now):
    """Give `parts` of each of `reports` to each of the people `to`, all or none; returns the Handouts.

    due_on: the day it is wanted by. Raises Denied, WrongState (a report can no longer be changed), or
    ValidationError by field (reports, to, parts, due_on, note).
    """
    for report in reports:
        check_hand_out(by, report, now)
        if not report.is_editable:
            raise WrongState(f"{report.subject}：当前状态为“{report.state_word}”，不能再分办。")
    _check_asked(reports, to, parts, due_on, note, by, now)
    return [_give(report, person, list(parts), due_on, note, by, now) for report in reports for person in to]


def _check_asked(reports, to, parts, due_on, note, by, now):
    problems = {}
    if not reports:
        problems["reports"] = "请至少选一项任务。"
    if not to:
        problems["to"] = "请选择协办人。"
    if not parts:
        problems["parts"] = "请至少选一栏。"
    elif any(_not_there(report, parts) for report in reports):
        problems["parts"] = "所选栏目不在这份表中，请刷新页面后再选。"
    if due_on is None:
        problems["due_on"] = "请写明请于何日前交回。"
    elif due_on < timezone.localdate(now):
        problems["due_on"] = "这个日期已经过去，请选今天或以后的日期。"
    if len(note) > NOTE_LIMIT:
        problems["note"] = f"要求有 {len(note)} 字，最多 {NOTE_LIMIT} 字，请精简。"
    if not problems and (why := _why_not_to(reports, to, parts, by)):
        problems["to"] = why
    if problems:
        raise ValidationError(problems)


def _not_there(report, parts):
    """Those of `parts` the report does not have; what every task's return has is not looked up."""
    if report.kind == ProgressReport.Kind.TASK and set(parts) <= set(COMMON_PARTS):
        return set()
    return set(parts) - set(parts_of(report))


def _why_not_to(reports, to, parts, by):
    """Why one of the people cannot be given this: not of the body, or they have it already."""
    for agency in {report.agency for report in reports}:
        allowed = set(colleagues_at([agency.pk], by=by).values_list("pk", flat=True))
        if strangers := [person for person in to if person.pk not in allowed]:
            return f"{strangers[0]}不是{agency}的协办人或填报人，请重新选择。"
    held = Handout.objects.open().filter(report__in=reports, to__in=to)
    for handout in held.select_related("to", "report__period", "report__task"):
        if double := [part for part in handout.parts if part in parts]:
            what = f"{handout.report.short_subject}的“{label_of(handout, double[0])}”"
            return f"{what}已经分办给{handout.to}，尚未办结，不必重复分办。"
    return ""


def _give(report, person, parts, due_on, note, by, now):
    handout = Handout.objects.create(
        report=report,
        to=person,
        parts=parts,
        note=note.strip(),
        due_on=due_on,
        handed_at=now,
        handed_by=by,
        is_demo=report.is_demo or by.is_demo,
    )
    detail = {
        "to": str(person),
        "fields": list(labels_of(handout).values()),
        "due_on": due_on.isoformat(),
    }
    audit.record("分办", handout, by=by, now=now, detail=detail)
    return handout


@transaction.atomic
def recall(handout, *, by, now):
    """Take a handout back, at any time before it is merged. Raises Denied, WrongState."""
    if not permissions.reports_for(by, handout.report):
        raise Denied("只有本单位填报人可以收回分办。")
    claimed = Handout.objects.filter(pk=handout.pk, closed_at__isnull=True).update(
        closed_at=now, closed_by=by, revision=F("revision") + 1
    )
    if not claimed:
        raise WrongState("这项分办已经办结，不用再收回。")
    audit.record("收回分办", handout, by=by, now=now, detail={"to": str(handout.to)})


# --- answering ---------------------------------------------------------------------------------------


def save_answer(handout, answers, *, by, now, revision):
    """Write a colleague's words, {part: text}, into their handout; returns it fresh. What is not named stays.

    Raises Denied, Stale (its `current` is the handout as it stands), WrongState, or ValidationError by part.
    """
    _check_answerable(handout, by, now, revision)
    _check_words(handout, answers)
    wanted = handout.answers | answers
    if wanted == handout.answers:
        return handout
    with transaction.atomic():
        fresh = _changed(handout, revision, answers=wanted)
        changed = [part for part in wanted if wanted[part] != handout.answers.get(part, "")]
        detail = {"fields": [label_of(handout, part) for part in changed], "revision": fresh.revision}
        audit.record("填写分办答复", fresh, by=by, now=now, detail=detail)
    return fresh


def hand_back(handout, *, by, now, revision):
    """交回: the answer is ready for the reporter; it can be changed and handed back again until it is merged.

    Raises Denied, Stale, WrongState, Incomplete.
    """
    _check_answerable(handout, by, now, revision)
    if not any(handout.answers.get(part, "").strip() for part in handout.parts):
        raise Incomplete(dict.fromkeys(handout.parts[:1], "还没有填写，填写后再交回。"))
    with transaction.atomic():
        fresh = _changed(handout, revision, answered_at=now)
        audit.record("交回分办", fresh, by=by, now=now)
    return fresh


def _check_answerable(handout, by, now, revision):
    check_answer(by, handout, now)
    if not handout.is_open:
        raise WrongState(f"这项分办{handout.state_word}，不能再填写；您写的内容仍可查看。")
    if handout.revision != revision:
        raise Stale(handout)


def _check_words(handout, answers):
    problems = dict.fromkeys(set(answers) - set(handout.parts), "没有这一栏。")
    for part, text in answers.items():
        if len(text) > content.TEXT_LIMIT:
            problems[part] = f"内容有 {len(text)} 字，超过 {content.TEXT_LIMIT} 字，请精简后再保存。"
        elif "\x00" in text:
            problems[part] = "含有无法保存的字符，请删除后再保存。"
    if problems:
        raise ValidationError(problems)


def _changed(handout, revision, **values):
    claimed = Handout.objects.filter(pk=handout.pk, revision=revision, closed_at__isnull=True).update(
        revision=F("revision") + 1, **values
    )
    fresh = Handout.objects.select_related(*WITH_REPORT).get(pk=handout.pk)
    if not claimed:
        _refuse(fresh)
    return fresh


def _refuse(fresh):
    """Why a write came too late: the handout is closed, or somebody else has written meanwhile."""
    if not fresh.is_open:
        raise WrongState(f"这项分办{fresh.state_word}，不能再填写；您写的内容仍可查看。")
    raise Stale(fresh)


WITH_REPORT = ("to", "handed_by", "report__agency", "report__period__plan", "report__task")


# --- merging -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """One field as a reporter decides on it: what stands there, what the colleague wrote, the way between.

    pieces: [("same" | "ins" | "del", text)] from the one to the other; suggested: the choice offered, ""
    where the reporter must choose.
    """

    part: str
    label: str
    now: str
    text: str
    pieces: list
    suggested: str


def answers_of(handout, report):
    """What a colleague answered, beside what stands in the report (as `content.load` gives it): [Answer].

    Fields left empty are left out.
    """
    answers = []
    for part, label in full_labels_of(handout).items():
        text, now = handout.answers.get(part, "").strip(), text_of(report, part)
        if text:
            suggested = How.REPLACE if not now else How.SKIP if now == text else ""
            answers.append(Answer(part, label, now, text, content.word_diff(now, text), suggested))
    return answers


def merge(handout, choices, *, by, now, revision, report_revision):
    """Take a colleague's answer over, each field as chosen ({part: How}), and close the handout.

    revision, report_revision: of the handout and of its report as the reporter saw them. Returns the report.
    Raises Denied, Stale (either has changed: nothing is written), WrongState, Incomplete (a field without a
    choice), or ValidationError by part (too long together).
    """
    check_hand_out(by, handout.report, now)
    if handout.closed_at is not None:
        raise WrongState(f"这项分办{handout.state_word}，不用再办。")
    if handout.answered_at is None:
        raise WrongState(f"{handout.to}还没有交回。")
    if handout.revision != revision:
        raise Stale(handout)
    report = content.load(handout.report_id)
    answers = answers_of(handout, report)
    if undecided := {each.part: "请选择怎样并入。" for each in answers if choices.get(each.part) not in How}:
        raise Incomplete(undecided)
    merged = [{"part": each.part, "how": str(choices[each.part])} for each in answers]
    changes = _changes(report, [(each, choices[each.part]) for each in answers])
    return _take_over(handout, report, merged, changes, by, now, report_revision)


def _changes(report, decided):
    """What `drafts.save` is to write. decided: [(Answer, How)]."""
    adopted = [(answer, how) for answer, how in decided if how != How.SKIP]
    texts = {each.part: _merged_text(each, how) for each, how in adopted if not each.part.startswith(CHAPTER)}
    paragraphs = {_number(each.part): (each, how) for each, how in adopted if each.part.startswith(CHAPTER)}
    return texts | ({"paragraphs": _paragraphs(report, paragraphs)} if paragraphs else {})


def _merged_text(answer, how):
    return answer.text if how == How.REPLACE else "\n".join(filter(None, [answer.now, answer.text]))


def _paragraphs(report, adopted):
    """All paragraphs of a unit's summary with the answers in: the one paragraph of its 行动, which keeps the
    tasks that were named there, or a further one. adopted: {number of the 行动: (Answer, How)}."""
    rows = {}
    for row in report.paragraphs.all():
        tasks = [task.number for task in row.tasks.all()]
        said = {"chapter": row.chapter.number, "order": row.order, "text": row.text, "tasks": tasks}
        rows.setdefault(row.chapter.number, []).append(said)
    for chapter, (answer, how) in adopted.items():
        there = rows.get(chapter, [])
        named = sorted({number for row in there for number in row["tasks"]})
        if how == How.REPLACE:
            rows[chapter] = [{"chapter": chapter, "order": 0, "text": answer.text, "tasks": named}]
        elif len(there) < MOST_PARAGRAPHS:
            further = {"chapter": chapter, "order": None, "text": answer.text, "tasks": []}
            rows[chapter] = [*_close_up(there), further]
        else:
            there[-1]["text"] += f"\n{answer.text}"
    return [row for chapter in sorted(rows) for row in rows[chapter]]


def _close_up(rows):
    """Paragraphs of one 行动 without gaps between their places."""
    return [row | {"order": place} for place, row in enumerate(rows)]


@transaction.atomic
def _take_over(handout, report, merged, changes, by, now, report_revision):
    claimed = Handout.objects.filter(pk=handout.pk, revision=handout.revision, closed_at__isnull=True).update(
        merged=merged, closed_at=now, closed_by=by, revision=F("revision") + 1
    )
    if not claimed:
        raise Stale(handout)
    if changes:
        report = drafts.save(report, changes, by=by, now=now, revision=report_revision)
    said = {label_of(handout, each["part"]): How(each["how"]).label for each in merged}
    audit.record("办结分办", handout, by=by, now=now, detail={"to": str(handout.to), "fields": said})
    return report


# --- who waits for what ------------------------------------------------------------------------------


ALONG = ("parts", "due_on", "answered_at", "to__pk", "to__full_name", "to__username")


def along_open():
    """An annotation that brings a report's open handouts along in the report's own query."""
    return {"handouts_along": along(Handout.objects.open(), "report", *ALONG)}


def open_by_part(report):
    """The open handouts of a report by field, for the form that shows them: {part: [Handout]}."""
    found = {}
    for handout in _open(report):
        for part in handout.parts:
            found.setdefault(part, []).append(handout)
    return found


def open_of(report):
    """How many handouts of a report have not been merged."""
    return len(_open(report))


def _open(report):
    """The open handouts of a report; no query where they came along."""
    if not hasattr(report, "handouts_along"):
        return list(report.handouts.open().select_related("to"))
    found = objects(Handout, report.handouts_along, key=lambda each: (each.due_on, each.pk))
    for handout in found:
        handout.report = report
        # A list within a list is text where the database has no type for it (SQLite).
        if isinstance(handout.parts, str):
            handout.parts = json.loads(handout.parts)
    return found


@dataclass(frozen=True)
class Waiting:
    """What a reporter's desk says of handouts: out and late, ready to merge; and given to oneself."""

    out: int
    overdue: int
    answered: int
    received: int


def waiting_for(user, plan, today):
    """The counts of a reporter's desk over a plan's unlocked periods; one query."""
    still_open = Q(report__period__locked_at__isnull=True) | Q(report__resubmit_by__isnull=False)
    own = Q(report__agency__in=user.agency_ids(Role.REPORTER), report__period__plan=plan)
    mine = Q(to=user, report__agency__in=user.agency_ids(*TAKERS), answered_at__isnull=True)
    late = Q(answered_at__isnull=True, due_on__lt=today)
    counts = (
        Handout.objects.open()
        .filter(still_open, own | mine)
        .aggregate(
            out=Count("pk", filter=own),
            overdue=Count("pk", filter=own & late),
            answered=Count("pk", filter=own & Q(answered_at__isnull=False)),
            received=Count("pk", filter=mine),
        )
    )
    return Waiting(**counts)
