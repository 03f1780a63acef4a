"""Random lives of a report, walked side by side by the real workflow and by a small model of it.

Wherever the two part (who may, what follows, what is kept) the machine prints the shortest story that
shows it. Controls take a guard out of the real workflow and must make the machine fail.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from agencies.models import Agency, Role
from agencies.permissions import Denied
from progress import content, drafts, permissions, workflow
from progress.models import CalendarYear, ContributionRequest, ReportingPeriod, ReportStep
from progress.workflow import Incomplete, Stale, WrongState
from tests.cast import person
from tests.factories import BEFORE_DUE, DUE, PROGRESS, make_paper, make_report, make_task
from tests.progress.life import PEOPLE, VERBS, Life, Refused

REASON = {"send_back", "reopen", "correct"}
# Around the due instant and the 重报期限, where a rule that is off by one shows.
STEPS = (
    timedelta(0),
    timedelta(microseconds=1),
    timedelta(hours=5),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=9),
)
STORY = (
    ("fill", "reporter"),
    ("submit", "reporter"),
    ("submit", "both"),
    ("approve", "approver"),
    ("approve", "both"),
    ("accept", "office"),
    ("accept", "office2"),
    ("accept", "lead_reporter"),
    ("send_back", "lead_approver"),
    ("send_back", "office"),
    ("reopen", "office"),
    ("enter_on_behalf", "office"),
)


# The three kinds of life: what the model is told, and what the report is.
KINDS = {
    "signed": {},
    "unsigned": {"needs_approver": False},
    "for_lead": {"for_lead": True},
}


@pytest.fixture
def world(request, fgw, kjj, reporter, approver, office, office2, leader, admin, stranger):
    """The people of the model, one report of 市发展改革委, and a year without holidays."""
    CalendarYear.objects.get_or_create(year=2030)
    both = person("fgw-both", Role.REPORTER, "fgw")
    both.posts.create(role=Role.APPROVER, agency=fgw)
    people = {
        "reporter": reporter,
        "second_reporter": person("fgw-2", Role.REPORTER, "fgw"),
        "approver": approver,
        "both": both,
        "office": office,
        "office2": office2,
        "lead_reporter": request.getfixturevalue("kjj_reporter"),
        "lead_approver": request.getfixturevalue("kjj_approver"),
        "leader": leader,
        "admin": admin,
        "stranger": stranger,
    }
    assert sorted(people) == PEOPLE
    kind = KINDS[getattr(request, "param", "signed")]
    report = contribution(fgw, kjj, people["lead_reporter"]) if kind.get("for_lead") else lead_return(fgw)
    Agency.objects.filter(pk=fgw.pk).update(needs_approver=kind.get("needs_approver", True))
    papers = {name: make_paper(fgw, report.period, by=user) for name, user in people.items()}
    return people, papers, report, kind


def lead_return(agency):
    return make_report(make_task(leads=[agency]), agency)


def contribution(supporter, lead, by):
    """What 市科技局, the lead, has asked of the supporter."""
    task = make_task(leads=[lead], supports=[supporter])
    asked = make_report(task, supporter, role="support", duty="named")
    ContributionRequest.objects.create(
        lead_report=make_report(task, lead),
        contribution=asked,
        wanted="1—3月进展",
        due_at=asked.due_at,
        asked_at=BEFORE_DUE,
        by=by,
    )
    return asked


def machine_of(people, papers, report, kind):
    """The state machine's class, bound to this world; each life begins afresh and is rolled back."""

    class LifeMachine(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.savepoint = transaction.atomic()
            self.savepoint.__enter__()
            self.model, self.now = Life(due=DUE, **kind), BEFORE_DUE

        def teardown(self):
            try:
                self.what_was_kept_agrees()
            finally:
                self._forget()

        def what_was_kept_agrees(self):
            """At the end of a life: every version that left, word for word, and every 退回."""
            versions = list(self.report.versions.all())
            assert len(versions) == self.model.versions
            assert all(content.fingerprint(each.content) == each.sha256 for each in versions)
            sent_back = ReportStep.objects.filter(report=report, verb="send_back", by_office=True)
            assert sent_back.count() == self.model.sent_back_by_office

        def _forget(self):
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

        @property
        def report(self):
            return content.heading(report.pk)

        @rule(step=st.sampled_from(STEPS))
        def time_passes(self, step):
            self.now += step

        @rule()
        def the_due_instant_comes(self):
            self.now = max(self.now, DUE)

        @rule()
        def the_time_to_resubmit_runs_out(self):
            if self.model.resubmit_by:
                self.now = max(self.now, self.model.resubmit_by)

        @rule(locked=st.booleans())
        def the_office_locks_or_unlocks(self, locked):
            by = people["office"] if locked else None
            at = self.now if locked else None
            ReportingPeriod.objects.filter(pk=report.period_id).update(locked_at=at, locked_by=by)
            self.model.locked = locked

        @rule(verb=st.sampled_from(VERBS), who=st.sampled_from(PEOPLE))
        def somebody_tries(self, verb, who):
            self._both_try(verb, who)

        def _both_try(self, verb, who):
            expected, found = outcome(self._model, verb, who), outcome(self._really, verb, who)
            assert found == expected, f"{who} {verb} in {self.model.state}: {found}, not {expected}"

        @rule(step=st.sampled_from(STORY))
        def the_story_goes_on(self, step):
            """What usually comes next, so that lives get far."""
            self._both_try(*step)

        @rule(verb=st.sampled_from(VERBS), who=st.sampled_from(PEOPLE))
        def somebody_who_looked_too_early_tries(self, verb, who):
            """An old revision never moves anything, whoever names it."""
            before = self.report
            refusal = outcome(self._really, verb, who, revision=before.revision - 1)
            assert refusal in ("denied", "stale"), refusal
            assert (self.report.state, self.report.revision) == (before.state, before.revision)

        def _model(self, verb, who):
            getattr(self.model, verb)(who, self.now)

        def _really(self, verb, who, revision=None):
            standing = self.report
            revision = standing.revision if revision is None else revision
            given = {"by": people[who], "now": self.now, "revision": revision}
            if verb == "fill":
                text = f"{PROGRESS['progress']}（{standing.revision}）"
                drafts.save(standing, {"progress": text}, **given)
                return
            if verb in REASON:
                given["reason"] = "事实不清"
            if verb in ("approve_offline", "enter_on_behalf"):
                given["paper"] = papers[who]
            if verb == "enter_on_behalf":
                given["received_at"] = self.now
            getattr(workflow, verb)(standing, **given)

        @invariant()
        def they_agree(self):
            real, model = self.report, self.model
            assert real.state == model.state
            assert real.left_at == model.left
            assert real.resubmit_by == model.resubmit_by
            assert real.is_late(self.now) == model.is_late(self.now)
            assert name_of(real.submitted_by) == model.submitter
            assert name_of(real.approved_by) == model.approver

    def name_of(user):
        return next((name for name, each in people.items() if each == user), None)

    return LifeMachine


def outcome(act, verb, who, **kwargs):
    """What became of an attempt: "done", or the kind of refusal."""
    try:
        with transaction.atomic():
            act(verb, who, **kwargs)
    except Refused as refused:
        return refused.kind
    except Denied:
        return "denied"
    except Stale:
        return "stale"
    except WrongState:
        return "wrong_state"
    except Incomplete:
        return "incomplete"
    return "done"


def run(machine, examples, steps, phases=tuple(Phase)):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("world", KINDS, indirect=True)
def test_the_workflow_and_its_model_never_part(world, count):
    lives = count(5000)
    run(machine_of(*world), examples=lives // 3, steps=50 if lives == 5000 else 20)


@pytest.mark.parametrize("guard", ["check_not_locked", "check_accept", "check_approve"])
def test_the_machine_notices_a_missing_guard(world, monkeypatch, guard):
    """Control: with one guard taken out the two part, and the machine says so (or a constraint does)."""
    nothing = lambda *args: None  # noqa: E731
    monkeypatch.setattr(permissions, guard, nothing)
    for verb in workflow.CHECKS:
        if guard == f"check_{verb}":
            monkeypatch.setitem(workflow.CHECKS, verb, nothing)
    with pytest.raises((AssertionError, IntegrityError), match="not denied|constraint"):
        run(machine_of(*world), examples=200, steps=50, phases=[Phase.generate])
