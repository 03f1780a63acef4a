"""What the quarterly workbook looks like: heights that show the text, and LibreOffice's own opinion."""

import re
import shutil
import subprocess
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agencies.writing import half_widths
from progress import periods
from progress.exports import quarter_workbook
from progress.exports.heights import TALLEST, height, lines
from progress.exports.looks import lamp_look, lamp_words
from progress.models import Lamp

pytestmark = pytest.mark.once

NO_LIBREOFFICE = "没有找到 LibreOffice（soffice）：跳过把季度汇总排成页面的检查，其余照常"


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("abc", 3), ("三角", 4), ("2026年", 6), ("（测算）", 8)]
)
def test_chinese_takes_two_half_widths(text, length):
    assert half_widths(text) == length


def test_lines_follow_the_width_and_the_breaks():
    assert lines("", 20, 10) == 1
    assert lines("字" * 9, 20, 10) == 1
    assert lines("字" * 31, 20, 10) == 4
    assert lines("一\n二\n三", 20, 10) == 3


def test_height_lies_between_what_is_asked_and_what_excel_shows():
    assert height([("", 20)], 10, least=24) == 24
    assert height([("字" * 100_000, 20)], 10) == TALLEST
    assert height([("字" * 100, 20), ("字", 20)], 10) == height([("字" * 100, 20)], 10)


def test_lamps_are_told_apart_without_colours():
    assert lamp_words("达序时", lamp=Lamp.GREEN, computed=False) == "● 达序时"
    assert lamp_words("达序时", lamp=Lamp.GREEN, computed=True) == "○ 达序时（测算）"
    assert lamp_words("待审定", lamp=None, computed=False) == "待审定"
    assert "bg_color" in lamp_look(Lamp.RED, computed=False)
    assert "bg_color" not in lamp_look(Lamp.RED, computed=True)


def test_libreoffice_lays_out_every_sheet(plans, office, tmp_path):
    """Opens without repair, one page wide, the header on every page, page numbers running through."""
    if shutil.which("soffice") is None or shutil.which("pdftotext") is None:
        pytest.skip(NO_LIBREOFFICE)
    period = plans["2024-2026"].periods.get(code="2026Q3")
    periods.open_period(period, now=period.opens_at)
    period.refresh_from_db()
    now = datetime(2026, 10, 20, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    file = tmp_path / "quarter.xlsx"
    file.write_bytes(quarter_workbook(period.plan, period, office, now))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=150)
    told = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "quarter.pdf"), "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    pages = told.split("\f")[:-1]
    numbers = [re.search(r"第 (\d+) 页 共 (\d+) 页", page).groups() for page in pages]
    assert numbers == [(str(number), str(len(pages))) for number in range(1, len(pages) + 1)]
    of_summary = [page for page in pages if "重点任务进展情况汇总表" in page]
    of_ledger = [page for page in pages if "任务台账" in page]
    assert len(of_summary) > 1
    assert len(of_ledger) > 1
    assert all("牵头责任单位" in page for page in of_summary)
    assert all("当前进展" in page and "备注" in page for page in of_ledger)
    assert "#VALUE!" not in told
    assert "###" not in told
