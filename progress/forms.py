"""The shape of what is typed into a return: names, limits, sentences. What it means is for `drafts`."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from django import forms

from progress.content import SIGN_OFF, TEXT_LIMIT, TEXTS
from progress.models import ProjectUpdate, TargetValue, TaskReturn
from progress.models.contents import usual_certainty

Certainty = TargetValue.Certainty
NUMERIC = {">=", "<=", ">", "<", "=", "≈", "range"}
REASON_LIMIT = 1000
# Characters a form cannot keep: control characters other than line ends and tabs.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class Prose(forms.CharField):
    """A text of at most TEXT_LIMIT characters; line ends made one kind, control characters dropped."""

    def __init__(self, limit=TEXT_LIMIT, rows=None, **kwargs):
        self.limit = limit
        widget = forms.Textarea({"rows": rows}) if rows else forms.TextInput()
        super().__init__(required=False, widget=widget, **kwargs)

    def to_python(self, value):
        value = (
            str(value or "")
            .replace("\r\n", "\n")
            .replace("\r", "\n")
            .replace("\x0b", "\n")
            .replace("\x0c", "\n")
        )
        return super().to_python(CONTROL.sub("", value))

    def validate(self, value):
        if len(value) > self.limit:
            raise forms.ValidationError(
                f"“{self.label}”现有 {len(value):,} 字，超过 {self.limit:,} 字，未保存。"
                "请精简后再保存，您填写的内容仍在本页。"
            )


class Amount(forms.CharField):
    """A plain number as people write it: full-width digits, thousands apart, a percent sign behind it."""

    def __init__(self, places=4, **kwargs):
        self.places = places
        super().__init__(
            required=False, widget=forms.TextInput({"inputmode": "decimal", "maxlength": 40}), **kwargs
        )

    def clean(self, value):
        typed = str(value or "").strip()
        plain = (
            unicodedata.normalize("NFKC", typed).replace(",", "").replace("−", "-").removesuffix("%").strip()
        )
        if not plain:
            return None
        if not re.fullmatch(r"[+-]?\d{1,20}(\.\d{0,20})?", plain):
            raise forms.ValidationError(f"“{self.label}”请只填数字，您填的是“{typed[:20]}”，未保存。")
        number = Decimal(plain)
        if abs(number) >= Decimal(10) ** 14 or number != round(number, self.places):
            raise forms.ValidationError(f"“{self.label}”最多 14 位整数、{self.places} 位小数，未保存。")
        return number


class Percent(Amount):
    """0 to 100, at most two decimals."""

    def clean(self, value):
        number = super().clean(value)
        if number is not None and not 0 <= number <= 100:
            raise forms.ValidationError(f"完成率应在 0 至 100 之间，您填的是 {number:f}，未保存。")
        return number


class Day(forms.Field):
    """A date as 2026-09-30, 2026/9/30, 2026.9.30 or 2026年9月30日, of this century."""

    def __init__(self, **kwargs):
        super().__init__(
            required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **kwargs
        )

    def clean(self, value):
        typed = unicodedata.normalize("NFKC", str(value or "")).strip()
        if not typed:
            return None
        found = re.fullmatch(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?", typed)
        try:
            return date(*map(int, found.groups()))
        except (AttributeError, ValueError):
            raise forms.ValidationError(
                f"“{self.label}”请写成 2026-09-30 的样子，您填的是“{typed[:20]}”，未保存。"
            ) from None


def is_numeric(target):
    """Whether a target is answered with a number; the others are answered in words."""
    return target.operator in NUMERIC and (target.minimum is not None or target.maximum is not None)


CONTRIBUTION_NATURES = [
    (TaskReturn.Nature.PROGRESS.value, "有可提供的材料"),
    (TaskReturn.Nature.NO_CHANGE.value, "无可提供"),
]


class ReturnForm(forms.Form):
    """The return of a task. Only what is in the data counts as typed, so that a page may send what changed.

    sheet: the ReturnSheet with the report, the goal's nodes, targets and projects the form asks about.
    `changes()` of a valid form is what `drafts.save` takes.
    """

    nature = forms.ChoiceField(
        label="填报方式", choices=TaskReturn.Nature, widget=forms.RadioSelect, required=False
    )
    no_change_ground = forms.ChoiceField(
        label="无变化情形", choices=[("", "请选择"), *TaskReturn.Ground.choices], required=False
    )
    no_change_reason = Prose(label="无变化原因", rows=3)
    progress = Prose(label="工作进展", rows=14)
    percent = Percent(label="年度目标完成率（%）", places=2)
    experience = Prose(label="成效经验", rows=4)
    problem = Prose(label="存在问题", rows=4)
    request = Prose(label="需协调事项", rows=3)
    next_steps = Prose(label="下一步措施", rows=4)
    consolidated = Prose(label="本任务汇总稿", rows=8)
    filled_by = Prose(label="填报人", limit=40)
    phone = Prose(label="联系电话", limit=40)
    head = Prose(label="单位负责人", limit=40)

    def __init__(self, sheet, data=None):
        super().__init__(data, initial=initial_values(sheet))
        self.sheet = sheet
        if sheet.is_contribution:
            self._speak_of_material()
        for node in sheet.nodes:
            self._add(f"node-{node.pk}-done", forms.BooleanField(required=False, label="已完成"))
            self._add(f"node-{node.pk}-done_on", Day(label=f"{node.title}：完成日期"))
            self._add(f"node-{node.pk}-note", Prose(limit=200, label=f"{node.title}：说明"))
        for target in sheet.targets:
            for certainty in Certainty:
                label = f"{target.indicator}：{certainty.label}"
                name = f"target-{target.pk}-{certainty}"
                self._add(name, Amount(label=label) if is_numeric(target) else Prose(limit=120, label=label))
            self._add(f"target-{target.pk}-note", Prose(limit=200, label=f"{target.indicator}：说明"))
        for project in sheet.projects:
            stages = [("", "请选择"), *ProjectUpdate.Stage.choices]
            self._add(
                f"project-{project.pk}-stage",
                forms.ChoiceField(choices=stages, required=False, label=f"{project.name}：当前阶段"),
            )
            self._add(f"project-{project.pk}-note", Prose(limit=200, label=f"{project.name}：形象进度"))

    def _add(self, name, field):
        self.fields[name] = field

    def _speak_of_material(self):
        """What a supporter gives its lead is material, and it may have none."""
        self.fields["nature"].choices = CONTRIBUTION_NATURES
        self.fields["no_change_reason"].label = "无可提供的原因"
        self.fields["progress"].label = "提供的材料"

    # --- what was typed ---------------------------------------------------------------------------

    def clean(self):
        cleaned = super().clean()
        for node in self.sheet.nodes:
            if cleaned.get(f"node-{node.pk}-done_on") and not cleaned.get(f"node-{node.pk}-done"):
                self.add_error(f"node-{node.pk}-done_on", "已填完成日期，请同时勾选“已完成”，或清空日期。")
        for project in self.sheet.projects:
            if cleaned.get(f"project-{project.pk}-note") and not cleaned.get(f"project-{project.pk}-stage"):
                self.add_error(f"project-{project.pk}-stage", f"请选择“{project.name}”的当前阶段。")
        return cleaned

    def changes(self):
        """What `drafts.save` takes: the fields present in the data, and whole lists of rows."""
        plain = ("nature", "no_change_ground", *TEXTS, "percent", *SIGN_OFF)
        changes = {name: self.cleaned_data[name] for name in plain if name in self.data}
        if "nature" in changes:
            changes["nature"] = changes["nature"] or TaskReturn.Nature.PROGRESS
        for group, prefix, rows in (
            ("nodes", "node-", self._nodes),
            ("targets", "target-", self._values),
            ("projects", "project-", self._updates),
        ):
            if self._sent(prefix):
                changes[group] = list(rows())
        return changes

    def _sent(self, prefix):
        return any(name.startswith(prefix) for name in self.data)

    def _nodes(self):
        rows = {row.node_id: row for row in self.sheet.report.node_reports.all()}
        for node in self.sheet.nodes:
            if not self._sent(f"node-{node.pk}-"):
                yield from as_rows(
                    [rows[node.pk]] if node.pk in rows else [], "node", "done", "done_on", "note"
                )
                continue
            said = {name: self.cleaned_data[f"node-{node.pk}-{name}"] for name in ("done", "done_on", "note")}
            yield {"node": node.pk, **said}

    def _values(self):
        for target in self.sheet.targets:
            kept = self.sheet.values_of(target)
            if not self._sent(f"target-{target.pk}-"):
                yield from as_rows(kept.values(), "target", "certainty", "value", "value_text", "note")
                continue
            values = {c.value: self.cleaned_data[f"target-{target.pk}-{c}"] for c in Certainty}
            given = [certainty for certainty in values if values[certainty] not in (None, "")]
            note = self.cleaned_data[f"target-{target.pk}-note"]
            noted = given[-1] if given else self.usual_certainty.value
            for certainty in given or ([noted] if note else []):
                older = kept.get(certainty)
                number, words = _value_of(target, values[certainty], older)
                yield {
                    "target": target.pk,
                    "certainty": certainty,
                    "value": number,
                    "value_text": words,
                    "note": note if certainty == noted else older.note if older else "",
                }

    def _updates(self):
        rows = {row.project_id: row for row in self.sheet.report.project_updates.all()}
        for project in self.sheet.projects:
            if not self._sent(f"project-{project.pk}-"):
                yield from as_rows(
                    [rows[project.pk]] if project.pk in rows else [], "project", "stage", "note"
                )
                continue
            stage = self.cleaned_data[f"project-{project.pk}-stage"]
            if stage:
                yield {
                    "project": project.pk,
                    "stage": stage,
                    "note": self.cleaned_data[f"project-{project.pk}-note"],
                }

    # --- how the page lays it out -----------------------------------------------------------------

    def node_rows(self):
        for node in self.sheet.nodes:
            yield {
                "node": node,
                **{name: self[f"node-{node.pk}-{name}"] for name in ("done", "done_on", "note")},
            }

    def target_rows(self):
        for target in self.sheet.targets:
            yield {
                "target": target,
                "last": self.sheet.last_values.get(target.pk),
                "values": [(c.label, self[f"target-{target.pk}-{c}"]) for c in Certainty],
                # The box that stands out: what a value of this period is at first.
                "usual": f"target-{target.pk}-{self.usual_certainty}",
                "note": self[f"target-{target.pk}-note"],
            }

    @property
    def usual_certainty(self):
        """What a value of this period is at first: 快报, in the fourth quarter 预计."""
        return usual_certainty(self.sheet.report.period)

    def project_rows(self):
        for project in self.sheet.projects:
            yield {
                "project": project,
                "stage": self[f"project-{project.pk}-stage"],
                "note": self[f"project-{project.pk}-note"],
            }


def as_rows(kept, key, *names):
    """Rows already saved, in the shape `drafts.save` takes them."""
    return [{key: getattr(row, f"{key}_id"), **{name: getattr(row, name) for name in names}} for row in kept]


def initial_values(sheet):
    """The report as it stands, by the names of the form's fields."""
    said = sheet.report.task_return
    values = {name: getattr(said, name) for name in ("nature", "no_change_ground", *TEXTS, *SIGN_OFF)}
    values["percent"] = plain_number(said.percent)
    for row in sheet.report.node_reports.all():
        for name in ("done", "done_on", "note"):
            values[f"node-{row.node_id}-{name}"] = getattr(row, name)
    for target in sheet.targets:
        values |= _initial_of_target(target, sheet.values_of(target))
    for row in sheet.report.project_updates.all():
        values[f"project-{row.project_id}-stage"] = row.stage
        values[f"project-{row.project_id}-note"] = row.note
    return values


def _value_of(target, typed, older):
    """(number, words) of what was typed for a target. A number told of a target that is asked in words (by
    a program) stays the number while nobody writes anything else."""
    if is_numeric(target):
        return typed, ""
    if older is not None and older.value is not None and typed == plain_number(older.value):
        return older.value, older.value_text
    return None, typed


def _initial_of_target(target, kept):
    values = {}
    for certainty, row in kept.items():
        in_words = not is_numeric(target) and row.value is None
        values[f"target-{target.pk}-{certainty}"] = row.value_text if in_words else plain_number(row.value)
        if row.note:
            values[f"target-{target.pk}-note"] = row.note
    return values


def as_typed(sheet):
    """The report as it stands, as the page's controls would hold it: {name: text}; what a conflict shows."""
    form = ReturnForm(sheet)
    return {name: _typed(form.initial.get(name)) for name in form.fields}


def carried_values(sheet):
    """Last quarter's words, project stages and nodes done, by the names of the form's controls: what lasts.

    Percent and values are left out: they are this quarter's to tell. Nodes are carried within a year only.
    """
    values = dict(sheet.carried)
    if sheet.previous is None:
        return values
    for row in sheet.previous.project_updates.all():
        values |= {f"project-{row.project_id}-stage": row.stage, f"project-{row.project_id}-note": row.note}
    if sheet.previous.period.year == sheet.report.period.year:
        for row in sheet.previous.node_reports.all():
            for name in ("done", "done_on", "note"):
                values[f"node-{row.node_id}-{name}"] = _typed(getattr(row, name))
    return {name: value for name, value in values.items() if value}


def _typed(value):
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


def plain_number(value):
    """63.50 → "63.5", as one would type it; "" for none."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class ReasonForm(forms.Form):
    """Why something is sent back: reasons ticked from a list, and words."""

    COMMON = (
        "事实不清",
        "无实质内容",
        "格式不符",
        "数据与佐证不一致",
        "数据未按 1 月 1 日起累计",
        "未说明滞后原因",
    )

    common = forms.MultipleChoiceField(choices=[(text, text) for text in COMMON], required=False)
    reason = Prose(limit=REASON_LIMIT, rows=3, label="退回意见")

    def full_reason(self):
        """The reasons ticked, then the words written; a ticked one already written out is not repeated."""
        written = self.cleaned_data.get("reason", "")
        ticked = [text for text in self.cleaned_data.get("common", ()) if text not in written]
        return "；".join([*ticked, written] if written else ticked)


class DecisionForm(ReasonForm):
    """A reviewer's word: the verb, the revision they looked at, and the reason."""

    verb = forms.ChoiceField(choices=[(verb, verb) for verb in ("approve", "send_back", "accept", "reopen")])
    revision = forms.IntegerField(min_value=1)
