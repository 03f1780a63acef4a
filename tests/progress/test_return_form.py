"""The return form: plain posts and background saves, conflicts, mistakes, and who sees which page."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from progress import attachments, drafts
from progress.models import ProgressReport, ReportStep, TaskReturn
from tasks.models import GoalNode, Project, Target
from tests.factories import BEFORE_DUE, fill, make_goal, make_period, make_report, make_task, walk
from tests.progress.test_attachments import PDF

State = ProgressReport.State
JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def task(fgw):
    return make_task(leads=[fgw])


@pytest.fixture
def report(task, fgw):
    return make_report(task, fgw)


@pytest.fixture
def client(as_, reporter):
    return as_(reporter)


def post(client, report, verb="save", *, revision=None, as_json=False, **fields):
    if revision is None:
        revision = ProgressReport.objects.get(pk=report.pk).revision
    data = {"verb": verb, "revision": revision, **fields}
    return client.post(report.get_absolute_url(), data, **(JSON if as_json else {}))


def said(report):
    return TaskReturn.objects.get(report=report)


# --- saving -----------------------------------------------------------------------------------------


def test_a_plain_post_saves_and_comes_back(client, report):
    answer = post(client, report, progress="建成平台 3 个。", percent="25", nature="progress")
    assert answer.status_code == 302
    assert (said(report).progress, said(report).percent) == ("建成平台 3 个。", 25)
    page = client.get(answer["Location"])
    assert "建成平台 3 个。" in page.text
    assert "已保存" in page.text


def test_a_background_save_answers_with_revision_time_and_advice(client, report):
    answer = post(client, report, as_json=True, progress="进展顺利。").json()
    assert answer["revision"] == 2
    assert len(answer["saved_at"]) == 5
    assert "没有出现数据" in answer["advice"]["progress"]


def test_what_is_not_sent_stays(client, report):
    post(client, report, as_json=True, progress="一、建成 3 个。")
    post(client, report, as_json=True, problem="用地紧张。")
    assert (said(report).progress, said(report).problem) == ("一、建成 3 个。", "用地紧张。")


def test_text_comes_out_escaped(client, report):
    post(client, report, progress="<script>alert(1)</script>")
    page = client.get(report.get_absolute_url()).text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\\u003Cscript\\u003E" in page


@pytest.mark.parametrize("text", ["𠮷野家🙂", "a\x00b", "a\r\nb", "\u202eabc", "='1+1", "a\x0bb\x1fc"])
def test_any_text_gets_an_answer_and_is_kept(client, report, text):
    assert post(client, report, as_json=True, progress=text).status_code == 200
    assert "\x00" not in said(report).progress
    assert said(report).progress


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("percent", "-1", "0 至 100"),
        ("percent", "101", "0 至 100"),
        ("percent", "一半", "只填数字"),
        ("percent", "12.345", "2 位小数"),
        ("percent", "1e9", "只填数字"),
        ("percent", "NaN", "只填数字"),
        ("percent", "9" * 40, "只填数字"),
        ("progress", "字" * 10_000, "超过 5,000 字"),
        ("next_steps", "字" * 5_001, "超过 5,000 字"),
        ("filled_by", "字" * 41, "超过 40 字"),
        ("nature", "rubbish", ""),
    ],
)
def test_a_mistake_is_named_and_nothing_is_changed_or_lost(client, report, field, value, words):
    answer = post(client, report, as_json=True, **{field: value, "problem": "用地紧张。"})
    assert answer.status_code == 400
    assert words in answer.json()["fields"][field]
    page = post(client, report, **{field: value, "problem": "用地紧张。"})
    assert page.status_code == 400
    assert "用地紧张。" in page.text
    assert field == "nature" or value in page.text
    assert said(report).problem == ""
    assert ProgressReport.objects.get(pk=report.pk).revision == 1


@pytest.mark.parametrize(
    ("typed", "kept"), [("63.5%", "63.50"), ("６３", "63.00"), ("", None), (" 0 ", "0.00")]
)
def test_percents_as_people_write_them(client, report, typed, kept):
    assert post(client, report, as_json=True, percent=typed).status_code == 200
    assert str(said(report).percent) == str(kept)


def test_five_thousand_characters_beyond_the_plane_are_taken(client, report):
    assert post(client, report, as_json=True, progress="𠮷" * 5000).status_code == 200
    assert said(report).progress == "𠮷" * 5000


# --- nodes, values, projects ------------------------------------------------------------------------


@pytest.fixture
def node(task, office):
    goal = make_goal(task, by=office, measure="nodes")
    return GoalNode.objects.create(goal=goal, order=1, title="方案印发", due_on="2030-03-31")


@pytest.fixture
def target(task):
    return Target.objects.create(
        plan=task.plan, task=task, indicator="到位资金", operator=">=", value_text="100", minimum=100,
        unit="亿元", quote="到位资金100亿元",
    )  # fmt: skip


def test_a_node_done_on_a_day(client, report, node):
    fields = {
        f"node-{node.pk}-done": "on",
        f"node-{node.pk}-done_on": "2030年3月5日",
        f"node-{node.pk}-note": "已印发",
    }
    assert post(client, report, as_json=True, **fields).status_code == 200
    row = report.node_reports.get()
    assert (row.done, row.done_on.isoformat(), row.note) == (True, "2030-03-05", "已印发")
    assert (
        "完成率" not in client.get(report.get_absolute_url()).text.split("return-values")[0].split("aside")[0]
    )


@pytest.mark.parametrize("day", ["2030-02-30", "明天", "0000-00-00", "20300305", "1999-01-01"])
def test_a_day_that_is_none(client, report, node, day):
    fields = {f"node-{node.pk}-done": "on", f"node-{node.pk}-done_on": day, f"node-{node.pk}-note": ""}
    answer = post(client, report, as_json=True, **fields)
    assert answer.status_code == 400
    assert "2026-09-30 的样子" in answer.json()["fields"][f"node-{node.pk}-done_on"]


def test_every_stage_of_a_value_is_kept(client, report, target):
    name = f"target-{target.pk}"
    post(client, report, as_json=True, **{f"{name}-estimated": "1,200.5", f"{name}-note": "预计"})
    post(
        client,
        report,
        as_json=True,
        **{f"{name}-estimated": "1200.5", f"{name}-preliminary": "1199", f"{name}-note": "快报"},
    )
    kept = {row.certainty: (row.value, row.note) for row in report.target_values.all()}
    assert kept == {"estimated": (1200.5, "预计"), "preliminary": (1199, "快报")}
    page = client.get(report.get_absolute_url()).text
    assert 'value="1200.5"' in page


def test_a_row_not_sent_is_left_alone(client, report, task, target):
    other = Target.objects.create(
        plan=task.plan, task=task, indicator="定性", operator="trend", value_text="提升", quote="提升"
    )
    post(client, report, as_json=True, **{f"target-{target.pk}-estimated": "5"})
    post(client, report, as_json=True, **{f"target-{other.pk}-estimated": "明显提升"})
    assert report.target_values.count() == 2


def test_a_number_is_a_number(client, report, target):
    answer = post(client, report, as_json=True, **{f"target-{target.pk}-verified": "约五亿"})
    assert answer.status_code == 400
    assert "只填数字" in answer.json()["reason"]


def test_a_projects_stage(client, report, task):
    project = Project.objects.create(
        plan=task.plan, task=task, name="科技园", planned_stage="建设", quote="科技园"
    )
    answer = post(client, report, as_json=True, **{f"project-{project.pk}-note": "打桩"})
    assert "请选择" in answer.json()["fields"][f"project-{project.pk}-stage"]
    fields = {f"project-{project.pk}-stage": "building", f"project-{project.pk}-note": "打桩"}
    assert post(client, report, as_json=True, **fields).status_code == 200
    assert report.project_updates.get().note == "打桩"


# --- two people, one return -------------------------------------------------------------------------


def test_the_second_to_save_gets_both_texts(client, report, reporter):
    drafts.save(report, {"progress": "甲"}, by=reporter, now=BEFORE_DUE, revision=1)
    answer = post(client, report, revision=1, as_json=True, progress="乙")
    assert answer.status_code == 412
    current = answer.json()["current"]
    assert (current["values"]["progress"], current["revision"], current["editable"]) == ("甲", 2, True)
    assert said(report).progress == "甲"

    page = post(client, report, revision=1, progress="乙")
    assert page.status_code == 412
    assert "甲" in page.text and "乙" in page.text
    post(client, report, revision=2, **{"progress": "乙", "take-progress": "mine"})
    assert said(report).progress == "乙"


def test_taking_the_others_text_leaves_it(client, report, reporter):
    drafts.save(report, {"progress": "甲"}, by=reporter, now=BEFORE_DUE, revision=1)
    post(client, report, revision=2, **{"progress": "乙", "take-progress": "theirs", "problem": "丙"})
    assert (said(report).progress, said(report).problem) == ("甲", "丙")


def test_what_was_sent_off_meanwhile_keeps_the_typed_text(client, report, reporter, approver, office):
    report = walk(report, State.AWAITING_APPROVAL, reporter=reporter, approver=approver, office=office)
    answer = post(client, report, as_json=True, progress="晚了一步")
    assert answer.status_code == 409
    assert answer.json()["current"]["editable"] is False
    page = post(client, report, progress="晚了一步")
    assert page.status_code == 409
    assert "晚了一步" in page.text


def test_a_locked_quarter_keeps_the_typed_text(client, report, office):
    report.period.locked_at, report.period.locked_by = BEFORE_DUE, office
    report.period.save()
    page = post(client, report, progress="锁定之后")
    assert page.status_code == 403
    assert "锁定之后" in page.text and "已锁定" in page.text


def test_a_session_that_ended_is_told_apart(client, report):
    client.logout()
    assert post(client, report, as_json=True, progress="x").status_code == 302
    assert said(report).progress == ""


# --- carrying forward -------------------------------------------------------------------------------


@pytest.fixture
def last_quarter(task, fgw, report, reporter, approver, office):
    before = make_report(task, fgw, make_period("2029Q4", task.plan))
    return walk(
        before,
        State.ACCEPTED,
        reporter=reporter,
        approver=approver,
        office=office,
        progress="上季度建成 2 个。",
    )


def test_last_quarter_beside_and_carried(client, report, last_quarter):
    assert "上季度建成 2 个。" in client.get(report.get_absolute_url()).text
    post(client, report, "carry-progress", progress="新写的。")
    assert said(report).progress == "新写的。\n上季度建成 2 个。"


def test_carrying_all_fills_only_what_is_empty(client, report, last_quarter):
    post(client, report, "carry-all", progress="新写的。")
    assert (said(report).progress, said(report).next_steps) == ("新写的。", "6月底前再建2个。")


# --- sending off ------------------------------------------------------------------------------------


def test_confirming_shows_what_goes_to_whom(client, report, approver, as_):
    fill(report, by=next(iter([report.agency.posts.get(role="reporter").user])), percent=20)
    page = client.get(report.get_absolute_url() + "?confirm=submit").text
    assert "钱审核" in page
    assert "完成投资1.2亿元" in page
    assert 'value="submit"' in page


def test_what_is_missing_is_listed_with_its_place(client, report, task, office):
    make_goal(task, by=office)
    page = client.get(report.get_absolute_url() + "?confirm=submit").text
    assert "#field-progress" in page and "#field-percent" in page
    assert 'value="submit"' not in page
    assert post(client, report, "submit").status_code == 302
    report.refresh_from_db()
    assert report.state == State.DRAFT


def test_saving_and_confirming_in_one_click(client, report):
    answer = post(client, report, "confirm", progress="建成 3 个。")
    assert answer["Location"].endswith("?confirm=submit")
    assert said(report).progress == "建成 3 个。"


def test_a_double_click_submits_once(client, report, reporter):
    report = fill(report, by=reporter)
    for _ in range(2):
        answer = post(client, report, "submit", revision=report.revision)
        assert answer.status_code == 302
    assert ReportStep.objects.filter(report=report, verb="submit").count() == 1
    page = client.get(answer["Location"]).text
    assert "您的操作没有执行" not in page


def test_a_decision_on_an_old_page_is_not_carried_out(client, report, reporter, as_, approver):
    report = fill(report, by=reporter)
    post(client, report, "submit", revision=report.revision)
    signing = as_(approver)
    answer = post(signing, report, "approve", revision=report.revision)
    assert "您的操作没有执行" in signing.get(answer["Location"]).text
    report.refresh_from_db()
    assert report.state == State.AWAITING_APPROVAL


def test_the_approver_signs_or_returns_on_the_same_page(client, report, reporter, approver, as_):
    report = fill(report, by=reporter)
    post(client, report, "submit")
    signing = as_(approver)
    page = signing.get(report.get_absolute_url()).text
    assert "审签通过" in page and "退回修改" in page
    refused = post(signing, report, "send_back", reason=" ")
    assert refused.status_code == 400
    assert "请写明原因" in refused.text
    post(signing, report, "send_back", common="事实不清", reason="请补充。")
    report.refresh_from_db()
    assert (report.state, report.return_reason) == (State.RETURNED, "事实不清；请补充。")
    assert "事实不清；请补充。" in client.get(report.get_absolute_url()).text


def test_a_reason_too_long_keeps_what_was_written(client, report, reporter, approver, as_):
    report = fill(report, by=reporter)
    post(client, report, "submit")
    answer = post(as_(approver), report, "send_back", reason="长" * 1001)
    assert answer.status_code == 400
    assert "长" * 1001 in answer.text and "超过 1,000 字" in answer.text


# --- who sees what ----------------------------------------------------------------------------------


def test_the_office_sees_a_drafts_state_not_its_text(report, reporter, office, as_):
    fill(report, by=reporter, progress="没报的秘密。1")
    page = as_(office).get(report.get_absolute_url())
    assert page.status_code == 200
    assert "没报的秘密" not in page.text and "尚未报送" in page.text
    assert post(as_(office), report, progress="办公室代笔").status_code == 403
    assert "没报的秘密" not in post(as_(office), report, progress="x").text


def test_after_leaving_others_read_what_left(report, reporter, approver, office, as_):
    report = walk(report, State.RETURNED, reporter=reporter, approver=approver, office=office)
    fill(report, by=reporter, progress="改过的稿。2")
    office_page = as_(office).get(report.get_absolute_url()).text
    assert "完成投资1.2亿元" in office_page and "改过的稿" not in office_page
    assert "改过的稿" in as_(reporter).get(report.get_absolute_url()).text


def test_versions_show_the_difference_and_the_way(report, reporter, approver, office, as_):
    report = walk(report, State.RETURNED, reporter=reporter, approver=approver, office=office)
    walk(
        report,
        State.UNDER_REVIEW,
        reporter=reporter,
        approver=approver,
        office=office,
        progress="建成平台5个。",
    )
    page = as_(office).get(report.get_absolute_url() + "versions/").text
    assert "第 2 版" in page and "<ins>" in page and "<del>" in page
    assert "数据与佐证不一致" in page


def test_what_was_said_inside_a_body_stays_inside(client, report, reporter, approver, office, as_):
    report = fill(report, by=reporter)
    post(client, report, "submit")
    post(as_(approver), report, "send_back", reason="内部意见")
    report.refresh_from_db()
    walk(report, State.UNDER_REVIEW, reporter=reporter, approver=approver, office=office, progress="改过。1")
    assert "内部意见" not in as_(office).get(report.get_absolute_url() + "versions/").text
    assert "内部意见" in as_(reporter).get(report.get_absolute_url() + "versions/").text


def test_one_sitting_from_return_to_return(client, report, fgw):
    for number in (2, 3):
        make_report(make_task(number, leads=[fgw]), fgw)
    page = client.get(report.get_absolute_url().replace("/tasks/1/", "/tasks/2/")).text
    assert "2/3" in page
    assert "/tasks/1/return/fgw/" in page and "/tasks/3/return/fgw/" in page


def test_the_first_of_several_leads_writes_the_tasks_text(as_, reporter, kjj_reporter, fgw, kjj):
    task = make_task(5, leads=[fgw, kjj])
    first = make_report(task, fgw, order=0)
    second = make_report(task, kjj, order=1)
    assert "本任务汇总稿" in as_(reporter).get(first.get_absolute_url()).text
    assert "本任务汇总稿" not in as_(kjj_reporter).get(second.get_absolute_url()).text


# --- files by way of the form ------------------------------------------------------------------------


def test_text_and_files_in_one_plain_post(client, report):
    post(client, report, "attach", progress="建成 3 个。", files=[SimpleUploadedFile("a.pdf", PDF)])
    assert said(report).progress == "建成 3 个。"
    assert attachments.attached(report).count() == 1


def test_a_file_by_itself_answers_with_the_list(client, report):
    answer = post(client, report, "attach", as_json=True, files=[SimpleUploadedFile("a.pdf", PDF)]).json()
    assert "a.pdf" in answer["attachments"] and answer["problems"] == []
    kept = attachments.attached(report).get()
    answer = post(client, report, f"remove-{kept.pk}", as_json=True).json()
    assert "a.pdf" not in answer["attachments"]


def test_a_bad_file_does_not_take_the_text_along(client, report):
    answer = post(
        client,
        report,
        "attach",
        as_json=True,
        progress="建成 3 个。",
        files=[SimpleUploadedFile("a.pdf", b"<html>")],
    )
    assert "不是有效" in json.dumps(answer.json(), ensure_ascii=False)
    assert said(report).progress == "建成 3 个。"


def test_a_file_past_the_limit_is_cut_off_while_arriving(client, report, monkeypatch):
    monkeypatch.setattr("progress.views.upload_limit.MAX_SIZE", 100_000)
    answer = post(
        client,
        report,
        "attach",
        as_json=True,
        files=[SimpleUploadedFile("大.pdf", b"%PDF-" + b"x" * 300_000)],
    ).json()
    assert "超过 20 MB" in answer["problems"][0]
    assert not attachments.attached(report).exists()


def test_uploads_need_the_token_like_everything_else(as_, reporter, report):
    strict = as_(reporter, enforce_csrf_checks=True)
    assert post(strict, report, progress="x").status_code == 403
    assert said(report).progress == ""


def test_late_is_said_in_words(client, report):
    report.due_at = timezone.now() - timedelta(days=1)
    report.save()
    assert "已过" in client.get(report.get_absolute_url()).text
