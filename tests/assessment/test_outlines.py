"""提纲: the default of the practice, changed on a page, and never behind a report's back."""

import pytest
from django.urls import reverse

from agencies.models import AuditEvent
from assessment import assembling, outlines
from assessment.models import Outline, ReportSection
from progress.workflow import Stale
from tests import factories
from tests.assessment.gathered import END, accept

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(fgw):
    return factories.make_task(1, leads=[fgw]).plan


@pytest.fixture
def send(plan, as_, office):
    """Send the page of the annual outline; `typed` is what it shows by default, with changes."""
    address = reverse("assessment:outline", args=[plan.code, "annual"])
    client = as_(office)

    def sent(verb="save", revision=0, **changes):
        said = {
            "verb": verb,
            "revision": revision,
            "title": outlines.TITLE,
            "addressee": "市委",
            "charts": "on",
        }
        for place, each in enumerate(outlines.DEFAULTS["annual"].sections, start=1):
            said |= {f"heading-{place}": each.heading, f"source-{place}": each.source, f"text-{place}": ""}
        return client.post(address, said | changes)

    sent.get = lambda: client.get(address)
    return sent


def headings(plan, kind="annual"):
    return [each.heading for each in outlines.outlines_of(plan)[kind].sections]


def test_looking_shows_the_default_and_makes_nothing(plan, send, as_, office, leader):
    shown = as_(office).get(reverse("assessment:outlines", args=[plan.code])).content.decode()
    annual = ["总体情况", "主要做法和成效", "对标学习杭州情况", "存在问题", "下一步打算"]
    assert headings(plan) == annual
    assert all(each in shown for each in annual)
    assert "督办和问题办理情况" in headings(plan, "half")
    assert len(headings(plan, "quarter")) == 4
    assert send.get().status_code == 200
    assert not Outline.objects.exists()
    assert as_(leader).get(reverse("assessment:outline", args=[plan.code, "annual"])).status_code == 403


def test_rows_are_moved_added_and_taken_out_before_anything_is_saved(plan, send):
    moved = send("up-2").content.decode()
    assert moved.index('value="主要做法和成效"') < moved.index('value="总体情况"')
    assert 'value="存在问题"' not in send("remove-4").content.decode()
    assert 'name="heading-6"' in send("add").content.decode()
    assert not Outline.objects.exists()


def test_what_is_saved_is_the_outline_of_the_next_report(plan, send):
    more = {"heading-6": "名词解释", "source-6": "text", "text-6": "三省一市：沪苏浙皖。"}
    assert send(**more, **{"heading-1": "一年概况"}).status_code == 302
    outline = Outline.objects.get()
    assert headings(plan)[0] == "一年概况"
    assert headings(plan)[-1] == "名词解释"
    assert (outline.addressee, outline.charts, outline.attach_tasks) == ("市委", True, False)
    assert AuditEvent.objects.filter(verb="修改报告提纲").count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "年度报告"}, "标题写法里要有“{期}”"),
        ({"title": ""}, "请填写标题写法"),
        ({"heading-2": " "}, "第 2 节没有标题"),
        ({"source-2": "nonsense"}, "第 2 节没有选内容来源"),
        ({"source-2": "text"}, "请填写文字，或换一个来源"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(plan, send, changes, words):
    answer = send(**changes, **{"heading-1": "我写的标题"})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert 'value="我写的标题"' in answer.content.decode()
    assert not Outline.objects.exists()


def test_an_outline_without_sections_is_none():
    with pytest.raises(outlines.ValidationError, match="至少要有一节"):
        outlines.check(outlines.Content())


def test_of_two_people_the_second_sees_both(plan, send):
    assert send(**{"heading-1": "先来的"}).status_code == 302
    late = send(**{"heading-1": "后来的"})
    assert late.status_code == 412
    assert all(each in late.content.decode() for each in ("先来的", 'value="后来的"', "尚未保存"))
    revision = Outline.objects.get().revision
    assert send(revision=revision, **{"heading-1": "后来的"}).status_code == 302
    assert headings(plan)[0] == "后来的"


def test_a_report_keeps_its_own_sections(plan, fgw, people, office):
    accept(plan.tasks.get(), fgw, "2030Q1", people)
    report = assembling.begin(factories.make_period("2030Q1"), "quarter", by=office, now=END)
    content = outlines.Content(sections=(outlines.Section("新的一节", "overview"),), revision=1)
    outlines.save(plan, "quarter", content, by=office, now=END)
    assembling.work(lambda: END)
    assert ReportSection.objects.filter(report=report).first().heading == "总体情况"
    with pytest.raises(Stale):
        outlines.save(plan, "quarter", content, by=office, now=END)
