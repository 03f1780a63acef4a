"""试算: how a year's scores stand while it is under way; never kept, reckoned from the facts of now."""

from dataclasses import dataclass

from django.utils import timezone

from agencies.along import along
from agencies.models import Agency
from assessment.facts import UnitFacts
from assessment.hints import hints
from assessment.models import Criterion, Scheme
from assessment.scoring import Terms, UnitResult, score
from assessment.year_facts import reading_of_year
from progress.figures import CLASS_CODES
from supervision.kinds import is_outside_command

# How many pieces of advice a page has room for.
MOST_HINTS = 12


@dataclass(frozen=True)
class RunningScore:
    """One body's year under a scheme. told_only: its score is 只反馈, not compared with others'."""

    agency: Agency
    facts: UnitFacts
    result: UnitResult
    told_only: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How often it was late, missing, sent back; orders overdue."""
        returns = self.facts.returns
        return {
            "late": sum(1 for each in returns if each.outcome == "late"),
            "missing": sum(1 for each in returns if each.outcome == "missing"),
            "sent_back": sum(len(each.sent_back) for each in returns),
            "overdue": sum(1 for each in self.facts.orders if each.outcome == "overdue"),
        }


@dataclass(frozen=True)
class Running:
    """A year's running scores. scheme: what they are reckoned by, None where this person may see none yet."""

    year: int
    now: object
    scheme: Scheme | None
    terms: Terms | None
    rows: list[RunningScore]

    @property
    def by_class(self) -> list[tuple[str, list[RunningScore]]]:
        """The four classes apart, each with its rows; classes without any are left out."""
        found = [
            (name, [row for row in self.rows if row.facts.unit_class == code])
            for code, name in CLASS_CODES.items()
        ]
        return [(name, rows) for name, rows in found if rows]

    def hints_of(self, row):
        """“怎样提高”, the most worth first."""
        return hints(self.terms, row.facts)[:MOST_HINTS]


def scheme_of_year(plan, year, user) -> Scheme | None:
    """The scheme of a year as far as this person may know of it (the office tries drafts), with its criteria
    in `ordered` and the ids of its listed bodies in `listed_ids`; one query."""
    known = Scheme.objects.visible_to(user).filter(plan=plan, year=year)
    listed = along(Scheme.listed.through.objects, "scheme__criteria", "agency")
    rows = Criterion.objects.filter(scheme__in=known.order_by().values("pk")).annotate(listed_rows=listed)
    rows = list(rows.select_related("scheme__round").order_by("order", "pk"))
    if not rows:
        return None
    scheme = rows[0].scheme
    scheme.plan, scheme.ordered = plan, rows
    scheme.listed_ids = {each["agency"] for each in rows[0].listed_rows or ()}
    return scheme


def running(plan, year, user, now, *, agency=None) -> Running:
    """The running scores of all bodies, in official order; agency: of this one. Six queries.

    Without a scheme there are no rows. A body that was merged is found under the one that follows it.
    """
    scheme = scheme_of_year(plan, year, user)
    if scheme is None:
        return Running(year, now, None, None, [])
    terms = Terms.of(scheme, scheme.ordered)
    reading = reading_of_year(plan, year, now, agency=agency)
    rows = []
    for pk, facts in reading.facts().items():
        body = reading.agencies[pk]
        told_only = is_outside_command(body) and pk not in scheme.listed_ids
        rows.append(RunningScore(body, facts, score(terms, facts), told_only))
    return Running(year, now, scheme, terms, rows)


SORTS = {
    "total": lambda row: row.result.total,
    "late": lambda row: row.counts["late"] + row.counts["missing"],
    "sent_back": lambda row: row.counts["sent_back"],
    "overdue": lambda row: row.counts["overdue"],
}


def in_order(rows, wanted):
    """Rows sorted as an address asks (`total`, `-total`, the place of a criterion as `c0`…); what it asks
    otherwise is passed over, and the official order stays."""
    name = wanted.removeprefix("-")
    sort = SORTS.get(name)
    if sort is None and name[:1] == "c" and name[1:].isascii() and name[1:].isdecimal():
        place = int(name[1:3])
        if rows and place < len(rows[0].result.criteria):
            sort = lambda row: row.result.criteria[place].points  # noqa: E731
    return sorted(rows, key=sort, reverse=wanted.startswith("-")) if sort else rows


def years_to_try(plan, now):
    """Years of a plan that have begun, the newest first."""
    today = timezone.localdate(now).year
    return [year for year in reversed(plan.years) if year <= today] or [plan.starts_on.year]
