"""What bodies owe now, as somebody who urges needs it: whose it is, whom to call, how often it was said."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from agencies import duties
from agencies.duties import DueItem, DueKind
from agencies.models import Agency, AgencySuccession, Contact, Post, Role, User
from progress.figures import days_overdue
from progress.models import ReportingPeriod
from progress.timetable import spoken_day
from reminders.models import Reminder

# What the 未报清单 lists (practice, section 1); the page opens with it.
UNREPORTED = ("return", "year_end")
LONGEST_LINE = Reminder._meta.get_field("line").max_length


@dataclass(frozen=True)
class Owed:
    """One thing due of a body. reporters: who fills in there; phone: where to call; times: how often it was
    urged by hand; last_at: when anybody or anything last spoke of it."""

    item: DueItem
    kind: DueKind
    agency: Agency
    period: ReportingPeriod | None
    reporters: tuple[User, ...]
    phone: str
    times: int
    last_at: datetime | None
    now: datetime

    @property
    def key(self):
        """What a form names it by: the kind and the thing ("return:report:812")."""
        return f"{self.kind.name}:{self.item.subject}"

    @property
    def what(self):
        """What it is called where its 报告期 stands beside it."""
        return self.item.title.removeprefix(self.period.label) if self.period else self.item.title

    @property
    def due_at(self):
        """Its deadline; None where it has none, or none yet."""
        return self.item.at if self.kind.is_deadline else None

    @property
    def days(self):
        """Days begun since the deadline; 0 before it."""
        return days_overdue(self.due_at, self.now)

    @property
    def line(self):
        """As a message names it."""
        return f"{self.item.title}，{self._standing}"[:LONGEST_LINE]

    @property
    def _standing(self):
        if not self.kind.is_deadline:
            return f"{self.kind.label}，自{spoken_day(self.item.at)}起"
        if self.due_at is None:
            return "截止时间待定"
        if self.days:
            return f"应于{spoken_day(self.due_at)}前完成，已逾期{self.days}天"
        return f"{spoken_day(self.due_at)}截止"


def kinds_of_bodies():
    """{name: DueKind} of what bodies can owe, in the order of the ladder."""
    return {name: kind for name, kind in duties.kinds().items() if kind.roles}


def owed_now(plan, now, kinds=None, periods=None):
    """What bodies owe at `now`: `Owed` in the order of the ladder, then as their kind finds them.

    kinds: names of `kinds_of_bodies()`; default all. periods: the plan's, where they are at hand. What the
    office owes itself is not in it. The queries of the kinds, and half a dozen more.
    """
    found = [
        item
        for name, kind in kinds_of_bodies().items()
        if kinds is None or name in kinds
        for item in kind.find(plan, now)
        if item.agency is not None
    ]
    if periods is None:
        periods = plan.periods.select_related("plan")
    return _with_people(found, {period.pk: period for period in periods}, now)


def _with_people(items, periods, now):
    announced = duties.kinds()
    ids = {item.agency for item in items}
    agencies = Agency.objects.in_bulk(ids)
    bodies = _Bodies(ids, now)
    spoken = spoken_of({item.subject for item in items})
    return [
        Owed(
            item=item,
            kind=announced[item.kind],
            agency=agencies[item.agency],
            period=periods.get(item.period),
            reporters=bodies.reporters(item.agency),
            phone=bodies.phone(item.agency),
            times=spoken.get(item.subject, (0, None))[0],
            last_at=spoken.get(item.subject, (0, None))[1],
            now=now,
        )
        for item in items
    ]


def spoken_of(subjects):
    """{subject: (how often urged by hand, when last spoken of)}; one query, none for none."""
    if not subjects:
        return {}
    told = Reminder.objects.told().filter(subject__in=subjects).order_by()
    said_at = Max(Coalesce("message__sent_at", "created_at"))
    rows = told.values("subject").annotate(times=Count("urge", distinct=True), last=said_at)
    return {row["subject"]: (row["times"], row["last"]) for row in rows}


def urged_reports(reports):
    """{report id: how often it was urged by hand}, for the 已催报次数 of lists; one query."""
    counted = Reminder.objects.told().filter(report__in=reports, urge__isnull=False).order_by()
    return dict(counted.values_list("report").annotate(Count("urge", distinct=True)))


class _Bodies:
    """Who fills in at these bodies or their successors, and where they are called; three queries."""

    def __init__(self, agencies, now):
        today = timezone.localdate(now)
        chains = AgencySuccession.objects.acting().chains()
        self.acting = {each: [each, *(new for old, new in chains if old == each)] for each in agencies}
        everyone = {body for bodies in self.acting.values() for body in bodies}
        posts = Post.objects.on(today).filter(agency__in=everyone, user__is_active=True)
        self.held = {}
        for post in posts.filter(role=Role.REPORTER).select_related("user").order_by("user__username"):
            self.held.setdefault(post.agency_id, []).append(post.user)
        contacts = Contact.objects.on(today).filter(agency__in=everyone, kind=Contact.Kind.LIAISON)
        self.liaisons = {}
        for contact in contacts.exclude(phone="").order_by("name"):
            self.liaisons.setdefault(contact.agency_id, contact)

    def reporters(self, agency):
        found = (user for body in self.acting[agency] for user in self.held.get(body, ()))
        return tuple(dict.fromkeys(found))

    def phone(self, agency):
        """The first reporter's with a number, else the 联络员's."""
        numbers = (user.phone for user in self.reporters(agency) if user.phone)
        liaisons = (self.liaisons[body].phone for body in self.acting[agency] if body in self.liaisons)
        return next(numbers, "") or next(liaisons, "")
