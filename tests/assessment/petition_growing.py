"""请示 and editions for the world whose pages are counted: one of each to look at, and more of them."""

from django.urls import reverse

from assessment import petitions
from progress.models import TaskReturn
from tests.assessment.report_life import make_edition, make_summary
from tests.factories import AFTER_DUE, make_year

SAID = {"title": "关于某事的请示", "addressee": "市政府", "text": "请协调。", "body": "办公室"}


class PetitionRows:
    """`pages`: {what they are: address}."""

    def __init__(self, people, plan):
        self.office, self.plan = people["office"], plan
        self.draft, self.report = self._draft(), make_summary(self.office, make_year())
        edition = make_edition(self.report, self.office)
        at = [plan.code, self.draft.pk]
        of_edition = [plan.code, self.report.pk, edition.number]
        self.pages = {
            "a petition": self.draft.get_absolute_url(),
            "a petition to be changed": reverse("assessment:petition_edit", args=at),
            "a petition as Word": reverse("assessment:petition_word", args=at),
            "a report as Word": reverse("assessment:report_preview_word", args=of_edition[:2]),
            "an edition as Word": reverse("assessment:edition_word", args=of_edition),
            "an edition as Excel": reverse("assessment:edition_tables", args=of_edition),
        }

    def grow(self):
        """More rows of the list, and a request in every accepted return."""
        self._draft()
        TaskReturn.objects.filter(report__state="accepted").update(request="1.请协调。2.请支持。")

    def _draft(self):
        return petitions.draft(self.plan, SAID, by=self.office, now=AFTER_DUE)
