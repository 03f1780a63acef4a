"""会议与检查: recorded by the office, read by who was there, and what was agreed is followed up."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agencies.permissions import Denied
from progress.workflow import Stale, WrongState
from supervision import meetings
from supervision.models import Meeting, MeetingAction, SupervisionOrder
from tests import factories
from tests.cast import body

pytestmark = pytest.mark.django_db
PLAN = "2030-2032"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
NOW = factories.OPENS


@pytest.fixture
def task(db):
    factories.make_period()
    return factories.make_task(leads=[body("fgw")], supports=[body("kjj")])


@pytest.fixture
def held(task, office):
    said = {"kind": "inspection", "title": "平台建设督促检查", "held_on": date(2030, 3, 1)}
    return meetings.record_meeting(
        task.plan, said | {"agencies": [body("kjj")], "tasks": [task]}, by=office, now=NOW
    )


def agreed(held, office, **said):
    said = {"text": "四月底前建成第一个平台", "agency": body("fgw"), "due_on": date(2030, 4, 30)} | said
    return meetings.add_action(held, said, by=office, now=NOW)


def address(name, *args):
    return reverse(f"supervision:{name}", args=[PLAN, *args])


def test_the_office_records_a_meeting_and_the_unit_is_told_what_it_must_do(task, office, reporter, as_, news):
    """The story: met, agreed, told, done."""
    at = as_(office)
    typed = {
        "kind": "coordination",
        "title": "第一季度调度会",
        "held_on": "2030-03-20",
        "place": "市政府第一会议室",
        "chair": "郑市长",
        "agencies": ["fgw", "kjj"],
        "tasks": ["1"],
        "minutes": "会议听取了进展。",
    }
    made = at.post(address("meeting_new"), typed)
    held = Meeting.objects.get()
    assert made["Location"] == held.get_absolute_url()
    assert set(held.agencies.values_list("code", flat=True)) == {"fgw", "kjj"}

    action = {"text": "四月底前建成平台", "agency": "fgw", "task": "1", "due_on": "2030-04-30"}
    at.post(address("meeting_action_new", held.pk), action)
    told = news[-1]
    assert told.people == {reporter.pk}
    assert "第一季度调度会" in told.title and "4月30日前完成" in told.title
    page = as_(reporter).get(told.url).content.decode()
    assert "四月底前建成平台" in page and "会议听取了进展。" in page and "登记一项议定事项" not in page

    one = held.actions.get()
    finished = {"verb": "finish", "outcome": "平台已建成", "revision": one.revision}
    at.post(address("meeting_action", held.pk, one.pk), finished)
    assert "平台已建成" in as_(reporter).get(told.url).content.decode()


def test_only_the_office_writes(held, office, reporter, leader, admin):
    action = agreed(held, office)
    for who in (reporter, leader, admin):
        for act in (
            lambda by: meetings.record_meeting(held.plan, {}, by=by, now=NOW),
            lambda by: meetings.change_meeting(held, {}, by=by, now=NOW, revision=1),
            lambda by: meetings.add_action(held, {}, by=by, now=NOW),
            lambda by: meetings.change_action(action, {}, by=by, now=NOW, revision=1),
            lambda by: meetings.finish_action(action, "好", by=by, now=NOW, revision=1),
            lambda by: meetings.remove_action(action, by=by, now=NOW, revision=1),
        ):
            with pytest.raises(Denied):
                act(who)


def test_read_by_who_was_there_or_is_charged(held, office, leader, kjj_reporter, reporter, stranger, as_):
    url = held.get_absolute_url()
    assert as_(kjj_reporter).get(url).status_code == 200
    assert as_(leader).get(url).status_code == 200
    assert as_(reporter).get(url).status_code == 404
    agreed(held, office)
    assert as_(reporter).get(url).status_code == 200
    assert as_(stranger).get(url).status_code == 404
    assert "平台建设督促检查" not in as_(stranger).get(address("meetings")).content.decode()


def test_a_sensitive_task_shuts_the_meeting_to_who_may_not_know_of_it(
    held, office, leader, stranger, admin, as_, news
):
    held.agencies.add(body("tyjrj"))
    secret = factories.make_task(2, leads=[body("fgw")], is_sensitive=True)
    assert as_(stranger).get(held.get_absolute_url()).status_code == 200
    agreed(held, office, task=secret, agency=body("tyjrj"))
    assert list(held.tasks.order_by("number")) == [held.tasks.get(number=1), secret]
    assert not [each for each in news if stranger.pk in each.people]
    for who in (stranger, leader):
        assert as_(who).get(held.get_absolute_url()).status_code == 404
    assert "平台建设督促检查" not in as_(admin).get(reverse("agencies:trail")).content.decode()
    meetings.change_meeting(
        held,
        {"title": "改", "held_on": held.held_on, "tasks": []},
        by=office,
        now=NOW,
        revision=held.revision,
    )
    assert list(held.tasks.all()) == [secret]


def test_the_second_of_two_sees_both_texts(held, office, as_):
    at = as_(office)
    page = address("meeting_edit", held.pk)
    typed = {"kind": "inspection", "title": "甲写的", "held_on": "2030-03-01", "revision": 1}
    assert at.post(page, typed).status_code == 302
    second = at.post(page, typed | {"title": "乙写的", "minutes": "乙的情况"})
    shown = second.content.decode()
    assert second.status_code == 412
    assert "甲写的" in shown and "乙写的" in shown and "乙的情况" in shown
    assert Meeting.objects.get().title == "甲写的"
    assert at.post(page, typed | {"title": "乙写的", "revision": 2}).status_code == 302
    assert Meeting.objects.get().title == "乙写的"


def test_the_second_of_two_at_an_action_sees_both_texts(held, office, as_):
    action = agreed(held, office)
    page = address("meeting_action", held.pk, action.pk)
    typed = {"verb": "save", "text": "甲写的", "agency": "kjj", "revision": 1}
    assert as_(office).post(page, typed).status_code == 302
    second = as_(office).post(page, typed | {"text": "乙写的", "agency": "fgw"})
    assert second.status_code == 412
    assert "市科技局" in second.content.decode() and "乙写的" in second.content.decode()
    finish = as_(office).post(page, {"verb": "finish", "outcome": "好了", "revision": 1})
    assert finish.status_code == 412 and "好了" in finish.content.decode()
    assert MeetingAction.objects.get().text == "甲写的"
    with pytest.raises(Stale):
        meetings.remove_action(action, by=office, now=NOW, revision=1)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": "", "held_on": "2030-03-01"}, "请写明会议或检查的名称。"),
        ({"title": "会", "held_on": ""}, "请填写日期。"),
        ({"title": "会", "held_on": "明天"}, "请写成 2026-09-30 的样子"),
        ({"title": "会" * 121, "held_on": "2030-03-01"}, "超过 120 字"),
        ({"title": "会", "held_on": "2030-03-01", "kind": "party"}, "没有这种类别"),
        ({"title": "会", "held_on": "2030-03-01", "agencies": ["gone"]}, "已不在列表里"),
        ({"title": "会", "held_on": "2030-03-01", "tasks": ["99"]}, "已不在列表里"),
    ],
)
def test_bad_input_is_told_and_kept(task, office, as_, typed, said):
    answer = as_(office).post(address("meeting_new"), {"kind": "inspection", "place": "某地"} | typed)
    assert answer.status_code == 400
    assert said in answer.content.decode() and "某地" in answer.content.decode()
    assert not Meeting.objects.exists()


def test_an_action_without_words_is_told_and_what_was_typed_is_kept(held, office, as_):
    answer = as_(office).post(
        address("meeting_action_new", held.pk), {"agency": "fgw", "due_on": "2030-05-01"}
    )
    assert answer.status_code == 400
    assert "请写明议定的事项。" in answer.content.decode() and "2030-05-01" in answer.content.decode()
    assert not held.actions.exists()


def test_an_action_is_told_again_when_it_changes_and_only_to_its_body(
    held, office, reporter, kjj_reporter, news
):
    action = agreed(held, office)
    meetings.change_action(
        action, {"text": "改由科技局办理", "agency": body("kjj")}, by=office, now=NOW, revision=1
    )
    assert [each.people for each in news] == [{reporter.pk}, {kjj_reporter.pk}]
    assert len({each.key for each in news}) == 2
    agreed(held, office, agency=None)
    assert len(news) == 2


def test_what_became_of_an_action_is_read_from_its_orders(held, office, kjj_reporter):
    action = agreed(held, office, due_on=date(2030, 3, 15))
    later = NOW + timedelta(days=30)

    def code(who=office):
        return meetings.actions_of(held, who, later)[0].code

    assert code() == "overdue"
    said = {"plan": held.plan, "title": "建平台", "agency": body("fgw"), "action": action}
    order = SupervisionOrder.objects.create(**said, drafted_at=NOW, drafted_by=office)
    assert code() == "ordered"
    # A draft is the office's: to others nothing has been made of it yet.
    assert code(kjj_reporter) == "overdue"
    for act in (
        lambda: meetings.finish_action(action, "好", by=office, now=NOW, revision=1),
        lambda: meetings.remove_action(action, by=office, now=NOW, revision=1),
    ):
        with pytest.raises(WrongState):
            act()
    action.refresh_from_db()
    assert (action.done_at, action.revision) == (None, 1)
    SupervisionOrder.objects.filter(pk=order.pk).update(state="cancelled")
    assert code() == "overdue"
    SupervisionOrder.objects.filter(pk=order.pk).update(state="closed")
    assert code() == "done"
    counted = meetings.with_counts(Meeting.objects.all(), later).get()
    assert (counted.action_count, counted.done_count, counted.overdue_count or 0) == (1, 1, 0)


def test_several_actions_become_drafts_of_orders_at_once(held, office, as_, kjj_reporter):
    first, second = agreed(held, office), agreed(held, office, text="再建一个", agency=body("kjj"))
    nobodys = agreed(held, office, agency=None)
    at, page = as_(office), address("meeting_orders", held.pk)
    refused = at.post(page, {"action": [first.pk, nobodys.pk]})
    assert refused.status_code == 400
    assert "第 3 项还没有责任单位" in refused.content.decode()
    assert at.post(page, {}).status_code == 400
    assert not SupervisionOrder.objects.exists()
    assert at.post(page, {"action": [first.pk, second.pk]}).status_code == 302
    made = SupervisionOrder.objects.get(action=second)
    assert (made.state, made.source, made.agency) == ("draft", "meeting", body("kjj"))
    assert "《平台建设督促检查》议定事项第2项" in made.basis
    assert at.post(page, {"action": [first.pk]}).status_code == 400
    assert SupervisionOrder.objects.count() == 2
    shown = at.get(held.get_absolute_url()).content.decode()
    assert "督办中" in shown and made.get_absolute_url() in shown
    theirs = as_(kjj_reporter).get(held.get_absolute_url()).content.decode()
    assert made.get_absolute_url() not in theirs


def test_what_is_done_can_be_taken_back(held, office):
    action = agreed(held, office)
    with pytest.raises(ValidationError):
        meetings.finish_action(action, " ", by=office, now=NOW, revision=1)
    meetings.finish_action(action, "建成", by=office, now=NOW, revision=1)
    action.refresh_from_db()
    with pytest.raises(WrongState):
        meetings.change_action(action, {"text": "改"}, by=office, now=NOW, revision=2)
    meetings.reopen_action(action, by=office, now=NOW, revision=2)
    action.refresh_from_db()
    assert (action.done_at, action.outcome) == (None, "")
    meetings.remove_action(action, by=office, now=NOW, revision=3)
    assert not held.actions.exists()


def test_numbers_run_on_when_one_is_struck_out(held, office):
    first, second = agreed(held, office), agreed(held, office)
    meetings.remove_action(first, by=office, now=NOW, revision=1)
    assert (second.order, agreed(held, office).order) == (2, 3)


def test_the_list_filters_and_goes_to_excel(held, office, as_, task):
    said = {"kind": "coordination", "title": "调度会", "held_on": date(2031, 1, 5)}
    other = meetings.record_meeting(task.plan, said, by=office, now=NOW)
    agreed(held, office, text="=建成平台", task=task)
    at, page = as_(office), address("meetings")
    for query, shown, hidden in (
        ("kind=coordination", other, held),
        ("year=2030", held, other),
        ("agency=kjj", held, other),
        ("agency=fgw", held, other),
        ("task=1", held, other),
        ("q=建成", held, other),
    ):
        found = at.get(f"{page}?{query}").content.decode()
        assert shown.title in found and hidden.title not in found, query
    assert at.get(f"{page}?task=x&year=1999").status_code == 200
    book = at.get(address("meetings_export") + "?kind=inspection").content
    listed = list(openpyxl.load_workbook(BytesIO(book)).active.values)
    assert [row[2] for row in listed[1:]] == ["平台建设督促检查"]
    assert "=建成平台" in listed[1] and "市发展改革委" in listed[1]


def test_files_are_put_with_a_meeting_and_read_by_its_readers(held, office, kjj_reporter, stranger, as_):
    at, page = as_(office), address("meeting_files", held.pk)
    for bad, said in ((b"MZ\x90", "照片.exe"), (b"", "空.pdf")):
        refused = at.post(page, {"verb": "attach", "files": SimpleUploadedFile(said, bad)})
        assert refused.status_code == 400 and "field-error" in refused.content.decode()
    files = [SimpleUploadedFile("纪要.pdf", PDF), SimpleUploadedFile("签到.pdf", PDF + b"%")]
    assert at.post(page, {"verb": "attach", "files": files}).status_code == 302
    kept = held.files.get(name="纪要.pdf")
    assert held.files.count() == 2
    url = reverse("supervision:file", args=[kept.pk])
    answer = as_(kjj_reporter).get(url)
    assert answer.getvalue() == PDF
    assert as_(stranger).get(url).status_code == 404
    assert as_(kjj_reporter).post(page, {"verb": f"remove-{kept.pk}"}).status_code == 403
    at.post(page, {"verb": f"remove-{kept.pk}"})
    assert as_(kjj_reporter).get(url).status_code == 404


def test_nothing_yet_says_what_to_do(task, office, reporter, as_):
    assert "登记会议或检查" in as_(office).get(address("meetings")).content.decode()
    assert "还没有会议或检查" in as_(reporter).get(address("meetings")).content.decode()
