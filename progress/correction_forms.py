"""The shape of a correction: of what kind, on what basis, and values that have become more certain."""

from django import forms

from progress.corrections import BASIS_LIMIT
from progress.forms import Amount, Prose, as_rows, is_numeric
from progress.models import Correction, TargetValue
from progress.paper_forms import scan

Kind = Correction.Kind
# 数据定案 has a page of its own, where nothing but values can be added.
OF_CONTENT = [(kind.value, kind.label) for kind in Kind if kind != Kind.SETTLEMENT]


class CorrectionForm(forms.Form):
    """更正申请, besides the content itself."""

    kind = forms.ChoiceField(
        label="更正类别",
        choices=OF_CONTENT,
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择更正的类别。",
            "invalid_choice": "没有这种类别，请重新选择。",
        },
    )
    basis = Prose(label="更正依据", limit=BASIS_LIMIT, rows=3)
    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    file = scan("依据材料扫描件")

    def __init__(self, *args, settling=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].required = False
        if settling:
            self.fields["kind"].choices = [(Kind.SETTLEMENT.value, Kind.SETTLEMENT.label)]
            self.fields["kind"].widget = forms.HiddenInput()
            self.initial["kind"] = Kind.SETTLEMENT.value

    def clean_basis(self):
        if not self.cleaned_data["basis"].strip():
            raise forms.ValidationError("请写明更正的依据，例如统计部门的核定通知或原始台账。")
        return self.cleaned_data["basis"]


class SettlementForm(forms.Form):
    """数据定案: for each target a value was told of, the stages still to come (预计 → 快报 → 核定).

    sheet: the ReturnSheet of the accepted return. `changes()` of a valid form is what `drafts.save` takes.
    """

    def __init__(self, sheet, data=None):
        super().__init__(data)
        self.sheet = sheet
        for target, _, coming in self._stages():
            for certainty in coming:
                label = f"{target.indicator}：{certainty.label}"
                asked = Amount(label=label) if is_numeric(target) else Prose(limit=120, label=label)
                self.fields[_name(target, certainty)] = asked
            self.fields[f"target-{target.pk}-note"] = Prose(limit=200, label=f"{target.indicator}：说明")

    def changes(self):
        """All the values told so far, and those added."""
        rows = as_rows(
            self.sheet.report.target_values.all(), "target", "certainty", "value", "value_text", "note"
        )
        return {"targets": rows + list(self._added())}

    def target_rows(self):
        """[{target, given: [TargetValue], coming: [(label, control)], note}], 预计 first."""
        for target, given, coming in self._stages():
            yield {
                "target": target,
                "given": given,
                "coming": [(certainty.label, self[_name(target, certainty)]) for certainty in coming],
                "note": self[f"target-{target.pk}-note"],
            }

    def _stages(self):
        """[(target, values told, certainties to come)] of the targets whose value is not 核定 yet."""
        stages = list(TargetValue.Certainty)
        for target in self.sheet.targets:
            given = sorted(self.sheet.values_of(target).values(), key=lambda row: row.rank)
            if given and given[-1].rank + 1 < len(stages):
                yield target, given, stages[given[-1].rank + 1 :]

    def _added(self):
        for target, _, coming in self._stages():
            for certainty in coming:
                value = self.cleaned_data[_name(target, certainty)]
                if value in (None, ""):
                    continue
                yield {
                    "target": target.pk,
                    "certainty": certainty.value,
                    "value": value if is_numeric(target) else None,
                    "value_text": "" if is_numeric(target) else value,
                    "note": self.cleaned_data[f"target-{target.pk}-note"],
                }


def _name(target, certainty):
    return f"target-{target.pk}-{certainty}"


class CorrectionDecisionForm(forms.Form):
    """The reviewer's word, and the revision of the report they looked at."""

    decision = Prose(label="决定说明", limit=BASIS_LIMIT, rows=2)
    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
