"""The figures of a 通报: a period as everybody with a business post may know it, kept as plain JSON.

Every number is one of `progress.figures` (and of `SupervisionOrder.overdue`); nothing is counted here. What a
circular names is what leaders may know who were named for nothing: no sensitive task, confirmed lamps only.
"""

from dataclasses import asdict
from itertools import count

from progress import figures
from progress.meetings import the_room
from supervision.models import SupervisionOrder
from tasks.models import Task

# The order in which the words of a circular speak of lagging tasks.
LAMPS = ("red", "yellow")


def gather(period, now):
    """Everything a circular of a period says at `now`, as plain JSON; about ten queries.

    classes: [{name, rows}], each row a body with its counts, what it has not handed in, the tasks it leads
    that are behind and its overdue orders; `listed` is whether the circular names it.
    """
    room, plan = the_room(), period.plan
    classes = figures.filing_by_agency(plan, period, room, now)
    bodies = _Bodies(classes)
    sent_back = figures.sent_back_by_agency(plan, period, room)
    behind = figures.behind(figures.standings(plan, period, room, now))
    for each in behind:
        for agency in each.leads:
            bodies.of(agency)["behind"].append(each.task.number)
    for row in figures.unreported(plan, period, room, now):
        if row.days_overdue:
            bodies.of(row.agency)["missing"].append(_item(row.report))
    for order in overdue_orders(plan, room, now):
        bodies.of(order.agency)["orders"].append(order.full_number)
    for pk, row in bodies.rows.items():
        row["sent_back"] = sent_back.get(pk, 0)
    return {
        "plan": plan.code,
        "filing": _numbers(figures.total(each.filing for each in classes)),
        "sent_back": sum(sent_back.values()),
        "behind": [_behind(each) for each in behind],
        "orders": sum(len(row["orders"]) for row in bodies.rows.values()),
        "classes": bodies.classes(),
    }


def overdue_orders(plan, user, now):
    """The overdue orders of a plan this person may know of, by number; one query."""
    rows = SupervisionOrder.objects.visible_to(user).overdue(now).filter(plan=plan)
    return rows.select_related("agency").order_by("year", "number", "pk")


def readable(data):
    """What is shown of a circular's figures: as they were kept, but for tasks marked sensitive since."""
    named = {each["number"] for each in data["behind"]}
    named |= {item["number"] for row in rows_of(data) for item in row["missing"]}
    hidden = Task.objects.filter(plan__code=data["plan"], number__in=named - {None}, is_sensitive=True)
    hidden = set(hidden.values_list("number", flat=True))
    if not hidden:
        return data
    shown = [each for each in data["behind"] if each["number"] not in hidden]
    classes = [{**each, "rows": [_without(row, hidden) for row in each["rows"]]} for each in data["classes"]]
    return {**data, "behind": shown, "classes": classes}


def rows_of(data):
    """The rows of all classes, in order."""
    return [row for each in data["classes"] for row in each["rows"]]


def listed_by_class(data):
    """The bodies a circular names, the classes apart: [(name, [row])], numbered through by `place`; classes
    without any are left out."""
    places, found = count(1), []
    for each in data["classes"]:
        rows = [{**row, "place": next(places)} for row in each["rows"] if row["listed"]]
        found += [(each["name"], rows)] if rows else []
    return found


class _Bodies:
    """The row of each body, also of those that owed nothing."""

    def __init__(self, classes):
        self.rows, self._agencies = {}, {}
        for each in classes:
            for row in each.rows:
                self.of(row.agency)["filing"] = _numbers(row.filing)

    def of(self, agency):
        self._agencies[agency.pk] = agency
        return self.rows.setdefault(
            agency.pk,
            {
                "code": agency.code,
                "name": agency.name,
                "filing": _numbers(figures.total([])),
                "missing": [],
                "behind": [],
                "orders": [],
            },
        )

    def classes(self):
        by_class = {name: [] for name in figures.CLASSES}
        for agency in sorted(self._agencies.values(), key=lambda each: (each.order, each.code)):
            row = self.rows[agency.pk]
            by_class[figures.class_of(agency)].append({**row, "listed": _is_listed(row)})
        return [{"name": name, "rows": rows} for name, rows in by_class.items() if rows]


def _is_listed(row):
    """Whether a circular names a body: late, not handed in, behind or overdue. Having been sent a return back
    is told beside it, and names nobody by itself."""
    filing = row["filing"]
    return bool(filing["late"] or filing["overdue"] or row["behind"] or row["orders"])


def _numbers(filing):
    return asdict(filing) | {"on_time_rate": _text(filing.on_time_rate)}


def _item(report):
    return {"number": report.task.number if report.task else None, "subject": report.short_subject}


def _behind(row):
    return {
        "number": row.task.number,
        "title": row.task.title,
        "lamp": str(row.lamp),
        "word": row.lamp_word,
        "leads": [agency.name for agency in row.leads],
        "percent": _text(row.percent),
        "expected": _text(row.expected),
    }


def _without(row, hidden):
    return {
        **row,
        "behind": [number for number in row["behind"] if number not in hidden],
        "missing": [item for item in row["missing"] if item["number"] not in hidden],
    }


def _text(value):
    return None if value is None else f"{value.normalize():f}"
