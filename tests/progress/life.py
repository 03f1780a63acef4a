"""A small model of a report's life, written from the workflow's rules and not from its code.

It knows nothing of the database: a few plain fields, and for every verb who may, from where, what follows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

REPORTERS = {"reporter", "second_reporter", "both"}
APPROVERS = {"approver", "both"}
OFFICE = {"office", "office2"}
LEADS = {"lead_reporter", "lead_approver"}
PEOPLE = sorted(REPORTERS | APPROVERS | OFFICE | LEADS | {"leader", "admin", "stranger"})


class Refused(Exception):
    """kind: "denied" (may not, or shut), "wrong_state", "incomplete"."""

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


@dataclass
class Life:
    """One report in a period that may be locked.

    needs_approver: whether its body signs off before it leaves; for_lead: material a lead has asked for,
    which that lead reviews and not the office.
    """

    due: datetime
    needs_approver: bool = True
    for_lead: bool = False
    state: str = "draft"
    filled: bool = False
    submitter: str | None = None
    approver: str | None = None
    left: datetime | None = None
    locked: bool = False
    resubmit_by: datetime | None = None
    versions: int = 0
    sent_back_by_office: int = 0

    @property
    def reviewers(self):
        return LEADS if self.for_lead else OFFICE

    # --- the rules --------------------------------------------------------------------------------

    def may(self, allowed):
        if not allowed:
            raise Refused("denied")

    def must_be_in(self, *states):
        if self.state not in states:
            raise Refused("wrong_state")

    def must_be_open(self, now):
        """After locking only what the office has opened again, and only for as long as it said."""
        shut = self.locked and (self.resubmit_by is None or now > self.resubmit_by)
        self.may(not shut)

    def must_be_filled(self):
        if not self.filled:
            raise Refused("incomplete")

    def is_late(self, now):
        return (self.left or now) > self.due

    # --- the verbs --------------------------------------------------------------------------------

    def fill(self, who, now):
        self.may(who in REPORTERS)
        self.must_be_open(now)
        self.must_be_in("draft", "returned")
        self.filled = True

    def submit(self, who, now):
        self.may(who in REPORTERS)
        self.must_be_open(now)
        self.must_be_in("draft", "returned")
        self.must_be_filled()
        self.submitter, self.approver = who, None
        if self.needs_approver:
            self.state = "awaiting_approval"
        else:
            self.state = "under_review"
            self._leave(now)

    def approve(self, who, now):
        self.may(who in APPROVERS and who != self.submitter)
        self.must_be_open(now)
        self.must_be_in("awaiting_approval")
        self.state, self.approver = "under_review", who
        self._leave(now)

    approve_offline = approve

    def withdraw(self, who, now):
        signed_off = self.state == "under_review" and self.needs_approver
        self.may(who in (APPROVERS if signed_off else REPORTERS))
        self.must_be_open(now)
        self.must_be_in("awaiting_approval", "under_review")
        if self.state == "under_review":
            self.left = None
        self.state, self.submitter, self.approver = "draft", None, None

    def send_back(self, who, now):
        inside = self.state == "awaiting_approval"
        self.may(who in (APPROVERS if inside else self.reviewers))
        if inside:
            self.must_be_open(now)
        self.must_be_in("awaiting_approval", "under_review")
        self.state = "returned"
        if not inside:
            self.sent_back_by_office += not self.for_lead
            self._open_again(now)

    def enter_on_behalf(self, who, now):
        self.may(who in OFFICE and not self.for_lead)
        self.must_be_in("draft", "returned")
        self.must_be_filled()
        self.state, self.submitter, self.approver = "under_review", who, None
        self._leave(now)

    def accept(self, who, now):
        self.may(who in self.reviewers and who not in (self.submitter, self.approver))
        self.must_be_in("under_review")
        self.state, self.resubmit_by = "accepted", None

    def reopen(self, who, now):
        self.may(who in OFFICE)
        self.must_be_in("accepted")
        self.state = "returned"
        self._open_again(now)

    def correct(self, who, now):
        self.may(who in self.reviewers)
        self.must_be_in("accepted")
        self.versions += 1

    def _leave(self, now):
        self.left = self.left or now
        self.versions += 1

    def _open_again(self, now):
        self.resubmit_by = working_days_later(now, 3) if self.locked else None


VERBS = (
    "fill",
    "submit",
    "approve",
    "approve_offline",
    "withdraw",
    "send_back",
    "enter_on_behalf",
    "accept",
    "reopen",
    "correct",
)


def working_days_later(now, days):
    """18:00 of the n-th weekday after `now`'s day; the model's year has no holidays."""
    day = now
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day.replace(hour=18, minute=0, second=0, microsecond=0)
