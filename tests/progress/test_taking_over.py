"""采用: words of supporters, other leads and units put into a lead's return, with where they came from."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from progress import (
    taking_over,
    workflow,
)
from progress.models import ProgressReport, TakenOver
from progress.return_sheet import ReturnSheet
from progress.workflow import WrongState
from tasks.models import Assignment, Task
from tests import factories
from tests.factories import BEFORE_DUE, DUE, State

pytestmark = pytest.mark.django_db
BASE = "/work/2030-2032/2030Q1"


def offers(report):
    return ReturnSheet(ProgressReport.objects.get(pk=report.pk)).offers


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def take(report, key, into, by, now=BEFORE_DUE):
    report = fresh(report)
    return taking_over.take(report, offers(report), key, into=into, by=by, now=now, revision=report.revision)


def test_words_are_taken_over_with_their_source_and_the_contribution_accepted(report, ask, give, reporter):
    (asked,) = ask()
    left = give(asked, problem="到账较慢。")
    factories.fill(report, by=reporter, progress="建成3个平台。")
    (offer,) = offers(report).waiting
    assert [(words.into, words.text) for words in offer.words] == [
        ("progress", "到位补助资金320万元。"), ("problem", "到账较慢。")
    ]  # fmt: skip
    done, sentence = take(report, offer.words[0].key, "progress", reporter)
    assert done.task_return.progress == "建成3个平台。\n到位补助资金320万元。（市科技局提供）"
    assert "市科技局" in sentence
    assert fresh(left).state == State.ACCEPTED
    take(report, offer.words[1].key, "problem", reporter)
    assert [(row.field, row.version) for row in TakenOver.objects.all()] == [("progress", 1), ("problem", 1)]


def test_the_source_stays_with_the_version(report, ask, give, reporter, approver, as_, office):
    give(ask()[0])
    take(report, offers(report).waiting[0].words[0].key, "progress", reporter)
    row = fresh(report)
    row = workflow.submit(row, by=reporter, now=BEFORE_DUE, revision=row.revision)
    row = workflow.approve(row, by=approver, now=BEFORE_DUE, revision=row.revision)
    (source,) = row.versions.get().content["sources"]
    assert (source["agency"], source["field"], source["version"]) == ("市科技局", "progress", 1)
    page = as_(office).get(row.get_absolute_url())
    assert [(each.agency, each.unchanged) for each in page.context["sources"]] == [("市科技局", True)]
    assert taking_over.sources_of({"progress": "一个旧版本"}) == []


def test_words_put_differently_are_between_the_two(
    report, ask, give, reporter, approver, office, as_, county_reporter, leader
):
    """Once accepted supporters and leaders read the return, not what stood in a contribution before it was
    reworded."""
    give(ask()[0])
    take(report, offers(report).waiting[0].words[0].key, "progress", reporter)
    people = {"reporter": reporter, "approver": approver, "office": office}
    row = factories.walk(fresh(report), State.ACCEPTED, **people, progress="已到位。")
    original = "到位补助资金320万元"
    for person, reads in ((reporter, True), (office, True), (county_reporter, False), (leader, False)):
        client, page = as_(person), row.get_absolute_url()
        said = client.get(page).content.decode()
        assert "市科技局" in said and (original in said) == reads
        for door in (f"/api/v1/reports/{row.pk}/", f"/api/v1/reports/{row.pk}/versions/"):
            answer = client.get(door)
            assert answer.status_code == 200 and (original in answer.content.decode()) == reads


def test_the_same_words_go_in_once_and_old_words_not_at_all(report, ask, give, reporter, kjj_approver):
    left = give(ask()[0])
    key = offers(report).waiting[0].words[0].key
    take(report, key, "progress", reporter)
    with pytest.raises(ValidationError, match="没有重复写入"):
        take(report, key, "progress", reporter)
    with pytest.raises(WrongState, match="新的版本"):
        take(report, key.replace("-1-", "-2-"), "experience", reporter)
    with pytest.raises(ValidationError, match="请选择"):
        take(report, key, "percent", reporter)
    assert fresh(left).state == State.ACCEPTED


def test_a_text_that_grows_too_long_changes_nothing(report, ask, give, reporter):
    left = give(ask()[0])
    factories.fill(report, by=reporter, progress="字" * 4995)
    with pytest.raises(ValidationError, match="超过 5000 字"):
        take(report, offers(report).waiting[0].words[0].key, "progress", reporter)
    assert fresh(left).state == State.UNDER_REVIEW
    assert not TakenOver.objects.exists()


def test_a_lead_whose_return_is_out_accepts_only(report, ask, give, reporter, approver, office, as_):
    left = give(ask()[0])
    walked = factories.walk(report, State.UNDER_REVIEW, reporter=reporter, approver=approver, office=office)
    key = offers(walked).waiting[0].words[0].key
    with pytest.raises(WrongState, match="不能再改"):
        take(walked, key, "progress", reporter)
    assert fresh(left).state == State.UNDER_REVIEW
    page = as_(reporter).get(walked.get_absolute_url()).content.decode()
    assert "配合单位材料" in page
    assert "采用到此栏" not in page
    workflow.accept(left, by=approver, now=DUE, revision=left.revision)


def test_without_words_it_is_accepted_for_the_record(report, ask, give, reporter):
    left = give(ask()[0])
    done, sentence = take(report, offers(report).waiting[0].key, "", reporter)
    assert (fresh(left).state, TakenOver.objects.count()) == (State.ACCEPTED, 0)
    assert done.task_return.progress == ""
    assert "备查" in sentence


def test_two_leads_of_one_supporter_both_take_over(report, ask, give, reporter, county_reporter, sixian):
    report.task.assignments.filter(agency=sixian).delete()
    Assignment.objects.create(task=report.task, agency=sixian, role="lead", duty="lead", order=1)
    second = factories.make_report(report.task, sixian, order=1)
    (mine,) = ask()
    (theirs,) = ask(of=second, by=county_reporter, due_at=DUE - timedelta(days=10), wanted="项目清单")
    assert mine.contribution == theirs.contribution
    assert fresh(mine.contribution).due_at == DUE - timedelta(days=10)
    give(theirs)
    for lead, who in ((report, reporter), (second, county_reporter)):
        take(lead, offers(lead).supporters[0].words[0].key, "experience", who)
    assert TakenOver.objects.count() == 2


@pytest.mark.parametrize("separate", [False, True])
def test_other_leads_feed_the_first_ones_text_unless_each_answers_alone(
    report, sixian, reporter, county_reporter, county_approver, office, separate
):
    report.task.assignments.filter(agency=sixian).delete()
    Assignment.objects.create(task=report.task, agency=sixian, role="lead", duty="lead", order=1)
    Task.objects.filter(pk=report.task_id).update(separate_leads=separate)
    second = factories.make_report(report.task, sixian, order=1)
    second = factories.walk(
        second, State.UNDER_REVIEW, reporter=county_reporter, approver=county_approver, office=office
    )
    found = offers(report).fellows
    if separate:
        assert found == []
        return
    assert offers(second).fellows == []
    done, _ = take(report, found[0].words[0].key, "consolidated", reporter)
    assert done.task_return.consolidated.endswith("（泗县人民政府提供）")
    assert fresh(second).state == State.UNDER_REVIEW
