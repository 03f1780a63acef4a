"""A workbook of the assessment in the hands of somebody else's spreadsheet engine."""

import subprocess
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import ironcalc
import openpyxl

ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>"""


class Desk:
    """A workbook opened in an engine in which cells can be changed; `stored` is what it came with."""

    def __init__(self, content, folder):
        file = folder / "year.xlsx"
        file.write_bytes(content)
        self.model = ironcalc.load_from_xlsx(str(file), "en", "Asia/Shanghai", "en")
        self.sheets = [each["name"] for each in self.model.get_worksheets_properties()]
        self.stored = {
            tuple(place): self.model.get_cell_value(*place) for place in self.model.get_all_cells()
        }
        self.formulas = [place for place in self.stored if self.model.get_cell_formula(*place)]
        self.model.evaluate()

    def set(self, place, value):
        self.model.set_user_input(*place, str(value))
        self.model.evaluate()

    def live(self, place):
        return self.model.get_cell_value(*place)

    def differences(self):
        """[(where, stored, live)] of the formulas that do not come to what is stored."""
        return [
            (self.sheets[place[0]], place[1:], self.stored[place], self.live(place))
            for place in self.formulas
            if not same(self.stored[place], self.live(place))
        ]

    def rows(self, sheet, *labels):
        """{label: place} of every row under the first one that says all these labels."""
        at = self.sheets.index(sheet)
        _, last_row, _, last_column = self.model.get_sheet_dimensions(at)
        heads = {}
        for row in range(1, last_row + 1):
            if heads:
                yield {label: (at, row, column) for label, column in heads.items()}
                continue
            said = {column: self.stored.get((at, row, column)) for column in range(1, last_column + 1)}
            found = {str(text).replace("\n", ""): column for column, text in said.items() if text}
            heads = found if set(labels) <= set(found) else {}

    def labels(self, sheet, *some):
        return list(next(self.rows(sheet, *some)))

    def row(self, sheet, **wanted):
        """{label: place} of the first row of a sheet that says what is wanted."""
        for places in self.rows(sheet, *wanted):
            if all((self.stored.get(places[label]) or None) == said for label, said in wanted.items()):
                return places
        raise AssertionError(f"{sheet} has no row with {wanted}")

    def of_unit(self, name):
        """What 汇总表 says of a unit now: {label: value}."""
        return {label: self.live(place) for label, place in self.row("汇总表", 单位=name).items()}

    def text(self):
        return "\n".join(str(value) for value in self.stored.values())


def words_of(content):
    """Every value of a workbook as it is stored, one a line."""
    with TemporaryDirectory() as folder:
        return Desk(content, Path(folder)).text()


def same(stored, live):
    if stored is None or isinstance(stored, str):
        return (stored or "") == (live or "")
    return not isinstance(live, str) and abs((live or 0) - stored) < 1e-9


def recalculated_by_libreoffice(content, folder):
    """The workbook without its stored values, as LibreOffice works it out."""
    bare = openpyxl.load_workbook(BytesIO(content))
    bare.save(folder / "bare.xlsx")
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(ALWAYS)
    out = folder / "out"
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to"]
    command += ["xlsx", "--outdir", str(out), str(folder / "bare.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=150)
    return openpyxl.load_workbook(out / "bare.xlsx", data_only=True)
