"""Orders for tests: drafted, and walked to a state through the real verbs.

    order = make_order(task, fgw, by=office)
    order = walk_order(order, "working", office=office, office2=office2, reporter=reporter, approver=approver)

Everything happens at MORNING unless `now=` says otherwise; an ordinary order is due 15 working days on.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from supervision import feedback, order_drafts, orders
from supervision.kinds import kind_for
from supervision.models import SupervisionOrder, Urgency
from tests.factories import make_plan

State = SupervisionOrder.State
MORNING = datetime(2026, 9, 1, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
WAY = (
    *(State.DRAFT, State.CHECKING, State.SIGNING, State.ISSUED, State.WORKING),
    *(State.ANSWERED, State.CLOSED),
)


def pdf(name="签发件.pdf", words=b"1"):
    """A small PDF as a browser sends it."""
    content = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%" + words + b"\nstartxref\n9\n%%EOF\n"
    return SimpleUploadedFile(name, content, "application/pdf")


def said_in(agency, *, tasks=(), helpers=(), **words):
    """What a draft says, as `order_drafts.draft` takes it."""
    usual = {
        "kind": kind_for(agency),
        "title": "加快平台建设",
        "requirement": "月底前完成前期工作并反馈。",
        "basis": "年度工作要点",
        "urgency": Urgency.ORDINARY,
        "wanted_on": None,
    }
    return usual | {"agency": agency, "tasks": list(tasks), "helpers": list(helpers)} | words


def make_order(agency, *, by, plan=None, now=MORNING, origin=None, **said):
    """A draft by an office person."""
    return order_drafts.draft(plan or make_plan(), said_in(agency, **said), by=by, now=now, origin=origin)


def sign(order, by, now=MORNING, **signed):
    usual = {
        "signer": "周主任",
        "signer_title": "办公室主任",
        "signed_on": timezone.localdate(now),
        "scan": pdf(),
    }
    if order.kind == "passed_on":
        usual["outside_number"] = "宿办函〔2026〕8号"
    return orders.issue(order, by=by, now=now, revision=order.revision, **(usual | signed))


def answer(order, by, now=MORNING, text="已完成前期工作3项。", **said):
    return feedback.hand_in(order, text=text, by=by, now=now, revision=order.revision, **said)


def walk_order(order, to, *, office, office2, reporter=None, approver=None, now=MORNING, **said):
    """Take an order from where it is to the state `to`; said: what the feedback says besides. Returns it."""
    acts = {
        State.DRAFT: lambda order: orders.send_to_check(order, by=office, now=now, revision=order.revision),
        State.CHECKING: lambda order: orders.check(order, by=office2, now=now, revision=order.revision),
        State.SIGNING: lambda order: sign(order, office, now),
        State.ISSUED: lambda order: orders.sign_for(order, by=reporter, now=now, revision=order.revision),
        State.WORKING: lambda order: _answered(order, reporter, approver, now, said),
        State.ANSWERED: lambda order: feedback.accept(order, by=office, now=now, revision=order.revision),
    }
    if to == State.CANCELLED:
        return orders.cancel(order, by=office, now=now, revision=order.revision, reason="情况有变")
    while order.state != to:
        assert WAY.index(order.state) < WAY.index(to), f"no way from {order.state} to {to}"
        order = acts[order.state](order)
    return order


def _answered(order, reporter, approver, now, said):
    order = answer(order, reporter, now, **said)
    if order.state == State.ANSWERED:
        return order
    return feedback.approve(order, by=approver, now=now, revision=order.revision)
