"""A year of accepted returns to make reports of: `accept`, `accept_summary`, and when things happen in it.

Quarters are reported three days before they are due (tests/factories.py), the year's own reports on 20
December; END is when everything is in.
"""

from datetime import datetime, timedelta

from assessment.material import Material
from assessment.spans import Span
from progress.models import ProgressReport
from tests import factories
from tests.factories import BEFORE_DUE, SHANGHAI

ACCEPTED = ProgressReport.State.ACCEPTED
END = datetime(2031, 1, 20, 9, 0, tzinfo=SHANGHAI)
OF_YEAR = datetime(2030, 12, 20, 9, 0, tzinfo=SHANGHAI)


def told_at(code):
    """When the returns of a quarter of 2030 leave their bodies and are accepted."""
    return BEFORE_DUE + timedelta(days=91 * (int(code[-1]) - 1))


def accept(task, agency, code, people, now=None, **said):
    """The accepted return of a lead for a quarter, as `said`."""
    report = factories.make_report(task, agency, factories.make_period(code, plan=task.plan))
    quarter = int(code[-1])
    usual = {"progress": f"1—{quarter * 3}月，建成平台{quarter}个。", "percent": quarter * 25}
    return factories.walk(report, ACCEPTED, **people, now=now or told_at(code), **(usual | said))


def accept_summary(agency, people, *, code="", **said):
    """The accepted report of a unit: of the year, or of the quarter `code`."""
    period = factories.make_period(code) if code else factories.make_year()
    rows = [{"chapter": 1, "text": "推进有关工作。", "tasks": [1]}]
    usual = {"overview": "有序推进。", "problem": "无", "next_steps": "继续推进。", "paragraphs": rows}
    report = factories.make_unit_report(agency, period)
    now = told_at(code) if code else OF_YEAR
    return factories.walk(report, ACCEPTED, **people, now=now, **(usual | said))


def material(kind="annual", code="2030", now=END):
    """The Material of a report on the plan's period `code`."""
    period = factories.make_year() if len(code) == 4 else factories.make_period(code)
    return Material(Span(kind, period), now)


def texts(paragraphs, level=0):
    return [each["text"] for each in paragraphs if each["level"] == level]
