"""佐证材料: told by content, never by name; kept out of reach; handed back only to those who may read."""

import hashlib
import io
import struct
import zipfile
import zlib

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.urls import reverse

from agencies.permissions import Denied
from progress import attachments, filetypes, workflow
from progress.attachments import Refused
from progress.models import Attachment, ProgressReport
from progress.workflow import WrongState
from tests.factories import BEFORE_DUE, fill, make_report, make_task, walk

State = ProgressReport.State


# --- files made here, byte by byte --------------------------------------------------------------


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + chunk(b"IEND", b"")
)
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
    b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x37\xff\xd9"
)
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
MAIN = {
    "docx": ("word/document.xml", "wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation.main+xml"),
}


def office_file(kind, extra=(), content_type="", method=zipfile.ZIP_DEFLATED):
    part, main = MAIN[kind]
    types = f'<Types><Override PartName="/{part}" ContentType="application/{content_type or main}"/></Types>'
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as book:
        book.writestr("[Content_Types].xml", types)
        book.writestr(part, "<document/>")
        for name, text in extra:
            book.writestr(name, text)
    return data.getvalue()


def ofd_file():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as book:
        book.writestr("OFD.xml", '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.1"/>')
        book.writestr("Doc_0/Document.xml", "<ofd:Document/>")
    return data.getvalue()


def encrypted(data):
    """The same archive with the encryption flag of its first entry set, in both places."""
    at = data.rindex(b"PK\x01\x02")
    first = data.index(b"PK\x01\x02")
    changed = bytearray(data)
    changed[first + 8] |= 1
    changed[6] |= 1
    assert at
    return bytes(changed)


def declaring(data, size):
    """The same archive, its first entry claiming to unpack to `size` bytes."""
    changed = bytearray(data)
    first = data.index(b"PK\x01\x02")
    changed[first + 24 : first + 28] = struct.pack("<I", size)
    return bytes(changed)


def many_entries(count):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as book:
        for number in range(count):
            book.writestr(f"a{number}", "")
    return data.getvalue()


def second_directory():
    """A document whose end record counts two entries, and whose zip64 record leads to another directory."""
    data = office_file("docx")
    at = data.rindex(b"PK\x05\x06")
    size, offset = struct.unpack_from("<2I", data, at + 12)
    directory = data[offset : offset + size]
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, *[0] * 8, 6, *[0] * 6)
    many = directory + b"".join(entry + b"%06d" % number for number in range(6000))
    zip64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 6002, 6002, len(many), offset)
    where = struct.pack("<4sLQL", b"PK\x06\x07", 0, offset + len(many), 1)
    body = data[:offset] + many + zip64 + where
    start = len(body) - 100
    return body + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, 100, start, 0)


GOOD = {
    "进展情况.pdf": PDF,
    "方案.docx": office_file("docx"),
    "台账.xlsx": office_file("xlsx"),
    "汇报.pptx": office_file("pptx"),
    "通知.ofd": ofd_file(),
    "现场.jpg": JPEG,
    "现场.JPEG": JPEG + b"\x00" * 20,
    "截图.png": PNG,
}
BAD = {
    "a second directory": ("a.docx", second_directory(), "已损坏"),
    "nothing": ("空.pdf", b"", "空文件"),
    "web page as pdf": ("a.pdf", b"<html><script>alert(1)</script>", "不是有效"),
    "web page": ("a.html", b"<html>", "类型不能上传"),
    "picture with script": ("a.svg", b"<svg onload=alert(1)>", "类型不能上传"),
    "program": ("a.exe", b"MZ", "类型不能上传"),
    "program behind pdf": ("a.pdf.exe", b"MZ", "类型不能上传"),
    "no extension": ("readme", PDF, "类型不能上传"),
    "word as pdf": ("a.pdf", office_file("docx"), "与扩展名不符"),
    "word as excel": ("a.xlsx", office_file("docx"), "与扩展名不符"),
    "png as jpg": ("a.jpg", PNG, "与扩展名不符"),
    "gif as png": ("a.png", b"GIF89a" + b"\x00" * 40, "不是有效"),
    "cut pdf": ("a.pdf", PDF[:40], "不是有效"),
    "pdf that runs script": ("a.pdf", PDF.replace(b"/Catalog", b"/Catalog/S/JavaScript"), "脚本"),
    "pdf that launches": ("a.pdf", PDF.replace(b"/Catalog", b"/Catalog/S/Launch "), "脚本"),
    "pdf and zip at once": ("a.pdf", PDF + office_file("docx"), "压缩包"),
    "png and zip at once": ("a.png", PNG + office_file("docx"), "不是有效"),
    "jpg and zip at once": ("a.jpg", JPEG + office_file("docx"), "压缩包"),
    "jpg and web page": ("a.jpg", JPEG + b"<script>alert(1)</script>", "不是有效"),
    "jpg head only": ("a.jpg", b"\xff\xd8\xff\xe0<html>", "不是有效"),
    "png without end": ("a.png", PNG[:-12], "不是有效"),
    "png with a wrong checksum": ("a.png", PNG[:30] + b"\x00" + PNG[31:], "不是有效"),
    "old word": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧格式"),
    "locked word": ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 99, "密码"),
    "macros": ("a.docx", office_file("docx", [("word/vbaProject.bin", "x")]), "宏"),
    "macros under another name": (
        "a.xlsx",
        office_file("xlsx", content_type="vnd.ms-excel.sheet.macroEnabled.main+xml"),
        "宏",
    ),
    "controls": ("a.docx", office_file("docx", [("word/activeX/activeX1.bin", "x")]), "宏"),
    "program inside": ("a.pptx", office_file("pptx", [("ppt/embeddings/run.exe", "MZ")]), "可执行"),
    "climbing names": ("a.docx", office_file("docx", [("../../etc/passwd", "x")]), "路径异常"),
    "absolute names": ("a.docx", office_file("docx", [("/etc/passwd", "x")]), "路径异常"),
    "drive names": ("a.docx", office_file("docx", [("C:\\x", "x")]), "路径异常"),
    "locked entry": ("a.docx", encrypted(office_file("docx")), "密码"),
    "bomb by its own word": ("a.docx", declaring(office_file("docx"), 4_000_000_000), "300 MB"),
    "too many entries": ("a.xlsx", many_entries(5_001), "内部文件过多"),
    "zip of nothing known": ("a.docx", many_entries(3), "不是有效"),
    "zip with a head before it": ("a.docx", b"PK\x03\x04junk" + office_file("docx"), "已损坏"),
    "cut archive": ("a.docx", office_file("docx")[:-10], "已损坏"),
    "entity bomb": (
        "a.docx",
        office_file("docx", content_type='x"/><!DOCTYPE a><!ENTITY b "c'),
        "结构异常",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_people_attach_is_taken(name):
    shown, extension = filetypes.recognise(name, GOOD[name])
    assert shown.endswith(f".{extension}")
    assert extension in filetypes.ALLOWED


@pytest.mark.parametrize("case", BAD)
def test_what_may_harm_is_refused_with_a_sentence(case):
    name, data, words = BAD[case]
    with pytest.raises(Refused) as refused:
        filetypes.recognise(name, data)
    assert words in refused.value.reason
    assert refused.value.reason.endswith("。")


def test_any_bytes_get_a_verdict(count):
    """Every file cut, and every file with a byte changed, is taken or refused, never an error."""
    for name, data in GOOD.items():
        for at in range(0, len(data), max(1, len(data) // count(4000))):
            for tried in (data[:at], data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]):
                try:
                    filetypes.recognise(name, tried)
                except Refused as refused:
                    assert refused.reason


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("C:\\Users\\me\\进展.pdf", ("进展", "pdf")),
        ("../../etc/进展.PDF", ("进展", "pdf")),
        ("a.exe.pdf", ("a_exe", "pdf")),
        ("a.tar.html.png", ("a_tar_html", "png")),
        ("第1.2版.docx", ("第1.2版", "docx")),
        ("a\u202egpj.pdf", ("agpj", "pdf")),
        ("a\x00b\nc.pdf", ("ab c", "pdf")),
        ('a<b>"c"|?*.pdf', ("a_b__c____", "pdf")),
        ("...pdf", ("pdf", "")),
        ("𠮷" * 200 + ".pdf", ("𠮷" * 100, "pdf")),
        ("", ("未命名", "")),
    ],
)
def test_odd_names_are_cleaned(name, cleaned):
    assert filetypes.clean_name(name) == cleaned


# --- taking in and off ---------------------------------------------------------------------------


@pytest.fixture
def report(fgw):
    return make_report(make_task(leads=[fgw]), fgw)


def upload(name="进展.pdf", data=PDF):
    return SimpleUploadedFile(name, data)


def attach(report, by, file=None, **options):
    return attachments.attach(report, file or upload(), by=by, now=BEFORE_DUE, **options)


def stored():
    """The names of the files kept."""
    storage = storages["attachments"]
    found, folders = [], [""]
    while folders:
        folder = folders.pop()
        inside, files = storage.listdir(folder)
        folders += [f"{folder}/{name}".strip("/") for name in inside]
        found += [f"{folder}/{name}" for name in files]
    return found


def test_a_file_is_kept_under_a_name_that_says_nothing(report, reporter):
    kept = attach(report, reporter, upload("进展.exe.pdf"))
    assert (kept.name, kept.extension, kept.size) == ("进展_exe.pdf", "pdf", len(PDF))
    assert kept.sha256 == hashlib.sha256(PDF).hexdigest()
    assert "进展" not in kept.file.name and "." not in kept.file.name
    with kept.file.open() as file:
        assert file.read() == PDF
    report.refresh_from_db()
    assert report.revision == 2


def test_the_same_file_twice_is_kept_once(report, reporter):
    assert attach(report, reporter) == attach(report, reporter, upload("改名.pdf"))
    assert len(stored()) == 1


def test_ten_files_and_no_more(report, reporter):
    for number in range(attachments.MAX_COUNT):
        attach(report, reporter, upload(data=PDF + b"%" + str(number).encode() + b"\nstartxref\n%%EOF"))
    with pytest.raises(Refused, match="最多 10 份"):
        attach(report, reporter)
    assert len(stored()) == attachments.MAX_COUNT


def test_a_file_too_large_is_refused_unread(report, reporter):
    large = upload()
    large.size = attachments.MAX_SIZE + 1
    with pytest.raises(Refused, match="超过 20 MB"):
        attach(report, reporter, large)


def test_a_file_without_its_row_is_removed(report, reporter, monkeypatch):
    def full(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr("agencies.audit.record", full)
    with pytest.raises(DatabaseError):
        attach(report, reporter)
    assert stored() == []
    assert not Attachment.objects.exists()
    report.refresh_from_db()
    assert report.revision == 1


def test_only_the_bodys_reporters_attach(report, approver, office, stranger):
    for person in (approver, office, stranger):
        with pytest.raises(Denied):
            attach(report, person)
    assert stored() == []


def test_what_was_sent_off_takes_no_more_files(report, reporter):
    kept = attach(report, reporter)
    report.refresh_from_db()
    report = fill(report, by=reporter)
    workflow.submit(report, by=reporter, now=BEFORE_DUE, revision=report.revision)
    with pytest.raises(WrongState):
        attach(report, reporter, upload("又一份.png", PNG))
    with pytest.raises(WrongState):
        attachments.remove(Attachment.objects.get(pk=kept.pk), by=reporter, now=BEFORE_DUE)
    assert len(stored()) == 1


def test_a_removed_file_stays_for_the_version_that_names_it(report, reporter, approver, office, as_):
    kept = attach(report, reporter)
    report.refresh_from_db()
    report = walk(report, State.RETURNED, reporter=reporter, approver=approver, office=office)
    attachments.remove(Attachment.objects.get(pk=kept.pk), by=reporter, now=BEFORE_DUE)
    assert not attachments.attached(report).exists()
    assert report.versions.get().content["attachments"][0]["sha256"] == kept.sha256
    assert get(as_(office), kept).status_code == 200


# --- handing back --------------------------------------------------------------------------------


def get(client, attachment):
    answer = client.get(reverse("progress:attachment", args=[attachment.pk]))
    if answer.streaming:
        answer.body = answer.getvalue()  # reading it to the end closes the file
    return answer


def test_a_file_comes_back_as_a_download_only(report, reporter, as_):
    answer = get(as_(reporter), attach(report, reporter, upload("现场 照片.png", PNG)))
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "image/png"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer.body == PNG


def test_a_draft_file_is_its_own_bodys(report, reporter, approver, office, leader, admin, stranger, as_):
    kept = attach(report, reporter)
    answers = {
        person.username: get(as_(person), kept).status_code
        for person in (reporter, approver, office, leader, admin, stranger)
    }
    allowed = {name for name, status in answers.items() if status == 200}
    assert allowed == {reporter.username, approver.username}
    assert set(answers.values()) == {200, 404}


def test_a_file_added_after_leaving_is_not_shown_to_the_office(report, reporter, approver, office, as_):
    report = walk(report, State.RETURNED, reporter=reporter, approver=approver, office=office)
    later = attach(report, reporter, upload("补充.png", PNG))
    assert get(as_(office), later).status_code == 404
    assert get(as_(reporter), later).status_code == 200
