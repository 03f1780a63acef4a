"""The shape of what is typed into a unit's summary: texts, and paragraphs by 行动 with their tasks."""

import re

from django import forms

from progress.content import SIGN_OFF
from progress.content.unit import TEXTS, label_of
from progress.forms import Prose

ROWS = {"overview": 6, "benchmarking": 6, "experience": 4, "problem": 4, "request": 3, "next_steps": 4}
NOTHING = {"text": "", "tasks": []}
OF_PARAGRAPH = re.compile(r"paragraph-\d+-\d+-(text|tasks)")


class TaskNumbers(forms.Field):
    """Numbers of tasks, ticked one by one or joined by commas, as the page's script sends them."""

    def __init__(self, numbers, **kwargs):
        super().__init__(required=False, widget=forms.SelectMultiple(), **kwargs)
        self.numbers = set(numbers)

    def clean(self, value):
        given = value if isinstance(value, list) else [value or ""]
        typed = [part for each in given for part in re.split(r"[,\s]+", str(each)) if part]
        numbers = {int(part) for part in typed if part.isascii() and part.isdigit() and len(part) < 5}
        if len(numbers) < len(set(typed)) or not numbers <= self.numbers:
            raise forms.ValidationError("所选任务不是本单位承担的任务，请刷新页面后再试。")
        return sorted(numbers)


class UnitForm(forms.Form):
    """A unit's summary. Only what is in the data counts as typed, so that a page may send what changed.

    sheet: the UnitSheet. What somebody else's text is preferred to (`take-<name>` = theirs) counts as not
    typed. `changes()` of a valid form is what `drafts.save` takes.
    """

    filled_by = Prose(label="填报人", limit=40)
    phone = Prose(label="联系电话", limit=40)
    head = Prose(label="单位负责人", limit=40)

    def __init__(self, sheet, data=None):
        super().__init__(None if data is None else _without_theirs(data), initial=initial_values(sheet))
        self.sheet = sheet
        for name in TEXTS:
            if name != "benchmarking" or sheet.learns or self.initial[name]:
                self.fields[name] = Prose(label=label_of(name), rows=ROWS[name])
        for part in sheet.chapters:
            numbers = [task.number for task in part.tasks]
            for place in part.places:
                label = f"{part.chapter.title} 第 {place + 1} 段"
                prefix = f"paragraph-{part.chapter.number}-{place}"
                self.fields[f"{prefix}-text"] = Prose(label=label, rows=5)
                self.fields[f"{prefix}-tasks"] = TaskNumbers(numbers, label=f"{label}涉及任务")

    # --- what was typed ---------------------------------------------------------------------------

    def changes(self):
        """What `drafts.save` takes: the fields present in the data, and the whole list of paragraphs."""
        plain = [name for name in (*TEXTS, *SIGN_OFF) if name in self.fields and name in self.data]
        changes = {name: self.cleaned_data[name] for name in plain}
        if any(OF_PARAGRAPH.fullmatch(name) for name in self.data):
            changes["paragraphs"] = list(self._paragraphs())
        return changes

    def _paragraphs(self):
        for part in self.sheet.chapters:
            for place in part.places:
                text, tasks = (self._said(part, place, name) for name in ("text", "tasks"))
                if text.strip() or tasks:
                    yield {"chapter": part.chapter.number, "order": place, "text": text, "tasks": tasks}

    def _said(self, part, place, name):
        """What was typed into one control of a paragraph; what stands there where it was not sent. A page
        sends no ticks where none is left: with the text come its tasks."""
        prefix = f"paragraph-{part.chapter.number}-{place}"
        sent = f"{prefix}-{name}" in self.data
        if name == "tasks" and f"{prefix}-text" in self.data and f"take-{prefix}-tasks" not in self.data:
            sent = True
        if sent:
            return self.cleaned_data[f"{prefix}-{name}"]
        return self.initial.get(f"{prefix}-{name}", NOTHING[name])

    # --- how the page lays it out -----------------------------------------------------------------

    def chapter_rows(self):
        """[(ChapterPart, its paragraphs)], each with its controls and the tasks to tick."""
        for part in self.sheet.chapters:
            yield part, [self._row(part, place) for place in part.places]

    def _row(self, part, place):
        prefix = f"paragraph-{part.chapter.number}-{place}"
        ticked = self._ticked(f"{prefix}-tasks")
        carried = part.carried[place] if place < len(part.carried) else None
        return {
            "prefix": prefix,
            "number": place + 1,
            "text": self[f"{prefix}-text"],
            "short_label": f"第 {place + 1} 段",
            "name": f"{prefix}-tasks",
            "errors": self.errors.get(f"{prefix}-tasks", ()),
            "choices": [(task, str(task.number) in ticked) for task in part.tasks],
            "ticked": "、".join(sorted(ticked, key=lambda number: (len(number), number))),
            "carried": carried,
            "advice": self.sheet.advice().get(f"{prefix}-text", ""),
            "is_open": place == 0 or bool(ticked) or bool(self[f"{prefix}-text"].value()),
        }

    def _ticked(self, name):
        if self.is_bound and hasattr(self.data, "getlist"):
            return {part for each in self.data.getlist(name) for part in each.split(",") if part}
        return set(map(str, self.initial.get(name, ())))


def _without_theirs(data):
    """The data without what gave way to somebody else's text; the choice itself stays."""
    theirs = {name for name in data if data.get(f"take-{name}") == "theirs"}
    kept = data.copy()
    for name in theirs:
        del kept[name]
    return kept


def initial_values(sheet):
    """The summary as it stands, by the names of the form's fields."""
    said = sheet.report.unit_return
    values = {name: getattr(said, name) for name in (*TEXTS, *SIGN_OFF)}
    for row in sheet.report.paragraphs.all():
        prefix = f"paragraph-{row.chapter.number}-{row.order}"
        values[f"{prefix}-text"] = row.text
        values[f"{prefix}-tasks"] = sorted(task.number for task in row.tasks.all())
    return values


def as_typed(sheet):
    """The summary as it stands, as the page's controls would hold it: {name: text}; what a conflict shows."""
    form = UnitForm(sheet)
    return {name: _typed(form.initial.get(name)) for name in form.fields}


def carried_values(sheet):
    """Last time's words, by the names of the form's controls."""
    values = dict(sheet.carried)
    for part in sheet.chapters:
        for place, row in enumerate(part.carried):
            prefix = f"paragraph-{part.chapter.number}-{place}"
            values[f"{prefix}-text"] = row["text"]
            values[f"{prefix}-tasks"] = _typed(row["tasks"])
    return {name: value for name, value in values.items() if value}


def _typed(value):
    return ",".join(map(str, value)) if isinstance(value, list) else value or ""
