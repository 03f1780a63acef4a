"""As many problems as one likes, and one with a long way behind it."""

from datetime import timedelta

from supervision.models import Problem, ProblemStep, SupervisionFile, SupervisionOrder
from tests import factories
from tests.cast import body


class ProblemRows:
    """people: by kind; report: an accepted return. `pages`: the problem's own page."""

    def __init__(self, people, report):
        self.people, self.report = people, report
        self.first = self.problem(report, state="in_hand", level="office")
        self.pages = {"a problem": self.first.get_absolute_url()}

    def problem(self, report, **fields):
        """One told in a return that has left its body."""
        said = {"text": "用地指标不足", "request": "请协调", "raised_at": factories.BEFORE_DUE, "version": 1}
        about = {"plan": report.period.plan, "period": report.period, "agency": report.agency}
        return Problem.objects.create(report=report, task=report.task, **about, **(said | fields))

    def grow(self):
        """More rows of the list, more of everything on the one page."""
        office, at = self.people["office"], factories.BEFORE_DUE
        about = {"plan": self.first.plan, "agency": body("fgw"), "problem": self.first}
        SupervisionOrder.objects.create(
            title="督办", requirement="办", source="problem", drafted_at=at, drafted_by=office, **about
        )
        file = {"name": "a.pdf", "extension": "pdf", "size": 1, "sha256": "0" * 64}
        SupervisionFile.objects.create(problem=self.first, uploaded_at=at, uploaded_by=office, **file)
        for verb in ("answer", "progress"):
            ProblemStep.objects.create(problem=self.first, verb=verb, by=office, at=at, words="办理")
        for task in (self.first.task, None):
            by_hand = {"report": None, "version": None, "task": task, "due_on": at.date() - timedelta(days=9)}
            self._by_hand(**by_hand)

    def _by_hand(self, **fields):
        said = {"text": "断头路", "raised_at": factories.BEFORE_DUE}
        about = {"plan": self.first.plan, "period": self.first.period, "agency": body("fgw")}
        Problem.objects.create(**about, **said, **fields)
