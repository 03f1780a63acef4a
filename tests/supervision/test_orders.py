"""The life of a supervision order: the whole table, who may do what, numbers, limits, and what never happens."""

import pytest

from supervision import order_drafts
from supervision.models import SupervisionOrder
from tests.supervision.order_life import make_order, walk_order

State = SupervisionOrder.State


@pytest.fixture
def order(fgw, office):
    return make_order(fgw, by=office)


@pytest.fixture
def team(office, office2, reporter, approver):
    return {"office": office, "office2": office2, "reporter": reporter, "approver": approver}


def test_an_order_goes_from_draft_to_closed(order, team):
    order = walk_order(order, State.CLOSED, **team)
    assert order.full_number == "宿长三角督〔2026〕1号"
    assert not order.was_late()
    assert order_drafts
