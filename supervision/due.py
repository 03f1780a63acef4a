"""What is due of what the office demanded: orders to answer and to sign for, problems, sudden questions.

Each finder reads only and asks a fixed number of queries. A 转办代拟稿 goes by way of 市委办 or 市政府办, so
this house's machines do not press for it.
"""

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery
from django.utils import timezone

from agencies.duties import DueItem, DueKind, announce
from agencies.models import Role
from agencies.reach import still_answering
from agencies.writing import in_one_line
from progress.timetable import DUE_HOUR, local
from supervision.models import AdHocAnswer, AdHocRequest, OrderFeedback, Problem, SupervisionOrder

State = SupervisionOrder.State
BODY = (Role.REPORTER, Role.APPROVER)
# How many signs of a problem a reminder names it by.
LINE = 40


# --- orders ------------------------------------------------------------------------------------


def _orders(plan, now, *states):
    """Orders with their addressee, each with a task it is about: a sensitive one first, which decides who
    may know of it."""
    links = SupervisionOrder.tasks.through.objects.filter(supervisionorder=OuterRef("pk"))
    first = links.order_by("-task__is_sensitive", "task__number")
    writers = OrderFeedback.objects.filter(
        order=OuterRef("pk"), state=OrderFeedback.State.AWAITING_APPROVAL
    ).values("written_by")
    orders = SupervisionOrder.objects.sent().filter(still_answering(timezone.localdate(now)), plan=plan)
    orders = orders.filter(state__in=states).exclude(kind=SupervisionOrder.Kind.PASSED_ON)
    return (
        orders.annotate(
            about=Subquery(first.values("task")[:1]),
            about_number=Subquery(first.values("task__number")[:1]),
            is_sensitive=Exists(links.filter(task__is_sensitive=True)),
            handed_in_by=Subquery(writers[:1]),
        )
        .select_related("agency", "plan")
        .order_by("due_at", "pk")
    )


def _of_order(kind, order, at, *, silent_for=frozenset()):
    return DueItem(
        kind=kind,
        subject=f"order:{order.pk}",
        title=f"{order.full_number or order.get_kind_display()}《{order.title}》",
        url=order.get_absolute_url(),
        plan=order.plan_id,
        at=at,
        agency=order.agency_id,
        task=order.about,
        task_number=order.about_number,
        period=order.period_id,
        is_sensitive=order.is_sensitive,
        is_demo=order.is_demo,
        silent_for=silent_for,
    )


def orders_due(plan, now):
    """Orders that are not answered; their limit. Who has handed in an answer that awaits the signature of
    their own body is not pressed. One query."""
    return [
        _of_order("order", each, each.due_at, silent_for=frozenset({each.handed_in_by} - {None}))
        for each in _orders(plan, now, State.ISSUED, State.WORKING)
    ]


def receipts_due(plan, now):
    """Orders nobody has signed for, since they were given out. One query."""
    return [_of_order("order_sign", each, each.issued_at) for each in _orders(plan, now, State.ISSUED)]


# --- problems and sudden questions -------------------------------------------------------------


def problems_due(plan, now):
    """Problems in hand with a date: the body's own to solve, or the office's where it has taken them up. Of
    one that goes on in a later period the latest row alone: nothing can be done on the others. One query."""
    answering = still_answering(timezone.localdate(now))
    problems = (
        Problem.objects.standing()
        .filter(answering, plan=plan, state=Problem.State.IN_HAND, due_on__isnull=False)
        .select_related("agency", "plan", "task")
    )
    return [
        DueItem(
            kind="problem",
            subject=f"problem:{each.pk}",
            title=f"{each.agency.name}问题“{in_one_line(each.words, LINE)}”",
            url=each.get_absolute_url(),
            plan=plan.pk,
            at=local(each.due_on, DUE_HOUR),
            agency=each.agency_id if each.level in ("", Problem.Level.UNIT) else None,
            task=each.task_id,
            task_number=each.task.number if each.task_id else None,
            period=each.period_id,
            is_sensitive=bool(each.task_id and each.task.is_sensitive),
            is_demo=each.is_demo,
        )
        for each in problems.order_by("due_on", "pk")
    ]


def quick_due(plan, now):
    """临时调度 a body has not confirmed yet: one thing a body and question, whatever it is asked about. One
    query."""
    waiting = AdHocAnswer.objects.filter(
        still_answering(timezone.localdate(now)),
        request__plan=plan,
        request__sent_at__isnull=False,
        request__closed_at__isnull=True,
        confirmed_at__isnull=True,
    )
    secret = Min("task", filter=Q(task__is_sensitive=True))
    asked = waiting.values(
        "request", "agency", "request__title", "request__due_at", "request__is_demo"
    ).annotate(number=Count("pk"), secret=secret)
    return [_quick(plan, each) for each in asked.order_by("request__due_at", "request", "agency__order")]


def _quick(plan, asked):
    return DueItem(
        kind="quick",
        subject=f"quick:{asked['request']}:{asked['agency']}",
        title=f"临时调度“{asked['request__title']}”（{asked['number']}项待确认）",
        url=AdHocRequest(pk=asked["request"], plan=plan).get_absolute_url(),
        plan=plan.pk,
        at=asked["request__due_at"],
        agency=asked["agency"],
        task=asked["secret"],
        is_sensitive=asked["secret"] is not None,
        is_demo=asked["request__is_demo"],
    )


for kind in (
    DueKind("order_sign", "督办件待签收", "交办时", receipts_due, BODY, 40, is_deadline=False),
    DueKind("order", "督办件待反馈", "办理时限", orders_due, BODY, 45),
    DueKind("problem", "问题整改", "整改时限", problems_due, BODY, 50),
    DueKind("quick", "临时调度", "截止时间", quick_due, BODY, 55),
):
    announce(kind)
