"""A scheme with as much in it as one likes, drafted and published, for tests/growing.py."""

from decimal import Decimal

from django.urls import reverse

from agencies.models import Agency
from assessment import schemes
from assessment.models import Criterion, VetoItem
from tests.assessment.round_life import drafted
from tests.factories import OPENS, make_plan

DRAFTED, PUBLISHED = 2031, 2032


class SchemeRows:
    """`pages`: {what they are: address}. The years are others than those whose rounds are looked at."""

    def __init__(self, people):
        plan, done = make_plan(), {"by": people["office"], "now": OPENS}
        self.draft = schemes.new_scheme(plan, DRAFTED, **done)
        published = schemes.new_scheme(plan, PUBLISHED, schemes.FROM_LAST, **done)
        self.published = schemes.publish(published, revision=published.revision, **done)
        self.number = self.draft.criteria.count()
        edit = reverse("assessment:scheme_edit", args=[plan.code, DRAFTED])
        evaluation = reverse("assessment:evaluation", args=[plan.code])
        self.pages = {
            "a scheme drafted": self.draft.get_absolute_url(),
            "a scheme being edited": edit,
            "a scheme published": self.published.get_absolute_url(),
        } | {
            f"the {part} of the evaluation": f"{evaluation}?part={part}"
            for part in ("tasks", "targets", "projects", "links")
        }

    def grow(self):
        """More criteria, vetoes and listed bodies; what becomes of the total does not matter here."""
        self.number += 1
        court = Agency.objects.create(
            code=f"court{self.number}", name=f"第{self.number}法院", kind=Agency.Kind.MUNICIPAL, order=900
        )
        self._grow(self.draft, court)
        with drafted(self.published):
            self._grow(self.published, court)

    def _grow(self, scheme, court):
        Criterion.objects.create(
            scheme=scheme, order=self.number, name=f"第{self.number}项", formula="orders", weight=Decimal(1)
        )
        VetoItem.objects.create(scheme=scheme, order=self.number, name=f"第{self.number}种情形")
        scheme.listed.add(court)
