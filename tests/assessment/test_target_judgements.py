"""Whether a target was reached is one judgement: the score, the office's report and the evaluation agree."""

from datetime import datetime
from decimal import Decimal

import pytest

from assessment import attaining
from assessment.evaluation import evaluation
from assessment.target_rows import targets
from assessment.year_facts import facts_of_year
from progress import figures
from progress.annual_figures import own_figures
from progress.models import ProgressReport
from tasks.models import Target
from tests.assessment.gathered import accept, material
from tests.factories import SHANGHAI, make_plan, make_task, make_year

pytestmark = pytest.mark.django_db
OVER = datetime(2031, 1, 20, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def team(reporter, approver, office):
    return {"reporter": reporter, "approver": approver, "office": office}


@pytest.fixture
def other_team(kjj_reporter, kjj_approver, office):
    return {"reporter": kjj_reporter, "approver": kjj_approver, "office": office}


def make_target(task, **fields):
    usual = {"indicator": "平台", "operator": ">=", "value_text": "10", "minimum": Decimal(10), "unit": "个"}
    usual |= {"due": "year", "due_year": 2030, "quote": "建成10个平台"}
    return Target.objects.create(plan=task.plan, task=task, **(usual | fields))


def tell(target, agency, code, value, people, note=""):
    row = {"target": target.pk, "certainty": "verified", "value": value, "value_text": "", "note": note}
    accept(target.task, agency, code, people, targets=[row])


def judgements(office):
    """What the three say of the only target at the end of 2030: (score, report, evaluation)."""
    plan = make_plan()
    facts = facts_of_year(plan, 2030, OVER)
    shares = [Decimal(each.attained) for unit in facts.values() for each in unit.targets if each.attained]
    scored = all(share == 1 for share in shares) if shares else None
    (row,) = targets(material())
    (judged,) = evaluation(plan, office, OVER).targets
    return scored, row["attained"], judged.attained


@pytest.mark.parametrize(("value", "reached"), [("12", True), ("10", True), ("7", False)])
def test_a_number_reaches_it_or_not(value, reached, fgw, team, office):
    tell(make_target(make_task(leads=[fgw])), fgw, "2030Q4", value, team)
    assert judgements(office) == (reached, reached, reached)


@pytest.mark.parametrize(("values", "reached"), [(("12", "11"), True), (("12", "7"), False)])
def test_each_body_by_its_own_value(values, reached, fgw, kjj, team, other_team, office):
    target = make_target(make_task(leads=[fgw, kjj]), scope="each")
    tell(target, fgw, "2030Q4", values[0], team)
    tell(target, kjj, "2030Q4", values[1], other_team)
    assert judgements(office) == (reached, reached, reached)


def as_the_task_page_says(target, office):
    (standing,) = figures.targets_of(target.task, office)
    return standing.value.value


def told_by_both(target, first, second, team, other_team, later):
    """Two leads tell of one target in one quarter; `later` is whose row was made last."""
    said = [(first, "12", team), (second, "7", other_team)]
    for agency, value, people in said if later == second else reversed(said):
        tell(target, agency, "2030Q4", value, people)
    ProgressReport.objects.filter(agency=second).update(order=1)


@pytest.mark.parametrize("last", ["fgw", "kjj"])
def test_of_two_leads_the_one_named_first_tells(last, fgw, kjj, team, other_team, office):
    target = make_target(make_task(leads=[fgw, kjj]))
    told_by_both(target, fgw, kjj, team, other_team, {"fgw": fgw, "kjj": kjj}[last])
    assert judgements(office) == (True, True, True)
    assert as_the_task_page_says(target, office) == 12


def test_a_remark_without_a_value_hides_no_value(fgw, team, office):
    target = make_target(make_task(leads=[fgw]))
    tell(target, fgw, "2030Q3", "12", team)
    tell(target, fgw, "2030Q4", None, team, note="年报数据未出")
    assert judgements(office) == (True, True, True)
    assert as_the_task_page_says(target, office) == 12
    (line,) = own_figures(make_year(), [fgw.pk])[fgw.pk].targets
    assert line.value.value == 12


def test_due_in_a_year_is_the_same_for_one_target_and_for_a_query(fgw):
    task = make_task(leads=[fgw])
    for due, year in (("year", 2030), ("year", 2031), ("each_year", None), ("plan_end", None)):
        make_target(task, due=due, due_year=year)
    mine = Target.objects.filter(plan=task.plan)
    for year in (2030, 2031, 2032):
        found = set(mine.filter(attaining.falling_due(task.plan, year)))
        assert found == {each for each in mine if attaining.counts_in(each, task.plan, year)}
