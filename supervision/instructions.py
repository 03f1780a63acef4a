"""批示件: a leader's written instruction, what came of it, and the 反馈报告 it ends in (practice, section 2).

Read by the office and the readers named one by one; what the office has not reported back yet is its own
draft. Every verb takes `by=` and `now=`, runs in one transaction with its audit row, and raises, in this
order: Denied, Stale (`current`: the instruction as it stands), WrongState, ValidationError (by field).
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, OuterRef
from django.utils import timezone

from agencies.along import along, number_of, objects
from agencies.audit import keep_secret, record
from agencies.models import Post, Role, User
from agencies.reach import tell
from progress.workflow import Stale, WrongState
from supervision.models import AdHocAnswer, AdHocRequest, Instruction, OrderFeedback, SupervisionOrder
from supervision.permissions import check_keep_instructions
from tasks.models import Task

# Its readers are named; administrators, who read the trail, are not among them.
keep_secret("supervision.instruction", lambda: Instruction.objects.all())

LEADER_LIMIT, LEADER_TITLE_LIMIT, DOCUMENT_LIMIT = 40, 60, 160
WORDS_LIMIT, REPORT_LIMIT, REASON_LIMIT = 2000, 20_000, 300
TEXTS = ("leader", "leader_title", "on", "document", "words", "due_on")
LISTS = ("readers", "tasks")
# Whom the office may name; itself it need not.
READERS = (Role.REPORTER, Role.APPROVER, Role.LEADER)
OrderState = SupervisionOrder.State


# --- registering and changing ------------------------------------------------------------------------


def register(plan, said, *, by, now):
    """登记 an instruction of `plan` and return it; its readers are told.

    said: {name of TEXTS and LISTS: value}. Raises Denied, ValidationError (who, when, which words).
    """
    check_keep_instructions(by)
    _check_said(said)
    with transaction.atomic():
        instruction = Instruction.objects.create(
            plan=plan,
            **{name: said[name] for name in TEXTS if name in said},
            recorded_at=now,
            recorded_by=by,
            is_demo=by.is_demo,
        )
        for name in LISTS:
            getattr(instruction, name).set(said.get(name, ()))
        record("登记批示件", instruction, by=by, now=now)
        _tell_readers(instruction, instruction.readers.all(), "请您阅看", now)
    return instruction


def change(instruction, said, *, by, now, revision):
    """Change what is registered, while it has not been reported back; new readers are told. Returns the
    fresh instruction. Raises Denied, Stale, WrongState, ValidationError."""
    check_keep_instructions(by)
    _check_open(instruction)
    _check_said(said)
    texts = {name: said[name] for name in TEXTS if name in said}
    with transaction.atomic():
        _claim(instruction, revision, **texts)
        before = set(instruction.readers.values_list("pk", flat=True))
        for name in LISTS:
            if name in said:
                getattr(instruction, name).set(said[name])
        fresh = Instruction.objects.select_related("plan").get(pk=instruction.pk)
        record("修改批示件", fresh, by=by, now=now)
        _tell_readers(fresh, fresh.readers.exclude(pk__in=before), "请您阅看", now)
    return fresh


def _check_said(said):
    asked = {
        "leader": "请写明哪位领导批示。",
        "words": "请写明批示内容，按原文录入。",
    }
    missing = {name: sentence for name, sentence in asked.items() if not said.get(name, "").strip()}
    if said.get("on") is None:
        missing["on"] = "请填写批示日期。"
    elif said.get("due_on") and said["due_on"] < said["on"]:
        missing["due_on"] = "办理时限不能早于批示日期。"
    if missing:
        raise ValidationError(missing)


def _check_open(instruction):
    if not instruction.is_open:
        raise WrongState("这份批示件已反馈办结；需要修改的，先写明原因重新办理。")


def _claim(instruction, revision, **changes):
    """Change an instruction as it was last seen. Raises Stale."""
    rows = Instruction.objects.filter(pk=instruction.pk, revision=revision)
    if not rows.update(revision=F("revision") + 1, **changes):
        raise Stale(Instruction.objects.select_related("plan").get(pk=instruction.pk))


def people_to_name(today):
    """Posts of those who can be named as readers today, by body; one query."""
    posts = Post.objects.on(today).filter(role__in=READERS, user__is_active=True)
    return posts.select_related("user", "agency").order_by("agency__order", "agency__code", "role", "pk")


def _tell_readers(instruction, readers, what, now):
    """Not its words: those are read on its page, where it is asked who one is."""
    seen = Instruction.objects.filter(pk=instruction.pk)
    people = {user.pk for user in readers if seen.visible_to(user).exists()}
    tell(
        f"instruction:{instruction.pk}:{instruction.revision}",
        people,
        title=f"{instruction.leader}{instruction.on.month}月{instruction.on.day}日批示件{what}",
        url=instruction.get_absolute_url(),
        now=now,
        is_demo=instruction.is_demo,
    )


# --- 反馈报告 ----------------------------------------------------------------------------------------


def save_report(instruction, text, *, by, now, revision):
    """Keep the report as far as it is written. Returns the fresh instruction.

    Raises Denied, Stale, WrongState.
    """
    check_keep_instructions(by)
    _check_open(instruction)
    with transaction.atomic():
        _claim(instruction, revision, report=text)
        record("保存反馈报告", instruction, by=by, now=now)
    return Instruction.objects.select_related("plan").get(pk=instruction.pk)


def report_back(instruction, text, *, by, now, revision):
    """办结: the report has gone to the leader; the readers are told. Returns the fresh instruction.

    Raises Denied, Stale, WrongState, ValidationError (nothing written).
    """
    check_keep_instructions(by)
    _check_open(instruction)
    if not text.strip():
        raise ValidationError({"report": "反馈报告还没有内容，不能办结。"})
    with transaction.atomic():
        _claim(instruction, revision, report=text.strip(), reported_at=now, reported_by=by)
        fresh = Instruction.objects.select_related("plan").get(pk=instruction.pk)
        record("批示件反馈办结", fresh, by=by, now=now)
        _tell_readers(fresh, fresh.readers.all(), "已反馈办理情况", now)
    return fresh


def reopen(instruction, reason, *, by, now, revision):
    """Take 办结 back, with a reason kept in the trail; the report stays as a draft. Returns the fresh one.

    Raises Denied, Stale, WrongState, ValidationError (no reason).
    """
    check_keep_instructions(by)
    if instruction.is_open:
        raise WrongState("这份批示件还在办理中，不需要重新办理。")
    if not reason.strip():
        raise ValidationError({"reason": "请写明重新办理的原因。"})
    with transaction.atomic():
        _claim(instruction, revision, reported_at=None, reported_by=None)
        record("批示件重新办理", instruction, by=by, now=now, detail={"原因": reason.strip()})
    return Instruction.objects.select_related("plan").get(pk=instruction.pk)


def drafted(instruction, text=""):
    """A report drafted from what came of the instruction, each line with its source. Changes nothing.

    text: what is written already; lines that stand in it are not repeated. Five queries.
    """
    lines = [*_from_orders(instruction), *_from_quick(instruction), *_still_open(instruction)]
    new = [line for line in lines if line not in text]
    if text.strip():
        return "\n".join([text.rstrip(), *new])
    return "\n".join([_opening(instruction), *(new or ["目前还没有办理反馈。"])])


def _opening(instruction):
    on, who = instruction.on, f"{instruction.leader_title}{instruction.leader}"
    where = f"在{instruction.document}上" if instruction.document else ""
    words = instruction.words.strip().rstrip("。")
    return f"{on.year}年{_day(on)}，{who}{where}批示：“{words}”。现将办理情况报告如下。"


def _from_orders(instruction):
    """What the addressees of its closed orders did, as the office accepted it."""
    told = OrderFeedback.objects.filter(
        order__instruction=instruction,
        order__state=OrderState.CLOSED,
        state=OrderFeedback.State.ACCEPTED,
    ).select_related("order__agency")
    for each in told.order_by("order__number", "order", "written_at", "pk"):
        order, on = each.order, timezone.localdate(each.left_at or each.written_at)
        source = f"{order.full_number or order.get_kind_display()}，{_day(on)}反馈"
        yield f"{order.agency.name}：{each.text.strip()}（{source}）"


def _from_quick(instruction):
    """What bodies confirmed when they were asked because of it (临时调度)."""
    answers = (
        AdHocAnswer.objects.filter(request__instruction=instruction, confirmed_at__isnull=False)
        .select_related("request", "agency", "task", "project")
        .prefetch_related("request__fields")
        .order_by("request__sent_at", "request", "agency__order", "task__number", "pk")
    )
    for each in answers:
        said = [
            f"{field.label}{value}{field.unit}"
            for field in each.request.fields.all()
            if (value := str(each.values.get(str(field.order), "")).strip())
        ]
        if said:
            about = f"（第{each.task.number}项）" if each.task_id else ""
            about = f"（{each.project.name}）" if each.project_id else about
            on = timezone.localdate(each.confirmed_at)
            source = f"临时调度《{each.request.title}》，{_day(on)}确认"
            yield f"{each.agency.name}{about}：{'，'.join(said)}。（{source}）"


def _still_open(instruction):
    """What has not come back: said as openly as what has."""
    orders = SupervisionOrder.objects.open().filter(instruction=instruction).select_related("agency")
    for each in orders.order_by("number", "pk"):
        limit = f"，时限{_day(timezone.localdate(each.due_at))}" if each.due_at else ""
        yield f"{each.agency.name}：正在办理（{each.full_number or each.get_kind_display()}{limit}）。"


def _day(on):
    return f"{on.month}月{on.day}日"


# --- what came of it ---------------------------------------------------------------------------------


def with_counts(rows, user):
    """Instructions with how many orders (`order_count`) and 临时调度 (`quick_count`) came of each, as far as
    this person may know of them."""
    orders = SupervisionOrder.objects.visible_to(user).filter(instruction=OuterRef("pk"))
    asked = AdHocRequest.objects.visible_to(user).filter(instruction=OuterRef("pk"))
    return rows.annotate(order_count=number_of(orders), quick_count=number_of(asked))


def orders_of(instruction, user):
    """Its orders this person may know of, in the order they were drafted."""
    rows = SupervisionOrder.objects.visible_to(user).filter(instruction=instruction)
    return rows.select_related("agency", "plan").order_by("drafted_at", "pk")


def quick_of(instruction, user):
    """The 临时调度 sent because of it that this person may know of."""
    rows = AdHocRequest.objects.visible_to(user).filter(instruction=instruction)
    return rows.select_related("plan").order_by("drafted_at", "pk")


def with_lists(rows):
    """Instructions, each with its readers and tasks along; read them with `readers_of` and `tasks_of`."""
    return rows.annotate(
        reader_rows=along(User.objects.all(), "instructions_readable", "full_name", "username"),
        task_rows=along(Task.objects.all(), "instructions", "number", "title"),
    )


def readers_of(instruction):
    """The readers of an instruction out of `with_lists`, by name."""
    return objects(User, instruction.reader_rows, key=lambda each: (each.full_name, each.username))


def tasks_of(instruction):
    """The tasks of an instruction out of `with_lists`, by number."""
    return objects(Task, instruction.task_rows, key=lambda each: each.number)
