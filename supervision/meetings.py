"""Meetings, inspections and evaluations, and what was agreed there (plan clause R3).

The office records them; a meeting and each of its actions (议定事项) carry a revision, so that of two people
who change the same thing one is told. What became of an action is read from the orders made of it.
Every verb takes `by=` and `now=`, runs in one transaction with its audit row, and raises, in this order:
Denied, Stale (somebody else changed it meanwhile), WrongState, ValidationError (by field).
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils import timezone

from agencies.along import along, number_of, objects
from agencies.audit import keep_secret, record
from agencies.models import Agency, Role, User
from agencies.reach import everyone_at, tell
from progress.workflow import Stale, WrongState
from supervision.models import Meeting, MeetingAction, SupervisionOrder
from supervision.permissions import check_keep_meetings
from tasks.models import Task

keep_secret("supervision.meeting", lambda: Meeting.objects.filter(tasks__is_sensitive=True))

TITLE_LIMIT, PLACE_LIMIT, CHAIR_LIMIT, PEOPLE_LIMIT = 120, 80, 60, 2000
MINUTES_LIMIT, ACTION_LIMIT, OUTCOME_LIMIT = 20_000, 500, 200
MOST_ACTIONS = 50
TEXTS = ("kind", "title", "held_on", "place", "chair", "participants", "minutes")
LISTS = ("agencies", "tasks")
OF_ACTION = ("text", "agency", "task", "due_on")
State = SupervisionOrder.State


# --- the meeting -----------------------------------------------------------------------------------


def record_meeting(plan, said, *, by, now):
    """登记: a new meeting of `plan`. said: {name of TEXTS and LISTS: value}. Returns it.

    Raises Denied, ValidationError (no title, no date).
    """
    check_keep_meetings(by)
    _check_said(said)
    with transaction.atomic():
        meeting = Meeting.objects.create(
            plan=plan,
            **{name: said[name] for name in TEXTS if name in said},
            recorded_at=now,
            recorded_by=by,
            is_demo=by.is_demo,
        )
        for name in LISTS:
            getattr(meeting, name).set(said.get(name, ()))
        record("登记会议与检查", meeting, by=by, now=now, detail={"类别": meeting.get_kind_display()})
    return meeting


def change_meeting(meeting, said, *, by, now, revision):
    """Change what is recorded; a task an action is about stays. Returns the fresh meeting.

    Raises Denied, Stale (`current`: the meeting as it stands), ValidationError.
    """
    check_keep_meetings(by)
    _check_said(said)
    texts = {name: said[name] for name in TEXTS if name in said}
    with transaction.atomic():
        changed = Meeting.objects.filter(pk=meeting.pk, revision=revision).update(
            revision=F("revision") + 1, **texts
        )
        if not changed:
            raise Stale(Meeting.objects.get(pk=meeting.pk))
        names = [name for name, value in texts.items() if getattr(meeting, name) != value]
        for name in LISTS:
            if name in said and _set(meeting, name, said[name]):
                names.append(name)
        labels = [Meeting._meta.get_field(name).verbose_name for name in names]
        record("修改会议与检查", meeting, by=by, now=now, detail={"修改": "、".join(labels) or "无"})
    return Meeting.objects.get(pk=meeting.pk)


def _set(meeting, name, things):
    """Whether the list `name` of a meeting is another one now."""
    rows = getattr(meeting, name)
    before = set(rows.values_list("pk", flat=True))
    wanted = {thing.pk for thing in things}
    if name == "tasks":
        wanted |= set(meeting.actions.filter(task__isnull=False).values_list("task", flat=True))
    rows.set(wanted)
    return wanted != before


def _check_said(said):
    missing = {}
    if not said.get("title", "").strip():
        missing["title"] = "请写明会议或检查的名称。"
    if said.get("held_on") is None:
        missing["held_on"] = "请填写日期。"
    if missing:
        raise ValidationError(missing)


# --- what was agreed -------------------------------------------------------------------------------


def add_action(meeting, said, *, by, now):
    """One more 议定事项, told to the responsible body at once. said: {name of OF_ACTION: value}. Returns it.

    A task it is about becomes one of the meeting's. Raises Denied, ValidationError.
    """
    check_keep_meetings(by)
    _check_action(said)
    with transaction.atomic():
        # Held, so that two people adding at once take two numbers.
        Meeting.objects.filter(pk=meeting.pk).update(recorded_at=F("recorded_at"))
        rows = MeetingAction.objects.filter(meeting=meeting)
        if rows.count() >= MOST_ACTIONS:
            raise ValidationError({"text": f"一次会议最多登记 {MOST_ACTIONS} 项议定事项。"})
        last = rows.aggregate(last=Max("order"))["last"] or 0
        action = MeetingAction.objects.create(
            meeting=meeting, order=last + 1, is_demo=meeting.is_demo, **_fields(said)
        )
        _touch(meeting, action.task)
        record("增加议定事项", meeting, by=by, now=now, detail={"序号": action.order})
        _tell_body(action, now, "有新的议定事项")
    return action


def change_action(action, said, *, by, now, revision):
    """Change what was agreed; the responsible body is told. Returns the fresh action.

    Raises Denied, Stale (`current`: the action as it stands), WrongState (done already), ValidationError.
    """
    check_keep_meetings(by)
    _check_action(said)
    _check_not_done(action)
    with transaction.atomic():
        _claim(action, revision, **_fields(said))
        action = MeetingAction.objects.select_related("meeting__plan", "agency", "task").get(pk=action.pk)
        _touch(action.meeting, action.task)
        record("修改议定事项", action.meeting, by=by, now=now, detail={"序号": action.order})
        _tell_body(action, now, "议定事项有调整")
    return action


def remove_action(action, *, by, now, revision):
    """Strike out what was recorded by mistake. Raises Denied, Stale, WrongState (an order was made of it)."""
    check_keep_meetings(by)
    with transaction.atomic():
        _claim(action, revision)
        if SupervisionOrder.objects.filter(action=action).exists():
            raise WrongState("这一项已转为督办件，不能删除。")
        record("删除议定事项", action.meeting, by=by, now=now, detail={"序号": action.order})
        MeetingAction.objects.filter(pk=action.pk).delete()


def finish_action(action, outcome, *, by, now, revision):
    """登记办结, with what came of it in a sentence. Where an order was made of it, the order says so.

    Raises Denied, Stale, WrongState, ValidationError (no outcome).
    """
    check_keep_meetings(by)
    _check_not_done(action)
    if not outcome.strip():
        raise ValidationError({"outcome": "请写明办结情况，例如：已印发实施方案。"})
    with transaction.atomic():
        _claim(action, revision, done_at=now, done_by=by, outcome=outcome.strip())
        standing = SupervisionOrder.objects.filter(action=action)
        if standing.exclude(state__in=[State.CLOSED, State.CANCELLED]).exists():
            raise WrongState("这一项已转为督办件，以督办件销号为准。")
        record("议定事项办结", action.meeting, by=by, now=now, detail={"序号": action.order})


def reopen_action(action, *, by, now, revision):
    """Take 办结 back. Raises Denied, Stale, WrongState (not done)."""
    check_keep_meetings(by)
    if action.done_at is None:
        raise WrongState("这一项还没有登记办结。")
    with transaction.atomic():
        _claim(action, revision, done_at=None, done_by=None, outcome="")
        record("撤销议定事项办结", action.meeting, by=by, now=now, detail={"序号": action.order})


def _claim(action, revision, **changes):
    """Change an action as it was last seen. Raises Stale."""
    rows = MeetingAction.objects.filter(pk=action.pk, revision=revision)
    if rows.update(revision=F("revision") + 1, **changes):
        return
    current = MeetingAction.objects.select_related("agency", "task").filter(pk=action.pk).first()
    if current is None:
        raise WrongState("这一项议定事项已被他人删除。")
    raise Stale(current)


def _check_action(said):
    if not said.get("text", "").strip():
        raise ValidationError({"text": "请写明议定的事项。"})


def _check_not_done(action):
    if action.done_at is not None:
        raise WrongState("这一项已登记办结；需要修改的，先撤销办结。")


def _fields(said):
    return {name: said.get(name, "" if name == "text" else None) for name in OF_ACTION}


def _touch(meeting, task):
    """What an action is about concerns the meeting: who may not know of the one may not read the other."""
    if task is not None:
        meeting.tasks.add(task)


def _tell_body(action, now, what):
    if action.agency_id is None or action.done_at is not None:
        return
    people = everyone_at({action.agency_id}, Role.REPORTER, Role.APPROVER, now=now)
    meeting = action.meeting
    limit = f"，{action.due_on.month}月{action.due_on.day}日前完成" if action.due_on else ""
    tell(
        f"meeting-action:{action.pk}:{action.revision}",
        readers_among(people, meeting),
        title=f"《{meeting.title}》{what}{limit}",
        text=action.text,
        url=meeting.get_absolute_url(),
        now=now,
        is_demo=meeting.is_demo,
    )


def readers_among(people, meeting):
    """Those of `people` (ids) who may read the meeting: not everybody may know of a sensitive task."""
    if not people or not meeting.tasks.filter(is_sensitive=True).exists():
        return people
    asked = Meeting.objects.filter(pk=meeting.pk)
    return {user.pk for user in User.objects.filter(pk__in=people) if asked.visible_to(user).exists()}


# --- what became of it -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ActionStanding:
    """An action for one person: its orders they may see, newest first, and where it stands in a word.

    code: done, ordered (an order is on its way), overdue or open.
    """

    action: MeetingAction
    orders: list
    code: str

    WORDS = {"done": "已办结", "ordered": "督办中", "overdue": "逾期未办结", "open": "办理中"}
    TONES = {"done": "green", "ordered": "blue", "overdue": "red"}

    @property
    def word(self):
        return self.WORDS[self.code]

    @property
    def tone(self):
        return self.TONES.get(self.code, "")

    @property
    def can_be_ordered(self):
        """Whether making an order of it is the next thing one may want to do."""
        return self.code in ("open", "overdue")


def actions_of(meeting, user, now):
    """The ActionStandings of a meeting, in their order; two queries."""
    return actions_by_meeting([meeting], user, now)[meeting.pk]


def actions_by_meeting(meetings, user, now):
    """{pk of a meeting: its ActionStandings, in their order} for `user`; two queries."""
    actions = MeetingAction.objects.filter(meeting__in=meetings).select_related("agency", "task", "done_by")
    visible = SupervisionOrder.objects.visible_to(user).filter(action__meeting__in=meetings)
    orders = {}
    for order in visible.select_related("agency", "plan").order_by("-pk"):
        orders.setdefault(order.action_id, []).append(order)
    today = timezone.localdate(now)
    found = {meeting.pk: [] for meeting in meetings}
    for action in actions.order_by("order", "pk"):
        found[action.meeting_id].append(standing_of(action, orders.get(action.pk, []), today))
    return found


def standing_of(action, orders, today):
    """Where an action stands, given the orders made of it (a cancelled one does not count)."""
    counted = [order for order in orders if order.state != State.CANCELLED]
    if action.done_at is not None or (counted and all(each.state == State.CLOSED for each in counted)):
        code = "done"
    elif counted:
        code = "ordered"
    elif action.due_on is not None and action.due_on < today:
        code = "overdue"
    else:
        code = "open"
    return ActionStanding(action, orders, code)


def with_counts(meetings, now):
    """`meetings` with how many actions each has (`action_count`), how many are done and how many overdue."""
    of_meeting = MeetingAction.objects.filter(meeting=OuterRef("pk"))
    return meetings.annotate(
        action_count=number_of(of_meeting),
        done_count=number_of(of_meeting.filter(_is_done())),
        overdue_count=number_of(of_meeting.filter(_is_overdue(now))),
    )


def with_lists(meetings):
    """`meetings`, each with its bodies and tasks along; read them with `agencies_of` and `tasks_of`."""
    return meetings.annotate(
        agency_rows=along(Agency.objects.all(), "meetings", "code", "name", "order"),
        task_rows=along(Task.objects.all(), "meetings", "number", "title"),
    )


def agencies_of(meeting):
    """The bodies of a meeting out of `with_lists`, in official order."""
    return objects(Agency, meeting.agency_rows, key=lambda each: (each.order, each.code))


def tasks_of(meeting):
    """The tasks of a meeting out of `with_lists`, by number."""
    return objects(Task, meeting.task_rows, key=lambda each: each.number)


def with_open_actions(meetings):
    """Those of `meetings` with an action that is not done."""
    return meetings.filter(Exists(MeetingAction.objects.filter(~_is_done(), meeting=OuterRef("pk"))))


def with_overdue_actions(meetings, now):
    """Those of `meetings` with an action past its date that nothing was made of."""
    return meetings.filter(Exists(MeetingAction.objects.filter(_is_overdue(now), meeting=OuterRef("pk"))))


def _is_done():
    """As `standing_of` says it, of an action: a condition."""
    counted = SupervisionOrder.objects.filter(action=OuterRef("pk")).exclude(state=State.CANCELLED)
    return Q(done_at__isnull=False) | Exists(counted) & ~Exists(counted.exclude(state=State.CLOSED))


def _is_overdue(now):
    counted = SupervisionOrder.objects.filter(action=OuterRef("pk")).exclude(state=State.CANCELLED)
    return Q(~Exists(counted), done_at__isnull=True, due_on__lt=timezone.localdate(now))


def to_be_ordered(meeting, numbers, *, by):
    """The actions of these numbers an order can be drafted from: with a responsible body, not done, none yet.

    Raises Denied, ValidationError naming what stands in the way.
    """
    check_keep_meetings(by)
    chosen = [each for each in meeting.actions.select_related("agency", "task") if each.pk in set(numbers)]
    if not chosen:
        raise ValidationError("没有选中议定事项，请先勾选。")
    made = SupervisionOrder.objects.filter(action__in=chosen).exclude(state=State.CANCELLED)
    ordered = set(made.values_list("action", flat=True))
    for action in chosen:
        if action.agency_id is None:
            raise ValidationError(f"第 {action.order} 项还没有责任单位，请先补上再转为督办。")
        if action.pk in ordered:
            raise ValidationError(f"第 {action.order} 项已转为督办件。")
        if action.done_at is not None:
            raise ValidationError(f"第 {action.order} 项已办结，不需要督办。")
    return chosen
