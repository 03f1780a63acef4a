"""Meetings and instructions for the world whose pages are counted: one of each that grows, and lists."""

from datetime import date

from django.urls import reverse

from agencies.models import Agency
from supervision import instructions, meetings
from supervision.models import AdHocRequest, SupervisionFile
from tests import factories
from tests.cast import body
from tests.supervision.order_life import make_order

NOW = factories.OPENS


class MeetingRows:
    """`pages` are the addresses of the one meeting and the one instruction that everything is put with."""

    def __init__(self, people, task):
        self.people, self.task, self.plan = people, task, task.plan
        self.meeting, self.instruction = self._meeting(), self._instruction()
        at = [self.plan.code, self.meeting.pk]
        of_instruction = [self.plan.code, self.instruction.pk]
        self.action = self._action()
        self.pages = {
            "a meeting": self.meeting.get_absolute_url(),
            "a meeting to be changed": reverse("supervision:meeting_edit", args=at),
            "an action": reverse("supervision:meeting_action", args=[*at, self.action.pk]),
            "an instruction": self.instruction.get_absolute_url(),
            "an instruction to be changed": reverse("supervision:instruction_edit", args=of_instruction),
            "a report on an instruction": reverse("supervision:instruction_report", args=of_instruction),
        }

    def grow(self):
        self._meeting()
        self._instruction()
        action = self._action()
        self._order(action=action)
        self._order(instruction=self.instruction)
        sent = {"sent_at": NOW, "sent_by": self.people["office"]}
        asked = {"drafted_at": NOW, "drafted_by": self.people["office"], "due_at": NOW}
        AdHocRequest.objects.create(plan=self.plan, title="问", instruction=self.instruction, **asked, **sent)
        for owner in ({"meeting": self.meeting}, {"instruction": self.instruction}):
            said = {"name": "附件.pdf", "extension": "pdf", "size": 1, "sha256": "0" * 64, "file": "x"}
            SupervisionFile.objects.create(
                **owner, **said, uploaded_at=NOW, uploaded_by=self.people["office"]
            )
        order = Agency.objects.count()
        one = Agency.objects.create(code=f"met{order}", name=f"第{order}家参会单位", kind="municipal")
        self.meeting.agencies.add(one)

    def _meeting(self):
        said = {"kind": "coordination", "title": "调度会", "held_on": date(2030, 3, 1)}
        lists = {"agencies": [body("fgw")], "tasks": [self.task]}
        return meetings.record_meeting(self.plan, said | lists, by=self.people["office"], now=NOW)

    def _instruction(self):
        said = {"leader": "郑市长", "on": date(2030, 3, 1), "words": "请抓紧。", "due_on": date(2030, 3, 20)}
        readers = [self.people["reporter"], self.people["leader"]]
        lists = {"readers": readers, "tasks": [self.task]}
        made = instructions.register(self.plan, said | lists, by=self.people["office"], now=NOW)
        return instructions.save_report(made, "已落实。", by=self.people["office"], now=NOW, revision=1)

    def _action(self):
        said = {"text": "建成平台", "agency": body("fgw"), "task": self.task, "due_on": date(2030, 3, 5)}
        return meetings.add_action(self.meeting, said, by=self.people["office"], now=NOW)

    def _order(self, **source):
        order = make_order(body("fgw"), by=self.people["office"], plan=self.plan, now=NOW, tasks=[self.task])
        order.__class__.objects.filter(pk=order.pk).update(**source)
