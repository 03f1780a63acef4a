"""What was frozen with a score and has become sensitive since: its words are shown and exported no more."""

import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from assessment import objections, rounds, secrecy
from assessment.facts import UnitFacts
from assessment.models import Adjustment, AssessmentRound, Finding, SelfScore, UnitScore
from assessment.scoring import Terms, UnitResult, score
from progress.models import ReportStep
from supervision.models import SupervisionOrder
from tasks.models import Target, Task
from tests.assessment.recalculating import Desk, words_of
from tests.assessment.round_life import (
    BEGUN,
    FED_BACK,
    make_scheme,
    make_year_of_returns,
    object_to,
    state,
    unit_of,
    walk_round,
)
from tests.factories import AFTER_DUE, BEFORE_DUE
from tests.supervision.order_life import make_order

State = AssessmentRound.State
WEIGHTS = (
    *(("任务完成", "completion", 40), ("量化指标", "targets", 20), ("报送及时性", "timeliness", 10)),
    *(("报送质量", "quality", 10), ("督办办结", "orders", 20)),
)
TITLE = "不可说之项目引进"
# Every word of task 1 the score is made of begins so.
WORD = "不可说"


@pytest.fixture
def year(fgw, kjj, sixian, office, office2):
    """Of task 1 of 市发展改革委 everything the score can tell of; of task 2 of 市科技局 little."""
    plan = make_year_of_returns(fgw, kjj, sixian)
    task = plan.tasks.get(number=1)
    Task.objects.filter(pk=task.pk).update(title=TITLE)
    usual = {"plan": plan, "task": task, "operator": ">=", "minimum": Decimal(10), "due": "year"}
    words = {"value_text": "10", "unit": "个不可说", "due_year": 2030, "quote": "建成10个"}
    targets = [Target.objects.create(indicator=f"不可说之数{n}", **usual, **words) for n in (1, 2)]
    report = task.reports.get()
    step = {"verb": "send_back", "from_state": "under_review", "to_state": "returned", "by_office": True}
    ReportStep.objects.create(report=report, by=office, at=AFTER_DUE, reason="不可说之缘由", **step)
    said = {"plan": plan, "year": 2030, "agency": fgw, "found_at": AFTER_DUE, "found_by": office}
    Finding.objects.create(kind="insubstantial", report=report, basis="不可说之空话", **said)
    Finding.objects.create(kind="target_missed", target=targets[0], basis="不可说之未成", **said)
    order = make_order(fgw, by=office, tasks=[task], title="不可说之督办")
    issued = {"issued_at": BEFORE_DUE, "issued_by": office, "checked_at": BEFORE_DUE, "checked_by": office2}
    issued |= {"mark": "宿长三角督", "year": 2030, "number": 3, "state": "working", "due_at": AFTER_DUE}
    SupervisionOrder.objects.filter(pk=order.pk).update(**issued)
    return plan


@pytest.fixture
def given_back(year, fgw, sixian, team, county_reporter):
    """Reviewed by 泗县, which knows nothing of task 1 but what the score says; in 反馈复核."""
    scheme = make_scheme(team["office"], year, weights=WEIGHTS, host=fgw, cross_reviewer=sixian)
    round = rounds.begin(scheme, by=team["office"], now=BEGUN)
    round = walk_round(round, State.FIRST, team["office"])
    UnitScore.objects.filter(round=round).update(scored_at=FED_BACK, scored_by=county_reporter)
    return rounds.give_back(round, by=team["office"], now=FED_BACK, revision=round.revision)


def mark():
    Task.objects.filter(number=1, plan__code="2030-2032").update(is_sensitive=True)


def frozen(unit):
    return UnitScore.objects.values("facts", "result", "revision").get(pk=unit.pk)


def test_a_sheet_says_the_number_and_what_became_of_it(given_back, fgw, team, as_, county_reporter, leader):
    unit = unit_of(given_back, fgw)
    page = unit.get_absolute_url()
    for person in (team["office"], team["reporter"], county_reporter):
        assert as_(person).get(page).content.decode().count(WORD) > 6, "the control"
    before = frozen(unit)
    mark()
    for person in (team["office"], team["reporter"], county_reporter):
        shown = re.sub("<[^>]*>", "", as_(person).get(page).content.decode())
        assert WORD not in shown
        assert "第1项（敏感任务）" in shown and "宿长三角督〔2030〕3号（敏感任务）" in shown
        assert "按100%计" not in shown and "逾期未办结，按" in shown and "漏报" in shown
    AssessmentRound.objects.update(state=State.DECIDING)
    assert WORD not in as_(leader).get(page).content.decode()
    assert frozen(unit) == before


def test_others_are_not_led_to_what_has_become_sensitive(given_back, fgw, team, as_, county_reporter):
    page = unit_of(given_back, fgw).get_absolute_url()
    address = Task.objects.get(number=1, plan__code="2030-2032").address("2030Q4")
    assert f'href="{address}"' in as_(county_reporter).get(page).content.decode()
    mark()
    assert f'href="{address}"' not in as_(county_reporter).get(page).content.decode()
    assert f'href="{address}"' in as_(team["reporter"]).get(page).content.decode(), "whose task it is"


def test_workbooks_say_no_more_and_still_come_to_the_same(given_back, fgw, team, as_, leader, tmp_path):
    unit = unit_of(given_back, fgw)
    place = [given_back.scheme.plan.code, 2030]
    whole, own = (
        reverse("assessment:workbook", args=place),
        reverse("assessment:sheet_excel", args=[*place, "fgw"]),
    )
    api = f"/api/v1/exports/assessment.xlsx?plan={place[0]}&year=2030"
    before = frozen(unit)
    taken = ((team["office"], whole), (team["office"], api), (team["reporter"], own))
    for person, address in taken:
        assert WORD in words_of(as_(person).get(address).content), "the control"
    mark()
    for person, address in taken:
        content = as_(person).get(address).content
        assert WORD not in words_of(content) and "（敏感任务）" in words_of(content)
        assert Desk(content, tmp_path).differences() == []
    AssessmentRound.objects.update(state=State.DECIDING)
    assert WORD not in words_of(as_(leader).get(whole).content)
    assert frozen(unit) == before


def test_running_scores_say_no_more(given_back, team, as_):
    place = [given_back.scheme.plan.code, 2030]
    pages = [reverse("assessment:running_unit", args=[*place, "fgw"])]
    assert WORD in as_(team["reporter"]).get(pages[0]).content.decode()
    mark()
    assert WORD not in as_(team["reporter"]).get(pages[0]).content.decode()
    sheet = reverse("assessment:running_sheet_excel", args=[*place, "fgw"])
    assert WORD not in words_of(as_(team["reporter"]).get(sheet).content)


def test_what_is_hidden_now_is_what_gathering_would_hide(given_back, fgw):
    """The frozen facts as they are shown, and facts gathered anew, say the same."""
    unit = unit_of(given_back, fgw)
    terms, facts = Terms.of(given_back.scheme), UnitFacts.from_json(unit.facts)
    result = UnitResult.from_json(unit.result)
    mark()
    secret = secrecy.secret_of(given_back.scheme.plan)
    shown = secret.facts(facts)
    hidden = secret.result(result, facts, terms)
    assert hidden == score(terms, shown, result.by_hand)
    assert replace(hidden, criteria=()) == replace(result, criteria=())
    for was, now in zip(result.criteria, hidden.criteria, strict=True):
        assert replace(was, lines=()) == replace(now, lines=())
        assert [(one.subject, one.lost, one.ratio) for one in was.lines] == [
            (one.subject, one.lost, one.ratio) for one in now.lines
        ]
    other = UnitFacts.from_json(given_back.units.get(agency__code="kjj").facts)
    assert secret.facts(other) == other


def test_lines_nobody_knows_how_to_say_anew_say_nothing(given_back, fgw):
    """Terms that are gone, or that word things otherwise by now, leave no words behind."""
    unit = unit_of(given_back, fgw)
    facts, result = UnitFacts.from_json(unit.facts), UnitResult.from_json(unit.result)
    mark()
    terms = replace(Terms.of(given_back.scheme), criteria=())
    hidden = secrecy.secret_of(given_back.scheme.plan).result(result, facts, terms)
    assert WORD not in str(hidden) and "（敏感任务，说明略）" in str(hidden)


def test_it_costs_the_same_whatever_there_is_to_hide(given_back, fgw, as_, county_reporter):
    page = unit_of(given_back, fgw).get_absolute_url()
    client, counts = as_(county_reporter), []
    client.get(page)
    for marked in (0, 1, 3):
        Task.objects.filter(plan__code="2030-2032", number__lte=marked).update(is_sensitive=True)
        with CaptureQueriesContext(connection) as asked:
            client.get(page)
        counts.append(len(asked))
    assert max(counts) <= 12 and counts[1] == counts[2]


# --- what people wrote -----------------------------------------------------------------------------


def test_words_written_by_hand_do_not_name_what_their_reader_may_not_know(
    given_back, fgw, team, as_, county_reporter, county_approver, leader
):
    """A basis, a claim, an objection and its answer: as written for who has a duty."""
    unit = unit_of(given_back, fgw)
    signed = {"self_signed_at": BEGUN, "self_signed_by": team["approver"]}
    UnitScore.objects.filter(pk=unit.pk).update(self_note=f"在“{TITLE}”上", **signed)
    criterion = given_back.scheme.criteria.get(formula="quality")
    SelfScore.objects.create(unit=unit, criterion=criterion, points=1, evidence=f"见{TITLE}")
    state(unit, county_approver, basis=f"{TITLE}受表彰")
    made = object_to(unit_of(given_back, fgw), team["reporter"], text=f"{TITLE}已办")
    made = objections.sign(made, by=team["approver"], now=FED_BACK, revision=made.revision)
    answer = objections.Answer("rejected", f"{TITLE}未办")
    Adjustment.objects.update(made_by=county_reporter)
    objections.decide(made, answer, by=county_approver, now=FED_BACK, revision=made.revision)
    mark()
    page, place = made.get_absolute_url(), [given_back.scheme.plan.code, 2030]
    told = [unit.get_absolute_url(), page, f"{page}paper/", f"{page}word.docx"]
    told += [reverse("assessment:objections", args=place)]
    told += [reverse("assessment:objections_export", args=place)]
    told += [reverse("assessment:sheet_excel", args=[*place, "fgw"])]
    for person in (team["office"], team["reporter"]):
        assert all(TITLE in said(as_(person), each) for each in told)
    AssessmentRound.objects.update(state=State.DECIDING)
    for person in (county_reporter, leader):
        assert [each for each in told if TITLE in said(as_(person), each)] == []
    made.refresh_from_db()
    assert (made.text, made.answer) == (f"{TITLE}已办", f"{TITLE}未办")


def test_reasons_given_to_a_summary_do_not_quote_it_either(year, given_back, fgw, as_, team, county_reporter):
    """A unit's summary has no task; what it was sent back for may name one."""
    unit = unit_of(given_back, fgw)
    summary = replace(UnitFacts.from_json(unit.facts).returns[0], subject="unit", kind="unit", report=9999)
    summary = replace(summary, insubstantial=f"只写了“{TITLE}”一句")
    facts = replace(UnitFacts.from_json(unit.facts), returns=(summary,))
    result = score(Terms.of(given_back.scheme), facts)
    UnitScore.objects.filter(pk=unit.pk).update(facts=facts.as_json(), result=result.as_json())
    mark()
    page = unit.get_absolute_url()
    assert TITLE in said(as_(team["office"]), page)
    assert TITLE not in said(as_(county_reporter), page)


def said(client, address):
    """Every word of a page or a file."""
    content = client.get(address).content
    if address.endswith(".docx"):
        return "\n".join(each.text for each in Document(BytesIO(content)).paragraphs)
    return words_of(content) if address.endswith(".xlsx") else content.decode()
