"""Bodies, their names and successors: kept by the office and the administrator, confirmed by the office."""

import io

import openpyxl
import pytest

from agencies.models import Agency, AgencyGroup, AgencyName, AgencySuccession, AuditEvent, GroupMember
from agencies.names import resolve
from tests.cast import client_of

pytestmark = pytest.mark.django_db


def no_rows(*prefixes, initial=0):
    return {
        f"{prefix}-{part}": number
        for prefix in prefixes
        for part, number in (("TOTAL_FORMS", initial), ("INITIAL_FORMS", initial))
    }


def typed(agency, **changes):
    """What the form of `agency` posts, with no rows in its tables."""
    fields = {"name": agency.name, "kind": agency.kind, "order": 5, "needs_approver": "on", "note": ""}
    return {**fields, **no_rows("names", "successions", "contacts"), **changes}


@pytest.fixture
def old(db):
    return Agency.objects.create(code="oldj", name="市旧局", kind=Agency.Kind.MUNICIPAL)


def test_a_new_body(as_, admin):
    fields = typed(Agency(name="市新局", kind="municipal"), code="xinj")
    fields |= {"names-TOTAL_FORMS": 1, "names-0-name": "新局", "names-0-kind": "spelling"}
    answer = as_(admin).post("/work/agencies/new/", fields)
    assert answer.status_code == 302, answer.content.decode()
    assert resolve("新局").agency.code == "xinj"
    assert AuditEvent.objects.filter(verb="新建单位", subject_label="市新局").exists()


@pytest.mark.parametrize("code", ["new", "Big", "export", "有"])
def test_a_bad_code_is_refused_and_the_rest_is_kept(as_, admin, code):
    answer = as_(admin).post("/work/agencies/new/", typed(Agency(name="市新局", kind="municipal"), code=code))
    assert answer.status_code == 400
    assert 'value="市新局"' in answer.content.decode()
    assert not Agency.objects.filter(name="市新局").exists()


def test_the_code_never_changes(as_, admin, old):
    as_(admin).post("/work/agencies/oldj/edit/", typed(old, code="other"))
    old.refresh_from_db()
    assert old.code == "oldj"


def test_renaming_keeps_the_old_name_known(as_, office, old):
    assert as_(office).post("/work/agencies/oldj/edit/", typed(old, name="市更名局")).status_code == 302
    assert resolve("市更名局").agency == old
    assert resolve("市旧局").agency == old


def test_a_body_cannot_succeed_itself(as_, office, old):
    rows = {
        "successions-TOTAL_FORMS": 1,
        "successions-0-kind": "renamed",
        "successions-0-successor": old.pk,
    }
    assert as_(office).post("/work/agencies/oldj/edit/", typed(old, **rows)).status_code == 400
    assert not old.successions.exists()


@pytest.mark.parametrize(
    "row",
    [
        {"name": "市旧局一", "kind": "spelling"},
        {"name": "市旧局二", "kind": "spelling", "valid_from": "2022-01-02", "valid_until": "2022-01-01"},
        {"name": "", "kind": "spelling", "basis": "无名"},
        {"name": "长" * 61, "kind": "spelling"},
        {"name": "某", "kind": "spelling", "valid_from": "去年"},
    ],
)
def test_bad_rows_are_refused_and_kept(as_, office, old, row):
    AgencyName.objects.create(agency=old, name="市旧局一")
    rows = {"names-TOTAL_FORMS": 1, **{f"names-0-{key}": value for key, value in row.items()}}
    answer = as_(office).post("/work/agencies/oldj/edit/", typed(old, **rows))
    assert answer.status_code == 400
    assert "field-error" in answer.content.decode()
    assert old.names.count() == 1


def test_a_successor_acts_once_the_office_confirms(as_, office, admin, reporter, fgw, old):
    link = AgencySuccession.objects.create(predecessor=old, successor=fgw, kind="merged", inferred=True)
    url = f"/work/inferences/succession/{link.pk}/"
    assert old.pk not in reporter.agency_ids()
    assert as_(admin).post(url).status_code == 403
    assert as_(office).post(url).status_code == 302
    del reporter.__dict__["successions"]
    assert old.pk in reporter.agency_ids()
    assert as_(office).post(url).status_code == 403
    assert AuditEvent.objects.filter(verb="确认承接关系", actor_username="office").count() == 1


def test_confirming_needs_a_known_kind(as_, office):
    assert as_(office).post("/work/inferences/nonsense/1/").status_code == 404
    assert as_(office).post("/work/inferences/name/987654/").status_code == 404


def test_inferred_rows_are_marked_until_confirmed(as_, office, old):
    name = AgencyName.objects.create(agency=old, name="旧局", inferred=True, basis="由文中推断")
    client = as_(office)
    assert "由文中推断" in client.get("/work/agencies/?q=市旧局").content.decode()
    assert "市旧局" in client.get("/work/agencies/?unconfirmed=true&q=市旧局").content.decode()
    client.post(f"/work/inferences/name/{name.pk}/")
    assert "共" in client.get("/work/agencies/?unconfirmed=true&q=市旧局").content.decode()
    assert "没有符合条件的单位" in client.get("/work/agencies/?unconfirmed=true&q=市旧局").content.decode()


def test_group_members_are_edited(as_, office, old):
    group = AgencyGroup.objects.create(code="some", name="某些单位")
    fields = {"name": "某些单位", "spellings": "有的单位\n\n 某单位 ", "order": 1, "note": ""}
    rows = {**no_rows("members"), "members-TOTAL_FORMS": 1, "members-0-agency": old.pk}
    assert as_(office).post(f"/work/groups/{group.pk}/", {**fields, **rows}).status_code == 302
    group.refresh_from_db()
    assert group.spellings == ["有的单位", "某单位"]
    assert GroupMember.objects.get(group=group).agency == old


def test_the_export_shows_what_the_list_shows(as_, reporter, old):
    content = as_(reporter).get("/work/agencies/export.xlsx?q=oldj").content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["oldj"]


def test_lists_ask_a_constant_number_of_questions(office, fgw, old, django_assert_max_num_queries):
    for place in range(30):
        AgencyName.objects.create(agency=old, name=f"旧{place}")
        new = Agency.objects.create(code=f"n{place}", name=f"市新{place}局", kind="municipal")
        AgencySuccession.objects.create(predecessor=old, successor=new, kind="split")
    client = client_of(office)
    for address in ("/work/agencies/", "/work/groups/", "/work/trail/"):
        client.get(address)
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200
