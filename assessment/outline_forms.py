"""The page an outline is edited on: its settings, and a row per section that can be moved, added, taken out.

Rows are numbered as they stand (`heading-3`, `source-3`, `text-3`); `verb` says which button was pressed:
"save", "add", "remove-3", "up-3", "down-3". Only "save" saves; the others show the form again, rearranged.
"""

from dataclasses import dataclass

from django import forms

from assessment.models import OutlineSection
from assessment.outlines import LONGEST_TEXT, MOST_SECTIONS, SETTINGS, Content, Section
from progress.forms import Prose
from progress.views.typed import number_of

Source = OutlineSection.Source
# Far beyond what a page sends: whoever sends more is not a page of ours.
MOST_ROWS = MOST_SECTIONS + 5


class SettingsForm(forms.Form):
    """Everything of an outline but its sections."""

    title = Prose(label="标题写法", limit=400)
    addressee = Prose(label="主送机关", limit=400)
    attach_tasks = forms.BooleanField(label="附件：任务完成情况表", required=False)
    attach_targets = forms.BooleanField(label="附件：量化指标完成情况表", required=False)
    attach_projects = forms.BooleanField(label="附件：重大项目进展表", required=False)
    charts = forms.BooleanField(label="正文插入图表", required=False)
    revision = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)


@dataclass(frozen=True)
class Row:
    """A section as typed, with its place among `rows` counted from 1."""

    place: int
    heading: str
    source: str
    text: str
    choices: tuple = tuple(Source.choices)

    @property
    def is_fixed_text(self):
        return self.source == Source.TEXT


def settings_of(content):
    """The SettingsForm of what stands."""
    return SettingsForm(initial={name: getattr(content, name) for name in (*SETTINGS, "revision")})


def rows_of(content):
    """The rows of what stands."""
    return _numbered([(each.heading, each.source, each.text) for each in content.sections])


def rows_typed(data):
    """The rows as they were sent, in their order; a row nobody wrote anything into is one too."""
    places = sorted(
        {
            number_of(name.partition("-")[2])
            for name in data
            if name.startswith("heading-") and number_of(name.partition("-")[2])
        }
    )
    clean = Prose(limit=LONGEST_TEXT + 1).to_python
    return _numbered(
        [
            (
                clean(data.get(f"heading-{place}", "")),
                data.get(f"source-{place}", ""),
                clean(data.get(f"text-{place}", "")),
            )
            for place in places[:MOST_ROWS]
        ]
    )


def rearranged(rows, verb):
    """The rows after the button `verb`; None where it is none of these."""
    said = [(row.heading, row.source, row.text) for row in rows]
    if verb == "add":
        return _numbered([*said, ("", Source.TEXT, "")])
    act, _, place = verb.partition("-")
    at = number_of(place) - 1
    if act not in ("remove", "up", "down") or not 0 <= at < len(said):
        return None
    row = said.pop(at)
    if act != "remove":
        said.insert(max(0, at - 1) if act == "up" else at + 1, row)
    return _numbered(said)


def content_typed(form, rows):
    """What a valid SettingsForm and its rows say, as Content."""
    said = {name: form.cleaned_data[name] for name in SETTINGS}
    sections = tuple(Section(row.heading, row.source, row.text) for row in rows)
    return Content(**said, sections=sections, revision=form.cleaned_data["revision"] or 0)


def _numbered(said):
    return [Row(place, *each) for place, each in enumerate(said, start=1)]
