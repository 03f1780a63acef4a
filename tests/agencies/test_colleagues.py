"""协办人: a post that opens one's own account and what was handed to one, and nothing else of the house."""

import pytest

from agencies import accounts
from agencies.demo_people import demo_people
from agencies.models import Agency, Post, Role, User
from agencies.people_sheet import read, rows_of, take_over
from agencies.permissions import Denied, sees, visibility_matrix
from tasks.models import Task
from tests import factories
from tests.cast import person

pytestmark = pytest.mark.django_db


def test_an_administrator_makes_a_colleague_at_a_body(as_, admin, fgw):
    typed = {"username": "fgw-li", "full_name": "李四", "role": "colleague", "agency": fgw.pk}
    assert as_(admin).post("/work/people/new/", typed).status_code == 302
    assert User.objects.get(username="fgw-li").roles == {"colleague"}
    assert "协办人" in as_(admin).get("/work/people/").content.decode()


def test_a_colleague_needs_a_body_that_reports(admin, colleague, clock):
    group = Agency.objects.create(code="mldxz", name="某领导小组", kind=Agency.Kind.LEADING_GROUP)
    for agency, words in ((None, "须选定所在单位"), (group, "不是填报单位")):
        with pytest.raises(Denied, match=words):
            accounts.assign_post(colleague, Role.COLLEAGUE, agency, by=admin, now=clock.now)


def test_the_people_sheet_takes_and_gives_the_role(admin, fgw, clock):
    cells = [["用户名", "姓名", "角色", "单位"], ["fgw-wang", "王五", "协办人", "市发展改革委"]]
    take_over(read(cells), by=admin, now=clock.now)
    found = User.objects.filter(username="fgw-wang").prefetch_related("posts__agency")
    assert [row[4:6] for row in rows_of(found, clock.now.date())] == [["协办人", "市发展改革委"]]


def test_a_colleague_acts_for_no_body(colleague, fgw):
    assert colleague.agency_ids() == set()
    assert colleague.agency_ids(Role.COLLEAGUE) == {fgw.pk}
    assert colleague.agency == fgw
    assert not any(sees(colleague, thing) for thing in visibility_matrix())


def test_not_even_a_sensitive_task_of_the_own_body_is_known(colleague, fgw):
    for sensitive in (False, True):
        factories.make_task(1 + sensitive, leads=[fgw], is_sensitive=sensitive)
    assert not Task.objects.visible_to(colleague).exists()


def test_the_own_pages_are_open_the_house_is_shut_with_a_reason(as_, colleague):
    client = as_(colleague)
    for url in ("/work/me/", "/work/me/password/", "/work/me/tokens/", "/work/handouts/", "/"):
        assert client.get(url).status_code == 200, url
    for url in ("/work/2024-2026/2026Q3/tasks/?q=产业", "/work/agencies/", "/work/2024-2026/2026Q3/"):
        answer = client.get(url)
        assert answer.status_code == 403, url
        assert "协办人只办理分办给自己的事项" in answer.content.decode()
    page = client.get("/work/handouts/").content.decode()
    for shut in ("查找任务", "重点任务", "报告期："):
        assert shut not in page


def test_who_also_reports_has_both(as_, kjj_reporter, fgw):
    """Helping out at one body opens nothing of it to the reporter of another."""
    Post.objects.create(user=kjj_reporter, role=Role.COLLEAGUE, agency=fgw)
    factories.make_task(9, leads=[fgw], is_sensitive=True)
    assert kjj_reporter.agency.code == "kjj"
    assert fgw.pk not in kjj_reporter.agency_ids()
    assert not Task.objects.visible_to(kjj_reporter).filter(number=9, plan__code="2030-2032").exists()
    page = as_(kjj_reporter).get("/work/2024-2026/2026Q3/")
    assert page.status_code == 200
    assert "分办给我的" in page.content.decode()


def test_the_demonstration_offers_colleagues(fgw):
    person("fgw-colleague", Role.COLLEAGUE, "fgw", is_demo=True)
    assert [shown["role"] for group in demo_people() for shown in group["people"]] == ["协办人"]


@pytest.mark.parametrize("address", ["tasks/", "reports/", "goals/"])
def test_to_the_api_a_colleague_is_nobody(as_, colleague, nobody, address):
    answers = [as_(each).get(f"/api/v1/{address}") for each in (colleague, nobody)]
    assert answers[0].status_code == 200
    assert answers[0].content == answers[1].content
