"""The 问题清单 and the page of one problem, as people use them."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from supervision import problems, raising
from supervision.models import Problem, SupervisionOrder
from tasks.models import Assignment, Task
from tests import factories
from tests.factories import BEFORE_DUE

pytestmark = pytest.mark.django_db
WORDS = "用地指标不足，两个项目未能开工。"
LIST = "/work/2030-2032/problems/"
State, Level = Problem.State, Problem.Level
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def raised(people, fgw, kjj):
    """A problem of task 1, told by fgw in an accepted return, not triaged; kjj supports the task."""

    def raising_one(number=1, period="2030Q1", to="accepted", **said):
        plan = factories.make_plan()
        task = Task.objects.filter(plan=plan, number=number).first()
        task = task or factories.make_task(number, leads=[fgw], supports=[kjj])
        report = factories.make_report(task, fgw, factories.make_period(period))
        report = factories.walk(report, to, **people, **({"problem": WORDS, "percent": 20} | said))
        return raising.settle(report, by=None, now=BEFORE_DUE)

    return raising_one


def post(client, problem, verb, **said):
    problem.refresh_from_db()
    return client.post(f"{LIST}{problem.pk}/{verb}/", {"revision": problem.revision} | said)


def rows(answer):
    return list(answer.context["page"])


# --- the whole way ------------------------------------------------------------------------------------


def test_from_the_return_to_the_closing(
    as_, reporter, approver, office, fgw, today, django_capture_on_commit_callbacks
):
    task = factories.make_task(1, leads=[fgw])
    report = factories.make_report(task, fgw)
    url = report.get_absolute_url()
    said = {
        "nature": "progress",
        "progress": "1—3月，建成平台3个。",
        "percent": "20",
        "next_steps": "6月底前再建2个。",
        "problem": WORDS,
        "request": "请市自然资源局协调指标",
    }
    as_(reporter).post(url, {"revision": report.revision, "verb": "save"} | said)
    report.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        as_(reporter).post(url, {"revision": report.revision, "verb": "submit"})
    report.refresh_from_db()
    assert report.state == "awaiting_approval"
    assert rows(as_(office).get(LIST)) == []
    with django_capture_on_commit_callbacks(execute=True):
        as_(approver).post(url, {"revision": report.revision, "verb": "approve"})
    (problem,) = rows(as_(office).get(LIST))
    assert problem.request == "请市自然资源局协调指标"
    due_on = today + timedelta(days=30)
    triage = {"level": "office", "due_on": due_on.isoformat(), "agency": "fgw", "words": "请发改委牵头。"}
    assert post(as_(office), problem, "triage", **triage).status_code == 302
    scan = SimpleUploadedFile("复函.pdf", PDF)
    answered = post(as_(office), problem, "answer", text="指标已追加。", files=scan)
    assert answered.status_code == 302
    page = as_(reporter).get(problem.get_absolute_url())
    assert "指标已追加。" in page.text and "复函.pdf" in page.text
    (file,) = problem.files.all()
    kept = as_(reporter).get(f"/work/supervision/files/{file.pk}/")
    assert b"".join(kept.streaming_content) == PDF
    written = post(as_(reporter), problem, "progress", progress="两个项目已开工。", measures="倒排工期。")
    assert written.status_code == 302
    assert "两个项目已开工。" in as_(office).get(LIST).text
    assert post(as_(office), problem, "close", words="已核实").status_code == 302
    assert rows(as_(office).get(LIST)) == []
    assert rows(as_(office).get(f"{LIST}?state=closed")) == [problem]
    page = as_(office).get(problem.get_absolute_url()).text
    for word in ("提出问题", "研判", "答复", "整改进展", "销号", "请发改委牵头。"):
        assert word in page


# --- the list -----------------------------------------------------------------------------------------


def test_the_list_filters_and_counts(as_, office, raised, kjj):
    first = raised(1, request="请协调")
    second = raised(2, problem="资金未到位")
    Problem.objects.filter(pk=second.pk).update(
        state=State.IN_HAND, level=Level.GROUP, due_on=date(2020, 1, 1), agency=kjj
    )
    client = as_(office)
    for asked, expected in (
        ("", [second, first]),
        ("?level=none", [first]),
        ("?level=group", [second]),
        ("?state=in_hand", [second]),
        ("?agency=kjj", [second]),
        ("?task=1", [first]),
        ("?chapter=1&q=资金", [second]),
        ("?coordination=true", [first]),
        ("?coordination=false", [second]),
        ("?overdue=true", [second]),
        ("?overdue=false", [first]),
        ("?period=2030Q1&sort=task", [first, second]),
        ("?sort=-task", [second, first]),
        ("?q=任务之1", [first]),
        ("?state=closed", []),
    ):
        answer = client.get(f"{LIST}{asked}")
        assert answer.context["filter"].form.errors == {}, asked
        assert (answer.status_code, rows(answer)) == (200, expected), asked
    assert {level: count for level, _, count in client.get(LIST).context["levels"]}["group"] == 1
    assert client.get(f"{LIST}?level=nonsense").status_code == 200
    assert "没有符合条件" in client.get(f"{LIST}?q=没有这样的").text


def test_a_problem_that_goes_on_is_listed_once(as_, office, raised):
    first, later = raised(1, "2030Q1"), raised(1, "2030Q2")
    assert rows(as_(office).get(LIST)) == [later]
    assert rows(as_(office).get(f"{LIST}?period=2030Q1")) == [first]
    page = as_(office).get(first.get_absolute_url())
    assert "继续反映" in page.text and page.context["forms"] == []
    assert post(as_(office), first, "triage", level="unit", due_on="2099-01-01").status_code in (400, 409)


def test_the_excel_has_the_columns_of_the_list(as_, office, raised):
    raised(1, request="=1+1")
    raised(2)
    answer = as_(office).get(f"{LIST}export.xlsx?task=1")
    sheet = load_workbook(BytesIO(answer.content)).active
    heads, line = list(sheet.values)[:2]
    assert heads == (
        *("序号", "存在问题", "涉及任务/项目", "责任单位", "整改措施"),
        *("整改时限", "整改进展", "是否销号", "需上级协调事项"),
    )
    assert line[:4] == (1, WORDS, "1. 任务之1", "市发展改革委")
    assert line[7:] == ("否", "=1+1") and sheet.max_row == 2


def test_the_workbook_of_the_quarter_tells_what_became_of_it(as_, office, raised, today):
    handled, _ = raised(1), raised(2)
    due_on = today + timedelta(days=9)
    post(as_(office), handled, "triage", level="unit", due_on=due_on.isoformat(), agency="fgw")
    post(as_(office), handled, "close", words="已核实")
    answer = as_(office).get("/work/2030-2032/2030Q1/exports/quarter.xlsx")
    lines = list(load_workbook(BytesIO(answer.getvalue()))["问题清单"].values)
    first = next(place for place, line in enumerate(lines) if line[0] == 1)
    assert (lines[first][5].date(), lines[first][7]) == (due_on, "是")
    assert lines[first + 1][5:8] == (None, None, None)


def test_several_are_triaged_in_one_go(as_, office, reporter, raised, today):
    first, second = raised(1), raised(2)
    boxes = {"problem": [first.pk, second.pk]}
    seen = {f"revision-{each.pk}": each.revision for each in (first, second)}
    given = {"level": "office", "due_on": (today + timedelta(days=9)).isoformat()}
    assert as_(reporter).post(f"{LIST}triage/", boxes | given).status_code == 403
    client = as_(office)
    for wrong, words in (
        (given, "没有选中"),
        (boxes | {"level": "", "due_on": ""}, "请选择办理层级"),
        (boxes | {"level": "office", "due_on": ""}, "请填写整改时限"),
        (boxes | {"level": "office", "due_on": "2020-01-01"}, "已经过去"),
        (boxes | given | {f"revision-{first.pk}": 99}, "没有研判任何问题"),
    ):
        answer = client.post(f"{LIST}triage/", seen | wrong)
        assert answer.status_code == 400 and words in answer.text
    assert not Problem.objects.exclude(state=State.RAISED).exists()
    answer = client.post(f"{LIST}triage/?task=1", boxes | seen | given)
    assert answer.url == f"{LIST}?task=1"
    assert set(Problem.objects.values_list("level", flat=True)) == {"office"}
    assert client.get(f"{LIST}triage/?task=1").url == f"{LIST}?task=1"


# --- one problem --------------------------------------------------------------------------------------


def test_what_was_typed_is_kept_when_it_is_refused(as_, office, office2, raised):
    problem = raised()
    past = {"level": "group", "due_on": "2020-01-01", "agency": "fgw", "words": "保留我"}
    answer = post(as_(office), problem, "triage", **past)
    assert answer.status_code == 400 and "已经过去" in answer.text and "保留我" in answer.text
    seen = problem.revision
    now = timezone.now()
    problems.triage(
        problem, level="unit", due_on=now.date() + timedelta(days=9), by=office2, now=now, revision=seen
    )
    late = as_(office).post(
        f"{LIST}{problem.pk}/triage/",
        {"revision": seen, "level": "group", "due_on": "2099-01-01", "agency": "fgw", "words": "我的意见"},
    )
    assert late.status_code == 400 or (late.status_code == 412 and "我的意见" in late.text)
    problem.refresh_from_db()
    assert problem.level == "unit"
    stale = as_(office).post(f"{LIST}{problem.pk}/answer/", {"revision": seen, "text": "我的答复"})
    assert stale.status_code == 412 and "我的答复" in stale.text and "刚被他人更新" in stale.text
    again = stale.context["bound"]["revision"].value()
    done = as_(office).post(f"{LIST}{problem.pk}/answer/", {"revision": again, "text": "我的答复"})
    assert done.status_code == 302


def test_bad_files_and_verbs_are_refused(as_, office, raised, today):
    problem = raised()
    post(
        as_(office), problem, "triage", level="unit", due_on=(today + timedelta(9)).isoformat(), agency="fgw"
    )
    wrong = SimpleUploadedFile("a.pdf", b"MZ not a pdf")
    answer = post(as_(office), problem, "answer", text="见附件", files=wrong)
    assert answer.status_code == 400 and "见附件" in answer.text
    problem.refresh_from_db()
    assert problem.state == State.IN_HAND and not problem.files.exists()
    assert post(as_(office), problem, "explode").status_code == 404
    assert post(as_(office), problem, "answer", revision="x", text="好").status_code == 400
    assert as_(office).get(f"{LIST}{problem.pk}/answer/").url == problem.get_absolute_url()
    assert post(as_(office), problem, "reopen", words="再办").status_code == 409


def test_the_office_sets_one_down(as_, office, reporter, fgw):
    task = factories.make_task(7, leads=[fgw])
    factories.make_period("2030Q1")
    assert as_(reporter).get(f"{LIST}new/").status_code == 403
    client = as_(office)
    assert client.get(f"{LIST}new/?task=7").context["form"]["task"].value() == "7"
    given = {"text": "跨区断头路", "agency": "fgw", "task": "7", "period": "2030Q1"}
    for wrong, words in (
        ({"text": " "}, "请写明存在的问题"),
        ({"agency": "nobody"}, "没有这家单位"),
        ({"task": "99"}, "没有这项任务"),
        ({"period": ""}, "请选择报告期"),
    ):
        answer = client.post(f"{LIST}new/", given | wrong)
        assert answer.status_code == 400 and words in answer.text, wrong
    client.post(f"{LIST}new/", given)
    problem = Problem.objects.get()
    assert (problem.task, problem.state, problem.report) == (task, State.RAISED, None)
    assert post(client, problem, "drop", words="重复登记").status_code == 302
    assert rows(client.get(LIST)) == []


def test_what_is_taken_up_has_a_draft_for_those_above(as_, office, reporter, raised, today):
    problem = raised(request="请市政府统筹用地指标")
    paper = f"{LIST}{problem.pk}/paper.docx"
    assert as_(office).get(paper).status_code == 409
    due_on = (today + timedelta(days=9)).isoformat()
    post(as_(office), problem, "triage", level="government", due_on=due_on, agency="fgw")
    assert "请示稿" in as_(office).get(problem.get_absolute_url()).text
    lines = [each.text for each in Document(BytesIO(as_(office).get(paper).content)).paragraphs]
    assert lines[:2] == ["代拟稿", "关于提请研究“任务之1”有关问题的请示"]
    assert "市委、市政府：" in lines and WORDS in lines and "请市政府统筹用地指标" in lines
    assert as_(reporter).get(paper).status_code == 403


def test_orders_made_of_it_are_shown(as_, office, office2, raised, fgw):
    problem = raised()
    now = timezone.now()
    order = SupervisionOrder.objects.create(
        plan=problem.plan,
        title="落实用地指标",
        requirement="限期解决",
        agency=fgw,
        source="problem",
        problem=problem,
        drafted_at=now,
        drafted_by=office2,
    )
    page = as_(office).get(problem.get_absolute_url())
    assert list(page.context["orders"]) == [order] and "落实用地指标" in page.text


# --- who sees what --------------------------------------------------------------------------------------


def test_who_sees_which_problem(
    as_, raised, people, leader, kjj_reporter, county_reporter, stranger, admin, nobody, office2, sixian
):
    accepted = raised(1)
    pending = raised(2, to="under_review", problem="资金未到位")
    everybody = {
        "office": people["office"],
        "office2": office2,
        "own": people["reporter"],
        "own approver": people["approver"],
        "leader": leader,
        "duty": kjj_reporter,
        "stranger": stranger,
        "county": county_reporter,
        "admin": admin,
        "nobody": nobody,
    }
    sees = {
        "office": {accepted, pending},
        "office2": {accepted, pending},
        "own": {accepted, pending},
        "own approver": {accepted, pending},
        "leader": {accepted},
        "duty": {accepted},
        "stranger": set(),
        "county": set(),
    }
    for who, person in everybody.items():
        client = as_(person)
        if who not in sees:
            assert client.get(LIST).status_code == 403
            assert client.get(accepted.get_absolute_url()).status_code == 403
            continue
        assert set(rows(client.get(LIST))) == sees[who], who
        for each in (accepted, pending):
            expected = 200 if each in sees[who] else 404
            assert client.get(each.get_absolute_url()).status_code == expected, who
            # Whoever may not know of it learns nothing from the verbs either.
            if expected == 404:
                assert post(client, each, "close", words="好").status_code == 404
    assert post(as_(leader), accepted, "close", words="好").status_code == 403
    assert as_(leader).get(accepted.get_absolute_url()).context["forms"] == []


def test_of_a_sensitive_task_only_those_who_may_know_learn(as_, raised, people, leader, kjj_reporter, kjj):
    problem = raised(1)
    Task.objects.filter(number=1, plan=problem.plan).update(is_sensitive=True)
    Assignment.objects.filter(task=problem.task, agency=kjj).delete()
    for person in (leader, kjj_reporter):
        assert rows(as_(person).get(LIST)) == []
        assert as_(person).get(problem.get_absolute_url()).status_code == 404
        exported = load_workbook(BytesIO(as_(person).get(f"{LIST}export.xlsx").content)).active
        assert exported.max_row == 1 or WORDS not in str(list(exported.values))
    assert as_(people["reporter"]).get(problem.get_absolute_url()).status_code == 200


def test_words_that_were_never_accepted_stay_between_body_and_office(
    as_, raised, people, leader, kjj_reporter
):
    problem = raised(1)
    problems.note(problem, "update", by=people["reporter"], now=BEFORE_DUE, words="原文：未核实的话")
    for person, reads in (
        *((people["office"], True), (people["reporter"], True)),
        *((leader, False), (kjj_reporter, False)),
    ):
        page = as_(person).get(problem.get_absolute_url()).content.decode()
        assert "更新" in page and ("未核实的话" in page) == reads, person


def test_a_body_made_responsible_sees_it_and_writes(as_, raised, office, stranger, reporter, today):
    problem = raised(1)
    due_on = (today + timedelta(days=9)).isoformat()
    post(as_(office), problem, "triage", level="office", due_on=due_on, agency="tyjrj")
    assert rows(as_(stranger).get(LIST)) == [problem]
    assert post(as_(stranger), problem, "progress", progress="在办").status_code == 302
    assert post(as_(reporter), problem, "progress", progress="在办").status_code == 403
    assert as_(reporter).get(problem.get_absolute_url()).status_code == 200
