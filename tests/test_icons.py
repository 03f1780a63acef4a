"""Icons come from a package at install time: each one a page draws must be named in bin/icons.json."""

import json
import re

import pytest

from tests.services.site import ROOT

pytestmark = pytest.mark.once

NAMED = set(json.loads((ROOT / "bin" / "icons.json").read_text(encoding="utf-8")))
IN_TEMPLATES = re.compile(r'{% (?:icon|nav_link "[a-z_:]+" "[^"]+") "([a-z-]+)"')
IN_CODE = re.compile(r'\bicon\("([a-z-]+)"')


def drawn():
    for template in (ROOT / "templates").rglob("*.html"):
        yield from IN_TEMPLATES.findall(template.read_text(encoding="utf-8"))
    for module in (ROOT / "agencies" / "templatetags").glob("*.py"):
        yield from IN_CODE.findall(module.read_text(encoding="utf-8"))


def test_every_icon_drawn_has_a_drawing():
    names = set(drawn())
    assert {"home", "download", "up-down"} <= names
    assert names <= NAMED


def test_the_sheet_holds_every_icon():
    """What bin/start and bin/test put together from the package."""
    sheet = (ROOT / "var" / "assets" / "vendor" / "icons.svg").read_text(encoding="utf-8")
    assert set(re.findall(r'<symbol id="([a-z-]+)"', sheet)) == NAMED
