"""The pages of a 单位小结: filling in, conflicts, signing, reading, naming units, lists that show them."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from progress import content
from progress.models import ProgressReport, ReportingPeriod, UnitDuty
from tasks.models import Task
from tests.factories import fill, make_period, make_plan, make_unit_report, make_year, walk

pytestmark = pytest.mark.django_db
State = ProgressReport.State
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
PLACE = "/work/2030-2032/2030Q1"


@pytest.fixture
def report(county):
    report = make_unit_report(county)
    opened = timezone.now() - timedelta(days=9)
    ReportingPeriod.objects.filter(pk=report.period_id).update(due_at=None, opened_at=opened)
    return content.load(report.pk)


@pytest.fixture
def people(county_reporter, county_approver, office):
    return {"reporter": county_reporter, "approver": county_approver, "office": office}


def typed(report, **fields):
    return {"verb": "save", "revision": report.revision, **fields}


def json_of(client, report, data):
    return client.post(report.get_absolute_url(), data, headers={"Accept": "application/json"})


# --- filling in --------------------------------------------------------------------------------


def test_the_form_has_a_box_for_each_chapter_with_its_tasks(as_, county_reporter, report):
    page = as_(county_reporter).get(report.get_absolute_url()).content.decode()
    assert report.get_absolute_url() == f"{PLACE}/units/sixian/"
    assert "单位季度小结" in page and "某某行动" in page
    assert re.findall(r'name="paragraph-1-0-tasks" value="(\d)"', page) == ["1", "2"]
    assert "对标学习" not in page
    assert "非涉密" in page


def test_what_is_typed_is_saved_with_its_tasks(as_, county_reporter, report):
    answer = json_of(
        as_(county_reporter),
        report,
        typed(report, **{"paragraph-1-0-text": "承接项目3个。", "paragraph-1-0-tasks": "1,2"}),
    )
    assert answer.status_code == 200
    assert answer.json()["revision"] == 2
    said = content.snapshot(content.load(report.pk))
    assert [(row["text"], row["tasks"]) for row in said["paragraphs"]] == [("承接项目3个。", [1, 2])]
    # A second paragraph, by plain ticks as without scripts, leaves the first as it is.
    fresh = content.load(report.pk)
    data = typed(
        fresh, **{"paragraph-1-1-text": "建成2个。", "paragraph-1-1-tasks": ["2"], "overview": "平稳。"}
    )
    assert as_(county_reporter).post(report.get_absolute_url(), data).status_code == 302
    said = content.snapshot(content.load(report.pk))
    assert [(row["text"], row["tasks"]) for row in said["paragraphs"]] == [
        ("承接项目3个。", [1, 2]),
        ("建成2个。", [2]),
    ]
    # Emptying the first leaves the second in its place.
    fresh = content.load(report.pk)
    json_of(as_(county_reporter), report, typed(fresh, **{"paragraph-1-0-text": ""}))
    assert [row.order for row in content.load(report.pk).paragraphs.all()] == [1]


def test_a_foreign_task_is_refused_and_nothing_is_lost(as_, county_reporter, report):
    data = typed(report, **{"paragraph-1-0-text": "承接项目3个。", "paragraph-1-0-tasks": "9"})
    answer = json_of(as_(county_reporter), report, data)
    assert answer.status_code == 400
    assert "不是本单位承担的任务" in answer.json()["fields"]["paragraph-1-0-tasks"]
    page = as_(county_reporter).post(report.get_absolute_url(), data)
    assert page.status_code == 400
    assert "承接项目3个。" in page.content.decode()
    assert content.load(report.pk).revision == 1


def test_the_loser_of_a_race_sees_both_texts(as_, county_reporter, report):
    fill(report, by=county_reporter, now=timezone.now())
    mine = {"paragraph-1-0-text": "我写的5个。", "paragraph-1-0-tasks": "2"}
    answer = json_of(as_(county_reporter), report, typed(report, **mine))
    assert answer.status_code == 412
    assert answer.json()["current"]["values"]["paragraph-1-0-text"] == "1—3月，承接转移项目3个。"
    assert answer.json()["current"]["values"]["paragraph-1-0-tasks"] == "1"
    page = as_(county_reporter).post(report.get_absolute_url(), typed(report, **mine))
    assert page.status_code == 412
    assert "我写的5个。" in page.content.decode() and "承接转移项目3个" in page.content.decode()
    chosen = typed(content.load(report.pk), **mine, **{"take-paragraph-1-0-text": "theirs"})
    assert as_(county_reporter).post(report.get_absolute_url(), chosen).status_code == 302
    row = content.load(report.pk).paragraphs.all()[0]
    assert (row.text, [task.number for task in row.tasks.all()]) == ("1—3月，承接转移项目3个。", [2])


def test_last_time_is_carried_in_paragraph_by_paragraph(as_, people, county):
    walk(make_unit_report(county), State.ACCEPTED, **people)
    report = make_unit_report(county, make_period("2030Q2", due_at=None))
    client = as_(people["reporter"])
    assert "承接转移项目3个" in client.get(report.get_absolute_url()).content.decode()
    client.post(report.get_absolute_url(), typed(report, verb="carry-paragraph-1-0"))
    row = content.load(report.pk).paragraphs.all()[0]
    assert (row.text, [task.number for task in row.tasks.all()]) == ("1—3月，承接转移项目3个。", [1])


def test_a_file_is_attached(as_, county_reporter, report):
    file = SimpleUploadedFile("台账.pdf", PDF)
    answer = json_of(as_(county_reporter), report, typed(report, verb="attach", files=file))
    assert answer.json()["problems"] == []
    assert "台账.pdf" in as_(county_reporter).get(report.get_absolute_url()).content.decode()


def test_the_whole_way_from_the_form_to_acceptance(as_, people, report):
    reporter, approver, office = (as_(people[who]) for who in ("reporter", "approver", "office"))
    url = report.get_absolute_url()
    assert "还不能提交" in reporter.get(f"{url}?confirm=submit").content.decode()
    reporter.post(url, typed(report, **{"paragraph-1-0-text": "3个。", "paragraph-1-0-tasks": "1"}))
    assert "确认提交审签" in reporter.get(f"{url}?confirm=submit").content.decode()
    reporter.post(url, {"verb": "submit", "revision": 2})
    assert office.get(url).content.decode().count("3个。") == 0
    assert "3个。" in approver.get(url).content.decode()
    approver.post(url, {"verb": "approve", "revision": 3})
    page = office.get(url).content.decode()
    assert "行动一：某某行动" in page and "涉及任务：第 1 项" in page
    assert "第 1 版" in office.get(f"{url}versions/").content.decode()
    office.post(url, {"verb": "accept", "revision": 4})
    report.refresh_from_db()
    assert report.state == State.ACCEPTED


def test_others_do_not_know_of_a_summary_and_leaders_read_no_sensitive_part(
    as_, people, report, reporter, stranger, leader
):
    Task.objects.filter(number=2).update(is_sensitive=True)
    both = [
        {"chapter": 1, "text": "公开的3个。", "tasks": [1]},
        {"chapter": 1, "text": "敏感的。", "tasks": [2]},
    ]
    walk(report, State.ACCEPTED, now=timezone.now(), paragraphs=both, **people)
    url = report.get_absolute_url()
    assert as_(reporter).get(url).status_code == 404
    assert as_(stranger).get(url).status_code == 404
    for address in (url, f"{url}versions/"):
        page = as_(leader).get(address).content.decode()
        assert "公开的3个。" in page and "敏感的。" not in page
        assert "敏感的。" in as_(people["office"]).get(address).content.decode()


def test_the_annual_report_asks_its_five_parts(as_, county_reporter, county):
    report = make_unit_report(county, make_year(), due_at=None)
    page = as_(county_reporter).get(report.get_absolute_url()).content.decode()
    assert "年度落实情况报告" in page and "对标学习杭州情况" in page
    fourth = as_(county_reporter).get("/work/2030-2032/2030Q4/units/sixian/")
    assert (fourth.status_code, fourth["Location"]) == (302, report.get_absolute_url())
    missing = as_(county_reporter).get(f"{report.get_absolute_url()}?confirm=submit").content.decode()
    for words in ("请填写总体情况", "请填写对标学习", "没有的写“无”", "请填写下一步打算"):
        assert words in missing


def test_a_summary_signed_on_paper_goes_to_the_office(as_, people, report):
    report = walk(report, State.AWAITING_APPROVAL, now=timezone.now(), **people)
    url = f"{report.get_absolute_url()}offline/"
    client = as_(people["approver"])
    assert "签字盖章件" in client.get(url).content.decode()
    scan = SimpleUploadedFile("扫描件.pdf", PDF)
    data = {"revision": report.revision, "file": scan, "signer": "周县长", "signed_on": timezone.localdate()}
    assert as_(people["office"]).get(url).status_code == 403
    assert client.post(url, data).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.signed_paper.signer) == (State.UNDER_REVIEW, "周县长")
    assert report.versions.count() == 1


def test_the_office_enters_a_summary_from_a_letter(as_, people, report):
    url = f"{report.get_absolute_url()}behalf/"
    client = as_(people["office"])
    page = client.get(url).content.decode()
    assert "来函" in page and 'name="paragraph-1-0-text"' in page
    data = {
        "revision": 1,
        "file": SimpleUploadedFile("来函.pdf", PDF),
        "reference": "泗政函〔2026〕3号",
        "received_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "paragraph-1-0-text": "来函所述3个。",
        "paragraph-1-0-tasks": ["1", "2"],
    }
    answer = client.post(url, data)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    report.refresh_from_db()
    assert (report.state, report.entered_on_behalf) == (State.UNDER_REVIEW, True)
    assert content.load(report.pk).paragraphs.all()[0].text == "来函所述3个。"


# --- the task's page ---------------------------------------------------------------------------


def test_the_task_page_shows_the_paragraphs_to_those_who_may_read_them(
    as_, people, report, reporter, stranger
):
    walk(report, State.UNDER_REVIEW, now=timezone.now(), **people)
    for who, reads in ((reporter, True), (people["office"], True), (stranger, False)):
        page = as_(who).get(f"{PLACE}/tasks/1/").content.decode()
        assert ("承接转移项目" in page) is reads
        assert "承接转移项目" not in as_(who).get(f"{PLACE}/tasks/2/").content.decode()


# --- lists -------------------------------------------------------------------------------------


def test_lists_show_summaries_beside_returns(as_, people, report):
    walk(report, State.UNDER_REVIEW, now=timezone.now(), **people)
    office = as_(people["office"])
    assert "单位季度小结" in office.get(f"{PLACE}/returns/?kind=unit").content.decode()
    assert office.get(f"{PLACE}/returns/export.xlsx").status_code == 200
    page = office.get(f"{PLACE}/reviews/").content.decode()
    assert "单位季度小结" in page and "承接转移项目3个" in page
    answer = office.post(
        f"{PLACE}/reviews/{report.pk}/",
        {"verb": "accept", "revision": ProgressReport.objects.get(pk=report.pk).revision},
    )
    assert answer.status_code == 302
    report.refresh_from_db()
    assert report.state == State.ACCEPTED
    assert "单位季度小结" in as_(people["reporter"]).get(f"{PLACE}/").content.decode()
    assert "单位季度小结" in office.get("/work/agencies/sixian/").content.decode()


def test_pages_of_a_year_show_its_reports_and_no_lamps(as_, people, county, leader):
    report = make_unit_report(county, make_year(), due_at=None)
    make_period()
    place = "/work/2030-2032/2030"
    for who in (people["reporter"], people["approver"], people["office"], leader):
        assert as_(who).get(f"{place}/").status_code == 200
    assert "年度落实情况报告" in as_(people["reporter"]).get(f"{place}/").content.decode()
    assert "年度落实情况报告" in as_(people["office"]).get(f"{place}/returns/").content.decode()
    for page in ("overview/", "tasks/", "tasks/1/", "problems/", "exports/"):
        answer = as_(people["office"]).get(f"{place}/{page}")
        assert (answer.status_code, answer["Location"]) == (302, f"{PLACE}/{page}")
    assert report.period.is_annual


# --- which units file --------------------------------------------------------------------------


def test_the_office_names_and_un_names_units(as_, office, county_reporter, county, kjj):
    make_period()
    url = "/work/2030-2032/unit-duties/"
    assert as_(county_reporter).get(url).status_code == 403
    client = as_(office)
    assert client.post(url, {"agency": "nobody"}).status_code == 400
    assert client.post(url, {"agency": "kjj"}).status_code == 302
    duty = UnitDuty.objects.get()
    assert duty.agency == kjj
    assert kjj.name in client.get(url).content.decode()
    assert client.post(f"{url}{duty.pk}/end/").status_code == 302
    duty.refresh_from_db()
    assert duty.ended_at is not None
    assert make_plan().unit_duties.count() == 1
