"""The forms of 商请提供: whom one asks, for what, by when."""

from django import forms

from progress.contributions import WANTED_LIMIT

NOT_A_MOMENT = "请按“2026-10-06 18:00”的样子填写提供时间。"


def _moment(label="请于何时前提供"):
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"invalid": NOT_A_MOMENT},
    )


def _wanted():
    return forms.CharField(
        label="请提供",
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": WANTED_LIMIT}),
    )


class Bodies(forms.MultipleChoiceField):
    """Agency codes; which of them may be asked is the rule's to say."""

    def valid_value(self, value):
        return len(value) < 60


class AskForm(forms.Form):
    """Several supporters at once, asked for the same."""

    agencies = Bodies(label="配合单位", required=False)
    wanted = _wanted()
    due_at = _moment()


class AgainForm(forms.Form):
    """Supporters asked last quarter, each for what it was asked then."""

    agencies = Bodies(label="配合单位", required=False)
    due_at = _moment()


class ChangeForm(forms.Form):
    """What is asked of one supporter, and by when."""

    wanted = _wanted()
    due_at = _moment()

    def clean_due_at(self):
        if self.cleaned_data["due_at"] is None and "due_at" not in self.errors:
            raise forms.ValidationError("请写明请对方何时前提供。")
        return self.cleaned_data["due_at"]
