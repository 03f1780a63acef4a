"""Reports of the office being gathered, and cancelled ones for its list, for tests/growing.py."""

from django.urls import reverse

from assessment.models import GatheringRun, Outline, SummaryReport
from tests.factories import AFTER_DUE, make_year


class ReportRows:
    """`pages`: {what they are: address}."""

    def __init__(self, people, period):
        # A half-year hangs on what ends it.
        self.office, self.period, self.number = people["office"], make_year(plan=period.plan), 0
        outline, _ = Outline.objects.get_or_create(plan=period.plan, kind="half", defaults={"title": "报告"})
        self.outline = outline
        gathering = self._report(state="gathering")
        asked = {"as_of": AFTER_DUE, "asked_at": AFTER_DUE, "asked_by": self.office}
        GatheringRun.objects.create(report=gathering, total=9, **asked)
        place = [period.plan.code, gathering.pk]
        self.pages = {
            "a report being gathered": reverse("assessment:report_gathering", args=place),
            "a report to be cancelled": reverse("assessment:report_cancel", args=place),
        }

    def grow(self):
        self._report(state="cancelled")

    def _report(self, **said):
        self.number += 1
        made = {"made_at": AFTER_DUE, "made_by": self.office}
        return SummaryReport.objects.create(
            period=self.period, outline=self.outline, title=f"第{self.number}份报告", **made, **said
        )
