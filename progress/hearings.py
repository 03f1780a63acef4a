"""How far each lamp of a period is on its way to 审定: computed, proposed, put to the leads, confirmed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from agencies.along import along, fields_of, objects
from agencies.models import Role
from progress import figures
from progress.models import Lamp, ReportingPeriod, TaskVerdict, VerdictProposal, VerdictReply
from tasks.models import Assignment, Task

Stance = VerdictReply.Stance

TO_PROPOSE, MOVED, PROPOSED, ASKED = "to_propose", "moved", "proposed", "asked"
OBJECTED, READY, CONFIRMED = "objected", "ready", "confirmed"
STATUSES = {
    TO_PROPOSE: "待拟定",
    MOVED: "需重新拟定",
    PROPOSED: "已拟定，未发出",
    ASKED: "反馈中",
    OBJECTED: "有异议",
    READY: "可审定",
    CONFIRMED: "已审定",
}


@dataclass(frozen=True)
class Hearing:
    """One task on its way to a confirmed lamp, at the instant `now`.

    replies: those on the present revision of the proposal, oldest first.
    """

    period: ReportingPeriod
    standing: figures.Standing
    replies: list
    now: datetime

    @property
    def lamp(self):
        """The last word on the lamp, whoever has it: confirmed, proposed, computed."""
        if self.is_confirmed:
            return self.verdict.lamp
        return self.proposal.lamp if self.proposal else self.standing.computed_lamp

    @property
    def computed_word(self):
        return Lamp(self.standing.computed_lamp).label

    @property
    def text(self):
        """The last word on the text: confirmed, proposed, as the leads told it."""
        if self.is_confirmed:
            return self.verdict.text
        return self.proposal.text if self.proposal else self.standing.progress_text

    @property
    def days_left(self):
        """Days begun until feedback ends; 0 once it has."""
        left = self.proposal.feedback_due_at - self.now
        return max(0, -(-left // timedelta(days=1)))

    @property
    def task(self):
        return self.standing.task

    @property
    def proposal(self):
        return self.standing.proposal

    @property
    def verdict(self):
        return self.standing.verdict

    @property
    def leads(self):
        """The bodies that are heard."""
        return self.standing.leads

    @property
    def words(self):
        """[(lead body, its word or None)]: its last 无异议 or 有异议, else its 知悉."""
        return [(agency, self._word_of(agency)) for agency in self.leads]

    @property
    def objections(self):
        return [reply for _, reply in self.words if reply and reply.stance == Stance.OBJECTS]

    @property
    def silent(self):
        """Lead bodies that have not answered."""
        return [agency for agency, reply in self.words if reply is None]

    def awaits(self, own):
        """The lead bodies among `own` (ids) whose word is still to come."""
        if self.is_confirmed or self.proposal is None or self.proposal.sent_at is None:
            return []
        return [agency for agency in self.silent if agency.pk in own]

    @property
    def is_over(self):
        """Whether the time for feedback has passed."""
        return self.proposal.feedback_due_at is not None and self.now >= self.proposal.feedback_due_at

    @property
    def is_heard(self):
        """Sent, and either every lead body has answered or the time has passed."""
        return self.proposal.sent_at is not None and (self.is_over or not self.silent)

    @property
    def is_confirmed(self):
        verdict, proposal = self.verdict, self.proposal
        if verdict is None or verdict.stale_at is not None:
            return False
        return proposal is None or verdict.confirmed_at >= proposal.proposed_at

    @property
    def has_moved(self):
        """Whether what the proposal rests on is not what stands there now."""
        proposal, verdict = self.proposal, self.verdict
        if verdict is not None and verdict.stale_at is not None and verdict.stale_at > proposal.proposed_at:
            return True
        if proposal.frozen_at is not None:
            return False
        return proposal.computed_lamp != self.standing.computed_lamp or proposal.inputs.get(
            "accepted"
        ) != accepted_of(self.standing)

    @property
    def status(self):
        """One of STATUSES."""
        if self.is_confirmed:
            return CONFIRMED
        if self.proposal is None:
            return MOVED if self.standing.lamp_stale else TO_PROPOSE
        if self.has_moved:
            return MOVED
        if self.proposal.sent_at is None:
            return PROPOSED
        if self.objections:
            return OBJECTED
        return READY if self.is_heard else ASKED

    @property
    def status_word(self):
        return STATUSES[self.status]

    def why_not_confirm(self):
        """Why the lamp cannot be confirmed without further words; "" where it can."""
        return {
            TO_PROPOSE: "还没有拟定，也没有听取牵头单位意见",
            MOVED: "拟定后依据有变动，须重新拟定并发出反馈",
            PROPOSED: "还没有发出反馈，牵头单位尚未知晓",
            ASKED: f"反馈期未满，{'、'.join(agency.name for agency in self.silent)}还没有反馈",
            OBJECTED: "牵头单位有异议，须逐项答复后审定",
            READY: "",
            CONFIRMED: "已经审定",
        }[self.status]

    def _word_of(self, agency):
        said = [reply for reply in self.replies if reply.agency_id == agency.pk]
        meant = [reply for reply in said if reply.stance != Stance.NOTED]
        return (meant or said or [None])[-1]


def of_period(period, user, now, *, standings=None, numbers=None):
    """The tasks of a period on their way to a confirmed lamp, as far as this person may know, by number.

    standings: those of the period, where they are at hand; their tasks were `with_replies`. No query more
    than `figures.standings`.
    """
    if standings is None:
        tasks = with_replies(Task.objects.all(), period)
        standings = figures.standings(period.plan, period, user, now, tasks=tasks)
    if numbers is not None:
        standings = [row for row in standings if row.task.number in numbers]
    return [Hearing(period, row, _replies(row), now) for row in standings]


def with_replies(tasks, period):
    """`tasks`, each bringing along what was replied to the present revision of its proposal."""
    rows = VerdictReply.objects.filter(proposal__period=period, on_revision=F("proposal__revision"))
    return tasks.annotate(reply_rows=along(rows, "proposal__task", *REPLY))


REPLY = (
    *fields_of(VerdictReply),
    *("agency__pk", "agency__code", "agency__name", "agency__order"),
    *("by__pk", "by__username", "by__full_name"),
)


def _replies(standing):
    """Those on a proposal one may know of, oldest first."""
    if standing.proposal is None:
        return []
    return objects(VerdictReply, standing.task.reply_rows, key=lambda each: (each.at, each.pk))


def count(found):
    """{status: how many of the Hearings}, every one of STATUSES named."""
    counts = dict.fromkeys(STATUSES, 0)
    for each in found:
        counts[each.status] += 1
    return counts


def waiting_for(user, plan, now):
    """Proposals put to this person's bodies that they have not answered, the first to end first, those whose
    time has passed last; one query."""
    own = user.agency_ids(Role.REPORTER, Role.APPROVER)
    answered = VerdictReply.objects.filter(
        proposal=OuterRef(OuterRef("pk")),
        agency=OuterRef("agency"),
        on_revision=OuterRef(OuterRef("revision")),
    )
    silent = Assignment.objects.leads().on(timezone.localdate(now)).filter(agency__in=own)
    confirmed = TaskVerdict.objects.filter(
        task=OuterRef("task"),
        period=OuterRef("period"),
        confirmed_at__gte=OuterRef("proposed_at"),
        stale_at__isnull=True,
    )
    rows = (
        VerdictProposal.objects.visible_to(user)
        .filter(Exists(silent.filter(~Exists(answered), task=OuterRef("task"))), ~Exists(confirmed))
        .filter(period__plan=plan, sent_at__isnull=False)
        .select_related("task", "period__plan")
        .order_by("feedback_due_at", "task__number")
    )
    return sorted(rows, key=lambda row: (row.feedback_due_at <= now, row.feedback_due_at, row.task.number))


def accepted_of(standing):
    """The accepted returns a proposal rests on: [[report id, revision]]."""
    return [[report.pk, report.revision] for report in standing.accepted]
