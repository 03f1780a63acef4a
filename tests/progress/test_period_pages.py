"""Pages of periods, rules and the calendar: what the office may do there, and what is refused."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from agencies.permissions import Denied
from progress import figures
from progress.models import CalendarDay, LampRule
from progress.periods import ensure_periods, open_period
from progress.plan_rules import add_lamp_rule, set_frequency
from tasks.models import Plan
from tests.factories import make_task

pytestmark = pytest.mark.django_db
CODE = "2025-2027"


@pytest.fixture
def plan(fgw):
    """A plan of the years around the present, its first quarters over."""
    plan = Plan.objects.create(
        code=CODE,
        title="试行方案",
        starts_on=date(2025, 1, 1),
        ends_on=date(2027, 12, 31),
        first_period="2025Q1",
        last_period="2027Q4",
    )
    make_task(leads=[fgw], plan=plan)
    ensure_periods(plan)
    return plan


def address(name, *rest):
    return reverse(f"progress:{name}", args=[CODE, *rest])


def page(client, *args, **kwargs):
    return client.get(*args, **kwargs).content.decode()


def test_everybody_may_read_the_periods_and_only_the_office_keeps_them(plan, as_, office, reporter):
    assert "设截止时间" not in page(as_(reporter), address("periods"))
    assert "设截止时间" in page(as_(office), address("periods"))
    assert "2027 年" in page(as_(reporter), address("periods"))
    assert "待定" in page(as_(reporter), address("periods"))


def test_a_deadline_before_opening_is_refused_and_kept(plan, as_, office):
    period = plan.periods.get(code="2027Q3")
    client = as_(office)
    bad = client.post(address("period_due", "2027Q3"), {"due_at": "2027-09-10T08:30"})
    assert bad.status_code == 400
    assert "截止时间必须晚于开放时间（2027年9月10日08:30）" in bad.content.decode()
    assert "2027-09-10T08:30" in bad.content.decode()
    assert client.post(address("period_due", "2027Q3"), {"due_at": "下周"}).status_code == 400
    good = client.post(address("period_due", "2027Q3"), {"due_at": "2027-10-12T18:00"})
    assert good.status_code == 302
    period.refresh_from_db()
    assert timezone.localtime(period.due_at).hour == 18


def test_backfill_lock_and_unlock(plan, as_, office, reporter):
    client = as_(office)
    chosen = {"period": ["2025Q1", "2025Q2"], "backfill": "1"}
    assert as_(reporter).post(address("periods_open"), chosen).status_code == 403
    refused = client.post(address("periods_open"), {"period": ["2025Q1"]})
    assert refused.status_code == 403 and "补录" in refused.content.decode()
    assert client.post(address("periods_open"), chosen).status_code == 302
    assert plan.periods.filter(is_backfill=True, reports__owed=True).count() == 2
    assert client.post(address("periods_open"), {"period": []}).status_code == 302
    assert client.post(address("period_lock", "2025Q1"), {"answer": "lock"}).status_code == 302
    assert plan.periods.get(code="2025Q1").is_locked
    again = client.post(address("period_lock", "2025Q1"), {"answer": "lock"})
    assert again.status_code == 403 and "已经锁定" in again.content.decode()
    assert client.post(address("period_lock", "2025Q1"), {"answer": "unlock"}).status_code == 302
    assert not plan.periods.get(code="2025Q1").is_locked


def test_the_first_quarter_in_use_is_set_on_the_page(plan, as_, office):
    client = as_(office)
    client.post(address("in_use_from"), {"code": "2027Q2"})
    assert Plan.objects.get(code=CODE).in_use_from == "2027Q2"
    refused = client.post(address("in_use_from"), {"code": "2025Q1"}, follow=True)
    assert "已过截止时间" in refused.content.decode()
    assert Plan.objects.get(code=CODE).in_use_from == "2027Q2"


# --- rules -------------------------------------------------------------------------------------


def test_lamp_rules_are_versions(plan, office, reporter, clock):
    numbers = {"from_year": 2026, "yellow_from": 5, "red_from": 20, "yellow_run": 0}
    with pytest.raises(Denied):
        add_lamp_rule(plan, **numbers, by=reporter, now=clock.now)
    rule = add_lamp_rule(plan, **numbers, by=office, now=clock.now)
    assert rule.version == 2
    firsts = [plan.periods.get(code=f"{year}Q1") for year in (2025, 2026, 2027)]
    assert [figures.lamp_rule(period).version for period in firsts] == [1, 2, 2]
    third = add_lamp_rule(plan, **(numbers | {"red_from": 25}), by=office, now=clock.now)
    assert figures.lamp_rule(firsts[1]) == third


@pytest.mark.parametrize(
    ("field", "value"),
    [("from_year", 2030), ("yellow_from", 0), ("red_from", 5), ("red_from", 101), ("yellow_run", 9)],
)
def test_impossible_lamp_rules_are_refused(plan, office, clock, field, value):
    numbers = {"from_year": 2026, "yellow_from": 5, "red_from": 20, "yellow_run": 2} | {field: value}
    with pytest.raises(ValidationError) as refused:
        add_lamp_rule(plan, **numbers, by=office, now=clock.now)
    assert field in refused.value.message_dict
    assert LampRule.objects.filter(plan=plan).count() == 1


def test_what_is_locked_keeps_its_rule(plan, office, clock):
    opened = open_period(plan.periods.get(code="2025Q1"), now=clock.now)
    type(opened).objects.filter(pk=opened.pk).update(locked_at=clock.now, locked_by=office)
    numbers = {"yellow_from": 5, "red_from": 20, "yellow_run": 2}
    with pytest.raises(Denied, match="不能追溯"):
        add_lamp_rule(plan, from_year=2025, **numbers, by=office, now=clock.now)
    assert add_lamp_rule(plan, from_year=2026, **numbers, by=office, now=clock.now)


def test_collectives_never_report_task_by_task(plan, office, clock):
    group = plan.duty_rules.get(duty="group")
    with pytest.raises(ValidationError, match="不单独填报"):
        set_frequency(group, "quarterly", by=office, now=clock.now)
    named = set_frequency(plan.duty_rules.get(duty="named"), "quarterly", by=office, now=clock.now)
    assert named.frequency == "quarterly"


def test_rules_are_edited_on_the_page(plan, as_, office, reporter):
    client, rule = as_(office), plan.duty_rules.get(duty="named")
    assert "制定新版本" not in page(as_(reporter), address("rules"))
    assert "制定新版本" in page(client, address("rules"))
    client.post(address("duty_rule", rule.pk), {"frequency": "year_end"})
    rule.refresh_from_db()
    assert rule.frequency == "year_end"
    client.post(address("duty_rule", rule.pk), {"frequency": "hourly"})
    numbers = {"from_year": "2026", "yellow_from": "30", "red_from": "10", "yellow_run": "2"}
    bad = client.post(address("lamp_rule_new"), numbers)
    assert bad.status_code == 400 and "红灯起点应大于黄灯起点" in bad.content.decode()
    good = client.post(address("lamp_rule_new"), numbers | {"red_from": "40"})
    assert good.status_code == 302


# --- calendar ----------------------------------------------------------------------------------


def test_the_calendar_shows_and_takes_exceptions(plan, as_, office, reporter):
    url, client = reverse("progress:calendar"), as_(office)
    text = page(client, url, {"year": 2026})
    assert text.count('class="month"') == 12 and "国庆节" in text
    assert "录入放假或调休" not in page(as_(reporter), url)
    for odd in ("abc", "0001", "99999", "１２３４"):
        assert client.get(url, {"year": odd}).status_code == 200
    days = reverse("progress:calendar_days")
    data = {"first": "2026-11-23", "last": "2026-11-24", "is_working": "no", "note": "临时停班"}
    assert as_(reporter).post(days, data).status_code == 403
    assert client.post(days, data).status_code == 302
    row = CalendarDay.objects.get(day=date(2026, 11, 23))
    assert not row.is_working
    assert client.post(reverse("progress:calendar_day_remove", args=[row.pk])).status_code == 302
    assert not CalendarDay.objects.filter(pk=row.pk).exists()
    for wrong in ({"first": ""}, {"first": "1999-01-01"}, {"last": "2026-11-01"}, {"is_working": "?"}):
        assert client.post(days, data | wrong).status_code == 400


def test_a_year_is_covered_on_the_page(plan, as_, office):
    url, client = reverse("progress:calendar_cover"), as_(office)
    assert client.post(url, {"year": "2027", "source": ""}).status_code == 400
    assert plan.periods.get(code="2027Q1").due_at is None
    assert client.post(url, {"year": "2027", "source": "国办发明电"}).status_code == 302
    due = plan.periods.get(code="2027Q1").due_at
    assert due and timezone.localtime(due).date() > date(2027, 3, 31) + timedelta(days=4)
    again = client.post(url, {"year": "2027", "source": "国办发明电"})
    assert again.status_code == 400 and "已经公布" in again.content.decode()
