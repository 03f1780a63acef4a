"""拟办: writing a supervision order and changing the draft."""

from django.db import transaction

from progress.workflow import Incomplete
from supervision import orders, permissions
from supervision.models import SupervisionOrder
from supervision.order_contents import mistakes

WORDS = ("kind", "title", "requirement", "basis", "urgency", "agency", "wanted_on")


@transaction.atomic
def draft(plan, said, *, by, now, origin=None):
    """拟办 a new order; returns it.

    said: kind, title, requirement, basis, urgency, agency, wanted_on (a date or None), helpers and tasks
    (lists); origin: the order_origins.Origin it comes from, None by hand. Raises Denied, Incomplete.
    """
    permissions.check_draft_order(by)
    said = _settled(said, now)
    source = {} if origin is None else origin.fields
    order = SupervisionOrder.objects.create(
        plan=plan,
        drafted_at=now,
        drafted_by=by,
        is_demo=by.is_demo or (origin is not None and origin.is_demo),
        **{name: said[name] for name in WORDS},
        **source,
    )
    order.helpers.set(said["helpers"])
    order.tasks.set(said["tasks"])
    orders.note("draft", order, by, now)
    return order


@transaction.atomic
def edit(order, said, *, by, now, revision):
    """Change a draft; returns the fresh order. said: as `draft`. Raises Denied, Stale, WrongState,
    Incomplete."""
    transition = orders.begin("edit", order, by, now, revision)
    said = _settled(said, now)
    words = {name: said[name] for name in WORDS}
    order, _ = orders.move(transition, order, by, now, revision, words)
    order.helpers.set(said["helpers"])
    order.tasks.set(said["tasks"])
    return order


def _settled(said, now):
    """What was said, its texts trimmed. Raises Incomplete."""
    trimmed = {name: said[name].strip() for name in ("title", "requirement", "basis")}
    said = said | trimmed
    wrong = mistakes(said, now=now)
    if wrong:
        raise Incomplete(wrong)
    return said
