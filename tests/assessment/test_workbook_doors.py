"""Who takes the year's assessment away as Excel, what it tells them, and that it is noted."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from agencies.audit import trail_of
from agencies.models import Role
from assessment.exports import columns, issuing, reading
from assessment.exports.book import SHEETS, year_workbook
from assessment.models import AssessmentRound, ExportForm, UnitScore
from assessment.scheme_contents import ExportContent
from tests.assessment.recalculating import Desk, words_of
from tests.assessment.round_life import DECIDED, claimed, drafted, state, unit_of, unpublish, walk_round

State = AssessmentRound.State
API = "/api/v1/exports/assessment.xlsx"


def address(name, scheme, *more):
    return reverse(f"assessment:{name}", args=[scheme.plan.code, scheme.year, *more])


def text_of(answer):
    return words_of(answer.content)


def noted(subject, person):
    return trail_of(subject).filter(verb=issuing.VERB, actor_id=person.pk).exists()


@pytest.fixture
def form(scheme):
    with drafted(scheme):
        return ExportForm.objects.create(
            scheme=scheme, kind="party", title="报送表", columns=columns.default_columns("party")
        )


# --- the round --------------------------------------------------------------------------------------


def test_the_office_takes_the_round_and_its_forms(round, form, office, as_, tmp_path, scheme, fgw):
    round = walk_round(round, State.FEEDBACK, office)
    page = as_(office).get(round.get_absolute_url()).content.decode()
    for link in (address("workbook", scheme), address("export_form", scheme, "party")):
        assert link in page
        answer = as_(office).get(link)
        assert answer.status_code == 200 and answer["Content-Type"].endswith("sheet")
        assert noted(round, office)
    desk = Desk(as_(office).get(address("workbook", scheme)).content, tmp_path)
    assert desk.differences() == []
    assert desk.sheets[0] == SHEETS[0][0] and "市发展改革委" in desk.sheets
    assert desk.of_unit("市发展改革委")["考核得分"] == float(unit_of(round, fgw).total)
    assert as_(office).get(address("export_form", scheme, "government")).status_code == 404


def test_leaders_take_it_once_it_is_put_to_them(round, office, leader, as_, scheme):
    round = walk_round(round, State.FEEDBACK, office)
    assert as_(leader).get(address("workbook", scheme)).status_code == 404
    round = walk_round(round, State.DECIDING, office)
    assert address("workbook", scheme) in as_(leader).get(round.get_absolute_url()).content.decode()
    assert "市科技局" in text_of(as_(leader).get(address("workbook", scheme)))


def test_what_was_stated_by_hand_follows_into_the_formulas(round, office, fgw, scheme, tmp_path):
    round = walk_round(round, State.FEEDBACK, office)
    state(unit_of(round, fgw), office, points="9.5", basis="=典型经验")
    state(unit_of(round, fgw), office, kind="deduction", points="1.25")
    year = reading.year_of_round(round, UnitScore.objects.all(), DECIDED)
    desk = Desk(year_workbook(year), tmp_path)
    assert desk.differences() == []
    told = desk.of_unit("市发展改革委")
    assert (told["加分"], told["扣分"]) == (5, 1.25), "up to the cap"
    assert told["考核得分"] == float(unit_of(round, fgw).total)


# --- one unit ---------------------------------------------------------------------------------------


def test_a_unit_takes_its_own_sheet_when_it_may_know(round, office, reporter, as_, scheme, fgw):
    link = address("sheet_excel", scheme, "fgw")
    claimed(unit_of(round, fgw), reporter, points=8)
    told = text_of(as_(reporter).get(link))
    assert "考核评分表" in told and "8.0" in told.split("\n"), "its own draft"
    round = walk_round(round, State.FIRST, office)
    assert "失分事由" not in text_of(as_(reporter).get(link)), "not before it is fed back"
    assert "失分事由" in text_of(as_(office).get(link))
    round = walk_round(round, State.FEEDBACK, office)
    assert link in as_(reporter).get(unit_of(round, fgw).get_absolute_url()).content.decode()
    told = text_of(as_(reporter).get(link))
    assert "失分事由" in told and "市科技局" not in told
    assert noted(unit_of(round, fgw), reporter)


def test_nobody_takes_what_is_others(round, office, reporter, kjj_reporter, stranger, admin, as_, scheme):
    walk_round(round, State.PUBLISHED, office)
    assert as_(kjj_reporter).get(address("sheet_excel", scheme, "fgw")).status_code == 404
    refused = as_(reporter).get(address("workbook", scheme))
    assert refused.status_code == 403 and "由办公室出具" in refused.content.decode()
    for person in (stranger, admin):
        assert as_(person).get(address("workbook", scheme)).status_code == 403


def test_the_office_does_not_read_claims_that_are_not_signed(round, office, reporter, as_, scheme, fgw):
    unit = claimed(unit_of(round, fgw), reporter, points=8) or unit_of(round, fgw)
    assert not UnitScore.objects.get(pk=unit.pk).self_signed_at
    year = reading.year_of_round(round, UnitScore.objects.all(), DECIDED)
    assert not any(each.own for each in year.units)


# --- the running year -------------------------------------------------------------------------------


def test_a_trial_of_the_running_year(scheme, office, reporter, kjj_reporter, leader, as_, tmp_path):
    answer = as_(office).get(address("running_workbook", scheme))
    assert "试算" in text_of(answer) and Desk(answer.content, tmp_path).differences() == []
    assert address("running_workbook", scheme) in as_(office).get(address("running", scheme)).content.decode()
    own = address("running_sheet_excel", scheme, "fgw")
    told = text_of(as_(reporter).get(own))
    assert "（试算）" in told and "市科技局" not in told
    assert as_(kjj_reporter).get(own).status_code == 404
    for person in (reporter, leader):
        assert as_(person).get(address("running_workbook", scheme)).status_code == 403
    assert noted(scheme, office) and noted(scheme, reporter)


# --- the API ----------------------------------------------------------------------------------------


def test_programs_get_the_same(round, office, leader, reporter, admin, as_, scheme):
    asked = {"plan": scheme.plan.code, "year": scheme.year}
    walk_round(round, State.FEEDBACK, office)
    assert "考核工作簿" not in text_of(as_(office).get(API, asked))
    assert "汇总表" in text_of(as_(office).get(API, asked, headers={"accept": "application/json"}))
    for person in (leader, reporter, admin):
        refused = as_(person).get(API, asked)
        assert (refused.status_code, refused.json()["code"]) == (403, "denied")
    missing = as_(office).get(API, {"plan": "没有", "year": "x"}).json()
    assert missing["fields"].keys() == {"year"}
    assert as_(office).get(API).json()["fields"].keys() == {"plan", "year"}
    assert as_(office).get(API, {**asked, "year": 2039}).json()["fields"].keys() == {"year"}
    assert as_(office).get(API, {**asked, "year": "９"}).status_code == 400


def test_programs_get_a_trial_before_there_is_a_round(scheme, office, leader, reporter, as_):
    asked = {"plan": scheme.plan.code, "year": scheme.year}
    assert "试算" in text_of(as_(office).get(API, asked))
    assert as_(reporter).get(API, asked).status_code == 403
    assert as_(leader).get(API, asked).status_code == 404
    unpublish(scheme)
    scheme.delete()
    assert as_(office).get(API, asked).status_code == 404


# --- columns ----------------------------------------------------------------------------------------


def test_columns_are_checked_in_words():
    kept = columns.check_columns([{"key": "unit", "label": " 被考核单位 "}, {"key": "total", "width": "15"}])
    assert kept == [
        {"key": "unit", "label": "被考核单位", "width": 28.0},
        {"key": "total", "label": "考核得分", "width": 15.0},
    ]
    for wrong in (
        *([], None, "unit", ["unit"], [{"key": "nobody"}], [{"key": "unit"}, {"key": "unit"}]),
        *([{"key": "unit", "label": "长" * 41}], [{"key": "unit", "width": "宽"}]),
        *([{"key": "unit", "width": "nan"}], [{"key": "unit", "width": 300}]),
    ):
        with pytest.raises(ValidationError):
            columns.check_columns(wrong)


def test_columns_spoilt_by_hand_are_printed_as_usual():
    spoilt = ["x", {"key": ["unit"]}, {"key": "unit", "width": "1e999"}, {"key": "total", "width": "NaN"}]
    spoilt += [{"key": "code", "width": -3, "label": 7}, {"key": "gone"}, {}, {"key": "class"}]
    for rows in (spoilt, None, "unit", {"key": "unit"}):
        printed = columns.chosen(ExportForm(columns=rows))
        said = [(column.key, printed.label, printed.width) for column, printed in printed]
        usual = [
            ("unit", "单位名称", 28),
            ("total", "考核得分", 12),
            ("code", "7", 12),
            ("class", "类别", 18),
        ]
        assert said == (usual if rows is spoilt else [])
    assert "单位名称｜考核得分｜7｜类别" in str(ExportContent("party", "表", Decimal(1), tuple(spoilt)))


def test_every_default_column_is_there():
    for kind in ExportForm.Kind:
        assert columns.check_columns(columns.default_columns(kind)) == columns.default_columns(kind)


def test_reading_asks_a_constant_number(round, office, django_assert_max_num_queries):
    round = walk_round(round, State.FEEDBACK, office)
    with django_assert_max_num_queries(8):
        year = reading.year_of_round(round, UnitScore.objects.all(), DECIDED)
    assert replace(year, demo=True).demo and office.has_role(Role.OFFICE)
