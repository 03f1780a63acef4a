"""Targets that count in the year, found by the office, as many as one likes, for tests/growing.py."""

from assessment import findings
from tasks.models import Target
from tests.cast import body
from tests.factories import AFTER_DUE
from tests.supervision.order_life import pdf


class FindingRows:
    """`pages`: {what they are: address}."""

    def __init__(self, people, task):
        self.office, self.task, self.number = people["office"], task, 0
        self.pages = {"a finding": self._found().get_absolute_url()}

    def grow(self):
        self._found()

    def _found(self):
        self.number += 1
        said = {"operator": "milestone", "value_text": "1", "due": "each_year", "quote": "原文"}
        target = Target.objects.create(
            plan=self.task.plan, task=self.task, indicator=f"成果{self.number}", **said
        )
        files = [pdf(words=b"finding %d" % self.number)]
        done = {"by": self.office, "now": AFTER_DUE, "uploads": files}
        return findings.find_target(self.task.plan, 2030, target, body("fgw"), True, "已验收", **done)
