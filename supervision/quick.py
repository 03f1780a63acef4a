"""临时调度, the asking: the sudden question from above, sent by the office in a minute (practice, section 2).

A request asks chosen tasks, projects and units at most five things, due within hours. A task, and a project
with its task, is asked of the task's lead bodies; a unit of itself. A draft already has the rows that will be
asked, and asks nobody. What one fact was accepted before is filled in when it is sent (`quick_answers`).

Every verb takes `by=`, `now=` and, where two people might meet, `revision=`; runs in one transaction with its
audit row; and raises, in this order: Denied, Stale (`current`: the request as it stands), WrongState,
ValidationError by field.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agencies import audit
from agencies.models import Agency, Role
from agencies.reach import everyone_at, tell
from progress import calendar
from progress.models import ReportingPeriod
from progress.timetable import DUE_HOUR, here, local, spoken, spoken_day
from progress.workflow import Stale, WrongState
from supervision.models import AdHocAnswer, AdHocField, AdHocRequest, Instruction
from supervision.permissions import check_ask_quickly
from supervision.quick_answers import prefill
from tasks.models import Assignment, Project, Task

# What is told of a sensitive task in the trail is for those who may know of the task.
audit.keep_secret(
    "supervision.adhocrequest", lambda: AdHocRequest.objects.filter(answers__task__is_sensitive=True)
)

Kind, Source = AdHocField.Kind, AdHocField.Source
WORKING_HOURS = timedelta(hours=4)
MORNING = time(8, 30)
# What takes longer is no sudden question: a 督办单 or the quarter's return.
LONGEST = timedelta(days=7)
MOST_ROWS = 300
WORDS_LIMIT = 2000
HALF_HOUR = 30
# What is prefilled into a number; everything else is prefilled into a text.
NUMBERS = {Source.PERCENT}
# Sets of fields that are asked again and again: {code: (name, the fields)}.
SETS = {
    "progress": (
        "进展、问题、需协调",
        [
            {"label": "最新进展", "kind": Kind.TEXT, "source": Source.PROGRESS},
            {"label": "存在问题", "kind": Kind.TEXT, "source": Source.PROBLEM},
            {"label": "需协调事项", "kind": Kind.TEXT},
        ],
    ),
    "investment": (
        "投资完成",
        [
            {"label": "年度计划投资", "kind": Kind.NUMBER, "unit": "万元"},
            {"label": "本年累计完成投资", "kind": Kind.NUMBER, "unit": "万元"},
            {"label": "存在问题", "kind": Kind.TEXT, "source": Source.PROBLEM},
        ],
    ),
    "stage": (
        "形象进度",
        [
            {"label": "形象进度", "kind": Kind.TEXT, "source": Source.STAGE},
            {"label": "预计完成时间", "kind": Kind.DATE},
            {"label": "存在问题", "kind": Kind.TEXT, "source": Source.PROBLEM},
        ],
    ),
    "pace": (
        "完成率、能否按期",
        [
            {"label": "年度目标完成率", "kind": Kind.NUMBER, "unit": "%", "source": Source.PERCENT},
            {"label": "能否按期完成", "kind": Kind.YES_NO},
            {"label": "下一步措施", "kind": Kind.TEXT, "source": Source.NEXT_STEPS},
        ],
    ),
}


@dataclass(frozen=True)
class Asking:
    """What the office wants to know. fields: unsaved AdHocFields in order; due_at: an aware instant or None;
    tasks, projects, agencies: the subjects."""

    title: str
    due_at: datetime | None
    fields: list[AdHocField]
    tasks: list[Task] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    agencies: list[Agency] = field(default_factory=list)
    asked_for: str = ""
    words: str = ""
    instruction: Instruction | None = None

    @property
    def heading(self):
        """What the request itself keeps, by field."""
        return {
            "title": self.title.strip(),
            "asked_for": self.asked_for.strip(),
            "words": self.words.strip(),
            "due_at": self.due_at,
            "instruction": self.instruction,
        }


# --- how often, and until when ---------------------------------------------------------------------


def sent_in_month(plan, now):
    """(how many requests of `plan` were sent in the month of `now`, {agency id: how many of them asked it}).

    What the burden rules make the office look at before it asks again. One query.
    """
    today = here(now).date()
    first = today.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    since, until = local(first, time(0)), local(following, time(0))
    asked = AdHocAnswer.objects.filter(
        request__plan=plan, request__sent_at__gte=since, request__sent_at__lt=until
    )
    pairs = set(asked.values_list("request", "agency"))
    return len({request for request, _ in pairs}), Counter(agency for _, agency in pairs)


def default_due(now):
    """Four working hours (08:30–18:00) from now, to the next half hour; where that is not today and there are
    two hours left, today 18:00. Days the calendar does not know are taken as Monday to Friday."""
    at, days = here(now), calendar.working_days()
    working = _is_working(days, at.date())
    evening = local(at.date(), DUE_HOUR)
    if working and max(at, local(at.date(), MORNING)) + timedelta(hours=2) <= evening:
        start = max(at, local(at.date(), MORNING))
        return min(_to_half_hour(start + WORKING_HOURS), evening)
    left = max(evening - at, timedelta(0)) if working else timedelta(0)
    day = at.date() + timedelta(days=1)
    while not _is_working(days, day):
        day += timedelta(days=1)
    return _to_half_hour(local(day, MORNING) + WORKING_HOURS - min(left, WORKING_HOURS))


def _is_working(days, day):
    try:
        return days.is_working(day)
    except calendar.YearNotCovered:
        return day.weekday() < calendar.SATURDAY


def _to_half_hour(at):
    over = timedelta(minutes=at.minute % HALF_HOUR, seconds=at.second, microseconds=at.microsecond)
    return at + (timedelta(minutes=HALF_HOUR) - over if over else timedelta(0))


# --- the draft -------------------------------------------------------------------------------------


@transaction.atomic
def draft(plan, asking, *, by, now):
    """拟办: a request of `plan` and the rows it will ask; asks nobody yet. Returns the AdHocRequest."""
    check_ask_quickly(by)
    rows = _rows_of(plan, asking, now)
    _check(asking, rows, now)
    quarters = ReportingPeriod.objects.quarters().filter(plan=plan, opened_at__isnull=False)
    request = AdHocRequest.objects.create(
        plan=plan,
        period=quarters.order_by("-ends_on").first(),
        drafted_at=now,
        drafted_by=by,
        is_demo=by.is_demo,
        **asking.heading,
    )
    _write(request, asking.fields, rows)
    audit.record("拟办临时调度", request, by=by, now=now, detail={"调度对象": len(rows)})
    return request


@transaction.atomic
def redraft(request, asking, *, by, now, revision):
    """Change a draft, whole. Returns the fresh request."""
    check_ask_quickly(by)
    _check_moves(request, revision, sent=False)
    rows = _rows_of(request.plan, asking, now)
    _check(asking, rows, now)
    request = _move(request, revision, {"sent_at": None}, asking.heading)
    _empty(request)
    _write(request, asking.fields, rows)
    audit.record("修改临时调度", request, by=by, now=now, detail={"调度对象": len(rows)})
    return request


@transaction.atomic
def drop(request, *, by, now, revision):
    """Throw a draft away."""
    check_ask_quickly(by)
    _check_moves(request, revision, sent=False)
    request = _move(request, revision, {"sent_at": None}, {})
    audit.record("删除临时调度草稿", request, by=by, now=now)
    _empty(request)
    request.delete()


def _empty(request):
    request.answers.all().delete()
    request.fields.all().delete()


def _write(request, fields, rows):
    for order, each in enumerate(fields, start=1):
        each.request, each.order = request, order
    AdHocField.objects.bulk_create(fields)
    _add_rows(request, rows)


def _add_rows(request, rows):
    """AdHocAnswers for [(agency id, task id or None, project id or None)]."""
    return AdHocAnswer.objects.bulk_create(
        AdHocAnswer(
            request=request, agency_id=agency, task_id=task, project_id=project, is_demo=request.is_demo
        )
        for agency, task, project in rows
    )


def _rows_of(plan, asking, now):
    """Whom each subject is asked of, each row once: [(agency id, task id or None, project id or None)].

    Raises ValidationError where a task has no lead body today.
    """
    tasks = {each.pk: each for each in asking.tasks}
    of_projects = {each.pk: each.task_id for each in asking.projects}
    on = timezone.localdate(now)
    leads = Assignment.objects.leads().on(on).filter(task__in={*tasks, *of_projects.values()})
    bodies = {}
    for task, agency in leads.order_by("order", "agency__order").values_list("task", "agency"):
        bodies.setdefault(task, []).append(agency)
    _check_led(asking, bodies)
    rows = [(agency, task, None) for task in tasks for agency in bodies[task]]
    rows += [(agency, task, project) for project, task in of_projects.items() for agency in bodies[task]]
    rows += [(each.pk, None, None) for each in asking.agencies]
    return list(dict.fromkeys(rows))


def _check_led(asking, bodies):
    unled = [f"第 {each.number} 项" for each in asking.tasks if each.pk not in bodies]
    wrong = {}
    if unled:
        wrong["tasks"] = f"{'、'.join(unled)}目前没有牵头单位，不能调度；可改为直接选择单位。"
    unled = [f"“{each.name}”" for each in asking.projects if each.task_id not in bodies]
    if unled:
        wrong["projects"] = f"{'、'.join(unled)}所在任务目前没有牵头单位，不能调度；可改为直接选择单位。"
    if wrong:
        raise ValidationError(wrong)


def _check(asking, rows, now):
    """Raises ValidationError by field."""
    wrong = {}
    heading = asking.heading
    for name, most in (("title", 120), ("asked_for", 80), ("words", WORDS_LIMIT)):
        label = AdHocRequest._meta.get_field(name).verbose_name
        if len(heading[name]) > most or "\x00" in heading[name]:
            wrong[name] = f"“{label}”最多 {most} 字，且不能含无法保存的字符。"
    if not heading["title"]:
        wrong["title"] = "请写明事项，例如“沪宿合作园区进展”。"
    if due := _wrong_due(asking.due_at, now):
        wrong["due_at"] = due
    if not rows:
        wrong["tasks"] = "请选择要调度的任务、项目或单位，至少一个。"
    elif len(rows) > MOST_ROWS:
        wrong["tasks"] = f"这次要问 {len(rows)} 条，一次最多 {MOST_ROWS} 条，请缩小范围。"
    if fields := _wrong_fields(asking.fields):
        wrong["fields"] = fields
    if wrong:
        raise ValidationError(wrong)


def _wrong_due(due_at, now):
    if due_at is None:
        return "请写明答复的截止时间。"
    if due_at <= now:
        return "截止时间须晚于现在。"
    if due_at > now + LONGEST:
        return f"临时调度最长 {LONGEST.days} 天；时间更长的请用督办件，或等季度填报。"
    return ""


def _wrong_fields(fields):
    if not fields:
        return "请写明要了解的内容，至少一项。"
    if len(fields) > AdHocRequest.MOST_FIELDS:
        return f"一次最多问 {AdHocRequest.MOST_FIELDS} 项内容，现有 {len(fields)} 项。"
    labels = [each.label.strip() for each in fields]
    for each, label in zip(fields, labels, strict=True):
        if not label or len(label) > 40 or len(each.unit) > 20:
            return "每项内容写 1 至 40 字，单位最多 20 字。"
        if each.kind not in Kind.values or each.source not in Source.values:
            return f"“{label}”的类型或预填来源不在可选范围内。"
        if each.source and (each.source in NUMBERS) != (each.kind == Kind.NUMBER):
            return f"“{label}”不能预填自“{Source(each.source).label}”：完成率填入数字，其余填入文字。"
        if labels.count(label) > 1:
            return f"“{label}”写了两次，请改成不同的内容。"
    return ""


# --- from sending to closing -----------------------------------------------------------------------


@transaction.atomic
def send(request, *, by, now, revision):
    """发出: fill in what is known, and tell the reporters and approvers of every body at once."""
    check_ask_quickly(by)
    _check_moves(request, revision, sent=False)
    if wrong := _wrong_due(request.due_at, now):
        raise ValidationError({"due_at": wrong})
    request = _move(request, revision, {"sent_at": None}, {"sent_at": now, "sent_by": by})
    answers = list(request.answers.all())
    prefill(request, answers)
    asked = {each.agency_id for each in answers}
    audit.record(
        "发出临时调度", request, by=by, now=now, detail={"单位": len(asked), "截止": spoken(request.due_at)}
    )
    _tell_asked(request, asked, now, key=f"quick-sent:{request.pk}")
    return request


@transaction.atomic
def extend(request, due_at, *, by, now, revision):
    """Give everybody until a later instant. Returns the fresh request."""
    check_ask_quickly(by)
    _check_moves(request, revision)
    wrong = _wrong_due(due_at, now)
    if not wrong and due_at <= request.due_at:
        wrong = f"新的截止时间须晚于现在的截止时间（{spoken_day(request.due_at)}）。"
    if wrong:
        raise ValidationError({"due_at": wrong})
    before = request.due_at
    request = _move(request, revision, {"closed_at": None}, {"due_at": due_at})
    detail = {"原截止": spoken(before), "新截止": spoken(due_at)}
    audit.record("延长临时调度", request, by=by, now=now, detail=detail)
    waiting = set(request.answers.filter(confirmed_at=None).values_list("agency", flat=True))
    title = f"临时调度“{request.title}”延长至{spoken_day(due_at)}"
    _tell(request, waiting, title, now, key=f"quick-extended:{request.pk}:{request.revision}")
    return request


@transaction.atomic
def add(request, *, tasks=(), projects=(), agencies=(), by, now, revision):
    """Ask more subjects or bodies of a request under way. Returns the fresh request."""
    check_ask_quickly(by)
    _check_moves(request, revision)
    asking = Asking(request.title, request.due_at, [], list(tasks), list(projects), list(agencies))
    there = set(request.answers.values_list("agency", "task", "project"))
    rows = [row for row in _rows_of(request.plan, asking, now) if row not in there]
    if not rows:
        raise ValidationError({"tasks": "请选择要增加的任务、项目或单位；所选的都已经在调度范围内。"})
    if len(rows) + len(there) > MOST_ROWS:
        raise ValidationError({"tasks": f"一次最多问 {MOST_ROWS} 条，请缩小范围。"})
    request = _move(request, revision, {"closed_at": None}, {})
    answers = _add_rows(request, rows)
    prefill(request, answers)
    asked = {each.agency_id for each in answers}
    names = Agency.objects.filter(pk__in=asked).values_list("name", flat=True)
    audit.record(
        "增加调度对象", request, by=by, now=now, detail={"单位": "、".join(names), "条数": len(rows)}
    )
    _tell_asked(request, asked, now, key=f"quick-added:{request.pk}:{request.revision}")
    return request


@transaction.atomic
def withdraw(request, agency, *, by, now, revision):
    """Ask a body no longer; what it has answered stays, so then it is refused. Returns the fresh request."""
    check_ask_quickly(by)
    _check_moves(request, revision)
    request = _move(request, revision, {"closed_at": None}, {})
    rows = request.answers.filter(agency=agency)
    if rows.filter(confirmed_at__isnull=False).exists():
        raise WrongState(f"{agency.name}已经答复，答复须保留，不能撤下。")
    if not rows.exists():
        raise WrongState(f"{agency.name}不在这次调度的范围内，或已经撤下。")
    if not request.answers.exclude(agency=agency).exists():
        raise WrongState(f"{agency.name}是这次调度的最后一个单位；不再需要的，请结束调度。")
    rows.delete()
    audit.record("撤下调度单位", request, by=by, now=now, detail={"单位": agency.name})
    people = everyone_at([agency.pk], Role.REPORTER, Role.APPROVER, now=now)
    tell(
        f"quick-withdrawn:{request.pk}:{request.revision}",
        people,
        title=f"临时调度“{request.title}”不再需要{agency.name}答复",
        url=request.list_url,
        now=now,
        is_demo=request.is_demo,
    )
    return request


@transaction.atomic
def close(request, *, by, now, revision):
    """结束: nothing is asked or changed any more. Returns the fresh request."""
    check_ask_quickly(by)
    _check_moves(request, revision)
    request = _move(request, revision, {"closed_at": None}, {"closed_at": now, "closed_by": by})
    waiting = request.answers.filter(confirmed_at=None).count()
    audit.record("结束临时调度", request, by=by, now=now, detail={"未答复": waiting} if waiting else {})
    return request


def _check_moves(request, revision, *, sent=True):
    """Raises Stale where somebody was quicker, WrongState where the verb does not start from here.

    sent: whether the verb is for requests under way; False: for drafts.
    """
    if request.revision != revision:
        raise Stale(request)
    if sent and request.sent_at is None:
        raise WrongState("这次调度还没有发出。")
    if not sent and request.sent_at is not None:
        raise WrongState("这次调度已经发出，不能再按草稿办理。")
    if request.closed_at is not None:
        raise WrongState(f"这次调度已于{spoken_day(request.closed_at)}结束。")


def _move(request, revision, still, changes):
    """Change the request if it is as it was seen; the row is then ours until the end of the transaction."""
    moved = AdHocRequest.objects.filter(pk=request.pk, revision=revision, **still).update(
        revision=F("revision") + 1, **changes
    )
    if not moved:
        raise Stale(AdHocRequest.objects.filter(pk=request.pk).first())
    return AdHocRequest.objects.select_related("plan").get(pk=request.pk)


def _tell_asked(request, asked, now, *, key):
    """Tell the people of the bodies (ids) that they are asked."""
    title = f"临时调度：{request.title}，请于{spoken_day(request.due_at)}前答复"
    _tell(request, asked, title, now, key=key)


def _tell(request, agencies, title, now, *, key):
    sensitive = request.answers.filter(task__is_sensitive=True).exists()
    tell(
        key,
        everyone_at(agencies, Role.REPORTER, Role.APPROVER, now=now),
        title=title,
        # What it is about stays inside the house where one of its tasks is sensitive.
        text="" if sensitive else request.words,
        url=request.get_absolute_url(),
        now=now,
        is_demo=request.is_demo,
        # Due within hours: by mail as well, which never names what is sensitive.
        hasty=not sensitive,
    )
