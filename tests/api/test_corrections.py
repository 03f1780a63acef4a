"""更正 through the API: asked with a basis, decided by the office, refused in the usual order."""

import pytest

from progress.models import Correction, ProgressReport
from tests.factories import walk

pytestmark = pytest.mark.django_db
ASKED = {"kind": "slip", "basis": "录入时多写一个零", "changes": {"percent": 2}}


@pytest.fixture
def accepted(report, reporter, approver, office):
    people = {"reporter": reporter, "approver": approver, "office": office}
    return walk(report, ProgressReport.State.ACCEPTED, percent=20, **people)


def test_from_the_request_to_the_second_version(accepted, api, reporter, office):
    url, now = f"reports/{accepted.pk}/corrections/", accepted.revision
    answer = api(reporter).post(url, ASKED, revision=now)
    asked = answer.json()
    assert (answer.status_code, answer["ETag"]) == (201, f'"{now}"')
    assert (asked["state"], asked["changes"], asked["before"]) == ("waiting", {"percent": 2}, {"percent": 20})
    assert asked["shown"] == [{"label": "年度目标完成率（%）", "before": "20%", "after": "2%"}]
    assert [row["id"] for row in api(office).get("corrections/", state="waiting").json()["results"]] == [
        asked["id"]
    ]
    assert [row["id"] for row in api(office).get(url).json()["results"]] == [asked["id"]]
    granted = api(office).post(f"corrections/{asked['id']}/grant/", {"decision": "已核对"}, revision=now)
    assert (granted.status_code, granted["ETag"]) == (200, f'"{now + 1}"')
    said = granted.json()
    assert (said["state"], said["new_version"], said["issued"]) == ("granted", 2, [])
    read = api(reporter).get(f"reports/{accepted.pk}/").json()
    assert (read["status"], read["percent"], read["version_number"]) == ("accepted", 2, 2)


def test_refusals_come_in_their_order(accepted, api, reporter, office, stranger, leader):
    url, now = f"reports/{accepted.pk}/corrections/", accepted.revision

    def codes(user, address, data=None, revision=None):
        answer = api(user).post(address, data, revision=revision)
        return answer.status_code, answer.json().get("code")

    assert codes(stranger, url)[0] == 404
    assert codes(office, url) == (403, "denied")
    assert codes(reporter, url)[0] == 428
    assert codes(reporter, url, {}, 1)[0] == 412
    assert codes(reporter, url, {}, now)[0] == 400
    for wrong in ({"basis": ""}, {"kind": "whim"}, {"changes": {"mood": 1}}, {"changes": {"percent": 20}}):
        assert codes(reporter, url, ASKED | wrong, now)[0] == 400, wrong
    assert codes(reporter, url, ASKED, now)[0] == 201
    assert codes(reporter, url, {}, now) == (409, "wrong_state")
    one = f"corrections/{Correction.objects.get().pk}/"
    assert api(leader).get(one).status_code == codes(stranger, f"{one}grant/")[0] == 404
    assert codes(reporter, f"{one}grant/") == (403, "denied")
    assert codes(office, f"{one}refuse/")[0] == 428
    assert codes(office, f"{one}refuse/", {}, 1)[0] == 412
    assert codes(office, f"{one}refuse/", {}, now)[0] == 400
    assert codes(office, f"{one}withdraw/", {}, now) == (403, "denied")
    assert codes(reporter, f"{one}withdraw/", {}, now)[0] == 200
    assert codes(office, f"{one}grant/", {}, now) == (409, "wrong_state")
