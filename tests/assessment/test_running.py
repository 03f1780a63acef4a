"""试算 during the year and 人工认定, as people meet them: each body its own, the office all, others none."""

import re
from datetime import datetime
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Post, User
from agencies.permissions import Denied
from assessment import findings
from assessment.models import Criterion, Finding, Scheme
from assessment.year_facts import facts_of_year
from progress.models import ProgressReport
from progress.workflow import Incomplete, WrongState
from tasks.models import Target, Task
from tests.assessment.round_life import drafted, make_scheme
from tests.factories import AFTER_DUE, BEFORE_DUE, SHANGHAI, make_period, make_plan, make_report, make_task
from tests.supervision.order_life import pdf

pytestmark = pytest.mark.django_db
IN_MAY = datetime(2030, 5, 20, 9, 0, tzinfo=SHANGHAI)
USUAL = (("任务完成", "completion", 50), ("报送及时性", "timeliness", 30), ("对标学习", "benchmarking", 20))


@pytest.fixture(autouse=True)
def in_may():
    """The year is under way: the first quarter is past."""
    with time_machine.travel(IN_MAY, tick=False):
        yield


@pytest.fixture
def year(fgw, kjj, office):
    """Task 1 of 市发展改革委, late; task 2 of 市科技局, never filed; a published scheme."""
    late = make_report(make_task(1, leads=[fgw]), fgw)
    ProgressReport.objects.filter(pk=late.pk).update(left_at=AFTER_DUE, state="accepted")
    make_report(make_task(2, leads=[kjj]), kjj)
    make_report(make_task(3, leads=[kjj]), kjj, make_period("2030Q2"))
    return make_scheme(office, weights=USUAL)


def address(name="running", *parts):
    return reverse(f"assessment:{name}", args=["2030-2032", 2030, *parts])


def shown(client, url, **more):
    response = client.get(url, **more)
    assert response.status_code == 200
    return response.content.decode()


def words(page):
    """A page without its tags: short words are held together by them."""
    return re.sub("<[^>]+>", "", page)


# --- whose it is -------------------------------------------------------------------------------------


def test_a_body_sees_its_own_score_opened_into_facts(year, reporter, as_):
    client = as_(reporter)
    assert client.get(address()).url == address("running_unit", "fgw")
    page = shown(client, address("running_unit", "fgw"))
    # 及时性 30 分接过任务完成和对标学习的全部分值；迟报扣 0.5 ÷ 30。
    assert "98.33" in page and "试算，不是最终得分" in page
    assert "2030-04-09 18:00报出，迟报，扣0.5分" in page
    report = ProgressReport.objects.get(period__code="2030Q1", task__number=1)
    assert f'href="{report.get_absolute_url()}"' in page
    assert "还没有对标学习数据，分值转给其他项目" in page and "市科技局" not in page


def test_what_would_raise_it_is_said_and_what_keeps_it(year, kjj_reporter, as_):
    page = words(shown(as_(kjj_reporter), address("running_unit", "kjj")))
    assert "补报2030年第一季度第2项进展表（应于2030年4月8日18:00前报出），漏报改按迟报计" in page
    assert "2030年7月8日18:00前报出2030年第二季度第3项进展表，避免漏报扣分" in page


def test_nobody_sees_another_body_s(year, reporter, kjj_reporter, leader, admin, as_):
    assert as_(kjj_reporter).get(address("running_unit", "fgw")).status_code == 404
    assert as_(reporter).get(address("running_export")).status_code == 404
    for person in (leader, admin):
        for url in (address(), address("running_unit", "fgw")):
            assert as_(person).get(url).status_code == 403
    assert "进入领导小组审定后" in as_(leader).get(address()).content.decode()


def test_the_office_sees_all_and_sorts_within_each_class(year, office, sixian, as_):
    make_report(make_task(4, leads=[sixian]), sixian)
    client = as_(office)
    page = shown(client, address())
    places = [page.index(each) for each in (">县区 <", "泗县人民政府", ">市直及党群部门 <")]
    assert places == sorted(places)
    ProgressReport.objects.filter(period__code="2030Q2").update(owed=False)
    page = shown(client, f"{address()}?sort=total")
    assert page.index("市科技局") < page.index("市发展改革委")
    page = shown(client, f"{address()}?sort=-total&unit_class=municipal")
    assert "泗县人民政府" not in page and page.index("市发展改革委") < page.index("市科技局")
    for nonsense in ("c9", "c²", "nothing", "--total"):
        shown(client, f"{address()}?sort={nonsense}&unit_class=x&amiss=y")
    sheet = openpyxl.load_workbook(BytesIO(client.get(f"{address('running_export')}?q=科技").content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:3] == ["类别", "单位", "试算得分"]
    assert [row[1] for row in rows[1:]] == ["市科技局"]


def test_without_a_published_scheme_there_is_nothing_to_try(year, reporter, office, as_):
    Scheme.objects.update(state="draft", published_at=None, published_by=None)
    assert "尚未公布" in shown(as_(reporter), address("running_unit", "fgw"))
    assert "按起草中的考核办法试算" in shown(as_(office), address("running_unit", "fgw"))
    Criterion.objects.all().delete()
    assert "这一年还没有考核办法" in shown(as_(office), address())


def test_a_year_without_data_says_so(office, fgw, reporter, as_):
    make_scheme(office, year=2031)
    url = reverse("assessment:running", args=["2030-2032", 2031])
    assert "这一年还没有数据" in shown(as_(office), url)
    own = reverse("assessment:running_unit", args=["2030-2032", 2031, "fgw"])
    assert "这一年还没有数据" in shown(as_(reporter), own)
    assert as_(office).get(reverse("assessment:running", args=["2030-2032", 1999])).status_code == 404


def test_bodies_outside_command_are_only_told(year, kjj, kjj_reporter, office, as_):
    kjj.vertical = True
    kjj.save()
    page = shown(as_(kjj_reporter), address("running_unit", "kjj"))
    assert "只反馈，不计分" in page and "试算得分" not in page and "漏报" in page
    with drafted(year):
        year.listed.add(kjj)
    assert "试算得分" in shown(as_(kjj_reporter), address("running_unit", "kjj"))


def test_the_workbench_has_a_box_with_it(year, reporter, office, as_):
    box = reverse("assessment:running_box", args=["2030-2032"])
    assert box in shown(as_(reporter), "/work/2030-2032/2030Q1/")
    assert box not in shown(as_(office), "/work/2030-2032/2030Q1/")
    said = shown(as_(reporter), box, headers={"HX-Request": "true"})
    assert "98.33" in said and "<html" not in said
    assert as_(reporter).get(box).url == address()


def test_a_score_is_a_dozen_queries_whatever_there_is(year, office, reporter, fgw, as_):
    task = Task.objects.get(plan=make_plan(), number=1)
    for number in range(5, 9):
        report = make_report(make_task(number, leads=[fgw]), fgw)
        counting = {"plan": make_plan(), "task": task, "quote": "", "due": "each_year"}
        Target.objects.create(**counting, indicator=f"数{number}", operator=">=", minimum=1)
        ProgressReport.objects.filter(pk=report.pk).update(left_at=AFTER_DUE, state="accepted")
    for person, url in (
        (office, address()),
        (office, address("running_unit", "fgw")),
        (reporter, address("running_unit", "fgw")),
    ):
        client = as_(person)
        with CaptureQueriesContext(connection) as asked:
            shown(client, url)
        assert sum(each["sql"].startswith("SELECT") for each in asked) <= 12


# --- findings ----------------------------------------------------------------------------------------


@pytest.fixture
def milestone(year):
    task = Task.objects.get(plan=make_plan(), number=1)
    said = {"operator": "milestone", "value_text": "1", "unit": "份清单", "due": "each_year", "quote": "清单"}
    return Target.objects.create(plan=task.plan, task=task, indicator="出台清单", **said)


def find(client, about, **said):
    return client.post(
        reverse("assessment:finding_new", args=["2030-2032", about]), {"basis": "已查阅文件", **said}
    )


def test_a_return_is_found_without_substance_and_it_is_taken_back(year, office, reporter, as_, news):
    client = as_(office)
    assert find(client, "return", agency="fgw", period="2030Q1", number="1", files=pdf()).status_code == 302
    found = Finding.objects.get()
    (fact,) = facts_of_year(make_plan(), 2030, IN_MAY)[found.agency_id].returns
    assert fact.insubstantial == "已查阅文件"
    assert [each.title for each in news] == ["办公室作出一项人工认定：无实质内容"]
    own = as_(reporter)
    assert "已查阅文件" in shown(own, found.get_absolute_url())
    file = own.get(reverse("assessment:file", args=[found.files.get().pk]))
    assert file.getvalue().startswith(b"%PDF")
    assert own.post(f"{found.get_absolute_url()}revoke/", {"reason": "不服"}).status_code == 403
    refused = client.post(f"{found.get_absolute_url()}revoke/", {"reason": " "})
    assert (refused.status_code, "请写明撤销的原因" in refused.content.decode()) == (400, True)
    assert client.post(f"{found.get_absolute_url()}revoke/", {"reason": "看错"}).status_code == 302
    assert facts_of_year(make_plan(), 2030, IN_MAY)[found.agency_id].returns[0].insubstantial == ""
    assert "看错" in shown(own, found.get_absolute_url())


def test_a_goal_without_a_number_is_found_from_the_score_it_waits_in(year, milestone, office, reporter, as_):
    client = as_(office)
    with drafted(year):
        Criterion.objects.filter(formula="benchmarking").update(formula="targets")
    page = shown(client, address("running_unit", "fgw"))
    form = reverse("assessment:finding_new", args=["2030-2032", "target"])
    link = f"{form}?agency=fgw&amp;target={milestone.pk}&amp;year=2030"
    assert link in page and form not in shown(as_(reporter), address("running_unit", "fgw"))
    assert f'<option value="{milestone.pk}" selected>' in shown(client, link.replace("&amp;", "&"))
    said = {"agency": "fgw", "target": milestone.pk, "year": 2030}
    assert find(client, "target", met="yes", **said).status_code == 302
    assert "办公室认定达成：已查阅文件" in shown(as_(reporter), address("running_unit", "fgw"))
    again = find(client, "target", met="no", **said)
    assert (again.status_code, "已经认定过" in again.content.decode()) == (400, True)


@pytest.mark.parametrize(
    ("about", "said", "sentence"),
    [
        ("return", {"agency": "fgw", "period": "2030Q1", "number": "9"}, "没有已报送的2030年第一季度第 9 项"),
        ("return", {"agency": "kjj", "period": "2030Q1", "number": "2"}, "没有已报送的"),
        ("return", {"agency": "fgw", "period": "2030Q1", "number": "1", "basis": " "}, "请写明依据"),
        ("return", {"agency": "fgw", "period": "2030Q1", "number": "一"}, "请填写数字"),
        ("target", {"agency": "kjj", "year": "2030", "met": "yes"}, "不是这个指标的责任单位"),
        ("target", {"agency": "fgw", "year": "2030"}, "请选择达成或未达成"),
    ],
)
def test_bad_input_is_explained_and_kept(milestone, office, as_, about, said, sentence):
    if about == "target":
        said = {"target": milestone.pk, **said}
    response = find(as_(office), about, **said)
    page = response.content.decode()
    assert (response.status_code, sentence in page, Finding.objects.count()) == (400, True, 0)
    if "basis" not in said:
        assert "已查阅文件" in page


def test_rules_of_findings(milestone, office, reporter, kjj):
    report = ProgressReport.objects.get(period__code="2030Q1", task__number=1)
    with pytest.raises(Denied):
        findings.find_insubstantial(report, "依据", by=reporter, now=IN_MAY)
    with pytest.raises(Incomplete):
        findings.find_insubstantial(
            ProgressReport.objects.get(period__code="2030Q1", task__number=2), "依据", by=office, now=IN_MAY
        )
    milestone.due, milestone.due_year = "year", 2031
    with pytest.raises(Incomplete, match="2030 年"):
        findings.find_target(make_plan(), 2030, milestone, report.agency, True, "依据", by=office, now=IN_MAY)
    made = findings.find_insubstantial(report, "依据", by=office, now=BEFORE_DUE)
    findings.revoke(made, "看错", by=office, now=IN_MAY)
    with pytest.raises(WrongState):
        findings.revoke(made, "再撤", by=office, now=IN_MAY)
    # Who works for the body as well leaves it to a colleague.
    Post.objects.create(user=office, role="reporter", agency=report.agency)
    both = User.objects.get(pk=office.pk)
    with pytest.raises(Denied, match="本单位"):
        findings.find_insubstantial(report, "依据", by=both, now=IN_MAY)
    with pytest.raises(Denied, match="本单位"):
        findings.revoke(made, "撤", by=both, now=IN_MAY)
    # Taken back, it can be stated anew.
    assert findings.find_insubstantial(report, "依据", by=office, now=IN_MAY).pk != made.pk


def test_a_body_reads_only_what_was_found_about_it(year, office, reporter, kjj_reporter, leader, as_):
    report = ProgressReport.objects.get(period__code="2030Q1", task__number=1)
    made = findings.find_insubstantial(report, "依据何在", by=office, now=IN_MAY)
    listed = reverse("assessment:findings", args=["2030-2032"])
    assert "依据何在" in shown(as_(reporter), listed)
    assert "依据何在" in shown(as_(office), f"{listed}?year=2030&agency=fgw&standing=yes&q=依据")
    assert "依据何在" not in shown(as_(kjj_reporter), listed)
    assert as_(kjj_reporter).get(made.get_absolute_url()).status_code == 404
    assert as_(leader).get(listed).status_code == 403
    sheet = openpyxl.load_workbook(BytesIO(as_(office).get(f"{listed}export.xlsx").content)).active
    assert sheet["D2"].value == "2030年第一季度第 1 项任务之1"
