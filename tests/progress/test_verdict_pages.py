"""亮灯审定 in the browser: the office's list and page, the lead's reply, what others find there."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from progress import proposals, verdicts
from progress.models import TaskVerdict, VerdictProposal, VerdictReply
from tests import factories
from tests.factories import AFTER_DUE, State

BASE = "/work/2030-2032/2030Q1/verdicts/"
TEXT = "1—3月，建成平台3个，完成投资1.2亿元。"
SAID = "完成投资"  # of it, as a page shows it: numbers are kept together with their units


@pytest.fixture
def quarter(fgw, kjj, people):
    """Two tasks of fgw, which kjj supports: yellow and not reported."""
    period = factories.make_period()
    for number, state in enumerate((State.ACCEPTED, State.DRAFT), start=1):
        task = factories.make_task(number, leads=[fgw], supports=[kjj])
        factories.make_goal(task, by=people["office"])
        factories.walk(factories.make_report(task, fgw, period), state, **people, percent=15)
    return period


def put(quarter, office):
    """Sent today, so that the page's own clock finds them waiting."""
    now = timezone.now()
    proposals.propose(quarter, "all", by=office, now=now)
    proposals.send_for_feedback(quarter, "all", by=office, now=now)


def text_of(answer):
    return answer.content.decode()


def test_the_office_walks_all_lamps_with_three_buttons(quarter, as_, office, reporter, leader, fgw):
    client, listed = as_(office), BASE
    assert "全部拟定（2 项）" in text_of(client.get(listed))
    assert "已拟定 2 项" in text_of(client.post(BASE + "propose/", {"all": "1"}, follow=True))
    assert "全部发出反馈（2 项）" in text_of(client.get(listed))
    assert "已将 2 项" in text_of(client.post(BASE + "send/", {"all": "1"}, follow=True))
    for number in (1, 2):
        said = {"revision": 1, "agency": "fgw", "stance": "agrees", "text": ""}
        as_(reporter).post(f"{BASE}{number}/reply/", said)
    assert "全部审定（可审定 2 项）" in text_of(client.get(listed))
    assert "已审定 2 项" in text_of(client.post(BASE + "confirm/", {"all": "1"}, follow=True))
    assert TaskVerdict.objects.count() == 2
    page = text_of(as_(leader).get(f"{BASE}1/"))
    assert SAID in page and f"{fgw.name}报出的第 1 版" in page


def test_several_are_done_and_the_others_told_why(quarter, as_, office):
    put(quarter, office)
    VerdictProposal.objects.filter(task__number=1).update(feedback_due_at=timezone.now())
    page = text_of(as_(office).post(BASE + "confirm/", {"task": ["1", "2"]}, follow=True))
    assert "已审定 1 项" in page and "未办理：第 2 项反馈期未满，市发展改革委还没有反馈" in page


def test_confirming_without_a_hearing_is_refused_in_words(quarter, as_, office):
    page = text_of(as_(office).post(BASE + "confirm/", {"task": "1"}, follow=True))
    assert "第 1 项还没有拟定，也没有听取牵头单位意见" in page
    assert not TaskVerdict.objects.exists()


def test_what_the_office_typed_is_kept_when_it_is_refused(quarter, as_, office):
    typed = {"revision": 0, "lamp": "green", "reason": "", "text": "办公室写的一段话。"}
    answer = as_(office).post(f"{BASE}1/propose/", typed)
    assert answer.status_code == 400
    assert "请写明调整理由" in text_of(answer) and "办公室写的一段话。" in text_of(answer)
    assert not VerdictProposal.objects.exists()
    saved = as_(office).post(f"{BASE}1/propose/", typed | {"reason": "资金已到位"}, follow=True)
    assert "办公室改写" in text_of(saved)
    again = typed | {"revision": 1, "assembled": "1", "lamp": "yellow"}
    assert SAID in text_of(as_(office).post(f"{BASE}1/propose/", again, follow=True))
    assert VerdictProposal.objects.get().text == TEXT


def test_the_lead_objects_and_the_office_answers(quarter, as_, office, approver):
    put(quarter, office)
    page = text_of(as_(approver).get(f"{BASE}1/"))
    assert SAID in page and "填写反馈" in page and "修改拟定" not in page
    said = {"revision": 1, "agency": "fgw", "stance": "objects", "text": ""}
    answer = as_(approver).post(f"{BASE}1/reply/", said)
    assert answer.status_code == 400 and "请写明理由" in text_of(answer)
    as_(approver).post(f"{BASE}1/reply/", said | {"text": "省里已认可"})
    client = as_(office)
    assert "省里已认可" in text_of(client.get(f"{BASE}1/"))
    refused = client.post(f"{BASE}1/confirm/", {"revision": 1, "answer": ""})
    assert refused.status_code == 400 and "须逐项答复" in text_of(refused)
    client.post(f"{BASE}1/confirm/", {"revision": 1, "answer": "以统计口径为准"})
    assert TaskVerdict.objects.get().answer == "以统计口径为准"
    assert "以统计口径为准" in text_of(as_(approver).get(f"{BASE}1/"))


def test_a_rewritten_text_goes_back_to_the_lead_for_its_notice(quarter, as_, office, reporter):
    now = timezone.now()
    factories.decide(quarter, [1], by=office, now=now, text="办公室的话。")
    assert "改写未知悉" in text_of(as_(office).get(f"{BASE}1/"))
    assert "知悉</button>" in text_of(as_(reporter).get(f"{BASE}1/"))
    as_(reporter).post(f"{BASE}1/reply/", {"revision": 1, "agency": "fgw", "stance": "noted"})
    assert VerdictReply.objects.get().stance == "noted"
    assert "改写已知悉" in text_of(as_(office).get(f"{BASE}1/"))


@pytest.mark.parametrize("who", ["leader", "kjj_reporter", "stranger", "admin"])
def test_others_know_nothing_of_a_lamp_before_it_is_confirmed(quarter, as_, office, request, who):
    put(quarter, office)
    client = as_(request.getfixturevalue(who))
    assert client.get(f"{BASE}1/").status_code == 404
    assert SAID not in text_of(client.get(BASE))
    said = {"revision": 1, "agency": "fgw", "stance": "agrees", "text": ""}
    assert client.post(f"{BASE}1/reply/", said).status_code == 404
    VerdictProposal.objects.update(feedback_due_at=timezone.now() - timedelta(minutes=1))
    verdicts.confirm_verdicts(quarter, "all", by=office, now=timezone.now())
    expected = 404 if who == "admin" else 200
    assert client.get(f"{BASE}1/").status_code == expected


def test_the_lead_finds_before_it_is_sent_nothing_after_it_the_entry_on_its_desk(
    quarter, as_, office, reporter
):
    proposals.propose(quarter, "all", by=office, now=AFTER_DUE)
    client = as_(reporter)
    assert client.get(f"{BASE}1/").status_code == 404
    assert "没有等待本单位反馈的亮灯" in text_of(client.get(BASE))
    assert "亮灯反馈 " not in text_of(client.get("/work/2030-2032/2030Q1/"))
    proposals.send_for_feedback(quarter, "all", by=office, now=timezone.now())
    assert "亮灯反馈 2 项" in text_of(client.get("/work/2030-2032/2030Q1/"))
    assert len(client.get(BASE).context["rows"]) == 2


def test_the_desk_of_the_office_says_what_is_next(quarter, as_, office):
    desk = "/work/2030-2032/2030Q1/"
    assert "拟定 2 · 待反馈 0 · 可审定 0" in text_of(as_(office).get(desk))
    put(quarter, office)
    assert "拟定 0 · 待反馈 2 · 可审定 0" in text_of(as_(office).get(desk))


def test_the_list_is_filtered_by_status_lamp_and_chapter(quarter, as_, office):
    client = as_(office)
    put(quarter, office)
    for query, shown in (("status=asked", 2), ("status=ready", 0), ("lamp=yellow", 1), ("chapter=1", 2)):
        assert len(client.get(f"{BASE}?{query}").context["rows"]) == shown, query
    assert client.get(f"{BASE}?status=nonsense").status_code == 200


def test_the_task_page_shows_the_confirmed_text_with_its_sources(quarter, as_, office, stranger, fgw):
    page = "/work/2030-2032/2030Q1/tasks/1/"
    assert "审定文字" not in text_of(as_(stranger).get(page))
    factories.decide(quarter, by=office)
    shown = text_of(as_(stranger).get(page))
    assert "审定文字" in shown and f"{fgw.name}报出的第 1 版" in shown and 'aria-label="来源 1"' in shown


def test_a_period_of_many_tasks_asks_no_more(quarter, as_, office, reporter, fgw, people):
    def asked(client, url):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    put(quarter, office)
    pages = [
        (as_(office), BASE),
        (as_(office), f"{BASE}1/"),
        (as_(reporter), BASE),
        (as_(reporter), f"{BASE}1/"),
    ]
    for page in pages:
        asked(*page)  # the session's own note that somebody came
    few = [asked(*page) for page in pages]
    for number in range(3, 12):
        factories.make_report(factories.make_task(number, leads=[fgw]), fgw, quarter)
    put(quarter, office)
    assert [asked(*page) for page in pages] == few
    assert max(few) <= 12, few


def test_a_lead_without_objections_answers_all_at_once(quarter, as_, office, reporter):
    put(quarter, office)
    client = as_(reporter)
    assert client.get(BASE).context["answerable"] == {1, 2}
    page = text_of(client.post(BASE + "reply/", {"task": ["1:1", "2:7", "²:1", "99:1"]}, follow=True))
    assert "已记录对 1 项拟定亮灯没有异议" in page and "第 2 项没有记录" in page
    assert [reply.stance for reply in VerdictReply.objects.all()] == ["agrees"]
    assert client.get(BASE).context["answerable"] == {2}
    assert "请先勾选任务" in text_of(client.post(BASE + "reply/", follow=True))
