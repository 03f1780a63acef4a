"""提醒有用吗: every owed return is counted once, and the middle one of the days waited."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from progress.models import ProgressReport, ReportStep
from reminders import charts, effect
from reminders.models import Message, Reminder, Urge
from tests import factories
from tests.cast import client_of
from tests.factories import BEFORE_DUE, DUE

A_DAY = timedelta(days=1)
EFFECT = "/work/2030-2032/reminders/effect/"


@pytest.fixture
def filed(fgw, office, reporter, db):
    """`filed(1, left=…, told=…)`: a return that left and was reminded of so many days after BEFORE_DUE."""

    def filing(number, left=None, told=None, channel="phone", **fields):
        report = factories.make_report(factories.make_task(number, leads=[fgw]), fgw, **fields)
        if left is not None:
            at = BEFORE_DUE + left * A_DAY
            ProgressReport.objects.filter(pk=report.pk).update(left_at=at)
            ReportStep.objects.create(
                report=report, verb="submit", to_state="under_review", by=reporter, at=at
            )
        if told is not None:
            _tell(report, office, BEFORE_DUE + told * A_DAY, channel)
        return report

    return filing


def _tell(report, office, at, channel="phone", **more):
    plan = report.period.plan
    urge = Urge.objects.create(plan=plan, period=report.period, way="phone", at=at, by=office)
    said = {"kind": "return", "subject": f"report:{report.pk}", "line": "第1项"} | more
    when = {"scheduled_for": at.date(), "created_at": at}
    Reminder.objects.create(
        urge=urge, report=report, agency=report.agency, period=report.period, channel=channel, **said, **when
    )


def counted(report):
    return effect.shares(report.period.plan)[report.period]


def test_each_return_is_in_its_group(filed):
    filed(1, left=0)  # never reminded
    filed(2, left=1, told=2)  # reminded of something else afterwards
    filed(3, left=2, told=1)
    filed(4, left=4, told=1)
    filed(5, left=5)  # late without a reminder
    filed(6, told=1)
    filed(7, left=1, owed=False)
    report = filed(8)
    assert counted(report) == effect.Shares(unprompted=2, prompted=1, late=2, never=2)


def test_what_did_not_reach_anybody_reminds_nobody(filed, office, reporter):
    report = filed(1, left=2)
    _tell(report, office, BEFORE_DUE, dropped_at=BEFORE_DUE)
    message = Message.objects.create(
        key="k",
        kind="digest",
        channel="mail",
        recipient=reporter,
        day=DUE.date(),
        state="failed",
        planned_at=BEFORE_DUE,
        send_from=BEFORE_DUE,
    )
    _tell(report, office, BEFORE_DUE, message=message)
    assert counted(report) == effect.Shares(unprompted=1)


def test_the_median_is_by_channel(filed):
    plan = filed(1, left=1, told=0).period.plan
    filed(2, left=2, told=0)
    filed(3, left=4, told=0)
    filed(4, told=0)
    filed(5, left=3, told=2, channel="inbox")
    found = {each.channel: each for each in effect.responses(plan)}
    assert (found["phone"].told, found["phone"].answered, found["phone"].median_days) == (4, 3, 2.0)
    assert found["inbox"].median_days == 1.0


def test_the_page_shows_figures_chart_and_table(filed, office, django_assert_max_num_queries):
    filed(1, left=0)
    filed(2, left=2, told=1)
    filed(3, left=4)
    filed(4)
    client = client_of(office)
    client.get(EFFECT)
    with django_assert_max_num_queries(12):
        page = client.get(f"{EFFECT}?period=2030Q1").content.decode()
    assert "2030年第一季度应报 <strong>4</strong> 项" in page
    assert page.count("25.0") >= 4 and 'data-chart="effect-chart"' in page
    assert "提醒后、截止前报" in page and "电话" in page
    for hidden in ("赵填报", "市发展改革委"):
        assert hidden not in page.split('id="main"')[1]


def test_no_period_and_other_visitors(office, reporter, leader):
    factories.make_plan()
    factories.make_period("2030Q1")
    assert "还没有可以统计的报告期" in client_of(office).get(EFFECT).content.decode()
    for user in (reporter, leader):
        assert client_of(user).get(EFFECT).status_code == 403


INSTANTS = st.none() | st.integers(-5, 5).map(lambda days: DUE + days * A_DAY)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(INSTANTS, INSTANTS, INSTANTS), max_size=30))
def test_the_groups_add_up(returns):
    groups = dict.fromkeys(effect.GROUPS, 0)
    for each in returns:
        groups[effect.group_of(*each)] += 1
    shares = effect.Shares(**groups)
    assert shares.owed == len(returns) == sum(number for _, number in shares.counts)
    assert not returns or abs(sum(shares.percents) - 100) <= 0.2


def test_the_chart_says_what_the_table_says(filed):
    report = filed(1, left=0)
    drawn = charts.shares_by_period(effect.shares(report.period.plan))
    assert drawn["rows"] == [["2030年第一季度", 1, 0, 0, 0, 1]]
    assert [series["data"][0]["value"] for series in drawn["option"]["series"]] == [100.0, 0.0, 0.0, 0.0]
