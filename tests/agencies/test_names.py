"""Names as people write them lead to one body, or to a sentence saying why not."""

from datetime import date

import pytest

from agencies.models import Agency, AgencyGroup, AgencyName
from agencies.names import Directory, full_name_of, resolve
from tests.cast import body

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    agency = Agency.objects.create(code="xxj", name="市某某管理局(某某服务局)", kind=Agency.Kind.MUNICIPAL)
    AgencyName.objects.create(agency=agency, name="市某局", valid_until=date(2022, 12, 31))
    return agency


@pytest.mark.parametrize(
    "written", ["市某某管理局(某某服务局)", "市某某管理局（某某服务局）", " 市某某管理局 (某某服务局)　"]
)
def test_brackets_and_spaces_do_not_matter(bureau, written):
    assert resolve(written).agency == bureau


def test_a_name_holds_for_its_time(bureau):
    assert resolve("市某局", date(2022, 6, 1)).agency == bureau
    late = resolve("市某局", date(2024, 6, 1))
    assert not late.found
    assert "2024-06-01 不在用" in late.problem


def test_the_city_may_be_written_out(fgw):
    assert resolve("宿州市发展改革委").agency == fgw


def test_unknown_names_are_answered_with_a_guess():
    body("fgw")
    problem = resolve("市发展和改革委").problem
    assert "没有名为“市发展和改革委”的单位" in problem
    assert "市发展改革委" in problem
    assert resolve("  ").problem == "单位名称是空的。"


def test_a_name_of_two_bodies_is_ambiguous(bureau):
    AgencyName.objects.create(agency=body("fgw"), name="市某局")
    assert "可能指" in resolve("市某局", date(2022, 1, 1)).problem


def test_collectives_answer_to_their_spellings():
    group = AgencyGroup.objects.create(code="jh", name="某某集合", spellings=["各某某、各某区"])
    assert resolve("各某某、 各某区").group == group


def test_many_names_take_a_constant_number_of_queries(bureau, django_assert_num_queries):
    with django_assert_num_queries(3):
        directory = Directory.load()
        assert [directory.resolve("市某局").found for _ in range(50)] == [True] * 50


def test_papers_are_signed_with_the_fullest_official_name_of_the_day(bureau, django_assert_num_queries):
    full = {
        "agency": bureau,
        "kind": AgencyName.Kind.OFFICIAL,
        "name": "宿州市某某数据资源管理局（某某服务局）",
    }
    AgencyName.objects.create(**full, valid_from=date(2024, 1, 1))
    AgencyName.objects.create(agency=bureau, kind=AgencyName.Kind.SPELLING, name="很长的" * 10)
    named = Agency.objects.filter(pk=bureau.pk)
    with django_assert_num_queries(1):
        assert full_name_of(named, date(2024, 6, 1)) == full["name"]
    assert full_name_of(named, date(2023, 6, 1)) == bureau.name
    assert full_name_of(Agency.objects.none(), date(2024, 6, 1)) == ""
