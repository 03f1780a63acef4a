"""Whom a machine may remind of a thing: people in post at its body, its 联络员, the office's handlers.

Never a leader, never somebody who only keeps accounts, never a body's 责任领导: to a head a person writes,
after a preview (practice, section 2: Ladder).
"""

from dataclasses import dataclass
from functools import cached_property

from agencies.models import AgencySuccession, Contact, Post, Role, User
from agencies.reach import office_people, people_at
from progress.timetable import here
from reminders import choices
from reminders.channels import problem_of
from reminders.models import Robot
from reminders.models.rules import Audience, Channel
from tasks.knowing import people_knowing


@dataclass(frozen=True)
class Address:
    """Where one message may go: to a person, or to a robot's group."""

    channel: str
    user: int | None = None
    robot: int | None = None


class Audiences:
    """Who is reached for `items` at `now`; about a dozen queries, whatever the number of items, each asked
    when it is needed."""

    def __init__(self, items, now):
        self.now = now
        self.today = here(now).date()
        self.agencies = {item.agency for item in items if item.agency}
        self.secret = {item.task for item in items if item.is_sensitive and item.task}

    # --- people -------------------------------------------------------------------------------

    def people(self, rule, item):
        """Ids of those `rule` reminds of `item`. The office's own things are its handlers', whatever the
        rule says of other bodies."""
        if item.agency is None:
            found = set(self.office)
        else:
            found = set()
            # Whom nobody knows any more stops no other rule; the operations page names the rule.
            for audience in self._named.keys() & set(rule.audience):
                found |= self._named[audience](item)
        if item.is_sensitive:
            found &= self._knowing.get(item.task, frozenset())
        return found - item.silent_for - self._never

    @cached_property
    def _named(self):
        return {
            Audience.REPORTER: lambda item: self._reporters[item.agency],
            Audience.APPROVER: lambda item: self._approvers[item.agency],
            Audience.LIAISON: self._liaisons_of,
            Audience.OFFICE: lambda item: self.office,
        }

    @cached_property
    def office(self):
        return office_people(now=self.now)

    @cached_property
    def _reporters(self):
        return people_at(self.agencies, Role.REPORTER, now=self.now)

    @cached_property
    def _approvers(self):
        return people_at(self.agencies, Role.APPROVER, now=self.now)

    @cached_property
    def _knowing(self):
        return people_knowing(self.secret, now=self.now)

    @cached_property
    def _never(self):
        """Leaders, accounts without a part in the business, and the heads of bodies."""
        posts = Post.objects.on(self.today).filter(role__in=[Role.LEADER, Role.ADMIN])
        held = {}
        for user, role in (
            Post.objects.on(self.today).filter(user__in=posts.values("user")).values_list("user", "role")
        ):
            held.setdefault(user, set()).add(role)
        outside = {user for user, roles in held.items() if Role.LEADER in roles or roles == {Role.ADMIN}}
        heads = Contact.objects.on(self.today).filter(
            kind=Contact.Kind.RESPONSIBLE_LEADER, user__isnull=False
        )
        return outside | set(heads.values_list("user", flat=True))

    @cached_property
    def _liaisons(self):
        """{agency id: [(user id, ids of the tasks the contact is named for)]}."""
        contacts = Contact.objects.on(self.today).filter(
            kind=Contact.Kind.LIAISON, user__isnull=False, user__is_active=True
        )
        found = {}
        for contact in contacts.prefetch_related("assignments"):
            tasks = {assignment.task_id for assignment in contact.assignments.all()}
            found.setdefault(contact.agency_id, []).append((contact.user_id, tasks))
        return found

    @cached_property
    def _successors(self):
        return AgencySuccession.objects.acting().chains()

    def _liaisons_of(self, item):
        """The 联络员 of the body and of its successors: those named for the task, and those named for
        none, who answer for everything of the body."""
        bodies = {item.agency} | {new for old, new in self._successors if old == item.agency}
        named = [each for body in bodies for each in self._liaisons.get(body, ())]
        return {user for user, tasks in named if not tasks or item.task in tasks}

    # --- channels -----------------------------------------------------------------------------

    def addresses(self, rule, item):
        """The Addresses `rule` uses for `item`."""
        people = self.people(rule, item)
        return [
            *(
                Address(channel, user=user)
                for user in sorted(people)
                for channel in self.channels(rule, user)
            ),
            *(Address(Channel.ROBOT, robot=robot) for robot in self._robots_for(rule, item)),
        ]

    def channels(self, rule, user):
        """The channels of the rule that reach this person. Who can be reached by none of them finds the
        reminder in the inbox: the way may be chosen, the duty not."""
        mail = Channel.MAIL in rule.channels and user in self._mailable
        inbox = Channel.INBOX in rule.channels or not mail
        return [channel for channel, is_used in ((Channel.INBOX, inbox), (Channel.MAIL, mail)) if is_used]

    @cached_property
    def without_mail(self):
        """Ids of the active people without an e-mail address."""
        return set(User.objects.filter(is_active=True, email="").values_list("pk", flat=True))

    @cached_property
    def _mailable(self):
        if problem_of(Channel.MAIL):
            # What cannot leave is not planned; the operations page says why.
            return set()
        with_address = User.objects.filter(is_active=True).exclude(email="")
        return set(with_address.values_list("pk", flat=True)) - choices.refusing(Channel.MAIL)

    @cached_property
    def _robots(self):
        on = Robot.objects.filter(is_on=True)
        return [] if problem_of(Channel.ROBOT) else list(on.values_list("pk", "agency"))

    def _robots_for(self, rule, item):
        """A body's own group hears what is its own; a group of several bodies what everybody may know. The
        office's steps are for neither, sensitive things for nobody."""
        if Channel.ROBOT not in rule.channels:
            return []
        if set(rule.audience) == {Audience.OFFICE}:
            return []
        return [robot for robot, agency in self._robots if may_say(agency, item)]


def may_say(agency, item):
    """Whether the group of a body (id), or with None of several bodies, may hear of `item` (DueItem)."""
    if item.agency is None or item.is_sensitive:
        return False
    return agency == item.agency or (agency is None and item.is_common)
