"""What the tests of reminders start from: a letter box and one call that sends what is due; a plan in a year
with a working-day calendar, and rules for it."""

from datetime import date

import pytest
from django.core import mail

from progress.models import CalendarDay, CalendarYear
from reminders import sending
from reminders.models import ReminderRule
from tests import factories


@pytest.fixture
def post(settings, clock):
    """`post()` sends what may go out now; `post.letters` are the letters that left."""
    settings.EMAIL_READY = True
    settings.SITE_URL = "https://plan.example.cn"
    return Post(clock)


class Post:
    def __init__(self, clock):
        self.clock = clock

    def __call__(self):
        return sending.send_due(lambda: self.clock.now)

    @property
    def letters(self):
        return mail.outbox


@pytest.fixture
def year_2030(db):
    """2030 in the working-day calendar: Friday 5 April is a holiday, Saturday 13 April is worked."""
    CalendarYear.objects.create(year=2030, source="测试")
    CalendarDay.objects.create(day=date(2030, 4, 5), is_working=False, note="清明节")
    CalendarDay.objects.create(day=date(2030, 4, 13), is_working=True, note="调休")


@pytest.fixture
def plan(year_2030):
    """The factories' plan, in use since its first quarter."""
    plan = factories.make_plan()
    plan.in_use_from = plan.first_period
    plan.save()
    return plan


@pytest.fixture
def rule(plan):
    """`rule("return", offset=-2)`: a rule of the plan that is on, for the body's reporters, in the inbox."""

    def making(kind="return", **fields):
        given = {
            "name": f"规则{plan.reminder_rules.count() + 1}",
            "audience": ["reporter"],
            "channels": ["inbox"],
            "line": "{任务}",
            "is_on": True,
        }
        return ReminderRule.objects.create(plan=plan, kind=kind, **(given | fields))

    return making
