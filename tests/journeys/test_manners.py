"""The small manners all pages share (static/site.js and site.css), tried on a bare page without a site."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "static"
SCRIPT, LOOKS = STATIC / "site.js", STATIC / "site.css"
CAME_BACK = """<!doctype html><html lang="zh-CN"><title>表单</title><main><form method="post">
<input type="hidden" name="revision" aria-invalid="true"><input id="right" value="已填写">
<div style="height: 3000px"></div>
<details><summary>更多</summary><textarea id="first" aria-invalid="true">内容</textarea></details>
<input id="second" aria-invalid="true"></form></main></html>"""


def test_a_form_that_came_back_opens_at_its_first_mistake(page):
    page.set_content(CAME_BACK)
    page.add_script_tag(path=SCRIPT)
    assert page.evaluate("document.activeElement.id") == "first"
    assert page.locator("#first").is_visible()
    top, room = page.evaluate("[first.getBoundingClientRect().top, innerHeight]")
    assert 0 < top < room


def test_a_choice_that_was_not_made_has_the_focus(page):
    choice = '<fieldset class="has-error"><input type="radio" name="answer" id="yes"></fieldset>'
    page.set_content(f"<main><form><input id=before>{choice}<input id=after aria-invalid=true></form></main>")
    page.add_script_tag(path=SCRIPT)
    assert page.evaluate("document.activeElement.id") == "yes"


def test_a_page_without_mistakes_stays_where_it_is(page):
    page.set_content(CAME_BACK.replace(' aria-invalid="true"', ""))
    page.add_script_tag(path=SCRIPT)
    assert page.evaluate("[document.activeElement.tagName, scrollY]") == ["BODY", 0]


def test_paper_shows_what_is_folded_and_the_screen_folds_it_again(page):
    page.set_content("<details data-on-paper id=facts></details><details id=menu></details>")
    page.add_script_tag(path=SCRIPT)
    opened = "['facts', 'menu'].map(id => document.getElementById(id).open)"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(opened) == [True, False]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(opened) == [False, False]


def test_a_wide_table_is_printed_lying_under_its_heading(page):
    page.set_content("<h1>汇总</h1><div class=print-wide><table><tr><td>1</td></tr></table></div>")
    page.add_style_tag(path=LOOKS)
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    width, height = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)", paper).groups()
    assert float(width) > float(height)


@pytest.mark.parametrize(
    "markup",
    [
        "<p class=page-lead>{}</p>",
        "<ol class=crumbs><li><a href=#>{}</a></li></ol>",
        "<ul class=list-plain><li><a href=#>{}.pdf</a></li></ul>",
        "<div class=official><p>{}</p></div>",
        "<div class=panel><h2 class=panel-title>{}</h2></div>",
        "<p><ins>{}</ins> <del>{}</del></p>",
    ],
)
def test_an_address_without_a_break_does_not_widen_the_page(page, markup):
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_content(f"<main>{markup.replace('{}', 'A' * 300)}</main>")
    page.add_style_tag(path=LOOKS)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
