"""The child process of sheet_reading: `python -m agencies.sheet_child FILE [LONGEST] [formulas]` prints the
cells as JSON, texts cut to LONGEST characters. With `formulas` a formula is told as such, {"formula": …},
instead of by its value.

Imports nothing of the project. Ends with a status other than 0 for anything it does not like.
"""

import json
import resource
import sys
import zipfile
from datetime import date, datetime, time

import openpyxl

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 15
MOST_ROWS = 2100
MOST_COLUMNS = 40
LONGEST_CELL = 1000
MOST_TEXT = 2_000_000  # characters handed to the parent
UNPACKED = 40 * 1024 * 1024


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def refuse_entities(path):
    """A workbook declares no entities; one that does is an attack. What it really unpacks to is counted."""
    left = UNPACKED
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as part:
                content = part.read(left + 1)
            left -= len(content)
            if left < 0 or (name.endswith((".xml", ".rels")) and declares_entities(content)):
                sys.exit(3)


def declares_entities(content):
    return content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<!DOCTYPE" in content or b"<!ENTITY" in content


def plain(value, longest=LONGEST_CELL):
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str):
        return value[:longest]
    return value if isinstance(value, int | float | bool | None) else str(value)[:longest]


def told(cell, longest):
    """A cell whose formula is told."""
    is_formula = getattr(cell, "data_type", "") == "f"
    return {"formula": str(cell.value)[:80]} if is_formula else plain(cell.value, longest)


def cells(path, longest=LONGEST_CELL, formulas=False):
    workbook = openpyxl.load_workbook(path, read_only=True, data_only=not formulas)
    sheet = workbook.worksheets[0]
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=not formulas)
    found, left = [], MOST_TEXT
    for row in rows:
        found.append([told(each, longest) if formulas else plain(each, longest) for each in row])
        # One long text may stand in every cell and take no room in the file.
        left -= sum(len(value) for value in found[-1] if isinstance(value, str))
        if left < 0:
            sys.exit(3)
    return found


if __name__ == "__main__":
    limit()
    refuse_entities(sys.argv[1])
    longest = int(sys.argv[2]) if len(sys.argv) > 2 else LONGEST_CELL
    json.dump(cells(sys.argv[1], longest, "formulas" in sys.argv[3:]), sys.stdout)
