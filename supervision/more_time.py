"""督办延期: asked for before the limit, decided by the office with a definite new date.

While a request waits the clock runs on; granted, the new instant replaces the order's limit.
"""

from django.db import IntegrityError, transaction

from agencies import reach
from progress.timetable import DUE_HOUR, local, spoken
from progress.workflow import Incomplete, Stale, WrongState
from supervision import orders
from supervision.models import OrderExtension


def ask(order, *, reason, wanted_on, by, now, revision):
    """申请延期 by the body, up to the limit (equal is in time), one request at a time.

    wanted_on: the date it would be done by (18:00), after the present limit.
    """
    transition = orders.begin("ask_more_time", order, by, now, revision)
    missing = {} if wanted_on else {"wanted_on": "请填写申请延至的日期。"}
    if wanted_on and local(wanted_on, DUE_HOUR) <= order.due_at:
        missing["wanted_on"] = f"申请延至的日期须晚于现在的时限（{spoken(order.due_at)}）。"
    if not (reason or "").strip():
        missing["reason"] = "请写明延期原因，以及现在办到哪一步。"
    if missing:
        raise Incomplete(missing)
    said = {"reason": orders.limited(reason, "reason"), "wanted_until": local(wanted_on, DUE_HOUR)}
    with transaction.atomic():
        order, step = orders.move(transition, order, by, now, revision, words=said["reason"])
        asked = {"old_due_at": order.due_at, "asked_at": now, "asked_by": by, "is_demo": order.is_demo}
        try:
            with transaction.atomic():
                OrderExtension.objects.create(order=order, **said, **asked)
        except IntegrityError:
            raise WrongState("这件已有延期申请在办理中，请等办公室决定。") from None
        title = f"{order.agency.name}申请延期：{order}"
        orders.tell(step, reach.office_people(now=now), title, f"申请延至 {spoken(said['wanted_until'])}。")
    return order


def decide(order, *, granted, new_due_on=None, decision="", by, now, revision):
    """同意 with a definite new date, or 不同意 with a reason.

    granted: true or false; new_due_on: the date (18:00) where granted, after the present limit, None for
    what was asked; decision: what is said to the body.
    """
    transition = orders.begin("decide_more_time", order, by, now, revision)
    asked = order.extensions.filter(decided_at__isnull=True).first()
    if asked is None:
        raise WrongState("没有待决定的延期申请。")
    decision = orders.limited(decision, "decision")
    new = None
    if granted:
        new = local(new_due_on, DUE_HOUR) if new_due_on else asked.wanted_until
        if new <= order.due_at:
            raise Incomplete({"new_due_on": f"新的时限须晚于现在的时限（{spoken(order.due_at)}）。"})
    elif not decision:
        raise Incomplete({"decision": "不同意延期须写明理由，主办单位会看到。"})
    with transaction.atomic():
        changes = {"due_at": new} if granted else {}
        order, step = orders.move(transition, order, by, now, revision, changes, decision)
        undecided = OrderExtension.objects.filter(pk=asked.pk, decided_at__isnull=True)
        said = {"granted": granted, "new_due_at": new, "decision": decision}
        if not undecided.update(decided_at=now, decided_by=by, **said):
            raise Stale(order)
        words = f"同意延期至 {spoken(new)}" if granted else "不同意延期"
        people = orders.addressees(order, now, helpers=False)
        orders.tell(step, people, f"{order}{words}", decision)
    return order
