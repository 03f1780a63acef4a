"""Files of supervision: taken in once, gone again where what hangs on them fails, taken off, handed back."""

import pytest
from django.urls import reverse

from agencies.audit import trail_of
from progress.attachments import MAX_COUNT
from progress.filetypes import Refused
from supervision import files
from supervision.models import SupervisionFile
from tests.factories import make_period
from tests.supervision.order_life import MORNING, make_order, pdf
from tests.supervision.test_order_pages import TYPED

Kind = SupervisionFile.Kind


@pytest.fixture
def order(fgw, office):
    make_period()
    return make_order(fgw, by=office)


def keep(order, office, upload=None, **more):
    return files.keep("order", order, upload or pdf(), by=office, now=MORNING, **more)


def test_the_same_file_is_kept_once_and_taken_off_once(order, office):
    kept = keep(order, office)
    assert keep(order, office) == kept
    assert (kept.name, kept.extension, kept.is_demo) == ("签发件.pdf", "pdf", False)
    for _ in range(2):
        files.remove(kept, by=office, now=MORNING)
    assert list(files.files_of("order", order)) == []
    assert [each.verb for each in trail_of(order)][:2] == ["移除附件", "上传附件"]
    assert "签发件" not in str([each.detail for each in trail_of(order)])


def test_a_thing_holds_so_many_files(order, office):
    for number in range(MAX_COUNT):
        keep(order, office, pdf(words=str(number).encode()))
    with pytest.raises(Refused, match="最多"):
        keep(order, office, pdf(words=b"more"))


def test_a_scan_is_a_pdf_or_a_picture(order, office):
    with pytest.raises(Refused, match="与扩展名不符"):
        keep(order, office, pdf("签发件.docx"), kind=Kind.SCAN)
    with pytest.raises(ValueError, match="owns"):
        files.keep("task", order, pdf(), by=office, now=MORNING)


def test_of_several_files_all_are_kept_or_none(order, office, settings):
    with (
        pytest.raises(Refused),
        files.all_kept("order", order, [pdf("一.pdf"), pdf("二.xlsx")], by=office, now=MORNING),
    ):
        pass
    assert not SupervisionFile.objects.exists()
    assert [each for each in settings.MEDIA_ROOT.rglob("*") if each.is_file()] == []


def test_a_draft_takes_files_and_gives_them_up(order, office, as_):
    kept = keep(order, office)
    address = reverse("supervision:order_edit", args=[order.plan.code, order.pk])
    typed = TYPED | {"revision": order.revision, "remove": [kept.pk], "files": [pdf("新表.pdf", b"2")]}
    assert as_(office).post(address, typed).status_code == 302
    assert [each.name for each in files.files_of("order", order)] == ["新表.pdf"]
    gone = reverse("supervision:file", args=[kept.pk])
    assert as_(office).get(gone).status_code == 404


def test_files_too_large_are_named_and_nothing_changes(order, office, as_, monkeypatch):
    monkeypatch.setattr("progress.views.upload_limit.MAX_SIZE", 10)
    address = reverse("supervision:order_edit", args=[order.plan.code, order.pk])
    several = [pdf("大表.pdf"), pdf("长图.pdf")]
    refused = as_(office).post(address, TYPED | {"revision": order.revision, "files": several})
    assert refused.status_code == 400
    assert all(f"“{name}.pdf”超过 20 MB" in refused.content.decode() for name in ("大表", "长图"))
    assert not SupervisionFile.objects.exists()
