"""Accounts in and out of Excel: all or nothing, every mistake by its row, no file can do harm."""

import io
import re
import time
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.models import User
from agencies.people_sheet import COLUMNS
from agencies.permissions import Denied
from agencies.sheet_reading import read_sheet
from agencies.spreadsheets import list_workbook
from tests.cast import body

pytestmark = pytest.mark.django_db
URL = "/work/people/import/"


def workbook(*rows, columns=COLUMNS):
    return list_workbook("人员", columns, rows)


def row(username="fgw-li", name="李四", phone="", email="", role="填报人", agency="市发展改革委", since=None):
    return [username, name, phone, email, role, agency, since, None, ""]


def upload(client, content, name="人员.xlsx"):
    return client.post(URL, {"file": SimpleUploadedFile(name, content)})


def confirm(client, preview):
    carried = re.search(r'name="rows" value="([^"]+)"', preview.content.decode())[1]
    return client.post(URL, {"rows": carried})


@pytest.fixture
def client(as_, admin, fgw, kjj):
    body("office")
    return as_(admin)


def test_a_good_sheet_is_shown_first_and_written_on_confirmation(client):
    preview = upload(client, workbook(row(), row("kjj-wu", "吴五", agency=" 宿州市科技局 ")))
    assert "全部无误" in preview.content.decode()
    assert not User.objects.filter(username="fgw-li").exists()
    done = confirm(client, preview)
    assert "新建 2 人" in done.content.decode()
    assert User.objects.get(username="kjj-wu").agency.code == "kjj"
    assert done.content.decode().count("/invitation/") == 2


def test_every_mistake_is_named_by_its_row_and_nothing_is_written(client):
    answer = upload(
        client,
        workbook(
            row(),
            row("Bad Name!", "坏名"),
            row("x1", ""),
            row("x2", "甲", role="主任"),
            row("x3", "乙", agency="市无此局"),
            row("x4", "丙", role="市领导"),
            row("x5", "丁", email="not-mail"),
            row("x6", "戊", since="去年"),
            row("fgw-li", "不同名"),
            row("new", "己"),
        ),
    )
    page = answer.content.decode()
    assert "9 行需要更正" in page
    for text in (
        "不合规",
        "没有填姓名",
        "没有“主任”",
        "市无此局",
        "留空",
        "不完整",
        "2026-01-31",
        "第 2 行用户名相同",
        "系统保留",
    ):
        assert text in page
    assert not User.objects.filter(username__in=["fgw-li", "x1", "x2"]).exists()


def test_what_changed_between_preview_and_confirmation_is_noticed(client, kjj):
    preview = upload(client, workbook(row(), row("kjj-wu", "吴五", agency="市科技局")))
    kjj.name, kjj.abolished_on = "市科学局", "2020-01-01"
    kjj.names.all().delete()
    kjj.save()
    answer = confirm(client, preview)
    assert answer.status_code == 400
    assert "没有导入任何内容" in answer.content.decode()
    assert not User.objects.filter(username="fgw-li").exists()


def test_a_forged_preview_is_not_believed(client):
    assert client.post(URL, {"rows": "forged"}).status_code == 302
    assert User.objects.count() == 1


def test_the_export_comes_back_unchanged(client, reporter, approver, office):
    exported = client.get("/work/people/export.xlsx").content
    preview = upload(client, exported)
    assert "全部无误" in preview.content.decode()
    confirm(client, preview)
    assert User.objects.count() == 4
    assert reporter.posts.count() == 1


def test_the_template_is_accepted(client):
    answer = upload(client, client.get("/work/people/template.xlsx").content)
    assert "全部无误" in answer.content.decode()


def test_export_shows_what_the_list_shows_and_no_formula(client, reporter, approver):
    reporter.full_name = "=HYPERLINK(1)"
    reporter.save()
    content = client.get("/work/people/export.xlsx?role=reporter&agency=fgw").content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet.max_row == 2
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=HYPERLINK(1)", "s")


def zipped(**parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", parts.pop("types", "<Types/>"))
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return stream.getvalue()


def with_entities():
    source = zipfile.ZipFile(io.BytesIO(workbook(row())))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/workbook.xml":
                bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
                    b'<!ENTITY b%d "&a;&a;&a;&a;">' % place for place in range(20)
                )
                content = content.replace(b"<workbook", bomb + b"]><workbook", 1)
            archive.writestr(name, content)
    return stream.getvalue()


BAD_FILES = {
    "empty": b"",
    "text": "用户名,姓名".encode(),
    "old xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "other zip": zipped(other="x"),
    "broken parts": zipped(xl__workbook="<not xml"),
    "zip bomb": zipped(xl__workbook="0" * 60_000_000),
    "too many parts": zipped(**{f"xl__part{place}": "x" for place in range(300)}),
    "entities": with_entities(),
    "too large": b"PK" + b"x" * (2 * 1024 * 1024),
    "headings only": workbook(),
    "wrong headings": workbook(["a"], columns=["甲"]),
    "too many rows": workbook(*(row(f"p{place}", "某") for place in range(2050))),
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES)
def test_bad_files_get_a_sentence_and_change_nothing(client, content):
    began = time.monotonic()
    answer = upload(client, content)
    assert answer.status_code == 400
    assert 'class="field-error"' in answer.content.decode()
    assert User.objects.count() == 1
    assert time.monotonic() - began < 10


def test_bombs_are_refused_without_unpacking(client):
    began = time.monotonic()
    with pytest.raises(Denied, match="过大"):
        read_sheet(SimpleUploadedFile("a.xlsx", BAD_FILES["zip bomb"]))
    assert time.monotonic() - began < 2


def one_text_in_every_cell():
    """A small file whose 80,000 cells all show the same thousand signs."""
    place = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    row = "<row>" + '<c t="s"><v>0</v></c>' * 40 + "</row>"
    plain, out = zipfile.ZipFile(io.BytesIO(workbook())), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name in plain.namelist():
            content = plain.read(name)
            if name == "[Content_Types].xml" and b"sharedStrings" not in content:
                content = content.replace(b"</Types>", part)
            if name == "xl/worksheets/sheet1.xml":
                content = f'<worksheet xmlns="{place}"><sheetData>{row * 2000}</sheetData></worksheet>'
            if name != "xl/sharedStrings.xml":
                book.writestr(name, content)
        book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{place}"><si><t>{"宿" * 1000}</t></si></sst>')
    return out.getvalue()


def test_a_small_file_cannot_swell_in_the_parents_hands(db):
    with pytest.raises(Denied):
        read_sheet(SimpleUploadedFile("a.xlsx", one_text_in_every_cell()))


def test_others_may_not_import(as_, office, reporter):
    for visitor in (office, reporter):
        assert as_(visitor).get(URL).status_code == 403
        assert upload(as_(visitor), workbook(row())).status_code == 403
