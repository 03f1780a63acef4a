"""转为督办: drafts of supervision orders for several 议定事项 of a meeting at once."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from progress.workflow import Incomplete
from supervision import kinds, order_drafts
from supervision.meetings import to_be_ordered
from supervision.models import SupervisionOrder
from supervision.order_origins import origin_of


@transaction.atomic
def draft_orders(meeting, numbers, *, by, now):
    """拟办 an order for each action of these keys, all or none, as the page of a new order would fill it;
    returns the orders. Raises Denied, ValidationError saying which action stands in the way."""
    # The rows are held: two clicks at once must not draft twice.
    meeting.actions.filter(pk__in=numbers).update(order=F("order"))
    return [_drafted(meeting.plan, action, by, now) for action in to_be_ordered(meeting, numbers, by=by)]


def _drafted(plan, action, by, now):
    origin = origin_of(plan, {"source": "meeting", "action": action.pk}, by, now)
    said = {
        "kind": kinds.kind_for(action.agency),
        "agency": action.agency,
        "urgency": SupervisionOrder.Urgency.ORDINARY,
        "helpers": [],
        **origin.suggested,
    }
    try:
        return order_drafts.draft(plan, said, by=by, now=now, origin=origin)
    except Incomplete as incomplete:
        reasons = "；".join(incomplete.fields.values())
        raise ValidationError(f"第 {action.order} 项不能转为督办：{reasons}") from incomplete
