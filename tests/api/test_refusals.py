"""Every refusal in one form, in the order 404, 403, 428/412, 409, 400; and nothing changes."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from progress import workflow
from progress.api.reports import VERBS
from progress.models import ProgressReport
from tests.factories import BEFORE_DUE, State, make_period, make_report, make_task, walk

pytestmark = pytest.mark.django_db
BROKEN = '{"progress": '


def refused(answer, status, code, *fields):
    """Asserts a refusal in the one form and returns it."""
    said = answer.json()
    assert (answer.status_code, said["code"]) == (status, code)
    assert said["reason"].strip() and any("\u4e00" <= sign <= "\u9fff" for sign in said["reason"])
    assert set(said) <= {"code", "reason", "fields", "yours", "current"}
    assert set(said.get("fields", {})) == set(fields)
    assert answer.headers["Cache-Control"] == "no-store"
    return said


# --- the order ---------------------------------------------------------------------------------


def test_edit_is_refused_in_order(api, report, reporter, approver, stranger, people):
    place = f"reports/{report.pk}/"
    walk(report, State.AWAITING_APPROVAL, **people, percent=20)
    refused(api(stranger).patch(place, BROKEN), 404, "not_found")
    refused(api(approver).patch(place, BROKEN), 403, "denied")
    refused(api(reporter).patch(place, BROKEN), 428, "revision_required")
    refused(api(reporter).patch(place, BROKEN, revision=1), 412, "stale")
    refused(api(reporter).patch(place, BROKEN, revision=3), 409, "wrong_state")
    api(reporter).post(f"{place}withdraw/", revision=3)
    refused(api(reporter).patch(place, BROKEN, revision=4), 400, "invalid")


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_is_refused_in_order(api, report, stranger, leader, people, verb):
    """At each verb's source state: who may not know 404, who may not 403, then 428, 412; elsewhere 409."""
    name = verb.replace("-", "_")
    arrow = next(each for each in workflow.TRANSITIONS if each.verb == name and not each.unsigned)
    who = {"填报人": "reporter", "审核人": "approver", "办公室": "office", "审核方": "office"}[arrow.who]
    other = {"reporter": "approver", "approver": "reporter", "office": "reporter"}[who]
    report = walk(report, arrow.source, **people, percent=20)
    place = f"reports/{report.pk}/{verb}/"
    refused(api(stranger).post(place, BROKEN), 404, "not_found")
    refused(api(people[other]).post(place, BROKEN), 403, "denied")
    refused(api(people[who]).post(place, BROKEN), 428, "revision_required")
    refused(api(people[who]).post(place, BROKEN, revision=report.revision + 1), 412, "stale")
    elsewhere = State.ACCEPTED if arrow.source != State.ACCEPTED else State.RETURNED
    ProgressReport.objects.filter(pk=report.pk).update(state=elsewhere, left_at=BEFORE_DUE)
    # Who may take back, or send back, depends on where the report is: there it is 403 before 409.
    expected = {("withdraw", State.ACCEPTED): 409, ("send-back", State.ACCEPTED): 403}
    status = expected.get((verb, elsewhere), 409)
    answer = api(people[who]).post(place, BROKEN, revision=report.revision)
    refused(answer, status, "denied" if status == 403 else "wrong_state")


@pytest.mark.parametrize("verb", ["send-back", "reopen"])
def test_a_reason_is_asked_last(api, report, people, office, verb):
    report = walk(report, State.UNDER_REVIEW if verb == "send-back" else State.ACCEPTED, **people, percent=20)
    place = f"reports/{report.pk}/{verb}/"
    refused(api(office).post(place, {}, revision=report.revision), 400, "invalid", "reason")
    refused(api(office).post(place, {"reason": "  "}, revision=report.revision), 400, "invalid", "reason")
    refused(api(office).post(place, BROKEN, revision=report.revision), 400, "invalid")
    refused(
        api(office).post(place, {"reason": "长" * 5001}, revision=report.revision), 400, "invalid", "reason"
    )


def test_submitting_what_is_incomplete_names_the_fields(api, report, reporter):
    answer = api(reporter).post(f"reports/{report.pk}/submit/", revision=1)
    refused(answer, 400, "incomplete", "progress", "percent")


def test_who_submitted_cannot_approve(api, report, people, reporter, fgw):
    reporter.posts.create(role="approver", agency=fgw)
    reporter.__dict__.pop("posts_today", None)
    walk(report, State.AWAITING_APPROVAL, **people, percent=20)
    said = refused(api(reporter).post(f"reports/{report.pk}/approve/", revision=3), 403, "denied")
    assert "提交人不能审签" in said["reason"]


def test_a_locked_period_is_refused_with_the_pages_reason(api, report, reporter, office):
    type(report.period).objects.filter(pk=report.period_id).update(locked_at=BEFORE_DUE, locked_by=office)
    said = refused(
        api(reporter).patch(f"reports/{report.pk}/", {"progress": "晚"}, revision=1), 403, "denied"
    )
    assert "已锁定" in said["reason"]


# --- staleness ---------------------------------------------------------------------------------


def test_the_loser_of_a_race_gets_both_texts(api, report, reporter):
    place = f"reports/{report.pk}/"
    api(reporter).patch(place, {"progress": "先到的文字"}, revision=1)
    said = refused(api(reporter).patch(place, {"progress": "后到的文字"}, revision=1), 412, "stale")
    assert said["yours"] == {"progress": "后到的文字"}
    assert said["current"]["progress"] == "先到的文字" and said["current"]["revision"] == 2


def test_a_race_inside_the_verb_is_told_the_same_way(api, report, reporter, monkeypatch):
    """Somebody saves between our reading the report and our writing it."""
    save = workflow.submit

    def overtaken(report, **kwargs):
        ProgressReport.objects.filter(pk=report.pk).update(revision=2)
        return save(report, **kwargs)

    ProgressReport.objects.get(pk=report.pk)
    report.task_return.progress, report.task_return.percent = "完成3项。", 20
    report.task_return.save()
    monkeypatch.setattr(workflow, "submit", overtaken)
    said = refused(api(reporter).post(f"reports/{report.pk}/submit/", revision=1), 412, "stale")
    assert said["current"]["revision"] == 2 and said["current"]["status"] == "draft"


@pytest.mark.parametrize(
    ("given", "status"), [('"1"', 200), ("1", 200), ('W/"1"', 200), ('"x"', 412), ("*", 412), (" ", 428)]
)
def test_forms_of_if_match(report, reporter, given, status):
    client = Client(headers={"If-Match": given})
    client.force_login(reporter)
    answer = client.patch(
        f"/api/v1/reports/{report.pk}/", '{"progress": "新"}', content_type="application/json"
    )
    assert answer.status_code == status


def test_saving_what_is_there_changes_nothing(api, report, reporter):
    api(reporter).patch(f"reports/{report.pk}/", {"progress": "一"}, revision=1)
    again = api(reporter).patch(f"reports/{report.pk}/", {"progress": "一"}, revision=2)
    assert again.status_code == 200 and again.headers["ETag"] == '"2"'


# --- the shape of input ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"percent": -1}, ["percent"]),
        ({"percent": 101}, ["percent"]),
        ({"percent": 33.333}, ["percent"]),
        ({"percent": True}, ["percent"]),
        ({"percent": "很多"}, ["percent"]),
        ({"nature": "maybe"}, ["nature"]),
        ({"nature": None}, ["nature"]),
        ({"progress": ["一"]}, ["progress"]),
        ({"progress": "长" * 10_000}, ["progress"]),
        ({"progress": "有\x00字符"}, ["progress"]),
        ({"phone": "1" * 41}, ["phone"]),
        ({"status": "accepted"}, ["status"]),
        ({"没有": 1, "revision": 2}, ["没有", "revision"]),
        ({"nodes": {"node": 1}}, ["nodes"]),
        ({"nodes": [{"node": 1}]}, ["nodes"]),
        ({"target_values": [{"target": 999_999}]}, ["targets"]),
        ({"target_values": [{"target": 10**30, "value": 1}]}, ["targets"]),
        ({"target_values": [{"target": 1, "value": "许多"}]}, ["target_values.0.value"]),
        ({"target_values": [{"target": 1, "value": 1}, {"target": 1}]}, ["target_values"]),
        ({"project_updates": [{"project": 1, "stage": "gone"}]}, ["project_updates.0.stage"]),
        ([1, 2], []),
        ("文字", []),
        (None, []),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(api, report, reporter, sent, fields):
    answer = api(reporter).patch(f"reports/{report.pk}/", json.dumps(sent), revision=1)
    refused(answer, 400, "invalid", *fields)
    assert api(reporter).get(f"reports/{report.pk}/").json()["revision"] == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'{"progress": NaN}', b'"\\ud800"', b'{"progress": "\\udfff"}']
    + [b"[" * 100_000, b'{"a":' * 30 + b"1" + b"}" * 30, b'{"percent": 1' + b"0" * 5000 + b"}"],
)
def test_any_body_gets_an_answer(api, report, reporter, body):
    answer = api(reporter).patch(f"reports/{report.pk}/", body, revision=1)
    assert answer.status_code in (200, 400) and answer.headers["Content-Type"] == "application/json"


def test_too_much_is_refused(api, report, reporter, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = api(reporter).patch(f"reports/{report.pk}/", {"progress": "长" * 2000}, revision=1)
    refused(answer, 413, "too_large")


def test_other_content_types_are_refused(report, reporter, api):
    answer = api(reporter).client.patch(
        f"/api/v1/reports/{report.pk}/", "a=1", content_type="text/plain", headers={"If-Match": '"1"'}
    )
    refused(answer, 415, "unsupported_media_type")


# --- the frame ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["plans/", "reports/", "reports/1/", "schema/", "nothing/", ""])
def test_without_signing_in_everything_is_401(api, address):
    answer = api().get(address)
    assert answer.headers["WWW-Authenticate"] == "Token"
    refused(answer, 401, "not_authenticated")


def test_what_one_may_not_know_looks_like_what_is_not_there(api, report, stranger):
    hidden, missing = api(stranger).get(f"reports/{report.pk}/"), api(stranger).get("reports/999999999/")
    assert hidden.status_code == 404 and hidden.content == missing.content
    refused(hidden, 404, "not_found")


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("put", "reports/{id}/"),
        ("delete", "reports/{id}/"),
        ("post", "reports/{id}/"),
        ("post", "reports/"),
        ("get", "reports/{id}/submit/"),
        ("delete", "reports/{id}/attachments/"),
        ("post", "plans/"),
        ("options", "plans/"),
        ("get", "auth/token/"),
    ],
)
def test_other_methods_are_405(api, report, reporter, method, address):
    client = api(reporter).client
    answer = getattr(client, method)(f"/api/v1/{address.format(id=report.pk)}")
    refused(answer, 405, "method_not_allowed")


@pytest.mark.parametrize("address", ["nothing/", "reports/x/", "plans", "reports/1/enter/", ""])
def test_unknown_addresses_are_404(api, reporter, address):
    refused(api(reporter).get(address), 404, "not_found")
    refused(api(reporter).post(address), 404, "not_found")


def test_a_session_needs_its_csrf_token(report, reporter):
    client = Client(enforce_csrf_checks=True)
    client.force_login(reporter)
    place = f"/api/v1/reports/{report.pk}/"
    kwargs = {"content_type": "application/json", "headers": {"If-Match": '"1"'}}
    refused(client.patch(place, '{"progress": "伪造"}', **kwargs), 403, "csrf")
    refused(client.post(f"{place}submit/", **kwargs), 403, "csrf")
    refused(client.post(f"{place}attachments/", {"file": SimpleUploadedFile("a.pdf", b"1")}), 403, "csrf")


def test_parameters_are_refused_by_field(api, office):
    refused(api(office).get("targets/"), 400, "invalid", "plan")
    refused(api(office).get("tasks/", plan="1999-2001"), 400, "invalid", "plan")
    refused(api(office).get("tasks/", plan="2030\x00"), 400, "invalid", "plan")
    refused(api(office).get("tasks/", agency="nobody"), 400, "invalid", "agency")
    refused(api(office).get("reports/", status="lost"), 400, "invalid", "status")
    refused(api(office).get("reports/", period="第三季度"), 400, "invalid", "period")
    refused(api(office).get("verdicts/"), 400, "invalid", "plan", "period")
    refused(api(office).get("figures/overview/", plan="1999-2001", period="2026Q3"), 400, "invalid", "plan")
    refused(api(office).get("problems/", plan="2024-2026", period="2020Q1"), 400, "invalid", "period")
    refused(api(office).get("tasks/", lamp="red"), 400, "invalid", "period")
    refused(api(office).get("tasks/", lamp="red", period="1990Q1"), 400, "invalid", "period")
    refused(api(office).get("plans/", page=99), 404, "not_found")


def test_another_bodys_task_rows_are_refused(api, report, reporter, kjj):
    other = make_task(2, leads=[kjj])
    make_report(other, kjj, make_period())
    project = other.projects.create(plan=other.plan, name="别家项目", planned_stage="开工", quote="别家项目")
    sent = {"project_updates": [{"project": project.pk, "stage": "built"}]}
    refused(api(reporter).patch(f"reports/{report.pk}/", sent, revision=1), 400, "invalid", "projects")
