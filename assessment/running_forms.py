"""The filter of the running scores: rows that are reckoned, not kept, so it chooses among them itself."""

from django import forms

from progress.figures import CLASS_CODES


class RunningFilter(forms.Form):
    """By class, by the name of the body, and by what is amiss."""

    AMISS = {"late": "有迟报或漏报", "sent_back": "有退回", "overdue": "有督办逾期"}

    unit_class = forms.ChoiceField(label="类别", required=False)
    amiss = forms.ChoiceField(label="情况", required=False, choices=[("", "全部"), *AMISS.items()])
    q = forms.CharField(
        label="单位",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "单位名称"}),
    )

    def __init__(self, data):
        super().__init__(data)
        self.fields["unit_class"].choices = [("", "全部"), *CLASS_CODES.items()]
        self.is_valid()

    def keeps(self, row) -> bool:
        """Whether a RunningScore is one of those asked for; what cannot be read asks for nothing."""
        asked = self.cleaned_data
        if asked.get("unit_class") and row.facts.unit_class != asked["unit_class"]:
            return False
        if asked.get("q") and asked["q"] not in row.facts.name:
            return False
        counts, amiss = row.counts, asked.get("amiss")
        if amiss == "late":
            return bool(counts["late"] or counts["missing"])
        return bool(counts[amiss]) if amiss else True
