"""As much 临时调度 as one likes for tests/growing.py: requests, and rows of each."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency
from supervision import quick, quick_answers
from supervision.models import AdHocField
from supervision.quick import Asking
from supervision.quick_answers import Said
from tests import factories
from tests.cast import body


class QuickRows:
    """`pages`: a request under way, one that is a draft, and what is taken away: {what they are: address}."""

    def __init__(self, people, task):
        self.people, self.plan, self.now = people, task.plan, timezone.now()
        self.number = 0
        self.sent, self.drafted = self._sent(task), self._drafted(task)
        parts = ("change", "export", "paper", "word")
        self.pages = {
            "a sudden question": self.sent.get_absolute_url(),
            "a sudden question in draft": self.drafted.get_absolute_url(),
            "a draft of a sudden question changed": self._address("edit", self.drafted),
            **{f"a sudden question: {part}": self._address(part, self.sent) for part in parts},
        }

    def _address(self, part, request):
        return reverse(f"supervision:quick_{part}", args=[self.plan.code, request.pk])

    def grow(self, tasks):
        """One more request, and two more rows in those that are there; tasks: led by fgw, newest last."""
        self._sent(tasks[-1])
        self.number += 1
        county = Agency.objects.create(
            code=f"quick{self.number}", name=f"第{self.number}个镇", kind=Agency.Kind.COUNTY
        )
        more = {"tasks": tasks[-1:], "agencies": [county], "by": self.people["office"], "now": self.now}
        self.sent = quick.add(self.sent, **more, revision=self.sent.revision)
        self._confirm(self.sent)
        drafted = self._asking(*tasks)
        self.drafted = quick.redraft(
            self.drafted, drafted, by=self.people["office"], now=self.now, revision=self.drafted.revision
        )

    def _asking(self, *tasks):
        fields = [AdHocField(**each) for each in quick.SETS["progress"][1]]
        due_at = self.now + timedelta(hours=4)
        return Asking(
            "园区最新进展", due_at, fields, tasks=list(tasks), agencies=[body("fgw"), body("sixian")]
        )

    def _drafted(self, *tasks):
        return quick.draft(self.plan, self._asking(*tasks), by=self.people["office"], now=self.now)

    def _sent(self, *tasks):
        drafted = self._drafted(*tasks)
        sent = quick.send(drafted, by=self.people["office"], now=self.now, revision=drafted.revision)
        self._confirm(sent)
        return sent

    def _confirm(self, sent):
        """What fgw is asked of its tasks is answered."""
        rows = sent.answers.filter(agency=body("fgw"), task__isnull=False, confirmed_at=None)
        said = {row: Said(row.revision, {1: factories.PROGRESS["progress"]}) for row in rows}
        if said:
            quick_answers.confirm(sent, said, by=self.people["reporter"], now=self.now)
