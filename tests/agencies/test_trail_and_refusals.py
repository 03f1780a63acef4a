"""The trail as people read it, and a refusal as page, fragment and JSON."""

import io

import openpyxl
import pytest
from django.db import DatabaseError, transaction

from agencies.audit import record
from agencies.models import AuditEvent
from agencies.permissions import visibility_matrix
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(reporter, fgw, clock):
    """A line of the trail that quotes a return."""
    report = factories.make_report(factories.make_task(leads=[fgw]), fgw)
    return record("退回", report, by=reporter, now=clock.now, detail={"原因": "canary-4711"})


def test_the_office_reads_all_the_administrator_no_returns(as_, office, admin, reporter, said):
    assert "canary-4711" in as_(office).get("/work/trail/").content.decode()
    page = as_(admin).get("/work/trail/").content.decode()
    assert "退回" in page
    assert "canary-4711" not in page
    sheet = openpyxl.load_workbook(io.BytesIO(as_(admin).get("/work/trail/export.xlsx").content)).active
    cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "退回" in cells
    assert not any("canary-4711" in cell for cell in cells)


def test_filters_of_the_trail(as_, office, said):
    client = as_(office)
    assert "canary-4711" in client.get("/work/trail/?verb=退回&since=2026-10-01").content.decode()
    assert "canary-4711" not in client.get("/work/trail/?until=2026-10-01").content.decode()
    assert "canary-4711" not in client.get("/work/trail/?subject=agencies.user").content.decode()
    assert client.get("/work/trail/?since=nonsense&page=x").status_code == 200


@pytest.mark.parametrize(
    "act",
    [
        lambda row: AuditEvent.objects.filter(pk=row.pk).update(verb="别的"),
        lambda row: AuditEvent.objects.filter(pk=row.pk).delete(),
        lambda row: row.delete(),
    ],
)
def test_a_line_is_neither_changed_nor_removed(said, act):
    with pytest.raises(DatabaseError), transaction.atomic():
        act(said)
    assert AuditEvent.objects.get(pk=said.pk).verb == "退回"


def test_a_refusal_gives_its_reason_in_the_form_asked_for(as_, reporter):
    client, reason = as_(reporter), "此操作限系统管理员、办公室办理。"
    page = client.get("/work/people/")
    assert page.status_code == 403
    assert reason in page.content.decode()
    assert "<html" in page.content.decode()
    fragment = client.get("/work/people/", headers={"HX-Request": "true"})
    assert fragment.status_code == 403
    assert reason in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    answer = client.get("/work/people/", headers={"Accept": "application/json"})
    assert answer.json() == {"code": "denied", "reason": reason}


def test_the_matrix_keeps_its_promises():
    """The three lines nobody may change by accident (design, section 1)."""
    matrix = visibility_matrix()
    assert not any(matrix["return_draft"][role] for role in ("office", "leader", "admin"))
    assert not any(matrix[thing]["admin"] for thing in matrix if thing.startswith("return_"))
    assert matrix["computed_lamps"]["office"]
    assert not matrix["computed_lamps"]["leader"]
