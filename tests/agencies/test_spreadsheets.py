"""Exported lists: real types, and no cell that a hostile text could turn into a formula."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from agencies.spreadsheets import Column, list_response, list_workbook

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "http://a.b/", "007", "\t=1", "a\x01b"]


def reopened(content):
    return openpyxl.load_workbook(BytesIO(content)).active


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text(text):
    cell = reopened(list_workbook("清单", ["甲"], [[text]]))["A2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_dates_and_numbers_are_real():
    moment = datetime(2026, 10, 9, 18, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    sheet = reopened(
        list_workbook(
            "清单", [Column("甲", 20), "乙", "丙", "丁"], [[date(2026, 1, 2), Decimal("1.5"), moment, None]]
        )
    )
    assert [cell.value for cell in sheet[2]] == [
        datetime(2026, 1, 2),
        1.5,
        datetime(2026, 10, 9, 18, 0),
        None,
    ]
    assert sheet.freeze_panes == "A2"
    assert sheet.print_title_rows == "$1:$1"


def test_response_names_the_file_in_chinese():
    response = list_response("人员名单", "人员", ["用户名"], [])
    assert "filename*=UTF-8''%E4%BA%BA" in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store"
