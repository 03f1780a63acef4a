"""The World of the routes with as much as one likes of everything a page lists, and a few reports of its own
that have a long way behind them."""

from datetime import date, timedelta

from django.urls import reverse

from agencies.models import Agency, Contact
from progress import content, corrections
from progress.models import (
    ContributionRequest,
    Correction,
    Extension,
    Handout,
    Issuance,
    ProgressReport,
    ReportVersion,
    TakenOver,
    UnitParagraph,
    VerdictProposal,
    VerdictReply,
)
from tasks.models import Assignment, GoalNode, Project, PublishedFact, Target, Task, TaskAmendment
from tests import factories
from tests.assessment.editing_growing import EditingRows
from tests.assessment.finding_growing import FindingRows
from tests.assessment.petition_growing import PetitionRows
from tests.assessment.report_growing import ReportRows
from tests.assessment.round_growing import RoundRows
from tests.assessment.scheme_growing import SchemeRows
from tests.cast import body
from tests.reminders.growing import leave_unsent, remind
from tests.supervision.circular_growing import CircularRows
from tests.supervision.consultation_growing import ConsultationRows
from tests.supervision.meeting_growing import MeetingRows
from tests.supervision.order_growing import OrderRows
from tests.supervision.problem_growing import ProblemRows
from tests.supervision.quick_growing import QuickRows
from tests.test_routes import World

State = ProgressReport.State
STATES = (State.ACCEPTED, State.UNDER_REVIEW, State.RETURNED, State.AWAITING_APPROVAL, State.DRAFT)
A_WEEK = timedelta(days=7)
# What a year's report must say besides its paragraphs.
OF_THE_YEAR = {"problem": "无", "next_steps": "明年再建2个。"}


class GrowingWorld(World):
    """`pages` are addresses besides those of the routes: {what they are: address}."""

    def __init__(self):
        super().__init__()
        self.number = 2
        self.task = factories.make_plan().tasks.get(number=1)
        self.period = factories.make_period()
        goal = factories.make_goal(self.task, by=self.people["office"], measure="nodes")
        GoalNode.objects.create(goal=goal, order=1, title="节点", due_on=date(2030, 3, 31))
        self.draft = self.task.reports.get(agency=body("fgw"))
        self.corrected = self._accepted(factories.make_report(self._led(2), body("fgw")), percent=20)
        self.of_year = self._accepted(
            factories.make_unit_report(body("fgw"), factories.make_year()), **OF_THE_YEAR
        )
        self.awaiting = self._accepted(factories.make_report(self._led(3), body("fgw")), percent=20)
        self.number = 3
        waiting = self._correction(self.awaiting)
        place = self.values["plan"], self.values["period"]
        self.pages = {
            "a return after corrections": self.corrected.get_absolute_url(),
            "a year's report after corrections": self.of_year.get_absolute_url(),
            "a year's report as Word": f"{self.of_year.get_absolute_url()}word.docx",
            "a year's report to be drafted": f"{self._another_year()}draft/",
            "the reports of a year": "/work/2030-2032/2030/annual-reports.zip",
            "versions after corrections": f"{self.corrected.get_absolute_url()}versions/",
            "a draft on paper": f"{self.draft.get_absolute_url()}?view=paper",
            "a draft to be sent": f"{self.draft.get_absolute_url()}?confirm=submit",
            "a correction that waits": reverse("progress:correction", args=[*place, waiting.pk]),
            "a correction in the API": reverse("api:correction", args=[waiting.pk]),
            "a corrected return in the API": reverse("api:report", args=[self.corrected.pk]),
        }
        self.quick = QuickRows(self.people, self.task)
        self.orders = OrderRows(self.people, self.task)
        self.circulars = CircularRows(self.people, self.period, self.orders.kept)
        self.consultations = ConsultationRows(self.people, self.task.plan)
        self.problems = ProblemRows(self.people, self.corrected)
        self.meetings = MeetingRows(self.people, self.task)
        self.pages |= self.circulars.pages | self.consultations.pages
        self.pages |= self.quick.pages | self.orders.pages | self.problems.pages | self.meetings.pages
        self.rounds = RoundRows(self.people)
        self.pages |= self.rounds.pages
        self.findings = FindingRows(self.people, self.task)
        self.pages |= self.findings.pages
        self.schemes = SchemeRows(self.people)
        self.pages |= self.schemes.pages
        self.reports = ReportRows(self.people, self.of_year.period)
        self.pages |= self.reports.pages
        self.editing = EditingRows(self.people)
        self.pages |= self.editing.pages
        self.petitions = PetitionRows(self.people, self.task.plan)
        self.pages |= self.petitions.pages
        self.pages["a message"] = remind(self).get_absolute_url()

    def address(self, name):
        return self.pages.get(name) or self.url(name)

    def grow(self, times):
        for _ in range(times):
            for state in STATES:
                self.number += 1
                self._one_task(state)
            self.number += 1
            self._asked_of_own(self.number)
            self._in_the_first_task()
            self._around_single_reports()
            self.quick.grow(list(Task.objects.filter(plan=self.task.plan, assignments__agency=body("fgw"))))
            self.orders.grow()
            self.circulars.grow()
            self.consultations.grow()
            self.problems.grow()
            self.meetings.grow()
            self.reports.grow()
            self.editing.grow()
            self.petitions.grow()
            self.rounds.grow()
            self.findings.grow()
            self.schemes.grow()
            self._another_unit()
            remind(self)
            leave_unsent(self)

    # --- tasks and their returns ----------------------------------------------------------------

    def _led(self, number):
        task = factories.make_task(number, leads=[body("fgw")], supports=[body("kjj")])
        factories.make_goal(task, by=self.people["office"])
        self._promises(task)
        return task

    def _walk(self, report, state, **changes):
        who = {name: self.people[name] for name in ("reporter", "approver", "office")}
        return factories.walk(report, state, **who, **changes)

    def _accepted(self, report, **changes):
        return self._walk(report, State.ACCEPTED, **changes)

    def _one_task(self, state):
        task = self._led(self.number)
        report = factories.make_report(task, body("fgw"))
        self._hand_out(report)
        self._proposal(task)
        report = self._walk(report, state, percent=20)
        if state == State.ACCEPTED:
            self._correction(report)
            self.problems.problem(report)
        if state == State.UNDER_REVIEW:
            report.signed_paper = factories.make_paper(body("fgw"), self.period, by=self.people["approver"])
            report.save(update_fields=["signed_paper"])
        if state == State.DRAFT:
            self._extension(report)
            self._asked(report)

    def _asked_of_own(self, number):
        """A task another body leads, and what it asks of this one."""
        task = factories.make_task(number, leads=[body("kjj")], supports=[body("fgw")])
        lead = factories.make_report(task, body("kjj"))
        self._request(lead, factories.make_report(task, body("fgw"), role="support", duty="named"))

    def _in_the_first_task(self):
        """The lists of one task's own page."""
        self._promises(self.task)
        entered = {"entered_by": self.people["office"], "entered_at": factories.OPENS}
        TaskAmendment.objects.create(
            task=self.task, on=date(2030, 2, 1), basis="纪要", text="调整", **entered
        )
        contact = Contact.objects.create(agency=body("fgw"), kind="liaison", name="联络员")
        self.task.assignments.get(role="lead").contacts.add(contact)

    def _promises(self, task):
        said = {"plan": task.plan, "task": task, "quote": "原文"}
        place = f"{self.number}-{task.number}"
        Target.objects.create(**said, indicator=f"指标{place}", operator=">=", value_text="1")
        Project.objects.create(**said, name=f"项目{place}", planned_stage="在建")
        PublishedFact.objects.create(**said, statement="建成", source_title="某报")

    def _another_year(self):
        """The address of an annual report of fgw that may still be written."""
        report = factories.make_unit_report(body("fgw"), factories.make_year(2031))
        return report.get_absolute_url()

    # --- what hangs on single reports -----------------------------------------------------------

    def _around_single_reports(self):
        for report in (self.draft, self.corrected):
            self._hand_out(report)
            self._asked(report)
            self._extension(report, withdrawn_at=factories.OPENS + A_WEEK)
        self._given_out(self.awaiting)
        words = f"到第{self.number}项为止的工作。"
        self.corrected = self._correct(self.corrected, {"progress": words})
        self.of_year = self._correct(self.of_year, {"overview": words})

    def _hand_out(self, report):
        given = {"handed_by": self.people["reporter"], "handed_at": factories.OPENS}
        asked = {"parts": ["progress"], "due_on": date(2030, 4, 1)}
        Handout.objects.create(report=report, to=self.people["colleague"], **given, **asked)

    def _extension(self, report, **more):
        asked = {"asked_at": factories.OPENS, "asked_by": self.people["reporter"]}
        dates = {"wanted_until": factories.DUE + A_WEEK, "old_due_at": factories.DUE}
        Extension.objects.create(report=report, reason="台账未齐", **asked, **dates, **more)

    def _correction(self, report):
        return Correction.objects.create(
            report=report,
            kind=Correction.Kind.SLIP,
            changes={"progress": "正确的"},
            before={"progress": "原来的"},
            shown=[["工作进展", "原来的", "正确的"]],
            basis="台账",
            asked_at=factories.AFTER_DUE,
            asked_by=self.people["reporter"],
            old_version=1,
        )

    def _correct(self, report, changes):
        now, kind = factories.AFTER_DUE, Correction.Kind.SLIP
        asked = corrections.ask(
            report, kind=kind, changes=changes, basis="台账", by=self.people["reporter"], now=now
        )
        corrections.grant(asked, by=self.people["office"], now=now)
        return content.load(report.pk)

    def _given_out(self, report):
        """Something made from it, and words of it put into another return."""
        at, office = factories.AFTER_DUE, self.people["office"]
        Issuance.objects.create(kind="workbook", title="汇总表", period=self.period, at=at, by=office)
        taken = {"field": "progress", "version": 1, "text": "承接项目。", "at": at}
        for one, other in ((self.draft, report), (self.corrected, self.draft)):
            TakenOver.objects.create(report=one, source=other, by=self.people["reporter"], **taken)

    # --- supporters, units, lamps ---------------------------------------------------------------

    def _asked(self, lead):
        """One more supporter, asked by this lead, whose material has come."""
        supporter = self._another_body(Agency.Kind.MUNICIPAL)
        Assignment.objects.create(task=lead.task, agency=supporter, role="support", duty="named")
        given = factories.make_report(lead.task, supporter, lead.period, role="support", duty="named")
        given.task_return.progress = "提供的材料。"
        given.task_return.save()
        self._request(lead, self._left(given))

    def _request(self, lead, contribution):
        ContributionRequest.objects.create(
            lead_report=lead,
            contribution=contribution,
            wanted="请提供数据",
            due_at=factories.DUE,
            asked_at=factories.OPENS,
            by=self.people["reporter"],
        )

    def _another_unit(self):
        """A summary that has left its unit and tells of the first task."""
        report = factories.make_unit_report(self._another_body(Agency.Kind.COUNTY))
        told = UnitParagraph.objects.create(report=report, chapter=self.task.chapter, text="承接项目3个。")
        told.tasks.add(self.task)
        self._left(report)

    def _another_body(self, kind):
        order = Agency.objects.count()
        return Agency.objects.create(code=f"body{order}", name=f"第{order}家单位", kind=kind, order=order)

    def _left(self, report):
        """The report as if its body had sent it, its words frozen."""
        at = factories.BEFORE_DUE
        ProgressReport.objects.filter(pk=report.pk).update(state=State.UNDER_REVIEW, left_at=at)
        report = content.load(report.pk)
        said, by = content.snapshot(report), self.people["approver"]
        ReportVersion.objects.create(
            report=report, number=1, content=said, sha256="0" * 64, frozen_at=at, frozen_by=by
        )
        return report

    def _proposal(self, task):
        """A lamp put to the leads, with their word on it."""
        office = self.people["office"]
        sent = {"sent_at": factories.DUE, "feedback_due_at": factories.AFTER_DUE + A_WEEK}
        proposal = VerdictProposal.objects.create(
            task=task,
            period=self.period,
            lamp="green",
            computed_lamp="green",
            rule_version=1,
            proposed_at=factories.DUE,
            proposed_by=office,
            **sent,
        )
        word = {"stance": "agrees", "on_revision": 1, "at": factories.AFTER_DUE}
        VerdictReply.objects.create(proposal=proposal, agency=body("fgw"), by=self.people["reporter"], **word)
