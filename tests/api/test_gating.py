"""Who reads which text of a return, in every state: the matrix of design section 1, through HTTP."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from progress import workflow
from tests.cast import body, person
from tests.factories import BEFORE_DUE, State, make_period, make_report, make_task, walk

pytestmark = pytest.mark.django_db
FIRST, SECOND = "第一稿，建成3个。", "第二稿，建成4个。"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
EVERYBODY = ("reporter", "approver", "office", "lead", "supporter", "leader", "admin", "stranger", "nobody")
# Absent: does not know of it. None: knows the state only. Else what it reads.
MATRIX = {
    State.DRAFT: {"reporter": "live", "approver": "live", "office": None},
    State.AWAITING_APPROVAL: {"reporter": "live", "approver": "live", "office": None},
    State.UNDER_REVIEW: {"reporter": "live", "approver": "live", "office": "frozen", "lead": "frozen"},
    State.RETURNED: {"reporter": "live", "approver": "live", "office": "frozen", "lead": "frozen"},
    State.ACCEPTED: {
        "reporter": "live",
        "approver": "live",
        "office": "frozen",
        "lead": "frozen",
        "supporter": "frozen",
        "leader": "frozen",
    },
}


@pytest.fixture
def everybody(reporter, approver, office, leader, admin, stranger, nobody, kjj_reporter):
    return {
        "reporter": reporter,
        "approver": approver,
        "office": office,
        "leader": leader,
        "admin": admin,
        "stranger": stranger,
        "nobody": nobody,
        "lead": kjj_reporter,
        "supporter": person("sixian", "reporter", "sixian"),
    }


@pytest.fixture
def shared(everybody, fgw, kjj):
    """fgw's return on a task fgw and kjj lead and sixian supports."""
    task = make_task(7, leads=[fgw, kjj], supports=[body("sixian")])
    return make_report(task, fgw, make_period())


@pytest.mark.parametrize("state", MATRIX)
def test_who_reads_what(api, shared, everybody, people, state):
    walk(shared, state, **people, progress=FIRST, percent=20)
    for name in EVERYBODY:
        caller = api(everybody[name])
        answer = caller.get(f"reports/{shared.pk}/")
        listed = [row["id"] for row in caller.get("reports/", plan="2030-2032").json()["results"]]
        if name not in MATRIX[state]:
            assert (answer.status_code, listed) == (404, []), name
            assert caller.get(f"reports/{shared.pk}/versions/").status_code == 404
            assert caller.get(f"reports/{shared.pk}/attachments/").status_code == 404
            continue
        readable = MATRIX[state][name]
        said = answer.json()
        assert listed == [shared.pk]
        assert (said["status"], said["content"]) == (state, readable), name
        assert said["progress"] == (FIRST if readable else None), name
        assert (said["percent"] is None) == (readable is None)
        assert (FIRST in answer.content.decode()) == (readable is not None)


def test_what_left_stays_as_it_left_for_others(api, shared, everybody, people):
    report = walk(shared, State.RETURNED, **people, progress=FIRST, percent=20)
    api(everybody["reporter"]).patch(f"reports/{report.pk}/", {"progress": SECOND}, revision=report.revision)
    assert api(everybody["reporter"]).get(f"reports/{report.pk}/").json()["progress"] == SECOND
    for name in ("office", "lead"):
        said = api(everybody[name]).get(f"reports/{report.pk}/").json()
        assert said["progress"] == FIRST and said["return_reason"] is None


def test_what_was_taken_back_is_no_longer_read(api, shared, everybody, people):
    report = walk(shared, State.UNDER_REVIEW, **people, progress=FIRST, percent=20)
    workflow.withdraw(report, by=everybody["approver"], now=BEFORE_DUE, revision=report.revision)
    office = api(everybody["office"])
    assert office.get(f"reports/{report.pk}/").json()["progress"] is None
    assert office.get(f"reports/{report.pk}/versions/").json()["results"] == []
    assert api(everybody["lead"]).get(f"reports/{report.pk}/").status_code == 404


def test_supporters_and_leaders_read_the_accepted_version_alone(api, shared, everybody, people):
    report = walk(shared, State.RETURNED, **people, progress=FIRST, percent=20)
    place = f"reports/{report.pk}"
    theirs, signer, office = (api(everybody[each]) for each in ("reporter", "approver", "office"))
    theirs.patch(f"{place}/", {"progress": SECOND}, revision=report.revision)
    theirs.post(f"{place}/submit/", revision=report.revision + 1)
    signer.post(f"{place}/approve/", revision=report.revision + 2)
    office.post(f"{place}/accept/", revision=report.revision + 3)

    def numbers(name):
        return [row["number"] for row in api(everybody[name]).get(f"{place}/versions/").json()["results"]]

    assert {name: numbers(name) for name in ("reporter", "office", "lead", "supporter", "leader")} == {
        "reporter": [2, 1],
        "office": [2, 1],
        "lead": [2, 1],
        "supporter": [2],
        "leader": [2],
    }


def test_attachments_go_with_the_text(api, shared, everybody, people):
    place = f"reports/{shared.pk}/attachments/"
    theirs = api(everybody["reporter"])
    pdf = SimpleUploadedFile("佐证.pdf", PDF, "application/pdf")
    kept = theirs.upload(place, pdf, revision=1)
    assert kept.status_code == 201 and kept.headers["ETag"] == '"2"'
    assert kept.json()["name"] == "佐证.pdf" and kept.json()["size"] == len(PDF)
    listed = theirs.get(place)
    assert listed.json()["results"] == [kept.json()] and listed.headers["ETag"] == '"2"'
    assert api(everybody["office"]).get(place).json()["results"] == []
    shared.refresh_from_db()
    walk(shared, State.UNDER_REVIEW, **people, progress=FIRST, percent=20)
    assert api(everybody["office"]).get(place).json()["results"] == [kept.json()]


def test_uploads_are_refused_in_order(api, shared, everybody, settings):
    place = f"reports/{shared.pk}/attachments/"
    theirs = api(everybody["reporter"])

    def pdf():
        return SimpleUploadedFile("佐证.pdf", PDF, "application/pdf")

    assert api(everybody["stranger"]).upload(place, pdf()).status_code == 404
    assert api(everybody["approver"]).upload(place, pdf()).status_code == 403
    assert theirs.upload(place, pdf()).status_code == 428
    assert theirs.upload(place, pdf(), revision=9).status_code == 412
    type(shared).objects.filter(pk=shared.pk).update(state="awaiting_approval")
    assert theirs.upload(place, pdf(), revision=1).status_code == 409
    type(shared).objects.filter(pk=shared.pk).update(state="draft")
    lying = SimpleUploadedFile("佐证.pdf", b"MZ\x90\x00" * 10, "application/pdf")
    refused = theirs.upload(place, lying, revision=1)
    assert refused.status_code == 400 and refused.json()["code"] == "refused"
    empty = theirs.upload(place, SimpleUploadedFile("空.pdf", b""), revision=1)
    assert empty.status_code == 400 and "空文件" in empty.json()["reason"]
    nothing = theirs.client.post(f"/api/v1/{place}", {}, headers={"If-Match": '"1"'})
    assert nothing.status_code == 400 and nothing.json()["fields"]["file"]
    large = SimpleUploadedFile("大.pdf", PDF + b"0" * (22 * 1024 * 1024))
    assert theirs.upload(place, large, revision=1).status_code == 400
    broken = theirs.client.post(
        f"/api/v1/{place}", b"--x\r\n", content_type="multipart/form-data", headers={"If-Match": '"1"'}
    )
    assert broken.status_code == 400
