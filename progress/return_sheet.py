"""What one needs in view to fill in or decide a task's return: goal, targets, last quarter, neighbours."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, Q

from progress import completeness, content, contributions, history, taking_over, units
from progress.advice import accumulating_targets, advice
from progress.models import ProgressReport
from progress.sheet import Sheet
from tasks.models import AnnualGoal, Assignment, Target

State = ProgressReport.State


@dataclass(frozen=True)
class Neighbour:
    """Another return of the same body in the same period."""

    number: int
    title: str
    state: str


class ReturnSheet(Sheet):
    """The return of a task with what stands around it; each part is asked for once."""

    @property
    def is_contribution(self):
        return self.report.is_contribution

    # --- the promise and the goal -----------------------------------------------------------------

    @cached_property
    def goal(self):
        """The confirmed goal of the year this return answers to, or None (目标未定)."""
        return completeness.goal_of(self.report)

    @cached_property
    def nodes(self):
        if self.goal is None or self.goal.measure != AnnualGoal.Measure.NODES or self.is_contribution:
            return []
        return list(self.goal.nodes.all())

    @property
    def asks_percent(self):
        """A percent is asked of leads, unless the year's goal is measured by nodes."""
        if self.is_contribution:
            return False
        return self.goal is None or self.goal.measure == AnnualGoal.Measure.PERCENT

    @property
    def expected(self):
        """The cumulative percent expected by the end of the period, None without a goal of that kind."""
        if self.goal is None or not self.asks_percent or self.goal.yearly_only:
            return None
        return self.goal.expected_percent(self.report.period.quarter)

    @cached_property
    def targets(self):
        """The targets asked about: a number inside a name is none; of a supporter none is asked."""
        if self.is_contribution:
            return []
        return list(self.report.task.targets.exclude(operator=Target.Operator.LABEL))

    @cached_property
    def projects(self):
        if self.is_contribution:
            return []
        return list(self.report.task.projects.all())

    @cached_property
    def _values(self):
        values = {}
        for row in sorted(self.report.target_values.all(), key=lambda row: CERTAINTY_ORDER[row.certainty]):
            values.setdefault(row.target_id, {})[row.certainty] = row
        return values

    def values_of(self, target):
        """The values already saved for a target: {certainty: TargetValue}, 预计 first."""
        return self._values.get(target.pk, {})

    # --- the other leads --------------------------------------------------------------------------

    @cached_property
    def _around(self):
        """The period's returns of the same task or of the same body."""
        beside = Q(task=self.report.task_id) | Q(agency=self.report.agency_id)
        reports = ProgressReport.objects.filter(
            beside, period=self.report.period_id, kind=ProgressReport.Kind.TASK
        )
        told = Exists(units.left_for(self.report.period))
        reports = reports.annotate(asked_rows=contributions.asked_along(), units_told=told)
        found = list(reports.select_related("agency", "task"))
        for each in found:
            each.period = self.report.period
        return found

    @property
    def fellow_leads(self):
        """The task's lead returns of the period in the order of the clause, this one included."""
        leads = [
            each
            for each in self._around
            if each.task_id == self.report.task_id and each.role == Assignment.Role.LEAD
        ]
        return sorted(leads, key=lambda each: (each.order, each.agency.order, each.pk))

    @property
    def asks_consolidated(self):
        """The first of several leads also writes the task's text, unless each answers for itself."""
        return taking_over.writes_task_text(self.report, self.fellow_leads)

    # --- what others give -------------------------------------------------------------------------

    @cached_property
    def requests(self):
        """What this lead asks of its supporters; of a contribution, what leads ask of it."""
        of_task = [each for each in self._around if each.task_id == self.report.task_id]
        asked = [request for each in of_task for request in contributions.asked_in(each)]
        if self.is_contribution:
            return [request for request in asked if request.contribution.pk == self.report.pk]
        mine = [request for request in asked if request.lead_report.pk == self.report.pk]
        return sorted(mine, key=lambda each: (each.contribution.agency.order, each.pk))

    @cached_property
    def offers(self):
        """What supporters, other leads and units offer to this lead's return."""
        if self.is_contribution:
            return taking_over.Offers()
        told = any(each.units_told for each in self._around)
        return taking_over.offers_to(self.report, self.requests, self.fellow_leads, told=told)

    @property
    def takes_into(self):
        """The fields that take words of others: [(name, label)]."""
        return taking_over.fields_for(self.report, self.fellow_leads)

    # --- last quarter -----------------------------------------------------------------------------

    @cached_property
    def carried(self):
        """Last quarter's words by field, for “带入”: what is empty there is left out."""
        if self.previous is None:
            return {}
        said = self.previous.task_return
        return {name: getattr(said, name) for name in history.CARRIED if getattr(said, name)}

    @cached_property
    def last_values(self):
        """Last quarter's most certain value of each target: {target id: TargetValue}."""
        rows = self.previous.target_values.all() if self.previous else ()
        return {row.target_id: row for row in sorted(rows, key=lambda row: CERTAINTY_ORDER[row.certainty])}

    # --- a colleague's eye ------------------------------------------------------------------------

    def advice(self):
        """Advice on what stands there: {field: sentence}, one field's sentences joined."""
        remarks = {}
        said = content.snapshot(self.report)
        for field, sentence in advice(said, self.previous_said, accumulating_targets(self.targets)):
            remarks[field] = remarks.get(field, "") + sentence
        return remarks

    # --- one sitting ------------------------------------------------------------------------------

    @cached_property
    def neighbours(self):
        """This body's task returns of the period, in number order: [Neighbour]."""
        own = [
            each
            for each in self._around
            if each.agency_id == self.report.agency_id
            and (each.pk == self.report.pk or not (each.is_contribution and each.waived_at))
        ]
        rows = sorted(own, key=lambda each: each.task.number)
        return [Neighbour(each.task.number, each.task.title, each.state) for each in rows]

    @property
    def position(self):
        """1 for the first of the body's returns."""
        return 1 + [row.number for row in self.neighbours].index(self.report.task.number)

    @property
    def before(self):
        at = self.position
        return self.neighbours[at - 2] if at > 1 else None

    @property
    def after(self):
        at = self.position
        return self.neighbours[at] if at < len(self.neighbours) else None

    @property
    def next_unfinished(self):
        """The next return still to be filled in, after this one and then from the beginning."""
        order = self.neighbours[self.position :] + self.neighbours[: self.position - 1]
        return next((row for row in order if row.state in (State.DRAFT, State.RETURNED)), None)


CERTAINTY_ORDER = {"estimated": 0, "preliminary": 1, "verified": 2}
