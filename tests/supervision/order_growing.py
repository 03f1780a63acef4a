"""As many supervision orders as one likes for tests/growing.py: the register, and orders with a long way."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency
from supervision import feedback, files, more_time
from supervision.models import SupervisionOrder
from tests.cast import body
from tests.supervision.order_life import answer, make_order, pdf, walk_order

State = SupervisionOrder.State
STATES = (
    *(State.DRAFT, State.CHECKING, State.SIGNING, State.ISSUED),
    *(State.WORKING, State.ANSWERED, State.CLOSED),
)


class OrderRows:
    """`pages`: an order in each state, and a draft being changed: {what they are: address}."""

    def __init__(self, people, task):
        self.people, self.task, self.now = people, task, timezone.now()
        self.number = 0
        self.kept = {state: self._walked(state) for state in STATES}
        draft = self.kept[State.DRAFT]
        self.pages = {f"an order {state}": each.get_absolute_url() for state, each in self.kept.items()}
        self.pages["a draft order changed"] = reverse(
            "supervision:order_edit", args=[draft.plan.code, draft.pk]
        )

    def grow(self):
        """One more order in every state, and more of everything an order's own page lists."""
        for state in STATES:
            self._walked(state)
        for order in self.kept.values():
            self._more_bodies(order)
            self._more_files("order", order)
        self._interim(self.kept[State.WORKING])

    def _walked(self, state):
        who = {name: self.people[name] for name in ("office", "office2", "reporter", "approver")}
        said = {"tasks": [self.task], "helpers": [body("kjj")]}
        drafted = make_order(body("fgw"), by=who["office"], plan=self.task.plan, now=self.now, **said)
        return walk_order(drafted, state, **who, now=self.now)

    def _more_bodies(self, order):
        self.number += 1
        helper = Agency.objects.create(
            code=f"helps{self.number}", name=f"第{self.number}家协办单位", kind=Agency.Kind.MUNICIPAL
        )
        order.helpers.add(helper)

    def _more_files(self, owner_field, owner):
        self.number += 1
        scan = pdf(words=str(self.number).encode())
        files.keep(owner_field, owner, scan, by=self.people["office"], now=self.now)

    def _interim(self, order):
        """Another feedback that was accepted without closing, and another request for more time refused."""
        order = SupervisionOrder.objects.get(pk=order.pk)
        seen = {"by": self.people["reporter"], "now": self.now, "revision": order.revision}
        wanted_on = (order.due_at + timedelta(days=9)).date()
        order = more_time.ask(order, reason="评审推迟", wanted_on=wanted_on, **seen)
        seen = {"by": self.people["office"], "now": self.now, "revision": order.revision}
        order = more_time.decide(order, granted=False, decision="按期办理", **seen)
        order = answer(order, self.people["reporter"], self.now, asks_to_close=False)
        self._more_files("feedback", order.feedback.last())
        for verb, who in ((feedback.approve, "approver"), (feedback.accept, "office2")):
            order = verb(order, by=self.people[who], now=self.now, revision=order.revision)
