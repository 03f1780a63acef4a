"""A whole quarter through HTTP with tokens: signed in, logged, signed off, accepted, seen."""

import pytest

from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_token(api):
    """`by_token(person)`: an Api that signs in by name and password and sends the token it was given."""

    def signed_in(person):
        answer = api().post("auth/token/", {"username": person.username, "password": PASSWORD})
        assert answer.status_code == 201
        return api(authorization=f"Token {answer.json()['token']}")

    return signed_in


def test_a_quarter_by_api(by_token, report, reporter, approver, office, leader):
    theirs, signer, reviewer, reader = (by_token(each) for each in (reporter, approver, office, leader))

    (row,) = theirs.get("reports/", plan="2030-2032", period="2030Q1", agency="fgw").json()["results"]
    assert (row["status"], row["measure"], row["version_number"]) == ("draft", "percent", None)
    read = theirs.get(f"reports/{row['id']}/")
    assert read.headers["ETag"] == '"1"'

    typed = {"progress": "1—3月建成平台3个。", "percent": 26.5, "next_steps": "继续推进。"}
    saved = theirs.patch(f"reports/{report.pk}/", typed, revision=1)
    assert saved.status_code == 200 and saved.headers["ETag"] == '"2"'
    assert saved.json()["percent"] == 26.5 and saved.json()["progress"] == typed["progress"]

    submitted = theirs.post(f"reports/{report.pk}/submit/", revision=2)
    assert submitted.json()["status"] == "awaiting_approval"
    approved = signer.post(f"reports/{report.pk}/approve/", revision=3)
    assert approved.json()["status"] == "under_review" and approved.json()["version_number"] == 1
    accepted = reviewer.post(f"reports/{report.pk}/accept/", revision=4)
    assert accepted.json()["status"] == "accepted" and accepted.headers["ETag"] == '"5"'

    seen = reader.get(f"reports/{report.pk}/").json()
    assert seen["content"] == "frozen" and seen["progress"] == typed["progress"]
    (verdict,) = reviewer.get("verdicts/", plan="2030-2032", period="2030Q1").json()["results"]
    assert verdict["lamp"] == "green" and verdict["percent"] == 26.5 and not verdict["confirmed"]
    overview = reader.get("figures/overview/", plan="2030-2032", period="2030Q1").json()
    assert overview["filing"]["accepted"] == 1 and overview["filing"]["owed"] == 1


def test_sent_back_resubmitted_and_opened_again(api, report, people, approver, office):
    theirs, signer, reviewer = (api(people[each]) for each in ("reporter", "approver", "office"))
    place = f"reports/{report.pk}"
    theirs.patch(f"{place}/", {"progress": "完成3项。", "percent": 30}, revision=1)
    theirs.post(f"{place}/submit/", revision=2)
    taken_back = theirs.post(f"{place}/withdraw/", revision=3)
    assert taken_back.json()["status"] == "draft"
    theirs.post(f"{place}/submit/", revision=4)
    signer.post(f"{place}/approve/", revision=5)
    returned = reviewer.post(f"{place}/send-back/", {"reason": "数据与佐证不一致"}, revision=6)
    assert returned.json()["status"] == "returned"
    assert theirs.get(f"{place}/").json()["return_reason"] == "数据与佐证不一致"
    theirs.post(f"{place}/submit/", revision=7)
    signer.post(f"{place}/approve/", revision=8)
    reviewer.post(f"{place}/accept/", revision=9)
    opened = reviewer.post(f"{place}/reopen/", {"reason": "口径有误"}, revision=10)
    assert opened.status_code == 200 and opened.json()["status"] == "returned"
    assert [row["number"] for row in theirs.get(f"{place}/versions/").json()["results"]] == [2, 1]


def test_rows_are_replaced_as_whole_lists(api, report, reporter, task):
    target = task.plan.targets.create(
        task=task, indicator="平台", operator=">=", value_text="10", unit="个", quote="建成10个平台"
    )
    project = task.projects.create(plan=task.plan, name="某园区", planned_stage="开工建设", quote="某园区")
    changes = {
        "target_values": [{"target": target.pk, "value": 3.25, "certainty": "verified"}],
        "project_updates": [{"project": project.pk, "stage": "building", "note": "主体封顶"}],
    }
    saved = api(reporter).patch(f"reports/{report.pk}/", changes, revision=1).json()
    assert saved["target_values"] == [
        {
            "target": target.pk,
            "indicator": "平台",
            "unit": "个",
            "certainty": "verified",
            "value": 3.25,
            "value_text": "",
            "note": "",
        }
    ]
    assert saved["project_updates"][0]["stage"] == "building"
    emptied = api(reporter).patch(f"reports/{report.pk}/", {"target_values": []}, revision=2).json()
    assert emptied["target_values"] == [] and emptied["project_updates"] == saved["project_updates"]


def test_nodes_are_told_by_their_ids(api, report, reporter, task):
    task.annual_goals.update(measure="nodes")
    node = task.annual_goals.get().nodes.create(order=1, title="印发方案", due_on="2030-03-31")
    told = {"nodes": [{"node": node.pk, "done": True, "done_on": "2030-03-20"}]}
    saved = api(reporter).patch(f"reports/{report.pk}/", told, revision=1).json()
    assert saved["measure"] == "nodes"
    assert saved["nodes"][0] == {
        "node": node.pk,
        "title": "印发方案",
        "due_on": "2030-03-31",
        "done": True,
        "done_on": "2030-03-20",
        "note": "",
    }
