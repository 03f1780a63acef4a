"""What supervision says on other pages: what touched a task, and what waits for the person at the desk.

Every list is of what the person may know of, in a fixed number of queries; nothing is changed.
"""

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from agencies.along import number_of
from agencies.models import Role
from agencies.writing import in_one_line
from progress.models import ReportingPeriod
from supervision.meetings import actions_by_meeting, with_overdue_actions
from supervision.models import (
    AdHocAnswer,
    AdHocRequest,
    Circular,
    Consultation,
    ConsultationReply,
    Instruction,
    Meeting,
    MeetingAction,
    Opinion,
    OrderExtension,
    OrderFeedback,
    Problem,
    SupervisionOrder,
)
from tasks.models import Plan

BODY = (Role.REPORTER, Role.APPROVER)
State = SupervisionOrder.State
# How much a box shows of each kind; its own page shows all.
MOST = 8
ALL = 200
# How many signs of a long text a line of the desk has room for.
LINE = 44


# --- a task ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OfTask:
    """orders: [(order, days late)]; meetings: [(meeting, its ActionStandings about the task)]; problems."""

    orders: list
    meetings: list
    problems: list

    @property
    def is_empty(self):
        return not (self.orders or self.meetings or self.problems)


def of_task(task, user, now, most=MOST):
    """The OfTask of a task, of each kind at most `most`, open and latest first; five queries."""
    orders = SupervisionOrder.objects.visible_to(user).filter(tasks=task).select_related("agency", "plan")
    orders = orders.exclude(state=State.CANCELLED).order_by(F("closed_at").desc(nulls_first=True), "-pk")
    held = Meeting.objects.visible_to(user).filter(tasks=task).select_related("plan")
    held = list(held.order_by("-held_on", "-pk")[:most])
    standings = actions_by_meeting(held, user, now) if held else {}
    problems = Problem.objects.visible_to(user).filter(task=task).current()
    problems = problems.exclude(state=Problem.State.WITHDRAWN).select_related("agency", "plan")
    return OfTask(
        orders=[(each, each.days_late(now)) for each in orders[:most]],
        meetings=[
            (each, [one for one in standings[each.pk] if one.action.task_id == task.pk]) for each in held
        ],
        problems=list(problems.order_by(F("closed_at").desc(nulls_first=True), "-raised_at", "-pk")[:most]),
    )


# --- a body's desk -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Owed:
    """One line of a body's desk. what: what is to be done, in a word; at: its limit, or None; is_day: the
    limit is a date."""

    what: str
    title: str
    url: str
    at: object = None
    is_late: bool = False
    is_day: bool = False


def owed_by_body(user, plan, now):
    """The Owed lines of the bodies this person acts for, the most urgent first; five queries."""
    own = user.agency_ids(*BODY)
    if not own:
        return []
    lines = [
        *_orders_owed(user, own, plan, now),
        *_quick_owed(user, own, plan, now),
        *_actions_owed(user, own, plan, now),
        *_problems_owed(user, own, plan, now),
        *_consultations_owed(user, own, plan, now),
    ]
    return sorted(lines, key=lambda each: (not each.is_late, each.at is None, _instant(each)))


def _instant(line):
    return (
        (line.at.isoformat() if line.is_day else timezone.localtime(line.at).isoformat()) if line.at else ""
    )


def _orders_owed(user, own, plan, now):
    undecided = OrderFeedback.objects.filter(state=OrderFeedback.State.AWAITING_APPROVAL)
    orders = (
        SupervisionOrder.objects.visible_to(user)
        .filter(plan=plan, state__in=[State.ISSUED, State.WORKING])
        .annotate(is_main=Q(agency__in=own))
        .annotate(is_handed_in=Exists(undecided.filter(order=OuterRef("pk"))))
        .select_related("plan")
    )
    # Who holds another office besides sees more than the body's own.
    helping = SupervisionOrder.helpers.through.objects.filter(agency__in=own).values("supervisionorder")
    for each in orders.filter(Q(agency__in=own) | Q(pk__in=helping)):
        what = "协办" if not each.is_main else "签收" if each.state == State.ISSUED else "反馈"
        what = "审签反馈" if each.is_main and each.is_handed_in else what
        title = f"{each.full_number or each.get_kind_display()} {each.title}"
        yield Owed(what, title, each.get_absolute_url(), each.due_at, each.is_overdue(now))


def _quick_owed(user, own, plan, now):
    waiting = AdHocAnswer.objects.visible_to(user).open().filter(agency__in=own, request__plan=plan)
    asked = waiting.values("request", "request__title", "request__due_at").annotate(number=Count("pk"))
    for each in asked.order_by("request__due_at"):
        due_at, number = each["request__due_at"], each["number"]
        url = AdHocRequest(pk=each["request"], plan=plan).get_absolute_url()
        title = f"临时调度《{each['request__title']}》（{number} 项待确认）"
        yield Owed("答复", title, url, due_at, due_at < now)


def _actions_owed(user, own, plan, now):
    today = timezone.localdate(now)
    standing = SupervisionOrder.objects.filter(action=OuterRef("pk")).exclude(state=State.CANCELLED)
    known = Meeting.objects.visible_to(user).filter(plan=plan).order_by().values("pk")
    actions = MeetingAction.objects.filter(
        # A draft made of it is the office's: until it is signed the action stands as it was.
        ~Exists(standing.filter(issued_at__isnull=False)),
        agency__in=own,
        meeting__in=known,
        done_at__isnull=True,
    ).select_related("meeting")
    for each in actions:
        url = reverse("supervision:meeting", args=[plan.code, each.meeting_id])
        late = each.due_on is not None and each.due_on < today
        title = f"《{each.meeting.title}》议定事项：{in_one_line(each.text, LINE)}"
        yield Owed("落实", title, f"{url}#actions", each.due_on, late, is_day=True)


def _problems_owed(user, own, plan, now):
    """Answered ones to be read, and those the body is to solve by a date."""
    today = timezone.localdate(now)
    of_body = Problem.objects.visible_to(user).filter(plan=plan, agency__in=own).current()
    to_solve = Q(state=Problem.State.IN_HAND, level=Problem.Level.UNIT)
    for each in of_body.filter(to_solve | Q(state=Problem.State.ANSWERED)).select_related("plan"):
        what = "整改" if each.state == Problem.State.IN_HAND else "看答复"
        title = f"存在问题：{in_one_line(each.words, LINE)}"
        yield Owed(what, title, each.get_absolute_url(), each.due_on, each.is_overdue(today), is_day=True)


def _consultations_owed(user, own, plan, now):
    waiting = ConsultationReply.objects.filter(
        agency__in=own, consultation__plan=plan, consultation__state=Consultation.State.SENT
    ).exclude(state=ConsultationReply.State.GIVEN)
    for each in waiting.select_related("consultation__plan"):
        asked = each.consultation
        what = "审签回执" if each.state == ConsultationReply.State.AWAITING_APPROVAL else "反馈意见"
        title = f"征求意见《{asked.title}》"
        yield Owed(what, title, asked.get_absolute_url(), asked.due_at, asked.is_overdue(now))


# --- counts, each with the address of exactly its rows -----------------------------------------------


@dataclass(frozen=True)
class Counted:
    """A number of things that wait, and the page that lists them."""

    label: str
    number: int
    unit: str
    url: str
    is_late: bool = False


def waiting_for_office(user, plan, now):
    """What waits for the office, as Counted of more than none, in the order of the day; one query."""
    orders = SupervisionOrder.objects.visible_to(user).filter(plan=plan).order_by()
    asked = OrderExtension.objects.filter(decided_at__isnull=True).values("order")
    problems = Problem.objects.visible_to(user).filter(plan=plan).current()
    instructions = Instruction.objects.visible_to(user).filter(plan=plan, reported_at__isnull=True)
    sent = AdHocRequest.objects.visible_to(user).filter(
        plan=plan, sent_at__isnull=False, closed_at__isnull=True
    )
    unanswered = Exists(AdHocAnswer.objects.filter(request=OuterRef("pk"), confirmed_at__isnull=True))
    held = Meeting.objects.visible_to(user).filter(plan=plan)
    circulars = Circular.objects.visible_to(user).filter(period__plan=plan)
    undecided = Opinion.objects.filter(adoption=Opinion.Adoption.UNDECIDED, reply__state="given")
    asked_about = Consultation.objects.visible_to(user).filter(
        Exists(undecided.filter(reply__consultation=OuterRef("pk"))), plan=plan, state="sent"
    )
    today = timezone.localdate(now)
    return _counted(
        plan,
        ("督办件待审核", "件", "orders", "state=checking", orders.filter(state=State.CHECKING)),
        ("督办件待登记签发", "件", "orders", "state=signing", orders.filter(state=State.SIGNING)),
        ("反馈待审核", "件", "orders", "state=answered", orders.filter(state=State.ANSWERED)),
        ("督办延期待决定", "件", "orders", "state=more_time", orders.filter(pk__in=asked)),
        ("督办件逾期", "件", "orders", "overdue=yes", orders.overdue(now), True),
        ("问题待研判", "条", "problems", "state=raised", problems.filter(state=Problem.State.RAISED)),
        ("问题逾期", "条", "problems", "overdue=true", problems.overdue(today), True),
        ("临时调度答复中", "次", "quick_list", "state=open", sent.filter(unanswered, due_at__gte=now)),
        (
            "临时调度逾期未答全",
            "次",
            "quick_list",
            "state=overdue",
            sent.filter(unanswered, due_at__lt=now),
            True,
        ),
        ("批示件办理中", "件", "instructions", "state=open", instructions),
        ("批示件逾期", "件", "instructions", "state=overdue", instructions.filter(due_on__lt=today), True),
        ("有逾期议定事项的会议", "次", "meetings", "actions=overdue", with_overdue_actions(held, now), True),
        ("征求意见有意见待处理", "份", "consultations", "state=sent", asked_about),
        ("通报待审核", "份", "circulars", "state=checking", circulars.filter(state="checking")),
        ("通报待登记签发", "份", "circulars", "state=signing", circulars.filter(state="signing")),
    )


def standing_for_leader(user, plan, now):
    """How supervision stands, for leaders: as Counted of more than none; one query."""
    orders = SupervisionOrder.objects.visible_to(user).filter(plan=plan).order_by()
    problems = Problem.objects.visible_to(user).filter(plan=plan).standing()
    levels = Problem.Level
    return _counted(
        plan,
        ("督办件在办", "件", "orders", "state=open", orders.open()),
        ("督办件逾期", "件", "orders", "overdue=yes", orders.overdue(now), True),
        ("提请领导小组的问题", "条", "problems", "level=group", problems.filter(level=levels.GROUP)),
        (
            "提请市委、市政府的问题",
            "条",
            "problems",
            "level=government",
            problems.filter(level=levels.GOVERNMENT),
        ),
    )


def named_for(user, plan):
    """Instructions the person was named to read and that are in hand, as Counted; one query."""
    named = Instruction.objects.visible_to(user).filter(plan=plan, readers=user, reported_at__isnull=True)
    return _counted(plan, ("请您阅看的批示件", "件", "instructions", "state=open", named))


def _counted(plan, *rows):
    numbers = {f"box_{place}": number_of(row[4]) for place, row in enumerate(rows)}
    opened = ReportingPeriod.objects.quarters().filter(plan=plan, opened_at__isnull=False)
    newest = Subquery(opened.order_by("-starts_on").values("code")[:1])
    found = Plan.objects.filter(pk=plan.pk).values(**numbers, newest=newest).get()
    # Circulars are addressed by the quarter one is in.
    places = {"circulars": [plan.code, found["newest"] or plan.first_period]}
    return [
        Counted(
            label,
            number,
            unit,
            f"{reverse(f'supervision:{page}', args=places.get(page, [plan.code]))}?{query}",
            bool(late),
        )
        for place, (label, unit, page, query, _, *late) in enumerate(rows)
        if (number := found[f"box_{place}"])
    ]
