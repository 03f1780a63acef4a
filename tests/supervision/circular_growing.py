"""As many circulars as one likes for tests/growing.py, and the papers of orders."""

from django.urls import reverse

from supervision import circulars, files
from supervision.models import Circular
from tests.factories import AFTER_DUE
from tests.supervision.order_life import pdf


class CircularRows:
    """orders: the orders whose papers are looked at, by state. `pages`: {what they are: address}."""

    def __init__(self, people, period, orders):
        self.people, self.period, self.number = people, period, 0
        self.draft = circulars.take(period, by=people["office"], now=AFTER_DUE)
        self.first = self._issued()
        self.pages = {
            f"the {page} of an order {state}": reverse(
                f"supervision:order_{page}", args=[order.plan.code, order.pk]
            )
            for state, order in orders.items()
            for page in ("slip", "word")
        }
        for words, circular in (("issued", self.first), ("drafted", self.draft)):
            for page in ("circular", "circular_word", "circular_excel"):
                place = [self.period.plan.code, self.period.code, circular.pk]
                self.pages[f"{page} {words}"] = reverse(f"supervision:{page}", args=place)

    def grow(self):
        """More rows of the list; more bodies in the lists of one, and more files with it."""
        done = {"by": self.people["office"], "now": AFTER_DUE}
        files.keep("circular", self.first, pdf(words=b"circular %d" % self.number), **done)
        draft = circulars.load(self.draft.pk)
        circulars.take_anew(draft, **done, revision=draft.revision)
        self._issued()

    def _issued(self):
        """A copy of the draft as if it had been given out."""
        self.number += 1
        issued = circulars.load(self.draft.pk)
        issued.pk, issued.state, issued.document_number = None, Circular.State.ISSUED, f"{self.number}号"
        issued.save(force_insert=True)
        return issued
