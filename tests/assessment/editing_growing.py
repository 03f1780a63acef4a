"""A report being edited with its sections, editions and 征求意见 for the world whose pages are counted."""

from django.urls import reverse

from assessment import circulating, editing, editions
from assessment.models import SummaryReport
from progress.content import fingerprint
from tests.assessment.summaries import BUILT, Source, add_section, make_summary, source
from tests.factories import AFTER_DUE


class EditingRows:
    """`pages`: {what they are: address}."""

    def __init__(self, people):
        self.office, self.number = people["office"], 0
        self.report = make_summary(self.office, figures={"targets": [], "tasks": []})
        self.section = self.report.sections.get(heading="主要做法和成效")
        for _ in range(2):
            self.grow()
        place = [self.report.period.plan.code, self.report.pk]
        of_section = [*place, self.section.pk]
        self.pages = {
            "a report being edited": self.report.get_absolute_url(),
            "a section being edited": reverse("assessment:report_section", args=of_section),
            "a section to be gathered anew": reverse("assessment:report_section_regather", args=of_section),
            "an edition": reverse("assessment:edition", args=[*place, 1]),
            "two editions compared": reverse("assessment:edition_compare", args=[*place, 2]),
        } | {f"a report: {name}": reverse(f"assessment:report_{name}", args=place) for name in NAMED}

    def grow(self):
        """One more section, paragraph, edition and consultation."""
        self.number += 1
        rows = [(2, f"小标题{self.number}", []), (0, BUILT, [source(self.number), source(2, "kjj")])]
        add_section(self.report, f"第{self.number}个专题", Source.TEXT, rows)
        self.section.paragraphs.create(order=9, text=f"加的第{self.number}段。", sources=[source()])
        done = {"by": self.office, "now": AFTER_DUE}
        seen = fingerprint(editions.data_of(self._loaded()))
        editions.freeze(self.report, note="", confirmed=False, must=0, seen=seen, **done)
        circulating.circulate(self._loaded(), **done)

    def _loaded(self):
        return editing.with_sections(SummaryReport.objects.filter(pk=self.report.pk)).get()


NAMED = ("head", "checks", "freeze")
