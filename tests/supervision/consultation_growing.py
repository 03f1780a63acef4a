"""As many 征求意见 as one likes for tests/growing.py, and more units and opinions in each."""

from datetime import timedelta

from django.urls import reverse

from agencies.models import Agency
from supervision import consultations, files
from supervision.models import Consultation, ConsultationReply, Opinion
from tests.cast import body
from tests.factories import AFTER_DUE
from tests.supervision.order_life import pdf


class ConsultationRows:
    """`pages`: {what they are: address}."""

    def __init__(self, people, plan):
        self.people, self.plan, self.number = people, plan, 0
        self.draft, self.sent, self.closed = (self._made(state) for state in ("draft", "sent", "closed"))
        names = ("consultation", "consultation_word", "consultation_excel", "consultation_edit")
        self.pages = {
            f"{name} {each.state}": reverse(f"supervision:{name}", args=[plan.code, each.pk])
            for each in (self.draft, self.sent, self.closed)
            for name in names
        }

    def grow(self):
        self.number += 1
        named = {"code": f"asked{self.number}", "name": f"被征求单位{self.number}"}
        unit = Agency.objects.create(kind=Agency.Kind.MUNICIPAL, **named)
        for each in (self.draft, self.sent, self.closed):
            self._reply(each, unit, given=each.state != "draft")
        done = {"by": self.people["office"], "now": AFTER_DUE}
        for each in (self.draft, self.sent):
            files.keep("consultation", each, pdf(words=b"consult %d" % self.number), **done)
        for reply in self.sent.replies.filter(agency=body("fgw")):
            Opinion.objects.create(reply=reply, order=self.number, text=f"意见{self.number}")
        for state in ("draft", "sent", "closed"):
            self._made(state)

    def _made(self, state):
        office = self.people["office"]
        made = consultations.start(
            self.plan,
            kind=Consultation.Kind.OTHER,
            title=f"文稿{state}",
            text="一段。\n两段。",
            due_at=AFTER_DUE + timedelta(days=3),
            agencies=[body("fgw"), body("kjj")],
            by=office,
            now=AFTER_DUE,
        )
        sent = {"sent_at": AFTER_DUE, "sent_by": office}
        closed = {"closed_at": AFTER_DUE, "closed_by": office} if state == "closed" else {}
        if state != "draft":
            Consultation.objects.filter(pk=made.pk).update(state=state, **sent, **closed)
        made.refresh_from_db()
        return made

    def _reply(self, consultation, unit, *, given):
        said = {"written_at": AFTER_DUE, "written_by": self.people["reporter"]}
        said |= {"given_at": AFTER_DUE, "given_by": self.people["approver"], "state": "given"}
        said = said | {"answer": "opinions"} if given else {}
        reply = ConsultationReply.objects.create(consultation=consultation, agency=unit, **said)
        if given:
            Opinion.objects.create(reply=reply, text="建议修改。", place="第1段")
