"""Sudden questions for tests, asked, sent and confirmed by the rules on a Monday at ten."""

from datetime import datetime, timedelta

from supervision import quick, quick_answers
from supervision.models import AdHocField
from supervision.quick import Asking
from supervision.quick_answers import Said
from tests import factories
from tests.factories import SHANGHAI, State

TEN = datetime(2030, 5, 13, 10, 0, tzinfo=SHANGHAI)  # a Monday
DUE = TEN + timedelta(hours=4)
LATER = TEN + timedelta(minutes=20)
AFTER = DUE + timedelta(hours=1)


def at(day, hour, minute=0):
    return datetime(2030, 5, day, hour, minute, tzinfo=SHANGHAI)


def fields(*labels, **of_all):
    return [AdHocField(label=label, **of_all) for label in labels]


def usual():
    return [AdHocField(**each) for each in quick.SETS["progress"][1]]


def asked(plan, by, *, now=TEN, due_at=DUE, **said):
    """A request as drafted."""
    said = {"title": "园区最新进展", "fields": usual()} | said
    return quick.draft(plan, Asking(due_at=due_at, **said), by=by, now=now)


def sent(plan, by, *, now=TEN, **said):
    drafted = asked(plan, by, now=now, **said)
    return quick.send(drafted, by=by, now=now, revision=drafted.revision)


def answer_of(request, agency):
    return request.answers.get(agency=agency)


def confirm(request, agency, by, *texts, now=LATER, revision=None):
    """Confirm the body's only row; texts: what is typed into its fields, by order, else what stands there."""
    answer = answer_of(request, agency)
    values = {int(order): text for order, text in answer.values.items()} | dict(enumerate(texts, start=1))
    said = Said(revision or answer.revision, values)
    return quick_answers.confirm(request, {answer: said}, by=by, now=now)


def filed(task, agency, *, progress="建成平台3个。", to=State.ACCEPTED, by, **changes):
    report = factories.make_report(task, agency)
    return factories.walk(report, to, progress=progress, **by, **changes)
