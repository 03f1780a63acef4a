"""考核办法: begun from the defaults or last year, edited with its total checked, published, then frozen."""

from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from agencies.audit import trail_of
from agencies.models import Agency, Role
from agencies.permissions import Denied
from assessment import schemes
from assessment.formulas import FORMULAS, in_words, values_of
from assessment.models import AssessmentRound, Criterion, ExportForm, Scheme
from assessment.scheme_contents import CriterionContent, content_of, differing, mistakes, usual
from assessment.scheme_forms import SchemeForm, as_typed, as_written
from progress.workflow import Incomplete, Stale, WrongState
from tests import factories
from tests.cast import body, person

pytestmark = pytest.mark.django_db
PLAN, YEAR = "2030-2032", 2030
NOW = factories.OPENS


@pytest.fixture
def plan(db):
    factories.make_period()
    return factories.make_plan()


@pytest.fixture
def draft(plan, office):
    return schemes.new_scheme(plan, YEAR, by=office, now=NOW)


def address(name, *args):
    return reverse(f"assessment:{name}", args=[PLAN, *args])


def published(scheme, office):
    return schemes.publish(scheme, by=office, now=NOW, revision=scheme.revision)


def saved(scheme, office, **changes):
    content = replace(content_of(scheme), **changes)
    return schemes.edit(scheme, content, by=office, now=NOW, revision=scheme.revision)


def typed(scheme, **changes):
    """What the browser would send of the form as it stands, with some of it changed."""
    return sent_of(content_of(scheme), scheme.revision, **changes)


def sent_of(content, revision=1, **changes):
    held = as_typed(content, revision)
    sent = {name: value for name, value in held.items() if value is not None and value is not False}
    return {name: "on" if value is True else value for name, value in sent.items()} | changes


def refusals(**changes):
    """The sentences that answer the usual scheme with `changes`, without a database."""
    bodies = [Agency(code=code, name=code, kind=Agency.Kind.MUNICIPAL) for code in ("fgw", "kjj")]
    groups = [("市直", [(each.code, each.name, each) for each in bodies])]
    form = SchemeForm(sent_of(usual(YEAR), **changes), bodies=groups)
    if form.is_valid() and mistakes(form.content):
        form.refuse(Incomplete(mistakes(form.content)))
    return " ".join(sentence for said in form.errors.values() for sentence in said)


# --- the story -------------------------------------------------------------------------------------


def test_from_the_defaults_to_the_published_scheme(plan, office, reporter, as_, news):
    at, mine = as_(office), as_(reporter)
    assert "按默认办法起草" in at.get(address("schemes")).content.decode()
    answer = at.post(address("scheme_new"), {"year": YEAR, "source": "defaults"})
    assert answer.headers["Location"] == address("scheme_edit", YEAR)
    scheme = Scheme.objects.get()
    assert [(each.name, each.weight) for each in scheme.criteria.all()] == [
        *(("任务完成", 50), ("量化指标", 15), ("报送及时性", 10)),
        *(("报送质量", 10), ("对标学习", 10), ("督办办结", 5)),
    ]
    assert (scheme.addition_cap, scheme.deduction_cap, scheme.own_grades, scheme.veto_on) == (
        5,
        10,
        False,
        False,
    )
    assert {each.kind for each in scheme.export_forms.all()} == set(ExportForm.Kind)
    assert mine.get(address("scheme", YEAR)).status_code == 404

    sent = typed(
        scheme, title="二〇三〇年考核办法", weight_1="45", weight_6="10", order_6="1", p_3_late="0.3"
    )
    answer = at.post(address("scheme_edit", YEAR), sent)
    assert answer.status_code == 302, answer.content.decode()
    scheme.refresh_from_db()
    assert scheme.title == "二〇三〇年考核办法"
    assert [each.name for each in scheme.criteria.all()][:2] == ["任务完成", "督办办结"]
    assert scheme.criteria.get(formula="timeliness").parameters == {
        "late": "0.3",
        "missing": "1",
        "silent": "1",
    }

    at.post(address("scheme_act", YEAR, "publish"), {"revision": scheme.revision})
    assert news[-1].people == {reporter.pk} and news[-1].url == scheme.get_absolute_url()
    page = mine.get(address("scheme", YEAR)).content.decode()
    assert "每迟报一次扣 0.3 分" in page and "已公布" in page and "办理过程" not in page
    refused = at.get(address("scheme_edit", YEAR), follow=True)
    assert "请先撤回公布并写明原因" in refused.content.decode()
    assert [event.verb for event in trail_of(scheme)] == ["公布考核办法", "修改考核办法", "起草考核办法"]


def test_a_row_more_keeps_what_was_typed_and_saves_nothing(draft, office, as_):
    page = as_(office).post(address("scheme_edit", YEAR), typed(draft, name_1="改了名", more="1"))
    assert page.status_code == 200 and "改了名" in page.content.decode()
    assert 'name="weight_7"' in page.content.decode()
    assert draft.criteria.filter(name="任务完成").exists()
    sent = typed(draft, rows=7, name_7="创新", formula_7="by_hand", weight_7="5", order_7="7", weight_1="45")
    assert as_(office).post(address("scheme_edit", YEAR), sent).status_code == 302
    assert draft.criteria.get(order=7).name == "创新"


def test_a_row_is_taken_out(draft, office, as_):
    sent = typed(draft, remove_6="on", weight_1="55")
    assert as_(office).post(address("scheme_edit", YEAR), sent).status_code == 302
    assert not draft.criteria.filter(formula="orders").exists()


def test_the_columns_of_a_city_form_are_chosen(draft, office, as_):
    sent = typed(
        draft, party_label_unit="被考核单位", party_at_unit="1", party_at_number="2", party_points="2"
    )
    del sent["party_use_remark"]
    assert as_(office).post(address("scheme_edit", YEAR), sent).status_code == 302
    form = draft.export_forms.get(kind="party")
    assert form.points == 2 and form.columns[0]["label"] == "被考核单位"
    assert "remark" not in [each["key"] for each in form.columns]


def test_columns_spoilt_by_hand_break_no_page(draft, office, as_):
    spoilt = ["x", {"key": "gone"}, {"key": "unit", "width": "NaN"}, {"label": "无主"}, {"key": "total"}]
    draft.export_forms.update(columns=spoilt)
    for name in ("scheme", "scheme_edit"):
        assert as_(office).get(address(name, YEAR)).status_code == 200
    assert as_(office).post(address("scheme_edit", YEAR), typed(draft)).status_code == 302
    kept = [each["key"] for each in draft.export_forms.first().columns]
    assert kept == ["unit", "total"], "saved again, it is whole"


def test_what_the_form_shows_is_what_the_scheme_says(draft):
    form = SchemeForm(typed(draft))
    assert form.is_valid(), form.errors
    assert differing(form.content, content_of(draft)) == []
    assert as_written(form)["weight_1"] == "50"


# --- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"weight_1": "55"}, "现在是 105 分，多出 5 分"),
        ({"weight_1": "49.5"}, "现在是 99.5 分，还差 0.5 分"),
        ({"weight_1": "五十"}, "请只填数字"),
        ({"addition_cap": "-1"}, "加分上限应在 0 至 100 之间，您填的是 -1"),
        ({"host": "fgw", "cross_reviewer": "fgw"}, "不能由它自己评审，请另选一家单位"),
        ({"cross_reviewer": "kjj"}, "请同时选择办公室所在单位"),
        ({"excellent_from": "75"}, "等次起点应当优秀高于良好"),
        ({"p_1_yellow": "170"}, "应在 0 至 100 之间，您填的是 170"),
        ({"name_2": "任务完成"}, "已经有一个考核项目叫“任务完成”"),
        ({"formula_1": "guess"}, "没有这个选项"),
        ({"self_days": "0"}, "自评期限应在 1 至 60 个工作日之间"),
        ({"party_points": "0"}, "折算满分应大于 0"),
        ({"party_width_unit": "900"}, "列宽要在"),
    ],
)
def test_what_is_wrong_is_said(changes, sentence):
    assert sentence in refusals(**changes)


def test_what_is_refused_changes_nothing_and_stays_on_the_page(draft, office, as_):
    page = as_(office).post(address("scheme_edit", YEAR), typed(draft, title="另一个名称", weight_1="55"))
    assert page.status_code == 400
    assert "多出 5 分" in page.content.decode() and "另一个名称" in page.content.decode()
    before = draft.revision
    draft.refresh_from_db()
    assert (draft.revision, draft.title) == (before, usual(YEAR).title)
    assert refusals() == ""


def test_a_year_outside_the_plan_or_taken_is_refused(draft, office, as_):
    for year, sentence in (
        (2033, "本计划只管 2030 至 2032 年"),
        (YEAR, "已经有考核办法"),
        ("", "请选择年度"),
    ):
        page = as_(office).post(address("scheme_new"), {"year": year})
        assert page.status_code == 400 and sentence in page.content.decode()
    with pytest.raises(Incomplete, match="可以沿用"):
        schemes.new_scheme(draft.plan, YEAR, "last", by=office, now=NOW)
    assert Scheme.objects.count() == 1


def test_every_class_needs_something_to_be_judged_by():
    only = (CriterionContent("督办", "orders", Decimal(100), classes=("county",)),)
    assert "没有一个考核项目适用于“市管园区”" in mistakes(replace(usual(YEAR), criteria=only))["criteria"]
    assert mistakes(usual(YEAR)) == {}


def test_only_bodies_outside_the_citys_command_can_be_listed(draft, office):
    court = Agency.objects.create(code="court", name="市中级人民法院", kind=Agency.Kind.MUNICIPAL, order=90)
    assert saved(draft, office, listed=(court,)).listed.get() == court
    with pytest.raises(Incomplete, match="本来就计分"):
        saved(schemes.load(draft.pk), office, listed=(body("kjj"),))


# --- frozen, withdrawn, two at once ----------------------------------------------------------------


def test_after_publication_every_change_is_refused(draft, office):
    scheme = published(draft, office)
    for change in (lambda: saved(scheme, office, title="别的"), lambda: published(scheme, office)):
        with pytest.raises(WrongState):
            change()
    with pytest.raises(WrongState, match="撤回公布"):
        schemes.discard(scheme, by=office, now=NOW, revision=scheme.revision)
    assert schemes.load(scheme.pk).revision == scheme.revision


def test_withdrawn_with_a_reason_until_the_round_begins(draft, office, reporter, as_, news):
    scheme = published(draft, office)
    act = address("scheme_act", YEAR, "withdraw")
    at = as_(office)
    refused = at.post(act, {"revision": scheme.revision, "reason": " "})
    assert refused.status_code == 400 and "请写明撤回的原因" in refused.content.decode()
    wordy = at.post(act, {"revision": scheme.revision, "reason": "改" * 501})
    shown = wordy.content.decode()
    assert (wordy.status_code, "501 字" in shown, "改" * 501 in shown) == (400, True, True)
    at.post(act, {"revision": scheme.revision, "reason": "分值有误"})
    scheme = schemes.load(scheme.pk)
    assert (scheme.state, scheme.published_at) == ("draft", None)
    # Whoever was told reads why, and is not led to a draft.
    assert "分值有误" in news[-1].text and news[-1].url == address("schemes")
    assert as_(reporter).get(news[-1].url).status_code == 200

    scheme = published(scheme, office)
    AssessmentRound.objects.create(scheme=scheme, begun_at=NOW, begun_by=office, self_until=NOW)
    page = at.post(act, {"revision": scheme.revision, "reason": "再改"}, follow=True)
    assert "本年度考核已经启动" in page.content.decode()
    assert schemes.load(scheme.pk).is_published


def test_publishing_wants_a_reviewer_for_the_host(draft, office):
    scheme = saved(draft, office, host=body("fgw"))
    with pytest.raises(Incomplete, match="请先指定另一家单位交叉评审"):
        published(scheme, office)
    assert published(saved(scheme, office, cross_reviewer=body("kjj")), office).is_published


def test_of_two_editors_the_second_sees_both_texts(draft, office, office2, as_):
    sent = typed(draft, title="第二人的名称")
    saved(draft, office, title="第一人的名称")
    page = as_(office2).post(address("scheme_edit", YEAR), sent)
    assert page.status_code == 412
    shown = page.content.decode()
    assert "第一人的名称" in shown and "第二人的名称" in shown and "现在保存的" in shown
    again = {**sent, "revision": schemes.load(draft.pk).revision}
    as_(office2).post(address("scheme_edit", YEAR), again)
    assert schemes.load(draft.pk).title == "第二人的名称"
    with pytest.raises(Stale):
        schemes.publish(draft, by=office, now=NOW, revision=draft.revision)


def test_what_was_saved_already_is_said_to_be(draft, office, as_):
    """A second press of the same button is no dispute with anybody, and does not go unanswered."""
    at, sent = as_(office), typed(draft, title="同一个名称")
    assert at.post(address("scheme_edit", YEAR), sent).status_code == 302
    again = at.post(address("scheme_edit", YEAR), sent)
    assert again.status_code == 412 and "内容与您填写的相同" in again.content.decode()


def test_only_the_office_keeps_schemes(draft, reporter, leader, admin, as_):
    for who in (reporter, leader, admin):
        with pytest.raises(Denied):
            schemes.publish(draft, by=who, now=NOW, revision=draft.revision)
    assert as_(admin).get(address("schemes")).status_code == 403
    assert as_(leader).get(address("scheme", YEAR)).status_code == 404


# --- taken over from last year ---------------------------------------------------------------------


def test_the_next_year_takes_over_but_not_bodies_that_are_gone(draft, office, as_):
    gone = person("gone", Role.REPORTER, "kjj").agency
    scheme = saved(draft, office, host=body("fgw"), cross_reviewer=gone, addition_cap=Decimal(3))
    # The day it ends has begun in Shanghai and not yet in Greenwich.
    later = (NOW + timedelta(days=365)).replace(hour=1)
    Agency.objects.filter(pk=gone.pk).update(abolished_on=later.date())
    later = later.astimezone(UTC)
    assert "沿用 2030 年的起草" in as_(office).get(address("schemes")).content.decode()
    taken = schemes.new_scheme(scheme.plan, 2031, "last", by=office, now=later)
    assert (taken.addition_cap, taken.copied_from) == (3, scheme)
    assert (taken.host, taken.cross_reviewer) == (None, None)
    assert "2031" in taken.title and taken.criteria.count() == 6


def test_a_draft_is_discarded(draft, office, as_):
    as_(office).post(address("scheme_act", YEAR, "discard"), {"revision": draft.revision})
    assert not Scheme.objects.exists()


# --- formulas --------------------------------------------------------------------------------------


def test_every_formula_of_the_model_is_explained():
    assert set(FORMULAS) == set(Criterion.Formula.values)
    for code, formula in FORMULAS.items():
        assert formula.label == Criterion.Formula(code).label
        assert "{" not in in_words(code)
        assert all(each.least <= each.default <= each.most for each in formula.parameters)


def test_what_is_no_number_is_passed_over():
    assert values_of("timeliness", {"late": "很多", "other": "3"})["late"] == Decimal("0.5")
    assert values_of("timeliness", {"late": "0.25"})["late"] == Decimal("0.25")
